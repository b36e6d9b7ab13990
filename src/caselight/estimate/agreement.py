"""How far people agree who answered the same question about the same case, without seeing each other's answers.

No one measure will do: where nearly all cases have the same answer, alpha is near 0 although coders hardly ever differ,
and AC1 near 1 although they may differ on every rare case. So all are given side by side, with how far they agree on
each answer by itself, and with the counts behind them. Where a measure cannot be given, the reason is.

Sources: Krippendorff, Content Analysis (4th ed. 2018), ch. 12 (alpha); Gwet, British Journal of Mathematical and
Statistical Psychology 61 (2008) 29-48 (AC1); Cohen, Educational and Psychological Measurement 20 (1960) 37-46, and
Psychological Bulletin 70 (1968) 213-220 (kappa, weighted); Cicchetti and Feinstein, Journal of Clinical Epidemiology 43
(1990) 551-558 (positive agreement).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from caselight.errors import Refused
from caselight.estimate.distances import Distance, in_order, interval, masi, nominal, ordinal_table, table
from caselight.estimate.finite_population import Floats
from caselight.estimate.proportions import clopper_pearson

__all__ = ["Agreement", "Positive", "Unit", "agreement", "interval", "masi", "nominal"]

Unit = Sequence[Hashable]  # the answers that one case got, one a coder; a coder who gave none is left out
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Positive:
    """How far two coders agree on one answer: of the times it was given, how often the other coder gave it too."""

    answer: Hashable
    given: int  # times it was given by either coder
    cases: int  # in which at least one of the two gave it
    both: int  # cases in which both did
    share: float | None  # 2 both / given; None = nobody gave it
    limits: Pair | None  # exact, at `level`


@dataclass(frozen=True, slots=True)
class Agreement:
    """What can be said about one question."""

    cases: int  # answered by two coders or more
    same: float  # share of pairs of answers that are the same
    alpha: float | None  # None = all answers are the same, so chance cannot be told from skill
    ac1: float | None
    kappa: float | None = None  # None = also where not every case was answered by the same two coders
    answers: Mapping[Hashable, int] = field(default_factory=dict)  # how often each was given
    positive: tuple[Positive, ...] = ()  # for each answer; () = not by two coders
    ranges: Mapping[str, Pair] = field(default_factory=dict)  # measure -> limits by resampling cases, see resampled.py
    reasons: tuple[str, ...] = ()  # why something is not given


def agreement(
    units: Sequence[Unit], metric: Distance | str | None = None, order: Sequence[Hashable] = (), level: float = 0.95
) -> Agreement | None:
    """The measures for one question; None = no case was answered twice.

    Args:
        units: the answers of each case, always in the same order of coders.
        metric: distance of two answers, for alpha; None = nominal. Names in distances.py; sets: "masi".
        order: answers from the lowest, for "ordinal"; () = numbers by size.
        level: of the limits of positive agreement.
    Raises:
        Refused: answers that the metric does not suit.
    """
    pairable = [unit for unit in units if len(unit) > 1]
    if not pairable:
        return None
    pairs = [(unit[0], unit[1]) for unit in pairable] if all(len(unit) == 2 for unit in pairable) else []
    found = (alpha(pairable, metric or nominal, order), ac1(units), kappa(pairs) if pairs else None)
    counts = Counter(answer for unit in pairable for answer in unit)
    values = sorted({value for answer in counts for value in _values(answer)}, key=str)
    positives = tuple(positive_agreement(_on(pairs, value), value, level) for value in values) if pairs else ()
    return Agreement(len(pairable), same(pairable), *found, counts, positives, {}, tuple(_reasons(counts, pairs)))


def _reasons(counts: Mapping[Hashable, int], pairs: Sequence[tuple[Hashable, Hashable]]) -> list[str]:
    reasons = []
    if len(counts) < 2:
        reasons.append(
            "no alpha, AC1 or kappa: all answers are the same, so agreement by skill cannot be told from agreement "
            "by chance; code cases where the answer differs"
        )
    if not pairs:
        reasons.append("no kappa and no positive agreement: some cases were answered by more than two coders")
    return reasons


def _values(answer: Hashable) -> frozenset[Hashable]:
    return answer if isinstance(answer, frozenset) else frozenset([answer])


def _on(pairs: Sequence[tuple[Hashable, Hashable]], value: Hashable) -> list[tuple[bool, bool]]:
    return [(value in _values(a), value in _values(b)) for a, b in pairs]


def same(units: Sequence[Unit]) -> float:
    """Share of pairs of answers to the same case that are the same, each case counting once."""
    return sum(_pairs_same(unit) for unit in units) / len(units)


def _pairs_same(unit: Unit) -> float:
    size = len(unit)
    return sum(n * (n - 1) for n in Counter(unit).values()) / (size * (size - 1))


def alpha(units: Sequence[Unit], metric: Distance | str, order: Sequence[Hashable] = ()) -> float | None:
    """Krippendorff's alpha: 1 - observed / expected disagreement; None where all answers are the same."""
    pairable = [unit for unit in units if len(unit) > 1]
    answers = in_order({answer for unit in pairable for answer in unit}, order, metric)
    if len(answers) < 2:
        return None
    given = counts_of(pairable, answers)
    totals = given.sum(axis=0)
    apart = table(answers, metric)
    apart = ordinal_table(totals) if apart is None else apart
    observed = float(disagreement(given, apart).sum())
    expected = float(totals @ apart @ totals) / (float(totals.sum()) - 1)
    return 1 - observed / expected if expected else None


