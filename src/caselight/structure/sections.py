"""The parts of a ruling: header, facts, arguments, evidence, law, reasoning, operative part, notice of appeal.

In: a document and its words. Out: sections in the order of the text, without gaps inside an act but for white space.
Headings give the hard borders, also spaced out ("П О С Т А Н О В И Л"), with Latin letters in Cyrillic words, with soft
hyphens, or in the middle of a line; between them each paragraph is judged by its words (weights.py). A pack without
weights has the borders only. To teach it another court's headings, add them to the pack's sections.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.definitions import Definition
from caselight.pack import Pack
from caselight.remembering import Lately
from caselight.structure.codes import Batch, batches
from caselight.structure.paragraphs import Lines, lines_of
from caselight.structure.pieces import Layout, Pieces, cut_at, lay_out, sentences_of
from caselight.structure.prefilter import first_of
from caselight.structure.weights import TENTHS, Passage, SectionWeights, best_paths, compile_weights, scores
from caselight.types import Document, Section
from caselight.words import Words, distinct
from caselight.words.characters import Hashes, hash_words

# Where a heading can stand in a line: within this many characters of its end ("суд П О С Т А Н О В И Л :") or, before a
# colon, of its beginning. The longest heading seen, with its spaces, takes 38.
HEADING_REACH = 44
# A line with more letters than this is a sentence: its last word is a heading only before a colon.
HEADING_LETTERS = 40
NOTICE_REACH = 20_000  # characters of the operative part in which the notice of appeal is looked for
_SENTENCE_END = re.compile(r'[.!?]["»)]?\s+|\n\s*\n\s*|\n\s*(?=[A-ZА-ЯЁ])')
REMEMBERED_HEADINGS = 2_000  # short lines and beginnings of lines
BEGINS_BONUS = 4.0  # what a paragraph's telling first words weigh; a usual paragraph's best score leads by 2 to 6


class Border(NamedTuple):
    """Where a section begins: its headings (letters only), and patterns for a heading inside a line, tried in order."""

    section: str
    picks_last: bool
    headings: tuple[str, ...]
    inline: tuple[re.Pattern[str], ...]


class SectionRules(NamedTuple):
    """A pack's sections.yaml and words/sections.csv. `names` stand in the order of a ruling, the header first."""

    names: tuple[str, ...]
    borders: tuple[Border, ...]
    headings: Mapping[str, str]  # letters of a heading -> the section it begins
    notice: str  # the section that `notices` begin inside the last one before it; "" = the pack has none
    notices: tuple[str, ...]
    begins: tuple[tuple[str, str], ...]  # a paragraph's first words -> its section
    openings: tuple[str, ...]  # the first words alone
    first_words: Hashes | None  # the first word of each, sorted; None = one of them has no second
    weights: SectionWeights | None
    change_costs: float
    long_paragraph: int  # characters
    lookalikes: Mapping[int, str]
    remembered: Lately[str, tuple[str, bool] | None]  # words -> what _heading says

    def may_begin(self, first: Hashes) -> NDArray[np.bool_]:
        """(P,) whether what begins with these words may begin with one of the openings."""
        if self.first_words is None or not len(self.first_words):
            return np.full(len(first), self.first_words is None)
        place = np.minimum(self.first_words.searchsorted(first), len(self.first_words) - 1)
        return np.asarray(self.first_words[place] == first)


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
    openings = tuple(entry["words"] for section in begins for entry in begins[section])
    first = [words.partition(" ")[0] for words in openings if " " in words]
    whole = len(first) == len(openings) and all(map(str.isalpha, first))
    return SectionRules(
        names=names,
        borders=borders,
        headings={heading: border.section for border in borders for heading in border.headings},
        notice="appeal_notice" if data.get("appeal_notice") else "",
        notices=tuple(entry["words"] for entry in data.get("appeal_notice", ())),
        begins=tuple((entry["words"], section) for section in begins for entry in begins[section]),
        openings=openings,
        first_words=distinct(hash_words(first)) if whole else None,
        weights=compile_weights(pack),
        change_costs=float(data.get("change_costs", 0)),
        long_paragraph=int(data.get("long_paragraph", 0)),
        lookalikes=lookalikes,
        remembered=Lately(REMEMBERED_HEADINGS),
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


def find_sections(document: Document, words: Words, rules: SectionRules) -> tuple[Section, ...]:
    """The sections of each act in the document; none where the pack knows none."""
    return find_all_sections([document], batches([document.text]), words, rules)[0]


def find_all_sections(
    documents: Sequence[Document], read: Sequence[Batch], words: Words, rules: SectionRules
) -> list[tuple[Section, ...]]:
    """The same for each of these documents, whose texts and words `read` and `words` are; together, which is faster."""
    found: list[list[Section]] = [[] for _ in documents]
    if rules.names and any(document.acts() for document in documents):
        draft = drafted(documents, read, words, rules)
        if rules.weights:
            draft = _judged_by_words(draft, words, rules, rules.weights)
        for text, section in draft.sections():
            found[text].append(section)
    return list(map(tuple, found))


class Draft(NamedTuple):
    """The acts of some documents on their way to their sections."""

    documents: Sequence[Document]
    layout: Layout
    borders: list[dict[str, int]]  # of each act: section -> where it begins
    pieces: Pieces
    names: tuple[str, ...]  # of sections
    label: NDArray[np.intp]  # (P,) section of each piece; by the borders at first, then by its words
    heads: NDArray[np.bool_]  # (P,) it begins with a border

    def sections(self) -> list[tuple[int, Section]]:
        """Neighbours of one section put together, with the number of their text."""
        act, label = self.pieces.act, self.label
        if not len(act):
            return []
        ends = np.append((act[1:] != act[:-1]) | (label[1:] != label[:-1]), True).nonzero()[0]
        begins = np.append(0, ends[:-1] + 1)
        text, offset = self.layout.text[act[begins]], self.layout.base[act[begins]]
        start, end = self.pieces.start[begins] - offset, self.pieces.end[ends] - offset
        columns = (text.tolist(), label[begins].tolist(), start.tolist(), end.tolist())
        names = self.names
        # Half the time of Section(...).
        return [(i, tuple.__new__(Section, (names[k], a, b))) for i, k, a, b in zip(*columns, strict=True)]


def drafted(documents: Sequence[Document], read: Sequence[Batch], words: Words, rules: SectionRules) -> Draft:
    """Each act of the documents, divided by its borders. `read` and `words` are their texts and words."""
    layout = lay_out(documents, words)
    lines = lines_of(read, layout.acts)
    borders = _borders(documents, layout, lines, rules)
    first, last = lines.paragraphs()
    act = lines.stretch[first]
    pieces = Pieces(act, lines.start[first] + layout.begin[act], lines.end[last] + layout.begin[act])
    bases = layout.base.tolist()
    places = np.array([base + at for own, base in zip(borders, bases, strict=True) for at in own.values()], np.int64)

    def is_blank(act: int, start: int, end: int) -> bool:
        text = documents[layout.acts[act][0]].text
        return not text[start - bases[act] : end - bases[act]].strip()

    pieces = cut_at(distinct(places), pieces, layout, is_blank)
    if rules.long_paragraph and rules.weights:
        pieces = sentences_of(pieces, rules.long_paragraph, layout, words)
    names = tuple(dict.fromkeys([*rules.names, rules.notice, *(rules.weights.sections if rules.weights else ())]))
    return Draft(documents, layout, borders, pieces, names, *_labels(pieces, borders, layout, names))


def _borders(documents: Sequence[Document], layout: Layout, lines: Lines, rules: SectionRules) -> list[dict[str, int]]:
    """Of each act: section -> where it begins in its text."""
    headings = _headings(documents, layout, lines, rules)
    edges = lines.stretch.searchsorted(np.arange(len(layout.acts) + 1))
    some = edges[:-1] < edges[1:]  # an act without lines is empty
    start, end = lines.start[edges[:-1][some]], lines.end[edges[1:][some] - 1]
    found: list[dict[str, int]] = [{} for _ in layout.acts]
    for act, first, last in zip(some.nonzero()[0].tolist(), start.tolist(), end.tolist(), strict=True):
        i, begin, _ = layout.acts[act]
        stretch = (begin + first, begin + last)
        found[act] = _border_positions(documents[i].text, stretch, headings[act], rules)
    return found


def _border_positions(
    text: str, stretch: tuple[int, int], headings: Mapping[str, Sequence[int]], rules: SectionRules
) -> dict[str, int]:
    """Section -> where it begins, for those whose border is found; in the order of the pack and the text."""
    found: dict[str, int] = {}
    reached, end = stretch
    for border in rules.borders:
        places = [at for at in headings.get(border.section, ()) if at >= reached]
        places = places or _inline_headings(text, reached, end, border)
        if places:
            reached = places[-1] if border.picks_last else places[0]
            found[border.section] = reached
    if rules.notices and rules.borders[-1].section in found:
        notice = _notice_start(text, reached, end, rules)
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
    said = first_of(operative, rules.notices)
    if said == len(operative):
        return 0
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + said)]
    # The first of them ends the heading; what stands between it and the next one is the decision itself.
    return ends[-1] if len(ends) > 1 else 0


