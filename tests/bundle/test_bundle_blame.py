"""A changed or damaged file is named once, and nothing is blamed that follows from it."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from caselight import sealing
from caselight.bundle import telling
from caselight.bundle.container import SEALED, FileBundle
from caselight.bundle.faults import Fault, Verdict
from sealed_sample import Change, Files, changed, roots, swap

ESTIMATES = "tables/estimates.jsonl"
FORGED = [  # what is forged in the table of figures, what the fault names, why
    (lambda t: re.sub(r'"low": (\d)', r'"low": 1\1', t, count=1), "low", "a limit"),
    (swap('"estimate": ', '"estimate": 1'), "estimate", "a count by machine"),
    (lambda t: re.sub(r'"level": 0.95', '"level": 0.9', t, count=1), "level", "the level, by which limits are worked out"),
    (lambda t: re.sub(r'"level": 0.95', '"level": 0.99', t, count=1), "level", "a better level than was committed to"),
    (lambda t: re.sub(r'"x": (\d)', r'"x": 1\1', t, count=1), "strata", "what was seen, from which limits are worked out"),
    (lambda t: re.sub(r'"digest": "\w', '"digest": "g', t, count=1), "digest", "the name by which pages know a figure"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "part", "why"), FORGED, ids=[f[2] for f in FORGED])
def test_a_forged_digit_blames_the_table_and_no_page(
    files: Files, tmp_path: Path, change: Change, part: str, why: str
) -> None:
    verdict = sealing.check(changed(files["folder"], tmp_path / "x", ESTIMATES, change), None)
    assert roots(verdict) == [("manifest.json.minisig", "wrong_signature"), (ESTIMATES, "figure_differs")]
    fault = next(fault for fault in verdict.faults if fault.kind == "figure_differs")
    assert re.fullmatch(rf"line \d+, {part}", fault.where)
    assert len(fault.affects) == 1


@pytest.mark.parametrize("name", [ESTIMATES, "tables/answers.jsonl", "answers/B.jsonl", "draws/0001/machine.jsonl"])
def test_a_changed_file_is_named_first_and_the_rest_follows_from_it(files: Files, tmp_path: Path, name: str) -> None:
    done = changed(files["folder"], tmp_path / "x", name, swap('"relied_on"', '"mentioned"'), rehash=False)
    verdict = sealing.check(done, None)
    assert roots(verdict) == [(name, "changed")]
    assert verdict.faults[0].file == name
    assert {fault.follows for fault in verdict.faults[1:]} <= {name}


def damaged(bundle: Path, target: Path, name: str) -> Path:
    """A copy with one bit changed in the middle of a member."""
    with closing(FileBundle(bundle, SEALED)) as opened:
        member = opened._members[name]
    data = bytearray(bundle.read_bytes())
    data[member.data + member.packed // 2] ^= 4
    target.write_bytes(data)
    return target


DAMAGED = ["tables/cases.jsonl", "tables/answers.jsonl", ESTIMATES, "tables/books.jsonl", "tables/questions.json"]
DAMAGED += ["answers/B.jsonl", "draws/0001/machine.jsonl", "report/index.html", "report/figures/index.html"]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_told_once_with_what_could_not_be_checked(
    files: Files, tmp_path: Path, name: str, language: str
) -> None:
    verdict = sealing.check(damaged(files["bundle"], tmp_path / "x.zip", name), None)
    ((root, kind),) = roots(verdict)
    assert (root, kind) in {(name, "damaged"), (name, "too_large")}, "unpacked it may be longer than it says"
    assert {fault.kind for fault in verdict.faults[1:]} <= {"not_checked"}
    lines = list(telling.told(verdict, language))
    assert sum(name in line for line in lines) == 1
    assert len(lines) < 25
    assert any(telling.WORDS[language]["because"] in line for line in lines)


def test_a_damaged_text_or_page_of_a_case_leaves_all_others_checked(files: Files, tmp_path: Path) -> None:
    whole = sealing.check(files["bundle"], None).checked["quotations"]
    text = next((files["folder"] / "tables" / "texts").iterdir()).name
    for name in (f"tables/texts/{text}", f"report/case/{text[:2]}/c{text[:16]}.html"):
        verdict = sealing.check(damaged(files["bundle"], tmp_path / "x.zip", name), None)
        # Which of the two it is depends on what the changed bit makes of the packed bytes.
        assert roots(verdict) in ([(name, "damaged")], [(name, "too_large")])
        assert 0 < whole - verdict.checked["quotations"] < whole / 2


def test_faults_without_end_are_counted_and_not_kept() -> None:
    verdict = Verdict()
    for number in range(3000):
        verdict.wrong(Fault("figures", "table_differs", f"{number}"))
    verdict.wrong(Fault("bytes", "changed", "x"))
    assert (len(verdict.faults), verdict.left_out) == (1001, 2000)
