"""What one worker process does with one bucket of records: read, structure and code it, in one go.

Nothing here knows the study folder. A locked worker gets bytes through a pipe and answers with Arrow tables through a
pipe; a worker that only codes anew is told where the tables are that it needs.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import caselight.ingest.html  # noqa: F401  (the commonest kind of file: loaded once, before workers are forked)
from caselight import coding, ingest, structure
from caselight.codebook import Codebook
from caselight.coding.phrases import Hits
from caselight.engine import NO_ITEM, Failure, apart
from caselight.ingest.sandbox import lock
from caselight.pack import Pack
from caselight.structure.link import link_key
from caselight.tables import (
    answers_table,
    cases_of,
    cases_table,
    documents_of,
    documents_table,
    encode,
    from_json,
    read_table,
    texts_table,
)
from caselight.types import Answer, Case, Document, Problem, Reading, Record, Region, RegionKind, State, Value
from caselight.words import Vocabulary, Words, distinct, joined, tokenise
from caselight.wordtables import words_of, words_tables

Mark = Callable[[int], None]  # says which item is being worked on, so that a crash can be laid at its door


class Parcel(NamedTuple):
    """One record on its way to a reader."""

    record: Record
    untrusted: bytes
    lost: str = ""  # why the bytes are not there, in words; "" = they are

    def __reduce__(self) -> tuple[type[Parcel], tuple[Record, object, str]]:
        """As it travels to a worker."""
        return Parcel, (self.record, apart(self.untrusted), self.lost)


class Recoding(NamedTuple):
    """A bucket whose documents are read already: where its tables are, and what of it has to be made anew."""

    texts: Path
    words: tuple[Path, Path]  # tokens, forms
    cases: Path | None  # None = the cases are to be made anew too
    variables: tuple[str, ...]
    known: Mapping[str, Path]  # variable that stays as it is, and that another's "ask only if" looks at -> its answers


class Room(NamedTuple):
    """What every worker needs; made once, and shared with forked workers for nothing."""

    mapping: Mapping[str, str]  # columns of dumps
    vocabulary: Vocabulary
    rules: structure.Rules | None  # None = no cases will be made
    coder: coding.Coder
    variables: tuple[str, ...]


_room: list[Room] = []  # the one place where a worker process keeps anything


def furnish(
    mapping: Mapping[str, str], pack: Pack, codebook: Codebook, vocabulary: Vocabulary, structures: bool
) -> Room:
    """The rules of this pack and codebook, compiled.

    Args:
        structures: whether cases will be made; without, the pack's rules for them are not compiled.

    Raises:
        DefinitionError: one of them has a mistake.
    """
    gc.disable()
    try:
        coder = coding.compile_codebook(codebook, pack, vocabulary)
        rules = _rules(pack, vocabulary) if structures else None
    finally:
        gc.freeze()  # all of it stays: to look through it for garbage took as long as a quarter of making it
        gc.enable()
    return Room(mapping, vocabulary, rules, coder, tuple(v.name for v in codebook.variables))


def with_rules(room: Room, pack: Pack) -> Room:
    """The room with the pack's rules for cases, which reading needs."""
    return room if room.rules else room._replace(rules=_rules(pack, room.vocabulary))


def _rules(pack: Pack, vocabulary: Vocabulary) -> structure.Rules:
    """The pack's rules, which have looked up the words of the vocabulary: else every worker would."""
    rules = structure.compile_pack(pack)
    if rules.sections.weights:
        rules.sections.weights.rows.learn(vocabulary.forms)
    return rules


def prepare(room: Room, locked: bool, ask: Callable[[bytes], bytes]) -> str:
    """Makes this process a worker; locks it if it shall be. What level of lock was reached, in words.

    A word that no study has met is looked up by the parent, which `ask` reaches: once for all workers, and in a process
    that no parser can take over. What is kept between studies is never what a worker says.
    """
    room.vocabulary.ask_with(ask)
    _room[:] = [room]
    # A bucket makes millions of small objects and nearly no cycles: looking for cycles while it is made costs a fifth
    # of the time. They are looked for once, when the bucket is done.
    gc.disable()
    return lock() if locked else ""


def read_bucket(parcels: Sequence[Parcel], mark: Mark, failures: Mapping[int, Failure]) -> bytearray:
    """Everything about a bucket of records: tables documents, texts, tokens, forms, cases, answers/X."""
    return _sent(_read_all(parcels, mark, failures))


def _read_all(parcels: Sequence[Parcel], mark: Mark, failures: Mapping[int, Failure]) -> dict[str, pa.Table]:
    readings = []
    for i, parcel in enumerate(parcels):
        mark(i)
        readings.append(_failed(failures[i]) if i in failures else _read(parcel, _room[0].mapping))
    parts = _together(readings, mark) if NO_ITEM not in failures else _one_by_one(readings, mark)
    # What is left is writing down; should even that be too much, there is too much of the largest.
    mark(max(range(len(parcels)), key=lambda i: -1 if i in failures else parcels[i].record.size_bytes, default=NO_ITEM))
    documents = [reading.document for reading in readings if reading.document]
    tables = {
        "documents": documents_table([parcel.record for parcel in parcels], readings),
        "texts": texts_table(documents),
    }
    return tables | words_tables(joined([words for words, _ in parts])) | _joined([coded for _, coded in parts])


