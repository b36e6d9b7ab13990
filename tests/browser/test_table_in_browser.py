"""The table of all cases in a real browser, opened from disk: filters, sorting, the address, the keyboard, the CSV."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_report_pages import Visit, browser

from caselight.report import write_report
from report_sample import contents_of, hostile, small, small_codebook, small_page

__all__ = ["browser"]  # the fixture

pytestmark = pytest.mark.browser
TABLE = "cases/table.html"
SIZE = 250
FOUND = "#found"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("table") / "report", small(SIZE)).parent


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    with Visit(browser, f"file://{report}/{TABLE}", viewport={"width": 1280, "height": 900}) as visit:
        yield visit.page
        assert visit.said == []
        assert all(url.startswith(("file://", "blob:")) for url in visit.asked)


def rows(page: Any) -> list[str]:
    return page.locator("#rows tbody th").all_inner_texts()


def filter_by(page: Any, key: str, label: str) -> None:
    if not page.locator(f"[data-facet={key}]").is_visible():
        page.click("details[data-group=answers] summary")
    box = page.locator(f"[data-facet={key}]")
    value = box.locator("option", has_text=label).get_attribute("value")
    box.select_option(value)


def test_a_page_of_the_rows_is_drawn_with_how_many_there_are(page: Any) -> None:
    assert page.inner_text(FOUND) == f"Cases shown: {SIZE} of {SIZE}"
    assert len(rows(page)) == 100
    first = ["5-0/2022", "Районный суд", "13\u00a0May 2022", "not known", "fine", "relied on", "metro"]
    assert page.inner_text("#rows tbody tr:first-child").split("\t") == first
    page.click(".ways:visible >> nth=0 >> [data-step='1']")
    page.click(".ways:visible >> nth=0 >> [data-step='1']")
    assert rows(page)[0] == "5-200/2022"
    assert len(rows(page)) == 50
    assert page.get_attribute(".ways >> nth=0 >> [data-step='1']", "aria-disabled") == "true"
    page.press(".ways:visible >> nth=0 >> [data-step='1']", "Enter")
    assert rows(page)[0] == "5-200/2022"


def test_filters_narrow_each_other_and_say_how_many_each_value_would_leave(page: Any) -> None:
    assert page.locator("[data-facet=role] option").all_text_contents() == ["all", "relied on (167)", "none (83)"]
    filter_by(page, "role", "none")
    assert page.inner_text(FOUND) == f"Cases shown: 83 of {SIZE}"
    assert page.locator("[data-facet=role] option").all_text_contents() == ["all", "relied on (167)", "none (83)"]
    assert page.locator("[data-facet=place] option").all_text_contents() == ["all", "not asked (83)"]
    page.select_option("[data-facet=role]", "")
    filter_by(page, "place", "metro")
    assert page.locator("[data-facet=role] option").all_text_contents() == ["all", "relied on (167)"]
    page.click("#clear")
    assert page.inner_text(FOUND) == f"Cases shown: {SIZE} of {SIZE}"


def test_words_are_looked_for_in_the_columns_shown_alone(page: Any) -> None:
    page.fill("#words", "5-11/ РАЙОННЫЙ")
    assert rows(page) == ["5-11/2022"]
    page.fill("#words", "Мир")
    assert page.inner_text(FOUND) == f"Cases shown: 0 of {SIZE}"
    assert page.is_visible("#nothing")
    page.click("summary:has-text('Columns')")
    page.check("[data-shown=slogan]")
    assert page.inner_text(FOUND) == f"Cases shown: 167 of {SIZE}"


def test_the_address_keeps_the_choice_over_reload_and_the_way_back_from_a_case(page: Any) -> None:
    filter_by(page, "role", "relied on")
    page.click("[data-column=case_number] button")
    page.click("[data-column=case_number] button")
    page.click(".ways:visible >> nth=0 >> [data-step='1']")
    page.click("summary:has-text('Columns')")
    page.uncheck("[data-shown=court]")
    first, address = rows(page), page.url
    columns = "decision_date%2Cstatute%2Coutcome%2Crole%2Cplace"
    assert address.endswith(f"#role=relied_on&_sort=-case_number&_columns={columns}")
    page.click(".ways:visible >> nth=0 >> [data-step='1']")
    first, address = rows(page), page.url
    page.reload()
    assert rows(page) == first
    page.click("#rows tbody a >> nth=0")
    page.wait_for_selector("main.case")
    assert page.inner_text("h1") == first[0]
    page.go_back()
    page.wait_for_selector("#rows tbody tr")
    assert (rows(page), page.url) == (first, address)
    assert page.is_visible("[data-facet=role]"), "a filter that is in force is not hidden"


def test_every_column_sorts_both_ways_with_empty_cells_last(page: Any) -> None:
    page.click("summary:has-text('Columns')")
    page.check("[data-shown=people]")
    head = page.locator("[data-column=people]")
    for direction in ("ascending", "descending"):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == direction
        assert "10" in page.inner_text("#rows tbody tr:first-child")
    page.click("[data-column=case_number] button")
    assert head.get_attribute("aria-sort") is None
    assert rows(page)[:3] == ["5-0/2022", "5-1/2022", "5-2/2022"], "numbers in a name sort as numbers"


def test_the_keyboard_alone_filters_sorts_and_opens_a_case(page: Any) -> None:
    page.focus("#words")
    page.keyboard.type("5-11/")
    page.keyboard.press("Tab")  # the heading of the facts
    page.keyboard.press("Enter")  # closes them
    page.keyboard.press("Tab")  # of the answers
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.facet") == "role"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.facet") == "role", "drawing anew does not lose the place"
    assert page.inner_text(FOUND) == f"Cases shown: 1 of {SIZE}"
    page.focus("#csv")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.parentElement.dataset.column") == "case_number"
    page.keyboard.press("Enter")
    assert page.get_attribute("[data-column=case_number]", "aria-sort") == "ascending"
    page.focus("#rows tbody a")
    page.keyboard.press("Enter")
    page.wait_for_selector("main.case")


def test_the_rows_left_are_saved_as_csv_with_all_columns(page: Any) -> None:
    filter_by(page, "role", "none")
    with page.expect_download() as caught:
        page.click("#csv")
    data = Path(caught.value.path()).read_bytes().decode("utf-8")
    assert data.startswith("\ufeffid,case_number,")
    assert data.count("\r\n") == 84
    found = list(csv.DictReader(io.StringIO(data[1:], newline="")))
    assert len(found) == 83
    assert found[0] == {
        "id": found[0]["id"],
        "case_number": "5-1/2022",
        "court": "Районный суд",
        "judge": "",
        "year": "2022",
        "decision_date": "2022-05-13",
        "instance": "first",
        "statute": "",
        "outcome": "fine",
        "role": "none",
        "place": "",
        "people": "",
        "slogan": "",
    }
    assert caught.value.suggested_filename == "cases.csv"


def test_a_figures_page_opens_the_table_with_its_cases(browser: Any, report: Path) -> None:
    with Visit(browser, f"file://{report}/answers/place/metro.html") as visit:
        visit.page.click("text=These cases in the table with filters")
        visit.page.wait_for_selector("#rows tbody tr")
        assert visit.page.inner_text(FOUND) == f"Cases shown: 167 of {SIZE}"


def test_without_scripts_the_page_says_so_and_the_list_is_there(browser: Any, report: Path) -> None:
    with Visit(browser, f"file://{report}/{TABLE}", java_script_enabled=False) as visit:
        text = visit.page.inner_text("main")
        assert "needs JavaScript" in text
        assert "Opening the table" not in text
        visit.page.click("noscript a")
        assert visit.page.locator("tbody tr").count() == SIZE


def test_a_part_that_is_missing_is_told(browser: Any, report: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(report, copied, ignore=lambda folder, names: {"1.js"} & set(names))
    with Visit(browser, f"file://{copied}/{TABLE}") as visit:
        assert visit.page.inner_text("#missing").startswith(f"Only 0 of {SIZE} cases")


def test_what_stands_in_records_is_only_ever_text(browser: Any, tmp_path: Path) -> None:
    folder = write_report(tmp_path / "r", hostile()).parent
    with Visit(browser, f"file://{folder}/{TABLE}") as visit:
        assert visit.said == []
        assert visit.page.locator("#rows img, #rows script, option img").count() == 0
        assert "<script>alert(1)</script>" in visit.page.inner_text("#rows")


@pytest.mark.parametrize("cell", ["=1+1", "+7", "@A1", 'say "a, b"', "a\nb"])
def test_no_cell_of_the_csv_is_run_or_breaks_a_row(browser: Any, tmp_path: Path, cell: str) -> None:
    contents = contents_of([small_page("[видео]", "a.txt", "5-1/2022", court=cell)], small_codebook())
    folder = write_report(tmp_path / "r", contents).parent
    with Visit(browser, f"file://{folder}/{TABLE}") as visit:
        with visit.page.expect_download() as caught:
            visit.page.click("#csv")
        text = Path(caught.value.path()).read_bytes().decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert row["court"] == ("'" if cell[0] in "=+@" else "") + " ".join(cell.split())


def test_all_rows_that_are_left_are_printed_with_the_filters_in_words(page: Any) -> None:
    assert not page.is_visible("#chosen")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(rows(page)) == SIZE
    page.emulate_media(media="print")
    assert not page.is_visible("#words")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(rows(page)) == 100
    page.emulate_media(media="screen")
    filter_by(page, "role", "none")
    page.fill("#words", "5-1")
    page.emulate_media(media="print")
    assert page.inner_text("#chosen") == "Which role did cameras play? none; “5-1”"
