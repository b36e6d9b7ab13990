"""Opens a bundle that another program packed anew, so that what was changed in it is named all the same.

It is not as it was sealed, which is a fault of its own; its members are read within the bounds that every bundle has.
"""

from __future__ import annotations

import struct
from pathlib import Path

from caselight.bundle.container import MOST_DIRECTORY, MOST_MEMBERS, PIECE, Bundle, FileBundle, Form, open_bundle
from caselight.bundle.faults import Refused, refused
from caselight.bundle.names import MANIFEST, is_safe
from caselight.bundle.packing import DEFLATED, END_SIZE, LOCATOR_SIZE, STORED, Member

_ENTRY, _HEADER = 46, 30  # bytes of a line of the directory, and of a header, before the name
_ENCRYPTED = 1
_UNTOLD = 0xFFFF  # a count that has no room says so
_FILES = (0x0, 0x8)  # kinds of file by the first four bits of a Unix mode; 0 = not said


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
    count, size, start = struct.unpack("<H2I", tail[10:20])
    # Where the directory is not right before the end, other programs look for it elsewhere, and see other files.
    far = bundle.at(max(0, bundle.size - END_SIZE - LOCATOR_SIZE), bundle.size)[:4] == b"PK\x06\x07"
    if far or start + size != bundle.size - END_SIZE or size > MOST_DIRECTORY:
        raise ValueError("its directory is not right before its end")
    lines, members = _in_directory(bundle.at(start, start + size))
    if count not in (lines, _UNTOLD):
        raise ValueError(f"its directory lists {lines:,} members and says {count:,}")
    in_row = sorted(members, key=lambda member: member.start)
    if any(one.end > behind for one, behind in zip(in_row, [*(m.start for m in in_row[1:]), start], strict=True)):
        raise ValueError("its members lie over each other")
    if MANIFEST not in {member.name for member in members}:
        raise ValueError(f"it has no {MANIFEST}")
    bundle.check_names(members)
    bundle.check_sizes(members)
    return members


def _in_directory(data: bytes) -> tuple[int, list[Member]]:
    """How many lines a directory has, and the files that it lists.

    Raises:
        ValueError: it is no directory, or lists what no bundle has.
    """
    found: list[Member] = []
    at = lines = 0
    while at < len(data):
        if len(data) - at < _ENTRY or data[at : at + 4] != b"PK\x01\x02" or lines >= MOST_MEMBERS:
            raise ValueError("its directory is damaged, or longer than can be")
        flags, method = struct.unpack("<2H", data[at + 8 : at + 12])
        crc, packed, size, *lengths = struct.unpack("<3I3H", data[at + 16 : at + 34])
        name = data[at + _ENTRY : at + _ENTRY + lengths[0]].decode("utf-8")
        kind = data[at + 41] >> 4
        start = struct.unpack("<I", data[at + 42 : at + _ENTRY])[0]
        at, lines = at + _ENTRY + sum(lengths), lines + 1
        if name.endswith("/") and is_safe(name[:-1]) and not (size or packed or crc):
            continue  # a folder
        if flags & _ENCRYPTED or method not in (STORED, DEFLATED) or kind not in _FILES:
            raise ValueError(f"{name[:80]!r} is encrypted, packed in another way, or no file")
        found.append(Member(name, method, crc, packed, size, start))
    if at != len(data):
        raise ValueError("its directory ends before its last line does")
    return lines, found


def _begin_anyhow(bundle: FileBundle, member: Member) -> tuple[int, bytes]:
    head = bundle.at(member.start, member.data)
    if head[:4] != b"PK\x03\x04" or head[_HEADER:] != member.name.encode():
        raise refused("damaged", member.name, "there is nothing of this name where the directory says")
    begins = member.start + _HEADER + sum(struct.unpack("<2H", head[26:30]))
    return begins, bundle.at(begins, begins + min(member.packed, PIECE))


_REPACKED = Form(_anyhow, _begin_anyhow, is_sealed=False)
