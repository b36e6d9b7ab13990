"""Whose names are in a bundle: no coder's, and of persons in records none unless somebody says otherwise."""

from __future__ import annotations

import json
import re
from pathlib import Path

from caselight import sealing
from command_line import run
from sealed_sample import Files, make_study, unpacked


def test_no_coders_name_is_in_the_bundle(files: Files) -> None:
    found = [p for p in files["folder"].rglob("*") if p.is_file() and re.search(rb"\b(vera|pavel)\b", p.read_bytes())]
    assert found == []
    assert sorted(p.name for p in (files["folder"] / "answers").iterdir()) == [
        "A.jsonl",
        "B.jsonl",
        "adjudicator.jsonl",
    ]


def test_the_demo_seals_verifies_and_names_no_coder(tmp_path: Path) -> None:
    assert run("demo", tmp_path / "demo", "--jobs", "1")[0] == 0
    assert run("seal", tmp_path / "demo", "--to", tmp_path / "f.zip", "--unsigned")[0] == 0
    verdict = sealing.check(tmp_path / "f.zip", None)
    assert verdict.faults == []
    assert verdict.checked["quotations"] > 1000
    folder = unpacked(tmp_path / "f.zip", tmp_path / "f")
    inside = [p for p in folder.rglob("*") if p.is_file()]
    assert [p for p in inside if b"demo-coder" in p.read_bytes() or "demo-coder" in p.name] == []
    read = [p for p in (folder / "report" / "case").rglob("*.html") if "Read by A:" in p.read_text("utf-8")]
    assert len(read) > 10
    coders = {
        json.loads(line)["coder"] for line in (folder / "tables" / "answers.jsonl").read_text("utf-8").splitlines()
    }
    assert coders == {"rules"}


RULING = (
    "Дело № 5-117/2022\nПОСТАНОВЛЕНИЕ\n12 мая 2022 года. Судья Тверского районного суда города Москвы Затонова А.А., "
    "рассмотрев дело в отношении Петрушкина Ивана Сергеевича,\nУСТАНОВИЛ:\nПетрушкин И.С. участвовал в митинге. "
    "Личность Петрушкина установлена системой распознавания лиц «Сфера».\nПОСТАНОВИЛ:\n"
    "признать Петрушкина И.С. виновным."
)


def test_names_are_taken_out_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", 4, 3)
    (tmp_path / "own.txt").write_text(RULING, "utf-8")
    assert run("add", study.folder, tmp_path / "own.txt")[0] == 0
    assert run("run", study.folder, "--jobs", "1", "--no-report")[0] in (0, 3)
    found = {}
    for names, flags in (("protected", []), ("unprotected", ["--unprotected"])):
        target = tmp_path / f"{names}.zip"
        code, told = run("seal", study.folder, "--to", target, "--unsigned", *flags)
        assert code == 0, told
        verdict = sealing.check(target, None)
        assert verdict.faults == []
        assert verdict.about["names"] == names
        assert "pile_changed" in dict(verdict.notes), "the draw was committed before that record came"
        folder = unpacked(target, tmp_path / names)
        found[names] = {
            p.name for p in folder.rglob("*") if p.is_file() and "Петрушкин" in p.read_text("utf-8", "replace")
        }
    assert found["protected"] == set()
    assert found["unprotected"]


def test_nothing_is_sealed_if_a_name_would_leak(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", 4, 3)
    (tmp_path / "own.txt").write_text(RULING, "utf-8")
    assert run("add", study.folder, tmp_path / "own.txt")[0] == 0
    codebook = study.folder / "codebook.yaml"
    codebook.write_text(codebook.read_text("utf-8") + "\n# As Петрушкин И.С. told us.\n", "utf-8")
    assert run("run", study.folder, "--jobs", "1", "--no-report")[0] in (0, 3)
    code, told = run("seal", study.folder, "--to", tmp_path / "x.zip", "--unsigned")
    assert code == 1
    assert "codebook.yaml" in told
    assert not (tmp_path / "x.zip").exists()
