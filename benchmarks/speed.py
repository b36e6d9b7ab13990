"""How fast, and in how much memory, do pages become a coded table? Beside the script that one would write instead.

    python benchmarks/speed.py [--shared DIR] [--sizes 2000 20000] [--subset 300] [--json FILE] [--work DIR]

Pages are generated (bench/gen.py: synthetic court pages, 9,000 characters each). The rival (bench/obvious.py: pandas,
BeautifulSoup, pymorphy3, re) reads a subset of the same pages in the same run. Both are asked the same table
(benchmarks/codebooks/obvious.yaml). Time is CPU seconds of the whole process tree with start-up, for `new`, `add` and
`run` together; only ratios inside one run count. Cold: no word form is known. Warm: a second study of the same pages;
of a small pile, the median of three.

pymorphy3 reads its dictionary in two ways. `pip install pymorphy3` brings a reader in Python: so the script runs where
it was written, at 7.5 to 8 pages a second, and so it is the rival whose multiples are the goal. Caselight installs
`pymorphy3[fast]`, whose compiled reader makes the same script four times as fast: printed beside it.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from product import ROOT, SHARED, Export, Figure, Study, caselight, figure, measured, must, tell

CODEBOOK = ROOT / "benchmarks" / "codebooks" / "obvious.yaml"
COLD_GOAL, WARM_GOAL = 25, 80  # times the rival's records per CPU-second
PEAK_GOAL_MB = 600  # at 20,000 records
# "Flat": the larger study may need this much more than the smaller. A table of 20,000 rows of ids alone takes 10 MB.
GROWTH_GOAL = 1.25
EDIT_GOAL_SECONDS = 3  # for 20,000 records
SOON_DONE = 5_000  # pages: so few take three seconds when warm, and one run more or less than another by a tenth
# Hides the compiled reader from the script, as where it is not installed; the table is the same.
PLAIN = "import runpy, sys; sys.modules['dawg'] = None; del sys.argv[0]; runpy.run_path(sys.argv[0], None, '__main__')"
EDIT = ("социальная сеть", "страница социальной сети")  # a phrase of the codebook, and what it is changed to


@dataclass(frozen=True, slots=True)
class Room:
    """Where things are."""

    bench: Path
    work: Path

    def pages(self, size: int) -> list[Path]:
        """Folders that hold `size` generated pages together; generated where they are not there yet."""
        folder = self.work / f"pages-{size}"
        if sum(1 for _ in folder.rglob("*.html")) != size:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            print(f"generating {size:,} pages ...", file=sys.stderr)
            command = [sys.executable, str(self.bench / "gen.py"), "files", str(size), str(folder)]
            subprocess.run(command, check=True, env={**os.environ, "POOL": str(self.work / "pool.pkl")})
        return sorted(folder.iterdir())

    def subset(self, size: int, pages: Iterable[Path]) -> Path:
        """A folder with the first `size` of the pages."""
        folder = self.work / "subset"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        found = sorted(path for part in pages for path in part.glob("*.html"))[:size]
        for path in found:
            shutil.copy(path, folder / path.name)
        return folder


@dataclass(frozen=True, slots=True)
class Rival:
    """Records per CPU-second of the obvious script."""

    plain: float  # as `pip install pymorphy3` has it run
    fast: float  # with the compiled reader of the dictionary that Caselight installs


def rival(room: Room, pages: Path, size: int) -> tuple[Rival, Path]:
    """How fast the obvious script is in both ways, and its table."""
    script, table = str(room.bench / "obvious.py"), room.work / "obvious.csv"
    plain = must(measured([sys.executable, "-c", PLAIN, script, str(pages), str(table)]))
    fast = must(measured([sys.executable, script, str(pages), str(table)]))
    return Rival(size / plain.cpu_seconds, size / fast.cpu_seconds), table


def study_speed(folder: Path, cache: Path, pages: Iterable[Path], size: int, sample: bool) -> tuple[float, float, int]:
    """Records per CPU-second, wall seconds and peak bytes of new + add + run."""
    shutil.rmtree(folder, ignore_errors=True)
    steps = (
        ("new", folder, "--pack", "ru", "--codebook", CODEBOOK),
        ("add", folder, *pages),
        ("run", folder, "--jobs", "2", "--no-report"),
    )
    done = [must(caselight(*step, cache=cache, sample=sample)) for step in steps]
    cpu = sum(step.cpu_seconds for step in done)
    parts = ", ".join(f"{step[0]} {spent.cpu_seconds:.1f}" for step, spent in zip(steps, done, strict=True))
    print(f"{folder.name}: {size:,} records, CPU seconds: {parts}", file=sys.stderr)
    return size / cpu, sum(step.wall_seconds for step in done), max(step.peak_bytes for step in done)


def sized(room: Room, size: int, script: Rival) -> Iterator[Figure]:
    """Cold, warm, memory and one edit, at one size."""
    pages = room.pages(size)
    cache = room.work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    for name, goal in (("cold", COLD_GOAL), ("warm", WARM_GOAL)):
        times = 3 if name == "warm" and size <= SOON_DONE else 1
        runs = [study_speed(room.work / f"study-{size}-{name}", cache, pages, size, sample=False) for _ in range(times)]
        speed, wall, _ = sorted(runs)[times // 2]
        note = f"{speed:,.0f} against {script.plain:.1f} records/CPU-second; {wall:.1f} s on the clock"
        yield figure(f"{size:,} pages, {name}: times the obvious script", speed / script.plain, f">= {goal}", note)
        note = f"against {script.fast:.1f} records/CPU-second"
        yield figure(f"{size:,} pages, {name}: times the same with the compiled reader", speed / script.fast, "", note)
    # Looking at the memory costs time, so a run of its own.
    _, _, peak = study_speed(room.work / f"study-{size}-memory", room.work / "cache-memory", pages, size, sample=True)
    shutil.rmtree(room.work / "cache-memory", ignore_errors=True)
    goal = f"<= {PEAK_GOAL_MB}"
    yield figure(f"{size:,} pages, cold: peak memory, MB", peak / 1e6, goal, "PSS of all processes, every 0.1 s")
    yield edited(room.work / f"study-{size}-warm", cache, size)


def edited(folder: Path, cache: Path, size: int) -> Figure:
    """Wall seconds of `run` after one phrase of the study's codebook was changed."""
    codebook = folder / "codebook.yaml"
    before = codebook.read_text("utf-8")
    after = before.replace(*EDIT)
    if after == before:
        raise RuntimeError(f"{codebook} has no phrase {EDIT[0]!r} to edit")
    codebook.write_text(after, "utf-8")
    done = must(caselight("run", folder, "--jobs", "2", "--no-report", cache=cache))
    goal = f"<= {EDIT_GOAL_SECONDS}"
    return figure(f"{size:,} pages: one phrase edited, run, seconds", done.wall_seconds, goal, "on the clock, 2 cores")


