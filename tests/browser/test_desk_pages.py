"""The desk in a real browser: keyboard alone, nothing lost, nothing executed, readable by everybody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from caselight.drawing import Wish
from caselight.drawing import given as answers_given
from caselight.store import Study
from caselight.store.journal import contents
from desk_server import ARGUMENTS, CHROMIUM, SAVED, Served, Visit, code_all, saved, until
from desk_study import make_study, record
from payloads import PAYLOADS

pytestmark = pytest.mark.browser
HEBREW = "בית המשפט קבע כי המצלמה הראתה את האדם."


@pytest.fixture(scope="module")
def playing(template: Path, hostile_study: Study) -> Iterator[Any]:
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


def study_of(served: Served) -> Study:
    return Study.open(served.folder)  # type: ignore[attr-defined]


def keys_a(case: str, question: str) -> list[str]:
    return {"What part": ["2"], "Where?": ["1", "2"], "How many": ["0"], "Which words": ["0"]}[question_of(question)]


def question_of(question: str) -> str:
    return next(begin for begin in ("What part", "Where?", "How many", "Which words") if question.startswith(begin))


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


def journal_of(served: Served, name: str) -> list[Any]:
    return contents(served.folder / "journal" / "answers" / f"{name}.jsonl").entries  # type: ignore[attr-defined]


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


# XSS


@pytest.fixture(scope="module")
def hostile_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    # As HTML that shows them: in a file that is taken for HTML, what looks like tags would not be text.
    page = "<html><body><pre>{}</pre></body></html>"
    every = "\n".join(PAYLOADS)
    names = [f"{n} {payload.replace('/', '_')}"[:80] + ".html" for n, payload in enumerate(PAYLOADS[:4])]
    texts = [(name, page.format(escape(record(n, every)))) for n, name in enumerate(names)]
    folder = tmp_path_factory.mktemp("hostile")
    return make_study(folder, texts, Wish(4, double=1.0), title=" ".join(PAYLOADS[:5]))


@pytest.fixture
def hostile(hostile_study: Study) -> Iterator[Served]:
    running = Served(hostile_study)
    yield running
    running.stop()


def executed(page: Any) -> bool:
    return bool(page.evaluate("Boolean(window.__hit) || document.documentElement.hasAttribute('data-hit')"))


def test_thirty_payloads_in_every_field_execute_nothing(browser: Any, hostile: Served) -> None:
    every = "\n".join(PAYLOADS)
    assert len(PAYLOADS) >= 30
    for name in ("anna", "boris"):
        with Visit(browser, hostile) as visit:
            page = visit.code_as(name)
            told = page.evaluate(CODE_HOSTILE, [every[:3900], "none" if name == "anna" else "mentioned"])
            assert told == [""] * 12
            visit.go("/code")
            page.wait_for_selector("main[data-state]")
            page.wait_for_timeout(100)
            assert not executed(page)
            assert visit.foreign() == []
    with Visit(browser, hostile) as visit:
        page = visit.lead()
        pair = page.evaluate("fetch('/settle.json').then(a => a.json()).then(d => d.pairs[0])")
        ask = quote("".join(PAYLOADS[:12]))
        paths = [
            f"/settle/{pair['case']}/{pair['variable']}",
            f"/cases/{pair['case']}",
            "/questions",
            "/problems",
            "/settle",
        ]
        paths += [f"/cases?q={ask}&court={ask}", f"/search?q={ask}", f"/settle?variable={ask}&state={ask}", "/progress"]
        paths += [
            f"/agreement/role?one={ask}&other={ask}",
            f"/draw?size=2&by={ask}",
            f"/problems?kind={ask}",
            f"/{ask[:900]}",
        ]
        for path in paths:
            visit.go(path)
            assert not executed(page), path
        assert "dialog" not in " ".join(visit.said)
        assert visit.foreign() == []


CODE_HOSTILE = """async ([memo, value]) => {
  const desk = await (await fetch('/api/desk')).json();
  const told = [];
  const headers = {'Content-Type': 'application/json'};
  const post = async (url, sent) => {
    const body = JSON.stringify({key: crypto.randomUUID(), ...sent});
    const answer = await fetch(url, {method: 'POST', headers, body});
    told.push(answer.ok ? '' : await answer.text());
  };
  for (const [name] of desk.queue) {
    const found = await (await fetch('/api/cases/' + name)).json();
    const start = found.text.indexOf('<'), end = start + 200;
    const quote = [...found.text].slice(start, end).join('');
    const quotes = [{document: found.document, start, end, quote, said_by: 'court', denied: false, memo}];
    await post('/api/decisions', {case: name, variable: 'role', value, memo, quotes});
    await post('/api/decisions', {case: name, variable: 'words', value: memo.slice(0, 900)});
    await post('/api/questions', {case: name, variable: 'role', memo});
  }
  return told;
}"""


# Everybody can read it


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
