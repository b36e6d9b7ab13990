"""One case's text as the rules see it: sections, paragraphs, sentences and clauses, looked up on demand and kept.

Nothing is computed for a passage that no phrase hit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

from caselight.coding import speakers
from caselight.coding.cues import Speakers, WordKinds
from caselight.coding.offices import Offices
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


@dataclass(slots=True)
class Reading:
    """One case being coded. Made anew for every case and thrown away with it."""

    document: Document
    case: Case
    cues: Speakers
    words: Words  # of the whole batch
    kinds: WordKinds  # of its words
    number: int  # of the document's text in the batch
    hits: Mapping[int, Sequence[Hit]]  # phrase -> where it stands in the act, in order
    _starts: list[int] = field(default_factory=list)  # offsets at which paragraphs begin, and the end of the text ...
    _edges: list[int] = field(default_factory=list)  # ... and the tokens there; filled when the first is asked for
    _passages: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)
    _paragraphs: dict[int, Paragraph] = field(default_factory=dict)
    _sentences: dict[int, tuple[int, int]] = field(default_factory=dict)
    _hit_sentences: dict[frozenset[int], set[int]] = field(default_factory=dict)  # by phrases
    _hit_clauses: dict[frozenset[int], set[int]] = field(default_factory=dict)
    _strikes: dict[int, int] = field(default_factory=dict)  # paragraph -> the last token at which the court strikes
    _quoted: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # by the start of the sentence
    _section_starts: list[int] | None = None
    _offices: Offices | None = None

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

    def shares_sentence(self, hit: Hit, phrases: frozenset[int]) -> bool:
        """Whether one of the phrases stands in the hit's sentence."""
        if phrases not in self._hit_sentences:
            mine = phrases.intersection(self.hits)
            self._hit_sentences[phrases] = {other.sentence for phrase in mine for other in self.hits[phrase]}
        return hit.sentence in self._hit_sentences[phrases]

    def shares_clause(self, hit: Hit, phrases: frozenset[int]) -> bool:
        """Whether one of the phrases stands in the hit's clause."""
        if phrases not in self._hit_clauses:
            mine = phrases.intersection(self.hits)
            self._hit_clauses[phrases] = {other.clause for phrase in mine for other in self.hits[phrase]}
        return hit.clause in self._hit_clauses[phrases]

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
        return self._paragraph(self._number(hit))

    def _number(self, hit: Hit) -> int:
        """Number of the hit's paragraph."""
        if not self._starts:
            words, text = self.words, self.document.text
            self._starts = [*paragraph_starts(text), len(text)]
            low, border = words.first[self.number : self.number + 2].tolist()
            self._edges = (words.start[low : border - 1].searchsorted(self._starts) + low).tolist()
        return bisect_right(self._starts, hit.start) - 1

    def _passage(self, i: int) -> tuple[list[int], list[int]]:
        """The kinds of the words of paragraph number i, and which of them anchor a cue."""
        if i not in self._passages:
            self._passages[i] = self.kinds.among(*self._edges[i : i + 2])
        return self._passages[i]

    def _paragraph(self, i: int) -> Paragraph:
        """Paragraph number i, read for cues."""
        if i not in self._paragraphs:
            (start, end), (first, last) = self._starts[i : i + 2], self._edges[i : i + 2]
            sentences = self.words.sentence[first:last].tolist()
            clauses = self.words.clause[first:last]
            passage = start, end, first, *self._passage(i), sentences, clauses
            if self._offices is None:
                self._offices = Offices(self.words, self.kinds, self.number, self.cues)
            paragraph = Paragraph(*passage, self.cues, self.words, self.document.text, self._offices)
            self._paragraphs[i] = speakers.read(paragraph)
        return self._paragraphs[i]

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
        i = self._number(hit)
        if speakers.is_denied(self._paragraph(i), (hit.first, hit.last)):
            return True
        return self._is_struck(i, hit.first) or (i + 2 < len(self._starts) and self._is_struck(i + 1, hit.first))

    def _is_struck(self, i: int, from_token: int) -> bool:
        """Whether the court strikes, in paragraph number i, what was said up to that token."""
        if i not in self._strikes:  # once a paragraph: a text of one paragraph may have a hundred thousand hits
            struck = self.cues.struck.find(*self._passage(i))
            self._strikes[i] = speakers.last_strike(self._paragraph(i), struck) if struck else -1
        return self._strikes[i] >= from_token

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
    lines = text.split("\n")
    bare = list(map(str.strip, lines))
    lengths = list(map(len, lines))
    filled = [i for i, line in enumerate(bare) if line]
    before = [0, *accumulate(lengths)]  # characters of all lines before each, without their line ends
    if (1 + len(lines) - len(filled)) * LINES_PER_PARAGRAPH >= len(filled):  # else there are too few blank lines
        behind_blank = [0, *(before[i] + i for ahead, i in pairwise(filled) if i - ahead > 1)]
        if len(behind_blank) > 1 and len(behind_blank) * LINES_PER_PARAGRAPH >= len(filled):
            return behind_blank
    ranked = sorted([lengths[i] for i in filled])
    longest = ranked[len(ranked) * 9 // 10] if ranked else 0  # the ninth decile: one long line says nothing
    if longest > WRAPPED_LINE:
        parted = _where_none_goes_on(bare, lengths, filled)
    else:
        parted = [i for ahead, i in pairwise(filled) if _ends(lines[ahead], lines[i], longest)]
    return [0, *[before[i] + i for i in parted]]


def _where_none_goes_on(bare: Sequence[str], lengths: Sequence[int], filled: Sequence[int]) -> list[int]:
    """The filled lines at which no sentence goes on, as it does at the end of a page: "... доводы:", "... в системе".

    Args:
        bare: all lines without white space around them; `lengths` are with it.
    """
    parted = []
    for ahead, i in pairwise(filled):
        last, first = bare[ahead][-1], bare[i][0]
        if last == ".":
            goes_on = first.islower()  # after initials: "Иванова И.И."
        elif last in ";!?":
            goes_on = False
        else:
            goes_on = lengths[ahead] > HEADING_CHARACTERS or first.islower() or first.isdigit() or first in "«("
        if not goes_on:
            parted.append(i)
    return parted


def _ends(line: str, behind: str, longest: int) -> bool:
    """Whether a line of a wrapped text is the last one of its paragraph."""
    line = line.rstrip()
    return (line[-1:] in ".:;!?" and len(line) < LAST_LINE_SHARE * longest) or behind[0] in "–—-"


def hits_between(hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether one of the hits begins between the two offsets."""
    i = bisect_left(hits, start, key=lambda hit: hit.start)
    return i < len(hits) and hits[i].start < end
