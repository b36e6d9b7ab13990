"""Files that are there whole or not at all, and the beginnings of others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_STEP_BYTES = 65_536  # most records are smaller


def first_of(source: BinaryIO, size: int) -> bytes:
    """The first `size` bytes of `source`, fewer where it ends before."""
    first = b""
    # In steps, because room is made for all that is asked for; and what is not buffered may come in pieces.
    while len(first) < size and (more := source.read(min(size - len(first), max(_STEP_BYTES, len(first))))):
        first += more
    return first


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """`path` with what `write` puts into the file it is given; an interruption leaves the old content or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")  # keeps the suffix: it may decide the format
    try:
        write(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """`path` with `text` in UTF-8, whole or not at all."""
    write_whole(path, lambda temporary: temporary.write_text(text, "utf-8"))


def write_synced(path: Path, text: str, mode: int = 0o666) -> None:
    """`path` with `text` in UTF-8, whole or not at all, and on the disk when this returns: its bytes and its name.

    For what is published or relied on at once, and must outlive a power cut.

    Args:
        mode: who may open it, from its first byte on; less what the umask takes.
    """
    fresh = [folder for folder in path.absolute().parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    temporary.unlink(missing_ok=True)  # of a process that was killed: its mode is not ours
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        for folder in {path.absolute().parent, *(folder.parent for folder in fresh)}:
            _sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """The names in this folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `path` at the end; an interruption leaves nothing there.

    `path` does not exist, or is an empty folder.
    """
    import shutil  # not above: the two bring modules that `new` and `add` do without
    import tempfile

    place = path.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        yield half
        umask = os.umask(0)
        os.umask(umask)
        half.chmod(0o777 & ~umask)  # as any new folder: made for a moment, it was its owner's alone
        half.replace(place)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
