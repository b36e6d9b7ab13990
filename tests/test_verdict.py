"""What is wrong with a bundle is told, or at least counted, however much it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caselight.bundle.checks import FORMAT, verify
from caselight.bundle.faults import MOST_FAULTS, Fault, Verdict
from caselight.bundle.telling import told


@pytest.mark.parametrize(
    ("faults", "files", "more"),
    [
        (3, 1, ""),
        (MOST_FAULTS + 7, 1, "... and 7 more."),  # in one file, of which some places are shown
        (30, 30, "... and 10 more."),
    ],
)
def test_faults_that_are_not_shown_are_counted(faults: int, files: int, more: str) -> None:
    verdict = Verdict()
    for n in range(faults):
        verdict.wrong(Fault("bytes", "changed", f"texts/{n % files}.txt"))
    lines = list(told(verdict, "en"))
    assert [line for line in lines if line.startswith("...")] == ([more] if more else [])


def test_many_faults_of_one_check_hide_none_of_another(tmp_path: Path) -> None:
    files = [{"path": f"tables/texts/{n}.txt", "size": 1, "sha256": "0" * 64} for n in range(MOST_FAULTS + 5)]
    (tmp_path / "manifest.json").write_text(json.dumps({"format": FORMAT, "files": files}), "utf-8")
    verdict = verify(tmp_path)
    assert sum(fault.check == "bytes" for fault in verdict.faults) == MOST_FAULTS
    assert verdict.left_out == 5 + 1, "five of those, and the questions, which are not there either"
    assert {"figures", "quotations", "books"} <= {fault.check for fault in verdict.faults}
