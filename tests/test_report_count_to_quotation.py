"""The way from a count to its cases, from a case to its quotation, and to the words of the record as they are."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from caselight.report import write_report
from caselight.report.interface import safe
from caselight.report.names import case_file
from report_reading import pages_of, stripped, words_of
from report_sample import constructed, small


def test_figures_whose_cases_do_not_add_up_are_not_shown(tmp_path: Path) -> None:
    contents = small(3)
    lost = [e._replace(cases=e.cases[1:]) if e.value == "relied_on" else e for e in contents.estimates]
    front = write_report(tmp_path / "r", replace(contents, estimates=lost)).read_text("utf-8")
    assert "Which role did cameras play?: 3 came in, 2 went out" in front


def test_a_count_opens_its_cases_and_each_opens_its_quotation(tmp_path: Path) -> None:
    contents = small(3)
    folder = write_report(tmp_path / "r", contents).parent
    front = (folder / "index.html").read_text("utf-8")
    assert 'href="answers/role/relied_on.html"' in front
    assert "2 of 3" in front
    listed = (folder / "answers" / "role" / "relied_on.html").read_text("utf-8")
    case = contents.cases[0].id
    assert f'href="../../{case_file(case)}#q.role.1"' in listed
    assert "записью с камер метро" in listed
    assert "1 case was looked at and not counted" in listed
    page = (folder / case_file(case)).read_text("utf-8")
    assert re.search(r'<mark id="q\.role\.1" class="[^"]*">записью с камер метро</mark>', page)
    assert 'href="#q.role.1"' in page


def test_a_denied_quotation_is_marked_in_words(tmp_path: Path) -> None:
    contents = small(3)
    folder = write_report(tmp_path / "r", contents).parent
    page = (folder / case_file(contents.cases[2].id)).read_text("utf-8")
    assert '<span class="is-denied">denied</span>' in page


def test_not_asked_and_undetermined_are_told_apart(tmp_path: Path) -> None:
    contents = small(3)
    folder = write_report(tmp_path / "r", contents).parent
    page = (folder / case_file(contents.cases[1].id)).read_text("utf-8")
    assert '<p class="value none">not asked</p>' in page
    assert '<p class="value none">undetermined</p>' in page
    assert (folder / "answers/place/_not_asked.html").is_file()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_record_reads_on_its_page_exactly_as_it_is(tmp_path: Path, language: str) -> None:
    contents = small(3, language)
    folder = write_report(tmp_path / "r", contents).parent
    for page in contents.load([row.id for row in contents.cases]):
        assert stripped(words_of(folder / case_file(page.case.id))) == page.documents[0].text


@pytest.mark.shared
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_constructed_rulings_make_a_whole_report(shared: Path, tmp_path: Path, language: str) -> None:
    contents = constructed(shared, language)
    folder = write_report(tmp_path / "r", contents).parent
    for page in pages_of(folder):
        assert page.faults == []
    for page in contents.load([row.id for row in contents.cases]):
        shown = stripped(words_of(folder / case_file(page.case.id)))
        assert shown == stripped(safe(page.documents[0].text))
