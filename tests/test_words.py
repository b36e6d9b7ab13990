"""Words, lemmas and sentences. In sentence rows `|` stands where one sentence ends; it is not part of the text."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import numpy as np
import pymorphy3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caselight import words as package
from caselight.words import UNLISTED, Vocabulary, distinct, lemma_id, tokenise
from caselight.words.characters import fold, hash_words, plain, ranked
from caselight.words.lemmas import lemmatiser
from caselight.words.sentences import abbreviations
from words_alike import same

RUSSIAN = Vocabulary("ru")
ENGLISH = Vocabulary("en")


def spelled(text: str, vocabulary: Vocabulary = RUSSIAN) -> list[str]:
    """The words of the text as they stand in it."""
    words = tokenise([text], vocabulary)
    return [text[a:b] for a, b in zip(words.start.tolist(), words.end.tolist(), strict=True)][:-1]


WORDS = [
    ("Судья Иванов", ["Судья", "Иванов"], "words"),
    ("телеграм-канал", ["телеграм", "канал"], "a hyphen parts words"),
    ("телеграм\u2011канал", ["телеграм", "канал"], "a hyphen that does not break parts words"),
    ("ст. 20.2 КоАП", ["ст", "20.2", "КоАП"], "a full stop inside a number"),
    ("12.05.2022 в 15.30.", ["12.05.2022", "в", "15.30"], "dates and times"),
    ("5-123/2022", ["5", "123", "2022"], "numbers of cases"),
    ("суд.Дело", ["суд", "Дело"], "a full stop between words"),
    ("don't, court’s 'word'", ["don't", "court’s", "word"], "apostrophes inside words"),
    ("5'6", ["5", "6"], "an apostrophe between digits"),
    ("видео\u00adнаблюдение", ["видео\u00adнаблюдение"], "a soft hyphen"),
    ("видео-\nнаблюдение", ["видео-\nнаблюдение"], "a hyphen at the end of a line"),
    ("видео-\r\nнаблюдение", ["видео-\r\nнаблюдение"], "the same with a carriage return"),
    ("видео\u00ad\nнаблюдение", ["видео\u00ad\nнаблюдение"], "a soft hyphen at the end of a line"),
    ("ООО-\nИванов", ["ООО", "Иванов"], "a hyphen before a capital letter"),
    ("5-\nй", ["5", "й"], "a hyphen after a digit"),
    ("слово- \nеще", ["слово", "еще"], "a dash"),
    ("мо\u0438\u0306 е\u0308ж", ["мо\u0438\u0306", "е\u0308ж"], "decomposed letters"),
    ("за\u0301мок", ["за\u0301мок"], "a stress mark"),
    ("ноль\u200bширина", ["ноль\u200bширина"], "a zero-width space"),
    ("два\u00a0слова\u202fтри", ["два", "слова", "три"], "spaces that do not break"),
    ("𝐀𝐁 слово 😀 да", ["𝐀𝐁", "слово", "да"], "characters beyond 65,535"),
    ("漢字 слово", ["漢字", "слово"], "other scripts"),
    ("____ № § %", [], "no words at all"),
    ("", [], "nothing"),
    ("-\n", [], "a hyphen alone"),
    ("\u0301а", ["а"], "a mark without a letter"),
    ("a\x00b", ["a", "b"], "a zero character"),
    ("\ud800 слово", ["слово"], "half of a surrogate pair"),
]


@pytest.mark.parametrize(("text", "expected", "why"), WORDS, ids=[row[2] for row in WORDS])
def test_words_are_runs_of_letters_and_digits(text: str, expected: list[str], why: str) -> None:
    assert spelled(text) == expected, why


SAME = [
    ("Камеру", "камеру", "letter case"),
    ("учёт", "учет", "ё"),
    ("уче\u0308т", "учёт", "decomposed ё"),
    ("мо\u0438\u0306", "мой", "decomposed й"),
    ("видео\u00adнаблюдение", "видеонаблюдение", "a soft hyphen"),
    ("видео-\nнаблюдение", "видеонаблюдение", "a hyphen at the end of a line"),
    ("за\u0301мок", "замок", "a stress mark"),
    ("court’s", "court's", "apostrophes"),
]


@pytest.mark.parametrize(("one", "other", "why"), SAME, ids=[row[2] for row in SAME])
def test_forms_that_a_reader_does_not_tell_apart_have_one_hash(one: str, other: str, why: str) -> None:
    words = tokenise([one, other], RUSSIAN)
    assert words.form[0] == words.form[2], why
    assert words.form[0] == hash_words([fold(other)])[0]


LEMMAS = [
    ("камерами", "камера", None, "a noun"),
    ("стали", "стать", "сталь", "two lemmas"),
    ("суде", "суд", None, "a case form"),
    ("установленного", "установленный", "установить", "a participle, and its verb"),
    ("Распознавания", "распознавание", None, "a verbal noun"),
    ("камеpы", "камера", None, "a Latin p inside"),
    ("20.2", "20.2", None, "a number"),
    ("covid19", "covid19", None, "letters and digits"),
    ("photo", "photo", None, "a foreign word"),
    ("а" * 70, "а" * 70, None, "too long to be a word"),
]


@pytest.mark.parametrize(("form", "lemma", "other", "why"), LEMMAS, ids=[row[3] for row in LEMMAS])
def test_a_form_has_its_likely_lemma_and_the_second_one(form: str, lemma: str, other: str | None, why: str) -> None:
    words = tokenise([form], RUSSIAN)
    assert words.lemma[0] == hash_words([lemma])[0], why
    if other:
        assert words.other[0] == hash_words([other])[0]


def test_lemmas_taken_from_the_dictionarys_tables_are_those_of_its_parser() -> None:
    records = Path(package.__file__).parents[1] / "studies/demo"
    texts = [path.read_text("utf-8") for path in sorted(records.rglob("*.txt"))[:20]] or [WRAPPED]
    forms = sorted({fold(word) for text in texts for word in spelled(text) if word.isalpha() and len(word) > 1})
    parse = pymorphy3.MorphAnalyzer(result_type=None).parse
    for form in forms:
        shares: dict[str, float] = {}
        for _, _, lemma, share, _ in parse(form) if not form.isascii() else ():
            shares[lemma] = shares.get(lemma, 0) + share
        expected = sorted(shares, key=lambda lemma: -round(shares[lemma], 6)) or [form]
        assert lemma_of(form)[0] == expected[0]
        assert lemma_of(form)[1] in expected[:2]


def test_an_english_word_has_its_stem() -> None:
    words = tokenise(["affirmed affirms court’s court"], ENGLISH)
    assert words.lemma[0] == words.lemma[1]
    assert words.lemma[2] == words.lemma[3]


def test_a_language_without_a_dictionary_keeps_its_forms() -> None:
    words = tokenise(["Слова слова"], Vocabulary("xx"))
    assert words.lemma[0] == words.lemma[1] == words.form[0]


def test_a_word_of_a_phrase_means_itself_where_it_is_a_dictionary_form() -> None:
    stal, stat = (int(h) for h in hash_words(["сталь", "стать"]))
    assert lemma_id("стали", RUSSIAN) == {stal, stat}
    assert lemma_id("сталь", RUSSIAN) == {stal}
    with pytest.raises(ValueError, match="2 words"):
        lemma_id("телеграм-канал", RUSSIAN)


def test_lemma_ids_are_the_same_on_every_machine() -> None:
    # Kept in tables of studies: a change here makes every kept study unreadable and needs a new table version.
    assert [f"{h:016x}" for h in hash_words(["камера", "20.2", "court"])] == PINNED


PINNED = ["d210f266db91c1a9", "4ca0b15c06782b76", "19c308fc4aaf2770"]

SENTENCES = [
    ("Суд решил.| Иванов вышел.", "two sentences"),
    ("Верно ли это?| Да!| Нет…| Может быть.", "other stops"),
    ("По ч. 5 ст. 20.2 КоАП РФ.| Далее.", "abbreviations of articles"),
    ("12 мая 2022 г.| Судья Тверского районного суда", "a year before a word that begins sentences"),
    ("12 мая 2022 г. Иванов вышел", "a year before a name"),
    ("12 мая 2022 г.| В судебном заседании", "a year before a preposition"),
    ("в г. Москве на ул. Тверской, д. 5, кв. 7.| Установлен факт", "an address"),
    ("Судья Е.В. Кряжимская вышла", "initials before a name"),
    ("гражданина Иванова С.С.| Суд приходит", "initials at the end"),
    ("гражданина Иванова С. С. на месте", "initials with a space"),
    ("лицо К. А. Б. вышло", "initials alone"),
    ("л.д. 5-7, т. 1, см. Приложение", "sheets of a file"),
    ("штраф 500 руб.| Постановление вступило", "roubles at the end"),
    ("штраф 500 руб. в доход", "roubles inside"),
    ("и т.д. в суде, т.е. Иванов", "short words with stops"),
    ("статья 20.2.| Часть 5", "a number at the end"),
    ("1. Признать виновным.|\n2. Назначить штраф.", "numbers of a list"),
    ("Он сказал: «Нет войне».| «Да», - ответил он.", "quotation marks"),
    ("вышел (ушёл).| Потом", "brackets"),
    ("в отношении ...на Д.С. составлен", "a wiped name"),
    ("в отношении ... Иванова", "three dots alone"),
    ("дело суда.Согласно протоколу", "a missing space"),
    ("адрес: г.Москва, ул.Тверская", "missing spaces after abbreviations"),
    ("почта mail.ru Иванова", "a small letter after a stop"),
    ("ПОСТАНОВЛЕНИЕ|\nСудья решил", "a heading"),
    ("ПОСТАНОВЛЕНИЕ\nпо делу", "a line that goes on"),
    ("установил:|\nиванов", "a line that ends with a colon"),
    ("протоколом;|\nрапортом", "a line that ends with a semicolon"),
    ("подтверждается|\n- протоколом|\n– рапортом", "bullets"),
    ("первое|\n\nвторое", "an empty line"),
    ("первое|\r\n\r\nвторое", "an empty line with carriage returns"),
    ("первое\r\nвторое", "one line break with a carriage return"),
    ("протоколом; рапортом; показаниями: Иванова", "semicolons do not end sentences"),
    ("15.05.2022.| Иванов", "a date at the end"),
    ("№ 54-ФЗ.| Иванов", "a number of a law"),
    ("Суд (ст. 5.1) решил", "a number in brackets"),
]


@pytest.mark.parametrize(("marked", "why"), SENTENCES, ids=[row[1] for row in SENTENCES])
def test_sentences_end_where_a_reader_says(marked: str, why: str) -> None:
    if why == "a missing space":
        marked = marked.replace(".", ".|")
    text = marked.replace("|", "")
    words = tokenise([text], RUSSIAN)
    found = text
    for k in range(len(words) - 2, 0, -1):
        if words.sentence[k] != words.sentence[k - 1]:
            cut = words.sentence_span(0, k - 1)[1]
            found = found[:cut] + "|" + found[cut:]
    assert found == marked, why


ENGLISH_SENTENCES = [
    ("State v. Roe, No. 5 (10th Cir. 1995).| We affirm.", "citations"),
    ("The U.S. Supreme Court held so.| The state appeals.", "initials"),
    ("Mr. Roe and Dr. Smith left.| He didn't.", "titles"),
]


@pytest.mark.parametrize(("marked", "why"), ENGLISH_SENTENCES, ids=[row[1] for row in ENGLISH_SENTENCES])
def test_english_sentences_end_where_a_reader_says(marked: str, why: str) -> None:
    text = marked.replace("|", "")
    words = tokenise([text], ENGLISH)
    cuts = [words.sentence_span(0, k)[1] for k in range(len(words) - 2) if words.sentence[k] != words.sentence[k + 1]]
    assert cuts == [i - n for n, i in enumerate(i for i, c in enumerate(marked) if c == "|")], why


WRAPPED = """Судья Тверского районного суда города Москвы, рассмотрев в открытом
судебном заседании материалы дела об административном правонарушении,
предусмотренном частью пятой статьи о порядке, в отношении
Иванова, жителя города
Москвы, установил следующее.
Вина подтверждается протоколом и рапортом, исследованными в судебном
заседании. Суд приходит к выводу, что вина доказана полностью и
наказание должно быть назначено.
Копия вручена
"""


def test_a_line_break_of_hard_wrapped_text_does_not_end_a_sentence() -> None:
    words = tokenise([WRAPPED], RUSSIAN)
    spans = dict.fromkeys(words.sentence_span(0, k) for k in range(len(words) - 1))
    starts = [" ".join(WRAPPED[a:b].split()[:2]) for a, b in spans]
    assert starts == ["Судья Тверского", "Москвы, установил", "Вина подтверждается", "Суд приходит", "Копия вручена"]


def test_clauses_are_parted_at_semicolons_and_colons() -> None:
    text = "Вина подтверждается: протоколом; рапортом в 15:30; показаниями. Суд решил"
    words = tokenise([text], RUSSIAN)
    spans = dict.fromkeys(words.clause_span(0, k) for k in range(len(words) - 1))
    parts = ["Вина подтверждается:", "протоколом;", "рапортом в 15:30;", "показаниями.", "Суд решил"]
    assert [text[a:b] for a, b in spans] == parts


def test_the_span_of_a_sentence_holds_its_quotation_marks() -> None:
    text = "Он вышел. «Нет войне!» - кричал он (громко). «Да»."
    words = tokenise([text], RUSSIAN)
    spans = dict.fromkeys(words.sentence_span(0, k) for k in range(len(words) - 1))
    assert [text[a:b] for a, b in spans] == ["Он вышел.", "«Нет войне!» - кричал он (громко).", "«Да»."]


# Laws for all texts.
PIECES = st.sampled_from(
    ["камера", "Камеры", "мо\u0438\u0306", "учёт", "20.2", "ч. 5", "Е.В.", "г.", "Суд", "видео-\nнаблюдение", "\u00ad",
     "\n", "\n\n", ". ", "; ", " ", " ", "«", "»", "камеpа", "𝐀", "😀", "\u0301", "don’t", "-", "...", "\r\n",
     "x1", "\u200b", "漢"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=30)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("\uf900 \u212b")  # kept for compatibility: composing makes other letters of them
@example("\u0958\u093c\u0958")  # composing parts it into a letter and a mark
def test_every_word_in_the_text_normalises_to_what_was_hashed(text: str) -> None:
    words = tokenise([text], RUSSIAN)
    for k in range(len(words) - 1):
        quoted = text[words.start[k] : words.end[k]]
        joined = quoted
        for hyphen in "-\u00ad\u2010\u2011":
            joined = joined.replace(hyphen + "\r\n", "").replace(hyphen + "\n", "")
        assert hash_words([fold(joined)])[0] == words.form[k], quoted
        assert plain(fold(joined)) == words.forms.text[words.row[k]] or words.row[k] == UNLISTED
    assert words.lemma[-1] == 0
    assert np.all(words.start[1:-1] >= words.end[:-2])


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_words_do_not_depend_on_the_batch(texts: list[str]) -> None:
    together = tokenise(texts, RUSSIAN)
    assert len(together.first) == len(texts) + 1
    for i, text in enumerate(texts):
        assert same(together.text(i), tokenise([text], RUSSIAN))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_words_do_not_depend_on_what_the_vocabulary_knew(texts: list[str]) -> None:
    cold = Vocabulary("ru")
    cold._lemmatise = lemma_of
    first = tokenise(texts, cold)
    assert same(first, tokenise(texts, cold))
    assert same(first, tokenise(texts, RUSSIAN))


lemma_of = lemmatiser("ru")


def test_large_batches_are_cut_into_runs_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Судья решил. Камеры сняли; вот.", "", "По ст. 20.2 КоАП", "видео-\nнаблюдение"] * 5
    whole = tokenise(texts, RUSSIAN)
    monkeypatch.setattr(package, "_RUN_CHARS", 40)
    assert same(tokenise(texts, RUSSIAN), whole)


@given(st.lists(st.integers(0, 9) | st.integers(0, 2**64 - 1)))
def test_hashes_are_ranked_as_numpy_does(hashes: list[int]) -> None:
    given_ = np.array(hashes, np.uint64)
    once, number = ranked(given_)
    expected, inverse = np.unique(given_, return_inverse=True)
    assert once.tolist() == expected.tolist()
    assert number.tolist() == inverse.tolist()


@pytest.mark.parametrize("language", ["ru", "en", "no language"])
def test_abbreviations_are_told_from_all_other_words(language: str) -> None:
    known = abbreviations(language)
    path = Path(package.__file__).parent / f"{language}.csv"
    listed = list(csv.DictReader(path.read_text("utf-8").splitlines())) if path.is_file() else []
    others = hash_words([f"слово{i}" for i in range(20_000)])
    for kind in ("abbreviation", "may_end", "starter"):
        members = [row["word"] for row in listed if row["kind"] == kind]
        assert getattr(known, kind)(hash_words(members)).all()
        assert not getattr(known, kind)(others).any()
        assert not getattr(known, kind)(np.array([0, 2**64 - 1], np.uint64)).any()


def test_no_texts_make_no_words() -> None:
    words = tokenise([], RUSSIAN)
    assert len(words) == 0
    assert words.first.tolist() == [0]


def test_compact_words_have_the_same_forms_in_a_small_table() -> None:
    words = tokenise(["Камеры камеры 20.2 20.2 5 камеpа"], RUSSIAN)
    row, form, listed = words.compact()
    assert form[row].tolist() == words.form.tolist()
    assert (listed, len(form)) == (4, 6)  # border, none, two words; two numbers
    assert set(form[2:listed].tolist()) == set(hash_words(["камеpа", "камеры"]).tolist())


@pytest.mark.shared
def test_constructed_records_are_cut_without_loss(shared: Path) -> None:
    for path in sorted((shared / "data/constructed").glob("*.txt")):
        text = path.read_bytes().decode()
        words = tokenise([text], RUSSIAN)
        letters = sum(c.isalnum() for c in unicodedata.normalize("NFC", text))
        inside = [text[a:b] for a, b in zip(words.start.tolist(), words.end.tolist(), strict=True)]
        assert sum(c.isalnum() for c in unicodedata.normalize("NFC", "".join(inside))) == letters


@given(st.lists(st.integers(0, 9)))
def test_distinct_numbers_are_sorted_and_each_once(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))
