"""Figures of a pile of which everything is known: parts, numbers, persons, differences and trends."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight.drawing.asking import bounds_named
from caselight.errors import Refused
from caselight.estimate import Evidence, Read, Sample
from caselight.estimate.elusion import elusion
from caselight.estimate.numbers import bounds_of
from caselight.estimate.stratified import count
from caselight.types import Estimate, Stratum, Value

# A pile of which everything is known, for numbers and persons.


def evidence(
    values: Sequence[Value], size: int, fact: Mapping[str, Mapping[str, Sequence[str]]] | None = None, by: int = 1
) -> Evidence:
    """The first of `size` cases were drawn; these are their answers to "fine"; "role" is yes for every third."""
    cases = [f"c{i:04d}" for i in range(size)]
    drawn_ = cases[: len(values)]
    frame = {f"s{k}": cases[k::by] for k in range(by)}
    sample = Sample(
        frame,
        {name: [c for c in units if c in set(drawn_)] for name, units in frame.items()},
        {case: {} for case in cases},
        0.95,
        "standard",
        digest="d" * 64,
    )
    reads = {
        "fine": {case: Read(value) for case, value in zip(drawn_, values, strict=True)},
        "role": {case: Read("yes" if i % 3 == 0 else "no") for i, case in enumerate(drawn_)},
        "people": {case: Read(1 + i % 4) for i, case in enumerate(drawn_)},
    }
    return Evidence(sample, reads, lambda name: (fact or {}).get(name, {}), lambda *_: None)


@pytest.mark.parametrize(
    ("most", "value"),
    [(300_000, "0..300000"), (1_234_564.0, "0..1234564"), (0.1234567, "0..0.1234567"), (12_345_678.5, "0..12345678.5")],
)
def test_the_most_of_a_number_is_taken_as_it_was_given(most: float, value: str) -> None:
    assert bounds_named(most) == value
    bounds = bounds_of(value)
    assert bounds
    assert bounds.most == most


def test_totals_and_means_have_exact_limits_where_the_most_is_known() -> None:
    base = evidence([10_000, 20_000, None, 15_000] * 20, 400)
    by_name = {(e.name, e.method): e for e in base.numbers("fine", "0..300000")}
    total, mean = by_name["total", "exact_numbers"], by_name["mean", "exact_numbers"]
    assert total.estimate == pytest.approx(400 * 45_000 / 4)
    assert total.low < total.estimate < total.high
    assert mean.estimate == pytest.approx(15_000)
    assert by_name["total", "exact_numbers_certified"].strata == (Stratum(400, 80, 60),)
    assert "bounds_known" in total.assumptions


def test_without_a_known_most_the_total_has_its_unless() -> None:
    base = evidence([10_000, 20_000, None, 15_000] * 20, 400)
    total, larger, *_ = base.numbers("fine", "")
    assert total.method == "exact_unless_larger"
    assert "none_larger" in total.assumptions
    assert (larger.name, larger.low) == ("larger", 0)
    assert larger.high == count([Stratum(400, 80, 0)]).high


def test_persons_are_counted_within_cases_and_the_figure_says_that_it_is_approximate() -> None:
    base = evidence([None] * 60, 500, {"persons": {f"c{i:04d}": [str(1 + i % 4)] for i in range(500)}})
    for name in ("people", "fact:persons"):
        figure = base.persons("role", "yes", name)
        hits = sum(1 + i % 4 for i in range(60) if i % 3 == 0)
        assert figure.estimate == pytest.approx(hits / sum(1 + i % 4 for i in range(60)))
        assert (figure.unit, figure.method) == ("person", "korn_graubard")
        assert {"approximate", "persons_not_joined"} <= set(figure.assumptions)
        assert base.again(figure) == figure


@pytest.mark.parametrize(
    ("base", "words"),
    [
        (evidence([None] * 20, 500), "only 20 cases"),
        (evidence([None] * 60, 500, by=2), "needs a simple draw"),
    ],
)
def test_a_share_among_persons_is_refused_where_it_would_not_hold(base: Evidence, words: str) -> None:
    with pytest.raises(Refused, match=words):
        base.persons("role", "yes", "people")


def test_differences_and_trends_are_named_by_their_groups_and_come_out_again() -> None:
    year = {f"c{i:04d}": [str(2019 + i % 3)] for i in range(600)}
    base = evidence([None] * 120, 600, {"year": year})
    ends = tuple(("fact:year", str(y)) for y in (2019, 2020, 2021))
    for claim in ("standard", "certified"):
        difference = base.difference("role", "yes", ends[:2], claim)
        assert difference.estimate == pytest.approx(1.0)
        assert -1 <= difference.low <= difference.estimate <= difference.high <= 1
        trend = base.trend("role", "yes", ends, claim)
        assert trend.estimate == pytest.approx(-0.5)
        assert (trend.N, trend.n) == (600, 120)
        for figure in (difference, trend):
            assert base.again(figure) == figure
    with pytest.raises(Refused, match="over years"):
        base.trend("role", "yes", (*ends[:2], ("fact:year", "unknown")), "standard")


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (("20.2", "6.1.1"), "not apart: 300 cases are in several"),
        (("20.2", "20.2"), "not apart: 450 cases are in several"),
    ],
)
def test_groups_that_share_cases_are_not_compared(ends: tuple[str, str], words: str) -> None:
    laws = {f"c{i:04d}": [["20.2"], ["6.1.1"], ["20.2", "6.1.1"], ["20.2", "6.1.1"]][i % 4] for i in range(600)}
    base = evidence([None] * 120, 600, {"statute": laws})
    where = tuple(("fact:statute", one) for one in ends)
    for make in (base.difference, base.trend):
        with pytest.raises(Refused, match=words if make == base.difference else "not apart|three groups|over years"):
            make("role", "yes", where, "standard")


@pytest.mark.parametrize(
    ("where", "sizes"),
    [
        ((), {"count": 120}),
        ((("fact:half", "1"),), {"count": 60}),
        ((("role", "yes"),), {"count": 120, "share": 120}),
        ((("fact:half", "1"), ("role", "yes")), {"count": 60, "share": 60}),
    ],
)
def test_a_figure_names_the_size_of_the_part_that_it_is_about(
    where: tuple[tuple[str, str], ...], sizes: dict[str, int]
) -> None:
    base = evidence([None] * 40, 120, {"half": {f"c{i:04d}": [str(i % 2)] for i in range(120)}})
    base = replace(base, read=base.read | {"odd": {f"c{i:04d}": Read("yes" if i % 5 else "no") for i in range(40)}})
    found = {e.name: e.N for e in base.counts("odd", "yes", where)}
    assert found == sizes


def test_units_outside_of_the_frame_are_in_no_part() -> None:
    year = {f"c{i:04d}": ["2022"] for i in range(0, 900, 2)}  # 600 are in the frame, the others came later
    base = evidence([None] * 120, 600, {"year": year})
    where = (("fact:year", "2022"),)
    assert len(base.part(where).inside or ()) == 300
    assert next(base.counts("role", "yes", where)).N == 300
    later = (("fact:year", "2030"),)
    base = evidence([None] * 120, 600, {"year": {f"c{i:04d}": ["2030"] for i in range(500, 900)}})
    with pytest.raises(Refused, match="among these 100: there may be anything from 0 to 100"):
        next(base.counts("role", "yes", later))
    assert not base.is_comparable(later)


@given(st.integers(0, 2**32), st.permutations(range(40)))
def test_the_order_of_the_frame_and_of_the_answers_does_not_matter(seed: int, order: list[int]) -> None:
    cases = [f"c{i:02d}" for i in range(40)]
    said = {case: {"role": "yes" if (seed >> (i % 32)) & 1 else "no"} for i, case in enumerate(cases)}
    found = []
    for row in (range(40), order):
        frame = {"all": [cases[i] for i in row]}
        answers = {cases[i]: Read("yes" if i % 5 else "no") for i in row if i < 20}
        sample = Sample(frame, {"all": cases[:20]}, said, 0.95, "standard")
        base = Evidence(sample, {"role": answers}, lambda _: {}, lambda *_: None)
        found.append(list(base.counts("role", "yes")))
    assert found[0] == found[1]


def test_a_figure_changes_its_digest_with_everything_it_rests_on() -> None:
    base = evidence([None] * 30, 90)
    seen: set[str] = set()

    def told(other: Evidence, value: str = "yes") -> Estimate:
        return next(other.counts("role", value))

    sample = base.sample
    reads = dict(base.read["role"])
    changed = [
        base,
        replace(base, sample=replace(sample, digest="e" * 64)),
        replace(base, sample=replace(sample, level=0.9)),
        replace(base, sample=replace(sample, unit="matter")),
        replace(base, read={"role": reads | {"c0001": Read("yes")}}),
        replace(base, read={"role": reads | {"c0000": Read("no"), "c0001": Read("yes")}}),
    ]
    digests = [told(one).digest for one in changed] + [told(base, "no").digest]
    seen.update(digests)
    assert len(seen) == len(digests)


def test_the_range_of_a_part_holds_as_often_as_it_says_and_is_of_use() -> None:
    """Over 300 draws (standard error of 95 %: 1.3 points). Measured: it held in 99.7 %, 20 % of the part wide."""
    chance = random.Random(7)
    cases = [f"c{i:03d}" for i in range(400)]
    code = {case: chance.random() < (0.7 if i < 60 else 0.04) for i, case in enumerate(cases)}
    machine: dict[str, dict[str, Value]] = {case: {"role": "yes" if i < 60 else "no"} for i, case in enumerate(cases)}
    year = {case: [str(2020 + chance.randrange(3))] for case in cases}
    truth = sum(code[case] for case in cases if year[case] == ["2021"])
    size = sum(found == ["2021"] for found in year.values())
    frame, sizes = {"no": cases[60:], "yes": cases[:60]}, {"no": 65, "yes": 25}
    held, widths = 0, 0.0
    for _ in range(300):
        drawn_ = {name: chance.sample(units, sizes[name]) for name, units in frame.items()}
        reads = {case: Read("yes" if code[case] else "no") for units in drawn_.values() for case in units}
        base = Evidence(
            Sample(frame, drawn_, machine, 0.95, "standard"), {"role": reads}, lambda _: year, lambda *_: None
        )
        figure = next(base.counts("role", "yes", (("fact:year", "2021"),)))
        assert size == figure.N
        held += (figure.low or 0) <= truth <= (figure.high or 0)
        widths += ((figure.high or 0) - (figure.low or 0)) / size / 300
    assert held / 300 >= 0.95
    assert widths < 0.25, "of no use"


def test_the_best_estimate_of_a_search_rests_on_what_was_decided() -> None:
    frame = {"role=yes": [f"y{i}" for i in range(10)], "role=other": [f"n{i}" for i in range(90)]}
    reads = {unit: Read("yes", i >= 5) for i, unit in enumerate(frame["role=yes"])}
    reads |= {unit: Read("yes" if i < 9 else "no") for i, unit in enumerate(frame["role=other"])}
    found = {e.name: e for e in elusion("role", "yes", Sample(frame, frame, {}, 0.95, "standard"), reads)}
    assert found["completeness"].estimate == pytest.approx(10 / 19)
