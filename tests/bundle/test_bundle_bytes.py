"""Every byte of a bundle counts: one that is flipped, cut off, added, or unpacks to the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.bundle import check_seal, write_bundle
from caselight.bundle.container import SEALED, FileBundle, open_bundle
from sealed_sample import Files, kinds, make_signer

TINY = {"a.txt": b"one " * 40, "tables/b.jsonl": b'{"x": 1}\n' * 9, "c.png": bytes(range(60)), "empty": b""}


def tiny(folder: Path) -> Path:
    """A bundle of a few small files: enough for the bytes, not for the figures."""
    target = folder / "tiny.zip"
    write_bundle(target, TINY, {"title": "tiny"}, make_signer(folder), "sealed today")
    return target


def test_every_single_byte_of_a_file_counts(tmp_path: Path) -> None:
    data = tiny(tmp_path).read_bytes()
    assert check_seal(tmp_path / "tiny.zip").ok
    flipped = tmp_path / "flipped.zip"
    unseen = []
    for at in range(len(data)):
        flipped.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        if check_seal(flipped).ok:
            unseen.append(at)
    assert unseen == []


def test_every_tail_that_is_cut_is_noticed(tmp_path: Path) -> None:
    data = tiny(tmp_path).read_bytes()
    cut = tmp_path / "cut.zip"
    for size in range(0, len(data), 3):
        cut.write_bytes(data[:size])
        assert not check_seal(cut).ok, size
    cut.write_bytes(data + b"\x00")
    assert not check_seal(cut).ok


@settings(max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_changed_bit_of_a_real_bundle_makes_it_fail(files: Files, where: float, bit: int) -> None:
    data = bytearray(files["bundle"].read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    changed_file = files["bundle"].with_name("bit.zip")
    changed_file.write_bytes(data)
    verdict = check_seal(changed_file)
    assert verdict.faults
    assert all(fault.file for fault in verdict.faults)


def test_bytes_that_unpack_to_the_same_are_noticed(tmp_path: Path) -> None:
    """The spare bits after the last code of a deflated member: no content changes, so only the whole can tell."""
    data = bytearray(tiny(tmp_path).read_bytes())
    with closing(FileBundle(tmp_path / "tiny.zip", SEALED)) as bundle:
        data[bundle._members["a.txt"].end - 1] ^= 0x80
    (tmp_path / "x.zip").write_bytes(data)
    with closing(open_bundle(tmp_path / "x.zip")) as other:
        assert b"".join(other.pieces("a.txt")) == TINY["a.txt"]
    assert kinds(check_seal(tmp_path / "x.zip")) == {("x.zip", "changed")}
