"""Quotations as W3C Web Annotations, which annotation tools read: each points at its words in the exported text.

A selector by position (code points of the text, half-open) and one by quotation with what stands around it, so that the
place is found again in another rendering of the text. Source: W3C Web Annotation Data Model, 23 February 2017.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from caselight.report.contents import CasePage, Contents
from caselight.report.flat import plain
from caselight.types import Answer, Document, Evidence

_AROUND = 32  # characters before and after a quotation; the model's own examples have some 20


def write_annotations(contents: Contents, folder: Path) -> None:
    """annotations.jsonl, one annotation a line, and the texts they point into as texts/ID.txt."""
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    with (folder / "annotations.jsonl").open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        for page in contents.load([row.id for row in contents.cases]):
            for document in page.documents:
                text = document.text.encode("utf-8", "replace")
                (folder / "texts" / f"{document.id}.txt").write_bytes(text)
            for annotation in _of_case(page):
                file.write(json.dumps(annotation, ensure_ascii=False) + "\n")


def _of_case(page: CasePage) -> list[dict[str, Any]]:
    documents = {document.id: document for document in page.documents}
    return [
        _annotation(f"urn:caselight:{page.case.id}:{answer.variable}:{number}", answer, evidence, documents)
        for answer in page.answers
        for number, evidence in enumerate(answer.evidence, 1)
        if evidence.span.document in documents
    ]


def _annotation(name: str, answer: Answer, evidence: Evidence, documents: dict[str, Document]) -> dict[str, Any]:
    span = evidence.span
    text = documents[span.document].text
    said = f"{answer.variable} = {plain(answer.value)}"
    tags = [answer.variable, f"said by: {evidence.said_by}", *(["denied"] if evidence.denied else [])]
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": name,
        "type": "Annotation",
        "motivation": "classifying",
        "creator": {"type": "Software", "name": f"Caselight ({answer.coder})"},
        "body": [
            {"type": "TextualBody", "value": said, "format": "text/plain", "purpose": "classifying"},
            *({"type": "TextualBody", "value": tag, "format": "text/plain", "purpose": "tagging"} for tag in tags),
        ],
        "target": {
            "source": f"texts/{span.document}.txt",
            "selector": [
                {"type": "TextPositionSelector", "start": span.start, "end": span.end},
                {
                    "type": "TextQuoteSelector",
                    "exact": span.quote,
                    "prefix": text[max(0, span.start - _AROUND) : span.start],
                    "suffix": text[span.end : span.end + _AROUND],
                },
            ],
        },
    }
