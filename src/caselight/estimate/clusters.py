"""Shares of persons in cases, totals from unequal chances, and copied paragraphs: where cases are not what is counted.

Cases are drawn, persons counted: persons of one case share its fate, so that they are no sample of persons. There is no
exact interval; Korn and Graubard's and the logit one are approximate, are marked so, and are refused where they fail.
M_i persons in case i, y_i of them with the code; n cases drawn of N.

Sources: Woodruff, JASA 66 (1971) 411-414 (ratio, linearised); Korn and Graubard, Survey Methodology 24 (1998) 193-201;
Horvitz and Thompson, JASA 47 (1952) 663-685, with the error of Hansen and Hurwitz, Annals of Mathematical Statistics 14
(1943) 333-362; Kish, Survey Sampling (1965), section 8.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from caselight.errors import Refused
from caselight.estimate.design import beta_interval, logit_interval
from caselight.estimate.ranges import Range

# Below 30 clusters Student's law with an estimated variance covers too little (Korn and Graubard 1998, table 2).
LEAST_CASES = 30


@dataclass(frozen=True, slots=True)
class PersonShare:
    """A share among persons; approximate."""

    share: Range
    persons: int  # in the cases that were read
    cases: int  # that were read and have persons
    effective: float  # persons that would tell as much, had they been drawn one by one


def share_among_persons(
    persons: Sequence[int],
    positive: Sequence[int],
    N: int,  # noqa: N803
    level: float = 0.95,
    method: str = "beta",
) -> PersonShare:
    """The share of persons with the code, from a simple draw of cases; approximate.

    Args:
        persons: M_i, persons in each read case.
        positive: y_i, of these, with the code.
        N: cases in the pile.
        level: of confidence.
        method: "beta" (Korn and Graubard, wider) or "logit".
    Raises:
        Refused: fewer than 30 cases, no positive (or no negative), or numbers that contradict each other.
    """
    cases = sum(m > 0 for m in persons)
    if cases < LEAST_CASES:
        raise Refused(f"only {cases} cases with persons were read; a share among persons needs {LEAST_CASES} or more")
    at, error, freedom = ratio(persons, positive, N)
    if at in (0.0, 1.0):
        raise Refused(
            f"{'no' if not at else 'every'} person in the cases that were read has the code; a share among persons "
            "cannot be given then; give the share of cases in which at least one person has it"
        )
    limits = _interval(at, error, int(sum(persons)), freedom, level, method)
    effective = at * (1 - at) / error**2 if error else float(sum(persons))
    return PersonShare(Range(at, min(limits[0], at), max(limits[1], at)), int(sum(persons)), cases, effective)


def _interval(at: float, error: float, n: int, freedom: int, level: float, method: str) -> tuple[float, float]:
    if error == 0:  # every case was read
        return at, at
    if method == "logit":
        return logit_interval(at, error, freedom, level)
    return beta_interval(at, error, n, freedom, level)


def ratio(
    persons: Sequence[int],
    positive: Sequence[int],
    N: int,  # noqa: N803
) -> tuple[float, float, int]:
    """Share of persons, its standard error by linearisation, and the degrees of freedom.

    Raises:
        Refused: numbers that contradict each other, no person, or fewer than two cases.
    """
    n = len(persons)
    if n != len(positive) or n > N or any(not 0 <= y <= m for m, y in zip(persons, positive, strict=True)):
        raise Refused("each read case needs its persons and how many of them have the code, and no more than all")
    if n < 2 or not sum(persons):
        raise Refused("fewer than two cases, or no person at all, were read; there is no share among persons")
    sizes, hits = np.array(persons, np.float64), np.array(positive, np.float64)
    at = float(hits.sum() / sizes.sum())
    residual = (hits - at * sizes) / sizes.sum()
    variance = (1 - n / N) * n / (n - 1) * float((residual**2).sum())
    return at, sqrt(variance), n - 1


def horvitz_thompson(chance: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Total of y over the pile from cases drawn with known, unequal chances, and its standard error.

    The error is that of drawing with replacement, which is the safe side for draws without.

    Args:
        chance: of each read case to be in the draw, 0 < chance <= 1.
        y: its value.
    Raises:
        Refused: a chance that is none, or fewer than two cases.
    """
    if len(chance) != len(y) or len(y) < 2 or not all(1e-9 <= p <= 1 for p in chance):
        raise Refused("needed: two cases or more, each with its value and its chance of being drawn, up to 1")
    if not all(abs(value) < 1e15 for value in y):
        raise Refused("a value is no number, or too large to be squared")
    expanded = np.array(y, np.float64) / np.array(chance, np.float64)
    n = len(expanded)
    return float(expanded.sum()), float(sqrt(n / (n - 1) * ((expanded - expanded.mean()) ** 2).sum()))


def effective_size(groups: Sequence[int]) -> float:
    """How many cases tell as much as these, where those of a group copy each other word for word.

    >>> round(effective_size([40, 1, 1, 1]), 3)
    1.153

    Args:
        groups: cases in each group of copies among the read ones; 1 = a case that copies none.
    Returns:
        (sum m)^2 / sum m^2, Kish's formula with groups that agree entirely: n where nothing is copied, 1 where all is.
    """
    if any(m < 0 for m in groups):
        raise Refused("a group of copies cannot have fewer than no cases")
    squares = sum(m * m for m in groups)
    return sum(groups) ** 2 / squares if squares else 0.0


def design_effect(groups: Sequence[Sequence[float]]) -> float:
    """How many times larger the variance of the mean is than if all cases had been drawn one by one; at least 0.

    Args:
        groups: the values (0 or 1: the machine was wrong) of the cases in each group of copies.
    Raises:
        Refused: fewer than two groups, or all values are the same: nothing varies.
    """
    full = [np.array(group, np.float64) for group in groups if len(group)]
    if len(full) < 2:
        raise Refused("fewer than two groups of copies; a design effect needs more")
    values = np.concatenate(full)
    if not (np.abs(values) < 1e15).all():
        raise Refused("a value is no number, or too large to be squared")
    n, at, k = len(values), float(values.mean()), len(full)
    spread = float(values.var(ddof=1))
    if spread < 1e-15:
        raise Refused("all values are the same, so there is no variance to compare")
    between = sum(float((group - at).sum()) ** 2 for group in full) * k / (k - 1) / n**2
    return between / (spread / n)
