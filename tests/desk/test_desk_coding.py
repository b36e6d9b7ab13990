"""Answers as they are sent, kept, taken back and looked at again."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from caselight.desk.room import Room
from caselight.drawing import given as answers_given
from caselight.pipeline import Options, current, make_tables
from caselight.store.journal import contents
from desk_client import Office
from desk_office import decide, journal_bytes, key, queue


def test_the_queue_is_the_order_of_tickets_and_a_second_coder_gets_the_doubles(office: Office) -> None:
    first, second, third = (office.coder(name) for name in ("anna", "boris", "vera"))
    room_order = [
        line.split("\t")[1]
        for line in next((office.study.folder / "journal" / "draws").glob("*/drawn.tsv")).read_text().splitlines()[1:]
    ]
    assert queue(first) == room_order
    assert queue(second) == queue(third) == room_order[:3]
    assert office.coder("anna").get("/api/desk").json["reads"] == "all"
    not_hers = room_order[-1]
    assert second.get(f"/api/cases/{not_hers}").status == 404
    assert (
        second.post("/api/decisions", {"key": key(), "case": not_hers, "variable": "role", "value": "none"}).status
        == 404
    )


def test_an_answer_is_kept_with_its_quotations(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    found = anna.get(f"/api/cases/{case}").json["documents"][0]
    start = found["text"].index("митинге")
    words = {
        "document": found["document"],
        "start": start,
        "end": start + 7,
        "quote": "митинге",
        "said_by": "court",
        "denied": True,
        "memo": "да",
    }
    told = decide(anna, case, "role", "mentioned", quotes=[words], memo="не уверена")
    assert told["saved"]
    assert told["answers"]["role"] == {
        "value": "mentioned",
        "decided": True,
        "asked": True,
        "memo": "не уверена",
        "quotes": [words],
    }
    line = contents(office.study.folder / "journal" / "answers" / "anna.jsonl").entries[-1]
    assert line.body["quotes"] == [words]
    assert [(g.coder, g.variable, g.value) for g in answers_given(office.study)] == [("anna", "role", "mentioned")]


WRONG: list[dict[str, Any]] = [
    {"value": "purple"},
    {"value": ["relied_on"]},
    {"value": {"a": 1}},
    {"value": "none", "decided": "yes"},
    {"decided": False, "value": None},
    {"value": "none", "memo": 7},
    {"value": "none", "memo": "x" * 5_000},
    {"value": "none", "quotes": "x"},
    {"value": "none", "quotes": [{"start": 0, "end": 3, "quote": "XXX"}]},
    {"value": "none", "quotes": [{"start": -3, "end": 3, "quote": ""}]},
    {"value": "none", "quotes": [7]},
    {"value": "none", "variable": "no_such"},
    {"value": "none", "key": "short"},
    {"value": "none", "key": "../../../etc/passwd"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: json.dumps(wrong)[:40])
def test_a_decision_that_is_none_is_refused_with_a_reason(still: Office, wrong: dict[str, Any]) -> None:
    anna = still.coder("anna")
    sent = {"key": key(), "case": queue(anna)[0], "variable": "role"} | wrong
    before = journal_bytes(still.study)
    answer = anna.post("/api/decisions", sent)
    assert answer.status == 422
    assert answer.json["error"]
    assert journal_bytes(still.study) == before


def test_what_cannot_be_decided_and_what_the_record_does_not_say_are_two_things(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    decide(anna, case, "people", None)
    decide(anna, case, "words", None, decided=False, memo="unreadable")
    kept = {g.variable: (g.value, g.decided) for g in answers_given(office.study)}
    assert kept == {"people": (None, True), "words": (None, False)}


def test_skip_rules_are_followed_and_what_they_leave_out_is_written_down(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    told = decide(anna, case, "role", "none")
    assert told["answers"]["place"]["asked"] is False
    told = decide(anna, case, "role", "mentioned")
    assert not told["done"]
    decide(anna, case, "place", ["street", "metro"])
    told = decide(anna, case, "people", "15")
    assert told["answers"]["people"]["value"] == 15
    assert told["answers"]["place"]["value"] == ["metro", "street"]
    assert decide(anna, case, "words", "плакат")["done"]
    told = decide(anna, case, "role", "none")
    assert told["answers"]["place"]["asked"] is False


def test_sent_again_a_decision_is_kept_once(office: Office) -> None:
    anna = office.coder("anna")
    sent = {"key": key(), "case": queue(anna)[0], "variable": "role", "value": "none"}
    first = anna.post("/api/decisions", sent).json
    before = journal_bytes(office.study)
    assert anna.post("/api/decisions", sent).json == first
    assert journal_bytes(office.study) == before
    assert Office(office.study.folder).coder("anna").post("/api/decisions", sent).json["number"] == first["number"]


def test_fifty_five_steps_can_be_undone_and_nothing_is_removed(office: Office) -> None:
    anna = office.coder("anna")
    cases = queue(anna)
    values = itertools.cycle(("none", "mentioned", "relied_on"))
    for n in range(55):
        decide(anna, cases[n % 6], "role", next(values))
    journal = office.study.folder / "journal" / "answers" / "anna.jsonl"
    before = journal.read_bytes()
    for _ in range(55):
        last = anna.get("/api/desk").json["undoable"][-1]
        told = anna.post("/api/undo", {"key": key(), "undoes": last["ref"]}).json
        assert (told["case"], told["variable"]) == (last["case"], last["variable"])
    assert journal.read_bytes().startswith(before)
    assert answers_given(office.study) == []
    assert all(state == "open" for _, state in anna.get("/api/desk").json["queue"])


def test_taking_back_twice_takes_back_once(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    decide(anna, case, "role", "mentioned")
    told = decide(anna, case, "role", "none")
    sent = {"key": key(), "undoes": told["ref"]}
    assert anna.post("/api/undo", sent).json["answers"]["role"]["value"] == "mentioned"
    assert anna.post("/api/undo", sent).status == 200
    assert anna.get(f"/api/cases/{case}").json["answers"]["role"]["value"] == "mentioned"


def test_a_changed_question_marks_its_answers_and_rewrites_nothing(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    decide(anna, case, "role", "none")
    decide(anna, case, "people", None)
    before = journal_bytes(office.study)
    book = office.study.codebook
    book.write_text(book.read_text("utf-8").replace("What the court says of them.", "What the police say."), "utf-8")
    assert anna.get(f"/api/cases/{case}").json["again"] == {"role": "codebook"}
    assert dict(anna.get("/api/desk").json["queue"])[case] == "again"
    assert journal_bytes(office.study) == before
    decide(anna, case, "role", "none")
    assert anna.get(f"/api/cases/{case}").json["again"] == {}


def test_the_desk_takes_in_a_run_that_changed_only_answers(office: Office, tmp_path: Path) -> None:
    room = Room(office.study, office.now)
    book = office.study.codebook
    book.write_text(book.read_text("utf-8").replace("phrases: [камера]", "phrases: [телефон]"), "utf-8")
    room.refresh()
    assert "has changed since its last run" in str(room.trouble)
    with office.study.locked():
        make_tables(office.study, Options(1, tmp_path / "words", "2026-01-01"), lambda *_: None)
    room.refresh()
    assert room.trouble is None
    asked = [plan.paths["answers/role"] for plan in room.pile.made.plans]
    assert asked == [plan.paths["answers/role"] for plan in current(office.study).plans]


def test_a_mistake_in_the_codebook_leaves_the_desk_working(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    office.study.codebook.write_text("name: [", "utf-8")
    assert "codebook.yaml" in anna.get("/api/desk").json["notice"]
    assert decide(anna, case, "role", "none")["saved"]
