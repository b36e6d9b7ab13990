"""A worker that only codes anew gives the same tables as one that reads everything."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pyarrow as pa
import pytest

from caselight import work
from caselight.codebook import load_codebook
from caselight.engine import NO_ITEM, Engine, Failure
from caselight.pack import load_pack
from caselight.tables import decode, write_table
from caselight.types import Record, State
from caselight.words import Vocabulary

DEMO = Path(work.__file__).parent / "studies" / "demo" / "records"
CARD = "<html><body><table id='tablcont'><tr><th colspan=2>ДЕЛО</th></tr>" + "".join(
    f"<tr><td><b>{label}</b></td><td>{value}</td></tr>"
    for label, value in (("Уникальный идентификатор дела", "77RS0027-02-2022-091174-16"), ("Судья", "Кряжимская Е.В."))
)


RULINGS = [path.read_bytes() for path in sorted(DEMO.glob("*.txt"))[:5]]


def parcel(path: str, content: bytes) -> work.Parcel:
    return work.Parcel(Record(hashlib.sha256(content).hexdigest(), path, len(content)), content)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pa.Table]]:
    """A bucket of the demo's rulings and a card without an act, read in full; and where its tables are."""
    folder = tmp_path_factory.mktemp("bucket")
    room = work.furnish({}, load_pack("ru"), load_codebook("surveillance"), Vocabulary("ru"), structures=True)
    work.prepare(room, locked=False, ask=Vocabulary("ru").tell)
    contents = [path.read_bytes() for path in sorted(DEMO.glob("*.txt"))] + [(CARD + "</table>").encode()]
    parcels = [
        work.Parcel(Record(hashlib.sha256(c).hexdigest(), f"{i}.txt", len(c)), c) for i, c in enumerate(contents)
    ]
    tables = decode(work.read_bucket(parcels, lambda _: None, {}))
    for name, table in tables.items():
        (folder / name).parent.mkdir(exist_ok=True)
        write_table(folder / f"{name}.arrow", table)
    return folder, tables


@pytest.mark.parametrize(
    ("number", "kinds"),
    [(0, []), (1, [b"\x00\x01\x02"]), (3, [b"\x00\x01\x02", RULINGS[0], b""]), (5, RULINGS)],
    ids=["no record", "nothing read", "one read", "all read"],
)
def test_records_taken_one_by_one_give_the_same_tables_as_all_at_once(number: int, kinds: list[bytes]) -> None:
    room = work.furnish({}, load_pack("ru"), load_codebook("surveillance"), Vocabulary("ru"), structures=True)
    work.prepare(room, locked=False, ask=Vocabulary("ru").tell)
    given = [parcel(f"{i}.txt", content) for i, content in enumerate(kinds[:number])]
    at_once = decode(work.read_bucket(given, lambda _: None, {}))
    single = decode(work.read_bucket(given, lambda _: None, {NO_ITEM: Failure(State.TIMED_OUT, "too long")}))
    assert {name: table.to_pylist() for name, table in single.items()} == {
        name: table.to_pylist() for name, table in at_once.items()
    }


def test_a_record_that_takes_too_long_is_timed_out_and_the_others_of_its_bucket_are_coded() -> None:
    room = work.furnish({}, load_pack("ru"), load_codebook("surveillance"), Vocabulary("ru"), structures=True)
    big = parcel("big.txt", ("Суд камера видеонаблюдения установил. " * 150_000).encode())
    given = [*(parcel(f"{i}.txt", content) for i, content in enumerate(RULINGS)), big]
    with Engine(1, work.prepare, (room, True), wall_seconds=2.5, answer=Vocabulary("ru").tell) as engine:
        ((_, answer),) = engine.map(work.read_bucket, [given])
    tables = decode(answer)
    assert tables["documents"]["state"].to_pylist() == ["read"] * len(RULINGS) + ["timed_out"]
    assert tables["cases"].num_rows == len(RULINGS)
    assert "2.5 s" in tables["documents"]["reason"][-1].as_py()


@pytest.mark.parametrize("ends", [". ", " ", "; ", ".\n"], ids=["sentences", "one sentence", "clauses", "paragraphs"])
def test_the_time_that_coding_takes_grows_with_the_text_and_not_with_its_square(ends: str) -> None:
    room = work.furnish({}, load_pack("ru"), load_codebook("surveillance"), Vocabulary("ru"), structures=True)
    work.prepare(room, locked=False, ask=Vocabulary("ru").tell)

    def seconds(repeats: int) -> float:
        given = [parcel("a.txt", (f"Суд камера видеонаблюдения установил{ends}" * repeats).encode())]
        begun = time.process_time()
        work.read_bucket(given, lambda _: None, {})
        return time.process_time() - begun

    seconds(100)  # what is loaded and learned once
    small = min(seconds(1_000) for _ in range(2))
    assert seconds(8_000) < 8 * 2.5 * small  # a quadratic step would take 64 times as long


def recode(folder: Path, variables: tuple[str, ...], known: tuple[str, ...], cases: bool = True) -> dict[str, pa.Table]:
    def path(name: str) -> Path:
        return folder / f"{name}.arrow"

    answers = {name: path(f"answers/{name}") for name in known}
    words = (path("tokens"), path("forms"))
    order = work.Recoding(path("texts"), words, path("cases") if cases else None, variables, answers)
    return decode(work.recode_bucket([order], lambda _: None, {}))


VARIABLES = tuple(variable.name for variable in load_codebook("surveillance").variables)


@pytest.mark.parametrize("name", VARIABLES)
def test_one_variable_coded_anew_has_the_same_answers(made: tuple[Path, dict[str, pa.Table]], name: str) -> None:
    folder, tables = made
    again = recode(folder, (name,), tuple(other for other in VARIABLES if other != name))
    values = ["case", "value", "evidence", "digest"]
    assert again[f"answers/{name}"].select(values).equals(tables[f"answers/{name}"].select(values))


def test_cases_made_anew_from_kept_texts_and_words_are_the_same(made: tuple[Path, dict[str, pa.Table]]) -> None:
    folder, tables = made
    again = recode(folder, VARIABLES, (), cases=False)
    for name in ("cases", *(f"answers/{variable}" for variable in VARIABLES)):
        assert again[name].equals(tables[name]), name


@pytest.mark.parametrize("cases", [True, False])
def test_words_that_no_vocabulary_knows_any_more_are_cut_anew(
    made: tuple[Path, dict[str, pa.Table]], cases: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, tables = made
    forgetful = work.furnish({}, load_pack("ru"), load_codebook("surveillance"), Vocabulary("ru"), structures=True)
    monkeypatch.setattr(work, "_room", [forgetful])
    again = recode(folder, VARIABLES, (), cases)
    assert set(again) >= {f"answers/{variable}" for variable in VARIABLES}
    for name, table in again.items():
        assert table.equals(tables[name]), name


def test_a_card_without_an_act_has_no_answers_and_says_why(made: tuple[Path, dict[str, pa.Table]]) -> None:
    _, tables = made
    assert {tables[f"answers/{name}"]["value"][-1].as_py() for name in VARIABLES} == {"null"}
    told = [problem["kind"] for name in VARIABLES for problem in tables[f"answers/{name}"]["problems"][-1].as_py()]
    assert told == ["no_act_text"]
