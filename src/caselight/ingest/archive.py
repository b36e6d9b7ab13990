"""What is inside an archive, member by member, never more than the limits allow and never written to a named path.

What all kinds share: ZIP (`zips.py`), TAR (`tars.py`), and single files packed with gzip, bzip2 or xz, which may hold a
TAR. Out come `Member`s (a path, which is text and nothing else, and bytes) and `Problem`s about what was not taken.
Limits count the bytes that really come out, not those that the archive claims.

A problem's kind is the state that the member, or what is left of the archive, is in.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, Protocol

from caselight.ingest.containers import PACKED
from caselight.types import Problem, State

MAX_MEMBERS = 100_000
MEMBER_BYTES = 512 << 20
# No archive of documents comes near: 100,000 members of 0.6 MB. It keeps one file from filling the disk.
TOTAL_BYTES = 64 << 30
# What comes out, against what went in. Documents shrink to a fifth, repetitive logs to a hundredth at most; deflate's
# own limit is 1,032 to 1, and bombs are built near it.
MAX_EXPANSION = 200
# Below this the ratio says nothing: a page of blanks in a tiny archive is no bomb.
HARMLESS_BYTES = 4 << 20
MAX_PATH_CHARACTERS = 1024  # longer than any file system allows for a path that a person made
CHUNK_BYTES = 1 << 18

_OPENERS: tuple[Callable[..., Any], ...] = (gzip.open, bz2.open, lzma.open)  # for what begins as PACKED says
_SUFFIXES = (("tgz", "tar"), ("tbz", "tar"), ("tbz2", "tar"), ("txz", "tar"), ("gz", ""), ("bz2", ""), ("xz", ""))
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)  # what unpackers raise on damaged bytes
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LEFT_BY_MACOS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$)")


class Member(NamedTuple):
    """A record found in a container."""

    path: str  # in the container: as it stands there, or the number of a row
    data: bytes


class LimitError(Exception):
    """A limit is passed. `member` tells whether only this member is concerned, or all that is left."""

    def __init__(self, state: State, reason: str, member: bool = False) -> None:
        super().__init__(reason)
        self.state = state
        self.member = member


class Readable(Protocol):
    """What bytes are read from; it need not be able to go back."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(slots=True)
class Meter:
    """Counts what comes out of one container and knows when it is too much."""

    packed_bytes: int
    produced_bytes: int = 0
    members: int = 0
    paths: dict[str, int] = field(default_factory=dict)
    left_out: int = 0

    def count(self, produced: int) -> None:
        """Counts bytes that came out.

        Raises:
            LimitError: they are too many.
        """
        self.produced_bytes += produced
        if self.produced_bytes > max(HARMLESS_BYTES, MAX_EXPANSION * self.packed_bytes):
            unpacks = f"it unpacks to more than {MAX_EXPANSION} times its size, as only archives made to do harm do"
            raise LimitError(State.REFUSED, unpacks)
        if self.produced_bytes > TOTAL_BYTES:
            raise LimitError(State.OVER_LIMIT, f"it holds more than {TOTAL_BYTES >> 30} GiB")

    def collect(self, pieces: Iterator[bytes]) -> bytes:
        """All of a member.

        Raises:
            LimitError: it is too long, or too much has come out of the container.
        """
        collected, size = [], 0
        for piece in pieces:
            size += len(piece)
            self.count(len(piece))
            if size > MEMBER_BYTES:
                raise LimitError(State.OVER_LIMIT, f"it is longer than {MEMBER_BYTES >> 20} MiB", member=True)
            collected.append(piece)
        return b"".join(collected)

    def name(self, untrusted_path: str) -> str:
        """The path to know a member by: printable, of bearable length, unlike all others in the container.

        Raises:
            LimitError: there are too many members.
        """
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise LimitError(State.OVER_LIMIT, f"it has more than {MAX_MEMBERS:,} members")
        path = printable(untrusted_path)
        self.paths[path] = self.paths.get(path, 0) + 1
        return path if self.paths[path] == 1 else f"{path} ({self.paths[path]})"

    def is_left_out(self, path: str) -> bool:
        """Whether the member is something that macOS adds to archives beside the files; it is then counted."""
        found = _LEFT_BY_MACOS.search(path) is not None
        self.left_out += found
        return found


class Unpacked(io.RawIOBase):
    """A single packed file as it comes out: can be read forward, and looked at before it is read."""

    def __init__(self, source: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, meter: Meter) -> None:
        self._source = source
        self._meter = meter
        self._ahead = b""
        self._broken: Exception | None = None  # what looking ahead came upon; reading gets there later

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def look(self, size: int) -> bytes:
        """The next bytes, which stay to be read; fewer at the end or before damage."""
        try:
            while len(self._ahead) < size and (piece := self._source.read1(size - len(self._ahead))):
                self._ahead += piece
        except BROKEN as error:
            self._broken = error
        return self._ahead[:size]

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer as far as it can in one go; what comes out is counted.

        Raises:
            LimitError: it is too much.
        """
        if self._broken and not self._ahead:
            raise self._broken
        # read1, not read: where the file breaks off, read would take what came before down with it.
        piece = self._ahead[: len(buffer)] or self._source.read1(len(buffer))
        self._ahead = self._ahead[len(buffer) :]
        self._meter.count(len(piece))
        buffer[: len(piece)] = piece
        return len(piece)


def open_packed(untrusted: BinaryIO, head: bytes) -> Unpacked | None:
    """The content of a file packed with gzip, bzip2 or xz; None if it is none."""
    opener = next((opener for magic, opener in zip(PACKED, _OPENERS, strict=True) if head.startswith(magic)), None)
    if opener is None:
        return None
    size = untrusted.seek(0, 2)
    untrusted.seek(0)
    return Unpacked(opener(untrusted, "rb"), Meter(size))


def inner_name(path: str) -> str:
    """Name of the one file in a packed file: "acts.jsonl.gz" holds "acts.jsonl", "acts.tgz" holds "acts.tar"."""
    name = path.replace("!", "/").rsplit("/", 1)[-1]
    stem, _, suffix = name.rpartition(".")
    for packed, plain in _SUFFIXES:
        if stem and suffix.lower() == packed:
            return f"{stem}.{plain}" if plain else stem
    return f"{name}.unpacked"


def printable(untrusted_path: str) -> str:
    """A member's path as text that can be shown: no control characters, no marks that turn the writing round."""
    path = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", untrusted_path) or "(no name)"
    if len(path) > MAX_PATH_CHARACTERS:
        digest = hashlib.sha256(path.encode()).hexdigest()[:8]
        path = f"{path[:MAX_PATH_CHARACTERS]}…{digest}"
    return path


def trouble(path: str, state: State, what: str, remedy: str) -> Problem:
    """A member that was not taken, or, with the path "", what was found wrong with the container."""
    return Problem("ingest", path, state.value, f"{path or 'The archive'}: {what}. {remedy}")


def stopped(error: LimitError, path: str) -> Problem:
    """The container was not opened to its end."""
    remedy = "What came before is kept. If you trust it, unpack it yourself and add the folder."
    return trouble("", error.state, f"{path} was not opened to its end: {error}", remedy)
