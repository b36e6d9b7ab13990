"""The study folder keeps every record once, knows what came under which path, and is changed by one at a time."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from caselight.errors import StudyError, UsageError
from caselight.store import Member, OriginalError, Records, Settings, Study
from caselight.store.files import write_synced
from caselight.types import Problem


def never_container(head: bytes, name: str) -> bool:
    return False


def zip_is_container(head: bytes, name: str) -> bool:
    return name.endswith(".zip")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "downloads"
    (place / "b").mkdir(parents=True)
    (place / "one.txt").write_bytes(b"one")
    (place / "b" / "two.txt").write_bytes(b"two")
    (place / "b" / "again.txt").write_bytes(b"one")
    return place


def paths(records: Records) -> list[str]:
    return [record.path for record in records.catalogue("v1").records]


def test_every_file_below_a_folder_is_a_record_named_by_its_path_from_there(tmp_path: Path, folder: Path) -> None:
    records = Records(tmp_path / "records")
    received = records.receive([folder], never_container)
    assert (received.added, received.again) == (3, 0)
    assert paths(records) == ["downloads/b/again.txt", "downloads/b/two.txt", "downloads/one.txt"]
    one = hashlib.sha256(b"one").hexdigest()
    assert records.content(one) == b"one"
    assert (tmp_path / "records" / "packs" / "0001.bin").read_bytes() in (b"onetwo", b"twoone"), "kept once"


def test_what_is_left_out_goes_and_comes_back_and_the_list_keeps_every_step(tmp_path: Path, folder: Path) -> None:
    records = Records(tmp_path / "records")
    records.receive([folder], never_container)
    steps = [
        (("one.*",), (0, 2, 1), ["downloads/b/again.txt", "downloads/b/two.txt"]),
        (("one.*",), (0, 2, 1), ["downloads/b/again.txt", "downloads/b/two.txt"]),  # safe to repeat
        (("b",), (1, 0, 2), ["downloads/one.txt"]),
        ((), (2, 1, 0), ["downloads/b/again.txt", "downloads/b/two.txt", "downloads/one.txt"]),
    ]
    for without, counts, left in steps:
        received = records.receive([folder], never_container, without)
        assert (received.added, received.again, received.left_out) == counts
        assert paths(records) == left
        assert len(records.catalogue("v1").left_out) == received.left_out
    assert (tmp_path / "records" / "received.jsonl").read_text("utf-8").count("\n") == 3 + 1 + 3 + 2


def test_a_file_that_changed_while_it_was_left_out_comes_back_as_it_is_now(tmp_path: Path, folder: Path) -> None:
    records = Records(tmp_path / "records")
    records.receive([folder / "one.txt"], never_container)
    records.receive([folder / "one.txt"], never_container, ["one.txt"])
    assert records.catalogue("v1").leaves() == {}
    (folder / "one.txt").write_bytes(b"other")
    records.receive([folder / "one.txt"], never_container)
    assert list(records.catalogue("v1").leaves()) == [hashlib.sha256(b"other").hexdigest()]


def test_adding_the_same_folder_again_changes_nothing(tmp_path: Path, folder: Path) -> None:
    records = Records(tmp_path / "records")
    records.receive([folder], never_container)
    before = paths(records)
    received = records.receive([folder], never_container)
    assert (received.added, received.again) == (0, 3)
    assert paths(records) == before


def test_a_file_name_with_a_unicode_line_end_does_not_break_the_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "a\u2028b\x85c.txt").write_text("one")
    records = Records(tmp_path / "records")
    records.receive([folder], never_container)
    assert records.receive([folder], never_container).again == 1
    assert paths(records) == ["downloads/a\u2028b\x85c.txt"]


def test_a_file_whose_content_changed_is_a_second_record_and_the_first_is_not_lost(
    tmp_path: Path, folder: Path
) -> None:
    records = Records(tmp_path / "records")
    records.receive([folder / "one.txt"], never_container)
    (folder / "one.txt").write_bytes(b"changed")
    assert records.receive([folder / "one.txt"], never_container).added == 1
    assert paths(records) == ["one.txt", "one.txt"]


def test_originals_are_read_only(tmp_path: Path, folder: Path) -> None:
    records = Records(tmp_path / "records")
    (folder / "large.txt").write_bytes(b"large" * 100_000)
    records.receive([folder], never_container)
    (folder / "more.txt").write_bytes(b"more")
    records.receive([folder], never_container)
    kept = [path for path in (tmp_path / "records").rglob("*/*") if path.is_file()]
    assert len(kept) == 3
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o444}


def test_what_cannot_be_opened_is_in_the_books_and_does_not_stop_the_rest(tmp_path: Path, folder: Path) -> None:
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / "b" / "round").symlink_to(folder)
    records = Records(tmp_path / "records")
    received = records.receive([folder], never_container)
    assert received.added == 3
    catalogue = records.catalogue("v1")
    assert [path for path, _ in catalogue.unreadable] == [
        "downloads/b/round",
        "downloads/gone.txt",
        "downloads/pipe.txt",
    ]
    assert [problem.kind for problem in received.unreadable] == ["unreadable"] * 3


def test_a_file_that_can_be_opened_later_is_no_longer_a_problem(tmp_path: Path, folder: Path) -> None:
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    records = Records(tmp_path / "records")
    records.receive([folder], never_container)
    (folder / "nowhere.txt").write_bytes(b"here now")
    records.receive([folder], never_container)
    assert records.catalogue("v1").unreadable == ()


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_path_without_a_file_is_an_error_and_nothing_is_taken(tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    records = Records(tmp_path / "records")
    with pytest.raises(UsageError, match=name):
        records.receive([folder, tmp_path / name], never_container)
    assert paths(records) == []


@pytest.mark.parametrize("size", [1, 100_000], ids=["in a pack", "a file of its own"])
def test_a_full_disk_is_not_blamed_on_the_record(tmp_path: Path, folder: Path, size: int) -> None:
    (folder / "b" / "two.txt").write_bytes(b"two" * size)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            Records(tmp_path / "records").receive([folder], never_container)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    records = Records(tmp_path / "records")
    assert paths(records) == []
    assert not list((tmp_path / "records").glob(".incoming*"))
    assert records.receive([folder], never_container).added == 3
    assert {records.content(record.id)[:3] for record in records.catalogue("v1").records} == {b"one", b"two"}


def test_a_line_that_a_power_cut_tore_before_it_was_sealed_is_dropped_and_its_file_is_added_again(
    tmp_path: Path, folder: Path
) -> None:
    records = Records(tmp_path / "records")
    records.receive([folder / "b"], never_container)
    with (tmp_path / "records" / "received.jsonl").open("a") as ledger:
        ledger.write('{"path": "downloads/one.txt", "id": "76')
    assert len(paths(records)) == 2
    assert records.receive([folder], never_container).added == 3


@pytest.mark.parametrize(
    ("harm", "words", "lost"),
    [
        (lambda text: text[:-20], "was cut off.*held 3 entries and holds 2", 1),
        (lambda text: b"", "was cut off.*holds 0", 3),
        (lambda text: None, "has gone", 3),
        (lambda text: text.replace(b'"path"', b"path", 1), "was cut off|was changed", 1),
        (lambda text: b"{not json}" + text[10:], "was changed", 1),
        (lambda text: text[text.index(b"\n") + 1 :], "was cut off", 1),
    ],
    ids=["its end cut off", "emptied", "removed", "a quote lost", "overwritten", "its first line removed"],
)
def test_a_list_of_what_was_received_that_lost_lines_is_never_read_as_if_whole(
    tmp_path: Path, folder: Path, harm: Callable[[bytes], bytes | None], words: str, lost: int
) -> None:
    records = Records(tmp_path / "records")
    records.receive([folder], never_container)
    ledger = tmp_path / "records" / "received.jsonl"
    harmed = harm(ledger.read_bytes())
    ledger.unlink() if harmed is None else ledger.write_bytes(harmed)
    with pytest.raises(StudyError, match=f"(?s){words}.*caselight add"):
        records.catalogue("v1")
    (tmp_path / "other.txt").write_text("other")
    records.receive([tmp_path / "other.txt"], never_container)  # one line makes up for one at most
    assert [p.kind for p in records.catalogue("v1").problems] == ["entries_lost"] * (lost > 1)
    assert records.receive([folder], never_container).added == lost
    assert len(paths(records)) == 4
    assert records.catalogue("v1").problems == ()


def test_a_large_record_is_streamed_and_has_the_hash_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    records = Records(tmp_path / "records")
    heads: list[bytes] = []
    record_id, size, container = records.keep(io.BytesIO(content), lambda head: bool(heads.append(head)))
    assert (record_id, size, container) == (hashlib.sha256(content).hexdigest(), len(content), False)
    assert content.startswith(heads[0])
    assert records.content(record_id) == content


def test_small_originals_come_back_from_packs_after_whatever_was_cut_off(tmp_path: Path, folder: Path) -> None:
    Records(tmp_path / "records").receive([folder], never_container)
    packs = tmp_path / "records" / "packs"
    for kind, torn in (("bin", b"bytes of a write that was cut off"), ("idx", b"half an entry")):
        file = packs / f"0001.{kind}"
        file.chmod(0o644)
        file.write_bytes(file.read_bytes() + torn)
    (folder / "three.txt").write_bytes(b"three")
    records = Records(tmp_path / "records")
    assert records.receive([folder], never_container).added == 1
    again = Records(tmp_path / "records")
    found = {again.content(record.id) for record in again.catalogue("v1").records}
    assert found == {b"one", b"two", b"three"}


@pytest.mark.parametrize("size", [1, 100_000], ids=["in a pack", "a file of its own"])
def test_an_original_whose_bytes_have_changed_is_named_and_added_again_it_is_whole(
    tmp_path: Path, folder: Path, size: int
) -> None:
    content = b"one" * size
    (folder / "one.txt").write_bytes(content)
    name = hashlib.sha256(content).hexdigest()
    records = Records(tmp_path / "records")
    records.receive([folder / "one.txt"], never_container)
    kept = tmp_path / "records" / "packs" / "0001.bin" if size == 1 else records.path(name)
    kept.chmod(0o644)
    kept.write_bytes(b"two")
    with pytest.raises(OriginalError, match="was changed"):
        records.content(name)
    records.set_changed([name])
    assert records.changed() == {name}
    assert records.receive([folder / "one.txt"], never_container).again == 1
    assert Records(tmp_path / "records").content(name) == content
    assert records.changed() == frozenset()


def test_an_interrupted_add_keeps_what_it_has_taken(tmp_path: Path, folder: Path) -> None:
    def stop(head: bytes, name: str) -> bool:
        if name.endswith("one.txt"):
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        Records(tmp_path / "records").receive([folder / "b", folder / "one.txt"], stop)
    records = Records(tmp_path / "records")
    assert paths(records) == ["b/again.txt", "b/two.txt"]
    assert records.content(hashlib.sha256(b"two").hexdigest()) == b"two"


def test_members_of_a_container_are_records_below_it(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    records = Records(tmp_path / "records")
    records.receive([tmp_path / "a.zip"], zip_is_container)
    (container,) = records.catalogue("v1").unopened
    member, size, _ = records.keep(io.BytesIO(b"inside"), lambda _: False)
    found = [Member("b/c.html", member, size, False), Problem("ingest", "d", "encrypted", "locked")]
    records.set_members(container, "v1", found)
    catalogue = records.catalogue("v1")
    assert [(r.path, r.parent) for r in catalogue.records] == [("a.zip", None), ("a.zip!b/c.html", container)]
    assert [(p.subject, p.kind) for p in catalogue.problems] == [("a.zip!d", "encrypted")]
    assert list(catalogue.leaves()) == [member]
    assert records.catalogue("v2").unopened == (container,), "another way of unpacking opens it again"


def test_a_missing_original_is_named(tmp_path: Path) -> None:
    with pytest.raises(OriginalError, match="is gone"):
        Records(tmp_path / "records").content("abc123")


SETTINGS = Settings('A "title" with ё', "ru", "en", mapping={"text": "body"})


def test_a_study_opens_as_it_was_made(tmp_path: Path) -> None:
    Study.create(tmp_path / "s", SETTINGS, "name: x\n")
    study = Study.open(tmp_path / "s")
    assert study.settings == SETTINGS
    assert study.codebook.read_text() == "name: x\n"


def test_a_folder_with_something_in_it_is_not_made_a_study(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        Study.create(tmp_path, SETTINGS, "")


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (None, UsageError, "not a study"),
        ("format = 99\nmade_with = '9.9'\n", StudyError, "newer Caselight"),
        ("format = 1\ntitle = 'x'\n", StudyError, "cannot be read"),
        ("format = [", StudyError, "cannot be read"),
        ("format = 1\ntitle = 'x'\npack = 'ru'\nlanguage = 'xx'\n", StudyError, "'xx'"),
    ],
)
def test_a_folder_that_is_no_usable_study_is_refused_with_the_reason(
    tmp_path: Path, content: str | None, error: type[Exception], words: str
) -> None:
    if content is not None:
        (tmp_path / "study.toml").write_text(content)
    with pytest.raises(error, match=words):
        Study.open(tmp_path)


def test_two_at_once_on_one_study_are_refused_and_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", SETTINGS, "")
    with study.locked(), pytest.raises(StudyError, match=f"process {os.getpid()}"), Study.open(tmp_path / "s").locked():
        pass
    with study.locked():
        pass


def test_a_part_is_found_by_the_key_of_what_made_it_and_others_are_pruned(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", SETTINGS, "")
    table = pa.table({"a": [1, 2]})
    old, new = (study.parts.path("cases", 0, 1, key) for key in ("0" * 24, "1" * 24))
    study.parts.write(old, table)
    study.parts.write(new, table)
    assert {part.key for part in study.parts.find("cases").values()} == {"0" * 24, "1" * 24}
    study.parts.prune("cases", {new})
    assert [part.path for part in study.parts.find("cases").values()] == [new]


def test_an_interrupted_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = Study.create(tmp_path / "s", SETTINGS, "")
    path = study.parts.path("cases", 0, 1, "0" * 24)
    study.parts.write(path, pa.table({"a": [1]}))
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        study.parts.write(path, pa.table({"a": [2]}))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_what_must_outlive_a_power_cut_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "journal" / "draws" / "0001" / "commitment.json", []
    sync, name = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        at = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append(f"sync {at.name}" if at.is_dir() else f"sync {at.stat().st_size} bytes")
        sync(descriptor)

    def named(self: Path, target: Path) -> Path:
        steps.append(f"name {target.name}")
        return name(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", named)
    write_synced(path, "committed", 0o600)
    assert steps[:2] == ["sync 9 bytes", "name commitment.json"]
    assert sorted(steps[2:]) == sorted(f"sync {n}" for n in ("0001", "draws", "journal", tmp_path.name))
    assert path.read_text() == "committed"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_may_not_be_opened_is_in_the_books(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def closed(path: str) -> object:  # the system call; permissions do not hold for root
        if str(path).endswith("/b"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    records = Records(tmp_path / "records")
    assert records.receive([folder], never_container).added == 1
    assert [path for path, _ in records.catalogue("v1").unreadable] == ["downloads/b"]
