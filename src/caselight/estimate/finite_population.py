"""Exact limits for a count in a finite pile of which some cases were drawn without replacement and read.

Letters, here and in all of the modules beside this one: N cases in the pile (or stratum), n drawn, x of the drawn have
the code, t cases of the pile have it (unknown). X, the number of drawn cases with the code, is hypergeometric.

Limits are whole cases and inclusive: every t between them is compatible with what was seen.
    lower = min{t: P(X >= x | N, t, n) > tail}        upper = max{t: P(X <= x | N, t, n) > tail}

Source: Clopper and Pearson, Biometrika 26 (1934) 404-413, with the hypergeometric instead of the binomial law;
Buonaccorsi, The American Statistician 41 (1987) 215-218. Mid-P: Lancaster, JASA 56 (1961) 223-234.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from caselight.errors import Refused

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# P(|X - mean| > d) <= 2 exp(-2 d^2 / n) (Hoeffding 1963, section 6): with d^2 = 21 n a sum lacks less than 1e-18.
WINDOW = 21.0
# The tables of logarithms of factorials take 32 bytes a case while they are made; no pile of court records is larger.
MOST_CASES = 4_000_000
# Beyond it chances are lost in the rounding of 1 - level; nobody has read enough cases to claim so much.
MOST_LEVEL = 1 - 1e-9
# One table of 2^17 numbers (1 MB) serves every pile up to 131,071 cases; larger ones get one for each power of two.
LEAST_BITS = 17
# Where a probability equals the tail exactly (N = 40, n = 1, x = 1: P = 1/40) rounding must not decide.
TIE = 1e-9


def limits(x: int, n: int, N: int, level: float = 0.95, mid_p: bool = False) -> tuple[int, int]:  # noqa: N803
    """Smallest and largest number of cases of the pile that can have the code, two-sided, inclusive.

    >>> limits(15, 300, 2000)
    (60, 157)

    Args:
        x: drawn cases with the code, 0 <= x <= n.
        n: drawn cases, 0 <= n <= N; 0 = nothing is known, the limits are 0 and N.
        N: cases in the pile.
        level: 0 < level < 1; both sides together miss with probability <= 1 - level, whatever the pile.
        mid_p: the shorter mid-P limits, whose coverage is `level` on average and not for every pile.
    Raises:
        Refused: the numbers contradict each other.
    """
    tail = (1 - checked_level(level)) / 2
    check(x, n, N)
    low, high = lower_limits([x], n, N, tail, mid_p), upper_limits([x], n, N, tail, mid_p)
    return int(low[0]), int(high[0])


def upper_limit(x: int, n: int, N: int, level: float = 0.95) -> int:  # noqa: N803
    """Largest number of cases of the pile that can have the code, one-sided: exceeded with probability <= 1 - level.

    >>> upper_limit(0, 300, 2000)
    18
    """
    check(x, n, N)
    return int(upper_limits([x], n, N, 1 - checked_level(level))[0])


def lower_limit(x: int, n: int, N: int, level: float = 0.95) -> int:  # noqa: N803
    """Smallest number of cases of the pile that can have the code, one-sided."""
    check(x, n, N)
    return int(lower_limits([x], n, N, 1 - checked_level(level))[0])


def checked_level(level: float) -> float:
    """The level itself.

    Raises:
        Refused: it is not a probability, or so low that an interval means nothing.
    """
    if not 0.5 <= level <= MOST_LEVEL:
        raise Refused(f"a level of {level} is not a confidence level; choose one from 0.5 to below 1, usually 0.95")
    return level


def check(x: int, n: int, N: int) -> None:  # noqa: N803
    """Nothing, if these counts are possible.

    Raises:
        Refused: 0 <= x <= n <= N does not hold, or N is beyond MOST_CASES.
    """
    if not 0 <= x <= n <= N:
        raise Refused(f"{x} of {n} drawn cases out of {N} is impossible; needed: 0 <= with the code <= drawn <= all")
    if N > MOST_CASES:
        raise Refused(f"{N:,} cases are more than can be worked out exactly ({MOST_CASES:,}); part the pile")
    if any(number != int(number) for number in (x, n, N)):
        raise Refused(f"{x} of {n} drawn cases out of {N}: cases are counted whole")


def lower_limits(x: ArrayLike, n: int, N: int, tail: float, mid_p: bool = False) -> Integers:  # noqa: N803
    """For each x the smallest compatible t; by symmetry N minus the upper limit for the cases without the code."""
    return N - upper_limits(n - np.asarray(x, np.int64), n, N, tail, mid_p)


def upper_limits(x: ArrayLike, n: int, N: int, tail: float, mid_p: bool = False) -> Integers:  # noqa: N803
    """For each x the largest compatible t.

    Args:
        x: (K,) int, drawn cases with the code, 0 <= x <= n.
        n: cases drawn.
        N: cases in the pile.
        tail: probability allowed beyond this limit, 0 < tail < 0.5.
        mid_p: count P(X = x) half.
    Returns:
        (K,) int64, x <= t <= N - n + x.
    """
    seen = np.asarray(x, np.int64)
    low, high = seen.copy(), N - n + seen  # low is compatible always; halve between
    for near in _around(seen, n, N, tail):  # most often the limit lies between these two, which saves halvings
        guess = np.clip(near, low, high)
        fits = at_most(seen, n, N, guess, mid_p) > tail * (1 + TIE)
        low, high = np.where(fits, guess, low), np.where(fits, high, np.maximum(guess - 1, low))
    while (open_ := low < high).any():
        middle = (low + high + 1) // 2
        fits = open_ & (at_most(seen, n, N, middle, mid_p) > tail * (1 + TIE))
        low = np.where(fits, middle, low)
        high = np.where(open_ & ~fits, middle - 1, high)
    return low


def _around(x: Integers, n: int, N: int, tail: float) -> tuple[Integers, ...]:  # noqa: N803
    """A count a little below the limit, nearly always, and one a little above: around Wilson's finite limit."""
    if not 0 < n < N:
        return ()
    spread = NormalDist().inv_cdf(1 - tail) ** 2 * (N - n) / (n * (N - 1))
    p = x / n
    wilson = (p + spread / 2 + np.sqrt(spread * (p * (1 - p) + spread / 4))) / (1 + spread)
    aside = (wilson - p) / 8 + 1 / N
    return ((wilson - aside) * N).astype(np.int64), ((wilson + 2 * aside) * N).astype(np.int64)


