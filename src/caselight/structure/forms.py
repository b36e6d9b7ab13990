"""Names put into the nominative by endings that a pack lists: "Тверского районного суда" is the "Тверской ... суд".

No dictionary is asked: a ruling names its court and judge in one of two or three cases, and a table of endings with
its exceptions is faster and can be read by whoever writes a pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

_INITIALS = re.compile(r"([^\W\d_])\.\s*([^\W\d_])\b\.?")
_PART = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# How many letters of one word recognition may have misread; two already make other words of short ones.
MISREAD_LETTERS = 1
SHORTEST_REPAIRED = 7  # letters; shorter names lie one letter apart from each other ("Тосно", "Тесно")


class Endings(NamedTuple):
    """Endings and what replaces them, longest first, and whole words that do not follow them (lower case)."""

    table: tuple[tuple[str, str], ...]
    exceptions: Mapping[str, str]

    @classmethod
    def of(cls, table: Mapping[str, str], exceptions: Mapping[str, str]) -> Endings:
        """From a pack's mapping, in any order."""
        rows = sorted(table.items(), key=lambda row: (-len(row[0]), row[0]))
        return cls(tuple(rows), {key.lower(): value for key, value in exceptions.items()})

    def nominative(self, word: str) -> str:
        """The word with its ending replaced; as it is where no ending fits. The first letter keeps its case."""
        lower = word.lower()
        if lower in self.exceptions:
            plain = self.exceptions[lower]
            return plain[:1].upper() + plain[1:] if word[:1].isupper() else plain
        for ending, replacement in self.table:
            # At least two letters must remain of the stem.
            if lower.endswith(ending) and len(lower) > len(ending) + 1:
                return word[: len(word) - len(ending)] + replacement
        return word


def titled(words: str) -> str:
    """Words in capitals with only the first letter of each part kept capital: "РОСТОВ-НА-ДОНУ", "O'HARA" as well."""
    return _PART.sub(lambda part: part[0][:1] + part[0][1:].lower(), words)


def person(words: str, endings: Endings | None = None) -> str:
    """A name as "Surname I.O.", from "I.O. Surname", "Surname I. O." or the full three names.

    Args:
        words: the name as it stands in the text.
        endings: given where the name stands in an oblique case; None = it is in the nominative already.
    """
    initials = _INITIALS.search(words)
    if initials:
        rest = words[: initials.start()] + words[initials.end() :]
        surname = next(iter(_WORD.findall(rest)), "")
        letters = [initials[1], initials[2]]
    else:
        parts = _WORD.findall(words)
        surname, letters = (parts[0], [part[0] for part in parts[1:3]]) if parts else ("", [])
    if surname.isupper():
        surname = titled(surname)
    if endings:
        surname = "-".join(endings.nominative(part) for part in surname.split("-"))
    return " ".join([surname, "".join(f"{letter.upper()}." for letter in letters)]).strip()


def same_person_form(left: str, right: str) -> bool:
    """Whether two "Surname I.O." can be one name in two cases: the same initials, the same beginning of the surname."""
    (left_name, _, left_initials), (right_name, _, right_initials) = left.partition(" "), right.partition(" ")
    shorter = min(len(left_name), len(right_name))
    stem = max(3, shorter - 3)  # the longest case ending of a surname has three letters: -ого
    plain_left, plain_right = plain(left_name), plain(right_name)
    return left_initials == right_initials and plain_left[:stem] == plain_right[:stem]


def plain(words: str) -> str:
    """Lower case, ё as е, single spaces: the form in which names are compared."""
    return " ".join(words.lower().replace("ё", "е").split())


def number_key(number: str) -> str:
    """A case number without habits of typing: "05-7412/22" and "5-7412/2022" are one number."""
    text = plain(number).replace(" ", "")
    while len(text) > 1 and text[0] == "0" and text[1].isdigit():
        text = text[1:]
    stem, slash, year = text.rpartition("/")
    return f"{stem}/20{year}" if slash and len(year) == 2 and year.isdigit() else text


def repaired(word: str, known: frozenset[str], misread: Mapping[str, str]) -> str:
    """The one known word that differs from `word` in a letter that recognition confuses; else the word itself.

    Args:
        word: as it stands in the text, "Сапкт-Петербурга".
        known: words in lower case.
        misread: letter -> letters it may stand for.
    """
    lower = word.lower()
    if len(lower) < SHORTEST_REPAIRED or lower in known:
        return word
    found = {candidate for candidate in _readings(lower, misread) if candidate in known}
    if len(found) != 1:
        return word
    other = found.pop()
    return "".join(b.upper() if a.isupper() else b for a, b in zip(word, other, strict=True))


def _readings(word: str, misread: Mapping[str, str]) -> Iterable[str]:
    places = [i for i, letter in enumerate(word) if letter in misread]
    for chosen in combinations(places, MISREAD_LETTERS):
        for i in chosen:
            for letter in misread[word[i]]:
                yield word[:i] + letter + word[i + 1 :]
