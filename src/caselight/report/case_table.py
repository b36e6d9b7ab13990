"""The table of all cases with its filters: one page, and beside it the rows as script files.

A page that is opened from disk may not fetch anything, so the rows come in by `<script src>`. A row is one line that
begins with the case's id, because the gate of publications reads such a line as that case's; a value that comes back
in many cases is a number there, which counts its places in `columns.js`. The page of a case is found by its id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import Any

from markupsafe import Markup

from caselight.report.contents import Contents
from caselight.report.frame import Frame
from caselight.report.interface import safe
from caselight.report.lists import digest, rows_digest
from caselight.report.names import TABLE, Names, column_key
from caselight.types import Value
from caselight.variables import Variable

COLUMNS = "data/cases/columns.js"
# Rows in one file: 5,000 are about 600 kB. One file of all would have to be held in memory and written anew for each
# new case; many small ones take longer to open.
SHARD_ROWS = 5_000
# Questions that are columns before the reader chooses; all others are filters from the start, and columns at a click.
_MOST_SHOWN = 3
UNDETERMINED, NOT_ASKED, NONE, GIVEN = "_undetermined", "_not_asked", "_none", "_given"

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column, and what it can be filtered by."""

    key: str  # in addresses and in the header of the CSV
    title: Markup
    # case | text | day: as it stands; code: place in `members`, or else in `choices`; open: None, False or it
    kind: str
    cells: Sequence[Cell]
    group: str = "facts"  # facts | answers: where its filter stands
    shown: bool = False  # before the reader chooses
    choices: Sequence[tuple[str, str]] = ()  # key and label of each value; () = no filter
    members: Sequence[Sequence[int]] | None = None  # of a code: its places in `choices`; None = the code itself