def counts_of(units: Sequence[Unit], answers: Sequence[Hashable]) -> Floats:
    """How often each case got each answer, (U, V) float."""
    place = {answer: number for number, answer in enumerate(answers)}
    found = np.zeros((len(units), len(answers)))
    for row, unit in zip(found, units, strict=True):
        for answer in unit:
            row[place[answer]] += 1
    return found


def disagreement(given: Floats, apart: Floats) -> Floats:
    """Of each case the distances between all pairs of its answers, by the number of answers less one. (U,) float.

    Args:
        given: (U, V) float, two answers or more in each row.
        apart: (V, V) float, the distance of every two answers.
    """
    return np.asarray(((given @ apart) * given).sum(axis=1) / (given.sum(axis=1) - 1), np.float64)


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


def kappa(
    pairs: Sequence[tuple[Hashable, Hashable]], weights: str = "", order: Sequence[Hashable] = ()
) -> float | None:
    """Cohen's kappa of two coders; None where both gave one and the same answer throughout.

    Args:
        pairs: the answers of the first and the second coder to each case.
        weights: "" = the same or not; "linear" or "quadratic" = by steps apart on the scale.
        order: the scale from its lowest step, for weights; () = numbers by size.
    """
    metric = "ordinal" if weights else "nominal"
    answers = list(order) if order else in_order({a for pair in pairs for a in pair}, (), metric)
    place = {answer: number for number, answer in enumerate(answers)}
    if any(answer not in place for pair in pairs for answer in pair):
        raise Refused("an answer was given that is not on the scale")
    counts = np.zeros((len(answers), len(answers)))
    for a, b in pairs:
        counts[place[a], place[b]] += 1
    return kappa_of_table(counts.tolist(), weights)


def kappa_of_table(counts: Sequence[Sequence[float]], weights: str = "") -> float | None:
    """Cohen's kappa of a square table: rows are the first coder's answers, columns the second's.

    >>> round(kappa_of_table([[20, 5], [10, 15]]), 6)
    0.4
    """
    if weights not in ("", "linear", "quadratic"):
        raise Refused(f"{weights!r} is no kind of weights; choose linear or quadratic, or none")
    both = np.array(counts, np.float64)
    if not both.size or both.ndim != 2 or both.shape[0] != both.shape[1] or not (both >= 0).all():
        raise Refused("needed: a square table of counts, one row and one column an answer")
    steps = np.abs(np.subtract.outer(np.arange(len(both)), np.arange(len(both)))).astype(np.float64)
    apart = {"": (steps > 0).astype(np.float64), "linear": steps, "quadratic": steps**2}[weights]
    expected = float(both.sum(axis=1) @ apart @ both.sum(axis=0))
    return 1 - float((both * apart).sum()) * float(both.sum()) / expected if expected else None


def positive(pairs: Sequence[tuple[bool, bool]]) -> tuple[int, int]:
    """Of the answers of two coders that say yes, how many the other coder shares: (2 x both yes, all yes)."""
    both = sum(a and b for a, b in pairs)
    return 2 * both, sum(a + b for a, b in pairs)


def positive_agreement(pairs: Sequence[tuple[bool, bool]], answer: Hashable = True, level: float = 0.95) -> Positive:
    """How far two coders agree on a yes, with exact limits.

    Of the c cases in which at least one says yes, both do in a: a is binomial, so a / c has Clopper and Pearson's
    limits; and 2 both / given = 2 J / (1 + J) with J = a / c rises with J, so that it has the same, transformed.

    >>> found = positive_agreement([(True, True)] * 8 + [(True, False)] * 2 + [(False, False)] * 90)
    >>> round(found.share, 3), [round(limit, 3) for limit in found.limits]
    (0.889, [0.615, 0.987])
    """
    shared, given = positive(pairs)
    both, cases = shared // 2, given - shared // 2
    if not given:
        return Positive(answer, 0, 0, 0, None, None)
    low, high = (2 * limit / (1 + limit) for limit in clopper_pearson(both, cases, level))
    return Positive(answer, given, cases, both, shared / given, (low, high))
