"""The commands for people who code, as somebody types them."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from caselight.cli import main
from caselight.desk import usual_port
from caselight.drawing import Wish
from caselight.store import Study, journal
from desk_study import make_study, record


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    return make_study(folder, [(f"{n}.txt", record(n)) for n in range(2)], Wish(2, double=1.0)).folder


@pytest.fixture
def study(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "s")
    return tmp_path / "s"


def run(*words: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, list(map(str, words)), input=typed)


def opened(study: Path) -> Any:
    """The desk, as somebody opens it."""
    command = [sys.executable, "-m", "caselight", "review", str(study), "--no-open"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=os.environ)


def place_of(asked: Any) -> tuple[str, list[str]]:
    """Host and port of an opened desk, and what it said before."""
    before = []
    for line in asked.stderr:
        if line.startswith("http://"):
            return line.removeprefix("http://").partition("/")[0], before
        before.append(line.strip())
    raise AssertionError(before)


def killed(asked: Any) -> None:
    asked.kill()
    asked.wait(20)
    asked.stderr.close()


def test_a_desk_comes_back_at_its_port_after_a_crash_and_two_do_not_push_each_other_out(
    study: Path, tmp_path: Path
) -> None:
    """Browsers keep what waits unsent under the address with its port."""
    first = opened(study)
    place, said = place_of(first)
    second = opened(study)
    other, warned = place_of(second)
    killed(second)
    assert other != place
    assert any("Another program has the usual port of this desk" in line for line in warned)
    assert not any("usual port" in line for line in said)
    killed(first)
    again = opened(study)
    assert place_of(again)[0] == place
    killed(again)
    assert usual_port(Study.open(shutil.copytree(study, tmp_path / "copy"))) != usual_port(Study.open(study))


def test_the_desk_opens_by_the_address_that_the_terminal_shows_once(study: Path) -> None:
    asked = opened(study)
    try:
        address = next(line.strip() for line in asked.stderr if line.startswith("http://"))
        place, token = address.removeprefix("http://").split("/enter#")
        assert place.startswith("127.0.0.1:")
        headers = {"Content-Type": "application/json", "Origin": f"http://{place}"}
        for status in (200, 403):
            connection = http.client.HTTPConnection(place, timeout=30)
            connection.request("POST", "/enter", json.dumps({"token": token}), headers)
            assert connection.getresponse().status == status
            connection.close()
    finally:
        asked.terminate()
        asked.wait(20)
        asked.stderr.close()


def test_other_computers_are_refused_without_accounts(study: Path) -> None:
    done = run("review", study, "--host", "0.0.0.0", "--no-open")
    assert done.exit_code == 2
    assert "there are no accounts" in done.output


def test_an_account_is_made_with_a_password_from_stdin(study: Path) -> None:
    assert run("account", study, "anna", "--role", "coder", typed="a long password\n").exit_code == 0
    assert json.loads((study / "accounts.json").read_text())["anna"]["role"] == "coder"
    assert run("account", study, "anna", "--role", "coder", typed="short\n").exit_code == 2


def test_journals_are_looked_over_merged_and_exchanged(study: Path, tmp_path: Path) -> None:
    case = next(iter((study / "journal" / "draws" / "0001" / "drawn.tsv").read_text().splitlines()[1:])).split("\t")[1]
    body = {"kind": "answer", "case": case, "variable": "role", "value": "none", "decided": True}
    journal.append(study / "journal" / "answers" / "anna.jsonl", [body], "t")
    assert "anna: whole. 1 lines" in run("journal", study, "--check").output
    shutil.copytree(study, tmp_path / "other")
    shutil.rmtree(tmp_path / "other" / "journal" / "answers")
    assert run("journal", tmp_path / "other", "--merge", study).exit_code == 0
    assert (
        run("journal", tmp_path / "other", "--export", tmp_path / "a.json", "--format", "label-studio").exit_code == 0
    )
    told = run("journal", study, "--import", tmp_path / "a.json", "--format", "label-studio", "--json")
    assert told.exit_code == 0
    assert run("journal", study).exit_code == 2
    file = study / "journal" / "answers" / "anna.jsonl"
    file.write_bytes(file.read_bytes().replace(b"none", b"nine") + file.read_bytes())
    assert run("journal", study, "--check").exit_code == 1
    assert Study.open(study).folder == study
