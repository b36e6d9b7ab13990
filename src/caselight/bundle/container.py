"""Opens a bundle, a file or a folder, and gives its members piece by piece; refuses what is dangerous or not as sealed.

Nothing is ever written to a path that a bundle names. Sizes are known before anything is unpacked and are kept to.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from caselight.bundle.faults import Refused, refused
from caselight.bundle.names import LAST, in_order, is_safe, twins
from caselight.bundle.packing import (
    DEFLATED,
    END64_SIZE,
    END_SIZE,
    LOCATOR_SIZE,
    STORED,
    Member,
    directory,
    directory_of,
    end,
    header,
)

PIECE = 1 << 20  # bytes at a time
MOST_MEMBERS = 5_000_000
MOST_DIRECTORY = 1 << 30  # bytes
# Tables of court records pack to a tenth; pages of one study to a twentieth. Deflate itself reaches 1032.
MOST_SWELLING = 200
SMALL = 64 << 20  # bytes unpacked that are no danger, however well packed
MOST_BYTES = 1 << 40


class Bundle(Protocol):
    """A bundle that is open."""

    @property
    def name(self) -> str:
        """What it is called on this disk."""

    @property
    def sizes(self) -> dict[str, int]:
        """Every member and its size in bytes, in the order of the file."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member. Raises Refused where they are not what the file says of them."""

    def before(self, name: str) -> tuple[int, str] | None:
        """How many bytes of the file stand before that member, and their SHA-256; None = it is a folder."""

    def close(self) -> None:
        """Nothing more is wanted of it."""


def open_bundle(path: Path) -> FileBundle | FolderBundle:
    """The bundle at `path`.

    Raises:
        Refused: it is no bundle, or none that should be read.
    """
    if path.is_dir():
        return FolderBundle(path)
    return FileBundle(path, SEALED)


def read_whole(bundle: Bundle, name: str, most: int) -> bytes:
    """All bytes of a member of at most so many."""
    if bundle.sizes.get(name, 0) > most:
        raise refused("too_large", name, f"{bundle.sizes[name]:,} bytes", f"at most {most:,}")
    return b"".join(bundle.pieces(name))


def lines(bundle: Bundle, name: str, longest: int) -> Iterator[bytes]:
    """The lines of a member without their ends; a line that is longer than `longest` bytes is refused."""
    rest = b""
    for piece in bundle.pieces(name):
        found = (rest + piece).split(b"\n")
        rest = found.pop()
        if len(rest) > longest:
            raise refused("too_large", name, f"a line of more than {longest:,} bytes")
        yield from found
    if rest:
        yield rest


