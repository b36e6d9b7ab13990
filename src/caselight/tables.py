"""What the stages make, as Arrow tables: schemas, and the way there and back. Columns are built flat, never row by row.

A value of an answer is kept as JSON text (`"fine"`, `["metro","private"]`, `15000`, `null`), so that one column holds
every kind of variable and reads back without the codebook.
"""

from __future__ import annotations

import errno
import hashlib
import json
import stat
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

import pyarrow as pa

from caselight.errors import DamagedTableError
from caselight.types import (
    Answer,
    Case,
    Document,
    Evidence,
    Fact,
    Field,
    Page,
    Problem,
    Reading,
    Record,
    Region,
    RegionKind,
    Section,
    Span,
    Value,
    as_value,
)

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps would make one for each value
_AT_ONCE_BYTES = 16 << 20  # a larger table is written piece by piece, without a copy of it in memory
_READ_WHOLE_BYTES = 65_536  # to map a file takes as long as to read three times as much
_IN_ONE_THREAD = pa.ipc.IpcReadOptions(use_threads=False)
_TEXT, _OFFSET, _HASH = pa.string(), pa.int32(), pa.uint64()
PROBLEM = pa.struct([("kind", _TEXT), ("message", _TEXT)])
REGION = pa.struct([("kind", _TEXT), ("start", _OFFSET), ("end", _OFFSET)])
FIELD = pa.struct([("label", _TEXT), ("start", _OFFSET), ("end", _OFFSET), ("table", _TEXT), ("row", _OFFSET)])
PAGE = pa.struct([("number", _OFFSET), ("start", _OFFSET), ("end", _OFFSET), ("confidence", pa.float32())])
SECTION = pa.struct([("name", _TEXT), ("start", _OFFSET), ("end", _OFFSET)])
_SPAN = [("document", _TEXT), ("start", _OFFSET), ("end", _OFFSET), ("quote", _TEXT)]
FACT = pa.struct([("name", _TEXT), ("value", _TEXT), *_SPAN, ("source", _TEXT)])
EVIDENCE = pa.struct([*_SPAN, ("said_by", _TEXT), ("denied", pa.bool_()), ("section", _TEXT)])

DOCUMENTS = pa.schema(
    [
        ("id", _TEXT),
        ("name", _TEXT),
        ("media_type", _TEXT),
        ("state", _TEXT),
        ("reason", _TEXT),
        ("reader", _TEXT),
        ("language", _TEXT),
        ("chars", pa.int32()),
        ("pages", pa.int32()),
        ("size_bytes", pa.int64()),
        ("problems", pa.list_(PROBLEM)),
    ]
)
TEXTS = pa.schema(
    [
        ("id", _TEXT),
        ("name", _TEXT),
        ("text", _TEXT),
        ("reader", _TEXT),
        ("media_type", _TEXT),
        ("language", _TEXT),
        ("regions", pa.list_(REGION)),
        ("fields", pa.list_(FIELD)),
        ("pages", pa.list_(PAGE)),
    ]
)
CASES = pa.schema(
    [
        ("id", _TEXT),
        ("documents", pa.list_(_TEXT)),
        ("instance", _TEXT),
        ("sections", pa.list_(SECTION)),
        ("facts", pa.list_(FACT)),
        ("problems", pa.list_(PROBLEM)),
        ("link_key", _TEXT),
        ("digest", _HASH),
    ]
)
ANSWERS = pa.schema(
    [
        ("case", _TEXT),
        ("value", _TEXT),
        ("coder", _TEXT),
        ("score", pa.float64()),
        ("evidence", pa.list_(EVIDENCE)),
        ("problems", pa.list_(PROBLEM)),
        ("digest", _HASH),
    ]
)
LINKS = pa.schema([("case", _TEXT), ("matter", _TEXT), ("earlier", pa.list_(_TEXT))])


def lists(rows: Sequence[Sequence[tuple[Any, ...]]], struct: pa.StructType) -> pa.ListArray:
    """One list of structs a row; each tuple holds the struct's members in the struct's order."""
    flat = list(chain.from_iterable(rows))
    if not flat:
        return pa.array(rows, pa.list_(struct))
    offsets = pa.array(list(accumulate(map(len, rows), initial=0)), pa.int32())
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*flat, strict=True), struct, strict=True)]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=list(struct)))


def _texts(texts: Sequence[str]) -> pa.StringArray:
    """A column of long texts; `pa.array` would keep each of them a second time, encoded, for as long as it lives."""
    encoded = [text.encode() for text in texts]
    offsets = pa.array(list(accumulate(map(len, encoded), initial=0)), pa.int32())
    return pa.StringArray.from_buffers(len(texts), offsets.buffers()[1], pa.py_buffer(b"".join(encoded)))


