"""Several processes that check a bundle together find what one finds, and none is waited for in vain."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from caselight.bundle import contents, crew, texts, verify
from caselight.bundle.container import open_bundle
from caselight.bundle.faults import Refused
from caselight.bundle.members import Members
from sealed_sample import Files, changed, swap


@pytest.mark.parametrize("change", [None, 'quote": "', '"evidence": ['])
def test_processes_find_what_one_finds(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str | None
) -> None:
    folder = files["bundle"]
    if change:
        folder = changed(files["folder"], tmp_path / "x", "tables/answers.jsonl", swap(change, change + " "))
    alone_found = verify(folder, None)
    monkeypatch.setattr(crew, "_LARGE_BUNDLE", 0)
    monkeypatch.setattr(crew, "_cores", lambda: 2)
    assert verify(folder, None) == alone_found
    monkeypatch.setattr(texts, "_LARGE", 20_000)  # so that many cases are left to one process, rows and all
    monkeypatch.setattr(texts, "_BATCH_BYTES", 8_000)
    monkeypatch.setattr(texts, "_LARGE_ROWS", 10_000)
    monkeypatch.setattr(contents, "_LARGE_PAGE", 20_000)
    together = verify(folder, None)
    assert (together.checked, set(together.faults)) == (alone_found.checked, set(alone_found.faults))


def killed(members: Members) -> None:
    os._exit(9)


def test_a_process_that_is_ended_is_told_and_not_waited_for(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_LARGE_BUNDLE", 0)
    monkeypatch.setattr(crew, "_cores", lambda: 2)
    with closing(open_bundle(files["bundle"])) as bundle, closing(crew.Crew(Members(bundle))) as shared:
        waiting = shared.give(killed)
        with pytest.raises(Refused, match="ended"):
            waiting()
