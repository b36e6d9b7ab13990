"""What the program says in Russian: every message has it, templates meet what is really said, data stay English."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight import demo
from caselight.cli import every_command, main
from caselight.desk.pages import Pages
from caselight.report.interface import Interface, phrases
from caselight.speaking import said, translated
from caselight.speaking.templates import FOLDER, parts, templates
from command_line import Call, calling
from messages import idle_exemptions, messages, shape

FROM_SOURCE = ("commands", "definitions", "desk", "fieldwork", "reading")  # the files whose pairs the program makes
# Two English words side by side. Names of options, commands and files are not translated, nor what the user wrote.
ENGLISH = re.compile(r"(?<![-\w./='\"«`])[A-Za-z]{2,} [a-z]{2,}(?![-\w./='\"»`])")
# What is quoted as it was found: a command to be typed, what a library says of a damaged file.
QUOTED = re.compile(r"caselight [\w /.~=<>'\"-]*|\((?:\w+Error: |File is ).*?\)+")


def test_every_message_has_russian() -> None:
    known = {shape(one.english) for one in templates()}
    missing = [f"{where}: {text}" for text, where in messages().items() if text not in known]
    assert not missing, "no Russian in src/caselight/speaking/ru for:\n" + "\n".join(missing)


def test_every_pair_is_of_a_message_that_the_program_still_makes() -> None:
    made = messages()
    pairs = [pair for name in FROM_SOURCE for pair in yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))]
    assert [pair["en"] for pair in pairs if shape(pair["en"]) not in made] == []


def test_no_exemption_is_left_over() -> None:
    assert idle_exemptions() == []


def test_no_message_has_two_russians() -> None:
    assert [english for english, n in Counter(one.english for one in templates()).items() if n > 1] == []


def test_the_russian_has_no_placeholder_that_the_english_has_not() -> None:
    for one in templates():
        mine, theirs = ({name for _, name, _ in parts(text) if name} for text in (one.russian, one.english))
        assert mine <= theirs, one
        assert "{" in one.russian or re.search("[а-яё]", one.russian) or not re.search("[a-z]{4}", one.english), one


def test_what_has_to_be_true_is_said_as_in_the_report() -> None:
    english, russian = phrases("en"), phrases("ru")
    codes = [key for key in english if key.startswith("assumption.")]
    assert {key: said(english[key], "ru") for key in codes} == {key: russian[key] for key in codes}


SAYS = [  # English, Russian, why
    ("Stopped. Nothing was changed.", "Остановлено. Ничего не изменено.", "a constant"),
    ("  Nothing is known of it", "  Nothing is known of it", "what has no template stays"),
    ("Wrote 12,345 to a.csv.", "Записано ответов: 12\xa0345, файл a.csv.", "thousands are parted from 10 000 on"),
    ("Wrote 2,000 to a.csv.", "Записано ответов: 2000, файл a.csv.", "and not before"),
    (
        "a.zip!b was not opened to its end: its checksum is wrong: it has changed since it was packed. Unpack it "
        "yourself and add it.",
        "a.zip!b открыт не до конца: его контрольная сумма неверна: он изменился после упаковки. Распакуйте его сами "
        "и добавьте.",
        "a message inside a message",
    ),
    (
        "book.yaml:3: 'phrase' is not known here. Did you mean 'phrases'? Allowed here: name, phrases.",
        "book.yaml:3: 'phrase' здесь не годится. Может быть, 'phrases'? Здесь допускаются: name, phrases.",
        "messages one behind the other, after a place",
    ),
    (
        "surveillance_role = none: 20 of 48 cases",
        "surveillance_role = none: 20 из 48 дел",
        "a value is no word of the program",
    ),
    ("surveillance_role = none: 20 of 21 cases", "surveillance_role = none: 20 из 21 дела", "a word goes with 21"),
    (
        "s/study.toml cannot be read (Permission denied). Check its permissions.",
        "s/study.toml не читается (нет доступа). Проверьте права доступа.",
        "what the system says",
    ),
    (
        "The disk is full (s/tables). What was finished is kept; free some space and run this again.",
        "Диск заполнен (s/tables). Сделанное сохранено; освободите место и запустите снова.",
        "a part that may be empty",
    ),
    (
        "      on each answer, with the cases in which it was given: none 0% (0% to 99%) of 1; "
        "yes 50% (9% to 91%) of 2",
        "      по каждому ответу, с числом дел, где он дан: none 0\xa0% (от 0\xa0% до 99\xa0%) из 1; "
        "yes 50\xa0% (от 9\xa0% до 91\xa0%) из 2",
        "a row of amounts, indented",
    ),
    ("  court: none", "  court: none", "one word alone is a value, not a message"),
    (
        "findings.yaml:2: 'titel' is missing here.",
        "findings.yaml:2: здесь не хватает 'titel'.",
        "the place stays first",
    ),
    (
        "d.csv: Its columns: a. " + "x. " * 99,
        "d.csv: Its columns: a. " + "x. " * 99,
        "a long list from outside is no row of messages",
    ),
    ("Problem: " * 2000, "Problem: " * 2000, "nor is a name that looks like one inside another"),
    ("a\nStopped. Nothing was changed.", "a\nОстановлено. Ничего не изменено.", "each line by itself"),
]


@pytest.mark.parametrize(("english", "russian", "reason"), SAYS)
def test_a_message_is_said_in_russian(english: str, russian: str, reason: str) -> None:
    assert said(english, "ru") == russian, reason
    assert said(english, "en") == english


ENGLISH_WORDS = st.sampled_from([*{word for one in templates() for word in re.split("({[^{}]*})", one.english)}])


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(st.one_of(ENGLISH_WORDS, st.text(max_size=3))).map(" ".join)))
def test_any_text_at_all_can_be_said(text: str) -> None:
    assert said(text, "ru").count("\n") >= text.count("\n")


def test_what_is_not_known_is_told_apart() -> None:
    assert translated("Nobody made this.", "ru") is None
    assert Interface("ru").said("Nobody <made> this.") == '<span lang="en">Nobody &lt;made&gt; this.</span>'
    assert Interface("ru").said("it is not JSON") == '<span lang="en">it is not JSON</span>'
    assert Interface("en").said("it <breaks>") == "it &lt;breaks&gt;"
    assert Interface("ru").said("it breaks off") == "обрывается"


def test_the_desk_tells_what_comes_from_below_in_the_language_of_the_asker() -> None:
    assert Pages("ru", "", "").told(ValueError("`denied` is true or false.")) == "`denied` — это true или false."
    assert Pages("en", "", "").told("`denied` is true or false.") == "`denied` is true or false."


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in an empty folder, in Russian."""
    return calling(tmp_path, monkeypatch, "ru")


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run study of the demo's rulings and of files that cannot be read."""
    folder = tmp_path_factory.mktemp("ready")
    pile = folder / "pile"
    shutil.copytree(Path(demo.__file__).parent / "studies" / "demo" / "records", pile)
    (pile / "empty.txt").write_bytes(b"")
    (pile / "bad.zip").write_bytes(b"PK\3\4broken")
    (pile / "noise.bin").write_bytes(bytes(range(256)) * 9)
    (pile / "rows.jsonl").write_text('{"text": "one"}\n{"text": \n', "utf-8")
    (pile / "columns.csv").write_text("a,b\n1,2\n", "utf-8")
    study = str(folder / "s")
    for words in (["new", study, "--pack", "ru", "--codebook", "surveillance"], ["add", study, str(pile)]):
        assert CliRunner().invoke(main, words).exit_code == 0
    cache = {"CASELIGHT_CACHE": str(folder / "cache")}
    assert CliRunner(env=cache).invoke(main, ["run", study, "--jobs", "1"]).exit_code == 3
    return folder


