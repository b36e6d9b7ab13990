"""What caught words mean: a date as ISO day, a judge as "Surname I.O.", a court in the nominative, each article."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from caselight.remembering import Lately
from caselight.structure.courts import CourtRules, Register, court_name
from caselight.structure.dates import DateRules, read_date
from caselight.structure.forms import Endings, person, titled
from caselight.structure.statutes import Statute, StatuteRules, read_all_statutes, read_statutes

# Characters; the longest enumeration among 905 real strings of articles has 570, one in a ruling's sentence far less.
LONGEST_STATUTES = 600
# Courts, judges and days come back in record after record; what does not (case numbers) is forgotten with the rest.
REMEMBERED_VALUES = 3_000
_SPACE = re.compile(r"\s+")


class Readers(NamedTuple):
    """A pack's knowledge about how values are written."""

    dates: DateRules
    courts: CourtRules
    register: Register
    surnames: Endings
    statutes: StatuteRules
    code_letters: Mapping[str, str]  # letter -> the letter it is in codes
    without_code: tuple[tuple[str, str], ...]  # code, word that points to it where articles stand without their code
    wiped: re.Pattern[str]  # what stands in place of a value removed before publication
    remembered: Lately[tuple[str, str], str | None]  # kind and words -> value, "" = none


def read_value(words: str, kind: str, readers: Readers) -> str | None:
    """What the words mean, by kind (rules.KINDS); None where they mean nothing or the value was removed."""
    value = readers.remembered[kind, words]
    if value is None:
        removed = readers.wiped.fullmatch(words.strip())
        value = readers.remembered[kind, words] = "" if removed else _READ[kind](words, readers) or ""
    return value or None


def _code(words: str, readers: Readers) -> str:
    letters = readers.code_letters
    return "".join(letters.get(letter, letter) for letter in _SPACE.sub("", words))


# One reader for each of rules.KINDS but `statutes`, which give several values.
_READ: Mapping[str, Callable[[str, Readers], str | None]] = {
    "date": lambda words, readers: read_date(words, readers.dates),
    "court": lambda words, readers: court_name(words, readers.courts),
    "name": lambda words, _: " ".join(titled(word) if word.isupper() else word for word in words.split()),
    "person": lambda words, _: person(words),
    "person_of": lambda words, readers: person(words, readers.surnames),
    "number": lambda words, _: _SPACE.sub("", words).replace("\\", "/"),
    "code": _code,
    "text": lambda words, _: " ".join(words.split()),
}


def read_articles(text: str, start: int, around: str, readers: Readers) -> list[tuple[str, Statute]]:
    """The articles enumerated from `start` on, each with its value ("КоАП 20.2 ч.5").

    Args:
        text: where they stand.
        start: where the enumeration begins.
        around: words that tell which code is meant where the enumeration names none; where they do not, `text` may.
        readers: the pack's.
    """
    end = min(len(text), start + LONGEST_STATUTES)
    return _with_codes(read_statutes(text, start, end, readers.statutes), (around, text), readers)


def read_all_articles(text: str, readers: Readers) -> list[tuple[str, Statute]]:
    """The articles of a whole text, such as a card's list of the accused with theirs."""
    return _with_codes(read_all_statutes(text, readers.statutes), (text,), readers)


def _with_codes(statutes: Sequence[Statute], around: Sequence[str], readers: Readers) -> list[tuple[str, Statute]]:
    default = ""
    if any(not statute.code for statute in statutes):
        # A code that the same enumeration names counts for the rest of it: "ст. 158; ст. 161 УК РФ; ст. 162".
        named = [statute.code for statute in statutes if statute.code]
        told = (code for words in around for code, word in readers.without_code if word in words)
        default = named[-1] if named else next(told, "")
    return [(str(s) if s.code else f"{default} {s}".strip(), s) for s in statutes]
