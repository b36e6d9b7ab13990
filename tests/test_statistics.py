"""Differences, trends, totals, clusters, hidden records, agreement and plans: by hand, by brute force, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from math import nan, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, hypergeom

from caselight.errors import Refused
from caselight.estimate.agreement import alpha
from caselight.estimate.anytime import running_range
from caselight.estimate.bounded import lower_total, upper_total
from caselight.estimate.clusters import design_effect, effective_size, horvitz_thompson, share_among_persons
from caselight.estimate.contrasts import compare, contrast, simultaneous, trend
from caselight.estimate.design import stratified_beta, stratified_logit
from caselight.estimate.finite_population import limits
from caselight.estimate.machine_assisted import Checked, prediction_powered, rogan_gladen
from caselight.estimate.missing import break_even, if_hidden
from caselight.estimate.recall import completeness, completeness_by_draws
from caselight.estimate.sizes import Goal, Part, outlook, plan
from caselight.estimate.stratified import METHODS, count
from caselight.estimate.totals import Bounds, Numbers, mean, total, total_if_none_larger
from caselight.review import allocate
from caselight.types import Stratum

A, B = [Stratum(400, 60, 30)], [Stratum(600, 60, 12)]


# --- the edges of what a draw can be


@pytest.mark.parametrize("claim", METHODS)
@pytest.mark.parametrize(
    ("strata", "estimate", "low", "high", "why"),
    [
        ([Stratum(10, 0, 0)], None, 0, 10, "nothing read: nothing known, and no best estimate"),
        ([Stratum(20, 20, 7)], 7, 7, 7, "a census is exact"),
        ([Stratum(20, 20, 7), Stratum(10, 0, 0)], None, 7, 17, "what was not read adds all of itself"),
        ([Stratum(20, 20, 7, 2)], 20 * 7 / 18, 7, 9, "an undecided case stays drawn: 0 for low, 1 for high"),
        ([Stratum(4, 4, 0, 4)], None, 0, 4, "all undecided: no best estimate"),
        ([Stratum(2000, 50, 0)], 0, 0, 140, "nothing seen still has an upper limit"),
        ([Stratum(100, 98, 0)], 0, 0, 1, "no width without reading everything"),
        ([Stratum(100, 98, 98)], 100, 99, 100, "from above, too"),
        ([Stratum(0, 0, 0), Stratum(20, 20, 7)], 7, 7, 7, "an empty part changes nothing"),
    ],
)
def test_the_edges_of_a_draw(
    claim: str, strata: list[Stratum], estimate: float | None, low: int, high: int, why: str
) -> None:
    found = count(strata, claim=claim)
    assert (found.low, found.high) == (low, high), why
    assert found.estimate == (None if estimate is None else pytest.approx(estimate)), why


def covered(sizes: list[tuple[int, int, int]], claim: str) -> float:
    """Chance that the limits hold the truth, over everything that may be drawn; strata are (N, n, with the code)."""
    truth, held = sum(t for *_, t in sizes), 0.0
    for seen in product(*(range(max(0, n + t - size), min(n, t) + 1) for size, n, t in sizes)):
        chance = prod(hypergeom.pmf(x, size, t, n) for x, (size, n, t) in zip(seen, sizes, strict=True))
        found = count([Stratum(size, n, x) for x, (size, n, _) in zip(seen, sizes, strict=True)], claim=claim)
        held += float(chance) * (found.low <= truth <= found.high)
    return held


@pytest.mark.parametrize("claim", METHODS)
@pytest.mark.parametrize(
    "sizes",
    [
        [(3, 1, 1), (2, 1, 0), (40, 11, 1)],  # 91 % when all strata stood in the root
        [(5, 1, 2), (37, 8, 1)],  # 91 %
        [(15, 2, 3), (21, 2, 2), (6, 2, 0)],
        [(8, 5, 7), (6, 4, 4), (10, 3, 9)],
    ],
)
def test_draws_of_tiny_strata_are_covered_as_often_as_said(sizes: list[tuple[int, int, int]], claim: str) -> None:
    assert covered(sizes, claim) >= 0.95


def by_brute_force(strata: list[Stratum], tail: float) -> tuple[int, int]:
    """Fisher's limits by trying every parting of every total."""
    most = chi2.ppf(1 - tail, 2 * sum(0 < s.n < s.N for s in strata)) / 2
    fits: dict[str, set[int]] = {"low": set(), "high": set()}
    for parting in product(*(range(s.x, s.N - s.n + s.x + 1) for s in strata)):
        up = [hypergeom.cdf(s.x, s.N, t, s.n) for s, t in zip(strata, parting, strict=True)]
        down = [hypergeom.sf(s.x - 1, s.N, t, s.n) for s, t in zip(strata, parting, strict=True)]
        for name, chances in (("high", up), ("low", down)):
            if -np.log(chances).sum() < most - 1e-9:
                fits[name].add(sum(parting))
    return min(fits["low"]), max(fits["high"])


