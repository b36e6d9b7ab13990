"""Which answers of people count: of questions that were skipped, and after the codebook was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caselight import drawing
from caselight.bundle import drawn as bundled
from caselight.bundle.agreeing import agreements_of
from caselight.bundle.container import FolderBundle
from caselight.drawing.fieldwork import is_one_pair, overturned, readings, twice
from caselight.drawing.standing import unknown
from caselight.estimate import agreements
from caselight.review import ADJUDICATOR, Given
from caselight.store import Settings, Study
from caselight.types import Value
from caselight.variables import Choice, Condition, Variable

FILTER, FOLLOW = "challenged", "response"


def question(name: str, answers: tuple[str, ...], *ask_if: Condition) -> Variable:
    choices = tuple(Choice(answer, {}, {}, (), ()) for answer in answers)
    return Variable(name, "one-of", {}, {}, choices, (), None, ask_if, None, "en")


VARIABLES = (
    question(FILTER, ("yes", "no")),
    question(FOLLOW, ("accepted",), Condition(FILTER, ("yes",))),
)


def said(coder: str, challenged: str, response: Value = None, asked: bool = False) -> list[Given]:
    return [Given("c1", FILTER, challenged, coder), Given("c1", FOLLOW, response, coder, True, asked)]


SETTLED_YES = [Given("c1", FILTER, "yes", ADJUDICATOR)]
SETTLED_NO = [Given("c1", FILTER, "no", ADJUDICATOR)]


@pytest.mark.parametrize(
    ("taken", "counts"),
    [
        ([*said("a", "no"), *said("b", "no")], (None, True)),
        ([*said("a", "no"), *said("b", "no"), *SETTLED_YES], None),
        ([*said("a", "no"), *said("b", "yes", "accepted", True), *SETTLED_YES], ("accepted", True)),
        ([*said("a", "no"), *said("b", "yes", "accepted", True)], (None, False)),
        ([*said("a", "no"), *said("b", "no"), *SETTLED_NO], (None, True)),
        ([*said("a", "yes", None, True), *SETTLED_YES], (None, True)),
        ([*said("a", "yes", "accepted", True), *said("a", "no"), *SETTLED_YES], None),  # the first was replaced
        ([*said("a", "no"), *said("a", "yes", "accepted", True), *SETTLED_YES], ("accepted", True)),
    ],
)
def test_a_question_that_was_skipped_by_an_answer_that_does_not_count_is_unread(
    tmp_path: Path, taken: list[Given], counts: tuple[Value, bool] | None
) -> None:
    study = Study(tmp_path, Settings("T", "en", "en"))
    drawing.take(study, taken, "2026-05-03T12:00:00+00:00")
    kept = drawing.given(study)
    found = readings(VARIABLES, ["c1"], kept).of(FOLLOW).get("c1")
    assert (found and (found.value, found.decided)) == counts
    last: dict[tuple[str, str], dict[str, tuple[Any, bool, bool]]] = {}
    for one in kept:
        last.setdefault((one.variable, one.case), {})[one.coder] = (one.value, one.decided, one.asked)
    questions = [
        {"name": v.name, "ask_if": [{"variable": c.variable, "values": c.values} for c in v.ask_if]} for v in VARIABLES
    ]
    there = bundled.settled_of(last, questions).get(FOLLOW, {}).get("c1")
    assert (there and (there.value, there.decided)) == counts, "the checker of bundles counts the same"


@pytest.mark.parametrize(
    ("taken", "pairs", "corrected"),
    [
        ([Given("c1", FILTER, "no", "b")], [["yes", "no"]], [("yes", "yes"), ("no", "yes")]),
        ([Given("c1", FILTER, "no", "b"), Given("c1", FILTER, "yes", "b")], [["yes", "yes"]], [("yes", "yes")] * 2),
        ([Given("c1", FILTER, "no", "b"), Given("c1", FILTER, None, "b", decided=False)], [], [("yes", "yes")]),
    ],
)
def test_an_answer_that_its_coder_replaced_is_in_no_agreement_and_no_error(
    taken: list[Given], pairs: list[list[Value]], corrected: list[tuple[Value, Value]], tmp_path: Path
) -> None:
    given = [Given("c1", FILTER, "yes", "a"), *taken, *SETTLED_YES]
    assert twice(given, FILTER) == pairs
    assert overturned(FILTER, readings(VARIABLES, ["c1"], given)) == corrected
    (tmp_path / "answers").mkdir()
    for coder in ("a", "b", ADJUDICATOR):
        rows = (
            {"case": "c1", "variable": FILTER, "value": g.value, "decided": g.decided}
            for g in given
            if g.coder == coder
        )
        (tmp_path / "answers" / f"{coder}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    draw = bundled.Draw("0001", {}, "", "", {}, {}, {"all": ["c1"]}, {})
    questions = [{"name": v.name, "kind": v.kind, "ask_if": []} for v in VARIABLES]
    there = agreements_of(FolderBundle(tmp_path), questions, draw)
    assert ("twice" in there.get(FILTER, {})) == bool(pairs), "the checker of bundles counts the same"


OLD = Given("c1", FILTER, "maybe", "a")


@pytest.mark.parametrize(
    ("taken", "blocked"),
    [
        ([OLD], {FILTER: {"maybe": 1}}),
        ([OLD, Given("c1", FILTER, "yes", "a")], {}),
        ([OLD, *SETTLED_YES], {}),
        ([OLD, Given("c1", FILTER, "yes", "b")], {FILTER: {"maybe": 1}}),
        ([OLD, *SETTLED_YES, Given("c1", FILTER, "perhaps", ADJUDICATOR)], {FILTER: {"perhaps": 1}}),
        ([Given("c1", "gone", "yes", "a"), Given("c1", "gone", "no", "a")], {"gone": {"no": 1}}),
    ],
)
def test_only_answers_that_count_can_block_a_question(taken: list[Given], blocked: dict[str, dict[str, int]]) -> None:
    assert unknown(VARIABLES, taken) == blocked


@pytest.mark.parametrize(
    ("pairs", "has_kappa"),
    [([("a", "b")] * 20, True), ([("b", "a"), ("a", "b")] * 10, True), ([("a", "b"), ("a", "c")] * 10, False)],
)
def test_kappa_is_of_the_same_two_coders_alone(pairs: list[tuple[str, str]], has_kappa: bool) -> None:
    taken = [
        Given(f"c{i}", FILTER, "no" if i % 3 == 0 or (i % 7 == 0 and coder == "a") else "yes", coder)
        for i, pair in enumerate(pairs)
        for coder in pair
    ]
    rows = twice(taken, FILTER)
    found = agreements(VARIABLES[0], rows, is_one_pair(taken, FILTER))
    assert found
    assert (found.kappa is not None) == has_kappa == ("kappa" in found.ranges or bool(found.kappa))
    assert any("not all cases were answered by the same two" in why for why in found.reasons) != has_kappa
    assert all(
        answers == [one.value for one in taken if one.case == f"c{i}" and one.coder == "a"] + answers[1:]
        for i, answers in enumerate(rows)
    ), "always in the same order of coders"
