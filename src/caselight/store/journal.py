"""Journals: what people decided, one file a coder, only ever added to. Nothing else in a study cannot be made again.

A line is a JSON object: its number, the hash of the line before it, the time, and what was decided. A line that a power
cut tore is cut off; a line changed by hand breaks the chain and is named.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from caselight.errors import StudyError

_FIRST = "0" * 64


def append(path: Path, bodies: Iterable[Mapping[str, Any]], time: str) -> int:
    """Adds these decisions to the journal, on the disk before this returns; how many there are by then.

    Args:
        time: when, as it shall be written.
    Raises:
        StudyError: the journal was changed by hand.
    """
    known = read(path)
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        content = path.read_bytes()
        end = content.rfind(b"\n") + 1
        previous = _hash(content[:end].splitlines()[-1]) if end else _FIRST
        number = len(known)
        lines = []
        for body in bodies:
            number += 1
            entry = {"number": number, "previous": previous, "time": time, "body": dict(body)}
            line = json.dumps(entry, ensure_ascii=True, sort_keys=True).encode()
            previous = _hash(line)
            lines.append(line + b"\n")
        _write(descriptor, end, b"".join(lines))
    finally:
        os.close(descriptor)
    if fresh:
        _sync_folder(path.parent)
    return number


def read(path: Path) -> list[dict[str, Any]]:
    """The bodies of the journal's lines, in order; none where there is no journal.

    Raises:
        StudyError: a line is not what was written.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    bodies, previous = [], _FIRST
    for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), 1):
        try:
            entry = json.loads(line)
            whole = entry["number"] == number and entry["previous"] == previous
            body = entry["body"]
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            what = "It is not what was written, or a line before it was changed or removed"
            raise StudyError(f"{path}:{number}: {what}. Restore the file from a copy; nothing was changed.")
        bodies.append(body)
        previous = _hash(line)
    return bodies


def _write(descriptor: int, end: int, data: bytes) -> None:
    """All of `data` from `end` on, or none of it."""
    os.ftruncate(descriptor, end)
    try:
        at = end
        while data:
            written = os.pwrite(descriptor, data, at)
            at, data = at + written, data[written:]
        os.fdatasync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
