"""Opens a bundle that another program packed anew, so that what was changed in it is named all the same.

It is not as it was sealed, which is a fault of its own; its members are read within the bounds that every bundle has.
"""

from __future__ import annotations

import struct
from pathlib import Path

from caselight.bundle.container import MOST_DIRECTORY, MOST_MEMBERS, PIECE, Bundle, FileBundle, Form, open_bundle
from caselight.bundle.faults import Refused, refused
from caselight.bundle.names import MANIFEST
from caselight.bundle.packing import DEFLATED, END_SIZE, STORED, Member

_ENTRY, _HEADER = 46, 30  # bytes of a line of the directory, and of a header, before the name
_ENCRYPTED = 1
_FOLDER, _FILES = 0x4, (0x0, 0x8)  # kinds of file by the first four bits of a Unix mode; 0 = not said


def opened(path: Path) -> tuple[Bundle, str]:
    """The bundle at `path`, and in what it is not as it was sealed; "" = nothing of its ZIP was written anew.

    Raises:
        Refused: it is no bundle, or none that should be read.
    """
    try:
        return open_bundle(path), ""
    except Refused as error:
        if error.fault.kind != "not_a_bundle":
            raise
        try:
            return FileBundle(path, _REPACKED), error.fault.found
        except Refused:
            raise error from None


def _anyhow(bundle: FileBundle) -> list[Member]:
    """The members of a ZIP that sealing did not write."""
    tail = bundle.at(bundle.size - END_SIZE, bundle.size) if bundle.size >= END_SIZE else b""
    if tail[:4] != b"PK\x05\x06":
        raise ValueError("it is no ZIP")
    size, start = struct.unpack("<2I", tail[12:20])
    if start + size > bundle.size - END_SIZE or size > MOST_DIRECTORY:
        raise ValueError("its directory is not in it")
    members = _in_directory(bundle.at(start, start + size))
    if MANIFEST not in {member.name for member in members}:
        raise ValueError(f"it has no {MANIFEST}")
    bundle.check_names(members)
    bundle.check_sizes(members)
    return members


def _in_directory(data: bytes) -> list[Member]:
    """The files that a directory lists.

    Raises:
        ValueError: it is no directory, or lists what no bundle has.
    """
    found: list[Member] = []
    at = 0
    while at < len(data):
        if len(data) - at < _ENTRY or data[at : at + 4] != b"PK\x01\x02" or len(found) >= MOST_MEMBERS:
            raise ValueError("its directory is damaged, or longer than can be")
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
    if at != len(data):
        raise ValueError("its directory ends before its last line does")
    return found


def _begin_anyhow(bundle: FileBundle, member: Member) -> tuple[int, bytes]:
    head = bundle.at(member.start, member.start + _HEADER)
    if len(head) < _HEADER or head[:4] != b"PK\x03\x04":
        raise refused("damaged", member.name, "there is nothing where the directory says")
    begins = member.start + _HEADER + sum(struct.unpack("<2H", head[26:30]))
    return begins, bundle.at(begins, begins + min(member.packed, PIECE))


_REPACKED = Form(_anyhow, _begin_anyhow, is_sealed=False)
