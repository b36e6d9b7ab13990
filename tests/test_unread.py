"""What was not read, and what was left out: words and numbers agree wherever they stand, and nothing is lost unseen."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from command_line import Call, calling
from test_cli import RULING

NO_TEXT = '{"name": "a", "size": 5}\n{"name": "b", "size": 7}\n'


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in a folder with an empty study `s` and a folder `pile` that holds one ruling."""
    call = calling(tmp_path, monkeypatch)
    (tmp_path / "pile").mkdir()
    (tmp_path / "pile" / "1.txt").write_text(RULING.format(n=1), "utf-8")
    call("new", "s", "--pack", "ru", "--codebook", "surveillance")
    return call


def with_a_link(file: Path) -> None:
    """An archive with a ruling, and with a link, of which no record can be made."""
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("2.txt", RULING.format(n=2))
        archive.writestr(link, "2.txt")


def told(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("show", "s", "--json").stdout)
    return found


def page(name: str) -> str:
    return re.sub(r"<[^>]*>", "", Path("s", "report", name).read_text("utf-8"))


def test_a_dump_out_of_which_nothing_came_is_a_record_that_was_not_read(call: Call) -> None:
    Path("pile", "list.jsonl").write_text(NO_TEXT, "utf-8")
    call("add", "s", "pile")
    output = call("run", "s", code=3).output
    assert "2 records: 1 read, 1 unsupported." in output
    assert "Problems: 1 unsupported." in output
    assert "What could not be read: 1" in page("index.html")
    assert "0 were archives or dumps whose members are records of their own, and 1 could not" in page("method.html")
    assert [(p["kind"], p["subject"]) for p in told(call)["problems"]] == [("unsupported", "pile/list.jsonl")]


def test_what_could_not_be_taken_out_of_an_archive_counts_as_not_read_though_it_is_no_record(call: Call) -> None:
    with_a_link(Path("pile", "a.zip"))
    call("add", "s", "pile")
    output = call("run", "s", code=3).output
    assert "3 records: 1 container, 2 read." in output
    assert "Archives and dumps were not read whole (places: 1)." in output
    assert "What could not be read: 1" in page("index.html")
    assert "1 were archives or dumps whose members are records of their own, and 0 could not" in page("method.html")
    for name in ("method.html", "books.html"):
        assert "Archives and dumps were not read whole in 1 place:" in page(name)
    found = told(call)
    assert found["lost_inside"] == len(found["problems"]) == 1


NOTE = "# Records\n\nDownloaded with a script. See the licence.\n"


def test_files_that_are_left_out_are_no_cases_and_stand_in_the_books(call: Call) -> None:
    Path("pile", "README.md").write_text(NOTE, "utf-8")
    with zipfile.ZipFile(Path("pile", "a.zip"), "w") as archive:
        archive.writestr("2.txt", RULING.format(n=2))
        archive.writestr("in/README.md", NOTE + "More.")
    added = call("add", "s", "pile", "--without", "README*", "--without", "readme.txt")
    assert "Added 2 records" in added.output
    assert "Left out, which the books show: 1 file." in added.output
    assert "No file fits --without 'readme.txt'" in added.output
    assert "5 records: 1 container, 2 left out, 2 read. The books balance." in call("run", "s").output
    found = told(call)
    assert (found["states"], found["balanced"]) == ({"container": 1, "left_out": 2, "read": 2}, True)
    assert found["problems"] == []
    assert "2 were left out by whoever added the records" in page("method.html")
    shown = page("records/left_out.html")
    for path in ("pile/README.md", "pile/a.zip!in/README.md"):
        assert path in shown
    assert shown.count("whoever added the records left it out: --without README*") == 2


