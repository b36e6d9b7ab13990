"""Figures from a draw: known answers, coverage counted out rather than simulated, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from caselight.codebook import Codebook, read_codebook
from caselight.definitions import parse
from caselight.errors import Refused
from caselight.estimate import CERTIFIED, EXACT, RECALL, RUNNING, Read, Sample, estimated
from caselight.estimate.agreement import ac1, agreement, alpha, interval, masi, nominal, positive
from caselight.estimate.anytime import running_range
from caselight.estimate.finite_population import limits, upper_limit
from caselight.estimate.recall import completeness
from caselight.estimate.stratified import CLAIMS, count
from caselight.types import Estimate, Stratum

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
"""
METRICS = {"nominal": nominal, "interval": interval, "masi": masi}


def oracles(shared: Path, topic: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "oracles" / f"{topic}.json").read_text("utf-8"))["cases"]
    return found


def strata_of(inputs: dict[str, Any]) -> list[Stratum]:
    if "strata" in inputs:
        return [Stratum(s["N"], s["n"], s["x"]) for s in inputs["strata"]]
    seen, flagged = inputs["sample"], inputs["N1"]
    yes = Stratum(flagged, seen["TP"] + seen["FP"], seen["TP"])
    return [yes, Stratum(inputs["N"] - flagged, seen["FN"] + seen["TN"], seen["FN"])]


@pytest.mark.parametrize("topic", ["stratified", "machine_assisted"])
def test_limits_over_strata_are_those_of_independent_programs(shared: Path, topic: str) -> None:
    met = 0
    for case in oracles(shared, topic):
        if "mover" in case["id"]:
            strata = strata_of(case["inputs"])
            found = count(strata, mid_p="midp" in case["id"])
            size = sum(s.N for s in strata)
            assert [x / size for x in found.raw] == pytest.approx(case["expected"][-2:], abs=1e-8), case["id"]
            met += 1
        elif "bonferroni" in case["id"]:
            found = count(strata_of(case["inputs"]), claim="certified")
            assert [found.low, found.high] == case["expected"], case["id"]
            met += 1
    assert met


def test_agreement_is_that_of_independent_programs(shared: Path) -> None:
    met = 0
    for case in oracles(shared, "agreement"):
        given_, metric = case["inputs"], case["inputs"].get("metric", "")
        if "value_counts" in given_:
            units = [[k for k, n in enumerate(row) for _ in range(n)] for row in given_["value_counts"]]
            assert alpha(units, nominal) == pytest.approx(case["expected"], abs=case["tol"]), case["id"]
        elif "units" in given_ and (metric in METRICS or "ac1" in case["id"]):
            answers = [
                [frozenset(v) if isinstance(v, list) else v for v in u if v is not None] for u in given_["units"]
            ]
            found = alpha(answers, METRICS[metric]) if metric else ac1(answers)
            assert found == pytest.approx(case["expected"], abs=case["tol"]), case["id"]
        else:
            continue
        met += 1
    assert met


def test_running_ranges_and_completeness_are_those_of_independent_programs(shared: Path) -> None:
    for case in oracles(shared, "anytime"):
        given_ = case["inputs"]
        if given_.get("prior") == [1, 1]:
            assert list(running_range(given_["x"], given_["n"], given_["N"])) == case["expected"], case["id"]
    for case in oracles(shared, "recall"):
        given_ = case["inputs"]
        if "discard_pile" in given_:
            seen = (given_["found_verified"], given_["discard_pile"], given_["sampled"], given_["relevant_in_sample"])
            found = completeness(*seen, level=given_["level"])
            assert [found.missed, found.recall, found.recall_with_drawn] == pytest.approx(case["expected"]), case["id"]


def brute(x: int, n: int, size: int, tail: float) -> tuple[int, int]:
    fits = [t for t in range(size + 1) if hypergeom.sf(x - 1, size, t, n) > tail * (1 + 1e-9)]
    also = [t for t in range(size + 1) if hypergeom.cdf(x, size, t, n) > tail * (1 + 1e-9)]
    return min(fits), max(also)


@given(st.integers(1, 60).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))), st.data())
def test_limits_are_those_of_a_full_search(size_n: tuple[int, int], data: st.DataObject) -> None:
    size, n = size_n
    x = data.draw(st.integers(0, n))
    assert limits(x, n, size, 0.9) == brute(x, n, size, 0.05)


