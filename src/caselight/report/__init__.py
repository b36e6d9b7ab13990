"""The study as a folder of static pages, and as tables.

What comes in: `Contents`, filled by the pipeline. What goes out: files. To add an export: one function
(contents, folder) -> None in a file of its own, and one line in EXPORTS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from caselight.report.contents import CasePage, CaseRow, Contents, Fieldwork, Quotation, RecordRow
from caselight.report.flat import write_csv, write_parquet
from caselight.report.jsonl import write_jsonl
from caselight.report.pages import write_report

__all__ = ["EXPORTS", "CasePage", "CaseRow", "Contents", "Fieldwork", "Quotation", "RecordRow", "write_report"]

EXPORTS: Mapping[str, Callable[[Contents, Path], None]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}
