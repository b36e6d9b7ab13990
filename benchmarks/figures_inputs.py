"""Whatever comes in, a figure comes out that is possible, or a refusal; and it comes out fast.

Each law takes any inputs that hypothesis can make, contradictory ones too. `Refused` is an answer; any other exception,
and any limit outside of what is possible, breaks the law.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from math import isfinite, isnan, nan

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from caselight.errors import Refused
from caselight.estimate import clusters, contrasts, machine_assisted, missing, proportions, recall, sizes, totals
from caselight.estimate.anytime import running_range
from caselight.estimate.design import stratified_beta, stratified_logit
from caselight.estimate.distances import METRICS, ORDINAL
from caselight.estimate.finite_population import limits, lower_limit, upper_limit
from caselight.estimate.resampled import agreement_with_ranges
from caselight.estimate.stratified import METHODS, count
from caselight.types import Stratum
from product import Figure, figure

Data = st.DataObject
LEVELS = st.one_of(st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.9999999, 1 - 2**-53]), st.floats(0.5, 1), st.floats())
CLAIMS = st.sampled_from([*METHODS, "approximate", "no such claim"])
WHOLE = st.integers(-2, 60)
SHARES = st.one_of(st.floats(0, 1), st.floats())


@st.composite
def possible_stratum(draw: st.DrawFn, most: int = 400) -> Stratum:
    size = draw(st.integers(0, most))
    n = draw(st.integers(0, size))
    x = draw(st.integers(0, n))
    return Stratum(size, n, x, draw(st.integers(0, n - x)))


STRATUM = st.one_of(possible_stratum(), possible_stratum(), st.builds(Stratum, WHOLE, WHOLE, WHOLE, WHOLE))
STRATA = st.lists(STRATUM, max_size=4)
ANSWERS = st.one_of(
    st.integers(0, 3),
    st.floats(),
    st.sampled_from(["yes", "no", ""]),
    st.frozensets(st.sampled_from("abc")),
    st.none(),
    st.booleans(),
)


def counts(data: Data) -> None:
    strata, size = data.draw(STRATA), 0
    found = count(strata, data.draw(LEVELS), data.draw(CLAIMS), data.draw(st.booleans()))
    seen, size = sum(s.x for s in strata), sum(s.N for s in strata)
    assert 0 <= seen <= found.low <= found.high <= size - sum(s.n - s.x - s.undecided for s in strata)
    assert found.estimate is None or found.low <= found.estimate <= found.high
    if any(s.n < s.N for s in strata):
        assert found.low < found.high, "width zero without reading everything"


def single_limits(data: Data) -> None:
    x, n, size, level = data.draw(WHOLE), data.draw(WHOLE), data.draw(st.integers(-1, 10**7)), data.draw(LEVELS)
    low, high = limits(x, n, size, level, data.draw(st.booleans()))
    assert 0 <= x <= low <= high <= size - n + x
    assert lower_limit(x, n, size, level) >= low
    assert upper_limit(x, n, size, level) <= size - n + x


def running(data: Data) -> None:
    x, n, size = data.draw(WHOLE), data.draw(WHOLE), data.draw(st.integers(0, 3000))
    prior = (data.draw(st.one_of(st.floats(0.01, 100), st.floats())), data.draw(st.floats(0.01, 100)))
    low, high = running_range(x, n, size, data.draw(LEVELS), prior)
    assert 0 <= x <= low <= high <= size - n + x


def searches(data: Data) -> None:
    level = data.draw(LEVELS)
    found = recall.completeness_by_draws(data.draw(STRATUM), data.draw(STRATUM), level)
    assert 0 <= found.recall <= found.recall_with_drawn <= 1
    found = recall.completeness(data.draw(WHOLE), data.draw(WHOLE), data.draw(WHOLE), data.draw(WHOLE), level)
    assert 0 <= found.recall <= found.recall_with_drawn <= 1


def lights(data: Data) -> None:
    relevant = data.draw(st.lists(st.booleans(), max_size=80))
    assert 0 <= recall.light_buscar(relevant, data.draw(st.integers(-1, 500)), data.draw(SHARES)) <= 1
    assert recall.light_least_positives(data.draw(SHARES), data.draw(LEVELS)) >= 1


def differences(data: Data) -> None:
    found = contrasts.compare(data.draw(STRATA), data.draw(STRATA), data.draw(LEVELS), data.draw(CLAIMS))
    d, r = found.difference, found.ratio
    assert -1 - 1e-9 <= d.low <= d.estimate <= d.high <= 1 + 1e-9
    assert r.low >= 0
    assert r.high is None or r.low <= r.high + 1e-9
    assert found.first.low - found.second.high - 1e-9 <= d.low


def trends(data: Data) -> None:
    groups = data.draw(st.lists(st.lists(possible_stratum(), max_size=2), min_size=2, max_size=5))
    at = data.draw(st.lists(st.one_of(st.integers(1990, 2030), st.floats()), min_size=len(groups), max_size=5))
    found = contrasts.trend(groups, at, data.draw(LEVELS), data.draw(CLAIMS))
    assert found.slope.low <= found.slope.estimate <= found.slope.high
    assert all(0 <= share.low <= share.estimate <= share.high <= 1 for share in found.shares)


NUMBER = st.one_of(st.none(), st.just(nan), st.floats(0, 1000), st.integers(0, 5).map(float), st.floats())


@st.composite
def numbers(draw: st.DrawFn) -> totals.Numbers:
    values = tuple(draw(st.lists(NUMBER, max_size=25)))
    return totals.Numbers(draw(st.integers(len(values), len(values) + 200)), values)


def sums(data: Data) -> None:
    strata, level, claim = data.draw(st.lists(numbers(), max_size=3)), data.draw(LEVELS), data.draw(CLAIMS)
    bounds = data.draw(st.one_of(st.none(), st.builds(totals.Bounds, st.sampled_from([1000.0, 1e6, nan, 0.0]))))
    _in_order(totals.total, strata, bounds, level, claim)
    found = totals.total(strata, bounds, level, claim)
    seen = sum(v for s in strata for v in s.values if v is not None and not isnan(v))
    if bounds:
        unread = sum(s.N - sum(v is None or not isnan(v) for v in s.values) for s in strata)
        slack = 1e-9 * (1 + abs(seen) + unread * bounds.most)
        assert seen - slack <= found.low <= found.high <= seen + unread * bounds.most + slack


def means(data: Data) -> None:
    strata, level = data.draw(st.lists(numbers(), max_size=2)), data.draw(st.sampled_from([0.9, 0.95]))
    bounds = totals.Bounds(1000.0, data.draw(st.sampled_from([0.0, 500.0, -5.0, 2000.0])))
    found = totals.mean(strata, bounds, level, data.draw(CLAIMS))
    assert bounds.least <= found.low <= found.estimate <= found.high <= bounds.most


def sums_with_an_unless(data: Data) -> None:
    strata = data.draw(st.lists(numbers(), max_size=3))
    found = totals.total_if_none_larger(strata, data.draw(LEVELS), data.draw(CLAIMS))
    assert 0 <= found.total.low <= found.total.estimate <= found.total.high
    assert 0 <= found.larger <= sum(s.N for s in strata)


def _in_order(function: Callable[..., contrasts.Range], *given_: object) -> None:
    found = function(*given_)
    assert found.low <= found.estimate <= found.high
    assert isfinite(found.low)
    assert isfinite(found.high)


def persons(data: Data) -> None:
    size = data.draw(st.integers(0, 60))
    m = data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    y = [min(k, data.draw(st.integers(0, 3))) if k else 0 for k in m]
    method = data.draw(st.sampled_from(["beta", "logit"]))
    found = clusters.share_among_persons(m, y, data.draw(st.integers(0, 300)), data.draw(LEVELS), method).share
    assert 0 <= found.low <= found.estimate <= found.high <= 1


def weights_and_copies(data: Data) -> None:
    values = data.draw(st.lists(st.floats(), max_size=6))
    groups = data.draw(st.lists(st.integers(-1, 50), max_size=8))
    assert clusters.effective_size(groups) <= sum(groups) + 1e-9
    assert clusters.design_effect([values, data.draw(st.lists(st.sampled_from([0.0, 1.0]), max_size=5))]) >= 0
    assert clusters.horvitz_thompson(data.draw(st.lists(SHARES, max_size=6)), values)[1] >= 0


def hidden(data: Data) -> None:
    low, high, share = (data.draw(SHARES) for _ in range(3))
    found = missing.if_hidden(low, high, share)
    assert 0 <= found[0] <= found[1] <= 1
    even = missing.break_even(low, high, share, data.draw(SHARES), data.draw(st.sampled_from(["above", "below"])))
    assert even.rate is None or 0 <= even.rate <= 1
    assert 0 <= even.hidden <= 1
    assert 0 < missing.imbens_manski(data.draw(st.floats(0, 2)), data.draw(st.floats()), 0.95) < 2


def machines(data: Data) -> None:
    sens, spec, level = data.draw(SHARES), data.draw(SHARES), data.draw(LEVELS)
    checked = machine_assisted.Checked(*(data.draw(WHOLE) for _ in range(6)))
    assert machine_assisted.difference(checked)[1] >= 0
    assert 0 <= machine_assisted.post_stratified(checked) <= 1
    found = machine_assisted.prediction_powered(checked, level)
    assert found.low <= found.estimate <= found.high
    share = machine_assisted.rogan_gladen(data.draw(WHOLE), data.draw(WHOLE), sens, spec, level).share
    assert share.low <= share.estimate <= share.high


def agreements(data: Data) -> None:
    units = data.draw(st.lists(st.lists(ANSWERS, max_size=3), max_size=30))
    metric = data.draw(st.sampled_from([*METRICS, ORDINAL, "no such metric"]))
    found = agreement_with_ranges(units, np.random.default_rng(1), metric, (), data.draw(LEVELS))
    assert found is None or 0 <= found.same <= 1
    for low, high in found.ranges.values() if found else ():
        assert low <= high
    for one in found.positive if found else ():
        assert one.limits is None or 0 <= one.limits[0] <= (one.share or 0) <= one.limits[1] <= 1


def comparable_agreements(data: Data) -> None:
    metric = data.draw(st.sampled_from(["nominal", "interval", "ratio", "ordinal"]))
    units = data.draw(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=1, max_size=40))
    found = agreement_with_ranges(units, np.random.default_rng(1), metric)
    assert found
    assert found.alpha is None or -1.0001 <= found.alpha <= 1
    for name, (low, high) in found.ranges.items():
        assert -1.0001 <= low <= high <= 1 + 1e-12, name


def plans(data: Data) -> None:
    parts = [sizes.Part(data.draw(st.integers(0, 60)), data.draw(SHARES)) for _ in range(data.draw(st.integers(1, 2)))]
    goal = sizes.Goal(data.draw(st.sampled_from(["width", "above", "below", "?"])), data.draw(SHARES))
    most = sum(part.N for part in parts)

    def divide(n: int) -> list[int]:
        first = min(parts[0].N, max(n - (most - parts[0].N), round(n * parts[0].N / max(most, 1))))
        return [first, n - first][: len(parts)]

    found = sizes.plan(parts, goal, divide, data.draw(LEVELS))
    assert 1 <= found.enough.n <= most
    assert 0 <= found.enough.low <= found.enough.high <= 1
    assert found.enough.chance >= 0.8


def simple_shares(data: Data) -> None:
    x, n, level = data.draw(st.floats(-1, 1e6)), data.draw(st.one_of(st.floats(0, 1e6), st.floats())), data.draw(LEVELS)
    for method in (proportions.wilson, proportions.clopper_pearson, proportions.jeffreys):
        low, high = method(x, n, level)
        assert -1e-12 <= low <= high <= 1 + 1e-12
    low, high = proportions.wilson_finite(data.draw(WHOLE), data.draw(WHOLE), data.draw(WHOLE), level)
    assert 0 <= low <= high <= 1


def designs(data: Data) -> None:
    strata, level = data.draw(STRATA), data.draw(LEVELS)
    for method in (stratified_logit, stratified_beta):
        low, high = method([Stratum(s.N, s.n, s.x) for s in strata], level)
        assert 0 <= low < high <= 1


Law = Callable[[Data], None]
LAWS: tuple[Law, ...] = (
    counts,
    single_limits,
    running,
    searches,
    lights,
    differences,
    trends,
    sums,
    means,
    sums_with_an_unless,
    persons,
    weights_and_copies,
    hidden,
    machines,
    agreements,
    comparable_agreements,
    plans,
    simple_shares,
    designs,
)


def try_law(law: Law, examples: int) -> None:
    """Runs a law on so many inputs.

    Raises:
        Exception: whatever broke it, with the inputs.
    """

    @settings(max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @seed(20261129)
    @given(st.data())
    def run(data: Data) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an overflow is no figure either
            try:
                law(data)
            except Refused:
                return

    run()


def inputs(quick: bool) -> Iterator[Figure]:
    """How many laws are broken, by an exception or by an impossible limit."""
    examples = 40 if quick else 250
    raised, impossible, names = 0, 0, []
    for law in LAWS:
        try:
            try_law(law, examples)
        except AssertionError as broken:
            impossible += 1
            names.append(f"{law.__name__}: {broken}")
        except Exception as broken:
            raised += 1
            names.append(f"{law.__name__}: {type(broken).__name__}")
    note = f"{len(LAWS)} laws x {examples} inputs {'; '.join(names)}".strip()
    yield figure("any input: laws broken by an exception", raised, "= 0", note)
    yield figure("any input: laws broken by impossible limits", impossible, "= 0", note)


def speed(_quick: bool) -> Iterator[Figure]:
    """Time for a figure with both claims; of the processor, since other programs may run beside."""
    count([Stratum(100_000, 10, 1)])  # the table of logarithms is made once a session
    one = [_seconds([[Stratum(5_450, 75, 61 + i), Stratum(94_550, 225, 3 + i)]]) for i in range(5)]
    note = f"median of five; {sorted(wall for _, wall in one)[2] * 1000:.0f} ms by the clock"
    yield figure("one figure of 100,000 cases, both claims, CPU ms", sorted(one)[2][0] * 1000, "<= 50", note)
    chance = np.random.default_rng(1)
    cpu, wall = _seconds(
        [
            [Stratum(5_450 - i, 75, int(chance.integers(76))), Stratum(94_550 + i, 225, int(chance.integers(226)))]
            for i in range(500)
        ]
    )
    yield figure("500 figures of 100,000 cases, both claims, CPU s", cpu, "<= 10", f"{wall:.1f} s by the clock")


def _seconds(figures: list[list[Stratum]]) -> tuple[float, float]:
    """Of the processor, and by the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    for strata in figures:
        count(strata)
        count(strata, claim="certified")
    return time.process_time() - cpu, time.perf_counter() - wall