def coverage(sizes: list[tuple[int, int, int]], claim: str) -> float:
    """Chance that the interval holds the truth, over everything that may be drawn: strata are (N, n, with the code)."""
    held = 0.0
    ranges = [range(max(0, n + t - size), min(n, t) + 1) for size, n, t in sizes]
    truth = sum(t for _, _, t in sizes)
    for seen in product(*ranges):
        chance = np.prod([hypergeom.pmf(x, size, t, n) for x, (size, n, t) in zip(seen, sizes, strict=True)])
        found = count([Stratum(size, n, x) for x, (size, n, _) in zip(seen, sizes, strict=True)], claim=claim)
        held += float(chance) * (found.low <= truth <= found.high)
    return held


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize(
    "sizes",
    [[(400, 50, 2)], [(40, 12, 30), (360, 38, 4)], [(120, 25, 90), (1880, 25, 3)], [(20, 20, 9), (380, 30, 1)]],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(sizes: list[tuple[int, int, int]], claim: str) -> None:
    assert coverage(sizes, claim) >= 0.95


STRATA = st.lists(
    st.integers(1, 400).flatmap(
        lambda size: st.integers(0, size).flatmap(
            lambda n: st.integers(0, n).flatmap(
                lambda x: st.integers(0, n - x).map(lambda undecided: Stratum(size, n, x, undecided))
            )
        )
    ),
    min_size=1,
    max_size=4,
)


@given(STRATA, st.sampled_from(CLAIMS), st.sampled_from([0.8, 0.95, 0.99]))
def test_limits_lie_within_the_pile_and_around_what_was_seen(strata: list[Stratum], claim: str, level: float) -> None:
    found = count(strata, level, claim)
    seen, size = sum(s.x for s in strata), sum(s.N for s in strata)
    not_seen = sum(s.n - s.x - s.undecided for s in strata)
    assert 0 <= seen <= found.low <= found.high <= size - not_seen
    if any(s.n < s.N for s in strata):
        assert found.low < found.high, "no width without reading everything"


@given(STRATA)
def test_an_undecided_case_widens_and_a_higher_level_widens(strata: list[Stratum]) -> None:
    decided = [Stratum(s.N, s.n, s.x) for s in strata]
    open_, closed, surer = count(strata), count(decided), count(decided, 0.99)
    assert open_.low <= closed.low
    assert open_.high >= closed.high
    assert surer.low <= closed.low
    assert surer.high >= closed.high


def test_a_census_is_exact_and_nothing_seen_still_has_an_upper_limit() -> None:
    assert (count([Stratum(20, 20, 7)]).low, count([Stratum(20, 20, 7)]).high) == (7, 7)
    assert [count([Stratum(2000, n, 0)]).high for n in (50, 300)] == [140, 22], "STATISTICS, the edges"


@pytest.mark.parametrize(
    ("strata", "words"),
    [([], "no stratum"), ([Stratum(10, 11, 0)], "impossible"), ([Stratum(10, 4, 3, 2)], "impossible")],
)
def test_impossible_counts_are_refused_in_words(strata: list[Stratum], words: str) -> None:
    with pytest.raises(Refused, match=words):
        count(strata)


def test_a_search_without_a_draw_claims_no_completeness() -> None:
    with pytest.raises(Refused, match="nobody knows what was missed"):
        completeness(100, 5000, 0, 0)
    assert completeness(0, 0, 0, 0).recall == 1


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))
def test_the_running_range_is_wider_than_the_exact_limits(x: int, rest: int, unread: int) -> None:
    n, size = x + rest, x + rest + unread
    low, high = running_range(x, n, size)
    assert x <= low <= high <= size - rest
    exact = limits(x, n, size)
    assert low <= exact[0]
    assert high >= exact[1]


def test_the_running_range_is_wrong_at_any_time_in_few_orders() -> None:
    chance = np.random.default_rng(11)
    pile, wrong = np.arange(60) < 9, 0
    for _ in range(400):
        seen = np.cumsum(chance.permutation(pile))
        ranges = (running_range(int(seen[n - 1]), n, 60) for n in range(1, 61))
        wrong += any(not low <= 9 <= high for low, high in ranges)
    assert wrong / 400 <= 0.05


