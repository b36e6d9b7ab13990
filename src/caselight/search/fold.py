"""Text as search compares it, with the way back to the text as it stands.

Folding removes what a reader does not see (soft hyphens, zero-width characters, hyphens at line ends), composes
accents, writes ё as е and mends Latin letters inside Cyrillic words. Quotations are always cut from the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Soft hyphen, zero-width space, joiners and marks, word joiner, byte order mark, and U+FFFE: pdfium's hyphen.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffe"
# "видео-\nнаблюдения" is one word; "Санкт-\nПетербург" and "20-\n30" are not.
_LINE_HYPHEN = re.compile(r"(?<=[a-zа-яё])[-\u2010\u00ac][ \t]*\r?\n[ \t]*(?=[a-zа-яё])")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# How a line that is cut inside a word may end. Most texts have none; `in` is 50 times faster than a pattern.
_LINE_ENDS = ("-\n", "-\r", "- \n", "-\t", "\u2010", "\u00ac")
# A letter with its accents, composed into one character: "и" + U+0306 is "й".
_ACCENTED = re.compile(r"\w[\u0300-\u036f]+")
_LATIN = "aceopxyABCEHKMOPTXY"
_LOOK_ALIKE = str.maketrans(_LATIN, "асеорхуАВСЕНКМОРТХУ")
# "кaмера" with a Latin a; never "USB-камера" (a border between the scripts) nor "Wi-Fi".
_NEIGHBOURS = re.compile(f"[{_LATIN}](?:[а-яёА-ЯЁ]|(?<=[а-яёА-ЯЁ].))")
_MIXED = re.compile(rf"\b(?=[а-яё]*[{_LATIN}])(?=[{_LATIN}]*[а-яё])[а-яё{_LATIN}]+\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origin[i]` is the offset in the original of its character i; None = the offsets are the same."""

    text: str
    origin: Sequence[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the folded stretch start:end (not empty)."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end] if end < len(self.text) else self.origin[-1]


def fold(text: str) -> Folded:
    """`text` as search compares it.

    >>> fold("съё\\u00admка").text
    'съемка'
    >>> fold("съё\\u00admка").original(0, 6)
    (0, 7)
    """
    cut = any(mark in text for mark in (*INVISIBLE, *_LINE_ENDS))
    if cut or not unicodedata.is_normalized("NFC", text):
        text, origin = _shortened(text)
    else:
        origin = None
    return Folded(_same_length(text), origin)


def _same_length(text: str) -> str:
    text = text.replace("ё", "е").replace("Ё", "Е")  # 40 times faster than translate
    if any(letter in text for letter in _LATIN) and _NEIGHBOURS.search(text):
        return _MIXED.sub(lambda found: found[0].translate(_LOOK_ALIKE), text)
    return text


def _shortened(text: str) -> tuple[str, list[int]]:
    cuts = [
        (found.start(), found.end(), "") for pattern in (_INVISIBLE, _LINE_HYPHEN) for found in pattern.finditer(text)
    ]
    for found in _ACCENTED.finditer(text):
        composed = unicodedata.normalize("NFC", found[0])
        if len(composed) < len(found[0]):
            cuts.append((found.start(), found.end(), composed))
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for start, end, instead in sorted(cuts):
        if start < done:  # an invisible character inside a hyphen at a line end: already cut
            continue
        pieces += (text[done:start], instead)
        origin += range(done, start)
        origin += [start] * len(instead)
        done = end
    pieces.append(text[done:])
    origin += range(done, len(text))
    origin.append(len(text))
    return "".join(pieces), origin
