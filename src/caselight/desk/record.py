"""The text of what is read as one, as HTML with marks: what the pages of adjudication and of single cases show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from caselight.desk.pages import Pages
from caselight.desk.units import Opened, Unit
from caselight.report.interface import made_html, safe
from caselight.report.passages import Mark, Passages, blocks
from caselight.types import RegionKind


def record_html(pages: Pages, language: str, unit: Unit, marks: Mapping[str, Sequence[Mark]]) -> Markup:
    """The whole text, document by document and section by section. Everything from the record is escaped.

    Args:
        marks: document -> the marks in it.
    """
    made = []
    for part in unit.parts:
        if len(unit.parts) > 1:
            made.append(f'<h2 class="document"><bdi>{safe(part.document.name)}</bdi></h2>')
        made += _sections(pages, language, part, marks.get(part.document.id, ()))
    return made_html("".join(made))


def _sections(pages: Pages, language: str, opened: Opened, marks: Sequence[Mark]) -> list[str]:
    document = opened.document
    passages, lang = Passages(document.text), safe(document.language or language)
    made = []
    for block in blocks(document, opened.case.sections):
        act = block.section and block.kind is RegionKind.ACT
        name = pages.report.name("section", block.section) if act else pages.report.name("region", block.kind.value)
        words = passages.marked(block.start, block.end, marks)
        made.append(
            f'<section class="block {block.kind.value}"><h2 class="rail">{name}</h2>'
            f'<div class="words" lang="{lang}" dir="auto">{words}</div></section>'
        )
    return made
