"""Contents for reports in tests: the constructed rulings with their gold answers, or any cases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from caselight.codebook import Codebook, load_codebook, read_codebook
from caselight.definitions import parse
from caselight.estimate import count
from caselight.report import CasePage, CaseRow, Contents, Quotation
from caselight.types import Answer, Book, Case, Document, Evidence, Fact, Problem, RecordRow, Section, Span, Value

_HEADINGS = (
    ("header", r"\A"),
    ("established", r"\n\s*У\s*С\s*Т\s*А\s*Н\s*О\s*В\s*И\s*Л"),
    ("operative", r"\n\s*П\s*О\s*С\s*Т\s*А\s*Н\s*О\s*В\s*И\s*Л\s*:"),
)
_FACTS = {"court": "court", "judge": "judge", "case_number": "case_number", "uid": "uid"}


def contents_of(
    pages: list[CasePage],
    codebook: Codebook,
    language: str = "en",
    title: str = "Cameras and recognition",
    records: list[RecordRow] | None = None,
    problems: Iterable[Problem] = (),
    earlier: dict[str, tuple[str, ...]] | None = None,
    sample: str = "",
) -> Contents:
    """The contents that a pipeline would make of these cases."""
    by_id = {page.case.id: page for page in pages}
    rows = [_row(page, (earlier or {}).get(page.case.id, ())) for page in pages]
    answers: dict[str, list[Value]] = {
        v.name: [_answer(page, v.name).value for page in pages] for v in codebook.variables
    }
    facts: dict[str, list[str | tuple[str, ...]]] = {
        "outcome": [row.outcome for row in rows],
        "year": [row.decision_date[:4] for row in rows],
        "court": [row.court for row in rows],
        "instance": [row.instance for row in rows],
        "region": [row.region for row in rows],
        "statute": [row.statutes for row in rows],
    }
    estimates = count(codebook, [row.id for row in rows], answers, facts)
    records = records if records is not None else [_record(page.documents[0]) for page in pages]
    states = {state: sum(r.state == state for r in records) for state in sorted({r.state for r in records})}
    undecided = {v: sum(value is None for value in values) for v, values in answers.items()}
    books = [
        Book("ingest", "record", len(records), tuple(states.items())),
        Book("structure", "document", states.get("read", 0), (("case", len(pages)),)),
        *(
            Book(f"coding/{v}", "case", len(pages), (("answered", len(pages) - n), ("no answer", n)))
            for v, n in undecided.items()
        ),
    ]

    def quotes(variable: str) -> list[tuple[Quotation, ...]]:
        return [
            tuple(Quotation(e.span.quote, e.said_by, e.denied) for e in _answer(page, variable).evidence)
            for page in pages
        ]

    def load(cases: Iterable[str]) -> Iterator[CasePage]:
        return (by_id[case] for case in cases)

    stamps = {
        v.name: sha256(repr([_answer(p, v.name) for p in pages]).encode()).hexdigest() for v in codebook.variables
    }
    return Contents(
        title=title,
        language=language,
        codebook=codebook,
        pack="ru",
        books=books,
        problems=list(problems),
        estimates=estimates,
        records=records,
        cases=rows,
        answers=answers,
        stamps=stamps,
        quotes=quotes,
        load=load,
        lock_level="full",
        generated_at="3 May 2026, 12:00",
        version="0.1.0",
        sample=sample,
    )


def _answer(page: CasePage, variable: str) -> Answer:
    found = next((a for a in page.answers if a.variable == variable), None)
    return found or Answer(page.case.id, variable, None, "rules")


def _row(page: CasePage, earlier: tuple[str, ...]) -> CaseRow:
    facts = {f.name: str(f.value) for f in reversed(page.case.facts)}
    document = page.documents[0]
    digest = int(sha256(repr((page.case, page.answers, earlier)).encode()).hexdigest()[:15], 16)
    return CaseRow(
        id=page.case.id,
        document=document.id,
        name=document.name,
        path=f"records/{document.name}",
        court=facts.get("court", ""),
        judge=facts.get("judge", ""),
        number=facts.get("case_number", ""),
        decision_date=facts.get("decision_date", ""),
        outcome=facts.get("outcome", ""),
        instance=page.case.instance,
        statutes=tuple(dict.fromkeys(str(f.value) for f in page.case.facts if f.name == "statute")),
        matter=page.case.id,
        earlier=earlier,
        region=facts.get("region", ""),
        event_date=facts.get("event_date", ""),
        event_place=facts.get("event_place", ""),
        digest=digest,
    )


def _record(document: Document) -> RecordRow:
    return RecordRow(
        document.id, f"records/{document.name}", document.name, "read", "", document.media_type, document.reader,
        len(document.text), 0, document.language,
    )  # fmt: skip


def page_of(text: str, name: str = "001.txt", instance: str = "first", language: str = "ru") -> tuple[Document, Case]:
    """A document with that text, and its case without facts."""
    identity = sha256(f"{name}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
    document = Document(identity, name, text, "plain", "text/plain", language)
    return document, Case(f"c{identity[:16]}", instance, (identity,))


def constructed(shared: Path, language: str = "en") -> Contents:
    """The 48 constructed rulings with their gold answers, as if a machine had given them."""
    folder = shared / "data" / "constructed"
    codebook = load_codebook("surveillance")
    pages: list[CasePage] = []
    matters: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(folder.glob("[0-9]*.json")):
        gold = json.loads(path.read_text("utf-8"))
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        document, case = page_of(text, f"{gold['id']}.txt", gold["instance"])
        facts = tuple(_gold_facts(gold, document))
        case = Case(case.id, case.instance, case.documents, tuple(_sections(text)), facts)
        pages.append(CasePage(case, (document,), tuple(_gold_answers(gold, document, case.id, codebook))))
        if gold.get("case_key"):
            matters.setdefault(gold["case_key"], []).append((gold["decision_date"] or "", gold["id"], case.id))
    earlier: dict[str, tuple[str, ...]] = {}
    for linked in matters.values():
        order = [case for _, _, case in sorted(linked, key=lambda entry: entry[1])]
        earlier |= {case: tuple(order[:i]) for i, case in enumerate(order) if i}
    problems = [
        Problem("coding", f"{p.case.id} {a.variable}", "undetermined", "No phrase of the codebook decides this case.")
        for p in pages
        for a in p.answers
        if a.variable == "detention_timing" and a.value is None
    ]
    title = {"en": "Facial recognition in protest arrests", "ru": "Распознавание лиц в делах о протестах"}[language]
    sample = {
        "en": "Constructed records: no ruling, person or number on these pages is real.",
        "ru": "Составленные записи: ни одно решение, лицо или номер на этих страницах не существует.",
    }[language]
    return contents_of(pages, codebook, language, title, None, problems, earlier, sample)


def _sections(text: str) -> Iterator[Section]:
    found = [(name, match.start()) for name, pattern in _HEADINGS if (match := re.search(pattern, text))]
    for (name, start), end in zip(found, [start for _, start in found[1:]] + [len(text)], strict=True):
        if start < end:
            yield Section(name, start, end)


def _gold_facts(gold: dict[str, object], document: Document) -> Iterator[Fact]:
    for key, name in _FACTS.items():
        value = gold.get(key)
        start = document.text.find(str(value)) if value else -1
        if value:
            start = max(start, 0)
            yield Fact(name, str(value), Span.of(document, start, start + max(len(str(value)), 1)))
    for entry in gold["statutes"]:  # type: ignore[attr-defined]
        value = f"{entry['code']} {entry['article']}" + (f" ч.{entry['part']}" if entry.get("part") else "")
        start = max(document.text.find(entry["article"]), 0)
        yield Fact("statute", value, Span.of(document, start, start + len(entry["article"])))
    for name in ("decision_date", "event_date"):
        if gold.get(name):
            year = str(gold[name])[:4]
            yield Fact(name, str(gold[name]), Span.of(document, start := max(document.text.find(year), 0), start + 4))
    answers: dict[str, str | int] = gold["answers"]  # type: ignore[assignment]
    where = {e["variable"]: e for e in gold["evidence"]}  # type: ignore[attr-defined]
    for name in ("outcome", "fine_rub", "arrest_days", "work_hours", "appeal_result", "termination_reason"):
        if answers.get(name) is not None and name in where:
            yield Fact(name, answers[name], Span.of(document, where[name]["start"], where[name]["end"]))


def _gold_answers(gold: dict[str, object], document: Document, case: str, codebook: Codebook) -> Iterator[Answer]:
    for variable in codebook.variables:
        value = gold["answers"].get(variable.name)  # type: ignore[attr-defined]
        if isinstance(value, list):
            value = tuple(v for v in value if not variable.values or v in variable.value_names())
            if variable.kind == "text":
                value = value[0] if value else None
        elif variable.values and value not in variable.value_names():
            value = None
        evidence = tuple(
            Evidence(Span.of(document, e["start"], e["end"]), e["said_by"], e["denied"])
            for e in gold["evidence"]  # type: ignore[attr-defined]
            if e["variable"] == variable.name
        )
        yield Answer(case, variable.name, value, "rules", evidence)


SMALL = """
name: small
title: {en: Small, ru: Малый}
version: 3
language: ru
variables:
  - name: role
    kind: one-of
    question: {en: Which role did cameras play?, ru: Какую роль сыграли камеры?}
    default: none
    values:
      - {name: relied_on, label: {en: relied on, ru: в основе}, definition: Among the proofs., phrases: [камера]}
      - {name: none, label: {en: none, ru: нет}}
  - name: place
    kind: many-of
    question: Where were they?
    ask_if: {role: [relied_on]}
    values: [{name: metro, phrases: [метро]}, {name: con, label: Street, phrases: [улица]}]
  - {name: people, kind: number, question: How many took part?, phrases: [участник]}
  - {name: slogan, kind: text, question: Which words?, phrases: [лозунг], take: quotes}
