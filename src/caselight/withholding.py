"""What is to be done to each case of a publication, on disk: a study may have more cases than memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from caselight.protect import Edit, Known, Protected, Secret
from caselight.report import CasePage


class Ledger:
    """The edits and secrets of every case, in a file."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._at: dict[str, int] = {}
        self.officials = 0

    def add(self, case: Protected, page: CasePage) -> None:
        """Keeps one case, with where its quotations begin."""
        spans = {a.variable: [[e.span.document, e.span.start] for e in a.evidence] for a in page.answers if a.evidence}
        entry = {
            "edits": {d: [_row(e) for e in edits] for d, edits in case.edits.items()},
            "values": {v: [_row(e) for e in edits] for v, edits in case.values.items() if edits},
            "spans": spans,
            "secrets": [[s.kind, s.text, s.surname, s.initials] for s in case.secrets],
            "kept": case.kept,
        }
        self._file.seek(0, 2)
        self._at[case.case] = self._file.tell()
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.officials += case.officials

    def entry(self, case: str) -> dict[str, dict[str, list[list[object]]]]:
        """What was kept of one case."""
        self._file.seek(self._at[case])
        found: dict[str, dict[str, list[list[object]]]] = json.loads(self._file.readline())
        return found

    def known(self, case: str) -> Known | None:
        """What the gate must know of the case; None = there is none of that id."""
        if case not in self._at:
            return None
        entry = self.entry(case)
        secrets = tuple(Secret(*map(str, s)) for s in entry["secrets"])
        return Known(secrets, tuple(map(str, entry["kept"])))

    def everything(self) -> Iterator[Known]:
        """The same of every case."""
        for case in self._at:
            if known := self.known(case):
                yield known


def _row(edit: Edit) -> list[object]:
    return [edit.start, edit.end, edit.kind, edit.number]
