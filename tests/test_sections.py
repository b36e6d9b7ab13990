"""Where the parts of a ruling begin and end: a text is written with its section names in brackets before each part."""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections.abc import Sequence
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import caselight
from caselight.errors import DefinitionError
from caselight.pack import SHIPPED, load_pack
from caselight.structure.codes import batches
from caselight.structure.paragraphs import lines_of
from caselight.structure.sections import SectionRules, compile_sections, find_all_sections, find_sections
from caselight.structure.weights import best_paths
from caselight.types import Document, Region, RegionKind, Section
from caselight.words import Vocabulary, tokenise

DEMO = Path(caselight.__file__).parent / "studies" / "demo" / "records"
RU = compile_sections(load_pack("ru"))
US = compile_sections(load_pack("us"))
VOCABULARY = {language: Vocabulary.load(None, language) for language in ("ru", "en")}

HEADER = "ПОСТАНОВЛЕНИЕ\n\n5 мая 2022 года г. Москва\n\nСудья районного суда рассмотрев дело в отношении Л.,"
FACTS = "2 мая 2022 года в 15 часов Л. участвовал в шествии на площади, скандировал лозунги."
SAID = "В судебном заседании Л. вину не признал, пояснил, что шел домой."
LAW = (
    "Согласно ч. 5 ст. 20.2 КоАП РФ нарушение участником публичного мероприятия установленного порядка проведения "
    "собрания влечет наложение административного штрафа."
)
PROOF = (
    "Вина Л. подтверждается: протоколом об административном правонарушении; рапортами сотрудников полиции; "
    "объяснениями; видеозаписью."
)
REASONS = (
    "Доводы защитника суд находит несостоятельными, поскольку они опровергаются материалами дела. При назначении "
    "наказания суд учитывает характер правонарушения и личность виновного."
)
DECISION = "Признать Л. виновным и назначить наказание в виде административного штрафа в размере 10 000 рублей."
NOTICE = "Постановление может быть обжаловано в течение десяти суток."
ALL = "header established arguments law evidence assessment operative appeal_notice".split()  # noqa: SIM905


def sections(
    text: str, rules: SectionRules = RU, language: str = "ru", regions: tuple[Region, ...] = ()
) -> tuple[Section, ...]:
    document = Document("0" * 64, "x.txt", text, "plain", "text/plain", language, (), regions)
    return find_sections(document, tokenise([text], VOCABULARY[language]).text(0), rules)


def ruling(established: str = "УСТАНОВИЛ:", operative: str = "ПОСТАНОВИЛ:", between: str = "\n\n") -> str:
    parts = [HEADER, established, FACTS, SAID, LAW, PROOF, REASONS, operative, DECISION, NOTICE]
    return between.join(parts)


@pytest.mark.parametrize(
    ("established", "operative", "why"),
    [
        ("УСТАНОВИЛ:", "ПОСТАНОВИЛ:", "the usual way"),
        ("установил:", "постановил:", "small letters"),
        ("У С Т А Н О В И Л А :", "П О С Т А Н О В И Л А :", "letters set apart"),
        ("у с т а н о в и л:", "р е ш и л:", "a review decides with 'решил'"),
        ("УСТАНОВИЛ", "ПОСТАНОВИЛ", "the colon is missing"),
        ("УСTAHOBИЛ:", "ПOCTAHOBИЛ:", "Latin letters that look Cyrillic"),
        ("УСТА\u00adНОВИЛ:", "ПОСТА\u00adНОВИЛ:", "soft hyphens"),
        ("У\u00a0С\u00a0Т\u00a0А\u00a0Н\u00a0О\u00a0В\u00a0И\u00a0Л:", "О П Р Е Д Е Л И Л:", "no-break spaces"),
        ("суд УСТАНОВИЛ:", "суд ПОСТАНОВИЛ:", "the court stands on the same line"),
        ("УСТАНОВИЛ:", "Руководствуясь ст. ст. 29.9, 29.10 КоАП РФ, судья постановил:", "at the end of a sentence"),
    ],
)
def test_headings_part_a_ruling_however_they_are_written(established: str, operative: str, why: str) -> None:
    text = ruling(established, operative)
    found = sections(text)
    names = [section.name for section in found]
    assert names == ALL, why
    assert text[found[-2].start : found[-2].end].endswith(DECISION), why
    assert text[found[0].start : found[0].end] == HEADER, why


def test_a_heading_in_the_middle_of_a_line_begins_its_section_there() -> None:
    text = f"{HEADER} суд установил: {FACTS} {LAW} На основании изложенного суд постановил: {DECISION} {NOTICE}"
    found = {section.name: text[section.start : section.end] for section in sections(text)}
    assert found["header"] == HEADER + " "
    assert found["operative"].strip() == f"суд постановил: {DECISION}"
    assert found["appeal_notice"] == NOTICE


