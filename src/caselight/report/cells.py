"""Rows of text for files that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(value: object) -> object:
    """A cell that no spreadsheet will run: text that looks like a formula gets an apostrophe in front.

    >>> harmless("=1+1"), harmless("-5 %"), harmless(-5), harmless("a=b")
    ("'=1+1", "'-5 %", -5, 'a=b')
    """
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV with commas, CR LF and quotes where needed (RFC 4180); None is an empty cell."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return made.getvalue()
