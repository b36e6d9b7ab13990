"""From every figure of the demo's first page two clicks lead to a sentence in its record, from disk, in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_report_pages import Visit, browser

from caselight import demo
from caselight.pipeline import Options
from caselight.report import Contents
from caselight.report.figures import group, headline
from caselight.report.interface import Interface
from caselight.report.names import FACT, Names

__all__ = ["browser"]  # the fixture

pytestmark = pytest.mark.browser

# Everything on the first page that prints a number of a figure, or says one in words; and the link beside it.
FIGURES = """() => {
  const said = [...document.querySelectorAll('main data, svg .count, .sentences a, .sum b')];
  return said.map((one) => {
    const link = one.closest('a') ?? one.closest('tr, p, h2, li').querySelector('a');
    return [one.textContent, link && link.getAttribute('href')];
  });
}"""

# The words that the address names are outlined and on the screen.
IN_SIGHT = """() => {
  const one = document.querySelector(':target');
  const top = one.getBoundingClientRect().top;
  return one.textContent !== '' && getComputedStyle(one).outlineStyle === 'solid' && top >= 0 && top < innerHeight;
}"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Contents]:
    folder = tmp_path_factory.mktemp("demo") / "study"
    _, contents = demo.make(folder, "en", Options(2, None, "2026-01-01"), lambda *_: None)
    return folder / "report", contents


def with_words(contents: Contents) -> dict[str, bool]:
    """Page of each figure -> whether any case on it has words to show: those of its answer, or of the headline's."""
    names = Names(Interface("en"), contents.codebook)
    blocks = group(contents.estimates, names, contents.fieldwork)
    lead = headline([b for b in blocks if not b.variable.startswith(FACT)], names)
    assert lead is not None
    quoted = {v.name: contents.quotes(v.name) for v in contents.codebook.variables}
    place = {row.id: i for i, row in enumerate(contents.cases)}
    found = {}
    for block in blocks:
        of = quoted[lead.estimate.variable if block.variable.startswith(FACT) else block.variable]
        for figure in block.figures:
            found[figure.file] = any(of[place[case]] for case in figure.estimate.cases)
            if figure.page:  # people may have read none of those cases
                read = set(figure.finding.cases) & set(figure.estimate.cases) if figure.finding else set()
                found[figure.page] = any(of[place[case]] for case in read)
    return found


def test_two_clicks_lead_from_every_figure_to_its_words(made: tuple[Path, Contents], browser: Any) -> None:
    folder, contents = made
    expected, lead_nowhere, without = with_words(contents), [], []
    with Visit(browser, f"file://{folder}/index.html", viewport={"width": 1280, "height": 900}) as visit:
        page = visit.page
        figures = page.evaluate(FIGURES)
        assert len(figures) > 200
        assert [text for text, href in figures if not href] == []
        page.click(".years a >> nth=1")
        assert page.url.endswith("facts/year/2021.html")
        for href in dict.fromkeys(href for _, href in figures):
            page.goto(f"file://{folder}/{href}")  # the first click
            words = page.locator("a[href*='#q.']:visible")
            if words.count():
                told = " ".join(words.first.inner_text().removesuffix("…").split())
                words.first.click()
                page.wait_for_selector("article.record")
                page.wait_for_load_state()
                if told not in " ".join(page.inner_text("article.record").split()) or not page.evaluate(IN_SIGHT):
                    lead_nowhere.append(href)
            else:
                without.append(href)
        assert visit.said == []
    assert lead_nowhere == []
    assert [href for href in without if expected[href]] == []
    assert len(without) < len(expected) / 4, "most answers rest on words"
