"""The tables beside the report, worked out again: parts of the pile by year, court ..., what was when, which judge.

`places.csv` is not: which place of the study's own list the words of a record name is told by nothing in a bundle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from caselight.bundle.pile import FACT, LISTED, MACHINE, Pile, counted

Cells = dict[tuple[str, str], str]  # label of the row, column -> cell
_TIMES = {"decided": "decision_date", "counted": "decision_date", "happened": "event_date"}


class Beside:
    """What the tables of one report should hold."""

    def __init__(self, pile: Pile, rows: Sequence[Mapping[str, Any]], lead: Mapping[str, Any] | None) -> None:
        """Args: rows = the table of figures. lead = the figure that the report begins with; None = there is none."""
        self._pile, self._rows = pile, rows
        self._answers: list[tuple[str, set[str], str]] = []  # what tables call it, its cases, value if it is one
        self._lead: set[str] = set()
        self._variable = str(lead["variable"]) if lead else ""
        if lead:
            known = counted(pile, self._variable)
            self._lead = set(known.get((lead["name"], lead["value"]), ()))
            for row in rows:
                if row["variable"] == self._variable and row["method"] == MACHINE and row["name"] in LISTED:
                    value = str(row["value"]) if row["name"] == "count" else ""
                    cases = set(known.get((row["name"], row["value"]), ()))
                    self._answers.append((value or f"({row['name']})", cases, value))

    def right(self, name: str, found: Cells) -> Cells | None:
        """What the table of this name should hold; None = a table that is not known here."""
        kind, _, fact = name.partition("-")
        if name == "timeline":
            return dict(self._time(found))
        if name == "judges":
            return dict(self._judges())
        if kind in ("by", "breakdown") and fact in self._pile.facts:
            return dict(self._by(fact) if kind == "by" else self._breakdown(fact))
        return None

    def _parts(self, fact: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for case, values in self._pile.facts[fact].items():
            for value in values:
                found.setdefault(value, set()).add(case)
        return found

    def _by(self, fact: str) -> Iterator[tuple[tuple[str, str], str]]:
        for part, cases in self._parts(fact).items():
            yield (part, "cases_counted"), str(len(cases & self._lead))
            yield (part, "cases"), str(len(cases))

    def _breakdown(self, fact: str) -> Iterator[tuple[tuple[str, str], str]]:
        for part, cases in self._parts(fact).items():
            for answer, given, value in self._answers:
                at = f"{part}/{answer}"
                yield (at, "cases_counted"), str(len(cases & given))
                yield (at, "cases"), str(len(cases))
                row = self._of_people.get((value, FACT + fact, part)) if value else None
                for column in ("estimate", "low", "high", "level"):
                    yield (at, column), str(row[column]) if row else ""
                yield (at, "figure"), str(row["digest"]) if row else ""

    @cached_property
    def _of_people(self) -> dict[tuple[str, str, str], Mapping[str, Any]]:
        """Answer, fact and part -> the first figure of it, as people's reading of a draw gives it."""
        found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        for row in self._rows:
            parted = row["name"] == "count" and row["variable"] == self._variable and row.get("strata")
            where: Sequence[Any] = row.get("where", ()) if parted else ()
            if len(where) == 1 and not any(one["code"] == "recoded" for one in row.get("assumptions", ())):
                fact, part = where[0]
                found.setdefault((row["value"], fact, part), row)
        return found

    def _time(self, found: Cells) -> Iterator[tuple[tuple[str, str], str]]:
        """Every step of the table; and every later one that the records state, should it be missing there."""
        first = min((at for at, _ in found), default="")
        for column, name in _TIMES.items():
            days = self._pile.stated[name].items()
            steps = [
                day[: len(first) or 7] for case, day in days if day and (column != "counted" or case in self._lead)
            ]
            held = Counter(step for step in steps if step >= first)
            for at in {at for at, _ in found} | set(held):
                yield (at, column), str(held[at])

    def _judges(self) -> Iterator[tuple[tuple[str, str], str]]:
        held: dict[str, list[str]] = {}
        for case, judge in self._pile.stated["judge"].items():
            if judge:
                court = next(iter(self._pile.facts["court"][case]), "")
                held.setdefault(f"{court}/{judge}", []).append(case)
        for at, cases in held.items():
            yield (at, "cases"), str(len(cases))
            yield (at, "case_ids"), " ".join(sorted(cases))
