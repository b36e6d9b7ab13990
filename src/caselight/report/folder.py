"""The folder of a report: writes only what has changed, removes what is no longer wanted, survives an interruption.

`STATE` remembers, for every group of pages, the digest of what it was made from and the names of its files. A group is
struck out before its pages are written and entered again when all are there, so that a run after an interruption knows
what is half done. Only files that the report itself wrote are ever removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from caselight.errors import StudyError

STATE = ".caselight-report.json"
Files = Iterable[tuple[str, str]] | Iterable[tuple[str, bytes]]  # name, content
_VERSION = 1  # of the state's own form; another version is not read, and everything is written


class Folder:
    """One report on disk. `shape` is a digest of everything that is the same on all pages: words, style, title."""

    def __init__(self, path: Path, shape: str) -> None:
        self.path = path
        self._shape = shape
        path.mkdir(parents=True, exist_ok=True)
        state = self._read()
        same = state.get("shape") == shape and state.get("version") == _VERSION
        self._groups: dict[str, str] = dict(state.get("groups", {})) if same else {}
        self._cases: dict[str, int] = dict(state.get("cases", {})) if same else {}
        self._files: dict[str, list[str]] = dict(state.get("files", {}))
        self._kept: set[str] = set()
        self._made: set[str] = set()  # folders known to be there

    def is_current(self, group: str, digest: str) -> bool:
        """Whether this group's pages are there, made from the same; if not, the group is struck out."""
        if self._groups.get(group) == digest:
            self._kept.add(group)
            return True
        self._groups.pop(group, None)
        return False

    def outdated(self, digests: dict[str, int]) -> list[str]:
        """The cases whose page has to be written; a digest of 0 is never current."""
        there = {name.removesuffix(".html") for name in self._case_files().values()}
        same = {case for case, digest in self._cases.items() if digest and digests.get(case) == digest}
        return [case for case in digests if case not in same or case not in there]

    def begin(self, outdated: Iterable[str]) -> None:
        """Notes on disk that these case pages, and all groups struck out, are about to be written."""
        for case in outdated:
            self._cases.pop(case, None)
        self._save()

    def write(self, name: str, content: str) -> None:
        """One file, if its content differs from what is there."""
        self.put(name, content.encode("utf-8", "replace"))

    def put(self, name: str, content: bytes) -> None:
        """One file, if its bytes differ from what is there; never seen half written under its name."""
        path = self.path / name
        try:
            if path.read_bytes() == content:
                return
        except OSError:
            self._make(str(path.parent))
        draft = path.with_name(path.name + ".part")
        draft.write_bytes(content)
        os.replace(draft, path)

    def write_group(self, group: str, digest: str, pages: Files) -> None:
        """All pages of a group, (name, content) each; files it had before and no longer has are removed."""
        names = []
        for name, content in pages:
            self.put(name, content.encode("utf-8", "replace") if isinstance(content, str) else content)
            names.append(name)
        for stale in set(self._files.get(group, ())) - set(names):
            self._remove(stale)
        self._files[group] = names
        self._groups[group] = digest
        self._kept.add(group)

    def write_case(self, case: str, digest: int, name: str, content: str) -> None:
        """One case's page. Not compared with what is there: it is known to differ, and reading costs as much."""
        path = f"{self.path}/{name}"
        data = content.encode("utf-8", "replace")
        self._make(path.rsplit("/", 1)[0])
        with open(path, "wb") as file:
            file.write(data)
        self._cases[case] = digest

    def finish(self, case_files: dict[str, str]) -> None:
        """Removes pages of groups and cases that are gone, and notes that all is done.

        Args:
            case_files: id of every case of the study -> name of its page.
        """
        for group in set(self._files) - self._kept:
            for name in self._files.pop(group):
                self._remove(name)
            self._groups.pop(group, None)
        wanted = {f"{self.path}/{name}" for name in case_files.values()}
        for path in set(self._case_files()) - wanted:
            os.unlink(path)
        self._cases = {case: digest for case, digest in self._cases.items() if case in case_files}
        self._save()

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads((self.path / STATE).read_text("utf-8"))
        except FileNotFoundError:
            if any(self.path.iterdir()):
                what = "is not empty and holds no report of Caselight's, so nothing was written there"
                raise StudyError(f"{self.path} {what}. Give another folder, or empty it first.") from None
            return {}
        except ValueError:
            return {}
        return state if isinstance(state, dict) else {}

    def _save(self) -> None:
        state = {
            "version": _VERSION,
            "shape": self._shape,
            "groups": self._groups,
            "files": self._files,
            "cases": self._cases,
        }
        draft = self.path / (STATE + ".part")
        draft.write_text(json.dumps(state, sort_keys=True), "utf-8")
        os.replace(draft, self.path / STATE)

    def _case_files(self) -> dict[str, str]:
        """Path of every page of a case on disk -> its name alone."""
        found: dict[str, str] = {}
        top = f"{self.path}/case"
        for shard in os.scandir(top) if os.path.isdir(top) else ():
            for entry in os.scandir(shard.path) if shard.is_dir() else ():
                if entry.name.endswith(".html"):
                    found[entry.path] = entry.name
        return found

    def _make(self, folder: str) -> None:
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)