def flatness(figures: list[Figure]) -> Iterator[Figure]:
    """How much more memory the largest study needs than the smallest."""
    peaks = [row.value for row in figures if "peak memory" in row.name and row.value]
    if len(peaks) > 1:
        yield figure("peak memory, largest against smallest", peaks[-1] / peaks[0], f"<= {GROWTH_GOAL}")


def same_table(room: Room, pages: Path, table: Path) -> Iterator[Figure]:
    """Rows of both tables, value by value: a row is a file and a value."""
    study = Study(room.work / "study-subset", codebook=str(CODEBOOK), cache=room.work / "cache-subset")
    study.make(pages)
    ours = our_rows(study.export())
    with table.open(encoding="utf-8", newline="") as file:
        theirs = {(row["file"], row["value"]) for row in csv.DictReader(file)}
    for value in sorted({value for _, value in ours | theirs}):
        mine = {file for file, v in ours if v == value}
        other = {file for file, v in theirs if v == value}
        note = f"script {len(other)}; only ours {first(mine - other)}; only the script's {first(other - mine)}"
        yield figure(f"same table: files with {value}", len(mine), "", note)
    both = len(ours & theirs) / len(ours | theirs) if ours | theirs else None
    yield figure("same table: share of rows in both", both, ">= 0.98", f"{len(ours)} and {len(theirs)} rows")


def first(files: set[str]) -> str:
    """How many, and one of them to look at."""
    return f"{len(files)} ({min(files)})" if files else "0"


def our_rows(export: Export) -> set[tuple[str, str]]:
    """(file, value) for every "yes"; the codebook has a question for each value of the script."""
    names = {row["id"]: row["name"] for row in export.rows("documents")}
    files = {case["id"]: names[case["documents"][0]] for case in export.rows("cases")}
    return {(files[row["case"]], row["variable"]) for row in export.rows("answers") if row["value"] in ("yes", True)}


def main() -> int:
    """Measures, prints, and returns 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--subset", type=int, default=300, help="pages that the rival reads")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work", type=Path, help="folder where pages are kept between runs; default: a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        room = Room(arguments.shared / "bench", arguments.work or Path(temporary))
        room.work.mkdir(parents=True, exist_ok=True)
        pages = room.subset(arguments.subset, room.pages(min(arguments.sizes)))
        script, table = rival(room, pages, arguments.subset)
        note = f"read {arguments.subset} of the pages, start-up included"
        figures = [
            figure("the obvious script: records per CPU-second", script.plain, "", note),
            figure("the same with the compiled reader", script.fast, "", note),
        ]
        for size in arguments.sizes:
            figures += sized(room, size, script)
        figures += flatness(figures)
        figures += same_table(room, pages, table)
    return tell("Speed and memory", figures, arguments.json)


if __name__ == "__main__":
    raise SystemExit(main())
