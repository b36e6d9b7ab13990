"""What is looked up in arrays and known places is what a look at every character finds."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caselight.pack import load_pack
from caselight.structure.codes import batches
from caselight.structure.dates import day_places, find_dates
from caselight.structure.fold import PLAIN, Folding, fold_all
from caselight.structure.link import LinkKey
from caselight.structure.numbers import REACH, compile_numerals, number_before, numbers_in
from caselight.structure.paragraphs import lines_of
from caselight.structure.prefilter import Late, Sought, after_number, first_of, holds, needed
from fact_reading import PACKS, RULES

RU = RULES["ru"]
NUMERALS = compile_numerals(load_pack("ru"))
PIECES = [
    "13",
    ".",
    "05.2022",
    " мая ",
    "2022",
    "г",
    " ",
    "\n",
    "-\n",
    "- \n",
    "а",
    "Т",
    "\u00a0",
    "c",
    "\u00ad",
    "и\u0306",
    "𝟙",
    "٣",
]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES)).map("".join), max_size=4)
SUMS = [
    "10",
    " ",
    "000",
    "(",
    ")",
    " тысяч",
    "десять ",
    "пять",
    "руб",
    ".",
    ",",
    "-",
    "на срок ",
    "15-ти ",
    "полных ",
    "целых ",
]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("дело", ("дело",)),
        ("дел[оа]", ("дело", "дела")),
        ("дел[а-я]+", ("дел",)),
        ("жалоб\\w*|протест", ("жалоб", "протест")),
        ("(?:на|в) (?P<act>решение|приговор)", ("на решение", "на приговор", "в решение", "в приговор")),
        ("суд(?:ья)?", ("суд",)),
        ("(?:суд)*", ()),
        ("(?:суд){2}", ("суд",)),
        ("\\bсуд(?!ья)", ("суд",)),
        ("(?i:суд)", ()),
        ("(?i)суд", ()),
        ("суд|\\d+", ()),
        ("[а-я]+ суд", (" суд",)),
        ("за (?>участие)", ("за участие",)),
    ],
)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, words: tuple[str, ...]) -> None:
    assert set(needed(re.compile(pattern))) == set(words)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [("за участие|за пикет", "за пикет", "за пикет"), ("за участие", "участие", None), (r"\d+", "№ 12", "12")],
)
def test_a_late_pattern_finds_what_it_would_find_at_once(pattern: str, text: str, found: str | None) -> None:
    for most_words in (0, 16):
        late = Late(lambda: re.compile(pattern), tried=True, most_words=most_words)
        assert (match[0] if (match := late.search(text)) else None) == found
        assert [match[0] for match in late.finditer(text)] == ([found] if found else [])


def test_a_late_pattern_that_nobody_has_tried_is_compiled_at_once() -> None:
    Late(lambda: re.compile("("), tried=True)
    with pytest.raises(re.error):
        Late(lambda: re.compile("("), tried=False)


@pytest.mark.parametrize("pack", PACKS)
def test_the_example_of_each_rule_has_what_its_pattern_needs(pack: str) -> None:
    for rule in RULES[pack].rules:
        pattern = rule.pattern.whole if isinstance(rule.pattern, Late) else rule.pattern
        for match in pattern.finditer(rule.example):
            assert holds(match[0], needed(pattern)), pattern.pattern


@pytest.mark.parametrize(
    ("pattern", "follows"),
    [
        (
            r"[0-9](?<!\d\d)(?<!\d\.\d)[0-9]?(?:\.|[мЯ]|\s?я)",
            frozenset(".мЯя") | frozenset(filter(str.isspace, map(chr, range(0x3001)))),
        ),
        (r"(?P<day>[0-9](?<!\d\d)(?<!\d\.\d)[0-9]?)\.", frozenset(".")),
        (r"[0-9](?<!\d\d)(?<!\d\.\d)[0-9]?\d", None),
        (r"[0-9](?<!\d\d)(?<!\d\.\d)[0-9]?(?:\.)?", None),
        (r"[0-9](?<!\d\d)[0-9]?\.", None),
        (r"\d\d?\.", None),
        (r"мая [0-9]", None),
    ],
)
def test_what_follows_a_day_is_read_off_the_pattern(pattern: str, follows: frozenset[str] | None) -> None:
    assert after_number(re.compile(pattern)) == follows


@given(TEXTS)
def test_dates_are_found_where_a_look_at_every_character_finds_them(texts: list[str]) -> None:
    folding, dates = RU.zones.folding, RU.readers.dates
    places = [own for batch in batches(texts) for own in day_places(batch, folding.is_strange, dates)]
    for text, own in zip(texts, places, strict=True):
        assert [m.span() for m in find_dates(text, own, dates)] == [m.span() for m in find_dates(text, None, dates)]


@given(TEXTS, st.integers(0, 20), st.integers(0, 40), st.booleans())
def test_a_view_from_known_places_is_the_view(texts: list[str], start: int, length: int, letters: bool) -> None:
    for folding in (RU.zones.folding, Folding.of({"c": "с", "с": "а"}), Folding.of({})):
        for text, folded in zip(texts, fold_all(batches(texts), folding), strict=True):
            begin = min(start, len(text))
            end = min(begin + length, len(text))
            view = folding.view(text, begin, end, letters=letters)
            assert folded.view(begin, end, letters=letters)[:3] == view[:3]
            if folded.keeps_places(begin, end):
                assert len(view.text) == end - begin


def test_signs_are_replaced_in_their_order() -> None:
    dash = "\u2013"
    folding = Folding.of({"c": "с", "с": "а"})
    folded = fold_all(batches([f"c{dash}с\u00a0я"]), folding)[0]
    assert folded.view(0, 5).text == f"а{PLAIN[dash]}а я"


@given(TEXTS)
def test_lines_are_those_between_line_breaks_without_space(texts: list[str]) -> None:
    stretches = [(i, min(1, len(text)), len(text)) for i, text in enumerate(texts)]
    if not stretches:
        return
    lines = lines_of(batches(texts), stretches)
    found: list[list[str]] = [[] for _ in texts]
    for stretch, start, end in zip(lines.stretch.tolist(), lines.start.tolist(), lines.end.tolist(), strict=True):
        i, begin, _ = stretches[stretch]
        found[stretch].append(texts[i][begin + start : begin + end])
    assert found == [[line.strip() for line in texts[i][a:b].split("\n") if line.strip()] for i, a, b in stretches]


FILLERS = [
    "[ )]*",
    "[ )]*(?:российских |полных |целых )?",
    "[ )]*(?:цел(?:ых|ого) )?",
    r"[ )]*(?:\w+ )?",
    "[ )]*[а-я]* ?",
]


@given(st.lists(st.sampled_from(SUMS), max_size=40).map("".join), st.sampled_from(FILLERS))
@example("10 000 полных ", FILLERS[1])
@example("10 000 срок ", FILLERS[3])
def test_the_number_before_a_unit_is_the_last_of_all_numbers_before_it(text: str, between: str) -> None:
    fillers = re.compile(between)
    numbers = numbers_in(text, max(0, len(text) - REACH), len(text), NUMERALS)
    last = numbers[-1] if numbers and fillers.fullmatch(text, numbers[-1].end) else None
    assert number_before(text, len(text), NUMERALS, fillers) == last


@given(st.text("абв ", max_size=30), st.lists(st.text("абв", min_size=1, max_size=3), max_size=5))
def test_the_first_of_several_words_is_the_one_that_stands_first(text: str, words: list[str]) -> None:
    assert first_of(text, words) == min((at for at in map(text.find, words) if at > 0), default=len(text))
    assert Sought.of(words).are_in(text) == any(word in text for word in words)


def test_signs_and_capitals_are_looked_for_before_their_words() -> None:
    sought = Sought.of(["<дата", "Дата", "х.х"])
    assert {sign for sign, _ in sought.by_sign} == {"<", "Д", ""}
    assert sought.are_in("на Дата")
    assert not sought.are_in("< Д х")


@given(st.lists(st.text(max_size=5), min_size=11, max_size=11))
def test_the_line_of_a_key_is_json(values: list[str]) -> None:
    key = LinkKey(*values)
    assert key.to_json() == json.dumps(key, ensure_ascii=False)
    assert LinkKey.from_json(key.to_json()) == key
