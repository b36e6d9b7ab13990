"""Draws of matters and of records at the desk: what is read as one, and what is answered about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caselight.desk.units import unit_of
from caselight.drawing import Wish, drawn_cases, fieldwork, members
from caselight.pipeline import current
from caselight.planning import Made
from caselight.report.interface import Interface
from caselight.store.journal import contents
from caselight.trading import hand_out, take_in
from desk_client import Office
from desk_office import decide, key, queue, words_of
from fieldwork_study import copied, drawn, made_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_demo(tmp_path_factory.mktemp("units") / "study")


@pytest.fixture(scope="module")
def of_matters(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = copied(demo, tmp_path_factory.mktemp("matters") / "study")
    drawn(made, Wish(40, double=1.0, unit="matter"))
    return made.study.folder


@pytest.fixture
def office(of_matters: Path, tmp_path: Path) -> Office:
    shutil.copytree(of_matters, tmp_path / "study")
    return Office(tmp_path / "study")


def matter_of(office: Office, cases: int = 2) -> tuple[str, tuple[str, ...]]:
    """A drawn matter of so many cases."""
    committed = office.room.committed
    assert committed is not None
    parts = members(committed)
    unit = next(one.case for one in drawn_cases(committed) if len(parts[one.case]) == cases)
    return unit, parts[unit]


def test_a_matter_is_read_as_one_its_earliest_decision_first(office: Office) -> None:
    anna = office.coder("anna")
    unit, cases = matter_of(office)
    assert len(queue(anna)) == 40
    assert unit in queue(anna)
    found = anna.get(f"/api/cases/{unit}").json
    assert (found["case"], len(found["documents"])) == (unit, 2)
    opened = unit_of(unit, [office.room.pile.open(case) for case in cases])
    assert [part.document.id for part in opened.parts] == [one["document"] for one in found["documents"]]
    first, second = opened.parts
    assert first.decided_on < second.decided_on < "9999"
    for one in found["documents"]:
        assert one["blocks"][0]["start"] == 0
        assert one["blocks"][-1]["end"] == len(one["text"])


def test_one_answer_a_matter_with_quotations_from_any_of_its_documents(office: Office) -> None:
    anna = office.coder("anna")
    unit, _ = matter_of(office)
    queue(anna)
    first, second = anna.get(f"/api/cases/{unit}").json["documents"]
    quotes = [words_of(second, 10, 30), words_of(first, 0, 12, denied=True)]
    decide(anna, unit, "surveillance_role", "mentioned", quotes=quotes)
    line = contents(office.study.folder / "journal" / "answers" / "anna.jsonl").entries[-1]
    assert line.body["case"] == unit
    assert [quote["document"] for quote in line.body["quotes"]] == [second["document"], first["document"]]
    elsewhere = next(one for one in queue(anna) if one != unit)
    (other, *_) = anna.get(f"/api/cases/{elsewhere}").json["documents"]
    for wrong in (words_of(other, 0, 12), words_of(second, 10, 30) | {"document": first["document"]}):
        sent = {"key": key(), "case": unit, "variable": "surveillance_role", "value": "mentioned", "quotes": [wrong]}
        assert anna.post("/api/decisions", sent).status == 422


def test_a_case_is_no_unit_of_a_draw_of_matters(office: Office) -> None:
    anna = office.coder("anna")
    _, cases = matter_of(office)
    queue(anna)
    sent = {"key": key(), "case": cases[0], "variable": "surveillance_role", "value": "mentioned"}
    assert anna.post("/api/decisions", sent).status == 404
    assert anna.get(f"/api/cases/{cases[0]}").status == 404


def test_figures_of_matters_come_from_what_was_answered_at_the_desk(office: Office) -> None:
    for name in ("anna", "boris"):
        coder = office.coder(name)
        for unit in queue(coder):
            decide(coder, unit, "surveillance_role", "mentioned")
    _, figures = fieldwork(office.study, office.room.codebook)
    shown = office.lead().get("/progress").text
    recall = next(f for f in figures if (f.name, f.variable, f.value) == ("recall", "surveillance_role", "mentioned"))
    assert "Found by the machine" in shown
    assert f"{round(100 * recall.low)} to {round(100 * recall.high)} %" in shown
    mine = [f for f in figures if (f.variable, f.value) == ("surveillance_role", "mentioned")]
    assert {(f.unit, f.n, f.N, f.estimate) for f in mine if f.name == "count"} == {("matter", 40, 40, 40)}


def test_agreement_so_far_stands_with_its_limits(office: Office) -> None:
    for name in ("anna", "boris"):
        coder = office.coder(name)
        for n, unit in enumerate(queue(coder)):
            decide(coder, unit, "surveillance_role", "none" if n % (4 if name == "anna" else 3) else "mentioned")
    lead = office.lead()
    row = next(r for r in lead.get("/api/agreement").json["questions"] if r["variable"] == "surveillance_role")
    page = lead.get("/progress").text
    for name, factor in (("same", 100), ("alpha", 1)):
        low, high = row["ranges"][name]
        assert low < row[name] < high
        assert f"({number(low * factor)} to {number(high * factor)})" in page


def number(value: float) -> str:
    """As the page writes it."""
    return Interface("en").number(round(value) if abs(value) > 1 else value)


def test_a_difference_about_a_matter_is_settled_with_all_its_texts_in_sight(office: Office) -> None:
    unit, cases = matter_of(office)
    for name, value in (("anna", "mentioned"), ("boris", "none")):
        coder = office.coder(name)
        queue(coder)
        second = coder.get(f"/api/cases/{unit}").json["documents"][1]
        decide(coder, unit, "surveillance_role", value, quotes=[words_of(second, 10, 30)])
    lead = office.lead()
    page = lead.get(f"/settle/{unit}/surveillance_role").text
    assert page.count('<h2 class="document">') == 2
    assert page.index('<h2 class="document">') < page.rindex('<h2 class="document">') < page.index('id="m-a0"')
    sent = {"key": key(), "case": unit, "variable": "surveillance_role", "choice": "b", "quote-b0": "on"}
    assert lead.form("/settle", sent).status == 303
    assert lead.get("/settle.json").json["pairs"] == []
    for case in cases:
        shown = lead.get(f"/cases/{case}.json").json
        said = [row["who"] for row in shown["people"] if row["variable"] == "surveillance_role"]
        assert said == ["coder", "coder", "adjudicator"]
        assert lead.get(f"/cases.json?q={shown['number']}&reading=coded").json["total"] >= 1


def test_what_is_asked_about_a_matter_leads_to_its_first_case(office: Office) -> None:
    unit, cases = matter_of(office)
    anna = office.coder("anna")
    queue(anna)
    sent = {"key": key(), "case": unit, "variable": "surveillance_role", "memo": "Both instances?"}
    assert anna.post("/api/questions", sent).status == 200
    page = office.lead().get("/questions").text
    assert any(f'href="/cases/{case}"' in page for case in cases)


def test_a_matter_is_looked_at_again_when_one_of_its_texts_was_read_anew(office: Office) -> None:
    unit, _ = matter_of(office)
    anna = office.coder("anna")
    queue(anna)
    decide(anna, unit, "surveillance_role", "mentioned")
    assert anna.get(f"/api/cases/{unit}").json["again"] == {}
    room = office.room
    person = room.person("anna")
    digest = room.open(unit).digest
    assert person.again(unit, room.meanings, digest) == {}
    assert person.again(unit, room.meanings, "0" * 64) == {"surveillance_role": "text"}
    parts = room.open(unit).parts
    assert unit_of(unit, parts[:1]).digest != digest


def test_records_are_read_like_cases(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path / "study")
    drawn(made, Wish(5, unit="record"))
    office = Office(made.study.folder)
    anna = office.coder("anna")
    units = queue(anna)
    assert len(units) == 5
    for unit in units:
        (document,) = anna.get(f"/api/cases/{unit}").json["documents"]
        assert document["document"] == unit
        decide(anna, unit, "surveillance_role", "none", quotes=[words_of(document, 0, 9)])
    _, figures = fieldwork(office.study, office.room.codebook)
    assert {(f.unit, f.n) for f in figures if f.variable == "surveillance_role"} == {("record", 5)}


def test_answers_about_matters_are_counted_as_left_out_where_no_tool_takes_them(office: Office, tmp_path: Path) -> None:
    anna = office.coder("anna")
    (several, _), (single, _) = matter_of(office), matter_of(office, 1)
    queue(anna)
    for unit in (several, single):
        decide(anna, unit, "surveillance_role", "mentioned")
    assert hand_out(current(office.study), "csv", tmp_path / "a.csv") == (0, 2)


def test_answers_about_records_go_to_other_tools_and_come_back(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path / "study")
    drawn(made, Wish(2, unit="record"))
    anna = Office(made.study.folder).coder("anna")
    unit = queue(anna)[0]
    (document,) = anna.get(f"/api/cases/{unit}").json["documents"]
    decide(anna, unit, "surveillance_role", "mentioned", quotes=[words_of(document, 0, 9)], memo="a")
    for form in ("csv", "label-studio", "qdpx"):
        assert hand_out(made, form, tmp_path / form) == (1, 0)
        assert take_in(made, form, tmp_path / form, "", "2026-01-01T00:00:00Z") == {"anna": 0}


def test_a_matter_of_which_a_case_is_gone_is_not_read(office: Office) -> None:
    unit, cases = matter_of(office)
    room = office.room
    assert room.is_here(unit)
    del room.pile.places[cases[1]]  # type: ignore[attr-defined]
    assert not room.is_here(unit)
