"""How far people agree who answered the same question about the same case, without seeing each other's answers.

No one measure will do: where nearly all cases have the same answer, alpha is near 0 although coders hardly ever differ,
and AC1 near 1 although they may differ on every rare case. So all are given side by side.

Sources: Krippendorff, Content Analysis (4th ed. 2018), ch. 12; Gwet, British Journal of Mathematical and Statistical
Psychology 61 (2008) 29-48 (AC1); Passonneau, LREC 2006 (MASI); Cicchetti and Feinstein, Journal of Clinical
Epidemiology 43 (1990) 551-558 (positive agreement).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import permutations

Unit = Sequence[Hashable]  # the answers that one case got, one a coder; a coder who gave none is left out
Distance = Callable[[Hashable, Hashable], float]  # 0 = the same, 1 = as far apart as can be


@dataclass(frozen=True, slots=True)
class Agreement:
    """What can be said about one question."""

    cases: int  # answered by two coders or more
    same: float  # share of pairs of answers that are the same
    alpha: float | None  # None = all answers are the same, so chance cannot be told from skill
    ac1: float | None


def agreement(units: Sequence[Unit], distance: Distance | None = None) -> Agreement | None:
    """The measures for one question; None = no case was answered twice.

    Args:
        units: the answers of each case.
        distance: of two answers, for alpha; None = nominal (0 or 1). Sets: `masi`.
    """
    pairable = [unit for unit in units if len(unit) > 1]
    if not pairable:
        return None
    return Agreement(len(pairable), same(pairable), alpha(pairable, distance or nominal), ac1(pairable))


def same(units: Sequence[Unit]) -> float:
    """Share of pairs of answers to the same case that are the same, each case counting once."""
    return sum(_pairs_same(unit) for unit in units) / len(units)


def _pairs_same(unit: Unit) -> float:
    size = len(unit)
    return sum(n * (n - 1) for n in Counter(unit).values()) / (size * (size - 1))


def alpha(units: Sequence[Unit], distance: Distance) -> float | None:
    """Krippendorff's alpha: 1 - observed / expected disagreement; None where all answers are the same."""
    pairable = [unit for unit in units if len(unit) > 1]
    totals = Counter(answer for unit in pairable for answer in unit)
    n = sum(totals.values())
    observed = sum(sum(distance(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in pairable if unit)
    expected = sum(distance(a, b) * na * nb for a, na in totals.items() for b, nb in totals.items()) / max(n - 1, 1)
    return None if not expected else 1 - observed / expected


def ac1(units: Sequence[Unit]) -> float | None:
    """Gwet's AC1; None where only one answer occurs.

    A case with a single answer tells how frequent the answer is, not how far coders agree.
    """
    answers = {answer for unit in units for answer in unit}
    pairable = [unit for unit in units if len(unit) > 1]
    given = [unit for unit in units if unit]
    if len(answers) < 2 or not pairable:
        return None
    share = {a: sum(list(unit).count(a) / len(unit) for unit in given) / len(given) for a in answers}
    chance = sum(p * (1 - p) for p in share.values()) / (len(answers) - 1)
    return (same(pairable) - chance) / (1 - chance)


def positive(pairs: Sequence[tuple[bool, bool]]) -> tuple[int, int]:
    """Of the answers of two coders that say yes, how many the other coder shares: (2 x both yes, all yes)."""
    both = sum(a and b for a, b in pairs)
    return 2 * both, sum(a + b for a, b in pairs)


def nominal(a: Hashable, b: Hashable) -> float:
    """0 = the same, 1 = another."""
    return float(a != b)


def masi(a: Hashable, b: Hashable) -> float:
    """Distance of two sets of answers: 1 - Jaccard x (1 equal, 2/3 subset, 1/3 overlap, 0 apart).

    >>> masi(frozenset("ab"), frozenset("a"))
    0.6666666666666667
    """
    if not isinstance(a, frozenset) or not isinstance(b, frozenset):
        raise TypeError(f"sets of answers are compared, not {a!r} and {b!r}")
    if a == b:
        return 0.0
    shared = a & b
    weight = 2 / 3 if shared in (a, b) else 1 / 3
    return 1 - weight * len(shared) / len(a | b) if shared else 1.0


def interval(a: Hashable, b: Hashable) -> float:
    """Squared difference of two numbers."""
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        raise TypeError(f"numbers are compared, not {a!r} and {b!r}")
    return float((a - b) ** 2)
