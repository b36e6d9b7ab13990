"""How fast a bundle is sealed and verified, and whether anything that is changed in one goes unnoticed.

    python benchmarks/bundle.py [--shared DIR] [--cases 2000 --cases 20000] [--studies DIR]

Pages come from DIR/bench/gen.py; the draw is real, its readers are simulated: they say what the machine says, and slip.
Verifying runs without a network where the system lets us take it away (`unshare -n`).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from product import ROOT, SHARED, Done, Study, caselight, measured, must

sys.path.insert(0, str(ROOT / "tests"))

from caselight import drawing
from caselight.bundle import check_seal, verify
from caselight.pipeline import current
from caselight.review import Given
from caselight.store import Study as Opened
from sealed_sample import changed, make_signer, make_study, sealed, unpacked

GOALS = {2_000: 5, 20_000: 20}  # cases -> seconds on two cores
MOST_BYTES = 500 << 20
SLIPS = 0.05  # share of answers in which a simulated reader differs from the machine
SEED = "60853020971157277135"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--cases", type=int, action="append")
    parser.add_argument("--studies", type=Path, help="where studies are kept between runs, or are already: s2000, ...")
    parser.add_argument("--every", type=int, default=1, help="flip every so many-th byte of the small bundle")
    parser.add_argument("--lines", type=int, default=1, help="alter every so many-th figure and decision")
    parser.add_argument("--no-speed", action="store_true", help="tampering alone")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        tampering(folder, given.every, given.lines)
        for cases in () if given.no_speed else given.cases or sorted(GOALS):
            speed(given.shared, given.studies or folder, cases)


def made(shared: Path, folder: Path, cases: int) -> Path:
    """A study of so many cases with a draw that was read; made if it is not there."""
    study = folder / f"s{cases}"
    if not (study / "study.toml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        pages = folder / f"pages{cases}"
        environment = {**os.environ, "POOL": str(folder / "pool.pkl")}
        command = [sys.executable, str(shared / "bench" / "gen.py"), "files", str(cases), str(pages)]
        must(measured(command, environment))
        Study(study).make(pages)
        read(study, min(400, cases // 10))
        shutil.rmtree(pages)
    return study


def speed(shared: Path, folder: Path, cases: int) -> None:
    """Seals and verifies a study of so many cases."""
    study = made(shared, folder, cases)
    bundle = folder / f"s{cases}.zip"
    bundle.unlink(missing_ok=True)
    told(
        "seal",
        cases,
        must(caselight("seal", study, "--to", bundle, "--unsigned", "--unprotected", sample=True)),
        bundle,
    )
    offline = ["unshare", "-n"] if shutil.which("unshare") and os.geteuid() == 0 else []
    command = [*offline, sys.executable, "-m", "caselight", "verify", str(bundle), "--json"]
    done = measured(command, {**os.environ, "PYTHONPATH": str(ROOT / "src")}, sample=True)
    verdict = json.loads(done.out)
    assert verdict["ok"], verdict["faults"][:3]
    told("verify" + (" offline" if offline else ""), cases, done, bundle)
    script = folder / "verify.py"
    from caselight.bundle import verify_source

    script.write_text(verify_source(), "utf-8")
    told(
        "verify.py",
        cases,
        must(measured([*offline, sys.executable, "-I", "-S", str(script), str(bundle)], None, True)),
        bundle,
    )
    goal = GOALS.get(cases)
    if goal:
        print(
            f"goal: verify in {goal} s and {MOST_BYTES >> 20} MiB on two idle cores; load now {os.getloadavg()[0]:.1f}"
        )


def told(what: str, cases: int, done: Done, bundle: Path) -> None:
    size = bundle.stat().st_size / 1e6
    numbers = f"{done.wall_seconds:6.1f} s, {done.cpu_seconds:6.1f} s of processor, {done.peak_bytes >> 20:5} MiB"
    print(f"{what:16} {cases:7,} cases, {size:6.1f} MB: {numbers}", flush=True)


def read(folder: Path, size: int) -> None:
    """A draw of that size, read by two simulated coders."""
    study, chance = Opened.open(folder), random.Random(5)
    with study.locked():
        made = current(study)
        drawing.freeze(made, drawing.Wish(size=size, by=("surveillance_role",), double=0.5))
        drawing.throw(study, SEED)
        committed = drawing.last(study)
        assert committed is not None
        machine, rows = drawing.machine_answers(committed), []
        for one in drawing.drawn_cases(committed):
            for coder in ("a", "b")[: 1 + one.double]:
                for variable in (v for v in made.codebook.variables if v.values):
                    said = machine[one.case][variable.name]
                    if chance.random() < SLIPS:
                        other = chance.choice(variable.value_names())
                        said = (other,) if variable.kind == "many-of" else other
                    rows.append(Given(one.case, variable.name, said, coder))
        drawing.take(study, rows, "2026-01-01T00:00:00+00:00")


def tampering(folder: Path, every: int, step: int) -> None:
    """Every byte, every tail, every figure and every decision of a small bundle."""
    signer = make_signer(folder)
    study = make_study(folder / "study", 4, 3)
    small = sealed(study, folder / "small.zip", signer)
    data = small.read_bytes()
    begun = time.monotonic()
    found = Counter(noticed(folder, data, every))
    print(
        f"bytes: {found[True] + found[False]:,} of {len(data):,} flipped one at a time, {found[False]} missed "
        f"({time.monotonic() - begun:.0f} s)",
        flush=True,
    )
    tails = Counter(cut(folder, data, max(1, len(data) // 2000)))
    print(f"tails: {sum(tails.values()):,} cut, {tails[False]} missed", flush=True)
    whole = sealed(make_study(folder / "larger", 10, 8), folder / "larger.zip", signer)
    source = unpacked(whole, folder / "unpacked")
    for what, name, change in (
        ("figures", "tables/estimates.jsonl", another_number),
        ("decisions", "answers/B.jsonl", another_answer),
    ):
        results = Counter(rewritten(folder, source, name, change, step))
        total = sum(results.values())
        print(
            f"{what}: {total} altered one at a time and hashed again, {results['missed']} missed; "
            f"{results['named']} named by what follows from them, {results['signature']} by the signature alone",
            flush=True,
        )
    tool = shutil.which("minisign")
    if tool:
        command = [tool, "-Vm", str(source / "manifest.json"), "-P", signer.line]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(f"minisign {tool}: {done.stdout.splitlines()[:1]}")


def noticed(folder: Path, data: bytes, every: int) -> Iterator[bool]:
    target = folder / "flipped.zip"
    for at in range(0, len(data), every):
        target.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        yield not check_seal(target).ok


def cut(folder: Path, data: bytes, every: int) -> Iterator[bool]:
    target = folder / "cut.zip"
    for size in range(0, len(data), every):
        target.write_bytes(data[:size])
        yield not check_seal(target).ok


def rewritten(folder: Path, source: Path, name: str, change: Callable[[str], str], step: int) -> Iterator[str]:
    """How each line of that table is noticed when it is changed alone."""
    lines = (source / name).read_text("utf-8").split("\n")
    target = folder / "rewritten"
    for number, line in enumerate(lines):
        if not line or number % step:
            continue
        text = "\n".join([*lines[:number], change(line), *lines[number + 1 :]])
        verdict = verify(changed(source, target, name, lambda _, text=text: text))
        shutil.rmtree(target)
        follows = any(fault.check != "signature" for fault in verdict.faults)
        yield "named" if follows else "missed" if verdict.ok else "signature"


def another_number(line: str) -> str:
    return re.sub(r'"estimate": (-?[\d.]+)', lambda m: f'"estimate": {float(m[1]) + 1}', line)


def another_answer(line: str) -> str:
    row = json.loads(line)
    return json.dumps(row | {"decided": not row["decided"]}, ensure_ascii=False)


if __name__ == "__main__":
    main()
