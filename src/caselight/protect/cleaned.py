"""A text as its letters are meant: without what hides a name from a search, and with the way back to the original.

Soft hyphens, zero-width characters, the hyphen at a line's end, letters written as base and accent, and Latin letters
that look Cyrillic inside a Cyrillic word all print the same name; a search must not miss it for them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Latin letters whose printed form is a Cyrillic one; both sides have the same length.
_LATIN, _CYRILLIC = "ABCEHKMOPTXYaceopxyk", "АВСЕНКМОРТХУасеорхук"
LOOK_ALIKE = str.maketrans(_LATIN, _CYRILLIC)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
# "Ива-" at a line's end and "нов" on the next; a double name "Иванов-\nПетров" goes on with a capital and is left.
_LINE_END = re.compile(r"(?<=[a-zа-яё])[-\u2010]\s*\n\s*(?=[a-zа-яё])")
_WORD = re.compile(r"[A-Za-zА-Яа-яЁё]+")
_CYRILLIC_LETTER = re.compile("[А-Яа-яЁё]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text. `origin[i]` is the offset of its character i in the original; one more for the end."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that these characters came from, with what was invisible inside and behind."""
        return self.origin[start], self.origin[end]


def clean(text: str, cyrillic: bool = True) -> Cleaned:
    """The text as its letters are meant.

    Args:
        text: any text.
        cyrillic: whether Latin look-alikes in a Cyrillic word, or standing alone as an initial, become Cyrillic.
    """
    gaps = sorted([m.span() for m in _INVISIBLE.finditer(text)] + [m.span() for m in _LINE_END.finditer(text)])
    letters: list[str] = []
    origin: list[int] = []
    at = 0
    for start, end in [*gaps, (len(text), len(text))]:
        if start > at:
            letters.append(text[at:start])
            origin.extend(range(at, start))
        at = max(at, end)
    made, origin = _compose("".join(letters), origin)
    if cyrillic:
        made = _WORD.sub(_as_cyrillic, made)
    return Cleaned(made.replace("\u00a0", " ").replace("\u202f", " "), (*origin, len(text)))


def _compose(text: str, origin: list[int]) -> tuple[str, list[int]]:
    """The text with each letter and its marks as one letter, where there is one (NFC)."""
    if not any(map(unicodedata.combining, set(text))):
        return text, origin
    letters: list[str] = []
    kept: list[int] = []
    for letter, at in zip(text, origin, strict=True):
        joined = unicodedata.normalize("NFC", letters[-1] + letter) if letters and unicodedata.combining(letter) else ""
        if len(joined) == 1:
            letters[-1] = joined
        elif not unicodedata.combining(letter) or letter in "\u0308\u0306":
            letters.append(letter)
            kept.append(at)
    return "".join(letters), kept


def _as_cyrillic(word: re.Match[str]) -> str:
    found = word.group()
    if len(found) == 1 or _CYRILLIC_LETTER.search(found):
        return found.translate(LOOK_ALIKE)
    return found


def fold(text: str) -> str:
    """Small letters, ё as е; the same length as the text.

    >>> fold("СЁМИНА")
    'семина'
    """
    lower = text.lower()
    if len(lower) != len(text):  # a few letters of other scripts grow
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lower.replace("ё", "е")
