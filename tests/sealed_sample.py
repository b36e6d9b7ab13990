"""A small sealed study of constructed records, made once, and ways to change what is in it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from caselight import drawing, intake, pipeline, sealing
from caselight.bundle import Signer, make_key
from caselight.bundle.faults import Verdict
from caselight.drawing import Wish
from caselight.drawing.checking import redrawn
from caselight.drawing.commitment import write_drawn
from caselight.ingest import is_container
from caselight.pipeline import Options
from caselight.review import Given
from caselight.store import Settings, Study

RECORDS = Path(__file__).parents[1] / "src" / "caselight" / "studies" / "demo" / "records"
PASSWORD = "four words are better"
CHEAP = 1 << 20  # bytes of memory for the key's password: tests open it often
DAY = "2026-01-31"
SEED = "27182818284590452353"
Files = dict[str, Path]  # study, bundle, folder: that bundle unpacked, key: the one that opens its signature
Change = Callable[[str], str]  # text of a member -> another text


# N, n, x, undecided: so many read that the smallest probabilities are too small for floating point.
MANY_READ = [
    (100_000, 1500, 2, 0),
    (20_000, 3000, 40, 0),
    (5000, 2500, 2, 0),
    (5000, 2500, 2498, 0),
    (100_000, 5000, 0, 0),
    (100_000, 5000, 5000, 0),
    (100_000, 5000, 4990, 7),
    (5001, 5000, 17, 3),
    (7000, 5000, 2500, 100),
    (1_000_000, 1500, 750, 0),
    (3000, 1501, 1, 1500),
]


def no_word(*_: object) -> None:
    """Nobody looks on."""


def make_study(folder: Path, records: int = 10, drawn: int = 8) -> Study:
    """A study with a draw that two coders read; they differ on some answers, and an adjudicator settled one."""
    study = intake.new(folder, Settings("A small study", "ru", "en", "All records are constructed."), "surveillance")
    with study.locked():
        study.records.receive(sorted(RECORDS.iterdir())[:records], is_container)
        made = pipeline.make_tables(study, Options(1, None, DAY), no_word)
        drawing.freeze(made, Wish(size=drawn, by=("surveillance_role",), double=0.5))
        drawing.throw(study, SEED)
        committed = drawing.last(study)
        assert committed is not None
        machine = drawing.machine_answers(committed)
        rows = []
        for number, one in enumerate(drawing.drawn_cases(committed)):
            for coder in ("vera", "pavel") if one.double else ("vera",):
                for variable in made.codebook.variables:
                    said, decided = machine[one.case][variable.name], True
                    if variable.name == "surveillance_role" and coder == "pavel" and number == 1:
                        said = "none" if said != "none" else "mentioned"
                    if variable.name == "slogan" and number == 2:
                        decided = False
                    rows.append(Given(one.case, variable.name, said, coder, decided))
        first = drawing.drawn_cases(committed)[0].case
        rows.append(Given(first, "surveillance_role", machine[first]["surveillance_role"], "adjudicator"))
        drawing.take(study, rows, f"{DAY}T00:00:00+00:00")
    return study


def make_signer(folder: Path, name: str = "test.key") -> Signer:
    """A fresh key, opened."""
    make_key(folder / name, PASSWORD, CHEAP)
    return Signer(folder / name, PASSWORD)


def sealed(study: Study, target: Path, signer: Signer | None = None, stamps: tuple[Path, ...] = ()) -> Path:
    """The study as one file."""
    with study.locked():
        sealing.seal(study, sealing.Wish(target, DAY, "en", signer=signer, stamps=stamps), no_word)
    return target


def unpacked(bundle: Path, folder: Path) -> Path:
    """The bundle as a folder. (Ours to unpack: `verify` itself never writes to a name that a bundle gives.)"""
    with zipfile.ZipFile(bundle) as file:
        file.extractall(folder)
    return folder


def changed(source: Path, folder: Path, name: str, change: Change, rehash: bool = True) -> Path:
    """A copy of the unpacked bundle with one member changed, and the manifest made to fit unless told otherwise."""
    shutil.copytree(source, folder)
    before = (folder / name).read_bytes().decode()
    after = change(before)
    assert after != before, f"{name} was not changed by this"
    (folder / name).write_bytes(after.encode())
    if rehash:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        row = next(one for one in manifest["files"] if one["path"] == name)
        row |= {"size": len(after.encode()), "sha256": hashlib.sha256(after.encode()).hexdigest()}
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    return folder


def without(source: Path, folder: Path, start: str) -> Path:
    """A copy of the unpacked bundle without the members whose names begin so, and the manifest made to fit."""
    shutil.copytree(source, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    left_out = [one["path"] for one in manifest["files"] if one["path"].startswith(start)]
    assert left_out, f"nothing begins with {start}"
    for name in left_out:
        (folder / name).unlink()
    manifest["files"] = [one for one in manifest["files"] if one["path"] not in left_out]
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    return folder


def three_draws(top: Path, seed: str = "16180339887498948482") -> Path:
    """A bundle, unpacked, with a draw, another one of that seed, and its extension."""
    study = make_study(top / "study")
    with study.locked():
        made = pipeline.current(study)
        drawing.freeze(made, Wish(size=4, by=("surveillance_role",), double=0.5))
        known = next((one for one in drawing.draws(study) if one.seed == seed), None)
        if known is None:
            drawing.throw(study, seed)
        else:  # what `throw` refuses
            committed = drawing.draws(study)[-1]
            write_drawn(committed, redrawn(committed, seed), seed)
        drawing.extend(study, 2, 0.0)
    return unpacked(sealed(study, top / "three.zip"), top / "three")


def swap(old: str, new: str) -> Change:
    """Puts other words where these stand first."""
    return lambda text: text.replace(old, new, 1)


def kinds(verdict: Verdict) -> set[tuple[str, str]]:
    """What is wrong: file and kind of each fault."""
    return {(fault.file, fault.kind) for fault in verdict.faults}


def roots(verdict: Verdict) -> list[tuple[str, str]]:
    """File and kind of each fault that does not follow from another."""
    return [(fault.file, fault.kind) for fault in verdict.faults if not fault.follows]
