"""Workbooks and tables in LibreOffice: what it reads and writes out again has every cell, typed and equal."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from caselight.report import EXPORTS, Contents
from report_sample import contents_of, small_codebook, small_page

SOFFICE = os.environ.get("CASELIGHT_SOFFICE") or shutil.which("soffice")
pytestmark = pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice (soffice on the PATH, or $CASELIGHT_SOFFICE)")
OFFICE, TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text"))
# Comma, quotation mark, UTF-8, from the first line, no column formats, English; quoted cells are not forced to text,
# numbers and days are recognised. Source: LibreOffice help, "Filter Options for CSV Files", tokens 1 to 8.
CSV_FILTER = "CSV:44,34,76,1,,1033,false,true"
Cell = str | float | bool | datetime | None
Table = list[list[Cell]]


def hard() -> Contents:
    """Cases whose texts ask a spreadsheet for trouble."""
    texts = [
        'Запись "с камер", [видео\nс площади]; конец',
        "Суд [установил: \U0001f4f7 видео\tи\u00a0звук], 5 %.",
        "Без слов.",
    ]
    numbers = ["5-1/2022", "0012", "=1+1"]
    courts = ["Тверской суд, г. Москва", "+7 495", "TRUE"]
    pages = [
        small_page(text, f"{i}.txt", number, i == 1, court)
        for i, (text, number, court) in enumerate(zip(texts, numbers, courts, strict=True))
    ]
    return contents_of(pages, small_codebook())


def converted(sources: Sequence[Path], folder: Path, *options: str) -> dict[str, dict[str, Table]]:
    """The files as LibreOffice writes them to flat OpenDocument: name of the file -> sheets by name."""
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile", *options]
    command += ["--convert-to", "fods", "--outdir", str(folder), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    found = {}
    for source in sources:
        made = folder / f"{source.stem}.fods"
        assert made.is_file(), done.stdout + done.stderr
        sheets = ElementTree.parse(made).getroot().iter(f"{TABLE}table")
        found[source.stem] = {str(sheet.get(f"{TABLE}name")): rows_of(sheet) for sheet in sheets}
    return found


def rows_of(sheet: ElementTree.Element) -> Table:
    rows: Table = []
    for row in sheet.iter(f"{TABLE}table-row"):
        cells: list[Cell] = []
        for cell in row:
            cells += [value_of(cell)] * int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            rows.append(cells)
    return rows


def value_of(cell: ElementTree.Element) -> Cell:
    """A cell's value by the type that LibreOffice gives it."""
    kind = cell.get(f"{OFFICE}value-type")
    if kind == "float":
        return float(str(cell.get(f"{OFFICE}value")))
    if kind == "boolean":
        return cell.get(f"{OFFICE}boolean-value") == "true"
    if kind == "date":
        return datetime.fromisoformat(str(cell.get(f"{OFFICE}date-value")))
    return "\n".join(words(line) for line in cell.iter(f"{TEXT}p")) if kind == "string" else None


def words(element: ElementTree.Element) -> str:
    signs = {f"{TEXT}s": " " * int(element.get(f"{TEXT}c", "1")), f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
    inside = "".join(words(child) + (child.tail or "") for child in element)
    return signs.get(element.tag, "") + (element.text or "") + inside


def differing(one: Table, two: Table) -> list[tuple[Cell, Cell]]:
    pairs = [
        pair
        for a, b in zip_longest(one, two, fillvalue=[])
        for pair in zip_longest(a, b)  # type: ignore[arg-type]
    ]
    return [(a, b) for a, b in pairs if a != b or isinstance(a, bool) != isinstance(b, bool)]


def test_libreoffice_opens_every_sheet_of_the_workbook_with_typed_and_equal_cells(tmp_path: Path) -> None:
    EXPORTS["xlsx"](hard(), tmp_path / "out")
    found = converted([tmp_path / "out" / "study.xlsx"], tmp_path)["study"]
    book = openpyxl.load_workbook(tmp_path / "out" / "study.xlsx")
    assert list(found) == book.sheetnames
    for sheet in book:
        expected = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert differing(expected, found[sheet.title]) == [], sheet.title
    head, *rows = found["cases"]
    assert [row[head.index("case_number")] for row in rows] == ["5-1/2022", "0012", "=1+1"]
    assert [row[head.index("decision_date")] for row in rows] == [datetime(2022, 5, 13)] * 3
    assert rows[0][head.index("people")] == 10.0
    head, *rows = found["evidence"]
    assert {row[head.index("denied")] for row in rows} == {True, False}


def test_libreoffice_opens_every_csv_with_equal_cells_and_runs_none(tmp_path: Path) -> None:
    EXPORTS["csv"](hard(), tmp_path / "out")
    files = sorted((tmp_path / "out").glob("*.csv"))
    for name, sheets in converted(files, tmp_path, f"--infilter={CSV_FILTER}").items():
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as opened:
            expected = [[typed(cell) for cell in row] for row in csv.reader(opened)]
        (found,) = sheets.values()
        assert len(found) == len(expected) > 0, name
        assert differing(expected, found) == [], name


def typed(cell: str) -> Cell:
    """What a spreadsheet takes a cell of a CSV for: there text may pass for a number, hence the workbook."""
    if cell in ("true", "false", "TRUE"):
        return cell.lower() == "true"
    for kind in (float, datetime.fromisoformat):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell or None
