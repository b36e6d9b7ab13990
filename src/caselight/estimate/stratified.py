"""How many cases of a pile have a code, from a draw in strata: exact limits in each stratum, combined.

    standard    per stratum exact hypergeometric limits, combined by MOVER, rounded outward to whole cases
    certified   the sums of the limits of all strata, each at a level that Bonferroni makes right for the sum: covers in
                at least the stated share of draws whatever the pile is like; wider
    fisher      certified too, the strata's probabilities combined by Fisher's method (see combined.py): mostly
                shorter where several strata matter, longer where one does

Which of them is used is fixed before the draw; to take the shortest afterwards would break the promise of all three.

Source: Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702 (MOVER). Why nothing simpler: intervals by a normal
law cover as little as 10 % where a code is rare, because a sample of negatives without a miss has no variance at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from caselight.errors import Refused
from caselight.estimate.combined import fisher_limits
from caselight.estimate.finite_population import Floats, Integers, check, checked_level, lower_limits, upper_limits
from caselight.types import Stratum

CLAIMS = ("standard", "certified")  # the two that the product publishes beside each other
METHODS = (*CLAIMS, "fisher")
# The limits of a stratum of which one to four cases were read are cut off by what is possible (of 3 cases, 1 read and
# positive: at least 1), not by what is likely. In the root they hurt too little: coverage fell to 90 % in designs made
# of such strata; outside it is 95.5 % or more (docs/decisions/0007).
LEAST_READ = 5
# Sums of floats near a whole case are taken for it: 13.000000000001 is 13, not 14 upward.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole cases, inclusive."""

    estimate: float | None  # best estimate of the number of cases; None = a stratum of which nothing was read
    low: int
    high: int
    raw: tuple[float, float]  # as the source has it: not rounded outward, no stratum outside of the root


@dataclass(frozen=True, slots=True)
class Outcomes:
    """M ways in which a draw in H strata may come out. Arrays are (H, M) int64."""

    N: tuple[int, ...]  # cases of each stratum
    n: tuple[int, ...]  # of these, read
    least: Integers  # of these, with the code for certain
    most: Integers  # of these, with the code if every undecided one has it


def count(strata: Sequence[Stratum], level: float = 0.95, claim: str = "standard", mid_p: bool = False) -> Interval:
    """Limits for the number of cases with the code.

    >>> found = count([Stratum(165, 25, 11), Stratum(1835, 75, 2)])
    >>> round(found.estimate), found.low, found.high
    (122, 70, 245)

    Args:
        strata: parts of the pile, no case in two of them.
        level: of confidence, both sides together.
        claim: one of METHODS.
        mid_p: shorter, right on average only; allowed where it was committed to before the draw. Certified claims have
            no such variant and leave it aside.
    Raises:
        Refused: the numbers contradict each other, or there are none.
    """
    if not strata:
        raise Refused("there is no stratum, so nothing was drawn; commit a draw first")
    for s in strata:
        check(s.x + s.undecided, s.n, s.N)
        check(s.x, s.n, s.N)
    least = np.array([[s.x] for s in strata], np.int64)
    most = least + np.array([[s.undecided] for s in strata], np.int64)
    outcome = Outcomes(tuple(s.N for s in strata), tuple(s.n for s in strata), least, most)
    raw = raw_limits(outcome, level, claim, mid_p)
    low, high = whole_limits(outcome, level, claim, mid_p)
    return Interval(_estimate(strata), int(low[0]), int(high[0]), (float(raw[0][0]), float(raw[1][0])))


def raw_limits(
    outcomes: Outcomes, level: float = 0.95, claim: str = "standard", mid_p: bool = False
) -> tuple[Floats, Floats]:
    """Lower and upper limit of each outcome, (M,) each, not yet rounded outward.

    Raises:
        Refused: a claim or level that there is not.
    """
    if claim not in METHODS:
        raise Refused(f"{claim!r} is no kind of claim; choose {' or '.join(METHODS)}")
    level = checked_level(level)
    if claim == "fisher":
        return fisher_limits(outcomes.N, outcomes.n, outcomes.least, outcomes.most, (1 - level) / 2)
    return _certified(outcomes, level) if claim == "certified" else _mover(outcomes, level, mid_p, 1)


