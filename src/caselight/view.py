"""A study read back from its tables: records with their states, cases, answers, problems, the books."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caselight import __version__
from caselight.definitions import load
from caselight.drawing import answer_problems, fieldwork, later, published
from caselight.estimate import count
from caselight.people import Said, said_by_people, shown_to_all
from caselight.placing import atlas
from caselight.planning import Made, Plan
from caselight.report import (
    CasePage,
    CaseRow,
    Contents,
    Quotation,
    RecordRow,
    Sentence,
    Speaker,
    read_sentences,
)
from caselight.report.interface import Interface
from caselight.store import Catalogue
from caselight.store.parts import key_of
from caselight.structure import case_id
from caselight.tables import answer_of, case_of, documents_of, from_json, read_table, row_digest
from caselight.types import UNREAD, Book, Estimate, Link, Problem, State, Value

_SAME_BYTES = "the same bytes are in the study under another path"
LEFT_OUT = "whoever added the records left it out"
_MEMBERS = "an archive or a dump; what is in it are records of their own"
# An odd multiplier mixes the digests of a case's rows into one; 2^64 / golden ratio, as Knuth's multiplicative hashing.
_MIX = np.uint64(0x9E3779B97F4A7C15)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Accounts:
    """What came in and what became of it."""

    records: list[RecordRow]  # sorted by path; each is in exactly one state
    books: list[Book]  # each stage's: each must balance, or nothing is published
    problems: list[Problem]  # everything that could not be done, in the order of the stages


def accounts(made: Made) -> Accounts:
    """The records with their states, the books and the problems. Each table is opened once."""
    states: dict[str, dict[str, Any]] = {}
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
            undecided = pc.sum(pc.equal(answers["value"], "null")).as_py() or 0
            outcome.update({"answered": answers.num_rows - undecided, "no answer": undecided})
            of_variable[name] += _told(answers, "case", "coding", {})
    records = _record_rows(made, states)
    kept = [Book(f"coding/{name}", "case", cases, tuple(sorted(outcome.items()))) for name, outcome in became.items()]
    troubles["coding"] = list(chain.from_iterable(of_variable.values()))
    return Accounts(records, [*_first_books(made, records, cases), *kept], _problems(made, records, troubles))


def record_rows(made: Made) -> list[RecordRow]:
    """Every record of the study, sorted by path."""
    states: dict[str, dict[str, Any]] = {}
    for plan in made.plans:
        states |= _states(read_table(plan.paths["documents"]))
    return _record_rows(made, states)


def case_paths(records: Iterable[RecordRow]) -> dict[str, str]:
    """Case id -> the path of the record that it was made from."""
    return {case_id(record.id): record.path for record in records if record.state == State.READ}


def _states(documents: pa.Table) -> dict[str, dict[str, Any]]:
    rows = documents.drop_columns(["problems", "size_bytes", "name"]).to_pylist()
    return {row["id"]: row for row in rows}


def _record_rows(made: Made, read: Mapping[str, dict[str, Any]]) -> list[RecordRow]:
    first: dict[str, str] = {}
    closed = _closed(made.catalogue)
    rows = []
    for record in made.catalogue.records:
        original = first.setdefault(record.id, record.path)
        shared: dict[str, Any] = {"id": record.id, "path": record.path, "name": record.name, "parent": record.parent}
        if original != record.path:
            shared |= {"state": State.DUPLICATE.value, "reason": _SAME_BYTES, "duplicate_of": original}
        elif record.id in closed:
            shared |= {"state": closed[record.id].kind, "reason": closed[record.id].message}
        elif record.id in made.catalogue.containers:
            shared |= {"state": State.CONTAINER.value, "reason": _MEMBERS}
        else:
            shared |= read[record.id]
        rows.append(RecordRow(**shared))
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
    told = part.select([key, "problems"]).filter(pc.greater(pc.list_value_length(part["problems"]), 0))
    for row in told.to_pylist():
        for problem in row["problems"]:
            yield Problem(stage, names.get(row[key], row[key]), problem["kind"], problem["message"])


def _problems(made: Made, records: Iterable[RecordRow], troubles: Mapping[str, list[Problem]]) -> list[Problem]:
    unread = [Problem("ingest", r.path, r.state, r.reason) for r in records if r.state in UNREAD]
    told = read_table(made.links).schema.metadata or {}
    linking = [Problem("link", *entry) for entry in json.loads(told.get(b"problems", b"[]"))]
    inside = [problem for problem in made.catalogue.problems if problem not in unread]
    done = [*inside, *unread, *troubles["ingest"]]
    return [*done, *troubles["structure"], *linking, *troubles["coding"]]


def _first_books(made: Made, records: Sequence[RecordRow], cases: int) -> list[Book]:
    states = Counter(row.state for row in records)
    catalogue = made.catalogue
    in_all = len(catalogue.records) + len(catalogue.unreadable) + len(catalogue.left_out)
    ingest = Book("ingest", "record", in_all, tuple(sorted(states.items())))
    return [ingest, Book("structure", "document", states[State.READ.value], (("case", cases),))]


def links(made: Made) -> dict[str, Link]:
    """The link of every case, by case id."""
    rows = read_table(made.links).to_pydict()
    columns = zip(rows["case"], rows["matter"], rows["earlier"], strict=True)
    return {case: Link(case, matter, tuple(earlier)) for case, matter, earlier in columns}


def _flat_facts(part: pa.Table, wanted: pa.Array, known: dict[str, Any]) -> Iterator[tuple[int, str, Any]]:
    """(row, name, value) of the facts whose name is wanted, first of each name last, so that it wins in a dict.

    Args:
        known: values by their JSON, to be filled: courts, judges and dates come back in thousands of cases.
    """
    column = part["facts"].combine_chunks()
    flat, rows = column.flatten(), column.value_parent_indices()
    keep = pc.is_in(flat.field("name"), wanted)
    names = flat.field("name").filter(keep).to_pylist()
    values = flat.field("value").filter(keep).to_pylist()
    for text in values:
        if text not in known:
            known[text] = json.loads(text)
    found = zip(rows.filter(keep).to_pylist(), names, (known[text] for text in values), strict=True)
    yield from reversed(list(found))


_LISTED = (
    *("court", "judge", "case_number", "decision_date", "outcome", "region", "event_date", "event_place"),
    "statute",  # the only one of which a case may have several
)


def case_rows(made: Made, linked: Mapping[str, Link], told: Mapping[str, Said] | None = None) -> list[CaseRow]:
    """One small row a case, in the order of the tables (by document id).

    Args:
        told: what people answered, `shown_to_all`; None = it is read now.
    """
    paths = {record.id: record.path for record in made.catalogue.leaves().values()}
    wanted = pa.array(_LISTED)
    rows: list[CaseRow] = []
    said = shown_to_all(made) if told is None else told
    known: dict[str, Any] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents", "instance", "facts", "digest"])
        facts: list[dict[str, str]] = [{} for _ in range(part.num_rows)]
        statutes: list[list[str]] = [[] for _ in range(part.num_rows)]
        for place, name, value in _flat_facts(part, wanted, known):
            if name == "statute":
                statutes[place].append(str(value))
            facts[place][name] = str(value)
        digests = _page_digests(made, plan, part["digest"].to_numpy())
        documents = [found[0] for found in part["documents"].to_pylist()]
        columns = (part["id"].to_pylist(), documents, part["instance"].to_pylist(), facts, statutes, digests.tolist())
        for case, document, instance, listed, cited, digest in zip(*columns, strict=True):
            link, path = linked[case], paths[document]
            linkage = (path, link.matter, link.earlier)
            row = CaseRow(
                id=case,
                document=document,
                name=path.replace("!", "/").rsplit("/", 1)[-1],
                path=path,
                court=listed.get("court", ""),
                judge=listed.get("judge", ""),
                number=listed.get("case_number", ""),
                decision_date=listed.get("decision_date", ""),
                outcome=listed.get("outcome", ""),
                instance=instance,
                matter=link.matter,
                earlier=link.earlier,
                region=listed.get("region", ""),
                statutes=tuple(dict.fromkeys(reversed(cited))),
                event_date=listed.get("event_date", ""),
                event_place=listed.get("event_place", ""),
                digest=row_digest(digest ^ said[case].digest if case in said else digest, *linkage),
            )
            rows.append(row)
    return rows


def _page_digests(made: Made, plan: Plan, cases: np.ndarray[Any, np.dtype[np.uint64]]) -> np.ndarray[Any, Any]:
    mixed = cases.copy()
    for variable in made.codebook.variables:
        digests = read_table(plan.paths[f"answers/{variable.name}"], ["digest"])["digest"].to_numpy()
        mixed = (mixed ^ digests) * _MIX
    return mixed


def values(made: Made, variable: str) -> list[Value]:
    """The variable's value in each case, in the order of `case_rows`."""
    known: dict[str, Value] = {}
    found: list[Value] = []
    for plan in made.plans:
        for text in read_table(plan.paths[f"answers/{variable}"], ["value"])["value"].to_pylist():
            if text not in known:
                known[text] = from_json(text)
            found.append(known[text])
    return found


