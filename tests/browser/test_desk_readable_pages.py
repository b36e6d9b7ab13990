"""Everybody can read the desk: axe-core, small screens, zoom, light and dark, both languages, right to left."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from axe import faults
from desk_work import journal_of, keys_a

from caselight.desk.routes import WAYS
from caselight.drawing import Wish
from caselight.store import Study
from desk_server import Served, Visit, code_all, saved
from desk_study import SEED, make_study, record

pytestmark = pytest.mark.browser
HEBREW = "בית המשפט קבע כי המצלמה הראתה את האדם. העד אמר כי ראה את הנאשם ליד התחנה."

# Every page of the desk -> what of it is looked at, by whoever leads; {case} is one that two coders have answered.
VIEWS: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/enter": ("/enter",),
    "/login": ("/login",),
    "/progress": ("/progress", "/progress?sitter=somebody"),
    "/agreement/{variable}": ("/agreement/role?one=mentioned&other=mentioned", "/agreement/people"),
    "/settle": ("/settle", "/settle?state=agree"),
    "/settle/{case}/{variable}": ("/settle/{case}/role", "/settle/{case}/place", "/settle/{case}/words"),
    "/draw": ("/draw", "/draw?size=3&by=role", "/draw?size=99"),
    "/cases": ("/cases", "/cases?q=nothing-like-it"),
    "/cases/{case}": ("/cases/{case}",),
    "/search": ("/search", f"/search?q={quote('метро')}"),
    "/problems": ("/problems",),
    "/questions": ("/questions",),
}
# Looked at one by one: whoever leads does not come there.
OF_CODERS = {"/start", "/code"}


def test_every_page_is_looked_at() -> None:
    pages = {way.path for way in WAYS if way.method == "GET" and way.gives == "text/html"}
    assert pages == set(VIEWS) | OF_CODERS


def views(page: Any) -> list[str]:
    case = page.evaluate("fetch('/settle.json?state=agree').then(a => a.json()).then(d => d.pairs[0].case)")
    return [path.replace("{case}", case) for paths in VIEWS.values() for path in paths]


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
            visit.page.evaluate(ASK)
    yield running
    running.stop()


ASK = """async () => {
  const desk = await (await fetch('/api/desk')).json();
  const about = {case: desk.queue[0][0], variable: 'role', memo: 'What of this?'};
  const sent = {key: crypto.randomUUID(), sitter: desk.coder, ...about};
  const headers = {'Content-Type': 'application/json'};
  await fetch('/api/questions', {method: 'POST', headers, body: JSON.stringify(sent)});
}"""


@pytest.fixture
def undrawn(template: Path, tmp_path: Path) -> Iterator[Served]:
    """Nothing is drawn yet."""
    shutil.copytree(template, tmp_path / "study")
    shutil.rmtree(tmp_path / "study" / "journal")
    running = Served(Study.open(tmp_path / "study"))
    yield running
    running.stop()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_axe_finds_nothing_on_any_page_of_whoever_leads(browser: Any, coded: Served, language: str) -> None:
    found: list[str] = []
    with Visit(browser, coded, language, bypass_csp=True) as visit:
        page = visit.lead()
        for path in views(page):
            visit.go(path)
            found += faults(page, path)
        visit.go("/login")
        page.fill("input[name=name]", "nobody")
        page.fill("input[name=password]", "not a password")
        page.press("input[name=password]", "Enter")
        page.wait_for_selector("[role=alert]")
        found += faults(page, "a wrong password")
    assert found == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_axe_finds_nothing_on_any_page_of_coders(browser: Any, coded: Served, language: str) -> None:
    with Visit(browser, coded, language, bypass_csp=True) as visit:
        found = faults(visit.page, "start")
        visit.page.fill("input[name=name]", "ANNA")
        visit.page.press("input[name=name]", "Enter")
        visit.page.wait_for_selector("section[role=alert]")
        found += faults(visit.page, "a name in other letters")
        page = visit.go("/start")
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
        page.keyboard.press("Escape")
        page.click("h2.asked")
        page.keyboard.press("0")  # the record does not say
        page.keyboard.press("Enter")
        code_all(page, lambda *_: ["0"])
        saved(page)
        found += faults(page, "all is coded")
        visit.go("/progress")
        found += faults(page, "own progress")
    assert found == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_axe_finds_nothing_before_and_while_a_draw_is_made(browser: Any, undrawn: Served, language: str) -> None:
    with Visit(browser, undrawn, language, bypass_csp=True) as visit:
        found = faults(visit.page, "start without a draw")
        page = visit.code_as("anna")
        found += faults(page, "nothing to code")
        visit.go("/progress")
        found += faults(page, "progress of a coder without a draw")
        visit.leave()
        visit.lead()
        for path in ("/progress", "/settle", "/draw", "/draw?size=2"):
            visit.go(path)
            found += faults(page, f"{path} without a draw")
        page.click(".outlook button")
        page.wait_for_selector("input[name=seed]")
        found += faults(page, "a draw that waits for its dice")
        page.fill("input[name=seed]", SEED)
        page.press("input[name=seed]", "Enter")
        page.wait_for_selector("form.wish")
        visit.go("/progress")
        found += faults(page, "progress before anybody has begun")
    assert found == []


SIZES = {
    "small screen": (360, 640),
    "1280 pixels at 400 %, as WCAG 1.4.10 has it": (320, 256),
    "1280 pixels at 200 %": (640, 400),
    "1024 by 600": (1024, 600),
    "1024 by 600 at 200 %": (512, 300),
}


def test_pages_fit_small_screens_and_zoom(browser: Any, coded: Served) -> None:
    with Visit(browser, coded, "ru") as visit:
        page = visit.code_as("gleb")
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            assert fits(page), name
            assert page.locator("#text").bounding_box()["height"] > 100, name
    with Visit(browser, coded, "ru") as visit:
        page = visit.lead()
        for path in views(page):
            visit.go(path)
            for name, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                assert fits(page), (path, name)


def test_on_1024_by_600_the_record_and_the_question_are_side_by_side(browser: Any, coded: Served) -> None:
    with Visit(browser, coded, "ru", viewport={"width": 1024, "height": 600}) as visit:
        page = visit.code_as("dora")
        text, sheet = (page.locator(one).bounding_box() for one in ("#text", "#sheet"))
        assert text["x"] + text["width"] <= sheet["x"] + 1
        assert text["height"] > 300
        for value in page.locator("#question .pick input").all():
            box = value.bounding_box()
            assert 0 <= box["y"] < 600, "every answer is in sight"


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# From right to left


@pytest.fixture(scope="module")
def own_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    texts = [("1.txt", f"{HEBREW}\n\n{HEBREW}\n"), ("2.txt", record(2))]
    return make_study(tmp_path_factory.mktemp("hebrew"), texts, Wish(2, double=1.0))


@pytest.fixture
def hebrew(own_study: Study) -> Iterator[Served]:
    running = Served(own_study)
    running.folder = own_study.folder  # type: ignore[attr-defined]
    yield running
    running.stop()


DIRECTION = "(one) => getComputedStyle(document.querySelector(one)).direction"


def test_hebrew_stands_from_right_to_left_wherever_it_is_quoted(browser: Any, hebrew: Served) -> None:
    for name, key in (("anna", "2"), ("boris", "3")):
        with Visit(browser, hebrew) as visit:
            page = visit.code_as(name)
            while "המשפט" not in page.inner_text("#text"):
                page.keyboard.press("j")
                page.wait_for_timeout(50)
            assert page.evaluate(DIRECTION, ".words") == "rtl"
            assert page.evaluate(DIRECTION, "#sheet") == "ltr"
            page.keyboard.press("q")
            page.keyboard.press("Enter")
            page.wait_for_selector(".quotes li")
            assert page.evaluate(DIRECTION, ".quotes .quote") == "rtl"
            page.click("h2.asked")
            page.keyboard.press(key)
            page.keyboard.press("Enter")
            saved(page)
        (answer,) = [e.body for e in journal_of(hebrew, name) if e.body.get("quotes")]
        assert answer["quotes"][0]["quote"] == HEBREW.partition(".")[0] + "."
    with Visit(browser, hebrew) as visit:
        page = visit.lead()
        visit.go("/settle")
        page.click("tbody a >> nth=0")
        page.wait_for_selector("#settle[data-state=ready]")
        assert page.evaluate(DIRECTION, ".words") == "rtl"
        assert page.evaluate(DIRECTION, ".quotes q") == "rtl"
        visit.go(f"/search?q={quote('המצלמה')}")
        assert page.evaluate(DIRECTION, "blockquote") == "rtl"