def test_the_last_operative_heading_decides_because_a_review_may_quote_the_first() -> None:
    quoted = "Мировой судья по делу Л. постановил:\n\nпризнать Л. виновным."
    text = "\n\n".join([HEADER, "УСТАНОВИЛ:", quoted, REASONS, "РЕШИЛ:", "постановление оставить без изменения."])
    operative = [s for s in sections(text) if s.name == "operative"]
    assert [text[s.start : s.end] for s in operative] == ["РЕШИЛ:\n\nпостановление оставить без изменения."]


def test_a_hyphen_at_the_end_of_the_line_before_takes_no_opening_away() -> None:
    """It makes one word of the two lines; the paragraph still begins with the words of an opening."""
    said = "в жалобе защитник просит отменить постановление"
    parts = ["УСТАНОВИЛ:", f"под-\n{said}", "ПОСТАНОВИЛ:", "штраф"]
    text = "\n\n".join(parts)
    assert [s.name for s in sections(text) if text.find(said) in range(s.start, s.end)] == ["arguments"]


def test_lines_with_hard_breaks_are_judged_as_one_paragraph() -> None:
    def wrapped(words: str) -> str:
        return re.sub(r"(.{70,90}?) ", r"\1\n", words)

    parts = [HEADER, "УСТАНОВИЛ:", wrapped(FACTS), wrapped(LAW), wrapped(REASONS), "ПОСТАНОВИЛ:", wrapped(DECISION)]
    names = [section.name for section in sections("\n".join(parts))]
    assert names == ["header", "established", "law", "assessment", "operative"]


def test_without_headings_the_words_alone_find_header_and_decision() -> None:
    names = [section.name for section in sections("\n\n".join([HEADER, FACTS, LAW, PROOF, REASONS]))]
    assert names[0] == "header"
    assert names[-1] == "assessment"
    assert {"law", "evidence"} <= set(names)


def test_only_regions_of_an_act_have_sections() -> None:
    card = "Судья Л. Результат рассмотрения УСТАНОВИЛ:\n\n"
    text = card + ruling()
    regions = (Region(RegionKind.CARD, 0, len(card)), Region(RegionKind.ACT, len(card), len(text)))
    found = sections(text, regions=regions)
    assert found[0].start == len(card)
    assert [section.name for section in found] == ALL
    assert sections(card, regions=regions[:1]) == ()


def test_two_acts_in_one_document_have_sections_each() -> None:
    one = ruling()
    text = f"{one}\n\n{one}"
    regions = (Region(RegionKind.ACT, 0, len(one)), Region(RegionKind.ACT, len(one) + 2, len(text)))
    assert [section.name for section in sections(text, regions=regions)] == ALL * 2


@pytest.mark.parametrize("text", ["", " \n\n ", "УСТАНОВИЛ:", "ПОСТАНОВИЛ:", "!", "ПОСТАНОВИЛ:\n\nУСТАНОВИЛ:"])
def test_odd_texts_do_not_break_anything(text: str) -> None:
    assert all(text[section.start : section.end].strip() for section in sections(text))


