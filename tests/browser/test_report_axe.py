"""axe-core finds nothing on any kind of page of the report, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe import faults
from test_figure_to_words import made
from test_report_pages import Visit, browser

from caselight.report import Contents, write_report

__all__ = ["browser", "made"]  # the fixtures

pytestmark = pytest.mark.browser


def one_of_each(folder: Path) -> Iterator[str]:
    """The table, every page that stands alone, and of each other kind the longest page."""
    yield "cases/table.html#surveillance_role=relied_on&_words=2022&_sort=court"
    yield from (path.name for path in sorted(folder.glob("*.html")))
    yield from ("cases/index.html", "figures/index.html", "problems/index.html", "records/read.html")
    for name in ("figures", "case", "facts", "answers"):
        longest = max((folder / name).rglob("*.html"), key=lambda path: path.stat().st_size)
        yield longest.relative_to(folder).as_posix()


@pytest.mark.parametrize(("language", "most"), [("en", 100), ("ru", 4)])  # what differs is words
def test_axe_finds_nothing_on_any_kind_of_page(
    made: tuple[Path, Contents], browser: Any, tmp_path: Path, language: str, most: int
) -> None:
    folder = write_report(tmp_path / "r", replace(made[1], language=language)).parent
    pages = list(one_of_each(folder))
    assert len(pages) == 17
    found = []
    with Visit(browser, f"file://{folder}/index.html", bypass_csp=True) as visit:
        for name in pages[:most]:
            visit.page.goto(f"file://{folder}/{name}")
            found += faults(visit.page, name)
        visit.page.goto(f"file://{folder}/cases/table.html")
        visit.page.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true; })")
        found += faults(visit.page, "the table with everything open")
    assert found == []
