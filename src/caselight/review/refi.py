"""REFI-QDA, the format by which tools for qualitative analysis exchange their work (qdasoftware.org, version 1.0).

A codebook (.qdc) has a code for each question and, below it, one for each answer. A project (.qdpx) is a zip with
project.qde and the texts; an answer is a coding of the whole text, each quotation one of its words. Offsets are code
points, as ours. What the format has no place for (speaker, denial, memo) is JSON in the descriptions.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import struct
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lxml import etree

from caselight.codebook import Codebook
from caselight.review.answers import UNDECIDED
from caselight.review.exchange import DOES_NOT_SAY, NONE, NOT_ASKED, Told, value_text
from caselight.types import Document
from caselight.variables import Variable

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
ORIGIN = "Caselight"
# Of a project unpacked; larger ones are refused.
MOST_BYTES, MOST_PROJECT_BYTES, MOST_FILES = 1 << 30, 256 << 20, 1_000_000
_SPACE = uuid.UUID("6f6b6e29-58d0-4d0b-9f6c-3f5c1f0f6c11")  # names of ours become GUIDs below it
_STAMP = (1980, 1, 1, 0, 0, 0)  # of files in the zip: the same answers give the same bytes


def guid(*parts: str) -> str:
    """The same GUID for the same parts."""
    return str(uuid.uuid5(_SPACE, "\n".join(parts)))


def to_qdc(codebook: Codebook) -> bytes:
    """The codebook."""
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap=_own(CODEBOOK), origin=ORIGIN)
    _codes(root, CODEBOOK, codebook, {})
    return _xml(root)


def _codes(parent: Any, space: str, codebook: Codebook, free: Mapping[str, Sequence[str]]) -> None:
    codes = etree.SubElement(parent, f"{{{space}}}Codes")
    for variable in codebook.variables:
        top = _code(codes, space, variable.name, _first(variable.question), (variable.name,))
        given = [(choice.name, _first(choice.definition) or _first(choice.label)) for choice in variable.values]
        given += [(text, "") for text in free.get(variable.name, ())]
        given += [(NONE, "")] if variable.kind == "many-of" and NONE not in variable.value_names() else []
        special = [name for name in (DOES_NOT_SAY, NOT_ASKED, UNDECIDED) if name not in variable.value_names()]
        for name, about in (*given, *((name, "") for name in special)):
            _code(top, space, name, about, (variable.name, name))


def _code(parent: Any, space: str, name: str, about: str, path: tuple[str, ...]) -> Any:
    code = etree.SubElement(parent, f"{{{space}}}Code", guid=guid("code", *path), name=_legal(name), isCodable="true")
    if about:
        etree.SubElement(code, f"{{{space}}}Description").text = _legal(about)
    return code


def _first(texts: Mapping[str, str]) -> str:
    return next((texts[language] for language in ("en", "", *texts) if language in texts), "")


def to_qdpx(told: Iterable[Told], codebook: Codebook) -> bytes:
    """The project: codebook, texts, and every answer with its quotations."""
    told = list(told)
    variables = {variable.name: variable for variable in codebook.variables}
    root = etree.Element(f"{{{PROJECT}}}Project", nsmap=_own(PROJECT), name=_legal(codebook.name), origin=ORIGIN)
    users = etree.SubElement(root, f"{{{PROJECT}}}Users")
    for coder in sorted({one.coder for one in told}):
        etree.SubElement(users, f"{{{PROJECT}}}User", guid=guid("user", coder), name=coder)
    free: dict[str, list[str]] = {}
    for one in told:
        name = one.decision.variable
        if not variables[name].values and one.decision.value is not None:
            free.setdefault(name, []).append(value_text(one.decision, variables[name]))
    holder = etree.SubElement(root, f"{{{PROJECT}}}CodeBook")
    _codes(holder, PROJECT, codebook, {name: sorted(set(texts)) for name, texts in free.items()})
    documents = {one.decision.case: one.document for one in told}
    sources = etree.SubElement(root, f"{{{PROJECT}}}Sources")
    for case, document in documents.items():
        mine = [one for one in told if one.decision.case == case]
        _source(sources, case, document, [(one, variables[one.decision.variable]) for one in mine])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo("project.qde", _STAMP), _xml(root))
        for case, document in documents.items():
            text = document.text.encode("utf-8", "surrogatepass")
            made.writestr(zipfile.ZipInfo(f"sources/{guid('source', case)}.txt", _STAMP), text)
    return packed.getvalue()


def _source(parent: Any, case: str, document: Document, told: Sequence[tuple[Told, Variable]]) -> None:
    mark = guid("source", case)
    about = {"guid": mark, "name": _legal(document.name), "plainTextPath": f"internal://{mark}.txt"}
    source = etree.SubElement(parent, f"{{{PROJECT}}}TextSource", about)
    etree.SubElement(source, f"{{{PROJECT}}}Description").text = json.dumps({"case": case})
    for one, variable in told:
        for i, quote in enumerate(one.decision.quotes):
            attributes = {
                "guid": guid("quote", case, variable.name, one.coder, str(i)),
                "name": _legal(quote.quote[:60]),
            }
            attributes |= {"startPosition": str(quote.start), "endPosition": str(quote.end)}
            selection = etree.SubElement(source, f"{{{PROJECT}}}PlainTextSelection", attributes)
            selection.set("creatingUser", guid("user", one.coder))
            said = {"said_by": quote.said_by, "denied": quote.denied, "memo": quote.memo}
            etree.SubElement(selection, f"{{{PROJECT}}}Description").text = json.dumps(said)
            _coding(selection, guid("code", variable.name), one, f"{case} {variable.name} {i}")
    notes = []
    for one, variable in told:
        for value in _values(one, variable):
            coding = _coding(source, guid("code", variable.name, value), one, f"{case} {variable.name} {value}")
        if one.decision.memo:
            mark = guid("note", case, variable.name, one.coder)
            etree.SubElement(coding, f"{{{PROJECT}}}NoteRef", targetGUID=mark)
            notes.append((mark, one))
    for mark, one in notes:
        _note(parent.getparent(), mark, one)


def _values(one: Told, variable: Variable) -> list[str]:
    value = one.decision.value
    return list(value) if isinstance(value, tuple) and value else [value_text(one.decision, variable)]


def _coding(parent: Any, code: str, one: Told, place: str) -> Any:
    attributes = {"guid": guid("coding", place, one.coder), "creatingUser": guid("user", one.coder)}
    coding = etree.SubElement(parent, f"{{{PROJECT}}}Coding", attributes)
    etree.SubElement(coding, f"{{{PROJECT}}}CodeRef", targetGUID=code)
    return coding


def _note(root: Any, mark: str, one: Told) -> None:
    notes = root.find(f"{{{PROJECT}}}Notes")
    if notes is None:
        notes = etree.SubElement(root, f"{{{PROJECT}}}Notes")
    note = etree.SubElement(notes, f"{{{PROJECT}}}Note", guid=mark, name="memo", creatingUser=guid("user", one.coder))
    etree.SubElement(note, f"{{{PROJECT}}}PlainTextContent").text = _legal(one.decision.memo)


def from_qdpx(untrusted: bytes) -> list[dict[str, Any]]:
    """Rows as `exchange.from_csv` gives them.

    Raises:
        ValueError: it is no project, or too large.
    """
    try:
        root, texts = _opened(untrusted)
        return _found(root, texts)
    except ValueError:
        raise
    except _NOT_SO as error:
        raise ValueError(f"it is no REFI-QDA project ({error!r})") from None


# What broken zips, XML and references raise; RuntimeError: encrypted, NotImplementedError (one): packed in another way.
_NOT_SO = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,
    etree.LxmlError, LookupError, TypeError, AttributeError, struct.error,
)  # fmt: skip


def _opened(untrusted: bytes) -> tuple[Any, dict[str, bytes]]:
    """The project and the texts beside it, by their names in the zip."""
    with zipfile.ZipFile(io.BytesIO(untrusted)) as packed:
        entries = packed.infolist()
        if sum(entry.file_size for entry in entries) > MOST_BYTES or len(entries) > MOST_FILES:
            raise ValueError("it is too large unpacked")
        if packed.getinfo("project.qde").file_size > MOST_PROJECT_BYTES:
            raise ValueError("project.qde in it is too large")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root: Any = etree.fromstring(packed.read("project.qde"), parser)
        if root.getroottree().docinfo.doctype:
            raise ValueError("its project.qde declares a document type, which none needs and entities hide in")
        return root, {e.filename: packed.read(e) for e in entries if e.filename.startswith("sources/")}


def _found(root: Any, texts: Mapping[str, bytes]) -> list[dict[str, Any]]:
    if root.tag != f"{{{PROJECT}}}Project":
        raise ValueError(f"it is no REFI-QDA project (it begins with {str(root.tag)[:80]})")
    users = {user.get("guid", ""): user.get("name", "") for user in _all(root, "User")}
    notes = {
        note.get("guid", ""): note.findtext(f"{{{PROJECT}}}PlainTextContent") or ""
        for note in root.iter(f"{{{PROJECT}}}Note")
    }
    codes: dict[str, tuple[str, str]] = {}
    for top in root.iterfind(f"{{{PROJECT}}}CodeBook/{{{PROJECT}}}Codes/{{{PROJECT}}}Code"):
        codes[top.get("guid", "")] = (top.get("name", ""), "")
        for code in top.iterfind(f"{{{PROJECT}}}Code"):
            codes[code.get("guid", "")] = (top.get("name", ""), code.get("name", ""))
    found: list[dict[str, Any]] = []
    for source in _all(root, "TextSource"):
        name = "sources/" + source.get("plainTextPath", "").removeprefix("internal://")
        found += _rows(source, codes, (users, notes), texts.get(name, b"").decode("utf-8", "surrogatepass"))
    return found


def _rows(
    source: Any, codes: Mapping[str, tuple[str, str]], named: tuple[Mapping[str, str], Mapping[str, str]], text: str
) -> list[dict[str, Any]]:
    users, notes = named
    about = _described(source)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for coding in source.iterfind(f"{{{PROJECT}}}Coding"):
        variable, value = codes[coding.find(f"{{{PROJECT}}}CodeRef").get("targetGUID")]
        coder = users.get(coding.get("creatingUser", ""), "")
        row = {"case": about.get("case", ""), "record": source.get("name", ""), "variable": variable, "coder": coder}
        kept = rows.setdefault((variable, coder), row | {"value": "", "memo": "", "quotes": []})
        kept["value"] = f"{kept['value']}; {value}" if kept["value"] else value
        for note in coding.iterfind(f"{{{PROJECT}}}NoteRef"):
            kept["memo"] = notes.get(note.get("targetGUID"), "")
    for selection in source.iterfind(f"{{{PROJECT}}}PlainTextSelection"):
        start, end = (_position(selection, name) for name in ("startPosition", "endPosition"))
        said = _described(selection)
        quote = {"start": start, "end": end, "quote": text[start:end], "memo": said.get("memo", "")}
        quote |= {"said_by": said.get("said_by", "unknown"), "denied": said.get("denied", False)}
        for coding in selection.iterfind(f"{{{PROJECT}}}Coding"):
            variable = codes[coding.find(f"{{{PROJECT}}}CodeRef").get("targetGUID")][0]
            coder = users.get(coding.get("creatingUser", ""), "")
            if (variable, coder) in rows:
                rows[variable, coder]["quotes"].append(quote)
    return list(rows.values())


def _position(selection: Any, name: str) -> int:
    found = selection.get(name, "")
    if not (found.isascii() and found.isdigit() and len(found) < 12):
        raise ValueError(f"a quotation has the {name} {found[:40]!r}, which is no place in a text")
    return int(found)


def _described(element: Any) -> dict[str, Any]:
    """What we keep as JSON in a description; {} = another tool's, in words."""
    try:
        told = json.loads(element.findtext(f"{{{PROJECT}}}Description") or "{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def _own(space: str) -> dict[Any, str]:
    """The namespace of elements without a prefix, as lxml wants it."""
    return {None: space}


def _all(root: Any, name: str) -> Iterable[Any]:
    found: Iterable[Any] = root.iter(f"{{{PROJECT}}}{name}")
    return found


def _xml(root: Any) -> bytes:
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return made
