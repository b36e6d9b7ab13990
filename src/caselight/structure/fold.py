"""A stretch of a document's text made fit for patterns, with the way back to the original's offsets.

Published rulings carry no-break spaces, soft hyphens, Latin letters that look Cyrillic, words broken over two lines
and letters written as two code points. Patterns see a plain text instead; what leaves is always a span of the original.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

# Each is one character in the original and one in the view, so that offsets stay. Dashes of all lengths are read as
# "-": "№ 5 – 410/2016" and the no-break hyphens of "77RS0018‑02‑2022-..." are typing habits, not meaning.
PLAIN = {
    "\u00a0": " ",
    "\u2007": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
}
# Marks that stand inside words without being read: soft hyphen, zero-width signs, the end-of-line hyphen of PDF texts.
UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufffe"
# Combining breve and diaeresis: "й" and "ё" may be written as two code points (texts typed on a Mac).
COMBINING = "\u0306\u0308"
SHORT = 500  # characters; a text without any letter of another alphabet is left as it is up to here
_LINE_END_HYPHEN = re.compile(r"- ?\n")  # skips from hyphen to hyphen: 2 us in 4,000 characters; `in`, for both, 11
_LENGTH_CHANGES = (*UNSEEN, *COMBINING)
_UNSEEN_RUN = rf"[{UNSEEN}]+(?:[ \t]*\n[ \t]*(?=[^\W\d_]))?"
_BROKEN_WORD = r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?=[a-zа-яё])"  # "Твер-\nского", not "Санкт-\nПетербурга"
_BROKEN_NAME = r"(?<=[^\W\d_]-)[ \t]*\n[ \t]*(?=[A-ZА-ЯЁ])"  # "Санкт-\nПетербург" keeps its hyphen
_CHANGED = re.compile(rf"{_UNSEEN_RUN}|{_BROKEN_WORD}|{_BROKEN_NAME}|[^\W\d_][{COMBINING}]+")


class View(NamedTuple):
    """`text` is what patterns read; it stands for the original between `start` and `end`."""

    text: str
    start: int
    end: int
    starts: array[int] | None = None  # original offset of each character; None = as long as the original, only shifted
    ends: array[int] | None = None  # where each character ends in the original; None together with `starts`

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of `text[start:end]`, which must not be empty."""
        if self.starts is None or self.ends is None:
            return self.start + start, self.start + end
        return self.starts[start], self.ends[end - 1]

    def position(self, offset: int) -> int:
        """Where in `text` the original's `offset` is, or the nearest character after it."""
        if self.starts is None:
            return min(max(offset - self.start, 0), len(self.text))
        return bisect_left(self.starts, offset)


@dataclass(frozen=True, slots=True)
class Folding:
    """How views of one language are made."""

    lookalikes: Mapping[str, str]  # letters of another script, typed by mistake, and what they stand for
    replaced: tuple[tuple[str, str], ...]  # whatever is replaced by another character
    strange: tuple[str, ...]  # the first of each

    @classmethod
    def of(cls, lookalikes: Mapping[str, str]) -> Folding:
        """The folding with these look-alikes."""
        replaced = (*PLAIN.items(), *lookalikes.items())
        return cls(lookalikes, replaced, tuple(strange for strange, _ in replaced))

    def view(self, original: str, start: int, end: int, *, letters: bool = True) -> View:
        """The view of `original[start:end]`; without `letters` only what stands inside words is taken out (faster)."""
        text = original[start:end]
        if len(text) <= SHORT and text.isascii():
            return View(text, start, end)
        starts = ends = None
        if any(map(text.__contains__, _LENGTH_CHANGES)) or _LINE_END_HYPHEN.search(text):
            text, starts, ends = _without_unseen(text, start)
        if letters and any(map(text.__contains__, self.strange)):
            for strange, plain in self.replaced:
                text = text.replace(strange, plain)
        return View(text, start, end, starts, ends)


def view(original: str, start: int, end: int, lookalikes: Mapping[str, str]) -> View:
    """The view of `original[start:end]`, for callers that make one now and then."""
    return _folding(tuple(lookalikes.items())).view(original, start, end)


@lru_cache
def _folding(lookalikes: tuple[tuple[str, str], ...]) -> Folding:
    return Folding.of(dict(lookalikes))


def _without_unseen(text: str, offset: int) -> tuple[str, array[int], array[int]]:
    pieces: list[str] = []
    starts, ends = array("q"), array("q")
    done = 0
    for match in _CHANGED.finditer(text):
        pieces.append(text[done : match.start()])
        starts.extend(range(offset + done, offset + match.start()))
        ends.extend(range(offset + done + 1, offset + match.start() + 1))
        if match[0][-1] in COMBINING:
            pieces.append(unicodedata.normalize("NFC", match[0])[:1])
            starts.append(offset + match.start())
            ends.append(offset + match.end())
        done = match.end()
    pieces.append(text[done:])
    starts.extend(range(offset + done, offset + len(text)))
    ends.extend(range(offset + done + 1, offset + len(text) + 1))
    return "".join(pieces), starts, ends
