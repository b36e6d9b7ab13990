"""Disks for tests of the journal: one that remembers every step of its writer, one where a chosen call fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from caselight.store.disk import Disk

Step = tuple[Any, ...]  # what, path, ...; "ack" with the keys acknowledged


class Quick(Disk):
    """Syncs nothing: for looking at a folder that is thrown away."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


class Traced(Quick):
    """Remembers every step; what a sync means is the business of `disk_states`, so none is waited for."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.names: dict[int, Path] = {}

    def make_folder(self, folder: Path) -> None:
        super().make_folder(folder)
        self.steps.append(("folder", folder))

    def open(self, path: Path) -> int:
        fresh = not path.exists()
        descriptor = super().open(path)
        self.names[descriptor] = path
        if fresh:
            self.steps.append(("create", path))
        return descriptor

    def write(self, descriptor: int, data: bytes, at: int) -> int:
        written = super().write(descriptor, data, at)
        self.steps.append(("write", self.names[descriptor], at, data[:written]))
        return written

    def cut(self, descriptor: int, size: int) -> None:
        super().cut(descriptor, size)
        self.steps.append(("cut", self.names[descriptor], size))

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        self.steps.append(("sync", self.names[descriptor]))

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.steps.append(("sync_folder", folder))


class Failing(Traced):
    """The call with this number fails (from 0), or writes only half; and is remembered as a disk would feel it."""

    def __init__(self, number: int, fault: int | str) -> None:
        super().__init__()
        self.number, self.fault, self.calls, self.hit = number, fault, 0, ""

    def _now(self, what: str) -> bool:
        self.calls += 1
        if self.calls - 1 != self.number:
            return False
        self.hit = what
        return True

    def _fail(self, what: str) -> None:
        if self._now(what) and isinstance(self.fault, int):
            raise OSError(self.fault, os.strerror(self.fault))

    def make_folder(self, folder: Path) -> None:
        self._fail("make_folder")
        super().make_folder(folder)

    def open(self, path: Path) -> int:
        self._fail("open")
        return super().open(path)

    def lock(self, descriptor: int) -> bool:
        self._fail("lock")
        return super().lock(descriptor)

    def look(self, descriptor: int) -> tuple[int, int, int]:
        self._fail("look")
        return super().look(descriptor)

    def read(self, descriptor: int, count: int, at: int) -> bytes:
        self._fail("read")
        return super().read(descriptor, count, at)

    def write(self, descriptor: int, data: bytes, at: int) -> int:
        if self._now("write"):
            if isinstance(self.fault, int):
                super().write(descriptor, data[: len(data) // 3], at)  # some of it may have gone through
                raise OSError(self.fault, os.strerror(self.fault))
            data = data[: max(1, len(data) // 2)]
        return super().write(descriptor, data, at)

    def cut(self, descriptor: int, size: int) -> None:
        self._fail("cut")
        super().cut(descriptor, size)

    def sync(self, descriptor: int) -> None:
        if self._now("sync") and isinstance(self.fault, int):
            # The system takes pages whose writing failed for clean: a later sync says all is well and writes nothing.
            self.steps.append(("sync_failed", self.names[descriptor]))
            raise OSError(self.fault, os.strerror(self.fault))
        super().sync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        self._fail("sync_folder")
        super().sync_folder(folder)
