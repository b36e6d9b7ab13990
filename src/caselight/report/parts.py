"""The pile in parts, by year, region, court, statute, outcome, instance: how many cases of each part have each answer.

Counts are the machine's. Beside one stands the range that people's reading of a draw gives, where it was asked for and
kept (`estimate --by year --keep`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from caselight.report.cells import csv_text
from caselight.report.charts import Point
from caselight.report.contents import CaseRow, Contents
from caselight.report.figures import Block, Figure
from caselight.report.names import FACT
from caselight.types import Estimate

# Fact -> its values in a case; () or ("",) = the record does not say.
_OF: Mapping[str, Callable[[CaseRow], tuple[str, ...]]] = {
    "year": lambda row: (row.decision_date[:4],),
    "region": lambda row: (row.region,),
    "court": lambda row: (row.court,),
    "statute": lambda row: row.statutes,
    "outcome": lambda row: (row.outcome,),
    "instance": lambda row: (row.instance,),
}
_BY = ("label", "cases_counted", "cases")
_BREAKDOWN = ("label", "answer", *_BY[1:], "estimate", "low", "high", "level", "figure")


def answer_key(figure: Figure) -> str:
    """What an answer is called in the tables: a value, or what became of the question, in round brackets."""
    e = figure.estimate
    return e.value if e.name == "count" else f"({e.name})"


class Parts:
    """The parts of one report's pile, with the answers to one question."""

    def __init__(self, contents: Contents, block: Block | None, lead: Figure | None) -> None:
        """Args: block = the question; None = there is none with a list of answers. lead = the answer told first."""
        self.answers: tuple[Figure, ...] = block.figures if block else ()
        self.lead = lead
        self._place = {answer_key(figure): place for place, figure in enumerate(self.answers)}
        given: dict[str, list[int]] = {}
        for place, figure in enumerate(self.answers):
            for case in figure.estimate.cases:
                given.setdefault(case, []).append(place)
        self._totals: dict[str, dict[str, int]] = {fact: {} for fact in _OF}
        self._counts: dict[tuple[str, str], list[int]] = {}
        for row in contents.cases:
            for fact, values_of in _OF.items():
                for label in values_of(row) or ("",):
                    self._add(fact, label, given.get(row.id, ()))
        self._found: dict[tuple[str, str, tuple[tuple[str, str], ...]], Estimate] = {}
        for e in contents.estimates:
            if e.name == "count" and e.strata and len(e.where) == 1 and "recoded" not in e.assumptions:
                self._found.setdefault((e.variable, e.value, e.where), e)  # the first is by the claim committed to

    def _add(self, fact: str, label: str, answers: Sequence[int]) -> None:
        totals = self._totals[fact]
        totals[label] = totals.get(label, 0) + 1
        counts = self._counts.setdefault((fact, label), [0] * len(self.answers))
        for place in answers:
            counts[place] += 1

    def labels(self, fact: str) -> list[str]:
        """The parts by this fact: years in their order, of all else the largest first."""
        totals = self._totals[fact]
        return sorted(filter(None, totals), key=lambda label: (fact != "year" and -totals[label], label))

    def total(self, fact: str, label: str) -> int:
        """Cases of one part; of "", those whose record does not say."""
        return self._totals[fact].get(label, 0)

    def cell(self, fact: str, label: str, figure: Figure) -> Point:
        """Of the cases of one part, those with this answer."""
        e, counts = figure.estimate, self._counts.get((fact, label), [0] * len(self.answers))
        found = self._found.get((e.variable, e.value, ((FACT + fact, label),))) if e.name == "count" else None
        key = f"data/breakdown-{fact}.csv/{label}/{answer_key(figure)}"
        return Point(label, counts[self._place[answer_key(figure)]], self.total(fact, label), key, found)

    def tables(self) -> Iterator[tuple[str, str]]:
        """The numbers as CSV: `by-FACT` about the answer told first, `breakdown-FACT` about all."""
        for fact in _OF:
            labels = sorted(self.labels(fact))
            if not labels:
                continue
            hits = {label: self.cell(fact, label, self.lead).n if self.lead else 0 for label in labels}
            counted = ((label, hits[label], self.total(fact, label)) for label in labels)
            yield f"data/by-{fact}.csv", csv_text(_BY, counted)
            rows = [self._row(self.cell(fact, label, one), one) for label in labels for one in self.answers]
            yield f"data/breakdown-{fact}.csv", csv_text(_BREAKDOWN, rows)

    def _row(self, cell: Point, figure: Figure) -> tuple[object, ...]:
        e = cell.finding
        people = (e.estimate, e.low, e.high, e.level, e.digest) if e else (None,) * 5
        return (cell.label, answer_key(figure), cell.n, cell.total, *people)
