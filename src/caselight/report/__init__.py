"""The study as a folder of static pages, and as tables.

What comes in: `Contents`, filled by the pipeline. What goes out: files. To add an export: one function
(contents, folder) in a file of its own, one line in EXPORTS.
"""

from __future__ import annotations

from caselight.report.contents import CasePage, CaseRow, Contents, Quotation, RecordRow

__all__ = ["CasePage", "CaseRow", "Contents", "Quotation", "RecordRow"]
