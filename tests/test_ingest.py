"""Bytes of records in, documents out. The examples are made by make_examples.py; what must come of each is here."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight import ingest
from caselight.ingest import READERS, read
from caselight.ingest.html import read_html
from caselight.ingest.language import guess_language
from caselight.ingest.pdf import tidy
from caselight.ingest.sniff import media_type
from caselight.types import Document, Reading, RegionKind, State
from make_examples import ACT, LINE, doc, examples
from rendering import FONT, FORMATS, render

EXAMPLES = Path(__file__).parent / "examples" / "ingest"
ACT_, HIDDEN, NOTE, CARD = RegionKind.ACT, RegionKind.HIDDEN, RegionKind.NOTE, RegionKind.CARD


def example(name: str) -> Reading:
    """What becomes of an example."""
    return read((EXAMPLES / name).read_bytes(), name)


def document(name: str) -> Document:
    """The document of an example that can be read."""
    reading = example(name)
    assert reading.document is not None, reading.reason
    return reading.document


def part(document: Document, kind: RegionKind) -> str:
    """All text of one kind."""
    regions = document.acts() if kind is ACT_ else [region for region in document.regions if region.kind is kind]
    return "".join(document.text[region.start : region.end] for region in regions)


def letters(text: str) -> str:
    """The text without white space, which formats keep differently."""
    return re.sub(r"\s+", "", text)


def check(document: Document) -> None:
    """What holds for every document: regions, pages and fields lie in the text, in order."""
    ends = [(region.start, region.end) for region in document.regions]
    assert all(start < end for start, end in ends)
    assert all(first[1] <= second[0] for first, second in pairwise(ends))
    assert not ends or ends[-1][1] <= len(document.text)
    assert all(0 <= page.start <= page.end <= len(document.text) for page in document.pages)
    for field in document.fields:
        value = document.text[field.start : field.end]
        assert value == value.strip()
        assert value


def test_the_examples_are_what_the_script_makes() -> None:
    made = examples()
    assert {path.name for path in EXAMPLES.iterdir()} == made.keys()
    differing = [name for name, data in made.items() if (EXAMPLES / name).read_bytes() != data]
    assert not [
        name for name in differing if not name.endswith((".pdf", ".docx"))
    ]  # those depend on a library's version


def test_every_reader_has_an_example() -> None:
    seen = {media_type(path.read_bytes(), path.name) for path in EXAMPLES.iterdir()}
    assert [name for name, reader in READERS.items() if not seen & set(reader.media_types)] == []


@pytest.mark.parametrize(
    ("name", "state", "word"),
    [
        ("empty.txt", State.SUSPECT_EMPTY, "empty"),
        ("blank.html", State.SUSPECT_EMPTY, "nothing but"),
        ("junk.txt", State.UNSUPPORTED, "not text"),
        ("listing.html", State.UNSUPPORTED, "search results"),
        ("captcha.html", State.SUSPECT_EMPTY, "code from a picture"),
        ("unavailable.html", State.SUSPECT_EMPTY, "not available"),
        ("entities.docx", State.REFUSED, "entities"),
        ("bomb.docx", State.REFUSED, "200 times"),
        ("cut.docx", State.DAMAGED, "damaged"),
        ("picture.docx", State.NO_TEXT_LAYER, "pictures"),
        ("protected.doc", State.ENCRYPTED, "password"),
        ("scan.pdf", State.NO_TEXT_LAYER, "scan"),
        ("cut.pdf", State.DAMAGED, "damaged or cut off"),
        ("encrypted.docx", State.ENCRYPTED, "password"),
        ("picture.png", State.NO_TEXT_LAYER, "recognising text"),
        ("table.xlsx", State.UNSUPPORTED, "Excel table"),
        ("mail.eml", State.UNSUPPORTED, "e-mail"),
    ],
)
def test_a_record_that_gives_no_text_says_why(name: str, state: State, word: str) -> None:
    reading = example(name)
    assert (reading.state, reading.document) == (state, None)
    assert word in reading.reason


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_example_ends_in_one_state_with_offsets_that_hold(path: Path) -> None:
    reading = read(path.read_bytes(), path.name)
    assert (reading.state is State.READ) == (reading.document is not None) == (reading.reason == "")
    if reading.document is not None:
        check(reading.document)


@pytest.mark.parametrize("format", FORMATS)
def test_all_letters_of_an_act_survive_in_every_format(format: str) -> None:
    if format == "pdf" and not FONT.exists():
        pytest.skip(f"needs the font {FONT}")
    reading = read(render(ACT, format), f"act.{format}")
    assert reading.document is not None
    assert letters(part(reading.document, ACT_)) == letters(ACT)
    assert reading.document.language == "ru"


@pytest.mark.parametrize(
    "name", ["page.html", "page-lies-1251.html", "page-utf16.html", "page-named.doc", "plain-page.htm", "word.docx"]
)
def test_an_act_is_the_same_whatever_the_page_declares_or_is_called(name: str) -> None:
    assert letters(part(document(name), ACT_)) == letters(ACT)


def test_text_is_the_users_file_exactly_so_that_offsets_are_those_of_the_file() -> None:
    assert document("act.txt").text == ACT
    assert document("act-bom.txt").text == ACT.replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "mac-cyrillic", "utf-16", "utf-16-be", "utf-32"])
def test_russian_text_is_read_in_any_encoding(encoding: str) -> None:
    raw = (EXAMPLES / f"line-{encoding}.txt").read_bytes()
    assert document(f"line-{encoding}.txt").text == raw.decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Das Gericht prüfte die Anträge der Kläger; größere Mängel waren nicht zu erkennen.", "cp1252"),
        ("Le procès a été ajourné à la demande de la défense.", "cp1252"),
        ("СУД УСТАНОВИЛ", "koi8-r"),
        ("дело", "cp1251"),
        (LINE[:40], "utf-8"),
    ],
)
def test_short_and_foreign_texts_are_not_taken_for_another_alphabet(text: str, encoding: str) -> None:
    reading = read(text.encode(encoding), "a.txt")
    assert reading.document is not None
    assert reading.document.text == text


def test_a_card_gives_fields_and_no_act() -> None:
    card = document("card.html")
    values = {(f.label, f.row): card.text[f.start : f.end] for f in card.fields}
    assert values["Информация по делу №", -1] == "33-1/2022"
    assert values["Уникальный идентификатор дела", -1] == "77RS0099-02-2022-000001-01"
    assert values["Стороны", -1] == "Истец:; Выдуманов А.А.; Ответчик:; Общество «Пример»"
    assert values["Результат", 1] == "Рассмотрено"
    assert values["Проводилась видеозапись", 1] == "Да"
    assert {f.table for f in card.fields if f.row >= 0} == {"Судебные заседания"}
    assert card.acts() == ()
    assert "cookie" not in card.text


@pytest.mark.parametrize("name", ["page.html", "act-beside-tables.html"])
def test_a_column_heading_about_video_is_never_in_the_act(name: str) -> None:
    page = document(name)
    assert "Проводилась видеозапись" in (EXAMPLES / name).read_text("utf-8")
    assert "видеозапись" not in part(page, ACT_)
    assert "камеры" in part(page, ACT_)


def test_menus_footers_and_scripts_are_cut() -> None:
    page = document("page.html").text
    assert not [word for word in ("Вакансии", "Карта сайта", "ожидания", "function", "Судебный акт #1") if word in page]
    assert "Меню сайта" not in document("plain-page.htm").text


def test_the_line_with_date_and_town_stays_in_the_act_though_it_is_a_table() -> None:
    assert "12 мая 2022 года\nг. Примерск" in part(document("act-beside-tables.html"), ACT_)


def test_words_parted_by_inline_tags_stay_whole_and_lines_stay_lines() -> None:
    page = "<div id=content><div id=cont_doc1><p>Пос<b>тано</b>вление<br>дело</p>конец<div>абзац</div></div></div>"
    reading = read(page.encode(), "a.html")
    assert reading.document is not None
    assert part(reading.document, ACT_) == "Постановление\nдело\nконец\nабзац"


def test_a_hidden_tab_is_read_and_hidden_text_in_it_is_marked() -> None:
    page = document("hidden.html")
    assert part(page, HIDDEN).split() == ["спрятанная", "строкавторая", "спрятанная"]
    assert "спрятанная" not in part(page, ACT_)
    assert part(page, ACT_).startswith("Видимый текст")


@pytest.mark.parametrize(
    ("name", "act", "hidden", "note"),
    [
        (
            "everything.docx",
            "обычный вставленный\nполерезультат\nсветлый\nпередпосле\nнадпись\nслева\tсправа\nэлемент\u2011дефис\n\n",
            "удалённыйневидимыйбелыйкрошечный",
            "примечание\nсноска\nколонтитул\n",
        ),
        (
            "everything.odt",
            "ПОСТАНОВЛЕНИЕ\nобычный   текст\tконец\nпередпосле\nнадпись\nслева\tсправа\n",
            "невидимыйудалённый\n",
            "сноска\nколонтитул\n",
        ),
        ("everything.rtf", "обычный текст\nюникод\nссылка\tč\xa0\u2011—\n", "невидимыйудалённый", "сноска"),
        (
            "everything.doc",
            "обычный ссылка\nслева\tсправа\nплат\xadформа 20\u20112\nLatin piece\n",
            "",
            "сноска\n",
        ),
    ],
)
def test_office_documents_give_all_their_text_in_order_and_mark_what_is_hidden(
    name: str, act: str, hidden: str, note: str
) -> None:
    read_document = document(name)
    assert Counter(part(read_document, NOTE).split()) == Counter(note.split())
    assert (part(read_document, HIDDEN), part(read_document, ACT_)) == (hidden, act)


def test_hidden_characters_of_a_doc_are_found_by_their_properties() -> None:
    text = "видно скрыто видно"
    data = bytearray(doc([(text, False)], (len(text), 0, 0, 0, 0, 0, 0, 0)))
    main = data.index(b"\xec\xa5")
    # One page of character properties behind the text: three runs, the second of them with sprmCFVanish = 1.
    page = bytearray(512)
    borders = [2048, 2048 + 2 * 6, 2048 + 2 * 12, 2048 + 2 * len(text)]
    for i, border in enumerate(borders):
        page[4 * i : 4 * i + 4] = border.to_bytes(4, "little")
    page[16:19] = bytes([0, 100, 0])
    page[200:204] = bytes([3, 0x3C, 0x08, 1])
    page[511] = 3
    data[main + 3072 : main + 3584] = page
    table = data.index(b"\x02", main + 4096)
    data[table + 1000 : table + 1012] = b"".join(n.to_bytes(4, "little") for n in (borders[0], borders[-1], 6))
    data[main + 0xFA : main + 0x102] = (1000).to_bytes(4, "little") + (12).to_bytes(4, "little")
    reading = read(bytes(data), "a.doc")
    assert reading.document is not None
    assert part(reading.document, HIDDEN) == "скрыто"
    assert part(reading.document, ACT_) == "видно  видно"


def test_a_partly_scanned_pdf_is_read_and_the_missing_pages_are_named() -> None:
    reading = example("half-scan.pdf")
    assert reading.document is not None
    assert [(p.kind, p.subject) for p in reading.problems] == [("pages_without_text", "half-scan.pdf")]
    assert "pages 2 of 2" in reading.problems[0].message
    assert [reading.document.text[p.start : p.end] for p in reading.document.pages] == [
        "The first page has a text.",
        "",
    ]


def test_invisible_text_is_hidden_but_the_text_layer_of_a_scan_is_not() -> None:
    assert part(document("invisible.pdf"), HIDDEN) == "Seen by nobody."
    assert "nobody" not in part(document("invisible.pdf"), ACT_)
    assert part(document("recognised.pdf"), ACT_) == "Recognised text of the scan."


@pytest.mark.parametrize(
    ("raw", "tidied", "why"),
    [
        ("в составе \r\nобщего \r\nсуда\r\nРЕШИЛ:", "в составе общего суда\nРЕШИЛ:", "blanks at line ends: it goes on"),
        ("рассмот\ufffeрел", "рассмот-\nрел", "a hyphen at the end of a line is put back"),
        ("ПОСТАНОВЛЕНИЕ\r\nот мая", "ПОСТАНОВЛЕНИЕ\nот мая", "a heading stays a line"),
        ("а\x02б\x00в", "абв", "control characters go"),
        ("", "", "an empty page"),
    ],
)  # fmt: skip
def test_lines_of_a_pdf_are_joined_where_that_is_safe(raw: str, tidied: str, why: str) -> None:
    assert tidy(raw) == tidied, why


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Суд установил, что он не был на площади", "ru"),
        ("The court found that the evidence was not enough", "en"),
        ("Das Gericht hat die Klage nicht zugelassen und der Kläger", "de"),
        ("Суд встановив, що він не був на площі та у місті", "uk"),
        ("Ёлкин, Быков", "ru"),
        ("12345", ""),
    ],
)
def test_the_language_is_guessed_from_small_words(text: str, language: str) -> None:
    assert guess_language(text) == language


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.pdf", "a.docx", "a.doc", "a.rtf", "a", "a.eml"]))
def test_any_bytes_under_any_name_end_in_a_state(untrusted: bytes, name: str) -> None:
    reading = read(untrusted, name)
    assert (reading.state is State.READ) == (reading.document is not None) == (reading.reason == "")


@given(st.data())
def test_a_document_with_wrong_bytes_in_it_ends_in_a_state(data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["everything.doc", "everything.rtf", "everything.odt", "half-scan.pdf", "card.html"])
    )
    untrusted = bytearray((EXAMPLES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        untrusted[data.draw(st.integers(0, len(untrusted) - 1))] = data.draw(st.integers(0, 255))
    reading = read(bytes(untrusted), name)
    if reading.document is not None:
        check(reading.document)


@pytest.mark.shared
def test_every_constructed_ruling_survives_every_format(shared: Path) -> None:
    for path in sorted((shared / "data" / "constructed").glob("*.txt"))[::6]:
        text = path.read_bytes().decode()
        for format in FORMATS:
            reading = read(render(text, format), path.name)
            assert reading.document is not None
            assert letters(part(reading.document, ACT_)) == letters(text), (path.name, format)


@pytest.mark.shared
def test_no_real_card_without_an_act_has_an_act(shared: Path) -> None:
    pages = sorted((shared / "data" / "ru-court-cards" / "mosgorsud").glob("*.htm*"))
    assert len(pages) == 13
    for page in pages:
        reading = read(page.read_bytes(), page.name)
        assert reading.document is not None
        assert reading.document.acts() == (), page.name
        assert any(field.label == "Уникальный идентификатор дела" for field in reading.document.fields), page.name


@pytest.mark.shared
def test_every_real_page_with_an_act_gives_it_without_its_tables(shared: Path) -> None:
    for page in sorted((shared / "data" / "ru-court-cards" / "sudrf").glob("*.html")):
        reading = read(page.read_bytes(), page.name)
        assert reading.document is not None
        act = part(reading.document, ACT_)
        assert len(act) > 10_000, page.name
        assert not [
            word for word in ("Дата размещения", "Место проведения", "Карта сайта", "ДВИЖЕНИЕ ДЕЛА") if word in act
        ]


@pytest.mark.shared
def test_no_letter_of_a_real_word_document_is_lost(shared: Path) -> None:
    for path in sorted((shared / "data").glob("[ru]*/**/*.docx")):
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
            raw = package.read("word/document.xml").decode()
        there = Counter(letters("".join(re.findall(r"<w:(?:t|delText)(?:\s[^>]*)?>([^<]*)<", raw))))
        reading = read(path.read_bytes(), path.name)
        assert reading.document is not None
        lost = there - Counter(reading.document.text + "&amp;lt;gt;quot;")
        assert sum(lost.values()) <= 0.001 * sum(there.values()), (path.name, lost)


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["ru-arbitr-vas", "ru-mosgorsud-civil", "us-court-files-flp-doctor", "rally"])
def test_every_real_file_ends_in_a_state_and_is_read_if_it_holds_text(shared: Path, folder: str) -> None:
    for path in sorted((shared / "data" / folder).rglob("*")):
        if path.is_file() and path.suffix in (".pdf", ".doc", ".docx", ".rtf", ".txt"):
            reading = read(path.read_bytes(), path.name)
            assert reading.state in (State.READ, State.NO_TEXT_LAYER, State.SUSPECT_EMPTY), (path.name, reading.reason)
            assert folder == "us-court-files-flp-doctor" or reading.state is State.READ, (path.name, reading.reason)


def test_reading_is_re_exported_with_containers() -> None:
    assert ingest.is_container(b"PK\x03\x04" + b"\x00" * 60, "a.zip")
    assert not ingest.is_container((EXAMPLES / "word.docx").read_bytes(), "word.docx")


def test_a_sentence_beside_the_tables_of_a_card_is_kept() -> None:
    said = "Суд установил, что человек был найден по записи камеры видеонаблюдения, и назначил ему штраф."
    row = "<tr><td>Судья</td><td>Сомова А.А.</td></tr>"
    page = f'<div id="content"><table>{row}<tr><td>Статья</td><td>20.2</td></tr></table><p>{said}</p></div>'
    content = read_html(page.encode())
    assert content.text.split("\n")[:3] == ["Судья: Сомова А.А.", "Статья: 20.2", said]
    assert {region.kind for region in content.regions} == {RegionKind.CARD}