def test_agreement_without_variation_has_no_alpha_and_rare_answers_show_in_both_measures() -> None:
    assert agreement([[1, 1], [1, 1]]) is not None
    assert alpha([[1, 1], [1, 1]], nominal) is None
    assert ac1([[1, 1], [1, 1]]) is None
    assert agreement([[1], []]) is None
    assert positive([(True, True), (True, False), (False, False)]) == (2, 3)


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(parse(CODEBOOK, "small.yaml"))


def sample(drawn: int, size: int = 60, flagged: int = 20, by: bool = False) -> Sample:
    """A pile of `size` cases of which the machine flagged the first; the first `drawn` of each stratum are drawn."""
    cases = [f"c{i:03d}" for i in range(size)]
    machine = {case: {"role": "relied_on" if i < flagged else "none"} for i, case in enumerate(cases)}
    frame = {"role=relied_on": cases[:flagged], "role=none": cases[flagged:]} if by else {"all": cases}
    return Sample(frame, {name: part[:drawn] for name, part in frame.items()}, machine, 0.95, "standard")


def figures(codebook: Codebook, pile: Sample, answers: dict[str, Read]) -> Iterator[Estimate]:
    return estimated(codebook.variables[0], pile, answers)


def test_a_draw_that_is_read_gives_both_claims_and_how_much_the_machine_found(codebook: Codebook) -> None:
    pile = sample(15, by=True)
    answers = {case: Read(pile.machine[case]["role"]) for part in pile.drawn.values() for case in part}
    found = [e for e in figures(codebook, pile, answers) if e.value == "relied_on"]
    assert [(e.name, e.method) for e in found] == [("count", EXACT), ("count", CERTIFIED), (RECALL, CERTIFIED)]
    exact, certified, recall = found
    assert exact.strata == (Stratum(20, 15, 15), Stratum(40, 15, 0))
    assert (exact.estimate, exact.n, exact.N) == (20, 30, 60)
    assert certified.low <= exact.low <= 20 <= exact.high <= certified.high
    assert recall.estimate == 1
    assert recall.low < 1 == recall.high
    assert len({e.digest for e in found}) == 3


def test_a_simple_draw_is_parted_by_the_machines_answer_only_where_enough_was_read(codebook: Codebook) -> None:
    for drawn, parts in ((24, 1), (25, 2)):
        pile = sample(drawn)
        answers = {case: Read("none") for case in pile.drawn["all"]}
        exact = next(figures(codebook, pile, answers))
        assert len(exact.strata) == parts
        assert sum(s.N for s in exact.strata) == 60
        assert sum(s.n for s in exact.strata) == drawn


def test_until_the_draw_is_read_there_is_only_a_running_range_of_what_was_read_in_order(codebook: Codebook) -> None:
    pile = sample(30)
    drawn = pile.drawn["all"]
    answers = {case: Read("relied_on") for case in (*drawn[:7], *drawn[9:12])}
    found = next(figures(codebook, pile, answers))
    assert (found.method, found.n) == (RUNNING, 7), "the eighth was skipped"
    assert (found.low, found.high) == tuple(map(float, running_range(7, 7, 60)))


def test_the_running_range_of_a_draw_in_strata_is_the_sum_of_theirs_once_each_was_looked_at(codebook: Codebook) -> None:
    pile = sample(10, by=True)
    assert not list(figures(codebook, pile, {"c000": Read("none")}))
    found = next(figures(codebook, pile, {"c000": Read("relied_on"), "c020": Read("none"), "c021": Read("none")}))
    parts = [running_range(1, 1, 20, 0.975), running_range(0, 2, 40, 0.975)]
    assert (found.low, found.high) == tuple(float(sum(side)) for side in zip(*parts, strict=True))


def test_an_undecided_case_counts_for_neither_limit(codebook: Codebook) -> None:
    pile = sample(30)
    answers = {case: Read("none", decided=i > 0) for i, case in enumerate(pile.drawn["all"])}
    found = next(e for e in figures(codebook, pile, answers) if e.value == "relied_on")
    assert sum(s.undecided for s in found.strata) == 1
    assert found.low == 0
    assert found.high > upper_limit(0, 30, 60, 0.975)
