"""The pages of figures that people made: all of them in one list, and a page for each with everything it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil, floor
from typing import Any

from markupsafe import Markup

from caselight.report.behind import Behind
from caselight.report.charts import dot
from caselight.report.contents import Contents
from caselight.report.frame import Frame, named
from caselight.report.interface import level_percent, percent_down, percent_up, told_decimals
from caselight.report.lists import PAGE_ROWS
from caselight.report.names import FACT, Names, case_file, figure_file, finding_file
from caselight.report.spans import Axis, span
from caselight.types import Estimate

SHARES = frozenset({"share", "recall", "completeness", "person_share"})  # figures that are a share, 0 to 1
POINTS = frozenset({"difference", "trend"})  # figures that are a difference of shares, -1 to 1
RUNNING = "running_range"


Rounding = Callable[[float, int], float]  # share, decimals -> percent


def _nearest(share: float, decimals: int) -> float:
    return round(100 * share, decimals)


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure with the same by the other claim."""

    figure: Estimate
    other: Estimate | None  # None = there is only one claim
    file: str  # of its page, from the report's folder
    machine: int | None  # units that the machine gave this answer; None = not counted for this part


def findings(contents: Contents) -> list[Finding]:
    """The figures that rest on a draw, in the order in which they come; claims of the same one together."""
    said = contents.fieldwork.machine if contents.fieldwork else {}
    draw = contents.fieldwork.digest if contents.fieldwork else ""
    held: dict[tuple[object, ...], list[Estimate]] = {}
    for e in contents.estimates:
        if e.strata:
            now = "recoded" in e.assumptions
            held.setdefault((e.name, e.variable, e.value, e.where, e.unit, e.draw, e.level, now), []).append(e)
    found = []
    for same in held.values():
        e = same[0]
        whole = e.name == "count" and not e.where and e.draw == draw and e.variable in said
        number = said[e.variable].get(e.value, 0) if whole else None
        found.append(Finding(same[0], same[1] if len(same) > 1 else None, finding_file(same[0].digest), number))
    return found


