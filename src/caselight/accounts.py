"""What came in and what became of it: every record in exactly one state, each stage's books, all problems.

Apart from the report, which takes a third of a second to load: a run that only makes tables does without.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from caselight.planning import Made
from caselight.store import Catalogue
from caselight.structure import case_id
from caselight.tables import read_table
from caselight.terminal import number_of
from caselight.types import UNREAD, Book, Problem, RecordRow, State, lost_inside

# What became of a record that was handed to a reader: as in RecordRow, in its order.
_OF_DOCUMENT = ("state", "reason", "media_type", "reader", "chars", "pages", "language")
_Read = tuple[str, str, str, str, int, int, str]
_SAME_BYTES = "the same bytes are in the study under another path"
LEFT_OUT = "whoever added the records left it out"
_MEMBERS = "an archive or a dump; what is in it are records of their own"


class Accounts(NamedTuple):
    """What came in and what became of it."""

    records: list[RecordRow]  # sorted by path; each is in exactly one state
    books: list[Book]  # each stage's: each must balance, or nothing is published
    problems: list[Problem]  # everything that could not be done, in the order of the stages


def accounts(made: Made) -> Accounts:
    """The records with their states, the books and the problems. Each table is opened once."""
    states: dict[str, _Read] = {}
    troubles: dict[str, list[Problem]] = {stage: [] for stage in ("ingest", "structure", "coding")}
    cases = 0
    became = {variable.name: Counter[str]() for variable in made.codebook.variables}
    of_variable: dict[str, list[Problem]] = {name: [] for name in became}
    for plan in made.plans:
        documents = read_table(plan.paths["documents"])
        paths = {record.id: record.path for record in plan.bucket.records}
        states |= _states(documents)
        troubles["ingest"] += _told(documents, "id", "ingest", paths)
        structured = read_table(plan.paths["cases"], ["id", "problems"])
        cases += structured.num_rows
        troubles["structure"] += _told(structured, "id", "structure", {})
        for name, outcome in became.items():
            answers = read_table(plan.paths[f"answers/{name}"], ["case", "value", "problems"])
            undecided = answers["value"].to_pylist().count("null")
            outcome.update({"answered": answers.num_rows - undecided, "no answer": undecided})
            of_variable[name] += _told(answers, "case", "coding", {})
    records = _record_rows(made, states)
    kept = [Book(f"coding/{name}", "case", cases, tuple(sorted(outcome.items()))) for name, outcome in became.items()]
    troubles["coding"] = list(chain.from_iterable(of_variable.values()))
    return Accounts(records, [*_first_books(made, records, cases), *kept], _problems(made, records, troubles))


def record_rows(made: Made) -> list[RecordRow]:
    """Every record of the study, sorted by path."""
    states: dict[str, _Read] = {}
    for plan in made.plans:
        states |= _states(read_table(plan.paths["documents"]))
    return _record_rows(made, states)


def case_paths(records: Iterable[RecordRow]) -> dict[str, str]:
    """Case id -> the path of the record that it was made from."""
    return {case_id(record.id): record.path for record in records if record.state == State.READ}


def _states(documents: pa.Table) -> dict[str, _Read]:
    """By the record's id."""
    rows = zip(*(documents[name].to_pylist() for name in _OF_DOCUMENT), strict=True)
    return dict(zip(documents["id"].to_pylist(), rows, strict=True))


def _record_rows(made: Made, read: Mapping[str, _Read]) -> list[RecordRow]:
    first: dict[str, str] = {}
    closed = _closed(made.catalogue)
    rows = []
    for record in made.catalogue.records:
        original = first.setdefault(record.id, record.path)
        came = record.id, record.path, record.name
        if original != record.path:
            row = RecordRow(*came, State.DUPLICATE.value, _SAME_BYTES, parent=record.parent, duplicate_of=original)
        elif record.id in closed:
            row = RecordRow(*came, closed[record.id].kind, closed[record.id].message, parent=record.parent)
        elif record.id in made.catalogue.containers:
            row = RecordRow(*came, State.CONTAINER.value, _MEMBERS, parent=record.parent)
        else:
            row = RecordRow(record.id, record.path, record.name, *read[record.id], record.parent)
        rows.append(row)
    for path, error in made.catalogue.unreadable:
        reason = f"could not be opened: {error}. Check that you may read it, then add it again"
        rows.append(RecordRow("", path, path.rsplit("/", 1)[-1], State.UNREADABLE.value, reason))
    for path, pattern in made.catalogue.left_out:
        reason = f"{LEFT_OUT}: --without {pattern}"
        rows.append(RecordRow("", path, path.replace("!", "/").rsplit("/", 1)[-1], State.LEFT_OUT.value, reason))
    return sorted(rows, key=lambda row: (row.path, row.id))


