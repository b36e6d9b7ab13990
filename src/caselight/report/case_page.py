"""The page of one case: what it states, what was answered, and the record's text with every quotation in its place.

Built from strings, not templates: a study has as many of these pages as cases, and each must take well under a
millisecond. Everything that comes from a record goes through `safe`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caselight.codebook import Codebook
from caselight.report.contents import CasePage, CaseRow, Reading
from caselight.report.frame import Frame
from caselight.report.interface import safe
from caselight.report.names import Names, case_file
from caselight.report.passages import Mark, Passages, blocks
from caselight.types import Answer, Document, Evidence, RegionKind, Section, Value

_ROOT = "../../"
_COLOURS = 6  # classes k0 to k5 of the style sheet; questions share them in turn


@dataclass(slots=True)
class _Sheet:
    """One page while it is made: what its texts have to be marked with."""

    page: CasePage
    marks: dict[str, list[Mark]]  # document -> the marks in its text
    languages: dict[str, str]  # document -> language of its text
    quotations: int = 0


class CasePages:
    """Writes pages of cases; what is the same on all of them is prepared once."""

    def __init__(self, frame: Frame, names: Names, codebook: Codebook, rows: Mapping[str, CaseRow]) -> None:
        self._frame, self._names, self._codebook, self._rows = frame, names, codebook, rows
        self._t = t = frame.interface
        self._later: dict[str, list[str]] = {}
        for row in rows.values():
            for case in row.earlier:
                self._later.setdefault(case, []).append(row.id)
        self._place = {variable.name: i for i, variable in enumerate(codebook.variables)}
        self._by = {"": ""} | {who: str(t.name("speaker", who)) for who in ("court", "unknown")}
        self._phrases = {key: str(t(f"case.{key}")) for key in _PHRASES}
        self._machine = (
            f'<p class="machine">{t("figure.machine")} <a href="{_ROOT}how-sure.html">{t("figure.why")}</a></p>'
        )

    def linked(self, case: str) -> tuple[str, ...]:
        """Cases that this one's page names: earlier and later instances."""
        return (*self._rows[case].earlier, *self._later.get(case, ()))

    def page(self, page: CasePage) -> str:
        """The whole page."""
        row = self._rows[page.case.id]
        languages = {d.id: safe(d.language or self._codebook.language) for d in page.documents}
        sheet = _Sheet(page, {d.id: [] for d in page.documents}, languages)
        facts, answers = self._facts(sheet), self._answers(sheet)
        texts = "".join(
            self._text(d, page.case.sections if i == 0 else (), sheet) for i, d in enumerate(page.documents)
        )
        phrase = self._phrases
        body = (
            f'<main id="main" class="case">{self._head(row)}<div class="desk">'
            f'<aside class="margin" aria-label="{phrase["margin"]}">'
            f'<section class="facts"><h2>{phrase["facts"]}</h2>{facts}</section>'
            f'<section class="answers"><h2>{phrase["answers"]}</h2>{self._worth(page)}{answers}</section>'
            f'</aside><article class="record" aria-label="{phrase["record"]}">{texts}</article></div></main>'
        )
        return self._frame.page(row.number or row.name, body, 2, "cases")

    def _worth(self, page: CasePage) -> str:
        """What the answers are worth: of the machine alone, or of people too."""
        return f'<p class="machine">{self._phrases["read"]}</p>' if page.people else self._machine

    def _head(self, row: CaseRow) -> str:
        t, phrase = self._t, self._phrases
        says = [row.judge and safe(row.judge), row.decision_date and str(t.day(row.decision_date))]
        says += [
            row.instance and str(t.name("instance", row.instance)),
            row.outcome and str(t.name("outcome", row.outcome)),
        ]
        ways = "".join(
            f'<p class="instances">{phrase[kind]} {" · ".join(self._link(case) for case in cases)}</p>'
            for kind, cases in (("earlier", row.earlier), ("later", self._later.get(row.id, ())))
            if cases
        )
        court = f'<p class="kicker"><bdi>{safe(row.court)}</bdi></p>' if row.court else ""
        return (
            f'<header class="case-head">{court}<h1><bdi>{safe(row.number or row.name)}</bdi></h1>'
            f'<p class="says">{" · ".join(filter(None, says))}</p>{ways}'
            f'<p class="file">{phrase["file"]} <bdi>{safe(row.path)}</bdi></p></header>'
        )

    def _link(self, case: str) -> str:
        row = self._rows.get(case)
        if row is None:
            return safe(case)
        date = f", {self._t.day(row.decision_date)}" if row.decision_date else ""
        return f'<a href="{_ROOT}{case_file(case)}"><bdi>{safe(row.number or row.name)}</bdi></a>{date}'

    def _facts(self, sheet: _Sheet) -> str:
        if not sheet.page.case.facts:
            return f'<p class="none">{self._phrases["no_facts"]}</p>'
        lines: dict[str, list[str]] = {}
        for i, fact in enumerate(sheet.page.case.facts, 1):
            span = fact.span
            shown = str(self._names.fact(fact.name, fact.value))
            if span.document in sheet.marks:
                sheet.marks[span.document].append(Mark(span.start, span.end, f"fact.{i}", "fact"))
                shown = f'<a href="#fact.{i}">{shown}</a>'
            if fact.source != "text":
                shown += f' <span class="by">{self._t.name("source", fact.source)}</span>'
            lines.setdefault(fact.name, []).append(f"<dd>{shown}</dd>")
        rows = (f"<div><dt>{self._t.name('fact', name)}</dt>{''.join(shown)}</div>" for name, shown in lines.items())
        return f"<dl>{''.join(rows)}</dl>"

    def _answers(self, sheet: _Sheet) -> str:
        values = {answer.variable: answer.value for answer in sheet.page.answers}
        made = []
        for answer in sheet.page.answers:
            items = [self._evidence(answer.variable, i, e, sheet) for i, e in enumerate(answer.evidence, 1)]
            quoted = f"<ol>{''.join(items)}</ol>" if items else ""
            made.append(self._answer(answer, values, quoted, self._people(sheet.page, answer.variable)))
        return "".join(made)

    def _people(self, page: CasePage, variable: str) -> str:
        """What each person answered to a question, by the name in the study, and what counts."""
        told = [r for r in page.people if r.answer.variable == variable]
        lines = [f"{self._phrases['person']} {safe(r.answer.coder)}: {self._read(r)}" for r in told]
        counts = [r for r in page.settled if r.answer.variable == variable and len(told) > 1]
        lines += [f"{self._phrases['counts']} <b>{self._read(r)}</b>" for r in counts]
        return "".join(f'<p class="coder person">{line}</p>' for line in lines)

    def _read(self, reading: Reading) -> str:
        answer = reading.answer
        return str(self._names.value(answer.variable, answer.value)) if reading.decided else self._phrases["undecided"]

    def _answer(self, answer: Answer, values: Mapping[str, Value], items: str, people: str) -> str:
        names, name = self._names, answer.variable
        style = f"k{self._place.get(name, 0) % _COLOURS}"
        coder = f'<p class="coder">{self._phrases["coder"]} {self._t.name("coder", answer.coder)}</p>'
        shown = names.value(name, answer.value)
        empty = "" if answer.value else " none"
        if answer.value is None and not self._asked(name, values):
            shown, coder = names.not_asked, ""
        return (
            f'<section class="answer {style}" id="a.{name}"><h3>{names.question(name)}</h3>'
            f'<p class="value{empty}">{shown}</p>{items}{coder}{people}</section>'
        )

    def _asked(self, variable: str, values: Mapping[str, Value]) -> bool:
        return all(c.holds(values.get(c.variable)) for c in self._names.variables[variable].ask_if)

    def _evidence(self, variable: str, i: int, evidence: Evidence, sheet: _Sheet) -> str:
        span, phrase = evidence.span, self._phrases
        sheet.quotations += 1
        number, anchor = sheet.quotations, f"q.{variable}.{i}"
        quote = f'<q lang="{sheet.languages.get(span.document, "")}">{safe(span.quote)}</q>'
        if span.document in sheet.marks:
            style = f"q k{self._place.get(variable, 0) % _COLOURS}{' denied' if evidence.denied else ''}"
            mark = Mark(span.start, span.end, anchor, style, str(number), f"e{number}", f"{phrase['back']} {number}")
            sheet.marks[span.document].append(mark)
            quote = f'<a href="#{anchor}">{quote}</a>'
        said = evidence.said_by
        if said not in self._by:
            self._by[said] = str(self._t.name("speaker", said))
        denied = f' <span class="is-denied">{phrase["denied"]}</span>' if evidence.denied else ""
        by = f'<span class="by">{self._by[said]}</span>{denied}'
        return f'<li id="e{number}" value="{number}" dir="auto">{quote} {by}</li>'

    def _text(self, document: Document, sections: Sequence[Section], sheet: _Sheet) -> str:
        language, marks = sheet.languages[document.id], sheet.marks[document.id]
        passages, made = Passages(document.text), []
        for block in blocks(document, sections):
            rail = self._rail(block.section, block.kind)
            words = passages.marked(block.start, block.end, marks)
            inside = f'{rail}<div class="words" lang="{language}" dir="auto">{words}</div>'
            made.append(f'<section class="block {block.kind.value}">{inside}</section>')
        return "".join(made)

    def _rail(self, section: str, kind: RegionKind) -> str:
        name = (
            self._t.name("section", section)
            if section and kind is RegionKind.ACT
            else self._t.name("region", kind.value)
        )
        return f'<h2 class="rail">{name}</h2>'


_PHRASES = (
    "margin", "facts", "answers", "record", "earlier", "later", "file", "no_facts", "coder", "back", "denied",
    "read", "person", "counts", "undecided",
)  # fmt: skip
