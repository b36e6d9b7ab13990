"""Everybody can read the desk: axe-core, small screens, zoom, light and dark, both languages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk_work import keys_a

from caselight.store import Study
from desk_server import Served, Visit, code_all, saved

pytestmark = pytest.mark.browser


def pages_of(served: Served, page: Any) -> list[str]:
    pair = page.evaluate("fetch('/settle.json?state=agree').then(a => a.json()).then(d => d.pairs[0])")
    paths = [
        "/progress",
        "/settle?state=agree",
        f"/settle/{pair['case']}/role",
        "/agreement/role?one=mentioned&other=mentioned",
    ]
    paths += ["/draw?size=3&by=role", "/cases", f"/cases/{pair['case']}", f"/search?q={quote('метро')}", "/problems"]
    return [*paths, "/questions", "/draw?size=99"]


@pytest.fixture(scope="module")
def coded(template: Path, tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Served]:
    """Two coders have answered."""
    folder = tmp_path_factory.mktemp("coded") / "study"
    shutil.copytree(template, folder)
    running = Served(Study.open(folder))
    for name in ("anna", "boris"):
        with Visit(browser, running) as visit:
            code_all(visit.code_as(name), keys_a, most=2)
            saved(visit.page)
    yield running
    running.stop()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_axe_finds_nothing_on_any_page_in_light_and_dark(browser: Any, coded: Served, language: str) -> None:
    with Visit(browser, coded, language, bypass_csp=True) as visit:
        found = faults(visit.page, "start")
        page = visit.code_as(f"vera{language}")
        found += faults(page, "code")
        page.keyboard.press("q")
        page.keyboard.press("Enter")
        page.wait_for_selector(".quotes li")
        found += faults(page, "quote")
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+Slash")
        found += faults(page, "help")
        page.keyboard.press("Escape")
        page.click("#raise")
        found += faults(page, "raise")
        visit.go("/progress")
        found += faults(page, "own progress")
        assert found == []
    with Visit(browser, coded, language, bypass_csp=True) as visit:
        page = visit.lead()
        for path in pages_of(coded, page):
            visit.go(path)
            found += faults(page, path)
        for path in ("/login", "/enter"):
            visit.go(path)
            found += faults(page, path)
    assert found == []


def faults(page: Any, where: str) -> list[str]:
    """What axe-core finds on the page, in light and in dark."""
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
    page.evaluate(f"() => {{ {source} }}")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in page.evaluate("axe.run({resultTypes: ['violations']}).then((told) => told.violations)"):
            nodes = [json.dumps(node["target"]) for node in one["nodes"][:3]]
            found.append(f"{where}, {scheme}: {one['id']} {nodes} {one['nodes'][0].get('failureSummary', '')[:300]}")
    return found


SIZES = {"small screen": (360, 640), "1280 pixels at 200 %": (640, 400)}


def test_pages_fit_small_screens_and_two_hundred_percent(browser: Any, coded: Served) -> None:
    with Visit(browser, coded, "ru") as visit:
        page = visit.code_as("gleb")
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            assert fits(page), name
            assert page.locator("#text").bounding_box()["height"] > 100
    with Visit(browser, coded, "ru") as visit:
        page = visit.lead()
        for path in pages_of(coded, page):
            visit.go(path)
            for name, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                assert fits(page), (path, name)


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
