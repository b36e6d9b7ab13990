"""DOC of Word 97 and later: the text is gathered along the piece table; Word 6 and 95 from one stretch of bytes.

Source: Microsoft, [MS-DOC] Word (.doc) Binary File Format, sections 2.4.1 (retrieving text), 2.5 (the FIB),
2.8.35 (PlcPcd), 2.9.73 (FcCompressed), 2.8.5 and 2.9.33 (where characters are hidden); for Word 6 and 95, "Word for
Windows 6.0 binary file format" of 1994 as far as the two offsets used here.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from caselight.ingest.charset import SINGLE_BYTE, most_plausible
from caselight.ingest.content import Content, Note, UnreadableError, Writer
from caselight.ingest.package import encrypted
from caselight.types import RegionKind, State

WORD_97, WORD_6 = 0xA5EC, 0xA5DC  # signatures; Word 95 has that of Word 6
FAST_SAVED, ENCRYPTED, SECOND_TABLE = 0x0004, 0x0100, 0x0200  # bits of the flags at 0x0A
# Offsets into the FIB.
FLAGS, FC_MIN, FC_MAC, TEXT_LENGTHS, FC_CLX, FC_CHPX = 0x0A, 0x18, 0x1C, 0x4C, 0x01A2, 0x00FA
# The parts of the text in their order, with what they are here: main text, footnotes, headers, macros, comments,
# endnotes, text boxes, text boxes of headers.
PARTS = ("ACT", "NOTE", "NOTE", "", "NOTE", "NOTE", "ACT", "NOTE")
COMPRESSED = 0x40000000  # this piece has one byte for each character
HIDING_SPRMS = (0x083C, 0x0800)  # sprmCFVanish, sprmCFRMarkDel: hidden, and deleted with changes tracked
PAGE = 512  # bytes of a page of character properties
# Marks inside the text and what they become; fields keep their result and lose their code.
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14?")
_ROW_END = re.compile("\x07{2,}")
_MARKS = str.maketrans(
    {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "\u2011", "\x1f": "\xad"}
)
_OTHER_CONTROLS = re.compile("[\x00-\x08\x0f-\x1d]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of characters: where they begin in the text, and where their bytes are."""

    start: int
    end: int
    offset: int
    wide: bool  # two bytes for each character


def read_doc(untrusted: bytes) -> Content:
    """Main text and text boxes (ACT), hidden and deleted text (HIDDEN), notes, headers and comments (NOTE).

    Raises:
        UnreadableError: encrypted, damaged, pictures only.
    """
    import olefile

    with olefile.OleFileIO(io.BytesIO(untrusted)) as file:
        main = file.openstream("WordDocument").read()
        if len(main) < FC_CLX + 8 or _short(main, 0) not in (WORD_97, WORD_6):
            raise _damaged()
        flags = _short(main, FLAGS)
        if flags & ENCRYPTED:
            raise encrypted()
        if _short(main, 0) == WORD_6:
            return _old(main, bool(flags & FAST_SAVED))
        name = "1Table" if flags & SECOND_TABLE else "0Table"
        table = file.openstream(name).read() if file.exists(name) else b""
        has_pictures = file.exists("Data")
    pieces = _pieces(main, table)
    writer = Writer()
    hidden = _hidden_bytes(main, table)
    start = 0
    for kind, length in zip(PARTS, struct.unpack_from("<8i", main, TEXT_LENGTHS), strict=True):
        if kind and length > 0:
            for text, region in _tidy(_characters(main, pieces, start, start + length, hidden), RegionKind[kind]):
                writer.add(text, region)
        start += max(0, length)
    if has_pictures and not any(map(str.strip, writer.pieces)):
        reason = "the document holds pictures and no text: a scan put into a document, which this version cannot read"
        raise UnreadableError(State.NO_TEXT_LAYER, reason)
    return writer.content()


def _damaged() -> UnreadableError:
    reason = "the Word document is damaged; open it in an office program, repair it and save it again"
    return UnreadableError(State.DAMAGED, reason)


def _short(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "little")


