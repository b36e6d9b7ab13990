"""A Russian surname in Latin letters, whatever the rules of writing were: Skameykin, Skamejkin, SKAMEIKIN."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from caselight.protect.cleaned import fold
from caselight.protect.mentions import Mention
from caselight.protect.surnames import forms

_FEWEST = 6  # letters: a shorter word is an English one by chance
_SOUNDS = dict(zip("абвгдезийклмнопрстуфхцчшщыэюяжєіїґ", "abvgdeziiklmnoprstufHCQXWieUAJeiig", strict=True))
# Latin letters -> the sound, the longest first; what has no row is itself.
_WRITTEN = (
    *(("shch", "W"), ("sch", "X"), ("tch", "Q"), ("zh", "J"), ("kh", "H"), ("ts", "C"), ("tz", "C"), ("ch", "Q")),
    *(("sh", "X"), ("ck", "k"), ("ph", "f"), ("x", "ks"), ("w", "v"), ("h", "H"), ("c", "C"), ("q", "k")),
    *(("yu", "U"), ("iu", "U"), ("ju", "U"), ("ya", "A"), ("ia", "A"), ("ja", "A"), ("yo", "e"), ("jo", "e")),
    *(("ye", "e"), ("je", "e"), ("j", "i"), ("y", "i")),
)
_LATIN_WORD = re.compile(r"(?<![\w@.])[A-Z][A-Za-z'’-]{4,}(?![\w@])")
_BESIDE = re.compile(r" ([A-Z][A-Za-z]+|[A-Z]\.(?: ?[A-Z]\.)?)(?!\w)")


@cache
def sound(word: str) -> str:
    """What ways of writing one name share; "" for a word that is too short.

    >>> sound("Skameykin") == sound("SKAMEJKIN") == sound("Скамейкин")
    True
    >>> sound("Щербакова") == sound("Shcherbakova") != sound("Sherbakova")
    True
    """
    if len(word) < _FEWEST:
        return ""
    if word.isascii():
        made = word.lower()
        for written, heard in _WRITTEN:
            made = made.replace(written, heard)
    else:
        made = "".join(_SOUNDS.get(letter, "") for letter in fold(word))
    made = re.sub(r"i+(?=[AUe])", "", made.replace("'", "").replace("’", ""))
    return re.sub(r"(.)\1+", r"\1", made)


@cache
def sounds(surname: str) -> frozenset[str]:
    """The sounds of all forms of a Russian surname; empty where it is written in Latin letters or too short."""
    if surname.isascii():
        return frozenset()
    return frozenset(filter(None, map(sound, forms(surname))))


def found(text: str, heard: Mapping[str, str]) -> Iterator[Mention]:
    """Names in Latin letters that sound like a surname of the matter, with the word or the initials behind.

    Args:
        heard: sound -> the surname in Russian letters.
    """
    for m in _LATIN_WORD.finditer(text):
        if surname := heard.get(sound(m.group())):
            beside = _BESIDE.match(text, m.end())
            yield Mention(m.start(), beside.end() if beside else m.end(), surname, "", "bare")
