"""A browser, and the desk over a small study, for every test that looks at pages of the desk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caselight.drawing import Wish
from caselight.store import Study
from desk_server import ARGUMENTS, CHROMIUM, Served
from desk_study import make_study, record

HEBREW = "בית המשפט קבע כי המצלמה הראתה את האדם."


@pytest.fixture(scope="module")
def own_study() -> Study | None:
    """What a module looks at beside the small study; a module that has one gives it in the place of this."""
    return None


@pytest.fixture(scope="module")
def playing(template: Path, own_study: Study | None) -> Iterator[Any]:
    """Playwright; started after the studies are made, because workers are forked and a browser brings threads."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).is_file():
        pytest.skip("needs Chromium (or $CASELIGHT_CHROMIUM)")
    with sync_api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playing: Any) -> Iterator[Any]:
    opened = playing.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [(f"{n}.txt", record(n, f"😀 {HEBREW} 😀 Конец." if n < 3 else "")) for n in range(1, 6)]
    folder = tmp_path_factory.mktemp("pages")
    make_study(folder, texts, Wish(5, double=1.0))
    return folder / "study"


@pytest.fixture
def served(template: Path, tmp_path: Path) -> Iterator[Served]:
    shutil.copytree(template, tmp_path / "study")
    running = Served(Study.open(tmp_path / "study"))
    running.folder = tmp_path / "study"  # type: ignore[attr-defined]
    yield running
    running.stop()
