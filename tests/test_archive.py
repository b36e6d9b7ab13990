"""Archives: what is inside comes out, what must not come out is told, and nothing is written anywhere."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable

import pytest

from caselight.ingest import archive, is_container, unpack, zips
from caselight.ingest.archive import Member, inner_name, printable
from caselight.types import Problem

ACT = ("Районный суд установил. Дело № 5-1/2022. " * 5).encode()
OTHER = b"another record entirely"


def unpacked(data: bytes, name: str) -> tuple[dict[str, bytes], list[Problem]]:
    items = list(unpack(io.BytesIO(data), name))
    members = {item.path: item.data for item in items if isinstance(item, Member)}
    problems = [item for item in items if isinstance(item, Problem)]
    assert len(members) + len(problems) == len(items), "no two members have one path"
    return members, problems


def a_zip(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as made:
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, data in entries:
            made.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)
    return buffer.getvalue()


def a_tar(*entries: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as made:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(data), kind, "/etc/passwd"
            made.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


TWO = (("a/b.txt", ACT), ("c.txt", OTHER))
WHOLE = [
    # name, bytes, members
    ("deflated.zip", a_zip(*TWO), dict(TWO)),
    ("stored.zip", a_zip(*TWO, method=zipfile.ZIP_STORED), dict(TWO)),
    ("bzip2.zip", a_zip(*TWO, method=zipfile.ZIP_BZIP2), dict(TWO)),
    ("program.zip", b"MZ a program that unpacks itself" + a_zip(*TWO), dict(TWO)),
    ("folder.zip", a_zip(("a/", b""), *TWO), dict(TWO)),
    ("empty.zip", a_zip(), {}),
    ("empty-member.zip", a_zip(("nothing.txt", b"")), {"nothing.txt": b""}),
    ("long.zip", a_zip(("long.txt", bytes(range(256)) * 9000)), {"long.txt": bytes(range(256)) * 9000}),
    ("pax.tar", a_tar(*TWO), dict(TWO)),
    ("gnu.tar", a_tar(*TWO, ("x" * 200, ACT), form=tarfile.GNU_FORMAT), {**dict(TWO), "x" * 200: ACT}),
    ("long-pax.tar", a_tar(("ж" * 120, ACT)), {"ж" * 120: ACT}),
    ("ustar.tar", a_tar(*TWO, form=tarfile.USTAR_FORMAT), dict(TWO)),
    ("folder.tar", a_tar(("a", b""), kind=tarfile.DIRTYPE), {}),
    ("acts.tar.gz", gzip.compress(a_tar(*TWO)), dict(TWO)),
    ("acts.tgz", gzip.compress(a_tar(*TWO)), dict(TWO)),
    ("acts.tar.bz2", bz2.compress(a_tar(*TWO)), dict(TWO)),
    ("acts.tar.xz", lzma.compress(a_tar(*TWO)), dict(TWO)),
    ("act.txt.gz", gzip.compress(ACT), {"act.txt": ACT}),
    ("act.txt.bz2", bz2.compress(ACT), {"act.txt": ACT}),
    ("act.html.xz", lzma.compress(ACT), {"act.html": ACT}),
    ("two-in-one.txt.gz", gzip.compress(ACT) + gzip.compress(OTHER), {"two-in-one.txt": ACT + OTHER}),
    ("odd", gzip.compress(ACT), {"odd.unpacked": ACT}),
    ("inner.zip", a_zip(("in.zip", a_zip(*TWO))), {"in.zip": a_zip(*TWO)}),  # the caller opens it and counts levels
]


@pytest.mark.parametrize(("name", "data", "members"), WHOLE, ids=[row[0] for row in WHOLE])
def test_members_come_out_whole(name: str, data: bytes, members: dict[str, bytes]) -> None:
    assert is_container(data[:65_536], name)
    assert unpacked(data, name) == (members, [])


def encrypted(data: bytes) -> bytes:
    made = bytearray(data)
    made[6] |= 1
    directory = made.index(b"PK\x01\x02")
    made[directory + 8] |= 1
    return bytes(made)


def with_method(data: bytes, method: int) -> bytes:
    made = bytearray(data)
    made[8] = method
    made[made.index(b"PK\x01\x02") + 10] = method
    return bytes(made)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def link_in_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        made.writestr(info, "/etc/passwd")
        made.writestr("c.txt", OTHER)
    return buffer.getvalue()


def zeros_zip(size: int, claimed: int, directory: int = 1) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    crc = zlib.crc32(bytes(size))
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, crc, len(raw), claimed, 1, 0) + b"a" + raw
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0x21, crc, len(raw), claimed, 1, 0, 0, 0, 0, 0, 0
    )
    central = (entry + b"a") * directory
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, directory, directory, len(central), len(local), 0)
    return local + central + end


BIG = bytes(64 << 20)
MAC = (("__MACOSX/._c.txt", b"x"), (".DS_Store", b"x"))
STORED = a_zip(*TWO, method=zipfile.ZIP_STORED)
PARTLY = [
    # name, bytes, members that come out, kinds of the problems, words in them
    ("password.zip", encrypted(a_zip(("c.txt", OTHER))), set(), ["encrypted"], "password"),
    ("method.zip", with_method(a_zip(("c.txt", OTHER)), 14), set(), ["unsupported"], "method 14"),
    ("checksum.zip", flipped(STORED, 50), {"c.txt"}, ["damaged"], "a/b.txt: its checksum"),
    ("link.zip", link_in_zip(), {"c.txt"}, ["refused"], "link"),
    ("cut.zip", STORED[:-60], {"a/b.txt", "c.txt"}, ["damaged"], "from before the damage: 2"),
    ("cut-deep.zip", STORED[:-140], {"a/b.txt"}, ["damaged", "damaged"], "from before the damage: 1"),
    ("nowhere.zip", flipped(STORED, 374), {"a/b.txt"}, ["damaged"], "nothing lies where"),
    ("bomb.zip", zeros_zip(64 << 20, 64 << 20), set(), ["refused"], "200 times its size"),
    ("liar.zip", zeros_zip(64 << 20, 100), set(), ["refused"], "200 times its size"),
    ("overlap.zip", zeros_zip(1 << 20, 1 << 20, directory=50), {"a"}, ["refused"], "overlap"),
    ("hard.tar", a_tar(("x", b""), kind=tarfile.LNKTYPE), set(), ["refused"], "link"),
    ("soft.tar", a_tar(("x", b""), kind=tarfile.SYMTYPE), set(), ["refused"], "link"),
    ("device.tar", a_tar(("x", b""), kind=tarfile.CHRTYPE), set(), ["refused"], "device"),
    ("pipe.tar", a_tar(("x", b""), kind=tarfile.FIFOTYPE), set(), ["refused"], "device"),
    ("cut.tar", a_tar(*TWO)[:1600], {"a/b.txt"}, ["damaged"], "from before that: 1"),
    ("unmarked.tar", a_tar(("c.txt", OTHER))[:1024], {"c.txt"}, ["damaged"], "end mark is missing"),
    ("sum.tar", flipped(a_tar(*TWO), 1024 + 3), {"a/b.txt"}, ["damaged"], "bad checksum"),
    ("cut.txt.gz", gzip.compress(ACT)[:-20], set(), ["damaged"], "cannot be unpacked to its end"),
    ("sum.txt.gz", flipped(gzip.compress(ACT), -8), set(), ["damaged"], "CRC"),
    ("bomb.txt.gz", gzip.compress(BIG), set(), ["refused"], "200 times its size"),
    ("bomb.bz2", bz2.compress(BIG), set(), ["refused"], "200 times its size"),
    ("bomb.xz", lzma.compress(BIG), set(), ["refused"], "200 times its size"),
    ("bomb.tar.gz", gzip.compress(a_tar(("c.txt", OTHER), ("z", BIG))), {"c.txt"}, ["refused"], "200 times"),
    ("mac.zip", a_zip(("c.txt", OTHER), *MAC), {"c.txt"}, ["left_out"], "2 entries"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "members", "kinds", "words"), PARTLY, ids=[row[0] for row in PARTLY])
def test_what_does_not_come_out_is_told(
    name: str, data: bytes, members: set[str], kinds: list[str], words: str
) -> None:
    assert is_container(data[:65_536], name)
    taken, problems = unpacked(data, name)
    assert set(taken) == members
    assert [p.kind for p in problems] == kinds
    assert words in " ".join(p.message for p in problems)
    assert all(p.stage == "ingest" and len(p.message) < 500 for p in problems)


LIMITS = [
    ("MAX_MEMBERS", 3, "more than 3 members", 3),
    ("MEMBER_BYTES", 1 << 20, "longer than 1 MiB", 4),  # the member alone is left out
    ("TOTAL_BYTES", 1 << 30, "more than 1 GiB", 5),
]


@pytest.mark.parametrize(("limit", "value", "words", "kept"), LIMITS, ids=[row[0] for row in LIMITS])
@pytest.mark.parametrize("make", [a_zip, a_tar])
def test_limits_hold(
    limit: str, value: int, words: str, kept: int, make: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    if limit == "TOTAL_BYTES":
        value, words, kept = 0, "more than 0 GiB", 0
    monkeypatch.setattr(archive, limit, value)
    data = make(*[(f"{n}.txt", OTHER) for n in range(4)], ("long.txt", bytes(range(256)) * 8000))
    members, problems = unpacked(data, "x")
    assert len(members) == kept
    assert [p.kind for p in problems] == ["over_limit"]
    assert words in problems[0].message


NAMES = [
    # bytes of the name in the archive, how it is known here, why
    ("Решение суда.txt".encode("cp866"), "Решение суда.txt", "Windows' own packer: the code page of DOS"),
    ("Решение суда.txt".encode("cp1251"), "Решение суда.txt", "packers that use the code page of Windows"),
    ("Решение суда.txt".encode(), "Решение суда.txt", "UTF-8 without saying so"),
    ("übel.txt".encode("cp437"), "übel.txt", "the code page that the format names"),
    (b"plain.txt", "plain.txt", ""),
]


@pytest.mark.parametrize(("raw", "known", "why"), NAMES)
def test_names_in_undeclared_code_pages_are_read(raw: bytes, known: str, why: str) -> None:
    assert zips.guess_name(raw) == known
    placeholder = "x" * len(raw)
    data = a_zip((placeholder, OTHER)).replace(placeholder.encode(), raw)
    assert set(unpacked(data, "x.zip")[0]) == {known}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("/tmp/x", "/tmp/x"),
        ("C:\\x\\..\\y", "C:\\x\\..\\y"),
        ("a\nb\x1b[31m", "a\\u000ab\\u001b[31m"),
        ("тест\u202etxt.exe", "тест\\u202etxt.exe"),
        ("bad\udcff", "bad\\udcff"),
        ("", "(no name)"),
    ],
)
def test_a_path_is_text_and_nothing_else(path: str, shown: str) -> None:
    assert printable(path) == shown


def test_an_endless_path_is_cut_and_stays_unlike_others() -> None:
    shown = {printable("a" * 100_000 + end) for end in "xy"}
    assert len(shown) == 2
    assert all(len(path) < 1100 for path in shown)


def test_two_members_of_one_name_are_both_there() -> None:
    members, _ = unpacked(a_zip(("a.txt", ACT), ("a.txt", OTHER), ("a.txt", b"third")), "x.zip")
    assert members == {"a.txt": ACT, "a.txt (2)": OTHER, "a.txt (3)": b"third"}


NOT_ARCHIVES = [
    ("a.docx", a_zip(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))),
    ("turned.docx", a_zip(("word/document.xml", b"<x/>"), ("[Content_Types].xml", b"<x/>"))),
    ("pictures-first.docx", a_zip(("word/media/1.png", b"x"), ("word/document.xml", b"<x/>"))),
    ("a.xlsx", a_zip(("xl/workbook.xml", b"<x/>"), ("_rels/.rels", b"<x/>"))),
    ("a.odt", a_zip(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>"))),
    ("a.epub", a_zip(("mimetype", b"application/epub+zip"))),
    ("a.jar", a_zip(("META-INF/MANIFEST.MF", b"x"))),
    ("renamed.zip", a_zip(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))),
    ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100)),
    ("a.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100)),
    ("a.Z", b"\x1f\x9d\x90" + bytes(100)),
    ("a.txt", ACT),
    ("a.html", b"<html>PK"),
    ("empty.zip", b""),
    ("text.zip", b"this is not a ZIP"),
]


@pytest.mark.parametrize(("name", "data"), NOT_ARCHIVES, ids=[row[0] for row in NOT_ARCHIVES])
def test_this_is_a_record_not_an_archive(name: str, data: bytes) -> None:
    assert not is_container(data, name)


def test_a_folder_called_word_is_no_office_document() -> None:
    assert is_container(a_zip(("word/act.html", ACT)), "x.zip")


@pytest.mark.parametrize(
    ("path", "inner"),
    [("a/b.jsonl.gz", "b.jsonl"), ("x.zip!b.tgz", "b.tar"), ("b.txz", "b.tar"), ("B.GZ", "B"), (".gz", ".gz.unpacked")],
)
def test_a_packed_files_content_is_named(path: str, inner: str) -> None:
    assert inner_name(path) == inner


@pytest.mark.parametrize("cut", [0, 1, 29, 30, 37, 100, 511, 512, 600, 1023])
@pytest.mark.parametrize("data", [STORED, a_zip(*TWO), a_tar(*TWO), gzip.compress(a_tar(*TWO))])
def test_nothing_raises_wherever_it_is_cut_or_changed(data: bytes, cut: int) -> None:
    for broken in (data[:cut], flipped(data, min(cut, len(data) - 1)), data[cut:]):
        for item in unpack(io.BytesIO(broken), "x.zip"):
            assert isinstance(item, Member | Problem)


def test_a_row_of_a_dump_is_a_record_even_if_its_text_looks_like_a_table() -> None:
    row = b'{"caselight_row":1,"columns":{"text":"a,b\\n1,2\\n3,4\\n5,6"}}'
    assert not is_container(row, "dump.csv!3")
