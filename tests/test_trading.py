"""Answers of people to other tools and back: nothing is lost, and nothing that is wrong comes in."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from caselight import pipeline, trading
from caselight.drawing import Wish
from caselight.errors import UsageError
from caselight.journals import folder_of
from caselight.planning import Made
from caselight.review import Decision, standing
from caselight.store import Study
from caselight.store.journal import contents
from desk_client import Office
from desk_study import make_study, record


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two coders; every kind of answer, quotations behind letters outside the first plane, memos like formulas."""
    folder = tmp_path_factory.mktemp("trading")
    study = make_study(folder, [(f"{n}.txt", record(n, "😀 Конец 😀 речи.")) for n in range(2)], Wish(2, double=1.0))
    office = Office(study.folder)
    for name in ("anna", "boris"):
        coder = office.coder(name)
        for number, (case, _) in enumerate(coder.get("/api/desk").json["queue"]):
            found = coder.get(f"/api/cases/{case}").json["documents"][0]
            start = found["text"].index("Конец")
            words = {
                "document": found["document"],
                "start": start,
                "end": start + 9,
                "quote": found["text"][start : start + 9],
            }
            words |= {"said_by": "defence", "denied": True, "memo": "=1+1; да"}
            for variable, sent in answers(number, words).items():
                body = {"key": f"{name}-{case}-{variable}".replace("_", "-"), "case": case, "variable": variable}
                assert coder.post("/api/decisions", body | sent).status == 200
    return study


def answers(number: int, words: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if number:
        return {"role": {"value": "none", "memo": "-5 %"}, "people": {"value": None}, "words": {"value": "не; надо"}}
    undecided = {"value": None, "decided": False, "memo": "@torn\nline two"}
    place = {"value": ["metro", "street"], "quotes": [words]}
    return {
        "role": {"value": "mentioned", "quotes": [words]},
        "place": place,
        "people": {"value": "12,5"},
        "words": undecided,
    }


def kept(study: Study) -> dict[tuple[str, str, str], Decision]:
    found = {}
    for file in sorted(folder_of(study).glob("*.jsonl")):
        for (case, variable), one in standing(contents(file).entries).items():
            found[file.stem, case, variable] = one.decision
    return found


def emptied(study: Study, to: Path) -> Made:
    shutil.copytree(study.folder, to)
    shutil.rmtree(to / "journal" / "answers")
    return pipeline.current(Study.open(to))


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


def test_a_project_holds_the_texts_and_quotations_at_their_code_points(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "qdpx", tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        root = etree.fromstring(packed.read("project.qde"))
        space = {"q": "urn:QDA-XML:project:1.0"}
        source = root.xpath("//q:TextSource[q:PlainTextSelection]", namespaces=space)[0]
        text = packed.read("sources/" + source.get("plainTextPath").removeprefix("internal://")).decode("utf-8")
        chosen = source.xpath("q:PlainTextSelection", namespaces=space)[0]
        assert text[int(chosen.get("startPosition")) : int(chosen.get("endPosition"))].startswith("Конец")
        marks = [e.get("guid") for e in root.iter() if e.get("guid")]
        assert len(marks) == len(set(marks))
        assert {e.get("targetGUID") for e in root.iter() if e.get("targetGUID")} <= set(marks)


def test_offsets_for_label_studio_count_as_browsers_do(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "label-studio", tmp_path / "a.json")
    for task in json.loads((tmp_path / "a.json").read_text("utf-8")):
        units = task["data"]["text"].encode("utf-16-le")
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                if result["type"] == "labels":
                    value = result["value"]
                    assert units[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == value["text"]


def test_the_codebook_goes_out_alone(coded: Study, tmp_path: Path) -> None:
    assert trading.hand_out(pipeline.current(coded), "qdc", tmp_path / "a.qdc") == (4, 0)
    root = etree.fromstring((tmp_path / "a.qdc").read_bytes())
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    assert {code.get("name") for code in root.iter("{*}Code")} >= {"role", "relied_on", "metro"}


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
        ("qdpx", project(source('<Coding><CodeRef targetGUID="9"/></Coding>')), "no REFI-QDA project"),
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
