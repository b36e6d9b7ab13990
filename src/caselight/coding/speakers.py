"""Who says a passage, and is it denied: read from cues near it, never for the text as a whole.

A paragraph is read once, on demand: its cues (persons, verbs of reporting, papers retold) are put in order. A passage
belongs to the last source named before it in its paragraph; where none is, to one named behind it in its sentence
("как указал защитник"); where none is, to the court. The cues are data: packs/*/speakers.yaml.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from caselight.coding.cues import HEADS, Found, Speakers, outermost
from caselight.coding.offices import Offices
from caselight.words import Words

COURT = "court"
ACCUSED = "defence"  # whose words follow a verb of reporting without a person
VERBS = ("report", "decide", "decided")  # cues with a person as their subject
RETELLING = ("retold", "testimony")  # sources that may be named within somebody's words
# A negation this many words from a passage still denies it: "запись с камер суду не представлена" has two between.
NEAR_WORDS = 4
# A claim stands at the head of the sentence that answers it: "Приведенный защитником довод ..." has two words before.
HEAD_WORDS = 4
# An opening may stand before that: "Вместе с тем, в ходе рассмотрения дела по существу довод ..." has ten words of it.
OPENING_WORDS = 12
# "показаниями допрошенного в суде свидетеля": the person stands this near behind the noun of testimony.
TESTIMONY_WORDS = 5
# "пояснил защитник": a person right behind a verb is its subject; in "показал, что оперативник" another clause begins.
SUBJECT_WORDS = 1
# "оперативника Громова П.П., который": a name and initials stand between a person and the pronoun that points back.
NAME_WORDS = 4
# "Громов П.П. в судебном заседании пояснил": so far before a verb of reporting a name is looked for.
OFFICE_WORDS = 8

_CLAUSE_END = re.compile(r"[,;:()]|\s[–-]\s")
_PUT_IN = re.compile(r"\s*,\s*(\w+)[^,;:()]*,")
_LETTERS = re.compile(r"\w+")
_DASH = re.compile(r"\s[–—-]\s")


@dataclass(slots=True)
class Paragraph:
    """A paragraph that has been read. Words are counted from its first one."""

    start: int  # offsets in the text
    end: int
    first: int  # its first word, as a token of the batch
    kinds: Sequence[int]  # of its words
    anchors: Sequence[int]  # its words that anchor a cue
    sentences: Sequence[int]  # number of the sentence of each word
    clauses: NDArray[np.int32]  # number of the clause of each word: sentences parted at ; and :
    speakers: Speakers
    words: Words  # of the whole batch
    text: str  # that it stands in
    offices: Offices  # with which that text names people
    found: list[Found] = field(default_factory=list)  # cues of who speaks
    answers: set[int] = field(default_factory=set)  # numbers of the sentences that take up a claim to answer it
    norms: set[int] = field(default_factory=set)  # ... that quote a norm
    lists: set[int] = field(default_factory=set)  # ... that list proofs
    turns: list[int] = field(default_factory=list)  # words, ascending, at which the source changes ...
    sources: list[str] = field(default_factory=list)  # ... and whose words follow
    _denials: dict[int, list[Found]] = field(default_factory=dict)
    _semicolons: dict[int, list[int]] = field(default_factory=dict)

    def denials(self, sentence: int) -> list[Found]:
        """The cues of denial in that sentence."""
        if sentence not in self._denials:
            begin, end = bisect_left(self.sentences, sentence), bisect_right(self.sentences, sentence)
            where = self.anchors[bisect_left(self.anchors, begin) : bisect_left(self.anchors, end)]
            self._denials[sentence] = self.speakers.denials.find(self.kinds, where)
        return self._denials[sentence]

    def semicolons(self, sentence: int) -> list[int]:
        """The words of the sentence right behind a semicolon."""
        if sentence not in self._semicolons:
            clauses, sentences = self.clauses, self.sentences
            inside = range(bisect_left(sentences, sentence) + 1, bisect_right(sentences, sentence))
            borders = [word for word in inside if clauses[word] != clauses[word - 1]]
            self._semicolons[sentence] = [word for word in borders if ";" in _text(self, word - 1, word)]
        return self._semicolons[sentence]


class _Sentence:
    """The sentence that is being read: who was named in it, and who reported."""

    __slots__ = ("_kinds", "_last", "_oblique", "_subjects", "number", "reporter", "turned")

    def __init__(self, paragraph: Paragraph) -> None:
        oblique = paragraph.speakers.kinds.oblique
        self._oblique = [(verb, oblique.get(verb, ())) for verb in VERBS]
        self._kinds = paragraph.kinds
        self.begin(-1)

    def begin(self, number: int) -> None:
        """Another sentence begins."""
        self.number, self.reporter = number, ""
        self.turned: Found | None = None  # the cue of its last turn
        self._last: Found | None = None  # the person last named
        self._subjects: dict[str, Found] = {}  # kind of verb -> the person last named who may be its subject

    def name(self, person: Found) -> None:
        """A person is named. One right behind another of the same kind belongs to it: "сотруднику полиции"."""
        last = self._last
        if last and last.cue.speaker == person.cue.speaker and person.start - last.end < SUBJECT_WORDS:
            person = Found(last.start, person.end, last.cue)
        self._take(person)

    def points_back(self, relative: Found) -> None:
        """ "Оперативника, который ...": the person right before the pronoun is the subject of what follows."""
        if self._last and relative.start - self._last.end <= NAME_WORDS:
            self._take(Found(relative.start, relative.end, self._last.cue))

    def _take(self, person: Found) -> None:
        self._last = person
        kind, subjects = self._kinds[person.start], self._subjects
        for verb, oblique in self._oblique:
            if kind not in oblique:
                subjects[verb] = person

    def subject(self, verb: str) -> Found | None:
        """The person last named who may be the subject of a verb of that kind; None = nobody."""
        return self._subjects.get(verb)

    def may_be_subject(self, person: Found, verb: str) -> bool:
        """Whether the case of the person's word allows it: "сообщил сотруднику" does not tell who did."""
        return self._kinds[person.start] not in dict(self._oblique)[verb]


