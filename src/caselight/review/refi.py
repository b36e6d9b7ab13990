"""REFI-QDA, the format by which tools for qualitative analysis exchange their work (qdasoftware.org, version 1.0).

A codebook (.qdc) has a code for each question and, below it, one for each answer. A project (.qdpx) is a zip with
project.qde and the texts; an answer is a coding of the whole text, each quotation one of its words. Offsets are code
points, as ours. What the format has no place for (speaker, denial, memo) is JSON in the descriptions. `refi_reading`
reads projects back.
"""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
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
SOURCES = "Sources"  # folder of the zip in which the texts are
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
            made.writestr(zipfile.ZipInfo(f"{SOURCES}/{guid('source', case)}.txt", _STAMP), text)
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
            _coding(selection, guid("code", variable.name), one, ("quote", case, variable.name, str(i)))
    notes = []
    for one, variable in told:
        for value in _values(one, variable):
            coding = _coding(source, guid("code", variable.name, value), one, ("answer", case, variable.name, value))
        if one.decision.memo:
            mark = guid("note", case, variable.name, one.coder)
            etree.SubElement(coding, f"{{{PROJECT}}}NoteRef", targetGUID=mark)
            notes.append((mark, one))
    for mark, one in notes:
        _note(parent.getparent(), mark, one)


def _values(one: Told, variable: Variable) -> list[str]:
    value = one.decision.value
    return list(value) if isinstance(value, tuple) and value else [value_text(one.decision, variable)]


def _coding(parent: Any, code: str, one: Told, place: tuple[str, ...]) -> Any:
    attributes = {"guid": guid("coding", *place, one.coder), "creatingUser": guid("user", one.coder)}
    coding = etree.SubElement(parent, f"{{{PROJECT}}}Coding", attributes)
    etree.SubElement(coding, f"{{{PROJECT}}}CodeRef", targetGUID=code)
    return coding


def _note(root: Any, mark: str, one: Told) -> None:
    notes = root.find(f"{{{PROJECT}}}Notes")
    if notes is None:
        notes = etree.SubElement(root, f"{{{PROJECT}}}Notes")
    note = etree.SubElement(notes, f"{{{PROJECT}}}Note", guid=mark, name="memo", creatingUser=guid("user", one.coder))
    etree.SubElement(note, f"{{{PROJECT}}}PlainTextContent").text = _legal(one.decision.memo)


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def _own(space: str) -> dict[Any, str]:
    """The namespace of elements without a prefix, as lxml wants it."""
    return {None: space}


def _xml(root: Any) -> bytes:
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return made