@pytest.fixture
def study(ready: Path, tmp_path: Path, call: Call) -> Path:
    shutil.copytree(ready, tmp_path, dirs_exist_ok=True)
    return tmp_path / "s"


def english_in(text: str) -> list[str]:
    return [line for line in QUOTED.sub("", text).splitlines() if ENGLISH.search(line)]


@pytest.mark.parametrize("command", ["", *every_command()])
def test_help_is_in_russian(call: Call, command: str) -> None:
    shown = call(*filter(None, [command]), "--help").output
    assert "Вызов:" in shown
    assert english_in(shown) == []


SLIPS: list[tuple[list[str], int, str]] = [  # words, exit code, what is said
    (["show", "nowhere"], 2, "nowhere — не исследование: там нет study.toml."),
    (["add", "s", "nowhere"], 2, "nowhere не существует. Проверьте написание; ничего не добавлено."),
    (["new", "s", "--pack", "ru", "--codebook", "surveillance"], 2, "s уже есть и не пуста."),
    (["new", "t", "--pack", "ru", "--codebook", "surveilance"], 2, "Может быть, 'surveillance'? Готовые вопросники:"),
    (["new", "t"], 2, "Не хватает ключа '--pack'."),
    (["run"], 2, "Не хватает аргумента 'STUDY'."),
    (["fly", "s"], 2, "Команды 'fly' нет."),
    (["run", "s", "--jops", "1"], 2, "Ключа '--jops' нет."),
    (["run", "s", "--jobs", "0"], 2, "Неверное значение для '--jobs': 0 не в пределах"),
    (["export", "s", "--format", "odt", "--to", "t"], 2, "'odt' — не из числа допустимых"),
    (["show", "s", "nothing"], 2, "Записи или дела 'nothing' в s нет."),
    (["show", "s", "empty.txt"], 2, "empty.txt — не дело: состояние текста почти нет: файл пуст"),
    (["search", "s", "foo:bar"], 2, "поля 'foo' нет. Поля: court"),
    (["search", "s", '"лиц'], 2, "не хватает: закрывающая кавычка."),
    (["draw", "s", "--size", "5000"], 2, "--size 5000: в исследовании дел: 4"),
    (["draw", "s", "--seed", "1"], 2, "В s не зафиксировано ни одной выборки."),
    (["estimate", "s", "--variable", "x"], 2, "--variable x: такой переменной нет."),
    (["import", "s", "nowhere.csv"], 2, "Файла nowhere.csv нет."),
    (["seal", "s", "--to", "s.zip"], 2, "Скажите, кто подписывает: --key FILE"),
    (["verify", "nowhere.zip"], 2, "nowhere.zip не существует."),
    (["journal", "s"], 2, "Скажите, что делать: caselight journal s --check"),
]


