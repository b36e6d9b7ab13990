"""Journals: what people decided, one file a coder, only ever added to. Nothing else in a study cannot be made again.

A line is a JSON object: its number, the hash of the line before it, the key under which it was sent, the time, and what
was decided (`body`), or the key of an earlier line that it takes back (`undoes`). The order is that of the numbers,
never of clocks. Lines that were written at once name the first of them (`begin`). Lines of older versions have no key.

What a power cut tore stands at the end and was never acknowledged: it is put aside into NAME.torn, cut off, reported.
A whole line that breaks the chain, or a broken one with later writing behind it, was changed by hand: it is named, and
nothing is written.

A decision is acknowledged when it is on the disk, and not before: `append` returns after fdatasync. What a writer finds
in a file it did not write itself it writes again before it acknowledges anything: after a failed sync the system may
show what never reached the disk.
"""

from __future__ import annotations

import errno
import hashlib
import json
import time as clock
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

from caselight.errors import StudyError
from caselight.store.disk import Disk

_FIRST = "0" * 64
# Folders above a journal whose names are synced before its first line counts: answers, journal, the study.
_FOLDERS = 3
_PATIENCE_SECONDS = 5.0  # another writer needs milliseconds; longer, and it hangs
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is to be written."""

    body: Mapping[str, Any]
    key: str = ""  # unique to this decision, however often it is sent; "" = nobody will send it again
    undoes: str = ""  # `ref` of the line that it takes back; "" = none
    time: str = ""  # when it was decided, if not now: of lines that come from another copy of the journal


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal."""

    number: int  # from 1
    key: str  # "" = written without one
    time: str
    body: dict[str, Any]
    undoes: str = ""

    @property
    def ref(self) -> str:
        """What `undoes` calls this line."""
        return self.key or f"#{self.number}"


@dataclass(frozen=True, slots=True)
class Content:
    """A journal as it was read."""

    entries: list[Entry]
    hashes: list[str]  # of each line
    end: int  # bytes of whole lines
    torn: bytes  # what stands behind them: lines that were never finished


