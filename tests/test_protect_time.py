"""A hostile text takes time linear in its length, not its square, and none ends in an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight.protect import Knowledge, Numbering, Policy, Subject, protect_matter
from protect_sample import RU, US, document

SHORT, TIMES = 2_000, 4  # characters; a text as often as long as the other
# Linear work takes 4 times as long, work of the square 16 times; a busy machine may double what it says.
MOST = 9.0
ENGLISH = [
    *("A. ", "AB ", "Ab", "Ab ", "A", "a", "Ab-", "AB-", "AB, ", "AB and ", "J.R. ", "Ab & ", "v. ", " ", "\n"),
    *("AB, JJ ", "Ab argues ", "Mr. Ab ", "Ab v. Cd, 1 N.M. 2, ", "Defendant Ada Quill, ", "Quill Lumber Co. argues "),
]
RUSSIAN = [
    *("А. ", "АБ ", "Аб", "Аб ", "А", "а", "Аб-", "А.Б. ", "*", "…", "_", ".", '"', " ", "\n", "1 ", "a@", "№ "),
    *("Иванов И.И., ", "К., ", "потерпевшая К. ", "Иван Иванович ", 'представился "', "ул. Ленина 5 ", "...ой "),
]
TEXTS = [*((US, piece) for piece in ENGLISH), *((RU, piece) for piece in RUSSIAN)]


@pytest.mark.parametrize(("known", "piece"), TEXTS, ids=[f"{k.finder}-{piece!r}" for k, piece in TEXTS])
def test_time_grows_with_the_length_of_a_text_and_no_faster(known: Knowledge, piece: str) -> None:
    short = min(seconds(known, piece, SHORT) for _ in range(2))
    assert seconds(known, piece, SHORT * TIMES) / short < MOST


def seconds(known: Knowledge, piece: str, length: int) -> float:
    """What it takes to protect a text of that many characters, on the processor."""
    of = document(piece * (length // len(piece)))
    begun = time.process_time()
    protect_matter([Subject("c1", (of,), ())], known, Policy(), Numbering())
    return time.process_time() - begun


PIECES = (
    *(
        '"',
        " ",
        "   ",
        "\n",
        "\u00a0",
        "\x1c",
        "«",
        "»",
        ".",
        ",",
        "(",
        "-",
        "…",
        "*",
        "_",
        "5",
        "12",
        "К.",
        "И.И.",
        "Шуб",
    ),
    *(
        "представился ",
        "звали ",
        "свидетель ",
        "в отношении ",
        "Ковшов",
        "Анна ",
        "Петрович",
        "де ",
        "оглы",
        "паспорт ",
    ),
    *(
        "Defendant ",
        "Mr. ",
        "v. ",
        "In re ",
        "128 N.M. 4",
        "JJ",
        "Ada ",
        "Quill",
        "de la ",
        "Jr.",
        "J.R.",
        "argues",
        "A",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.sampled_from([RU, US]))
def test_whatever_stands_in_a_text_it_is_protected_and_only_what_stands_there_is_hidden(
    text: str, known: Knowledge
) -> None:
    of = document(text)
    case = protect_matter([Subject("c1", (of,), (), (text,))], known, Policy(), Numbering())[0]
    for edit in case.edits[of.id]:
        assert text[edit.start : edit.end].strip()