@pytest.mark.parametrize(("words", "code", "told"), SLIPS, ids=[" ".join(words) for words, _, _ in SLIPS])
def test_a_slip_is_told_in_russian(call: Call, study: Path, words: list[str], code: int, told: str) -> None:
    shown = call(*words, code=code).output
    assert told in shown
    assert english_in(shown) == []


WORK: list[tuple[list[str], int]] = [
    (["run", "s"], 3),
    (["show", "s"], 0),
    (["show", "s", "001.txt"], 0),
    (["add", "s", "pile"], 0),
    (["estimate", "s"], 0),
    (["draw", "s", "--size", "9", "--by", "surveillance_role=relied_on"], 0),
    (["report", "s", "--language", "ru"], 0),
    (["export", "s", "--format", "csv", "--to", "tables"], 0),
    (["journal", "s", "--check"], 0),
    (["seal", "s", "--to", "s.zip", "--unsigned"], 0),
]


@pytest.mark.parametrize(("words", "code"), WORK, ids=[" ".join(words) for words, _ in WORK])
def test_work_is_told_in_russian(call: Call, study: Path, words: list[str], code: int) -> None:
    shown = call(*words, code=code).output
    assert re.search("[а-яё]", shown)
    assert english_in(shown) == []


def test_a_mistake_in_the_codebook_and_a_damaged_table_are_told_in_russian(call: Call, study: Path) -> None:
    book = study / "codebook.yaml"
    book.write_text(
        book.read_text("utf-8").replace("  - name: surveillance_role", "  - nme: surveillance_role"), "utf-8"
    )
    shown = call("run", "s", code=1).output
    assert re.search(r"codebook\.yaml:\d+: 'nme' здесь не годится\. Может быть, 'name'\?", shown)
    assert english_in(shown) == []


def test_a_damaged_table_is_told_in_russian(call: Call, study: Path) -> None:
    for table in (study / "tables" / "documents").glob("*.arrow"):
        table.write_bytes(b"not a table")
    shown = call("show", "s", code=1).output
    assert "Запустите исследование снова: он сделается заново." in shown
    assert english_in(shown) == []
    assert " повреждён. Делается заново." in call("run", "s", code=3).output


def test_data_are_the_same_in_both_languages(call: Call, study: Path) -> None:
    for words in (["show", "s", "--json"], ["show", "s", "001.txt", "--json"], ["estimate", "s", "--json"]):
        assert call(*words).stdout == call(*words, language="en").stdout
    for language in ("en", "ru"):
        call("export", "s", "--format", "jsonl", "--to", language, language=language)
    for file in Path("en").rglob("*.jsonl"):
        assert file.read_bytes() == (Path("ru") / file.relative_to("en")).read_bytes(), file.name


def test_the_option_of_a_command_goes_before_the_environment(call: Call, study: Path) -> None:
    assert "Отчёт: s/report/index.html" in call("report", "s", "--language", "ru", language="en").output
    assert "Report: s/report/index.html" in call("report", "s", "--language", "en", language="ru").output


def test_the_russian_report_says_problems_and_reasons_in_russian(call: Call, study: Path) -> None:
    call("report", "s", "--language", "ru")
    report = study / "report"
    pages = [report / "books.html", *(report / "problems").glob("*.html"), *(report / "records").glob("*.html")]
    shown = {page.relative_to(report).as_posix(): page.read_text("utf-8") for page in pages}
    assert {name for name, text in shown.items() if '<span lang="en">' in text or 'td lang="en"' in text} == set()
    for name in ("books.html", "problems/index.html", "records/suspect_empty.html"):
        assert "файл пуст; получите его снова оттуда, откуда он пришёл" in shown[name]
