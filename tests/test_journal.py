"""Nothing that was acknowledged is ever lost or doubled: not by a kill, a failing disk, lost power, or a merge."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

import powerloss
from caselight.errors import StudyError
from caselight.store import journal
from caselight.store.disk import Disk
from caselight.store.journal import Fresh, Journal, contents


class NeverSynced(powerloss.Traced):
    """A writer that believes its disk."""

    def sync(self, descriptor: int) -> None:
        pass


def test_lost_power_loses_and_doubles_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    told = powerloss.power_losses(tmp_path, states=300, decisions=40, seed=1)
    assert told == {"states": 300, "lost": 0, "doubled": 0}


def test_without_syncs_the_same_harness_finds_losses(tmp_path: Path) -> None:
    root = tmp_path / "study"
    root.mkdir()
    disk = NeverSynced()
    powerloss.write_some(root / "journal" / "answers" / "anna.jsonl", disk, 20)
    told = powerloss.power_losses(tmp_path, states=60, decisions=20, seed=2, steps=disk.steps)
    assert told["lost"] > 60


def test_every_system_call_may_fail_and_the_power_after_it(tmp_path: Path) -> None:
    told = powerloss.failing_calls(tmp_path, decisions=6, seed=3, losses=3)
    assert told["faults"] > 80
    assert (told["lost"], told["doubled"]) == (0, 0)


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    told = powerloss.kills(tmp_path, times=60, seed=4)
    assert told["acknowledged"] > 60
    assert (told["kills"], told["lost"], told["doubled"]) == (60, 0, 0)


def test_a_decision_sent_twice_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    first = Journal(path).append([powerloss.fresh(1)], "t")
    before = path.read_bytes()
    assert Journal(path).append([powerloss.fresh(1)], "later") == first
    assert path.read_bytes() == before


def test_a_key_that_was_used_for_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    Journal(path).append([Fresh({"case": "c1"}, "k")], "t")
    with pytest.raises(StudyError, match="used for something else"):
        Journal(path).append([Fresh({"case": "c2"}, "k")], "t")


def test_two_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    one, two = Journal(path), Journal(path)
    for number in range(0, 20, 2):
        one.append([powerloss.fresh(number)], "t")
        two.append([powerloss.fresh(number + 1)], "t")
    assert [entry.body["n"] for entry in contents(path).entries] == list(range(20))


def test_what_was_torn_is_put_aside_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    Journal(path).append([powerloss.fresh(1)], "t")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"number": 2, "prev\0\0\0\n')
    writer = Journal(path)
    assert len(writer.entries()) == 1
    assert path.read_bytes() == whole
    assert writer.torn == [b'{"number": 2, "prev\0\0\0\n']
    assert path.with_suffix(".torn").read_bytes().startswith(writer.torn[0])


def test_a_broken_line_with_later_writing_behind_it_is_not_taken_for_torn(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    for number in range(3):
        journal.append(path, [powerloss.body(number)], "t")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:20] + b"\n" + lines[2])
    with pytest.raises(StudyError, match=r"anna.jsonl:2: "):
        journal.read(path)


def test_a_journal_that_loses_what_it_acknowledged_stops_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    writer = Journal(path)
    writer.append([powerloss.fresh(1), powerloss.fresh(2)], "t")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(StudyError, match="has lost what was acknowledged"):
        writer.append([powerloss.fresh(3)], "t")


class FailsOnce(Disk):
    def __init__(self) -> None:
        self.failed = False
        self.writes: list[int] = []

    def sync(self, descriptor: int) -> None:
        if not self.failed:
            self.failed = True
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)

    def write(self, descriptor: int, data: bytes, at: int) -> int:
        self.writes.append(at)
        return super().write(descriptor, data, at)


def test_after_a_failed_sync_the_journal_is_read_and_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    Journal(path).append([powerloss.fresh(1)], "t")
    disk = FailsOnce()
    writer = Journal(path, disk)
    with pytest.raises(OSError, match="Input/output"):
        writer.append([powerloss.fresh(2)], "t")
    assert len(contents(path).entries) == 1
    disk.writes.clear()
    writer.append([powerloss.fresh(2)], "t")
    assert disk.writes[0] == 0  # what it found it wrote again, before it acknowledged anything
    assert len(contents(path).entries) == 2


def test_what_is_taken_back_no_longer_counts_but_stays(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    Journal(path).append([Fresh({"case": "c1", "value": 1}, "a"), Fresh({"case": "c2", "value": 2}, "b")], "t")
    Journal(path).append([Fresh({}, "c", undoes="a")], "t")
    assert [body["case"] for body in journal.read(path)] == ["c2"]
    assert len(contents(path).entries) == 3


OLD_LINE = {"body": {"case": "c1", "decided": True, "value": "none", "variable": "role"}, "number": 1, "time": "t"}


def test_lines_of_older_versions_are_read_and_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "anna.jsonl"
    old: dict[str, Any] = OLD_LINE | {"previous": "0" * 64}
    path.write_text(json.dumps(old, sort_keys=True) + "\n")
    Journal(path).append([powerloss.fresh(2)], "t")
    assert [body["case"] for body in journal.read(path)] == ["c1", "c0002"]
