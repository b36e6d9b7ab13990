"""The one form of ZIP that a bundle has: the same members give the same bytes, and every byte has one right value.

Members one after the other without a gap, stored or deflated, sizes in front; no times, no comments, no extra fields,
no links, no encryption, one file. So whatever stands between the members can be worked out from the members, and a
byte of it that was changed is found. Larger than 4 GiB or 65,535 members: ZIP64 fields in the directory, nowhere else.

Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16, 4.5.3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
_UTF8 = 0x0800
_DAY = 0x0021  # 1 January 1980, the first day that the format knows
_PLAIN_FILE = 0o100644 << 16  # nothing else: no link, no folder, no device
_MOST = 0xFFFFFFFF
_MANY = 0xFFFF
END_SIZE, END64_SIZE, LOCATOR_SIZE = 22, 56, 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the bundle."""

    name: str
    method: int  # STORED | DEFLATED
    crc: int
    packed: int  # bytes in the file
    size: int  # bytes unpacked
    start: int  # where its header begins in the file

    @property
    def data(self) -> int:
        """Where its bytes begin in the file."""
        return self.start + 30 + len(self.name.encode())

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.data + self.packed


def header(m: Member) -> bytes:
    """What stands before the member's bytes."""
    name = m.name.encode()
    if max(m.packed, m.size) >= _MOST:
        raise ValueError(f"{m.name}: {m.size:,} bytes, more than a member may have")
    numbers = (20, _UTF8, m.method, 0, _DAY, m.crc, m.packed, m.size, len(name), 0)
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", *numbers) + name


def entry(m: Member) -> bytes:
    """The member's line in the directory."""
    name = m.name.encode()
    far = m.start >= _MOST
    extra = struct.pack("<2HQ", 1, 8, m.start) if far else b""
    numbers = (0x031E, 45 if far else 20, _UTF8, m.method, 0, _DAY, m.crc, m.packed, m.size, len(name), len(extra))
    rest = (0, 0, 0, _PLAIN_FILE, _MOST if far else m.start)
    return struct.pack("<4s6H3I2H", b"PK\x01\x02", *numbers) + struct.pack("<3H2I", *rest) + name + extra


def end(members: int, start: int, size: int) -> bytes:
    """What stands after the directory, which has so many members, begins at `start` and has `size` bytes."""
    large = members >= _MANY or start >= _MOST or size >= _MOST
    tail = b""
    if large:
        tail = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 0x031E, 45, 0, 0, members, members, size, start)
        tail += struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
    count = _MANY if large else members
    where = (_MOST, _MOST) if large else (size, start)
    return tail + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, *where, 0)


def directory_of(tail: bytes) -> tuple[int, int, int]:
    """(members, start, size) of the directory, from the last bytes of a file; they are not yet to be believed.

    Raises:
        ValueError: these are not the last bytes of a bundle.
    """
    if len(tail) < END_SIZE or tail[-END_SIZE:][:4] != b"PK\x05\x06":
        raise ValueError("it does not end as a bundle ends: its tail is cut off, or something was added")
    _, _, _, count, _, size, start, _ = struct.unpack("<4s4H2IH", tail[-END_SIZE:])
    if (count, size, start) == (_MANY, _MOST, _MOST):
        block = tail[-END_SIZE - LOCATOR_SIZE - END64_SIZE :][:END64_SIZE]
        if len(block) < END64_SIZE or block[:4] != b"PK\x06\x06":
            raise ValueError("its directory is not where the end of the file says")
        count, _, size, start = struct.unpack("<4Q", block[24:])
    return count, start, size


def directory(data: bytes, members: int) -> list[Member]:
    """The members that a directory lists; whether it is written as it should be is checked afterwards.

    Raises:
        ValueError: it is no directory.
    """
    found: list[Member] = []
    at = 0
    while at < len(data):
        if len(data) - at < 46 or data[at : at + 4] != b"PK\x01\x02":
            raise ValueError(f"its directory is damaged after {len(found):,} members")
        method, _, _, crc, packed, size, name_size, extra_size = struct.unpack("<3H3I2H", data[at + 10 : at + 32])
        (start,) = struct.unpack("<I", data[at + 42 : at + 46])
        name = data[at + 46 : at + 46 + name_size].decode("utf-8")
        extra = data[at + 46 + name_size : at + 46 + name_size + extra_size]
        if start == _MOST and len(extra) == 12:
            (start,) = struct.unpack("<Q", extra[4:])
        member = Member(name, method, crc, packed, size, start)
        line = entry(member)
        if data[at : at + len(line)] != line:
            raise ValueError(f"its directory holds a line for {name[:80]!r} that sealing never writes")
        found.append(member)
        at += len(line)
    if len(found) != members:
        raise ValueError(f"its directory lists {len(found):,} members and says {members:,}")
    return found
