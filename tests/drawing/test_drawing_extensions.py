"""A draw that is extended: the larger draw of the same seed, once, and at the price of a second look."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from caselight import drawing
from caselight.drawing import Wish
from caselight.drawing.asking import Question, asked
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.review import enlarged
from drawing_sample import ROLE
from fieldwork_study import SEED, as_machine, copied, drawn, read_by


@pytest.mark.parametrize("by", [(), (f"{ROLE}=relied_on",), (ROLE,)])
def test_an_extension_is_the_larger_draw_of_the_same_seed(demo: Made, tmp_path: Path, by: tuple[str, ...]) -> None:
    made = copied(demo, tmp_path / "one")
    small = drawn(made, Wish(10, by, double=0.2))
    large = drawing.extend(made.study, 8, 0.5)
    first, whole = drawing.drawn_cases(small), drawing.drawn_cases(large)
    assert [one.case for one in whole][:10] == [one.case for one in first], "those drawn stay, in their order"
    assert [one.double for one in whole].count(True) == 2 + 4
    assert len({one.case for one in whole}) == 18
    for stratum, (size, n) in large.sizes.items():
        held = sorted(one.ticket for one in whole if one.stratum == stratum)
        rows = [row.case for row in drawing.commitment.frame_rows(large) if row.stratum == stratum]
        tickets = sorted(hashlib.sha256(f"{SEED}\n{case}".encode()).hexdigest() for case in rows)
        assert held == tickets[:n], "the smallest tickets of the stratum"
        assert {one.probability for one in whole if one.stratum == stratum} == {n / size}
    assert (large.look, large.effective_level) == (1, 0.95), "nobody had answered: it is no second look"
    assert large.extends == small.number


@pytest.mark.parametrize(
    ("looks", "level", "code"),
    [(1, 0.975, "looks_unplanned"), (2, 0.975, "looks_planned"), (4, 0.9875, "looks_planned")],
)
def test_an_extension_after_answers_shares_what_may_go_wrong(made: Made, looks: int, level: float, code: str) -> None:
    first = drawn(made, Wish(10, looks=looks))
    assert first.effective_level == pytest.approx(1 - 0.05 / looks)
    read_by(made, first, {"anna": as_machine})
    second = drawing.extend(made.study, 5, 0.0)
    assert second.look == 2
    assert second.effective_level == pytest.approx(level)
    assert json.loads((second.folder / "commitment.json").read_text("utf-8"))["extension"]["answers_before"] == 10
    told = asked(made, Question(variables=(ROLE,)))
    assert not [e for e in told.figures if e.method != "running_range"], "the new ones have not been read yet"
    read_by(made, second, {"anna": as_machine})
    figure = asked(made, Question(variables=(ROLE,))).figures[0]
    assert figure.level == pytest.approx(level)
    assert code in figure.assumptions


@pytest.mark.parametrize("verify", [None, 1])
def test_a_draw_of_what_was_set_aside_is_extended_to_its_end_and_not_beyond(made: Made, verify: int | None) -> None:
    first = drawn(made, Wish(5, elusion="surveillance_role=relied_on", verify=verify))
    found = first.sizes["surveillance_role=relied_on"]
    (left,) = [N - n for name, (N, n) in first.sizes.items() if name.endswith("=other")]
    with pytest.raises(UsageError, match=f"{left} units are left to be drawn. Choose a number from 1 to {left}"):
        drawing.extend(made.study, left + 1, 0)
    extended = drawing.extend(made.study, left, 0)
    assert extended.sizes["surveillance_role=relied_on"] == found
    assert extended.n - first.n == left


def test_an_extension_that_was_stopped_goes_on_with_its_seed_and_no_other(made: Made) -> None:
    drawn(made, Wish(6))
    whole = drawing.extend(made.study, 3, 0)
    units = drawing.drawn_cases(whole)
    for name in ("drawn.tsv", "seed.txt"):
        (whole.folder / name).unlink()
    with pytest.raises(UsageError, match=f"Throw its dice first with {SEED}"):
        drawing.extend(made.study, 3, 0)
    with pytest.raises(UsageError, match=f"its seed is {SEED}, and no other"):
        drawing.throw(made.study, "9" + SEED)
    assert drawing.throw(made.study, SEED) == units
    again = drawing.last(made.study)
    assert again
    assert (again.seed, drawing.drawn_cases(drawing.checked(again))) == (SEED, units)


def test_a_draw_is_extended_once_and_not_beyond_its_pile(made: Made) -> None:
    with pytest.raises(UsageError, match="No draw is committed"):
        drawing.extend(made.study, 3, 0)
    drawing.freeze(made, Wish(10))
    with pytest.raises(UsageError, match="has no seed"):
        drawing.extend(made.study, 3, 0)
    drawing.throw(made.study, SEED)
    with pytest.raises(UsageError, match="38 units are left"):
        drawing.extend(made.study, 39, 0)
    drawing.extend(made.study, 38, 0)
    with pytest.raises(UsageError, match="0001 was extended already"):
        drawing.extend(made.study, 1, 0, "0001")


@pytest.mark.parametrize(
    ("sizes", "more", "expected"),
    [
        ({"no": (1760, 75), "yes": (240, 25)}, 40, {"no": 105, "yes": 35}),
        ({"no": (100, 10), "yes": (12, 10)}, 20, {"no": 28, "yes": 12}),
        ({"a": (5, 5), "b": (9, 1)}, 8, {"a": 5, "b": 9}),
        ({"a": (50, 3), "b": (50, 3)}, 1, {"a": 4, "b": 3}),
    ],
)
def test_an_extension_is_divided_as_the_draw_was(
    sizes: dict[str, tuple[int, int]], more: int, expected: dict[str, int]
) -> None:
    assert enlarged(sizes, more) == expected
