"""The parts of a ruling: header, facts, arguments, evidence, law, reasoning, operative part, notice of appeal.

In: a document and its words. Out: sections in the order of the text, without gaps inside an act but for white space.
Headings give the hard borders, also spaced out ("П О С Т А Н О В И Л"), with Latin letters in Cyrillic words, with soft
hyphens, or in the middle of a line; between them each paragraph is judged by its words (weights.py). A pack without
weights has the borders only. To teach it another court's headings, add them to the pack's sections.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from caselight.definitions import Definition
from caselight.pack import Pack
from caselight.structure.paragraphs import lines_of, paragraphs_of
from caselight.structure.weights import TENTHS, Passage, SectionWeights, best_paths, compile_weights, scores
from caselight.types import Document, Section
from caselight.words import Words

Stretch = tuple[int, int]
# Where a heading can stand in a line: within this many characters of its end ("суд П О С Т А Н О В И Л :") or, before a
# colon, of its beginning. The longest heading seen, with its spaces, takes 38.
HEADING_REACH = 44
# A line with more letters than this is a sentence: its last word is a heading only before a colon.
HEADING_LETTERS = 40
NOTICE_REACH = 20_000  # characters of the operative part in which the notice of appeal is looked for
_SENTENCE_END = re.compile(r'[.!?]["»)]?\s+|\n\s*\n\s*|\n\s*(?=[A-ZА-ЯЁ])')
BEGINS_BONUS = 4.0  # what a paragraph's telling first words weigh; a usual paragraph's best score leads by 2 to 6


@dataclass(frozen=True, slots=True)
class Border:
    """Where a section begins: its headings (letters only), and patterns for a heading inside a line, tried in order."""

    section: str
    picks_last: bool
    headings: tuple[str, ...]
    inline: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class SectionRules:
    """A pack's sections.yaml and words/sections.csv. `names` stand in the order of a ruling, the header first."""

    names: tuple[str, ...]
    borders: tuple[Border, ...]
    headings: Mapping[str, str]  # letters of a heading -> the section it begins
    notice: str  # the section that `notices` begin inside the last one before it; "" = the pack has none
    notices: tuple[str, ...]
    begins: tuple[tuple[str, str], ...]  # a paragraph's first words -> its section
    openings: tuple[str, ...]  # the first words alone
    weights: SectionWeights | None
    change_costs: float
    long_paragraph: int  # characters
    lookalikes: Mapping[int, str]


def compile_sections(pack: Pack) -> SectionRules:
    """The section rules of a pack.

    Raises:
        DefinitionError: a border names no section of the pack, or a pattern is not one.
    """
    part = pack.part("sections")
    data: Mapping[str, Any] = part.data or {}
    names = tuple(entry["name"] for entry in data.get("sections", ()))
    borders = tuple(_border(part, names, i) for i in range(len(data.get("borders", ()))))
    begins = data.get("begins", {})
    facts = pack.part("facts").data or {}
    lookalikes = {ord(strange): plain for strange, plain in facts.get("lookalikes", {}).items()}
    return SectionRules(
        names=names,
        borders=borders,
        headings={heading: border.section for border in borders for heading in border.headings},
        notice="appeal_notice" if data.get("appeal_notice") else "",
        notices=tuple(entry["words"] for entry in data.get("appeal_notice", ())),
        begins=tuple((entry["words"], section) for section in begins for entry in begins[section]),
        openings=tuple(entry["words"] for section in begins for entry in begins[section]),
        weights=compile_weights(pack),
        change_costs=float(data.get("change_costs", 0)),
        long_paragraph=int(data.get("long_paragraph", 0)),
        lookalikes=lookalikes,
    )


def _border(part: Definition, names: Sequence[str], i: int) -> Border:
    entry = part.data["borders"][i]
    if entry["section"] not in names:
        raise part.error(f"{entry['section']!r} is none of the sections above: {', '.join(names)}.", "borders", i)
    try:
        inline = tuple(re.compile(row["pattern"]) for row in entry.get("inline", ()))
    except re.error as error:
        raise part.error(f"this pattern cannot be read: {error}.", "borders", i) from None
    return Border(entry["section"], entry["pick"] == "last", tuple(entry.get("headings", ())), inline)


@dataclass(slots=True)
class _Draft:
    """An act on its way to its sections."""

    text: int  # which of the texts it stands in
    pieces: list[Stretch]
    starts: Mapping[str, int]  # section -> where its border is
    labels: list[str]  # section of each piece; by the borders at first
    chosen: list[int]  # pieces to be judged by their words

    def sections(self) -> Iterator[Section]:
        """Neighbours of one section put together."""
        begun = 0
        for i in range(1, len(self.pieces) + 1):
            if i == len(self.pieces) or self.labels[i] != self.labels[begun]:
                yield Section(self.labels[begun], self.pieces[begun][0], self.pieces[i - 1][1])
                begun = i


