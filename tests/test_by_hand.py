"""The page for those who distrust us: its commands run, and each of their comparisons comes out the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "check-by-hand.md"
SAME = ["the commitment", "the cases drawn", "the best estimate and both limits", "the digest"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `caselight` is on the path."""
    place = tmp_path_factory.mktemp("by-hand")
    (place / "bin").mkdir()
    command = place / "bin" / "caselight"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m caselight "$@"\n', "utf-8")
    command.chmod(0o755)
    return place


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "CASELIGHT_CACHE": str(folder / "cache")}
    return subprocess.run(["bash", "-euc", script], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_figure_is_followed_from_the_sentence_to_the_dice(folder: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    done = run(folder, "\n".join(blocks))
    assert done.returncode == 0, done.stderr
    for what in SAME:
        assert f"same: {what}" in done.stdout, done.stderr
    assert "same: the text of c" in done.stdout
    assert done.stdout.count(": OK") == 4
    code = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)[-1]
    again = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert again.stdout == "[]\n"


def test_a_changed_answer_does_not_come_out_the_same(folder: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)[1:]
    change = 'sed -i \'s/"relied_on", "coder"/"none", "coder"/\' tables/readings.jsonl\n'
    done = run(folder, change + "\n".join(blocks))
    assert done.returncode != 0
    assert "same: the cases drawn" in done.stdout
    assert "same: the best estimate" not in done.stdout