class CaseTable:
    """Writes the page and its data."""

    def __init__(self, contents: Contents, frame: Frame, names: Names) -> None:
        self._contents, self._frame, self._names, self._t = contents, frame, names, frame.interface

    def made_from(self) -> str:
        """Changes with anything that the table shows, other than words and labels."""
        more = ((row.region, *row.statutes) for row in self._contents.cases)
        return digest(rows_digest(self._contents.cases), *more, *self._contents.stamps.items(), self._is_checked())

    def _is_checked(self) -> bool:
        """Whether people's reading stands behind some figures of the report."""
        return any(estimate.strata for estimate in self._contents.estimates)

    def pages(self) -> Iterator[tuple[str, str]]:
        """File name and content of each."""
        columns = [*self._facts(), *self._answers()]
        files = []
        for name, content in self._shards(columns):
            files.append(name)
            yield name, content
        yield COLUMNS, self._head(columns)
        parts = {"columns": columns, "files": [COLUMNS, *files], "groups": ("facts", "answers")}
        body = self._frame.render("case-table.html", checked=self._is_checked(), **parts)
        yield TABLE, self._frame.page(str(self._t("table.title")), body, 1, "cases")

    def _head(self, columns: Sequence[Column]) -> str:
        """Everything but the rows; a line for each column."""
        told = [
            {"key": c.key, "kind": c.kind, "shown": c.shown, "choices": c.choices, "members": c.members}
            for c in columns
        ]
        months = [unescape(str(self._t(f"month.{number}"))) for number in range(1, 13)]
        lines = ",\n".join(map(_json, told))
        total = len(self._contents.cases)
        return f"var caselight = {{ total: {total}, rows: [], months: {_json(months)}, columns: [\n{lines}\n] }};\n"

    def _shards(self, columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
        cases = [row.id for row in self._contents.cases]
        for number, start in enumerate(range(0, len(cases), SHARD_ROWS), 1):
            here = slice(start, start + SHARD_ROWS)
            rows = zip(cases[here], *(column.cells[here] for column in columns), strict=True)
            yield f"data/cases/{number}.js", "caselight.rows.push(\n" + ",\n".join(map(_json, rows)) + "\n);\n"

    def _facts(self) -> Iterator[Column]:
        t, rows = self._t, self._contents.cases
        asked = {variable.fact for variable in self._contents.codebook.variables}  # such a fact is an answer already
        yield Column(
            "case_number", t("fact.case_number"), "case", [_line(r.number or r.name) for r in rows], shown=True
        )
        yield self._fact("court", [row.court for row in rows], shown=True)
        if any(row.region for row in rows):
            yield self._fact("region", [row.region for row in rows])
        yield Column("judge", t("fact.judge"), "text", [_line(row.judge) for row in rows])
        days = [_line(row.decision_date) for row in rows]
        yield Column("decision_date", t("fact.decision_date"), "day", days, shown=True)
        yield self._fact("year", [row.decision_date[:4] for row in rows])
        yield self._fact("instance", [row.instance for row in rows])
        if "statute" not in asked:
            coded = _coded([row.statutes or ("",) for row in rows], lambda value: _line(value) or self._unknown())
            yield Column("statute", t("fact.statute"), "code", coded.cells, "facts", True, coded.choices, coded.members)
        if "outcome" not in asked:
            yield self._fact("outcome", [row.outcome for row in rows], shown=True)

    def _fact(self, name: str, values: Sequence[str], shown: bool = False) -> Column:
        def label(value: str) -> str:
            return _plain(self._names.fact(name, value)) if value else self._unknown()

        coded = _coded([(value,) for value in values], label)
        return Column(name, self._t.name("fact", name), "code", coded.cells, "facts", shown, coded.choices)

    def _unknown(self) -> str:
        return _plain(self._t("table.unknown"))

    def _answers(self) -> Iterator[Column]:
        """A column for each question; the first closed ones are shown."""
        variables = self._contents.codebook.variables
        shown = [v.name for v in variables if v.values and not v.fact][:_MOST_SHOWN]
        shown += [v.name for v in variables if v.fact in ("statute", "outcome")]
        for variable in variables:
            name, order = variable.name, (UNDETERMINED, NOT_ASKED, NONE, *variable.value_names())
            key, title = column_key(name), self._names.question(name)
            if variable.values:
                coded = _coded(self._told(variable), partial(self._label, name), order)
                cells, choices, members = coded.cells, coded.choices, coded.members
                yield Column(key, title, "code", cells, "answers", name in shown, choices, members)
            else:
                choices = [(value, self._label(name, value)) for value in (GIVEN, UNDETERMINED, NOT_ASKED)]
                yield Column(key, title, "open", self._open(variable), "answers", name in shown, choices)

    def _told(self, variable: Variable) -> list[tuple[Any, ...]]:
        """The values in each case; one of the special ones where there is none."""
        found: list[tuple[Any, ...]] = []
        for place, value in enumerate(self._contents.answers[variable.name]):
            if value is None:
                found.append((UNDETERMINED if self._asked(variable, place) else NOT_ASKED,))
            else:
                found.append((value if isinstance(value, tuple) else (value,)) or (NONE,))
        return found

    def _open(self, variable: Variable) -> list[Cell]:
        """The answers to an open question as cells: None = undetermined, False = not asked."""
        found: list[Cell] = []
        for place, value in enumerate(self._contents.answers[variable.name]):
            if value is None:
                found.append(None if self._asked(variable, place) else False)
            elif isinstance(value, int | float):
                found.append(value)
            else:
                found.append("; ".join(map(_line, value)) if isinstance(value, tuple) else _line(value))
        return found

    def _asked(self, variable: Variable, place: int) -> bool:
        answers = self._contents.answers
        return all(c.variable in answers and c.holds(answers[c.variable][place]) for c in variable.ask_if)

    def _label(self, variable: str, value: str) -> str:
        if value.startswith("_"):
            return _plain(self._t(f"value.{value[1:]}"))
        return _plain(self._names.value(variable, value))


@dataclass(frozen=True, slots=True)
class _Coded:
    cells: Sequence[Cell]
    choices: Sequence[tuple[str, str]]
    members: Sequence[Sequence[int]] | None


def _coded(values: Sequence[tuple[Any, ...]], label: Callable[[str], str], order: Iterable[str] = ()) -> _Coded:
    """The values as numbers, and what the numbers mean.

    Args:
        values: of each case; one or several.
        order: of the choices; those that are not named follow by their label.
    """
    named = [tuple(map(_key, several)) for several in values]
    found = {value: label(value) for value in {value for several in named for value in several}}
    rank = {value: place for place, value in enumerate(order)}
    keys = sorted(found, key=lambda value: (rank.get(value, len(rank)), found[value], value))
    place_of = {value: place for place, value in enumerate(keys)}
    choices = [(value, found[value]) for value in keys]
    if all(len(several) == 1 for several in named):
        return _Coded([place_of[value] for (value,) in named], choices, None)
    sets: dict[tuple[str, ...], int] = {}
    cells: list[Cell] = [sets.setdefault(several, len(sets)) for several in named]
    return _Coded(cells, choices, [[place_of[value] for value in several] for several in sets])


def _key(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _line(str(value))


def _plain(markup: Markup) -> str:
    return _line(markup.striptags())


def _line(untrusted: str) -> str:
    """A text on one line, without characters that a page cannot hold."""
    return untrusted if untrusted.isprintable() else " ".join(unescape(safe(untrusted)).split())


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
