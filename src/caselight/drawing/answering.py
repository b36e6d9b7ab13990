"""What people, and machines elsewhere, answered: taken in, given back, and as a sheet to be filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from caselight.drawing.commitment import Committed, drawn_cases, last
from caselight.drawing.pile import machine_file, members_of
from caselight.planning import Made
from caselight.review import Given, decision_of, digest_of
from caselight.store import Study, journal
from caselight.tables import read_table
from caselight.types import Evidence, Span, as_value


def take(study: Study, rows: Sequence[Given], time: str) -> dict[str, int]:
    """Adds answers of people to the coders' journals; coder -> how many were new.

    An answer that a coder has given already, word for word, is not written again.
    """
    return _added(rows, lambda coder: _answers(study) / f"{coder}.jsonl", time)


def take_machine(study: Study, rows: Sequence[Given], time: str) -> dict[str, int]:
    """Adds answers of machines elsewhere to a journal of each; machine -> how many were new."""
    return _added(rows, lambda name: machine_file(study, name), time)


def _added(rows: Sequence[Given], file_of: Any, time: str) -> dict[str, int]:
    by_coder: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_coder.setdefault(row.coder, []).append(_body(row))
    added = {}
    for coder, bodies in sorted(by_coder.items()):
        file = file_of(coder)
        known = {(body["case"], body["variable"]): body for body in journal.read(file)}
        fresh = [body for body in bodies if known.get((body["case"], body["variable"])) != body]
        journal.append(file, fresh, time)
        added[coder] = len(fresh)
    return added


def given(study: Study) -> list[Given]:
    """All answers of people, each coder's in the order in which they were given."""
    found = []
    for file in sorted(_answers(study).glob("*.jsonl")):
        for body in journal.read(file):
            asked = body.get("asked", True)
            told = as_value(body["value"])
            found.append(Given(body["case"], body["variable"], told, file.stem, body["decided"], asked))
    return found


def quotes_of(study: Study) -> dict[tuple[str, str, str], tuple[Evidence, ...]]:
    """(unit, variable, coder) -> the words of the record that the coder answered with."""
    found = {}
    for file in sorted(_answers(study).glob("*.jsonl")):
        for body in journal.read(file):
            quotes = decision_of(body).quotes
            spans = ((Span(q.document, q.start, q.end, q.quote), q) for q in quotes)
            told = tuple(Evidence(span, q.said_by, q.denied) for span, q in spans)
            found[body["case"], body["variable"], file.stem] = told
    return found


def answered(study: Study, units: Collection[str]) -> tuple[int, str]:
    """How many of these units somebody has answered, and the sha256 of the sums of all coders' journals."""
    seen = {one.case for one in given(study) if one.case in units}
    files = sorted(_answers(study).glob("*.jsonl"))
    return len(seen), digest_of("".join(f"{_sha256(file)}  {file.name}\n" for file in files))


def at_stake(study: Study) -> tuple[Committed, int] | None:
    """The draw that makes the study's figures and would make none after another one, and how many of its units are
    answered; None = no dice were thrown for the last draw for figures.
    """
    committed = last(study)
    if committed is None or not committed.thrown:
        return None
    return committed, answered(study, {one.case for one in drawn_cases(committed)})[0]


def named_cases(made: Made, unit: str = "case") -> dict[str, str]:
    """Units' ids, and names and paths of records, each with the id of the unit it means; "" = of several.

    Of a matter the id alone is a name: an answer about one instance is no answer about all.
    """
    if unit == "matter":
        return {matter: matter for matter in members_of(made, unit)}
    paths = {record.id: record for record in made.catalogue.leaves().values()}
    found: dict[str, str] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents"]).to_pydict()
        for case, documents in zip(part["id"], part["documents"], strict=True):
            record = paths[documents[0]]
            one = case if unit == "case" else documents[0]
            for name in dict.fromkeys((one, record.name, record.path)):
                found[name] = "" if found.get(name, one) != one else one
    return found


def to_read(made: Made, committed: Committed) -> list[tuple[str, ...]]:
    """The drawn units as a sheet to be filled in: a head, then a row a unit in the order of reading.

    Of a matter the column `record` names the records of all its instances.
    """
    paths = records_of(made, committed.unit)
    head = ("case", "record", "read_twice", *(variable.name for variable in made.codebook.variables))
    empty = ("",) * len(made.codebook.variables)
    drawn = drawn_cases(committed)
    return [head, *((d.case, paths.get(d.case, ""), "yes" if d.double else "no", *empty) for d in drawn)]


def records_of(made: Made, unit: str) -> dict[str, str]:
    """Unit -> the paths of its records."""
    path = {record.id: record.path for record in made.catalogue.leaves().values()}
    of_case: dict[str, str] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents"]).to_pydict()
        of_case |= {case: path[found[0]] for case, found in zip(part["id"], part["documents"], strict=True)}
    return {one: "; ".join(of_case[case] for case in cases) for one, cases in members_of(made, unit).items()}


def texts_of(made: Made, unit: str, wanted: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Unit -> the name and the text of each of its records, of those units that are wanted."""
    members = {one: cases for one, cases in members_of(made, unit).items() if one in wanted}
    cases = {case for of_unit in members.values() for case in of_unit}
    found: dict[str, tuple[str, str]] = {}
    for plan in made.plans:
        ids = read_table(plan.paths["cases"], ["id"])["id"].to_pylist()
        rows = [row for row, case in enumerate(ids) if case in cases]
        if rows:
            part = read_table(plan.paths["texts"], ["name", "text"]).take(rows).to_pydict()
            found |= zip((ids[row] for row in rows), zip(part["name"], part["text"], strict=True), strict=True)
    return {one: [found[case] for case in of_unit] for one, of_unit in members.items()}


def state_of(study: Study) -> str:
    """Changes with every draw and every answer of people."""
    files = sorted(file for file in (study.folder / "journal").rglob("*") if file.is_file())
    return digest_of("".join(f"{file.relative_to(study.folder)} {_sha256(file)}\n" for file in files))


def _answers(study: Study) -> Path:
    return study.folder / "journal" / "answers"


def _body(row: Given) -> dict[str, Any]:
    value = list(row.value) if isinstance(row.value, tuple) else row.value
    told = {"case": row.case, "variable": row.variable, "value": value, "decided": row.decided}
    return told if row.asked else told | {"asked": False}


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
