"""The first page: what was found, how sure, on how many records; and the tables behind its charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from caselight.report import charts
from caselight.report.cells import csv_text
from caselight.report.contents import Contents
from caselight.report.figures import Block, Figure, headline, telling
from caselight.report.frame import Frame
from caselight.report.interface import made_html, safe
from caselight.report.lists import cut, excerpt
from caselight.report.names import FACT, Names, case_file, figure_file, year_file
from caselight.report.parts import Parts
from caselight.report.sentences import Speaker

# Rows on the first page; the others are one click away. A codebook's own values are few and all belong to the answer;
# texts and courts may be thousands.
_MOST_VALUES = 14
_MOST_ROWS = 6
_PANELS = ("region", "court", "statute", "outcome")
_MANY = frozenset(_PANELS[:3])  # facts with any number of values
# Answers that say that there is none rank last, whatever their number.
_LAST = ("none", "undetermined", "not_asked")


class Front:
    """Prepares what the first page shows."""

    def __init__(self, contents: Contents, frame: Frame, names: Names, blocks: Sequence[Block]) -> None:
        self._contents, self._frame, self._names, self._t = contents, frame, names, frame.interface
        self.blocks = [block for block in blocks if not block.variable.startswith(FACT)]
        self.lead = headline(self.blocks, names)
        variable = self.lead.estimate.variable if self.lead else ""
        self.block = next((block for block in self.blocks if block.variable == variable), None)
        self.parts = Parts(contents, self.block, self.lead)

    def shown(self) -> dict[str, Any]:
        """What the template of the first page needs of figures and charts."""
        return {
            "sentences": self._sentences(),
            "lead": self.lead,
            "lead_block": self.block,
            "blocks": [b for b in self.blocks if b is not self.block],
            "rows_of": self.rows_of,
            "years": self.year_chart(self.lead, "years") if self.lead else "",
            "year_points": self._years(self.lead) if self.lead else [],
            "panels": [panel for name in _PANELS if self.lead and (panel := self._panel(name, self.lead))],
            "telling": self._telling(),
        }

    def _sentences(self) -> list[Markup]:
        """The user's findings that may be printed."""
        sizes = {"cases": len(self._contents.cases), "records": len(self._contents.records)}
        said = Speaker(self._contents.estimates, sizes, self._t).say(self._contents.sentences)
        return [one.sentence for one in said if one.sentence is not None]

    def data(self) -> Iterator[tuple[str, str]]:
        """The tables behind the charts, as CSV."""
        yield from self.parts.tables()
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
        first, hidden = cut(values, most)
        shown = [*first, *rest]
        more = figure_file("given", block.variable, "") if block.kind == "text" else "data/figures.csv"
        parts = {"block": block, "shown": shown, "hidden": hidden, "more_file": more, "dot": charts.figure_dot}
        parts["sums_file"] = figure_file("given", block.variable, "")
        return made_html(self._frame.render("rows.html", **parts))

    def _rank(self, figure: Figure) -> tuple[int, float]:
        if figure.estimate.name in _LAST:
            return 1 + _LAST.index(figure.estimate.name), 0.0
        return 0, -figure.estimate.estimate

    def year_chart(self, answer: Figure, name: str) -> Markup:
        """One answer year by year; "" where no record says a year. No other chart of the page has this name."""
        points = self._years(answer)
        title = self._t("chart.years_title", value=answer.label.striptags()).unescape()
        return charts.by_year(points, (name, title), self._t, year_file) if points else Markup("")

    def _years(self, answer: Figure) -> list[charts.Point]:
        return [self.parts.cell("year", year, answer) for year in self.parts.labels("year")]

    def _panel(self, fact: str, lead: Figure) -> dict[str, Any] | None:
        order = self.parts.labels(fact)
        if not order:
            return None
        shown, more = cut(order, _MOST_ROWS if fact in _MANY else _MOST_VALUES)
        rows = [
            {
                "label": self._names.value(FACT + fact, label),
                "file": figure_file("count", FACT + fact, label),
                "point": self.parts.cell(fact, label, lead),
            }
            for label in shown
        ]
        return {"fact": fact, "title": self._t(f"front.by_{fact}"), "rows": rows, "more": more}

    def _telling(self) -> dict[str, Any] | None:
        """The quotation that stands on the first page; None where the headline's answer has none."""
        if not self.lead:
            return None
        e, hits = self.lead.estimate, frozenset(self.lead.estimate.cases)
        quotes = self._contents.quotes(e.variable)
        found = telling(((i, q) for i, q in enumerate(quotes) if self._contents.cases[i].id in hits), e.value)
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
