"""The figures as they are printed: on the report's pages, in its charts and in the tables beside them.

Each printed number (printed.py reads them out) is taken as a person takes it and held against the table of figures,
which was worked out again before: a page that prints what follows is right, whatever the table says.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from math import ceil, floor, isclose
from pathlib import Path
from typing import Any

from caselight.bundle.beside import Beside
from caselight.bundle.container import Bundle
from caselight.bundle.faults import Fault, Verdict, guarded
from caselight.bundle.names import ESTIMATES, REPORT
from caselight.bundle.pile import FACT, LISTED, MACHINE, Pile, counted
from caselight.bundle.printed import Page
from caselight.bundle.reading import read_text
from caselight.bundle.recount import RESTS, fingerprint, label

COLUMNS = ("variable", "name", "value", "unit", "estimate", "low", "high", "level", "method", "n", "N")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(10))})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Figure = Mapping[str, Any]
Rows = Sequence[Figure]
OF_STRATA, LETTERS = "strata/", ("N", "n", "x", "undecided")
ALL_FIGURES = REPORT + "figures/index.html"
RANGES = "agreement, resampled limits"  # a kind of number that takes more than Python alone
PRINTED_MEASURES = ("same", "alpha", "ac1")
RANGE = re.compile(rf"({'|'.join(PRINTED_MEASURES)})_(low|high)")
OF_DRAW = ("draw/", "agreement/")  # how numbers begin that are no figures: sizes of strata, agreement


@dataclass(frozen=True)
class Others:
    """Numbers that are no figures: of the draw, and of how far coders agree."""

    numbers: Mapping[str, Mapping[str, float]]  # "draw/STRATUM", "agreement/VARIABLE" -> its numbers
    lost: str = ""  # the file because of which some could not be worked out; "" = all could


def slug(value: str) -> str:
    """The name of a figure's page, as the report gives it."""
    if _PLAIN.fullmatch(value) and value not in _DEVICES and not value.startswith("x-"):
        return value
    return "x-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def page_of(row: Figure) -> str:
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


def is_rounded(text: str, right: float) -> bool:
    """Whether a printed number is this one, rounded to the digits shown."""
    shown, decimals = number_of(text)
    return bool(abs(shown - right) <= 0.5 * 10**-decimals + 1e-9)


