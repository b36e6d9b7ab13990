"""Characters of many texts as numbers: what one array operation tells of all of them takes a loop far longer.

Texts are taken some at a time, so that what is made of them stays small.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Characters handled together: fewer, and the calls weigh more than their work; more takes memory.
AT_ONCE = 262_144
LAST_SPACE = 0x3000  # code point of the last character that is white space
_BETWEEN = "\n\n"  # before each text and behind the last: what looks two characters back or on stays among the codes

Codes = NDArray[np.unsignedinteger[Any]]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


class Batch(NamedTuple):
    """Some texts, one after the other."""

    texts: Sequence[str]
    joined: str
    codes: Codes  # (n,) code points of `joined`
    begins: list[int]  # where each text begins in it, and where one after the last would
    newlines: Places  # where line breaks stand in it

    @classmethod
    def of(cls, texts: Sequence[str]) -> Batch:
        """The batch of these texts."""
        joined = _BETWEEN + _BETWEEN.join([*texts, ""])
        codes = _code_points(joined)
        begins = list(accumulate((len(text) + len(_BETWEEN) for text in texts), initial=len(_BETWEEN)))
        return cls(texts, joined, codes, begins, (codes == ord("\n")).nonzero()[0])

    def parted(self, places: Places) -> list[array[int]]:
        """Places in `joined`, in order, as offsets in the text of each."""
        cuts = places.searchsorted(self.begins)
        own = array("q", (places - np.repeat(self.begins[:-1], np.diff(cuts))).tobytes())
        return [own[first:last] for first, last in pairwise(cuts.tolist())]


def batches(texts: Sequence[str]) -> list[Batch]:
    """The texts, some at a time."""
    found, begin, size = [], 0, 0
    for i, text in enumerate(texts, start=1):
        size += len(text)
        if size >= AT_ONCE or i == len(texts):
            found.append(Batch.of(texts[begin:i]))
            begin, size = i, 0
    return found


def table(characters: Iterable[str]) -> Flags:
    """By code point, whether it is one of these; for `take` with mode "clip": the last entry stands for all beyond."""
    codes = list(map(ord, characters))
    flags = np.zeros(max(codes, default=0) + 2, np.bool_)
    flags[codes] = True
    return flags


@cache
def spaces() -> frozenset[str]:
    """All characters that are white space."""
    return frozenset(filter(str.isspace, map(chr, range(LAST_SPACE + 1))))


def _code_points(text: str) -> Codes:
    """(n,) the code points of a text, in two bytes each where that will do."""
    short = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    if len(short) == len(text):
        return short
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
