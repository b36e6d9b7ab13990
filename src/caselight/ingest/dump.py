"""Dumps: tables whose rows are records. Each row becomes a member whose bytes `columns.read_row` turns into a document.

In: an open file and the columns that the user named. Out: `Member`s whose path is the number of the row, `Problem`s.
A table in which no column is the text of a document gives one problem, which lists the columns.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from caselight.ingest.archive import BROKEN, Member
from caselight.ingest.columns import (
    LINES,
    TABLES,
    ColumnMapping,
    cell_text,
    column_missing,
    longest_column,
    may_be_dump,
    no_text_column,
    pack_row,
    read_object,
    text_columns,
    warn,
)
from caselight.ingest.rows import Row, comma_separated, encoding_of, json_array, json_lines, parquet, parse
from caselight.types import Problem, Reading, State

__all__ = ["ColumnMapping", "is_dump", "read_json", "unpack_dump"]

HEAD_BYTES = 65_536
NAME_CHARACTERS = 80  # of an identifier that becomes a row's name
# Rows that are looked at to find the text by its length: enough that a few empty cells do not hide it.
SAMPLE_ROWS = 50
SAMPLE_CHARACTERS = 8 << 20
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')
_ARRAY_OF_OBJECTS = re.compile(r'"(?:[^"\\]|\\.)*"\s*:\s*\[\s*\{')

_Rows = Callable[[BinaryIO, bytes], Iterator[Row | Problem]]


def is_dump(head: bytes, name: str) -> bool:
    """Whether the file is a table of records: Parquet, JSON Lines, a JSON array of objects, CSV by its name.

    Args:
        head: its first 64 kB, or all of it.
        name: its name.
    """
    return _kind(head, name) is not None


def _kind(head: bytes, name: str) -> _Rows | None:
    if head.startswith(b"PAR1"):
        return parquet
    if not may_be_dump(head, name):
        return None
    return _kind_of_text(head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n"), name.lower())


def _kind_of_text(text: str, lower: str) -> _Rows | None:
    if text.startswith("{"):
        return _kind_of_object(text, lower)
    if text.startswith("["):
        return json_array if re.match(r"\[\s*\{", text) else None
    if lower.endswith(LINES) and text:
        return json_lines
    if lower.endswith(TABLES) and text and not text.startswith("<") and text.count("\x00") < 0.01 * len(text):
        return comma_separated
    return None


def _kind_of_object(text: str, lower: str) -> _Rows | None:
    """How to read what begins with a brace: lines of objects, an object around an array, or (None) one record."""
    if lower.endswith(LINES):
        return json_lines
    try:
        first, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        first, end = None, 0
    except RecursionError:
        return None
    if end:
        if text[end:].lstrip(" \t\r").startswith("\n") and text[end:].lstrip().startswith("{"):
            return json_lines
        arrays = [v for v in first.values() if isinstance(v, list) and v and all(isinstance(i, dict) for i in v)]
        holds_rows = len(arrays) == 1 and _has_text(arrays[0][:SAMPLE_ROWS])
        return json_array if holds_rows and not text_columns(tuple(first)) else None
    around = _ARRAY_OF_OBJECTS.search(text)
    if around is None or text_columns(tuple(_KEY.findall(text[: around.end()]))):
        return None
    return json_array if _KEY.findall(text[around.end() :]) else None


def _has_text(rows: list[dict[str, Any]]) -> bool:
    return bool(text_columns(tuple(column for row in rows for column in row)) or longest_column(rows))


def unpack_dump(
    untrusted: BinaryIO, head: bytes, name: str, mapping: Mapping[str, str] | None = None
) -> Iterator[Member | Problem]:
    """The rows of a dump. Never raises on what the file holds.

    Args:
        untrusted: the file, opened for reading, at its start; only Parquet needs it to go back.
        head: its first 64 kB, or all of it.
        name: the dump's own path, for messages.
        mapping: role -> column, where the user named some.
    Raises:
        LimitError: a value, or all of it, is too long.
    """
    rows = _kind(head, name)
    if rows is None:
        yield warn(State.UNSUPPORTED, f"{name} is neither an archive nor a table that can be opened.")
        return
    done = 0
    try:
        for item in _members(rows(untrusted, head), name, mapping or {}):
            yield item
            done += isinstance(item, Member)
    except (*BROKEN, csv.Error) as error:
        what = f"{name} breaks off ({str(error)[:100]}); {done} rows before that were kept"
        yield warn(State.DAMAGED, f"{what}. Get it again from where it came from.")


def _members(rows: Iterator[Row | Problem], name: str, given: Mapping[str, str]) -> Iterator[Member | Problem]:
    sample: list[Row | Problem] = []
    broken: BaseException | None = None
    try:
        characters = 0
        for item in rows:
            sample.append(item)
            characters += sum(len(str(v)) for v in item[1].values()) if not isinstance(item, Problem) else 0
            if len(sample) >= SAMPLE_ROWS or characters > SAMPLE_CHARACTERS:
                break
    except (*BROKEN, csv.Error) as error:
        broken = error  # what came before it is worth having
    seen = [item[1] for item in sample if not isinstance(item, Problem)]
    columns = list(dict.fromkeys(column for row in seen for column in row))
    mapping = ColumnMapping.of(given, columns)
    text, found = _text(columns, seen, mapping.text)
    if not seen and not broken:
        empty = warn(State.SUSPECT_EMPTY, f"{name} is a table without rows. Look at where it came from.")
        yield from [item for item in sample if isinstance(item, Problem)] or [empty]
        return
    if not found and seen:
        yield from (item for item in sample if isinstance(item, Problem))
        missing = f"{name} has no column {given['text']!r} and" if given.get("text") else f"{name}"
        yield warn(State.UNSUPPORTED, no_text_column(missing, columns))
        return
    if seen:
        yield from column_missing(name, given, columns)
    taken: set[str] = set()
    for item in itertools.chain(sample, [] if broken else rows):
        if isinstance(item, Problem):
            yield item
        else:
            yield Member(_row_name(item, mapping.id, taken), pack_row(item[1], text))
    if broken:
        raise broken


def _row_name(row: Row, column: str, taken: set[str]) -> str:
    """What the row is called: its number, or what stands in the column of identifiers, which is then `taken`."""
    number, cells = row
    if not column:
        return str(number)
    # Not what parts a path; and no longer than a line.
    name = re.sub(r"[/!\\\s]+", "_", cell_text(cells.get(column)))[:NAME_CHARACTERS].strip("._")
    if not name or name in taken:
        name = f"{name or 'row'} ({number})"
    taken.add(name)
    return name


def _text(columns: list[str], rows: list[dict[str, Any]], given: str) -> tuple[str, bool]:
    """The column with the text, "" where the names of the columns tell; and whether there is one."""
    if given:
        return given, True
    if text_columns(tuple(columns)):
        return "", True
    column = longest_column(rows)
    return column, bool(column)


def read_json(untrusted: bytes, name: str, mapping: Mapping[str, str] | None = None) -> Reading:
    """The document of a JSON file that is no dump: one object with a text in it, or the reason why there is none."""
    try:
        value = parse(untrusted.decode(encoding_of(untrusted[:HEAD_BYTES]), "replace").lstrip("\ufeff"))
    except RecursionError:
        return Reading(State.REFUSED, "it is JSON nested too deep to be read, as only files made to do harm are")
    except ValueError as error:
        return Reading(
            State.DAMAGED, f"it looks like JSON but is not ({str(error)[:100]}). Get it again from its source."
        )
    if not isinstance(value, dict):
        return Reading(State.UNSUPPORTED, "it is JSON without names for its values, so nothing in it is known as text")
    identity = (hashlib.sha256(untrusted).hexdigest(), name)
    reading = read_object(value, identity, mapping)
    if reading.state is State.UNSUPPORTED:
        return Reading(reading.state, no_text_column("a JSON object without a text: it", value))
    return reading
