"""A whole study, published: pages, tables, nothing of the machine, and refusals that leave nothing behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caselight import drawing, intake, overview, pipeline, publishing, sealing, view
from caselight.cli import main
from caselight.errors import DefinitionError, UsageError
from caselight.ordering import by_ids
from caselight.planning import Made
from caselight.protect import Find, Leak, Published, load_policy
from caselight.report import Contents
from caselight.report.geography import Place
from caselight.report.tiles import Ground, Tile
from caselight.speaking import said
from caselight.store import Settings, Study
from sealed_sample import make_study

RULING = """Дело № 5-{n}24/2022

ПОСТАНОВЛЕНИЕ

13 мая 2022 года                                          город Москва

Судья Тверского районного суда города Москвы Кряжимская Е.В., рассмотрев дело об административном правонарушении,
предусмотренном ч. 5 ст. 20.2 КоАП РФ, в отношении {whom}, 12.05.1990 года рождения, проживающего по адресу:
г. Москва, ул. Мира, д. {n}, кв. 7, паспорт 45 09 12345{n},

УСТАНОВИЛ:

06 марта 2022 года {who} принял участие в митинге. Согласно рапорту полицейского Лопухова Л.Л., {who} был опознан
системой распознавания лиц «Сфера» на станции метро.

Вина {bare} подтверждается рапортом и записью с камеры городского видеонаблюдения, которую суд кладет в основу вывода.

ПОСТАНОВИЛ:

признать {whom} виновным в совершении административного правонарушения, предусмотренного ч. 5 ст. 20.2 КоАП РФ, и
назначить наказание в виде административного штрафа в размере 15 000 (пятнадцати тысяч) рублей.