@pytest.mark.parametrize(
    "strata",
    [
        [Stratum(12, 5, 2), Stratum(15, 6, 1)],
        [Stratum(9, 4, 4), Stratum(14, 7, 0), Stratum(8, 3, 1)],
        [Stratum(20, 8, 3)],
    ],
)
def test_fishers_limits_are_those_of_every_parting(strata: list[Stratum]) -> None:
    found = count(strata, claim="fisher")
    assert (found.low, found.high) == by_brute_force(strata, 0.025)


@given(st.integers(1, 2500), st.integers(0, 400), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_limits_are_the_last_counts_that_are_likely_enough(
    size: int, n: int, data: st.DataObject, level: float
) -> None:
    n = min(n, size)
    x = data.draw(st.integers(0, n))
    low, high = limits(x, n, size, level)
    tail = (1 - level) / 2 * (1 + 1e-7)
    assert hypergeom.cdf(x, size, high, n) > tail * (1 - 1e-6)
    assert high == size - n + x or hypergeom.cdf(x, size, high + 1, n) <= tail
    assert low == x or hypergeom.sf(x - 1, size, low - 1, n) <= tail


# --- differences and trends


def test_a_difference_and_a_ratio_seen_from_the_other_side_are_turned_round() -> None:
    here, there = compare(A, B), compare(B, A)
    assert (here.difference.low, here.difference.high) == pytest.approx((-there.difference.high, -there.difference.low))
    assert there.ratio.high
    assert here.ratio.low == pytest.approx(1 / there.ratio.high)
    assert here.difference.low > 0, "30 of 60 against 12 of 60"


def test_a_certified_difference_is_wider_and_a_share_without_positives_has_no_upper_ratio() -> None:
    sure, usual = compare(A, B, claim="certified"), compare(A, B)
    assert sure.difference.low < usual.difference.low < usual.difference.high < sure.difference.high
    none = compare(A, [Stratum(600, 60, 0)]).ratio
    assert (none.estimate, none.high) == (None, None)
    assert none.low > 1
    assert compare([Stratum(600, 60, 0)], A).ratio.estimate == 0


def test_one_group_against_two_is_a_contrast_and_a_census_of_all_has_no_width() -> None:
    found = contrast([A, B, B], [1, -0.5, -0.5])
    assert found.estimate == pytest.approx(0.3)
    assert found.high - found.low < compare(A, B).difference.high - compare(A, B).difference.low
    census = compare([Stratum(20, 20, 5)], [Stratum(40, 40, 4)]).difference
    assert (census.estimate, census.low, census.high) == pytest.approx((0.15, 0.15, 0.15))


def test_a_rise_over_years_is_told_per_year_with_shares_that_hold_together() -> None:
    years = [[Stratum(300, 40, x)] for x in (4, 9, 15)]
    found, shifted = trend(years, [2019, 2020, 2021]), trend(years, [0, 10, 20])
    assert found.slope.low > 0
    assert shifted.slope.estimate == pytest.approx(found.slope.estimate / 10)
    alone = limits(4, 40, 300)
    assert found.shares[0].low * 300 <= alone[0]
    assert found.shares[0].high * 300 > alone[1], "wider than a share that is given alone"
    assert simultaneous(0.95, 1) == 0.95


# --- totals of numbers


@pytest.mark.parametrize("pile", [(0, 0, 0.5, 1, 1, 1), (0, 0, 0, 0, 0, 1), (0.2, 0.2, 0.3, 0.9, 1, 1)])
@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_a_total_of_bounded_numbers_is_missed_in_few_orders(pile: tuple[float, ...], n: int) -> None:
    orders = list(permutations(pile, n))
    above = sum(upper_total(np.array(order), 6, 0.2) < sum(pile) - 1e-6 for order in orders)
    below = sum(lower_total(np.array(order), 6, 0.2) > sum(pile) + 1e-6 for order in orders)
    assert max(above, below) / len(orders) <= 0.2, "counted out over every draw in every order"


def test_a_total_lies_within_what_the_read_numbers_leave_possible() -> None:
    found = total([Numbers(10, (5.0, None, 7.0))], Bounds(20.0))
    assert found.estimate == 40
    assert found.low >= 12
    assert found.high <= 12 + 7 * 20
    census = total([Numbers(3, (5.0, None, 7.0))], Bounds(20.0))
    assert (census.low, census.high) == pytest.approx((12, 12))
    unread = total([Numbers(3, (5.0, nan, 7.0))], Bounds(20.0))
    assert (unread.low, unread.high) == pytest.approx((12, 32)), "an unreadable one may be anything"


def test_a_mean_is_that_of_the_cases_that_have_a_number() -> None:
    found = mean([Numbers(400, (10.0, None, 20.0, None, 15.0) * 16)], Bounds(30.0, 5.0))
    assert found.estimate == pytest.approx(15)
    assert 5 <= found.low < 15 < found.high <= 30
    assert mean([Numbers(3, (10.0, None, 20.0))], Bounds(30.0)).low == pytest.approx(15, abs=1e-4)


def test_without_a_known_most_the_total_has_an_unless() -> None:
    strata = [Numbers(400, (10.0, 20.0, 0.0, 20.0) * 20)]
    found = total_if_none_larger(strata)
    assert found.most == 20
    assert found.total == total(strata, Bounds(20.0))
    assert found.larger == limits(0, 80, 400)[1]


# --- persons, chances, copies


def test_a_share_among_persons_is_wider_than_if_persons_had_been_drawn() -> None:
    persons, positive = [1, 2, 4, 1] * 10, [0, 2, 4, 0] * 5 + [1, 0, 0, 0] * 5
    found = share_among_persons(persons, positive, 400)
    assert found.share.low < found.share.estimate == 35 / 80 < found.share.high
    assert found.effective < found.persons == 80
    census = share_among_persons(persons, positive, 40)
    assert census.share.low == census.share.high == 35 / 80


def test_copies_tell_as_much_as_one() -> None:
    assert effective_size([1] * 50) == 50
    assert effective_size([50]) == 1
    assert design_effect([[1.0] * 10, [0.0] * 10, [1.0] * 10, [0.0] * 10]) > 9
    assert horvitz_thompson([0.5] * 4, [1, 1, 1, 1]) == (8, 0)


# --- hidden records


@given(st.integers(1, 40), st.integers(0, 40), st.data())
def test_limits_with_hidden_records_are_those_of_none_and_of_all(here: int, hidden: int, data: st.DataObject) -> None:
    with_code = data.draw(st.integers(0, here))
    share = with_code / here
    low, high = if_hidden(share, share, hidden / (here + hidden))
    assert low == pytest.approx(with_code / (here + hidden))
    assert high == pytest.approx((with_code + hidden) / (here + hidden))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1), st.floats(0, 1))
