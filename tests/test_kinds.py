"""Kinds of answers: how each is read from text, and what is no answer of it."""

from __future__ import annotations

import pytest

from caselight.variables import KINDS, day_of, number_of
from test_codebook import HOW_TO, PLACE, ROLE, variable

PARSED = [
    ("one-of", "relied_on", "relied_on"),
    ("one-of", " none ", "none"),
    ("one-of", "", None),
    ("one-of", "other", ValueError),
    ("many-of", "street; metro", ("metro", "street")),
    ("many-of", "metro; other", ValueError),
    ("yes/no", "yes", "yes"),
    ("yes/no", "maybe", ValueError),
    ("number", "15 000", 15000),
    ("number", "15 000 (пятнадцать тысяч) рублей", ValueError),
    ("number", "15\u00a0000,50", 15000.5),
    ("number", "12,5", 12.5),
    ("number", "много", ValueError),
    ("date", "12.05.2022", "2022-05-12"),
    ("date", "12 мая 2022 года", "2022-05-12"),
    ("date", "«12» мая 2022 г.", "2022-05-12"),
    ("date", "2022-05-12", "2022-05-12"),
    ("date", "May 12, 2022", "2022-05-12"),
    ("date", "31.02.2022", ValueError),
    ("date", "вчера", ValueError),
    ("text", " Нет ", "Нет"),
    ("text", " ", None),
]
EXAMPLES = {
    "one-of": ROLE,
    "many-of": PLACE.replace("    ask_if: {role: [relied_on, mentioned]}\n", ""),
    "yes/no": "  - {name: a, kind: yes/no, question: q}\n",
    "number": "  - {name: a, kind: number, question: q}\n",
    "date": "  - {name: a, kind: date, question: q}\n",
    "text": "  - {name: a, kind: text, question: q}\n",
}


@pytest.mark.parametrize(("kind", "text", "expected"), PARSED, ids=[f"{k}: {t}" for k, t, _ in PARSED])
def test_an_answer_is_read_from_text_or_refused(kind: str, text: str, expected: object) -> None:
    asked = variable(EXAMPLES[kind])
    if expected is ValueError:
        with pytest.raises(ValueError, match=r"\w"):
            KINDS[kind].parse(text, asked)
    else:
        assert KINDS[kind].parse(text, asked) == expected
        assert KINDS[kind].check(KINDS[kind].parse(text, asked), asked) == ""


WRONG = [("one-of", 5), ("many-of", "metro"), ("number", True), ("number", "5"), ("date", "12.05.2022"), ("text", 5)]


@pytest.mark.parametrize(("kind", "value"), WRONG, ids=[f"{k}: {v}" for k, v in WRONG])
def test_an_answer_of_the_wrong_kind_is_told(kind: str, value: object) -> None:
    assert KINDS[kind].check(value, variable(EXAMPLES[kind]))  # type: ignore[arg-type]


def test_every_kind_has_an_example_here_and_stands_in_the_how_to() -> None:
    assert set(EXAMPLES) == set(KINDS) == {kind for kind, *_ in PARSED}
    text = HOW_TO.read_text("utf-8")
    assert all(f"`{kind}`" in text for kind in KINDS)


def test_numbers_are_read_as_the_language_writes_them() -> None:
    assert number_of("1,500 dollars", "en") == 1500
    assert number_of("1,500", "ru") == 1.5
    assert number_of("1.500.000", "de") == 1_500_000
    assert number_of("−5", "ru") == -5
    assert day_of("с 5 по 7, 12 мая 2022 года") == "2022-05-12"
