"""Nothing that was acknowledged is ever lost or doubled: not by a kill, a failing disk, lost power, or a merge."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import powerloss
from caselight import journals
from caselight.errors import StudyError
from caselight.store import Settings, Study, journal
from caselight.store.disk import Disk
from caselight.store.journal import Fresh, Journal, contents
from disk_steps import Traced


class NeverSynced(Traced):
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


def write(path: Path, *numbers: int, prefix: str = "k") -> None:
    Journal(path).append([Fresh(powerloss.body(n), f"{prefix}{n}") for n in numbers], "t")


def study_in(folder: Path) -> Study:
    folder.mkdir()
    return Study(folder, Settings("t", "ru", "en"))


def keys_of(study: Study) -> set[str]:
    return {entry.key for file in journals.folder_of(study).glob("*.jsonl") for entry in contents(file).entries}


lists = st.lists(st.integers(0, 30), max_size=8, unique=True)


@settings(max_examples=20)
@given(shared=lists, here=lists, there=lists)
def test_two_laptops_merge_without_loss_and_a_second_time_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, shared: list[int], here: list[int], there: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    one, two = study_in(folder / "one"), study_in(folder / "two")
    for study, own in ((one, here), (two, there)):
        file = journals.folder_of(study) / "anna.jsonl"
        write(file, *shared)
        write(file, *own, prefix=study.folder.name)
    wanted = keys_of(one) | keys_of(two)
    journals.merge(one, two.folder, "t")
    journals.merge(two, one.folder, "t")
    assert wanted <= keys_of(one)
    assert wanted <= keys_of(two)
    before = [file.read_bytes() for file in sorted(folder.rglob("*.jsonl"))]
    journals.merge(one, two.folder, "t")
    assert [file.read_bytes() for file in sorted(folder.rglob("*.jsonl"))][:1] == before[:1]
    assert all(row["whole"] for study in (one, two) for row in journals.look_over(study))


def answer(case: str, value: str, key: str) -> Fresh:
    return Fresh({"kind": "answer", "case": case, "variable": "role", "value": value, "decided": True}, key)


def test_a_coder_who_differs_from_herself_is_asked_to_look_again(tmp_path: Path) -> None:
    one, two = study_in(tmp_path / "one"), study_in(tmp_path / "two")
    Journal(journals.folder_of(one) / "anna.jsonl").append([answer("c1", "none", "a"), answer("c2", "none", "b")], "t")
    Journal(journals.folder_of(two) / "anna.jsonl").append(
        [answer("c1", "relied", "c"), answer("c2", "none", "d")], "t"
    )
    (merged,) = journals.merge(one, two.folder, "t")
    assert merged.conflicts == [("c1", "role")]
    entries = contents(journals.folder_of(one) / "anna.jsonl").entries
    assert [entry.body["case"] for entry in entries if entry.body["kind"] == "look_again"] == ["c1"]


def test_what_was_taken_back_on_the_other_laptop_stays_taken_back(tmp_path: Path) -> None:
    one, two = study_in(tmp_path / "one"), study_in(tmp_path / "two")
    other = Journal(journals.folder_of(two) / "anna.jsonl")
    other.append([Fresh({"case": "c1", "variable": "role", "value": 1, "decided": True})], "t")  # without a key
    other.append([answer("c2", "none", "b")], "t")
    other.append([Fresh({}, "u1", undoes="#1"), Fresh({}, "u2", undoes="b")], "t")
    write(journals.folder_of(one) / "anna.jsonl", 7)
    journals.merge(one, two.folder, "t")
    assert [body["case"] for body in journal.read(journals.folder_of(one) / "anna.jsonl")] == ["c0007"]


def test_a_torn_or_changed_journal_is_reported(tmp_path: Path) -> None:
    study = study_in(tmp_path / "one")
    for name in ("anna", "boris"):
        journal.append(journals.folder_of(study) / f"{name}.jsonl", [powerloss.body(1)], "t")
        journal.append(journals.folder_of(study) / f"{name}.jsonl", [powerloss.body(2)], "t")
    file = journals.folder_of(study) / "anna.jsonl"
    file.write_bytes(file.read_bytes() + b'{"num')
    file = journals.folder_of(study) / "boris.jsonl"
    file.write_bytes(file.read_bytes().replace(b"c0001", b"c0009"))
    rows = journals.look_over(study)
    assert [(row["whole"], row["torn_bytes"]) for row in rows] == [(True, 5), (False, 0)]
    assert "NOT WHOLE" in "\n".join(journals.look_over_lines(rows))
