"""Tables in parts: one file a bucket of record ids, whose name says what made it.

A part is called `BUCKET-of-BUCKETS-KEY.arrow`. The key is the hash of everything that went into it; a part with the
wanted key need not be made again, whatever happened in between.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from caselight.store.files import write_whole

if TYPE_CHECKING:
    import pyarrow as pa


_PART = re.compile(r"\d+-of-\d+-[^.]*\.")  # name of a part; others are temporary


def key_of(*made_by: object) -> str:
    """24 hex digits of the hash of what makes a part."""
    return hashlib.sha256("\0".join(map(str, made_by)).encode("utf-8", "surrogatepass")).hexdigest()[:24]


class Part(NamedTuple):
    """One file of a table."""

    bucket: int
    buckets: int
    key: str
    path: Path


class Parts:
    """The tables below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, table: str) -> dict[tuple[int, int, str], Part]:
        """The parts that are there, by (bucket, buckets, key)."""
        parts = {}
        for name in self.names(table):
            path = self.folder / table / name
            bucket, _, buckets, key = path.stem.split("-")
            parts[int(bucket), int(buckets), key] = Part(int(bucket), int(buckets), key, path)
        return parts

    def names(self, table: str) -> set[str]:
        """File names of the parts that are there."""
        folder = self.folder / table
        return set(filter(_PART.match, os.listdir(folder))) if folder.is_dir() else set()

    def path(self, table: str, bucket: int, buckets: int, key: str) -> Path:
        """Where that part is or will be."""
        return self.folder / table / f"{bucket:04d}-of-{buckets:04d}-{key}.arrow"

    def write(self, path: Path, content: pa.Table) -> None:
        """The part at `path`, whole or not at all."""
        from caselight.tables import write_table  # with pyarrow, which `new` and `add` do without

        write_whole(path, lambda temporary: write_table(temporary, content))

    def prune(self, table: str, keep: Iterable[Path]) -> None:
        """Removes the parts of the table that are not to be kept."""
        kept = {path.name for path in keep}
        folder = self.folder / table
        for name in os.listdir(folder) if folder.is_dir() else ():
            if name not in kept:
                (folder / name).unlink(missing_ok=True)

    def tables(self) -> list[str]:
        """Names of the tables that are there, e.g. documents, answers/outcome."""
        found = [folder for folder, _, names in os.walk(self.folder) if any(map(_PART.match, names))]
        return sorted(os.path.relpath(folder, self.folder) for folder in found)
