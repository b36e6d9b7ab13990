"""What the report's pages print, read out of each page once; pages.py holds it against the tables.

Each printed number is named on the page: <data value="FIGURE" data-is="low">17</data>.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from caselight.bundle.faults import Fault, Verdict, guarded
from caselight.bundle.members import Members
from caselight.bundle.names import REPORT
from caselight.bundle.reading import read_text

_NUMBER = re.compile(r'<data value="([^"<>]*)" data-is="(\w+)">([^<]*)</data>')
_IN_CHART = re.compile(r'<text class="(count|cases|range)" data-of="([^"<>]*)"[^>]*>([^<]*)</text>')
_LEAD = '<section class="lead"'  # of the first page: sentences with figures may stand before it
_ROW = re.compile(r'<tr[^>]*><th scope="row"><a href="([^"]*)">.*?</tr>', re.DOTALL)
_COUNTED = re.compile(r'<ol class="counted".*?</ol>\s*(?:<nav|</section)', re.DOTALL)
_ITEM = re.compile(r'<li><p class="case-line"><a href="[./]*case/[^/"]+/([A-Za-z0-9_-]+)\.html')


@dataclass(frozen=True)
class Page:
    """One page."""

    name: str
    numbers: list[tuple[str, str, str]]  # figure, what of it, as printed
    front: int  # how many of these stand before what is folded away
    rows: list[tuple[str, list[str]]]  # of tables: where the row leads, and the figures that it prints numbers of
    charts: list[tuple[str, str, str]]  # kind of number, figure or place in a table, as printed
    lead: str  # the figure that the page begins with; "" = none
    listed: str  # cases, one a line: of large figures there are many, and many such pages


@dataclass
class PagesRead:
    """What came of reading some pages."""

    verdict: Verdict = field(default_factory=Verdict)
    pages: list[Page] = field(default_factory=list)


def is_page(name: str) -> bool:
    """Whether a member is a page that prints figures."""
    return name.startswith(REPORT) and name.endswith(".html") and not name.startswith(REPORT + "case/")


def read_pages(members: Members, names: Sequence[str]) -> PagesRead:
    """What these pages print."""
    found = PagesRead()
    for name in names:
        left = Fault("figures", "not_checked", name)
        guarded(partial(_read_page, members, name, found.pages), found.verdict, left, name)
    return found


def _read_page(members: Members, name: str, pages: list[Page]) -> None:
    pages.append(page_as_printed(name, read_text(members, name)))


def page_as_printed(name: str, text: str) -> Page:
    """What a page prints, from its HTML."""
    places: list[int] = []
    numbers: list[tuple[str, str, str]] = []
    for match in _NUMBER.finditer(text):
        places.append(match.start())
        numbers.append((html.unescape(match[1]), match[2], match[3]))
    folded = text.find("<details")
    rows = []
    for row in _ROW.finditer(text) if numbers else ():
        inside = numbers[bisect_left(places, row.start()) : bisect_left(places, row.end())]
        rows.append((html.unescape(row[1]), [key for key, _, _ in inside]))
    charts = [(kind, html.unescape(key), shown) for kind, key, shown in _IN_CHART.findall(text)]
    leading = numbers[bisect_left(places, max(0, text.find(_LEAD))) :][:1]
    listed = _COUNTED.search(text)
    items = "\n".join(_ITEM.findall(listed[0])) if listed else ""
    front = bisect_left(places, folded) if folded >= 0 else len(places)
    return Page(name, numbers, front, rows, charts, leading[0][0] if leading else "", items)
