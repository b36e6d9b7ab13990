"""The study as JSON Lines: the form that other tools read. Its names and their order are a promise; see the reference.

Answers of people stand behind the machine's, each under the name of its coder in the study.

One pass over the cases, nothing held: documents, cases, answers, estimates, problems, one file each, and every text
that an offset may point into as `texts/ID.txt`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from caselight.report.contents import CasePage, CaseRow, Contents
from caselight.report.interface import phrases
from caselight.types import Answer, Estimate, Fact, Span

DOCUMENT = ("id", "name", "path", "media_type", "state", "reason", "reader", "chars", "pages", "language", "parent")


def write_jsonl(contents: Contents, folder: Path) -> None:
    """Five .jsonl files and the texts, in `folder`."""
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    with _open(folder / "documents.jsonl") as file:
        for record in contents.records:
            row = {name: getattr(record, name) for name in DOCUMENT}
            _line(file, row | {"duplicate_of": record.duplicate_of})
    rows = {row.id: row for row in contents.cases}
    with _open(folder / "cases.jsonl") as cases, _open(folder / "answers.jsonl") as answers:
        for page in contents.load(list(rows)):
            _line(cases, _case(page, rows[page.case.id]))
            for answer in page.answers:
                _line(answers, _answer(answer))
            for reading in page.people:
                _line(answers, _answer(reading.answer))
            for document in page.documents:
                text = document.text.encode("utf-8", "replace")
                (folder / "texts" / f"{document.id}.txt").write_bytes(text)
    with _open(folder / "estimates.jsonl") as file:
        for e in contents.estimates:
            amounts = {"estimate": e.estimate, "low": e.low, "high": e.high, "level": e.level}
            of = {"name": e.name, "variable": e.variable, "value": e.value, "unit": e.unit}
            _line(file, of | amounts | {"method": e.method, "n": e.n, "N": e.N, "cases": e.cases} | _rests_on(e))
    with _open(folder / "problems.jsonl") as file:
        for p in contents.problems:
            _line(file, {"stage": p.stage, "subject": p.subject, "kind": p.kind, "message": p.message})


def _rests_on(e: Estimate) -> dict[str, Any]:
    """What comes after the promised fields: see docs/decisions/0004."""
    told = [
        {"code": code, **{lang: phrases(lang)[f"assumption.{code}"] for lang in ("en", "ru")}} for code in e.assumptions
    ]
    strata = [asdict(stratum) for stratum in e.strata]
    rests = {"strata": strata, "digest": e.digest, "where": e.where, "draw": e.draw, "error": e.error}
    return rests | {"assumptions": told}


def _open(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", errors="replace", newline="\n")


def _line(file: IO[str], row: dict[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _span(span: Span) -> dict[str, Any]:
    return {"document": span.document, "start": span.start, "end": span.end, "quote": span.quote}


def _fact(fact: Fact) -> dict[str, Any]:
    return {"name": fact.name, "value": fact.value, **_span(fact.span)}


def _case(page: CasePage, row: CaseRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "matter": row.matter,
        "instance": row.instance,
        "documents": page.case.documents,
        "facts": [_fact(fact) for fact in page.case.facts],
        "sections": [{"name": s.name, "start": s.start, "end": s.end} for s in page.case.sections],
        "earlier": row.earlier,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "case": answer.case,
        "variable": answer.variable,
        "value": answer.value,
        "coder": answer.coder,
        "score": answer.score,
        "evidence": [{**_span(e.span), "said_by": e.said_by, "denied": e.denied} for e in answer.evidence],
    }