_Part = tuple[Words, dict[str, pa.Table]]  # words of some documents, and the tables of their cases and answers


def _together(readings: Sequence[Reading], mark: Mark) -> list[_Part]:
    """All documents in one go, which is several times faster than one by one."""
    mark(NO_ITEM)
    return [_coded([reading.document for reading in readings if reading.document])]


def _one_by_one(readings: Sequence[Reading], mark: Mark) -> list[_Part]:
    """Each document on its own, so that it is known which of them takes too long or too much memory."""
    parts = [_coded([])]
    for i, reading in enumerate(readings):
        if reading.document:
            mark(i)
            parts.append(_coded([reading.document]))
    return parts


def _coded(documents: list[Document]) -> _Part:
    words = tokenise([document.text for document in documents], _room[0].vocabulary)
    tables: dict[str, pa.Table] = {}
    cases = _structure(documents, words, tables)
    _code(_Batch(list(zip(documents, cases, strict=True)), words), _room[0].variables, {}, tables)
    return words, tables


def _joined(parts: Sequence[dict[str, pa.Table]]) -> dict[str, pa.Table]:
    if len(parts) == 1:
        return parts[0]
    return {name: pa.concat_tables([part[name] for part in parts]).combine_chunks() for name in parts[0]}


def _sent(tables: dict[str, pa.Table]) -> bytearray:
    """The tables as bytes; what they were made from is gone by now."""
    gc.collect(0)  # what was made since the last bucket; what stays is not looked through again
    return encode(tables)


def recode_bucket(orders: Sequence[Recoding], mark: Mark, failures: Mapping[int, Failure]) -> bytearray:
    """The tables of a bucket that have to be made anew, from those that stay; nothing where that is too much at once.

    Then the bucket is to be read anew: `read_bucket` finds out which record it is that takes too long.
    """
    if failures:
        return bytearray()
    mark(0)
    return _sent(_made_anew(orders[0]))


def _made_anew(order: Recoding) -> dict[str, pa.Table]:
    texts = read_table(order.texts)
    words = _cut_before(order, texts)
    tables: dict[str, pa.Table] = {}
    found = None
    if order.cases is None:
        documents = documents_of(texts)
        words = replace(words, texts=tuple(document.text for document in documents))
        cases = _structure(documents, words, tables)
    else:
        found = coding.look(words, _room[0].coder, order.variables)
        documents, cases = _to_be_read(texts, read_table(order.cases), order.variables, distinct(found.text))
        words = replace(words, texts=tuple(document.text for document in documents))
    known: dict[tuple[str, str], Value] = {}
    for variable, path in order.known.items():
        rows = read_table(path, ["case", "value"]).to_pydict()
        known |= {(c, variable): from_json(v) for c, v in zip(rows["case"], rows["value"], strict=True)}
    _code(_Batch(list(zip(documents, cases, strict=True)), words, found), order.variables, known, tables)
    return tables


def _cut_before(order: Recoding, texts: pa.Table) -> Words:
    """The words of a bucket as they were cut when it was read, without its texts; cut anew where the vocabulary that
    knew them is gone.
    """
    vocabulary = _room[0].vocabulary
    without_texts = [""] * texts.num_rows
    words = words_of(read_table(order.words[0]), read_table(order.words[1]), without_texts, vocabulary)
    if words is None:
        words = replace(tokenise(texts["text"].to_pylist(), vocabulary), texts=tuple(without_texts))
    return words


def _to_be_read(
    texts: pa.Table, cases: pa.Table, variables: Collection[str], touched: NDArray[np.integer[Any]]
) -> tuple[list[Document], list[Case]]:
    """The documents and cases of a bucket; only those that have a hit (or all, if facts are asked for) are whole.

    Of the others coding looks at nothing but the id, and whether there is an act at all; building them would be most
    of the work.
    """
    codebook = _room[0].coder.codebook
    if any(looks_at_facts(codebook, name) for name in variables):
        return documents_of(texts.select(_TEXT_COLUMNS)), cases_of(cases)
    whole = dict(zip(touched.tolist(), documents_of(texts.select(_TEXT_COLUMNS).take(touched)), strict=True))
    known = dict(zip(touched.tolist(), cases_of(cases.select(_CASE_COLUMNS).take(touched)), strict=True))
    no_act = _without_act(texts["regions"].combine_chunks())
    card = (Region(RegionKind.CARD, 0, 0),)
    documents, found = [], []
    for i, (document, name, case) in enumerate(
        zip(texts["id"].to_pylist(), texts["name"].to_pylist(), cases["id"].to_pylist(), strict=True)
    ):
        bare = Document(document, name, "", "", "", "", regions=card if i in no_act else ())
        documents.append(whole.get(i, bare))
        found.append(known.get(i, Case(case, "", (document,))))
    return documents, found


