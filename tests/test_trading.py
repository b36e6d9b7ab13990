"""Answers of people to other tools and back: nothing is lost, and nothing that is wrong comes in."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from caselight import pipeline, trading
from caselight.errors import UsageError
from caselight.store import Study
from desk_trading import coded_study, emptied, kept


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return coded_study(tmp_path_factory.mktemp("trading"))


@pytest.mark.parametrize("form", ["csv", "label-studio", "qdpx"])
def test_everything_comes_back_that_went_out(coded: Study, tmp_path: Path, form: str) -> None:
    file = tmp_path / "answers"
    assert trading.hand_out(pipeline.current(coded), form, file) == (16, 0)
    made = emptied(coded, tmp_path / "other")
    assert trading.take_in(made, form, file, "", "t") == {"anna": 8, "boris": 8}
    assert kept(made.study) == kept(coded)
    assert trading.take_in(made, form, file, "", "t") == {"anna": 0, "boris": 0}


def test_no_cell_of_the_table_is_run_by_a_spreadsheet(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "csv", tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    assert "'-5 %" in text
    assert "'@torn" in text


def test_offsets_for_label_studio_count_as_browsers_do(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "label-studio", tmp_path / "a.json")
    for task in json.loads((tmp_path / "a.json").read_text("utf-8")):
        units = task["data"]["text"].encode("utf-16-le")
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                if result["type"] == "labels":
                    value = result["value"]
                    assert units[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == value["text"]


def test_the_adjudicator_is_one_however_a_file_writes_the_name(coded: Study, tmp_path: Path) -> None:
    case, made = next(iter(kept(coded)))[1], emptied(coded, tmp_path / "other")
    (tmp_path / "file").write_text(f"case,variable,value,coder\n{case},role,none,Adjudicator\n")
    assert trading.take_in(made, "csv", tmp_path / "file", "", "t") == {"adjudicator": 1}


def project(xml: str, flags: int = 0) -> bytes:
    """A REFI-QDA project with this project.qde; with a flag set in its zip, if one is wanted (1 = encrypted)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("project.qde", xml)
    data = bytearray(packed.getvalue())
    if flags:
        data[6] |= flags
        data[data.index(b"PK\x01\x02") + 8] |= flags
    return bytes(data)


def source(inside: str) -> str:
    """A project with one text that holds this."""
    return (
        '<Project xmlns="urn:QDA-XML:project:1.0"><CodeBook><Codes><Code guid="1" name="role"/></Codes></CodeBook>'
        f"<Sources><TextSource><Description>{{}}</Description>{inside}</TextSource></Sources></Project>"
    )


ENTITY = '<!DOCTYPE Project [<!ENTITY a "aaaa">]><Project xmlns="urn:QDA-XML:project:1.0">&a;</Project>'
PLACED = '<PlainTextSelection startPosition="first" endPosition="2"/>'
QUOTED = b'case,variable,value,coder,quotes\nCASE,role,none,a,"[{""start"":0,""end"":3,""quote"":""XX""}]"\n'


@pytest.mark.parametrize(
    ("form", "data", "words"),
    [
        ("csv", b"case,value\n", "needs the columns"),
        ("csv", b"case,variable,value,coder\nc9,role,none,anna\n", "is no case"),
        ("csv", b"case,variable,value,coder\nCASE,colour,none,anna\n", "no variable 'colour'"),
        ("csv", b"case,variable,value,coder\nCASE,role,purple,anna\n", "'purple' is no value"),
        ("csv", b"case,variable,value,coder\nCASE,role,none,../anna\n", "cannot be a coder's name"),
        ("csv", b"case,variable,value,coder\nCASE,role,none,ask_if\n", "name of a program's answers"),
        ("csv", b"case,variable,value,coder\nCASE,role,none,Rules\n", "name of a program's answers"),
        ("csv", b'case,variable,value,coder\nCASE,role,none,"a b\n"\n', "cannot be a coder's name"),
        ("csv", b"case,variable,value,coder\nCASE,role,none,\n", "does not say whose it is"),
        ("csv", QUOTED, "does not stand"),
        ("label-studio", b"[{}]", "no export of Label Studio"),
        ("label-studio", b"{", "cannot be taken in"),
        ("qdpx", b"PK", "no REFI-QDA project"),
        ("qdpx", project("<Project/>"), "no REFI-QDA project"),
        ("qdpx", project("<Project"), "no REFI-QDA project"),
        ("qdpx", project("<Project/>", flags=1), "no REFI-QDA project"),
        ("qdpx", project(ENTITY), "document type"),
        ("qdpx", project(source("<Coding/>")), "no REFI-QDA project"),
        ("qdpx", project(source('<Coding><CodeRef targetGUID="9"/></Coding>')), "no question of its codebook"),
        ("qdpx", project(source(PLACED)), "no place in a text"),
        ("label-studio", b"[" * 100_000, "cannot be taken in"),
        ("label-studio", b'[{"data": [], "annotations": [{"result": [{"type": "labels"}]}]}]', "Label Studio"),
        ("csv", b'case,variable,value,coder,quotes\nCASE,role,none,a,"{"\n', "holds no list of quotations"),
        ("csv", b"case,variable,value,coder,quotes\nCASE,role,none,a,[1]\n", "holds no list of quotations"),
        ("csv", b"case,variable,value,coder\n" + b"a" * 200_000, "cannot be read as CSV"),
        ("csv", b"\xff\xfe", "cannot be taken in"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_is_taken(
    coded: Study, tmp_path: Path, form: str, data: bytes, words: str
) -> None:
    made = emptied(coded, tmp_path / "other")
    case = next(iter(kept(coded)))[1]
    (tmp_path / "file").write_bytes(data.replace(b"CASE", case.encode()))
    csv.field_size_limit(1 << 30)  # as some libraries leave it for the whole process
    with pytest.raises(UsageError, match=words):
        trading.take_in(made, form, tmp_path / "file", "", "t")
    assert kept(made.study) == {}


def test_a_file_that_is_too_large_is_not_even_read(
    coded: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = emptied(coded, tmp_path / "other")
    with (tmp_path / "file").open("wb") as file:
        file.truncate(trading.MOST_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(UsageError, match="larger than 512 MiB"):
        trading.take_in(made, "csv", tmp_path / "file", "", "t")
