"""A stretch of a document's text made fit for patterns, with the way back to the original's offsets.

Published rulings carry no-break spaces, soft hyphens, Latin letters that look Cyrillic, words broken over two lines
and letters written as two code points. Patterns see a plain text instead; what leaves is always a span of the original.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from caselight.structure.codes import LAST_SPACE, Batch, Flags, table

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
_TAKEN_OUT = table(_LENGTH_CHANGES)
_HYPHEN, _BLANK = ord("-"), ord(" ")
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
        base, starts, ends = self.start, self.starts, self.ends
        if starts is None or ends is None:
            return base + start, base + end
        return starts[start], ends[end - 1]

    def position(self, offset: int) -> int:
        """Where in `text` the original's `offset` is, or the nearest character after it."""
        if self.starts is None:
            return min(max(offset - self.start, 0), len(self.text))
        return bisect_left(self.starts, offset)


class Folding(NamedTuple):
    """How views of one language are made."""

    lookalikes: Mapping[str, str]  # letters of another script, typed by mistake, and what they stand for
    replaced: Mapping[str, str]  # they and other signs, in the order in which they are replaced
    is_strange: Flags  # by code point, whether the character is one of these or taken out
    first: int  # the smallest code point of them
    gap: tuple[int, int]  # the widest gap between their code points, where most letters of a text should be
    keeps_numbers: bool  # nothing becomes a digit or a full stop

    @classmethod
    def of(cls, lookalikes: Mapping[str, str]) -> Folding:
        """The folding with these look-alikes."""
        replaced = {**PLAIN, **{sign: plain for sign, plain in lookalikes.items() if sign not in PLAIN}}
        strange = {*replaced, *_LENGTH_CHANGES}
        codes = sorted(map(ord, strange))
        gap = max(pairwise(code for code in codes if code < LAST_SPACE), key=lambda ends: ends[1] - ends[0])
        keeps_numbers = not any(plain.isdigit() or plain == "." for plain in replaced.values())
        return cls(lookalikes, replaced, table(strange), codes[0], gap, keeps_numbers)

    def view(self, original: str, start: int, end: int, *, letters: bool = True) -> View:
        """The view of `original[start:end]`; without `letters` only what stands inside words is taken out (faster)."""
        text = original[start:end]
        if len(text) <= SHORT and text.isascii():
            return View(text, start, end)
        starts = ends = None
        if any(map(text.__contains__, _LENGTH_CHANGES)) or _LINE_END_HYPHEN.search(text):
            text, starts, ends = _without_unseen(text, start)
        if letters and any(map(text.__contains__, self.replaced)):
            for strange, plain in self.replaced.items():
                text = text.replace(strange, plain)
        return View(text, start, end, starts, ends)


class Folded(NamedTuple):
    """A text with the places where a view of it would differ, so that most views are made without a look at it."""

    text: str
    folding: Folding
    strange: Sequence[int]  # offsets
    breaks: Sequence[int]  # of these, where something may be taken out

    def keeps_places(self, start: int, end: int) -> bool:
        """Whether the view of `text[start:end]` has each number where the text has it."""
        return self.folding.keeps_numbers and not _any_in(self.breaks, start, end)

    def view(self, start: int, end: int, *, letters: bool = True) -> View:
        """As `Folding.view`."""
        whole, folding, places, breaks = self
        if breaks and _any_in(breaks, start, end):
            return folding.view(whole, start, end, letters=letters)
        text = whole[start:end]
        if letters and places and not (len(text) <= SHORT and text.isascii()):
            here = places[bisect_left(places, start) : bisect_left(places, end)]
            for sign in set(map(whole.__getitem__, here)):
                text = text.replace(sign, folding.replaced[sign])
        return tuple.__new__(View, (text, start, end, None, None))  # half the time of View(...)


def _any_in(places: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the places, in order, lies in this stretch."""
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def fold_all(read: Sequence[Batch], folding: Folding) -> list[Folded]:
    """Each of the texts that were read, ready for views."""
    found: list[Folded] = []
    # Where what stands for one sign is another one, the order counts in which they are replaced.
    in_order = not folding.replaced.keys().isdisjoint(folding.replaced.values())
    for batch in read:
        strange, breaks = _strange_places(batch, folding)
        columns = zip(batch.texts, strange, strange if in_order else breaks, strict=True)
        found += [Folded(text, folding, *places) for text, *places in columns]
    return found


def _strange_places(batch: Batch, folding: Folding) -> tuple[list[array[int]], list[array[int]]]:
    """For each text, where a view of it may differ, and where it may be shorter."""
    codes, number = batch.codes, batch.codes.dtype.type
    low, high = folding.gap
    # What is in the gap or before the first needs no look: that leaves a few signs of most texts.
    odd = (codes - number(low + 1) >= high - low - 1) & (codes >= folding.first)
    places = odd.nonzero()[0]
    places = places[folding.is_strange.take(codes[places], mode="clip")]
    ends, before = batch.newlines, codes[batch.newlines - 1]
    hyphens = ends[(before == _HYPHEN) | ((before == _BLANK) & (codes[ends - 2] == _HYPHEN))]
    taken = places[_TAKEN_OUT.take(codes[places], mode="clip")]
    return batch.parted(np.sort(np.append(places, hyphens))), batch.parted(np.sort(np.append(taken, hyphens)))


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
