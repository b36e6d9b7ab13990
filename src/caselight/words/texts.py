"""Many short texts in two buffers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from caselight.words.growing import Growing, Region

_LINE_END = 10


class Texts(Sequence[str]):
    """Many short texts without line ends in two buffers: a third of the memory of as many str.

    Args:
        lines: UTF-8 texts parted by line ends; None = no text.
    """

    def __init__(
        self, lines: bytes | memoryview | None = None, content: Region | None = None, begins: Region | None = None
    ) -> None:
        self._content = Growing(np.uint8, content)  # UTF-8, a line end behind each text
        self._begin = Growing(np.int32, begins)  # of each text in it, and the end of the last
        self._count = 0
        if lines is not None:
            self._add(b"".join([lines, b"\n"]))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        if not 0 <= i < self._count:
            raise IndexError(i)
        start, following = self._begin.values[i : i + 2].tolist()
        return self._content.values[start : following - 1].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        if self._count:
            yield from self.lines().decode("utf-8", "surrogatepass").split("\n")

    @property
    def size_bytes(self) -> int:
        """Of all of them in UTF-8, with a line end behind each."""
        return int(self._begin.values[self._count])

    def follow(self, count: int) -> None:
        """Knows of that many, which another process has put into the memory that both read."""
        self._count = count

    def lines(self) -> bytes:
        """All of them in UTF-8, parted by line ends."""
        return self._written()[:-1].tobytes()

    def is_one_word(self) -> NDArray[np.bool_]:
        """(n,) whether the text is not empty and nothing in it parts words."""
        one = np.diff(self._begins()) > 1
        if len(self.lines().replace(b"\n", b"").decode("utf-8", "surrogatepass").split()) > 1:
            one[[i for i in np.flatnonzero(one).tolist() if len(self[i].split()) != 1]] = False
        return one

    def beginning_with(self, prefix: str, first: int, stop: int) -> NDArray[np.int64]:
        """The numbers of those from `first` to `stop` - 1 that begin so."""
        sought = prefix.encode("utf-8", "surrogatepass")
        begins = self._begin.values[first : stop + 1]
        found = np.flatnonzero(np.diff(begins) > len(sought))
        for i, byte in enumerate(sought):
            found = found[self._content.values[begins[found] + i] == byte]
        return found + first

    def beginnings(self, rows: NDArray[np.integer[Any]], size: int) -> NDArray[np.uint8]:
        """(n, size) the first bytes of these of the texts, zeros behind shorter ones."""
        start, following = self._begin.values[rows], self._begin.values[np.asarray(rows) + 1]
        begin: NDArray[np.uint8] = self._content.values.take(start[:, None] + np.arange(size), mode="clip")
        begin[np.arange(1, size + 1) >= (following - start)[:, None]] = 0
        return begin

    def take(self, rows: NDArray[np.integer[Any]]) -> Texts:
        """These of the texts."""
        taken = Texts()
        start, following = self._begin.values[rows], self._begin.values[np.asarray(rows) + 1]
        sizes = following - start
        places = np.repeat((start - (np.cumsum(sizes) - sizes)).astype(np.intp), sizes)
        places += np.arange(len(places))
        taken._put(np.cumsum(sizes), self._content.values.take(places, mode="clip"))
        return taken

    def extend(self, texts: Sequence[str]) -> None:
        """Adds these at the end."""
        if isinstance(texts, Texts):
            self._put(texts._begins()[1:], texts._written())
        elif texts:
            self._add("\n".join([*texts, ""]).encode("utf-8", "surrogatepass"))

    def _begins(self) -> NDArray[np.int32]:
        return self._begin.values[: self._count + 1]

    def _written(self) -> NDArray[np.uint8]:
        return self._content.values[: self.size_bytes]

    def _add(self, lines: bytes) -> None:
        content = np.frombuffer(lines, np.uint8)
        self._put(np.flatnonzero(content == _LINE_END) + 1, content)

    def _put(self, ends: NDArray[np.integer[Any]], content: NDArray[np.uint8]) -> None:
        """Adds texts; each ends there in `content`, behind its line end."""
        before = self.size_bytes
        if before + len(content) > np.iinfo(np.int32).max:
            raise OverflowError("the word forms take more than 2 GiB")
        self._content.put(before, content)
        self._begin.put(self._count + 1, ends.astype(np.int64) + before)
        self._count += len(ends)
