"""Exports open in other people's software, and say there what the study says."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from caselight.report import EXPORTS, Contents
from caselight.report.workbook import MOST_CHARACTERS, fitting
from caselight.types import Problem
from report_sample import contents_of, small, small_codebook, small_page


def export(form: str, contents: Contents, folder: Path) -> Path:
    EXPORTS[form](contents, folder)
    return folder


def workbook(contents: Contents, folder: Path) -> Any:
    import openpyxl

    return openpyxl.load_workbook(export("xlsx", contents, folder) / "study.xlsx")


def test_a_workbook_has_a_sheet_for_each_table_and_types_its_cells(tmp_path: Path) -> None:
    book = workbook(small(3), tmp_path / "out")
    assert sorted(book.sheetnames) == ["answers", "cases", "documents", "estimates", "evidence", "facts", "problems"]
    head, first, *_ = book["cases"].iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    assert row["decision_date"] == datetime(2022, 5, 13)
    assert row["people"] == 10
    assert row["court"] == "Районный суд"
    assert book["cases"].freeze_panes == "A2"
    head, first, *_ = book["evidence"].iter_rows(values_only=True)
    assert dict(zip(head, first, strict=True))["denied"] in (True, False)


@pytest.mark.parametrize("cell", ["=1+1", "+7 495", "@SUM(A1)", "http://example.org/", "2022-13-45", "0000-01-01"])
def test_text_from_a_record_stays_text_in_a_workbook(tmp_path: Path, cell: str) -> None:
    page = small_page("[видео]", "a.txt", cell, court=cell)
    sheet = workbook(contents_of([page], small_codebook()), tmp_path / "out")["cases"]
    column = next(c.column for c in sheet[1] if c.value == "court")
    found = sheet.cell(2, column)
    assert (found.value, found.data_type, found.hyperlink) == (cell, "s", None)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("а" * MOST_CHARACTERS, "ааа"),
        ("а" * (MOST_CHARACTERS + 1), "… [cut; 32,768 characters in all]"),
        ("\U0001f4f7" * MOST_CHARACTERS, "… [cut; 32,767 characters in all]"),
        ("a\x00b", "a\ufffdb"),
    ],
)
def test_a_cell_that_is_too_long_says_so(text: str, end: str) -> None:
    found = fitting(text)
    assert found.endswith(end)
    assert len(found.encode("utf-16-le")) // 2 <= MOST_CHARACTERS


def test_frictionless_finds_no_fault_in_the_data_package(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own libraries
        import frictionless

        contents = replace(small(5), problems=[Problem("ingest", "a.zip!b.txt", "damaged", "It is cut off.")])
        folder = export("frictionless", contents, tmp_path / "out")
        report = frictionless.validate(str(folder / "datapackage.json"))
        assert report.valid, report.flatten(["type", "note"])
        package = frictionless.Package(str(folder / "datapackage.json"))
        assert len(package.get_resource("cases").read_rows()) == 5
        (folder / "cases.csv").write_text("id\nx\n", "utf-8")
        assert not frictionless.validate(str(folder / "datapackage.json")).valid


@pytest.mark.parametrize(("form", "name"), [("parquet", "parquet"), ("csv", "csv"), ("jsonl", "jsonl")])
def test_duckdb_reads_the_tables_and_counts_what_the_study_counts(tmp_path: Path, form: str, name: str) -> None:
    import duckdb

    folder = export(form, small(7), tmp_path / "out")
    given = 'select value, count(distinct "case")'
    query = f"{given} from '{folder}/answers.{name}' where variable = 'role' group by value"
    counted = {str(value).strip('"'): number for value, number in duckdb.sql(query).fetchall()}
    assert counted == {"relied_on": 5, "none": 2}


def test_followthemoney_accepts_every_entity_and_no_person_is_among_them(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from followthemoney import model

        lines = (export("ftm", small(4), tmp_path / "out") / "entities.ftm.json").read_text("utf-8").splitlines()
        entities = [json.loads(line) for line in lines]
        for entity in entities:
            proxy = model.get_proxy(entity)
            kept = proxy.to_dict()["properties"]
            assert {name: sorted(values) for name, values in kept.items()} == {
                name: sorted(set(values)) for name, values in entity["properties"].items()
            }
        known = {entity["id"] for entity in entities}
        for entity in entities:
            for name in ("entity", "proof"):
                assert set(entity["properties"].get(name, ())) <= known
        assert {entity["schema"] for entity in entities} == {"CourtCase", "Document", "Note"}


def test_an_annotation_points_at_its_words_by_place_and_by_quotation(tmp_path: Path) -> None:
    hard = "e\u0301\u00ad\U0001d538\r\n\tсуд\u00a0[установил\u00ad: \U0001f4f7 видео]\u2028\ufeff конец"
    folder = export("annotations", contents_of([small_page(hard, "hard.txt")], small_codebook()), tmp_path / "out")
    rows = [json.loads(line) for line in (folder / "annotations.jsonl").read_text("utf-8").split("\n") if line]
    assert rows
    for row in rows:
        text = (folder / row["target"]["source"]).read_bytes().decode("utf-8")
        place, quote = row["target"]["selector"]
        assert text[place["start"] : place["end"]] == quote["exact"]
        assert quote["prefix"] + quote["exact"] + quote["suffix"] in text
        assert row["type"] == "Annotation"
        assert row["@context"] == "http://www.w3.org/ns/anno.jsonld"


def printed(contents: Contents, folder: Path) -> tuple[str, bytes]:
    """The words of the printed report, and its bytes."""
    import pypdf

    file = export("pdf", contents, folder) / "report.pdf"
    pages = pypdf.PdfReader(file).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()), file.read_bytes()


@pytest.mark.parametrize(("language", "words"), [("en", "All questions"), ("ru", "Все вопросы")])
def test_the_printed_report_is_an_archive_pdf_with_its_words_in_it(tmp_path: Path, language: str, words: str) -> None:
    text, data = printed(replace(small(3), language=language), tmp_path / "out")
    assert words in text
    assert "Районный суд" in text
    assert b"pdfaid:part>2<" in data


def test_nothing_in_a_record_instructs_the_typesetter(tmp_path: Path) -> None:
    title = '#panic("x") = *a* $b$ \\ #read("/etc/passwd") <label> @ref'
    text, _ = printed(replace(small(2), title=title), tmp_path / "out")
    assert " ".join(title.split()) in text.replace("“", '"').replace("”", '"')