class FindingPages:
    """Writes the list and the page of each figure."""

    def __init__(self, contents: Contents, frame: Frame, names: Names, behind: Behind) -> None:
        self._contents, self._frame, self._names, self._t = contents, frame, names, frame.interface
        self._behind = behind
        self._rows = {row.id: row for row in contents.cases}
        self._by_matter: dict[str, list[str]] = {}
        for row in contents.cases:
            self._by_matter.setdefault(row.matter, []).append(row.id)
            self._by_matter.setdefault(row.document, []).append(row.id)
        self.found = findings(contents)

    def pages(self) -> Iterator[tuple[str, str]]:
        """File name and content of each."""
        t, title = self._t, str(self._t("nav.figures"))
        by_question: dict[str, list[Finding]] = {}
        for one in self.found:
            by_question.setdefault(one.figure.variable, []).append(one)
        parts: dict[str, Any] = {"blocks": by_question, "names": self._names, "page": self, "dot": self.dot}
        parts["fieldwork"] = self._contents.fieldwork
        yield "figures/index.html", self._frame.page(title, self._frame.render("findings.html", **parts), 1, "figures")
        for one in chain.from_iterable(by_question.values()):
            label = f"{self.label(one.figure).striptags()} · {title}"
            body = self._frame.render(
                "finding.html",
                fieldwork=self._contents.fieldwork,
                one=one,
                page=self,
                names=self._names,
                root="../",
                lang=t.language,
            )
            yield one.file, self._frame.page(label, body, 1, "figures")

    def label(self, e: Estimate) -> Markup:
        """What the figure is about: the answer, the part of the pile, and what is said of it."""
        named = self._names.value(e.variable, e.value) if e.value and not self._is_number(e) else Markup("")
        parts = [named] if named else []
        parts += [self.where(name, value) for name, value in e.where]
        if e.name != "count":
            parts.append(self._t(f"range.{e.name}"))
        if "recoded" in e.assumptions:
            parts.append(self._t("range.recoded"))
        return Markup(", ").join(parts)

    def where(self, name: str, value: str) -> Markup:
        """A part of the pile in words."""
        if value == "*":
            return self._names.question(name)
        return Markup("{}: {}").format(self._names.question(name), self._names.value(name, value))

    def _is_number(self, e: Estimate) -> bool:
        known = self._names.variables.get(e.variable)
        return known is not None and known.kind == "number"

    def amount(self, e: Estimate) -> Markup:
        """ "97 of 2,000 (61 to 148)"; a share as percent, a difference in points."""
        t = self._t
        if e.name == "count":
            whole = {"n": named(t, e, "estimate", round(e.estimate)), "total": named(t, e, "N", e.N)}
            limits = {"low": named(t, e, "low", e.low or 0), "high": named(t, e, "high", e.high or 0)}
            return t("range.count_amount", **whole, **limits)
        low, high = self.shown(e, "low", percent_down), self.shown(e, "high", percent_up)
        return t("range.amount", at=self.shown(e, "estimate"), low=low, high=high)

    def shown(self, e: Estimate, what: str, percent: Rounding = _nearest) -> Markup:
        """A number of this figure (estimate, low or high) with its unit; limits are rounded away from the estimate."""
        number: float | None = getattr(e, what)
        if e.name in SHARES:
            return Markup("{}\u202f%").format(named(self._t, e, f"{what}_hundred", percent(number or 0.0, 1)))
        if e.name in POINTS:
            sign = "+" if (number or 0.0) > 0 else ""
            points = named(self._t, e, f"{what}_hundred", percent(number or 0.0, 1))
            return self._t("range.points", n=Markup(sign) + points)  # noqa: S704
        return named(self._t, e, what, percent((number or 0.0) / 100, told_decimals(number or 0.0)))

    def percent(self, e: Estimate) -> Markup:
        """A count as a share of the pile, with its range; "" for other figures."""
        if e.name != "count" or not e.N:
            return Markup("")
        parts = (("estimate", e.estimate, _nearest), ("low", e.low, percent_down), ("high", e.high, percent_up))
        at, low, high = (named(self._t, e, f"{what}_share", percent((x or 0.0) / e.N, 1)) for what, x, percent in parts)
        return self._t("range.percent", at=at, low=low, high=high)

    def sentence(self, e: Estimate) -> Markup:
        """The figure as a newspaper may print it."""
        t, label = self._t, self.label(e)
        level = named(t, e, "level_percent", level_percent(e.level or 0))
        parts = {"label": label, "level": level, "unit": t.name("unit", e.unit)}
        if e.name != "count":
            return t("range.sentence", question=self._names.question(e.variable), amount=self.amount(e), **parts)
        numbers = {"low": named(t, e, "low", e.low or 0), "high": named(t, e, "high", e.high or 0)}
        whole = {"at": named(t, e, "estimate", round(e.estimate)), "total": named(t, e, "N", e.N)}
        return t("range.sentence_count", **whole, **numbers, **parts)

    def read(self, e: Estimate) -> Markup:
        """Who read what: "12 of the 20 flagged and 18 of the 28 others"."""
        told = [
            self._t("range.part", n=self._t.number(s.n), total=self._t.number(s.N), name=self._names.stratum(s.name))
            for s in dict.fromkeys(e.strata)
            if s.n
        ]
        work = self._contents.fieldwork
        coders = sum(name != "adjudicator" for name in work.coders) if work else 0
        people = self._t.count("range.people", coders) if coders else Markup("")
        return self._t("range.read", parts=Markup("; ").join(told), people=people)

    def chart(self, e: Estimate) -> Markup:
        """The figure drawn large."""
        low, high = e.low or 0.0, e.high or 0.0
        if e.name == "count":
            axis = Axis(0, e.N)
        elif e.name in SHARES:
            axis = Axis(0, 1, percent=True)
        elif e.name in POINTS:
            axis = Axis(-1, 1, percent=True)
        else:
            axis = Axis(min(0.0, low), max(high * 1.1, 1.0))
        words = (self.label(e).striptags(), self.sentence(e).striptags())
        return span(low, e.estimate, high, axis, words, self._t)

    def dot(self, e: Estimate) -> Markup:
        """Its row in the list; "" for what has no axis in common with the others."""
        low, high = e.low or 0.0, e.high or 0.0
        if e.name == "count" and e.N:
            return dot(e.estimate / e.N, low / e.N, high / e.N)
        return dot(e.estimate, low, high) if e.name in SHARES else Markup("")

    def assumptions(self, e: Estimate) -> list[Markup]:
        """What has to be true, in words."""
        return [self._t(f"assumption.{code}") for code in e.assumptions]

    def with_error(self, e: Estimate) -> Markup:
        """The limits moved apart by what single readers get wrong; "" where nothing was overturned."""
        if not e.error or e.name != "count":
            return Markup("")
        low, high = max(0.0, (e.low or 0) - e.error * e.N), min(float(e.N), (e.high or 0) + e.error * e.N)
        numbers = {"low": self._t.number(floor(low)), "high": self._t.number(ceil(high))}
        return self._t("range.error", share=self._t.number(round(100 * e.error, 1)), **numbers)

    def _read_for(self, e: Estimate) -> list[str]:
        units = ([unit] if unit in self._rows else self._by_matter.get(unit, []) for unit in e.cases)
        return [case for cases in units for case in cases]

    def cases(self, e: Estimate) -> list[tuple[str, str]]:
        """The cases that people read for it: page and name of each."""
        return [(case_file(case), self._rows[case].number or self._rows[case].name) for case in self._read_for(e)]

    def words(self, e: Estimate, root: str) -> list[Markup]:
        """Those of them that the machine gave this answer too, with the words that it rests on."""
        if e.variable not in self._names.variables:
            return []
        value = "" if self._is_number(e) else e.value
        return self._behind.items(e.variable, value, self._read_for(e), root)[:PAGE_ROWS]

    def counted(self, e: Estimate) -> str:
        """The list of the cases that the machine counted; "" = there is none for this figure."""
        known = e.name == "count" and not e.where and not e.variable.startswith(FACT)
        return figure_file("count", e.variable, e.value) if known else ""


def rests_on(found: Sequence[Finding]) -> list[object]:
    """Changes with anything that these pages show of the figures."""
    return [(one.figure, one.other, one.machine) for one in found]
