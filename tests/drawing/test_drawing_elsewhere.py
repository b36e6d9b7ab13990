"""Taken over from elsewhere: answers of another machine, and draws that others made."""

from __future__ import annotations

from pathlib import Path

import pytest

from caselight import drawing
from caselight.drawing import Wish
from caselight.drawing.asking import Question, asked
from caselight.drawing.pile import pile
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.review import read_draw
from caselight.sampling import take_file
from drawing_sample import FACE, ROLE
from fieldwork_study import TIME, as_machine, drawn, read_by


def machine_csv(made: Made, variable: str, yes: str, no: str, left_out: int = 0) -> str:
    cases = list(pile(made).members)[left_out:]
    return f"case,{variable}\n" + "".join(f"{case},{yes if i % 4 == 0 else no}\n" for i, case in enumerate(cases))


def test_answers_of_a_machine_elsewhere_are_committed_in_the_place_of_ours(made: Made, tmp_path: Path) -> None:
    (tmp_path / "model.csv").write_text(machine_csv(made, ROLE, "relied_on", "none"), "utf-8")
    added, _ = take_file(made.study, tmp_path / "model.csv", "", "model", TIME)
    assert added == {"model": 48}
    committed = drawn(made, Wish(16, (f"{ROLE}=relied_on",), machine=("model",)))
    assert committed.sizes[f"{ROLE}=relied_on"][0] == 12, "parted by the other machine's answers"
    assert committed.machines == {ROLE: "model"}
    ours = pile(made).machine
    theirs = drawing.machine_answers(committed)
    assert all(
        theirs[case][FACE[0]] == tuple(ours[case][FACE[0]] or ()) or ours[case][FACE[0]] is None for case in ours
    )
    read_by(made, committed, {"anna": as_machine})
    assert "machine_elsewhere" in asked(made, Question(variables=(ROLE,))).figures[0].assumptions


def test_a_machine_that_leaves_cases_out_is_refused(made: Made, tmp_path: Path) -> None:
    (tmp_path / "model.csv").write_text(machine_csv(made, ROLE, "relied_on", "none", left_out=3), "utf-8")
    take_file(made.study, tmp_path / "model.csv", "", "model", TIME)
    with pytest.raises(UsageError, match="does not answer surveillance_role for 3 of 48 cases"):
        drawing.freeze(made, Wish(16, machine=("model",)))


CASES = {f"c{i}": f"c{i}" for i in range(100)}


def elsewhere(rows: list[tuple[str, str, str]]) -> str:
    return "case,stratum,probability,coder\n" + "".join(f"{','.join(row)},anna\n" for row in rows)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("c1", "a", "")], "the probability of being drawn is not known"),
        ([("c1", "a", "top")], "the probability of being drawn is not known"),
        ([("c1", "a", "1.2")], "no probability"),
        ([("c1", "a", "0")], "no probability"),
        ([("c1", "a", "0.01"), ("c2", "a", "0.02")], "not equally likely"),
        ([("c1", "a", "0.3")], "no whole number"),
        ([("c1", "a", "1/90")], "hold 90 cases, the study has 100"),
        ([("c1", "a", "1/50"), ("c1", "b", "1/50")], "another stratum or probability"),
        ([("c777", "a", "1/50")], "no case of this study"),
    ],
)
def test_answers_whose_probability_is_unknown_or_impossible_are_refused(
    rows: list[tuple[str, str, str]], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        read_draw(elsewhere(rows), "f.csv", CASES, 100)


def test_a_draw_made_elsewhere_gives_the_figures_of_a_draw_made_here(made: Made, tmp_path: Path) -> None:
    committed = drawn(made, Wish(16, (f"{ROLE}=relied_on",)))
    read_by(made, committed, {"anna": as_machine})
    ours = {(e.value, e.method): e for e in asked(made, Question(variables=(ROLE,))).figures if e.name == "count"}
    machine = drawing.machine_answers(committed)
    rows = [
        f"{d.case},{d.stratum},{committed.sizes[d.stratum][1]}/{committed.sizes[d.stratum][0]},{machine[d.case][ROLE]}\n"
        for d in drawing.drawn_cases(committed)
    ]
    (tmp_path / "theirs.csv").write_text(f"case,stratum,probability,{ROLE}\n{''.join(rows)}", "utf-8")
    take_file(made.study, tmp_path / "theirs.csv", "anna", "", TIME)
    told = asked(made, Question(variables=(ROLE,)))
    assert told.committed is not None
    assert told.committed.kind == "elsewhere"
    theirs = {(e.value, e.method): e for e in told.figures}
    for figure in theirs.values():
        assert [s.N for s in figure.strata] == [28, 20]
        assert "drawn_elsewhere" in figure.assumptions
    for value in ("relied_on", "none"):
        one, other = ours[value, "exact_certified"], theirs[value, "exact_certified"]
        assert other.estimate == pytest.approx(one.estimate, abs=1.5), "post-strata of ours are not known there"
    take_file(made.study, tmp_path / "theirs.csv", "anna", "", TIME)
    assert len(drawing.draws(made.study)) == 2, "the same draw again is the one that is there"
