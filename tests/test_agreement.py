"""Agreement between coders: by all pairs, side by side, with limits, and what cannot be said of it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight.estimate import resampled
from caselight.estimate.agreement import agreement, alpha, kappa, positive_agreement
from caselight.estimate.distances import METRICS, jaccard, ratio
from caselight.estimate.machine_assisted import rogan_gladen
from caselight.estimate.resampled import agreement_with_ranges

UNITS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=12)


@given(UNITS, st.sampled_from(["nominal", "interval", "ratio"]))
def test_alpha_is_that_of_all_pairs(units: list[list[int]], metric: str) -> None:
    pairable = [unit for unit in units if len(unit) > 1]
    values = [v for unit in pairable for v in unit]
    distance = METRICS[metric]
    expected = sum(distance(a, b) for a, b in permutations(values, 2))
    if not pairable or not expected:
        return
    observed = sum(distance(a, b) / (len(u) - 1) for u in pairable for a, b in permutations(u, 2))
    wanted = 1 - observed / len(values) / (expected / (len(values) * (len(values) - 1)))
    assert alpha(units, metric) == pytest.approx(wanted)


def test_the_measures_stand_side_by_side_with_counts() -> None:
    units = [["no", "no"]] * 90 + [["yes", "no"]] * 4 + [["no", "yes"]] * 4 + [["yes", "yes"]] * 2
    found = agreement(units)
    assert found
    assert found.alpha is not None
    assert found.kappa is not None
    assert found.ac1 is not None
    assert found.alpha < 0.4 < 0.85 < found.ac1
    yes = next(one for one in found.positive if one.answer == "yes")
    assert (yes.given, yes.cases, yes.both, yes.share) == (12, 10, 2, pytest.approx(1 / 3))
    assert yes.limits
    assert yes.limits[0] < 1 / 3 < yes.limits[1]
    assert found.answers == {"no": 188, "yes": 12}
    assert positive_agreement([(False, False)]).limits is None


def test_weighted_kappa_counts_steps_and_sets_count_what_they_share() -> None:
    pairs = [(1, 1), (1, 2), (2, 2), (3, 3), (3, 2), (1, 3)]
    plain, linear, squared = (kappa(pairs, weights) for weights in ("", "linear", "quadratic"))
    assert len({plain, linear, squared}) == 3
    assert jaccard(frozenset("ab"), frozenset("bc")) == pytest.approx(2 / 3)
    assert ratio(1, 3) == 0.25


def test_limits_by_resampling_can_be_made_again_and_hold_the_value() -> None:
    chance = np.random.default_rng(3)
    truth = chance.integers(0, 3, 120)
    units = [[int(t), int(t if chance.random() < 0.8 else chance.integers(0, 3))] for t in truth]
    for metric in ("nominal", "ordinal", "interval"):
        found, again = (agreement_with_ranges(units, np.random.default_rng(7), metric) for _ in range(2))
        assert found == again
        assert found
        assert set(found.ranges) == {"same", "alpha", "ac1", "kappa"}
        for name, (low, high) in found.ranges.items():
            assert low < getattr(found, name) < high


def test_a_resample_is_measured_as_if_it_had_been_coded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampled, "RESAMPLES", 1)
    units = [[i % 3, (i + (i % 5 == 0)) % 3] for i in range(40)]
    drawn = np.random.default_rng(5).multinomial(40, np.full(40, 1 / 40), 1)[0]
    again = [unit for unit, times in zip(units, drawn, strict=True) for _ in range(times)]
    for metric in ("nominal", "ordinal"):
        found, wanted = resampled.resampled(units, np.random.default_rng(5), metric), agreement(again, metric)
        assert wanted
        for name in ("same", "alpha", "ac1", "kappa"):
            assert found[name][0] == pytest.approx(getattr(wanted, name)), name


def test_what_cannot_be_said_of_agreement_is_said_with_its_reason() -> None:
    same = agreement_with_ranges([["no", "no"]] * 30, np.random.default_rng(1))
    assert same
    assert (same.alpha, same.kappa, same.ranges) == (None, None, {})
    assert "all answers are the same" in same.reasons[0]
    few = agreement_with_ranges([["no", "no"]] * 30 + [["yes", "yes"]] * 9, np.random.default_rng(1))
    assert few
    assert few.alpha == 1
    assert "only 9 cases" in few.reasons[-1]
    assert not rogan_gladen(3, 500, 0.5, 0.9).possible, "below 0, and shown as it is"
