"""The rows of JSON Lines, JSON, CSV and Parquet files, one after the other, never all at once.

Each function takes an open file and gives `(number, {column: value})` for a row and a `Problem` for what is no row.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from caselight.ingest.archive import BROKEN, MEMBER_BYTES, LimitError
from caselight.ingest.charset import BYTE_ORDER_MARKS, decode
from caselight.ingest.columns import warn
from caselight.ingest.content import UnreadableError
from caselight.types import Problem, State

Row = tuple[int, dict[str, Any]]

# Beyond this many, problems of single rows are counted, not listed: a broken dump has one cause, not a million.
LISTED_PROBLEMS = 100
_CHUNK_CHARACTERS = 1 << 18
_PARQUET_ROWS = 64  # a batch of rows of 1 MB each still fits beside the rest
_SPACE = re.compile(r"[\s,]*")
_SEEN_BYTES = 65_536
_AGAIN = "Get the file again from where it came from."


class Untold:
    """Counts problems of single rows; the first of them are told one by one."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, number: int, what: str) -> Iterator[Problem]:
        """A problem of that row, if it is among the first."""
        self.count += 1
        if self.count <= LISTED_PROBLEMS:
            yield warn(State.DAMAGED, f"Row {number}: {what}. The other rows are kept.", str(number))

    def rest(self) -> Iterator[Problem]:
        """One problem for all those that were not told."""
        if self.count > LISTED_PROBLEMS:
            more = self.count - LISTED_PROBLEMS
            yield warn(
                State.DAMAGED, f"{more} more rows cannot be read, in the same ways as the first {LISTED_PROBLEMS}."
            )


def parse(text: str | bytes) -> Any:
    """A JSON value. Fractions stay as written (text); a name that stands twice gets a number the second time.

    Raises:
        ValueError: it is not JSON; RecursionError: it is nested too deep.
    """
    try:
        return json.loads(text, **_AS_WRITTEN)
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        return json.loads(text, **_AS_WRITTEN, parse_int=str)  # a number of thousands of digits


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = unlike([name for name, _ in pairs])
    return dict(zip(names, (value for _, value in pairs), strict=True))


_AS_WRITTEN: dict[str, Any] = {"object_pairs_hook": _object, "parse_float": str, "parse_constant": str}


def unlike(names: list[str]) -> list[str]:
    """The names, with a number after each that stood before: text, text (2)."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def encoding_of(head: bytes) -> str:
    """The encoding of a file that begins so; "utf-8-sig" and the like where a byte order mark stands first."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return {"utf-8": "utf-8-sig"}.get(encoding, encoding[:6].rstrip("-"))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    try:
        return decode(head)[1]
    except UnreadableError:
        return "utf-8"


def json_lines(untrusted: BinaryIO, head: bytes) -> Iterator[Row | Problem]:
    """One object a line; the number is the line's. Only LF ends a line (U+2028 may stand in a text)."""
    encoding = encoding_of(head)
    lines = _byte_lines(untrusted) if encoding.startswith("utf-8") else _decoded_lines(untrusted, encoding)
    untold = Untold()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = parse(line)
        except (ValueError, RecursionError) as error:
            yield from untold.tell(number, f"it is not JSON ({type(error).__name__}: {str(error)[:100]})")
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            yield from untold.tell(number, f"it holds no columns but {str(value)[:40]!r}")
    yield from untold.rest()


def _byte_lines(file: BinaryIO) -> Iterator[str | bytes]:
    first = True
    while line := file.readline(MEMBER_BYTES):
        if first:
            line = line.removeprefix(codecs.BOM_UTF8)
            first = False
        yield line


def _decoded_lines(file: BinaryIO, encoding: str) -> Iterator[str | bytes]:
    text = io.TextIOWrapper(file, encoding, "replace", newline="\n")
    while line := text.readline(MEMBER_BYTES):
        yield line
    text.detach()


