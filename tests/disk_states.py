"""What a disk may hold when the power fails after any step of its writer.

What was synced is there, of everything else any part may be lost or torn, and names of files and folders are there for
certain only when their folder was synced.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from disk_steps import Step

SECTOR = 512  # bytes that a disk writes whole or not at all


class DiskState:
    """What is on the disk for certain, and what may be there or not."""

    def __init__(self, chance: random.Random) -> None:
        self.durable: dict[Path, bytearray] = {}
        self.pending: dict[Path, list[Step]] = {}
        self.unsure: set[Path] = set()  # names whose folder was not synced since
        self.folders: list[Path] = []
        self._chance = chance

    def take(self, step: Step) -> None:
        """One more step of the writer."""
        what, path = step[0], step[1]
        if what == "sync_folder":
            self.unsure -= {name for name in self.unsure if name.parent == path}
        elif what in ("folder", "create"):
            self.unsure.add(path)
            if what == "folder":
                self.folders.append(path)
            else:
                self.durable[path] = bytearray()
        elif what in ("write", "cut"):
            self.pending.setdefault(path, []).append(step)
        elif what == "sync":
            for one in self.pending.pop(path, []):
                _apply(self.durable[path], one)
        elif what == "sync_failed":
            self._reach(path, lambda: self._chance.random() < 0.5)

    def fail(self) -> None:
        """The power fails now."""
        for path in list(self.pending):
            self._reach(path, lambda: True)

    def _reach(self, path: Path, reaches: Callable[[], bool]) -> None:
        for one in self.pending.pop(path, []):
            half = _maybe(one, len(self.durable[path]), self._chance) if reaches() else None
            if half is not None:
                _apply(self.durable[path], half)


def after_power_loss(steps: Sequence[Step], root: Path, to: Path, chance: random.Random) -> None:
    """Builds below `to` what the disk may hold of `root` when the power fails after these steps."""
    state = DiskState(chance)
    for step in steps:
        state.take(step)
    state.fail()
    gone = {path for path in state.unsure if chance.random() < 0.5}
    for path in (*state.folders, *state.durable):
        if not gone & {path, *path.parents}:
            place = to / path.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path in state.durable:
                place.write_bytes(state.durable[path])
            else:
                place.mkdir(exist_ok=True)


def _maybe(step: Step, size: int, chance: random.Random) -> Step | None:
    """The step as it may have reached the disk: whole, not at all, up to a sector, or (where the file, of that size by
    then, grows) its length without its bytes."""
    drawn = chance.random()
    if drawn < 0.35:
        return None
    if step[0] == "cut" or drawn < 0.6:
        return step
    what, path, at, data = step
    if drawn < 0.75:
        return what, path, at, data[: max(0, size - at)] + bytes(max(0, len(data) - max(0, size - at)))
    border = (at // SECTOR + chance.randrange(1, 2 + len(data) // SECTOR)) * SECTOR
    return what, path, at, data[: max(0, border - at)]


def _apply(content: bytearray, step: Step) -> None:
    if step[0] == "cut":
        size = step[2]
        del content[size:]
        content.extend(bytes(size - len(content)))
        return
    at, data = step[2], step[3]
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data
