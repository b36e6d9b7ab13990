"""A document's text as HTML, with every quotation marked where it stands. The text itself is left as it is.

Quotations may overlap, touch, nest or cross the borders of sections: the text is cut at every border, and each piece
carries the marks of all quotations that cover it. Numbers beside the marks come from the style sheet, so that what a
reader copies is the record's text and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from caselight.report.interface import is_plain, safe
from caselight.types import Document, RegionKind, Section


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that something refers to."""

    start: int
    end: int
    anchor: str  # id of the place, unique on the page
    style: str  # classes
    number: str = ""  # shown beside the last word, "" = nothing
    back: str = ""  # id of what refers to it; the number links there
    spoken: str = ""  # the link's name for those who hear the page


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the text with one heading: a section, or a region that is not the act."""

    start: int
    end: int
    section: str  # "" = in no section
    kind: RegionKind


def blocks(document: Document, sections: Sequence[Section]) -> list[Block]:
    """The whole text in order, cut where a section or a region begins or ends. Faulty borders are pulled inside."""
    size = len(document.text)
    cuts = {0, size}
    borders_given = [(s.start, s.end) for s in sections] + [(r.start, r.end) for r in document.regions]
    for start, end in borders_given:
        cuts.update((min(max(start, 0), size), min(max(end, 0), size)))
    borders = sorted(cuts)
    found: list[Block] = []
    for start, end in pairwise(borders):
        section = next((s.name for s in sections if s.start <= start < s.end), "")
        kind = next((r.kind for r in document.regions if r.start <= start < r.end), RegionKind.ACT)
        last = found[-1] if found else None
        if last and (last.section, last.kind) == (section, kind):
            found[-1] = Block(last.start, end, section, kind)
        elif document.text[start:end].isspace() and last:
            found[-1] = Block(last.start, end, last.section, last.kind)
        else:
            found.append(Block(start, end, section, kind))
    return found


class Passages:
    """One document's text, ready to be cut into HTML."""

    def __init__(self, text: str) -> None:
        self._text = text
        # One look at the whole text spares one at each of its thirty pieces.
        self._plain = is_plain(text)

    def marked(self, start: int, end: int, marks: Iterable[Mark]) -> str:
        """The text from start to end with these marks: an anchor where a mark begins, a number where it ends."""
        here = [m for m in marks if m.start < end and m.end > start and m.start < m.end]
        if not here:
            return self._html(start, end)
        borders = sorted({start, end, *(p for m in here for p in (m.start, m.end) if start < p < end)})
        made = []
        for a, b in pairwise(borders):
            cover = [m for m in here if m.start <= a and m.end >= b]
            made.append(_piece(self._html(a, b), a, b, cover) if cover else self._html(a, b))
        return "".join(made)

    def _html(self, start: int, end: int) -> str:
        return self._text[start:end] if self._plain else safe(self._text[start:end])


def _piece(body: str, start: int, end: int, cover: Sequence[Mark]) -> str:
    """`body`, which stands from start to end, under all the marks that cover it."""
    if len(cover) == 1:
        styles = cover[0].style
    else:
        styles = " ".join(dict.fromkeys(style for m in cover for style in m.style.split()))
    around, place, numbers, tag = "", "", "", "span"
    for m in cover:
        if m.number:
            tag = "mark"
            if m.end == end:
                numbers += f'<a class="ref" href="#{m.back}" data-n="{m.number}" aria-label="{m.spoken}"></a>'
        if m.start == start and not place:
            place = f' id="{m.anchor}"'
        elif m.start == start:
            around += f'<span id="{m.anchor}">'  # around the words, so that they are outlined when it is asked for
    return f'{around}<{tag}{place} class="{styles}">{body}</{tag}>{"</span>" * around.count("<span")}{numbers}'
