"""Figures about the whole pile. What comes in: every case's answers and some facts. What goes out: `Estimate`s.

Until people have coded a random draw, every figure is a count *as coded by machine*: `method="machine_count"`, n = 0,
no interval. It says how many cases the machine put there, and is not yet a finding: nobody knows how often the machine
is wrong on this pile.

Each question's cases are counted so that its books balance. For a question with one answer a case:
    sum of the counts + "undetermined" + "not_asked" = N
and for one that allows several answers: cases with at least one + "none" + "undetermined" + "not_asked" = N.
To add a way of estimating: a file of its own, and a new `method` code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

from caselight.codebook import Codebook
from caselight.estimate.agreed import agreements
from caselight.estimate.evidence import FACT, Evidence, fact_values
from caselight.estimate.figures import ALL, CERTIFIED, EXACT, RECALL, RUNNING, SHARE, Part, estimated, of_value, recalls
from caselight.estimate.sample import Read, Sample, mistakes, verdicts
from caselight.types import Estimate, Value
from caselight.variables import Variable

METHOD = "machine_count"
# A text question may have a different answer in every case; the most frequent ones get a figure, all are listed.
MOST_TEXTS = 20

__all__ = [
    "ALL",
    "CERTIFIED",
    "EXACT",
    "FACT",
    "METHOD",
    "RECALL",
    "RUNNING",
    "SHARE",
    "Evidence",
    "Part",
    "Read",
    "Sample",
    "agreements",
    "count",
    "count_facts",
    "count_variable",
    "estimated",
    "fact_values",
    "mistakes",
    "of_value",
    "recalls",
    "verdicts",
    "was_asked",
]


def count(
    codebook: Codebook,
    cases: Sequence[str],
    answers: Mapping[str, Sequence[Value]],
    facts: Mapping[str, Sequence[str | tuple[str, ...]]],
) -> list[Estimate]:
    """A figure for every value of every variable, in the codebook's order, then for every value of these facts.

    Args:
        codebook: what was asked.
        cases: ids of all cases, N of them.
        answers: variable -> its value in each case, in the order of `cases`.
        facts: name, e.g. "outcome", "year", "court" -> its value in each case, "" = the record does not say; several
            values of one case as a tuple.
    """
    found: list[Estimate] = []
    for variable in codebook.variables:
        found += count_variable(variable, cases, answers[variable.name], was_asked(variable, answers, len(cases)))
    for name, values in facts.items():
        found += count_facts(name, cases, values)
    return found


def was_asked(variable: Variable, answers: Mapping[str, Sequence[Value]], cases: int) -> list[bool]:
    """For each case, whether every condition in the variable's `ask_if` holds."""
    asked = [True] * cases
    for condition in variable.ask_if:
        holds: dict[Value, bool] = {}
        for i, value in enumerate(answers[condition.variable]):
            if value not in holds:
                holds[value] = condition.holds(value)
            asked[i] = asked[i] and holds[value]
    return asked


def count_variable(
    variable: Variable, cases: Sequence[str], values: Sequence[Value], asked: Sequence[bool]
) -> list[Estimate]:
    """The figures of one variable: its values, then "none", "undetermined" and "not_asked" where there are such."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    rest: dict[str, list[str]] = {"none": [], "undetermined": [], "not_asked": []}
    given: list[str] = []
    numbers: list[float] = []
    for case, value, was in zip(cases, values, asked, strict=True):
        if value is None or not was:
            rest["undetermined" if was else "not_asked"].append(case)
        elif value == ():
            rest["none"].append(case)
        else:
            given.append(case)
            for one in value if isinstance(value, tuple) else (value,):
                held[str(one)].append(case)
            if isinstance(value, int | float):
                numbers.append(value)
    size = len(cases)
    found = list(_of_kind(variable, held, given, numbers, size))
    optional = {"none": variable.kind == "many-of", "not_asked": bool(variable.ask_if), "undetermined": True}
    return found + [
        _figure(name, variable.name, "", len(ids), ids, size) for name, ids in rest.items() if ids or optional[name]
    ]


def _of_kind(
    variable: Variable, held: Mapping[str, list[str]], given: list[str], numbers: list[float], size: int
) -> Iterator[Estimate]:
    name = variable.name
    if variable.values:
        for value in variable.value_names():
            yield _figure("count", name, value, len(held.get(value, ())), held.get(value, ()), size)
        return
    yield _figure("given", name, "", len(given), given, size)
    if variable.kind == "number":
        if numbers:
            yield _figure("median", name, "", median(numbers), given, size)
            yield _figure("total", name, "", sum(numbers), given, size)
        return
    kept = Counter({value: len(ids) for value, ids in held.items()})
    for value, number in sorted(kept.items(), key=lambda item: (-item[1], item[0]))[:MOST_TEXTS]:
        yield _figure("count", name, value, number, held[value], size)


def count_facts(name: str, cases: Sequence[str], values: Sequence[str | tuple[str, ...]]) -> list[Estimate]:
    """How many cases have each value of a fact, most frequent first; "undetermined" = the record does not say."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    for case, value in zip(cases, values, strict=True):
        for one in value or ("",) if isinstance(value, tuple) else (value,):
            held[one].append(case)
    absent = held.pop("", [])
    order = sorted(held) if name == "year" else sorted(held, key=lambda value: (-len(held[value]), value))
    size = len(cases)
    found = [_figure("count", FACT + name, value, len(held[value]), held[value], size) for value in order]
    return [*found, _figure("undetermined", FACT + name, "", len(absent), absent, size)]


def _figure(name: str, variable: str, value: str, number: float, cases: Iterable[str], size: int) -> Estimate:
    return Estimate(name, variable, value, "case", float(number), None, None, None, METHOD, 0, size, tuple(cases))
