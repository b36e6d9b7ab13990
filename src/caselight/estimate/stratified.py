"""How many cases of a pile have a code, from a draw in strata: exact limits in each stratum, combined.

    standard    per stratum exact hypergeometric limits, combined by MOVER, rounded outward to whole cases
    certified   the sums of the limits of all strata, each at a level that Bonferroni makes right for the sum: covers in
                at least the stated share of draws whatever the pile is like; wider

Source: Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702 (MOVER). Why nothing simpler: intervals by a normal
law cover as little as 10 % where a code is rare, because a sample of negatives without a miss has no variance at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt

from caselight.errors import Refused
from caselight.estimate.finite_population import check, checked_level, lower_limits, upper_limits
from caselight.types import Stratum

CLAIMS = ("standard", "certified")
# Sums of floats near a whole case are taken for it: 13.000000000001 is 13, not 14 upward.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole cases, inclusive."""

    estimate: float | None  # best estimate of the number of cases; None = a stratum of which nothing was read
    low: int
    high: int
    raw: tuple[float, float]  # before it was rounded outward


def count(strata: Sequence[Stratum], level: float = 0.95, claim: str = "standard", mid_p: bool = False) -> Interval:
    """Limits for the number of cases with the code.

    >>> count([Stratum(165, 25, 11), Stratum(1835, 75, 2)])
    Interval(estimate=121.53333333333333, low=70, high=245, raw=(70.2053249515801, 244.67078137705982))

    Args:
        strata: parts of the pile, no case in two of them.
        level: of confidence, both sides together.
        claim: one of CLAIMS.
        mid_p: shorter, right on average only; allowed where it was committed to before the draw.
    Raises:
        Refused: the numbers contradict each other, or there are none.
    """
    if not strata:
        raise Refused("there is no stratum, so nothing was drawn; commit a draw first")
    if claim not in CLAIMS:
        raise Refused(f"{claim!r} is no kind of claim; choose {' or '.join(CLAIMS)}")
    for s in strata:
        check(s.x + s.undecided, s.n, s.N)
    level = checked_level(level)
    raw = _certified(strata, level) if claim == "certified" else _mover(strata, level, mid_p)
    seen, seen_not = sum(s.x for s in strata), sum(s.n - s.x - s.undecided for s in strata)
    low = max(floor(raw[0] + _NEAR), seen)
    high = min(ceil(raw[1] - _NEAR), sum(s.N for s in strata) - seen_not)
    return Interval(_estimate(strata), low, high, raw)


def _estimate(strata: Sequence[Stratum]) -> float | None:
    decided = [s.n - s.undecided for s in strata]
    if not all(decided):
        return None
    return sum(s.N * s.x / n for s, n in zip(strata, decided, strict=True))


def _limits(s: Stratum, tail: float, mid_p: bool) -> tuple[int, int]:
    low = lower_limits([s.x], s.n, s.N, tail, mid_p)
    high = upper_limits([s.x + s.undecided], s.n, s.N, tail, mid_p)
    return int(low[0]), int(high[0])


def _mover(strata: Sequence[Stratum], level: float, mid_p: bool) -> tuple[float, float]:
    """The best estimate less and plus the root of the sum of squared distances to the limits of each stratum."""
    low = high = down = up = 0.0
    for s in strata:
        if not s.n:  # nothing is known of it: it widens the interval by all of itself, outside the root
            high += s.N
            continue
        lower, upper = _limits(s, (1 - level) / 2, mid_p)
        least, most = s.N * s.x / s.n, s.N * (s.x + s.undecided) / s.n
        low, high = low + least, high + most
        down, up = down + (least - lower) ** 2, up + (upper - most) ** 2
    return low - sqrt(down), high + sqrt(up)


def _certified(strata: Sequence[Stratum], level: float) -> tuple[float, float]:
    """The sums of the limits, each at a tail divided by the number of strata that were not read in full."""
    tail = (1 - level) / 2 / max(1, sum(0 < s.n < s.N for s in strata))
    limits = [_limits(s, tail, mid_p=False) for s in strata]
    return float(sum(low for low, _ in limits)), float(sum(high for _, high in limits))
