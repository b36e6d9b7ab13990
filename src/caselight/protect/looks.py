"""Everything that a file of a publication says, as texts to be searched: what is shown, what is not, and what it is.

The kinds of files that may be published are few, and each can be looked into. Whatever else lies in the folder is a
find by itself: a picture may show a name that no search of texts finds, and a search index holds every word.
"""

from __future__ import annotations

import base64
import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

_TEXTS = frozenset({".html", ".css", ".js", ".csv", ".json", ".jsonl", ".svg", ".txt", ".xml", ".md"})
_MARKUP = frozenset({".html", ".svg", ".xml"})
_PAPERS = frozenset({".pdf", ".docx", ".odt", ".xlsx", ".zip"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".ico", ".heic"})
_TAG = re.compile(r"<[^>]*>")
_DATA = re.compile(r"data:(?P<type>[\w/+.-]*)[^,\s\"')]*,(?P<data>[A-Za-z0-9+/=%]{16,})")
# How a string is written in a script or in JSON: "\nIvanov" is no word with an n in front.
_ESCAPED = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<short>[bfnrtv\"'/\\]))")
_SHORT = {"b": " ", "f": " ", "n": "\n", "r": "\n", "t": " ", "v": " "}
_MOST_MEMBERS = 10_000


@dataclass(frozen=True, slots=True)
class View:
    """One way to read (a part of) a file."""

    line: int  # where it begins, from 1; 0 = not in lines
    text: str


@dataclass(frozen=True, slots=True)
class Strange:
    """Why a file may not be in a publication at all."""

    kind: str  # picture | metadata | file
    what: str


def strange(name: str, data: bytes) -> list[Strange]:
    """What is wrong with a file, whatever names it holds."""
    suffix = _suffix(name)
    if any(part.startswith(".") for part in name.split("/")):
        return [Strange("file", "a hidden file")]
    if suffix in _PICTURES or data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n":
        return [Strange("picture", "a picture: what it shows cannot be searched")]
    if suffix not in _TEXTS | _PAPERS:
        return [Strange("file", f"a file of a kind that cannot be looked into ({suffix or 'no ending'})")]
    if suffix in _PAPERS:
        return _paper(suffix, data)
    found = [Strange("metadata", "an XMP packet")] if b"<x:xmpmeta" in data or b"<?xpacket" in data else []
    return found + [Strange("picture", "a picture inside a page") for _ in re.findall(rb"data:image/(?!svg)", data)]


def views(name: str, data: bytes) -> Iterator[View]:
    """The file's texts, line by line where it has lines."""
    suffix = _suffix(name)
    if suffix in _PAPERS:
        for text in _texts_of_paper(suffix, data):
            yield View(0, text)
        return
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        yield View(number, line)


def readings(text: str, markup: bool) -> list[str]:
    """The ways in which a text can be read: as it stands, unescaped, without tags (which may cut a name in two)."""
    found = [text]
    if "&" in text:
        found.append(html.unescape(text))
    if "\\" in text:
        found.append(_ESCAPED.sub(_meant, text))
    if "%D" in text or "%d" in text:
        found.append(unquote(text, errors="replace"))
    if markup and "<" in text:
        found.append(_TAG.sub("", found[1] if "&" in text else text))
    found += [inner for m in _DATA.finditer(text) for inner in _decoded(m)]
    return found


def _meant(m: re.Match[str]) -> str:
    return chr(int(m["code"], 16)) if m["code"] else _SHORT.get(m["short"], m["short"])


def is_markup(name: str) -> bool:
    """Whether the file has tags."""
    return _suffix(name) in _MARKUP


def _suffix(name: str) -> str:
    last = name.rsplit("/", 1)[-1]
    return "." + last.rsplit(".", 1)[-1].lower() if "." in last else ""


def _decoded(m: re.Match[str]) -> list[str]:
    if "base64" not in m.group()[: m.start("data") - m.start()]:
        return [unquote(m["data"], errors="replace")]
    try:
        data = base64.b64decode(m["data"] + "==")
    except ValueError:
        return []
    return _guesses(data)


def _guesses(data: bytes) -> list[str]:
    """Bytes of an unknown kind as the texts that they may be."""
    return [data.decode(encoding, "ignore") for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1251")]


def _paper(suffix: str, data: bytes) -> list[Strange]:
    if suffix != ".pdf":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = archive.namelist()[:_MOST_MEMBERS]
                made = [n for n in names if re.search(r"docProps/|meta\.xml|thumbnail", n, re.IGNORECASE)]
                pictures = [n for n in names if _suffix(n) in _PICTURES]
        except zipfile.BadZipFile:
            return [Strange("file", "cannot be opened, so not looked into")]
        found = [Strange("metadata", f"{n}: who made it, when, with what") for n in made]
        return found + [Strange("picture", n) for n in pictures]
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        info, packet = dict(reader.metadata or {}), reader.xmp_metadata
    except (PyPdfError, ValueError, OSError, KeyError):
        return [Strange("file", "cannot be opened, so not looked into")]
    found = [Strange("metadata", f"PDF {key}") for key in info if key in ("/Author", "/Title", "/Subject", "/Keywords")]
    return found + ([Strange("metadata", "an XMP packet")] if packet is not None else [])


def _texts_of_paper(suffix: str, data: bytes) -> Iterator[str]:
    if suffix != ".pdf":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist()[:_MOST_MEMBERS]:
                yield name
                for guess in _guesses(archive.read(name)):
                    yield from (guess, _TAG.sub("", guess))
        return
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    yield " ".join(map(str, (reader.metadata or {}).values()))
    for page in reader.pages:
        yield page.extract_text()
