"""Breakdowns, timeline and map together: sealed, without cases, with books that do not balance."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from caselight import sealing
from caselight.planning import Made
from caselight.report import write_report
from parts_sample import with_regions
from report_sample import small
from sealed_sample import changed, sealed, unpacked

NAMES = ("breakdowns", "timeline", "map")


def test_a_sealed_study_with_ranges_of_parts_and_places_holds_and_a_change_of_a_range_is_named(
    made: Made, tmp_path: Path
) -> None:
    folder = unpacked(sealed(made.study, tmp_path / "b.zip"), tmp_path / "b")
    assert sealing.check(folder, None).faults == []

    def other(text: str) -> str:
        return re.sub(r'(<text class="range"[^>]*>)(\d)', r"\g<1>1\2", text, count=1)

    verdict = sealing.check(changed(folder, tmp_path / "c", "report/timeline.html", other), None)
    assert ("report/timeline.html", "printed_differs") in {(fault.file, fault.kind) for fault in verdict.faults}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_of_a_study_without_cases_say_so(tmp_path: Path, language: str) -> None:
    report = write_report(tmp_path / "r", small(0, language)).parent
    for name in ("breakdowns", "timeline"):
        assert '<section class="notice">' in (report / f"{name}.html").read_text("utf-8")


def test_no_part_is_shown_where_the_books_do_not_balance(tmp_path: Path) -> None:
    one = with_regions(["77", "77"])
    books = [one.books[0]._replace(came_in=99), *one.books[1:]]
    report = write_report(tmp_path / "r", replace(one, books=books)).parent
    for name in NAMES:
        assert "<data" not in (report / f"{name}.html").read_text("utf-8")
    assert not list(report.glob("data/*.csv"))
