"""The example study: what ships is what its script writes, and it ends in figures that hold the known answers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from caselight import demo, drawing
from caselight.pipeline import Options
from caselight.planning import Made
from caselight.report import Contents
from make_demo_answers import ADJUDICATOR, FIRST, OPEN, SECOND, tables, texts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Contents]:
    folder = tmp_path_factory.mktemp("demo")
    return demo.make(folder / "study", "en", Options(2, None, "2026-01-01"), lambda *_: None)


@pytest.mark.shared
def test_the_coders_answers_are_what_their_script_writes(shared: Path) -> None:
    written = list(texts(shared / "data" / "constructed"))
    assert len(written) == 3
    for path, text in written:
        assert path.read_text("utf-8") == text, f"run python tests/make_demo_answers.py ({path.name})"


@pytest.mark.shared
def test_the_adjudicator_decides_exactly_where_the_coders_differ(shared: Path) -> None:
    found = tables(shared / "data" / "constructed")
    differ = 0
    for first, second in zip(found[FIRST], found[SECOND], strict=True):
        decided = next((row for row in found[ADJUDICATOR] if row["case"] == first["case"]), {})
        names = {name for name in first if first[name] != second[name]}
        assert set(decided) - {"case"} == names
        differ += len(names)
    assert differ > len(OPEN) > 0


def test_the_demo_is_drawn_read_and_adjudicated_once(made: tuple[Made, Contents]) -> None:
    study = made[0].study
    committed = drawing.last(study)
    assert committed is not None
    assert committed.seed == demo.SEED
    before = Counter(one.coder for one in drawing.given(study))
    assert before[FIRST] > before["adjudicator"] > 0
    demo.make(study.folder, "en", Options(2, None, "2026-01-01"), lambda *_: None)
    assert Counter(one.coder for one in drawing.given(study)) == before
    assert drawing.last(study) == committed


@pytest.mark.shared
def test_the_demos_ranges_hold_the_known_answers(made: tuple[Made, Contents], shared: Path) -> None:
    known = Counter(
        json.loads(file.read_text("utf-8"))["answers"]["surveillance_role"]
        for file in (shared / "data" / "constructed").glob("*.json")
    )
    of_role = [e for e in made[1].estimates if e.variable == "surveillance_role" and not e.where]
    figures = [e for e in of_role if e.name == "count" and e.n]
    assert {figure.value for figure in figures} == set(known)
    for figure in figures:
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= known[figure.value] <= figure.high
        assert figure.high - figure.low < figure.N / 4, "a range so wide says nothing"


def test_the_demo_gives_a_range_for_every_year_and_refuses_nothing(made: tuple[Made, Contents]) -> None:
    shown = made[1]
    years = {row.decision_date[:4] for row in shown.cases} - {""}
    for value in ("relied_on", "facial_recognition"):
        given = {e.where[0][1] for e in shown.estimates if e.value == value and e.where and e.low is not None}
        assert given == years, value
    assert shown.problems == []
