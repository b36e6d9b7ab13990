"""How far coders agree, worked out again from their answers, as the report's page about the method prints it.

Sources: Krippendorff, Content Analysis (4th ed. 2018), ch. 12 (alpha); Gwet, British Journal of Mathematical and
Statistical Psychology 61 (2008) 29-48 (AC1); Passonneau, LREC 2006 (MASI, for answers that are sets).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import ADJUDICATOR, Draw, tuples
from caselight.bundle.names import ANSWERS
from caselight.bundle.reading import read_rows

Numbers = dict[str, float]  # name as printed -> number; absent = not to be told


def agreements_of(bundle: Bundle, questions: Sequence[Mapping[str, Any]], draw: Draw) -> dict[str, Numbers]:
    """Variable -> its measures, from the drawn units that two coders or more answered, the adjudicator left out."""
    units = {unit for drawn in draw.drawn.values() for unit in drawn}
    given: dict[str, dict[str, dict[str, Any]]] = {}
    for file in (name for name in bundle.sizes if name.startswith(ANSWERS)):
        if file == f"{ANSWERS}{ADJUDICATOR}.jsonl":
            continue
        for _, row in read_rows(bundle, file):
            if row["case"] in units and row["decided"]:
                given.setdefault(row["variable"], {}).setdefault(row["case"], {})[file] = tuples(row["value"])
    found = {}
    for question in questions:
        several = question["kind"] == "many-of"
        by_unit = given.get(question["name"], {}).values()
        twice = [[_comparable(v, several) for v in said.values()] for said in by_unit if len(said) > 1]
        if twice:
            found[question["name"]] = _measures(twice, several)
    return found


def _comparable(value: Any, several: bool) -> Hashable:
    if several:
        return frozenset(value) if isinstance(value, tuple) else frozenset()
    return "" if value is None else value


def _measures(twice: Sequence[Sequence[Hashable]], several: bool) -> Numbers:
    alike = [
        Fraction(sum(a == b for a, b in combinations(unit, 2)), len(unit) * (len(unit) - 1) // 2) for unit in twice
    ]
    same = sum(alike, Fraction(0)) / len(twice)
    found = {"twice": float(len(twice)), "same_percent": float(100 * same)}
    totals = Counter(answer for unit in twice for answer in unit)
    n = sum(totals.values())
    observed = sum((_apart(combinations(unit, 2), several) * 2 / (len(unit) - 1) for unit in twice), Fraction(0))
    pairs = ((_distance(a, b, several) * totals[a] * totals[b]) for a, b in combinations(totals, 2))
    expected = 2 * sum(pairs, Fraction(0)) / (n - 1)
    if expected:
        found["alpha"] = float(1 - observed / expected)
    if len(totals) > 1:
        share = {a: sum(Fraction(list(u).count(a), len(u)) for u in twice) / len(twice) for a in totals}
        chance = sum((p * (1 - p) for p in share.values()), Fraction(0)) / (len(totals) - 1)
        found["ac1"] = float((same - chance) / (1 - chance))
    return found


def _apart(pairs: Iterable[tuple[Hashable, Hashable]], several: bool) -> Fraction:
    return sum((_distance(a, b, several) for a, b in pairs), Fraction(0))


def _distance(a: Hashable, b: Hashable, several: bool) -> Fraction:
    if a == b or not several or not isinstance(a, frozenset) or not isinstance(b, frozenset):
        return Fraction(a != b)
    shared = a & b
    weight = Fraction(2, 3) if shared in (a, b) else Fraction(1, 3)
    return 1 - weight * len(shared) / len(a | b) if shared else Fraction(1)
