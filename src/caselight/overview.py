"""A study in words for the terminal: what a run did, the books, the figures, one case with its quotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from caselight import view
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.protect import Published
from caselight.report import CasePage, Contents, Fieldwork

# So many problems are printed one by one; all of them stand in the report and in `show --json`.
_PROBLEMS_SHOWN = 20
_QUOTE_CELLS = 300
_WHOLE = ("count", "recall")  # figures of the whole pile that have a line here; `estimate` has all
UNCHECKED = "as coded by machine, not yet checked by people on a random draw: a count, not a finding"


def summary(made: Made, shown: Contents) -> dict[str, Any]:
    """Books, problems and figures of a study, as JSON-ready data."""
    told = books(made, shown) | {"figures": figures(shown), "report": str(made.report)}
    return told | {"agreement": _agreement(shown.fieldwork)} if shown.fieldwork else told


def _agreement(work: Fieldwork) -> list[dict[str, Any]]:
    """How far readers agree on each question, with limits where there are any, and on each answer with its counts."""
    return [
        {
            "variable": variable,
            **dict(zip(("cases", "same", "alpha", "ac1"), measures, strict=True)),
            "ranges": dict(work.ranges.get(variable, {})),
            "positive": [asdict(one) for one in work.positive.get(variable, ())],
        }
        for variable, measures in work.agreement.items()
    ]


def books(made: Made, kept: Contents | view.Accounts) -> dict[str, Any]:
    """Books and problems alone."""
    return {
        "study": str(made.study.folder),
        "records": len(kept.records),
        "states": dict(sorted(Counter(row.state for row in kept.records).items())),
        "balanced": all(book.balanced for book in kept.books),
        "books": [asdict(book) for book in kept.books],
        "problems": [
            {"stage": p.stage, "subject": p.subject, "kind": p.kind, "message": p.message} for p in kept.problems
        ],
        "readers": made.level,
    }


def figures(shown: Contents) -> list[dict[str, Any]]:
    """Every estimate, without the list of its cases."""
    rows = []
    for estimate in shown.estimates:
        row = {name: getattr(estimate, name) for name in estimate.__slots__ if name not in ("cases", "strata")}
        if estimate.strata:
            row["strata"] = [asdict(stratum) for stratum in estimate.strata]
        rows.append(row if estimate.strata else row | {"says": UNCHECKED})
    return rows


def summary_lines(told: Mapping[str, Any]) -> list[str]:
    """What a run found, in a few lines."""
    states = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in told["states"].items())
    lines = [f"{told['records']:,} records: {states}. The books {'balance' if told['balanced'] else 'DO NOT BALANCE'}."]
    lines.append(f"Files were read by workers locked: {told['readers']}.")
    kinds = Counter(problem["kind"] for problem in told["problems"])
    if kinds:
        listed = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
        lines.append(f"Problems: {listed}. See them: caselight show {told['study']}")
    return lines


def full_lines(told: Mapping[str, Any]) -> list[str]:
    """Books, problems and figures."""
    lines = summary_lines(told)
    for book in told["books"]:
        out = ", ".join(f"{count:,} {kind}" for kind, count in book["went_out"])
        lines.append(f"  {book['stage']}: {book['came_in']:,} {book['unit']}s in; {out}")
    lines += ["", *figure_lines(told["figures"])]
    if told.get("agreement"):
        lines += ["", "Agreement of readers (alpha and AC1; all of it: caselight estimate):"]
        lines += [
            f"  {row['variable']}: same answer {row['same']:.0%} of {row['cases']:,} read twice"
            + "".join(f", {name} {row[name]:.2f}" for name in ("alpha", "ac1") if row[name] is not None)
            for row in told["agreement"]
        ]
    shown = told["problems"][:_PROBLEMS_SHOWN]
    lines += ["", *(f"{p['kind']}: {p['subject']}: {p['message']}" for p in shown)]
    if len(told["problems"]) > len(shown):
        rest = len(told["problems"]) - len(shown)
        lines.append(f"... and {rest:,} more: caselight show {told['study']} --json")
    return lines


def figure_lines(rows: list[dict[str, Any]]) -> list[str]:
    """The figures, one a line, below what they are worth."""
    people = [row for row in rows if "strata" in row and row["name"] in _WHOLE and not row["where"]]
    machine = [row for row in rows if "strata" not in row]
    lines = ["Figures from a random draw that people read:", *_range_lines(people), ""] if people else []
    lines += [f"Figures ({UNCHECKED}):"] if machine else ["No figures yet."]
    for row in machine:
        of = f" of {row['N']:,} {row['unit']}s"
        what = row["value"] if row["name"] == "count" else f"({row['name'].replace('_', ' ')})"
        lines.append(f"  {row['variable']} = {what}: {row['estimate']:,.10g}{of}")
    return lines


def _range_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a figure: by the claim that was committed to, which comes first; the other one in --json."""
    told = set()
    for row in rows:
        figure = (row["name"], row["variable"], row["value"])
        if figure not in told:
            yield _range_line(row)
        told.add(figure)


def _range_line(row: Mapping[str, Any]) -> str:
    what = f"  {row['variable']} = {row['value']}: "
    rest = f"({row['level'] * 100:g} %, {row['method']}, {row['n']:,} read)"
    if row["name"] == "recall":
        return f"{what}the machine found {row['low']:.0%} to {row['high']:.0%} of them {rest}"
    of = f"{row['low']:,.0f} to {row['high']:,.0f} of {row['N']:,} {row['unit']}s"
    return f"{what}{of}, best estimate {row['estimate']:,.0f} {rest}"


