"""Small originals, many to a file: making a file for each takes longer than reading and hashing it.

A pack is two files. `0001.bin` holds records one after another; `0001.idx` holds for each of them its sha256, where it
begins and how long it is. The index is written after the bytes, so what it names is there; bytes that it does not name
(of a write that was cut off) are passed over.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

# Larger originals stay files of their own: making a file costs as much as writing some 100 kB.
LARGEST_BYTES = 256 << 10
# Held back until so much is together: memory that `add` needs, and what an interruption of the power may lose.
_AT_ONCE_BYTES = 8 << 20
_PACK_BYTES = 1 << 30  # a new pack is begun from here on: files that any backup can handle
_ENTRY = struct.Struct("<32sQI")  # sha256, offset, length
_MOST_PIECES = 1024  # that Linux and macOS write in one call
_READ_ONLY, _WRITABLE = 0o444, 0o644

Place = tuple[int, int, int]  # number of the pack, offset, length


class Packs:
    """The packs in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places: dict[str, Place] | None = None  # by the record's id; None = not read yet
        self._pending: dict[str, bytes] = {}
        self._pending_bytes = 0
        self._open: dict[int, FileIO] | None = None  # packs that are being read; None = each is opened as needed

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._pending or record_id in self._known()

    @property
    def is_full(self) -> bool:
        """Whether it is time to `flush`."""
        return self._pending_bytes >= _AT_ONCE_BYTES

    def add(self, record_id: str, content: bytes) -> None:
        """Takes in a record that is not here yet; on the disk after `flush`."""
        self._pending[record_id] = content
        self._pending_bytes += len(content)

    def content(self, record_id: str) -> bytes | None:
        """The bytes of a record as they are on the disk, perhaps damaged; None = it is not here."""
        if record_id in self._pending:
            return self._pending[record_id]
        place = self._known().get(record_id)
        if place is None:
            return None
        number, start, length = place
        if self._open is None:
            with self._pack(number, "bin").open("rb", buffering=0) as file:
                return os.pread(file.fileno(), length, start)
        if number not in self._open:
            self._open[number] = self._pack(number, "bin").open("rb", buffering=0)
        return os.pread(self._open[number].fileno(), length, start)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Within it a pack is opened once, not once for each record that is read."""
        self._open = {}
        try:
            yield
        finally:
            for file in self._open.values():
                file.close()
            self._open = None

    def flush(self) -> None:
        """Writes what was added: first the bytes, then the index."""
        if not self._pending:
            return
        known = self._known()
        self._folder.mkdir(parents=True, exist_ok=True)
        number = max(1, len(list(self._folder.glob("*.bin"))))
        if self._size(number) >= _PACK_BYTES:
            number += 1
        start = self._append(number, "bin", list(self._pending.values()))
        entries: list[bytes] = []
        for record_id, content in self._pending.items():
            entries.append(_ENTRY.pack(bytes.fromhex(record_id), start, len(content)))
            known[record_id] = number, start, len(content)
            start += len(content)
        self._append(number, "idx", [b"".join(entries)])
        self._pending.clear()
        self._pending_bytes = 0

    def _known(self) -> dict[str, Place]:
        if self._places is None:
            self._places = {}
            for number in range(1, 1 + len(list(self._folder.glob("*.bin")))):
                self._places |= self._read_index(number)
        return self._places

    def _read_index(self, number: int) -> dict[str, Place]:
        path = self._pack(number, "idx")
        index = path.read_bytes() if path.exists() else b""
        whole = len(index) // _ENTRY.size * _ENTRY.size
        if whole < len(index):  # an entry that a power cut tore; its record is simply added again
            path.chmod(_WRITABLE)
            path.write_bytes(index[:whole])
            path.chmod(_READ_ONLY)
        return {record.hex(): (number, start, length) for record, start, length in _ENTRY.iter_unpack(index[:whole])}

    def _append(self, number: int, kind: str, contents: Sequence[bytes]) -> int:
        """Where in the file the contents, one after another, begin."""
        path = self._pack(number, kind)
        if path.exists():
            path.chmod(_WRITABLE)
        with path.open("ab", buffering=0) as file:
            start = file.tell()
            for first in range(0, len(contents), _MOST_PIECES):
                _write(file, contents[first : first + _MOST_PIECES])
        path.chmod(_READ_ONLY)
        return start

    def _size(self, number: int) -> int:
        path = self._pack(number, "bin")
        return path.stat().st_size if path.exists() else 0

    def _pack(self, number: int, kind: str) -> Path:
        return self._folder / f"{number:04d}.{kind}"


def _write(file: FileIO, pieces: Sequence[bytes]) -> None:
    """All of them, one after another."""
    written = os.writev(file.fileno(), pieces)
    if written < sum(map(len, pieces)):  # the system took a part of it: the next call goes on, or says what is wrong
        view = memoryview(b"".join(pieces))[written:]
        while view:
            view = view[file.write(view) :]
