"""The study of the constructed rulings, of which every test of draws changes a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from caselight.planning import Made
from fieldwork_study import copied, made_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_demo(tmp_path_factory.mktemp("demo") / "s")


@pytest.fixture
def made(demo: Made, tmp_path: Path) -> Made:
    return copied(demo, tmp_path / "s")
