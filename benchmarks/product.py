"""The product as its users meet it: the command line in a process of its own, measured; and tables of figures."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"  # where records and rivals lie, unless --shared says otherwise
# Seconds between two looks at the memory of the process tree; a look costs the looked-at processes about 1 ms each.
SAMPLE_SECONDS = 0.1
# No command of a benchmark needs longer on two cores; longer is a hang.
LIMIT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did and used, its whole process tree together."""

    code: int
    out: str
    err: str
    wall_seconds: float
    cpu_seconds: float  # user and system
    peak_bytes: int  # largest sum of PSS (shared pages counted once) at any sample; 0 = not sampled


def caselight(*arguments: str | Path, cache: Path | None = None, sample: bool = False) -> Done:
    """Runs `caselight ARGUMENTS`. `cache` is the folder for the vocabulary kept between studies."""
    environment = {**os.environ, "NO_COLOR": "1", **({"CASELIGHT_CACHE": str(cache)} if cache else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as at a user's, modules are compiled once
    command = [sys.executable, "-m", "caselight.cli", *map(str, arguments)]
    script = Path(sys.executable).parent / "caselight"
    if script.exists():
        command = [str(script), *map(str, arguments)]
    return measured(command, environment, sample)


def measured(command: Sequence[str], environment: dict[str, str] | None = None, sample: bool = False) -> Done:
    """Runs a command and measures it.

    Raises:
        TimeoutError: it is still running after LIMIT_SECONDS.
    """
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    sampler = _Sampler(process.pid) if sample else None
    try:
        out, err = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise TimeoutError(f"{' '.join(command)} runs longer than {LIMIT_SECONDS:.0f} s") from None
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Done(process.returncode, out, err, wall, cpu, sampler.stop() if sampler else 0)


class _Sampler:
    """Looks at the memory of a process and its descendants until stopped."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        import psutil

        while not self._over.wait(SAMPLE_SECONDS):
            try:
                root = psutil.Process(self._pid)
                tree = [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self._peak = max(self._peak, sum(_pss_bytes(process.pid) for process in tree))

    def stop(self) -> int:
        self._over.set()
        self._thread.join()
        return self._peak


def _pss_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it has ended since it was listed
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def must(done: Done) -> Done:
    """The same, if the command did its work (0), perhaps with problems listed (3).

    Raises:
        RuntimeError: with the end of what the command said.
    """
    if done.code not in (0, 3):
        raise RuntimeError(f"exit code {done.code}:\n{done.err[-3000:]}")
    return done


@dataclass(frozen=True, slots=True)
class Study:
    """How to make a study and export it."""

    folder: Path
    pack: str = "ru"
    codebook: str = "surveillance"
    jobs: int = 2
    cache: Path | None = None

    def make(self, *paths: Path, columns: Sequence[str] = ()) -> list[Done]:
        """new, add, run; what each of them did."""
        shutil.rmtree(self.folder, ignore_errors=True)
        steps = [
            ["new", self.folder, "--pack", self.pack, "--codebook", self.codebook],
            ["add", self.folder, *paths, *columns],
            ["run", self.folder, "--jobs", str(self.jobs), "--no-report"],
        ]
        return [must(caselight(*step, cache=self.cache)) for step in steps]

    def export(self) -> Export:
        """The study's tables, exported as JSON Lines beside its folder."""
        to = self.folder.with_name(self.folder.name + "-export")
        shutil.rmtree(to, ignore_errors=True)
        must(caselight("export", self.folder, "--format", "jsonl", "--to", to, cache=self.cache))
        return Export(to)


@dataclass(frozen=True, slots=True)
class Export:
    """An exported study."""

    folder: Path
    _texts: dict[str, str] = field(default_factory=dict)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of NAME.jsonl."""
        lines = (self.folder / f"{name}.jsonl").read_text("utf-8").split("\n")
        return [json.loads(line) for line in lines if line.strip()]

    def text(self, document: str) -> str:
        """The document's text, byte for byte as exported."""
        if document not in self._texts:
            self._texts[document] = (self.folder / "texts" / f"{document}.txt").read_bytes().decode("utf-8")
        return self._texts[document]

    def quotations(self) -> list[dict[str, Any]]:
        """Every quotation: of answers' evidence and of facts; each has document, start, end, quote."""
        evidence = [quote for row in self.rows("answers") for quote in row["evidence"]]
        return evidence + [fact for case in self.rows("cases") for fact in case["facts"]]

    def by_stem(self) -> dict[str, dict[str, Any]]:
        """Cases by the name, without its ending, of the record that carries them."""
        stems = {row["id"]: Path(row["name"]).stem for row in self.rows("documents")}
        return {stems[case["documents"][0]]: case for case in self.rows("cases")}


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number beside its goal."""

    name: str
    value: float | int | None  # None = could not be measured; `note` says why
    goal: str = ""  # ">= 0.97", "<= 3", "= 0"; "" = no goal, told for the record
    note: str = ""
    passed: bool | None = None


def figure(name: str, value: float | None, goal: str = "", note: str = "") -> Figure:
    """The figure, judged by its goal."""
    return Figure(name, value, goal, note, _passes(value, goal))


def _passes(value: float | None, goal: str) -> bool | None:
    if not goal:
        return None
    if value is None:
        return False
    sign, bound = goal.split()
    return {">=": value >= float(bound), "<=": value <= float(bound), "=": value == float(bound)}[sign]


def tell(title: str, figures: Sequence[Figure], json_file: Path | None) -> int:
    """Prints the figures as a table, writes them as JSON; 1 if a goal was missed, else 0."""
    print(f"\n{title}\n{'what':64s} {'value':>10s}  {'goal':>9s}")
    for row in figures:
        value = "-" if row.value is None else f"{row.value:,.3f}" if isinstance(row.value, float) else f"{row.value:,}"
        verdict = {True: "pass", False: "MISSED", None: ""}[row.passed]
        print(f"{row.name:64s} {value:>10s}  {row.goal:>9s} {verdict:6s} {row.note}".rstrip())
    if json_file:
        rows = [asdict(row) for row in figures]
        json_file.write_text(
            json.dumps({"title": title, "figures": rows}, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
    return int(any(row.passed is False for row in figures))
