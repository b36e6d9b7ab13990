"""Members of a ZIP, in the order in which they lie in the file.

The directory at the end says where members lie; how long they are and how much comes out is taken from the bytes. An
archive whose directory is lost is read from the start until the damage.
"""

from __future__ import annotations

import bz2
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from caselight.ingest.archive import BROKEN, CHUNK_BYTES, LimitError, Member, Meter, trouble
from caselight.types import Problem, State

_LOCAL = struct.Struct("<4s5H3I2H")  # sign, version, flags, method, time, date, crc, packed, size, name, extra
_SIGN = b"PK\x03\x04"
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 1 << 0, 1 << 3, 1 << 11
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_UNICODE_PATH = 0x7075  # extra field with the name in UTF-8, written by Info-ZIP, 7-Zip and WinRAR
_UNIX = 3
_TWO_ALPHABETS = re.compile("[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]")
_AGAIN = "Get it again from where it came from."
_BY_HAND = "Unpack it yourself and add what comes out."


class _Entry(NamedTuple):
    """What is believed of a member."""

    path: str
    start: int  # of its local header
    packed_bytes: int | None  # None = not known, it ends where its packing says
    crc: int | None
    method: int
    encrypted: bool
    special: bool  # a link or a device


def unzip(untrusted: BinaryIO, meter: Meter) -> Iterator[Member | Problem]:
    """Members and problems.

    Raises:
        LimitError: too much comes out of it.
    """
    try:
        with zipfile.ZipFile(untrusted) as archive:
            entries = sorted(
                (_entry(info) for info in archive.infolist() if not _is_folder(info)), key=lambda e: e.start
            )
    except (*BROKEN, zipfile.BadZipFile, NotImplementedError, struct.error):
        yield from _salvage(untrusted, meter)
        return
    end = 0
    for entry in entries:
        if meter.is_left_out(entry.path):
            continue
        path = meter.name(entry.path)
        if entry.start < end:
            raise LimitError(State.REFUSED, "its members overlap, as only in archives made to do harm")
        problem = _refusal(entry, path)
        if problem:
            yield problem
            continue
        item, end = _take(untrusted, entry, path, meter)
        yield item


def _refusal(entry: _Entry, path: str) -> Problem | None:
    if entry.special:
        return trouble(path, State.REFUSED, "it is a link or a device, not a file", "Add the file that it points to.")
    if entry.encrypted:
        return trouble(path, State.ENCRYPTED, "it is protected with a password", _BY_HAND)
    if entry.method not in (_STORED, _DEFLATED, _BZIP2):
        return trouble(path, State.UNSUPPORTED, f"it is packed by method {entry.method}, not known here", _BY_HAND)
    return None


def _take(file: BinaryIO, entry: _Entry, path: str, meter: Meter) -> tuple[Member | Problem, int]:
    """The member, or why it was not taken, and where its bytes end."""
    end = entry.start + 1
    try:
        file.seek(entry.start)
        header = file.read(_LOCAL.size)
        sign, *_, name_bytes, extra_bytes = _LOCAL.unpack(header)
        if sign != _SIGN:
            return trouble(path, State.DAMAGED, "nothing lies where the directory says it does", _AGAIN), end
        file.seek(entry.start + _LOCAL.size + name_bytes + extra_bytes)
        inflater = _Inflater(file, entry)
        data = meter.collect(inflater.pieces())
        end = inflater.end
    except LimitError as error:
        if not error.member:
            raise
        return trouble(path, error.state, str(error), _BY_HAND), end
    except (*BROKEN, struct.error) as error:
        return trouble(path, State.DAMAGED, f"it cannot be unpacked ({str(error)[:100]})", _AGAIN), end
    if entry.crc is not None and zlib.crc32(data) != entry.crc:
        return trouble(path, State.DAMAGED, "its checksum is wrong: it has changed since it was packed", _AGAIN), end
    return Member(path, data), end


