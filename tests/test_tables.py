"""Tables give back exactly what was put into them, and what a worker sends is checked before it is believed."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight import tables
from caselight.errors import StudyError
from caselight.types import (
    Answer,
    Case,
    Document,
    Evidence,
    Fact,
    Field,
    Page,
    Problem,
    Reading,
    Record,
    Region,
    RegionKind,
    Section,
    Span,
    State,
    Value,
)

TEXT = "Суд 😀 установил: н\u0306е\u00adт."
DOCUMENT = Document(
    "a" * 64,
    "001.txt",
    TEXT,
    "plain",
    "text/plain",
    "ru",
    (Page(1, 0, 5), Page(2, 5, 9, 0.5)),
    (Region(RegionKind.CARD, 0, 3), Region(RegionKind.ACT, 4, 9)),
    (Field("Судья", 0, 3, "ДЕЛО", 2),),
)
SPAN = Span.of(DOCUMENT, 4, 8)
CASE = Case(
    "c1",
    "first",
    (DOCUMENT.id,),
    (Section("header", 0, 3),),
    (Fact("fine_rub", 15000, SPAN), Fact("court", "Суд", SPAN, "card")),
)
ANSWER = Answer("c1", "role", ("x", "y"), "rules", (Evidence(SPAN, "court", True, "header"),), 0.5)


EMPTY = DOCUMENT._replace(text="", pages=(), regions=(), fields=())


@pytest.mark.parametrize(
    "documents", [[DOCUMENT], [], [EMPTY], [EMPTY, DOCUMENT._replace(text="Суд é 😀"), DOCUMENT, EMPTY]]
)
def test_documents_come_back_as_they_went_in(documents: list[Document]) -> None:
    sent = tables.decode(tables.encode({"texts": tables.texts_table(documents)}))
    assert tables.documents_of(sent["texts"]) == documents


@given(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.lists(st.text()).map(tuple)
)
def test_a_value_is_written_as_json_has_it(value: Value) -> None:
    written = tables.to_json(value)
    assert written == json.dumps(value, ensure_ascii=False)
    assert tables.from_json(written) == value


def test_cases_come_back_as_they_went_in() -> None:
    assert tables.cases_of(tables.cases_table([CASE], [()], ["{}"])) == [CASE]


def test_the_digest_of_a_case_stays_the_same_from_version_to_version() -> None:
    """Studies hold it: with another one, all pages would be written anew."""
    assert tables.cases_table([CASE], [()], ["{}"])["digest"].to_pylist() == [14977097459259685341]


@pytest.mark.parametrize("value", ["fine", ("a", "b"), (), None, 15000, 1.5, True, "2022-05-13"])
def test_answers_come_back_as_they_went_in_whatever_the_kind_of_value(value: object) -> None:
    answer = Answer("c1", "role", value, "rules", ANSWER.evidence, None)  # type: ignore[arg-type]
    (row,) = tables.answers_table([answer], [Problem("coding", "c1 role", "k", "m")]).to_pylist()
    assert tables.answer_of(row, "role") == answer
    assert row["problems"] == [{"kind": "k", "message": "m"}]


@pytest.mark.parametrize(
    "other",
    [
        CASE._replace(instance="cassation"),
        CASE._replace(facts=CASE.facts[:-1]),
        CASE._replace(facts=(CASE.facts[0]._replace(value="another"), *CASE.facts[1:])),
        CASE._replace(facts=(CASE.facts[0]._replace(source="another"), *CASE.facts[1:])),
        CASE._replace(facts=(CASE.facts[0]._replace(span=SPAN._replace(document="r2")), *CASE.facts[1:])),
        CASE._replace(facts=(CASE.facts[0]._replace(span=SPAN._replace(start=3)), *CASE.facts[1:])),
        CASE._replace(sections=(CASE.sections[0]._replace(end=1), *CASE.sections[1:])),
        CASE._replace(documents=(*CASE.documents, "r9")),
    ],
)
def test_the_digest_of_a_case_changes_with_what_is_shown(other: Case) -> None:
    def digest(case: Case) -> int:
        return int(tables.cases_table([case], [()], ["{}"])["digest"][0].as_py())

    assert digest(CASE) == digest(CASE._replace())
    assert digest(CASE) != digest(other)


def test_a_digest_changes_with_what_is_shown_and_not_with_the_run() -> None:
    def digest(answer: Answer) -> int:
        return int(tables.answers_table([answer], [])["digest"][0].as_py())

    assert digest(ANSWER) == digest(ANSWER)
    other = Answer("c1", "role", ANSWER.value, "rules", (Evidence(SPAN, "police", True, "header"),), 0.5)
    assert digest(ANSWER) != digest(other)


def test_a_record_that_was_not_read_has_a_row_too() -> None:
    record = Record("b" * 64, "x.pdf", 9)
    row = tables.documents_table([record], [Reading(State.ENCRYPTED, "locked")]).to_pylist()[0]
    assert (row["state"], row["reason"], row["chars"]) == ("encrypted", "locked", 0)


@given(st.lists(st.lists(st.tuples(st.text(), st.text()))))
def test_lists_of_structs_keep_every_tuple_in_its_row(rows: list[list[tuple[str, str]]]) -> None:
    built = tables.lists(rows, tables.PROBLEM).to_pylist()
    assert [[(p["kind"], p["message"]) for p in row] for row in built] == rows


def test_what_is_encoded_decodes_to_the_same_tables() -> None:
    sent = {"texts": tables.texts_table([DOCUMENT]), "answers/role": tables.answers_table([ANSWER], [])}
    got = tables.decode(tables.encode(dict(sent)))
    assert list(got) == list(sent)
    assert all(got[name].equals(table) for name, table in sent.items())


@pytest.mark.parametrize("cut", [1, 5, 30, 200])
def test_a_cut_off_answer_is_refused(cut: int) -> None:
    sent = tables.encode({"texts": tables.texts_table([DOCUMENT])})
    with pytest.raises(ValueError, match=r".+"):
        tables.decode(sent[:-cut])


def test_an_array_whose_offsets_leave_its_buffer_is_refused() -> None:
    sent = bytearray(tables.encode({"texts": tables.texts_table([DOCUMENT])}))
    at = sent.find(TEXT.encode())
    assert at > 0
    # The offsets of the text column lie before its bytes: make the string end far outside.
    offset = sent.rfind(len(TEXT.encode()).to_bytes(4, "little"), 0, at)
    sent[offset : offset + 4] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(ValueError, match=r".+"):
        tables.decode(bytes(sent))


@pytest.mark.parametrize("content", [b"", b"ARROW1", b"nothing of the kind", None])
def test_a_damaged_table_is_named_with_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "part.arrow"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudyError, match=r"part.arrow is damaged .* made anew"):
        tables.read_table(path)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted where Linux lists them")
@pytest.mark.parametrize("characters", [10, 200_000])
def test_tables_that_are_held_hold_no_file_open(characters: int, tmp_path: Path) -> None:
    document = DOCUMENT._replace(text="x" * characters, regions=(), fields=(), pages=())
    tables.write_table(tmp_path / "texts.arrow", tables.texts_table([document]))
    before = len(os.listdir("/proc/self/fd"))
    held = [tables.read_table(tmp_path / "texts.arrow") for _ in range(50)]
    assert len(os.listdir("/proc/self/fd")) - before < 5
    assert all(table["text"].to_pylist() == [document.text] for table in held)


def test_a_table_is_not_damaged_when_too_many_files_are_open(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    tables.write_table(tmp_path / "texts.arrow", tables.texts_table([DOCUMENT]))
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, most))
    try:
        with pytest.raises(OSError, match="open files") as caught:
            tables.read_table(tmp_path / "texts.arrow")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (least, most))
    assert caught.value.errno == errno.EMFILE


@pytest.mark.parametrize("link", ["/dev/zero", "/dev/null", "."])
def test_what_is_no_file_is_no_table(link: str, tmp_path: Path) -> None:
    (tmp_path / "texts.arrow").symlink_to(link)
    with pytest.raises(StudyError, match="it is no file"):
        tables.read_table(tmp_path / "texts.arrow")
