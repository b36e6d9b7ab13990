"""The list of what was received: one JSON line a path, and beside it a seal that tells whether a line was lost.

`received.jsonl` is only ever added to. `received.seal` holds how long it was after the last addition, how many lines
that were, and their sha256; so a list that was cut off or changed since then is known, and a line whose addition a
power cut tore, which no command had reported yet, is told from it and left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from caselight.errors import StudyError
from caselight.store.files import write_text

_AT_ONCE_CHARACTERS = 1 << 18
_END = "\n"  # of a line; a path may hold other characters that end lines elsewhere (U+2028)
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps would make one for each line
_REMEDY = (
    "Restore the file from a copy; or add the same files and folders again (caselight add), which keeps what is still "
    "on the list and enters what is lacking."
)


class Ledger:
    """The list at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seal = path.with_suffix(".seal")
        self._digest = hashlib.sha256()  # of what is on the list, once it was read to be added to
        self._size, self._count, self._lost = 0, 0, 0

    @property
    def lost(self) -> int:
        """How many lines were lost and have not been made up for by adding files again."""
        return int(self._sealed().get("lost", 0))

    def lines(self) -> Iterator[dict[str, Any]]:
        """What is on the list.

        Raises:
            StudyError: lines of it were lost or changed.
        """
        content = self._content()
        what = self._damage(content)
        if what:
            raise StudyError(f"{self.path}, the list of what was received, {what}. Nothing was changed. {_REMEDY}")
        return parsed(content[: content.rfind(b"\n") + 1].decode(), self.path)

    def opened(self) -> Iterator[dict[str, Any]]:
        """What is on the list and whole, which may now be added to; what was lost is counted."""
        content = self._content()
        whole = content[: content.rfind(b"\n") + 1]
        if self._damage(content):
            whole = b"".join(line for line in whole.splitlines(keepends=True) if _is_entry(line))
        if whole != content:
            write_text(self.path, whole.decode())
        self._digest, self._size, self._count = hashlib.sha256(whole), len(whole), whole.count(b"\n")
        sealed = self._sealed()
        self._lost = max(0, int(sealed.get("lost", 0)) + int(sealed.get("lines", 0)) - self._count)
        return parsed(whole.decode(), self.path)

    def add(self, lines: Sequence[str]) -> None:
        """Enters lines that `line` made; the list has been `opened`."""
        if not lines and self._sealed().get("sha256") == self._digest.hexdigest():
            return
        content = "".join(lines).encode()
        with self.path.open("ab") as file:
            file.write(content)
        self._digest.update(content)
        self._size += len(content)
        self._count += len(lines)
        self._lost = max(0, self._lost - len(lines))
        seal = {"bytes": self._size, "lines": self._count, "sha256": self._digest.hexdigest(), "lost": self._lost}
        write_text(self._seal, json.dumps(seal) + _END)

    def _content(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def _sealed(self) -> dict[str, Any]:
        """The seal; {} = there is none, as in studies made before there were seals."""
        try:
            found = json.loads(self._seal.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _damage(self, content: bytes) -> str:
        """What is wrong with the list, in words; "" = nothing."""
        sealed = self._sealed()
        if not sealed:
            return ""
        size = int(sealed["bytes"])
        if len(content) < size:
            held = content.count(b"\n")
            return f"was cut off or has gone: it held {sealed['lines']:,} entries and holds {held:,} now"
        if hashlib.sha256(content[:size]).hexdigest() != sealed["sha256"]:
            return "was changed since files were last added"
        return ""


def line(entry: dict[str, Any]) -> str:
    """An entry as a line."""
    return _ENCODE(entry) + _END


def parsed(lines: str, path: Path) -> Iterator[dict[str, Any]]:
    """The entries of JSON Lines, each ended by a newline.

    Many at a time: one by one takes twice the time, and all at once the memory of all of them.

    Raises:
        StudyError: one of them is no entry.
    """
    begin = 0
    while begin < len(lines):
        end = lines.find(_END, begin + _AT_ONCE_CHARACTERS) + 1 or len(lines)
        try:
            found: list[dict[str, Any]] = json.loads(f"[{lines[begin:end].removesuffix(_END).replace(_END, ',')}]")
        except ValueError:
            wrong = next((n for n, one in enumerate(lines.split(_END), 1) if one and not _is_entry(one.encode())), 1)
            raise StudyError(f"{path}, line {wrong}, is no entry: it was changed. {_REMEDY}") from None
        yield from found
        begin = end


def _is_entry(written: bytes) -> bool:
    try:
        entry = json.loads(written)
    except ValueError:
        return False
    return isinstance(entry, dict) and isinstance(entry.get("path"), str)