def test_at_its_break_even_a_finding_just_falls(a: float, b: float, hidden: float, threshold: float) -> None:
    low, high = sorted((a, b))
    for side, limit, worst in (("above", low, 0.0), ("below", high, 1.0)):
        found = break_even(low, high, hidden, threshold, side)  # type: ignore[arg-type]
        rate = worst if found.rate is None else found.rate
        at = (1 - hidden) * limit + hidden * rate
        if found.rate is None:
            assert at >= threshold - 1e-9 if side == "above" else at <= threshold + 1e-9
        elif 0 < rate < 1:
            assert at == pytest.approx(threshold, abs=1e-9)


# --- completeness


@pytest.mark.parametrize(("found", "missed"), [(6, 3), (10, 0), (3, 8)])
def test_completeness_by_two_draws_is_below_the_truth_as_often_as_said(found: int, missed: int) -> None:
    wrong = 0.0
    for right, seen in product(range(6), range(8)):
        chance = hypergeom.pmf(right, 10, found, 5) * hypergeom.pmf(seen, 30, missed, 7)
        bound = completeness_by_draws(Stratum(10, 5, right), Stratum(30, 7, seen), 0.8).recall if chance else 0.0
        wrong += float(chance) * (bound > found / (found + missed) + 1e-12)
    assert wrong <= 0.2


def test_completeness_of_a_search_that_was_read_in_full_is_that_of_one_draw() -> None:
    assert completeness_by_draws(Stratum(120, 120, 100), Stratum(5000, 600, 2)) == completeness(100, 5000, 600, 2)


