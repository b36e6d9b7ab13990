"""The sheet on which people answer: a line a case, the text of each beside it, and the answers that are allowed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from caselight import drawing
from caselight.drawing import Committed
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.report.cells import harmless
from caselight.review import TEXT_FILE
from caselight.store.files import write_text

_UNFIT = re.compile(r"[^\w.-]+")  # in the name of a file
_OURS = re.compile(r"\d+(-\d+)?-")  # how such names begin
_MOST_NAME = 60  # characters of a record's name in that of its text

Row = tuple[str, ...]


def write_sheet(made: Made, committed: Committed, file: Path, disputes: bool) -> str:
    """Writes the sheet of the drawn cases, or of the answers that differ; what to do with it.

    Raises:
        UsageError: no answers differ.
    """
    folder = made.study.folder
    texts = file.with_name(f"{file.stem}-texts")
    if disputes:
        rows = drawing.disputed(made, committed)
        if len(rows) == 1:
            raise UsageError("There is nothing to settle: no two coders differ on a drawn case without a last word.")
        _write(file, _with_texts(made, committed, rows, texts))
        return (
            f"Wrote {file}: {len(rows) - 1:,} answers that differ, and the texts to read in {texts}. Fill in the "
            f"column value, then: caselight import {folder} {file} --coder adjudicator"
        )
    _write(file, _with_texts(made, committed, drawing.to_read(made, committed), texts))
    allowed = file.with_name(f"{file.stem}-answers.txt")
    if not allowed.exists():
        write_text(allowed, _allowed(made))
    return (
        f"Wrote {file}, the texts to read in {texts}, and the answers allowed as {allowed}. Fill in a copy for each "
        f"coder (the second one only the lines with read_twice = yes), then: caselight import {folder} {file} "
        "--coder NAME"
    )


def _with_texts(made: Made, committed: Committed, rows: Sequence[Row], folder: Path) -> list[Row]:
    """Writes the text of each record of these rows; the rows with a column that says which file holds it.

    The study's own copies of records cannot be opened by hand, and `show` would tell a coder what the machine says.
    """
    head, *body = rows
    units = dict.fromkeys(row[0] for row in body)  # a unit with several disputes has several rows
    texts = drawing.texts_of(made, committed.unit, units)
    width = len(str(len(units)))
    for old in folder.glob("*.txt") if folder.is_dir() else ():  # texts of an earlier sheet of this name
        if _OURS.match(old.name):
            old.unlink()
    files = {}
    for number, unit in enumerate(units, 1):
        names = []
        for place, (name, text) in enumerate(texts.get(unit, ())):
            part = f"{number:0{width}d}" + (f"-{place + 1}" if place else "")
            names.append(f"{part}-{_UNFIT.sub('_', Path(name).stem)[:_MOST_NAME]}.txt")
            folder.mkdir(exist_ok=True)
            write_text(folder / names[-1], text)
        files[unit] = "; ".join(f"{folder.name}/{name}" for name in names)
    return [(*head[:2], TEXT_FILE, *head[2:]), *((*row[:2], files[row[0]], *row[2:]) for row in body)]


def _allowed(made: Made) -> str:
    """The answers that each question allows, to lie beside the sheet."""
    lines = [
        "Leave a cell empty that you have not read yet.",
        "In every column: undecided (read, and cannot be told), does_not_say (the record gives no answer), not_asked",
        "(the question makes no sense here). Several answers of one question are separated by ;",
        "",
    ]
    for variable in made.codebook.variables:
        values = " | ".join(variable.value_names()) or {"number": "a number, such as 15000 or 12.5"}.get(
            variable.kind, {"date": "a day, such as 2022-05-12"}.get(variable.kind, "text")
        )
        several = " (one or several, or none)" if variable.kind == "many-of" else ""
        condition = "".join(f"; asked only if {c.variable} = {' or '.join(c.values)}" for c in variable.ask_if)
        lines.append(f"{variable.name}{several}: {values}{condition}")
    return "\n".join(lines) + "\n"


def _write(file: Path, rows: Sequence[Row]) -> None:
    """Writes it so that no spreadsheet runs a cell; the column of cases stays as it is, for it is looked up by."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([row[0], *map(harmless, row[1:])] for row in rows)
    write_text(file, "\ufeff" + text.getvalue())
