"""One case's text as the rules see it: sections, paragraphs, sentences and clauses, looked up on demand and kept.

Nothing is computed for a passage that no phrase hit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from caselight.coding import speakers
from caselight.coding.cues import Speakers
from caselight.coding.speakers import Paragraph
from caselight.types import Case, Document, Section
from caselight.words import Words

# A quotation longer than this is cut to the part around its hit; a long sentence of a ruling has about 400 characters.
QUOTE_CHARACTERS = 400
# A document whose lines are mostly shorter was wrapped by hand or by a printer: its line ends are no paragraph ends.
WRAPPED_LINE = 130
# A paragraph's last line in a wrapped document is usually shorter than this share of the longest.
LAST_LINE_SHARE = 0.85
# Blank lines part paragraphs where at least one line end in so many is followed by one.
LINES_PER_PARAGRAPH = 8
# A longer line without a full stop is no heading: its sentence goes on. The longest heading of a ruling has about 50.
HEADING_CHARACTERS = 60

_QUOTED = re.compile(r"«([^«»]{1,200})»|“([^“”]{1,200})”|\"([^\"\n]{1,200})\"|„([^„“]{1,200})“")
_TRIM = " \t\r\n\xa0–—-,;:"


class Hit(NamedTuple):
    """A phrase found in a text."""

    first: int  # tokens of the batch
    last: int
    sentence: int  # number of the sentence in the text
    clause: int
    start: int  # code points of the document's text
    end: int


@dataclass(frozen=True, slots=True)
class _Spelt(Sequence[str]):
    """The words of a passage, each spelt when it is asked for: cues look at a few of them."""

    text: Sequence[str]  # of a table of forms
    row: NDArray[np.int32]  # (n,) of each word

    def __len__(self) -> int:
        return len(self.row)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[str]: ...
    def __getitem__(self, i: int | slice) -> str | Sequence[str]:
        return _Spelt(self.text, self.row[i]) if isinstance(i, slice) else self.text[self.row[i]]


@dataclass(slots=True)
class Reading:
    """One case being coded. Made anew for every case and thrown away with it."""

    document: Document
    case: Case
    cues: Speakers
    words: Words  # of the whole batch
    number: int  # of the document's text in the batch
    hits: Mapping[int, Sequence[Hit]]  # phrase -> where it stands in the act, in order
    _starts: list[int] | None = None
    _paragraphs: dict[int, Paragraph] = field(default_factory=dict)
    _sentences: dict[int, tuple[int, int]] = field(default_factory=dict)
    _hit_sentences: dict[int, set[int]] = field(default_factory=dict)
    _hit_clauses: dict[int, set[int]] = field(default_factory=dict)
    _strikes: dict[int, int] = field(default_factory=dict)  # paragraph -> the last token at which the court strikes
    _quoted: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # by the start of the sentence
    _section_starts: list[int] | None = None

    def sentence(self, hit: Hit) -> tuple[int, int]:
        """Start and end of the hit's sentence."""
        if hit.sentence not in self._sentences:
            self._sentences[hit.sentence] = self.words.sentence_span(self.number, hit.first)
        return self._sentences[hit.sentence]

    def quoted(self, hit: Hit) -> list[tuple[int, int]]:
        """Start and end of what stands in quotation marks in the hit's sentence, with the marks."""
        start, end = self.sentence(hit)
        if start not in self._quoted:
            self._quoted[start] = [found.span() for found in _QUOTED.finditer(self.document.text, start, end)]
        return self._quoted[start]

    def shares_sentence(self, hit: Hit, phrases: Sequence[int]) -> bool:
        """Whether one of the phrases stands in the hit's sentence."""
        for phrase in phrases:
            if phrase not in self._hit_sentences:
                self._hit_sentences[phrase] = {other.sentence for other in self.hits.get(phrase, ())}
            if hit.sentence in self._hit_sentences[phrase]:
                return True
        return False

    def shares_clause(self, hit: Hit, phrases: Sequence[int]) -> bool:
        """Whether one of the phrases stands in the hit's clause."""
        for phrase in phrases:
            if phrase not in self._hit_clauses:
                self._hit_clauses[phrase] = {other.clause for other in self.hits.get(phrase, ())}
            if hit.clause in self._hit_clauses[phrase]:
                return True
        return False

    def section(self, hit: Hit) -> str:
        """Name of the section the hit stands in; "" = none."""
        section = self._section(hit)
        return section.name if section else ""

    def _section(self, hit: Hit) -> Section | None:
        if self._section_starts is None:
            self._section_starts = [section.start for section in self.case.sections]
        i = bisect_right(self._section_starts, hit.start) - 1
        return self.case.sections[i] if i >= 0 and hit.start < self.case.sections[i].end else None

    def near(self, hit: Hit, reach: str) -> tuple[int, int]:
        """Start and end of what counts as near the hit: its paragraph, its section, or the whole text."""
        if reach == "paragraph":
            paragraph = self.paragraph(hit)
            return paragraph.start, paragraph.end
        if reach == "section":
            section = self._section(hit)
            if section:
                return section.start, section.end
        return 0, len(self.document.text)

    def paragraph(self, hit: Hit) -> Paragraph:
        """The hit's paragraph, read for cues."""
        if self._starts is None:
            self._starts = paragraph_starts(self.document.text)
        return self._paragraph(bisect_right(self._starts, hit.start) - 1)

    def _paragraph(self, i: int) -> Paragraph:
        if i not in self._paragraphs:
            self._paragraphs[i] = self._read(*self._bounds(i))
        return self._paragraphs[i]

    def _bounds(self, i: int) -> tuple[int, int]:
        """Start and end of paragraph number i."""
        starts = self._starts or [0]
        return starts[i], starts[i + 1] if i + 1 < len(starts) else len(self.document.text)

    def _tokens(self, start: int, end: int) -> tuple[int, int]:
        """First and last + 1 token of the batch between two offsets of the text."""
        words = self.words
        low, high = int(words.first[self.number]), int(words.first[self.number + 1]) - 1
        first, last = words.start[low:high].searchsorted((start, end)).tolist()
        return low + first, low + last

    def _read(self, start: int, end: int) -> Paragraph:
        words = self.words
        first, last = self._tokens(start, end)
        forms = _Spelt(words.forms.text, words.row[first:last])
        anchors = (self.cues.turns, self.cues.heads, self.cues.denials)
        turns, heads, denials = (cues.inside(words, first, last) for cues in anchors)
        sentences = words.sentence[first:last].tolist()
        return speakers.read(Paragraph(start, end, first, forms, sentences, self.cues, denials), turns, heads)

    def said_by(self, hit: Hit) -> str:
        """Who says it."""
        return speakers.said_by(self.paragraph(hit), hit.first)

    def is_answer(self, hit: Hit) -> bool:
        """Whether the sentence takes up somebody's claim to answer it: "Довод защитника о ... отклоняется"."""
        return hit.sentence in self.paragraph(hit).answers

    def is_norm(self, hit: Hit) -> bool:
        """Whether the sentence quotes a norm."""
        return hit.sentence in self.paragraph(hit).norms

    def is_denied(self, hit: Hit) -> bool:
        """Whether its sentence denies it, or the court strikes it soon after: in its paragraph or the next one."""
        paragraph = self.paragraph(hit)
        if speakers.is_denied(paragraph, (hit.first, hit.last), self._between):
            return True
        starts = self._starts or [0]
        following = bisect_right(starts, hit.start)
        return self._is_struck(following - 1, hit.first) or (
            following < len(starts) and self._is_struck(following, hit.first)
        )

    def _is_struck(self, i: int, from_token: int) -> bool:
        """Whether the court strikes, in paragraph number i, what was said up to that token."""
        if i not in self._strikes:  # once a paragraph: a text of one paragraph may have a hundred thousand hits
            tokens = self.cues.struck.inside(self.words, *self._tokens(*self._bounds(i)))
            self._strikes[i] = speakers.last_strike(self._paragraph(i), tokens) if tokens else -1
        return self._strikes[i] >= from_token

    def _between(self, before: int, behind: int) -> str:
        return self.document.text[int(self.words.end[before]) : int(self.words.start[behind])]

    def quote(self, hit: Hit) -> tuple[int, int]:
        """Start and end of the quotation for the hit: its sentence, or the part around it where that is long."""
        start, end = self.sentence(hit)
        text = self.document.text
        if end - start > QUOTE_CHARACTERS:
            start, end = _around(text, (start, end), hit)
        while start < hit.start and text[start] in _TRIM:
            start += 1
        while end > hit.end and text[end - 1] in _TRIM:
            end -= 1
        return start, end


