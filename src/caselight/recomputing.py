"""Makes every published figure again from an exported folder alone: no study, no codebook, no trust in its numbers.

caselight export STUDY --format jsonl --to DIR     writes  draws/NNNN/*, readings.jsonl, cases.jsonl, estimates.jsonl
recompute(DIR)                                     reads these, draws again, settles again, counts again
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from caselight.drawing.checking import faults
from caselight.drawing.commitment import Committed, drawn_cases, open_folder
from caselight.drawing.fieldwork import evidence, readings
from caselight.errors import CaselightError, StudyError
from caselight.estimate import Evidence, fact_values
from caselight.estimate.sample import recoded
from caselight.review import Given
from caselight.types import Estimate, Stratum, Value, as_value

_LIMITS = ("estimate", "low", "high")
_NEAR = 1e-9  # numbers that went through JSON and back, or were added in another order


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A published figure beside what comes out when it is made again."""

    published: Mapping[str, Any]  # a line of estimates.jsonl
    again: Estimate | None  # None = it cannot be made from what is in the folder
    faults: tuple[str, ...]  # what differs, in words; () = nothing

    @property
    def holds(self) -> bool:
        """Every number and the digest came out the same."""
        return not self.faults


def recompute(folder: Path) -> list[Recomputed]:
    """Every figure in the folder that rests on a draw, made again.

    Raises:
        FileNotFoundError: the folder is no export as JSON Lines.
    """
    cases = {row["id"]: _case(row) for row in _lines(folder / "cases.jsonl")}
    given = [_given(row) for row in _lines(folder / "readings.jsonl")] if (folder / "readings.jsonl").exists() else []
    bases: dict[str, Evidence] = {}
    wrong: dict[str, list[str]] = {}
    for place in sorted((folder / "draws").glob("*/commitment.json")):
        committed = open_folder(place.parent)
        wrong[committed.digest] = list(_faults(committed))
        if not wrong[committed.digest]:
            read = readings((), (one.case for one in drawn_cases(committed)), given)
            bases[committed.digest] = evidence(committed, read, _facts(cases, place.parent))
    rows = [row for row in _lines(folder / "estimates.jsonl") if row["strata"]]
    now = _said_now(folder, cases) if any(map(_is_recoded, rows)) else {}
    found = []
    for row in rows:
        base = bases.get(row["draw"])
        if base is not None and _is_recoded(row):
            base = replace(base, sample=recoded(base.sample, now))
        found.append(_one(row, base, wrong.get(row["draw"], [])))
    return found


class _Case(NamedTuple):
    """What figures need of a case; a pile has many."""

    instance: str
    document: str  # the first; "" = it has none
    facts: tuple[tuple[str, str], ...]  # name, value


def _case(row: Mapping[str, Any]) -> _Case:
    facts = tuple((intern(one["name"]), one["value"]) for one in row["facts"])
    return _Case(intern(row["instance"]), next(iter(row["documents"]), ""), facts)


def _faults(committed: Committed) -> Iterator[str]:
    try:
        yield from faults(committed)
    except StudyError as error:
        yield str(error)


def _is_recoded(row: Mapping[str, Any]) -> bool:
    return any(one["code"] == "recoded" for one in row["assumptions"])


def _said_now(folder: Path, cases: Mapping[str, _Case]) -> dict[str, dict[str, Value]]:
    """What the machine says now of each case, under the case's id and that of its record."""
    said: dict[str, dict[str, Value]] = {}
    for row in (row for row in _lines(folder / "answers.jsonl") if row["coder"] == "rules"):
        for unit in filter(None, (row["case"], cases[row["case"]].document)):
            said.setdefault(unit, {})[row["variable"]] = as_value(row["value"])
    return said


def _one(row: Mapping[str, Any], base: Evidence | None, wrong: Sequence[str]) -> Recomputed:
    if base is None and wrong:
        return Recomputed(row, None, tuple(wrong))
    if base is None:
        return Recomputed(row, None, (f"the draw {row['draw'][:12]} that it rests on is not in the folder",))
    named = _estimate(row)
    try:
        again = base.again(named)
    except CaselightError as error:
        return Recomputed(row, None, (str(error),))
    if again is None:
        return Recomputed(row, None, ("nothing of that name comes out",))
    faults = [
        f"{part}: {getattr(named, part)} was published, {getattr(again, part)} comes out"
        for part in _differ(named, again)
    ]
    if named.level is not None and named.level < base.sample.level - _NEAR:
        faults.append(f"level: {base.sample.level} was committed to, {named.level} was published")
    return Recomputed(row, again, tuple(faults))


def _differ(one: Estimate, other: Estimate) -> Iterator[str]:
    for part in _LIMITS:
        a, b = getattr(one, part), getattr(other, part)
        if (a is None) != (b is None) or (a is not None and not isclose(a, b, rel_tol=_NEAR, abs_tol=_NEAR)):
            yield part
    yield from (p for p in ("n", "N", "unit", "cases", "strata", "digest") if getattr(one, p) != getattr(other, p))
    if one.error != other.error:
        yield "error"


def _facts(cases: Mapping[str, _Case], folder: Path) -> Callable[[str], Mapping[str, Sequence[str]]]:
    """Name of a fact -> unit -> its values, from cases.jsonl and the draw's members.tsv."""
    members: dict[str, list[str]] = {}
    if (folder / "members.tsv").exists():
        for line in (folder / "members.tsv").read_text("utf-8").splitlines():
            unit, case, _ = line.split("\t")
            members.setdefault(unit, []).append(case)
    else:
        members = {case: [case] for case in cases}

    def fact(name: str) -> Mapping[str, Sequence[str]]:
        of_case = {case: fact_values(name, one.facts, one.instance) for case, one in cases.items()}
        return {
            unit: tuple(dict.fromkeys(value for case in of_unit for value in of_case.get(case, ())))
            for unit, of_unit in members.items()
        }

    return fact


def _given(row: Mapping[str, Any]) -> Given:
    return Given(row["case"], row["variable"], as_value(row["value"]), row["coder"], row["decided"])


def _estimate(row: Mapping[str, Any]) -> Estimate:
    strata = tuple(Stratum(**stratum) for stratum in row["strata"])
    where = tuple((name, value) for name, value in row["where"])
    parts = dict(row) | {"strata": strata, "where": where, "cases": tuple(row["cases"])}
    parts["assumptions"] = tuple(one["code"] for one in row["assumptions"])
    return Estimate(**parts)


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
