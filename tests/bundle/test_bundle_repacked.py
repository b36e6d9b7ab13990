"""A bundle that another program packed anew: told as such, and what was changed in it is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from caselight import sealing
from caselight.bundle.names import is_safe
from caselight.bundle.repacked import opened
from sealed_sample import Files, kinds

FIGURES = "report/data/figures.csv"
Change = Callable[[str, bytes], bytes]


def as_it_was(name: str, content: bytes) -> bytes:
    del name
    return content


def another_figure(name: str, content: bytes) -> bytes:
    return content.replace(b",case,", b",case,1", 1) if name == FIGURES else content


def repacked(bundle: Path, target: Path, change: Change = as_it_was, folders: bool = False) -> Path:
    """The bundle as a common ZIP program writes it."""
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        if folders:
            new.mkdir("report")
        for name in reversed(old.namelist()):
            new.writestr(name, change(name, old.read(name)))
    return target


def streamed(bundle: Path, target: Path) -> Path:
    """The same written to a pipe: sizes stand behind each file, and the file has a comment in its lines."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            piece = bytes(data)  # type: ignore[call-overload]
            self.written += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(pipe, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name)
            info.comment = b"looked at"
            new.writestr(info, old.read(name))
    target.write_bytes(pipe.written)
    return target


@pytest.mark.parametrize("folders", [False, True])
def test_what_was_only_packed_anew_is_checked_and_told(files: Files, tmp_path: Path, folders: bool) -> None:
    verdict = sealing.check(repacked(files["bundle"], tmp_path / "x.zip", folders=folders), None)
    assert kinds(verdict) == {("x.zip", "repacked")}
    assert verdict.checked == sealing.check(files["bundle"], None).checked


def test_sizes_behind_the_files_are_no_hindrance(files: Files, tmp_path: Path) -> None:
    assert kinds(sealing.check(streamed(files["bundle"], tmp_path / "x.zip"), None)) == {("x.zip", "repacked")}


def test_a_figure_that_was_changed_and_packed_anew_is_named(files: Files, tmp_path: Path) -> None:
    verdict = sealing.check(repacked(files["bundle"], tmp_path / "x.zip", another_figure), None)
    assert {("x.zip", "repacked"), (FIGURES, "changed")} <= kinds(verdict)
    changed = next(fault for fault in verdict.faults if fault.kind == "changed")
    assert changed.affects


def test_one_byte_between_the_files_is_told_and_nothing_else(files: Files, tmp_path: Path) -> None:
    data = bytearray(files["bundle"].read_bytes())
    line = data.rfind(b"PK\x01\x02")
    data[line + 12] ^= 1  # the time of the last file
    (tmp_path / "x.zip").write_bytes(data)
    assert kinds(sealing.check(tmp_path / "x.zip", None)) == {("x.zip", "repacked")}


def encrypted(data: bytearray, line: int) -> None:
    data[line + 8] |= 1


def packed_in_another_way(data: bytearray, line: int) -> None:
    data[line + 10] = 12  # bzip2


def a_link(data: bytearray, line: int) -> None:
    data[line + 41] = 0xA1


def outside(data: bytearray, line: int) -> None:
    data[line + 42 : line + 46] = b"\xff\xff\xff\x7f"


def endless(data: bytearray, line: int) -> None:
    data[line + 24 : line + 28] = b"\xff\xff\xff\xff"


@pytest.mark.parametrize("spoil", [encrypted, packed_in_another_way, a_link, outside, endless])
def test_what_no_bundle_holds_is_refused(files: Files, tmp_path: Path, spoil: Callable[[bytearray, int], None]) -> None:
    target = repacked(files["bundle"], tmp_path / "x.zip")
    data = bytearray(target.read_bytes())
    spoil(data, data.find(b"PK\x01\x02"))
    target.write_bytes(data)
    assert kinds(sealing.check(target, None)) == {("x.zip", "not_a_bundle")}


def test_a_file_of_another_name_than_the_directory_says_is_damaged(files: Files, tmp_path: Path) -> None:
    target = repacked(files["bundle"], tmp_path / "x.zip")
    data = bytearray(target.read_bytes())
    line = data.rfind(b"PK\x01\x02")
    start = int.from_bytes(data[line + 42 : line + 46], "little")
    name = data[line + 46 : line + 46 + data[line + 28]].decode()
    assert is_safe(name)
    data[start + 30] ^= 1
    target.write_bytes(data)
    assert (name, "damaged") in kinds(sealing.check(target, None))


def test_files_that_other_programs_see_elsewhere_are_not_read(files: Files, tmp_path: Path) -> None:
    """A directory that is not right before its end: Python's zipfile and unzip shift all offsets, and read others."""
    target = repacked(files["bundle"], tmp_path / "x.zip")
    data = target.read_bytes()
    target.write_bytes(data[:-22] + b"something else" + data[-22:])
    assert kinds(sealing.check(target, None)) == {("x.zip", "not_a_bundle")}


def test_a_file_that_calls_itself_a_folder_is_a_file(files: Files, tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    with zipfile.ZipFile(files["bundle"]) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("report/hidden.html", b"not sealed")
    data = bytearray(target.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 41] = 0x41  # a folder, by its mode
    target.write_bytes(data)
    assert kinds(sealing.check(target, None)) == {("x.zip", "not_a_bundle")}


def test_a_copy_in_another_process_reads_the_same(files: Files, tmp_path: Path) -> None:
    import pickle

    bundle, anew = opened(repacked(files["bundle"], tmp_path / "x.zip"))
    assert anew
    again = pickle.loads(pickle.dumps(bundle))
    assert b"".join(again.pieces(FIGURES)) == b"".join(bundle.pieces(FIGURES))
    bundle.close()
    again.close()
