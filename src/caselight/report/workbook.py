"""The study as one Excel workbook, a sheet for each table: numbers are numbers, days are days, text is never a formula.

What a sheet cannot hold is not lost silently: a table longer than a sheet goes on in the next ("answers 2"), and a cell
longer than Excel allows ends in a mark that says how long it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from caselight.report.contents import Contents
from caselight.report.flat import Columns, plain, write_tables

MOST_ROWS = 1_048_576  # of a sheet, with its head: Excel's own limits
MOST_CHARACTERS = 32_767
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# LibreOffice takes a truth without this format for 1 or 0; Excel shows truths as truths whatever their format.
_TRUTH = '"TRUE";"TRUE";"FALSE"'
_FIRST_DAY = "1900-03-01"  # Excel counts a day too many before
_WIDTHS = {"quote": 60, "message": 80, "path": 40, "reason": 40, "court": 36}  # characters
_USUAL_WIDTH = 18
# XML has no signs for these; they are shown as U+FFFD, as on the pages.
_NO_SIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_xlsx(contents: Contents, folder: Path) -> None:
    """study.xlsx in `folder`."""
    import xlsxwriter

    folder.mkdir(parents=True, exist_ok=True)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(folder / "study.xlsx"), options)
    # No clock and no name of whoever made it: the same study gives the same bytes.
    book.set_properties({"title": contents.title, "author": "", "created": datetime(2000, 1, 1)})
    try:
        write_tables(contents, folder, partial(SheetSink, book))
    finally:
        book.close()


class SheetSink:
    """One table in a workbook."""

    def __init__(self, book: Any, path: Path, columns: Columns) -> None:
        self._book, self._name, self._columns = book, path.name, columns
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._truth = book.add_format({"num_format": _TRUTH})
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_row(0, None, self._head)
        for number, name in enumerate(self._columns):
            self._sheet.set_column(number, number, _WIDTHS.get(name, _USUAL_WIDTH))
        for number, name in enumerate(self._columns):
            self._sheet.write_string(0, number, name, self._head)
        self._next = 1

    def write(self, row: Sequence[Any]) -> None:
        """One row; a list is written with `;` between its parts."""
        if self._next == MOST_ROWS:
            self.close()
            self._begin()
        for number, value in enumerate(row):
            self._cell(number, value if isinstance(value, bool) else plain(value))
        self._next += 1

    def _cell(self, column: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._next, column, value, self._truth)
        elif isinstance(value, int | float):
            self._sheet.write_number(self._next, column, value)
        elif (day := _day(value)) is not None:
            self._sheet.write_datetime(self._next, column, day, self._day)
        else:
            self._sheet.write_string(self._next, column, fitting(value))

    def close(self) -> None:
        """No more rows on this sheet."""
        if self._columns:
            self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(self._columns) - 1)


def _day(text: str) -> datetime | None:
    if not _ISO_DAY.fullmatch(text) or text < _FIRST_DAY:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day)


def fitting(text: str) -> str:
    """The text as a cell can hold it.

    >>> fitting("a" * 40_000)[-40:]
    'aaaaaaa … [cut; 40,000 characters in all]'
    """
    text = _NO_SIGN.sub("\ufffd", text)
    if len(text.encode("utf-16-le")) // 2 <= MOST_CHARACTERS:
        return text
    mark = f" … [cut; {len(text):,} characters in all]"
    room = (MOST_CHARACTERS - len(mark)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + mark
