"""The figures as they are printed: on the report's pages, in its charts and in the tables beside them.

Each printed number is named on the page: <data value="FIGURE" data-is="low">17</data>. It is read back as a person
reads it and held against the table of figures, which was worked out again before.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from pathlib import Path
from typing import Any

from caselight.bundle.beside import Beside
from caselight.bundle.container import Bundle
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import REPORT
from caselight.bundle.pile import FACT, LISTED, MACHINE, Pile
from caselight.bundle.reading import read_rows, read_text
from caselight.bundle.recount import ESTIMATES, label

COLUMNS = ("variable", "name", "value", "unit", "estimate", "low", "high", "level", "method", "n", "N")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(10))})
_PRINTED = re.compile(r'<data value="([^"<>]*)" data-is="(\w+)">([^<]*)</data>')
_IN_CHART = re.compile(r'<text class="(count|cases|range)" data-of="([^"<>]*)"[^>]*>([^<]*)</text>')
_ROW = re.compile(r'<tr[^>]*><th scope="row"><a href="([^"]*)">.*?</tr>', re.DOTALL)
_COUNTED = re.compile(r'<ol class="counted".*?</ol>\s*(?:<nav|</section)', re.DOTALL)
_ITEM = re.compile(r'<li><p class="case-line"><a href="[./]*case/[^/"]+/([A-Za-z0-9_-]+)\.html')
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Rows = Sequence[Mapping[str, Any]]
Others = Mapping[str, Mapping[str, float]]  # "draw/STRATUM", "agreement/VARIABLE" -> its numbers


def slug(value: str) -> str:
    """The name of a figure's page, as the report gives it."""
    if _PLAIN.fullmatch(value) and value not in _DEVICES and not value.startswith("x-"):
        return value
    return "x-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def page_of(row: Mapping[str, Any]) -> str:
    """Where the list of a figure's cases lies in the report."""
    variable = row["variable"]
    folder, about = ("facts", variable[len(FACT) :]) if variable.startswith(FACT) else ("answers", variable)
    return f"{folder}/{slug(about)}/{slug(row['value']) if row['name'] == 'count' else '_' + row['name']}.html"


def number_of(text: str) -> tuple[float, int]:
    """A printed number, and how many decimals it has.

    >>> number_of("1,234"), number_of("12\u202f345,5"), number_of("\u22125")
    ((1234.0, 0), (12345.5, 1), (-5.0, 0))
    """
    plain = html.unescape(text).replace("\u2212", "-").replace("\u202f", "").replace("\xa0", "").strip()
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        raise ValueError(f"{text!r} is no number")
    return float(plain), len(plain.partition(".")[2])


def agrees(what: str, text: str, row: Mapping[str, Any]) -> bool:
    """Whether a printed number is what it says it is: rounded to the digits shown, limits outward, the level down."""
    shown, decimals = number_of(text)
    field, _, scale = what.partition("_")
    if row.get(field) is None:
        return False
    exact = float(row[field]) * (100 if scale else 1) / (row["N"] if scale in ("share", "tenth") else 1)
    if field in ("low", "high") and scale:
        outward, parts = (floor if field == "low" else ceil), (1 if scale == "percent" else 10)
        return any(shown == outward(parts * exact + near) / parts for near in (0.0, 1e-9, -1e-9))
    if field in ("low", "high", "level"):  # limits outward, the level down, at the digits shown
        outward, tens = (ceil if field == "high" else floor), 10**decimals
        return any(abs(shown - outward(tens * exact + near) / tens) < 1e-9 for near in (0.0, 1e-6, -1e-6))
    return bool(abs(shown - exact) <= 0.5 * 10**-decimals + 1e-9)


