"""Words come back from their tables as they were cut, and a worker cannot teach the vocabulary a wrong lemma."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight.words import Vocabulary, tokenise
from caselight.wordtables import learn_again, learned_table, words_of, words_tables

ARRAYS = ("form", "lemma", "other", "start", "end", "first", "sentence", "clause")
TEXTS = st.lists(st.text(st.sampled_from("аеёйкстА \n.;:-1aZ\u00ad\u0306😀«»"), max_size=40), max_size=5)


@given(TEXTS)
def test_words_come_back_as_they_were_cut(texts: list[str]) -> None:
    same, other = Vocabulary("ru"), Vocabulary("ru")
    words = tokenise(texts, same)
    tables = words_tables(words)
    for vocabulary in (same, other):
        back = words_of(tables["tokens"], tables["forms"], texts, vocabulary)
        for name in ARRAYS:
            assert np.array_equal(getattr(words, name), getattr(back, name)), name


def test_a_word_longer_than_two_bytes_can_count_comes_back_whole() -> None:
    texts = ["ы" * 70_000]
    tables = words_tables(tokenise(texts, Vocabulary("ru")))
    assert int(words_of(tables["tokens"], tables["forms"], texts, Vocabulary("ru")).end[0]) == 70_000


def test_what_a_worker_has_learned_is_looked_up_again_and_not_believed() -> None:
    worker, main = Vocabulary("ru"), Vocabulary("ru")
    tokenise(["камерами наблюдения"], worker)
    learned = learned_table(worker)
    assert learned.column_names == ["text"], "no lemma crosses the pipe"
    learn_again(main, learned)
    learn_again(main, learned)
    assert len(main) == len(worker)
    known = tokenise(["камерами наблюдения"], main)
    assert np.array_equal(known.lemma, tokenise(["камерами наблюдения"], worker).lemma)


@pytest.mark.parametrize("texts", [[], [""], ["камера", "камера", ""]])
def test_odd_lists_of_learned_forms_do_no_harm(texts: list[str]) -> None:
    main = Vocabulary("ru")
    learn_again(main, pa.table({"text": pa.array(texts, pa.string())}))
    assert len(main) == 2 + len({text for text in texts if text})