"""
# The marks in place: [words] is the quotation for the answer; the brackets are not part of the text.
TEXTS = (
    "Суд установил: вина подтверждается [записью с камер метро].\nНазначить штраф.",
    "Вина подтверждается рапортом.\nПостановил: арест.",
    "Защитник указал, что [записи с камер] в деле нет.",
)


def small_codebook() -> Codebook:
    return read_codebook(parse(SMALL, "small.yaml"))


def small_page(marked: str, name: str, number: str = "", denied: bool = False, court: str = "Районный суд") -> CasePage:
    """A case whose one quotation is marked with [ ]."""
    start, end = marked.find("["), marked.find("]") - 1
    text = marked.replace("[", "", 1).replace("]", "", 1) if start >= 0 else marked
    document, case = page_of(text, name)
    first = Span.of(document, 0, min(4, len(text)))
    facts = [Fact("court", court, first), Fact("decision_date", "2022-05-13", first), Fact("outcome", "fine", first)]
    facts += [Fact("case_number", number, first)] if number else []
    found = start >= 0
    quotes = (Evidence(Span.of(document, start, end), "court", denied),) if found else ()
    answers = (
        Answer(case.id, "role", "relied_on" if found else "none", "rules", quotes),
        Answer(case.id, "place", ("metro",) if found else None, "rules", quotes),
        Answer(case.id, "people", 10 if found else None, "rules"),
        Answer(case.id, "slogan", "Мир" if found else None, "rules"),
    )
    return CasePage(Case(case.id, "first", (document.id,), (), tuple(facts)), (document,), answers)


def small(count: int = 3, language: str = "en", **more: Any) -> Contents:
    """A study of so many tiny cases."""
    pages = [small_page(TEXTS[i % len(TEXTS)], f"{i:04}.txt", f"5-{i}/2022", i % 3 == 2) for i in range(count)]
    return contents_of(pages, small_codebook(), language, **more)


# A stretch of text that asks for trouble: markup, quotes, a right-to-left override, a zero byte, a lone surrogate, an
# astral letter, a soft hyphen, letters of two directions.
HOSTILE = "<script>alert(1)</script> & \"'> \u202e\x00\x1b\ud800 \U0001d538 у\u00adлица שלום "
HOSTILE += "</style><img src=x onerror=alert(1)>"


def hostile(language: str = "en") -> Contents:
    """A study where everything that comes from outside asks for trouble."""
    pages = [
        small_page(f"{HOSTILE} [{HOSTILE}] {HOSTILE}", f"{HOSTILE}.txt", HOSTILE, True, HOSTILE),
        small_page(f"[{HOSTILE}]", "b.txt", "", False, HOSTILE),
    ]
    problems = [
        Problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        Problem("coding", f"{pages[0].case.id} role", "x", HOSTILE),
    ]
    contents = contents_of(pages, small_codebook(), language, HOSTILE, None, problems, sample=HOSTILE)
    records = [r._replace(path=HOSTILE, reason=HOSTILE, duplicate_of=HOSTILE) for r in contents.records]
    return replace(contents, records=records, lock_level=HOSTILE, pack=HOSTILE, generated_at=HOSTILE)


def linked() -> Contents:
    """A study of one matter that went through three instances."""
    contents = small(3)
    first, second, third = contents.cases
    rows = [first, replace(second, earlier=(first.id,)), replace(third, earlier=(first.id, second.id))]
    return replace(contents, cases=rows)


def unbalanced() -> Contents:
    """A study into whose books more came than went out."""
    contents = small(3)
    return replace(contents, books=[Book("ingest", "record", 4, (("read", 3),)), *contents.books[1:]])
