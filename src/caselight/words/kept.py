"""The file in which a vocabulary is kept between studies: a line that says what it is, four columns, and the texts."""

from __future__ import annotations

import json
import mmap
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from caselight.words.characters import Hashes
from caselight.words.lemmas import source
from caselight.words.texts import Texts

COLUMNS = 4
_MAGIC = b"CASELIGHT WORDS 1\n"


class Kept(NamedTuple):
    """What is in the file: the columns, (F,) each, and the text of each row."""

    columns: Sequence[Hashes]
    texts: Texts


def file_of(folder: Path, language: str) -> Path:
    """Where the words of a language are kept."""
    return folder / f"words-{language}.bin"


def write(path: Path, language: str, kept: Kept) -> None:
    """Writes the file anew; a reader sees the old one or the new."""
    body = b"".join([*(c.astype("<u8").tobytes() for c in kept.columns), kept.texts.lines()])
    head = {"language": language, "source": source(language), "count": len(kept.texts), "check": zlib.crc32(body)}
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.stem, delete=False) as file:
        try:
            file.write(_MAGIC + json.dumps(head).encode() + b"\n" + body)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read(path: Path, language: str) -> Kept | None:
    """What is in the file; None where there is none, it is damaged, or its lemmas were made by another source."""
    try:
        with path.open("rb") as file:  # not read: most of it is copied once anyway
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # there is none, or it is empty
        return None
    if content[: len(_MAGIC)] != _MAGIC:
        return None
    line_end = content.find(b"\n", len(_MAGIC))
    try:
        head = json.loads(content[len(_MAGIC) : line_end])
        expected = {"language": language, "source": source(language), "count": head["count"]}
    except (ValueError, KeyError, TypeError):
        return None
    body = memoryview(content)[line_end + 1 :]
    if head != expected | {"check": zlib.crc32(body)} or type(head["count"]) is not int or head["count"] < 0:
        return None
    return _parted(body, head["count"])


def _parted(body: memoryview, count: int) -> Kept | None:
    size = 8 * count
    if len(body) < COLUMNS * size:
        return None
    columns = [np.frombuffer(body, "<u8", count, i * size) for i in range(COLUMNS)]
    texts = Texts(body[COLUMNS * size :] if count else None)
    return Kept(columns, texts) if len(texts) == count else None