class _Inflater:
    """Unpacks the bytes that begin where the file stands; afterwards `end` is where they end."""

    def __init__(self, file: BinaryIO, entry: _Entry) -> None:
        self._file = file
        self._left = entry.packed_bytes
        self._method = entry.method
        self.end = file.tell()

    def pieces(self) -> Iterator[bytes]:
        """What comes out. Raises one of BROKEN where it breaks off."""
        if self._method == _STORED:
            while piece := self._packed():
                yield piece
            return
        inflate: Any = bz2.BZ2Decompressor() if self._method == _BZIP2 else zlib.decompressobj(-15)
        piece = b""
        while not inflate.eof:
            piece = self._rest(inflate) or self._packed()
            if not piece and not (self._method == _BZIP2 and not inflate.needs_input):
                raise EOFError("it breaks off")
            yield inflate.decompress(piece, CHUNK_BYTES)
        self.end -= len(inflate.unused_data)

    def _rest(self, inflate: Any) -> bytes:
        """What was handed over and not yet taken; bzip2's keeps it to itself."""
        return b"" if self._method == _BZIP2 else bytes(inflate.unconsumed_tail)

    def _packed(self) -> bytes:
        wanted = CHUNK_BYTES if self._left is None else min(CHUNK_BYTES, self._left)
        piece = self._file.read(wanted)
        if self._left is not None:
            if len(piece) < wanted:
                raise EOFError("it breaks off")
            self._left -= len(piece)
        self.end += len(piece)
        return piece


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith(("/", "\\")) and not info.file_size


def _entry(info: zipfile.ZipInfo) -> _Entry:
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    return _Entry(
        path=_path(info.orig_filename, info.flag_bits, info.extra),
        start=info.header_offset,
        packed_bytes=info.compress_size,
        crc=info.CRC,
        method=info.compress_type,
        encrypted=bool(info.flag_bits & _ENCRYPTED),
        special=bool(stat.S_IFMT(mode)) and not stat.S_ISREG(mode),
    )


def _path(decoded: str, flags: int, extra: bytes) -> str:
    """A member's name: declared as UTF-8, or in the code page of the machine that packed it."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _UNICODE_PATH and length > 5:
            return extra[9 : 4 + length].decode("utf-8", "replace")
        extra = extra[4 + length :]
    return decoded if flags & _UTF8 else guess_name(decoded.encode("cp437", "replace"))


def guess_name(untrusted: bytes) -> str:
    """A file name in an undeclared code page: UTF-8, that of DOS, or that of Windows, whichever gives most letters."""
    try:
        return untrusted.decode("utf-8")
    except UnicodeDecodeError:
        pass
    high = sum(byte >= 0x80 for byte in untrusted)
    # "Бbel" is a western name read with a Cyrillic table
    for_each = {code: untrusted.decode(code, "replace") for code in ("cp866", "cp1251")}
    letters = {
        code: 0 if _TWO_ALPHABETS.search(t) else sum("а" <= c <= "я" or "А" <= c <= "Я" or c in "ёЁ№" for c in t)
        for code, t in for_each.items()
    }
    best = max(letters, key=lambda code: letters[code])
    return for_each[best] if 2 * letters[best] > high else untrusted.decode("cp437")


def _salvage(file: BinaryIO, meter: Meter) -> Iterator[Member | Problem]:
    """Members from the start of an archive without a directory, up to the damage, and a problem about it."""
    file.seek(0)
    start = max(0, file.read(CHUNK_BYTES).find(_SIGN))
    taken = 0
    while True:
        file.seek(start)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_SIGN):
            break
        _, _, flags, method, _, _, crc, packed, _, name_bytes, extra_bytes = _LOCAL.unpack(header)
        name, extra = file.read(name_bytes), file.read(extra_bytes)
        decoded = name.decode("utf-8", "replace") if flags & _UTF8 else name.decode("cp437")
        follows = bool(flags & _SIZES_FOLLOW)
        path = _path(decoded, flags, extra)
        entry = _Entry(
            path=path,
            start=start,
            packed_bytes=None if follows else packed,
            crc=None if follows else crc,
            method=method,
            encrypted=bool(flags & _ENCRYPTED),
            special=follows and method == _STORED,  # nothing says where it ends
        )
        start += _LOCAL.size + name_bytes + extra_bytes
        problem = _refusal(entry, meter.name(path))
        item, start = (problem, start + packed) if problem else _take(file, entry, path, meter)
        if not path.endswith("/"):
            yield item
            taken += isinstance(item, Member)
        file.seek(start)
        start += max(0, file.read(64).find(_SIGN))  # sizes and checksum may stand between two members
    what = f"its directory is damaged or cut off; members kept from before the damage: {taken}"
    yield trouble("", State.DAMAGED, what, _AGAIN)
