"""One case's text as the rules see it: sections, paragraphs, sentences and clauses, looked up on demand and kept.

Nothing is computed for a passage that no phrase hit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from caselight.coding import speakers
from caselight.coding.speakers import Paragraph, Speakers
from caselight.types import Case, Document, Section

# A quotation longer than this is cut to the part around its hit; a long sentence of a ruling has about 400 characters.
QUOTE_CHARACTERS = 400
# A document whose lines are mostly shorter was wrapped by hand or by a printer: its line ends are no paragraph ends.
WRAPPED_LINE = 130
# A paragraph's last line in a wrapped document is usually shorter than this share of the longest.
LAST_LINE_SHARE = 0.85

_BLANK_LINE = re.compile(r"\n[ \t\xa0\r\x0c]*\n\s*")
_LINE = re.compile(r"\n\s*")
_TRIM = " \t\r\n\xa0–—-,;:"


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a text; offsets are code points of the document's text."""

    phrase: int  # number of the phrase in the coder
    sentence: int  # number of the sentence in the text
    token: int  # where it begins, in tokens of the batch
    start: int
    end: int


@dataclass(slots=True)
class Reading:
    """One case being coded. Made anew for every case and thrown away with it."""

    document: Document
    case: Case
    speakers: Speakers
    sentence_span: Callable[[int], tuple[int, int]]  # token -> start and end of its sentence
    clause_span: Callable[[int], tuple[int, int]]
    hits: Mapping[int, list[Hit]]  # phrase -> where it stands in the act, in order
    _starts: list[int] | None = None
    _paragraphs: dict[int, Paragraph] = field(default_factory=dict)
    _sentences: dict[int, tuple[int, int]] = field(default_factory=dict)

    def sentence(self, hit: Hit) -> tuple[int, int]:
        """Start and end of the hit's sentence."""
        if hit.sentence not in self._sentences:
            self._sentences[hit.sentence] = self.sentence_span(hit.token)
        return self._sentences[hit.sentence]

    def section(self, hit: Hit) -> Section | None:
        """The section the hit stands in."""
        return next((s for s in self.case.sections if s.start <= hit.start < s.end), None)

    def paragraph(self, hit: Hit) -> Paragraph:
        """The hit's paragraph, read for cues."""
        if self._starts is None:
            self._starts = paragraph_starts(self.document.text)
        i = bisect_right(self._starts, hit.start) - 1
        if i not in self._paragraphs:
            end = self._starts[i + 1] if i + 1 < len(self._starts) else len(self.document.text)
            self._paragraphs[i] = speakers.read(self.document.text, self._starts[i], end, self.speakers)
        return self._paragraphs[i]

    def clause(self, hit: Hit) -> tuple[int, int]:
        """Start and end of the hit's clause: what lies between ";" or ":" or the ends of its sentence."""
        return self.clause_span(hit.token)

    def near(self, hit: Hit, reach: str) -> tuple[int, int]:
        """Start and end of what counts as near the hit: its clause, sentence, paragraph, section or the whole text."""
        if reach == "sentence":
            return self.sentence(hit)
        if reach == "clause":
            return self.clause(hit)
        if reach == "paragraph":
            paragraph = self.paragraph(hit)
            return paragraph.start, paragraph.end
        section = self.section(hit) if reach == "section" else None
        return (section.start, section.end) if section else (0, len(self.document.text))

    def said_by(self, hit: Hit) -> str:
        """Who says it."""
        return speakers.said_by(self.paragraph(hit), hit.start, self.sentence(hit)[1])

    def is_answer(self, hit: Hit) -> bool:
        """Whether the sentence takes up somebody's claim to answer it: "Довод защитника о ... отклоняется"."""
        return speakers.answers_claim(self.paragraph(hit), self.sentence(hit))

    def is_norm(self, hit: Hit) -> bool:
        """Whether the sentence quotes a norm."""
        return speakers.quotes_norm(self.paragraph(hit), self.sentence(hit))

    def is_denied(self, hit: Hit) -> bool:
        """Whether the sentence denies it."""
        found = self.paragraph(hit).found
        return speakers.is_denied(self.document.text, (hit.start, hit.end), self.sentence(hit), found)

    def quote(self, hit: Hit) -> tuple[int, int]:
        """Start and end of the quotation for the hit: its sentence, or the part around it where that is long."""
        start, end = self.sentence(hit)
        text = self.document.text
        if end - start > QUOTE_CHARACTERS:
            start, end = _around(text, (start, end), (hit.start, hit.end))
        while start < hit.start and text[start] in _TRIM:
            start += 1
        while end > hit.end and text[end - 1] in _TRIM:
            end -= 1
        return start, end


def _around(text: str, sentence: tuple[int, int], hit: tuple[int, int]) -> tuple[int, int]:
    """The part of a long sentence around the hit: between semicolons, then between commas at a bearable length."""
    left = max(text.rfind("; ", sentence[0], hit[0]), text.rfind(";\n", sentence[0], hit[0]))
    start = left + 1 if left >= 0 else sentence[0]
    right = text.find(";", hit[1], sentence[1])
    end = right if right >= 0 else sentence[1]
    room = max(0, QUOTE_CHARACTERS - (hit[1] - hit[0])) // 2
    if hit[0] - start > 2 * room:
        comma = text.find(", ", hit[0] - room, hit[0])
        start = comma + 1 if comma >= 0 else text.find(" ", hit[0] - room, hit[0]) + 1 or hit[0]
    if end - hit[1] > 2 * room:
        comma = text.rfind(",", hit[1], hit[1] + room)
        end = comma if comma >= 0 else max(hit[1], text.rfind(" ", hit[1], hit[1] + room))
    return start, end


def paragraph_starts(text: str) -> list[int]:
    """Offsets at which paragraphs begin, the first of them 0.

    Blank lines part paragraphs where there are any. Otherwise every line is one, unless the text was wrapped: then a
    line ends a paragraph if it ends like a sentence and is short, or if the next one is a list item.
    """
    starts = [0, *(m.end() for m in _BLANK_LINE.finditer(text))]
    lines = [0, *(m.end() for m in _LINE.finditer(text))]
    if len(starts) * 8 >= len(lines) and len(starts) > 4:
        return starts
    lengths = sorted(b - a for a, b in zip(lines, [*lines[1:], len(text)], strict=True))
    longest = lengths[int(len(lengths) * 0.9)] if lengths else 0
    if longest > WRAPPED_LINE:
        return lines
    kept = [0]
    for before, start in pairwise(lines):
        line = text[before:start].rstrip()
        if (
            not line
            or (line[-1] in ".:;!?" and len(line) < LAST_LINE_SHARE * longest)
            or text[start : start + 1] in "–—-"
        ):
            kept.append(start)
    return kept
