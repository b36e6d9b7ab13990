"""Figures of parts of the pile, differences, trends, numbers and persons; and every published one made again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from caselight import delivery, drawing, pipeline, view
from caselight.drawing import Wish
from caselight.drawing.asking import Question, asked
from caselight.errors import UsageError
from caselight.estimate.sample import mistakes, parting
from caselight.planning import Made
from caselight.recomputing import Recomputed, recompute
from caselight.review import ADJUDICATOR
from caselight.sizing import sized
from caselight.telling import figure_row, told_lines, told_rows, with_error
from caselight.types import Value
from fieldwork_study import TIME, as_machine, copied, drawn, made_demo, read_by

ROLE = "surveillance_role"
FACE = ("identification_means", "facial_recognition")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The demo with a draw of 30, read by two and an adjudicator."""
    made = made_demo(tmp_path_factory.mktemp("demo") / "s")
    committed = drawn(made, Wish(30, (f"{ROLE}=relied_on",), double=0.5))

    def differs(number: int, coder: str, variable: str, said: Value) -> Value:
        if variable != ROLE:
            return said
        return "mentioned" if coder == "boris" and number in (2, 5) else "undecided" if number == 20 else said

    read_by(made, committed, {"anna": differs, "boris": differs})
    case = drawing.drawn_cases(committed)[2].case
    drawing.take(made.study, [drawing.answering.Given(case, ROLE, "mentioned", ADJUDICATOR)], TIME)
    return made


def test_a_part_that_is_known_of_every_case_has_its_exact_size(demo: Made) -> None:
    told = asked(demo, Question((ROLE,), ("relied_on",), by="year"))
    years = {e.where[0][1]: e for e in told.figures if e.method == "exact_stratified"}
    rows = [row for row in pipeline_rows(demo) if row[:4] == "2022"]
    assert len(rows) == years["2022"].N
    assert all("part_known" in e.assumptions for e in told.figures)
    assert sum(e.N for e in years.values()) + sum("0 to" in one.reason for one in told.withheld) <= 48
    for e in years.values():
        assert 0 <= e.low <= e.estimate <= e.high <= e.N


def pipeline_rows(made: Made) -> list[str]:
    return [values[0] for values in drawing.facts.fact_of_cases(made, "decision_date").values() if values]


def test_parts_that_do_not_overlap_add_up_to_the_whole_where_each_was_drawn_from(demo: Made) -> None:
    committed = drawing.last(demo.study)
    assert committed is not None
    pile = drawing.sample(committed)
    drawn_units = {unit for units in pile.drawn.values() for unit in units}
    for cut in (10, 20):
        parts = [
            set(list(drawn_units)[:cut]),
            {u for us in pile.frame.values() for u in us} - set(list(drawn_units)[:cut]),
        ]
        found = [parting(pile, inside=frozenset(part)).cells() for part in parts]
        assert sum(cell.size for part in found for cell in part) == pile.size
        assert sum(len(cell.drawn) for part in found for cell in part) == len(drawn_units)


