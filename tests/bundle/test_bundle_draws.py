"""Draws in a bundle: made elsewhere, set aside, extended, thrown twice, proven to be of their time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from caselight import drawing, sealing
from caselight.bundle import verify
from caselight.drawing import commitment
from caselight.sampling import take_file
from sealed_sample import DAY, SEED, Files, changed, kinds, make_study, sealed, swap, three_draws, without


@pytest.mark.parametrize(("strata", "names_codebook"), [(1, True), (2, True), (2, False)])
def test_a_draw_made_elsewhere_verifies(tmp_path: Path, strata: int, names_codebook: bool) -> None:
    """Also one that was taken over before commitments of such draws named the codebook."""
    study = make_study(tmp_path / "study")
    committed = drawing.last(study)
    assert committed is not None
    units = sorted(drawing.machine_answers(committed))
    parts = (
        {"whole": (units[:4], len(units))} if strata == 1 else {"a": (units[:2], 4), "b": (units[4:7], len(units) - 4)}
    )
    rows = [f"{unit},{name},{len(drawn)}/{size},none" for name, (drawn, size) in parts.items() for unit in drawn]
    (tmp_path / "theirs.csv").write_text("\n".join(["case,stratum,probability,surveillance_role", *rows, ""]), "utf-8")
    take_file(study, tmp_path / "theirs.csv", "vera", "", f"{DAY}T00:00:00+00:00")
    folder = study.folder / "journal" / "draws" / "0002"
    told = json.loads((folder / "commitment.json").read_text("utf-8"))
    assert told["codebook_sha256"] == hashlib.sha256(study.codebook.read_bytes()).hexdigest()
    if not names_codebook:
        del told["codebook_sha256"]
        kept = ("frame.tsv", "machine.jsonl", "codebook.yaml")
        commitment.write(folder, {name: (folder / name).read_text("utf-8") for name in kept}, told)
    verdict = sealing.check(sealed(study, tmp_path / "x.zip"), None)
    assert verdict.faults == []
    assert dict(verdict.notes)["drawn_elsewhere"] == "0002"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_draws(tmp_path_factory.mktemp("three"))


def test_draws_that_follow_and_extend_each_other_verify(three: Path) -> None:
    assert sorted(p.name for p in (three / "draws").iterdir()) == ["0001", "0002", "0003"]
    assert sealing.check(three, None).faults == []


@pytest.mark.parametrize(("number", "named_by"), [("0001", {"0002", "0003"}), ("0002", {"0003"})])
def test_a_draw_that_was_set_aside_is_missed(three: Path, tmp_path: Path, number: str, named_by: set[str]) -> None:
    verdict = verify(without(three, tmp_path / "x", f"draws/{number}/"), None)
    found = [fault for fault in verdict.faults if fault.kind == "draw_set_aside"]
    assert {fault.where[-4:] for fault in found} == named_by
    assert {fault.file for fault in found} == {f"draws/{number}/commitment.json"}


def test_a_named_draw_that_was_changed_or_whose_dice_are_gone_is_noticed(three: Path, tmp_path: Path) -> None:
    name = "draws/0001/commitment.json"
    other = changed(three, tmp_path / "x", name, swap('"committed_on"', '"committed_by"'))
    assert (name, "draw_set_aside") in kinds(verify(other, None))
    unthrown = without(without(three, tmp_path / "y", "draws/0001/drawn.tsv"), tmp_path / "z", "draws/0001/seed.txt")
    assert ("draws/0001/drawn.tsv", "draw_set_aside") in kinds(verify(unthrown, None))


def test_a_seed_of_two_draws_that_do_not_extend_each_other_is_noticed(tmp_path: Path) -> None:
    found = kinds(verify(three_draws(tmp_path, SEED), None))
    assert found == {("draws/0002/seed.txt", "seed_twice"), ("draws/0003/seed.txt", "seed_twice")}


def test_a_proof_of_time_must_speak_of_a_commitment(files: Files, tmp_path: Path) -> None:
    from caselight.store import Study

    commitment = (files["folder"] / "draws" / "0001" / "commitment.json").read_bytes()
    magic = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
    (tmp_path / "good.ots").write_bytes(magic + hashlib.sha256(commitment).digest() + b"\x00rest")
    (tmp_path / "bad.ots").write_bytes(magic + hashlib.sha256(b"another").digest() + b"\x00rest")
    study = Study.open(files["study"])
    good = sealing.check(sealed(study, tmp_path / "good.zip", stamps=(tmp_path / "good.ots",)), None)
    assert good.ok
    assert dict(good.notes)["timestamp"].startswith("timestamps/good.ots: draws/0001/commitment.json")
    bad = sealing.check(sealed(study, tmp_path / "bad.zip", stamps=(tmp_path / "bad.ots",)), None)
    assert kinds(bad) == {("timestamps/bad.ots", "stamp_differs")}
