"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """`path` with what `write` puts into the file it is given; an interruption leaves the old content or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")  # keeps the suffix: it may decide the format
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """`path` with `text` in UTF-8, whole or not at all."""
    write_whole(path, lambda temporary: temporary.write_text(text, "utf-8"))


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `path` at the end; an interruption leaves nothing there.

    `path` does not exist, or is an empty folder.
    """
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
