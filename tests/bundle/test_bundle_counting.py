"""The second way of counting finds what the first found, and printed numbers are read as a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caselight.bundle import exact, pages
from caselight.bundle.pages import agrees, number_of, slug
from caselight.estimate.anytime import running_range
from caselight.estimate.stratified import count
from caselight.report.names import figure_file
from caselight.types import Stratum
from sealed_sample import MANY_READ

cells = st.tuples(st.integers(1, 3000), st.integers(0, 300), st.integers(0, 300), st.integers(0, 3)).map(
    lambda c: (c[0], n := min(c[1], c[0]), x := min(c[2], n), min(c[3], n - x))
)


@given(st.lists(cells, min_size=1, max_size=4), st.sampled_from([0.9, 0.95, 0.975, 0.99]), st.booleans())
def test_limits_in_whole_numbers_are_those_in_logarithms(
    found: list[tuple[int, int, int, int]], level: float, certified: bool
) -> None:
    other = count([Stratum(*c) for c in found], level, "certified" if certified else "standard")
    assert exact.cell_limits(found, level, certified) == (other.estimate, other.low, other.high)


many = st.tuples(st.integers(1500, 5000), st.integers(0, 200_000), st.floats(0, 1), st.integers(0, 3)).map(
    lambda c: (c[0] + c[1], c[0], x := round(c[2] * c[0]), min(c[3], c[0] - x))
)


def same_limits(cell: tuple[int, int, int, int], certified: bool) -> None:
    other = count([Stratum(*cell)], 0.95, "certified" if certified else "standard")
    assert exact.cell_limits([cell], 0.95, certified) == (other.estimate, other.low, other.high)


@pytest.mark.parametrize("certified", [True, False])
@pytest.mark.parametrize("cell", MANY_READ)
def test_limits_are_those_in_logarithms_when_thousands_were_read(
    cell: tuple[int, int, int, int], certified: bool
) -> None:
    same_limits(cell, certified)


@given(many, st.booleans())
def test_limits_of_any_thousands_read_are_those_in_logarithms(cell: tuple[int, int, int, int], certified: bool) -> None:
    same_limits(cell, certified)


@pytest.mark.parametrize(
    ("x", "n", "size", "low"), [(2, 1500, 100_000, 17), (40, 3000, 20_000, 197), (2, 2500, 5000, 2)]
)
def test_lower_limits_of_large_samples(x: int, n: int, size: int, low: int) -> None:
    assert exact.lower(x, n, size, 0.025) == low


@example((1080, 1, 0, 0))  # 1,053 of 1,080 is just on the edge, and not kept
@given(cells.filter(lambda c: c[1] > 0))
def test_running_ranges_are_the_same_in_both_ways(found: tuple[int, int, int, int]) -> None:
    size, n, x, u = found
    right = running_range(x, n, size)[0], running_range(x + u, n, size)[1]
    assert exact.cell_running([found], 0.95)[1:] == right


@pytest.mark.parametrize(
    "cell", [(10, 11, 0, 0), (10, 5, 6, 0), (10, 5, 4, 2), (10**12, 5, 1, 0), (10**6, 500_000, 1, 0)]
)
def test_impossible_and_endless_counts_are_refused(cell: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="impossible"):
        exact.cell_limits([cell], 0.95, certified=False)


def test_a_tie_is_decided_exactly() -> None:
    assert exact.lower(1, 1, 40, 0.025) == 2  # P(X >= 1 | N = 40, t = 1, n = 1) is 1/40, not above it


@pytest.mark.parametrize(
    ("what", "text", "row", "right"),
    [
        ("low", "17", {"low": 17.0}, True),
        ("low", "17", {"low": 16.0}, False),
        ("estimate", "122", {"estimate": 121.53}, True),
        ("estimate", "121.53", {"estimate": 121.533}, True),
        ("estimate", "121,5", {"estimate": 121.533}, True),
        ("estimate", "121.54", {"estimate": 121.533}, False),
        ("N", "1,234,567", {"N": 1234567}, True),
        ("N", "1\u202f234\u202f567", {"N": 1234567}, True),
        ("low_percent", "70", {"low": 0.709}, True),
        ("low_percent", "71", {"low": 0.709}, False),
        ("high_percent", "71", {"high": 0.701}, True),
        ("high_percent", "70", {"high": 0.701}, False),
        ("level_percent", "95", {"level": 0.95}, True),
        ("level_percent", "99.87", {"level": 0.99875}, True),
        ("level_percent", "99.88", {"level": 0.99875}, False),
        ("low", "15,000.41", {"low": 15000.418}, True),
        ("low", "15,000.42", {"low": 15000.418}, False),
        ("high", "15,000.42", {"high": 15000.411}, True),
        ("high", "15,000.41", {"high": 15000.411}, False),
    ],
)
def test_a_printed_number_is_read_as_a_person_reads_it(
    what: str, text: str, row: dict[str, float], right: bool
) -> None:
    assert agrees(what, text, row) is right


def test_what_is_no_number_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="no number"):
        number_of("12 or 13")


@given(st.text(max_size=80), st.sampled_from(["count", "none", "given"]), st.sampled_from(["role", "fact:court"]))
def test_pages_are_named_as_the_report_names_them(value: str, name: str, variable: str) -> None:
    assert pages.page_of({"variable": variable, "name": name, "value": value}) == figure_file(name, variable, value)
    assert slug(value) == figure_file("count", "x", value).split("/")[2].removesuffix(".html")
