"""Studies with a desk over them, for every test of the desk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caselight.drawing import Wish
from desk_client import Office
from desk_office import CASES, queue
from desk_study import make_study, record


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [(f"{n}.txt", record(n, "Эмодзи 😀 в тексте." if n == 3 else "")) for n in range(1, CASES + 1)]
    folder = tmp_path_factory.mktemp("desk")
    make_study(folder, texts, Wish(6, double=0.5))
    return folder / "study"


@pytest.fixture(scope="module")
def still(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office for tests that change nothing; anna has taken up the draw."""
    folder = tmp_path_factory.mktemp("still") / "study"
    shutil.copytree(template, folder)
    office = Office(folder)
    queue(office.coder("anna"))
    return office


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Office:
    shutil.copytree(template, tmp_path / "study")
    return Office(tmp_path / "study")