def _without_act(regions: pa.ListArray) -> set[int]:
    """Which documents have regions, but none that is an act."""
    edges = regions.offsets.to_numpy()
    acts = np.array([kind == RegionKind.ACT.value for kind in regions.values.field("kind").to_pylist()], bool)
    before = np.append(0, np.cumsum(acts))[edges]
    return set(np.flatnonzero((np.diff(edges) > 0) & (np.diff(before) == 0)).tolist())


# What coding needs of a document; fields and pages, most of what there is to build, it does not look at.
_TEXT_COLUMNS = ["id", "name", "text", "reader", "media_type", "language", "regions"]
_CASE_COLUMNS = ["id", "documents", "instance", "sections"]


def looks_at_facts(codebook: Codebook, name: str) -> bool:
    """Whether the answer to this variable may depend on a fact of the case."""
    variable = codebook.variable(name)
    names = {other.name for other in codebook.variables}
    asked = any(condition.variable not in names for condition in variable.conditions())
    return asked or bool(variable.fact) or any(rule.date_of for rule in variable.rules)


def unpack_container(untrusted: BinaryIO, name: str, mapping: Mapping[str, str]) -> Iterator[bytes]:
    """The members of a container and the problems met in it, each as `pack_member` writes it."""
    for item in ingest.unpack(untrusted, name, mapping):
        if isinstance(item, Problem):
            yield pack_member({"problem": item.kind, "path": item.subject, "message": item.message}, b"")
        else:
            yield pack_member({"path": item.path}, item.data)


def pack_member(head: Mapping[str, str], data: bytes) -> bytes:
    """A member as bytes: length of the head, the head as JSON, the member's own bytes."""
    text = json.dumps(head, ensure_ascii=True).encode()
    return len(text).to_bytes(4, "big") + text + data


def split_member(untrusted: bytes | bytearray) -> tuple[dict[str, str], memoryview]:
    """Head and bytes of what `pack_member` wrote.

    Raises:
        ValueError: it is something else.
    """
    view = memoryview(untrusted)
    size = int.from_bytes(view[:4], "big")
    head = json.loads(bytes(view[4 : 4 + size]))
    if not isinstance(head, dict) or not all(isinstance(value, str) for value in head.values()):
        raise ValueError("a worker's answer has no head")
    return head, view[4 + size :]


def _read(parcel: Parcel, mapping: Mapping[str, str]) -> Reading:
    if parcel.lost:
        return Reading(State.DAMAGED, f"{parcel.lost}; add the file again from where it came from")
    reading = ingest.read(parcel.untrusted, parcel.record.path, mapping, parcel.record.id)
    if reading.document is None:
        return reading
    # The hash that the parent has found, whatever the reader claims.
    return reading._replace(document=reading.document._replace(id=parcel.record.id, name=parcel.record.name))


def _failed(failure: Failure) -> Reading:
    return Reading(failure.state, failure.reason)


def _structure(documents: Sequence[Document], words: Words, tables: dict[str, pa.Table]) -> list[Case]:
    """The cases of these documents; their table is added to `tables`."""
    rules = _room[0].rules
    if rules is None:
        raise RuntimeError("cases are to be made by a worker that was not given the rules for them")
    structured = structure.structure(documents, words, rules)
    cases = [s.case for s in structured]
    keys = [link_key(case, document).to_json() for case, document in zip(cases, documents, strict=True)]
    tables["cases"] = cases_table(cases, [s.problems for s in structured], keys)
    return cases


class _Batch(NamedTuple):
    """What is to be coded."""

    pairs: list[tuple[Document, Case]]
    words: Words
    found: Hits | None = None  # None = not looked for yet


def _code(
    batch: _Batch, variables: Collection[str], known: Mapping[tuple[str, str], Value], tables: dict[str, pa.Table]
) -> None:
    """The answers for these variables; a table for each is added to `tables`."""
    if not variables:
        return
    answers, problems = coding.code(batch.pairs, batch.words, _room[0].coder, variables, known, batch.found)
    by_variable: dict[str, list[Answer]] = {name: [] for name in variables}
    for answer in answers:
        by_variable[answer.variable].append(answer)
    problem_of: dict[str, list[Problem]] = {}
    for problem in problems:
        problem_of.setdefault(problem.subject.partition(" ")[2], []).append(problem)
    for name, given in by_variable.items():
        if [a.case for a in given] != [case.id for _, case in batch.pairs]:
            raise AssertionError(f"variable {name}: {len(given)} answers for {len(batch.pairs)} cases, or out of order")
        tables[f"answers/{name}"] = answers_table(given, problem_of.get(name, ()))
