"""Arrays that grow at their end, in memory of one process or in memory that its forked children read and cannot write.

A vocabulary of a long study has a hundred thousand words and more. In shared memory they are there once, however many
workers read them; and a worker that a hostile file has taken over has no way to change what others read there.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

_FIRST_SIZE = 1024
_NAME, _CLOSE_ON_EXEC = "caselight words", 1


class Region(NamedTuple):
    """A stretch of shared memory as two arrays over the same bytes, all zero at first."""

    seen: NDArray[Any]  # to be read, here and in forked processes
    # To be written. In a forked process it is not there: to touch it ends the process, and so may letting go of it once
    # something else stands in its place. Workers do neither: what they are born with is theirs to their end.
    own: NDArray[Any]


def shared(sizes: Sequence[tuple[int, DTypeLike]]) -> list[Region | None]:
    """A region for each (length, type): only what is written takes memory. None where the system has no such memory, or
    the user has bounded how much may be mapped (`ulimit -v`): most of that would be gone.
    """
    if sys.platform.startswith("linux") and _may_map_all():
        with contextlib.suppress(OSError, ValueError, OverflowError):
            return list(_regions(sizes))
    return [None] * len(sizes)


def _may_map_all() -> bool:
    import resource  # not on Windows

    return resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def _regions(sizes: Sequence[tuple[int, DTypeLike]]) -> list[Region]:
    wanted = [(length, np.dtype(kind)) for length, kind in sizes]
    ends = np.cumsum([-(-length * kind.itemsize // mmap.PAGESIZE) * mmap.PAGESIZE for length, kind in wanted]).tolist()
    writing = _file_in_memory()
    try:
        os.ftruncate(writing, ends[-1])
        own = mmap.mmap(writing, ends[-1])
        own.madvise(mmap.MADV_DONTFORK)
        # Opened for reading only, it can never be mapped for writing, whatever a process does to its own memory.
        reading = os.open(f"/proc/self/fd/{writing}", os.O_RDONLY)
        try:
            seen = mmap.mmap(reading, ends[-1], prot=mmap.PROT_READ)
        finally:
            os.close(reading)
    finally:
        os.close(writing)
    return [
        Region(*(np.frombuffer(memory, kind, length, begin) for memory in (seen, own)))
        for (length, kind), begin in zip(wanted, [0, *ends], strict=False)
    ]


def _file_in_memory() -> int:
    """Its descriptor. A Python that was built on an old system lacks the call that the system has: those of conda, and
    of uv (astral-sh/uv#15081) up to the middle of 2026.
    """
    if hasattr(os, "memfd_create"):
        return os.memfd_create(_NAME)
    descriptor = getattr(ctypes.CDLL(None), "memfd_create", lambda *_: -1)(_NAME.encode(), _CLOSE_ON_EXEC)
    if descriptor < 0:
        raise OSError("memfd_create")
    return int(descriptor)


class Growing:
    """One array that grows."""

    def __init__(self, kind: DTypeLike, region: Region | None) -> None:
        self._region = region
        # To be read; longer than what has been put.
        self.values = np.zeros(_FIRST_SIZE, kind) if region is None else region.seen

    def put(self, start: int, values: NDArray[Any]) -> None:
        """Writes these from `start` on, which is at most the end of what has been put. What is put at 0 may be kept as
        it is: it must not change.

        Raises:
            OverflowError: the shared memory is full.
        """
        end = start + len(values)
        if self._region is not None:
            if end > len(self.values):
                raise OverflowError(f"more than {len(self.values):,} entries in the memory that workers share")
            self._region.own[start:end] = values
            return
        if not len(values):  # what was kept as it is may be for reading only
            return
        if not start:
            self.values = values
            return
        if end > len(self.values):
            grown = np.zeros(end + end // 4, self.values.dtype)
            grown[:start] = self.values[:start]
            self.values = grown
        self.values[start:end] = values
