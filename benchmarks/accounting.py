"""Is every record accounted for? Each folder of real and constructed data, and a generated set of hostile files.

    python benchmarks/accounting.py [--shared DIR] [--json FILE] [--work DIR] [--only NAME ...]

For each folder: `caselight new`, `add`, `run`, `export`; then every file that was given must stand in the export once,
with exactly one state, a reason where it was not read, a text where it was; and the books must balance.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from product import SHARED, Export, Figure, Study, caselight, figure, tell

STATES = {
    "read", "duplicate", "container", "no_text_layer", "suspect_empty", "encrypted", "unsupported", "damaged",
    "over_limit", "timed_out", "crashed", "refused",
}  # fmt: skip
ENGLISH = {"us-nm-appeals", "us-court-files-flp-doctor", "echr-rmu", "nist-frvt-2020"}


def files_below(folder: Path) -> list[Path]:
    """Every file, as `caselight add` finds them: symbolic links to folders are not followed."""
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def wrong_rows(given: list[Path], export: Export) -> list[str]:
    """What is wrong with the books, in words; empty = every record has exactly one state."""
    rows = export.rows("documents")
    wrong = [f"{row['path']}: state {row['state']!r}" for row in rows if row["state"] not in STATES]
    wrong += [
        f"{row['path']}: {row['state']} without a reason"
        for row in rows
        if row["state"] != "read" and not row["reason"]
    ]
    wrong += [f"{path}: {n} rows" for path, n in Counter(row["path"] for row in rows).items() if n > 1]
    unreadable = [path for path in given if not path.is_file()]
    expected = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in given if path.is_file())
    top = Counter(row["id"] for row in rows if row["parent"] is None and row["id"])
    wrong += [f"{n} file(s) with hash {key} not in the export" for key, n in (expected - top).items()]
    wrong += [f"{n} row(s) of no file, hash {key}" for key, n in (top - expected).items()]
    listed = sum(row["parent"] is None for row in rows)
    if listed != len(given):
        wrong.append(f"{len(given)} files given ({len(unreadable)} unreadable), {listed} listed")
    # A problem with a member ("a.zip!b.txt") accounts for the archive too.
    named = {part for row in export.rows("problems") for part in inside(row["subject"])}
    opened = {row["parent"] for row in rows} | named
    unopened = [row["path"] for row in rows if row["state"] == "container" and not {row["id"], row["path"]} & opened]
    wrong += [f"{path}: a container with neither members nor a problem" for path in unopened]
    texts = {path.stem for path in (export.folder / "texts").glob("*.txt")}
    wrong += [
        f"{row['path']}: read, but has no text" for row in rows if row["state"] == "read" and row["id"] not in texts
    ]
    return wrong


def inside(subject: str) -> list[str]:
    """The path itself and every archive that it is in."""
    parts = subject.split("!")
    return ["!".join(parts[:n]) for n in range(1, len(parts) + 1)]


def account(folder: Path, work: Path, jobs: int) -> tuple[list[Figure], list[str]]:
    """Figures of one folder, and what is wrong in words."""
    name = folder.name
    pack, codebook = ("us", "appeal-outcome") if name in ENGLISH else ("ru", "surveillance")
    study = Study(work / name, pack, codebook, jobs)
    given = files_below(folder)
    try:
        steps = study.make(folder)
        export = study.export()
        shown = caselight("show", study.folder, "--json")
        told = json.loads(shown.out)
    except (RuntimeError, TimeoutError, ValueError) as error:
        return [figure(f"{name}: accounted for, %", 0.0, "= 100", f"did not end: {error}")], [f"{name}: {error}"]
    wrong = wrong_rows(given, export)
    if not told.get("balanced"):
        wrong.append("the books do not balance")
    rows = export.rows("documents")
    states = ", ".join(f"{n} {state}" for state, n in Counter(row["state"] for row in rows).most_common())
    share = 100.0 if not wrong else 100 * max(0.0, 1 - len(wrong) / max(1, len(rows)))
    seconds = sum(step.wall_seconds for step in steps)
    note = f"{len(given)} files, {len(rows)} records: {states}; {seconds:.0f} s"
    return [figure(f"{name}: accounted for, %", share, "= 100", note)], [f"{name}: {line}" for line in wrong]


def main() -> int:
    """Measures, prints, and returns 1 if a record is not accounted for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work", type=Path, help="folder for the studies; default: a temporary one")
    parser.add_argument("--only", nargs="*", help="names of folders below DIR/data, or hostile-generated")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        folders = sorted(path for path in (arguments.shared / "data").iterdir() if path.is_dir())
        made = work / "made" / "hostile-generated"
        folders.append(made)
        if arguments.only:
            folders = [folder for folder in folders if folder.name in arguments.only]
        if made in folders and not made.exists():
            generator = arguments.shared / "data" / "hostile" / "make_hostile.py"
            subprocess.run([sys.executable, str(generator), str(made)], check=True, stdout=subprocess.DEVNULL)
        figures: list[Figure] = []
        for folder in folders:
            found, wrong = account(folder, work / "studies", arguments.jobs)
            figures += found
            print(
                f"{found[0].name}: {found[0].value:.1f} ({found[0].note})", *wrong[:20], sep="\n    ", file=sys.stderr
            )
    return tell("Records accounted for", figures, arguments.json)


if __name__ == "__main__":
    raise SystemExit(main())
