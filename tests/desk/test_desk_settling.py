"""Two coders side by side: differences, agreement, progress, and the answer that counts."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from caselight.drawing import Wish, drawn_cases, freeze, last, throw
from caselight.drawing import given as answers_given
from caselight.drawing.standing import disputes
from caselight.intake import add
from caselight.pipeline import Options, make_tables
from caselight.sampling import Doing, draw, take_file
from caselight.store.journal import contents
from desk_client import Office
from desk_office import both_code, decide, journal_bytes, key, queue
from desk_study import SEED, make_study, record


def test_differences_are_shown_without_names_and_settled_with_history(office: Office) -> None:
    cases = both_code(office)
    lead = office.lead()
    found = lead.get("/settle.json").json["pairs"]
    assert {(p["case"], p["variable"], p["state"]) for p in found} == {
        (cases[0], "role", "differ"),
        (cases[1], "words", "undecided"),
    }
    page = lead.get(f"/settle/{cases[0]}/role").text
    assert "from anna" in page
    assert "boris" not in page.replace("from boris", "")
    sent = {
        "key": key(),
        "case": cases[0],
        "variable": "role",
        "choice": "other",
        "value": "relied_on",
        "memo": "both wrong",
    }
    before = {name: data for name, data in journal_bytes(office.study).items() if "adjudicator" not in name}
    assert lead.form("/settle", sent).status == 303
    assert lead.form("/settle", sent).status == 303
    after = journal_bytes(office.study)
    assert {name: after[name] for name in before} == before
    assert len(contents(office.study.folder / "journal" / "answers" / "adjudicator.jsonl").entries) == 1
    assert lead.get("/settle.json?state=settled").json["pairs"][0]["variable"] == "role"
    assert "both wrong" in lead.get(f"/settle/{cases[0]}/role").text
    lead.form("/settle", {"key": key(), "case": cases[0], "variable": "role", "choice": "a"})
    history = contents(office.study.folder / "journal" / "answers" / "adjudicator.jsonl").entries
    assert len(history) == 2


def test_a_difference_is_settled_with_the_quotations_that_were_ticked(office: Office) -> None:
    anna, boris = office.coder("anna"), office.coder("boris")
    case = queue(anna)[0]
    queue(boris)
    found = anna.get(f"/api/cases/{case}").json["documents"][0]
    words = {
        "document": found["document"],
        "start": 0,
        "end": 4,
        "quote": "Дело",
        "said_by": "court",
        "denied": False,
        "memo": "",
    }
    decide(anna, case, "role", "relied_on", quotes=[words])
    decide(boris, case, "role", "none")
    lead = office.lead()
    pair = next(p for p in lead.get("/settle.json").json["pairs"] if p["variable"] == "role")
    hers = "a" if pair["a"]["quotes"] else "b"
    lead.form("/settle", {"key": key(), "case": case, "variable": "role", "choice": hers, f"quote-{hers}0": "on"})
    line = contents(office.study.folder / "journal" / "answers" / "adjudicator.jsonl").entries[-1]
    assert [quote["quote"] for quote in line.body["quotes"]] == ["Дело"]
    assert line.body["value"] == "relied_on"


def test_whatever_coders_answer_differently_can_be_settled_at_the_desk(office: Office, tmp_path: Path) -> None:
    committed = last(office.study)
    assert committed is not None
    drawn = drawn_cases(committed)
    once, twice = (next(one.case for one in drawn if one.double is double) for double in (False, True))
    rows = [(once, "anna", "none"), (once, "boris", "relied_on")]
    rows += [(twice, "anna", "none"), (twice, "boris", "none"), (twice, "zoya", "relied_on")]
    lines = "".join(f"{case},role,{value},{name}\n" for case, name, value in rows)
    (tmp_path / "sheet.csv").write_text(f"case,variable,value,coder\n{lines}", "utf-8")
    take_file(office.study, tmp_path / "sheet.csv", "", "", "2026-01-01T00:00:00Z")
    differ = {(one.case, one.variable) for one in disputes(answers_given(office.study))}
    assert differ == {(once, "role"), (twice, "role")}
    lead = office.lead()
    assert {(p["case"], p["variable"]) for p in lead.get("/settle.json").json["pairs"]} == differ
    for case, variable in differ:
        sent = {"key": key(), "case": case, "variable": variable, "choice": "other", "value": "none"}
        assert lead.form("/settle", sent).status == 303
    assert lead.get("/settle.json").json["pairs"] == []
    assert disputes(answers_given(office.study)) == []


def test_no_cell_of_a_coders_sheet_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    study = make_study(tmp_path, [("2.txt", record(2))], None)
    (tmp_path / "=1+1.txt").write_text(record(1), "utf-8")
    add(study, [tmp_path / "=1+1.txt"], {})
    with study.locked():
        freeze(make_tables(study, Options(1, tmp_path / "words", "2026-01-01"), lambda *_: None), Wish(2, double=1.0))
    throw(study, SEED)
    draw(study, Doing({"size": None, "double": 1.0}, sheet=tmp_path / "sheet.csv"))
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["record"] for row in rows} == {"'=1+1.txt", "files/2.txt"}
    for name, words in (("anna", "'=SUM(A1)"), ("boris", "'@home")):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"words": words, "role": "none"} for row in rows)
        take_file(study, tmp_path / f"{name}.csv", name, "", "2026-01-01T00:00:00Z")
    assert {one.value for one in answers_given(study) if one.variable == "words"} == {"=SUM(A1)", "@home"}
    draw(study, Doing({"size": None, "double": 1.0}, sheet=tmp_path / "differ.csv", disputes=True))
    told = (tmp_path / "differ.csv").read_text("utf-8-sig")
    assert told.count(",words,'=SUM(A1),'@home,") == 2


def test_settling_without_a_choice_says_so(office: Office) -> None:
    cases = both_code(office)
    answer = office.lead().form("/settle", {"key": key(), "case": cases[0], "variable": "role"})
    assert answer.status == 422
    assert "Choose A, B" in answer.text


def test_who_is_a_is_drawn_by_lot_and_stays(office: Office) -> None:
    both_code(office)
    lead = office.lead()
    assert lead.get("/settle.json?state=agree").body == office.lead().get("/settle.json?state=agree").body


def test_agreement_opens_its_cases(office: Office) -> None:
    cases = both_code(office)
    lead = office.lead()
    row = next(r for r in lead.get("/api/agreement").json["questions"] if r["variable"] == "role")
    assert (row["pairs"], row["differ"]) == (3, 1)
    page = lead.get("/agreement/role?one=mentioned&other=none").text
    assert f"/settle/{cases[0]}/role" in page
    assert f"/settle/{cases[1]}/role" not in page


def test_questions_about_the_codebook_reach_the_lead_without_a_name(office: Office) -> None:
    anna = office.coder("anna")
    sent = {"key": key(), "case": queue(anna)[0], "variable": "role", "memo": "Does a phone count?"}
    assert anna.post("/api/questions", sent).json == {"saved": True}
    assert anna.post("/api/questions", sent).json == {"saved": True}
    found = office.lead().get("/questions.json").json["questions"]
    assert [(q["memo"], "anna" in json.dumps(q)) for q in found] == [("Does a phone count?", False)]


def test_progress_tells_a_coder_only_of_herself(office: Office) -> None:
    cases = both_code(office)
    assert list(office.coder("boris").get("/api/progress").json["coders"]) == ["boris"]
    told = office.lead().get("/api/progress").json
    assert set(told["coders"]) == {"anna", "boris"}
    assert told["differences"]["open"] == 2
    assert told["coders"]["boris"]["cases"] == len(cases)


def test_progress_says_how_many_differences_are_not_settled(office: Office) -> None:
    both_code(office)
    page = office.lead().get("/progress").text
    assert "2 differences are not settled yet" in page
    assert "these ranges are those of the report" not in page


def test_differences_stand_in_the_order_of_the_codebook_under_their_questions(office: Office) -> None:
    case = both_code(office)[0]
    decide(office.coder("anna"), case, "people", "3")
    decide(office.coder("boris"), case, "people", "4")
    lead = office.lead()
    pairs = lead.get("/settle.json").json["pairs"]
    assert [pair["variable"] for pair in pairs if pair["case"] == case] == ["role", "people"]
    page = lead.get("/settle").text
    assert ">role<" not in page
    assert ">people<" not in page
