"""Words come back from their tables as they were cut."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from caselight.words import Vocabulary, tokenise
from caselight.wordtables import words_of, words_tables

ARRAYS = ("form", "lemma", "other", "start", "end", "first", "sentence", "clause")
TEXTS = st.lists(st.text(st.sampled_from("аеёйкстА \n.;:-1aZ\u00ad\u0306😀«»"), max_size=40), max_size=5)


@given(TEXTS)
def test_words_come_back_as_they_were_cut(texts: list[str]) -> None:
    same, other = Vocabulary("ru"), Vocabulary("ru")
    words = tokenise(texts, same)
    tables = words_tables(words)
    tokenise(["начало", *reversed(texts)], other)
    for vocabulary in (same, other):
        back = words_of(tables["tokens"], tables["forms"], texts, vocabulary)
        for name in ARRAYS:
            assert np.array_equal(getattr(words, name), getattr(back, name)), name


def test_a_word_longer_than_two_bytes_can_count_comes_back_whole() -> None:
    texts, vocabulary = ["ы" * 70_000], Vocabulary("ru")
    tables = words_tables(tokenise(texts, vocabulary))
    assert int(words_of(tables["tokens"], tables["forms"], texts, vocabulary).end[0]) == 70_000


def test_words_that_the_vocabulary_lacks_do_not_come_back() -> None:
    tables = words_tables(tokenise(["суд 20.2"], Vocabulary("ru")))
    assert words_of(tables["tokens"], tables["forms"], [""], Vocabulary("ru")) is None
    numbers = words_tables(tokenise(["20.2 5"], Vocabulary("ru")))
    assert words_of(numbers["tokens"], numbers["forms"], [""], Vocabulary("ru")) is not None


def test_no_worker_loads_masked_arrays_to_write_words_down() -> None:
    written = "words_tables(tokenise(['Суд установил: 5 июня 2021 года.'], Vocabulary('ru')))"
    said = "from caselight.words import Vocabulary, tokenise; from caselight.wordtables import words_tables"
    code = f"import sys; {said}; {written}; print('numpy.ma' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
