"""Search: what a query means, where it is found, and that the index mends itself."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest

from caselight.errors import StudyError, UsageError
from caselight.search import SearchRow, known, search, update
from caselight.search.fold import fold
from caselight.search.pattern import PatternSearch

# Constructed sentences: no real person, court decision or case.
TEXTS = {
    "камера": "Личность установлена с помощью камер видеонаблюдения, установленных в метро.",
    "камеры-далеко": "Камеры стояли у входа. Иного видеонаблюдения на площади не было.",
    "лица": "Система распознавания лиц сообщила о совпадении. Распознавание лица подтверждено экспертом.",
    "ничего": "Задержан на месте сотрудниками полиции. Назначен штраф по ч. 5 ст. 20.2 КоАП РФ.",
    "ёлка": "Проведена съёмка у ёлки.",
    "перенос": "Применялось видео-\nнаблюдение и рас\u00adпозна\u00adвание по базе.",
    "латиница": "Изъята кaмeрa с балкона.",  # а, е and а of "камера" are Latin
    "разложено": unicodedata.normalize("NFD", "Случайный свидетель увидел \U0001f4f7 и какой-то новый фонарь."),
    "english": "The cameras were installed; the officer identified him.",
}
FIELDS = {
    "камера": {
        "court": "Тверской районный суд",
        "judge": "Стрелкова А. Б.",
        "number": "05-0123/2022",
        "date": "2022-03-06",
    },
    "лица": {"court": "Мещанский районный суд", "outcome": "fine", "date": "2021-12-31", "statute": "КоАП 20.2 ч.5"},
    "ничего": {
        "court": "Тверской районный суд",
        "outcome": "arrest",
        "date": "2023-01-01",
        "statute": "КоАП 20.2.2 ч.1",
    },
}
IDS = {name: f"c{number:016x}" for number, name in enumerate(TEXTS, start=0xFFFF_FFFF_FFFF_FF00)}
NAMES = {case: name for name, case in IDS.items()}


def row(name: str, **changed: str) -> SearchRow:
    content = {"text": TEXTS[name], "digest": "0" * 16, **FIELDS.get(name, {}), **changed}
    return SearchRow(case=IDS[name], name=f"{name}.txt", **content)


def text_of(case: str) -> str:
    return TEXTS[NAMES[case]]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "index" / "search"
    update(folder, "ru", (), map(row, TEXTS))
    return folder


ALL = set(TEXTS)
QUERIES = [
    # query, cases meant, reason
    (
        "камера",
        {"камера", "камеры-далеко", "латиница"},
        "any inflection; Latin look-alike letters are read as Cyrillic",
    ),
    ("камерами видеонаблюдение", {"камера", "камеры-далеко"}, "words side by side all have to be there, anywhere"),
    ('"камер видеонаблюдения"', {"камера"}, "an exact phrase stands as written"),
    ('"камера видеонаблюдения"', set(), "an exact phrase is not inflected"),
    ('"КАМЕР  видеонаблюдения"', {"камера"}, "case and spaces do not matter in an exact phrase"),
    ("«камер видеонаблюдения»", {"камера"}, "Russian quotation marks are quotation marks"),
    ('"амер видеонаблюдения"', set(), "an exact phrase begins at the beginning of a word"),
    ("распознавание AND лицо", {"лица"}, "AND"),
    ("распознавание", {"лица", "перенос"}, "soft hyphens do not hide a word"),
    ("видеонаблюдение", {"камера", "камеры-далеко", "перенос"}, "a hyphen at the end of a line does not hide a word"),
    ('"какой-то новый"', {"разложено"}, "decomposed letters are the same letters"),
    ("елка OR лицо", {"ёлка", "лица"}, "OR; ё is е"),
    ("ёлка", {"ёлка"}, "ё is е, also in the query"),
    ("камера NOT видеонаблюдение", {"латиница"}, "NOT"),
    ("NOT камера", ALL - {"камера", "камеры-далеко", "латиница"}, "NOT alone: all others"),
    ('NOT "камер видеонаблюдения"', ALL - {"камера"}, "NOT of an exact phrase keeps what only has the words"),
    ("(штраф OR арест) AND полиция", {"ничего"}, "brackets"),
    ("штраф OR камера AND метро", {"ничего", "камера"}, "AND binds closer than OR"),
    ("20.2", {"ничего"}, "numbers with points"),
    ("court:тверской", {"камера", "ничего"}, "a field, in any inflection"),
    ("court:Тверского", {"камера", "ничего"}, "a field, in any inflection"),
    ('court:"тверской районный" камера', {"камера"}, "a field and a word"),
    ("judge:Стрелковой", {"камера"}, "a judge in another grammatical case"),
    ("number:05-0123/2022", {"камера"}, "a case number"),
    ("number:123/2022", set(), "part of a number is another number"),
    ("outcome:arrest", {"ничего"}, "an outcome"),
    ("statute:20.2.2", {"ничего"}, "an article"),
    ("date:2022", {"камера"}, "a year"),
    ("date:2021..2022", {"камера", "лица"}, "years, both included"),
    ("date:2022-03", {"камера"}, "a month"),
    ("date:2021-12-31", {"лица"}, "a day"),
    ("date:..2021", {"лица"}, "open to the past; a case without a date is in no range"),
    ("date:2022..", {"камера", "ничего"}, "open to the future"),
    ("NOT date:2022", ALL - {"камера"}, "a case without a date is not in 2022"),
    (r"/распозна\w+ лиц\b/", {"лица"}, "a pattern, with word borders that know Cyrillic"),
    (r"/\bвидео\w+ние\b/", {"перенос"}, "a pattern sees the folded text"),
    (r"/КАМЕР/", {"камера", "камеры-далеко", "латиница"}, "a pattern ignores case"),
    (r"/(?-i:Камер)/", {"камеры-далеко"}, "a pattern may ask for case"),
    (r"/съёмк/", {"ёлка"}, "ё is е in a pattern"),
    (r"/ст\. 20\.2/ AND outcome:arrest", {"ничего"}, "a pattern with a field"),
    (r"/камер/ NOT /видео/", {"латиница"}, "NOT of a pattern"),
    (r"/a\/b/", set(), "a slash inside a pattern"),
    ("😀 камера", None, "a word without letters is told, not ignored"),
]


@pytest.mark.parametrize(("query", "expected", "reason"), QUERIES, ids=[f"{q} ({r})" for q, _, r in QUERIES])
def test_a_query_means_these_cases(index: Path, query: str, expected: set[str] | None, reason: str) -> None:
    if expected is None:
        with pytest.raises(UsageError):
            search(index, query, text_of)
        return
    found = search(index, query, text_of)
    hits = list(found.hits)
    assert {NAMES[hit.case] for hit in hits} == expected, reason
    assert found.total == len(hits) == len(expected)
    for hit in hits:
        assert hit.name == f"{NAMES[hit.case]}.txt"


MARKED = [
    ("камера", "камера", "Личность установлена с помощью [камер] видеонаблюдения, установленных в метро."),
    (
        '"камер видеонаблюдения"',
        "камера",
        "Личность установлена с помощью [камер видеонаблюдения], установленных в метро.",
    ),
    ("лицо", "лица", "Система распознавания [лиц] сообщила о совпадении. Распознавание [лица] подтверждено экспертом."),
    ("видеонаблюдение", "перенос", "Применялось [видео-\nнаблюдение] и рас\u00adпозна\u00adвание по базе."),
    ("распознавание", "перенос", "Применялось видео-\nнаблюдение и [рас\u00adпозна\u00adвание] по базе."),
    (r"/камер\w/ с", "латиница", "Изъята [кaмeрa] [с] балкона."),
    ("20.2", "ничего", "Задержан на месте сотрудниками полиции. Назначен штраф по ч. 5 ст. [20.2] КоАП РФ."),
    ("съемка NOT метро", "ёлка", "Проведена [съёмка] у ёлки."),
    (
        'распознавание "распознавания лиц" лицо',
        "лица",
        "Система [распознавания лиц] сообщила о совпадении. [Распознавание] [лица] подтверждено экспертом.",
    ),
    (
        "court:мещанский",
        "лица",
        "Система распознавания лиц сообщила о совпадении. Распознавание лица подтверждено экспертом.",
    ),
    ("cameras", "english", "The [cameras] were installed; the officer identified him."),
]


@pytest.mark.parametrize(("query", "name", "marked"), MARKED)
def test_what_was_found_is_marked_in_the_text(index: Path, query: str, name: str, marked: str) -> None:
    (hit,) = [hit for hit in search(index, query, text_of).hits if NAMES[hit.case] == name]
    text = TEXTS[name]
    marks = sorted(mark for snippet in hit.snippets for mark in snippet.marks)
    shown, done = "", 0
    for start, end in marks:
        shown += f"{text[done:start]}[{text[start:end]}]"
        done = end
    assert shown + text[done:] == marked
    for snippet in hit.snippets:
        assert text[snippet.start : snippet.end] == snippet.quote


def test_a_quotation_is_verbatim_in_decomposed_and_astral_text(index: Path) -> None:
    (hit,) = search(index, "случайный", text_of).hits
    (snippet,) = hit.snippets
    start, end = snippet.marks[0]
    assert unicodedata.normalize("NFC", TEXTS["разложено"][start:end]) == "Случайный"
    (hit,) = search(index, "новый", text_of).hits
    start, end = hit.snippets[0].marks[0]
    assert unicodedata.normalize("NFC", TEXTS["разложено"][start:end]) == "новый"


WRONG = [
    # query, what the message must say
    ("", "empty"),
    ("   ", "empty"),
    ('"камера', "closing quotation mark"),
    ("/камера", "closing slash"),
    ("(камера", "closing bracket"),
    ("камера)", "opening one"),
    ("камера AND", "at its end"),
    ("OR камера", "before 'OR'"),
    ("NOT", "at its end"),
    ("cort:тверской", "there is no field 'cort'"),
    ("date:весна", "not a date"),
    ("date:2022-13", "not a date"),
    ("date:2022-02-30", "not a date"),
    ("date:2023..2022", "ends before it begins"),
    ("/[а-/", "not a regular expression"),
    ("видео*", r"/видео\w*/"),
    ("— камера", "holds no word"),
]


@pytest.mark.parametrize(("query", "says"), WRONG)
def test_a_query_that_cannot_be_read_is_told_with_an_example(index: Path, query: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"Example: caselight search") as caught:
        search(index, query, text_of)
    assert says in str(caught.value)


def test_a_pattern_that_never_ends_is_stopped_and_told() -> None:
    begun = time.monotonic()
    with (
        PatternSearch("(а+)+б", limit_seconds=0.3) as pattern,
        pytest.raises(UsageError, match=r"took longer than 0\.3 s"),
    ):
        pattern.find("а" * 40)
    assert time.monotonic() - begun < 5


def test_a_pattern_finds_in_texts_longer_than_a_pipe_holds() -> None:
    long = "камера " * 100_000
    with PatternSearch("камер") as pattern:
        assert len(pattern.find(long)) == 100_000
        assert pattern.find("нет") == []


def test_hits_come_best_first_or_by_case(index: Path) -> None:
    hits = list(search(index, "лицо OR камера", text_of).hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    ids = [hit.case for hit in search(index, "лицо OR камера", text_of, order="id").hits]
    assert ids == sorted(ids)


def test_words_that_stand_together_come_first(tmp_path: Path) -> None:
    gap = "Прочие обстоятельства дела здесь не имеют значения для вывода. " * 5
    apart = f"Лицо явилось в суд. {gap}Распознавание почерка проводил специалист. {gap}Лица опрошены."
    together = f"Лицо явилось в суд. {gap}Распознавание лиц проводила система."
    texts = {"c0000000000000001": apart, "c0000000000000002": together}
    update(tmp_path, "ru", (), (SearchRow(case, "0" * 16, "x.txt", text) for case, text in texts.items()))
    first, second = search(tmp_path, "распознавание лиц", texts.__getitem__).hits
    assert (first.case, second.case) == ("c0000000000000002", "c0000000000000001")
    assert "Распознавание лиц" in first.snippets[0].quote
    assert len(first.snippets) == 2


def test_nothing_is_capped(tmp_path: Path) -> None:
    many = 3000
    rows = (SearchRow(f"c{i:016x}", "0" * 16, "x.txt", "камера у входа") for i in range(many))
    update(tmp_path, "ru", (), rows)
    found = search(tmp_path, "камеры", lambda case: "камера у входа")
    assert found.total == many == len(list(found.hits))


@pytest.mark.parametrize("noun", ["видеозапис", "запис", "подпис", "опис"])
def test_nouns_that_end_like_verbs_are_found_in_any_inflection(tmp_path: Path, noun: str) -> None:
    forms = [noun + end for end in ("ь", "и", "ью", "ей", "ям", "ями", "ях")]
    texts = {f"c{n:016x}": f"В деле есть {form}." for n, form in enumerate(forms)}
    rows = [SearchRow(case=case, name=case, text=text, digest="0" * 16) for case, text in texts.items()]
    update(tmp_path, "ru", (), rows)
    for form in (*forms, forms[0].upper()):
        found = search(tmp_path, form, texts.__getitem__)
        assert found.total == len(forms), form
        assert {texts[hit.case][slice(*hit.snippets[0].marks[0])] for hit in found.hits} == set(forms)


def test_english_is_found_in_any_inflection(tmp_path: Path) -> None:
    update(tmp_path, "en", (), [row("english")])
    assert search(tmp_path, "camera installing identify", text_of).total == 1


def test_an_update_replaces_adds_and_removes(tmp_path: Path) -> None:
    update(tmp_path, "ru", (), [row("камера"), row("лица")])
    assert known(tmp_path, "ru") == {IDS["камера"]: "0" * 16, IDS["лица"]: "0" * 16}
    update(tmp_path, "ru", {IDS["лица"]}, [row("камера", court="Новый суд", digest="f" * 16), row("ничего")])
    assert known(tmp_path, "ru") == {IDS["камера"]: "f" * 16, IDS["ничего"]: "0" * 16}
    assert search(tmp_path, "court:тверской", text_of).total == 1
    assert search(tmp_path, "court:новый", text_of).total == 1
    assert search(tmp_path, "лицо", text_of).total == 0


def damage_a_file(folder: Path) -> None:
    largest = max((path for path in folder.iterdir() if path.suffix != ".json"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 0xFF
    largest.write_bytes(content)


def cut_a_file(folder: Path) -> None:
    largest = max((path for path in folder.iterdir() if path.suffix != ".json"), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-1])


def remove_a_file(folder: Path) -> None:
    next(path for path in folder.iterdir() if path.suffix == ".idx").unlink()


def leave_no_end(folder: Path) -> None:
    (folder / "contents.json").unlink()


@pytest.mark.parametrize("damage", [damage_a_file, cut_a_file, remove_a_file, leave_no_end])
def test_a_damaged_index_is_built_anew(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    folder = tmp_path / "study" / "index" / "search"
    update(folder, "ru", (), map(row, TEXTS))
    damage(folder)
    assert known(folder, "ru") == {}
    if damage is not damage_a_file:  # one changed byte is found at the next run, which reads every byte
        with pytest.raises(StudyError, match="caselight run"):
            search(folder, "камера", text_of)
    update(folder, "ru", (), map(row, TEXTS))
    assert search(folder, "камера", text_of).total == 3


def test_an_index_of_another_language_is_built_anew(tmp_path: Path) -> None:
    update(tmp_path, "en", (), [row("english")])
    assert known(tmp_path, "ru") == {}


def test_without_an_index_search_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="caselight run"):
        search(tmp_path / "study" / "index" / "search", "камера", text_of)


def is_look_alike(part: str) -> bool:
    """A Latin letter, which is mended only in sight of its Cyrillic neighbours."""
    return part in {"a", "e"}


FOLDED = [
    ("съёмка", "съемка"),
    ("рас\u00adпозна\ufffeвание", "распознавание"),
    ("видео-\nнаблюдение", "видеонаблюдение"),
    ("Санкт-\nПетербург, 20-\n30", "Санкт-\nПетербург, 20-\n30"),
    ("кaмерa USB-камера Wi-Fi ABC", "камера USB-камера Wi-Fi ABC"),
    (unicodedata.normalize("NFD", "Чёрный \U0001d538 й"), "Черный \U0001d538 й"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), FOLDED)
def test_folding_keeps_the_way_back(text: str, expected: str) -> None:
    folded = fold(text)
    assert folded.text == expected
    for i in range(len(expected)):
        start, end = folded.original(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert is_look_alike(text[start:end]) or fold(text[start:end]).text[:1] == expected[i]
