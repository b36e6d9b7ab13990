"""The command line as its user meets it: real processes, exit codes, data on stdout, talk on stderr."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click
import pytest

from caselight.pack import SHIPPED

Run = Callable[..., "subprocess.CompletedProcess[str]"]
RULING = """Дело № 5-{n}/2022

ПОСТАНОВЛЕНИЕ

13 мая 2022 года                                          город Москва

Судья Тверского районного суда города Москвы Кряжимская Е.В., рассмотрев дело об административном правонарушении,
предусмотренном ч. 5 ст. 20.2 КоАП РФ,

УСТАНОВИЛ:

06 марта 2022 года гражданин принял участие в митинге. Согласно рапорту сотрудника полиции, он был опознан системой
распознавания лиц «Сфера» на станции метро.

Вина подтверждается рапортом и записью с камеры городского видеонаблюдения, которую суд кладет в основу вывода.

ПОСТАНОВИЛ:

признать виновным в совершении административного правонарушения, предусмотренного ч. 5 ст. 20.2 КоАП РФ, и назначить
наказание в виде административного штрафа в размере 15 000 (пятнадцати тысяч) рублей.

Судья                                                     Е.В. Кряжимская
"""


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    def run(*words: object, check: int | None = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "caselight", *map(str, words)]
        env = os.environ | {"CASELIGHT_CACHE": str(tmp_path / "cache"), "NO_COLOR": "1"}
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, timeout=120, check=False)
        assert check is None or done.returncode == check, done.stderr
        return done

    return run


@pytest.fixture
def study(tmp_path: Path, cli: Run) -> Path:
    """A study of three rulings that has been run."""
    place = tmp_path / "downloads"
    place.mkdir()
    for n in (1, 2, 3):
        (place / f"{n}.txt").write_text(RULING.format(n=n), "utf-8")
    cli("new", "s", "--pack", "ru", "--codebook", "surveillance")
    cli("add", "s", "downloads")
    cli("run", "s", "--jobs", 1)
    return tmp_path / "s"


def export(cli: Run, study: Path, to: Path) -> dict[str, list[dict[str, object]]]:
    cli("export", study, "--format", "jsonl", "--to", to)
    return {p.stem: [json.loads(line) for line in p.read_text("utf-8").splitlines()] for p in to.glob("*.jsonl")}


def test_from_a_folder_to_the_sentence(cli: Run, study: Path, tmp_path: Path) -> None:
    told = json.loads(cli("show", study, "--json").stdout)
    assert told["states"] == {"read": 3}
    assert told["balanced"]
    case = json.loads(cli("show", study, "2.txt", "--json").stdout)
    facts = {fact["name"]: fact["value"] for fact in case["facts"]}
    assert facts["case_number"] == "5-2/2022"
    assert facts["fine_rub"] == 15000
    answers = {answer["variable"]: answer for answer in case["answers"]}
    assert answers["surveillance_role"]["value"] == "relied_on"
    text = RULING.format(n=2)
    for answer in answers.values():
        for quote in answer["evidence"]:
            assert text[quote["start"] : quote["end"]] == quote["quote"]
    assert (study / "report" / "index.html").exists()


def test_the_export_keeps_its_contract(cli: Run, study: Path, tmp_path: Path) -> None:
    rows = export(cli, study, tmp_path / "out")
    assert set(rows) == {"documents", "cases", "answers", "estimates", "problems"}
    document = rows["documents"][0]
    assert {
        "id",
        "name",
        "path",
        "media_type",
        "state",
        "reason",
        "reader",
        "chars",
        "pages",
        "language",
        "parent",
    } <= set(document)
    assert document["path"] == "downloads/1.txt"
    assert (tmp_path / "out" / "texts" / f"{document['id']}.txt").read_text("utf-8") == RULING.format(n=1)
    assert {"id", "matter", "instance", "documents", "facts", "earlier"} <= set(rows["cases"][0])
    assert {"case", "variable", "value", "coder", "score", "evidence"} <= set(rows["answers"][0])
    assert {
        "name",
        "variable",
        "value",
        "unit",
        "estimate",
        "low",
        "high",
        "level",
        "method",
        "n",
        "N",
        "cases",
    } <= set(rows["estimates"][0])
    assert cli("export", study, "--format", "jsonl", "--to", tmp_path / "out", check=2).stderr.count("not empty")


def test_a_second_run_does_nothing_and_a_new_record_only_its_own_part(cli: Run, study: Path, tmp_path: Path) -> None:
    def parts() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in (study / "tables").glob("**/*-of-*")}

    before = parts()
    cli("run", study)
    assert parts() == before
    (tmp_path / "downloads" / "4.txt").write_text(RULING.format(n=4), "utf-8")
    assert "Added 1" in cli("add", study, "downloads").stderr
    cli("run", study)
    assert json.loads(cli("show", study, "--json").stdout)["states"] == {"read": 4}


def test_an_edit_of_one_phrase_recodes_one_variable(cli: Run, study: Path) -> None:
    def parts() -> set[str]:
        return {str(p.relative_to(study)) for p in (study / "tables").glob("**/*-of-*")}

    before = parts()
    codebook = study / "codebook.yaml"
    text = codebook.read_text("utf-8")
    name = text.split("- name: ")[-1].split()[0]
    del name
    cut = text.index("phrases: [") + len("phrases: [")
    codebook.write_text(text[:cut] + "совершенно небывалые слова, " + text[cut:], "utf-8")
    assert cli("show", study, check=2).stderr.count("caselight run")
    cli("run", study)
    gone = {path.split("/")[1] for path in before - parts()}
    assert gone == {"answers"}


def test_tables_are_the_same_bytes_for_any_number_of_jobs_and_order_of_adding(
    cli: Run, study: Path, tmp_path: Path
) -> None:
    cli("new", "other", "--pack", "ru", "--codebook", "surveillance")
    cli("new", "third", "--pack", "ru", "--codebook", "surveillance")
    for n in (3, 1, 2):
        place = tmp_path / str(n) / "downloads"
        place.mkdir(parents=True)
        shutil.copy(tmp_path / "downloads" / f"{n}.txt", place)
        cli("add", "other", place)
    cli("run", "other", "--jobs", 2)

    def tables(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in (folder / "tables").glob("**/*-of-*")}

    assert tables(study) == tables(tmp_path / "other")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["add", "{study}", "nowhere"], 2, "nowhere does not exist"),
        (["add", "{study}", "empty"], 2, "holds no file"),
        (["run", "nowhere"], 2, "not a study"),
        (["run"], 2, "Missing argument"),
        (["nonsense"], 2, "No such command"),
        (["new", "x", "--pack", "atlantis", "--codebook", "surveillance"], 2, "Packs that ship: ru, us"),
        (["new", "x", "--pack", "ru", "--codebook", "atlantis"], 2, "Codebooks that ship"),
        (["show", "{study}", "nobody.txt"], 2, "nobody.txt"),
        (["search", "{study}", '"открытая кавычка'], 2, "кавычка"),
    ],
)
def test_a_mistake_is_named_with_what_to_do_and_its_exit_code(
    cli: Run, study: Path, tmp_path: Path, words: list[str], code: int, says: str
) -> None:
    (tmp_path / "empty").mkdir()
    done = cli(*[word.format(study=study) for word in words], check=code)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_mistake_in_the_codebook_is_named_by_file_and_line_and_nothing_is_lost(cli: Run, study: Path) -> None:
    codebook = study / "codebook.yaml"
    text = codebook.read_text("utf-8")
    codebook.write_text(text.replace("variables:", "variabels:", 1), "utf-8")
    line = text[: text.index("variables:")].count("\n") + 1
    done = cli("run", study, check=1)
    assert f"codebook.yaml:{line}:" in done.stderr
    assert "variables" in done.stderr
    codebook.write_text(text, "utf-8")
    assert json.loads(cli("show", study, "--json").stdout)["states"] == {"read": 3}


@pytest.mark.parametrize(
    ("file", "right", "wrong", "says"),
    [
        ("facts.yaml", "  - zone: intro\n", "  - zone: introo\n", "facts.yaml:"),
        ("outcomes.yaml", "sums:", "sums: [", "outcomes.yaml:"),
        ("speakers.yaml", "cue:", "kue:", "speakers.yaml:"),
    ],
)
def test_a_mistake_in_a_pack_of_ones_own_is_named_before_there_is_a_study(
    cli: Run, tmp_path: Path, file: str, right: str, wrong: str, says: str
) -> None:
    shutil.copytree(SHIPPED / "ru", tmp_path / "own")
    text = (tmp_path / "own" / file).read_text("utf-8")
    assert right in text
    (tmp_path / "own" / file).write_text(text.replace(right, wrong, 1), "utf-8")
    done = cli("new", "s", "--pack", tmp_path / "own", "--codebook", "surveillance", check=1)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "s").exists()


def test_a_study_of_a_newer_version_is_left_alone(cli: Run, study: Path) -> None:
    file = study / "study.toml"
    file.write_text(file.read_text("utf-8").replace("format = 1", "format = 2"), "utf-8")
    assert "newer Caselight" in cli("run", study, check=1).stderr


def test_two_runs_at_once_are_refused(cli: Run, study: Path) -> None:
    from caselight.store import Study  # the lock itself, held by this process

    with Study.open(study).locked():
        assert "at work on" in cli("run", study, check=1).stderr
    cli("run", study)


def test_a_run_that_is_stopped_goes_on_where_it_was(cli: Run, tmp_path: Path) -> None:
    place = tmp_path / "many"
    place.mkdir()
    for n in range(400):
        (place / f"{n}.txt").write_text(RULING.format(n=n), "utf-8")
    cli("new", "s", "--pack", "ru", "--codebook", "surveillance")
    cli("add", "s", "many")
    env = os.environ | {"CASELIGHT_CACHE": str(tmp_path / "cache")}
    process = subprocess.Popen(
        [sys.executable, "-m", "caselight", "run", "s", "--jobs", "1"],
        cwd=tmp_path,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "s").glob("tables/documents/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    if process.returncode != 0:  # it may have been done just then
        assert process.returncode == 1
        assert "What was finished is kept" in told
    cli("run", "s")
    assert json.loads(cli("show", "s", "--json").stdout)["states"] == {"read": 400}


def test_a_record_that_cannot_be_read_is_listed_and_the_exit_code_says_so(
    cli: Run, study: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    cli("add", study, "broken.pdf")
    done = cli("run", study, "--json", check=3)
    told = json.loads(done.stdout)
    assert told["records"] == 4
    assert told["balanced"]
    assert [problem["subject"] for problem in told["problems"] if problem["stage"] == "ingest"] == ["broken.pdf"]


def test_search_finds_any_inflection_and_quotes_the_text(cli: Run, study: Path) -> None:
    done = cli("search", study, "системой распознавания лица", "--json")
    total, *hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert total == {"total": 3}
    assert len(hits) == 3
    for hit in hits:
        text = RULING.format(n=hit["name"].removesuffix(".txt"))
        for snippet in hit["snippets"]:
            assert text[snippet["start"] : snippet["end"]] == snippet["quote"]


def test_help_has_an_example_for_each_command(cli: Run) -> None:
    from caselight.cli import every_command

    for name in every_command():
        assert f"caselight {name}" in cli(name, "--help").stdout.split("Example:")[1]


@pytest.mark.parametrize("module", ["cli_fieldwork", "cli_people", "cli_sealing"])
def test_commands_that_are_loaded_late_are_all_found(module: str) -> None:
    from caselight.cli import every_command

    commands = [c for c in vars(import_module(f"caselight.{module}")).values() if isinstance(c, click.Command)]
    inside = {id(below) for c in commands if isinstance(c, click.Group) for below in c.commands.values()}
    found = {id(c) for c in every_command().values()}
    assert [c.name for c in commands if id(c) not in inside | found] == []
    assert found & {id(c) for c in commands}


def test_an_archive_with_nothing_in_it_is_a_problem(cli: Run, study: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "nothing.zip", "w"):
        pass
    cli("add", study, "nothing.zip")
    told = json.loads(cli("run", study, "--json", check=3).stdout)
    assert [(p["subject"], p["kind"]) for p in told["problems"]] == [("nothing.zip", "suspect_empty")]


def test_a_draw_is_committed_thrown_read_and_becomes_a_figure(tmp_path: Path, cli: Run, study: Path) -> None:
    committed = json.loads(cli("draw", study, "--size", 3, "--double", 0.4, "--json").stdout)
    assert (committed["seed"], committed["read_twice"]) == ("", 1)
    file = Path(committed["commitment"])
    assert hashlib.sha256(file.read_bytes()).hexdigest() == committed["sha256"]
    frame = (file.parent / "frame.tsv").read_bytes()
    assert json.loads(file.read_text("utf-8"))["frame_sha256"] == hashlib.sha256(frame).hexdigest()
    assert "no seed" in cli("draw", study, "--seed", "12", check=2).stderr
    cli("draw", study, "--seed", "60853020971157277135", "--sheet", "to-read.csv")
    again = cli("draw", study, "--seed", "60853020971157277136", check=2)
    assert "thrown already" in again.stderr
    sheet = tmp_path / "to-read.csv"
    with sheet.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["read_twice"] for row in rows] == ["yes", "no", "no"]
    assert "to-read.csv exists" in cli("draw", study, "--sheet", "to-read.csv", check=2).stderr
    with sheet.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"surveillance_role": "relied_on"} for row in rows)
    assert "no column 'coder'" in cli("import", study, "to-read.csv", check=2).stderr
    assert json.loads(cli("import", study, "to-read.csv", "--coder", "anna", "--json").stdout) == {"added": {"anna": 3}}
    assert json.loads(cli("import", study, "to-read.csv", "--coder", "anna", "--json").stdout) == {"added": {"anna": 0}}
    figures = json.loads(cli("estimate", study, "--json").stdout)
    found = [row for row in figures if row["value"] == "relied_on" and row["method"].startswith("exact")]
    assert [(row["low"], row["high"], row["n"]) for row in found if row["name"] == "count"] == [(3, 3, 3)] * 2
    before = (study / "report" / "index.html").read_text("utf-8")
    cli("run", study)
    after = (study / "report" / "index.html").read_text("utf-8")
    shown = [re.sub(r"</?data[^>]*>", "", page) for page in (before, after)]
    assert ["3 to 3 of 3" in page for page in shown] == [False, True]
    assert committed["sha256"] in (study / "report" / "method.html").read_text("utf-8")
    assert "same answer" not in cli("show", study).stdout, "nobody has read a case twice"
    years = json.loads(cli("estimate", study, "--value", "relied_on", "--by", "year", "--keep", "--json").stdout)
    assert {(row["where"][0][1], row["low"], row["high"], row["N"]) for row in years} == {("2022", 3, 3, 3)}
    cli("run", study)
    rows = export(cli, study, tmp_path / "kept")["estimates"]
    assert [["fact:year", "2022"]] in [row["where"] for row in rows]
    assert "relied_on, year 2022: 3 of 3 (3 to 3)" in cli("estimate", study, "--by", "year").stdout
    plan = json.loads(
        cli(
            "estimate", study, "--plan", 0.5, "--variable", "surveillance_role", "--value", "relied_on", "--json"
        ).stdout
    )
    assert 1 <= plan["enough"]["size"] <= 3
    assert "0 units are left" in cli("draw", study, "--extend", 1, check=2).stderr
    told = cli("import", study, "to-read.csv", "--machine", "theirs").stderr
    assert "theirs: 3 new answers" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Say what to draw"),
        (("--size", "4"), "the study has 3 cases"),
        (("--size", "2", "--by", "colour"), "no variable 'colour'"),
        (("--size", "2", "--by", "surveillance_role=red"), "no value 'red'"),
        (("--size", "2", "--by", "slogan"), "no list of values"),
        (("--seed", "60853020971157277135"), "No draw is committed"),
    ],
)
def test_a_draw_that_cannot_be_is_refused_with_what_can(
    cli: Run, study: Path, words: tuple[str, ...], told: str
) -> None:
    assert told in cli("draw", study, *words, check=2).stderr
    assert not (study / "journal").exists()