def quotations(made: Made, variable: str) -> list[tuple[Quotation, ...]]:
    """The variable's quotations in each case, in the order of `case_rows`."""
    found: list[tuple[Quotation, ...]] = []
    for plan in made.plans:
        column = read_table(plan.paths[f"answers/{variable}"], ["evidence"])["evidence"].combine_chunks()
        flat = column.flatten()
        texts, said, denied = (flat.field(name).to_pylist() for name in ("quote", "said_by", "denied"))
        ends = np.cumsum(pc.list_value_length(column).to_numpy()).tolist()
        quoted = [Quotation(*row) for row in zip(texts, said, denied, strict=True)]
        found += [tuple(quoted[start:end]) for start, end in pairwise([0, *ends])]
    return found


def stamp(made: Made, variable: str) -> str:
    """Changes whenever one of the variable's answers may have changed."""
    return key_of(*(plan.paths[f"answers/{variable}"].name for plan in made.plans))


def case_pages(made: Made, wanted: Iterable[str] | None = None) -> Iterator[CasePage]:
    """Everything about each case, bucket by bucket; only of these case ids, if some are named."""
    ids = None if wanted is None else set(wanted)
    for plan in made.plans:
        yield from _bucket_pages(made, plan, ids)


def read_pages(made: Made, wanted: Iterable[str] | None = None) -> Iterator[CasePage]:
    """The same with all that people answered: for the study's owner, never for coders or pages."""
    yield from _with_people(made, said_by_people(made), wanted)


