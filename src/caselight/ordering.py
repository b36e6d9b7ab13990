"""The study in an order that says nothing: files come sorted by their names, and names of files name people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from caselight.report import Contents, Quotation

Row = TypeVar("Row")


def by_ids(shown: Contents) -> Contents:
    """The study as it is shown, every list of cases in the order of their ids, which are digests of the records."""
    order = sorted(range(len(shown.cases)), key=lambda i: shown.cases[i].id)

    def sort(rows: Sequence[Row]) -> list[Row]:
        return [rows[i] for i in order]

    def quotes(variable: str) -> Sequence[Sequence[Quotation]]:
        return sort(shown.quotes(variable))

    return replace(
        shown,
        cases=sort(shown.cases),
        answers={name: sort(values) for name, values in shown.answers.items()},
        # What people read stays in the order of the tickets, which is by chance.
        estimates=[e if e.n else e._replace(cases=tuple(sorted(e.cases))) for e in shown.estimates],
        quotes=quotes,
    )
