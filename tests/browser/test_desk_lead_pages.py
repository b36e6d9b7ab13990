"""The pages of whoever leads, and the first page, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from desk_work import keys_a

from desk_server import Served, Visit, code_all, saved

pytestmark = pytest.mark.browser


def test_only_the_draw_that_was_costed_can_be_committed(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        visit.lead()
        page = visit.go("/draw")
        page.fill("input[name=size]", "2")
        page.click("form.wish button")
        page.wait_for_selector(".outlook")
        assert page.is_enabled(".outlook button")
        assert page.evaluate(
            "scrollY > 0 || document.querySelector('.outlook').getBoundingClientRect().bottom <= innerHeight"
        )
        page.fill("input[name=size]", "4")
        assert not page.is_enabled(".outlook button")
        assert page.is_visible("text=A field was changed after this was worked out.")
        page.fill("input[name=size]", "2")
        assert page.is_enabled(".outlook button")


def test_a_name_in_other_letters_is_asked_back(browser: Any, served: Served) -> None:
    with Visit(browser, served) as visit:
        page = visit.code_as("Анна")
        code_all(page, keys_a, most=2)
        saved(page)
        visit.leave()
        page.fill("input[name=name]:not([type=hidden])", "анна")
        page.press("input[name=name]:not([type=hidden])", "Enter")
        page.wait_for_selector("text=Somebody here is called Анна (2 of 5 coded).")
        page.click("text=I am Анна")
        page.wait_for_selector("main[data-state=ready]")
        assert page.inner_text(".me") == "Анна"
    assert not (served.folder / "journal" / "answers" / "анна.jsonl").exists()  # type: ignore[attr-defined]
