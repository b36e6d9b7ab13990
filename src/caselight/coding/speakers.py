"""Who says a passage, and is it denied: read from cues near it, never for the text as a whole.

A paragraph is read once, on demand: its cues (persons, verbs of reporting, papers retold) are put in order. A passage
belongs to the last source named before it in its paragraph; where none is, to one named behind it in its sentence
("как указал защитник"); where none is, to the court. The cues are data: packs/*/speakers.yaml.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from caselight.coding.cues import GAP_WORDS, HEADS, Found, Speakers, outermost

COURT = "court"
ACCUSED = "defence"  # whose words follow a verb of reporting without a person
RETELLING = ("retold", "testimony")  # sources that may be named within somebody's words
# A negation this many words from a passage still denies it: "запись с камер суду не представлена" has two between.
NEAR_WORDS = 4
# A claim stands at the head of the sentence that answers it: "Приведенный защитником довод ..." has two words before.
HEAD_WORDS = 4
# "показаниями допрошенного в суде свидетеля": the person stands this near behind the noun of testimony.
TESTIMONY_WORDS = 5
# "пояснил защитник": a person right behind a verb is its subject; in "показал, что оперативник" another clause begins.
SUBJECT_WORDS = 1

_CLAUSE_END = re.compile(r"[,;:()]|\s[–-]\s")


@dataclass(slots=True)
class Paragraph:
    """A paragraph that has been read. Words are counted from its first one."""

    start: int  # offsets in the text
    end: int
    first: int  # its first word, as a token of the batch
    kinds: Sequence[int]  # of its words
    anchors: Sequence[int]  # its words that anchor a cue
    sentences: Sequence[int]  # number of the sentence of each word
    speakers: Speakers
    found: list[Found] = field(default_factory=list)  # cues of who speaks
    answers: set[int] = field(default_factory=set)  # numbers of the sentences that take up a claim to answer it
    norms: set[int] = field(default_factory=set)  # ... that quote a norm
    lists: set[int] = field(default_factory=set)  # ... that list proofs
    turns: list[int] = field(default_factory=list)  # words, ascending, at which the source changes ...
    sources: list[str] = field(default_factory=list)  # ... and whose words follow
    _denials: dict[int, list[Found]] = field(default_factory=dict)

    def denials(self, sentence: int) -> list[Found]:
        """The cues of denial in that sentence."""
        if sentence not in self._denials:
            begin, end = bisect_left(self.sentences, sentence), bisect_right(self.sentences, sentence)
            where = self.anchors[bisect_left(self.anchors, begin) : bisect_left(self.anchors, end)]
            self._denials[sentence] = self.speakers.denials.find(self.kinds, where)
        return self._denials[sentence]


def read(paragraph: Paragraph) -> Paragraph:
    """The paragraph with its cues and the turns of its speakers."""
    paragraph.found = list(outermost(paragraph.speakers.turns.find(paragraph.kinds, paragraph.anchors)))
    if heads := _heads(paragraph):
        paragraph.found = sorted(paragraph.found + heads, key=lambda found: found.start)
    source, person, reporter, sentence = "", "", "", -1
    named = -1, -1  # where the person last named begins and ends
    for i, item in enumerate(paragraph.found):
        if paragraph.sentences[item.start] != sentence:
            source = _close(paragraph, sentence, source, reporter)
            sentence, person, reporter = paragraph.sentences[item.start], "", ""
        if item.cue.kind == "people":
            person, named = item.cue.speaker, (item.start, item.end)
            continue
        if reporter == ACCUSED and item.cue.kind in RETELLING:
            continue  # "защитник указал, что из материалов неясно ...": it is still the defence that speaks
        said = _turn(i, paragraph.found, person, source)
        if said:
            reporter = said if item.cue.kind == "report" else reporter
            source = said
            # "We therefore affirm": the court speaks from its own name on, not from the verb.
            near = person == COURT and item.cue.kind == "decide" and 0 <= item.start - named[1] <= SUBJECT_WORDS
            begins = named[0] if near else item.start
            paragraph.turns.append(begins)
            paragraph.sources.append(said)
    _close(paragraph, sentence, source, reporter)
    return paragraph


def _close(paragraph: Paragraph, sentence: int, source: str, reporter: str) -> str:
    """Whose words follow the sentence: what is retold in a list of proofs, or in somebody's words, ends with it."""
    goes_on = COURT if sentence in paragraph.lists else reporter
    if not goes_on or goes_on == source:
        return source
    paragraph.turns.append(bisect_right(paragraph.sentences, sentence))
    paragraph.sources.append(goes_on)
    return goes_on