def read(paragraph: Paragraph) -> Paragraph:
    """The paragraph with its cues and the turns of its speakers."""
    paragraph.found = list(outermost(paragraph.speakers.turns.find(paragraph.kinds, paragraph.anchors)))
    if heads := _heads(paragraph):
        paragraph.found = sorted(paragraph.found + heads, key=_start)
    source, sentence = "", _Sentence(paragraph)
    for i, item in enumerate(paragraph.found):
        if paragraph.sentences[item.start] != sentence.number:
            source = _close(paragraph, sentence, source)
            sentence.begin(paragraph.sentences[item.start])
        kind = item.cue.kind
        if kind == "people":
            sentence.name(item)
        elif kind == "relative":
            sentence.points_back(item)
        elif sentence.reporter == ACCUSED and kind in RETELLING:
            continue  # "защитник указал, что из материалов неясно ...": it is still the defence that speaks
        elif said := _turn(i, paragraph, sentence, source):
            sentence.reporter = said if kind == "report" else sentence.reporter
            source = said
            paragraph.turns.append(_begins(item, paragraph, sentence, said))
            paragraph.sources.append(said)
            sentence.turned = item
    _close(paragraph, sentence, source)
    if paragraph.lists:
        _part_items(paragraph)
    return paragraph


def _begins(item: Found, paragraph: Paragraph, sentence: _Sentence, said: str) -> int:
    """The word from which on it is they who speak; a turn that is undone by that is taken back."""
    subject = sentence.subject(item.cue.kind) if said == COURT and item.cue.kind in VERBS else None
    if subject is None or subject.cue.speaker != COURT:
        return item.start
    last = sentence.turned
    is_before = last and last.cue.kind == "retold" and last.end <= subject.start
    if last and is_before and not _CLAUSE_END.search(_text(paragraph, last.end - 1, subject.start)):
        # "Содержание рапорта суд признает достоверным": what the court decides about in one clause is not retold.
        begun = paragraph.turns.pop()
        paragraph.sources.pop()
        head = bisect_left(paragraph.sentences, sentence.number)
        return begun if paragraph.turns and paragraph.turns[-1] >= head else head
    # "We therefore affirm": the court speaks from its own name on, not from the verb.
    return subject.start if 0 <= item.start - subject.end <= SUBJECT_WORDS else item.start