def _around(text: str, sentence: tuple[int, int], hit: Hit) -> tuple[int, int]:
    """The part of a long sentence around the hit: between semicolons, then between commas at a bearable length."""
    start, end = sentence
    left = text.rfind(";", start, hit.start)
    start = left + 1 if left >= 0 else start
    right = text.find(";", hit.end, end)
    end = right if right >= 0 else end
    room = max(0, QUOTE_CHARACTERS - (hit.end - hit.start)) // 2
    if hit.start - start > 2 * room:
        comma = text.find(", ", hit.start - room, hit.start)
        start = comma + 1 if comma >= 0 else hit.start
    if end - hit.end > 2 * room:
        comma = text.rfind(",", hit.end, hit.end + room)
        end = comma if comma >= 0 else hit.end
    return start, end


def paragraph_starts(text: str) -> list[int]:
    """Offsets at which paragraphs begin, the first of them 0.

    Blank lines part paragraphs where there are any. Otherwise every line is one, unless its sentence goes on in
    the next line; and in a text that was wrapped, a line ends a paragraph if it ends like a sentence and is short, or
    if the next one is a list item.
    """
    lines: list[tuple[int, str]] = []  # lines with something in them: offset, text
    starts = [0]
    at, blank = 0, False
    for line in text.split("\n"):
        if line and not line.isspace():
            if blank and lines:
                starts.append(at)
            lines.append((at, line))
        blank = not line or line.isspace()
        at += len(line) + 1
    if len(starts) > 1 and len(starts) * LINES_PER_PARAGRAPH >= len(lines):
        return starts
    lengths = sorted(len(line) for _, line in lines)
    longest = lengths[len(lengths) * 9 // 10] if lengths else 0  # the ninth decile: one long line says nothing
    if longest > WRAPPED_LINE:
        return [0, *(behind[0] for line, behind in pairwise(lines) if not _goes_on(line[1], behind[1]))]
    return [0, *(behind[0] for line, behind in pairwise(lines) if _ends(line[1], behind[1], longest))]


def _goes_on(line: str, behind: str) -> bool:
    """Whether a line break parts a sentence, as at the end of a page: "... доводы:", "... в системе"."""
    first, last = behind.lstrip()[0], line.rstrip()[-1:]
    if last in ";!?":
        return False
    if last == ".":
        return first.islower()  # after initials: "Иванова И.И."
    return first.islower() or first.isdigit() or first in "«(" or len(line) > HEADING_CHARACTERS


def _ends(line: str, behind: str, longest: int) -> bool:
    """Whether a line of a wrapped text is the last one of its paragraph."""
    line = line.rstrip()
    return (line[-1:] in ".:;!?" and len(line) < LAST_LINE_SHARE * longest) or behind[0] in "–—-"


def hits_between(hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether one of the hits begins between the two offsets."""
    i = bisect_left(hits, start, key=lambda hit: hit.start)
    return i < len(hits) and hits[i].start < end
