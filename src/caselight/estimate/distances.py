"""How far two answers to the same question are apart, by the kind of its answers; 0 = the same.

    nominal    names: the same or not                       ordinal   steps of a scale whose steps are not equal
    interval   numbers: the squared difference              ratio     numbers with a true zero: sums, counts
    masi       sets of answers, a part counts for part      jaccard   sets of answers, by the share they have in common

Sources: Krippendorff, Content Analysis (4th ed. 2018), ch. 12 (nominal to ratio); Passonneau, LREC 2006, 831-836
(MASI); Jaccard, New Phytologist 11 (1912) 37-50. Older versions of nltk round MASI's thirds to .67 and .33.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from caselight.errors import Refused
from caselight.estimate.finite_population import Floats

Distance = Callable[[Hashable, Hashable], float]
ORDINAL = "ordinal"  # needs to know how often each answer was given, so it is no function of two answers alone


def nominal(a: Hashable, b: Hashable) -> float:
    """0 = the same, 1 = another."""
    return float(a != b)


def interval(a: Hashable, b: Hashable) -> float:
    """Squared difference of two numbers."""
    return (_number(a) - _number(b)) ** 2


def ratio(a: Hashable, b: Hashable) -> float:
    """Squared share of the difference in the sum of two numbers of 0 or more; 0 and 0 are the same."""
    whole = _number(a) + _number(b)
    if min(_number(a), _number(b)) < 0:
        raise Refused("numbers below 0 have no ratio; use the interval measure")
    return ((_number(a) - _number(b)) / whole) ** 2 if whole else 0.0


def masi(a: Hashable, b: Hashable) -> float:
    """Distance of two sets of answers: 1 - Jaccard x (1 equal, 2/3 subset, 1/3 overlap, 0 apart).

    >>> round(masi(frozenset("ab"), frozenset("a")), 4)
    0.6667
    """
    a, b = _set(a), _set(b)
    if a == b:
        return 0.0
    shared = a & b
    weight = 2 / 3 if shared in (a, b) else 1 / 3
    return 1 - weight * len(shared) / len(a | b) if shared else 1.0


def jaccard(a: Hashable, b: Hashable) -> float:
    """Distance of two sets of answers: the share of all that only one of them has; two empty sets are the same."""
    a, b = _set(a), _set(b)
    return 1 - len(a & b) / len(a | b) if a or b else 0.0


METRICS: dict[str, Distance] = {
    "nominal": nominal,
    "interval": interval,
    "ratio": ratio,
    "masi": masi,
    "jaccard": jaccard,
}


def table(answers: Sequence[Hashable], metric: Distance | str) -> Floats | None:
    """The distance of every two answers, (V, V) float; None = ordinal, see `ordinal_table`.

    Raises:
        Refused: a metric that there is not, or answers that it does not suit.
    """
    if metric == ORDINAL:
        return None
    if isinstance(metric, str) and metric not in METRICS:
        raise Refused(f"{metric!r} is no measure of distance; choose {', '.join([*METRICS, ORDINAL])}")
    distance = METRICS[metric] if isinstance(metric, str) else metric
    if distance is nominal:  # a text question may have thousands of answers
        return 1 - np.eye(len(answers))
    return np.array([[distance(a, b) for b in answers] for a in answers], np.float64).reshape(len(answers), -1)


def ordinal_table(totals: Floats) -> Floats:
    """The distance of every two steps of a scale: the answers given between them, their own half, squared.

    Args:
        totals: (V,) float; how often each step was given, from the lowest.
    Returns:
        (V, V) float.
    """
    heights = steps(totals)
    return np.asarray((heights[:, None] - heights[None, :]) ** 2, np.float64)


def steps(totals: Floats) -> Floats:
    """How high each step of a scale stands: the answers below it and half of its own; (..., V) as `totals`."""
    return np.asarray(np.cumsum(totals, axis=-1) - totals / 2, np.float64)


def in_order(answers: set[Hashable], order: Sequence[Hashable], metric: Distance | str) -> list[Hashable]:
    """The answers, from the lowest; by `order` where it is given.

    Raises:
        Refused: an ordinal measure, and nobody can say which answer is higher.
    """
    if order:
        unknown = answers - set(order)
        if unknown:
            raise Refused(f"{unknown.pop()!r} was answered but is not on the scale {', '.join(map(str, order))}")
        return [answer for answer in dict.fromkeys(order) if answer in answers]
    if metric != ORDINAL:
        return sorted(answers, key=str)
    try:
        return sorted(answers)  # type: ignore[type-var]
    except TypeError:
        raise Refused("the answers have no order; give the scale from its lowest step") from None


def _number(answer: Hashable) -> float:
    # Beyond 10^15 a float no longer holds every whole number; squares of sums of squares must stay in its range.
    if not isinstance(answer, int | float) or not abs(answer) < 1e15:
        raise Refused(f"{answer!r} is no number, or too large a one; this measure compares numbers")
    return float(answer)


def _set(answers: Hashable) -> frozenset[Hashable]:
    if not isinstance(answers, frozenset):
        raise Refused(f"{answers!r} is no set of answers; this measure compares sets")
    return answers
