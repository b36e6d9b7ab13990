"""The study as flat tables, CSV or Parquet: documents, cases, facts, answers, evidence, estimates, problems.

`cases` is wide: one column for each fact and one for each question. Which facts there are is known only when all cases
have passed, so its rows wait in a file beside it. Nothing else is held.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from caselight.report.cells import harmless
from caselight.report.contents import CasePage, CaseRow, Contents
from caselight.types import Value
from caselight.variables import KINDS

Columns = Mapping[str, str]  # name -> Arrow type: "string", "int64", "double", "bool", "list<string>"

_SPAN = {"document": "string", "start": "int64", "end": "int64", "quote": "string"}
COLUMNS: dict[str, Columns] = {
    "documents": {
        **dict.fromkeys(("id", "name", "path", "media_type", "state", "reason", "reader"), "string"),
        **dict.fromkeys(("chars", "pages"), "int64"),
        **dict.fromkeys(("language", "parent", "duplicate_of"), "string"),
    },
    "facts": {"case": "string", "name": "string", "value": "string", **_SPAN, "source": "string"},
    "answers": {"case": "string", "variable": "string", "value": "string", "coder": "string", "score": "double"},
    "evidence": {
        "case": "string",
        "variable": "string",
        **_SPAN,
        "said_by": "string",
        "denied": "bool",
        "section": "string",
    },
    "estimates": {
        **dict.fromkeys(("name", "variable", "value", "unit"), "string"),
        **dict.fromkeys(("estimate", "low", "high", "level"), "double"),
        "method": "string",
        "n": "int64",
        "N": "int64",
        "cases": "list<string>",
    },
    "problems": dict.fromkeys(("stage", "subject", "kind", "message"), "string"),
}
_CASE = {"id": "string", "name": "string", "path": "string", "matter": "string", "instance": "string"}
_CASE |= {"documents": "list<string>", "earlier": "list<string>"}
# Columns that `cases` always has, so that the tables of two studies fit together; other facts follow by name.
_FACTS = dict.fromkeys(
    ("court", "court_code", "judge", "case_number", "uid", "decision_date", "event_date", "event_place"), "string"
)
_FACTS |= {"statute": "string", "outcome": "string", "fine_rub": "int64", "arrest_days": "int64", "work_hours": "int64"}
_FACTS |= {"appeal_result": "string", "termination_reason": "string"}
# Rows that are gathered before Parquet is written: a row group large enough to compress, small enough for memory.
_BATCH = 5_000


class Sink(Protocol):
    """Where the rows of one table go."""

    def write(self, row: Sequence[Any]) -> None:
        """One row, in the order of the columns."""

    def close(self) -> None:
        """No more rows."""


class CsvSink:
    """RFC 4180, UTF-8 with a byte order mark (without it, spreadsheets break Cyrillic); no cell is run as a formula."""

    def __init__(self, path: Path, columns: Columns, encoding: str = "utf-8-sig") -> None:
        self._file = path.with_suffix(".csv").open("w", encoding=encoding, errors="replace", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(columns)

    def write(self, row: Sequence[Any]) -> None:
        """One row; a list is written with `;` between its parts, a truth as true or false."""
        self._writer.writerow([harmless(plain(cell)) for cell in row])

    def close(self) -> None:
        """No more rows."""
        self._file.close()


class ParquetSink:
    """Parquet with zstd, and no statistics or times in it: the same study gives the same bytes."""

    def __init__(self, path: Path, columns: Columns) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}
        types["list<string>"] = pa.list_(pa.string())
        self._arrow = pa
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
        self._writer = pq.ParquetWriter(path.with_suffix(".parquet"), self._schema, compression="zstd")
        self._rows: list[Sequence[Any]] = []

    def write(self, row: Sequence[Any]) -> None:
        """One row."""
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self._flush()

    def close(self) -> None:
        """No more rows."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True)) or [()] * len(self._schema)
        arrays = [self._arrow.array(cells, field.type) for cells, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()


def write_csv(contents: Contents, folder: Path) -> None:
    """Seven .csv files in `folder`."""
    write_tables(contents, folder, CsvSink)


def write_parquet(contents: Contents, folder: Path) -> None:
    """Seven .parquet files in `folder`."""
    write_tables(contents, folder, ParquetSink, lists=True)


def plain(value: Any) -> Any:
    """A cell for people and spreadsheets.

    >>> plain(("metro", "private")), plain(True), plain(None), plain(15000.0)
    ('metro;private', 'true', None, 15000)
    """
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def write_tables(contents: Contents, folder: Path, sink: Callable[[Path, Columns], Sink], lists: bool = False) -> None:
    """Seven tables, each into a sink of its own; `sink` gets folder / NAME and the columns.

    Args:
        lists: whether a cell may hold a list of any length.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("documents", "estimates", "problems"):
        columns = dict(COLUMNS[name])
        if not lists:
            columns.pop("cases", None)  # a spreadsheet's cell holds 32,767 characters; `answers` says the same
        target = sink(folder / name, columns)
        for row in _short(contents, name):
            target.write([getattr(row, column) for column in columns])
        target.close()
    targets = {name: sink(folder / name, COLUMNS[name]) for name in ("facts", "answers", "evidence")}
    waiting = folder / ".cases.part"
    names = set(_FACTS)
    with waiting.open("w", encoding="utf-8", errors="surrogatepass") as file:
        rows = {row.id: row for row in contents.cases}
        for page in contents.load(list(rows)):
            _long(page, targets)
            wide = _wide(page, rows[page.case.id])
            names.update(wide[1])
            file.write(json.dumps(wide) + "\n")
    for opened in targets.values():
        opened.close()
    _write_cases(contents, sink, waiting, [*_FACTS, *sorted(names - set(_FACTS))])
    waiting.unlink()


def _short(contents: Contents, name: str) -> Sequence[Any]:
    return {"documents": contents.records, "estimates": contents.estimates, "problems": contents.problems}[name]


def _long(page: CasePage, targets: Mapping[str, Sink]) -> None:
    """The rows of one case in the long tables."""
    case = page.case.id
    for fact in page.case.facts:
        s = fact.span
        targets["facts"].write((case, fact.name, str(fact.value), s.document, s.start, s.end, s.quote, fact.source))
    for answer in page.answers:
        targets["answers"].write((case, answer.variable, _text(answer.value), answer.coder, answer.score))
        for e in answer.evidence:
            s = e.span
            where = (case, answer.variable, s.document, s.start, s.end, s.quote)
            targets["evidence"].write((*where, e.said_by, e.denied, e.section))


def _text(value: Value) -> str | None:
    cell = plain(value)
    return None if cell is None else str(cell)


def _wide(page: CasePage, row: CaseRow) -> tuple[list[Any], dict[str, list[Any]], dict[str, Value]]:
    """One case: its own columns, its facts by name, its answers by variable; as plain JSON."""
    facts: dict[str, list[Any]] = {}
    for fact in page.case.facts:
        if fact.name not in _CASE:
            facts.setdefault(fact.name, []).append(fact.value)
    own = [row.id, row.name, row.path, row.matter, row.instance, list(page.case.documents), list(row.earlier)]
    return own, facts, {answer.variable: answer.value for answer in page.answers}


def _write_cases(
    contents: Contents, sink: Callable[[Path, Columns], Sink], waiting: Path, facts: Sequence[str]
) -> None:
    kinds = {variable.name: KINDS[variable.kind].arrow for variable in contents.codebook.variables}
    # A question may be called like a fact; its column then says that it is the answer.
    taken = {*_CASE, *facts}
    asked = {f"{name}_answer" if name in taken else name: kind for name, kind in kinds.items()}
    columns = {**_CASE, **{name: _FACTS.get(name, "string") for name in facts}, **asked}
    target = sink(waiting.with_name("cases"), columns)
    for own, found, answers in _read(waiting):
        cells = [_joined(found.get(name), columns[name]) for name in facts]
        target.write([*own, *cells, *(_typed(answers.get(name), kinds[name]) for name in kinds)])
    target.close()


def _read(waiting: Path) -> Iterator[tuple[list[Any], dict[str, list[Any]], dict[str, Any]]]:
    with waiting.open(encoding="utf-8", errors="surrogatepass") as file:
        for line in file:
            own, facts, answers = json.loads(line)
            yield own, facts, answers


def _joined(values: list[Any] | None, kind: str) -> Any:
    """The values of one fact in one cell: several with `;`, but of a number only the first."""
    if not values:
        return None
    if kind == "int64":
        return next((value for value in values if isinstance(value, int)), None)
    return ";".join(map(str, values))


def _typed(value: Any, kind: str) -> Any:
    if value is None or kind == "list<string>":
        return value
    return float(value) if kind == "double" else str(value)
