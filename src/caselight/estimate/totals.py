"""Totals and means of a number that cases have (a fine, days of arrest), from a stratified draw.

    certified    exact for every pile, if no case can have more than `most` or less than `least`, which must be known
                 beforehand (the law's largest fine), never taken from what was read: limits of each stratum by
                 bounded.py, at a level that Bonferroni makes right for their sum
    standard     the same limits of each stratum at the full level, combined by MOVER as counts are in stratified.py
    approximate  Student's law with the finite correction; refused where a few large ones decide. Never a claim: where
                 numbers are uneven it is refused in most draws, but in those that look harmless because no large number
                 was drawn it covers as little as 12 % (fines of which 1.5 % are large, 100 of 2,000 read)

Without a known most there is still `total_if_none_larger`: exact, but with an "unless" in its sentence.

All stay inside what is possible given the numbers that were read. A case without such a number adds 0.

Sources: bounded.py; Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702 (MOVER); Cochran, Sampling Techniques
(3rd ed. 1977), eq. 5.12 (stratified mean and error), section 2.15 (n > 25 G1^2, skewness).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, sqrt

import numpy as np

from caselight.errors import Refused
from caselight.estimate.bounded import lower_total, upper_total
from caselight.estimate.finite_population import MOST_CASES, Floats, checked_level
from caselight.estimate.ranges import Range
from caselight.estimate.stratified import LEAST_READ as LEAST_IN_ROOT
from caselight.estimate.stratified import count
from caselight.types import Stratum

CLAIMS = ("standard", "certified", "approximate")
# Fewer numbers do not show whether a few large ones decide (Cochran's rule needs them to estimate skewness at all).
LEAST_READ = 30
# Halvings of the interval of possible means: right to a part in 10^7 of it.
_HALVINGS = 24


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was read in one part of the pile."""

    N: int  # cases
    # Of each read case, in the order of the tickets. None = the case has no such number; nan = undecided or unreadable.
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number can be, known before anything is read."""

    most: float
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Conditional:
    """A total with an "unless"."""

    total: Range  # unless an unread case has more than `most`
    most: float  # the largest number that was read
    larger: int  # cases that can have more than `most`, at most, at the same level


def total(strata: Sequence[Numbers], bounds: Bounds | None, level: float = 0.95, claim: str = "standard") -> Range:
    """The total over all cases of the pile.

    >>> found = total([Numbers(400, (0.0, 10.0, 20.0, 10.0, None) * 20)], Bounds(30.0))
    >>> round(found.estimate), found.low < 3200 < found.high
    (3200, True)

    Args:
        strata: parts of the pile, no case in two of them.
        bounds: of one number; None = not known: only `approximate` can be had then.
        level: of confidence.
        claim: one of CLAIMS.
    Raises:
        Refused: a number outside of the bounds; nothing decided in some part; as the claim says.
    """
    _check(strata, bounds, level, claim)
    if claim == "approximate":
        return _approximate(strata, bounds, level)
    if bounds is None:
        raise Refused(
            "how large such a number can be is not known, so that one unread case could hold any sum; give the most "
            "that one case can have (such as the law's largest fine), or ask for the approximate total"
        )
    floor, ceiling = min(bounds.least, 0.0), max(bounds.most, 0.0)
    at = _total(strata)
    low, high = _limits(strata, lambda v: 0.0 if v is None else v, (floor, ceiling), level, claim)
    return Range(at, min(float(low), at), max(float(high), at))


def total_if_none_larger(strata: Sequence[Numbers], level: float = 0.95, claim: str = "standard") -> Conditional:
    """The total, unless an unread case has a larger number than the largest read; and how many cases can have one.

    "Either some unread case has more than X, or the total lies between ..." is as sure as its level although X comes
    from the draw: the statement can only fail if X is the largest number of the pile, which is fixed, and then it is
    `total` with this bound. The number of cases with more than X has a level of its own.

    Args:
        strata, level: as for `total`.
        claim: "standard" or "certified".
    Raises:
        Refused: as for `total`; a negative number was read.
    """
    _check(strata, None, level, claim)
    given = [float(v) for s in strata for v in s.values if v is not None and not isnan(v)]
    if claim == "approximate" or min(given, default=0.0) < 0:
        raise Refused("needed: numbers of 0 or more, and a standard or certified claim")
    most = max(given, default=0.0)
    parts = [Stratum(s.N, len(s.values), 0, sum(_undecided(v) for v in s.values)) for s in strata]
    return Conditional(total(strata, Bounds(most), level, claim), most, count(parts, level, claim).high)


def mean(strata: Sequence[Numbers], bounds: Bounds, level: float = 0.95, claim: str = "standard") -> Range:
    """The mean among the cases that have such a number.

    A mean m is compatible when the total of (number - m) over the cases that have one may be 0: so neither the sum nor
    the number of these cases needs a limit of its own.

    Args:
        strata, bounds, level: as for `total`.
        claim: "standard" or "certified".
    Raises:
        Refused: as for `total`; or no read case has such a number.
    """
    _check(strata, bounds, level, claim)
    if claim == "approximate":
        raise Refused("a mean among some of the cases has no approximate limits; ask for standard or certified ones")
    having = [_expanded(s, [0.0 if v is None else 1.0 for v in s.values if not _undecided(v)]) for s in strata]
    if not sum(having):
        raise Refused("none of the cases that were read has such a number, so there is no mean of it")
    at = min(max(_total(strata) / sum(having), bounds.least), bounds.most)
    low = _mean_limit(strata, bounds, at, bounds.least, level, claim)
    return Range(at, low, _mean_limit(strata, bounds, at, bounds.most, level, claim))


def _mean_limit(
    strata: Sequence[Numbers], bounds: Bounds, inner: float, outer: float, level: float, claim: str
) -> float:
    """The mean farthest from `inner` toward `outer` that is compatible."""
    upper = outer > inner

    def compatible(m: float) -> bool:
        between = (min(bounds.least - m, 0.0), max(bounds.most - m, 0.0))
        low, high = _limits(strata, lambda v: 0.0 if v is None else v - m, between, level, claim)
        return high >= 0 if upper else low <= 0

    if compatible(outer):
        return outer
    for _ in range(_HALVINGS):
        middle = (inner + outer) / 2
        if compatible(middle):
            inner = middle
        else:
            outer = middle
    return outer


def _limits(
    strata: Sequence[Numbers],
    value: Callable[[float | None], float],
    between: tuple[float, float],
    level: float,
    claim: str,
) -> tuple[float, float]:
    """Limits of the total of what `value` makes of each number, which lies between the two."""
    floor, ceiling = between
    width = ceiling - floor
    open_ = sum(0 < len(s.values) < s.N for s in strata)
    tail = (1 - level) / 2 / (max(open_, 1) if claim == "certified" else 1)
    low = high = down = up = 0.0
    for s in strata:
        least = np.array([floor if _undecided(v) else value(v) for v in s.values], np.float64)
        most = np.array([ceiling if _undecided(v) else value(v) for v in s.values], np.float64)
        lower, upper = s.N * floor, s.N * floor
        if width > 0:
            lower += width * lower_total(np.clip((least - floor) / width, 0, 1), s.N, tail)
            upper += width * upper_total(np.clip((most - floor) / width, 0, 1), s.N, tail)
        if claim == "certified" or not len(least) or len(least) < min(LEAST_IN_ROOT, s.N):
            low, high = low + lower, high + upper
        else:
            low, high = low + s.N * float(least.mean()), high + s.N * float(most.mean())
            down += (s.N * float(least.mean()) - lower) ** 2
            up += (upper - s.N * float(most.mean())) ** 2
    least_possible, most_possible = _possible(strata, value, between)
    return max(low - sqrt(down), least_possible), min(high + sqrt(up), most_possible)


def _possible(
    strata: Sequence[Numbers], value: Callable[[float | None], float], between: tuple[float, float]
) -> tuple[float, float]:
    """The smallest and largest total that the read numbers leave possible."""
    seen = sum(value(v) for s in strata for v in s.values if not _undecided(v))
    unseen = sum(s.N - sum(not _undecided(v) for v in s.values) for s in strata)
    # 0 unread cases of unknown size add nothing, not 0 x infinity.
    return seen + (unseen * between[0] if unseen else 0.0), seen + (unseen * between[1] if unseen else 0.0)


def _approximate(strata: Sequence[Numbers], bounds: Bounds | None, level: float) -> Range:
    from scipy.special import stdtrit

    read = [np.array([0.0 if v is None else v for v in s.values if not _undecided(v)]) for s in strata]
    n = sum(map(len, read))
    if n < min(LEAST_READ, sum(s.N for s in strata)):
        raise Refused(f"only {n} numbers were read; an approximate total needs {LEAST_READ} or more")
    variance = 0.0
    for s, values in zip(strata, read, strict=True):
        if len(values) == s.N:
            continue
        if len(values) < 2 or not float(values.var(ddof=1)) > 0:
            raise Refused(
                "in a part of the pile fewer than two numbers were read, or all are the same: how far the unread ones "
                "vary cannot be told; read more of it, or give the most that one case can have"
            )
        variance += s.N**2 * (1 - len(values) / s.N) * float(values.var(ddof=1)) / len(values)
    if variance and n <= 25 * _skewness(np.concatenate(read)) ** 2:
        raise Refused(
            "a few large numbers decide the total, and whether they were drawn is luck (Cochran's rule); read more, or "
            "give the most that one case can have and ask for the exact limits"
        )
    half = float(stdtrit(max(n - len(strata), 1), (1 + level) / 2)) * sqrt(variance)
    at = _total(strata)
    ends = (min(bounds.least, 0.0), max(bounds.most, 0.0)) if bounds else (-inf, inf)
    if bounds is None and all(float(values.min(initial=0.0)) >= 0 for values in read):
        ends = (0.0, inf)
    low, high = _possible(strata, lambda v: 0.0 if v is None else v, ends)
    return Range(at, float(min(max(at - half, low), at)), float(max(min(at + half, high), at)))


def _skewness(values: Floats) -> float:
    spread = float(values.std())
    return float(((values - values.mean()) ** 3).mean()) / spread**3 if spread else 0.0


def _total(strata: Sequence[Numbers]) -> float:
    return sum(_expanded(s, [0.0 if v is None else v for v in s.values if not _undecided(v)]) for s in strata)


def _expanded(s: Numbers, values: Sequence[float]) -> float:
    return float(s.N * (sum(values) / len(values))) if s.N else 0.0


def _undecided(value: float | None) -> bool:
    return value is not None and isnan(value)


def _check(strata: Sequence[Numbers], bounds: Bounds | None, level: float, claim: str) -> None:
    checked_level(level)
    if claim not in CLAIMS:
        raise Refused(f"{claim!r} is no kind of claim; choose {' or '.join(CLAIMS)}")
    if not strata:
        raise Refused("there is no stratum, so nothing was drawn; commit a draw first")
    if bounds and not (isfinite(bounds.least) and isfinite(bounds.most) and bounds.least <= bounds.most):
        raise Refused(f"{bounds.least} to {bounds.most} are no bounds of a number")
    for s in strata:
        _check_part(s, bounds)


def _check_part(s: Numbers, bounds: Bounds | None) -> None:
    if not len(s.values) <= s.N <= MOST_CASES:
        raise Refused(f"{len(s.values)} numbers were read of {s.N} cases, which is impossible, or too many")
    given = [v for v in s.values if v is not None and not isnan(v)]
    if s.N and not any(not _undecided(v) for v in s.values):
        raise Refused("in a part of the pile not one number was read, so there is no best estimate; read some of it")
    # Beyond 10^15 a float no longer holds every whole number, and squares of totals leave its range.
    if any(not abs(v) < 1e15 for v in given):
        raise Refused("a number was read that is too large to be added exactly; it is a misreading")
    wrong = [v for v in given if bounds and not bounds.least <= v <= bounds.most]
    if bounds and wrong:
        raise Refused(
            f"{wrong[0]:g} was read, but no case was said to have less than {bounds.least:g} or more than "
            f"{bounds.most:g}; correct the reading or the bounds, for the limits rest on them"
        )
