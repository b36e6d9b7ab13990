"""What may be one of some words is told by first bytes, and no word that is one of them is ever passed over."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from caselight.coding.beginnings import BEGINNING_BYTES, Beginnings
from caselight.words import Vocabulary, forms_of
from caselight.words.texts import Texts

WORDS = st.lists(st.text(st.sampled_from("абвгz😀\ud800"), min_size=1, max_size=9), max_size=8, unique=True)


@given(WORDS, WORDS, WORDS)
def test_no_word_and_no_word_with_a_stem_is_passed_over(met: list[str], words: list[str], stems: list[str]) -> None:
    met = [*met, *words, *(stem + "а" for stem in stems)]
    texts = Texts("\n".join(met).encode("utf-8", "surrogatepass")) if met else Texts()
    may = Beginnings(words, stems).may_be_of(texts.beginnings(np.arange(len(met)), BEGINNING_BYTES))
    assert [
        word for word, m in zip(met, may, strict=True) if not m and (word in words or word.startswith(tuple(stems)))
    ] == []


def test_most_other_words_are_passed_over() -> None:
    texts = Texts(
        "\n".join(["камера", "камерой", "ка", "камень", "суд", "судья", "распознавание", "распознан"]).encode()
    )
    may = Beginnings(["суд"], ["камер", "распознавани"]).may_be_of(texts.beginnings(np.arange(8), BEGINNING_BYTES))
    # Five letters are looked at: what "распознан" shares with the stem is for the closer look.
    assert may.tolist() == [True, True, False, False, True, False, True, True]


def test_a_stem_of_no_letters_is_the_beginning_of_every_word() -> None:
    assert Beginnings([], [""]).may_be_of(Texts("а\nбв".encode()).beginnings(np.arange(2), BEGINNING_BYTES)).all()


def test_forms_that_stand_alone_begin_as_those_in_a_vocabulary_do() -> None:
    vocabulary = Vocabulary("ru")
    forms, _ = forms_of(["камера суд распознавание"], vocabulary)  # their texts are a list
    rows = vocabulary.look_up(forms.form)
    kept = vocabulary.forms.beginnings(rows, BEGINNING_BYTES)
    assert np.array_equal(forms.beginnings(np.arange(3), BEGINNING_BYTES), kept)


@given(WORDS)
def test_texts_come_one_after_another_as_they_come_by_number(texts: list[str]) -> None:
    packed = Texts("\n".join(texts).encode("utf-8", "surrogatepass")) if texts else Texts()
    assert list(packed) == [packed[i] for i in range(len(packed))] == texts
