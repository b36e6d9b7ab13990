"""What comes back on record after record, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Remembered(dict[str, T]):
    """Pieces of text -> what was made of them. Looked up as in any dict; what is not there is made.

    Args:
        make: what is made of a piece; what it raises goes to whoever looked it up, and nothing is remembered.
        most: so many are remembered; then all are forgotten.
        longest: characters; what is longer comes back too rarely and takes too much memory.
    """

    __slots__ = ("_longest", "_make", "_most")

    def __init__(self, make: Callable[[str], T], most: int, longest: int) -> None:
        super().__init__()
        self._make, self._most, self._longest = make, most, longest

    def __missing__(self, piece: str) -> T:
        made = self._make(piece)
        if len(self) >= self._most:
            self.clear()
        if len(piece) <= self._longest:
            self[piece] = made
        return made
