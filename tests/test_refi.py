"""REFI-QDA: built as the standard has it, and read back however other tools wrote it."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from caselight import pipeline, trading
from caselight.errors import UsageError
from caselight.store import Study
from desk_trading import coded_study, emptied, kept


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return coded_study(tmp_path_factory.mktemp("trading"))


def test_the_codebook_goes_out_alone(coded: Study, tmp_path: Path) -> None:
    assert trading.hand_out(pipeline.current(coded), "qdc", tmp_path / "a.qdc") == (4, 0)
    root = etree.fromstring((tmp_path / "a.qdc").read_bytes())
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    assert {code.get("name") for code in root.iter("{*}Code")} >= {"role", "relied_on", "metro"}


def test_a_project_holds_the_texts_and_quotations_at_their_code_points(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "qdpx", tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        root = etree.fromstring(packed.read("project.qde"))
        space = {"q": "urn:QDA-XML:project:1.0"}
        source = root.xpath("//q:TextSource[q:PlainTextSelection]", namespaces=space)[0]
        text = packed.read("Sources/" + source.get("plainTextPath").removeprefix("internal://")).decode("utf-8")
        chosen = source.xpath("q:PlainTextSelection", namespaces=space)[0]
        assert text[int(chosen.get("startPosition")) : int(chosen.get("endPosition"))].startswith("Конец")
        marks = [e.get("guid") for e in root.iter() if e.get("guid")]
        assert len(marks) == len(set(marks))
        assert {e.get("targetGUID") for e in root.iter() if e.get("targetGUID")} <= set(marks)


# REFI-QDA 1.0, Project.xsd: what an element may hold, in this order; and what attributes it must have.
INSIDE = {
    "Project": "Users CodeBook Variables Cases Sources Notes Links Sets Graphs Description NoteRef",
    "Users": "User",
    "User": "",
    "CodeBook": "Codes Sets",
    "Codes": "Code",
    "Code": "Description NoteRef Code",
    "Sources": "TextSource PictureSource PDFSource AudioSource VideoSource",
    "TextSource": "Description PlainTextContent PlainTextSelection Coding NoteRef VariableValue",
    "PlainTextSelection": "Description Coding NoteRef",
    "Coding": "CodeRef NoteRef",
    "Notes": "Note",
    "Note": "Description PlainTextContent PlainTextSelection Coding NoteRef VariableValue",
}
ONCE = {"Users", "CodeBook", "Codes", "Sources", "Notes", "Description", "PlainTextContent", "CodeRef"}
ATTRIBUTES = {  # needed, then allowed
    "Project": ("name", "origin"),
    "User": ("guid", "name id"),
    "Code": ("guid name isCodable", "color"),
    "TextSource": ("guid", "name plainTextPath richTextPath creatingUser creationDateTime"),
    "PlainTextSelection": ("guid startPosition endPosition", "name creatingUser creationDateTime"),
    "Coding": ("guid", "creatingUser creationDateTime"),
    "Note": ("guid", "name creatingUser creationDateTime plainTextPath"),
    "CodeRef": ("targetGUID", ""),
    "NoteRef": ("targetGUID", ""),
    "CodeBook": ("", "origin"),
}
GUID = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def faults(element: Any, space: str) -> list[str]:
    """Where the element, or anything in it, is not what the standard allows."""
    name = etree.QName(element).localname
    found = [] if etree.QName(element).namespace == space else [f"{name}: namespace"]
    order = INSIDE.get(name, "").split()
    inside = [etree.QName(child).localname for child in element]
    if not set(inside) <= set(order) or inside != sorted(inside, key=order.index):
        found.append(f"{name} holds {inside}")
    found += [f"{name} holds {one} twice" for one in ONCE if inside.count(one) > 1]
    needed, allowed = (words.split() for words in ATTRIBUTES.get(name, ("", "")))
    if not set(needed) <= set(element.attrib) <= {*needed, *allowed}:
        found.append(f"{name} has {sorted(element.attrib)}")
    marks = [text for key, text in element.attrib.items() if key in ("guid", "targetGUID", "creatingUser")]
    found += [f"{name}: {mark!r} is no GUID" for mark in marks if not GUID.fullmatch(mark)]
    return found + [fault for child in element for fault in faults(child, space)]


def test_a_project_is_built_as_the_standard_has_it(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "qdpx", tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        root = etree.fromstring(packed.read("project.qde"))
        files = set(packed.namelist()) - {"project.qde"}
    assert root.tag == "{urn:QDA-XML:project:1.0}Project"
    assert faults(root, "urn:QDA-XML:project:1.0") == []
    paths = {source.get("plainTextPath") for source in root.iter("{*}TextSource")}
    assert {path.replace("internal://", "Sources/") for path in paths} == files
    users = {user.get("guid") for user in root.iter("{*}User")}
    assert {one.get("creatingUser") for one in root.iter("{*}Coding")} <= users
    shuffled = etree.fromstring(etree.tostring(root))
    shuffled.insert(0, shuffled[-1])
    assert faults(shuffled, "urn:QDA-XML:project:1.0") != [], "the check can fail"


def test_a_codebook_is_built_as_the_standard_has_it(coded: Study, tmp_path: Path) -> None:
    trading.hand_out(pipeline.current(coded), "qdc", tmp_path / "a.qdc")
    assert faults(etree.fromstring((tmp_path / "a.qdc").read_bytes()), "urn:QDA-XML:codebook:1.0") == []


def test_an_answer_that_reads_like_the_number_of_a_quotation_has_a_guid_of_its_own(
    coded: Study, tmp_path: Path
) -> None:
    made = emptied(coded, tmp_path / "other")
    case = next(iter(kept(coded)))[1]
    text = trading._documents(made, {case})[case].text
    quotes = json.dumps([{"start": 0, "end": 4, "quote": text[:4]}])
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["case", "variable", "value", "coder", "quotes"], [case, "people", "0", "a", quotes]]
        )
    trading.take_in(made, "csv", tmp_path / "in.csv", "", "t")
    trading.hand_out(made, "qdpx", tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        marks = [e.get("guid") for e in etree.fromstring(packed.read("project.qde")).iter() if e.get("guid")]
    assert len(marks) == len(set(marks))


def changed_project(coded: Study, folder: Path, change: Callable[[Any, dict[str, bytes]], None]) -> Path:
    """A project as we hand it out, as another tool might hand it back."""
    trading.hand_out(pipeline.current(coded), "qdpx", folder / "a.qdpx")
    with zipfile.ZipFile(folder / "a.qdpx") as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    root = etree.fromstring(files.pop("project.qde"))
    change(root, files)
    with zipfile.ZipFile(folder / "b.qdpx", "w") as made:
        made.writestr("project.qde", etree.tostring(root))
        for name, data in files.items():
            made.writestr(name, data)
    return folder / "b.qdpx"


def without_descriptions(root: Any, files: dict[str, bytes]) -> None:
    for source in root.iter("{*}TextSource"):
        source.remove(source.find("{*}Description"))


def texts_within(root: Any, files: dict[str, bytes]) -> None:
    for source in root.iter("{*}TextSource"):
        path = source.attrib.pop("plainTextPath").replace("internal://", "Sources/")
        content = etree.Element("{urn:QDA-XML:project:1.0}PlainTextContent")
        content.text = files.pop(path).decode()
        source.insert(1, content)


def other_folder(root: Any, files: dict[str, bytes]) -> None:
    for name in list(files):
        files[name.replace("Sources/", "sources/")] = b"\xef\xbb\xbf" + files.pop(name)


def rich_beside(root: Any, files: dict[str, bytes]) -> None:
    for source in root.iter("{*}TextSource"):
        source.set("richTextPath", "internal://a.docx")
    files["Sources/a.docx"] = b"PK"


def words_coded_with_answers(root: Any, files: dict[str, bytes]) -> None:
    """No text is coded as a whole any more: its words are, with the answer."""
    for source in root.iter("{*}TextSource"):
        by = {(c.get("creatingUser"), c[0].get("targetGUID")): c for c in source.iterfind("{*}Coding")}
        for (user, code), answer in by.items():
            parent = next(one for one in root.iter("{*}Code") if one.get("guid") == code).getparent().get("guid")
            mine = [c for c in source.iterfind("{*}PlainTextSelection/{*}Coding") if c.get("creatingUser") == user]
            for coding in (c for c in mine if c[0].get("targetGUID") == parent):
                coding[0].set("targetGUID", code)
                source.remove(answer) if answer.getparent() is source else None


@pytest.mark.parametrize(
    "change", [without_descriptions, texts_within, other_folder, rich_beside, words_coded_with_answers]
)
def test_a_project_comes_back_however_another_tool_wrote_it(
    coded: Study, tmp_path: Path, change: Callable[[Any, dict[str, bytes]], None]
) -> None:
    file, made = changed_project(coded, tmp_path, change), emptied(coded, tmp_path / "other")
    assert trading.take_in(made, "qdpx", file, "", "t") == {"anna": 8, "boris": 8}
    back, before = kept(made.study), kept(coded)
    assert {key: (one.value, one.decided) for key, one in back.items()} == {
        key: (one.value, one.decided) for key, one in before.items()
    }
    assert [[q.quote for q in back[key].quotes] for key in before] == [
        [q.quote for q in one.quotes] for one in before.values()
    ]


def rich_alone(root: Any, files: dict[str, bytes]) -> None:
    for source in root.iter("{*}TextSource"):
        source.set("richTextPath", source.attrib.pop("plainTextPath").replace(".txt", ".docx"))


def text_missing(root: Any, files: dict[str, bytes]) -> None:
    files.clear()


def text_elsewhere(root: Any, files: dict[str, bytes]) -> None:
    for source in root.iter("{*}TextSource"):
        source.set("plainTextPath", "relative:///a.txt")


def coded_as_pdf(root: Any, files: dict[str, bytes]) -> None:
    for source in list(root.iter("{*}TextSource")):
        source.tag = "{urn:QDA-XML:project:1.0}PDFSource"


def unknown_code(root: Any, files: dict[str, bytes]) -> None:
    next(root.iter("{*}CodeRef")).set("targetGUID", "0" * 8)


def answers_removed(root: Any, files: dict[str, bytes]) -> None:
    for source in root.iter("{*}TextSource"):
        for coding in source.findall("{*}Coding"):
            source.remove(coding)


def renamed(root: Any, files: dict[str, bytes]) -> None:
    without_descriptions(root, files)
    for source in root.iter("{*}TextSource"):
        source.set("name", "somebody's own.txt")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (rich_alone, "it has rich text alone. Places are counted in the plain text"),
        (text_missing, "is not in the file"),
        (text_elsewhere, "its plain text 'relative:///a.txt' is not in the file"),
        (coded_as_pdf, "is coded as a PDFSource. Only plain texts"),
        (unknown_code, "coded with '00000000', which is no question"),
        (answers_removed, "and nothing with an answer to it"),
        (renamed, "somebody's own.txt\" is no case of this study, or means several"),
    ],
)
def test_a_project_that_cannot_be_taken_in_says_why(
    coded: Study, tmp_path: Path, change: Callable[[Any, dict[str, bytes]], None], words: str
) -> None:
    file, made = changed_project(coded, tmp_path, change), emptied(coded, tmp_path / "other")
    with pytest.raises(UsageError) as told:
        trading.take_in(made, "qdpx", file, "", "t")
    assert words in str(told.value)
    assert "Nothing was taken." in str(told.value)
    assert kept(made.study) == {}
