"""Pages of figures that people made: the sentence, both claims, what it rests on, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from caselight import drawing, view
from caselight.drawing import Wish
from caselight.drawing.asking import Question
from caselight.planning import Made
from caselight.report import Contents, write_report
from caselight.report.findings import findings
from caselight.report.interface import Interface, phrases
from caselight.report.spans import Axis, span
from caselight.types import Value
from fieldwork_study import TIME, as_machine, drawn, made_demo, read_by
from report_sample import small

ROLE = "surveillance_role"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    made = made_demo(tmp_path_factory.mktemp("demo") / "s")
    committed = drawn(made, Wish(24, (f"{ROLE}=relied_on",), double=0.5))

    def differs(number: int, coder: str, variable: str, said: Value) -> Value:
        return "mentioned" if variable == ROLE and coder == "boris" and number == 1 else said

    read_by(made, committed, {"anna": as_machine, "boris": differs})
    drawing.keep(made.study, Question((ROLE,), ("relied_on",), by="instance", where=("year=2022",)), TIME)
    return made


@pytest.fixture(scope="module")
def contents(made: Made) -> Contents:
    return view.contents(made, "en", "2026-05-03")


def pages(contents: Contents, folder: Path, language: str) -> dict[str, str]:
    write_report(folder, replace(contents, language=language))
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*.html")}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace(" .", ".")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_figure_has_its_page_with_all_that_it_rests_on(contents: Contents, tmp_path: Path, language: str) -> None:
    made = pages(contents, tmp_path / "r", language)
    found = findings(contents)
    assert found
    for one in found:
        page, e = made[one.file], one.figure
        assert e.digest in page
        assert e.draw in page
        for code in e.assumptions:
            assert phrases(language)[f"assumption.{code}"].split("“")[0][:40] in page.replace("&#39;", "'")
        assert page.count('<svg class="span"') == 1 + (one.other is not None)
        assert page.count("<desc>") == page.count('<svg class="span"')
        assert page.count('href="../case/') >= e.n
        assert one.file.removeprefix("figures/") in made["figures/index.html"]
        if one.other:
            assert one.other.digest in page


def test_the_sentence_says_how_many_of_how_many_how_sure_and_who_read(contents: Contents, tmp_path: Path) -> None:
    made = pages(contents, tmp_path / "r", "en")
    one = next(f for f in findings(contents) if f.figure.value == "relied_on" and f.figure.name == "count")
    e = one.figure
    words = plain(made[one.file]).replace("( ", "(").replace(" )", ")")
    assert f"Of 48 cases, between {e.low:.0f} and {e.high:.0f} (best estimate {e.estimate:.0f}) are" in words
    assert "(95 %)" in words
    assert "drawn by public dice, by 2 readers" in words
    assert f"{e.estimate:.0f} of 48 ({e.low:.0f} to {e.high:.0f})" in words
    assert "The machine alone counted 20." in words


def test_figures_of_parts_name_their_part_and_stay_off_the_first_page(contents: Contents, tmp_path: Path) -> None:
    made = pages(contents, tmp_path / "r", "en")
    parts = [f for f in findings(contents) if f.figure.where]
    assert parts
    for one in parts:
        assert "Year of the decision: 2022" in plain(made[one.file])
        assert one.machine is None
    front = made["index.html"]
    assert not any(one.file in front for one in parts)
    whole = next(f for f in findings(contents) if f.figure.value == "relied_on" and not f.figure.where)
    assert whole.file in front or whole.file in made[f"answers/{ROLE}/relied_on.html"]


def test_agreement_stands_with_each_answer_and_its_counts(contents: Contents, tmp_path: Path) -> None:
    assert contents.fieldwork is not None
    on = {one.answer: one for one in contents.fieldwork.positive[ROLE]}
    assert on["mentioned"].share is not None
    assert on["mentioned"].low < on["mentioned"].share < 1
    words = plain(pages(contents, tmp_path / "r", "en")["figures/index.html"])
    assert f"only mentioned {on['mentioned'].cases} " in words


def test_without_a_draw_the_page_says_what_there_is_instead(tmp_path: Path) -> None:
    made = pages(small(3), tmp_path / "r", "en")
    assert "no random draw has been read" in made["figures/index.html"]
    assert [name for name in made if name.startswith("figures/")] == ["figures/index.html"]


def test_a_figure_that_is_gone_loses_its_page(contents: Contents, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    write_report(folder, contents)
    gone = next(f for f in findings(contents) if f.figure.where)
    assert (folder / gone.file).exists()
    write_report(folder, replace(contents, estimates=[e for e in contents.estimates if not e.where]))
    assert not (folder / gone.file).exists()


def test_a_span_is_drawn_to_scale_with_its_words() -> None:
    svg = str(span(25, 50, 100, Axis(0, 100), ("a < b", "25 to 100"), Interface("en")))
    assert 'cx="320.0"' in svg
    assert 'x1="168.0"' in svg
    assert "<title>a &lt; b</title><desc>25 to 100</desc>" in svg
    assert "50&#8239;%" in str(span(0, 0, 1, Axis(0, 1, percent=True), ("", ""), Interface("en")))
