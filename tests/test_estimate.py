"""Counts as coded by machine: what is counted, and that nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.codebook import Codebook, read_codebook
from caselight.definitions import parse
from caselight.estimate import FACT, METHOD, count, count_facts, count_variable, was_asked
from caselight.types import Estimate, Value

CODEBOOK = """
name: small
title: Small
version: 1
language: ru
variables:
  - name: role
    kind: one-of
    question: Which role?
    values: [{name: relied_on, phrases: [камера]}, {name: none}]
  - name: place
    kind: many-of
    question: Where?
    ask_if: {role: [relied_on]}
    values: [{name: metro, phrases: [метро]}, {name: street, phrases: [улица]}]
  - {name: people, kind: number, question: How many?, phrases: [участник]}
  - {name: slogan, kind: text, question: Which words?, phrases: [лозунг], take: quotes}
"""


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(parse(CODEBOOK, "small.yaml"))


def table(estimates: list[Estimate], variable: str) -> dict[tuple[str, str], float]:
    return {(e.name, e.value): e.estimate for e in estimates if e.variable == variable}


CASES = ["c1", "c2", "c3", "c4"]
ANSWERS: dict[str, list[Value]] = {
    "role": ["relied_on", "none", "relied_on", None],
    "place": [("metro", "street"), None, (), None],
    "people": [10, 30, None, 20],
    "slogan": ["Мир", None, "Мир", "Свобода"],
}


def figures(codebook: Codebook) -> list[Estimate]:
    return count(codebook, CASES, ANSWERS, {"year": ["2022", "2021", "", "2022"], "court": ["А", "Б", "Б", ""]})


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("role", {("count", "relied_on"): 2, ("count", "none"): 1, ("undetermined", ""): 1}),
        (
            "place",
            {
                ("count", "metro"): 1,
                ("count", "street"): 1,
                ("none", ""): 1,
                ("not_asked", ""): 2,
                ("undetermined", ""): 0,
            },
        ),
        ("people", {("given", ""): 3, ("median", ""): 20, ("total", ""): 60, ("undetermined", ""): 1}),
        ("slogan", {("given", ""): 3, ("count", "Мир"): 2, ("count", "Свобода"): 1, ("undetermined", ""): 1}),
        (FACT + "year", {("count", "2021"): 1, ("count", "2022"): 2, ("undetermined", ""): 1}),
        (FACT + "court", {("count", "Б"): 2, ("count", "А"): 1, ("undetermined", ""): 1}),
    ],
)
def test_each_question_is_counted_with_those_that_have_no_answer(
    codebook: Codebook, variable: str, expected: dict[tuple[str, str], float]
) -> None:
    assert table(figures(codebook), variable) == expected


def test_a_count_by_machine_has_no_interval_and_says_that_nobody_checked_it(codebook: Codebook) -> None:
    for e in figures(codebook):
        assert (e.low, e.high, e.level, e.n, e.method, e.N, e.unit) == (None, None, None, 0, METHOD, 4, "case")


def test_a_figure_names_the_cases_behind_it(codebook: Codebook) -> None:
    found = {(e.variable, e.name, e.value): e.cases for e in figures(codebook)}
    assert found["role", "count", "relied_on"] == ("c1", "c3")
    assert found["place", "not_asked", ""] == ("c2", "c4")
    assert found["people", "median", ""] == ("c1", "c2", "c4")


def test_a_question_is_asked_only_where_every_condition_holds(codebook: Codebook) -> None:
    assert was_asked(codebook.variable("place"), ANSWERS, 4) == [True, False, True, False]
    assert was_asked(codebook.variable("role"), ANSWERS, 4) == [True] * 4


def test_years_stand_in_their_order_and_courts_by_their_number_of_cases() -> None:
    names = [e.value for e in count_facts("year", CASES, ["2023", "2021", "2023", "2022"])]
    assert names == ["2021", "2022", "2023", ""]
    names = [e.value for e in count_facts("court", CASES, ["Б", "А", "Б", "А"])]
    assert names == ["А", "Б", ""]


def test_an_empty_pile_has_figures_that_are_zero(codebook: Codebook) -> None:
    found = count(codebook, [], {name: [] for name in ANSWERS}, {"year": []})
    assert {e.estimate for e in found} == {0.0}


VALUES = {
    "role": st.sampled_from(["relied_on", "none", None]),
    "place": st.sampled_from([("metro",), ("metro", "street"), (), None]),
    "people": st.one_of(st.none(), st.integers(-5, 5), st.floats(0, 1)),
    "slogan": st.one_of(st.none(), st.text(max_size=3)),
}


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_books_of_every_question_balance(data: st.DataObject) -> None:
    codebook = read_codebook(parse(CODEBOOK, "small.yaml"))
    size = data.draw(st.integers(0, 30))
    cases = [f"c{i}" for i in range(size)]
    for variable in codebook.variables:
        values = data.draw(st.lists(VALUES[variable.name], min_size=size, max_size=size))
        asked = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
        found = count_variable(variable, cases, values, asked)
        whole = {"none", "undetermined", "not_asked", "given"} | ({"count"} if variable.values else set())
        members = [case for e in found if e.name in whole for case in e.cases]
        assert set(members) == set(cases)
        if variable.kind != "many-of":
            assert len(members) == size