class Pages:
    """Checks the pages of one report."""

    def __init__(self, bundle: Bundle, rows: Rows, pile: Pile, verdict: Verdict, others: Others) -> None:
        self._bundle, self._rows, self._pile, self._verdict = bundle, rows, pile, verdict
        self._others = others
        self._by_key: dict[str, Mapping[str, Any]] = {}
        for row in rows:
            self._by_key.setdefault(row.get("digest") or "/".join((row["variable"], row["name"], row["value"])), row)
        listed = [row for row in rows if row["method"] == MACHINE and row["name"] in LISTED]
        self._pages = {page_of(row): row for row in listed if not row.get("where")}
        self._tables: dict[str, dict[tuple[str, str], str]] = {}

    def check(self) -> None:
        """Every table and page that prints figures."""
        self._check_figures_table()
        row = self._lead()
        beside = Beside(self._pile, self._rows, row)
        for name in [n for n in self._bundle.sizes if n.startswith(REPORT + "data/") and n.endswith(".csv")]:
            found = self._table(name[len(REPORT) :])
            right = beside.right(name[len(REPORT + "data/") : -len(".csv")], found)
            if right is not None:
                self._compare(name, right, found)
        for name in self._bundle.sizes:
            if name.startswith(REPORT) and name.endswith(".html") and not name.startswith(REPORT + "case/"):
                self._check_page(name)
        self._check_lists()

    def _fault(self, kind: str, file: str, where: str, told: tuple[object, object], affects: str) -> None:
        one = Fault("figures", kind, file, where, str(told[0]), str(told[1]), (affects,) if affects else ())
        self._verdict.faults.append(one)

    def _check_page(self, name: str) -> None:
        text = read_text(self._bundle, name)
        for key, what, shown in _PRINTED.findall(text):
            self._check_number(name, html.unescape(key), what, shown)
        own = self._pages.get(_first_page(name[len(REPORT) :]))
        if own:
            self._check_place(name, "", own, text.partition("<details")[0], needed=True)
        for row in _ROW.finditer(text):
            about = self._pages.get(html.unescape(row[1]).replace("../", ""))
            if about:
                self._check_place(name, row[1], about, row[0], needed=False)
        for kind, key, shown in _IN_CHART.findall(text):
            self._check_in_chart(name, kind, html.unescape(key), shown)

    def _check_in_chart(self, name: str, kind: str, key: str, shown: str) -> None:
        """A number in a drawing: how many of how many, or of cases, by a table; a range of how many, by a figure."""
        row = self._by_key.get(key, {})
        if kind == "range":
            right = [row.get("low"), row.get("high"), row.get("N")]
        else:
            table, _, at = key.partition(".csv/")
            counts = self._table(table + ".csv")
            columns = ("cases_counted", "cases") if kind == "count" else ("cases",)
            right = [counts.get((at, column)) for column in columns]
        self._verdict.add("figures")
        printed = [number_of(part)[0] for part in re.split("[/\u2013]", shown)]
        if None in right or printed != [float(str(number)) for number in right]:
            self._fault("printed_differs", name, f"chart, {key.rpartition('/')[2]}", (right, shown), "")

    def _check_place(self, name: str, where: str, about: Mapping[str, Any], text: str, needed: bool) -> None:
        """That what is printed here are numbers of the figure that this place is about."""
        keys = [html.unescape(key) for key, _, _ in _PRINTED.findall(text)]
        if needed and not keys:
            self._fault("not_printed", name, where, (label(about), "no number"), label(about))
        for key in keys:
            if not key.startswith("data/") and not self._is_about(key, about):
                self._fault("wrong_figure", name, where, (label(about), key), label(about))

    def _is_about(self, key: str, own: Mapping[str, Any]) -> bool:
        row = self._by_key.get(key)
        if row is None:
            return False
        about = own["variable"], own["value"]
        return (row["variable"], row["value"]) == about or list(about) in map(list, row.get("where", ()))

    def _check_number(self, name: str, key: str, what: str, shown: str) -> None:
        self._verdict.add("figures")
        if key.startswith("data/"):
            table, _, at = key.partition(".csv/")
            cell = self._table(table + ".csv").get((at, what))
            if cell is None or number_of(shown)[0] != float(cell):
                self._fault("printed_differs", name, f"{at}, {what}", (cell, shown), "")
            return
        if key in self._others:
            right = self._others[key].get(what)
            number, decimals = number_of(shown)
            if right is None or abs(number - right) > 0.5 * 10**-decimals + 1e-9:
                self._fault("printed_differs", name, f"{key}, {what}", (right, shown), "")
            return
        row = self._by_key.get(key)
        if row is None:
            self._fault("wrong_figure", name, what, ("a figure of the table of figures", key), "")
        elif not agrees(what, shown, row):
            told = row.get(what.partition("_")[0]), html.unescape(shown)
            self._fault("printed_differs", name, f"{label(row)}, {what}", told, label(row))

    def _lead(self) -> Mapping[str, Any] | None:
        """The figure that the report begins with: its tables part it by year, court ..."""
        if REPORT + "index.html" not in self._bundle.sizes:
            return None
        text = read_text(self._bundle, REPORT + "index.html")
        found = _PRINTED.search(text.partition('<section class="lead"')[2] or text)  # sentences may stand before it
        return self._by_key.get(html.unescape(found[1])) if found else None

    def _table(self, name: str) -> dict[tuple[str, str], str]:
        """A table beside the report: (label, column) -> cell; a row that two columns name has both in its label."""
        if name not in self._tables:
            found: dict[tuple[str, str], str] = {}
            if REPORT + name in self._bundle.sizes:
                rows = list(csv.reader(io.StringIO(read_text(self._bundle, REPORT + name), newline="")))
                keys = 2 if rows and rows[0][1:2] in (["answer"], ["judge"]) else 1
                for row in rows[1:]:
                    at = "/".join(map(_bare, row[:keys]))
                    found |= {(at, rows[0][i]): _bare(cell) for i, cell in enumerate(row) if i >= keys}
            self._tables[name] = found
        return self._tables[name]

    def _compare(self, name: str, right: Mapping[tuple[str, str], str], found: Mapping[tuple[str, str], str]) -> None:
        """A table beside the report with what it should be."""
        self._verdict.add("figures", len(right))
        for key in sorted(right.keys() | found.keys()):
            if right.get(key) != found.get(key):
                told = right.get(key), found.get(key)
                self._fault("printed_differs", name, ", ".join(key), told, f"fact:{Path(name).stem}={key[0]}")

    def _check_figures_table(self) -> None:
        name = REPORT + "data/figures.csv"
        if name not in self._bundle.sizes:
            return
        found = list(csv.reader(io.StringIO(read_text(self._bundle, name), newline="")))[1:]
        if len(found) != len(self._rows):
            self._fault("printed_differs", name, "", (f"{len(self._rows)} figures", f"{len(found)}"), "*")
        for at, (row, cells) in enumerate(zip(self._rows, found, strict=False), 2):
            right = ["" if row[column] is None else str(row[column]) for column in COLUMNS]
            self._verdict.add("figures")
            if [_bare(cell) for cell in cells[: len(COLUMNS)]] != [_bare(cell) for cell in right]:
                self._fault("printed_differs", name, f"line {at}", (",".join(right), ",".join(cells)), label(row))

    def _check_lists(self) -> None:
        """The cases that a figure's page lists are those that it counts."""
        for number, row in read_rows(self._bundle, ESTIMATES):
            page = page_of(row) if row["method"] == MACHINE and row["name"] in LISTED and not row.get("where") else ""
            if not page:
                continue
            if REPORT + page not in self._bundle.sizes:
                self._fault(
                    "not_printed", REPORT + page, "", (label(row), f"no page (line {number} of the table)"), label(row)
                )
                continue
            listed = [case for name in self._later_pages(page) for case in self._listed(name)]
            self._verdict.add("figures")
            if sorted(listed) != sorted(row["cases"]):
                wrong = ", ".join(sorted(set(listed) ^ set(row["cases"]))[:3])
                told = f"{len(row['cases'])} cases", f"{len(listed)}; in one list and not in the other: {wrong}"
                self._fault("list_differs", REPORT + page, "", told, label(row))

    def _later_pages(self, page: str) -> Iterator[str]:
        number, name = 1, REPORT + page
        while name in self._bundle.sizes:
            yield name
            number += 1
            name = f"{REPORT}{page.removesuffix('.html')}.{number}.html"

    def _listed(self, name: str) -> list[str]:
        found = _COUNTED.search(read_text(self._bundle, name))
        return _ITEM.findall(found[0]) if found else []


def _first_page(name: str) -> str:
    return re.sub(r"\.\d+\.html$", ".html", name)


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
