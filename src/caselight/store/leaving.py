"""Files that the user leaves out of a study: which of them a pattern means, and what the list of them comes to.

A pattern is written as for a shell: `README*`, `*.csv`. Without / and ! it means any file of that name, and any folder
or archive with all that is in it; with one of them, the whole path as the books show it: `pile/notes/*`,
`pile/a.zip!x.md`. A path as it is printed means itself, whatever signs are in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

_PARTS = re.compile("[/!]")  # "pile/a.zip!b/c.html": folders, and archives that are looked into


def left_out_by(path: str, without: Sequence[str]) -> str:
    """The first pattern that leaves this path out; "" = none does.

    >>> [left_out_by("pile/a.zip!notes/README.md", [p]) for p in ("README*", "notes", "readme*", "pile/*.md", "*.md")]
    ['README*', 'notes', '', 'pile/*.md', '*.md']
    """
    if not without:
        return ""
    parts = _PARTS.split(path)
    return next((p for p in without if any(p == one or fnmatchcase(one, p) for one in _meant(p, path, parts))), "")


def _meant(pattern: str, path: str, parts: Sequence[str]) -> Sequence[str]:
    """What the pattern is held against."""
    return [path] if _PARTS.search(pattern) else parts


class Listed:
    """What the lines of the list come to, one after the other: a file may be left out, and come back."""

    def __init__(self, lines: Iterable[dict[str, Any]] = ()) -> None:
        self._at: dict[tuple[str, str | None], tuple[int, tuple[str, ...]]] = {}  # path, id -> line, what it leaves out
        self._cut: dict[str, int] = {}  # path -> line that left it out
        self._count = 0
        self.left_out: dict[str, str] = {}  # path -> the pattern that leaves it out now
        for line in lines:
            self.enter(line)

    def enter(self, line: Mapping[str, Any]) -> None:
        """Takes one more line in."""
        path = line["path"]
        self._count += 1
        if "left_out" in line:
            self._cut[path], self.left_out[path] = self._count, line["left_out"]
        else:
            self._at[path, line.get("id")] = self._count, tuple(line.get("without", ()))
            self.left_out.pop(path, None)

    def says(self, line: Mapping[str, Any]) -> bool:
        """Whether the list says already what this line would."""
        path: str = line["path"]
        if "left_out" in line:
            return path in self.left_out and self.left_out[path] == str(line["left_out"])
        return self.has(line) and self._at[path, line.get("id")][1] == tuple(line.get("without", ()))

    def has(self, line: Mapping[str, Any]) -> bool:
        """Whether the file of this line is here already, whatever of it is left out."""
        path = line["path"]
        at, _ = self._at.get((path, line.get("id")), (0, ()))
        return at > self._cut.get(path, 0)
