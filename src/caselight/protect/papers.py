"""What is inside a paper of a publication: the members of a package, every text and stream of a PDF."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

_MOST_MEMBERS = 10_000
_EARLIEST = (1980, 1, 1)  # the date of members that tell no time
_PARTS = re.compile(r"(?:\.(?:xml|rels|vml|txt|css)|(?:^|/)mimetype)$", re.IGNORECASE)  # of office documents
_MADE = re.compile(r"docProps/|meta\.xml|thumbnail", re.IGNORECASE)
_INFO = ("/Author", "/Title", "/Subject", "/Keywords")


def guesses(data: bytes) -> list[str]:
    """Bytes of an unknown kind as the texts that they may be."""
    return [data.decode(encoding, "ignore") for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1251")]


def members(data: bytes) -> list[tuple[str, bytes]]:
    """(name, content) of each member of a package.

    Raises:
        zipfile.BadZipFile: it is none.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()[:_MOST_MEMBERS] if not name.endswith("/")]


def told_by_package(data: bytes, office: bool) -> Iterator[tuple[str, str]]:
    """(kind, what) of each thing in a package that may not be there: who made it and when, parts that hold no text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.comment:
            yield "metadata", "a comment on the package"
        for info in archive.infolist()[:_MOST_MEMBERS]:
            if info.comment:
                yield "metadata", f"{info.filename}: a comment"
            if info.date_time[:3] != _EARLIEST:
                yield "time", f"{info.filename}: the time of its last change"
            if office and _MADE.search(info.filename):
                yield "metadata", f"{info.filename}: who made it, when, with what"
            elif office and not _PARTS.search(info.filename) and not info.is_dir():
                yield "file", f"{info.filename}: a part that cannot be looked into"


def told_by_pdf(data: bytes) -> Iterator[tuple[str, str]]:
    """The same of a PDF: names in its description, pictures, files inside it, pages without letters.

    Raises:
        pypdf.errors.PyPdfError, ValueError, OSError, KeyError: it cannot be opened.
    """
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    yield from (("metadata", f"PDF {key}") for key in (reader.metadata or {}) if key in _INFO)
    if reader.xmp_metadata is not None:
        yield "metadata", "an XMP packet"
    for item in _objects(reader):
        if isinstance(item, dict) and item.get("/Subtype") == "/Image":
            yield "picture", "a picture in a PDF"
        elif isinstance(item, dict) and (item.get("/Type") == "/EmbeddedFile" or "/EF" in item):
            yield "file", "a file inside a PDF"
    for number, page in enumerate(reader.pages, 1):
        contents = page.get_contents()
        if contents is not None and re.search(rb"T[jJ]", contents.get_data()) and not page.extract_text().strip():
            yield "file", f"page {number} shows letters that cannot be read"


def texts_of_pdf(data: bytes) -> Iterator[str]:
    """Every text of a PDF: pages, description, bookmarks, notes, forms, and whatever else its streams hold."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    yield " ".join(map(str, (reader.metadata or {}).values()))
    yield from (page.extract_text() for page in reader.pages)
    for item in _objects(reader):
        if isinstance(item, str):
            yield item
        elif isinstance(item, bytes):
            yield from guesses(item)
        elif hasattr(item, "get_data"):
            yield from guesses(item.get_data())


def _objects(reader: Any) -> Iterator[Any]:
    """Every object of a PDF, each once."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        item = waiting.pop()
        if hasattr(item, "idnum"):  # a reference
            if (item.idnum, item.generation) in seen:
                continue
            seen.add((item.idnum, item.generation))
            item = item.get_object()
        yield item
        if isinstance(item, dict):
            waiting += [dict.__getitem__(item, key) for key in item if key != "/Parent"]
        elif isinstance(item, list):
            waiting += list.__iter__(item)
