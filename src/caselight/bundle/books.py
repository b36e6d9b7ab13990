"""The books: what came into each stage came out of it, and the tables hold just so much."""

from __future__ import annotations

from collections import Counter
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import BOOKS, ESTIMATES, TABLES
from caselight.bundle.pile import FACT, LISTED, MACHINE, Pile
from caselight.bundle.reading import read_rows

_ACCOUNTED = frozenset({"read", "duplicate", "container", "left_out"})


def check_books(bundle: Bundle, pile: Pile, rows: list[dict[str, Any]], verdict: Verdict) -> None:
    """Adds everything up again."""
    states = Counter(row["state"] for _, row in read_rows(bundle, TABLES + "documents.jsonl"))
    unread = sum(number for state, number in states.items() if state not in _ACCOUNTED)
    told = sum(1 for _, row in read_rows(bundle, TABLES + "problems.jsonl") if row["stage"] == "ingest")
    if told < unread:
        _unbalanced(verdict, TABLES + "problems.jsonl", f"a problem for each of {unread} records not read", f"{told}")
    for number, book in read_rows(bundle, BOOKS):
        verdict.add("books")
        went = dict(book["went_out"])
        if book["came_in"] != sum(went.values()):
            _unbalanced(verdict, BOOKS, f"line {number}: {book['came_in']} = what went out", str(sum(went.values())))
        right = _right(book["stage"], states, pile)
        if right is not None and (book["came_in"], went) != right:
            _unbalanced(verdict, BOOKS, f"line {number}, {book['stage']}: {right}", f"{book['came_in']}, {went}")
    _check_sums(pile, rows, verdict)


def _right(stage: str, states: Counter[str], pile: Pile) -> tuple[int, dict[str, int]] | None:
    """What came in and what became of it, by the tables; None = a stage of which they do not tell."""
    if stage == "ingest":
        return sum(states.values()), dict(states)
    if stage == "structure":
        return states["read"], {"case": len(pile.cases)}
    if stage.startswith("coding/") and stage[len("coding/") :] in pile.answers:
        given = pile.answers[stage[len("coding/") :]].values()
        undecided = sum(value is None for value in given)
        return len(pile.cases), {"answered": len(given) - undecided, "no answer": undecided}
    return None


def _check_sums(pile: Pile, rows: list[dict[str, Any]], verdict: Verdict) -> None:
    """A question's figures add up to all cases; where several answers are allowed, to no fewer."""
    several = {question["name"] for question in pile.questions if _has_several(pile, question["name"])}
    closed = {question["name"] for question in pile.questions if question["values"]}
    sums: Counter[str] = Counter()
    for row in rows:
        if row["method"] == MACHINE and row["name"] in LISTED and not row.get("where"):
            variable = row["variable"]
            if row["name"] == "count" and not variable.startswith(FACT) and variable not in closed:
                continue  # the most frequent texts are part of "given"
            sums[variable] += row["counted"]
    for variable, whole in sums.items():
        verdict.add("books")
        if whole < len(pile.cases) or (whole > len(pile.cases) and variable not in several):
            fault = Fault(
                "books",
                "unbalanced",
                ESTIMATES,
                variable,
                str(len(pile.cases)),
                str(whole),
                (f"{variable}=*",),
            )
            verdict.wrong(fault)


def _has_several(pile: Pile, variable: str) -> bool:
    return any(isinstance(value, tuple) for value in pile.answers[variable].values())


def _unbalanced(verdict: Verdict, file: str, expected: str, found: str) -> None:
    verdict.wrong(Fault("books", "unbalanced", file, "", expected, found, ("*",)))
