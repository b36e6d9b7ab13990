"""Coders under letters, for whatever leaves the study: a reader has to tell coders apart, not to know who they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from caselight.drawing import given
from caselight.report import CasePage, Contents, Fieldwork, Reading
from caselight.review import ADJUDICATOR
from caselight.store import Study


def letters_of(study: Study) -> dict[str, str]:
    """Coder -> the letter that stands for the person; the adjudicator is known by the task."""
    coders = sorted({one.coder for one in given(study)} - {ADJUDICATOR})
    return {coder: _letter(number) for number, coder in enumerate(coders)} | {ADJUDICATOR: ADJUDICATOR}


def _letter(number: int) -> str:
    """A, B, ... Z, AA, AB ..."""
    return (_letter(number // 26 - 1) if number >= 26 else "") + chr(65 + number % 26)


def under_letters(shown: Contents, letters: Mapping[str, str]) -> Contents:
    """The study as it is shown, its coders under letters wherever they stand. Not to be done twice."""

    def pages(wanted: Iterable[str]) -> Iterator[CasePage]:
        for page in shown.load(wanted):
            people = tuple(_reading(reading, letters) for reading in page.people)
            yield replace(page, people=people, settled=tuple(_reading(reading, letters) for reading in page.settled))

    return replace(shown, load=pages, fieldwork=_fieldwork(shown.fieldwork, letters))


def _reading(reading: Reading, letters: Mapping[str, str]) -> Reading:
    """What counts is of several coders at once, under a name made of theirs: it is left to nobody."""
    return replace(reading, answer=reading.answer._replace(coder=letters.get(reading.answer.coder, "")))


def _fieldwork(told: Fieldwork | None, letters: Mapping[str, str]) -> Fieldwork | None:
    if told is None:
        return None
    coders = {letters.get(name, name): answers for name, answers in told.coders.items()}
    return replace(told, coders=dict(sorted(coders.items())))