class Journal:
    """One coder's journal, to be added to. Several processes may: each locks the file while it writes."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.path = path
        self.torn: list[bytes] = []  # what was cut off, for the report
        self._disk = disk or Disk()
        self._seen: tuple[int, int, int] | None = None  # the file as this object left it; None = to be read
        self._content = Content([], [], 0, b"")
        self._by_key: dict[str, Entry] = {}
        self._synced = False  # all that was read is known to be on the disk
        self._acknowledged = (0, _FIRST)  # lines, and the hash of the last

    def entries(self) -> list[Entry]:
        """Every line, as of now."""
        if not self.path.exists():
            return []
        descriptor = self._open()
        try:
            self._catch_up(descriptor)
            return list(self._content.entries)
        finally:
            self._disk.close(descriptor)

    @property
    def lines(self) -> int:
        """How many lines there were when this object last looked."""
        return len(self._content.entries)

    def unchanged(self) -> bool:
        """Whether nobody has added to the file since this object last looked. Costs one system call."""
        try:
            seen = self.path.stat()
        except FileNotFoundError:
            return self._seen is None and not self._content.entries
        return (seen.st_dev, seen.st_ino, seen.st_size) == self._seen

    def append(self, fresh: Sequence[Fresh], time: str) -> list[Entry]:
        """Adds these, on the disk before this returns; the lines that hold them.

        What was written before under the same key is not written again: the line that is there is given back.

        Args:
            time: when, as it shall be written.
        Raises:
            StudyError: the journal was changed by hand, or has lost what was acknowledged; another writer hangs; or a
                key was used for something else before.
            OSError: the disk failed. Nothing of this is acknowledged; the next call reads the journal anew.
        """
        descriptor = self._open()
        try:
            self._catch_up(descriptor)
            entries, lines, hashes = self._lines(fresh, time)
            if lines or not self._synced:
                self._write(descriptor, lines, hashes)
            return entries
        except OSError:
            self._forget(descriptor)
            raise
        finally:
            self._disk.close(descriptor)

    def _open(self) -> int:
        missing = [folder for folder in self.path.parents if not folder.exists()]
        for folder in reversed(missing):
            self._disk.make_folder(folder)
        descriptor = self._disk.open(self.path)
        waited = 0.0
        while not self._disk.lock(descriptor):
            if waited > _PATIENCE_SECONDS:
                self._disk.close(descriptor)
                raise StudyError(f"{self.path} is being written by another process that does not finish. End it first.")
            clock.sleep(0.01)
            waited += 0.01
        return descriptor

    def _catch_up(self, descriptor: int) -> None:
        """Reads the file if it is not as this object left it; cuts a torn line off."""
        seen = self._disk.look(descriptor)
        if seen == self._seen:
            return
        self._seen, self._synced = None, False
        content = _parsed(self._whole(descriptor, seen[2]), self.path)
        number, last = self._acknowledged
        if len(content.hashes) < number or (number and content.hashes[number - 1] != last):
            raise StudyError(
                f"{self.path} has lost what was acknowledged (line {number}). Stop, and restore the file from a copy."
            )
        if content.torn:
            self._put_aside(content.torn)
            self._disk.cut(descriptor, content.end)
            self.torn.append(content.torn)
        self._content = Content(content.entries, content.hashes, content.end, b"")
        self._by_key = {entry.key: entry for entry in content.entries if entry.key}
        self._seen = (seen[0], seen[1], content.end)

    def _put_aside(self, torn: bytes) -> None:
        descriptor = self._disk.open(self.path.with_suffix(".torn"))
        try:
            self._put(descriptor, torn + b"\n", self._disk.look(descriptor)[2])
            self._disk.sync(descriptor)
        finally:
            self._disk.close(descriptor)

    def _whole(self, descriptor: int, size: int) -> bytes:
        parts, at = [], 0
        while at < size and (part := self._disk.read(descriptor, min(_CHUNK_BYTES, size - at), at)):
            parts.append(part)
            at += len(part)
        return b"".join(parts)

    def _lines(self, fresh: Sequence[Fresh], time: str) -> tuple[list[Entry], list[bytes], list[str]]:
        number = len(self._content.entries)
        begin = number + 1
        previous = self._content.hashes[-1] if self._content.hashes else _FIRST
        entries: list[Entry] = []
        lines: list[bytes] = []
        hashes: list[str] = []
        new: dict[str, Entry] = {}
        for one in fresh:
            known = self._by_key.get(one.key) or new.get(one.key)
            if known:
                if known.body != dict(one.body) or known.undoes != one.undoes:
                    raise StudyError(f"{self.path}: the key {one.key!r} was used for something else before.")
                entries.append(known)
                continue
            number += 1
            entry = Entry(number, one.key, one.time or time, json.loads(json.dumps(dict(one.body))), one.undoes)
            line = _line(entry, previous, begin)
            previous = _hash(line)
            if one.key:
                new[one.key] = entry
            entries.append(entry)
            lines.append(line + b"\n")
            hashes.append(previous)
        return entries, lines, hashes

    def _write(self, descriptor: int, lines: list[bytes], hashes: list[str]) -> None:
        end = self._content.end
        if not self._synced and end:
            self._put(descriptor, self._whole(descriptor, end), 0)
        data = b"".join(lines)
        self._put(descriptor, data, end)
        self._disk.sync(descriptor)
        if not self._synced:
            for folder in list(self.path.parents)[:_FOLDERS]:
                self._disk.sync_folder(folder)
        entries = [_entry(json.loads(line)) for line in lines]
        self._content.entries.extend(entries)  # in place: a copy of all lines for each line would be quadratic
        self._content.hashes.extend(hashes)
        self._content = replace(self._content, end=end + len(data))
        self._by_key |= {entry.key: entry for entry in entries if entry.key}
        device, number, _ = self._seen or self._disk.look(descriptor)
        self._seen, self._synced = (device, number, self._content.end), True
        self._acknowledged = (len(self._content.hashes), self._content.hashes[-1] if self._content.hashes else _FIRST)

    def _put(self, descriptor: int, data: bytes, at: int) -> None:
        while data:
            written = self._disk.write(descriptor, data, at)
            if written <= 0:
                raise OSError(errno.EIO, "the disk took nothing", str(self.path))
            at, data = at + written, data[written:]

    def _forget(self, descriptor: int) -> None:
        """After a failure: takes back what was not acknowledged, where that can be done, and believes nothing."""
        known_end = self._content.end if self._seen else None
        self._seen, self._synced = None, False
        if known_end is not None:
            try:
                self._disk.cut(descriptor, known_end)
            except OSError:
                return  # a line may stay that nobody was told of: whoever sends it again finds it by its key


def append(path: Path, bodies: Iterable[Mapping[str, Any]], time: str) -> int:
    """Adds these decisions to the journal, on the disk before this returns; how many lines there are by then.

    Raises:
        StudyError: the journal was changed by hand.
    """
    journal = Journal(path)
    journal.append([Fresh(body) for body in bodies], time)
    return len(journal.entries())


def read(path: Path) -> list[dict[str, Any]]:
    """The answers in a journal that stand, in order: bodies whose `kind` is "answer" or left out, none taken back.

    Raises:
        StudyError: a line is not what was written.
    """
    entries = contents(path).entries
    gone = {entry.undoes for entry in entries if entry.undoes}
    answers = (entry for entry in entries if not entry.undoes and entry.body.get("kind", "answer") == "answer")
    return [entry.body for entry in answers if entry.ref not in gone]


def contents(path: Path) -> Content:
    """All that stands in a journal; nothing where there is none. Nothing is changed, a torn line stays.

    Raises:
        StudyError: a line is not what was written.
    """
    return _parsed(path.read_bytes(), path) if path.exists() else Content([], [], 0, b"")


def _parsed(data: bytes, path: Path) -> Content:
    entries: list[Entry] = []
    hashes: list[str] = []
    previous, end = _FIRST, 0
    lines = data.split(b"\n")[:-1]
    for number, line in enumerate(lines, 1):
        found = _json(line)
        if found is None and not any(_begins_after(number, later) for later in lines[number:]):
            break
        if not _is_entry(found) or (found["number"], found["previous"]) != (number, previous):
            what = "It is not what was written, or a line before it was changed or removed"
            raise StudyError(f"{path}:{number}: {what}. Restore the file from a copy; nothing was changed.")
        previous = _hash(line)
        end += len(line) + 1
        entries.append(_entry(found))
        hashes.append(previous)
    return Content(entries, hashes, end, data[end:])


def _json(line: bytes) -> Any:
    """What a whole line says; None = it was torn. A disk that tears a line never leaves JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _is_entry(found: Any) -> TypeGuard[dict[str, Any]]:
    whole = isinstance(found, dict) and {"number", "previous", "time", "body"} <= set(found)
    return whole and isinstance(found["number"], int) and isinstance(found["body"], dict)


def _begins_after(number: int, line: bytes) -> bool:
    """Whether this line was written later than line `number`, which was on the disk by then."""
    found = _json(line)
    return _is_entry(found) and found.get("begin", found["number"]) > number


def _entry(found: Mapping[str, Any]) -> Entry:
    return Entry(found["number"], found.get("key", ""), found["time"], found["body"], found.get("undoes", ""))


def _line(entry: Entry, previous: str, begin: int) -> bytes:
    shown: dict[str, Any] = {"number": entry.number, "previous": previous, "time": entry.time, "body": entry.body}
    if begin != entry.number:
        shown["begin"] = begin
    if entry.key:
        shown["key"] = entry.key
    if entry.undoes:
        shown["undoes"] = entry.undoes
    return json.dumps(shown, ensure_ascii=True, sort_keys=True).encode()


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
