"""Everything that a file of a publication says, as texts to be searched: what is shown, what is not, and what it is.

The kinds of files that may be published are few, and each can be looked into. Whatever else lies in the folder is a
find by itself: a picture may show a name that no search of texts finds, and a search index holds every word.
"""

from __future__ import annotations

import base64
import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from caselight.protect import papers

_TEXTS = frozenset({".html", ".css", ".js", ".csv", ".json", ".jsonl", ".svg", ".txt", ".xml", ".md"})
_MARKUP = frozenset({".html", ".svg", ".xml"})
_PAPERS = frozenset({".pdf", ".docx", ".odt", ".xlsx", ".zip"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".ico", ".heic"})
_TAG = re.compile(r"<[^>]*>")
# Tags that part words: what stands on both sides of a cell's border is no one word.
_PARTING = re.compile(
    r"</?(?:td|th|tr|li|p|div|br|h\d|dt|dd|section|article|table|ul|ol|option)\b[^>]*>", re.IGNORECASE
)
_DATA = re.compile(r"data:(?P<type>[\w/+.-]*)[^,\s\"')]*,(?P<data>[A-Za-z0-9+/=%]{16,})")
# "\\u0421" and "\\n" of scripts, "\\u{421}" and "\\421 " of style sheets: "\\nIvanov" is no word with an n in front.
_ESCAPED = re.compile(
    r"\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,6})\}|\\0{0,3}(4[0-9a-fA-F]{2})(?![0-9a-fA-F])\s?|\\([bfnrtv\"'/\\])"
)
_SHORT = {"b": " ", "f": " ", "n": "\n", "r": "\n", "t": " ", "v": " "}
_PERCENT = re.compile("%[0-9a-fA-F]{2}")
_PUNYCODE = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
# Packed bytes; a digest in hexadecimal digits is none.
_BASE64 = re.compile(r"(?<![\w+/=-])(?![0-9a-f]+(?![\w+/-]))[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/-])")
_RUSSIAN = re.compile("[А-Яа-яЁё]{4}")
_URL_SAFE = str.maketrans("-_", "+/")
_DEEPEST = 3  # wrappings inside each other that are taken off


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
    """The ways in which a text can be read: as it stands, unescaped, unpacked, without tags (which may cut a name)."""
    found: dict[str, None] = {text: None}  # a dict keeps the order
    newest = [text]
    for _ in range(_DEEPEST):
        newest = [r for known in newest for r in _unwrapped(known, markup) if r not in found]
        found.update(dict.fromkeys(newest))
    return list(found)


def _unwrapped(text: str, markup: bool) -> Iterator[str]:
    """The text with one wrapping taken off, for each that it has."""
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPED.sub(_letter, text)
    if "%" in text and _PERCENT.search(text):
        yield unquote(text, errors="replace")
        yield unquote(text, "cp1251", errors="replace")
    if "xn--" in text.lower():
        yield _PUNYCODE.sub(_domain, text)
    if markup and "<" in text:
        yield _TAG.sub("", _PARTING.sub(" ", text))
    for m in _DATA.finditer(text):
        yield from _decoded(m)
    for m in _BASE64.finditer(text):
        yield from _hidden_text(m.group())


def _letter(m: re.Match[str]) -> str:
    if m[4]:
        return _SHORT.get(m[4], m[4])
    number = int(m[1] or m[2] or m[3], 16)
    return chr(number) if number < 0x110000 else m.group()


def _domain(m: re.Match[str]) -> str:
    try:
        return m.group().lower().encode("ascii").decode("idna")
    except UnicodeError:
        return m.group()


def _hidden_text(packed: str) -> Iterator[str]:
    """What a run of letters and digits holds, if that is a text in Russian letters."""
    try:
        bare = packed.rstrip("=").translate(_URL_SAFE)
        data = base64.b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        return
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _RUSSIAN.search(text):
            yield text


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
    return papers.guesses(data)


def _paper(suffix: str, data: bytes) -> list[Strange]:
    from pypdf.errors import PyPdfError

    try:
        if suffix == ".pdf":
            return [Strange(*told) for told in papers.told_by_pdf(data)]
        found = [Strange(*told) for told in papers.told_by_package(data, suffix != ".zip")]
        inside = papers.members(data)
    except (PyPdfError, zipfile.BadZipFile, ValueError, OSError, KeyError):
        return [Strange("file", "cannot be opened, so not looked into")]
    if suffix == ".zip":
        return found + [Strange(odd.kind, f"{name}: {odd.what}") for name, of in inside for odd in strange(name, of)]
    return found + [Strange("picture", name) for name, _ in inside if _suffix(name) in _PICTURES]


def _texts_of_paper(suffix: str, data: bytes) -> Iterator[str]:
    if suffix == ".pdf":
        yield from papers.texts_of_pdf(data)
        return
    for name, content in papers.members(data):
        yield name
        if _suffix(name) in _PAPERS:
            yield from _texts_of_paper(_suffix(name), content)
            continue
        for guess in papers.guesses(content):
            yield from (guess, _TAG.sub("", guess))
