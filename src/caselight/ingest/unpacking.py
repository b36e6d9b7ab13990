"""The records in archives, dumps, and dumps and archives packed with gzip and the like.

`unpack` opens one level. What comes out may be a container again; whoever calls counts the levels.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from caselight.ingest.archive import (
    BROKEN,
    CHUNK_BYTES,
    TOTAL_BYTES,
    LimitError,
    Member,
    Meter,
    Unpacked,
    inner_name,
    open_packed,
    stopped,
    trouble,
)
from caselight.ingest.containers import is_archive, is_tar
from caselight.ingest.dump import HEAD_BYTES, is_dump, unpack_dump
from caselight.ingest.tars import untar
from caselight.ingest.zips import unzip
from caselight.types import Problem, State


def unpack(untrusted: BinaryIO, name: str, mapping: Mapping[str, str] | None = None) -> Iterator[Member | Problem]:
    """The records in a container. Never raises on what it holds.

    Args:
        untrusted: the container, opened for reading.
        name: its path, for messages and, where its bytes do not tell, for its kind.
        mapping: role -> column of a dump, where the user named some.
    """
    head = untrusted.read(HEAD_BYTES)
    untrusted.seek(0)
    try:
        packed = open_packed(untrusted, head)
        if packed:
            yield from _unpack_packed(packed, name, mapping)
        elif is_archive(head, name):
            yield from _unpack_archive(untrusted, is_tar(head), name)
        else:
            yield from unpack_dump(untrusted, head, name, mapping)
    except LimitError as error:
        yield stopped(error, name)


def _unpack_archive(untrusted: BinaryIO, tar: bool, name: str) -> Iterator[Member | Problem]:
    meter = Meter(untrusted.seek(0, 2))
    untrusted.seek(0)
    try:
        yield from untar(untrusted, meter) if tar else unzip(untrusted, meter)
    except LimitError as error:
        yield stopped(error, name)
    if meter.left_out:
        message = f"{meter.left_out} entries that macOS adds beside the files were left out of {name}."
        yield Problem("ingest", "", "left_out", message)


def _unpack_packed(packed: Unpacked, name: str, mapping: Mapping[str, str] | None) -> Iterator[Member | Problem]:
    """What a single packed file holds: the members of a TAR, the rows of a dump, or one file."""
    head = packed.look(HEAD_BYTES)
    inner = inner_name(name)
    file = io.BufferedReader(packed, CHUNK_BYTES)
    # The meter of `packed` counts what comes out; the other one needs only to stop a member that is too long.
    if is_tar(head):
        yield from untar(file, Meter(TOTAL_BYTES))
    elif is_dump(head, inner) and not head.startswith(b"PAR1"):
        yield from unpack_dump(file, head, inner, mapping)
    else:
        try:
            yield Member(inner, Meter(TOTAL_BYTES).collect(iter(file.read1, b"")))
        except BROKEN as error:
            what = f"it cannot be unpacked to its end ({str(error)[:100]})"
            yield trouble("", State.DAMAGED, what, "Get it again from where it came from.")
