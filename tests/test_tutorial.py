"""The tutorial is true: its commands run in their order, and what it says they print they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import caselight

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tutorial.md"
RECORDS = Path(caselight.__file__).parent / "studies" / "demo" / "records"
BLOCK = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)


def steps() -> Iterator[tuple[list[str], list[str]]]:
    """Commands of a block, and the lines that the next block says they print; [] = it says nothing."""
    blocks = [block.splitlines() for block in BLOCK.findall(PAGE.read_text("utf-8"))]
    blocks = [["caselight demo"] if block == ["make demo"] else block for block in blocks]
    for i, block in enumerate(blocks):
        if block[0].startswith("caselight "):
            after = blocks[i + 1] if i + 1 < len(blocks) else []
            yield block, [] if after and after[0].startswith("caselight ") else after


def is_printed(line: str, printed: list[str]) -> bool:
    """Whether a line, of which the page may leave out what stands for an ellipsis, was printed."""
    pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
    return any(re.fullmatch(pattern, one.strip()) for one in printed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(RECORDS, place / "downloads")
    return place


def test_every_command_of_the_tutorial_runs_and_prints_what_it_says(folder: Path) -> None:
    seen = 0
    for commands, told in steps():
        printed: list[str] = []
        for command in commands:
            script = f'caselight() {{ "{sys.executable}" -m caselight "$@"; }}\n{command}\n'
            env = os.environ | {"CASELIGHT_CACHE": str(folder / "cache")}
            run = ["bash", "-euc", script]
            done = subprocess.run(run, cwd=folder, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (command, done.stderr)
            printed += [*done.stdout.splitlines(), *done.stderr.splitlines()]
        for line in told:
            if line.strip() not in ("", "..."):
                assert is_printed(line, printed), line
                seen += 1
    assert seen > 40, "the page shows what is printed"
