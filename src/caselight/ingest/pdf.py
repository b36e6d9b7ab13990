"""PDF with a text layer, page by page; a scan ends as NO_TEXT_LAYER."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from caselight.ingest.content import (
    MAX_PAGES,
    MAX_TEXT_CHARACTERS,
    Content,
    Note,
    UnreadableError,
    cover_with_acts,
    too_much_text,
)
from caselight.types import Page, Region, RegionKind, State

# pdfium writes U+FFFE for a hyphen at the end of a line and drops the line break; both are put back.
_HYPHEN_AT_LINE_END = "\ufffe"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
# A line is the inside of a paragraph if it reaches nearly as far to the right as the page's longest lines ...
FULL_LINE = 0.85
# ... or if the maker of the PDF left the blank between two words at the end of the line, as Word does. That is taken
# for a habit of the maker where more than this share of the lines end so.
BLANKS_LEFT = 0.3
_ENDS_SENTENCE = (".", "!", "?", ":", ";", "…", "-")
SECOND_OPINION_PAGES = 200  # pypdf needs 10 to 100 ms a page; more pages than these would take a minute
INVISIBLE = 3  # text render mode of the PDF standard (ISO 32000-1, table 106): neither fill nor stroke
MAX_OBJECTS = 5_000  # a page with more drawn objects is a map or a table; looking at each would cost seconds
SCAN = "the file is a scan: its pages are pictures without text, and recognising text is not part of this version"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page as read."""

    text: str
    hidden: str = ""  # drawn invisibly, over no picture
    picture: bool = False  # something is drawn on it that is not text
    broken: bool = False


def read_pdf(untrusted: bytes) -> Content:
    """The text of all pages with their borders; text that is drawn invisibly over no picture is HIDDEN.

    Raises:
        UnreadableError: encrypted, a scan, no page, damaged beyond reading.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(untrusted)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise _encrypted() from None
        return _judge([], untrusted)
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableError(State.OVER_LIMIT, f"the PDF has more than {MAX_PAGES} pages; split it")
        sheets, length = [], 0
        for number in range(len(document)):
            sheets.append(_sheet(document, number))
            length += len(sheets[-1].text)
            if length > MAX_TEXT_CHARACTERS:
                raise too_much_text()
    finally:
        document.close()
    return _judge(sheets, untrusted)


def tidy(raw: str) -> str:
    """The page's text with paragraphs where they can be told, without control characters.

    Lines that are surely the inside of a paragraph are joined; headings and short lines stay lines of their own.
    """
    text = _LINE_END.sub("\n", raw.replace(_HYPHEN_AT_LINE_END, "-\n"))
    text = _CONTROLS.sub("", text)
    lines = text.split("\n")
    longest = sorted(map(len, lines))[-max(1, len(lines) // 10)]
    by_blank = sum(line.endswith(" ") for line in lines) > BLANKS_LEFT * len(lines)
    result = ""
    for i, line in enumerate(lines):
        stripped = line.rstrip(" ")
        following = lines[i + 1].lstrip() if i + 1 < len(lines) else ""
        full = len(line) >= FULL_LINE * longest
        by_maker = by_blank and line.endswith(" ") and bool(following) and not stripped.isupper()
        joined = by_maker or (full and _runs_on(stripped, following))
        result += stripped + (" " if joined else "\n")
    return result.strip("\n")


def _runs_on(line: str, following: str) -> bool:
    """Whether a line that fills its width goes on in the next: "... в составе" + "председательствующего"."""
    if not line or not following or line.endswith(_ENDS_SENTENCE) or line.isupper():
        return False
    return following[0].islower() or (line[-1].islower() and not following.isupper()) or line[-1] == ","


def _sheet(document: Any, number: int) -> _Sheet:
    import pypdfium2 as pdfium

    try:
        page = document[number]
    except pdfium.PdfiumError:
        return _Sheet("", broken=True)
    try:
        text_page = page.get_textpage()
        raw = text_page.get_text_range()
        written = "".join(f"\n{value}" for value in _written_on(page))
        invisible, picture = _drawn(page)
        if invisible and not picture:
            visible, hidden = _split(text_page, invisible)
            return _Sheet(tidy(visible + written), tidy(hidden))
        return _Sheet(tidy(raw + written), picture=picture)
    except pdfium.PdfiumError:
        return _Sheet("", broken=True)
    finally:
        page.close()


def _drawn(page: Any) -> tuple[set[int], bool]:
    """Addresses of the page's invisible text objects, and whether anything but text is drawn on it."""
    from pypdfium2 import raw

    invisible, picture = set(), False
    for i in range(min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page, i)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE:
                invisible.add(ctypes.addressof(item.contents))
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_SHADING):
            picture = True
    return invisible, picture


