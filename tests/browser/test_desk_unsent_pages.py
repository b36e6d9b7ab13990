"""Nothing is lost: what is not saved is shown, kept and sent; what was begun stays with its coder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_work import journal_of, keys_a

from desk_server import SAVED, Served, Visit, code_all, saved, until

pytestmark = pytest.mark.browser


def test_what_is_not_saved_is_shown_kept_through_a_reload_and_sent_once(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        visit.context.route("**/api/decisions", lambda route: route.abort())
        case = page.get_attribute("main", "data-case")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        until(page, SAVED, "unsaved")
        assert "1 waiting" in page.inner_text("#saved")
        page.wait_for_selector("text=How many people?")
        assert journal_of(served, "anna")[-1].body["kind"] == "joined"
        visit.context.unroute("**/api/decisions")
        page.reload()
        saved(page)
        assert page.get_attribute("main", "data-case") == case
        assert page.inner_text("h2.asked") == "How many people?"
    kept = [e.body for e in journal_of(served, "anna") if e.body["kind"] == "answer" and e.body["variable"] == "role"]
    assert [(body["case"], body["value"]) for body in kept] == [(case, "none")]


def test_an_acknowledgement_that_is_lost_doubles_nothing(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        lost = iter([True, True])

        def swallow(route: Any) -> None:
            answer = route.fetch()
            route.abort() if next(lost, False) else route.fulfill(response=answer)

        visit.context.route("**/api/decisions", swallow)
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        saved(page)
    kept = [e for e in journal_of(served, "anna") if e.body["kind"] == "answer" and e.body["variable"] == "role"]
    assert len(kept) == 1


STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"


def test_the_next_coder_at_the_same_browser_sees_nothing_of_a_draft_and_begins_at_her_place(
    browser: Any, served: Served
) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        first = page.get_attribute("main", "data-case")
        code_all(page, keys_a, most=1)
        saved(page)
        page.keyboard.press("2")
        page.keyboard.press("m")
        page.keyboard.type("a secret of Anna")
        assert "a secret of Anna" in page.evaluate(STORED)
        page.click("form[action='/leave'] button")
        assert [text for text in visit.said if "begun and not saved" in text] != []
        assert page.url.endswith("/code"), "whoever says no stays"
        visit.sure = True
        visit.leave()
        assert "a secret of Anna" not in page.evaluate(STORED)
        page = visit.code_as("boris")
        assert page.get_attribute("main", "data-case") == first
        assert page.locator("#question input:checked").count() == 0
        assert page.input_value(".memo-line textarea") == ""
        assert page.get_attribute("#saved", "data-state") == "saved"


def test_what_could_not_be_sent_waits_under_its_coders_name(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("anna")
        visit.context.route("**/api/decisions", lambda route: route.abort())
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        until(page, SAVED, "unsaved")
        visit.sure = True
        visit.leave()
        visit.context.unroute("**/api/decisions")
        page = visit.code_as("boris")
        page.wait_for_timeout(700)
        visit.leave()
        visit.code_as("anna")
        saved(page)
    kept = [(name, e) for name in ("anna", "boris") for e in journal_of(served, name) if e.body["kind"] == "answer"]
    assert [name for name, e in kept if e.body["variable"] == "role"] == ["anna"]


def test_a_draft_outlives_a_closed_browser_and_is_called_unsaved_until_it_is_saved(
    playing: Any, served: Served, tmp_path: Path
) -> None:
    with Visit.with_profile(playing, served, tmp_path / "profile") as visit:
        page = visit.code_as("anna")
        page.keyboard.press("q")
        page.keyboard.press("Enter")
        page.wait_for_selector(".quotes li")
        assert page.inner_text("#saved") == "not saved yet (⏎ saves)"
        quoted, case = page.inner_text(".quotes .quote"), page.get_attribute("main", "data-case")
    with Visit.with_profile(playing, served, tmp_path / "profile") as visit:
        page = visit.code_as("anna")
        assert page.get_attribute("main", "data-case") == case
        assert page.inner_text(".quotes .quote") == quoted
        assert page.inner_text("#saved") == "not saved yet (⏎ saves)"
        page.click("h2.asked")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        saved(page)
    (answer,) = [e.body for e in journal_of(served, "anna") if e.body.get("variable") == "role"]
    assert [q["quote"] for q in answer["quotes"]] == [quoted]


def test_what_one_coder_answers_while_another_sits_here_waits_for_its_coder(browser: Any, served: Served) -> None:
    """Somebody has logged in as Boris in another window, and Anna's page is still open."""
    with Visit(browser, served) as annas, Visit(browser, served) as boriss:
        page = annas.code_as("anna")
        boriss.code_as("boris")
        kept = annas.context.cookies()
        annas.context.add_cookies(boriss.context.cookies())
        case = page.get_attribute("main", "data-case")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        until(page, SAVED, "other_sits")
        assert "Somebody else sits at this desk now" in page.inner_text("#saved")
        assert [e for name in ("anna", "boris") for e in journal_of(served, name) if e.body["kind"] == "answer"] == []
        annas.context.add_cookies(kept)
        annas.go("/code")
        saved(page)
    kept_as = [(name, e.body) for name in ("anna", "boris") for e in journal_of(served, name)]
    answers = [(name, body["case"]) for name, body in kept_as if body.get("variable") == "role"]
    assert answers == [("anna", case)]
