"""How long the report takes to write, and how soon a reader of its folder sees something.

    python benchmarks/report.py [--shared DIR] [--cases 2000 --cases 20000] [--studies DIR] [--json FILE]

Pages come from DIR/bench/gen.py; the draw is real, its readers are simulated. Chromium opens the folder from disk: the
first screen of the first page and of the table of all cases, and what a reader does there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bundle import made
from product import ROOT, SHARED, Figure, caselight, figure, must, tell

sys.path.insert(0, str(ROOT / "tests"))

from desk_server import ARGUMENTS, CHROMIUM

GOALS = {2_000: 15, 20_000: 120}  # cases -> seconds to write the report, on two cores
FIRST_SCREEN_SECONDS = 1
# Milliseconds from the start of the navigation to the first frame with something on it.
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# Milliseconds that a reader waits for: the work done at once, then the frame that shows it.
TIMED = """async (act) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await frame();
  const begun = performance.now();
  const box = (name) => document.querySelector(name);
  if (act === 'filter') {
    const facet = box('[data-facet=surveillance_role]');
    facet.value = facet.options[1].value;
    facet.dispatchEvent(new Event('change'));
  } else if (act === 'words') {
    box('#words').value = '2022 суд';
    box('#words').dispatchEvent(new Event('input'));
  } else box('[data-column=court] button').click();
  await frame();
  return performance.now() - begun;
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--cases", type=int, action="append")
    parser.add_argument("--studies", type=Path, help="where studies are kept between runs, or are already: s2000, ...")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as place:
        for cases in given.cases or sorted(GOALS):
            folder = made(given.shared, given.studies or Path(place), cases)
            figures += written(folder, cases)
            figures += seen(folder / "report", cases)
    return tell("The report", figures, given.json)


def written(study: Path, cases: int) -> list[Figure]:
    """Written from the study's tables, every page of it."""
    shutil.rmtree(study / "report", ignore_errors=True)
    done = must(caselight("report", study, sample=True))
    files = [path.stat().st_size for path in (study / "report").rglob("*") if path.is_file()]
    data = sum(path.stat().st_size for path in (study / "report/data/cases").iterdir())
    goal = f"<= {GOALS[cases]}" if cases in GOALS else ""
    used = f"{done.peak_bytes >> 20} MiB, load {os.getloadavg()[0]:.1f}"
    return [
        figure(f"{cases:,} cases: seconds to write the report", done.wall_seconds, goal, used),
        figure(f"{cases:,} cases: seconds of processor for that", done.cpu_seconds),
        figure(f"{cases:,} cases: MB of the report", sum(files) / 1e6, note=f"{len(files):,} files"),
        figure(f"{cases:,} cases: MB of the data of the table of all cases", data / 1e6),
    ]


def seen(report: Path, cases: int) -> list[Figure]:
    """In Chromium, each page opened afresh."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for what, name in (("the first page", "index.html"), ("the table of all cases", "cases/table.html")):
            page = opened(browser, report / name)
            seconds = page.evaluate(PAINTED) / 1000
            found.append(figure(f"{cases:,} cases: seconds to the first screen of {what}", seconds, _FIRST))
        page = opened(browser, report / "cases/table.html")
        drawn = page.evaluate("performance.getEntriesByName('rows drawn')[0].startTime") / 1000
        found.append(figure(f"{cases:,} cases: seconds until the table's rows are drawn", drawn, _FIRST))
        for what, act in (("filter", "filter"), ("look for words", "words"), ("sort", "sort")):
            seconds = page.evaluate(TIMED, act) / 1000
            found.append(figure(f"{cases:,} cases: seconds to {what} in the table", seconds))
        browser.close()
    return found


_FIRST = f"<= {FIRST_SCREEN_SECONDS}"


def opened(browser: Any, file: Path) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"file://{file}")
    page.wait_for_timeout(200)  # paint is told of a moment later
    return page


if __name__ == "__main__":
    sys.exit(main())
