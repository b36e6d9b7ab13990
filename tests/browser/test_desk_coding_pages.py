"""A person codes at the desk in a real browser, by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from desk_work import journal_of, keys_a, study_of

from caselight.drawing import given as answers_given
from desk_server import SAVED, Served, Visit, code_all, saved, until

pytestmark = pytest.mark.browser


def test_a_person_codes_by_keyboard_twice_settles_and_sees_agreement(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        odd = page.get_attribute("main", "data-case")
        assert code_all(page, keys_a) == 5
        saved(page)
        assert "All your cases are coded." in page.inner_text("main")
        assert page.inner_text("#saved-at-end") == "saved ✓"
        assert visit.said == []
    with Visit(browser, served) as visit:
        page = visit.code_as("boris")
        code_all(
            page,
            lambda case, question: ["3"] if case == odd and question.startswith("What") else keys_a(case, question),
        )
        saved(page)
        assert visit.said == []
    with Visit(browser, served) as visit:
        page = visit.lead()
        assert "80 %" in page.inner_text("main")
        page.click("text=2 differences to settle.")
        page.click("tbody a >> nth=0")
        for _ in range(2):
            page.wait_for_selector("#settle[data-state=ready]")
            here = page.url
            page.keyboard.press("a")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, here=here: url != here)  # until then keys go to the page that is left
        page.wait_for_selector("text=Nothing here.")
        visit.go("/progress")
        assert "2 are settled." in page.inner_text("main")
        assert "of 5" in page.inner_text(".ranges")
        assert visit.said == []
    assert len({(g.coder, g.case) for g in answers_given(study_of(served)) if g.coder != "adjudicator"}) == 10


def test_a_quotation_is_marked_by_keyboard_alone_and_by_mouse(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        page.keyboard.press("2")
        page.keyboard.press("q")
        for _ in range(12):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_selector("h2.asked:focus")
        page.keyboard.press("s")
        page.wait_for_selector(".quotes select:focus")
        page.keyboard.type("the police")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Escape")
        marked = page.inner_text(".text mark.denied")
        box = page.locator(".words >> text=УСТАНОВИЛ").first.bounding_box()
        page.mouse.dblclick(box["x"] + 20, box["y"] + box["height"] / 2 if box["height"] < 60 else box["y"] + 12)
        page.wait_for_selector(".quotes li >> nth=1")
        page.keyboard.press("Escape")
        page.click("h2.asked")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Where?")
        saved(page)
        assert visit.said == []
    (line,) = [entry for entry in journal_of(served, "anna") if entry.body["kind"] == "answer"]
    first, second = line.body["quotes"]
    assert (first["quote"], first["said_by"], first["denied"]) == (marked, "police", True)
    assert second["quote"] in ("УСТАНОВИЛ", "УСТАНОВИЛ:", "ПОСТАНОВИЛ", "гражданин") or second["quote"]


def test_offsets_behind_letters_outside_the_first_plane_are_right(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        while "😀" not in page.inner_text("#text"):
            page.keyboard.press("j")
            page.wait_for_timeout(50)
        page.fill("#find-words", "Конец")
        page.wait_for_selector("mark.found")
        page.locator("mark.found").dblclick()
        page.wait_for_selector(".quotes li")
        page.keyboard.press("Escape")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        saved(page)
        assert visit.said == []
    quotes = [q for e in journal_of(served, "anna") for q in e.body.get("quotes", ())]
    assert [q["quote"].rstrip(".") for q in quotes] == ["Конец"]


def test_hebrew_stands_from_right_to_left(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        assert page.get_attribute(".words", "dir") == "auto"


def test_undo_goes_back_with_the_answer_still_filled_in(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        first = page.get_attribute("main", "data-case")
        code_all(page, keys_a, most=2)
        for _ in range(8):
            page.keyboard.press("Backspace")
            page.wait_for_timeout(30)
        until(page, SAVED, "draft")
        assert page.get_attribute("main", "data-case") == first
        assert page.inner_text("h2.asked").startswith("What part")
        assert page.locator("input[value=mentioned]").is_checked()
    assert answers_given(study_of(served)) == []


def test_single_keys_can_be_turned_off_and_tab_does_it_all(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        page.uncheck("#single-keys")
        page.click("h2.asked")
        page.keyboard.press("2")
        assert page.locator("input:checked[name=answer]").count() == 0
        page.focus("h2.asked")
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.name") != "answer":
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Where?")


def test_a_russian_layout_works_because_keys_are_places(browser: Any, served: Served) -> None:
    with Visit(browser, served, "ru") as visit:
        page = visit.code_as("anna")
        page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyX', key: 'ч', bubbles: true}))")
        assert page.locator("input[value='(undecided)']").is_checked()


QUESTION_MARKS = [("Digit7", "?", True), ("Slash", ",", True), ("Slash", "?", True)]


@pytest.mark.parametrize(("code", "key", "shift"), QUESTION_MARKS)
def test_a_question_mark_of_any_layout_opens_the_list_of_keys(
    browser: Any, served: Served, code: str, key: str, shift: bool
) -> None:
    with Visit(browser, served, "ru") as visit:
        page = visit.code_as("anna")
        page.evaluate(
            "told => document.dispatchEvent(new KeyboardEvent('keydown', {...told, bubbles: true}))",
            {"code": code, "key": key, "shiftKey": shift},
        )
        assert page.locator("#help[open]").count() == 1


def test_after_a_quotation_digits_and_enter_work_without_the_mouse(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        page.keyboard.press("q")
        page.keyboard.press("Enter")
        page.wait_for_selector(".quotes li")
        page.keyboard.press("s")
        page.keyboard.type("the police")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        page.wait_for_selector("h2.asked:focus")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=How many people?")
        saved(page)
    (answer,) = [e.body for e in journal_of(served, "anna") if e.body.get("variable") == "role"]
    assert (answer["value"], answer["quotes"][0]["said_by"]) == ("none", "police")


def test_taken_back_is_said_until_the_next_action(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        page.keyboard.press("Backspace")
        page.wait_for_selector("#notice >> text=Taken back.")
        page.keyboard.press("2")
        assert not page.is_visible("#notice")
