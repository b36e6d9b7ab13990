"""Pages for looking: cases with facets, one case, search, problems, questions about the codebook.

Each filtered view has its own address, and the same address ending in .json or .csv gives the same rows as data. They
show what the machine answered, so they are closed to coders, who answer blind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from caselight import finding, view
from caselight.desk.call import Call, as_csv, as_json, as_page
from caselight.desk.coding import shown_answer
from caselight.desk.record import record_html
from caselight.desk.units import unit_of
from caselight.report import CaseRow
from caselight.report.passages import Mark
from caselight.review import ADJUDICATOR
from caselight.types import Problem

PAGE_ROWS = 100
SEARCH_ROWS = 50
_COLOURS = 6  # classes k0 to k5 of the style sheet

Facet = tuple[str, Callable[[CaseRow], str]]
FACETS: tuple[Facet, ...] = (
    ("court", lambda row: row.court),
    ("year", lambda row: row.decision_date[:4]),
    ("outcome", lambda row: row.outcome),
    ("instance", lambda row: row.instance),
)


def _reading(call: Call) -> dict[str, str]:
    """Case -> where it stands with people: drawn, coded, settled."""
    drawn = {one.case for one in call.room.drawn}
    read = {unit for person in call.room.coders().values() for unit in person.cases() if unit in drawn}
    return {case: "coded" if unit in read else "drawn" for unit in drawn for case in call.room.cases_of(unit)}


def _matching(call: Call, reading: Mapping[str, str]) -> tuple[list[CaseRow], dict[str, Counter[str]], dict[str, str]]:
    """The rows that all facets asked for leave, and for each facet how many each of its values would leave."""
    facets: tuple[Facet, ...] = (*FACETS, ("reading", lambda row: reading.get(row.id, "")))
    asked = {name: call.query[name] for name, _ in facets if call.query.get(name)}
    text = call.query.get("q", "").casefold()
    rows = [row for row in call.room.pile.rows if not text or text in f"{row.number} {row.path} {row.judge}".casefold()]
    counts = {}
    for name, of in facets:
        others = [(other, get) for other, get in facets if other in asked and other != name]
        counts[name] = Counter(of(row) for row in rows if all(get(row) == asked[other] for other, get in others))
    kept = [row for row in rows if all(get(row) == asked[name] for name, get in facets if name in asked)]
    return kept, counts, asked


def cases_page(call: Call) -> Response:
    """All cases, with facets."""
    reading = _reading(call)
    rows, counts, asked = _matching(call, reading)
    number = max(1, int(n) if (n := call.query.get("page", "1")).isdecimal() and len(n) < 7 else 1)
    shown = rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    kept = {name: text for name, text in call.query.items() if name != "page" and text}
    parts = {
        "rows": shown,
        "total": len(rows),
        "all": len(call.room.pile.rows),
        "counts": counts,
        "asked": asked,
        "q": call.query.get("q", ""),
        "number": number,
        "pages": max(1, -(-len(rows) // PAGE_ROWS)),
        "same": urlencode(kept),
        "who": call.who,
        "reading": reading,
    }
    return as_page(call.pages.page("cases.html", str(call.pages.words("nav.cases")), "cases", **parts))


_COLUMNS = ("id", "path", "court", "judge", "number", "decision_date", "outcome", "instance", "matter")


def cases_json(call: Call) -> Response:
    """The same rows as data, all of them."""
    rows, _, _ = _matching(call, _reading(call))
    return as_json({"total": len(rows), "cases": [{name: getattr(row, name) for name in _COLUMNS} for row in rows]})


def cases_csv(call: Call) -> Response:
    """The same rows as a table, all of them."""
    rows, _, _ = _matching(call, _reading(call))
    return as_csv(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows), "cases")


def case_page(call: Call) -> Response:
    """One case: facts, the machine's and people's answers, and the text with their quotations marked."""
    case = call.path["case"]
    if case not in call.room.pile.places:
        return call.fault("no_case", 404)
    unit = unit_of(case, [call.room.pile.open(case)])
    (document,) = unit.documents
    page = next(view.case_pages(call.room.pile.made, [case]))
    answers, marks = [], [Mark(f.span.start, f.span.end, f"fact-{i}", "fact") for i, f in enumerate(page.case.facts)]
    for place, answer in enumerate(page.answers):
        quotes = []
        for i, e in enumerate(answer.evidence):
            anchor, number = f"q-{answer.variable}-{i}", str(len(marks) + 1 - len(page.case.facts))
            style = f"q k{place % _COLOURS}{' denied' if e.denied else ''}"
            marks.append(Mark(e.span.start, e.span.end, anchor, style, number, f"e-{anchor}", number))
            quotes.append((anchor, number, e))
        answers.append((answer, quotes, place % _COLOURS))
    row = call.room.pile.by_id[case]
    parts = {
        "row": row,
        "facts": list(enumerate(page.case.facts)),
        "answers": answers,
        "people": _people(call, case),
        "names": call.pages.names(call.room.codebook),
        "record": record_html(call.pages, call.room.codebook.language, unit, {document.id: marks}),
        "language": document.language or call.room.codebook.language,
        "who": call.who,
    }
    return as_page(call.pages.page("case.html", row.number or row.name, "cases", **parts))


def _people(call: Call, case: str) -> list[tuple[str, str, Any]]:
    """(variable, who, decision) of people's answers to the case, and to the matter or record in which it was drawn."""
    found: list[tuple[str, str, Any]] = []
    for unit in call.room.units_of(case):
        coders = [person.given(unit) for person in call.room.coders().values()]
        settled = call.room.person(ADJUDICATOR).given(unit)
        for variable in call.room.codebook.variables:
            found += [(variable.name, "coder", given[variable.name]) for given in coders if variable.name in given]
            if variable.name in settled:
                found.append((variable.name, ADJUDICATOR, settled[variable.name]))
    return found


