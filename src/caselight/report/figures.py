"""The figures of a report, put in order for showing; and the check without which none is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from caselight.report.contents import Contents, Fieldwork, Quotation
from caselight.report.names import FACT, Names, figure_file, finding_file
from caselight.types import Estimate

CERTIFIED, RECALL = "exact_certified", "recall"  # a method, and the name of a figure; see the reference
SEVERAL = frozenset({FACT + "statute"})  # facts of which a case may have several
LISTED = ("count", "given", "none", "undetermined", "not_asked")  # figures that are a number of cases
# A telling quotation is about as long as a sentence: shorter ones lack their subject, longer ones are not read.
_TELLING_CHARACTERS = 190
_LONGEST_CHARACTERS = 420


@dataclass(frozen=True, slots=True)
class Figure:
    """One estimate, ready to be shown."""

    estimate: Estimate  # as counted by machine
    label: Markup
    file: str  # list of its cases, from the report's folder; "" = it has none
    finding: Estimate | None = None  # by people who read a random draw, with its interval; None = nobody has
    certified: Estimate | None = None  # the same, holding for every pile whatever
    recall: Estimate | None = None  # how much of it the machine found
    alone: int | None = None  # what the machine counted in the pile that the draw is of; None = there is no draw

    @property
    def share(self) -> float:
        """Best known part of the pile, 0 to 1."""
        best = self.finding or self.estimate
        return best.estimate / best.N if best.N else 0.0

    @property
    def page(self) -> str:
        """Where it is told how people's figure was made; "" = there is none."""
        return finding_file(self.finding.digest) if self.finding else ""

    @property
    def checked(self) -> bool:
        """People have coded a random draw, so that there is an interval."""
        return self.finding is not None


@dataclass(frozen=True, slots=True)
class Block:
    """One question with all its figures."""

    variable: str  # a variable's name, or "fact:NAME"
    kind: str  # of the variable; "fact" for facts
    question: Markup
    figures: tuple[Figure, ...]  # numbers of cases
    sums: tuple[Figure, ...]  # medians and totals


def group(estimates: Iterable[Estimate], names: Names, work: Fieldwork | None = None) -> list[Block]:
    """The figures by question, in the order in which they come."""
    said = work.machine if work else {}
    held: dict[str, list[Figure]] = {}
    people: dict[tuple[str, str, str], list[Estimate]] = {}
    machine = []
    for e in estimates:
        if e.strata and (e.where or "recoded" in e.assumptions):
            continue  # of a part of the pile, or with a "but": on the pages of findings only
        if e.strata:
            people.setdefault((e.name, e.variable, e.value), []).append(e)
        else:
            machine.append(e)
    for e in machine:
        file = figure_file(e.name, e.variable, e.value) if e.name in LISTED else ""
        found = people.get((e.name, e.variable, e.value), [])
        figure = Figure(
            e,
            names.figure(e.name, e.variable, e.value),
            file,
            finding=found[0] if found else None,  # the first is by the claim that was committed to
            certified=next((other for other in found if other.method == CERTIFIED), None),
            recall=next(iter(people.get((RECALL, e.variable, e.value), [])), None),
            alone=said[e.variable].get(e.value, 0) if e.variable in said else None,
        )
        held.setdefault(e.variable, []).append(figure)
    return [
        Block(
            variable,
            names.variables[variable].kind if variable in names.variables else "fact",
            names.question(variable),
            tuple(f for f in figures if f.file),
            tuple(f for f in figures if not f.file),
        )
        for variable, figures in held.items()
    ]


def headline(blocks: Sequence[Block], names: Names) -> Figure | None:
    """The figure that the first screen is about.

    Of the first question that is asked of every case and has one answer out of several (where there is none, of the
    first that has values at all): the first value, if the question has a default such as "none" to be set apart from;
    if it has none, the most frequent value.
    """
    closed = [block for block in blocks if block.variable in names.variables and names.variables[block.variable].values]
    first = [b for b in closed if b.kind == "one-of" and not names.variables[b.variable].ask_if]
    for block in (*first, *closed):
        default = names.variables[block.variable].default
        without = default if isinstance(default, tuple) else (default,)
        found = [f for f in block.figures if f.estimate.name == "count" and f.estimate.value not in without]
        if found:
            return found[0] if default else max(found, key=lambda f: f.estimate.estimate)
    return None


def faults(contents: Contents) -> list[tuple[str, str, int, int]]:
    """Where the books do not balance: (stage or variable, unit, came in, went out). Empty = figures may be shown."""
    found = [
        (book.stage, book.unit, book.came_in, sum(n for _, n in book.went_out))
        for book in contents.books
        if not book.balanced
    ]
    size = len(contents.cases)
    seen: dict[str, set[str]] = {}
    sums: dict[str, int] = {}
    several = {variable.name for variable in contents.codebook.variables if variable.kind == "many-of"} | SEVERAL
    closed = {variable.name for variable in contents.codebook.variables if variable.values}
    for e in contents.estimates:
        if e.name not in LISTED or e.strata:  # a draw is of the pile as it was when it was committed
            continue
        if size != e.N:
            found.append((e.variable, "case", size, e.N))
        if e.name == "count" and not (e.variable.startswith(FACT) or e.variable in closed):
            continue  # the most frequent texts are part of "given"
        if e.variable in several:
            seen.setdefault(e.variable, set()).update(e.cases)
        else:
            sums[e.variable] = sums.get(e.variable, 0) + len(e.cases)
    sums |= {variable: len(cases) for variable, cases in seen.items()}
    found += [(variable, "case", size, total) for variable, total in sums.items() if total != size]
    return list(dict.fromkeys(found))


def telling(quotations: Iterable[tuple[int, Sequence[Quotation]]], value: str) -> tuple[int, int, Quotation] | None:
    """The quotation to show on the first screen: what the court says, not denied, about a sentence long.

    Args:
        quotations: position of a case, and the quotations for its answer.
        value: the answer; a quotation known to speak for another is left out.

    Returns:
        Position of the case, number of the quotation there (from 1), and the quotation.
    """
    best: tuple[tuple[bool, bool, int, int, int], Quotation] | None = None
    for place, given in quotations:
        for i, quotation in enumerate(given, 1):
            if quotation.value not in ("", value) or len(quotation.text) > _LONGEST_CHARACTERS:
                continue
            off = abs(len(quotation.text) - _TELLING_CHARACTERS)
            key = (quotation.denied, quotation.said_by != "court", off, place, i)
            if best is None or key < best[0]:
                best = (key, quotation)
    return (best[0][3], best[0][4], best[1]) if best else None
