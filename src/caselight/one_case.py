"""One case for the terminal: its facts, its answers with quotations, and what people answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from caselight import view
from caselight.accounts import record_rows
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.report import CasePage, Reading
from caselight.review import ADJUDICATOR

READ = "the machine's, and below each what people answered who read the case"
UNCHECKED = "as coded by machine, not yet checked by people on a random draw: a count, not a finding"
# A screen holds some 40 lines; the record with most has hundreds of quotations. All of it stands in `--json`.
_QUOTE_CELLS = 300
_QUOTES_SHOWN = 5  # of one answer
_VALUES_SHOWN = 8  # of one fact


def one(made: Made, what: str) -> dict[str, Any]:
    """The case with this id or number, or the one whose record has this name, path or id (or the beginning of an id).

    Raises:
        UsageError: there is no such case, or more than one.
    """
    rows = view.case_rows(made, view.links(made))
    named = [row for row in rows if what and what in (row.id, row.name, row.path, row.document, row.number)]
    found = named or [
        row for row in rows if len(what) >= 6 and (row.id.startswith(what) or row.document.startswith(what))
    ]
    if len(found) > 1:
        listed = ", ".join(f"{row.path} ({row.id})" for row in found[:5])
        raise UsageError(f"{what!r} may mean {len(found)} cases: {listed}. Name one by its case id.")
    if not found:
        raise UsageError(_not_a_case(made, what))
    row = found[0]
    page = next(view.read_pages(made, [row.id]))
    return _case(page) | {"path": row.path, "matter": row.matter, "earlier": list(row.earlier)}


def _not_a_case(made: Made, what: str) -> str:
    for record in record_rows(made):
        if what in (record.name, record.path, record.id):
            return f"{record.path} is no case: its state is {record.state}: {record.reason}."
    study = made.study.folder
    return f"There is no record or case {what!r} in {study}. Find it: caselight search {study} WORDS"


def _case(page: CasePage) -> dict[str, Any]:
    facts = [
        {"name": fact.name, "value": fact.value, "source": fact.source, **fact.span._asdict()}
        for fact in page.case.facts
    ]
    answers = [
        {
            "variable": answer.variable,
            "value": answer.value,
            "coder": answer.coder,
            "evidence": [
                {"said_by": e.said_by, "denied": e.denied, "section": e.section, **e.span._asdict()}
                for e in answer.evidence
            ],
        }
        for answer in page.answers
    ]
    told = {"case": page.case.id, "instance": page.case.instance, "facts": facts, "answers": answers}
    return told | {"people": [_reading(r) for r in page.people], "counts": [_reading(r) for r in page.settled]}


def _reading(reading: Reading) -> dict[str, Any]:
    answer = reading.answer
    return {"variable": answer.variable, "value": answer.value, "coder": answer.coder, "decided": reading.decided}


def case_lines(case: Mapping[str, Any], study: str) -> list[str]:
    """One case: facts, then answers with who says it and the sentence. What is alike is said once, long lists are cut.

    Args:
        study: its folder, for the command that shows all.
    """
    lines = [f"{case['path']}  {case['case']}  {case['instance']}"]
    if case["earlier"]:
        lines.append(f"earlier instances: {', '.join(case['earlier'])}")
    lines += ["", "Facts", *_fact_lines(case["facts"])]
    lines += ["", f"Answers ({READ if case['people'] else UNCHECKED})"]
    silent = [answer["variable"] for answer in case["answers"] if _is_silent(case, answer)]
    for answer in (answer for answer in case["answers"] if answer["variable"] not in silent):
        lines.append(f"  {answer['variable']}: {_value(answer)}")
        lines += _people_lines(case, answer["variable"])
        lines += _evidence_lines(answer["evidence"])
    if silent:
        lines.append(f"  (no answer): {', '.join(silent)}")
    if any("... and " in line for line in lines):
        lines += ["", f"All of it: caselight show {study} {case['case']} --json"]
    return lines


def _is_silent(case: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Nobody answered it, with nothing."""
    read = any(one["variable"] == answer["variable"] for one in case["people"])
    return answer["value"] is None and not answer["evidence"] and not read


def _fact_lines(facts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line a fact; one that the record states with several values has them side by side."""
    values: dict[str, dict[str, None]] = {}
    for fact in facts:
        values.setdefault(fact["name"], {})[str(fact["value"])] = None
    for name, found in values.items():
        first, rest = list(found)[:_VALUES_SHOWN], len(found) - _VALUES_SHOWN
        yield f"  {name}: {'; '.join(first)}"
        if rest > 0:
            yield f"      ... and {rest:,} more"


def _evidence_lines(evidence: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The first quotations; words that stand in the record several times once, with the place of the first."""
    places: dict[tuple[str, str, bool], list[str]] = {}
    for one in evidence:
        quote = " ".join(one["quote"].split())
        quote = quote if len(quote) <= _QUOTE_CELLS else quote[:_QUOTE_CELLS] + " …"
        places.setdefault((quote, one["said_by"], one["denied"]), []).append(f"{one['start']}-{one['end']}")
    for (quote, said_by, denied), where in list(places.items())[:_QUOTES_SHOWN]:
        yield f"      “{quote}” ({said_by}{', denied' if denied else ''}; {where[0]})"
        if len(where) > 1:
            yield f"        the same words in {len(where) - 1:,} other places"
    if len(places) > _QUOTES_SHOWN:
        yield f"      ... and {len(places) - _QUOTES_SHOWN:,} more"


def _value(answer: Mapping[str, Any]) -> str:
    if not answer.get("decided", True):
        return "(undecided)"
    value = answer["value"]
    told = ", ".join(value) if isinstance(value, tuple) else value
    return "(no answer)" if told is None else str(told) if told != "" else "-"


def _people_lines(case: Mapping[str, Any], variable: str) -> Iterator[str]:
    """What each person answered to a question, and what counts."""
    groups: dict[tuple[bool, str], list[str]] = {}
    for one in case["people"]:
        if one["variable"] == variable:
            groups.setdefault((one["coder"] == ADJUDICATOR, _value(one)), []).append(one["coder"])
    for (_, value), coders in groups.items():
        yield f"      read by {', '.join(coders)}: {value}"
    for one in case["counts"]:
        if one["variable"] == variable and len(groups) > 1:
            yield f"      counts: {_value(one) if one['decided'] else 'nothing yet, they differ or are undecided'}"
