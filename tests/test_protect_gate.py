"""The gate finds what was planted, however it is written, and lets pass what is no leak."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from caselight.protect import Gate, Known, Leak, Policy, Printed, Secret, put
from caselight.protect.gate import MTIME
from gate_sample import CASE, CASES, MACHINE, OTHER, PAGE, gate, look

PLANTED = [
    ("person", "Скоробеева", "as it stood"),
    ("person", "Скоробеевым", "in another case"),
    ("person", "СКОРОБЕЕВ", "in capitals"),
    ("person", "Ско\u00adробеев", "with a soft hyphen"),
    ("person", "Скоробе\u0308ев", "е with a diaeresis in two characters"),
    ("person", "Cкoрoбeeв", "with Latin letters that look the same"),
    ("person", "Скоро<mark>беев</mark>", "cut by a tag"),
    ("person", "Скоро&#1073;еев", "with an escaped letter"),
    ("person", '<img alt="Скоробеев">', "in an attribute"),
    ("person", "свидетелиСкоробеев", "glued to the word before"),
    ("person", "%D0%A1%D0%BA%D0%BE%D1%80%D0%BE%D0%B1%D0%B5%D0%B5%D0%B2", "in an address of the web"),
    ("person", "Скоробеев-Лопуховский", "as half of a double name"),
    ("person", '{"n": "\\u0421\\u043a\\u043e\\u0440\\u043e\\u0431\\u0435\\u0435\\u0432"}', "escaped as in JSON"),
    ("person", '{"n": "дело\\nСКОРОБЕЕВ"}', "after a line feed as scripts and JSON write it"),
    ("person", '["Скоробеев\\tИ.П."]', "before a tab so written"),
    ("phone", "89161234567", "a phone without spaces"),
    ("phone", "+7 916 123-45-67", "a phone with another beginning"),
    ("address", "г.Омск, ул.Мира, д.5, кв.7", "a home without spaces"),
    ("document", "4509123456", "a number without spaces"),
    ("case", "дело 5-924/14.", "a case's number"),
    ("mail", "SKORO@example.org", "an address in capitals"),
    ("path", "/home/anna/study", "a path"),
    ("path", "C:\\\\Users\\\\anna", "a path of another system"),
    ("user", "made by annakovaleva", "who made it"),
    ("host", "on newsroom-7", "where it was made"),
    ("person", "Skorobeyev Ivan", "in Latin letters"),
    ("person", "СКОРОБЕЕВУ-то", "with a particle"),
    ("person", "С к о р о б е е в", "letters apart"),
    ("person", "Ск0робеев", "with a nought for a letter"),
    ("person", "Σ Скοрοбеев", "with Greek letters that look the same"),
    ("person", "%D1%EA%EE%F0%EE%E1%E5%E5%E2", "in an address of the web, in another encoding"),
    (
        "person",
        "%25D0%25A1%25D0%25BA%25D0%25BE%25D1%2580%25D0%25BE%25D0%25B1%25D0%25B5%25D0%25B5%25D0%25B2",
        "escaped twice",
    ),
    ("person", "xn--90aciawyapg.xn--p1ai", "as the name of a site"),
    ("person", "'\\421\\43a\\43e\\440\\43e\\431\\435\\435\\432'", "as in a style sheet"),
    ("person", base64.b64encode("Скоробеев пришел".encode()).decode(), "packed, and nothing says so"),
    ("person", base64.urlsafe_b64encode("Скоробеев пришел".encode()).decode().rstrip("="), "packed for an address"),
    ("person", base64.b64encode("Скоробеев пришел".encode("utf-16-le")).decode(), "packed in another encoding"),
    (
        "person",
        "data:image/svg+xml;base64," + base64.b64encode("<svg><b>Ско</b>робеев</svg>".encode()).decode(),
        "in a picture",
    ),
    ("person", "data:text/plain;base64," + base64.b64encode("Скоробеев пришел домой".encode()).decode(), "packed"),
]


@pytest.mark.parametrize(("kind", "planted", "why"), PLANTED, ids=[why for *_, why in PLANTED])
def test_what_is_planted_on_the_page_of_the_case_is_found(tmp_path: Path, kind: str, planted: str, why: str) -> None:
    assert kind in look(tmp_path, PAGE, f"<p>Здесь {planted} было</p>"), why


PASSES = [
    (PAGE, "Судья Жеребилов А.П., ул. Скоробеева", "an official and a street that stay"),
    (PAGE, "Скороговорка, 15-924/14, 5-924/140", "other words and numbers"),
    (f"case/b2/{OTHER}.html", "судья Скоробеев А.А. и Скоробеев", "another bearer of the name, in another case"),
    ("style.css", ":root { color: red }", "a word of style sheets"),
    ("index.html", "Суд установил вину. Тверской районный суд", "ordinary words"),
]


@pytest.mark.parametrize(("name", "text", "why"), PASSES, ids=[why for *_, why in PASSES])
def test_what_is_no_leak_passes(tmp_path: Path, name: str, text: str, why: str) -> None:
    assert look(tmp_path, name, text) == [], why


ELSEWHERE = [
    ("index.html", "<li>Скоробеев</li>", ["person"], "a page of no case"),
    (f"case/b2/{OTHER}.html", "Скоробеева И. П. пришла", ["person"], "surname and initials in another case"),
    ("cases/index.html", f'<a href="../case/a1/{CASE}.html">Скоробеев</a>', ["person"], "a line of a list"),
    ("charts/Скоробеев.svg", "<svg/>", ["person"], "the name of a file"),
    ("charts/скоробеева.svg", "<svg/>", ["person"], "the name of a file, in small letters"),
    ("data/cases.csv", f"{CASE},=Скоробеев", ["person"], "a table"),
    (".state.json", "{}", ["file"], "a hidden file"),
    ("search/1.idx", "x", ["file"], "a search index"),
    ("photo.png", b"\x89PNG\r\n\x1a\n", ["picture"], "a picture"),
    ("page.html", '<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUg">', ["picture"], "a picture in a page"),
    ("a.svg", '<svg><x:xmpmeta xmlns:x="adobe:ns:meta/"/></svg>', ["metadata"], "an XMP packet"),
]


@pytest.mark.parametrize(("name", "content", "kinds", "why"), ELSEWHERE, ids=[why for *_, why in ELSEWHERE])
def test_every_file_is_looked_into(tmp_path: Path, name: str, content: str, kinds: list[str], why: str) -> None:
    assert sorted(set(look(tmp_path, name, content))) == kinds, why


def test_a_row_of_the_table_is_read_as_that_cases(tmp_path: Path) -> None:
    row = '["{}","{}",3,0],'
    file = "data/cases/1.js"
    assert look(tmp_path / "own", file, row.format(CASE, "Скоробеев И.П.")) == ["person"]
    assert look(tmp_path / "a namesake who is named", file, row.format(OTHER, "Скоробеев А.А.")) == []
    assert look(tmp_path / "in a list of values", file, '{"choices":["Скоробеев"]},') == ["person"]


def test_a_time_of_change_tells_something(tmp_path: Path) -> None:
    look(tmp_path, "index.html", "x")
    os.utime(tmp_path / "index.html", (MTIME + 1, MTIME + 1))
    assert [f.kind for f in gate().look(tmp_path)] == ["time"]


def test_one_letter_away_is_to_be_looked_at(tmp_path: Path) -> None:
    look(tmp_path, PAGE, "Скаробеев пришел")
    assert [(f.what, f.certain) for f in gate().look(tmp_path)] == [("Скаробеев", False)]


def test_a_word_of_the_list_passes(tmp_path: Path) -> None:
    assert look(tmp_path, "index.html", "Скоробеев", gate(allow=("Скоробеев",))) == []


NUMBERS = "1 2 3 4 5 6 7 8 9 1 2 3"  # eleven gaps between digits


@pytest.mark.parametrize("case", [CASE, OTHER], ids=["its own case", "another case"])
@pytest.mark.parametrize("number", ["4509123456", "45 09 123456"])
@pytest.mark.parametrize("filler", range(4))
def test_a_word_that_may_stand_does_not_let_a_number_pass(tmp_path: Path, case: str, number: str, filler: int) -> None:
    text = f"{NUMBERS}; разрешение{' ' * filler} {number} стоит"
    allowed = tuple({text[start : start + 10] for start in range(len(text)) if "4" not in text[start : start + 10]})
    look(tmp_path, f"case/x/{case}.txt", text)
    found = [f for f in gate(allow=allowed).look(tmp_path) if f.kind == "document"]
    assert [f.what for f in found] == [number]


def test_a_number_that_may_stand_once_is_found_where_it_stands_otherwise(tmp_path: Path) -> None:
    look(tmp_path, f"case/a1/{CASE}.txt", "4509123456 и 45 09 123456")
    found = gate(allow=("4509123456",)).look(tmp_path)
    assert [f.what for f in found if f.kind == "document"] == ["45 09 123456"]


def test_the_name_of_a_file_as_received_is_found(tmp_path: Path) -> None:
    assert look(tmp_path, "index.html", "см. delo_17.docx", gate(files=("delo_17.docx",))) == ["file name"]


@pytest.mark.parametrize("file", ["Дело И. (копия).docx", "дело 17", "a.b.c.txt", "скан!.pdf", "(1)-(2)"])
def test_names_of_files_are_found_whatever_is_in_them(tmp_path: Path, file: str) -> None:
    assert look(tmp_path, "index.html", f"см. {file}, {file}.", gate(files=(file,))) == ["file name"]
    assert look(tmp_path, "index.html", f"см. x{file}", gate(files=(file,))) == []


def test_a_place_that_stays_does_not_cover_a_longer_name(tmp_path: Path) -> None:
    known = Known((Secret("person", "Лопухова Л.Л.", "Лопухова", "ЛЛ"),), ("Лопух",))
    assert look(tmp_path, PAGE, "Лопухова пришла", Gate(lambda _: known, lambda: [known], MACHINE)) == ["person"]


@pytest.mark.parametrize(
    ("drawn", "found"),
    [
        ('<text class="place small" x="1">Лопухов</text>', []),
        ('<text class="place" x="1">Лопухов Л.Л.</text>', ["person"]),
        ('<text class="cases" x="1">Лопухов</text>', ["person"]),
        ("<p>Лопухов</p>", ["person"]),
    ],
)
def test_the_label_of_a_square_of_the_map_is_nobody(tmp_path: Path, drawn: str, found: list[str]) -> None:
    known = Known((Secret("person", "Лопухов Л.Л.", "Лопухов", "ЛЛ"),), ())
    of = Gate(lambda _: known, lambda: [known], MACHINE, printed=Printed(frozenset({"Лопухов"})))
    assert sorted(set(look(tmp_path, "map.html", f"<svg>{drawn}</svg>", of))) == found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("index.html", '<a href="61.html">Rostov Oblast</a>', []),
        ("map.html", '<title>Rostov Oblast: 5</title><b title="Ростовская область">', []),
        ("data.json", '["\\u0420\\u043e\\u0441\\u0442\\u043e\\u0432\\u0441\\u043a\\u0430\\u044f область"]', []),
        ("cases.csv", "61,Rostov Oblast,5", []),
        ("cases.csv", "61,Rostov Oblast,Rostov", ["person"]),
        ("index.html", "Rostov of Rostov Oblast", ["person"]),
        ("index.html", "Rostov Oblasts", ["person"]),
        ("index.html", "Ростовский", ["person"]),
    ],
)
def test_the_name_of_a_region_is_nobody_as_a_whole(tmp_path: Path, name: str, text: str, found: list[str]) -> None:
    secrets = (Secret("person", "Ростов Л.Л.", "Ростов", "ЛЛ"), Secret("person", "Ростовский Л.Л.", "Ростовский", "ЛЛ"))
    printed = Printed(regions=frozenset({"Rostov Oblast", "Ростовская область", "Ростовский"}))
    of = Gate(lambda _: None, lambda: [Known(secrets, ())], MACHINE, printed=printed)
    assert sorted(set(look(tmp_path, name, text, of))) == found


HIDDEN = [
    ("свободу Леониду Череповскому!", ["Леониду Череповскому"], "as it stands in the list"),
    ("Леонида Череповского; там ЛЕОНИД ЧЕРЕПОВСКИЙ", ["Леонида Череповского", "ЛЕОНИД ЧЕРЕПОВСКИЙ"], "inflected"),
    ("Череповским, Леонидом", ["Череповским, Леонидом"], "the other way round"),
    ("#леонид_череповский", ["леонид_череповский"], "in a handle"),
    ("Leonid Cherepovsky", ["Leonid Cherepovsky"], "in Latin letters"),
    ("\\u041b\\u0435\\u043e\\u043d\\u0438\\u0434 Череповский", ["Леонид Череповский"], "escaped"),
    ("Ada Quill's dog, ada quills", ["Ada Quill", "ada quills"], "English, in any letters"),
    ("Леонид и Череповский. Ada (in the end) Quill, Леониду", [], "the words apart"),
]


@pytest.mark.parametrize("name", ["own/memos.jsonl", PAGE, f"case/b2/{OTHER}.html"])
@pytest.mark.parametrize(("text", "found", "why"), HIDDEN, ids=[why for *_, why in HIDDEN])
def test_a_hidden_phrase_is_found_in_every_file(
    tmp_path: Path, name: str, text: str, found: list[str], why: str
) -> None:
    listed = Policy(hide=("Леониду Череповскому", "Ada Quill", "Кличкин"))
    of = Gate(CASES.get, lambda: list(CASES.values()), MACHINE, listed)
    look(tmp_path, name, text)
    assert [f.what for f in of.look(tmp_path) if f.certain] == found, why


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("case/9d/c9d0b424fed8241dd.html", []),
        ("case/9d/fed.html", ["person"]),
        ("texts/fed-c9d0b424fe18241dd.txt", ["person"]),
    ],
)
def test_the_digits_of_an_id_are_nobody(tmp_path: Path, name: str, found: list[str]) -> None:
    known = Known((Secret("person", "Fed", "Fed", ""),), ())
    assert sorted(set(look(tmp_path, name, "", Gate(lambda _: known, lambda: [known], MACHINE)))) == found


def test_cells_of_a_table_are_not_one_word(tmp_path: Path) -> None:
    secrets = (Secret("person", "Кирова К.К.", "Кирова", "КК"),)
    of = Gate(lambda _: None, lambda: [Known(secrets, ("г. Кирова", "Глушков А.С."))], MACHINE)
    row = "<td>Ленинский районный суд г. Кирова</td><td>Глушков А.С.</td><td>5 июня</td>"
    assert look(tmp_path, "cases/index.html", row, of) == []
    assert look(tmp_path, "cases/index.html", "<td>Ки<b>рова</b></td>", of) == ["person"]


def test_half_a_name_is_found_and_letters_alone_are_not_taken_for_one(tmp_path: Path) -> None:
    secrets = (Secret("person", "Н-ва Е.Л.", "Н…в", "ЕЛ"), Secret("person", "А.И.В.", "", "АИВ"))
    of = Gate(lambda _: Known(secrets, ()), lambda: [Known(secrets, ())], MACHINE)
    assert look(tmp_path, PAGE, "суд а, и в этом прав, Н-ва пришла", of) == []
    assert look(tmp_path, PAGE, "суд выслушал Н-ва Е. Л. в заседании", of) == ["person"]


def test_a_leak_leaves_nothing_at_the_target(tmp_path: Path) -> None:
    def write(folder: Path) -> dict[str, object]:
        (folder / "index.html").write_text("Скоробеев", "utf-8")
        return {}

    with pytest.raises(Leak, match=r"index\.html:1: person 'Скоробеев'"):
        put(tmp_path / "out", write, gate())
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_publication_outlives_a_leak(tmp_path: Path) -> None:
    def write(text: str) -> object:
        def to(folder: Path) -> dict[str, object]:
            (folder / "index.html").write_text(text, "utf-8")
            return {}

        return to

    put(tmp_path / "out", write("nothing"), gate())  # type: ignore[arg-type]
    with pytest.raises(Leak):
        put(tmp_path / "out", write("Скоробеев"), gate())  # type: ignore[arg-type]
    assert (tmp_path / "out" / "index.html").read_text("utf-8") == "nothing"


LATIN = Known((Secret("person", "Ada Chavez", "chavez", "A"),), ())


@pytest.mark.parametrize("text", ["Chávez", "CHÁVEZ", "the Chavezes", "Chavez-owned", "JoeyChavez", "Chavez12"])
def test_an_english_surname_is_found_with_accents_in_the_plural_and_glued_to_a_word(tmp_path: Path, text: str) -> None:
    of = Gate({CASE: LATIN}.get, lambda: [LATIN], MACHINE)
    assert look(tmp_path, f"case/a1/{CASE}.html", f"{text} came", of) == ["person"]


def test_what_was_found_in_many_places_is_told_once_with_its_count(tmp_path: Path) -> None:
    def write(folder: Path) -> Mapping[str, object]:
        (folder / "index.html").write_text("Скоробеев\n" * 40 + "Лопухов", "utf-8")
        return {}

    with pytest.raises(Leak) as refused:
        put(tmp_path / "out", write, gate())
    message = str(refused.value).splitlines()
    assert message[0].endswith("the gate found 41 places that would leak.")
    assert message[2] == "    places with 'Скоробеев': 40; files: 1"
    assert [line.split(" person ")[1][:9] for line in message if " person " in line] == ["'Скоробее", "'Лопухов'"]
    assert len(message) == 5


SMALL = [
    ("@wren", True, "a handle"),
    ("@ada_wren", True, "the end of a handle"),
    ("#wren", True, "a tag"),
    ("t.me/wren", True, "an address of the web"),
    ("wren.ada@example.org", True, "an address of mail"),
    ("ada.wren", True, "a name of a user"),
    ("@wren85", True, "with a number behind"),
    ("asked wren to come", False, "a name without its capital, or a bird"),
    ("she saw the wren.", False, "at the end of a sentence"),
    ("the wren.The court", False, "where a blank was forgotten"),
    ("turn the page. page/2, .page, page_2", None, "an ordinary word, also in names of styles and files"),
    ("@page", True, "an ordinary word as a handle"),
    ("wrench, @wrench, wre/n", None, "other words"),
    ("@скоробеев", True, "a Russian handle"),
    ("#волков", True, "a Russian word that is a surname"),
    ("пришел волков, медведь/волков", None, "such a word in small letters"),
    ("t.me/skorobeyev", True, "in Latin letters"),
]


@pytest.mark.parametrize("name", ["own/memos.jsonl", PAGE])
@pytest.mark.parametrize(("text", "certain", "why"), SMALL, ids=[why for *_, why in SMALL])
def test_a_name_in_small_letters_is_certain_in_a_handle_and_to_be_looked_at_elsewhere(
    tmp_path: Path, name: str, text: str, certain: bool | None, why: str
) -> None:
    surnames = ("wren", "page", "Скоробеев", "Волков")
    known = Known(tuple(Secret("person", f"A. {surname}", surname, "A") for surname in surnames), ())
    of = Gate({CASE: known}.get, lambda: [known], MACHINE, printed=Printed(words=frozenset({"page"})))
    look(tmp_path, name, text)
    assert {f.certain for f in of.look(tmp_path)} == (set() if certain is None else {certain}), why


SAID = [
    ('<p data-page="Page {n} of {total}">', [], "an attribute that is said in every report"),
    ("<p>Page {n} of {total}</p>", [], "a text that is"),
    ("<p>Page {n} of {total}, Page</p>", ["person"], "more than that"),
    ("<p>Page</p>", ["person"], "a single word may be a name"),
]


@pytest.mark.parametrize(("text", "found", "why"), SAID, ids=[why for *_, why in SAID])
def test_a_name_in_what_every_report_says_is_nobodys(tmp_path: Path, text: str, found: list[str], why: str) -> None:
    known = Known((Secret("person", "Ms. Page", "page", ""),), ())
    of = Gate(
        {CASE: known}.get, lambda: [known], MACHINE, printed=Printed(phrases=frozenset({"Page {n} of {total}", "Page"}))
    )
    assert sorted(set(look(tmp_path, "index.html", text, of))) == found, why


def test_a_name_in_a_file_that_every_report_has_is_nobodys(tmp_path: Path) -> None:
    known = Known((Secret("person", "Ms. Page", "page", ""),), ())
    script = b"const Page = 1;"
    printed = Printed(files=frozenset({hashlib.sha256(script).digest()}))
    of = Gate({CASE: known}.get, lambda: [known], MACHINE, printed=printed)
    assert look(tmp_path, "a.js", script, of) == []
    assert look(tmp_path, "a.js", script + b"\n", of) == ["person"]
    assert look(tmp_path, "Page.js", script, of) == ["person", "person"]
