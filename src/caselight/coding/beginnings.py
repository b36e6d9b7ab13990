"""Which of many words may be one of some words, or begin with one of some stems: told by their first bytes, for all at
once.

A batch has thousands of forms that were never met; nineteen of twenty are in no cue, and to spell each takes longer
than all else that is done with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

BEGINNING_BYTES = 10  # five Cyrillic letters
_HEAD_BYTES = 8
# Mixes what does not fit in 64 bits, or in the number of a slot, into them. Two beginnings that come out alike cost a
# closer look.
_MIXED = np.uint64(0x9E3779B97F4A7C15)
_SLOTS = 256  # of a table, at least, for each beginning: one in so many other words falls into a slot that is taken


class Beginnings:
    """The beginnings of some words and stems."""

    def __init__(self, words: Iterable[str], stems: Iterable[str]) -> None:
        """Words are whole: what is longer is not one of them. A stem of no letters is the beginning of every word."""
        by_size: dict[int, list[bytes]] = {BEGINNING_BYTES: [word.encode("utf-8", "surrogatepass") for word in words]}
        for stem in stems:
            begin = stem.encode("utf-8", "surrogatepass")[:BEGINNING_BYTES]
            by_size.setdefault(len(begin), []).append(begin)
        self._is_any = bool(by_size.pop(0, []))
        self._sought = {size: _taken(_keys(_padded(found), size)) for size, found in by_size.items() if found}

    def may_be_of(self, beginnings: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """(n,) whether a word that begins with these bytes, (n, BEGINNING_BYTES), may be one of them or have a stem of
        theirs. Never false for one that is or has.
        """
        may = np.full(len(beginnings), self._is_any)
        for size, taken in self._sought.items():
            may |= taken.take(_slots(_keys(beginnings, size), len(taken)), mode="clip")
        return may


def _padded(begins: Iterable[bytes]) -> NDArray[np.uint8]:
    whole = b"".join(begin[:BEGINNING_BYTES].ljust(BEGINNING_BYTES, b"\0") for begin in begins)
    return np.frombuffer(whole, np.uint8).reshape(-1, BEGINNING_BYTES)


def _keys(beginnings: NDArray[np.uint8], size: int) -> NDArray[np.uint64]:
    """(n,) a number for the first `size` of these bytes."""
    head: NDArray[Any] = np.ascontiguousarray(beginnings[:, :_HEAD_BYTES]).view("<u8").ravel()
    if size < _HEAD_BYTES:
        return head & np.uint64((1 << 8 * size) - 1)
    if size == _HEAD_BYTES:
        return head
    tail: NDArray[Any] = np.ascontiguousarray(beginnings[:, _HEAD_BYTES:]).view("<u2").ravel()
    keys: NDArray[np.uint64] = head ^ (tail & np.uint16((1 << 8 * (size - _HEAD_BYTES)) - 1)) * _MIXED
    return keys


def _taken(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """For each slot whether one of the keys belongs into it."""
    taken = np.zeros(1 << (_SLOTS * len(keys) - 1).bit_length(), bool)
    taken[_slots(keys, len(taken))] = True
    return taken


def _slots(keys: NDArray[np.uint64], count: int) -> NDArray[np.int64]:
    """(n,) into which of `count` slots, a power of two, each belongs."""
    return ((keys * _MIXED) >> np.uint64(65 - count.bit_length())).view(np.int64)
