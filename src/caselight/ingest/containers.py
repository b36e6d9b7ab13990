"""Which files hold records instead of being one, told by their first bytes: archives, dumps, and these packed.

Apart from what opens them (`unpacking.py`), which most studies never need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caselight.ingest.columns import ROW_START, may_be_dump

PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")  # what gzip, bzip2 and xz begin with
# Names of parts that an office document, an e-book or a Java program has, and a folder of records has not.
_PACKAGE_PARTS = re.compile(
    rb"(\[Content_Types\]\.xml|mimetype|_rels/\.rels|META-INF/|Index/Document\.iwa|AndroidManifest\.xml"
    rb"|(word|xl|ppt|visio|docProps|customXml)/.*\.(xml|rels)$)"
)


def is_container(head: bytes, name: str) -> bool:
    """Whether the file holds records instead of being one.

    Args:
        head: its first 64 kB, or all of it.
        name: its name.
    """
    if head.startswith(ROW_START):  # a row of a dump is a record, whatever its text looks like
        return False
    if is_archive(head, name):
        return True
    if not may_be_dump(head, name):
        return False
    from caselight.ingest.dump import is_dump  # not above: it brings all that reads dumps

    return is_dump(head, name)


def is_archive(head: bytes, name: str) -> bool:
    """Whether the file is an archive that can be opened here; not an office document, though that is a ZIP too.

    Args:
        head: its first 64 kB, or all of it.
        name: its name; believed only for a ZIP with something before it (a program that unpacks itself).
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return not any(_PACKAGE_PARTS.match(part) for part in _names_in(head))
    if head.startswith(PACKED) or is_tar(head):
        return True
    return name.lower().endswith(".zip") and b"PK\x03\x04" in head


def is_tar(head: bytes) -> bool:
    """Whether these are the first bytes of a TAR: its mark, or, in the oldest ones, a header whose sum is right."""
    if head[257:262] == b"ustar":
        return True
    if len(head) < 512 or not head[0]:
        return False
    try:
        claimed = int(head[148:156].strip(b" \x00") or b"x", 8)
    except ValueError:
        return False
    return claimed == sum(head[:148]) + 8 * 0x20 + sum(head[156:512])


def _names_in(head: bytes) -> Iterator[bytes]:
    """Names of the entries that begin within the first bytes of a ZIP."""
    at = head.find(b"PK\x03\x04")
    while at >= 0:
        length = int.from_bytes(head[at + 26 : at + 28], "little")
        yield head[at + 30 : at + 30 + length]
        at = head.find(b"PK\x03\x04", at + 4)