def whole_limits(
    outcomes: Outcomes, level: float = 0.95, claim: str = "standard", mid_p: bool = False
) -> tuple[Integers, Integers]:
    """The limits that are published, of each outcome: in whole cases, (M,) int64 each.

    As `raw_limits`, rounded outward and never beyond what was seen; under the standard claim, strata with fewer than
    LEAST_READ cases read count outside of the root.

    Raises:
        Refused: a claim or level that there is not.
    """
    if claim == "standard":
        return _whole_cases(outcomes, *_mover(outcomes, checked_level(level), mid_p, LEAST_READ))
    return _whole_cases(outcomes, *raw_limits(outcomes, level, claim, mid_p))


def _whole_cases(outcomes: Outcomes, low: Floats, high: Floats) -> tuple[Integers, Integers]:
    """The limits rounded outward to whole cases, and never beyond what was seen. (M,) int64 each.

    The rounding is part of the method: without it small piles are covered in as little as 44 % of draws. Where cases
    are left unread an interval has a width: of 100 cases 98 read without one, the exact limits are 0 and 0, since one
    among the two others would be missed in 2 % of draws only; given is 0 to 1.
    """
    seen, seen_not = outcomes.least.sum(axis=0), sum(outcomes.n) - outcomes.most.sum(axis=0)
    down = np.maximum(np.floor(low + _NEAR).astype(np.int64), seen)
    up = np.minimum(np.ceil(high - _NEAR).astype(np.int64), sum(outcomes.N) - seen_not)
    certain = (down == up) & (sum(outcomes.n) < sum(outcomes.N))
    wider = np.maximum(down - 1, seen), np.minimum(up + 1, sum(outcomes.N) - seen_not)
    return np.where(certain, wider[0], down), np.where(certain, wider[1], up)


def _estimate(strata: Sequence[Stratum]) -> float | None:
    decided = [(s, s.n - s.undecided) for s in strata if s.N]
    if not all(n for _, n in decided):
        return None
    return sum(s.N * s.x / n for s, n in decided)


def _limits(
    N: int,  # noqa: N803
    n: int,
    least: ArrayLike,
    most: ArrayLike,
    tail: float,
    mid_p: bool,
) -> tuple[Integers, Integers]:
    """Of one stratum, (M,) each; every count that occurs is worked out once, and a single one remembered."""
    least, most = np.asarray(least, np.int64), np.asarray(most, np.int64)
    if least.size == 1:
        low = N - _single_upper(n - int(least[0]), n, N, tail, mid_p)
        return np.array([low]), np.array([_single_upper(int(most[0]), n, N, tail, mid_p)])
    seen, where = np.unique(least, return_inverse=True)
    lower = lower_limits(seen, n, N, tail, mid_p)[where]
    seen, where = np.unique(most, return_inverse=True)
    return lower, upper_limits(seen, n, N, tail, mid_p)[where]


# A study of many categories asks for the same counts over and over: none of 50, none of 75.
@lru_cache(maxsize=20_000)
def _single_upper(x: int, n: int, N: int, tail: float, mid_p: bool) -> int:  # noqa: N803
    return int(upper_limits([x], n, N, tail, mid_p)[0])


def _mover(outcomes: Outcomes, level: float, mid_p: bool, least_read: int) -> tuple[Floats, Floats]:
    """The best estimate less and plus the root of the sum of squared distances to the limits of each stratum.

    A stratum with fewer than `least_read` cases read, and not all of them, goes to its limits outside of the root.
    """
    low, high, down, up = np.zeros((4, outcomes.least.shape[1]))
    for N, n, least, most in zip(outcomes.N, outcomes.n, outcomes.least, outcomes.most, strict=True):  # noqa: N806
        lower, upper = _limits(N, n, least, most, (1 - level) / 2, mid_p)
        if n < min(least_read, N):
            low, high = low + lower, high + upper
            continue
        if not N:
            continue
        low, high = low + N * least / n, high + N * most / n
        down, up = down + (N * least / n - lower) ** 2, up + (upper - N * most / n) ** 2
    return low - np.sqrt(down), high + np.sqrt(up)


def _certified(outcomes: Outcomes, level: float) -> tuple[Floats, Floats]:
    """The sums of the limits, each at a tail divided by the number of strata that were not read in full."""
    sizes = list(zip(outcomes.N, outcomes.n, strict=True))
    tail = (1 - level) / 2 / max(1, sum(0 < n < N for N, n in sizes))
    low, high = np.zeros((2, outcomes.least.shape[1]))
    for (N, n), least, most in zip(sizes, outcomes.least, outcomes.most, strict=True):  # noqa: N806
        lower, upper = _limits(N, n, least, most, tail, mid_p=False)
        low, high = low + lower, high + upper
    return low, high