def agrees(what: str, text: str, row: Figure) -> bool:
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

    def __init__(
        self, bundle: Bundle, figures: tuple[Rows, Pile], pages: Mapping[str, Page], others: Others, verdict: Verdict
    ) -> None:
        self._bundle, self._pages, self._verdict = bundle, pages, verdict
        self._rows, self._pile = figures
        self._others, self._lost = others.numbers, others.lost
        self._by_key: dict[str, Mapping[str, Any]] = {}
        for row in self._rows:
            self._by_key.setdefault(row.get("digest") or "/".join((row["variable"], row["name"], row["value"])), row)
        listed = [row for row in self._rows if row["method"] == MACHINE and row["name"] in LISTED]
        self._about = {REPORT + page_of(row): row for row in listed if not row.get("where")}
        people = [row for row in self._rows if row.get("strata")]
        self._of_people = {f"{REPORT}figures/{row['digest'][:16]}.html": row for row in people}
        self._tables: dict[str, dict[tuple[str, str], str]] = {}

    def check(self) -> None:
        """Every table and page that prints figures."""
        self._check_figures_table()
        beside, front = Beside(self._pile, self._rows, self._lead()), REPORT + "index.html"
        for name in [n for n in self._bundle.sizes if n.startswith(REPORT + "data/") and n.endswith(".csv")]:
            left = Fault("figures", "not_checked", name)
            if front in self._bundle.sizes and front not in self._pages:
                self._verdict.wrong(replace(left, follows=front))
            else:
                guarded(partial(self._check_beside, name, beside), self._verdict, left)
        for name, page in self._pages.items():
            left = Fault("figures", "not_checked", name, things=len(page.numbers))
            guarded(partial(self._check_page, page), self._verdict, left, name)
        self._check_lists()
        self._check_agreement()

    def _fault(self, kind: str, file: str, where: str, told: tuple[object, object], affects: str) -> None:
        about, rests = (affects,) if affects else (), (ESTIMATES, *RESTS, REPORT + "data/", REPORT + "index.html")
        self._verdict.wrong(Fault("figures", kind, file, where, str(told[0]), str(told[1]), about, rests))

    def _follows(self, kind: str, file: str, where: str, told: tuple[object, object], affects: str) -> None:
        """What a page prints as the table has it, where the table is wrong and named for it."""
        expected, found = str(told[0]), str(told[1])
        fault = Fault("figures", kind, file, where, expected, found, (affects,), follows=ESTIMATES)
        self._verdict.wrong(fault)

    def _check_page(self, page: Page) -> None:
        name = page.name
        for key, what, shown in page.numbers:
            self._check_number(name, key, what, shown)
        keys = [key for key, _, _ in page.numbers[: page.front]]
        own = self._about.get(_first_page(name))
        if own:
            self._check_place(name, "", own, keys, needed=True)
        figure = self._of_people.get(name)
        if figure:
            self._check_strata(page, figure)
        for link, printed in page.rows:
            about = self._about.get(REPORT + link.replace("../", ""))
            if about:
                self._check_place(name, link, about, printed, needed=False)
        for kind, key, shown in page.charts:
            self._check_in_chart(name, kind, key, shown)

    def _check_in_chart(self, name: str, kind: str, key: str, shown: str) -> None:
        """A number in a drawing: how many of how many, or of cases, by a table; a range of how many, by a figure."""
        self._verdict.add("figures")
        row = self._by_key.get(key) if kind == "range" else None
        right = _range(row) if row else self._cells(kind, key)
        printed = [number_of(part)[0] for part in re.split("[/\u2013]", shown)]
        if kind == "range" and len(printed) == 2:  # one number is both limits
            printed.insert(0, printed[0])
        if printed == right:
            return
        where, told = f"chart, {key.rpartition('/')[2]}", (right, shown)
        if row and row["claimed"] and printed == _range({**row, **row["claimed"]}):
            self._follows("printed_differs", name, where, told, label(row))
        else:
            self._fault("printed_differs", name, where, told, label(row) if row else "")

    def _cells(self, kind: str, key: str) -> list[float | None]:
        table, _, at = key.partition(".csv/")
        cells = self._table(table + ".csv")
        columns = ("cases_counted", "cases") if kind == "count" else ("cases",)
        return [float(cells[at, column]) if (at, column) in cells else None for column in columns]

    def _check_strata(self, page: Page, row: Figure) -> None:
        """What was seen in each stratum, as the page of a figure of people repeats it."""
        if row["digest"] not in [key for key, _, _ in page.numbers[: page.front]]:
            self._fault("not_printed", page.name, "", (label(row), "no number"), label(row))
        shown = [(key, what, number_of(text)[0]) for key, what, text in page.numbers if key.startswith(OF_STRATA)]
        right = _strata(row)
        if shown == right or (row["claimed"].get("strata") and _unordered(shown) == _unordered(right)):
            return
        told = (
            ", ".join(f"{what} {number:g}" for _, what, number in right),
            ", ".join(f"{w} {n:g}" for _, w, n in shown),
        )
        if shown == _strata({**row, **row["claimed"]}):
            self._follows("printed_differs", page.name, "strata", told, label(row))
        else:
            self._fault("printed_differs", page.name, "strata", told, label(row))

    def _check_place(self, name: str, where: str, about: Figure, keys: Sequence[str], needed: bool) -> None:
        """That what is printed here are numbers of the figure that this place is about."""
        if needed and not keys:
            self._fault("not_printed", name, where, (label(about), "no number"), label(about))
        for key in keys:
            if not key.startswith("data/") and not self._is_about(key, about):
                self._fault("wrong_figure", name, where, (label(about), key), label(about))

    def _is_about(self, key: str, own: Figure) -> bool:
        row = self._by_key.get(key)
        if row is None:
            return False
        about = own["variable"], own["value"]
        return (row["variable"], row["value"]) == about or list(about) in map(list, row.get("where", ()))

    def _check_number(self, name: str, key: str, what: str, shown: str) -> None:
        self._verdict.add("figures")
        row = self._by_key.get(key)
        if key.startswith("data/"):
            table, _, at = key.partition(".csv/")
            cell = self._table(table + ".csv").get((at, what))
            if cell is None or number_of(shown)[0] != float(cell):
                self._fault("printed_differs", name, f"{at}, {what}", (cell, shown), "")
        elif key in self._others:
            self._check_other(name, (key, what), shown)
        elif row is not None:
            self._check_of_figure(name, row, what, shown)
        elif self._lost and key.startswith(OF_DRAW):
            self._verdict.wrong(Fault("figures", "not_checked", name, f"{key}, {what}", follows=self._lost))
        elif not key.startswith(OF_STRATA):  # those of a page are checked all together, see _check_strata
            self._fault("wrong_figure", name, what, ("a figure of the table of figures", key), "")

    def _check_other(self, name: str, place: tuple[str, str], shown: str) -> None:
        key, what = place
        right = self._others[key].get(what)
        if right is None and RANGE.fullmatch(what):
            self._verdict.notes.append(("not_recomputed", RANGES))
        elif right is None or not is_rounded(shown, right):
            self._fault("printed_differs", name, f"{key}, {what}", (right, shown), "")

    def _check_of_figure(self, name: str, row: Figure, what: str, shown: str) -> None:
        if agrees(what, shown, row):
            return
        where, told = f"{label(row)}, {what}", (row.get(what.partition("_")[0]), html.unescape(shown))
        if row["claimed"] and agrees(what, shown, {**row, **row["claimed"]}):  # as the table has it, which is named
            self._follows("printed_differs", name, where, told, label(row))
        else:
            self._fault("printed_differs", name, where, told, label(row))

    def _lead(self) -> Figure | None:
        """The figure that the report begins with: its tables part it by year, court ..."""
        front = self._pages.get(REPORT + "index.html")
        return self._by_key.get(front.lead) if front else None

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

    def _check_beside(self, name: str, beside: Beside) -> None:
        found = self._table(name[len(REPORT) :])
        right = beside.right(name[len(REPORT + "data/") : -len(".csv")], found)
        if right is not None:
            self._compare(name, right, found)

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
            self._verdict.add("figures")
            if _holds(cells, row):
                continue
            told = ",".join(_cells(row)), ",".join(cells)
            if row["claimed"] and _holds(cells, {**row, **row["claimed"], "claimed": {}}):
                self._follows("printed_differs", name, f"line {at}", told, label(row))
            else:
                self._fault("printed_differs", name, f"line {at}", told, label(row))

    def _check_lists(self) -> None:
        """The cases that a figure's page lists are those that it counts."""
        for name, row in self._about.items():
            if name not in self._bundle.sizes:
                told = label(row), f"no page (line {row['line']} of the table)"
                self._fault("not_printed", name, "", told, label(row))
                continue
            pages = list(self._later_pages(name))
            if not all(page in self._pages for page in pages):
                continue  # one of them cannot be read, and is named
            listed = [case for page in pages for case in self._pages[page].listed.split("\n") if case]
            right = counted(self._pile, row["variable"]).get((row["name"], row["value"]), [])
            self._verdict.add("figures")
            if sorted(listed) != sorted(right):
                if row["claimed"].get("cases") == fingerprint(listed):
                    told = f"{len(right)} cases", f"{len(listed)}"
                    self._follows("list_differs", name, "", told, label(row))
                    continue
                wrong = ", ".join(sorted(set(listed) ^ set(right))[:3])
                told = f"{len(right)} cases", f"{len(listed)}; in one list and not in the other: {wrong}"
                self._fault("list_differs", name, "", told, label(row))

    def _check_agreement(self) -> None:
        """Every measure of agreement stands on the page of all figures, if people have made any."""
        page = self._pages.get(ALL_FIGURES)
        there = {(key, what) for key, what, _ in page.numbers} if page else set()
        for key, numbers in self._others.items() if page else ():
            for what in numbers if key.startswith("agreement/") else ():
                if what != "same_percent" and (key, what) not in there:
                    self._fault("not_printed", ALL_FIGURES, f"{key}, {what}", (numbers[what], "no number"), "")

    def _later_pages(self, name: str) -> Iterator[str]:
        number, page = 1, name
        while page in self._bundle.sizes:
            yield page
            number += 1
            page = f"{name.removesuffix('.html')}.{number}.html"


