"""The timeline: a step for every month or year, and what is on none of them is counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from caselight.report import CaseRow
from caselight.report.interface import Interface
from caselight.report.timeline import MOST_STEPS, _x, strips, timeline
from parts_sample import plain


def row(number: int, decided: str = "", happened: str = "", **more: object) -> CaseRow:
    return CaseRow(f"c{number:016x}", f"{number:064x}", "r", "r", decision_date=decided, event_date=happened, **more)  # type: ignore[arg-type]


STEPS = [  # days of decision, days of event, first step, last step, how many, days left out, why
    (["2022-05-13"], ["2022-03-06"], "2022-03", "2022-05", 3, 0, "months, from the first day to the last"),
    (["2022-12-31", "2023-01-01"], [], "2022-12", "2023-01", 2, 0, "over the end of a year"),
    (["2013-01-01", "2022-12-31"], [], "2013-01", "2022-12", 120, 0, "as many months as a chart holds"),
    (["2012-12-31", "2022-12-31"], [], "2012", "2022", 11, 0, "one month more: years"),
    (["2022-01-01"], ["1890-01-01", "1950-05-05"], "1903", "2022", 120, 1, "years that a chart cannot hold"),
    ([], [], "", "", 0, 0, "nothing is dated"),
]


@pytest.mark.parametrize(
    ("decided", "happened", "first", "last", "steps", "before", "why"), STEPS, ids=[s[-1] for s in STEPS]
)
def test_a_timeline_has_a_step_for_every_month_or_year(
    decided: list[str], happened: list[str], first: str, last: str, steps: int, before: int, why: str
) -> None:
    cases = [row(i, decided=day) for i, day in enumerate(decided)]
    cases += [row(100 + i, happened=day) for i, day in enumerate(happened)]
    found = timeline(cases, frozenset())
    assert len(found.steps) == steps <= MOST_STEPS, why
    assert [found.steps[0].label, found.steps[-1].label] == [first, last] if steps else not first
    assert found.before == before


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (["2020-10-01", "2022-03-01"], ["2020-10", "2021", "2022"]),
        (["2020-12-01", "2028-03-01"], ["2021", "2022", "2023", "2024", "2025", "2026", "2027", "2028"]),
        (["2021-01-31", "2021-06-01"], ["2021"]),
        (["2021-05-01", "2021-06-01"], ["2021-05"]),
        (["2009-05-01", "2021-06-01"], [str(year) for year in range(2009, 2022)]),
    ],
)
def test_a_label_stands_where_its_year_begins(days: list[str], labels: list[str]) -> None:
    found = timeline([row(i, decided=day) for i, day in enumerate(days)], frozenset())
    drawn = str(strips(found, [Markup("h"), Markup(""), Markup("")], ("t", "d"), Interface("en")))
    ticks = re.findall(r'<text class="tick" x="([\d.]+)"[^>]*"middle">([^<]+)</text>', drawn)
    assert [label for _, label in ticks] == labels
    months = [step.label for step in found.steps]
    for x, label in ticks:
        place = months.index(label) if label in months else months.index(f"{label}-01")
        assert float(x) == pytest.approx(_x(place, len(months)), abs=0.05)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "2021-01-31", "2022-12-01"]), st.sampled_from(["", "2019-07-27"]), st.booleans())
    )
)
def test_nothing_is_lost_on_a_timeline(days: list[tuple[str, str, bool]]) -> None:
    cases = [row(i, decided, happened) for i, (decided, happened, _) in enumerate(days)]
    hits = frozenset(case.id for case, (_, _, hit) in zip(cases, days, strict=True) if hit)
    found = timeline(cases, hits)
    assert sum(s.decided for s in found.steps) + found.undecided == len(cases)
    assert sum(s.happened for s in found.steps) + found.unhappened == len(cases)
    assert sum(s.counted for s in found.steps) == sum(c.id in hits and bool(c.decision_date) for c in cases)


def test_the_timeline_says_how_many_cases_are_not_on_it(report: Path) -> None:
    assert "Of 36 cases the record states the day of the decision, of 12 it does not. Of 35 it states the day" in plain(
        report, "timeline"
    )
