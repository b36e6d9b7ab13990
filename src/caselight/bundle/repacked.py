"""Opens a bundle that another program packed anew, so that what was changed in it is named all the same.

It is not as it was sealed, which is a fault of its own; its members are read within the bounds that every bundle has.
"""

from __future__ import annotations

import struct
from pathlib import Path

from caselight.bundle.container import MOST_DIRECTORY, PIECE, Bundle, FileBundle, open_bundle
from caselight.bundle.faults import Refused, refused
from caselight.bundle.names import MANIFEST
from caselight.bundle.packing import DEFLATED, END_SIZE, STORED, Member

_ENTRY, _HEADER = 46, 30  # bytes of a line of the directory, and of a header, before the name
_ENCRYPTED = 1
_FOLDER, _FILES = 0x4, (0x0, 0x8)  # kinds of file by the first four bits of a Unix mode; 0 = not said


def opened(path: Path) -> Bundle:
    """The bundle at `path`; also one that was packed anew, which then says so (`RepackedBundle`).

    Raises:
        Refused: it is no bundle, or none that should be read.
    """
    try:
        return open_bundle(path)
    except Refused as error:
        if error.fault.kind != "not_a_bundle":
            raise
        try:
            bundle = RepackedBundle(path)
        except Refused:
            raise error from None
        bundle.why = error.fault.found
        return bundle


class RepackedBundle(FileBundle):
    """A bundle in a ZIP that sealing did not write."""

    why = ""  # what is not as sealing writes it

    def _read_directory(self) -> list[Member]:
        tail = self._at(self._size - END_SIZE, self._size) if self._size >= END_SIZE else b""
        if tail[:4] != b"PK\x05\x06":
            raise ValueError("it is no ZIP")
        size, start = struct.unpack("<2I", tail[12:20])
        if start + size > self._size - END_SIZE or size > MOST_DIRECTORY:
            raise ValueError("its directory is not in it")
        members = _in_directory(self._at(start, start + size))
        if MANIFEST not in {member.name for member in members}:
            raise ValueError(f"it has no {MANIFEST}")
        self._check_names(members)
        self._check_sizes(members)
        return members

    def _begin(self, member: Member) -> tuple[int, bytes]:
        head = self._at(member.start, member.start + _HEADER)
        if len(head) < _HEADER or head[:4] != b"PK\x03\x04":
            raise refused("damaged", member.name, "there is nothing where the directory says")
        begins = member.start + _HEADER + sum(struct.unpack("<2H", head[26:30]))
        return begins, self._at(begins, begins + min(member.packed, PIECE))

    def before(self, name: str) -> tuple[int, str] | None:
        """Nothing that sealing wrote."""
        del name
        return 0, ""


def _in_directory(data: bytes) -> list[Member]:
    """The files that a directory lists.

    Raises:
        ValueError: it is no directory, or lists what no bundle has.
    """
    found: list[Member] = []
    at = 0
    while at < len(data):
        if len(data) - at < _ENTRY or data[at : at + 4] != b"PK\x01\x02":
            raise ValueError("its directory is damaged")
        flags, method = struct.unpack("<2H", data[at + 8 : at + 12])
        crc, packed, size, *lengths = struct.unpack("<3I3H", data[at + 16 : at + 34])
        name = data[at + _ENTRY : at + _ENTRY + lengths[0]].decode("utf-8")
        kind = data[at + 41] >> 4
        start = struct.unpack("<I", data[at + 42 : at + _ENTRY])[0]
        at += _ENTRY + sum(lengths)
        if (kind == _FOLDER or name.endswith("/")) and not size:
            continue
        if flags & _ENCRYPTED or method not in (STORED, DEFLATED) or kind not in _FILES:
            raise ValueError(f"{name[:80]!r} is encrypted, packed in another way, or no file")
        found.append(Member(name, method, crc, packed, size, start))
    return found
