"""What comes back is remembered, what passes by is not."""

from __future__ import annotations

import pickle

import pytest

from caselight.remembering import Lately, Remembered


def test_what_is_looked_up_stays_however_much_passes_by() -> None:
    lately: Lately[str, int | None] = Lately(10)
    lately["court"] = 1
    for i in range(1_000):
        assert lately[f"case {i}"] is None
        lately[f"case {i}"] = i
        assert lately["court"] == 1
        assert len(lately) + len(lately._before) <= 21
    assert lately["case 999"] == 999
    assert lately["case 0"] is None
    assert lately["never"] is None


def test_a_process_that_is_not_forked_begins_with_nothing() -> None:
    lately: Lately[str, int | None] = Lately(3)
    lately["a"] = 1
    handed = pickle.loads(pickle.dumps(lately))
    assert (type(handed), dict(handed), handed._most) == (Lately, {}, 3)
    remembered = Remembered(int, 5, 3)
    assert remembered["12"] == 12
    again = pickle.loads(pickle.dumps(remembered))
    assert (dict(again), again["12"], again["1234"], dict(again)) == ({}, 12, 1234, {"12": 12})


def test_each_piece_is_made_once_while_it_comes_back() -> None:
    made: list[str] = []
    remembered = Remembered(lambda piece: made.append(piece) or piece.upper(), 5, 10)
    for i in range(100):
        assert remembered["label"] == "LABEL"
        assert remembered[f"v{i}"] == f"V{i}"
    assert made.count("label") == 1
    assert len(made) == 101


def test_what_is_long_or_fails_is_not_remembered() -> None:
    remembered = Remembered(int, 5, 3)
    assert [remembered["1234"], remembered["1234"], len(remembered)] == [1234, 1234, 0]
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            remembered["x"]
    assert not remembered