Судья                                                     Е.В. Кряжимская
"""
PEOPLE = [
    {"whom": "Скоробеева Ивана Петровича", "who": "Скоробеев И.П.", "bare": "Скоробеева"},
    {"whom": "Мшанникова Б.Б.", "who": "Мшанников Б.Б.", "bare": "Мшанникова"},
]
SECRET = ("коробеев", "шанников", "12.05.1990", "45 09", "кв. 7", "24/2022", "donos")


def quiet(stage: str, done: int, of: int) -> None:
    del stage, done, of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("publish")
    (folder / "records").mkdir()
    for n, person in enumerate(PEOPLE, 1):
        (folder / "records" / f"donos-{n}.txt").write_text(RULING.format(n=n, **person), "utf-8")
    study = intake.new(folder / "study", Settings("Study", "ru", "ru"), "surveillance")
    intake.add(study, [folder / "records"], {})
    pipeline.make_tables(study, pipeline.Options(1, None, "2026-01-01"), quiet)
    return pipeline.current(study)


def publish(made: Made, to: Path, *tables: str) -> Published:
    shown = view.contents(made, "ru", "2026-01-01")
    return publishing.publish(made, shown, publishing.Order(to, tables), quiet)


@pytest.fixture(scope="module")
def done(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(made, tmp_path_factory.mktemp("to") / "out", "jsonl", "csv")


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_text("utf-8")


def test_no_name_home_or_number_is_in_any_file(done: Published) -> None:
    for name, text in files(done.folder):
        assert not [secret for secret in SECRET if secret in text or secret in name], name


def test_officials_are_still_named(done: Published) -> None:
    whole = "".join(text for _, text in files(done.folder))
    assert "Кряжимская Е.В." in whole
    assert "Лопухова Л.Л." in whole
    assert done.officials >= 4


def test_the_table_of_all_cases_is_part_of_it_with_tokens_for_names(made: Made, done: Published) -> None:
    table = (done.folder / "data/cases/1.js").read_text("utf-8").splitlines()[1:-1]
    rows = [json.loads(line.rstrip(",")) for line in table]
    assert {row[0] for row in rows} == {row.id for row in view.contents(made, "ru", "2026-01-01").cases}
    assert all(re.match(r"\[.+\]$", row[1]) for row in rows), "numbers of cases are tokens"
    assert "Кряжимская" in "".join(table)
    assert (done.folder / "cases/table.html").is_file()


def test_the_summary_counts_what_was_replaced_and_withheld(done: Published) -> None:
    assert done.replaced["person"] == 2
    assert done.replaced["case"] == 2
    assert done.withheld == {"originals": 2, "scans": 0}
    assert done.look_at == ()
    told = json.loads((done.folder / "publication.json").read_text("utf-8"))
    assert told["replaced"] == dict(done.replaced)


def test_quotations_and_facts_stand_verbatim_in_the_published_texts(done: Published) -> None:
    tables = done.folder / "tables" / "jsonl"
    quoted = 0
    for name in ("cases", "answers"):
        for line in (tables / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            for span in row.get("facts", []) + row.get("evidence", []):
                text = (tables / "texts" / f"{span['document']}.txt").read_text("utf-8")
                assert text[span["start"] : span["end"]] == span["quote"]
                quoted += 1
    assert quoted > 10


def test_nothing_says_when_or_where_it_was_made(done: Published) -> None:
    paths = [done.folder, *done.folder.rglob("*")]
    assert {path.stat().st_mtime for path in paths} == {315_532_800}
    assert not [path.name for path in paths if path.name.startswith(".") or path.suffix in (".idx", ".parquet")]


def test_the_report_says_that_it_is_the_published_edition(done: Published) -> None:
    page = (done.folder / "index.html").read_text("utf-8")
    assert "Издание для публикации" in page
    assert "[П-001]" in page


def test_coders_stand_under_letters_in_both_languages(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", 4, 3)
    made = pipeline.current(study)
    for language in ("en", "ru"):
        shown = view.contents(made, language, "2026-01-01")
        out = publishing.publish(made, shown, publishing.Order(tmp_path / language), quiet).folder
        method = (out / "method.html").read_text("utf-8")
        assert re.search(r"\bA \(\d+\), B \(\d+\), adjudicator \(\d+\)", method)
        named = re.compile(r"\b(vera|pavel)\b|coder \d")
        assert [name for name, text in files(out) if named.search(text)] == []


def test_publishing_twice_gives_the_same_bytes(made: Made, done: Published, tmp_path: Path) -> None:
    publish(made, tmp_path / "again", "jsonl", "csv")
    assert list(files(tmp_path / "again")) == list(files(done.folder))


def test_a_folder_of_the_users_is_not_overwritten(made: Made, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="holds no publication"):
        publish(made, tmp_path)
    assert (tmp_path / "mine.txt").exists()


LEAKING: dict[str, Callable[[Contents], Contents]] = {
    "the study's title": lambda shown: replace(shown, title="Дело Скоробеева"),
    "the study's notice": lambda shown: replace(shown, sample="Спасибо Мшанникову за файлы"),
    "the codebook's title": lambda shown: replace(
        shown, codebook=shown.codebook._replace(title={"ru": "О Скоробееве"})
    ),
    "a question of the codebook": lambda shown: replace(
        shown,
        codebook=shown.codebook._replace(
            variables=(
                shown.codebook.variables[0]._replace(question={"ru": "Узнали ли Мшанникова?"}),
                *shown.codebook.variables[1:],
            ),
        ),
    ),
    "in Latin letters": lambda shown: replace(shown, title="The Skorobeyev case"),
    "with a soft hyphen": lambda shown: replace(shown, title="Ско\u00adробееву"),
}


@pytest.mark.parametrize("where", LEAKING)
def test_a_name_that_the_user_wrote_is_a_leak(where: str, made: Made, tmp_path: Path) -> None:
    shown = LEAKING[where](view.contents(made, "ru", "2026-01-01"))
    with pytest.raises(Leak, match="Nothing was published"):
        publishing.publish(made, shown, publishing.Order(tmp_path / "out"), quiet)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["memos.jsonl", "Скоробеев.jsonl"])
def test_a_name_in_a_file_that_goes_along_is_a_leak(name: str, made: Made, tmp_path: Path) -> None:
    memo = json.dumps({"memo": "спросить Мшанникова"}).encode() if name == "memos.jsonl" else b"{}"
    order = publishing.Order(tmp_path / "out", own={name: memo})
    with pytest.raises(Leak, match="person"):
        publishing.publish(made, view.contents(made, "ru", "2026-01-01"), order, quiet)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["report", *words])


def test_the_command_tells_what_was_replaced_and_what_nobody_can_know(made: Made, tmp_path: Path) -> None:
    told = run(str(made.study.folder), "--publish", "--to", str(tmp_path / "out"))
    assert told.exit_code == 0
    assert "2 person" in told.stderr
    assert "2 original files (0 of them scans)" in told.stderr
    assert "nicknames" in told.stderr
    assert (tmp_path / "out" / "index.html").exists()


def test_the_command_refuses_a_leak_with_1_and_leaves_nothing(made: Made, tmp_path: Path) -> None:
    settings = made.study.settings
    made.study.write(settings._replace(title="О деле Мшанникова"))
    told = run(str(made.study.folder), "--publish", "--to", str(tmp_path / "out"))
    made.study.write(settings)
    assert told.exit_code == 1
    assert "person 'Мшанникова'" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_target_without_publishing_is_wrong_usage(made: Made, tmp_path: Path) -> None:
    assert run(str(made.study.folder), "--to", str(tmp_path / "out")).exit_code == 2


WRONG = [
    ("flats: hide", r"protect\.yaml:1: 'flats' is not known here; allowed: officials"),
    ("officials: hide\nphones: maybe", r"protect\.yaml:2: phones is 'maybe'; allowed: hide, keep"),
    ("keep: Иванов", r"protect\.yaml:1: keep holds a list"),
    ("hide:\n  - Кличкин\n  - 7", r"protect\.yaml:3: 7 is no text"),
    ("- officials", r"protect\.yaml:1: protect\.yaml holds 'name: value' lines"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_mistake_in_protect_yaml_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "protect.yaml").write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=message):
        load_policy(tmp_path / "protect.yaml")


def test_a_study_without_protect_yaml_is_careful(tmp_path: Path) -> None:
    policy = load_policy(tmp_path / "protect.yaml")
    assert policy.hides("case")
    assert policy.defenders == "hide"
    assert policy.officials == "keep"


def test_a_judge_who_has_the_surname_of_a_hidden_person_stays_where_judges_are_counted(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    namesake = {"whom": "Кряжимского Петра Петровича", "who": "Кряжимский П.П.", "bare": "Кряжимского"}
    texts = [RULING.format(n=1, **PEOPLE[0]), RULING.format(n=2, **namesake).replace("Кряжимская Е.В.", "Сомова А.А.")]
    texts[1] = texts[1].replace("Е.В. Кряжимская", "А.А. Сомова")
    for n, text in enumerate(texts):
        (tmp_path / "records" / f"donos-{n}.txt").write_text(text, "utf-8")
    study = intake.new(tmp_path / "study", Settings("Study", "ru", "ru"), "surveillance")
    intake.add(study, [tmp_path / "records"], {})
    pipeline.make_tables(study, pipeline.Options(1, None, "2026-01-01"), quiet)
    publish(pipeline.current(study), tmp_path / "out")
    for name in ("breakdowns.html", "data/judges.csv"):
        assert "Кряжимская Е.В." in (tmp_path / "out" / name).read_text("utf-8")
        assert "Кряжимск" not in (tmp_path / "out" / name).read_text("utf-8").replace("Кряжимская Е.В.", "")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_person_who_is_called_like_a_region_of_the_pack_is_no_leak_in_its_name(language: str, tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    namesake = {"whom": "Ростова Ивана Петровича", "who": "Ростов И.П.", "bare": "Ростова"}
    for n, person in enumerate((namesake, PEOPLE[1]), 1):
        text = RULING.format(n=n, **person).replace(
            "Тверского районного суда города Москвы", "Ростовского областного суда"
        )
        (tmp_path / "records" / f"donos-{n}.txt").write_text(text, "utf-8")
    study = intake.new(tmp_path / "study", Settings("Study", "ru", "ru"), "surveillance")
    intake.add(study, [tmp_path / "records"], {})
    pipeline.make_tables(study, pipeline.Options(1, None, "2026-01-01"), quiet)
    made = pipeline.current(study)
    shown = view.contents(made, language, "2026-01-01")
    publishing.publish(made, shown, publishing.Order(tmp_path / "out", ("csv",)), quiet)
    with pytest.raises(Leak, match=r"person 'Rostov'"):
        publishing.publish(made, replace(shown, title="The Rostov case"), publishing.Order(tmp_path / "no"), quiet)


@pytest.mark.parametrize(("places", "more"), [(20, ""), (21, "1"), (1218, "1,198")])
def test_places_to_look_at_that_are_not_shown_are_counted_with_where_they_stand(places: int, more: str) -> None:
    found = tuple(Find("a.html", n, "person", "Скаробеев", "", False) for n in range(places))
    done = Published(Path("out"), {}, 0, {"originals": 1, "scans": 0}, 1, found)
    lines = overview.published_lines(done, Path("my-study"))
    again = "caselight report my-study --publish --to out --json"
    shown = [f"  ... and {more} more; all of them: {again}"] if more else []
    assert [line for line in lines if "--json" in line] == shown
    assert len(publishing.as_json(done)["look_at"]) == places  # type: ignore[arg-type]
    assert not shown or said(shown[0], "ru").strip().startswith("... и ещё")


SLOGAN = "принял участие в митинге с плакатом «Свободу Леониду Череповскому»."


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with a draw whose committed answers quote a slogan that names somebody."""
    folder = tmp_path_factory.mktemp("slogan")
    (folder / "records").mkdir()
    for n, person in enumerate(PEOPLE, 1):
        text = RULING.replace("принял участие в митинге.", SLOGAN).format(n=n, **person)
        (folder / "records" / f"donos-{n}.txt").write_text(text, "utf-8")
    study = intake.new(folder / "study", Settings("Study", "ru", "en"), "surveillance")
    intake.add(study, [folder / "records"], {})
    pipeline.make_tables(study, pipeline.Options(1, None, "2026-01-01"), quiet)
    drawing.freeze(pipeline.current(study), drawing.Wish(size=2, by=("surveillance_role",)))
    assert "Череповскому" in next(study.folder.rglob("machine.jsonl")).read_text("utf-8")
    return study