def _range(row: Figure) -> list[float | None]:
    """Limits and size, as a drawing prints them."""
    return [None if row.get(name) is None else float(row[name]) for name in ("low", "high", "N")]


def _strata(row: Figure) -> list[tuple[str, str, float]]:
    """Key, letter and number of everything seen in the strata of a figure."""
    parts = enumerate(row["strata"])
    return [(f"{OF_STRATA}{row['digest']}/{at}", what, float(part[what])) for at, part in parts for what in LETTERS]


def _unordered(numbers: Sequence[tuple[str, str, float]]) -> list[tuple[float, ...]]:
    plain = [number for _, _, number in numbers]
    return sorted(tuple(plain[at : at + len(LETTERS)]) for at in range(0, len(plain), len(LETTERS)))


def _first_page(name: str) -> str:
    return re.sub(r"\.\d+\.html$", ".html", name)


def _cells(row: Figure) -> list[str]:
    """A figure's line in the table beside the report."""
    return ["" if row[column] is None else str(row[column]) for column in COLUMNS]


def _holds(cells: Sequence[str], row: Figure) -> bool:
    """Whether these cells are the figure's; a number that was worked out here may differ in its last bit."""
    for column, cell, right in zip_longest(COLUMNS, map(_bare, cells[: len(COLUMNS)]), map(_bare, _cells(row))):
        if cell != right and not (column in row["claimed"] and cell and right and isclose(float(cell), float(right))):
            return False
    return True


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