def _close(paragraph: Paragraph, sentence: _Sentence, source: str) -> str:
    """Whose words follow the sentence: what is retold in a list of proofs, or in somebody's words, ends with it."""
    goes_on = COURT if sentence.number in paragraph.lists else sentence.reporter
    if not goes_on or goes_on == source:
        return source
    paragraph.turns.append(bisect_right(paragraph.sentences, sentence.number))
    paragraph.sources.append(goes_on)
    return goes_on


def _part_items(paragraph: Paragraph) -> None:
    """In lists of proofs the court speaks again behind each semicolon: "рапортом, из которого ...; распечаткой"."""
    for sentence in paragraph.lists:
        for word in paragraph.semicolons(sentence):
            if not paragraph.speakers.items.fit(_word(paragraph, word)):
                continue  # it is the paper that goes on: "рапортом: сработала камера; лицо на снимке его"
            i = bisect_right(paragraph.turns, word)
            begun = paragraph.turns[i - 1] if i else -1
            if 0 <= begun < word and paragraph.sources[i - 1] != COURT:
                paragraph.turns.insert(i, word)
                paragraph.sources.insert(i, COURT)


def _word(paragraph: Paragraph, word: int) -> str:
    """A word of the paragraph, not its first, in small letters."""
    return "".join(_LETTERS.findall(_text(paragraph, word - 1, word + 1))).lower()


def _text(paragraph: Paragraph, before: int, behind: int) -> str:
    """The text between two words of the paragraph."""
    words, first = paragraph.words, paragraph.first
    return paragraph.text[words.end[first + before] : words.start[first + behind]]


def _heads(paragraph: Paragraph) -> list[Found]:
    """The cues at the heads of its sentences; sentences that answer a claim or quote a norm are remembered."""
    heads: list[Found] = []
    sentences = paragraph.sentences
    kinds, anchored = paragraph.kinds, paragraph.speakers.heads.anchored
    reach = HEAD_WORDS + OPENING_WORDS
    near = [
        word
        for word in paragraph.anchors
        if kinds[word] in anchored and word - bisect_left(sentences, sentences[word]) < reach
    ]
    if not near:
        return heads
    until = 0  # a cue within a longer one is none: "по версии полиции", "по версии"
    spoken = -1  # "по утверждению защитника ...", "адвокат высказал мнение ...": nothing is answered in that sentence
    for item in paragraph.speakers.heads.find(kinds, near):
        sentence = sentences[item.start]
        if item.end <= until or not _is_at_head(item.start, bisect_left(sentences, sentence), paragraph):
            continue
        until = item.end
        if item.cue.kind == "claims" and sentence == spoken:
            continue
        spoken = sentence if item.cue.speaker not in ("", COURT) else spoken
        if item.cue.kind == "norms":
            paragraph.norms.add(sentence)
            continue
        if not item.cue.speaker:
            (paragraph.answers if item.cue.kind == "claims" else paragraph.lists).add(sentence)
        heads.append(item)
    return heads


def _is_at_head(word: int, begin: int, paragraph: Paragraph) -> bool:
    """Whether the word stands at the head of the sentence that begins there, or behind what opens it."""
    if word - begin < HEAD_WORDS:
        return True
    return word - paragraph.speakers.openings.end(paragraph.kinds, begin) < HEAD_WORDS


def _turn(i: int, paragraph: Paragraph, sentence: _Sentence, source: str) -> str:
    """Whose words follow cue number i; "" = the cue changes nothing."""
    found = paragraph.found
    cue = found[i].cue
    if cue.kind == "retold":
        return cue.speaker
    if cue.kind in VERBS:
        subject = sentence.subject(cue.kind)
        who = subject.cue.speaker if subject else _subject_behind(i, found, sentence)
        if cue.kind == "report":
            return who or _office(found[i].start, paragraph) or source or ACCUSED
        if not who and cue.kind == "decided" and sentence.turned:
            return ""  # "согласно справке видео исследовано": it is the paper that tells so
        return who if who and who != ACCUSED else COURT  # "критика защитником записи отвергается"
    if cue.kind == "testimony":
        return _person_behind(i, found, TESTIMONY_WORDS) or cue.otherwise
    return (cue.speaker or COURT) if cue.kind in HEADS else ""


def _office(verb: int, paragraph: Paragraph) -> str:
    """Whose words they are if a name stands before the verb that was named with an office elsewhere; "" = not known."""
    begin = max(bisect_left(paragraph.sentences, paragraph.sentences[verb]), verb - OFFICE_WORDS)
    return paragraph.offices.of(paragraph.first + begin, paragraph.first + verb) if begin < verb else ""