def at_most(x: Integers, n: int, N: int, t: Integers, mid_p: bool = False) -> Floats:  # noqa: N803
    """P(X <= x | N, t, n), or with `mid_p` P(X < x) + P(X = x) / 2, for each pair of x and t.

    Args:
        x: (K,) int64.
        n: cases drawn.
        N: cases in the pile.
        t: (K,) int64, cases of the pile with the code, x <= t <= N - n + x.
        mid_p: see above.
    Returns:
        (K,) float; absolute error below 1e-9.
    """
    reach = np.sqrt(WINDOW * max(n, 1)) + 1
    mean = n * (t / max(N, 1))
    low = np.maximum(np.maximum(0, n + t - N), np.floor(mean - reach).astype(np.int64))
    high = np.minimum(np.minimum(x, t), np.ceil(mean + reach).astype(np.int64))
    width = int(np.max(high - low, initial=0)) + 1
    k = low[:, None] + np.arange(width)
    inside = k <= high[:, None]
    terms = np.where(inside, np.exp(log_chance(np.minimum(k, high[:, None].clip(low[:, None])), n, N, t[:, None])), 0.0)
    total: Floats = terms.sum(axis=1)
    if mid_p:
        total = total - 0.5 * np.exp(log_chance(x, n, N, t))
    return np.clip(total, 0.0, 1.0)


def log_chance(k: Integers, n: int, N: int, t: Integers) -> Floats:  # noqa: N803
    """Natural logarithm of P(X = k | N, t, n); k and t of shapes that broadcast, inside the support."""
    log = _table(N)
    of_code = log[t] - log[k] - log[t - k]
    of_rest = log[N - t] - log[n - k] - log[N - t - n + k]
    return np.asarray(of_code + of_rest - (log[N] - log[n] - log[N - n]), np.float64)


def log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    """Natural logarithm of the binomial coefficient, 0 <= k <= n; absolute error below 1e-8 up to n = 1,000,000."""
    n, k = np.asarray(n), np.asarray(k)
    table = _table(int(np.max(n, initial=1)))
    return np.asarray(table[n] - table[k] - table[n - k], np.float64)


def _table(most: int) -> Floats:
    """ln 0! to ln most! and on."""
    return _log_factorials(1 << max(LEAST_BITS, most.bit_length()))


@cache
def _log_factorials(most: int) -> Floats:
    """ln 0! to ln most!"""
    logs = np.log(np.maximum(np.arange(most + 1, dtype=np.longdouble), 1))
    return np.cumsum(logs).astype(np.float64)