def _problems(rows: Iterable[Sequence[Problem]]) -> pa.ListArray:
    return lists([[(p.kind, p.message) for p in row] if row else () for row in rows], PROBLEM)


def row_digest(*parts: object) -> int:
    """64 bits that change when what is shown of a row changes; tells which pages to write anew."""
    return _digest(repr(parts))


def _digest(shown: str) -> int:
    content = shown.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")


@lru_cache(maxsize=1024)
def _bare_digest(value: str) -> int:
    """The digest of an answer without quotations: in most rows it is the same one."""
    return row_digest(value, [])


def documents_table(records: Sequence[Record], readings: Sequence[Reading]) -> pa.Table:
    """DOCUMENTS: one row a record that was handed to a reader, whatever its state."""
    documents = [r.document for r in readings]
    columns = [
        pa.array([r.id for r in records], _TEXT),
        pa.array([r.name for r in records], _TEXT),
        pa.array([d.media_type if d else "" for d in documents], _TEXT),
        pa.array([r.state.value for r in readings], _TEXT),
        pa.array([r.reason for r in readings], _TEXT),
        pa.array([d.reader if d else "" for d in documents], _TEXT),
        pa.array([d.language if d else "" for d in documents], _TEXT),
        pa.array([len(d.text) if d else 0 for d in documents], pa.int32()),
        pa.array([len(d.pages) if d else 0 for d in documents], pa.int32()),
        pa.array([r.size_bytes for r in records], pa.int64()),
        _problems(r.problems for r in readings),
    ]
    return pa.Table.from_arrays(columns, schema=DOCUMENTS)


def texts_table(documents: Sequence[Document]) -> pa.Table:
    """TEXTS: one row a document that was read."""
    columns = [
        pa.array([d.id for d in documents], _TEXT),
        pa.array([d.name for d in documents], _TEXT),
        _texts([d.text for d in documents]),
        pa.array([d.reader for d in documents], _TEXT),
        pa.array([d.media_type for d in documents], _TEXT),
        pa.array([d.language for d in documents], _TEXT),
        lists([d.regions for d in documents], REGION),
        lists([d.fields for d in documents], FIELD),
        lists([d.pages for d in documents], PAGE),
    ]
    return pa.Table.from_arrays(columns, schema=TEXTS)


def documents_of(table: pa.Table) -> list[Document]:
    """The documents of a TEXTS table, in its order; without pages and fields where it has no such columns."""
    return [
        Document(
            row["id"],
            row["name"],
            row["text"],
            row["reader"],
            row["media_type"],
            row["language"],
            tuple(Page(**p) for p in row.get("pages", ())),
            tuple(Region(RegionKind(r["kind"]), r["start"], r["end"]) for r in row["regions"]),
            tuple(Field(**f) for f in row.get("fields", ())),
        )
        for row in table.to_pylist()
    ]


def cases_table(cases: Sequence[Case], problems: Sequence[Sequence[Problem]], link_keys: Sequence[str]) -> pa.Table:
    """CASES: one row a case; `link_keys` is what `structure.link` needs of each, as JSON text."""
    facts = [
        [
            (name, to_json(value), document, start, end, quote, source)
            for name, value, (document, start, end, quote), source in case.facts
        ]
        for case in cases
    ]
    columns = [
        pa.array([c.id for c in cases], _TEXT),
        pa.array([list(c.documents) for c in cases], pa.list_(_TEXT)),
        pa.array([c.instance for c in cases], _TEXT),
        lists([c.sections for c in cases], SECTION),
        lists(facts, FACT),
        _problems(problems),
        pa.array(link_keys, _TEXT),
        pa.array(map(_case_digest, cases, facts), _HASH),
    ]
    return pa.Table.from_arrays(columns, schema=CASES)


def _case_digest(case: Case, facts: Iterable[tuple[Any, ...]]) -> int:
    """As `row_digest`, of all that is shown of a case but for quotations, which follow from the document and the place.

    Words and numbers apart: that takes half the time of spelling out every fact.
    """
    words: list[str] = [case.instance, *case.documents]
    numbers: list[int] = []
    for name, value, document, start, end, _, source in facts:
        words += (name, value, document, source)
        numbers += (start, end)
    for name, start, end in case.sections:
        words.append(name)
        numbers += (start, end)
    return _digest("\x1f".join((*words, repr(numbers))))


def case_of(row: dict[str, Any]) -> Case:
    """The case in one row (as a dict) of a CASES table."""
    facts = tuple(
        Fact(f["name"], json.loads(f["value"]), Span(f["document"], f["start"], f["end"], f["quote"]), f["source"])
        for f in row.get("facts", ())
    )
    return Case(
        row["id"], row["instance"], tuple(row["documents"]), tuple(Section(**s) for s in row["sections"]), facts
    )


