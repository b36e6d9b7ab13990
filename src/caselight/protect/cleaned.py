"""A text as its letters are meant: without what hides a name from a search, and with the way back to the original.

Soft hyphens, zero-width characters, the hyphen at a line's end, letters written as base and accent, and Latin letters
that look Cyrillic inside a Cyrillic word all print the same name; a search must not miss it for them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Latin and Greek letters whose printed form is a Cyrillic one; both sides have the same length.
_LATIN, _CYRILLIC = "ABCEHKMOPTXYaceopxykΑΒΕΗΚΜΟΡΤΧαορκ", "АВСЕНКМОРТХУасеорхукАВЕНКМОРТХаорк"
LOOK_ALIKE = str.maketrans(_LATIN, _CYRILLIC)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
# "Ива-" at a line's end and "нов" on the next; a double name "Иванов-\nПетров" goes on with a capital and is left.
_LINE_END = re.compile(r"(?<=[a-zа-яё])[-\u2010]\s*\n\s*(?=[a-zа-яё])")
# "С к о р о б е е в": a word with its letters apart, as headings of rulings are set.
_APART = re.compile(r"(?<![^\W\d_])(?:[А-Яа-яЁё] ){4,}[А-Яа-яЁё](?![^\W\d_])")
# "Ск0робеев", "3айцев": digits that a scanner took for letters.
_NOUGHT, _THREE = re.compile("(?<=[а-яё])0(?=[а-яё])"), re.compile(r"(?<!\w)3(?=[а-яё]{3})")
# A word of letters from two alphabets, or one letter alone, which is an initial.
_OTHER, _OWN = "A-Za-zͰ-Ͽ", "А-Яа-яЁё"
_MIXED = re.compile(
    rf"(?<![{_OTHER}{_OWN}])(?:(?:[{_OTHER}]+[{_OWN}]|[{_OWN}]+[{_OTHER}])[{_OTHER}{_OWN}]*|[{_OTHER}](?![{_OTHER}]))"
)


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
        cyrillic: whether look-alikes in a Cyrillic word, or standing alone as an initial, become Cyrillic, and a word
            with its letters apart is joined.
    """
    gaps = sorted(m.span() for gap in (_INVISIBLE, _LINE_END) for m in gap.finditer(text))
    if cyrillic:
        gaps = sorted([*gaps, *((i, i + 1) for m in _APART.finditer(text) for i in range(m.start() + 1, m.end(), 2))])
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
        made = _THREE.sub("З", _NOUGHT.sub("о", _MIXED.sub(_as_cyrillic, made)))
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
    return word.group().translate(LOOK_ALIKE)


def fold(text: str) -> str:
    """Small letters, ё as е; the same length as the text.

    >>> fold("СЁМИНА")
    'семина'
    """
    lower = text.lower()
    if len(lower) != len(text):  # a few letters of other scripts grow
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lower.replace("ё", "е")


def unaccented(word: str) -> str:
    """A word in Latin letters without accents; any other as it is.

    >>> unaccented("chávez"), unaccented("ёлка")
    ('chavez', 'ёлка')
    """
    if word.isascii() or not all(
        unicodedata.name(letter, "").startswith("LATIN") for letter in word if letter.isalpha()
    ):
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
