"""Lists that open a figure: which cases were counted, with their quotations; all cases; all records; all problems.

Lists are cut into pages, and a list is only made when something on it has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from caselight.report.contents import CaseRow, Contents, Quotation
from caselight.report.figures import Block, Figure
from caselight.report.frame import Frame
from caselight.report.interface import Interface, made_html, safe
from caselight.report.names import Names, case_file, in_table, later_page
from caselight.types import Problem, RecordRow

# Rows on one page: a page of 500 cases with quotations is about 300 kB, which a phone still opens at once.
PAGE_ROWS = 500
# Longer quotations are cut in lists, at a space; the case's page has them whole.
_EXCERPT_CHARACTERS = 420
_OPEN = ("number", "date", "text")  # kinds of question without a list of values
QUOTED = 2  # quotations shown of one case in a list

Pages = Iterator[tuple[str, str]]  # file name, content
Row = TypeVar("Row")


def digest(*parts: object) -> str:
    """Changes when any of the parts does."""
    joined = "\x1e".join(map(str, parts))
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def rows_digest(rows: Sequence[CaseRow]) -> str:
    """Changes when what lists show of any case does."""
    return digest(
        *("\x1f".join((r.id, r.name, r.court, r.judge, r.number, r.decision_date, r.outcome, r.instance)) for r in rows)
    )


def cut(rows: Sequence[Row], most: int) -> tuple[Sequence[Row], int]:
    """The first of these rows and how many are left out; one too many is shown, for to say so takes as much room.

    >>> cut("abcd", 3), cut("abcde", 3)
    (('abcd', 0), ('abc', 2))
    """
    return (rows, 0) if len(rows) <= most + 1 else (rows[:most], len(rows) - most)


def excerpt(text: str) -> str:
    """A quotation as a list shows it: whole, or cut at a space."""
    if "\n" in text or "  " in text:
        text = " ".join(text.split())
    if len(text) <= _EXCERPT_CHARACTERS:
        return safe(text)
    return safe(text[:_EXCERPT_CHARACTERS].rsplit(" ", 1)[0]) + "\u2026"


def said_by(t: Interface, quotation: Quotation) -> str:
    """The line below a quotation: who says it, and whether it is denied."""
    denied = f' <span class="is-denied">{t("case.denied")}</span>' if quotation.denied else ""
    return f'<p class="by">{t.name("speaker", quotation.said_by)}{denied}</p>'


class Lists:
    """Makes the pages of all lists of one report."""

    def __init__(self, contents: Contents, frame: Frame, names: Names) -> None:
        self._contents, self._frame, self._names = contents, frame, names
        self._t = frame.interface
        self._place = {row.id: i for i, row in enumerate(contents.cases)}
        self._lines: dict[int, tuple[str, str]] = {}
        self._by: dict[tuple[str, bool], tuple[str, str]] = {}  # what stands around a quotation
        self._language = safe(contents.codebook.language)  # of the quotations

    def figures(self, block: Block, quotes: Callable[[], Sequence[Sequence[Quotation]]]) -> Pages:
        """A list for each figure of a question: the cases counted, and what became of those that were not."""
        quoted = quotes()
        yield from self._figures(block, lambda place, figure: self._item(place, block, figure, quoted), None)

    def facts(self, block: Block, lead: Figure | None, under: Callable[[str], str]) -> Pages:
        """The same of a fact, where each case has its answer to the headline's question; those it counts come first.

        Args:
            lead: the headline; None = there is none.
            under: id of a case -> HTML of that answer, with its words.
        """

        def item(place: int, _: Figure) -> str:
            link, rest = self._line(place)
            answer = under(self._contents.cases[place].id) if lead else ""
            return f'<li><p class="case-line"><a href="{link}{rest}{answer}</li>\n'

        yield from self._figures(block, item, lead)

    def _figures(self, block: Block, item: Callable[[int, Figure], str], lead: Figure | None) -> Pages:
        variable = block.variable
        hits = frozenset(lead.estimate.cases) if lead else frozenset()
        for figure in block.figures:
            others = [other for other in block.figures if other is not figure and other.estimate.estimate]
            page = {"block": block, "figure": figure, "others": others, "root": "../../"}
            page["variable"] = self._names.variables.get(variable)
            page["names"] = self._names
            page["in_table"] = self._in_table(block, figure)
            page["beside"] = self._names.question(lead.estimate.variable) if lead else ""
            cases = sorted(figure.estimate.cases, key=lambda case: case not in hits)
            places = [self._place[case] for case in cases]
            rows = (item(place, figure) for place in places)
            title = f"{figure.label.striptags()} · {block.question.striptags()}"
            here = "findings"
            yield from self._paged(figure.file, rows, len(places), ("figure.html", title, 2, here), page)

    def _in_table(self, block: Block, figure: Figure) -> str:
        """Where the table of all cases shows the same cases; "" = it cannot tell them from others."""
        e = figure.estimate
        known = block.variable in self._names.variables and (block.kind not in _OPEN or e.name != "count")
        return in_table(e.name, block.variable, e.value) if known else ""

    def cases(self, with_table: bool) -> Pages:
        """All cases; `with_table` = the table with filters is there too, and is linked."""
        rows = (self._row(row) for row in self._contents.cases)
        page = ("cases.html", str(self._t("nav.cases")), 1, "cases")
        yield from self._paged("cases/index.html", rows, len(self._contents.cases), page, {"with_table": with_table})

    def records(self, state: str, records: Sequence[RecordRow]) -> Pages:
        """The records that ended in one state, each with the reason."""
        cases = {row.document: row.id for row in self._contents.cases}
        rows = (self._record(record, cases) for record in records)
        title = self._t.name("state", state)
        page = ("records.html", title.striptags(), 1, "books")
        parts = {"state": state, "total": len(records)}
        yield from self._paged(f"records/{state}.html", rows, len(records), page, parts)

    def problems(self, problems: Sequence[Problem]) -> Pages:
        """Everything that could not be done."""
        rows = (self._problem(problem) for problem in problems)
        page = ("problems.html", str(self._t("nav.problems")), 1, "problems")
        kinds: dict[tuple[str, str], int] = {}
        for problem in problems:
            kinds[problem.stage, problem.kind] = kinds.get((problem.stage, problem.kind), 0) + 1
        parts = {"kinds": sorted(kinds.items()), "total": len(problems)}
        yield from self._paged("problems/index.html", rows, len(problems), page, parts)

    def _paged(
        self, file: str, rows: Iterator[str], total: int, page: tuple[str, str, int, str], parts: dict[str, object]
    ) -> Pages:
        """The pages of one list; `page` is template, title, depth and place in the navigation."""
        template, title, depth, here = page
        count = max(1, -(-total // PAGE_ROWS))
        base = file.rsplit("/", 1)[-1]
        for number in range(1, count + 1):
            here_rows = [row for _, row in zip(range(PAGE_ROWS), rows, strict=False)]
            ways = {"number": number, "count": count, "base": base, "start": (number - 1) * PAGE_ROWS + 1}
            listed = made_html("".join(here_rows))
            body = self._frame.render(template, rows=listed, pages=ways, later_page=later_page, **parts)
            yield later_page(file, number), self._frame.page(title, body, depth, here)

    def _line(self, place: int) -> tuple[str, str]:
        """What a case's line in a list of a figure begins with, and what follows the anchor of its link; made once."""
        if place not in self._lines:
            row = self._contents.cases[place]
            says = [row.court and f"<bdi>{safe(row.court)}</bdi>", row.decision_date and self._t.day(row.decision_date)]
            says.append(row.outcome and self._t.name("outcome", row.outcome))
            told = " · ".join(str(s) for s in says if s)
            link = f"../../{case_file(row.id)}"
            self._lines[place] = (link, f'"><bdi>{safe(row.number or row.name)}</bdi></a> <span>{told}</span></p>')
        return self._lines[place]

    def _item(self, place: int, block: Block, figure: Figure, quoted: Sequence[Sequence[Quotation]]) -> str:
        variable, value = block.variable, figure.estimate.value
        link, rest = self._line(place)
        shown: list[str] = []
        for i, quotation in enumerate(quoted[place], 1):
            if quotation.value in ("", value) and len(shown) < QUOTED:
                shown.append(self._quotation(quotation, f"{link}#q.{variable}.{i}"))
        answer = ""
        if block.kind == "many-of" or figure.estimate.name == "given":
            answer = f'<p class="answered">{self._names.value(variable, self._contents.answers[variable][place])}</p>'
        return f'<li><p class="case-line"><a href="{link}#a.{variable}{rest}{answer}{"".join(shown)}</li>\n'

    def _quotation(self, quotation: Quotation, link: str) -> str:
        key = (quotation.said_by, quotation.denied)
        if key not in self._by:
            said = f"</a></blockquote>{said_by(self._t, quotation)}"
            self._by[key] = f'" lang="{self._language}" dir="auto">', said
        middle, said = self._by[key]
        return f'<blockquote><a href="{link}{middle}{excerpt(quotation.text)}{said}'

    def _row(self, row: CaseRow) -> str:
        t = self._t
        return (
            f'<tr><th scope="row"><a href="../{case_file(row.id)}"><bdi>{safe(row.number or row.name)}</bdi></a></th>'
            f"<td><bdi>{safe(row.court)}</bdi></td><td><bdi>{safe(row.judge)}</bdi></td>"
            f'<td data-sort="{safe(row.decision_date)}">{t.day(row.decision_date)}</td>'
            f"<td>{t.name('instance', row.instance) if row.instance else ''}</td>"
            f"<td>{t.name('outcome', row.outcome) if row.outcome else ''}</td></tr>\n"
        )

    def _record(self, record: RecordRow, cases: dict[str, str]) -> str:
        name, path = safe(record.name), safe(record.path)
        link = name
        if record.state == "read" and record.id in cases:
            link = f'<a href="../{case_file(cases[record.id])}">{name}</a>'
        said = [str(self._t.said(record.reason))] if record.reason else []
        if record.duplicate_of:
            said.append(f"<bdi>{safe(record.duplicate_of)}</bdi>")
        return (
            f'<tr><th scope="row"><bdi>{link}</bdi></th><td class="path"><bdi>{path}</bdi></td>'
            f'<td>{" ".join(said)}</td><td class="number" data-sort="{record.chars}">'
            f"{self._t.number(record.chars) if record.chars else ''}</td></tr>\n"
        )

    def _problem(self, problem: Problem) -> str:
        t = self._t
        stage, _, about = problem.stage.partition("/")
        name = str(t.name("stage", stage)) + (f" ({safe(about)})" if about else "")
        subject = f"<bdi>{safe(problem.subject)}</bdi>"
        case = problem.subject.split(" ")[0]  # a problem of coding names the case and the question
        if case in self._place:
            row = self._contents.cases[self._place[case]]
            subject = f'<a href="../{case_file(row.id)}"><bdi>{safe(row.number or row.name)}</bdi></a>'
            if row.path != row.number:
                subject += f' <span class="by"><bdi>{safe(row.path)}</bdi></span>'
        return (
            f'<tr><th scope="row">{subject}</th><td>{name}</td><td>{t.name("problem", problem.kind)}</td>'
            f"<td>{t.said(problem.message)}</td></tr>\n"
        )
