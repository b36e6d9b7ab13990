"""Breakdowns: each part is counted as by hand, opens its cases, and has a range only where people have read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from caselight.report import Contents, write_report
from parts_sample import ROLE, plain, rows_of
from report_sample import small


@pytest.mark.parametrize("fact", ["year", "region", "court", "outcome", "instance"])
def test_the_parts_and_what_no_record_says_make_the_whole_pile(contents: Contents, report: Path, fact: str) -> None:
    silent = sum(
        not {"year": r.decision_date, "region": r.region}.get(fact, getattr(r, fact, "")) for r in contents.cases
    )
    assert sum(int(one["cases"]) for one in rows_of(report, f"by-{fact}")) + silent == len(contents.cases) == 48


def test_a_case_with_several_statutes_stands_with_each(tmp_path: Path) -> None:
    one = small(2)
    cases = [replace(one.cases[0], statutes=("КоАП 20.2 ч.5", "КоАП 19.3 ч.1")), one.cases[1]]
    report = write_report(tmp_path / "r", replace(one, cases=cases, estimates=small(2).estimates)).parent
    assert {r["label"]: r["cases"] for r in rows_of(report, "by-statute")} == {
        "КоАП 20.2 ч.5": "1",
        "КоАП 19.3 ч.1": "1",
    }


def test_each_answer_of_each_part_is_counted_as_by_hand(contents: Contents, report: Path) -> None:
    by_hand = Counter(zip((r.decision_date[:4] for r in contents.cases), contents.answers[ROLE], strict=True))
    for one in rows_of(report, "breakdown-year"):
        if not one["answer"].startswith("("):
            assert int(one["cases_counted"]) == by_hand[one["label"], one["answer"]], one


def test_a_range_stands_only_where_people_have_read_and_is_that_of_the_kept_figure(
    contents: Contents, report: Path
) -> None:
    kept = {e.where[0][1]: e for e in reversed(contents.estimates) if e.where and e.method == "exact_stratified"}
    ranged = {r["label"]: r for r in rows_of(report, "breakdown-year") if r["low"]}
    assert ranged.keys() == kept.keys()
    assert {r["answer"] for r in ranged.values()} == {"relied_on"}
    assert {y: (float(r["low"]), float(r["high"])) for y, r in ranged.items()} == {
        y: (e.low, e.high) for y, e in kept.items()
    }
    page = (report / "timeline.html").read_text("utf-8")
    first, second, _ = (part.partition("</svg>")[0] for part in page.split('<svg class="years"')[1:])
    assert first.count('class="solid"') == len(kept)
    assert 'class="solid"' not in second
    assert not any(r["low"] for r in rows_of(report, "breakdown-court"))


def test_every_part_opens_its_cases(report: Path) -> None:
    page = (report / "breakdowns.html").read_text("utf-8")
    parts = re.findall(r'<tr><th scope="row"><a href="(facts/[^"]+)"', page)
    assert len(parts) > 60
    for file in parts:
        assert '<ol class="counted"' in (report / file).read_text("utf-8")


def test_judges_are_counted_by_court_and_name_and_never_by_what_they_decided(tmp_path: Path) -> None:
    names = [("Суд А", "Иванов И.И."), ("Суд Б", "Иванов И.И."), ("Суд А", "Иванов И.И."), ("Суд А", "")]
    one = small(len(names))
    cases = [replace(r, court=court, judge=judge) for r, (court, judge) in zip(one.cases, names, strict=True)]
    report = write_report(tmp_path / "r", replace(one, cases=cases)).parent
    found = rows_of(report, "judges")
    assert [(r["court"], r["judge"], r["cases"]) for r in found] == [
        ("Суд А", "Иванов И.И.", "2"),
        ("Суд Б", "Иванов И.И.", "1"),
    ]
    assert found[0]["case_ids"].split() == sorted(c.id for c in (cases[0], cases[2]))
    assert not list(report.glob("facts/judge*"))
    section = (report / "breakdowns.html").read_text("utf-8").partition('id="by-judge"')[2]
    assert 'class="dot"' not in section
    assert "The record of 1 case names no judge." in plain(report, "breakdowns")


def test_a_line_about_a_judge_names_the_cases_so_that_the_gate_knows_whose_names_stay(report: Path) -> None:
    section = (report / "breakdowns.html").read_text("utf-8").partition('id="by-judge"')[2]
    lines = [line for line in section.split("\n") if line.startswith('<tr><th scope="row"><bdi>')]
    assert len(lines) == 30
    assert all(re.search(r"case/../c[0-9a-f]{16}\.html", line) for line in lines)