def _subject_behind(i: int, found: list[Found], sentence: _Sentence) -> str:
    """The person right behind a verb, if it is its subject."""
    behind = found[i + 1] if i + 1 < len(found) else None
    if behind is None or behind.cue.kind != "people" or behind.start - found[i].end >= SUBJECT_WORDS:
        return ""
    return behind.cue.speaker if sentence.may_be_subject(behind, found[i].cue.kind) else ""


def _person_behind(i: int, found: list[Found], reach: int) -> str:
    for other in found[i + 1 : i + 4]:
        if other.start - found[i].end >= reach:
            return ""
        if other.cue.kind == "people":
            return other.cue.speaker
    return ""


def said_by(paragraph: Paragraph, token: int) -> str:
    """Who says the passage that begins with this token of the batch."""
    word = token - paragraph.first
    i = bisect_right(paragraph.turns, word) - 1
    if i >= 0:
        return paragraph.sources[i]
    for at in range(bisect_left(paragraph.found, word, key=_start), len(paragraph.found)):
        found = paragraph.found[at]
        if paragraph.sentences[found.start] != paragraph.sentences[word]:
            break
        if found.cue.kind == "afterwards":
            i = bisect_right(paragraph.turns, found.end) - 1
            return paragraph.sources[i] if i >= 0 else COURT
    return COURT


def _start(found: Found) -> int:
    return found.start


def is_denied(paragraph: Paragraph, tokens: tuple[int, int]) -> bool:
    """Whether its sentence denies the passage: a negation near it, a denial in its clause, or a stance against it.

    Args:
        tokens: first and last + 1 token of the passage.
    """
    begin, end = tokens[0] - paragraph.first, tokens[1] - paragraph.first
    inside = paragraph.denials(paragraph.sentences[begin])
    harmless = {f.start for f in inside if f.cue.kind == "harmless"}
    for f in inside:
        if f.cue.kind == "stance":
            if _is_meant(paragraph, f, begin):
                return True
            continue
        if f.cue.kind not in ("near", "clause") or f.start in harmless:
            continue
        apart = max(begin - f.end, f.start - end)  # words between; negative = inside the passage
        if apart < 0 and f.cue.kind == "near":
            return True
        way = _text(paragraph, f.end - 1, begin) if f.end <= begin else _text(paragraph, end - 1, f.start)
        direct, put_in = _without_inserted(way, paragraph)
        if f.cue.kind == "near" and apart - put_in > NEAR_WORDS:
            continue
        if not _CLAUSE_END.search(direct):
            return True
    return False


def _without_inserted(way: str, paragraph: Paragraph) -> tuple[str, int]:
    """The text without a clause put in between ("камера, снятая с дома, не работала"), and how many words it had."""
    inserted = _PUT_IN.match(way)
    if not inserted or not paragraph.speakers.inserted.fit(inserted[1].lower()):
        return way, 0
    return way[inserted.end() :], len(inserted[0].split())


def _is_meant(paragraph: Paragraph, stance: Found, word: int) -> bool:
    """Whether a stance is against the passage at that word: it stands in its item of a list, or is about all items.

    It is about all of them before the colon that they follow ("Несостоятельны доводы: ...") and behind a dash that
    closes them ("...; ..., - несостоятельны").
    """
    borders = paragraph.semicolons(paragraph.sentences[word])
    mine, other = bisect_right(borders, word), bisect_right(borders, stance.start)
    if mine == other:
        return True
    if other < mine:
        return other == 0 and ":" in _text(paragraph, stance.end - 1, borders[0])
    return other == len(borders) and bool(_DASH.search(_text(paragraph, borders[-1], stance.start)))


def last_strike(paragraph: Paragraph, struck: Sequence[Found]) -> int:
    """The last token of the batch at which the court strikes what was said before it; -1 = it strikes nothing here.

    Args:
        struck: the paragraph's cues of striking, in order.
    """
    for found in reversed(struck):
        sentence = paragraph.sentences[found.start]
        if sentence in paragraph.answers or sentence in paragraph.norms:
            continue
        if said_by(paragraph, paragraph.first + found.start) == COURT:
            return paragraph.first + found.start
    return -1
