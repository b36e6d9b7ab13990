"""A report with breakdowns, a timeline and a map, for every test of the pile in parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from caselight import drawing, view
from caselight.drawing import Wish
from caselight.drawing.asking import Question
from caselight.planning import Made
from caselight.report import Contents, write_report
from fieldwork_study import TIME, as_machine, drawn, made_demo, read_by
from parts_sample import ROLE


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The demo's records with a draw that somebody read, figures by year kept, and a list of places."""
    made = made_demo(tmp_path_factory.mktemp("demo") / "s")
    committed = drawn(made, Wish(30, (f"{ROLE}=relied_on",)))
    read_by(made, committed, {"anna": as_machine})
    drawing.keep(made.study, Question((ROLE,), ("relied_on",), by="year"), TIME)
    (made.study.folder / "map").mkdir()
    (made.study.folder / "map" / "places.csv").write_text(
        "place,latitude,longitude\nМанежная площадь,55.7558,37.6145\nНевский пр.,59.9343,30.3351\n", "utf-8"
    )
    return made


@pytest.fixture(scope="session")
def contents(made: Made) -> Contents:
    return view.contents(made, "en", "2026-05-03")


@pytest.fixture(scope="session")
def report(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("parts") / "r", contents).parent
