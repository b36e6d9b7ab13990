"""A report written again: only what changed is, what is gone goes, what broke off is completed, others' files stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from caselight.errors import StudyError
from caselight.report import Contents, write_report
from caselight.report.folder import STATE
from caselight.report.names import case_file
from report_reading import pages_of
from report_sample import small


def stamps(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def contents_on_disk(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def changed(contents: Contents, case: int = 0, **more: object) -> Contents:
    rows = list(contents.cases)
    rows[case] = replace(rows[case], digest=rows[case].digest + 1, **more)
    return replace(contents, cases=rows)


def test_writing_again_changes_no_page(tmp_path: Path) -> None:
    write_report(tmp_path / "r", small(5))
    before = stamps(tmp_path / "r")
    write_report(tmp_path / "r", small(5))
    after = stamps(tmp_path / "r")
    assert {name for name in before if before[name] != after[name]} <= {STATE}


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    write_report(tmp_path / "a", small(5))
    write_report(tmp_path / "b", small(2))
    write_report(tmp_path / "b", changed(small(5), 3))
    write_report(tmp_path / "b", small(5))
    assert contents_on_disk(tmp_path / "a") == contents_on_disk(tmp_path / "b")


def test_only_the_cases_that_changed_are_loaded(tmp_path: Path) -> None:
    contents = small(5)
    write_report(tmp_path / "r", contents)
    asked: list[str] = []

    def load(cases):
        asked.extend(cases)
        return contents.load(cases)

    write_report(tmp_path / "r", replace(changed(contents, 2), load=load))
    assert asked == [contents.cases[2].id]


def test_pages_of_cases_and_values_that_are_gone_are_removed(tmp_path: Path) -> None:
    write_report(tmp_path / "r", small(501))
    assert (tmp_path / "r/cases/index.2.html").is_file()
    write_report(tmp_path / "r", small(2))
    assert len(list((tmp_path / "r").glob("case/*/*.html"))) == 2
    assert not list((tmp_path / "r").rglob("*.2.html"))


def test_a_page_that_somebody_deleted_comes_back(tmp_path: Path) -> None:
    contents = small(3)
    write_report(tmp_path / "r", contents)
    path = tmp_path / "r" / case_file(contents.cases[1].id)
    path.unlink()
    write_report(tmp_path / "r", contents)
    assert path.is_file()


def test_an_interrupted_report_is_completed_by_the_next_run(tmp_path: Path) -> None:
    contents = small(6)

    def breaks_off(cases):
        for i, page in enumerate(contents.load(cases)):
            if i == 3:
                raise KeyboardInterrupt
            yield page

    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "r", replace(contents, load=breaks_off))
    write_report(tmp_path / "r", contents)
    write_report(tmp_path / "whole", contents)
    assert contents_on_disk(tmp_path / "r") == contents_on_disk(tmp_path / "whole")


def test_a_change_that_was_interrupted_is_not_taken_for_done(tmp_path: Path) -> None:
    old, new = small(4), changed(small(4), 1)
    write_report(tmp_path / "r", old)

    def breaks_off(cases):
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "r", replace(new, load=breaks_off))
    asked: list[str] = []
    write_report(tmp_path / "r", replace(old, load=lambda cases: asked.extend(cases) or old.load(cases)))
    assert asked == [old.cases[1].id]


def test_another_language_writes_every_page_anew(tmp_path: Path) -> None:
    write_report(tmp_path / "r", small(3))
    write_report(tmp_path / "r", small(3, "ru"))
    for page in pages_of(tmp_path / "r"):
        assert page.elements[0] == ("html", {"lang": "ru"})


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.html").write_text("mine")
    with pytest.raises(StudyError, match="holds no report"):
        write_report(tmp_path, small(1))
    assert [path.name for path in tmp_path.iterdir()] == ["letters.html"]
