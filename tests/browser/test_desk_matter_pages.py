"""A matter read in a real browser: all its cases one after the other, one answer, quotations from any of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from desk_work import journal_of

from caselight.drawing import Wish
from caselight.store import Study
from desk_server import Served, Visit, saved
from fieldwork_study import drawn, made_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    made = made_demo(tmp_path_factory.mktemp("matters") / "study")
    drawn(made, Wish(40, double=1.0, unit="matter"))
    return made.study


@pytest.fixture
def matters(own_study: Study) -> Iterator[Served]:
    running = Served(own_study)
    running.folder = own_study.folder  # type: ignore[attr-defined]
    yield running
    running.stop()


def test_words_of_later_cases_of_a_matter_are_quoted_by_keyboard_and_by_mouse(browser: Any, matters: Served) -> None:
    with Visit(browser, matters) as visit:
        page = visit.code_as("anna")
        while page.locator("#text .document").count() < 2:
            page.keyboard.press("j")
            page.wait_for_timeout(50)
        assert page.inner_text("#place").startswith("matter ")
        names = page.locator("#text .document").all_inner_texts()
        assert page.locator("#rail .document-name").all_inner_texts() == names
        unit = page.get_attribute("main", "data-case")
        page.click("#rail .document-name >> nth=1")
        page.keyboard.press("Escape")
        page.click("h2.asked")
        page.keyboard.press("q")
        page.keyboard.press("Enter")
        page.wait_for_selector(".quotes li")
        page.evaluate(SELECT_LAST)
        page.locator("#text").dispatch_event("mouseup")
        page.wait_for_selector(".quotes li >> nth=1")
        page.click("h2.asked")
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        saved(page)
        assert visit.said == []
        documents = page.evaluate(f"fetch('/api/cases/{unit}').then(a => a.json()).then(d => d.documents)")
    (answer,) = [e.body for e in journal_of(matters, "anna") if e.body.get("quotes")]
    assert answer["case"] == unit
    quoted = (documents[1], documents[-1])
    assert [quote["document"] for quote in answer["quotes"]] == [one["document"] for one in quoted]
    for quote, one in zip(answer["quotes"], quoted, strict=True):
        assert one["text"][quote["start"] : quote["end"]] == quote["quote"]


def test_a_selection_over_two_cases_is_cut_at_the_end_of_the_first(browser: Any, matters: Served) -> None:
    with Visit(browser, matters) as visit:
        page = visit.code_as("boris")
        while page.locator("#text .document").count() < 2:
            page.keyboard.press("j")
            page.wait_for_timeout(50)
        page.evaluate(SELECT_OVER)
        page.locator("#text").dispatch_event("mouseup")
        page.wait_for_selector(".quotes li")
        page.click("h2.asked")
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        saved(page)
        unit = page.get_attribute("main", "data-case")
        documents = page.evaluate(f"fetch('/api/cases/{unit}').then(a => a.json()).then(d => d.documents)")
    (answer,) = [e.body for e in journal_of(matters, "boris") if e.body.get("quotes")]
    (quote,) = answer["quotes"]
    assert quote["document"] == documents[0]["document"]
    assert documents[0]["text"].rstrip().endswith(quote["quote"])


SELECT_LAST = """() => {
  const words = [...document.querySelectorAll('#text .words')].at(-1);
  getSelection().setBaseAndExtent(words.lastChild, 5, words.lastChild, 25);
}"""
SELECT_OVER = """() => {
  const heading = document.querySelectorAll('#text .document')[1];
  const before = heading.previousElementSibling.querySelector('.words');
  const after = heading.nextElementSibling.querySelector('.words');
  getSelection().setBaseAndExtent(before.lastChild, before.lastChild.length - 20, after.firstChild, 10);
}"""
