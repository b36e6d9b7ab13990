"""Limits for a count in a pile of which some was drawn and read, worked out in whole numbers.

Written apart from the package `estimate`, in another way (exact fractions instead of logarithms), so that each checks
the other. Letters: N cases, n drawn and read, x of these with the code, u undecided; t cases of the pile with the code.

Sources: Buonaccorsi, The American Statistician 41 (1987) 215-218 (exact limits); Zou and Donner, Statistics in Medicine
27 (2008) 1693-1702 (MOVER); Waudby-Smith and Ramdas, NeurIPS 2020 (ranges that may be looked at at any time).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, comb, exp, floor, lgamma, log, sqrt

Cell = tuple[int, int, int, int]  # N, n, x, u
_TIE = Fraction(1e-9)  # a probability that equals the tail is not above it, whatever rounding says
_SURE = 1e-6  # relative; a probability in floating point further from the tail than this needs no exact sum
_NEAR = 1e-9  # of a whole number, or of two equal logarithms, in floating point
_LEAST_READ = 5  # in a cell, for its limits to stand under the root
_LARGEST = 10_000_000  # cases in a pile: a number above is no pile of records
_MOST_READ = 100_000  # of a pile that was not read in full: nobody reads more, and a hostile bundle could keep us busy


def check_cell(cell: Cell) -> None:
    """Nothing, if these counts are possible.

    Raises:
        ValueError: they are not.
    """
    N, n, x, u = cell  # noqa: N806
    if not (0 <= n <= N <= _LARGEST and x >= 0 and u >= 0 and x + u <= n and (n == N or n <= _MOST_READ)):
        raise ValueError(f"{x} and {u} undecided of {n} read of {N} cases is impossible")


@lru_cache(maxsize=100_000)
def upper(x: int, n: int, N: int, tail: float) -> int:  # noqa: N803
    """The largest t with P(X <= x | N, t, n) > tail.

    >>> upper(0, 300, 2000, 0.025)
    22
    """
    low, high = x, N - n + x
    while low < high:
        middle = (low + high + 1) // 2
        if _is_above(x, n, N, middle, tail):
            low = middle
        else:
            high = middle - 1
    return low


def lower(x: int, n: int, N: int, tail: float) -> int:  # noqa: N803
    """The smallest t with P(X >= x | N, t, n) > tail."""
    return N - upper(n - x, n, N, tail)


def _is_above(x: int, n: int, N: int, t: int, tail: float) -> bool:  # noqa: N803
    """Whether P(X <= x | N, t, n) > tail: in floating point where that is sure, else in whole numbers."""
    bound = Fraction(tail) * (1 + _TIE)
    near = _at_most(x, n, N, t)
    if abs(near - bound) > _SURE * bound:
        return near > bound
    least = max(0, n + t - N)
    ways = sum(comb(t, k) * comb(N - t, n - k) for k in range(least, min(x, t) + 1))
    return Fraction(ways, comb(N, n)) > bound


def _at_most(x: int, n: int, N: int, t: int) -> float:  # noqa: N803
    """P(X <= x | N, t, n) in floating point, summed both ways from its largest term: that one never vanishes."""
    least, most = max(0, n + t - N), min(x, t)
    if most < least:
        return 0.0
    largest = min((n + 1) * (t + 1) // (N + 2), most)  # the mode, or below it the last term
    first = exp(_log_comb(t, largest) + _log_comb(N - t, n - largest) - _log_comb(N, n))
    whole = term = first
    for k in range(largest, least, -1):
        term *= k * (N - t - n + k) / ((t - k + 1) * (n - k + 1))
        whole += term
        if term < whole * 1e-17:
            break
    term = first
    for k in range(largest, most):
        term *= (t - k) * (n - k) / ((k + 1) * (N - t - n + k + 1))
        whole += term
        if term < whole * 1e-17:
            break
    return whole


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def cell_limits(cells: Sequence[Cell], level: float, certified: bool) -> tuple[float | None, int, int]:
    """Best estimate (None = a cell of which nothing was decided) and both limits, for the cells together.

    >>> cell_limits([(165, 25, 11, 0), (1835, 75, 2, 0)], 0.95, certified=False)
    (121.53333333333333, 70, 245)
    """
    for cell in cells:
        check_cell(cell)
    low, high = _certified(cells, level) if certified else _mover(cells, level)
    size, read = sum(c[0] for c in cells), sum(c[1] for c in cells)
    least, most = sum(c[2] for c in cells), size - sum(n - x - u for _, n, x, u in cells)  # never beyond what was seen
    down, up = max(floor(low + _NEAR), least), min(ceil(high - _NEAR), most)
    if down == up and read < size:  # while cases are unread an interval has a width
        down, up = max(down - 1, least), min(up + 1, most)
    decided = [(N, n - u, x) for N, n, x, u in cells if N]
    best = sum(N * x / n for N, n, x in decided) if all(n for _, n, _ in decided) else None
    return best, down, up


def _mover(cells: Sequence[Cell], level: float) -> tuple[float, float]:
    """The best estimate less and plus the root of the sum of squared distances to the limits of each cell.

    A cell with fewer than five read, and not all, goes to its limits outside of the root (decision 7).
    """
    low = high = down = up = 0.0
    tail = (1 - level) / 2
    for N, n, x, u in cells:  # noqa: N806
        lowest, highest = lower(x, n, N, tail), upper(x + u, n, N, tail)
        if n < min(_LEAST_READ, N):
            low, high = low + lowest, high + highest
        elif N:
            least, most = N * x / n, N * (x + u) / n
            low, high = low + least, high + most
            down, up = down + (least - lowest) ** 2, up + (highest - most) ** 2
    return low - sqrt(down), high + sqrt(up)


def _certified(cells: Sequence[Cell], level: float) -> tuple[float, float]:
    tail = (1 - level) / 2 / max(1, sum(0 < n < N for N, n, _, _ in cells))
    found = [(lower(x, n, N, tail), upper(x + u, n, N, tail)) for N, n, x, u in cells]
    return float(sum(low for low, _ in found)), float(sum(high for _, high in found))


def cell_ratio(had: Sequence[Cell], lost: Sequence[Cell], level: float) -> tuple[float, float, float] | None:
    """had / (had + lost) with limits that hold together; None = nothing of either was seen."""
    half = 1 - (1 - level) / 2
    one, two = cell_limits(had, half, certified=True), cell_limits(lost, half, certified=True)
    if one[0] is None or two[0] is None or not one[0] + two[0]:
        return None
    low = one[1] / (one[1] + two[2]) if one[1] else 0.0
    high = one[2] / (one[2] + two[1]) if one[2] else 1.0
    return one[0] / (one[0] + two[0]), low, high


def cell_running(cells: Sequence[Cell], level: float) -> tuple[float, int, int]:
    """Best estimate and a range that may be looked at at any time: of each cell, added."""
    part = 1 - (1 - level) / max(1, sum(c[0] > 0 for c in cells))
    at, low, high = 0.0, 0, 0
    for cell in cells:
        check_cell(cell)
        N, n, x, u = cell  # noqa: N806
        low, high = low + _running(x, n, N, part)[0], high + _running(x + u, n, N, part)[1]
        at += N * x / n if n else 0.0
    return at, low, high


@lru_cache(maxsize=100_000)
def _running(x: int, n: int, N: int, level: float) -> tuple[int, int]:  # noqa: N803
    """All t with (1 / (N + 1)) / BetaBin(t - x; N - n, 1 + x, 1 + n - x) < 1 / (1 - level); they are one range."""

    def kept(t: int) -> bool:
        rest = t - x
        after = _log_comb(N - n, rest) + _log_beta(rest + 1 + x, N - n - rest + 1 + n - x) - _log_beta(1 + x, 1 + n - x)
        return -log(N + 1) - after < -log(1 - level) - _NEAR

    best = min(max(round(N * x / n) if n else x, x), N - n + x)
    low, high = x, best
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if kept(middle) else (middle + 1, high)
    first = low
    low, high = best, N - n + x
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if kept(middle) else (low, middle - 1)
    return first, low


def _log_beta(a: int, b: int) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
