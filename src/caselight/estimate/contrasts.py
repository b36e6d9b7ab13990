"""How far two figures differ, and whether a figure rises over the years.

In: what was seen in each group (a year, a court), in strata; groups share no case. Out: difference, ratio or slope of
shares, with limits made from the limits of the single shares. No variance is estimated, so that a group without a
single positive does no harm.

    standard    MOVER: the distances from each share to its limit, in the direction that hurts, as a root of squares
    certified   each group's certified limits at a level that Bonferroni makes right for all of them, set against each
                other; covers in at least the stated share of draws, whatever the piles are like; wider

Sources: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10 (difference); Zou and Donner, Statistics in
Medicine 27 (2008) 1693-1702, eq. 7 (any weights); Donner and Zou, Statistical Methods in Medical Research 21 (2012)
347-359, eq. 9 (ratio); Sidak, JASA 62 (1967) 626-633 (several figures at once).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from caselight.errors import Refused
from caselight.estimate.design import share_with_error
from caselight.estimate.finite_population import checked_level
from caselight.estimate.proportions import wilson
from caselight.estimate.ranges import Range, Ratio
from caselight.estimate.stratified import count
from caselight.types import Stratum

# With fewer decided cases than these the limits of a share go from next to nothing to nearly all: nothing to compare.
LEAST_READ = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two shares and how they differ, each 0 to 1, the difference -1 to 1."""

    first: Range
    second: Range
    difference: Range  # first less second
    ratio: Ratio  # first by second


@dataclass(frozen=True, slots=True)
class Trend:
    """How a share moves over ordered groups."""

    slope: Range  # change of the share for one step of `at`, e.g. a year; least squares, every group counting alike
    shares: tuple[Range, ...]  # of each group, with limits that hold for all groups together


def compare(
    first: Sequence[Stratum],
    second: Sequence[Stratum],
    level: float = 0.95,
    claim: str = "standard",
    mid_p: bool = False,
) -> Comparison:
    """Difference and ratio of the shares of two groups that share no case.

    >>> found = compare([Stratum(400, 60, 30)], [Stratum(600, 60, 12)]).difference
    >>> [round(number, 3) for number in (found.estimate, found.low, found.high)]
    [0.3, 0.133, 0.448]

    Args:
        first, second: what was seen in each group, in strata.
        level: of confidence, for the difference and for the ratio, each by itself.
        claim: "standard" or "certified".
        mid_p: as in stratified.py.
    Raises:
        Refused: a group has too few decided cases, or a part of it nobody has read.
    """
    a, b = _singles([first, second], level, claim, mid_p)
    if claim == "standard":
        return Comparison(a, b, mover([a, b], [1.0, -1.0]), mover_ratio(a, b))
    return Comparison(a, b, farthest([a, b], [1.0, -1.0]), _farthest_ratio(a, b))


def contrast(
    groups: Sequence[Sequence[Stratum]],
    weights: Sequence[float],
    level: float = 0.95,
    claim: str = "standard",
    mid_p: bool = False,
) -> Range:
    """A weighted sum of the shares of groups that share no case, e.g. weights (1, -1/2, -1/2): one against two.

    Raises:
        Refused: as `compare`; or not one weight a group.
    """
    if len(groups) != len(weights) or not groups or not all(isfinite(w) for w in weights):
        raise Refused(f"{len(groups)} groups and {len(weights)} weights: each group needs one weight, a number")
    singles = _singles(groups, level, claim, mid_p)
    return mover(singles, weights) if claim == "standard" else farthest(singles, weights)


def trend(
    groups: Sequence[Sequence[Stratum]],
    at: Sequence[float],
    level: float = 0.95,
    claim: str = "standard",
    mid_p: bool = False,
) -> Trend:
    """The slope over ordered groups, and the share of each.

    >>> years = [[Stratum(300, 40, x)] for x in (4, 9, 15)]
    >>> found = trend(years, [2019, 2020, 2021]).slope
    >>> [round(number, 3) for number in (found.estimate, found.low, found.high)]
    [0.138, 0.044, 0.222]

    Args:
        groups: what was seen in each, in strata.
        at: where each stands, e.g. its year.
        level: of confidence of the slope; and of all shares together.
        claim: "standard" or "certified".
        mid_p: as in stratified.py.
    Raises:
        Refused: as `contrast`; fewer than three groups, or all at one place.
    """
    if len(groups) < 3 or len(at) != len(groups):
        raise Refused(f"a trend needs three groups or more, each with its place; given are {len(groups)}; use compare")
    if not all(isfinite(x) and abs(x) < 1e9 for x in at):
        raise Refused("the places of the groups must be numbers, such as years")
    middle = sum(at) / len(at)
    spread = sum((x - middle) ** 2 for x in at)
    if spread < 1e-9:
        raise Refused("all groups stand at the same place, so nothing rises or falls; give each its year")
    together = simultaneous(level, len(groups))
    shares = tuple(share(group, together, claim, mid_p) for group in groups)
    slope = contrast(groups, [(x - middle) / spread for x in at], level, claim, mid_p)
    return Trend(slope, shares)


