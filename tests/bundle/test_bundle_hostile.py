"""Hostile bundles are refused before anything of them is written or believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from caselight import sealing
from caselight.bundle.container import open_bundle
from caselight.bundle.faults import Refused
from caselight.bundle.names import is_safe, twins
from caselight.bundle.reading import parsed
from sealed_sample import Files, kinds


def zipped(folder: Path, *members: tuple[str, bytes], **how: object) -> Path:
    """An ordinary ZIP, as anybody can make one."""
    import warnings
    import zipfile

    target = folder / "hostile.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = int(str(how.get("mode", 0o100644))) << 16
            file.writestr(info, data)
    return target


def forged(folder: Path, *members: tuple[str, bytes, int]) -> Path:
    """A bundle as sealing would write it, but with names and sizes that it never would: (name, packed, size)."""
    import zlib

    from caselight.bundle.packing import DEFLATED, Member, end, entry, header

    listed, body = [], b""
    for name, packed, size in members:
        member = Member(name, DEFLATED, zlib.crc32(packed), len(packed), size, len(body))
        listed.append(member)
        body += header(member) + packed
    lines = b"".join(map(entry, listed))
    target = folder / "forged.zip"
    target.write_bytes(body + lines + end(len(listed), len(body), len(lines)))
    return target


HOSTILE = [
    (lambda f: forged(f, ("../../etc/passwd", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("/etc/passwd", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("C:\\x", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("a\nb", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("CON", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("x" * 300, b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("a", b"\x03\x00", 0), ("a", b"\x03\x00", 0)), "twice"),
    (lambda f: forged(f, ("A.txt", b"\x03\x00", 0), ("a.TXT", b"\x03\x00", 0)), "twice"),
    (lambda f: forged(f, ("bomb", b"\x03\x00", 4_000_000_000)), "too_large"),
    (lambda f: forged(f, ("b", b"\x03\x00", 0), ("a", b"\x03\x00", 0)), "not_a_bundle"),
    (lambda f: zipped(f, ("manifest.json", b"{}")), "repacked other_format"),
    (lambda f: zipped(f, ("manifest.json", b"/etc/passwd"), mode=0o120777), "not_a_bundle"),
    (lambda f: zipped(f, ("../manifest.json", b"{}")), "not_a_bundle"),
    (lambda f: written(f, b""), "not_a_bundle"),
    (lambda f: written(f, b"PK\x05\x06" + bytes(18)), "not_a_bundle"),
    (lambda f: written(f, b"x" * 1000), "not_a_bundle"),
    (lambda f: Path("/dev/null"), "not_a_bundle"),
]


def written(folder: Path, data: bytes) -> Path:
    (folder / "x.zip").write_bytes(data)
    return folder / "x.zip"


@pytest.mark.parametrize(("make", "kind"), HOSTILE)
def test_a_hostile_bundle_is_refused(tmp_path: Path, make: Callable[[Path], Path], kind: str) -> None:
    verdict = sealing.check(make(tmp_path), None)
    assert [fault.kind for fault in verdict.faults] == kind.split()


def test_a_member_that_swells_beyond_its_size_is_stopped(tmp_path: Path) -> None:
    import zlib

    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = pack.compress(bytes(50_000_000)) + pack.flush()
    with (
        closing(open_bundle(forged(tmp_path, ("bomb", bomb, 1000)))) as bundle,
        pytest.raises(Refused, match="too_large"),
    ):
        next(bundle.pieces("bomb"))


def test_a_link_in_an_unpacked_bundle_is_not_followed(files: Files, tmp_path: Path) -> None:
    folder = shutil.copytree(files["folder"], tmp_path / "x")
    (folder / "report" / "method.html").unlink()
    (folder / "report" / "method.html").symlink_to("/etc/passwd")
    assert kinds(sealing.check(folder, None)) == {("report/method.html", "unsafe_name")}


def test_names_that_are_safe_stay_inside() -> None:
    assert is_safe("report/answers/surveillance_role/x-d136dcdfda70.html")
    assert not any(map(is_safe, ("", ".", "a/..", "a/./b", "a/", "nul.txt", "a ", "b.", "e\u0301", "a\x00")))
    assert twins(["ß", "SS", "a", "A"]) == ["SS", "A"]


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "[" * 100_000, "9" * 5000])
def test_what_is_no_number_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)
