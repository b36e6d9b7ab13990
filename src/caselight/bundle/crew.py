"""Shares pieces of the checks among processes, where a bundle is large enough; else they are done here, one by one.

Other processes get names and bytes, and give back what they found: nothing that a bundle holds is run or believed there
either.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from typing import Any, TypeVar

from caselight.bundle.faults import refused
from caselight.bundle.members import Looked, Members

_T = TypeVar("_T")
_R = TypeVar("_R")
# Starting them costs about 0.1 s; checking costs about 20 s for each GB.
_LARGE_BUNDLE = 48 << 20  # bytes, unpacked
_MOST_PROCESSES = 4  # each takes some 60 MB
_WAITING = 16  # pieces handed over and not yet done, at most: some MB each
_own: list[Members] = []  # in another process: the bundle, opened for it


class Crew:
    """Other processes, or none."""

    def __init__(self, members: Members) -> None:
        self._members = members
        small = sum(members.sizes.values()) < _LARGE_BUNDLE
        many = 1 if small else min(_cores(), _MOST_PROCESSES)
        if many > 1:
            gc.freeze()  # else the first collection in each process copies all that it shares with this one
        self._pool = ProcessPoolExecutor(many, initializer=_begin, initargs=(members,)) if many > 1 else None
        self.alone = self._pool is None

    def give(self, work: Callable[..., _R], *task: object) -> Callable[[], _R]:
        """Has a piece of work done: `work` gets the bundle and the task. What is returned waits for what it gives."""
        if self._pool is None:
            found = work(self._members, *task)
            return lambda: found
        waiting = self._pool.submit(_do, work, task)

        def take() -> _R:
            try:
                found, looked = waiting.result()
            except BrokenExecutor:
                told = "a process that checked a part of it was ended, perhaps for want of memory"
                raise refused("ended", self._members.name, told, "512 MB for each processor") from None
            self._members.looked.take(looked)
            return found  # type: ignore[no-any-return]

        return take

    def each(self, work: Callable[[Members, _T], _R], tasks: Iterable[_T]) -> Iterator[_R]:
        """What the work gives for each task, in order; tasks are made as they are needed."""
        waiting: deque[Callable[[], _R]] = deque()
        for task in tasks:
            waiting.append(self.give(work, task))
            while len(waiting) > (0 if self.alone else _WAITING):
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()

    def close(self) -> None:
        """Nothing more is to be done."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            gc.unfreeze()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(members: Members) -> None:
    _own[:] = [members.again()]


def _do(work: Callable[..., Any], task: tuple[object, ...]) -> tuple[Any, Looked]:
    members = _own[0]
    members.looked = Looked()
    return work(members, *task), members.looked