def find_sections(document: Document, words: Words, rules: SectionRules) -> tuple[Section, ...]:
    """The sections of each act in the document; none where the pack knows none."""
    return find_all_sections([document], words, rules)[0]


def find_all_sections(documents: Sequence[Document], words: Words, rules: SectionRules) -> list[tuple[Section, ...]]:
    """The same for each of these documents, whose words `words` are; judged together, which is faster."""
    found: list[list[Section]] = [[] for _ in documents]
    drafts = list(_drafts(documents, words, rules)) if rules.names else []
    if rules.weights and drafts:
        _judge_by_words(documents, drafts, words, rules)
    for draft in drafts:
        found[draft.text].extend(draft.sections())
    return list(map(tuple, found))


def _drafts(documents: Sequence[Document], words: Words, rules: SectionRules) -> Iterator[_Draft]:
    """Each act of the documents, divided by its borders."""
    for i, document in enumerate(documents):
        for act in document.acts():
            lines = lines_of(document.text, act.start, act.end)
            if not lines:
                continue
            starts = _border_positions(document.text, lines, rules)
            pieces = _split(document.text, lines, starts, words.text(i), rules)
            labels = _labels(pieces, starts, rules)
            yield _Draft(i, pieces, starts, labels, _open_pieces(pieces, labels, starts, rules))


def _border_positions(text: str, lines: Sequence[Stretch], rules: SectionRules) -> dict[str, int]:
    """Section -> where it begins, for those whose border is found; in the order of the pack and the text."""
    by_heading = _heading_lines(text, lines, rules)
    found: dict[str, int] = {}
    reached = lines[0][0]
    for border in rules.borders:
        places = [at for at in by_heading.get(border.section, ()) if at >= reached]
        places = places or _inline_headings(text, reached, lines[-1][1], border)
        if places:
            reached = places[-1] if border.picks_last else places[0]
            found[border.section] = reached
    if rules.notices and rules.borders[-1].section in found:
        notice = _notice_start(text, reached, lines[-1][1], rules)
        if notice:
            found[rules.notice] = notice
    return found


def _inline_headings(text: str, start: int, end: int, border: Border) -> list[int]:
    """Where the first of the border's patterns that occurs at all is found."""
    for pattern in border.inline:
        if places := [match.start() for match in pattern.finditer(text, start, end)]:
            return places
    return []


def _notice_start(text: str, start: int, end: int, rules: SectionRules) -> int:
    """Where the sentence begins that says how to appeal; 0 = there is none after the decision."""
    operative = text[start : min(end, start + NOTICE_REACH)].lower()
    said = min((at for at in map(operative.find, rules.notices) if at > 0), default=0)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + said)]
    # The first of them ends the heading; what stands between it and the next one is the decision itself.
    return ends[-1] if len(ends) > 1 else 0


def _heading_lines(text: str, lines: Sequence[Stretch], rules: SectionRules) -> dict[str, list[int]]:
    """Section -> where the lines begin that are its heading, or where the text goes on after a heading in a line."""
    if not rules.headings:
        return {}
    endings = tuple(rules.headings)
    found: dict[str, list[int]] = {}
    for start, end in lines:
        short = end - start <= HEADING_REACH
        if short or ":" in text[end - 3 : end]:
            letters = _plain(text[max(start, end - HEADING_REACH) : end], rules)
            if letters.endswith(endings):
                section = next(rules.headings[e] for e in endings if letters.endswith(e))
                found.setdefault(section, []).append(start if short and len(letters) <= HEADING_LETTERS else end)
                continue
        colon = text.find(":", start, min(end, start + HEADING_REACH))
        if colon > 0 and (letters := _plain(text[start:colon], rules)).endswith(endings):
            section = next(rules.headings[e] for e in endings if letters.endswith(e))
            found.setdefault(section, []).append(start)
    return found


def _plain(words: str, rules: SectionRules) -> str:
    """The letters alone, small, look-alikes replaced: "П О С Т А Н О В И Л" is "постановил"."""
    return "".join(filter(str.isalpha, words)).translate(rules.lookalikes).lower()


def _split(
    text: str, lines: list[Stretch], starts: Mapping[str, int], words: Words, rules: SectionRules
) -> list[Stretch]:
    """Paragraphs, cut at the borders and, where they are long, at their sentences."""
    cuts = sorted(starts.values())
    pieces: list[Stretch] = []
    for start, end in paragraphs_of(text, lines):
        inside = [cut for cut in cuts if start < cut < end]
        for left, right in pairwise([start, *inside, end]):
            if rules.long_paragraph and right - left > rules.long_paragraph and rules.weights:
                pieces.extend(_sentences(text, left, right, words))
            elif not inside or text[left:right].strip():  # a whole paragraph is never empty
                pieces.append((left, right))
    return pieces