def _written_on(page: Any) -> Iterator[str]:
    """What people wrote on the page: values of its form fields, and notes typed over it."""
    from pypdfium2 import raw

    keys = {raw.FPDF_ANNOT_WIDGET: b"V", raw.FPDF_ANNOT_FREETEXT: b"Contents"}
    for i in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_OBJECTS)):
        annotation = raw.FPDFPage_GetAnnot(page, i)
        key = keys.get(raw.FPDFAnnot_GetSubtype(annotation))
        size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0) if key else 0
        if size > 2:  # bytes of UTF-16 with a closing zero
            buffer = (ctypes.c_ushort * (size // 2))()
            raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
            yield bytes(buffer).decode("utf-16-le", "replace").rstrip("\x00")
        raw.FPDFPage_CloseAnnot(annotation)


def _split(text_page: Any, invisible: set[int]) -> tuple[str, str]:
    """The visible and the hidden characters of a page that has both."""
    from pypdfium2 import raw

    pieces: tuple[list[str], list[str]] = ([], [])
    hidden = False
    for i in range(text_page.count_chars()):
        item = raw.FPDFText_GetTextObject(text_page, i)
        if item:  # blanks and line ends that pdfium adds belong to no object: they go with what stands before
            hidden = ctypes.addressof(item.contents) in invisible
        pieces[hidden].append(chr(raw.FPDFText_GetUnicode(text_page, i)))
    return "".join(pieces[0]), "".join(pieces[1])


def _judge(sheets: list[_Sheet], untrusted: bytes) -> Content:
    """The content of the pages, after a second opinion where there is no text."""
    if any(sheet.text.strip() for sheet in sheets):
        return _content(sheets, _notes(sheets))
    texts, state = _second_opinion(untrusted)
    if any(text.strip() for text in texts):
        note = Note("second_reader", "the usual PDF reader found no text; another one did. Compare with the original")
        return _content([_Sheet(text) for text in texts], (note,))
    if state is State.ENCRYPTED:
        raise _encrypted()
    if any(sheet.hidden for sheet in sheets):
        return _content(sheets, ())
    if any(sheet.picture for sheet in sheets):
        raise UnreadableError(State.NO_TEXT_LAYER, SCAN)
    if sheets and not all(sheet.broken for sheet in sheets):
        raise UnreadableError(State.SUSPECT_EMPTY, "the PDF has no text and no pictures; open it and print it to PDF")
    reason = "the PDF is damaged or cut off; get it again, or open it in a PDF program and print it to a new PDF"
    raise UnreadableError(State.DAMAGED, reason)


def _content(sheets: list[_Sheet], notes: tuple[Note, ...]) -> Content:
    """The pages as one text, a line feed between two of them; hidden text at the end of its page."""
    pages, pieces, hidden, start = [], [], [], 0
    for number, sheet in enumerate(sheets, 1):
        text = sheet.text
        if sheet.hidden:
            text = f"{text}\n{sheet.hidden}" if text else sheet.hidden
            hidden.append(Region(RegionKind.HIDDEN, start + len(text) - len(sheet.hidden), start + len(text)))
        pages.append(Page(number, start, start + len(text)))
        pieces.append(text)
        start += len(text) + 1
    text = "\n".join(pieces)
    return Content(text, cover_with_acts(hidden, len(text)), pages=tuple(pages), notes=notes)


def _notes(sheets: list[_Sheet]) -> tuple[Note, ...]:
    notes = []
    scanned = [n for n, sheet in enumerate(sheets, 1) if sheet.picture and not sheet.text.strip()]
    broken = [n for n, sheet in enumerate(sheets, 1) if sheet.broken]
    if scanned:
        message = f"{_pages(scanned)} of {len(sheets)} are pictures without text and were not read"
        notes.append(Note("pages_without_text", message))
    if broken:
        notes.append(Note("pages_broken", f"{_pages(broken)} of {len(sheets)} are damaged and were not read"))
    return tuple(notes)


def _pages(numbers: list[int]) -> str:
    """ "pages 2, 3, 7 and 14 more" """
    first = ", ".join(map(str, numbers[:10]))
    return f"pages {first} and {len(numbers) - 10} more" if len(numbers) > 10 else f"pages {first}"


def _encrypted() -> UnreadableError:
    reason = "the PDF is protected with a password; open it, print it to a new PDF without a password and add that"
    return UnreadableError(State.ENCRYPTED, reason)


def _second_opinion(untrusted: bytes) -> tuple[list[str], State]:
    """What pypdf finds where pdfium found nothing."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(untrusted))
        return [tidy(page.extract_text()) for page in reader.pages[:SECOND_OPINION_PAGES]], State.READ
    except (FileNotDecryptedError, DependencyError):  # the latter: ciphers that need another library
        return [], State.ENCRYPTED
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        return [], State.DAMAGED