def simultaneous(level: float, figures: int) -> float:
    """The level at which each of k figures must be given so that all of them hold together with `level`.

    >>> round(simultaneous(0.95, 5), 4)
    0.9898

    Source: Sidak 1967; for figures from groups that were drawn apart. Say how many figures were published.
    """
    if figures < 1:
        raise Refused("no figure is published, so none needs a level")
    return float(checked_level(level) ** (1 / figures))


def share(strata: Sequence[Stratum], level: float, claim: str = "standard", mid_p: bool = False) -> Range:
    """The share of a group, with whole-case limits divided by its size.

    Raises:
        Refused: too little was read for it to be compared.
    """
    found = count(strata, level, claim, mid_p)
    size = sum(s.N for s in strata)
    decided = sum(s.n - s.undecided for s in strata)
    if found.estimate is None or not size:
        raise Refused("in a part of this group nobody has decided a single case, so it has no share; read some of it")
    if decided < min(LEAST_READ, size):
        raise Refused(
            f"only {decided} cases of this group were decided; with fewer than {LEAST_READ} a comparison says nothing; "
            "read more of it or put groups together"
        )
    return Range(found.estimate / size, found.low / size, found.high / size)


def _singles(groups: Sequence[Sequence[Stratum]], level: float, claim: str, mid_p: bool) -> list[Range]:
    each = level if claim == "standard" else 1 - (1 - checked_level(level)) / len(groups)
    return [share(group, each, claim, mid_p) for group in groups]


def mover(shares: Sequence[Range], weights: Sequence[float]) -> Range:
    """Limits of a weighted sum from the limits of its terms, which were drawn apart.

    Source: Zou and Donner 2008, eq. 7: a term with a negative weight hurts by its upper limit.
    """
    at = sum(w * s.estimate for s, w in zip(shares, weights, strict=True))
    down = up = 0.0
    for s, w in zip(shares, weights, strict=True):
        to_low, to_high = w * (s.estimate - s.low), w * (s.high - s.estimate)
        down += to_low**2 if w >= 0 else to_high**2
        up += to_high**2 if w >= 0 else to_low**2
    widest = farthest(shares, weights)
    return Range(at, max(at - sqrt(down), widest.low), min(at + sqrt(up), widest.high))


def farthest(shares: Sequence[Range], weights: Sequence[float]) -> Range:
    """The weighted sum where every term stands at the limit that hurts most."""
    pairs = list(zip(shares, weights, strict=True))
    low = sum(w * (s.low if w >= 0 else s.high) for s, w in pairs)
    high = sum(w * (s.high if w >= 0 else s.low) for s, w in pairs)
    at = sum(w * s.estimate for s, w in pairs)
    return Range(at, min(low, at), max(high, at))


def mover_ratio(a: Range, b: Range) -> Ratio:
    """Limits of a / b from the limits of both.

    Source: Donner and Zou 2012, eq. 9, written without the difference that cancels; b may be 0.
    """
    product = a.estimate * b.estimate
    near_a, far_a = a.low * (2 * a.estimate - a.low), a.high * (2 * a.estimate - a.high)
    near_b, far_b = b.low * (2 * b.estimate - b.low), b.high * (2 * b.estimate - b.high)
    below = product + sqrt(max(product**2 - near_a * far_b, 0.0))
    low = near_a / below if below and near_a else 0.0
    high = (product + sqrt(max(product**2 - far_a * near_b, 0.0))) / near_b if near_b else None
    return _ordered(a, b, low, high)


def _farthest_ratio(a: Range, b: Range) -> Ratio:
    return _ordered(a, b, a.low / b.high if b.high else 0.0, a.high / b.low if b.low else None)


def _ordered(a: Range, b: Range, low: float, high: float | None) -> Ratio:
    at = a.estimate / b.estimate if b.estimate else None
    if at is not None:
        low, high = min(low, at), None if high is None else max(high, at)
    return Ratio(at, low, high)


def difference_with_error(first: Sequence[Stratum], second: Sequence[Stratum]) -> tuple[float, float]:
    """First share less second, and its standard error, as survey programs give them: for comparison, see design.py."""
    (a, error_a), (b, error_b) = share_with_error(first), share_with_error(second)
    return a - b, sqrt(error_a**2 + error_b**2)


def newcombe(x1: int, n1: int, x2: int, n2: int, level: float = 0.95) -> Range:
    """Difference of two shares, each of a sample from a pile without an end: MOVER on Wilson's limits.

    Source: Newcombe 1998, method 10.
    """
    if not n1 or not n2:
        raise Refused("of one of the two nothing was read, so there is nothing to compare")
    singles = [Range(x / n, *wilson(x, n, level)) for x, n in ((x1, n1), (x2, n2))]
    return mover(singles, [1.0, -1.0])
