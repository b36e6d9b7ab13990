"""The steps of a writer as the system itself saw them, by strace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from disk_steps import Step

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