class _Buffer:
    """Text that is read on as far as the JSON value in hand needs."""

    def __init__(self, file: BinaryIO, head: bytes) -> None:
        self._file = file
        self._characters = codecs.getincrementaldecoder(encoding_of(head))("replace")
        self._decoder = json.JSONDecoder(**_AS_WRITTEN)
        self.text = ""
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Reads on, by as much as lies unread; whether there was anything."""
        self.text, self.at = self.text[self.at :], 0
        if len(self.text) > MEMBER_BYTES:
            raise LimitError(State.OVER_LIMIT, f"one value is longer than {MEMBER_BYTES >> 20} million characters")
        wanted = max(_CHUNK_CHARACTERS, len(self.text))
        pieces = []
        while wanted > 0 and (piece := self._file.read(_SEEN_BYTES)):
            pieces.append(self._characters.decode(piece))
            wanted -= len(piece)
        self.ended = not pieces
        self.text += "".join(pieces)
        return not self.ended

    def peek(self) -> str:
        """The next character that is no space and no comma; "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        """The next JSON value.

        Raises:
            ValueError: there is none, though all has been read.
        """
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text, self.at)
            except ValueError:
                if self.ended or not self.more():
                    raise
                continue
            if end == len(self.text) and not isinstance(value, dict | list | str) and self.more():
                continue  # a number may go on
            self.at = end
            return value


def json_array(untrusted: BinaryIO, head: bytes) -> Iterator[Row | Problem]:
    """The objects of an array, which may be the whole file or stand in an object under some name."""
    buffer = _Buffer(untrusted, head)
    try:
        if buffer.peek() == "[":
            yield from _items(buffer)
            return
        buffer.at += 1  # the opening brace
        while buffer.peek() not in ("}", ""):
            buffer.value()
            if buffer.peek() != ":":
                raise ValueError("a colon is missing")
            buffer.at += 1
            if buffer.peek() == "[" and _opens_object(buffer):
                yield from _items(buffer)
            else:
                buffer.value()
    except (ValueError, RecursionError) as error:
        what = f"It is no longer JSON at some point ({type(error).__name__}: {str(error)[:100]})"
        yield warn(State.DAMAGED, f"{what}; the rows before that were kept. {_AGAIN}")


def _opens_object(buffer: _Buffer) -> bool:
    """Whether an object is the first thing in the array that begins here."""
    while not (found := re.compile(r"\[\s*(\S)").match(buffer.text, buffer.at)):
        if not buffer.more():
            return False
    return found[1] == "{"


def _items(buffer: _Buffer) -> Iterator[Row | Problem]:
    untold = Untold()
    number = 0
    buffer.at += 1  # the opening bracket
    while (sign := buffer.peek()) != "]":
        if not sign:
            raise ValueError("it breaks off")
        number += 1
        value = buffer.value()
        if isinstance(value, dict):
            yield number, value
        else:
            yield from untold.tell(number, f"it holds no columns but {str(value)[:40]!r}")
    buffer.at += 1
    yield from untold.rest()


class _Quotes(io.RawIOBase):
    """Counts quotation marks in what passes through: an odd number means that one was never closed."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read1(len(buffer))
        self.count += piece.count(b'"')
        buffer[: len(piece)] = piece
        return len(piece)


def delimiter_of(text: str) -> str:
    """The sign between the cells, judged by the first lines; a comma if there is but one column."""
    counts: dict[str, list[int]] = {}
    for line in re.sub(r'"(?:[^"]|"")*"', "", text).splitlines()[:50]:
        for sign in "\t;,|":
            counts.setdefault(sign, []).append(line.count(sign))
    first = {sign: lines[0] for sign, lines in counts.items() if lines[0]}
    steady = {sign: sum(n == lines[0] for n in lines) / len(lines) for sign, lines in counts.items() if lines[0]}
    return max(first, key=lambda sign: (steady[sign] > 0.5, first[sign]), default=",")


def comma_separated(untrusted: BinaryIO, head: bytes) -> Iterator[Row | Problem]:
    """The rows after the first, which names the columns; the number is that of the row, from 1."""
    csv.field_size_limit(MEMBER_BYTES)
    encoding = encoding_of(head)
    start = head.decode(encoding, "replace")
    # PostgreSQL's exports, CourtListener's among them, write \" for a quotation mark within a cell.
    slashed = '\\"' in start and '""' not in start.replace(',""', "").replace('"",', "")
    quotes = _Quotes(untrusted)
    text = io.TextIOWrapper(io.BufferedReader(quotes, _SEEN_BYTES), encoding, "replace", newline="")
    reader = csv.reader(
        text, delimiter=delimiter_of(start), escapechar="\\" if slashed else None, doublequote=not slashed
    )
    names = unlike([name.strip() or f"column {i}" for i, name in enumerate(next(reader, []), 1)])
    ragged = []
    number = 0
    for cells in reader:
        if not cells:
            continue
        number += 1
        if len(cells) != len(names):
            ragged.append(number)
            more = [f"column {i}" for i in range(len(names) + 1, len(cells) + 1)]
            yield number, dict(zip([*names, *more], cells, strict=False))
        else:
            yield number, dict(zip(names, cells, strict=True))
    if ragged:
        some = ", ".join(map(str, ragged[:10])) + (" ..." if len(ragged) > 10 else "")
        yield warn(
            State.DAMAGED, f"{len(ragged)} rows have more or fewer cells than columns (rows {some}); they were kept."
        )
    if quotes.count % 2 and not slashed:
        what = f"A quotation mark is opened and never closed: rows after it may have run together ({number} were read)"
        yield warn(State.DAMAGED, f"{what}. Look for it and add the file again.")


def parquet(untrusted: BinaryIO, head: bytes) -> Iterator[Row | Problem]:  # noqa: ARG001
    """The rows of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        for batch in pq.ParquetFile(untrusted).iter_batches(_PARQUET_ROWS, use_threads=False):
            names = unlike(list(batch.schema.names))
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield number, {n: _plain(c) for n, c in zip(names, cells, strict=True)}
    except (*BROKEN, pa.ArrowException) as error:
        what = f"It is not a Parquet file that can be read ({str(error)[:100]}); {number} rows before that were kept"
        yield warn(State.DAMAGED, f"{what}. {_AGAIN}")


def _plain(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return cell if isinstance(cell, str | int | dict | list | None) else str(cell)