def _heads(paragraph: Paragraph) -> list[Found]:
    """The cues at the heads of its sentences; sentences that answer a claim or quote a norm are remembered."""
    heads: list[Found] = []
    sentences = paragraph.sentences
    kinds, anchored = paragraph.kinds, paragraph.speakers.heads.anchored
    where = [word for word in paragraph.anchors if kinds[word] in anchored]
    near = [word for word in where if word - bisect_left(sentences, sentences[word]) < HEAD_WORDS + GAP_WORDS]
    until = 0  # a cue within a longer one is none: "по версии полиции", "по версии"
    spoken = -1  # "по утверждению защитника ...", "адвокат высказал мнение ...": nothing is answered in that sentence
    for item in paragraph.speakers.heads.find(kinds, near):
        sentence = sentences[item.start]
        if item.end <= until or item.start - bisect_left(sentences, sentence) >= HEAD_WORDS:
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


def _turn(i: int, found: list[Found], person: str, source: str) -> str:
    """Whose words follow cue number i; "" = the cue changes nothing."""
    cue = found[i].cue
    if cue.kind == "retold":
        return cue.speaker
    if cue.kind == "report":
        return person or _person_behind(i, found, SUBJECT_WORDS) or source or ACCUSED
    if cue.kind == "decide":  # "критика защитником записи отвергается": the defence never decides
        who = person or _person_behind(i, found, SUBJECT_WORDS)
        return who if who and who != ACCUSED else COURT
    if cue.kind == "testimony":
        return _person_behind(i, found, TESTIMONY_WORDS) or cue.otherwise
    return (cue.speaker or COURT) if cue.kind in HEADS else ""


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


def is_denied(paragraph: Paragraph, tokens: tuple[int, int], between: Callable[[int, int], str]) -> bool:
    """Whether its sentence denies the passage: a negation near it, a denial in its clause, or a stance against it.

    Args:
        tokens: first and last + 1 token of the passage.
        between: the text between the end of one token and the beginning of another.
    """
    base = paragraph.first
    inside = paragraph.denials(paragraph.sentences[tokens[0] - base])
    harmless = {f.start for f in inside if f.cue.kind == "harmless"}
    for f in inside:
        first, last = base + f.start, base + f.end
        if f.cue.kind == "stance":
            return True
        if f.cue.kind not in ("near", "clause") or f.start in harmless:
            continue
        apart = max(tokens[0] - last, first - tokens[1])  # words between; negative = inside the passage
        if apart < 0 and f.cue.kind == "near":
            return True
        if f.cue.kind == "near" and apart > NEAR_WORDS:
            continue
        way = (last - 1, tokens[0]) if last <= tokens[0] else (tokens[1] - 1, first)
        if not _CLAUSE_END.search(between(*way)):
            return True
    return False


def last_strike(paragraph: Paragraph) -> int:
    """The last token of the batch at which the court strikes what was said before it; -1 = it strikes nothing here."""
    for found in reversed(paragraph.speakers.struck.find(paragraph.kinds, paragraph.anchors)):
        sentence = paragraph.sentences[found.start]
        if sentence in paragraph.answers or sentence in paragraph.norms:
            continue
        if said_by(paragraph, paragraph.first + found.start) == COURT:
            return paragraph.first + found.start
    return -1