def case_json(call: Call) -> Response:
    """The case as data: row, facts and answers, with quotations."""
    case = call.path["case"]
    if case not in call.room.pile.places:
        return call.fault("no_case", 404)
    page = next(view.case_pages(call.room.pile.made, [case]))
    facts = [{"name": f.name, "value": f.value, "start": f.span.start, "end": f.span.end} for f in page.case.facts]
    machine = [
        {
            "variable": answer.variable,
            "value": answer.value,
            "quotes": [
                {
                    "start": e.span.start,
                    "end": e.span.end,
                    "quote": e.span.quote,
                    "said_by": e.said_by,
                    "denied": e.denied,
                }
                for e in answer.evidence
            ],
        }
        for answer in page.answers
    ]
    people = [{"variable": v, "who": who} | shown_answer(decision) for v, who, decision in _people(call, case)]
    row = {name: getattr(call.room.pile.by_id[case], name) for name in _COLUMNS}
    return as_json(row | {"facts": facts, "machine": machine, "people": people})


def _found(call: Call, most: int) -> tuple[int, list[dict[str, Any]]]:
    query = call.query.get("q", "")
    if not query.strip():
        return 0, []
    with call.room.study.locked():
        total, hits = finding.search(call.room.study, query, lambda *_: None)
        return total, list(islice(hits, most))


def search_page(call: Call) -> Response:
    """Search, with the places where the words stand."""
    total, hits = _found(call, SEARCH_ROWS)
    shown = [(hit, [(s, _parts(s)) for s in hit["snippets"][:5]]) for hit in hits]
    parts = {
        "q": call.query.get("q", ""),
        "total": total,
        "hits": shown,
        "same": urlencode({"q": call.query.get("q", "")}),
    }
    return as_page(call.pages.page("search.html", str(call.pages.words("nav.search")), "search", who=call.who, **parts))


def _parts(snippet: dict[str, Any]) -> list[tuple[bool, str]]:
    """The snippet cut into (is a word found, text)."""
    quote, base, at, parts = snippet["quote"], snippet["start"], 0, []
    for start, end in snippet["marks"]:
        parts += [(False, quote[at : start - base]), (True, quote[start - base : end - base])]
        at = end - base
    return [*parts, (False, quote[at:])]


def search_json(call: Call) -> Response:
    """Every case found, as data."""
    total, hits = _found(call, len(call.room.pile.places))
    return as_json({"total": total, "hits": hits})


def search_csv(call: Call) -> Response:
    """Every place found, as a table."""
    _, hits = _found(call, len(call.room.pile.places))
    rows = ((h["case"], h["name"], s["start"], s["end"], s["quote"]) for h in hits for s in h["snippets"])
    return as_csv(("case", "name", "start", "end", "quote"), rows, "search")


def _problems(call: Call) -> tuple[list[Problem], Counter[str]]:
    found = call.room.pile.problems
    kind = call.query.get("kind", "")
    return [p for p in found if not kind or p.kind == kind], Counter(p.kind for p in found)


def problems_page(call: Call) -> Response:
    """Everything that could not be done, by kind."""
    rows, kinds = _problems(call)
    kind = call.query.get("kind", "")
    paths = {row.id: row.path for row in call.room.pile.rows}
    parts = {
        "rows": [(p, paths.get(p.subject.split(" ")[0], ""), call.pages.told(p.message)) for p in rows[:1_000]],
        "total": len(rows),
        "kinds": kinds,
        "kind": kind,
        "same": urlencode({"kind": kind}),
    }
    title = str(call.pages.words("nav.problems"))
    return as_page(call.pages.page("problems.html", title, "problems", who=call.who, **parts))


_PROBLEM = ("stage", "subject", "kind", "message")


def problems_json(call: Call) -> Response:
    """The same as data."""
    rows, _ = _problems(call)
    return as_json({"total": len(rows), "problems": [{name: getattr(p, name) for name in _PROBLEM} for p in rows]})


def problems_csv(call: Call) -> Response:
    """The same as a table."""
    rows, _ = _problems(call)
    return as_csv(_PROBLEM, ([getattr(p, name) for name in _PROBLEM] for p in rows), "problems")


def _questions(call: Call) -> Sequence[dict[str, Any]]:
    return [
        {"case": e.body["case"], "variable": e.body["variable"], "memo": e.body["memo"], "time": e.time}
        for person in call.room.coders().values()
        for e in person.questions
    ]


def questions_page(call: Call) -> Response:
    """What coders ask about the codebook, with the cases that made them ask."""
    rows = sorted(_questions(call), key=lambda row: row["time"], reverse=True)
    cases = {row["case"]: call.room.cases_of(row["case"])[0] for row in rows}
    labels = {row["case"]: call.room.label(row["case"]) for row in rows}
    parts = {"rows": rows, "labels": labels, "cases": cases, "names": call.pages.names(call.room.codebook)}
    return as_page(
        call.pages.page("questions.html", str(call.pages.words("nav.questions")), "questions", who=call.who, **parts)
    )


def questions_json(call: Call) -> Response:
    """The same as data, without who asked."""
    return as_json({"questions": list(_questions(call))})
