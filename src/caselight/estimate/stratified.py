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

import numpy as np
from numpy.typing import ArrayLike

from caselight.errors import Refused
from caselight.estimate.combined import fisher_limits
from caselight.estimate.finite_population import Floats, Integers, check, checked_level, lower_limits, upper_limits
from caselight.types import Stratum

CLAIMS = ("standard", "certified")  # the two that the product publishes beside each other
METHODS = (*CLAIMS, "fisher")
# Sums of floats near a whole case are taken for it: 13.000000000001 is 13, not 14 upward.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole cases, inclusive."""

    estimate: float | None  # best estimate of the number of cases; None = a stratum of which nothing was read
    low: int
    high: int
    raw: tuple[float, float]  # before it was rounded outward


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
    low, high = whole_cases(outcome, *raw)
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
    return _certified(outcomes, level) if claim == "certified" else _mover(outcomes, level, mid_p)


def whole_cases(outcomes: Outcomes, low: Floats, high: Floats) -> tuple[Integers, Integers]:
    """The limits rounded outward to whole cases, and never beyond what was seen. (M,) int64 each.

    The rounding is part of the method: without it small piles are covered in as little as 44 % of draws.
    """
    seen, seen_not = outcomes.least.sum(axis=0), sum(outcomes.n) - outcomes.most.sum(axis=0)
    down = np.maximum(np.floor(low + _NEAR).astype(np.int64), seen)
    up = np.minimum(np.ceil(high - _NEAR).astype(np.int64), sum(outcomes.N) - seen_not)
    return down, up


def _estimate(strata: Sequence[Stratum]) -> float | None:
    decided = [s.n - s.undecided for s in strata]
    if not all(decided):
        return None
    return sum(s.N * s.x / n for s, n in zip(strata, decided, strict=True))


def _limits(
    N: int,  # noqa: N803
    n: int,
    least: ArrayLike,
    most: ArrayLike,
    tail: float,
    mid_p: bool,
) -> tuple[Integers, Integers]:
    """Of one stratum, (M,) each; every count that occurs is worked out once."""
    seen, where = np.unique(least, return_inverse=True)
    low = lower_limits(seen, n, N, tail, mid_p)[where]
    seen, where = np.unique(most, return_inverse=True)
    return low, upper_limits(seen, n, N, tail, mid_p)[where]


def _mover(outcomes: Outcomes, level: float, mid_p: bool) -> tuple[Floats, Floats]:
    """The best estimate less and plus the root of the sum of squared distances to the limits of each stratum."""
    low, high, down, up = np.zeros((4, outcomes.least.shape[1]))
    for N, n, least, most in zip(outcomes.N, outcomes.n, outcomes.least, outcomes.most, strict=True):  # noqa: N806
        if not n:  # nothing is known of it: it widens the interval by all of itself, outside the root
            high = high + N
            continue
        lower, upper = _limits(N, n, least, most, (1 - level) / 2, mid_p)
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
