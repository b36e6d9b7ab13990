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
