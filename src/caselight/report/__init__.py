"""The study as a folder of static pages, and as tables.

What comes in: `Contents`, filled by the pipeline. What goes out: files. To add an export: one function
(contents, folder) -> files written, in a file of its own, and one line in EXPORTS.
"""

from __future__ import annotations

from caselight.report.contents import CasePage, CaseRow, Contents, Quotation, RecordRow
from caselight.report.pages import write_report

__all__ = ["CasePage", "CaseRow", "Contents", "Quotation", "RecordRow", "write_report"]
