"""Computes the ranges of the picture of intervals, and writes the pictures of docs/explanation.md in both languages.

    python docs/write_pictures.py [--check]

The pile is one that this work meets: 2,000 cases, 97 of them with the code; the machine finds nine tenths of them and
is wrong on one in a hundred of the others. It is drawn and read forty times with the product's own method. The seed is
the first of 1, 2, 3 ...; it was not chosen by what it shows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from caselight.estimate.stratified import count
from caselight.report import pictures
from caselight.report.interface import Interface
from caselight.review import allocate
from caselight.types import Stratum

CASES, TRUTH, FOUND, FALSE = 2000, 97, 87, 19  # FOUND of the TRUTH are marked, and FALSE of the others
READ, DRAWS, SEED = 200, 40, 1
IMAGES = Path(__file__).parent / "images"
# The report's own colours, light: a picture in a document has no style sheet around it.
STYLE = (
    "<style>text{font:12px sans-serif;fill:#5a5852}.head{font-weight:600;fill:#1b1b1a}.axis{stroke:#d8d5cc}"
    ".truth{stroke:#1b1b1a;stroke-dasharray:4 3}.interval{stroke:#0072b2;stroke-width:2}.solid{fill:#0072b2}"
    ".interval.misses{stroke:#d55e00}.solid.misses{fill:#d55e00}.box{fill:#f3f1ea;stroke:#bcb8ad}"
    ".arrow{fill:none;stroke:#5a5852}.is-true{fill:#0072b2}.not-true{fill:#d8d5cc}"
    ".marked{fill:none;stroke:#d55e00;stroke-width:2}</style>"
)


def ranges() -> list[list[int]]:
    """(DRAWS, 3) int: low, estimate, high of each draw."""
    chance = np.random.default_rng(SEED)
    marked = FOUND + FALSE
    sizes = allocate({"yes": marked, "no": CASES - marked}, READ, "no")
    found = []
    for _ in range(DRAWS):
        x_yes = int(chance.hypergeometric(FOUND, FALSE, sizes["yes"]))
        x_no = int(chance.hypergeometric(TRUTH - FOUND, CASES - marked - TRUTH + FOUND, sizes["no"]))
        seen = count([Stratum(marked, sizes["yes"], x_yes), Stratum(CASES - marked, sizes["no"], x_no)])
        assert seen.estimate is not None  # cases of both strata were drawn
        found.append([seen.low, round(seen.estimate), seen.high])
    return found


def ranges_text() -> str:
    """What stands in pictures.yaml."""
    rows = "".join(f"  - [{low}, {at}, {high}]\n" for low, at, high in ranges())
    head = "# Written by docs/write_pictures.py: ranges (low, estimate, high) of draws of one pile, and its truth.\n"
    return f"{head}truth: {TRUTH}\nranges:\n{rows}"


def images() -> Iterator[tuple[Path, str]]:
    """Each picture of the documents, made from pictures.yaml as it is."""
    for language in ("en", "ru"):
        t = Interface(language)
        for picture in (pictures.errors, pictures.dice, pictures.intervals):
            svg = str(picture(t)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
            yield IMAGES / f"{picture.__name__}.{language}.svg", svg.replace("</title>", "</title>" + STYLE, 1) + "\n"


def _done(path: Path, text: str, check: bool) -> bool:
    """Whether the file holds this; without `check` it is made to."""
    if not check:
        path.write_text(text, "utf-8")
    return path.read_text("utf-8") == text if path.exists() else False


def main() -> int:
    """Writes the files, or says which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [path.name for path, text in [(pictures.RANGES, ranges_text()), *images()] if not _done(path, text, check)]
    if stale:
        print(f"out of date: {', '.join(stale)}. Run make docs", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    raise SystemExit(main())
