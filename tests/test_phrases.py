"""What phrases find and do not find. Marks [ ] in a text show what is found; a text without marks holds no hit."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.codebook.phrase_language import Step, Variant, parse_phrase
from caselight.coding.phrases import compile_phrases, find
from caselight.errors import DefinitionError
from caselight.variables import Phrase
from caselight.words import Vocabulary, Words, forms_of, lemma_id, tokenise
from caselight.wordtables import words_of, words_tables

RUSSIAN = Vocabulary("ru")
ENGLISH = Vocabulary("en")


def phrase(text: str) -> Phrase:
    return Phrase(text, text, "codebook.yaml", 7)


def marked(text: str, written: str, vocabulary: Vocabulary) -> str:
    """The text with every hit of the phrase in square brackets."""
    words = tokenise([text], vocabulary)
    hits = find(words, compile_phrases([phrase(written)], vocabulary))
    for first, last in sorted(zip(hits.first.tolist(), hits.last.tolist(), strict=True), reverse=True):
        start, end = int(words.start[first]), int(words.end[last - 1])
        text = text[:start] + "[" + text[start:end] + "]" + text[end:]
    return text


FOUND = [
    # inflection
    ("камера видеонаблюдения", "Записи с [камер видеонаблюдения] изъяты.", "any inflection"),
    ("камера видеонаблюдения", "[Камерами Видеонаблюдения] зафиксировано.", "capital letters"),
    ("камеры видеонаблюдения", "Изъята с [камеры видеонаблюдения] запись.", "the phrase itself may be inflected"),
    ("камера видеонаблюдения", "Камера городского видеонаблюдения.", "words in between"),
    ("видеонаблюдение камера", "Камера видеонаблюдения.", "other order"),
    ("установить", "Судом [установлено], что [установленный] срок.", "participles belong to their verb"),
    ("установить", "Установление личности.", "a noun is another word"),
    ("стали", "Они [стали] писать о [стали].", "a form of two words means both"),
    ("сталь", "Он купил [сталь]. Ему стать бы судьёй.", "a dictionary form means itself"),
    ("учёт", "[Учет] ведётся по [учёту].", "ё and е"),
    # exact forms and prefixes
    ('"камер" видеонаблюдения', "С [камер видеонаблюдения], но камерами видеонаблюдения.", "exact form"),
    ('"по" лицу', "Узнан [по лицу].", "an exact word beside an inflected one"),
    ('"с места события"', "Доставлен [с места события].", "several exact words"),
    ("видео* изъять", "[Видеозапись изъята], [видеофайлы изъяты], запись изъята.", "prefix"),
    ("биометр*", "Данные [биометрии] и [биометрических] систем.", "prefix alone"),
    # gaps
    ("запись ... камера", "[Запись с городских камер] и [запись камеры].", "up to three words between"),
    ("запись ... камера", "Запись, изъятая вчера вечером с камеры.", "four words are too many"),
    ("запись ...5 камера", "[Запись, изъятая вчера вечером с камеры].", "five words allowed"),
    ("запись ... камера", "[Запись с камеры] и с камеры.", "the nearest word counts"),
    ("запись … камера", "[Запись с камеры].", "the sign of three dots"),
    ("запись ...0 камера", "[Запись камеры], запись с камеры.", "no words allowed"),
    ("а ... б ... в", "Тут [а х б х х х в].", "two gaps"),
    # alternatives and optional words
    ("(камера|регистратор) зафиксировать", "[Камера зафиксировала], [регистратором зафиксировано].", "alternatives"),
    ("(камера|система видеонаблюдения) снять", "[Система видеонаблюдения сняла], [камера сняла].", "longer ones"),
    ("камера [городской] наблюдения", "[Камера наблюдения] и [камеры городского наблюдения].", "optional word"),
    ("камера [городской|скрытый] наблюдения", "[Камера скрытого наблюдения].", "optional alternatives"),
    ("[городской] камера", "[Городская камера], [камера].", "the longest reading is the hit"),
    ("(запись [с] (камера|турникет)|видео)", "[Запись с турникета], [запись камеры], [видео].", "nested"),
    ("форма [№] 1-п", "По [форме № 1-П] и [форме 1П]... нет.".replace("[форме 1П]", "форме 1П"), "signs are not seen"),
    # any order
    ("{суд запись}", "[Суд изучил запись]. [Запись изучена судом].", "any order"),
    ("{суд запись}3", "[Суд изучил запись]. Суд внимательно изучил запись.", "within three words"),
    ("{суд запись камера}", "[Запись с камеры оценена судом].", "three words in any order"),
    ("{суд (запись видео|ролик)}", "[Ролик оценён судом], [суд видит запись видео].", "groups in any order"),
    ("суд & запись камера", "[Записи камеры, оценённые судом].", "& keeps each side together"),
    # borders
    ("суд установил", "Решение вынес суд. Установил он мало.", "never across the end of a sentence"),
    ("суд установил", "Решил суд\n\nУстановил мало.", "never across a paragraph"),
    ("суд отклонить", "[Суд, отклонив] довод.", "a comma is not seen"),
    # how words are written
    ("телеграм-канал", "В [телеграм-канале] и в [телеграм канале].", "a hyphen separates words"),
    ("телеграм канал", "В [телеграм\u2011канале].", "a hyphen that does not break"),
    ("видеонаблюдение", "Система [видео-\nнаблюдения] работала.", "a hyphen at the end of a line"),
    ("видеонаблюдение", "Система [видео\u00adнаблюдения].", "a soft hyphen"),
    ("камера", "[Камepы] сняли.", "Latin letters that look Cyrillic"),
    ("мой дом", "Это [мо\u0438\u0306 дом].", "a letter and its mark as two characters"),
    ("статья 20.2", "По [статье 20.2] КоАП, не статье 20.2.2 КоАП.", "a number with full stops is one word"),
    ("20.2", "ч. 5 ст. [20.2] КоАП", "a number alone"),
]


@pytest.mark.parametrize(("written", "expected", "why"), FOUND, ids=[f"{row[2]}: {row[0]}" for row in FOUND])
def test_a_phrase_finds_what_is_marked_and_nothing_else(written: str, expected: str, why: str) -> None:
    text = expected.replace("[", "").replace("]", "")
    assert marked(text, written, RUSSIAN) == expected, why


ENGLISH_FOUND = [
    ("affirm ... conviction", "We [affirm the convictions]. We [affirmed his conviction].", "stems"),
    ("(reverse|remand)", "[Reversed] and [remanded].", "alternatives"),
    ("didn't object", "He [didn’t object].", "either apostrophe"),
]


@pytest.mark.parametrize(("written", "expected", "why"), ENGLISH_FOUND, ids=[row[2] for row in ENGLISH_FOUND])
def test_an_english_phrase_finds_inflections(written: str, expected: str, why: str) -> None:
    assert marked(expected.replace("[", "").replace("]", ""), written, ENGLISH) == expected, why


FAULTS = [
    ("(камера|регистратор", "')' is expected", "a bracket that is not closed"),
    ("камера)", "closes nothing", "a bracket that was not opened"),
    ("[камера", "']' is expected", "an optional word that is not closed"),
    ("{суд запись", "'}' is expected", "a window that is not closed"),
    ("(камера)}", "closes nothing", "a window that was not opened"),
    ("(камера|)", "a word is missing", "an empty alternative"),
    ("()", "a word is missing", "an empty group"),
    ('"камер', "is not closed", "a quotation mark"),
    ("... камера", "stands between two words", "a gap at the beginning"),
    ("камера ...", "stands between two words", "a gap at the end"),
    ("[камера]", "at least one word that must be there", "nothing that must be there"),
    ("запись ...99 камера", "99 words are too many", "a gap too long"),
    ("{суд запись}1", "at least 2", "a window too short"),
    ("{суд}", "at least two words", "a window of one word"),
    ("{а б в г д}", "at most 4", "too many words in any order"),
    ("{суд ... запись}", "no place among words in any order", "a gap in a window"),
    ("*видео", "at the end of a word", "a star at the beginning"),
    ("ви*део", "at the end of a word", "a star inside"),
    ("20.2*", "after letters only", "a star after digits"),
    ("!камера", "`unless`", "an exclusion"),
    ("суд &", "beside `&`", "half of an &"),
    ("№", "holds no word", "signs alone"),
    ("  ", "holds no word", "nothing"),
    ("(а|б в) " * 10, "more than 400 ways", "too many ways to read it"),
]


@pytest.mark.parametrize(("written", "told", "why"), FAULTS, ids=[row[2] for row in FAULTS])
def test_a_phrase_that_cannot_be_read_is_an_error_with_place_and_right_example(
    written: str, told: str, why: str
) -> None:
    with pytest.raises(DefinitionError) as error:
        compile_phrases([phrase(written)], RUSSIAN)
    message = str(error.value)
    assert message.startswith("codebook.yaml:7: phrase "), why
    assert told in message
    assert "Right: " in message


def test_every_right_example_in_an_error_is_a_phrase() -> None:
    source = (Path(__file__).parents[1] / "src/caselight/codebook/phrase_language.py").read_text("utf-8")
    examples = set(
        re.findall(r'"(\(камера\|регистратор\)[^"]*|\[городской\] камера|\{суд[^"]*|запись \.\.\.5 камера)"', source)
    )
    assert len(examples) >= 4
    for example in examples:
        compile_phrases([phrase(example)], RUSSIAN)


def test_hits_of_many_texts_say_which_text_and_are_sorted() -> None:
    texts = ["суд камера", "", "камера. Камера суд", "суд"]
    words = tokenise(texts, RUSSIAN)
    hits = find(words, compile_phrases([phrase("камера"), phrase("суд"), phrase("камера ... суд")], RUSSIAN))
    rows = list(zip(*(column.tolist() for column in (hits.text, hits.phrase, hits.first, hits.last)), strict=True))
    assert rows == [(0, 1, 0, 1), (0, 0, 1, 2), (2, 0, 4, 5), (2, 0, 5, 6), (2, 2, 5, 7), (2, 1, 6, 7), (3, 1, 8, 9)]
    only = find(words, compile_phrases([phrase("камера"), phrase("суд")], RUSSIAN), wanted=[1])
    assert only.phrase.tolist() == [1, 1, 1]


def test_forms_learned_later_are_found_by_phrases_compiled_before() -> None:
    vocabulary = Vocabulary("ru")
    compiled = compile_phrases([phrase("камера"), phrase("видео*")], vocabulary)
    for text, count in [("камера", 1), ("камерами камер видеорядом", 3), ("видеорядами", 1)]:
        assert len(find(tokenise([text], vocabulary), compiled).first) == count


def test_words_that_come_back_to_another_vocabulary_give_the_same_hits() -> None:
    texts = ["Запись с камер видеонаблюдения по статье 20.2 КоАП", "Видеозапись, камеpы"]
    compiled = compile_phrases([phrase("камера"), phrase("статья 20.2"), phrase("видео*")], RUSSIAN)
    words = tokenise(texts, RUSSIAN)
    tables = words_tables(words)
    other = Vocabulary("ru")
    tokenise(texts[::-1], other)
    kept = words_of(tables["tokens"], tables["forms"], texts, other)
    assert kept is not None
    for field in ("phrase", "text", "first", "last"):
        assert getattr(find(kept, compiled), field).tolist() == getattr(find(words, compiled), field).tolist()


def test_a_text_of_one_word_repeated_does_not_explode() -> None:
    text = "суд запись " * 3_000
    hits = find(tokenise([text], RUSSIAN), compile_phrases([phrase("{суд запись суд запись}30")], RUSSIAN))
    assert len(hits.first) > 1_000


# The slow reference: tries every variant at every token, by recursion.
@cache
def lemmas_of(word: str) -> frozenset[int]:
    return frozenset(lemma_id(word, RUSSIAN))


def fits(words: Words, token: int, step: Step) -> bool:
    lemmas = {int(words.lemma[token]), int(words.other[token])}
    text = words.texts[words.text_of(token)][words.start[token] : words.end[token]].lower()
    return any(
        (atom.how == "any" and lemmas_of(atom.text) & lemmas)
        or (atom.how == "exact" and atom.text == text)
        or (atom.how == "prefix" and text.startswith(atom.text))
        for atom in step
    )


def slow(words: Words, variants: tuple[Variant, ...]) -> set[tuple[int, int]]:
    def extend(variant: Variant, tokens: list[int], found: set[tuple[int, int]]) -> None:
        k = len(tokens)
        if k == len(variant.steps):
            if all(tokens[j] - tokens[i] < n for i, j, n in variant.windows):
                found.add((tokens[0], tokens[-1] + 1))
            return
        for token in range(tokens[-1] + 1, min(tokens[-1] + 2 + variant.gaps[k], len(words))):
            if not words.lemma[token] or words.sentence[token] != words.sentence[tokens[0]]:
                return
            if fits(words, token, variant.steps[k]):
                extend(variant, [*tokens, token], found)

    hits: set[tuple[int, int]] = set()
    for variant in variants:
        found: set[tuple[int, int]] = set()
        for token in range(len(words)):
            if fits(words, token, variant.steps[0]):
                extend(variant, [token], found)
        hits |= {x for x in found if not any(inside(y, x) for y in found)}
    return {x for x in hits if not any(inside(x, y) for y in hits)}


def inside(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a != b and b[0] <= a[0] and a[1] <= b[1]


LETTERS = ["суд", "суда", "камера", "камер", "запись", "видеозапись", "20.2"]
TEXT = st.lists(st.sampled_from([*LETTERS, "и", "\n\n", ". Суд"]), max_size=25).map(" ".join)


def atoms() -> st.SearchStrategy[str]:
    return st.sampled_from(["суд", "камера", "запись", '"суда"', '"камер"', "видео*", "20.2", "и"])


PHRASES = st.recursive(
    atoms(),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(" ... ".join),
        st.tuples(inner, inner).map(" ...1 ".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}] {pair[1]}"),
        st.tuples(inner, inner, st.integers(2, 6)).map(lambda t: f"{{({t[0]}) ({t[1]})}}{t[2]}"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} & {pair[1]})"),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("at_once", [1, 20_000], ids=["candidates always merged", "never"])
@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=3), written=st.lists(PHRASES, min_size=1, max_size=4))
def test_the_fast_matcher_finds_what_the_slow_one_finds(at_once: int, texts: list[str], written: list[str]) -> None:
    with mock.patch("caselight.coding.phrases._AT_ONCE", at_once):
        check_against_the_slow_one(texts, written)


def check_against_the_slow_one(texts: list[str], written: list[str]) -> None:
    words = tokenise(texts, RUSSIAN)
    phrases = [phrase(w) for w in written]
    hits = find(words, compile_phrases(phrases, RUSSIAN))
    fast = set(zip(hits.phrase.tolist(), hits.first.tolist(), hits.last.tolist(), strict=True))

    def split(text: str) -> list[str]:
        return forms_of([text], RUSSIAN)[0].text

    expected = {(i, first, last) for i, p in enumerate(phrases) for first, last in slow(words, parse_phrase(p, split))}
    assert fast == expected