def test_a_note_among_the_records_says_how_to_leave_it_out_and_that_works(call: Call) -> None:
    Path("pile", "README.md").write_text(NOTE, "utf-8")
    call("add", "s", "pile")
    call("run", "s", code=3)
    (problem,) = told(call)["problems"]
    assert "add its folder again with --without and the path of this record" in problem["message"]
    call("add", "s", "pile", "--without", "README.md")
    call("run", "s")
    assert told(call)["states"] == {"left_out": 1, "read": 1}
    assert "Added 1 record" in call("add", "s", "pile").output, "without the option it comes back"
    call("run", "s", code=3)
    assert told(call)["states"] == {"read": 2}


def test_what_is_published_of_a_file_that_was_left_out_does_not_hold_the_pattern(call: Call) -> None:
    Path("pile", "Petrov.md").write_text(NOTE, "utf-8")
    call("add", "s", "pile", "--without", "Petr*")
    call("run", "s")
    call("report", "s", "--publish", "--to", "out")
    assert not [file for file in Path("out").rglob("*") if file.is_file() and b"Petr*" in file.read_bytes()]


@pytest.mark.parametrize(
    ("name", "pattern", "left_out"),
    [
        ("notes/1.txt", "notes", True),  # a folder with all that is in it
        ("notes/1.txt", "pile/notes/*", True),  # a path as the books show it
        ("notes/1.txt", "notes/*", False),  # paths begin with the folder that was added
        ("b.txt", "B*", False),  # as written
    ],
)
def test_what_a_pattern_means(call: Call, name: str, pattern: str, left_out: bool) -> None:
    file = Path("pile", name)
    file.parent.mkdir(exist_ok=True)
    file.write_text(NOTE, "utf-8")
    counts = json.loads(call("add", "s", "pile", "--without", pattern, "--json").stdout)
    assert (counts["left_out"], counts["added"]) == ((1, 1) if left_out else (0, 2))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "no record states a day"), ("ru", "ни в одном документе не назван день")]
)
def test_a_timeline_without_a_date_says_why_it_is_empty(call: Call, language: str, words: str) -> None:
    opinion = "OPINIONDONNELLY, Judge:{1} The worker appeals from an order of the judge. For these reasons we reverse."
    Path("pile", "1.txt").write_text(opinion, "utf-8")
    call("new", "u", "--pack", "us", "--codebook", "appeal-outcome", "--language", language)
    call("add", "u", "pile")
    call("run", "u", code=None)
    shown = Path("u", "report", "timeline.html").read_text("utf-8")
    assert words in shown
    assert "--date-column" in shown
    assert 'class="timeline"' not in shown


def test_a_path_as_it_is_printed_leaves_out_that_record_alone(call: Call) -> None:
    for folder in ("2020", "2021"):
        Path("pile", folder).mkdir(parents=True)
        Path("pile", folder, "act [copy].txt").write_text(f"{NOTE} {folder}", "utf-8")
    call("add", "s", "pile", "--without", "pile/2020/act [copy].txt")
    call("run", "s", code=3)
    assert told(call)["states"] == {"left_out": 1, "read": 2}


def test_what_one_of_two_alike_archives_keeps_is_a_record(call: Call) -> None:
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(Path("pile", name), "w") as archive:
            archive.writestr(zipfile.ZipInfo("one.txt"), NOTE)
            archive.writestr(zipfile.ZipInfo("two.txt"), NOTE + " too")
    call("add", "s", "pile/a.zip", "--without", "two.txt")
    call("add", "s", "pile/b.zip")
    call("run", "s", code=3)
    found = told(call)
    assert (found["states"], found["balanced"]) == ({"container": 1, "duplicate": 1, "left_out": 1, "read": 2}, True)


def test_a_pattern_that_fits_beside_another_is_not_called_idle(call: Call) -> None:
    Path("pile", "README.md").write_text(NOTE, "utf-8")
    assert "No file fits" not in call("add", "s", "pile", "--without", "README*", "--without", "*.md").output


def test_a_pattern_that_cannot_be_printed_is_refused(call: Call) -> None:
    assert "holds signs that cannot be printed" in call("add", "s", "pile", "--without", "\udcff*", code=2).output
