"""The tables of a bundle as figures need them: every case with its answers and the facts that have figures too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import holds, tuples
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import QUESTIONS, TABLES
from caselight.bundle.reading import read_json, read_rows

FACT = "fact:"
MACHINE = "machine_count"
LISTED = ("count", "given", "none", "undetermined", "not_asked")
Key = tuple[str, str]  # name and value of a figure
_ALWAYS = ("outcome", "year", "court", "instance")  # facts that have figures in every bundle
_WHERE_STATED = ("region", "statute")  # those that have them where any record states them; older bundles have none
_SEVERAL = frozenset({"statute"})  # of which a case may have several
_STATED = ("decision_date", "event_date", "judge")  # what tables beside the report are made from


@dataclass
class Pile:
    """All cases."""

    questions: Sequence[Mapping[str, Any]]
    cases: list[str] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)  # case -> id of the document that carries the act
    facts: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)  # name -> case -> values; () = silent
    stated: dict[str, dict[str, str]] = field(default_factory=dict)  # name in _STATED -> case -> what is stated first
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # variable -> case -> value
    known: dict[str, dict[Key, list[str]]] = field(default_factory=dict)  # what `counted` has worked out


def read_pile(bundle: Bundle, verdict: Verdict) -> Pile:
    """The tables cases and answers, with what contradicts itself in them put into the verdict."""
    pile = Pile(read_json(bundle, QUESTIONS)["variables"])
    pile.facts = {name: {} for name in (*_ALWAYS, *_WHERE_STATED)}
    pile.stated = {name: {} for name in _STATED}
    for number, row in read_rows(bundle, TABLES + "cases.jsonl"):
        case = row["id"]
        if case in pile.documents:
            _wrong(verdict, "cases.jsonl", number, "each case once", case)
        pile.cases.append(case)
        pile.documents[case] = row["documents"][0]
        _note(pile, case, row)
    pile.answers = {question["name"]: {} for question in pile.questions}
    for number, row in read_rows(bundle, TABLES + "answers.jsonl"):
        variable, case = row["variable"], row["case"]
        if variable not in pile.answers or case not in pile.documents or case in pile.answers[variable]:
            _wrong(verdict, "answers.jsonl", number, "each question once for each case", f"{variable} of {case}")
        else:
            pile.answers[variable][case] = tuples(row["value"])
    for variable, found in pile.answers.items():
        if len(found) != len(pile.cases):
            _wrong(verdict, "answers.jsonl", 0, f"{len(pile.cases)} answers to {variable}", str(len(found)), variable)
    return pile


def _note(pile: Pile, case: str, row: Mapping[str, Any]) -> None:
    """What the record of a case states, as far as figures and tables are made from it."""
    stated: dict[str, list[str]] = {"instance": [row["instance"]]}
    for fact in row["facts"]:
        if fact["name"] != "instance":
            stated.setdefault(fact["name"], []).append(str(fact["value"]))
    for name in _STATED:
        pile.stated[name][case] = stated.get(name, [""])[0]
    stated["year"] = [pile.stated["decision_date"][case][:4]]
    for name, of_case in pile.facts.items():
        values = [value for value in dict.fromkeys(stated.get(name, ())) if value]
        of_case[case] = tuple(values if name in _SEVERAL else values[:1])


def _wrong(verdict: Verdict, table: str, line: int, expected: str, found: str, variable: str = "") -> None:
    where = f"line {line}" if line else ""
    affects = (f"{variable}=*",) if variable else ("*",)
    verdict.faults.append(Fault("figures", "table_differs", TABLES + table, where, expected, found, affects))


def counted(pile: Pile, variable: str) -> dict[Key, list[str]]:
    """The cases of each figure of one question, as the machine's answers make them: (name, value) -> cases."""
    if variable not in pile.known:
        pile.known[variable] = _by_fact(pile, variable) if variable.startswith(FACT) else _by_answer(pile, variable)
    return pile.known[variable]


def _by_fact(pile: Pile, variable: str) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = {("undetermined", ""): []}
    for case, values in pile.facts.get(variable[len(FACT) :], {}).items():
        for value in values or ("",):
            found.setdefault(("count", value) if value else ("undetermined", ""), []).append(case)
    return found


def _by_answer(pile: Pile, variable: str) -> dict[Key, list[str]]:
    question = next((one for one in pile.questions if one["name"] == variable), None)
    names = ("given", "none", "undetermined", "not_asked")
    found: dict[Key, list[str]] = {(name, ""): [] for name in names}
    if question is None:
        return found
    found |= {("count", value): [] for value in question["values"]}
    for case, value in pile.answers[variable].items():
        asked = all(holds(c["values"], pile.answers[c["variable"]].get(case)) for c in question["ask_if"])
        if value is None or not asked:
            found["undetermined" if asked else "not_asked", ""].append(case)
        elif value == ():
            found["none", ""].append(case)
        else:
            found["given", ""].append(case)
            for one in value if isinstance(value, tuple) else (value,):
                found.setdefault(("count", str(one)), []).append(case)
    return found


def within(pile: Pile, where: Sequence[Sequence[str]]) -> set[str] | None:
    """The cases of a part of the pile, by facts and machine answers; None = all of it."""
    if not where:
        return None
    parts = [set(counted(pile, variable).get(("count", value), [])) for variable, value in where]
    return set.intersection(*parts)


def machine_figure(pile: Pile, row: Mapping[str, Any]) -> tuple[float, list[str]] | None:
    """The number and the cases that a machine's figure should have; None = a kind of figure not known here."""
    key = row["name"], row["value"]
    known = counted(pile, row["variable"])
    inside = within(pile, row.get("where", ()))

    def kept(cases: Iterable[str]) -> list[str]:
        return [case for case in cases if inside is None or case in inside]

    if row["name"] in ("median", "total"):
        cases = kept(known["given", ""])
        numbers = [pile.answers[row["variable"]][case] for case in cases]
        return float(median(numbers) if row["name"] == "median" else sum(numbers)), cases
    if row["name"] not in LISTED:
        return None
    cases = kept(known.get(key, []))
    return float(len(cases)), cases


def missing_figures(pile: Pile, there: set[tuple[str, str, str]]) -> list[str]:
    """Figures that the answers make and that are not there: whoever leaves one out hides what he found."""
    found = []
    for question in pile.questions:
        variable = question["name"]
        for (name, value), cases in counted(pile, variable).items():
            if name == "count":
                needed = value in question["values"]
            elif name == "given":
                needed = not question["values"]
            else:
                needed = bool(cases)
            if needed and (name, variable, value) not in there:
                found.append(f"{variable}={value or name}")
    figured = {variable for _, variable, _ in there}
    for fact in (*_ALWAYS, *(name for name in _WHERE_STATED if FACT + name in figured)):
        known = counted(pile, FACT + fact)
        found += [
            f"{FACT}{fact}={value or name}"
            for (name, value), cases in known.items()
            if cases and (name, FACT + fact, value) not in there
        ]
    return found