def _headings(
    documents: Sequence[Document], layout: Layout, lines: Lines, rules: SectionRules
) -> list[dict[str, list[int]]]:
    """Of each act: section -> where the lines begin that are its heading, or the text goes on after one in a line."""
    found: list[dict[str, list[int]]] = [{} for _ in layout.acts]
    if not rules.headings:
        return found
    short = lines.end - lines.start <= HEADING_REACH
    whole, near = short | lines.announces, lines.colon < np.minimum(lines.end, lines.start + HEADING_REACH)
    some = (whole | near).nonzero()[0]
    columns = (lines.stretch, lines.start, lines.end, lines.colon, short, whole, near)
    for act, begin, stop, colon, is_short, at_end, at_colon in zip(*(c[some].tolist() for c in columns), strict=True):
        i, offset, _ = layout.acts[act]
        text, start, end = documents[i].text, offset + begin, offset + stop
        if at_end:
            section, is_alone = _heading(text[max(start, end - HEADING_REACH) : end], rules)
            if section:
                found[act].setdefault(section, []).append(start if is_short and is_alone else end)
                continue
        if at_colon:
            section, _ = _heading(text[start : offset + colon], rules)
            if section:
                found[act].setdefault(section, []).append(start)
    return found


def _heading(words: str, rules: SectionRules) -> tuple[str, bool]:
    """The section whose heading ends these words ("" = none), and whether they have no more letters than headings."""
    known = rules.remembered[words]
    if known is None:
        letters = _plain(words, rules)
        section = next((section for end, section in rules.headings.items() if letters.endswith(end)), "")
        known = rules.remembered[words] = section, len(letters) <= HEADING_LETTERS
    return known


