"""Exports: the promised names, verbatim offsets, cells that no spreadsheet runs, the same bytes every time."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from caselight.cli import FORMS
from caselight.report import EXPORTS, Contents
from caselight.report.cells import harmless
from caselight.report.flat import COLUMNS
from caselight.types import Problem
from report_sample import constructed, contents_of, small, small_codebook, small_page

# The contract with other tools: names and their order.
JSONL = {
    "documents": "id name path media_type state reason reader chars pages language parent duplicate_of",
    "cases": "id matter instance documents facts sections earlier",
    "answers": "case variable value coder score evidence",
    "estimates": "name variable value unit estimate low high level method n N cases",
    "problems": "stage subject kind message",
}
# What comes after the promised names (docs/decisions/0004).
ADDED = {"estimates": "strata digest where draw error assumptions"}
TABLES = ["answers", "cases", "documents", "estimates", "evidence", "facts", "problems"]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def export(form: str, contents: Contents, folder: Path) -> Path:
    EXPORTS[form](contents, folder)
    return folder


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def with_problem() -> Contents:
    return replace(small(3), problems=[Problem("ingest", "a.zip!b.txt", "damaged", "It is cut off.")])


def test_json_lines_have_exactly_the_promised_names(tmp_path: Path) -> None:
    folder = export("jsonl", with_problem(), tmp_path / "out")
    assert sorted(p.name for p in folder.iterdir()) == sorted([*(f"{name}.jsonl" for name in JSONL), "texts"])
    for name, keys in JSONL.items():
        for row in rows(folder / f"{name}.jsonl"):
            assert list(row) == keys.split() + ADDED.get(name, "").split()
    fact = rows(folder / "cases.jsonl")[0]["facts"][0]
    assert list(fact) == ["name", "value", "document", "start", "end", "quote"]
    evidence = rows(folder / "answers.jsonl")[0]["evidence"][0]
    assert list(evidence) == ["document", "start", "end", "quote", "said_by", "denied"]


@pytest.mark.parametrize("study", ["small", "hard text"])
def test_every_offset_points_at_its_quotation_in_the_exported_text(tmp_path: Path, study: str) -> None:
    hard = "e\u0301\u00ad\U0001d538\r\n\tсуд\u00a0[установил\u00ad: \U0001f4f7 видео]\u2028\ufeff конец"
    pages = [small_page(hard, "hard.txt")]
    contents = small(3) if study == "small" else contents_of(pages, small_codebook())
    folder = export("jsonl", contents, tmp_path / "out")
    texts = {p.stem: p.read_bytes().decode("utf-8") for p in (folder / "texts").iterdir()}
    spans = [fact for case in rows(folder / "cases.jsonl") for fact in case["facts"]]
    spans += [e for answer in rows(folder / "answers.jsonl") for e in answer["evidence"]]
    assert spans
    for span in spans:
        assert texts[span["document"]][span["start"] : span["end"]] == span["quote"]


def test_values_keep_their_kind_in_json(tmp_path: Path) -> None:
    folder = export("jsonl", small(2), tmp_path / "out")
    values = {(r["case"], r["variable"]): r["value"] for r in rows(folder / "answers.jsonl")}
    first, second = (row.id for row in small(2).cases)
    assert values[first, "role"] == "relied_on"
    assert values[first, "place"] == ["metro"]
    assert values[first, "people"] == 10
    assert values[second, "place"] is None


def test_a_record_that_came_twice_has_two_rows(tmp_path: Path) -> None:
    contents = small(1)
    again = contents.records[0]._replace(path="b/0000.txt", state="duplicate", duplicate_of=contents.records[0].path)
    folder = export("jsonl", replace(contents, records=[*contents.records, again]), tmp_path / "out")
    found = rows(folder / "documents.jsonl")
    assert [(r["id"], r["state"], r["duplicate_of"]) for r in found] == [
        (again.id, "read", None),
        (again.id, "duplicate", contents.records[0].path),
    ]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_flat_exports_have_all_seven_tables(tmp_path: Path, form: str) -> None:
    folder = export(form, small(3), tmp_path / "out")
    assert sorted(p.name for p in folder.iterdir()) == [f"{name}.{form}" for name in TABLES]


def test_the_table_of_cases_has_a_column_for_each_fact_and_each_question(tmp_path: Path) -> None:
    row = table(export("csv", small(3), tmp_path / "out"), "cases")[0]
    assert (row["court"], row["decision_date"], row["outcome"]) == ("Районный суд", "2022-05-13", "fine")
    assert (row["role"], row["place"], row["people"], row["slogan"]) == ("relied_on", "metro", "10", "Мир")
    assert row["arrest_days"] == ""


def test_parquet_types_its_columns(tmp_path: Path) -> None:
    folder = export("parquet", small(3), tmp_path / "out")
    schema = pq.read_schema(folder / "cases.parquet")
    assert str(schema.field("fine_rub").type) == "int64"
    assert str(schema.field("people").type) == "double"
    assert str(schema.field("place").type).startswith("list<")
    assert pq.read_table(folder / "cases.parquet")["place"].to_pylist() == [["metro"], None, ["metro"]]
    for name, columns in COLUMNS.items():
        assert pq.read_schema(folder / f"{name}.parquet").names == list(columns)


MAIN = {
    "annotations": "annotations.jsonl",
    "csv": "cases.csv",
    "frictionless": "datapackage.json",
    "ftm": "entities.ftm.json",
    "jsonl": "cases.jsonl",
    "parquet": "cases.parquet",
    "pdf": "report.pdf",
    "xlsx": "study.xlsx",
}


def test_the_command_line_knows_every_export() -> None:
    assert tuple(EXPORTS) == FORMS == tuple(MAIN)


@pytest.mark.parametrize("form", EXPORTS)
def test_a_study_without_cases_still_has_its_tables(tmp_path: Path, form: str) -> None:
    folder = export(form, small(0), tmp_path / "out")
    assert (folder / MAIN[form]).is_file()


@pytest.mark.parametrize("form", EXPORTS)
def test_an_export_gives_the_same_bytes_every_time(tmp_path: Path, form: str) -> None:
    one, two = (export(form, small(20), tmp_path / name) for name in ("one", "two"))
    files = [p.relative_to(one) for p in one.rglob("*") if p.is_file()]
    assert files
    for name in files:
        assert (one / name).read_bytes() == (two / name).read_bytes()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+7 495", "'+7 495"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("обычный текст = 1", "обычный текст = 1"),
        (-1, -1),
        (-2.5, -2.5),
        (None, None),
        ("", ""),
    ],
)
def test_no_cell_is_run_as_a_formula(cell: object, expected: object) -> None:
    assert harmless(cell) == expected


def test_text_from_a_record_is_harmless_in_every_csv(tmp_path: Path) -> None:
    page = small_page("[=cmd|' /C calc'!A0]", "=1+1.txt", "=2+2", court="@court")
    folder = export("csv", contents_of([page], small_codebook()), tmp_path / "out")
    for name in TABLES:
        for row in table(folder, name):
            for column, cell in row.items():
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), f"{name}.{column}"


@pytest.mark.shared
def test_the_constructed_rulings_come_out_as_they_went_in(shared: Path, tmp_path: Path) -> None:
    folder = export("jsonl", constructed(shared), tmp_path / "out")
    for path in (shared / "data" / "constructed").glob("*.txt"):
        identity = next(r["id"] for r in rows(folder / "documents.jsonl") if r["name"] == path.name)
        assert (folder / "texts" / f"{identity}.txt").read_bytes() == path.read_bytes()
