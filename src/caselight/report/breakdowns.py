"""The pages of parts of the pile: small multiples by year, region, court ...; timeline; map, where there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from caselight.report.cells import csv_text
from caselight.report.contents import Atlas, Contents
from caselight.report.frame import Frame
from caselight.report.front import Front
from caselight.report.lists import cut
from caselight.report.maps import STEPS, Mark, circles, squares
from caselight.report.names import FACT, Names, case_file, figure_file
from caselight.report.timeline import MOST_STEPS, Timeline, strips, timeline

_FACTS = ("year", "region", "court", "statute", "outcome", "instance")
_MOST_ROWS = 40  # of one fact on the page; its table has them all
_MOST_ANSWERS = 5  # side by side; the table has them all
_MOST_JUDGES = 30
_MOST_LINKS = 6  # cases of one judge that are named
_REST = frozenset({"none", "undetermined", "not_asked"})  # figures that say what became of the question


def has_map(atlas: Atlas) -> bool:
    """Whether there is anything to draw a map from."""
    return bool(atlas.regions or atlas.places or any(outline.region for outline in atlas.outlines))


class Breakdowns:
    """Writes the pages."""

    def __init__(self, contents: Contents, frame: Frame, names: Names, front: Front, is_faulty: bool) -> None:
        self._contents, self._frame, self._names, self._t = contents, frame, names, frame.interface
        self._front, self._parts = front, front.parts
        self._is_shown = not is_faulty and bool(contents.cases)
        found = [figure for figure in self._parts.answers if figure.estimate.name not in _REST]
        self._answers = found[:_MOST_ANSWERS]

    def pages(self) -> Iterator[tuple[str, str]]:
        """File name and content of each page, and of the tables beside them."""
        made = timeline(self._contents.cases, frozenset(self._front.lead.estimate.cases if self._front.lead else ()))
        if self._is_shown:
            yield "data/timeline.csv", made.csv()
            yield "data/judges.csv", self._judge_table()
        yield self._page("breakdowns", self._breakdowns() if self._is_shown else {})
        yield self._page("timeline", self._timeline(made) if self._is_shown else {})
        if has_map(self._contents.atlas):
            places = self._places()
            if self._is_shown and self._contents.atlas.places:
                yield "data/places.csv", self._place_table(places)
            yield self._page("map", self._map(places) if self._is_shown else {})

    def _page(self, name: str, parts: Mapping[str, Any]) -> tuple[str, str]:
        shared = {
            "name": name,
            "siblings": ["breakdowns", "timeline", *(["map"] if has_map(self._contents.atlas) else [])],
            "is_shown": self._is_shown,
            "lead": self._front.lead,
            "question": self._front.block.question if self._front.block else "",
        }
        body = self._frame.render(f"{name}.html", **shared, **parts)
        return f"{name}.html", self._frame.page(str(self._t(f"nav.{name}")), body, 0, "breakdowns")

    # Small multiples

    def _breakdowns(self) -> dict[str, Any]:
        sections = [self._section(fact) for fact in _FACTS if self._parts.labels(fact)]
        rest = (answer for answer in self._parts.answers if answer not in self._answers)
        is_cut = any(answer.estimate.estimate for answer in rest)
        return {"sections": sections, "answers": self._answers, "is_cut": is_cut, **self._judges()}

    def _section(self, fact: str) -> dict[str, Any]:
        shown, more = cut(self._parts.labels(fact), _MOST_ROWS)
        silent = figure_file("undetermined", FACT + fact, "") if self._parts.total(fact, "") else ""
        return {
            "fact": fact,
            "title": self._t(f"front.by_{fact}"),
            "rows": [self._row(fact, label) for label in shown],
            "more": more,
            "silent": self._parts.total(fact, ""),
            "silent_file": silent,
        }

    def _row(self, fact: str, label: str) -> dict[str, Any]:
        return {
            "label": self._names.value(FACT + fact, label),
            "key": f"data/by-{fact}.csv/{label}",
            "file": figure_file("count", FACT + fact, label),
            "total": self._parts.total(fact, label),
            "points": [self._parts.cell(fact, label, answer) for answer in self._answers],
            "point": self._parts.cell(fact, label, self._front.lead) if self._front.lead else None,
        }

    def _by_judge(self) -> dict[tuple[str, str], list[int]]:
        """Court and name, as the records have them -> the cases, by their place."""
        found: dict[tuple[str, str], list[int]] = {}
        for place, row in enumerate(self._contents.cases):
            if row.judge:
                found.setdefault((row.court, row.judge), []).append(place)
        return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))

    def _judges(self) -> dict[str, Any]:
        """Judges in office, by court and name: how many cases each, and nothing of what they decided."""
        cases = self._contents.cases
        found = self._by_judge()
        rows = [
            {
                "court": court,
                "judge": judge,
                "n": len(places),
                "links": [(case_file(cases[i].id), cases[i].number or cases[i].name) for i in places[:_MOST_LINKS]],
                "more": max(0, len(places) - _MOST_LINKS),
            }
            for (court, judge), places in list(found.items())[:_MOST_JUDGES]
        ]
        unnamed = sum(not row.judge for row in cases)
        return {"judges": rows, "judges_more": max(0, len(found) - _MOST_JUDGES), "unnamed": unnamed}

    def _judge_table(self) -> str:
        """One line a judge; with the ids of the cases, so that each line can be held against the records."""
        cases = self._contents.cases
        rows = (
            (court, judge, len(places), " ".join(sorted(cases[i].id for i in places)))
            for (court, judge), places in self._by_judge().items()
        )
        return csv_text(("court", "judge", "cases", "case_ids"), rows)

    # Time

    def _timeline(self, made: Timeline) -> dict[str, Any]:
        t, lead = self._t, self._front.lead
        heads = [t("time.decided"), t("time.counted", value=lead.label) if lead else Markup("")]
        heads.append(t("time.happened") if any(step.happened for step in made.steps) else Markup(""))
        peak = max(made.steps, key=lambda step: step.decided, default=None)
        told = t("time.told", peak=peak.label, most=peak.decided) if peak and peak.decided else Markup("")
        words = (t("time.title").unescape(), told.unescape())
        dated = len(self._contents.cases) - made.undecided
        return {
            "strips": strips(made, heads, words, t) if made.steps else "",
            "steps": [step for step in made.steps if step.decided or step.happened],
            "books": t("time.books", dated=dated, silent=made.undecided),
            "books_events": t(
                "time.books_events", dated=len(self._contents.cases) - made.unhappened, silent=made.unhappened
            ),
            "before": t.count("time.before", made.before, steps=MOST_STEPS) if made.before else "",
            "years": [(one, self._front.year_chart(one, f"years{place}")) for place, one in enumerate(self._answers)],
        }

    # Space

    def _map(self, places: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
        t, atlas = self._t, self._contents.atlas
        labels = self._parts.labels("region")
        own = {outline.region for outline in atlas.outlines if outline.region}
        drawable = own or {region.code for region in atlas.regions}
        marks = {code: self._region(code) for code in labels if code in drawable}
        words = (t("map.title").unescape(), t("map.told").unescape())
        drawn = Markup("")
        if drawable and labels:
            drawn = circles(atlas.outlines, marks, words, t) if own else squares(atlas.regions, marks, words, t)
        off = sum(self._parts.total("region", code) for code in labels if code not in drawable)
        return {
            "drawn": drawn,
            "is_squares": not own,
            "legend": [(i, step, STEPS[i] - 1 if i < len(STEPS) else None) for i, step in enumerate(STEPS, 1)],
            "rows": [self._row("region", code) for code in labels],
            "on": sum(mark.cases for mark in marks.values()),
            "off": off,
            "silent": self._parts.total("region", ""),
            "silent_file": figure_file("undetermined", FACT + "region", ""),
            "cases": len(self._contents.cases),
            **self._of_places(places),
        }

    def _region(self, code: str) -> Mark:
        name, cases = self._names.value(FACT + "region", code).striptags(), self._parts.total("region", code)
        told = self._told(name, cases, self._parts.cell("region", code, self._front.lead).n if self._front.lead else 0)
        return Mark(f"data/by-region.csv/{code}", name, cases, told, figure_file("count", FACT + "region", code))

    def _told(self, name: str, cases: int, counted: int) -> str:
        lead = self._front.lead
        told = self._t.count("map.mark", cases, name=name)
        if lead:
            told += self._t("map.mark_counted", n=counted, value=lead.label.striptags())
        return told.unescape()

    def _places(self) -> dict[str, tuple[int, int]]:
        """Name of a place -> cases with the answer told first, all cases; the largest first."""
        hits = frozenset(self._front.lead.estimate.cases) if self._front.lead else frozenset()
        placed = self._contents.atlas.place_of
        totals = Counter(placed.values())
        counted = Counter(name for case, name in placed.items() if case in hits)
        return {name: (counted[name], n) for name, n in sorted(totals.items(), key=lambda one: (-one[1], one[0]))}

    def _of_places(self, places: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
        atlas, t = self._contents.atlas, self._t
        at = {place.name: place.at for place in atlas.places}
        marks = {
            name: Mark(f"data/places.csv/{name}", name, n, self._told(name, n, hits), at=at[name])
            for name, (hits, n) in places.items()
        }
        words = (t("map.places_title").unescape(), t("map.places_told").unescape())
        stated = sum(bool(row.event_place) for row in self._contents.cases)
        placed = sum(n for _, n in places.values())
        ground = atlas.ground() if marks else None
        return {
            "places": circles(atlas.outlines, marks, words, t, ground) if marks else "",
            "attribution": ground.attribution if ground else "",
            "is_ground_withheld": atlas.is_ground_withheld,
            "has_places": bool(atlas.places),
            "place_rows": [(name, hits, n) for name, (hits, n) in places.items()],
            "stated": stated,
            "placed": placed,
            "unplaced": stated - placed,
        }

    def _place_table(self, places: Mapping[str, tuple[int, int]]) -> str:
        at = {place.name: place.at for place in self._contents.atlas.places}
        rows = ((name, *n, at[name][1], at[name][0]) for name, n in places.items())
        return csv_text(("place", "cases_counted", "cases", "latitude", "longitude"), rows)