def one(made: Made, what: str) -> dict[str, Any]:
    """The case with this id, or the one whose record has this name, path or id (or the beginning of an id).

    Raises:
        UsageError: there is no such case, or more than one.
    """
    rows = view.case_rows(made, view.links(made))
    named = [row for row in rows if what in (row.id, row.name, row.path, row.document)]
    found = named or [
        row for row in rows if len(what) >= 6 and (row.id.startswith(what) or row.document.startswith(what))
    ]
    if len(found) > 1:
        listed = ", ".join(f"{row.path} ({row.id})" for row in found[:5])
        raise UsageError(f"{what!r} may mean {len(found)} cases: {listed}. Name one by its case id.")
    if not found:
        raise UsageError(_not_a_case(made, what))
    row = found[0]
    page = next(view.case_pages(made, [row.id]))
    return _case(page) | {"path": row.path, "matter": row.matter, "earlier": list(row.earlier)}


def _not_a_case(made: Made, what: str) -> str:
    for record in view.record_rows(made):
        if what in (record.name, record.path, record.id):
            return f"{record.path} is no case: its state is {record.state}: {record.reason}."
    study = made.study.folder
    return f"There is no record or case {what!r} in {study}. Find it: caselight search {study} WORDS"


def _case(page: CasePage) -> dict[str, Any]:
    facts = [
        {"name": fact.name, "value": fact.value, "source": fact.source, **asdict(fact.span)} for fact in page.case.facts
    ]
    answers = [
        {
            "variable": answer.variable,
            "value": answer.value,
            "coder": answer.coder,
            "evidence": [
                {"said_by": e.said_by, "denied": e.denied, "section": e.section, **asdict(e.span)}
                for e in answer.evidence
            ],
        }
        for answer in page.answers
    ]
    return {"case": page.case.id, "instance": page.case.instance, "facts": facts, "answers": answers}


def case_lines(case: Mapping[str, Any]) -> list[str]:
    """One case: facts, then answers with who says it and the sentence."""
    lines = [f"{case['path']}  {case['case']}  {case['instance']}"]
    if case["earlier"]:
        lines.append(f"earlier instances: {', '.join(case['earlier'])}")
    lines += ["", "Facts"]
    lines += [f"  {fact['name']}: {fact['value']}" for fact in case["facts"]]
    lines += ["", f"Answers ({UNCHECKED})"]
    for answer in case["answers"]:
        value = answer["value"]
        told = ", ".join(value) if isinstance(value, tuple) else value
        lines.append(f"  {answer['variable']}: {'(no answer)' if told is None else told if told != '' else '-'}")
        for evidence in answer["evidence"]:
            quote = " ".join(evidence["quote"].split())
            quote = quote if len(quote) <= _QUOTE_CELLS else quote[:_QUOTE_CELLS] + " …"
            denied = ", denied" if evidence["denied"] else ""
            lines.append(f"      “{quote}” ({evidence['said_by']}{denied}; {evidence['start']}-{evidence['end']})")
    return lines


def demo_lines(made: Made, shown: Contents) -> list[str]:
    """What the demo study found, in three lines."""
    told = summary(made, shown)
    lines = [f"{told['records']:,} constructed rulings read; {len(told['problems']):,} problems; the books balance."]
    for variable, value, words in (
        ("surveillance_role", "relied_on", "the court relies on surveillance"),
        ("identification_means", "facial_recognition", "a person was found by facial recognition"),
    ):
        found = [row for row in told["figures"] if (row["variable"], row["value"]) == (variable, value)]
        lines += [f"In {_sentence(row)} {words}{_behind(row)}." for row in sorted(found, key=_machine_last)[:1]]
    return lines


def _machine_last(row: Mapping[str, Any]) -> tuple[bool, bool]:
    return row["low"] is None, row["name"] != "count"


def _sentence(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['estimate']:,.0f} of {row['N']:,} cases"
    of = f"between {row['low']:,.0f} and {row['high']:,.0f} of {row['N']:,} cases"
    return f"{of} (best estimate {row['estimate']:,.0f})"


def _behind(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f" ({UNCHECKED})"
    return f" ({row['level'] * 100:g} %; {row['n']:,} cases, picked by dice, were read by two demo coders)"


def published_lines(done: Published) -> list[str]:
    """What was published, what was not, and what nobody can know."""
    replaced = ", ".join(f"{count:,} {kind}" for kind, count in done.replaced.items()) or "nothing"
    lines = [f"Replaced by tokens: {replaced}. Names of officials that stay: {done.officials:,}."]
    lines.append(f"The gate looked into {done.files:,} files and found none of them.")
    withheld = done.withheld
    lines.append(
        f"Not published: {withheld['originals']:,} original files ({withheld['scans']:,} of them scans): "
        "pictures of pages cannot be searched for names."
    )
    if done.look_at:
        lines.append(f"Look at these {len(done.look_at):,}: one letter away from a name that was hidden.")
        lines += [f"  {f.file}:{f.line}: {f.what!r} in “{f.near}”" for f in done.look_at[:_PROBLEMS_SHOWN]]
    lines += ["The gate cannot know:", *(f"  {text}" for text in done.cannot_know)]
    return [*lines, f"Published: {done.folder}"]