def test_a_part_that_people_make_counts_0_outside_and_has_a_share_of_its_own(demo: Made) -> None:
    told = asked(demo, Question((FACE[0],), (FACE[1],), where=(f"{ROLE}=relied_on",)))
    by_name = {(e.name, e.method): e for e in told.figures}
    counted, share = by_name["count", "exact_stratified"], by_name["share", "exact_certified"]
    whole = asked(demo, Question((FACE[0],), (FACE[1],))).figures[0]
    assert counted.N == 48 == whole.N
    assert counted.estimate <= whole.estimate
    assert "part_estimated" in counted.assumptions
    assert 0 <= share.low <= share.estimate <= share.high <= 1


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question(("colour",)), "no such variable"),
        (Question((ROLE,), ("red",)), "no such answer"),
        (Question((ROLE,), by="colour"), "no variable, and no case states it as a fact"),
        (Question((ROLE,), where=("year",)), "NAME=VALUE"),
        (Question((ROLE,), where=("year=1812",)), "No case has year = '1812'"),
        (Question((ROLE,), trend=True), "--by year"),
        (Question((ROLE,), by="year", persons="people"), "leave --by and --where out"),
        (Question((ROLE,), where=("year=2022",), persons="people"), "leave --by and --where out"),
        (Question((ROLE,), by="instance", compare=("first", "third")), "No case has instance"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_what_can(demo: Made, question: Question, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        asked(demo, question)


def test_what_cannot_be_said_is_withheld_with_the_reason(demo: Made) -> None:
    told = asked(demo, Question((ROLE,), ("relied_on",), by="court", trend=False))
    assert any("none of the cases drawn is among" in one.reason for one in told.withheld)
    told = asked(demo, Question((ROLE,), ("relied_on",), by="court", trend=True))
    assert any("three groups or more" in one.reason or "over years" in one.reason for one in told.withheld)


def test_figures_that_hold_together_are_wider(demo: Made) -> None:
    alone, together = (asked(demo, Question((ROLE,), together=flag)).figures[0] for flag in (False, True))
    assert together.level == pytest.approx(1 - 0.05 / 6), "three counts and three shares found by the machine"
    assert together.low <= alone.low <= alone.high <= together.high


def test_the_share_of_single_readings_that_were_overturned_stands_beside_the_limits(demo: Made) -> None:
    told = asked(demo, Question((ROLE,), ("relied_on", "mentioned")))
    errors = {e.value: e.error for e in told.figures if e.name == "count"}
    assert errors["mentioned"] is not None
    assert errors["mentioned"] > 0
    figure = next(e for e in told.figures if e.value == "mentioned")
    low, high = with_error(figure)
    assert low <= figure.low <= figure.high <= high
    assert figure_row(figure)["with_human_error"] == [low, high]
    assert mistakes("a", [("a", "a"), ("b", "a"), ("b", "c"), ("a", "b")]) == 0.5
    assert mistakes("a", []) is None


def test_hidden_records_widen_the_share(demo: Made) -> None:
    figure = asked(demo, Question((ROLE,), ("relied_on",))).figures[0]
    row = figure_row(figure, 0.25)
    assert row["if_hidden"]["low"] == pytest.approx(0.75 * row["share_low"])
    assert row["if_hidden"]["high"] == pytest.approx(0.75 * row["share_high"] + 0.25)


def test_the_table_names_range_share_claim_digest_and_assumptions(demo: Made) -> None:
    told = asked(demo, Question((ROLE,), ("relied_on",)))
    rows = told_rows(told, None, [])
    text = "\n".join(told_lines(told, rows, "s"))
    first = told.figures[0]
    assert f"relied_on: {first.estimate:.0f} of 48 ({first.low:.0f} to {first.high:.0f})" in text
    assert first.digest[:8] in text
    assert "; certified (" in text
    assert "drawn by public dice" in text


def test_without_a_draw_there_is_a_way_to_one(demo: Made, tmp_path: Path) -> None:
    made = made_demo(tmp_path / "t")
    told = asked(made, Question())
    assert not told.figures
    assert "caselight draw" in " ".join(told_lines(told, [], "t"))


def test_a_changed_codebook_leaves_the_committed_parts_and_recoded_figures_say_their_but(
    demo: Made, tmp_path: Path
) -> None:
    made = copied(demo, tmp_path / "s")
    before = asked(made, Question((FACE[0],), (FACE[1],)))
    text = made.study.codebook.read_text("utf-8")
    rule = text.index("- name: facial_recognition")
    cut = text.index("phrases: [", rule)
    made.study.codebook.write_text(text[:cut] + "phrases: [суд, " + text[cut + len("phrases: [") :], "utf-8")
    with made.study.locked():
        made = pipeline.make_tables(made.study, pipeline.Options(1, None, ""), lambda *_: None)
    same = asked(made, Question((FACE[0],), (FACE[1],)))
    assert [e.digest for e in same.figures] == [e.digest for e in before.figures]
    now = asked(made, Question((FACE[0],), (FACE[1],), recoded=True))
    assert now.figures[0].strata != same.figures[0].strata
    assert "recoded" in now.figures[0].assumptions
    assert sum(s.N for s in now.figures[0].strata) == 48
    drawing.keep(made.study, Question((FACE[0],), (FACE[1],), recoded=True), TIME)
    delivery.export(made, "jsonl", tmp_path / "out")
    found = recompute(tmp_path / "out")
    assert sum(any(a["code"] == "recoded" for a in one.published["assumptions"]) for one in found) >= 2
    assert all(one.holds for one in found)


KEPT = [
    Question((ROLE,), ("relied_on",), by="year"),
    Question((ROLE,), ("relied_on",), by="instance", compare=("first", "appeal")),
    Question((ROLE,), ("relied_on", "none"), by="instance", trend=False, together=True),
    Question((FACE[0],), (FACE[1],), where=(f"{ROLE}=relied_on", "instance=first")),
    Question((FACE[0],), (FACE[1],), recoded=True),
]


@pytest.fixture(scope="module")
def published(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with figures of every kind."""
    made = copied(demo, tmp_path_factory.mktemp("published") / "s")
    for question in KEPT:
        drawing.keep(made.study, question, TIME)
    drawing.keep(made.study, KEPT[0], TIME, drop=True)
    drawing.keep(made.study, KEPT[0], TIME)
    aside = drawn(made, Wish(15, elusion="=".join(FACE)), "11112222333344445555")
    read_by(made, aside, {"anna": as_machine})
    matters = drawn(made, Wish(12, unit="matter"), "99998888777766665555")
    read_by(made, matters, {"anna": as_machine})
    matter = drawing.fieldwork(made.study, made.codebook)[1]
    assert {e.unit for e in matter} == {"matter", "case"}
    shutil.rmtree(matters.folder)  # figures come from the last draw: now the first again
    delivery.export(made, "jsonl", made.study.folder.parent / "out")
    return made.study.folder.parent / "out"


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "estimates.jsonl").read_text("utf-8").splitlines()]


def test_every_published_figure_comes_out_again_from_the_export_alone(published: Path) -> None:
    found = recompute(published)
    assert not [(one.published["name"], one.published["value"], one.faults) for one in found if not one.holds]
    assert len(found) == sum(bool(row["strata"]) for row in rows_of(published))
    kinds = {(one.published["name"], one.published["method"]) for one in found}
    assert kinds >= {
        ("count", "exact_stratified"),
        ("count", "exact_certified"),
        ("recall", "exact_certified"),
        ("share", "exact_certified"),
        ("missed", "exact_elusion"),
        ("completeness", "exact_elusion"),
    }
    assert len({one.published["digest"] for one in found}) == len(found), "no two figures rest on the same"


def test_every_figure_carries_all_that_it_rests_on(published: Path) -> None:
    for row in rows_of(published):
        if row["strata"]:
            assert row["level"]
            assert len(row["digest"]) == len(row["draw"]) == 64
            assert all(s["name"] and s["n"] <= s["N"] and s["x"] + s["undecided"] <= s["n"] for s in row["strata"])
            assert {"en", "ru", "code"} == set(row["assumptions"][0])
            assert row["n"] == len(row["cases"])


def first_drawn(folder: Path) -> str:
    return (folder / "draws" / "0001" / "drawn.tsv").read_text("utf-8").splitlines()[1].split("\t")[1]


def lower(folder: Path, name: str, change: Callable[[str], str]) -> None:
    file = folder / name
    file.write_text(change(file.read_text("utf-8")), "utf-8")


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("estimates.jsonl", lambda t: t.replace('"low": 1', '"low": 2', 1), "low"),
        ("estimates.jsonl", lambda t: t.replace('"level": 0.95', '"level": 0.9', 1), "level"),
        ("estimates.jsonl", lambda t: t.replace('"undecided": 0', '"undecided": 1', 1), "strata"),
        ("readings.jsonl", lambda t: t.replace('"relied_on", "coder": "anna"', '"none", "coder": "anna"'), "digest"),
        ("draws/0001/seed.txt", lambda t: t.replace("6", "7"), "drawn.tsv does not hold"),
        ("draws/0001/frame.tsv", lambda t: t.replace("other", "rest", 1), "frame.tsv is not"),
        ("draws/0001/machine.jsonl", lambda t: t.replace("relied_on", "none", 1), "machine.jsonl is not"),
        ("draws/0001/commitment.json", lambda t: t.replace('"level": 0.95', '"level": 0.99'), "not in the folder"),
    ],
)
def test_whoever_changes_a_number_an_answer_or_the_draw_is_found_out(
    published: Path, tmp_path: Path, name: str, change: Callable[[str], str], told: str
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(published, folder)
    before = (folder / name).read_text("utf-8")
    lower(folder, name, change)
    assert (folder / name).read_text("utf-8") != before
    found = recompute(folder)
    assert any(told in fault for one in found for fault in one.faults)
    assert isinstance(found[0], Recomputed)


@pytest.mark.parametrize(
    "question",
    [
        Question((ROLE,), ("relied_on", "none"), together=True),
        Question((ROLE,), ("relied_on",), by="instance", compare=("first", "appeal"), together=True),
        Question((FACE[0],), (FACE[1],), where=(f"{ROLE}=relied_on",), together=True),
        Question(most=300_000, together=True),
    ],
)
def test_all_figures_that_are_to_hold_together_share_what_may_go_wrong(demo: Made, question: Question) -> None:
    apart = asked(demo, replace(question, together=False)).figures
    found = asked(demo, question).figures
    assert [(e.name, e.value, e.where, e.method) for e in found] == [
        (e.name, e.value, e.where, e.method) for e in apart
    ]
    of = {(e.name, e.variable, e.value, e.where): 1 - (e.level or 0) for e in found}
    assert len(of) > 1
    assert sum(of.values()) <= 0.05 + 1e-12
    assert len(set(of.values())) == 1


def test_kept_figures_that_can_no_longer_be_made_are_a_problem(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path / "s")
    drawing.keep(made.study, Question((ROLE,), ("relied_on",)), TIME)
    assert drawing.published(made)[1] == []
    gone = Question((ROLE,), where=("year=1812",))
    drawing.keep(made.study, gone, TIME)
    (problem,) = [one for one in view.contents(made, "en", "").problems if one.kind == "kept_gone"]
    assert problem.subject == f"{ROLE}, year=1812"
    assert "No case has year = '1812'" in problem.message
    drawing.keep(made.study, gone, TIME, drop=True)
    assert drawing.published(made)[1] == []


def test_a_plan_is_for_the_claim_that_was_asked_for(demo: Made) -> None:
    sizes = [
        sized(demo, Question((ROLE,), ("relied_on",), claim=claim), 0.4, (0.9, 0.02))[0]["enough"]["size"]
        for claim in ("standard", "certified")
    ]
    assert sizes[0] < sizes[1]


def test_kept_figures_that_are_refused_are_a_problem_each(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path / "s")
    by_court = Question((ROLE,), ("relied_on",), by="court")
    withheld = asked(made, by_court).withheld
    assert withheld, "of some courts no case was drawn"
    drawing.keep(made.study, by_court, TIME)
    refused = [one for one in view.contents(made, "en", "").problems if one.kind == "kept_refused"]
    told = [one.message.removeprefix("A kept figure is refused: ") for one in refused]
    assert told == [one.reason for one in withheld]
    assert all(one.where[0][1] in problem.subject for one, problem in zip(withheld, refused, strict=True))
