"""Characters of many texts as numbers: what one array operation tells of all of them takes a loop far longer.

Texts are taken some at a time, so that what is made of them fits into a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TEXTS_AT_ONCE = 16
LAST_SPACE = 0x3000  # code point of the last character that is white space

Codes = NDArray[np.unsignedinteger[Any]]
Flags = NDArray[np.bool_]


def code_points(text: str) -> Codes:
    """(n,) the code points of a text, in two bytes each where that will do."""
    short = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    if len(short) == len(text):
        return short
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def table(characters: Iterable[str]) -> Flags:
    """By code point, whether it is one of these; for `take` with mode "clip": the last entry stands for all beyond."""
    codes = list(map(ord, characters))
    flags = np.zeros(max(codes, default=0) + 2, np.bool_)
    flags[codes] = True
    return flags


def spaces() -> Iterator[str]:
    """All characters that are white space."""
    return filter(str.isspace, map(chr, range(LAST_SPACE + 1)))


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts, some at a time."""
    for begin in range(0, len(texts), TEXTS_AT_ONCE):
        yield texts[begin : begin + TEXTS_AT_ONCE]