def _with_people(made: Made, said: Mapping[str, Said], wanted: Iterable[str] | None) -> Iterator[CasePage]:
    for page in case_pages(made, wanted):
        one = said.get(page.case.id)
        yield replace(page, people=one.people, settled=one.settled) if one else page


def _bucket_pages(made: Made, plan: Plan, ids: set[str] | None) -> Iterator[CasePage]:
    here = read_table(plan.paths["cases"], ["id"])["id"].to_pylist()
    places = [i for i, case in enumerate(here) if ids is None or case in ids]
    if not places:
        return
    cases = [case_of(row) for row in read_table(plan.paths["cases"]).take(places).to_pylist()]
    documents = documents_of(read_table(plan.paths["texts"]).take(places))
    answers = []
    for variable in made.codebook.variables:
        rows = read_table(plan.paths[f"answers/{variable.name}"]).take(places).to_pylist()
        answers.append([answer_of(row, variable.name) for row in rows])
    for i, (case, document) in enumerate(zip(cases, documents, strict=True)):
        yield CasePage(case, (document,), tuple(of_variable[i] for of_variable in answers))


def _facts_of(rows: Sequence[CaseRow]) -> dict[str, list[str | tuple[str, ...]]]:
    """The facts that get figures of their own beside the codebook's variables; the last two where a pack has them."""
    found: dict[str, list[str | tuple[str, ...]]] = {
        "outcome": [row.outcome for row in rows],
        "year": [row.decision_date[:4] for row in rows],
        "court": [row.court for row in rows],
        "instance": [row.instance for row in rows],
        "region": [row.region for row in rows],
        "statute": [row.statutes for row in rows],
    }
    return {name: values for name, values in found.items() if name not in ("region", "statute") or any(values)}


def _sentences(
    made: Made, estimates: Sequence[Estimate], sizes: Mapping[str, int]
) -> tuple[tuple[Sentence, ...], list[Problem]]:
    """The findings that the user has written, and a problem for each that its figures do not bear out."""
    if not made.study.findings.exists():
        return (), []
    sentences = read_sentences(load(made.study.findings), made.codebook)
    said = Speaker(estimates, sizes, Interface("en")).say(sentences)
    where = made.study.findings.name
    refused = [Problem("report", f"{where}:{one.line}", "finding_refused", one.refused) for one in said if one.refused]
    return sentences, refused


def _is_of_all(figure: Estimate) -> bool:
    """Whether a sentence may rest on it: it is about the whole pile, parted as it was committed."""
    return not figure.where and "recoded" not in figure.assumptions


def _sorted_so(rows: Sequence[Row], order: Sequence[int]) -> list[Row]:
    return [rows[place] for place in order]


def contents(made: Made, language: str, generated_at: str) -> Contents:
    """The study as a report or an export takes it; cases in the order of their paths."""
    kept = accounts(made)
    told, people = fieldwork(made.study, made.codebook)
    more, withheld = published(made, {figure.digest for figure in people})
    people += more
    said = shown_to_all(made)
    rows = case_rows(made, links(made), said)
    told = replace(told, later=later(made, [row.id for row in rows])) if told else None
    order = sorted(range(len(rows)), key=lambda i: (rows[i].path, rows[i].id))
    ordered = _sorted_so(rows, order)
    answers = {one.name: _sorted_so(values(made, one.name), order) for one in made.codebook.variables}
    estimates = [*count(made.codebook, [row.id for row in ordered], answers, _facts_of(ordered)), *people]
    sizes = {"cases": len(ordered), "records": len(kept.records)}
    sentences, refused = _sentences(made, [e for e in estimates if _is_of_all(e)], sizes)
    return Contents(
        title=made.study.settings.title,
        language=language,
        codebook=made.codebook,
        pack=f"{made.pack.name}: {made.pack.titles.get(language, made.pack.title)}",
        books=kept.books,
        problems=[*kept.problems, *answer_problems(made), *withheld, *refused],
        estimates=estimates,
        records=kept.records,
        cases=ordered,
        answers=answers,
        stamps={variable.name: stamp(made, variable.name) for variable in made.codebook.variables},
        quotes=lambda variable: _sorted_so(quotations(made, variable), order),
        load=lambda wanted: _with_people(made, said, wanted),
        lock_level=made.level,
        generated_at=generated_at,
        version=__version__,
        fieldwork=told,
        sentences=sentences,
        atlas=atlas(made.study.folder, made.pack, ordered),
        sample=made.study.settings.notice,
    )
