"""The report in a real browser, opened from disk: what a reader sees and does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from caselight.estimate import count_facts
from caselight.pack import load_pack
from caselight.report import Contents, write_report
from caselight.report.contents import Atlas
from caselight.report.geography import Place, read_regions
from caselight.report.names import case_file
from report_sample import small

CHROMIUM = os.environ.get("CASELIGHT_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
pytestmark = pytest.mark.browser


def contents() -> Contents:
    """A small study with a map, by region and by place."""
    one = small(12)
    cases = [replace(row, region="77", event_place="на площади") for row in one.cases]
    places = (Place("площадь", (37.62, 55.75)), Place("вокзал", (30.3, 59.9)))
    place_of = {row.id: places[i % 2].name for i, row in enumerate(cases)}
    regions = read_regions(load_pack("ru").regions, "regions.csv")
    figures = [e for e in one.estimates if e.variable != "fact:region"]
    figures += count_facts("region", [row.id for row in cases], ["77"] * len(cases))
    return replace(one, cases=cases, estimates=figures, atlas=Atlas(regions, (), places, place_of))


CONTENTS = contents()
CASE = case_file(CONTENTS.cases[0].id)
PAGES = ["index.html", "books.html", "codebook.html", "method.html", "how-sure.html", "cases/index.html", CASE]
PAGES += ["breakdowns.html", "timeline.html", "map.html"]
PAGES += ["answers/role/relied_on.html", "problems/index.html", "records/read.html", "facts/outcome/fine.html"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).is_file():
        pytest.skip("needs Chromium (or $CASELIGHT_CHROMIUM)")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("browser") / "report", CONTENTS).parent


class Visit:
    """One page, with what the browser had to say about it."""

    def __init__(self, browser: Any, path: str, **settings: Any) -> None:
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path)

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *args: object) -> None:
        self.context.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_opens_from_disk_without_a_complaint_and_fits(browser: Any, report: Path, name: str, width: int) -> None:
    with Visit(browser, f"file://{report}/{name}", viewport={"width": width, "height": 800}) as visit:
        assert visit.said == []
        assert all(url.startswith("file://") for url in visit.asked)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.evaluate("getComputedStyle(document.body).maxWidth") == "1176px"


@pytest.mark.parametrize("name", ["breakdowns.html", "timeline.html", "map.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_parts(browser: Any, report: Path, name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python")
    source = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
    with Visit(browser, f"file://{report}/{name}", color_scheme=scheme, bypass_csp=True) as visit:
        visit.page.evaluate(source)
        found = visit.page.evaluate("axe.run({resultTypes: ['violations']}).then((told) => told.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_square_of_the_map_leads_to_its_cases_by_keyboard(browser: Any, report: Path) -> None:
    with Visit(browser, f"file://{report}/map.html") as visit:
        visit.page.focus("svg.squares a")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/facts/region/77.html")


def test_light_and_dark_follow_the_reader(browser: Any, report: Path) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with Visit(browser, f"file://{report}/index.html", color_scheme=scheme) as visit:
            grounds.append(visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(252, 251, 248)", "rgb(23, 24, 27)"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_first_page_three_clicks_lead_to_the_words(browser: Any, report: Path, scripts: bool) -> None:
    with Visit(browser, f"file://{report}/index.html", java_script_enabled=scripts) as visit:
        visit.page.click("text=Open the 8 cases")
        visit.page.click(".counted blockquote a >> nth=0")
        assert visit.page.url.endswith("#q.role.1")
        mark = visit.page.locator("mark >> nth=0")
        assert mark.inner_text() == "записью с камер метро"
        visit.page.click(".answer li a >> nth=0")
        assert visit.page.url.endswith("#q.role.1")
        assert mark.is_visible()


def test_clicking_an_answer_scrolls_to_its_words(browser: Any, tmp_path: Path) -> None:
    from report_sample import contents_of, small_codebook, small_page

    long = "Слова, слова, слова.\n" * 200 + "Итак, [запись с камер] исследована.\n" + "Ещё слова.\n" * 200
    contents = contents_of([small_page(long, "long.txt")], small_codebook())
    folder = write_report(tmp_path / "r", contents).parent
    with Visit(browser, f"file://{folder}/{case_file(contents.cases[0].id)}") as visit:
        mark = visit.page.locator("mark >> nth=0")
        assert mark.bounding_box()["y"] > 2000
        visit.page.click(".answer li a >> nth=0")
        assert 0 < mark.bounding_box()["y"] < 700


def test_the_record_is_copied_without_anything_added(browser: Any, report: Path) -> None:
    text = next(iter(CONTENTS.load([CONTENTS.cases[0].id]))).documents[0].text
    with Visit(browser, f"file://{report}/{CASE}") as visit:
        assert visit.page.evaluate("[...document.querySelectorAll('.words')].map(e => e.textContent).join('')") == text


def test_a_list_can_be_filtered_and_a_table_sorted(browser: Any, report: Path) -> None:
    with Visit(browser, f"file://{report}/cases/index.html") as visit:
        page = visit.page
        page.fill(".filter input", "5-11/")
        assert page.locator("tbody tr:visible").count() == 1
        page.fill(".filter input", "")
        page.click("thead button >> nth=0")
        page.click("thead button >> nth=0")
        assert page.locator("tbody tr th >> nth=0").inner_text() == "5-11/2022"
        assert page.locator("thead th >> nth=0").get_attribute("aria-sort") == "descending"


def test_everything_can_be_reached_by_keyboard(browser: Any, report: Path) -> None:
    with Visit(browser, f"file://{report}/index.html") as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash === '#main'")
