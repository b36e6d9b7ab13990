"""What a journal survives: lost power, failing disks, killed writers. Used by tests and by benchmarks/desk.py.

`Traced` remembers every system call that changes the disk; `after_power_loss` builds the folder as a disk may hold it
when the power fails after any of them: what was synced is there, of everything else any part may be lost or torn, and
names of files and folders are there for certain only when their folder was synced.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from caselight.errors import StudyError
from caselight.store.disk import Disk
from caselight.store.journal import Fresh, Journal, contents

SECTOR = 512  # bytes that a disk writes whole or not at all
Step = tuple[Any, ...]  # what, path, ...; "ack" with the keys acknowledged


class Quick(Disk):
    """Syncs nothing: for looking at a folder that is thrown away."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


class Traced(Quick):
    """Remembers every step; what a sync means is the business of `DiskState`, so none is waited for."""

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


def body(number: int) -> dict[str, Any]:
    """A decision as the desk writes them."""
    return {
        "kind": "answer",
        "case": f"c{number:04d}",
        "variable": "role",
        "value": "да" * (number % 90),
        "decided": True,
        "n": number,
    }


def fresh(number: int) -> Fresh:
    return Fresh(body(number), f"k{number:06d}")


def write_some(path: Path, disk: Any, decisions: int, restarts: int = 2) -> list[str]:
    """Decisions one by one and in pairs, each sent until it is acknowledged; the keys acknowledged.

    A failure is met as the desk meets it: the decision is sent again, at most three times, to the same writer or, after
    a restart, to another.
    """
    acknowledged: list[str] = []
    per_writer = max(1, decisions // (restarts + 1))
    journal = Journal(path, disk)
    number = 0
    while number < decisions:
        if number and number % per_writer == 0:
            journal = Journal(path, disk)
        batch = [fresh(number + i) for i in range(min(1 + (number % 5 == 0), decisions - number))]
        for _ in range(3):
            try:
                entries = journal.append(batch, "2026-01-01T00:00:00+00:00")
            except OSError:
                continue
            acknowledged += [entry.key for entry in entries]
            if isinstance(disk, Traced):
                disk.steps.append(("ack", path, tuple(entry.key for entry in entries)))
            break
        number += len(batch)
    return acknowledged


def faults_of(path: Path, acknowledged: Sequence[str], decisions: int) -> tuple[int, int]:
    """How many acknowledged decisions are lost, and how many are doubled, now and after all are sent again."""
    journal = Journal(path, Quick())
    held = Counter(entry.key for entry in journal.entries())
    lost = len(set(acknowledged) - set(held))
    journal.append([fresh(n) for n in range(decisions)], "2026-01-02T00:00:00+00:00")
    entries = contents(path).entries
    again = Counter(entry.key for entry in entries)
    lost += sum(entry.body != body(int(entry.key[1:])) for entry in entries)
    lost += decisions - len(again)
    return lost, sum(n - 1 for n in (*held.values(), *again.values()))


def power_losses(folder: Path, states: int, decisions: int, seed: int, steps: list[Step] | None = None) -> Counter[str]:
    """Counts over that many states of the disk: states, lost, doubled. `steps`: of another writer than our own."""
    root = folder / "study"
    if steps is None:
        root.mkdir()
        traced = Traced()
        write_some(root / "journal" / "answers" / "anna.jsonl", traced, decisions)
        steps = traced.steps
    told: Counter[str] = Counter(states=0, lost=0, doubled=0)
    chance = random.Random(seed)
    for _ in range(states):
        upto = chance.randrange(1, len(steps) + 1)
        told.update(_one_loss(steps[:upto], root, folder / "after", chance, decisions))
    return told


def _one_loss(steps: Sequence[Step], root: Path, to: Path, chance: random.Random, decisions: int) -> dict[str, int]:
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    after_power_loss(steps, root, to, chance)
    acknowledged = [key for step in steps if step[0] == "ack" for key in step[2]]
    try:
        lost, doubled = faults_of(to / "journal" / "answers" / "anna.jsonl", acknowledged, decisions)
    except StudyError:  # unreadable: everything is lost
        lost, doubled = len(acknowledged) + 1, 0
    return {"states": 1, "lost": lost, "doubled": doubled}


def failing_calls(folder: Path, decisions: int, seed: int, losses: int) -> Counter[str]:
    """Every system call x EIO, ENOSPC, a short write; then the power fails `losses` times somewhere behind it."""
    told: Counter[str] = Counter(faults=0, lost=0, doubled=0)
    chance = random.Random(seed)
    for fault in (5, 28, "short"):
        number, hit = 0, "begin"
        while hit:
            root = folder / f"fault-{fault}-{number}"
            root.mkdir()
            disk = Failing(number, fault)
            path = root / "journal" / "answers" / "anna.jsonl"
            acknowledged = write_some(path, disk, decisions)
            hit = disk.hit
            if hit and (fault != "short" or hit == "write"):
                told["faults"] += 1
                for _ in range(losses):
                    upto = chance.randrange(1, len(disk.steps) + 1)
                    told.update(_one_loss(disk.steps[:upto], root, folder / "after", chance, decisions))
                lost, doubled = faults_of(path, acknowledged, decisions)
                told.update({"lost": lost, "doubled": doubled})
            shutil.rmtree(root)
            number += 1
    return told


def kills(folder: Path, times: int, seed: int) -> Counter[str]:
    """A writer is killed again and again while it writes; each next one goes on in the same journal."""
    path = folder / "study" / "journal" / "answers" / "anna.jsonl"
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    told: Counter[str] = Counter(kills=0, acknowledged=0, lost=0, doubled=0)
    for _ in range(times):
        acknowledged |= _killed(path, max(acknowledged, default=-1) + 1, chance.randrange(4), chance.uniform(0, 0.004))
        told["kills"] += 1
        if len(acknowledged) > 400:  # a fresh journal now and then: a long one takes longer to read
            told.update(_tally(path, acknowledged))
            shutil.rmtree(folder / "study")
            acknowledged = set()
    told.update(_tally(path, acknowledged))
    return told


def _tally(path: Path, acknowledged: set[int]) -> dict[str, int]:
    held = Counter(int(entry.key[1:]) for entry in contents(path).entries)
    doubled = sum(n - 1 for n in held.values())
    return {"acknowledged": len(acknowledged), "lost": len(acknowledged - set(held)), "doubled": doubled}


def _killed(path: Path, begin: int, decisions: int, after_seconds: float) -> set[int]:
    """What a child acknowledged before it was killed, some time after so many decisions; the first is number `begin`,
    which the one before it may have written and not acknowledged."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(told)
            journal = Journal(path)
            os.write(tell, b"ready\n")
            for number in range(begin, begin + 100_000):
                journal.append([fresh(number)], "2026-01-01T00:00:00+00:00")
                os.write(tell, b"%d\n" % number)
        finally:
            os._exit(0)
    os.close(tell)
    text = b""
    while text.count(b"\n") <= decisions and (part := os.read(told, 1 << 16)):
        text += part
    time.sleep(after_seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while part := os.read(told, 1 << 16):
        text += part
    os.close(told)
    return {int(line) for line in text.split(b"\n")[1:] if line}


WRITER = """
import os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from powerloss import fresh
from caselight.store.journal import Journal
journal = Journal(Path({path!r}))
for number in range({decisions}):
    if number and number % 10 == 0:
        journal = Journal(Path({path!r}))
    done = journal.append([fresh(number)], "2026-01-01T00:00:00+00:00")
    os.write(1, (done[0].key + chr(10)).encode())
"""


def traced_by_the_system(folder: Path, decisions: int) -> list[Step]:
    """The steps of a writer in a process of its own, as strace saw its system calls. Needs strace."""
    root = folder / "study"
    root.mkdir()
    path = root / "journal" / "answers" / "anna.jsonl"
    log = folder / "strace"
    script = WRITER.format(tests=str(Path(__file__).parent), path=str(path), decisions=decisions)
    calls = "trace=openat,pwrite64,write,fdatasync,fsync,ftruncate,mkdir"
    command = ["strace", "-f", "-xx", "-s", "100000", "-o", str(log), "-e", calls, sys.executable, "-c", script]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _steps(log.read_text("ascii"), root, path)


def _steps(log: str, root: Path, path: Path) -> list[Step]:
    names: dict[int, Path] = {}
    steps: list[Step] = []
    text = r'"((?:\\x[0-9a-f]{2})*)"'
    readers: list[tuple[str, Callable[[re.Match[str]], Step | None]]] = [
        (rf"mkdir\({text}, \w+\) += 0", lambda m: ("folder", _path(m[1]))),
        (
            rf"pwrite64\((\d+), {text}, \d+, (\d+)\) += (\d+)",
            lambda m: ("write", names[int(m[1])], int(m[3]), _raw(m[2])),
        ),
        (r"fdatasync\((\d+)\) += 0", lambda m: ("sync", names[int(m[1])])),
        (r"fsync\((\d+)\) += 0", lambda m: ("sync_folder", names[int(m[1])])),
        (r"ftruncate\((\d+), (\d+)\) += 0", lambda m: ("cut", names[int(m[1])], int(m[2]))),
        (rf"write\(1, {text}, \d+\)", lambda m: ("ack", path, (_raw(m[1]).decode().strip(),))),
    ]
    seen = False
    for line in log.splitlines():
        if found := re.search(rf"openat\(\w+, {text}, .*\) += (\d+)", line):
            opened = _path(found[1])
            names[int(found[2])] = opened
            if opened == path and not seen:
                seen = True
                steps.append(("create", path))
        for pattern, make in readers:
            if found := re.search(pattern, line):
                step = make(found)
                if step and (step[1] == root or root in step[1].parents):
                    steps.append(step)
                break
    return steps


def _raw(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _path(text: str) -> Path:
    return Path(os.fsdecode(_raw(text)))
