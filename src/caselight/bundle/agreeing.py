"""How far coders agree, worked out again from their answers, as the report's page about the method prints it.

Sources: Krippendorff, Content Analysis (4th ed. 2018), ch. 12 (alpha); Gwet, British Journal of Mathematical and
Statistical Psychology 61 (2008) 29-48 (AC1); Passonneau, LREC 2006 (MASI, for answers that are sets).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import exp, lgamma, log
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import ADJUDICATOR, Draw, last_answers, settled_of

Numbers = dict[str, float]  # name as printed -> number; absent = not to be told


def agreements_of(bundle: Bundle, questions: Sequence[Mapping[str, Any]], draw: Draw) -> dict[str, Numbers]:
    """Variable -> its measures, from the drawn units that two coders or more answered, the adjudicator left out.

    VARIABLE/ANSWER -> how far two coders agree on this answer, where no unit was answered by more than two.
    """
    units = {unit for drawn in draw.drawn.values() for unit in drawn}
    last = last_answers(bundle, units)
    settled_of(last, questions)  # takes out what nobody has answered
    given: dict[str, list[list[Any]]] = {}
    for (variable, _), by_coder in last.items():
        decided = [value for coder, (value, done, _) in by_coder.items() if done and coder != ADJUDICATOR]
        given.setdefault(variable, []).append(decided)
    found = {}
    for question in questions:
        kind = question["kind"]
        by_unit = given.get(question["name"], ())
        answered: list[list[Hashable]] = [[_comparable(v, kind) for v in said] for said in by_unit if len(said) > 1]
        if kind == "number":  # one that a coder did not find is left out: it is no number of any size
            answered = [[v for v in unit if isinstance(v, int | float)] for unit in answered]
        if any(len(unit) > 1 for unit in answered):
            name = question["name"]
            found[name] = _measures(answered, kind)
            found |= {f"{name}/{answer}": numbers for answer, numbers in _on_answers(answered).items()}
    return found


def _comparable(value: Any, kind: str) -> Hashable:
    if kind == "many-of":
        return frozenset(value) if isinstance(value, tuple) else frozenset()
    return "" if value is None else value


def _measures(units: Sequence[Sequence[Hashable]], kind: str) -> Numbers:
    twice = [unit for unit in units if len(unit) > 1]
    alike = [Fraction(sum(a == b for a, b in combinations(u, 2)), len(u) * (len(u) - 1) // 2) for u in twice]
    same = sum(alike, Fraction(0)) / len(twice)
    found = {"twice": float(len(twice)), "same": float(same), "same_percent": float(100 * same)}
    totals = Counter(answer for unit in twice for answer in unit)
    n = sum(totals.values())
    observed = sum((_apart(combinations(unit, 2), kind) * 2 / (len(unit) - 1) for unit in twice), Fraction(0))
    pairs = ((_distance(a, b, kind) * totals[a] * totals[b]) for a, b in combinations(totals, 2))
    expected = 2 * sum(pairs, Fraction(0)) / (n - 1)
    if expected:
        found["alpha"] = float(1 - observed / expected)
    given = [unit for unit in units if unit]  # one answer alone tells how frequent it is, not how far coders agree
    answers = {answer for unit in given for answer in unit}
    if len(answers) > 1:
        share = [sum(Fraction(list(u).count(a), len(u)) for u in given) / len(given) for a in answers]
        chance = sum((p * (1 - p) for p in share), Fraction(0)) / (len(answers) - 1)
        found["ac1"] = float((same - chance) / (1 - chance))
    return found


def _on_answers(units: Sequence[Sequence[Hashable]]) -> dict[str, Numbers]:
    """Answer -> cases in which one of the two gave it at least, and of the times it was given, how often both did."""
    pairs = [(_values(unit[0]), _values(unit[1])) for unit in units if len(unit) == 2]
    if len(pairs) < sum(len(unit) > 1 for unit in units):
        return {}
    found = {}
    for answer in {value for one, other in pairs for value in one | other}:
        both = sum(answer in one and answer in other for one, other in pairs)
        cases = sum(answer in one or answer in other for one, other in pairs)
        low, high = (2 * limit / (1 + limit) for limit in _limits_of_share(both, cases))
        found[str(answer)] = {"cases": cases, "share": 2 * both / (cases + both), "low": low, "high": high}
    return found


def _values(answer: Hashable) -> frozenset[Hashable]:
    return answer if isinstance(answer, frozenset) else frozenset([answer])


@lru_cache(maxsize=10_000)
def _limits_of_share(x: int, n: int) -> tuple[float, float]:
    """Exact limits of a share at 95 percent: those p at which so few, or so many, have a chance of 2.5 percent.

    >>> [round(limit, 4) for limit in _limits_of_share(15, 148)]
    [0.0578, 0.1617]
    """
    return 0.0 if x == 0 else _share_at(x, n, 0.025), 1.0 if x == n else _share_at(x + 1, n, 0.975)


def _share_at(x: int, n: int, tail: float) -> float:
    """The p at which x or more of n have that chance."""
    low, high = 0.0, 1.0
    for _ in range(50):
        p = (low + high) / 2
        ways = (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k in range(x, n + 1))
        chance = sum(exp(one + k * log(p) + (n - k) * log(1 - p)) for k, one in enumerate(ways, x))
        low, high = (p, high) if chance < tail else (low, p)
    return (low + high) / 2


def _apart(pairs: Iterable[tuple[Hashable, Hashable]], kind: str) -> Fraction:
    return sum((_distance(a, b, kind) for a, b in pairs), Fraction(0))


def _distance(a: Hashable, b: Hashable, kind: str) -> Fraction:
    if kind == "number" and isinstance(a, int | float) and isinstance(b, int | float):
        return (Fraction(a) - Fraction(b)) ** 2
    if a == b or not isinstance(a, frozenset) or not isinstance(b, frozenset):
        return Fraction(a != b)
    shared = a & b
    weight = Fraction(2, 3) if shared in (a, b) else Fraction(1, 3)
    return 1 - weight * len(shared) / len(a | b) if shared else Fraction(1)