def _long(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


def _pieces(main: bytes, table: bytes) -> list[_Piece]:
    """The piece table, which stands behind any number of property lists in the CLX."""
    start, length = _long(main, FC_CLX), _long(main, FC_CLX + 4)
    clx = table[start : start + length]
    position = 0
    while position + 3 <= len(clx) and clx[position] == 1:
        position += 3 + _short(clx, position + 1)
    if position + 5 > len(clx) or clx[position] != 2:
        raise _damaged()
    plc = clx[position + 5 : position + 5 + _long(clx, position + 1)]
    count = (len(plc) - 4) // 12
    borders = struct.unpack_from(f"<{count + 1}i", plc)
    pieces = []
    for i in range(count):
        fc = _long(plc, 4 * (count + 1) + 8 * i + 2)
        wide = not fc & COMPRESSED
        offset = fc & ~COMPRESSED
        pieces.append(_Piece(borders[i], borders[i + 1], offset if wide else offset // 2, wide))
    return pieces


def _characters(
    main: bytes, pieces: list[_Piece], start: int, end: int, hidden: list[tuple[int, int]]
) -> Iterator[tuple[str, bool]]:
    """Text from character `start` to `end`, in runs that are hidden or not."""
    for piece in pieces:
        first, last = max(start, piece.start), min(end, piece.end)
        if first >= last:
            continue
        size = 2 if piece.wide else 1
        begin = piece.offset + (first - piece.start) * size
        finish = begin + (last - first) * size
        encoding = "utf-16-le" if piece.wide else "cp1252"
        for low, high, is_hidden in _cut(begin, finish, hidden):
            yield main[low:high].decode(encoding, "replace"), is_hidden


def _cut(begin: int, finish: int, hidden: list[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    for low, high in hidden:
        low, high = max(low, begin), min(high, finish)  # noqa: PLW2901
        if low < high:
            yield begin, low, False
            yield low, high, True
            begin = high
    yield begin, finish, False


def _tidy(runs: Iterator[tuple[str, bool]], kind: RegionKind) -> Iterator[tuple[str, RegionKind]]:
    """Runs with Word's marks turned into line ends, tabs and hyphens, and without the codes of fields."""
    merged: list[list[str]] = []
    kinds: list[bool] = []
    for text, is_hidden in runs:
        if kinds and kinds[-1] == is_hidden:
            merged[-1].append(text)
        elif text:
            merged.append([text])
            kinds.append(is_hidden)
    for parts, is_hidden in zip(merged, kinds, strict=True):
        text = "".join(parts)
        while "\x13" in text and (shorter := _FIELD_CODE.sub("", text)) != text:
            text = shorter
        text = _OTHER_CONTROLS.sub("", _ROW_END.sub("\n", text).translate(_MARKS))
        yield text, RegionKind.HIDDEN if is_hidden else kind


def _hidden_bytes(main: bytes, table: bytes) -> list[tuple[int, int]]:
    """Stretches of the main stream whose characters are hidden or deleted, in order."""
    start, length = _long(main, FC_CHPX), _long(main, FC_CHPX + 4)
    plc = table[start : start + length]
    count = max(0, (len(plc) - 4) // 8)
    found = []
    for i in range(count):
        page_start = _long(plc, 4 * (count + 1) + 4 * i) * PAGE
        page = main[page_start : page_start + PAGE]
        if len(page) < PAGE:
            continue
        runs = min(page[PAGE - 1], 101)  # more do not fit on a page
        for run in range(runs):
            place = page[4 * (runs + 1) + run] * 2
            if place and _hides(page[place + 1 : place + 1 + page[place]]):
                found.append((_long(page, 4 * run), _long(page, 4 * run + 4)))
    return sorted(found)


def _hides(properties: bytes) -> bool:
    """Whether a list of character properties hides its text. Each is a code that tells its own length, and a value."""
    sizes = (1, 1, 2, 4, 2, 2, 0, 3)
    position = 0
    while position + 3 <= len(properties):
        code = _short(properties, position)
        if code in HIDING_SPRMS and properties[position + 2] == 1:
            return True
        size = sizes[code >> 13] or 1 + properties[position + 2]
        position += 2 + size
    return False


def _old(main: bytes, fast_saved: bool) -> Content:
    """Word 6 and 95: one byte for each character, in the code page of the machine, which is not written down."""
    raw = main[_long(main, FC_MIN) : _long(main, FC_MAC)]
    if not raw:
        raise _damaged()
    writer = Writer()
    encoding = most_plausible(raw, (*SINGLE_BYTE, "mac-roman"))
    for text, kind in _tidy(iter([(raw.decode(encoding, "replace"), False)]), RegionKind.ACT):
        writer.add(text, kind)
    message = "Word 95 saved this file by adding changes at its end, so parts may be out of order. Save it as DOCX"
    return writer.content((Note("order_uncertain", message),) if fast_saved else ())