def _plain(words: str, rules: SectionRules) -> str:
    """The letters alone, small, look-alikes replaced: "П О С Т А Н О В И Л" is "постановил"."""
    return "".join(filter(str.isalpha, words)).translate(rules.lookalikes).lower()


def _labels(
    pieces: Pieces, borders: Sequence[Mapping[str, int]], layout: Layout, names: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The section of each piece, as far as the borders tell, and whether it begins with a border."""
    number = {name: k for k, name in enumerate(names)}
    rows: list[tuple[int, int]] = []  # where a section begins, and which; -1 = an act begins
    for own, base, begin in zip(borders, layout.base.tolist(), layout.begin.tolist(), strict=True):
        rows.append((begin, -1))
        rows += sorted(((base + at, number[name]) for name, at in own.items()), key=itemgetter(0))
    place, label = np.array(rows, np.int64).reshape(-1, 2).T
    at = place.searchsorted(pieces.start, "right") - 1
    return np.maximum(label[at], 0), (label[at] >= 0) & (place[at] == pieces.start)


def _judged_by_words(draft: Draft, words: Words, rules: SectionRules, weights: SectionWeights) -> Draft:
    """The draft with the pieces of the bodies in the sections that have no heading."""
    header, body = (draft.names.index(name) for name in (rules.names[0], rules.borders[0].section))
    act, size = draft.pieces.act, draft.pieces.end - draft.pieces.start
    has_body = np.array([rules.borders[0].section in own for own in draft.borders], np.bool_)
    # The body, and the header where no border ends it; of these all but headings are judged.
    inside = (draft.label == body) | ((draft.label == header) & ~has_body[act])
    judged = inside & (~draft.heads | (size > HEADING_REACH))
    chosen = judged.nonzero()[0]
    if not len(chosen):
        return draft
    passage = passage_of(draft, chosen)
    score = scores(words, passage, weights).astype(np.float64)
    score[_closed(draft, rules, weights)[act[chosen]]] = -np.inf
    first = words.form[np.minimum(passage.first, len(words) - 1)]
    begun = words.end[passage.first - 1] > draft.pieces.start[chosen] - draft.layout.base[act[chosen]]
    able = rules.may_begin(first) | begun  # "под-" on the line before makes one word of this paragraph's first
    _prefer_beginnings(score, draft, chosen, able, rules)
    columns = np.array([draft.names.index(name) for name in weights.sections])
    label = draft.label.copy()
    label[chosen] = columns[best_paths(score, np.bincount(passage.act), rules.change_costs)]
    return draft._replace(label=_with_what_follows(label, draft, inside, judged))


def _prefer_beginnings(
    score: NDArray[np.float64], draft: Draft, pieces: NDArray[np.intp], able: NDArray[np.bool_], rules: SectionRules
) -> None:
    """Adds a bonus for the section that a paragraph's first words tell of, in place.

    Args:
        score: (P, K) of the pieces that are judged.
        draft: where they stand.
        pieces: (P,) their numbers.
        able: (P,) whether it may begin with one of the openings.
        rules: the pack's.
    """
    sections = rules.weights.sections if rules.weights else ()
    rows = able.nonzero()[0]
    act = draft.pieces.act[pieces[rows]]
    text, start = draft.layout.text[act], draft.pieces.start[pieces[rows]] - draft.layout.base[act]
    longest = min(HEADING_REACH, max(map(len, rules.openings), default=0))
    texts = [document.text for document in draft.documents]
    rewarded: list[tuple[int, int]] = []
    for row, i, at in zip(rows.tolist(), text.tolist(), start.tolist(), strict=True):
        opening = texts[i][at : at + longest].lower()
        if opening.startswith(rules.openings):
            for phrase, section in rules.begins:
                if opening.startswith(phrase):
                    rewarded.append((row, sections.index(section)))
                    break
    if rewarded:
        score[tuple(np.array(rewarded).T)] += BEGINS_BONUS


def _closed(draft: Draft, rules: SectionRules, weights: SectionWeights) -> NDArray[np.bool_]:
    """(A, K) the sections that no piece of an act's body can be in: their own border is there."""
    header, body = rules.names[0], rules.borders[0].section
    bordered = {border.section for border in rules.borders}
    rows: dict[tuple[str, ...], list[bool]] = {}
    found = []
    for own in map(tuple, draft.borders):
        if own not in rows:
            closed = (bordered & set(own)) - {body} | ({header} if body in own else set())
            rows[own] = [section in closed for section in weights.sections]
        found.append(rows[own])
    return np.array(found, np.bool_)


def _with_what_follows(
    label: NDArray[np.intp], draft: Draft, inside: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """The labels, with each heading in the body of an act that was judged where what follows it is."""
    act = draft.pieces.act
    of_judged = np.zeros(len(draft.borders), np.bool_)
    of_judged[act[judged]] = True
    body = inside.nonzero()[0]
    body = body[:-1][act[body[1:]] == act[body[:-1]]]  # the last of an act has nothing behind it
    heading = body[(draft.heads & ~judged & of_judged[act])[body]]
    label[heading] = label[heading + 1]
    return label


def passage_of(draft: Draft, chosen: NDArray[np.intp]) -> Passage:
    """The chosen pieces of all these acts."""
    act, start, end = (column[chosen] for column in draft.pieces)
    changes = act[1:] != act[:-1]
    own = np.append(0, np.cumsum(changes))
    first, last = np.append(0, changes.nonzero()[0] + 1), np.append(changes.nonzero()[0], len(act) - 1)
    begin = start[first][own]
    tenth = (start - begin) * TENTHS // np.maximum(1, end[last][own] - begin)
    token = draft.layout.token
    return Passage(own, token.searchsorted(start), token.searchsorted(end), tenth, end - start)
