"""A record's text as HTML with marks: what the pages of adjudication and of single cases show."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from caselight.desk.pages import Pages
from caselight.desk.room import Opened
from caselight.report.interface import made_html, safe
from caselight.report.passages import Mark, Passages, blocks
from caselight.types import RegionKind


def record_html(pages: Pages, language: str, opened: Opened, marks: Iterable[Mark]) -> Markup:
    """The whole text, section by section, with the marks in it. Everything from the record is escaped."""
    document, kept = opened.document, list(marks)
    passages = Passages(document.text)
    made = []
    for block in blocks(document, opened.case.sections):
        act = block.section and block.kind is RegionKind.ACT
        name = pages.report.name("section", block.section) if act else pages.report.name("region", block.kind.value)
        words = passages.marked(block.start, block.end, kept)
        lang = safe(document.language or language)
        made.append(
            f'<section class="block {block.kind.value}"><h2 class="rail">{name}</h2>'
            f'<div class="words" lang="{lang}" dir="auto">{words}</div></section>'
        )
    return made_html("".join(made))
