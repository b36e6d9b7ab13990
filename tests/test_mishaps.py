"""What goes wrong around a study: slips of its user, harm done to its files. Each is told, and costs nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from caselight import demo
from caselight.cli import main
from caselight.terminal import number_of, visible
from command_line import Call, calling
from test_cli import RULING

RULINGS = Path(demo.__file__).parent / "studies" / "demo" / "records"


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in an empty folder; the result has its exit code, and its output and talk in one."""
    return calling(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with records and a study of three rulings that has been run; tests take copies."""
    folder = tmp_path_factory.mktemp("ready")
    (folder / "pile").mkdir()
    for n in (1, 2, 3):
        (folder / "pile" / f"{n}.txt").write_text(RULING.format(n=n), "utf-8")
    run = CliRunner().invoke
    for words in (["new", "s", "--pack", "ru", "--codebook", "surveillance"], ["add", "s", "pile"], ["run", "s"]):
        words[1] = str(folder / "s")
        words[2:3] = [str(folder / "pile")] if words[0] == "add" else words[2:3]
        assert run(main, words, env={"CASELIGHT_CACHE": str(folder / "cache")}).exit_code == 0
    return folder


@pytest.fixture
def study(ready: Path, tmp_path: Path, call: Call) -> Path:
    shutil.copytree(ready, tmp_path, dirs_exist_ok=True)
    return tmp_path / "s"


def told(call: Call, study: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(call("show", study, "--json").stdout)
    return found


def harm(file: Path, content: bytes) -> None:
    file.chmod(0o644)
    file.write_bytes(content)


@pytest.mark.parametrize("in_the_way", ["cache/words-ru.bin/", "cache"])
def test_a_folder_where_a_file_belongs_is_named_and_so_is_a_file_where_a_folder_belongs(
    in_the_way: str, call: Call, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    if in_the_way.endswith("/"):
        (tmp_path / in_the_way).mkdir(parents=True)
    else:
        (tmp_path / in_the_way).touch()
    monkeypatch.setenv("CASELIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "new.txt").write_text(RULING.format(n=4).replace("установил", "взвесив, установил"), "utf-8")
    call("add", study, tmp_path / "new.txt")
    done = call("run", study, "--no-report", code=1)
    assert f"{tmp_path / in_the_way} is a folder where a file belongs" in done.output
    shutil.rmtree(tmp_path / "cache") if in_the_way.endswith("/") else (tmp_path / "cache").unlink()
    call("run", study, "--no-report")


def test_the_demo_is_not_poured_into_a_study_of_ones_own(call: Call, study: Path) -> None:
    assert "is a study of yours" in call("demo", study, code=2).output
    assert told(call, study)["records"] == 3


@pytest.mark.parametrize("name", ["bin.bin", "zeros.txt"])
def test_a_study_in_which_nothing_can_be_read_has_balanced_books(call: Call, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes({"bin.bin": bytes(range(256)) * 40, "zeros.txt": bytes(100_000)}[name])
    call("new", "s", "--pack", "ru", "--codebook", "surveillance")
    call("add", "s", name)
    output = call("run", "s", code=3).output
    assert "1 record: 1 " in output
    assert "The books balance" in output
    if name == "zeros.txt":
        assert "nothing but zero bytes" in call("show", "s").output


def test_an_original_that_was_changed_is_damaged_and_added_again_it_is_read(call: Call, study: Path) -> None:
    pack = study / "records" / "packs" / "0001.bin"
    harm(pack, pack.read_bytes().replace("Кряжимская".encode(), "Кряжимский".encode(), 1))
    shutil.rmtree(study / "tables")
    output = call("run", study, code=3).output
    assert "3 records: 1 damaged, 2 read. The books balance." in output
    assert "was changed after it was received" in call("show", study).output
    call("run", study, code=3)
    call("add", study, study.parent / "pile")
    assert "3 records: 3 read" in call("run", study).output


def test_a_lost_line_of_the_list_of_what_was_received_stops_every_reading_until_files_are_added_again(
    call: Call, study: Path
) -> None:
    ledger = study / "records" / "received.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-20])
    for command in (["run", study], ["show", study]):
        assert "holds 2 now" in call(*command, code=1).output
    assert "Added 1 record; 2 already here." in call("add", study, study.parent / "pile").output
    assert "3 records: 3 read" in call("run", study).output


@pytest.mark.parametrize("table", ["texts", "cases", "documents", "links", "answers/surveillance_role"])
def test_a_damaged_table_is_made_anew(call: Call, study: Path, table: str) -> None:
    for file in (study / "tables" / table).glob("*.arrow"):
        harm(file, b"not a table")
    if table == "texts":
        shutil.rmtree(study / "tables" / "answers")  # coding anew is what looks at texts again
    output = call("run", study).output
    assert "was damaged. It is made anew." in output
    assert "3 records: 3 read. The books balance." in output
    assert told(call, study)["balanced"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["add", "s", "s"], 2, "belongs to the study itself"),
        (["add", "s", "s/records"], 2, "belongs to the study itself"),
        (["add", "s", "."], 3, "is the folder of this study"),
        (["export", "s", "--format", "csv", "--to", "s/exp"], 2, "lies in the study itself"),
        (["draw", "s", "--seed", "123", "--sheet", "nonexist/x.csv"], 2, "there is no folder nonexist"),
        (["new", "s/study.toml/x", "--pack", "ru", "--codebook", "surveillance"], 2, "cannot be made"),
        (["new", "/proc/foo", "--pack", "ru", "--codebook", "surveillance"], 2, "cannot be made"),
        (["new", "t", "--pack", "us", "--codebook", "surveillance"], 1, "the records of pack us in 'en'"),
    ],
)
def test_a_command_that_would_do_harm_says_so(call: Call, study: Path, words: list[str], code: int, says: str) -> None:
    assert says in call(*words, code=code).output
    assert not (study / "exp").exists()
    assert not (study.parent / "nonexist").exists()
    assert not (study.parent / "t").exists()
    assert "study.toml" not in (study / "records" / "received.jsonl").read_text()


@pytest.mark.parametrize(
    ("file", "content", "code", "says"),
    [
        ("index/report.txt", b"\xff\xfe", 0, "The books balance"),
        ("study.toml", b"title='t'\npack='ru'\nlanguage='en'\nformat=1\nmapping = 3\n", 1, "mapping is 3"),
        ("study.toml", b"\xff", 1, "cannot be read"),
        ("codebook.yaml", None, 1, "Restore it from a copy"),
    ],
)
def test_a_damaged_file_of_the_study_is_named_or_made_anew(
    call: Call, study: Path, file: str, content: bytes | None, code: int, says: str
) -> None:
    if content is None:
        (study / file).unlink()
    else:
        (study / file).write_bytes(content)
    assert says in call("run", study, code=code).output


def test_a_file_that_still_cannot_be_opened_is_told_each_time_it_is_added(call: Call, study: Path) -> None:
    link = study.parent / "pile" / "gone.txt"
    link.symlink_to("nowhere")
    for _ in range(2):
        assert "gone.txt could not be opened" in call("add", study, "pile", code=3).output
    assert "1 unreadable" in call("run", study, code=3).output


def test_an_export_that_breaks_off_leaves_nothing_behind(
    call: Call, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    before = sorted(os.listdir(study.parent))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))  # as a disk that is full
    try:
        output = call("export", study, "--format", "jsonl", "--to", "out", code=1).output
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "larger than this system allows" in output
    assert sorted(os.listdir(study.parent)) == before
    call("export", study, "--format", "jsonl", "--to", "out")
    assert (study.parent / "out" / "cases.jsonl").stat().st_size


def test_the_language_chosen_for_the_report_stays(call: Call, study: Path) -> None:
    call("report", study, "--language", "ru")
    (study.parent / "pile" / "4.txt").write_text(RULING.format(n=4), "utf-8")
    call("add", study, "pile")
    call("run", study)
    assert 'lang="ru"' in (study / "report" / "index.html").read_text("utf-8")


def test_what_would_act_on_a_terminal_is_shown_and_not_done(call: Call, study: Path) -> None:
    evil = RULING.format(n=9).replace("распознавания лиц", "распознавания лиц \x1b]0;title\x07 \u202eabc")
    (study.parent / "pile" / "\u202etxt.9.txt").write_text(evil, "utf-8")
    call("add", study, "pile")
    call("run", study)
    for command in (["search", study, "распознавание"], ["show", study, "\u202etxt.9.txt"], ["show", study]):
        output = call(*command).output
        assert not {"\x1b", "\x07", "\u202e"} & set(output)
    assert "\\u202e" in call("search", study, "распознавание").output


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\nb\tc", "a\nb\tc"),
        ("\x9b1m", "\\x9b1m"),
        ("\u202ex", "\\u202ex"),
        ("ё «»", "ё «»"),
    ],
)
def test_control_characters_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(("count", "words"), [(0, "0 cases"), (1, "1 case"), (2_000, "2,000 cases")])
def test_one_is_not_many(count: int, words: str) -> None:
    assert number_of(count, "case") == words


def dump(file: Path, **columns: str) -> None:
    """A dump of two rows whose columns are called as given: role -> name."""
    with file.open("w", encoding="utf-8") as out:
        for n in (1, 2):
            row = {"text": RULING.format(n=n) + file.stem, "id": f"{file.stem}/{n}", "date": f"2022-05-1{n}"}
            row |= {"label": json.dumps({"human_label": "распознавание"})}
            out.write(json.dumps({columns.get(k, k): v for k, v in row.items()}, ensure_ascii=False) + "\n")


def test_a_named_column_that_a_dump_does_not_have_is_a_problem_and_its_text_is_still_found(
    call: Call, tmp_path: Path
) -> None:
    dump(tmp_path / "d.jsonl")
    call("new", "s", "--pack", "ru", "--codebook", "surveillance")
    call("add", "s", "d.jsonl", "--date-column", "nosuch", "--text-column", "body")
    assert "2 read" in call("run", "s", code=3).output
    shown = call("show", "s").output
    assert "has no column 'nosuch', which was named for the date" in shown
    assert "has no column 'body', which was named for the text" in shown


def test_two_dumps_may_call_their_columns_differently_and_rows_are_found_by_their_identifier(
    call: Call, tmp_path: Path
) -> None:
    dump(tmp_path / "a.jsonl", text="C1", id="key", date="when")
    dump(tmp_path / "b.jsonl", text="C2", id="ключ", date="day")
    call("new", "s", "--pack", "ru", "--codebook", "surveillance")
    call("add", "s", "a.jsonl", "--text-column", "C1", "--id-column", "key", "--date-column", "when")
    call("add", "s", "b.jsonl", "--text-column", "C2", "--id-column", "ключ", "--date-column", "day")
    assert "4 read" in call("run", "s", code=3).output  # the dates contradict the rulings' own
    problems = json.loads(call("show", "s", "--json").stdout)["problems"]
    assert [problem["kind"] for problem in problems] == ["fact_contradiction"] * 4
    assert [call("show", "s", name).output.split()[0] for name in ("a_2", "b.jsonl!b_1")] == [
        "a.jsonl!a_2",
        "b.jsonl!b_1",
    ]


def test_search_finds_words_in_the_act_and_not_in_other_columns_of_a_dump(call: Call, tmp_path: Path) -> None:
    dump(tmp_path / "d.jsonl")
    call("new", "s", "--pack", "ru", "--codebook", "surveillance")
    call("add", "s", "d.jsonl")
    call("run", "s", "--no-report", code=None)
    output = call("search", "s", "распознавание").output
    assert "системой [распознавания] лиц" in output
    assert "human_label" not in output


def test_a_record_without_any_sign_of_an_act_is_a_case_and_a_problem(call: Call, study: Path) -> None:
    (study.parent / "pile" / "README.md").write_text(
        "# Records\n\nDownloaded with a script. See the licence.\n", "utf-8"
    )
    call("add", study, "pile")
    call("run", study, code=3)
    found = told(call, study)
    assert found["balanced"]
    assert [(p["kind"], "README.md" in p["message"]) for p in found["problems"]] == [("no_sign_of_act", True)]  # type: ignore[attr-defined]


def test_the_russian_method_page_says_what_was_done_in_russian(call: Call, study: Path) -> None:
    call("draw", study, "--size", "2", "--by", "surveillance_role")
    call("report", study, "--language", "ru")
    page = (study / "report" / "method.html").read_text("utf-8")
    assert "российские суды общей юрисдикции" in page
    for word in ("Russian courts", "изоляции: full", "surveillance_role="):
        assert word not in re.sub(r'value="[^"]*"', "", page)  # names of numbers, for programs