def cases_of(table: pa.Table) -> list[Case]:
    """The cases of a CASES table, in its order; without facts where it has no such column."""
    return [case_of(row) for row in table.to_pylist()]


def to_json(value: Value) -> str:
    """An answer's value as the JSON text that tables hold."""
    if isinstance(value, str):
        return encode_basestring(value)
    return repr(value) if type(value) is int else "null" if value is None else _ENCODE(value)


def from_json(text: str) -> Value:
    """The value that `to_json` wrote."""
    return as_value(json.loads(text))


def answers_table(answers: Sequence[Answer], problems: Sequence[Problem]) -> pa.Table:
    """ANSWERS: one variable's answers, one row a case; a problem's subject is "CASE VARIABLE"."""
    of_case: dict[str, list[Problem]] = {}
    for problem in problems:
        of_case.setdefault(problem.subject.partition(" ")[0], []).append(problem)
    evidence = [
        [
            (e.span.document, e.span.start, e.span.end, e.span.quote, e.said_by, e.denied, e.section)
            for e in answer.evidence
        ]
        for answer in answers
    ]
    values = [to_json(a.value) for a in answers]
    columns = [
        pa.array([a.case for a in answers], _TEXT),
        pa.array(values, _TEXT),
        pa.array([a.coder for a in answers], _TEXT),
        pa.array([a.score for a in answers], pa.float64()),
        lists(evidence, EVIDENCE),
        _problems(of_case.get(a.case, ()) for a in answers),
        pa.array([row_digest(v, e) if e else _bare_digest(v) for v, e in zip(values, evidence, strict=True)], _HASH),
    ]
    return pa.Table.from_arrays(columns, schema=ANSWERS)


def answer_of(row: dict[str, Any], variable: str) -> Answer:
    """The answer in one row (as a dict) of an ANSWERS table."""
    evidence = tuple(
        Evidence(Span(e["document"], e["start"], e["end"], e["quote"]), e["said_by"], e["denied"], e["section"])
        for e in row["evidence"]
    )
    return Answer(row["case"], variable, from_json(row["value"]), row["coder"], evidence, row["score"])


def encode(tables: dict[str, pa.Table]) -> bytearray:
    """Several tables as one block of bytes: what a worker sends back. No pickle: the sender may be a hostile file.

    Takes the tables out of `tables`, so that no two copies of all of them are held.
    """
    sizes = {name: _written(table, pa.MockOutputStream()) for name, table in tables.items()}
    whole = bytearray(sum(4 + len(name.encode()) + 8 + size for name, size in sizes.items()))
    sink = pa.FixedSizeBufferWriter(pa.py_buffer(whole))
    for name, size in sizes.items():
        head = name.encode()
        sink.write(len(head).to_bytes(4, "big") + head + size.to_bytes(8, "big"))
        _written(tables.pop(name), sink)
    sink.close()
    return whole


def _written(table: pa.Table, sink: pa.NativeFile) -> int:
    """How many bytes the table takes, written to `sink`."""
    begun = sink.tell()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return int(sink.tell() - begun)


def decode(untrusted: bytes | bytearray) -> dict[str, pa.Table]:
    """The tables that `encode` wrote, each fully validated.

    Raises:
        ValueError: cut off, not Arrow, or an array whose offsets leave its buffers (pyarrow.ArrowInvalid is one).
    """
    view, tables, at = memoryview(untrusted), {}, 0
    while at < len(view):
        head_end = at + 4 + int.from_bytes(view[at : at + 4], "big")
        size = int.from_bytes(view[head_end : head_end + 8], "big")
        body = view[head_end + 8 : head_end + 8 + size]
        if len(body) != size:
            raise ValueError("a worker's answer is cut off")
        table = pa.ipc.open_stream(body).read_all()
        table.validate(full=True)
        tables[bytes(view[at + 4 : head_end]).decode()] = table
        at = head_end + 8 + size
    return tables


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """The table in the Arrow file at `path`. A large one is mapped into memory: it costs only what is looked at.

    Raises:
        DamagedTableError: the file is gone, or is no whole Arrow file.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no file")
        small = found.st_size <= _READ_WHOLE_BYTES
        content = pa.py_buffer(path.read_bytes()) if small else pa.memory_map(str(path))
        table = pa.ipc.open_file(content, options=_IN_ONE_THREAD).read_all()
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):  # no fault of the table
            raise
        what = str(error).splitlines()[0][:200]
        raise DamagedTableError(f"{path} is damaged ({what}). Run the study again: it is made anew.") from None
    return table.select(columns) if columns else table


def write_table(path: Path, table: pa.Table) -> None:
    """`table` in the Arrow file at `path`."""
    if table.nbytes > _AT_ONCE_BYTES:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        return
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    with path.open("wb") as file:  # in one go: Arrow would write each of its many pieces by itself
        file.write(buffer.getvalue())