def _opened_file(path: Path) -> tuple[IO[bytes], int]:
    """The file, open, and its size."""
    try:
        # A pipe would be waited for without end.
        file: IO[bytes] = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")
        found = os.fstat(file.fileno())
    except OSError as error:
        raise refused("not_a_bundle", path.name, f"cannot be opened: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise refused("not_a_bundle", path.name, "it is no file")
    return file, found.st_size


@dataclass(frozen=True, slots=True)
class Form:
    """What stands between the members of a bundle in one file."""

    listed: Callable[[FileBundle], list[Member]]  # raises ValueError, UnicodeDecodeError where it is none of this form
    begin: Callable[[FileBundle, Member], tuple[int, bytes]]  # where a member's bytes begin, and the first of them
    is_sealed: bool  # it is the one that sealing writes


class FileBundle:
    """A bundle in one file."""

    def __init__(self, path: Path, form: Form) -> None:
        self.name, self._path, self._form = path.name, path, form
        self._file, self.size = _opened_file(path)
        try:
            self._members = {member.name: member for member in form.listed(self)}
        except (ValueError, UnicodeDecodeError) as error:
            self.close()
            raise refused("not_a_bundle", path.name, str(error)) from None
        except Refused:
            self.close()
            raise
        self.sizes = {name: member.size for name, member in self._members.items()}

    def __getstate__(self) -> dict[str, object]:
        """What a copy needs: it opens the file for itself, in another process too, and reads no directory."""
        return {name: value for name, value in vars(self).items() if name != "_file"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._file, size = _opened_file(self._path)
        if size != self.size:
            self.close()
            raise refused("not_a_bundle", self.name, "it was changed while it was read")

    def check_names(self, members: list[Member]) -> list[str]:
        """The names of these members, if each is safe and stands once. Raises Refused."""
        names = [member.name for member in members]
        for name in names:
            if not is_safe(name):
                raise refused("unsafe_name", self.name, repr(name[:80]), "names that stay inside the bundle")
        if doubles := twins(names):
            raise refused("twice", self.name, repr(doubles[0]), "each name once")
        return names

    def check_sizes(self, members: list[Member]) -> None:
        """Raises Refused where they unpack to more than can be."""
        whole = sum(member.size for member in members)
        if whole > max(SMALL, MOST_SWELLING * self.size) or whole > MOST_BYTES:
            raise refused("too_large", self.name, f"{whole:,} bytes unpacked from {self.size:,}")

    def at(self, start: int, stop: int) -> bytes:
        """The bytes of the file between two places; fewer at its end."""
        self._file.seek(start)
        return self._file.read(max(0, stop - start))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, unpacked."""
        member = self._members[name]
        begins, packed = self._form.begin(self, member)
        at, ends = begins + len(packed), begins + member.packed
        unpack = zlib.decompressobj(-15) if member.method == DEFLATED else None
        size, crc = 0, 0
        while True:
            piece = self._unpacked(unpack, packed, name) if unpack else packed
            packed = unpack.unconsumed_tail if unpack else b""
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > member.size:
                raise refused("too_large", name, f"more than {member.size:,} bytes", f"{member.size:,} bytes")
            if piece:
                yield piece
            if not packed and not (unpack and unpack.eof):
                packed = self.at(at, min(ends, at + PIECE))
                at += len(packed)
            if not packed and not (piece and unpack and not unpack.eof):  # the last bytes may come without new input
                break
        whole = at == ends and not (unpack and (not unpack.eof or unpack.unused_data))
        if size != member.size or crc != member.crc or not whole:
            raise refused("damaged", name, f"{size:,} bytes, checksum {crc:08x}", f"{member.size:,}, {member.crc:08x}")

    @staticmethod
    def _unpacked(unpack: zlib._Decompress, packed: bytes, name: str) -> bytes:
        try:
            return unpack.decompress(packed, PIECE)
        except zlib.error as error:
            raise refused("damaged", name, f"cannot be unpacked ({error})") from None

    def before(self, name: str) -> tuple[int, str] | None:
        """How many bytes stand before that member, and their SHA-256; (0, "") where sealing did not write them."""
        if not self._form.is_sealed:
            return 0, ""
        stop, digest = self._members[name].start, hashlib.sha256()
        for at in range(0, stop, PIECE):
            digest.update(self.at(at, min(stop, at + PIECE)))
        return stop, digest.hexdigest()

    def close(self) -> None:
        """Nothing more is wanted of it."""
        self._file.close()


def _as_sealed(bundle: FileBundle) -> list[Member]:
    tail = bundle.at(max(0, bundle.size - END_SIZE - LOCATOR_SIZE - END64_SIZE), bundle.size)
    count, start, size = directory_of(tail)
    if count > MOST_MEMBERS or size > MOST_DIRECTORY or start + size > bundle.size:
        raise ValueError("its directory is larger than the file or than can be")
    if bundle.at(start + size, bundle.size) != end(count, start, size):
        raise ValueError("it does not end where its directory ends: its tail was changed, or something was added")
    members = directory(bundle.at(start, start + size), count)
    names = bundle.check_names(members)
    if names != in_order(names):
        raise ValueError("its members are not in order")
    at = 0
    for member in members:
        if member.start != at or member.method not in (STORED, DEFLATED):
            raise ValueError(f"something stands before {member.name!r} that sealing never writes")
        if (member.name in LAST or member.method == STORED) and member.size != member.packed:
            raise ValueError(f"the sizes of {member.name!r} contradict each other")
        at = member.end
    if at != start:
        raise ValueError("something stands between its members and its directory")
    bundle.check_sizes(members)
    return members


def _begin_as_sealed(bundle: FileBundle, member: Member) -> tuple[int, bytes]:
    right = header(member)
    found = bundle.at(member.start, min(member.end, member.data + PIECE))
    if found[: len(right)] != right:
        raise refused("changed_header", member.name, "the bytes before it are not those that sealing writes")
    return member.data, found[len(right) :]


SEALED = Form(_as_sealed, _begin_as_sealed, is_sealed=True)


class FolderBundle:
    """A bundle that somebody unpacked."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        found = dict(self._walk(path, ""))
        if doubles := twins(found):
            raise refused("twice", self.name, repr(doubles[0]), "each name once")
        self.sizes = {name: found[name] for name in in_order(found)}

    def _walk(self, folder: Path, prefix: str) -> Iterator[tuple[str, int]]:
        with os.scandir(folder) as there:
            found = list(there)
        for one in found:
            name = prefix + one.name
            if one.is_symlink() or not (one.is_dir() or one.is_file()):
                raise refused("unsafe_name", name, "it is a link or a device", "files and folders only")
            if one.is_dir():
                yield from self._walk(Path(one.path), name + "/")
            else:
                yield name, one.stat(follow_symlinks=False).st_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member."""
        try:
            descriptor = os.open(self._path / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(descriptor, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except OSError as error:
            raise refused("damaged", name, f"cannot be read: {error.strerror}") from None

    def before(self, name: str) -> None:
        """None: there is no one file."""
        del name

    def close(self) -> None:
        """Nothing is open."""


__all__ = ["SEALED", "Bundle", "FileBundle", "FolderBundle", "Refused", "lines", "open_bundle", "read_whole"]
