"""REFI-QDA projects (.qdpx) read back: those that `refi` wrote, and what other tools made of them.

Other tools drop descriptions, write folders in their own way, keep rich text beside or instead of the plain one, and
code words where we code whole texts. What cannot be understood is refused in words; nothing is left out unseen.
"""

from __future__ import annotations

import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from caselight.review.refi import PROJECT, SOURCES

# Of a project unpacked; larger ones are refused.
MOST_BYTES, MOST_PROJECT_BYTES, MOST_FILES = 1 << 30, 256 << 20, 1_000_000
_TEXT = "TextSource"  # the one kind of source that we read; the others: pictures, PDF, sound, video
_INTERNAL = "internal://"
# What broken zips, XML and references raise; RuntimeError: encrypted, NotImplementedError (one): packed in another way.
_NOT_SO = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,
    etree.LxmlError, LookupError, TypeError, AttributeError, struct.error,
)  # fmt: skip

Rows = dict[tuple[str, str], dict[str, Any]]  # variable, coder -> the answer as `exchange.from_csv` gives it


def from_qdpx(untrusted: bytes) -> list[dict[str, Any]]:
    """Rows as `exchange.from_csv` gives them; `case` is empty where the project does not say it.

    Raises:
        ValueError: it is no project, too large, or has something that cannot be taken in.
    """
    try:
        root, texts = _opened(untrusted)
        return _found(root, texts)
    except ValueError:
        raise
    except _NOT_SO as error:
        raise ValueError(f"it is no REFI-QDA project ({error!r})") from None


def _opened(untrusted: bytes) -> tuple[Any, dict[str, bytes]]:
    """The project, and the plain texts in it by their names without folder, in small letters."""
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
        return root, {_name(entry.filename): packed.read(entry) for entry in entries if _is_text(entry.filename)}


def _is_text(untrusted_name: str) -> bool:
    folder, _, name = untrusted_name.rpartition("/")
    return folder.lower() in ("", SOURCES.lower()) and name.lower().endswith(".txt")


def _name(untrusted: str) -> str:
    return untrusted.rpartition("/")[2].lower()


@dataclass(frozen=True, slots=True)
class _Named:
    """What GUIDs of the project stand for."""

    users: Mapping[str, str]
    notes: Mapping[str, str]
    codes: Mapping[str, tuple[str, str]]  # -> question, answer; "" = the question itself

    def code(self, coding: Any) -> tuple[str, str]:
        """Question and answer that something is coded with."""
        target = coding.find(_tag("CodeRef")).get("targetGUID")
        if target not in self.codes:
            raise ValueError(
                f"something in it is coded with {str(target)[:60]!r}, which is no question of its codebook and no "
                "answer directly below one. Keep the codes as they were handed out"
            )
        return self.codes[target]

    def coder(self, coding: Any) -> str:
        """Who coded it; "" = the project does not say."""
        return self.users.get(coding.get("creatingUser", ""), "")


def _found(root: Any, texts: Mapping[str, bytes]) -> list[dict[str, Any]]:
    if root.tag != _tag("Project"):
        raise ValueError(f"it is no REFI-QDA project (it begins with {str(root.tag)[:80]})")
    users = {user.get("guid", ""): user.get("name", "") for user in root.iter(_tag("User"))}
    notes = {note.get("guid", ""): note.findtext(_tag("PlainTextContent")) or "" for note in root.iter(_tag("Note"))}
    codes: dict[str, tuple[str, str]] = {}
    for top in root.iterfind(f"{_tag('CodeBook')}/{_tag('Codes')}/{_tag('Code')}"):
        codes[top.get("guid", "")] = (top.get("name", ""), "")
        for code in top.iterfind(_tag("Code")):
            codes[code.get("guid", "")] = (top.get("name", ""), code.get("name", ""))
    found: list[dict[str, Any]] = []
    for source in root.iterfind(f"{_tag('Sources')}/*"):
        if source.tag == _tag(_TEXT):
            found += _rows(source, _Named(users, notes, codes), texts)
        elif isinstance(source.tag, str) and next(source.iter(_tag("Coding")), None) is not None:
            kind = source.tag.rpartition("}")[2]
            raise ValueError(
                f"{source.get('name', '')[:80]!r} is coded as a {kind}. Only plain texts are taken in: answers are "
                "about the texts that were handed out"
            )
    return found


