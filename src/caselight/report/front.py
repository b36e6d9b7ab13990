"""The first page: what was found, how sure, on how many records; and the tables behind its charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from caselight.report import charts
from caselight.report.cells import csv_text
from caselight.report.contents import Contents
from caselight.report.figures import Block, Figure, headline, telling
from caselight.report.frame import Frame
from caselight.report.interface import made_html, safe
from caselight.report.lists import excerpt
from caselight.report.names import FACT, Names, case_file, figure_file
from caselight.report.sentences import Speaker

# Rows on the first page; the others are one click away. A codebook's own values are few and all belong to the answer;
# texts and courts may be thousands.
_MOST_VALUES = 14
_MOST_ROWS = 6
# Answers that say that there is none rank last, whatever their number.
_LAST = ("none", "undetermined", "not_asked")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a panel: of the cases with this label, how many have the headline's answer."""

    label: Markup
    key: str  # of its row in the table beside the report
    file: str
    n: int
    total: int

    @property
    def dot(self) -> Markup:
        """Its point on the axis from 0 to 100 %."""
        return charts.dot(self.n / self.total if self.total else 0.0)


class Front:
    """Prepares what the first page shows."""

    def __init__(self, contents: Contents, frame: Frame, names: Names, blocks: Sequence[Block]) -> None:
        self._contents, self._frame, self._names, self._t = contents, frame, names, frame.interface
        self.blocks = [block for block in blocks if not block.variable.startswith(FACT)]
        self.lead = headline(self.blocks, names)
        self._hits = frozenset(self.lead.estimate.cases) if self.lead else frozenset()
        self._years = self._tally([row.decision_date[:4] for row in contents.cases])
        self._tallies = {
            name: self._tally([getattr(row, name) for row in contents.cases]) for name in ("court", "outcome")
        }

    def parts(self) -> dict[str, Any]:
        """What the template of the first page needs of figures and charts."""
        lead = self.lead
        block = next((b for b in self.blocks if lead and b.variable == lead.estimate.variable), None)
        return {
            "sentences": self._sentences(),
            "lead": lead,
            "lead_block": block,
            "blocks": [b for b in self.blocks if b is not block],
            "rows_of": self.rows_of,
            "years": self._year_chart(),
            "panels": [panel for name in self._tallies if (panel := self._panel(name))],
            "telling": self._telling(),
        }

    def _sentences(self) -> list[Markup]:
        """The user's findings that may be printed."""
        sizes = {"cases": len(self._contents.cases), "records": len(self._contents.records)}
        said = Speaker(self._contents.estimates, sizes, self._t).say(self._contents.sentences)
        return [one.sentence for one in said if one.sentence is not None]

    def data(self) -> Iterator[tuple[str, str]]:
        """The tables behind the charts, as CSV."""
        header = ("label", "cases_counted", "cases")
        for name, tally in (("year", self._years), *self._tallies.items()):
            yield f"data/by-{name}.csv", csv_text(header, ((k, *tally[k]) for k in sorted(tally) if k))
        rows = (
            (e.variable, e.name, e.value, e.unit, e.estimate, e.low, e.high, e.level, e.method, e.n, e.N)
            for e in self._contents.estimates
        )
        names = ("variable", "figure", "value", "unit", "estimate", "low", "high", "level", "method", "n", "N")
        yield "data/figures.csv", csv_text(names, rows)

    def rows_of(self, block: Block) -> Markup:
        """The figures of one question as a dot plot that is a table."""
        live = [f for f in block.figures if f.estimate.estimate or f.estimate.name == "count"]
        ranked = sorted(live, key=self._rank) if block.kind in ("many-of", "text") else live
        rest = [f for f in ranked if f.estimate.name in _LAST]
        values = [f for f in ranked if f.estimate.name not in _LAST]
        most = _MOST_ROWS if block.kind == "text" else _MOST_VALUES
        hidden = len(values) - most if len(values) > most + 1 else 0
        shown = [*values[: len(values) - hidden], *rest]
        more = figure_file("given", block.variable, "") if block.kind == "text" else "data/figures.csv"
        parts = {"block": block, "shown": shown, "hidden": hidden, "more_file": more, "dot": charts.figure_dot}
        parts["sums_file"] = figure_file("given", block.variable, "")
        return made_html(self._frame.render("rows.html", **parts))

    def _rank(self, figure: Figure) -> tuple[int, float]:
        if figure.estimate.name in _LAST:
            return 1 + _LAST.index(figure.estimate.name), 0.0
        return 0, -figure.estimate.estimate

    def _tally(self, labels: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Label -> cases with the headline's answer, all cases."""
        totals = Counter(labels)
        hits = Counter(label for label, row in zip(labels, self._contents.cases, strict=True) if row.id in self._hits)
        return {label: (hits[label], total) for label, total in totals.items()}

    def _year_chart(self) -> Markup | None:
        points = [charts.Point(year, *self._years[year]) for year in sorted(self._years) if year]
        if not points or not self.lead:
            return None
        title = self._t("chart.years_title", value=self.lead.label.striptags()).unescape()
        return charts.by_year(points, title, self._t, lambda year: figure_file("count", f"{FACT}year", year))

    def _panel(self, name: str) -> dict[str, Any] | None:
        tally = {label: counts for label, counts in self._tallies[name].items() if label}
        if not tally:
            return None
        order = sorted(tally, key=lambda label: (-tally[label][1], label))
        most = _MOST_ROWS if name == "court" else _MOST_VALUES
        shown = order[:most] if len(order) > most + 1 else order
        variable = FACT + name
        rows = [
            Row(self._names.value(variable, label), label, figure_file("count", variable, label), *tally[label])
            for label in shown
        ]
        title = self._t(f"front.by_{name}")
        return {"title": title, "rows": rows, "more": len(order) - len(shown), "csv": f"data/by-{name}.csv"}

    def _telling(self) -> dict[str, Any] | None:
        """The quotation that stands on the first page; None where the headline's answer has none."""
        if not self.lead:
            return None
        e = self.lead.estimate
        quotes = self._contents.quotes(e.variable)
        found = telling(((i, q) for i, q in enumerate(quotes) if self._contents.cases[i].id in self._hits), e.value)
        if not found:
            return None
        place, number, quotation = found
        row = self._contents.cases[place]
        return {
            "text": made_html(excerpt(quotation.text)),
            "link": f"{case_file(row.id)}#q.{e.variable}.{number}",
            "name": row.number or row.name,
            "court": row.court,
            "date": self._t.day(row.decision_date) if row.decision_date else "",
            "said_by": self._t.name("speaker", quotation.said_by),
            "language": made_html(safe(self._contents.codebook.language)),
        }
