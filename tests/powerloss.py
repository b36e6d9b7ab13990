"""What a journal survives: lost power, failing disks, killed writers. Used by tests and by benchmarks/desk.py.

`Traced` remembers every system call that changes the disk; `after_power_loss` builds the folder as a disk may hold it
when the power fails after any of them; what was acknowledged is then looked for.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from caselight.errors import StudyError
from caselight.store.journal import Fresh, Journal, contents
from disk_states import after_power_loss
from disk_steps import Failing, Quick, Step, Traced


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
