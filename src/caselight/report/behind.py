"""The words behind a figure: a case in a list, with its answer to a question and the quotations that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

from caselight.report.contents import Contents, Quotation
from caselight.report.frame import Frame
from caselight.report.interface import made_html, safe
from caselight.report.lists import QUOTED, excerpt, said_by
from caselight.report.names import Names, case_file

_KEPT = 50_000  # items that are made once for all lists of facts; each is about 1 kB


class Behind:
    """Makes such items; the quotations of the question asked last are kept, since its cases come one after another.

    `under(variable, case, root)` is the answer that a case has to a question, with its words, as HTML for a list; ""
    where there are no words. `root` is the way to the report's folder.
    """

    def __init__(self, contents: Contents, frame: Frame, names: Names) -> None:
        self._contents, self._names, self._t = contents, names, frame.interface
        self._language = safe(contents.codebook.language)
        self._place = {row.id: i for i, row in enumerate(contents.cases)}
        self.quotes = lru_cache(maxsize=1)(contents.quotes)
        self.under = lru_cache(maxsize=_KEPT)(self._under)

    def _under(self, variable: str, case: str, root: str) -> str:
        place = self._place[case]
        value = self._contents.answers[variable][place]
        speaks_for = ("", *value) if isinstance(value, tuple) else ("", value)
        link = f"{root}{case_file(case)}#q.{variable}"
        shown = [
            self._quotation(quotation, f"{link}.{i}")
            for i, quotation in enumerate(self.quotes(variable)[place], 1)
            if quotation.value in speaks_for
        ]
        if not shown:
            return ""
        return f'<p class="answered">{self._names.value(variable, value)}</p>{"".join(shown[:QUOTED])}'

    def items(self, variable: str, value: str, cases: Sequence[str], root: str) -> list[Markup]:
        """Those of the cases that the machine gave this answer ("" = any), each with its words; others are left out."""
        made = []
        for case in cases:
            given = self._contents.answers[variable][self._place[case]]
            if value in ("", given) or (isinstance(given, tuple) and value in given):
                row = self._contents.cases[self._place[case]]
                link = f'<a href="{root}{case_file(case)}#a.{variable}"><bdi>{safe(row.number or row.name)}</bdi></a>'
                if words := self.under(variable, case, root):
                    made.append(made_html(f'<li><p class="case-line">{link}</p>{words}</li>'))
        return made

    def _quotation(self, quotation: Quotation, link: str) -> str:
        opened = f'<a href="{link}" lang="{self._language}" dir="auto">{excerpt(quotation.text)}</a>'
        return f"<blockquote>{opened}</blockquote>{said_by(self._t, quotation)}"
