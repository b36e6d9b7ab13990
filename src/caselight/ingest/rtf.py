"""RTF, read by its own grammar: groups, control words, escaped bytes in the code page of their font, \\u characters.

Libraries for RTF return nothing, without an error, for some files that hold text; so nothing here is given up
silently: unknown control words are passed over, unknown optional groups are left out, and all else is text.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import Any

from caselight.ingest.content import Content, Note, UnreadableError, Writer
from caselight.types import RegionKind, State

# A control word with its number, a run of escaped bytes, a control sign, a brace, line ends of the file, or text.
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"
    rb"|((?:\\'[0-9a-fA-F]{2})+)|\\([^a-zA-Z])|([{}])|[\r\n\x00]+|([^\\{}\r\n\x00]+)|\\",
    re.S,
)
_FONT = re.compile(rb"\\f(\d{1,6})[^;{}]*?\\fcharset(\d{1,3})")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
CHARACTERS = {
    b"par": "\n", b"line": "\n", b"page": "\n", b"sect": "\n", b"softline": "\n", b"row": "\n", b"nestrow": "\n",
    b"tab": "\t", b"cell": "\t", b"nestcell": "\t",
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"emspace": "\u2003", b"enspace": "\u2002", b"qmspace": "\u2005",
    b"zwj": "\u200d", b"zwnj": "\u200c",
}  # fmt: skip
SIGNS = {b"~": "\xa0", b"-": "\xad", b"_": "\u2011", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
# Groups that hold no text of the document.
SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict objdata themedata colorschememapping datastore latentstyles listtable "
    b"listoverridetable revtbl rsidtbl generator xmlnstbl fldinst filetbl template xe tc bkmkstart bkmkend objclass "
    b"objname nonshppict background ftnsep ftnsepc aftnsep aftnsepc mmathPr sp atnid atnauthor atnref atndate "
    b"atntime atnparent shprslt".split()
)
_SIDES = (b"", b"l", b"r", b"f")  # headers and footers of all, left, right and first pages
NOTES = frozenset([b"footnote", b"annotation", *(name + side for name in (b"header", b"footer") for side in _SIDES)])
# Of the optional groups, which begin with \\* so that old programs pass over them, these hold text.
TEXT_OPTIONAL = frozenset([*NOTES, b"shptxt", b"shpinst", b"fldrslt", b"nesttableprops", b"shppict"])
# Windows character sets of fonts (\\fcharsetN) and the code pages they mean.
CHARSETS = {0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253",
            162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
            238: "cp1250", 255: "cp437"}  # fmt: skip
MAX_HEAD_BYTES = 262_144  # the font table stands within; Word lists up to 300 fonts in 60 kB
MAX_DEPTH = 2_000  # groups inside groups; real files have under 30
TINY_HALF_POINTS = 2  # 1 point: no one can read it
# The other reader must find this many times our words before we doubt ours: it also returns names of fonts and styles.
DOUBT = 1.5


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside one pair of braces."""

    silent: bool = False
    note: bool = False
    hidden: bool = False
    tiny: bool = False
    encoding: str = "cp1252"
    skip: int = 1  # characters to pass over after \\u: what older programs show instead
    begins: bool = True  # nothing has been read of it yet, so its first control word may be its name
    optional: bool = False  # it began with \\*


def read_rtf(untrusted: bytes) -> Content:
    """The text in order; hidden and deleted text is HIDDEN, headers, footnotes and comments are NOTE behind the rest.

    Raises:
        UnreadableError: braces nested beyond reason, pictures only.
    """
    reader = _Reader(untrusted)
    position = untrusted.find(b"{\\rtf")
    while position < len(untrusted):
        token = _TOKEN.match(untrusted, position)
        if token is None:
            break
        position = token.end() + reader.take(token)
    writer = Writer()
    for text, kind in reader.body + reader.notes:
        writer.add(text, kind)
    text = "".join(writer.pieces)
    if not text.strip() and b"\\pict" in untrusted:
        reason = "the document holds pictures and no text: a scan put into a document, which this version cannot read"
        raise UnreadableError(State.NO_TEXT_LAYER, reason)
    return writer.content(_doubts(untrusted, text))


def _doubts(untrusted: bytes, text: str) -> tuple[Note, ...]:
    """A note if another reader of RTF finds far more words; it is asked only where little was found."""
    if len(text) * 100 > len(untrusted):  # 1 % of the file; a page of text with its markup is 10 to 50 %
        return ()
    from striprtf.striprtf import rtf_to_text

    try:
        other: str = rtf_to_text(untrusted.decode("latin-1"), errors="ignore")  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, IndexError, LookupError):
        return ()
    if len(other.split()) <= DOUBT * max(10, len(text.split())):
        return ()
    message = "another reader of RTF finds much more text in this file. Save it as DOCX and add that"
    if not text.strip():
        raise UnreadableError(State.SUSPECT_EMPTY, message)
    return (Note("text_missing", message),)