@given(st.lists(st.sampled_from([HEADER, "УСТАНОВИЛ:", FACTS, LAW, "ПОСТАНОВИЛ:", DECISION, NOTICE, "\n", " ", "İ"])))
def test_sections_stand_in_order_and_lose_no_letter(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    found = sections(text)
    place = 0
    for section in found:
        assert not text[place : section.start].strip()
        assert section.start < section.end
        place = section.end
    assert not text[place:].strip()


def test_an_american_opinion_without_line_breaks_is_parted_at_its_inline_headings() -> None:
    text = (
        "OPINIONMARLOW, Judge.{1} Defendant appeals his conviction. We reverse.FACTS{2} An officer stopped a car."
        "DISCUSSION{3} We review de novo.CONCLUSION{4} We reverse the conviction.{5} IT IS SO ORDERED."
        "WE CONCUR: TARROW, Judge."
    )
    found = {section.name: text[section.start : section.end] for section in sections(text, US, "en")}
    assert found == {
        "header": "OPINIONMARLOW, Judge.",
        "introduction": "{1} Defendant appeals his conviction. We reverse.",
        "established": "FACTS{2} An officer stopped a car.",
        "assessment": "DISCUSSION{3} We review de novo.",
        "operative": "CONCLUSION{4} We reverse the conviction.{5} IT IS SO ORDERED.",
        "separate_opinions": "WE CONCUR: TARROW, Judge.",
    }


def test_an_opinion_without_a_conclusion_ends_with_its_last_numbered_paragraph() -> None:
    text = "OPINIONMARLOW, Judge.{1} The State appeals.{2} We agree.{3} We affirm.{4} IT IS SO ORDERED.TARROW, J."
    operative = next(s for s in sections(text, US, "en") if s.name == "operative")
    assert text[operative.start : operative.end] == "{3} We affirm.{4} IT IS SO ORDERED."


@pytest.mark.parametrize("name", ["ru", "us"])
def test_every_pattern_of_the_pack_catches_its_example(name: str) -> None:
    data = load_pack(name).part("sections").data
    for border in data["borders"]:
        for entry in border["inline"]:
            assert re.search(entry["pattern"], entry["example"]), entry["example"]
    for entry in data.get("appeal_notice", []):
        assert entry["words"] in entry["example"].lower()
    for entries in data.get("begins", {}).values():
        assert all(entry["example"].lower().startswith(entry["words"]) for entry in entries)


def paths(score: NDArray[np.float64], lengths: Sequence[int], change_costs: float) -> list[list[int]]:
    """The best path of each act."""
    ends = np.cumsum(lengths)
    return [path.tolist() for path in np.split(best_paths(score, np.array(lengths), change_costs), ends[:-1])]


def test_a_change_of_section_must_be_worth_its_costs() -> None:
    weak, strong = np.array([[3.0, 0.0], [0.0, 1.0], [3.0, 0.0]]), np.array([[3.0, 0.0], [0.0, 5.0], [3.0, 0.0]])
    assert paths(weak, [3], 0.0) == [[0, 1, 0]]
    assert paths(weak, [3], 2.0) == [[0, 0, 0]]
    assert paths(strong, [3], 2.0) == [[0, 1, 0]]
    closed = np.where(strong == 5.0, -np.inf, strong)
    assert paths(np.concatenate([strong[:1], strong, closed]), [1, 3, 3], 2.0) == [[0], [0, 1, 0], [0, 0, 0]]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_best_path_of_each_act_is_the_best_of_all_paths(lengths: list[int], chance: random.Random) -> None:
    score = np.array([[chance.randrange(9) for _ in range(3)] for _ in range(sum(lengths))], np.float64)
    begin = 0
    for length, path in zip(lengths, paths(score, lengths, 2.0), strict=True):
        own = score[begin : begin + length]
        begin += length

        def worth(path: Sequence[int], own: NDArray[np.float64] = own) -> float:
            return float(sum(own[i, k] for i, k in enumerate(path)) - 2.0 * sum(a != b for a, b in pairwise(path)))

        assert worth(path) == max(map(worth, product(range(3), repeat=length)))


def test_a_text_is_divided_alike_alone_and_among_others() -> None:
    texts = [path.read_text("utf-8") for path in sorted(DEMO.glob("*.txt"))]
    documents = [Document(str(i), str(i), text, "plain", "text/plain", "ru") for i, text in enumerate(texts)]
    together = find_all_sections(documents, batches(texts), tokenise(texts, VOCABULARY["ru"]), RU)
    alone = [find_sections(d, tokenise([d.text], VOCABULARY["ru"]), RU) for d in documents]
    assert together == alone
    assert len({section.name for found in together for section in found}) == len(ALL)


def test_a_short_line_is_a_paragraph_and_a_long_one_without_a_stop_goes_on() -> None:
    long = "слово " * 15
    text = f"РЕШЕНИЕ\n{long}\nи конец.\nДальше"
    lines = lines_of(batches([text]), [(0, 0, len(text))])
    first, last = lines.paragraphs()
    found = [text[start:end] for start, end in zip(lines.start[first].tolist(), lines.end[last].tolist(), strict=True)]
    assert found == ["РЕШЕНИЕ", f"{long}\nи конец.".replace(" \n", " \n"), "Дальше"]


@pytest.mark.shared
def test_most_marked_characters_of_real_rulings_stand_in_the_right_section(shared: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
    from quality_sections import Score
    from train_sections import rulings, sections_by

    marked = rulings(shared / "data" / "rally", VOCABULARY["ru"], RU)
    score = Score.of((ruling.marked, sections_by(ruling, RU)) for ruling in marked)
    # The weights have seen these rulings (0.92); by weights that have not seen them it is 0.88.
    assert score.share >= 0.90


def test_a_row_of_a_packs_table_with_a_cell_too_many_is_named_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "us", tmp_path / "own")
    (tmp_path / "own" / "words").mkdir(exist_ok=True)
    (tmp_path / "own" / "words" / "own.csv").write_text('word,place\n"a, b",any\n\na, b,any\n')
    with pytest.raises(DefinitionError, match=r"own\.csv:4: more cells than columns"):
        load_pack(str(tmp_path / "own"))
