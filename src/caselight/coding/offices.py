"""Whose a name is: "инспектор Лосев А.А." tells of whom "Лосев А.А. пояснил" speaks, wherever in the text it stands."""

from __future__ import annotations

from itertools import pairwise

from caselight.coding.cues import Found, Speakers, WordKinds, outermost
from caselight.words import Words

# A name of fewer letters is an initial: "Г. пояснил".
NAME_LETTERS = 3
# Letters by which two forms of one name may differ: "Рябова", "Рябовой"; "Лосевский", "Лосевского".
ENDING_LETTERS = 3
CHANGED_LETTERS = 2
# "инспектор ДПС старший лейтенант Лосев", "инспектор отдела полиции Лосев": so far before a name its office may begin.
OFFICE_WORDS = 6
# Names of one text that are looked up, and places of one name: a ruling has fewer, a text made to be slow has not.
NAMES = 100
PLACES = 40


class Offices:
    """The offices with which a text names people. A name is looked up when first asked for."""

    def __init__(self, words: Words, kinds: WordKinds, number: int, speakers: Speakers) -> None:
        """Those of text `number` of `words`."""
        self._words, self._kinds, self._text, self._speakers = words, kinds, words.texts[number], speakers
        self._low, self._border = int(words.first[number]), int(words.first[number + 1]) - 1
        self._known: dict[str, str] = {}

    def of(self, first: int, last: int) -> str:
        """Whose the first name among these tokens is that was named with an office; "" = none was."""
        for token in range(first, last):
            name = self._written(token)
            if len(name) < NAME_LETTERS or not name[0].isupper():
                continue
            if name not in self._known and len(self._known) < NAMES:
                self._known[name] = self._look_up(name)
            if office := self._known.get(name, ""):
                return office
        return ""

    def _written(self, token: int) -> str:
        return self._text[self._words.start[token] : self._words.end[token]]

    def _look_up(self, name: str) -> str:
        """The office that stands right before a form of the name; "" = none, or it is the accused's."""
        stem = name if not name.isalpha() else name[: max(NAME_LETTERS, len(name) - CHANGED_LETTERS)]
        offices = []
        at = self._text.find(stem)
        for _ in range(PLACES):
            if at < 0:
                break
            token = self._low + int(self._words.start[self._low : self._border].searchsorted(at))
            if token < self._border and self._words.start[token] == at and _is_form(self._written(token), name):
                office = self._before(token, name)
                if office is None:
                    return ""
                offices.append(office)
            at = self._text.find(stem, at + 1)
        return next((office for office in offices if office), "")

    def _before(self, token: int, name: str) -> str | None:
        """The office right before the name at this token; "" = none; None = it is the accused who is named there."""
        first = max(self._low, token - OFFICE_WORDS)
        kinds, anchors = self._kinds.among(first, token)
        found = list(outermost(self._speakers.turns.find(kinds, anchors)))
        if any(item.cue.kind == "charged" and item.end == token - first for item in found):
            return None
        office = [item for item in found if item.cue.kind == "people"]
        if not office or office[-1].end != token - first:
            return ""
        begin = _begin(office)
        is_oblique = kinds[begin.start] in self._speakers.kinds.oblique.get("report", ())
        # The name that is asked about is a subject: in "сотрудниками полиции Зуев доставлен" it has no office.
        return "" if is_oblique is (self._written(token) == name) and name.isalpha() else begin.cue.speaker


def _begin(office: list[Found]) -> Found:
    """The first of the persons that end with the last and follow each other without a gap: "сотрудник полиции"."""
    begin = office[-1]
    for later, earlier in pairwise(reversed(office)):
        if earlier.end != later.start or earlier.cue.speaker != later.cue.speaker:
            break
        begin = earlier
    return begin


def _is_form(word: str, name: str) -> bool:
    """Whether both may be forms of one name."""
    if word == name:
        return True
    if not word.isalpha() or not name.isalpha():
        return False
    alike = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    short = min(len(word), len(name))
    return alike >= max(NAME_LETTERS, short - CHANGED_LETTERS) and max(len(word), len(name)) - alike <= ENDING_LETTERS
