"""A worker that only codes anew gives the same tables as one that reads everything."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from caselight import work
from caselight.codebook import load_codebook
from caselight.pack import load_pack
from caselight.tables import decode, write_table
from caselight.types import Record
from caselight.words import Vocabulary

DEMO = Path(work.__file__).parent / "studies" / "demo" / "records"
CARD = "<html><body><table id='tablcont'><tr><th colspan=2>ДЕЛО</th></tr>" + "".join(
    f"<tr><td><b>{label}</b></td><td>{value}</td></tr>"
    for label, value in (("Уникальный идентификатор дела", "77RS0027-02-2022-091174-16"), ("Судья", "Кряжимская Е.В."))
)


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


def test_a_card_without_an_act_has_no_answers_and_says_why(made: tuple[Path, dict[str, pa.Table]]) -> None:
    _, tables = made
    assert {tables[f"answers/{name}"]["value"][-1].as_py() for name in VARIABLES} == {"null"}
    told = [problem["kind"] for name in VARIABLES for problem in tables[f"answers/{name}"]["problems"][-1].as_py()]
    assert told == ["no_act_text"]