def _rows(source: Any, named: _Named, texts: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The answers about one text: codings of the whole text, and of words in it."""
    about = {"case": _described(source).get("case", ""), "record": source.get("name", "")}
    rows: Rows = {}
    for coding in source.iterfind(_tag("Coding")):
        variable, value = named.code(coding)
        kept = _row(rows, about, variable, named.coder(coding))
        _add(kept, value)
        for note in coding.iterfind(_tag("NoteRef")):
            kept["memo"] = named.notes.get(note.get("targetGUID"), "")
    selections = list(source.iterfind(_tag("PlainTextSelection")))
    text = _text(source, texts) if any(one.find(_tag("Coding")) is not None for one in selections) else ""
    for selection in selections:
        quote = _quote(selection, text)
        for coding in selection.iterfind(_tag("Coding")):
            variable, value = named.code(coding)
            kept = _row(rows, about, variable, named.coder(coding))
            _add(kept, value)
            kept["quotes"].append(quote)
    for (variable, coder), row in rows.items():
        if not row["value"]:
            raise ValueError(
                f"{about['record'][:80]!r}: {coder or 'somebody'} coded words with the question {variable!r}, and "
                "nothing with an answer to it. Code the text, or the words, with the answer"
            )
    return list(rows.values())


def _row(rows: Rows, about: Mapping[str, str], variable: str, coder: str) -> dict[str, Any]:
    fresh = {**about, "variable": variable, "coder": coder, "value": "", "memo": "", "quotes": []}
    return rows.setdefault((variable, coder), fresh)


def _add(row: dict[str, Any], value: str) -> None:
    """One answer more to the question, unless it is there."""
    if value and value not in row["value"].split("; "):
        row["value"] = f"{row['value']}; {value}" if row["value"] else value


def _text(source: Any, texts: Mapping[str, bytes]) -> str:
    """The source as plain text: beside the project, or within it.

    Raises:
        ValueError: there is none.
    """
    path, within = source.get("plainTextPath", ""), source.findtext(_tag("PlainTextContent"))
    if path.startswith(_INTERNAL) and (data := texts.get(_name(path.removeprefix(_INTERNAL)))) is not None:
        return data.decode("utf-8-sig", "surrogatepass")
    if within is not None:
        return str(within)
    if path:
        why = f"its plain text {path[:80]!r} is not in the file"
    else:
        why = "it has rich text alone" if source.get("richTextPath") else "it has no text"
    raise ValueError(
        f"words of {source.get('name', '')[:80]!r} are coded, and {why}. Places are counted in the plain text: "
        "export the project with plain texts inside"
    )


def _quote(selection: Any, text: str) -> dict[str, Any]:
    start, end = (_position(selection, name) for name in ("startPosition", "endPosition"))
    said = _described(selection)
    quote = {"start": start, "end": end, "quote": text[start:end], "memo": said.get("memo", "")}
    return quote | {"said_by": said.get("said_by", "unknown"), "denied": said.get("denied", False)}


def _position(selection: Any, name: str) -> int:
    found = selection.get(name, "")
    if not (found.isascii() and found.isdigit() and len(found) < 12):
        raise ValueError(f"a quotation has the {name} {found[:40]!r}, which is no place in a text")
    return int(found)


def _described(element: Any) -> dict[str, Any]:
    """What we keep as JSON in a description; {} = another tool's, in words."""
    try:
        told = json.loads(element.findtext(_tag("Description")) or "{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _tag(name: str) -> str:
    return f"{{{PROJECT}}}{name}"