def _closed(catalogue: Catalogue) -> dict[str, Problem]:
    """Archives and dumps out of which nothing came, by id, each with the reason: these are records not read."""
    opened = {record.parent for record in catalogue.records}
    why = {problem.subject: problem for problem in reversed(catalogue.problems) if problem.kind in UNREAD}
    empty = (one for one in catalogue.records if one.id in catalogue.containers - opened)
    return {one.id: why[one.path] for one in empty if one.path in why}


def _told(part: pa.Table, key: str, stage: str, names: Mapping[str, str]) -> Iterator[Problem]:
    """The problems in a table's rows."""
    problems = part["problems"].combine_chunks()
    if not len(problems.values):
        return
    for name, told in zip(part[key].to_pylist(), problems.to_pylist(), strict=True):
        for problem in told:
            yield Problem(stage, names.get(name, name), problem["kind"], problem["message"])


def _problems(made: Made, records: Iterable[RecordRow], troubles: Mapping[str, list[Problem]]) -> list[Problem]:
    unread = [Problem("ingest", r.path, r.state, r.reason) for r in records if r.state in UNREAD]
    told = read_table(made.links).schema.metadata or {}
    linking = [Problem("link", *entry) for entry in json.loads(told.get(b"problems", b"[]"))]
    told_already = set(unread)
    inside = [problem for problem in made.catalogue.problems if problem not in told_already]
    done = [*inside, *unread, *troubles["ingest"]]
    return [*done, *troubles["structure"], *linking, *troubles["coding"]]


def _first_books(made: Made, records: Sequence[RecordRow], cases: int) -> list[Book]:
    states = Counter(row.state for row in records)
    catalogue = made.catalogue
    in_all = len(catalogue.records) + len(catalogue.unreadable) + len(catalogue.left_out)
    ingest = Book("ingest", "record", in_all, tuple(sorted(states.items())))
    return [ingest, Book("structure", "document", states[State.READ.value], (("case", cases),))]


class _Kept(Protocol):
    @property
    def records(self) -> Sequence[RecordRow]: ...
    @property
    def books(self) -> Sequence[Book]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...


def told_books(made: Made, kept: _Kept) -> dict[str, Any]:
    """Books and problems as JSON-ready data."""
    paths = case_paths(kept.records)
    return {
        "study": str(made.study.folder),
        "records": len(kept.records),
        "states": dict(sorted(Counter(row.state for row in kept.records).items())),
        "lost_inside": lost_inside(kept.records, kept.problems),
        "balanced": all(book.balanced for book in kept.books),
        "books": [book._asdict() for book in kept.books],
        "problems": [
            {"stage": p.stage, "subject": p.subject, "path": _path(p, paths), "kind": p.kind, "message": p.message}
            for p in kept.problems
        ],
        "readers": made.level,
    }


def _path(problem: Problem, paths: Mapping[str, str]) -> str:
    """Of the record that the problem is about; "" = it is about none."""
    return problem.subject if problem.stage == "ingest" else paths.get(problem.subject.split(" ")[0], "")


def summary_lines(told: Mapping[str, Any]) -> list[str]:
    """What a run found, in a few lines."""
    states = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in told["states"].items())
    balance = "balance" if told["balanced"] else "DO NOT BALANCE"
    lines = [f"{number_of(told['records'], 'record')}: {states}. The books {balance}."]
    if told["lost_inside"]:
        missing = "What is missing is among the problems."
        lines.append(f"Archives and dumps were not read whole (places: {told['lost_inside']:,}). {missing}")
    if told["readers"]:  # "" = nothing but archives came in, and no file was read
        lines.append(f"Files were read by workers locked: {told['readers']}.")
    kinds = Counter(problem["kind"] for problem in told["problems"])
    if kinds:
        listed = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
        lines.append(f"Problems: {listed}. See them: caselight show {told['study']}")
    return lines
