"""The tables of a bundle as figures need them: every case with its answers and the facts that have figures too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from caselight.bundle.drawn import holds, shared, tuples
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import CASES, GIVEN

FACT = "fact:"
MACHINE = "machine_count"
LISTED = ("count", "given", "none", "undetermined", "not_asked")
Key = tuple[str, str]  # name and value of a figure
_ALWAYS = ("outcome", "year", "court", "instance")  # facts that have figures in every bundle
_WHERE_STATED = ("region", "statute")  # those that have them where any record states them; older bundles have none
_FACTS = (*_ALWAYS, *_WHERE_STATED)
_SEVERAL = frozenset({"statute"})  # of which a case may have several
_STATED = ("decision_date", "event_date", "judge")  # what tables beside the report are made from


class CaseRow(NamedTuple):
    """What figures need of one case."""

    line: int
    case: str
    document: str  # id of the document that carries the act
    facts: tuple[tuple[str, ...], ...]  # values of each of _FACTS; () = the record is silent
    stated: tuple[str, ...]  # what is stated first of each of _STATED; "" = nothing
    answers: list[tuple[int, str, Any]]  # line, variable, value


def case_row(case: tuple[int, Mapping[str, Any]], answers: Sequence[tuple[int, Mapping[str, Any]]]) -> CaseRow:
    """A case and its answers, from rows of both tables with their lines.

    Raises:
        ValueError: an answer is to another case.
    """
    line, row = case
    found: dict[str, list[str]] = {"instance": [str(row["instance"])]}
    for fact in row["facts"]:
        if fact["name"] != "instance":
            found.setdefault(fact["name"], []).append(str(fact["value"]))
    found["year"] = [day[:4] for day in found.get("decision_date", ())[:1]]
    given = []
    for at, answer in answers:
        if answer["case"] != row["id"]:
            raise ValueError(f"answers.jsonl, line {at}: it names two cases")
        given.append((at, str(answer["variable"]), tuples(answer["value"])))
    facts = tuple(_fact_values(name, found.get(name, ())) for name in _FACTS)
    stated = tuple(found.get(name, [""])[0] for name in _STATED)
    return CaseRow(line, str(row["id"]), str(row["documents"][0]), facts, stated, given)


def _fact_values(name: str, found: Sequence[str]) -> tuple[str, ...]:
    values = tuple(value for value in dict.fromkeys(found) if value)
    return values if name in _SEVERAL else values[:1]


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
    same: dict[Any, Any] = field(default_factory=dict)  # one answer for all that are equal: most cases share a few

    def put(self, rows: Sequence[CaseRow], verdict: Verdict) -> None:
        """Some more cases; what contradicts itself in them goes into the verdict."""
        for row in rows:
            if row.case in self.documents:
                _wrong(verdict, CASES, row.line, "each case once", row.case)
                continue
            self.cases.append(row.case)
            self.documents[row.case] = row.document
            for name, values in zip(_FACTS, row.facts, strict=True):
                self.facts[name][row.case] = shared(values, self.same)
            for name, first in zip(_STATED, row.stated, strict=True):
                self.stated[name][row.case] = shared(first, self.same)
            for line, variable, value in row.answers:
                if variable not in self.answers or row.case in self.answers[variable]:
                    _wrong(verdict, GIVEN, line, "each question once for each case", f"{variable} of {row.case}")
                else:
                    self.answers[variable][row.case] = shared(value, self.same)

    def check_whole(self, verdict: Verdict) -> None:
        """That every question has an answer to every case."""
        for variable, found in self.answers.items():
            if len(found) != len(self.cases):
                expected = f"{len(self.cases)} answers to {variable}"
                _wrong(verdict, GIVEN, 0, expected, str(len(found)), variable)


def empty_pile(questions: Sequence[Mapping[str, Any]]) -> Pile:
    """No case yet."""
    return Pile(
        questions,
        facts={name: {} for name in _FACTS},
        stated={name: {} for name in _STATED},
        answers={question["name"]: {} for question in questions},
    )


def _wrong(verdict: Verdict, table: str, line: int, expected: str, found: str, variable: str = "") -> None:
    where = f"line {line}" if line else ""
    affects = (f"{variable}=*",) if variable else ("*",)
    verdict.wrong(Fault("figures", "table_differs", table, where, expected, found, affects))


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
