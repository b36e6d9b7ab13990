"""What is sealed verifies, whoever's key is at hand, packed or unpacked, and always to the same bytes."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from caselight import sealing
from caselight.bundle.container import open_bundle
from caselight.bundle.faults import CHECKS
from caselight.bundle.names import in_order
from sealed_sample import DAY, Files, kinds, make_signer, sealed


def test_what_was_sealed_verifies_with_the_publishers_key(files: Files) -> None:
    verdict = sealing.check(files["bundle"], files["key"].read_text("ascii"))
    assert verdict.faults == []
    assert set(verdict.checked) == set(CHECKS)
    assert all(verdict.checked.values())
    assert verdict.about["key"] == "given"


def test_the_key_inside_proves_only_that_nothing_changed_and_says_so(files: Files) -> None:
    verdict = sealing.check(files["bundle"], None)
    assert verdict.ok
    assert "key_inside" in dict(verdict.notes)


def test_another_key_is_not_the_publishers(files: Files, tmp_path: Path) -> None:
    verdict = sealing.check(files["bundle"], make_signer(tmp_path).line)
    assert kinds(verdict) == {("manifest.json.minisig", "wrong_signature")}


def test_an_unpacked_bundle_verifies_too(files: Files) -> None:
    verdict = sealing.check(files["folder"], None)
    assert verdict.ok
    assert "folder" in dict(verdict.notes)


def test_the_same_study_gives_the_same_bytes(files: Files, tmp_path: Path) -> None:
    from caselight.store import Study

    study = Study.open(files["study"])
    one, two = sealed(study, tmp_path / "one.zip"), sealed(study, tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    assert sealing.check(one, None).ok
    assert "unsigned" in dict(sealing.check(one, None).notes)


def test_every_program_that_reads_zip_files_reads_a_bundle(files: Files) -> None:
    names = [p.relative_to(files["folder"]).as_posix() for p in files["folder"].rglob("*") if p.is_file()]
    with closing(open_bundle(files["bundle"])) as bundle:
        assert in_order(names) == list(bundle.sizes)
        for name in names:
            assert b"".join(bundle.pieces(name)) == (files["folder"] / name).read_bytes()


def test_the_crate_names_files_that_are_there(files: Files) -> None:
    crate = json.loads((files["folder"] / "ro-crate-metadata.json").read_text("utf-8"))
    root = next(one for one in crate["@graph"] if one["@id"] == "./")
    assert root["datePublished"] == DAY
    for part in root["hasPart"]:
        assert (files["folder"] / part["@id"]).is_file()
