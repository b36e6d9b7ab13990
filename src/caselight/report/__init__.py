"""The study as a folder of static pages, and as tables.

What comes in: `Contents`, filled by the pipeline. What goes out: files. To add an export: one function
(contents, folder) -> None in a file of its own, and one line in EXPORTS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from caselight.report.annotations import write_annotations
from caselight.report.contents import (
    AgreedOn,
    CasePage,
    CaseRow,
    Contents,
    Fieldwork,
    Quotation,
    Reading,
)
from caselight.report.datapackage import write_datapackage
from caselight.report.flat import write_csv, write_parquet
from caselight.report.ftm import write_ftm
from caselight.report.jsonl import write_jsonl
from caselight.report.pages import write_report
from caselight.report.printed import write_pdf
from caselight.report.sentences import Sentence, Speaker, read_sentences
from caselight.report.workbook import write_xlsx

__all__ = [
    "EXPORTS",
    "AgreedOn",
    "CasePage",
    "CaseRow",
    "Contents",
    "Fieldwork",
    "Quotation",
    "Reading",
    "Sentence",
    "Speaker",
    "read_sentences",
    "write_report",
]

EXPORTS: Mapping[str, Callable[[Contents, Path], None]] = {
    "annotations": write_annotations,
    "csv": write_csv,
    "frictionless": write_datapackage,
    "ftm": write_ftm,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "pdf": write_pdf,
    "xlsx": write_xlsx,
}
