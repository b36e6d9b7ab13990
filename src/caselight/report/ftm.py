"""Cases and documents as FollowTheMoney entities, which Aleph and other investigation tools read.

A CourtCase for each case, a Document for its record, a Note for each answer with its quotations. Persons are left out:
Caselight joins nobody across cases and gives no tool the means to. Source: followthemoney.tech, model of version 4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from caselight.report.contents import CasePage, CaseRow, Contents
from caselight.report.flat import plain
from caselight.types import Answer

_OF_CASE = {  # fact -> property of CourtCase
    "case_number": "caseNumber",
    "court": "court",
    "decision_date": "closeDate",
    "statute": "category",
    "outcome": "status",
}
_NOTICE = "Coded by machine; not checked by people unless a draw says so."


def write_ftm(contents: Contents, folder: Path) -> None:
    """entities.ftm.json in `folder`, one entity a line."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {row.id: row for row in contents.cases}
    with (folder / "entities.ftm.json").open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        for page in contents.load(list(rows)):
            for entity in _entities(page, rows[page.case.id]):
                file.write(json.dumps(entity, ensure_ascii=False) + "\n")


def _entities(page: CasePage, row: CaseRow) -> Iterator[dict[str, Any]]:
    case = _id("case", page.case.id)
    documents = [_id("document", document) for document in page.case.documents]
    for document, entity in zip(page.documents, documents, strict=False):
        named = {"fileName": [document.name], "title": [document.name], "mimeType": [document.media_type]}
        yield _entity(entity, "Document", named | ({"language": [document.language]} if document.language else {}))
    found: dict[str, list[str]] = {"name": [" ".join(filter(None, (row.court, row.number))) or row.name]}
    for fact in page.case.facts:
        if fact.name in _OF_CASE:
            values = found.setdefault(_OF_CASE[fact.name], [])
            values += [str(fact.value)] if str(fact.value) not in values else []
    earlier = [f"Earlier instance: {_id('case', other)}" for other in row.earlier]
    yield _entity(case, "CourtCase", found | {"proof": documents, "notes": [_NOTICE, *earlier]})
    for answer in page.answers:
        if answer.value not in (None, ()):
            yield _entity(_id("note", page.case.id, answer.variable), "Note", _note(answer, case))


def _note(answer: Answer, case: str) -> dict[str, list[str]]:
    quotes = [f"“{e.span.quote}” ({e.said_by}{', denied' if e.denied else ''})" for e in answer.evidence]
    said = f"{answer.variable} = {plain(answer.value)}"
    return {"name": [said], "description": ["\n".join([said, *quotes])], "entity": [case]}


def _entity(entity: str, schema: str, properties: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "id": entity,
        "schema": schema,
        "properties": {name: values for name, values in properties.items() if values},
    }


def _id(*parts: str) -> str:
    """An id that means the same in every export of the study, 40 hex digits."""
    return hashlib.sha1("\n".join(parts).encode(), usedforsecurity=False).hexdigest()
