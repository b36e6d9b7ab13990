"""What comes back on record after record, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lately(dict[K, V]):
    """What was put in lately, or looked up; `lately[key]` is None where that was too long ago, or never.

    It is meant for `found = lately[key]`, and where that is None `lately[key] = ...`. When `most` entries are together
    they step back for new ones, and those that are not looked up until these are as many are forgotten: what comes back
    all the time stays, however much else passes by.
    """

    __slots__ = ("_before", "_most")

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._before: dict[K, V] = {}

    def __missing__(self, key: K) -> V | None:
        if len(self) >= self._most:
            self._before = dict(self)
            self.clear()
        value = self._before.get(key)
        if value is not None:
            self[key] = value
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        """For a process that is not forked, which begins with nothing."""
        return type(self), (self._most,)


class Remembered(Lately[str, V]):
    """Pieces of text -> what was made of them lately. Looked up as in any dict; what is not there is made.

    Args:
        make: what is made of a piece, never None; what it raises goes to whoever looked it up, and nothing is
            remembered.
        most: as for `Lately`.
        longest: characters; what is longer comes back too rarely and takes too much memory.
    """

    __slots__ = ("_longest", "_make")

    def __init__(self, make: Callable[[str], V], most: int, longest: int) -> None:
        super().__init__(most)
        self._make, self._longest = make, longest

    def __reduce__(self) -> tuple[Any, ...]:
        """As for `Lately`."""
        return type(self), (self._make, self._most, self._longest)

    def __missing__(self, piece: str) -> V:
        if len(piece) > self._longest:
            return self._make(piece)
        known = super().__missing__(piece)
        if known is not None:
            return known
        made = self[piece] = self._make(piece)
        return made
