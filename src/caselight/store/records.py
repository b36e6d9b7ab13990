"""The records of a study: originals by the hash of their bytes, and the ledger of what came under which path."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from caselight.errors import StudyError, UsageError
from caselight.store.files import first_of, write_text
from caselight.store.leaving import Listed, left_out_by
from caselight.store.ledger import Ledger, line, parsed
from caselight.store.packs import LARGEST_BYTES, Packs
from caselight.types import Problem, Record

HEAD_BYTES = 65_536  # what `is_container` is shown of a file; tar's magic is at 257, a dump's first row is within this
_CHUNK_BYTES = 1 << 20
# What goes wrong with the study's own disk while taking a record: never blamed on the record.
_OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EMFILE, errno.ENFILE})


class OriginalError(StudyError):
    """An original is gone or changed; the message says which, in words that fit into a reason."""


class Member(NamedTuple):
    """A record found inside a container; `path` is its path in there."""

    path: str
    id: str
    size_bytes: int
    container: bool


class Received:
    """What one `add` did."""

    def __init__(self) -> None:
        self.added = 0
        self.again = 0  # were here already, under the same path
        self.unreadable: list[Problem] = []
        self.left_out = 0  # files that the user leaves out
        self.unmet: tuple[str, ...] = ()  # patterns of what to leave out that no file met


class Catalogue(NamedTuple):
    """Every record of the study, with members of containers, sorted by path."""

    records: tuple[Record, ...]
    containers: frozenset[str]  # ids
    unopened: tuple[str, ...]  # ids of containers that have not been unpacked yet
    unreadable: tuple[tuple[str, str], ...]  # path, what the system said
    problems: tuple[Problem, ...]  # met while unpacking
    changed: frozenset[str] = frozenset()  # ids of records whose original is gone or no longer what was received
    left_out: tuple[tuple[str, str], ...] = ()  # path, the pattern by which the user leaves it out

    def leaves(self) -> dict[str, Record]:
        """The records to be read: one for each content, under its first path."""
        first: dict[str, Record] = {}
        for record in self.records:
            if record.id not in self.containers:
                first.setdefault(record.id, record)
        return first


_Source = tuple[Record, bool, tuple[str, ...]]  # a record; whether it is a container; what is left out of it


class Records:
    """The folder records/ of a study."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ledger = Ledger(folder / "received.jsonl")
        self._changed = folder / "changed.txt"  # ids of the originals that were found to be changed
        self._packs = Packs(folder / "packs")

    def path(self, record_id: str) -> Path:
        """Where the bytes of a container, or of a large record, are; for those of others ask `content`."""
        return self.folder / record_id[:2] / record_id

    def content(self, record_id: str) -> bytes:
        """The bytes of a record, which are what was received.

        Raises:
            OriginalError: they are gone, or not what they were.
        """
        content = self._packs.content(record_id)
        try:
            content = self.path(record_id).read_bytes() if content is None else content
        except FileNotFoundError:
            raise OriginalError("the stored original is gone from the folder records/ of the study") from None
        if hashlib.sha256(content).hexdigest() != record_id:
            raise OriginalError("the stored original was changed after it was received: its bytes are others now")
        return content

    def contents(self, record_ids: Iterable[str]) -> Iterator[bytes | OriginalError]:
        """The bytes of these records, or why there are none; to be taken to its end."""
        with self._packs.kept_open():
            for record_id in record_ids:
                try:
                    yield self.content(record_id)
                except OriginalError as error:
                    yield error

    def is_whole(self, record_id: str) -> bool:
        """Whether the stored original is there and what was received."""
        if record_id not in self._packs:  # perhaps too large to be held
            try:
                with self.path(record_id).open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest() == record_id
            except FileNotFoundError:
                return False
        try:
            self.content(record_id)
        except OriginalError:
            return False
        return True

    def changed(self) -> frozenset[str]:
        """The originals that were found to be gone or changed, and still are."""
        listed = self._changed.read_text("ascii").split() if self._changed.exists() else []
        return frozenset(record_id for record_id in listed if not self.is_whole(record_id))

    def set_changed(self, ids: Iterable[str]) -> None:
        """Remembers which originals are gone or changed."""
        write_text(self._changed, "".join(f"{record_id}\n" for record_id in sorted(ids)))

    def keep(self, source: BinaryIO, is_container: Callable[[bytes], bool]) -> tuple[str, int, bool]:
        """The bytes of `source` taken into the study, once: sha256, size, and what `is_container` says of the first
        HEAD_BYTES. Those of a small record are on the disk only after `set_members`, or at the end of `receive`.
        """
        chunk = first_of(source, _CHUNK_BYTES)
        container = is_container(chunk[:HEAD_BYTES])
        if len(chunk) > LARGEST_BYTES or container:  # a container is opened as a file
            return *self._keep_file(source, chunk), container
        record_id = hashlib.sha256(chunk).hexdigest()
        # `path` makes two objects of each of them, which takes longer than hashing the record.
        known = record_id in self._packs or os.path.exists(f"{self.folder}/{record_id[:2]}/{record_id}")
        if not known or not self.is_whole(record_id):  # added again, it mends what was changed
            self._packs.add(record_id, chunk)
        return record_id, len(chunk), container

    def _keep_file(self, source: BinaryIO, chunk: bytes) -> tuple[str, int]:
        """The same for a file of its own; its first bytes have been read."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        temporary = self.folder / f".incoming.{os.getpid()}"
        try:
            with temporary.open("wb") as sink:
                while chunk:
                    digest.update(chunk)
                    size += len(chunk)
                    sink.write(chunk)
                    chunk = source.read(_CHUNK_BYTES)
            place = self.path(digest.hexdigest())
            place.parent.mkdir(exist_ok=True)
            if place.exists() and not self.is_whole(place.name):  # what was in it is to be looked at again
                self._members_file(place.name).unlink(missing_ok=True)
            temporary.chmod(0o444)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def receive(
        self, paths: Iterable[Path], is_container: Callable[[bytes, str], bool], without: Sequence[str] = ()
    ) -> Received:
        """Takes files and folders into the study; what is here already under the same path is left as it is.

        A file that cannot be opened, or that the user leaves out, is written into the ledger with the reason, so that
        the books show it.

        Args:
            without: patterns of what is left out (`left_out_by`), here and in archives; what they meet and is here
                already is a record no longer, and is one again when it is added without them.
        Raises:
            UsageError: a path does not exist, there is no file at or below it, or a pattern cannot be printed. Nothing
                is taken then.
        """
        for pattern in without:
            if not pattern.isprintable():
                raise UsageError(f"--without {pattern!r} holds signs that cannot be printed. Put ? in their place.")
        own = self._own()
        files = [found for path in paths for found in _files(path, own)]
        self.folder.mkdir(parents=True, exist_ok=True)
        known = Listed(self._ledger.opened())
        result = Received()
        met: set[str] = set()
        taken: list[str] = []  # lines of the ledger, which is written after what it names
        try:
            for path, file in files:
                fits = [one for one in without if left_out_by(path, [one])]
                entry = {"path": path, "left_out": fits[0]} if fits else self._take(path, file, is_container)
                if "id" not in entry and os.path.isdir(file) and Path(file).resolve() == own:
                    result.unreadable.append(_own(path))
                    continue
                met.update(fits)
                if "container" in entry and without:
                    entry |= {"without": list(without)}
                _count(result, path, entry, known)
                if known.says(entry):
                    continue
                known.enter(entry)
                taken.append(line(entry))
                if self._packs.is_full:
                    self._enter(taken)
        finally:
            self._enter(taken)
        result.unmet = tuple(pattern for pattern in without if pattern not in met)
        return result

    def _own(self) -> Path:
        """The folder that holds no records to be added: that of the study."""
        study = self.folder.parent
        return (study if (study / "study.toml").exists() else self.folder).resolve()

    def _enter(self, taken: list[str]) -> None:
        """Writes what was taken to the disk, and then its lines into the ledger."""
        self._packs.flush()
        self._ledger.add(taken)
        taken.clear()

    def _take(self, path: str, file: str, is_container: Callable[[bytes, str], bool]) -> dict[str, Any]:
        try:
            # O_NONBLOCK: a named pipe would otherwise wait for a writer for ever.
            descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb", buffering=0) as source:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return {"path": path, "error": "it is a folder, a link to one, or a device, not a file"}
                record_id, size, container = self.keep(source, lambda head: is_container(head, path))
        except OSError as error:
            if error.errno in _OURS or str(self.folder) in str(error.filename or ""):
                raise
            return {"path": path, "error": error.strerror or "cannot be opened"}
        entry: dict[str, Any] = {"path": path, "id": record_id, "size": size}
        return entry | {"container": True} if container else entry

    def _members_file(self, container: str) -> Path:
        return self.folder / "members" / f"{container}.jsonl"

    def set_members(self, container: str, made_by: str, found: Iterable[Member | Problem]) -> None:
        """What a container holds, once it has been unpacked to the end."""
        lines: list[dict[str, Any]] = [{"made_by": made_by}]
        for item in found:
            if isinstance(item, Problem):
                lines.append({"problem": item.kind, "path": item.subject, "message": item.message})
            else:
                lines.append({"path": item.path, "id": item.id, "size": item.size_bytes, "container": item.container})
        self._packs.flush()
        text = "".join(map(line, lines))
        write_text(self._members_file(container), text)

    def _members(self, container: str, made_by: str) -> list[dict[str, Any]] | None:
        file = self._members_file(container)
        if not file.exists():
            return None
        try:
            lines = list(parsed(file.read_text("utf-8"), file))
        except (StudyError, UnicodeDecodeError):
            return None  # damaged: the container is opened again
        return lines[1:] if lines and lines[0].get("made_by") == made_by else None

    def catalogue(self, made_by: str) -> Catalogue:
        """Every record there is.

        Args:
            made_by: the way containers are unpacked now; one that was unpacked otherwise counts as unopened.
        """
        queue, unreadable, left_out = self._received()
        records: list[Record] = []
        unopened: list[str] = []
        problems: list[Problem] = []
        taken: dict[str, set[str]] = {}  # container -> its members that are records
        while queue:
            record, container, without = queue.pop()
            records.append(record)
            if not container:
                continue
            again = record.id in taken  # the same archive under another path: what the first left out may be wanted
            own = taken.setdefault(record.id, set())
            members = self._members(record.id, made_by)
            if members is None:
                unopened += [record.id] if not again else []
                continue
            for member in reversed(members):
                if "problem" in member:
                    subject = f"{record.path}!{member['path']}" if member["path"] else record.path
                    problems += [Problem("ingest", subject, member["problem"], member["message"])] if not again else []
                    continue
                path = f"{record.path}!{member['path']}"
                if pattern := left_out_by(path, without):
                    left_out += [(path, pattern)] if not again else []
                elif not again or member["path"] not in own:
                    own.add(member["path"])
                    one = Record(member["id"], path, member["size"], record.id)
                    queue.append((one, bool(member.get("container")), without))
        records.sort(key=lambda r: (r.path, r.id))
        problems.sort(key=lambda p: (p.subject, p.kind))
        if self._ledger.lost:
            problems.append(_lost(self._ledger))
        of = frozenset(taken)
        aside = tuple(sorted(left_out))
        return Catalogue(tuple(records), of, tuple(unopened), unreadable, tuple(problems), self.changed(), aside)

    def _received(self) -> tuple[list[_Source], tuple[tuple[str, str], ...], list[tuple[str, str]]]:
        """What was received itself, last path first; what could not be read; what is left out."""
        listed = Listed()
        found: dict[tuple[str, str], _Source] = {}
        unreadable = set()
        for entry in self._ledger.lines():
            listed.enter(entry)
            if "id" in entry:
                record = Record(entry["id"], entry["path"], entry["size"], None)
                source = record, bool(entry.get("container")), tuple(entry.get("without", ()))
                found[record.path, record.id] = source
            if "error" in entry:
                unreadable.add((entry["path"], entry["error"]))
        here = [one for one in found.values() if listed.has({"path": one[0].path, "id": one[0].id})]
        here.sort(key=lambda one: (one[0].path, one[0].id), reverse=True)
        accounted = {record.path for record, _, _ in here} | set(listed.left_out)
        closed = tuple(sorted(one for one in unreadable if one[0] not in accounted))
        return here, closed, list(listed.left_out.items())


def _count(result: Received, path: str, entry: Mapping[str, Any], known: Listed) -> None:
    """Counts one file that was met."""
    if "left_out" in entry:
        result.left_out += 1
    elif "error" in entry:
        result.unreadable.append(_unreadable(path, entry["error"]))
    elif known.has(entry):
        result.again += 1
    else:
        result.added += 1


def _lost(ledger: Ledger) -> Problem:
    what = f"{ledger.lost:,} entries of the list of what was received were lost when it was cut off or changed"
    remedy = "Add the same files and folders again; those that are here already are passed over."
    return Problem("ingest", ledger.path.name, "entries_lost", f"{what}. {remedy}")


def _unreadable(path: str, error: str) -> Problem:
    remedy = "Check that you may read it, then add it again."
    return Problem("ingest", path, "unreadable", f"{path} could not be opened: {error}. {remedy}")


def _own(path: str) -> Problem:
    what = f"{path} is the folder of this study, whose files are no records; it was passed over"
    return Problem("ingest", path, "own_folder", f"{what}. Keep records in a folder beside the study.")


def _files(path: Path, study: Path) -> Iterator[tuple[str, str]]:
    """(path as the study will name it, path of the file) for each file at or below `path`; the first of the two begins
    with path's own name.

    The folder of the study, where it lies below `path`, stands for all that is in it.
    """
    if path.resolve().is_relative_to(study):
        raise UsageError(f"{path} belongs to the study itself; its files are no records. Nothing was added.")
    if not path.exists() and not path.is_symlink():
        raise UsageError(f"{path} does not exist. Check the spelling; nothing was added.")
    root = _printable((path if path.name not in ("", "..") else path.resolve()).name)
    if not path.is_dir():
        yield root, str(path)
        return
    closed: list[OSError] = []
    found = False
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders.sort()
        relative = os.path.relpath(folder, path)
        prefix = root if relative == "." else f"{root}/{_printable(relative)}"
        # A link to a folder is not followed (it may lead in a circle or out of the pile); it is named in the books.
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        own = [name for name in folders if name == study.name and Path(folder, name).resolve() == study]
        folders[:] = [name for name in folders if name not in own]
        for name in sorted([*names, *links, *own]):
            found = True
            yield f"{prefix}/{_printable(name)}", os.path.join(folder, name)
    for error in closed:  # a folder that may not be opened: its files are unknown, so the folder stands for them
        found = True
        yield f"{root}/{_printable(os.path.relpath(error.filename, path))}", error.filename
    if not found:
        raise UsageError(f"{path} holds no file. Name the folder that holds the records; nothing was added.")


def _printable(name: str) -> str:
    """A file name as text; bytes that are no UTF-8 are shown as \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