def _sentences(text: str, start: int, end: int, words: Words) -> list[Stretch]:
    """The sentences of `text[start:end]`, each with the space after it."""
    first, last = np.searchsorted(words.start, (start, end)).tolist()
    changes = np.flatnonzero(np.diff(words.sentence[first:last])) + first + 1
    cuts = [start, *(int(words.start[i]) for i in changes), end]
    return [(left, right) for left, right in pairwise(cuts) if text[left:right].strip()]


def _labels(pieces: Sequence[Stretch], starts: Mapping[str, int], rules: SectionRules) -> list[str]:
    """The section of each piece, as far as the borders tell."""
    order = sorted(starts.items(), key=lambda item: item[1])
    labels: list[str] = []
    here, ahead = rules.names[0], 0
    for start, _ in pieces:
        while ahead < len(order) and start >= order[ahead][1]:
            here, ahead = order[ahead][0], ahead + 1
        labels.append(here)
    return labels


def _open_pieces(
    pieces: Sequence[Stretch], labels: Sequence[str], starts: Mapping[str, int], rules: SectionRules
) -> list[int]:
    """The pieces of the body, and of the header where no border ends it, that are not headings."""
    headings = set(starts.values())
    open_ended = _open_ended(starts, rules)
    return [
        i
        for i, (label, (start, end)) in enumerate(zip(labels, pieces, strict=True))
        if label in open_ended and (start not in headings or end - start > HEADING_REACH)
    ]


def _open_ended(starts: Mapping[str, int], rules: SectionRules) -> tuple[str, ...]:
    header, body = rules.names[0], rules.borders[0].section
    return (body,) if body in starts else (header, body)


def _judge_by_words(documents: Sequence[Document], drafts: Sequence[_Draft], words: Words, rules: SectionRules) -> None:
    """Puts the pieces of the bodies into the sections that have no heading; the drafts' labels are changed."""
    weights = rules.weights
    drafts = [draft for draft in drafts if draft.chosen]
    if weights is None or not drafts:
        return
    score = scores(words, _passage(drafts, words), weights).astype(np.float64)
    at = 0
    for draft in drafts:
        own = score[at : at + len(draft.chosen)]
        at += len(draft.chosen)
        own[:, _closed(draft.starts, rules, weights)] = -np.inf
        text = documents[draft.text].text
        for row, i in enumerate(draft.chosen):
            opening = text[draft.pieces[i][0] : draft.pieces[i][0] + HEADING_REACH].lower()
            if opening.startswith(rules.openings):
                section = next(section for phrase, section in rules.begins if opening.startswith(phrase))
                own[row, weights.sections.index(section)] += BEGINS_BONUS
    paths = best_paths(score, [len(draft.chosen) for draft in drafts], rules.change_costs)
    for draft, path in zip(drafts, paths, strict=True):
        _relabel(draft, [weights.sections[k] for k in path], rules)


def _closed(starts: Mapping[str, int], rules: SectionRules, weights: SectionWeights) -> list[int]:
    """Columns of the sections that no piece of the body can be in: their own border is there."""
    header, body = rules.names[0], rules.borders[0].section
    closed = {border.section for border in rules.borders if border.section in starts} - {body}
    if body in starts:
        closed.add(header)
    return [k for k, section in enumerate(weights.sections) if section in closed]


def _relabel(draft: _Draft, names: Sequence[str], rules: SectionRules) -> None:
    """Puts the judged pieces into these sections."""
    chosen, headings = set(draft.chosen), set(draft.starts.values())
    open_ended = _open_ended(draft.starts, rules)
    inside = [i for i, label in enumerate(draft.labels) if label in open_ended]
    for i, name in zip(draft.chosen, names, strict=True):
        draft.labels[i] = name
    for i in inside[:-1]:  # a heading belongs to what follows it
        if draft.pieces[i][0] in headings and i not in chosen:
            draft.labels[i] = draft.labels[i + 1]


def _passage(drafts: Sequence[_Draft], words: Words) -> Passage:
    """The chosen pieces of all these acts."""
    act = np.repeat(np.arange(len(drafts)), [len(draft.chosen) for draft in drafts])
    edges = np.array([draft.pieces[i] for draft in drafts for i in draft.chosen], np.int64)
    span = int(words.start.max()) + 1  # places of tokens in all texts one after the other
    token = np.repeat(np.arange(len(words.first) - 1) * span, np.diff(words.first)) + words.start
    text = np.array([draft.text for draft in drafts])[act] * span
    places = token.searchsorted(edges + text[:, None])
    first, last = (
        np.searchsorted(act, np.arange(len(drafts)), "left"),
        np.searchsorted(act, np.arange(len(drafts)), "right"),
    )
    begin, end = edges[first, 0][act], edges[last - 1, 1][act]
    tenth = (edges[:, 0] - begin) * TENTHS // np.maximum(1, end - begin)
    return Passage(act, places[:, 0], places[:, 1], tenth, edges[:, 1] - edges[:, 0])