class _Reader:
    """The state of reading: open groups, and the pieces written so far."""

    def __init__(self, untrusted: bytes) -> None:
        fonts = _FONT.findall(untrusted[:MAX_HEAD_BYTES])
        found = _CODE_PAGE.search(untrusted[:MAX_HEAD_BYTES])
        self._default = _codec(f"cp{found[1].decode()}" if found else "cp1252")
        # Charset 0 and 1 mean "ANSI" and "default": in Russian files that is the file's own code page.
        self._fonts = {int(font): _codec(CHARSETS.get(int(number), self._default)) for font, number in fonts
                       if number not in (b"0", b"1")}  # fmt: skip
        self._open = [_Group(encoding=self._default)]
        self._pending = 0  # characters still to be passed over after \\u
        self._high = 0  # first half of a character beyond U+FFFF
        self.body: list[tuple[str, RegionKind]] = []
        self.notes: list[tuple[str, RegionKind]] = []

    def take(self, token: re.Match[bytes]) -> int:
        """Read one token; the number of bytes after it to pass over (raw data)."""
        word, number, escaped, sign, brace, plain = token.groups()
        if brace:
            self._brace(brace)
        elif word:
            return self._word(word, int(number) if number else None)
        elif sign is not None:
            self._sign(sign)
        elif escaped:
            self._bytes(bytes.fromhex(escaped.replace(b"\\'", b"").decode()))
        elif plain:
            self._bytes(plain)
        return 0

    def _brace(self, brace: bytes) -> None:
        self._pending = 0
        if brace == b"}":
            if len(self._open) > 1:
                self._open.pop()
        elif len(self._open) > MAX_DEPTH:
            raise UnreadableError(State.REFUSED, "its groups are nested more than 2000 deep, which only attacks do")
        else:
            self._open.append(replace(self._open[-1], begins=True, optional=False))

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._set(optional=True)
        elif sign in SIGNS:
            self._text(SIGNS[sign])

    def _set(self, **changes: Any) -> None:
        self._open[-1] = replace(self._open[-1], **changes)

    def _word(self, word: bytes, number: int | None) -> int:
        group = self._open[-1]
        if group.begins:
            if word in SILENT or (group.optional and word not in TEXT_OPTIONAL):
                self._set(silent=True)
            elif word in NOTES:
                self._set(note=True)
            self._set(begins=False)
        if word == b"bin":
            return max(0, number or 0)
        if word == b"u" and number is not None:
            self._unicode(number)
        elif word in CHARACTERS:
            self._text(CHARACTERS[word])
        else:
            self._format(word, number)
        return 0

    def _format(self, word: bytes, number: int | None) -> None:
        if word in (b"v", b"deleted"):
            self._set(hidden=number != 0)
        elif word == b"fs" and number is not None:
            self._set(tiny=number <= TINY_HALF_POINTS)
        elif word == b"plain":
            self._set(hidden=False, tiny=False, encoding=self._default)
        elif word == b"f" and number is not None:
            self._set(encoding=self._fonts.get(number, self._default))
        elif word == b"uc" and number is not None:
            self._set(skip=number)

    def _unicode(self, number: int) -> None:
        self._pending = 0
        value = number & 0xFFFF
        if 0xD800 <= value < 0xDC00:
            self._high = value
        elif 0xDC00 <= value < 0xE000:
            if self._high:
                self._text(chr(0x10000 + ((self._high - 0xD800) << 10) + value - 0xDC00))
            self._high = 0
        else:
            self._text(chr(value))
        self._pending = self._open[-1].skip

    def _bytes(self, raw: bytes) -> None:
        if self._pending:
            passed = min(self._pending, len(raw))
            self._pending -= passed
            raw = raw[passed:]
        if raw:
            self._text(raw.decode(self._open[-1].encoding, "replace"))

    def _text(self, text: str) -> None:
        group = self._open[-1]
        if group.begins:
            self._set(begins=False, silent=group.silent or group.optional)
            group = self._open[-1]
        if group.silent:
            return
        kind = RegionKind.NOTE if group.note else RegionKind.HIDDEN if group.hidden or group.tiny else RegionKind.ACT
        (self.notes if group.note else self.body).append((text, kind))


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