@pytest.mark.parametrize("hidden", ["", "hide: ['Леониду Череповскому']", "hide: ['Череповский Леонид']"])
def test_a_name_that_is_hidden_does_not_leave_in_a_committed_answer(hidden: str, drawn: Study, tmp_path: Path) -> None:
    (drawn.folder / "protect.yaml").write_text(hidden, "utf-8")
    with pytest.raises(Leak, match=r"own/draws/0001/machine\.jsonl") as refused, drawn.locked():
        sealing.seal(drawn, sealing.Wish(tmp_path / "a.zip", "2026-01-01", "en"), quiet)
    assert not (tmp_path / "a.zip").exists()
    assert "--unprotected" in str(refused.value)
    assert "leaves out the question" in str(refused.value)


def test_lists_are_in_an_order_that_says_nothing_of_the_names_of_files(tmp_path: Path) -> None:
    made = pipeline.current(make_study(tmp_path / "study", 6, 3))
    shown = view.contents(made, "en", "2026-01-01")
    mixed = by_ids(shown)
    assert [row.id for row in mixed.cases] == sorted(row.id for row in shown.cases) != [row.id for row in shown.cases]
    for name, values in shown.answers.items():
        before = {row.id: value for row, value in zip(shown.cases, values, strict=True)}
        assert before == {row.id: value for row, value in zip(mixed.cases, mixed.answers[name], strict=True)}
        quoted = {row.id: quotes for row, quotes in zip(shown.cases, shown.quotes(name), strict=True)}
        assert quoted == {row.id: quotes for row, quotes in zip(mixed.cases, mixed.quotes(name), strict=True)}


def test_tiles_of_a_map_stay_in_the_study_and_the_page_says_so(made: Made, tmp_path: Path) -> None:
    shown = view.contents(made, "en", "2026-01-01")
    place = Place("Square", (37.6, 55.7))
    tile = Tile(1, 0, "png", b"\x89PNG\r\n\x1a\n")
    ground = Ground(1, (0.0, 0.0, 1.0, 1.0), (tile,), "Surveyors of Nowhere")
    atlas = replace(
        shown.atlas, places=(place,), place_of={shown.cases[0].id: "Square"}, ground=lambda: ground, has_tiles=True
    )
    publishing.publish(made, replace(shown, atlas=atlas), publishing.Order(tmp_path / "out"), quiet)
    page = (tmp_path / "out" / "map.html").read_text("utf-8")
    assert "Pictures are not published" in page
    assert "Surveyors" not in page
    assert not (tmp_path / "out" / "tiles").exists()