def test_a_prior_moves_where_the_running_range_is_short_not_what_was_seen() -> None:
    flat, rare = running_range(1, 100, 2000), running_range(1, 100, 2000, prior=(0.5, 5))
    assert rare[1] < flat[1]
    assert running_range(7, 40, 40, prior=(0.5, 5)) == (7, 7)


# --- how many to read


def halves(flagged: int, others: int) -> Callable[[int], list[int]]:
    return lambda n: list(allocate({"yes": flagged, "no": others}, n, "no").values())


@pytest.mark.parametrize(
    ("parts", "goal"),
    [
        ([Part(240, 0.7), Part(760, 0.02)], Goal("width", 0.08)),
        ([Part(500, 0.9), Part(500, 0.4)], Goal("above", 0.5)),
        ([Part(60, 0.9), Part(440, 0.01)], Goal("below", 0.2)),
    ],
)
def test_a_plan_is_the_smallest_draw_that_will_do(parts: list[Part], goal: Goal) -> None:
    divide = halves(parts[0].N, parts[1].N)
    found = plan(parts, goal, divide)
    assert found.enough.chance >= 0.8
    assert max(outlook(parts, goal, divide(found.enough.n - back)).chance for back in range(1, 6)) < 0.8
    assert found.more
    assert found.more.n == found.enough.n + 50
    assert found.more.width < found.enough.width


def test_the_chance_of_a_plan_is_that_of_drawing() -> None:
    parts, goal, drawn = [Part(50, 0.6), Part(150, 0.1)], Goal("width", 0.2), [15, 30]
    chance, reached = np.random.default_rng(2), 0
    for _ in range(400):
        x = [int(chance.hypergeometric(t, p.N - t, n)) for p, n, t in zip(parts, drawn, (30, 15), strict=True)]
        found = count([Stratum(p.N, n, k) for p, n, k in zip(parts, drawn, x, strict=True)])
        reached += (found.high - found.low) / 200 <= 0.2
    assert outlook(parts, goal, drawn).chance == pytest.approx(reached / 400, abs=0.075), "three standard errors"


# --- refusals


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: compare(A, [Stratum(600, 9, 3)]), "only 9 cases"),
        (lambda: compare(A, [Stratum(600, 60, 3), Stratum(10, 0, 0)]), "nobody has decided"),
        (lambda: trend([A, B], [1, 2]), "three groups"),
        (lambda: trend([A, B, A], [1, 1, 1]), "same place"),
        (lambda: contrast([A, B], [1]), "one weight"),
        (lambda: total([Numbers(9, (1.0,))], None), "most that one case can have"),
        (lambda: total([Numbers(9, (31.0,))], Bounds(30.0)), "31 was read"),
        (lambda: total([Numbers(9, (nan,))], Bounds(30.0)), "not one number"),
        (lambda: total([Numbers(900, (5.0,) * 40)], None, claim="approximate"), "all are the same"),
        (lambda: total([Numbers(900, (1.0,) * 59 + (900.0,))], None, claim="approximate"), "few large numbers"),
        (lambda: mean([Numbers(9, (None, None))], Bounds(30.0)), "none of the cases"),
        (lambda: share_among_persons([1] * 29, [0] * 29, 400), "only 29 cases"),
        (lambda: share_among_persons([1] * 40, [0] * 40, 400), "at least one person"),
        (lambda: stratified_logit([Stratum(29, 29, 9), Stratum(1971, 71, 0)]), "no variation"),
        (lambda: stratified_beta([Stratum(29, 29, 9), Stratum(1971, 71, 0)]), "no variation"),
        (lambda: rogan_gladen(10, 100, 0.5, 0.5), "tells nothing"),
        (lambda: prediction_powered(Checked(10, 2, 1, 1, 1, 7)), "every case was read"),
        (lambda: completeness_by_draws(Stratum(9, 0, 0), Stratum(9, 3, 0)), "that were found"),
        (lambda: alpha([["a", "b"]], "interval"), "no number"),
        (lambda: alpha([["a", 1]], "ordinal"), "no order"),
        (lambda: plan([Part(100, 0.4)], Goal("above", 0.5), lambda n: [n]), "even reading every case"),
        (lambda: count([Stratum(10**8, 10, 1)]), "part the pile"),
        (lambda: running_range(1, 10, 100, prior=(0, 1)), "no prior"),
        (lambda: if_hidden(0.2, 0.1, 0.5), "no limits"),
    ],
)
def test_what_would_not_hold_is_refused_in_words(asked: Callable[[], object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        asked()
