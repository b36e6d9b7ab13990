"""Which instance decided, and which of the numbers in an act's head is its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from caselight.definitions import Definition
from caselight.remembering import Lately
from caselight.structure.courts import REMEMBERED_NAMES
from caselight.structure.fold import View
from caselight.structure.rules import Shapes
from caselight.types import Document, Fact, Span


class InstanceRow(NamedTuple):
    """One row of the pack's table: all conditions that are given must hold."""

    value: str
    court: re.Pattern[str] | None
    number: re.Pattern[str] | None
    intro: re.Pattern[str] | None


class InstanceRules(NamedTuple):
    """The table, and what kinds of case numbers belong to which instance."""

    rows: tuple[InstanceRow, ...]
    numbers: tuple[tuple[re.Pattern[str], str], ...]
    remembered: Lately[str, tuple[InstanceRow, ...] | None]  # court -> its rows

    def of_court(self, court: str) -> tuple[InstanceRow, ...]:
        """The rows whose condition for the court's name holds, those without one among them."""
        found = self.remembered[court]
        if found is None:
            found = tuple(row for row in self.rows if not row.court or row.court.search(court))
            self.remembered[court] = found
        return found

    def of_number(self, number: str) -> str:
        """The instance that a case number belongs to by its form; "" where the form tells nothing."""
        for pattern, value in self.numbers:
            if pattern.search(number):
                return value
        return ""


def compile_instances(definition: Definition, shapes: Shapes) -> InstanceRules:
    """The pack's `instances` and `number_instances`."""
    rows = []
    for number, entry in enumerate(definition.data.get("instances") or []):
        patterns: dict[str, re.Pattern[str] | None] = {
            name: shapes.compile(entry[name], definition, "instances", number, name) if name in entry else None
            for name in ("court", "number", "intro")
        }
        rows.append(InstanceRow(entry["value"], **patterns))
    numbers = tuple(
        (shapes.compile(pattern, definition, "number_instances", i), value)
        for i, (pattern, value) in enumerate(definition.data.get("number_instances") or [])
    )
    return InstanceRules(tuple(rows), numbers, Lately(REMEMBERED_NAMES))


def find_instance(
    document: Document, intro: tuple[View, int, int], found: Mapping[str, Sequence[Fact]], rules: InstanceRules
) -> list[Fact]:
    """The instance by the first row that holds, on the words that made it hold; empty where none does."""
    court = next(iter(found.get("court", ())), None)
    number = next(iter(found.get("case_number", ())), None)
    area, start, end = intro
    for row in rules.of_court(str(court.value)) if court else rules.rows:
        span = None
        if row.court:
            if court is None:
                continue
            span = court.span
        if row.number:
            if number is None or not row.number.search(str(number.value)):
                continue
            span = number.span
        if row.intro:
            match = row.intro.search(area.text, start, end)
            if not match:
                continue
            span = Span.of(document, *area.origin(*match.span()))
        if span:
            return [Fact("instance", row.value, span)]
    return []


def own_number(numbers: Sequence[Fact], instance: Sequence[Fact], rules: InstanceRules) -> list[Fact]:
    """The act's own number among those its head shows: the first of the kind its instance gives, else the first."""
    value = str(instance[0].value) if instance else ""
    for fact in numbers if value else ():
        if rules.of_number(str(fact.value)) == value:
            return [fact]
    return list(numbers[:1])
