"""What `estimate` asks: figures by any fact or answer, differences, trends, what hidden records would do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from caselight.codebook import Codebook
from caselight.drawing.answering import given
from caselight.drawing.checking import checked
from caselight.drawing.commitment import ELUSION, Committed, drawn_cases, draws, last
from caselight.drawing.facts import facts_of
from caselight.drawing.fieldwork import Readings, agreed, evidence, readings, sample, with_changes
from caselight.drawing.pile import members_of, pile
from caselight.drawing.standing import answer_problems, later
from caselight.errors import Refused, UsageError
from caselight.estimate import FACT, Evidence, recalls
from caselight.estimate.elusion import elusion
from caselight.estimate.figures import Where
from caselight.estimate.sample import Sample, is_whole, recoded
from caselight.planning import Made
from caselight.types import Estimate, Value, as_value
from caselight.variables import Variable

MOST_GROUPS = 40  # figures of one answer, one a group; there may be hundreds of courts


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know."""

    variables: tuple[str, ...] = ()  # () = all
    values: tuple[str, ...] = ()  # () = all
    by: str = ""  # a fact or a variable: a figure for each of its values; "" = for the pile as a whole
    where: tuple[str, ...] = ()  # NAME=VALUE, all of which hold
    compare: tuple[str, str] | None = None  # two values of `by`: how far their shares differ
    trend: bool = False  # the slope over the values of `by`, which are years
    claim: str = ""  # "" = as it was committed
    most: float | None = None  # the most that one case can have of a number; None = not known
    persons: str = ""  # a number variable or a fact that says how many persons a case is about; "" = cases are counted
    recoded: bool = False  # part the pile by what the machine says now, not when the draw was committed
    together: bool = False  # all figures hold together: what may go wrong is shared by them


@dataclass(frozen=True, slots=True)
class Withheld:
    """A figure that is not given, and why."""

    variable: str
    value: str
    where: Where
    reason: str


@dataclass(slots=True)
class Told:
    """The answer to a question."""

    committed: Committed | None  # None = no draw, so no figures
    figures: list[Estimate] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    read: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # variable -> drawn units answered, drawn
    differ: Mapping[str, int] = field(default_factory=dict)  # variable -> drawn units whose coders differ, not settled
    later: int = 0  # cases that came after the draw was committed
    others: tuple[Committed, ...] = ()  # the other draws of the study


def asked(made: Made, question: Question) -> Told:
    """The figures that were asked for, from the last draw; those that cannot be given, with the reason.

    Raises:
        UsageError: no such variable, value or fact.
    """
    committed = last(made.study)
    found = Told(committed)
    chosen = _chosen(made.codebook, question)
    if committed is None or not committed.thrown:
        return found
    checked(committed)
    drawn = [one.case for one in drawn_cases(committed)]
    read = readings(made.codebook.variables, drawn, given(made.study))
    base = evidence(committed, read, facts_of(made, committed.unit))
    if question.recoded:
        base = replace(base, sample=recoded(base.sample, _said_now(made, base.sample)))
    if question.persons and (question.by or question.where):
        raise UsageError("--persons is about all cases together: leave --by and --where out.")
    groups = _groups(made.codebook, base, question)
    _tell_of_reading(found, made, read, [variable.name for variable, _ in chosen])
    withheld = list(found.withheld)
    found.read = {variable.name: (len(read.of(variable.name)), len(drawn)) for variable, _ in chosen}
    ask = partial(_make, made, committed, read, chosen, groups, question)
    ask(base, found)
    if question.together:
        alike = {(e.name, e.variable, e.value, e.where, e.draw) for e in found.figures}
        found.figures, found.withheld = [], withheld
        ask(base, found, max(1, len(alike)))
    return found


def _make(  # noqa: PLR0913, PLR0917  (what figures are about, and what they rest on)
    made: Made,
    committed: Committed,
    read: Readings,
    chosen: Sequence[tuple[Variable, tuple[str, ...]]],
    groups: Sequence[Where],
    question: Question,
    base: Evidence,
    found: Told,
    shared_by: int = 1,
) -> None:
    """Everything that was asked for; what may go wrong is shared by so many figures."""
    base = replace(base, sample=_shared(base.sample, shared_by))
    bounds = "" if question.most is None else bounds_named(question.most)
    figures = [(v, value) for v, values in chosen for value in (values if v.values else (bounds,))]
    for variable, value in figures:
        if not read.of(variable.name):
            continue
        at = replace(base, sample=with_changes(base.sample, committed, made.codebook, variable.name))
        if not variable.values:
            for where in groups:
                _try(found, (variable.name, value), where, partial(at.numbers, variable.name, value, where))
            continue
        _add(found, at, (variable.name, value), groups, question)
        if question.persons:
            counted = named(made.codebook, base, question.persons)
            one = partial(at.persons, variable.name, value, counted)
            _try(found, (variable.name, value), ((counted, "*"),), lambda one=one: iter([one()]))  # type: ignore[misc]
    if not question.by and not question.where:
        found.figures += _others(made, read, base, chosen, shared_by)


def _shared(sample: Sample, figures: int) -> Sample:
    """At the level at which so many figures hold together (Bonferroni)."""
    return replace(sample, level=1 - (1 - sample.level) / figures)


def _tell_of_reading(found: Told, made: Made, read: Readings, names: Collection[str]) -> None:
    """Where coders differ, what came after the draw, which other draws there are, which answers count no longer."""
    found.differ = {name: n for name, n in read.differ.items() if name in names}
    found.later = later(made, members_of(made, "case"))
    found.others = tuple(one for one in draws(made.study) if found.committed and one.number != found.committed.number)
    told = {problem.subject: problem.message for problem in answer_problems(made)}
    found.withheld += [Withheld(name, "", (), told[name]) for name in names if name in read.unknown]


def bounds_named(most: float) -> str:
    """The bounds of a number as its figures are named by them, exact: "0..300000"."""
    return f"0..{repr(float(most)).removesuffix('.0')}"


def _add(found: Told, base: Evidence, about: tuple[str, str], groups: Sequence[Where], question: Question) -> None:
    """The figures of one answer."""
    claim = question.claim or base.sample.claim
    if question.compare or question.trend:
        name = groups[0][-1][0]
        shared = groups[0][:-1]
        ends = [(name, value) for value in question.compare] if question.compare else [where[-1] for where in groups]
        if not question.compare:
            ends = [end for end in ends if base.is_comparable((*shared, end))]
        make = base.difference if question.compare else base.trend
        _try(found, about, (*shared, *ends), lambda: iter([make(*about, (*shared, *ends), claim)]))
    for where in groups:
        _try(found, about, where, partial(base.counts, *about, where))


def _try(found: Told, about: tuple[str, str], where: Where, make: Callable[[], Iterator[Estimate]]) -> None:
    try:
        found.figures += make()
    except Refused as error:
        found.withheld.append(Withheld(*about, where, str(error)))


def _others(
    made: Made,
    read: Readings,
    base: Evidence,
    chosen: Sequence[tuple[Variable, tuple[str, ...]]],
    shared_by: int,
) -> Iterator[Estimate]:
    """How complete the machine's search was: from this draw, and from one of what it set aside."""
    for variable, values in chosen:
        answers = read.of(variable.name)
        if answers and is_whole(base.sample, answers):
            yield from recalls(variable.name, values, base.sample, answers)
    aside = last(made.study, ELUSION)
    if aside is not None and aside.thrown:
        checked(aside)
        drawn = (one.case for one in drawn_cases(aside))
        answers = readings(made.codebook.variables, drawn, given(made.study)).of(aside.about[0])
        yield from elusion(*aside.about, _shared(sample(aside), shared_by), answers)


def _said_now(made: Made, sample: Sample) -> dict[str, dict[str, Value]]:
    """What our machine says of the units of a draw now.

    Raises:
        UsageError: units of the draw are gone, or their answers cannot be made again from an export.
    """
    if sample.unit == "matter":
        raise UsageError("--recoded: a draw of matters is parted by what was committed; draw anew.")
    now = pile(made, sample.unit).machine
    gone = sum(unit not in now for units in sample.frame.values() for unit in units)
    if gone:
        raise UsageError(f"--recoded: {gone} {sample.unit}s of the draw are no longer in the study. Draw anew.")
    return {unit: {name: as_value(value) for name, value in said.items()} for unit, said in now.items()}


def _chosen(codebook: Codebook, question: Question) -> list[tuple[Variable, tuple[str, ...]]]:
    """The variables with a list of answers, and the numbers, that were asked for, each with the answers asked for."""
    known = {variable.name: variable for variable in codebook.variables}
    for name in question.variables:
        if name not in known:
            raise UsageError(f"--variable {name}: no such variable. Known: {', '.join(known)}.")
    chosen = [known[name] for name in question.variables or known if known[name].values or known[name].kind == "number"]
    for value in question.values:
        if not any(value in variable.value_names() for variable in chosen):
            names = ", ".join(dict.fromkeys(name for variable in chosen for name in variable.value_names()))
            raise UsageError(f"--value {value}: no such answer. Known: {names}.")
    wanted = question.values
    rows = [(v, tuple(x for x in v.value_names() if not wanted or x in wanted)) for v in chosen]
    return [row for row in rows if row[1] or (not row[0].values and not wanted)]


def named(codebook: Codebook, base: Evidence, name: str) -> str:
    """What a name means: a variable of the codebook, or else a fact.

    Raises:
        UsageError: neither.
    """
    if name in {variable.name for variable in codebook.variables}:
        return name
    fact = name.removeprefix(FACT)
    if not any(base.fact(fact).values()):
        variables = ", ".join(variable.name for variable in codebook.variables)
        raise UsageError(
            f"{name!r} is no variable, and no case states it as a fact. Facts: year, court, judge, instance, outcome, "
            f"statute ... Variables: {variables}."
        )
    return FACT + fact


def _groups(codebook: Codebook, base: Evidence, question: Question) -> list[Where]:
    """The parts of the pile that figures are about."""
    shared: list[tuple[str, str]] = []
    for text in question.where:
        name, _, value = text.partition("=")
        if not value:
            raise UsageError(f"--where {text}: write NAME=VALUE, such as year=2022.")
        shared.append((named(codebook, base, name), value))
        _check_value(codebook, base, shared[-1])
    if not question.by:
        if question.compare or question.trend:
            raise UsageError("Say what to compare by: --by year, --by court ...")
        return [tuple(shared)]
    name = named(codebook, base, question.by)
    for value in question.compare or ():
        _check_value(codebook, base, (name, value))
    values = list(question.compare or _values(codebook, base, name))
    return [(*shared, (name, value)) for value in values]


def _values(codebook: Codebook, base: Evidence, name: str) -> list[str]:
    """The values that figures are given for: of a fact those with a drawn case, the largest groups."""
    if not name.startswith(FACT):
        return list(next(v for v in codebook.variables if v.name == name).value_names())
    held = base.fact(name.removeprefix(FACT))
    sizes: dict[str, int] = {}
    for values in held.values():
        for value in values:
            sizes[value] = sizes.get(value, 0) + 1
    order = sorted(sizes, key=lambda value: (-sizes[value], value))[:MOST_GROUPS]
    return sorted(order) if name == f"{FACT}year" else order


def _check_value(codebook: Codebook, base: Evidence, pair: tuple[str, str]) -> None:
    name, value = pair
    if name.startswith(FACT):
        known = {one for values in base.fact(name.removeprefix(FACT)).values() for one in values}
    else:
        known = set(next(v for v in codebook.variables if v.name == name).value_names())
    if value not in known:
        listed = ", ".join(sorted(known)[:12])
        raise UsageError(f"No case has {name.removeprefix(FACT)} = {value!r}. There are: {listed}.")


def agreement_rows(made: Made, names: Sequence[str] = ()) -> Iterator[tuple[str, object]]:
    """How far readers agree on each question, as the report tells it; nothing of those that nobody answered twice.

    Of the drawn units; while nothing is drawn, of all that people have answered.
    """
    taken, committed = given(made.study), last(made.study)
    units = drawn_cases(committed) if committed and committed.thrown else taken
    read = readings(made.codebook.variables, (one.case for one in units), taken)
    yield from ((name, one) for name, one in agreed(made.codebook, read).items() if not names or name in names)
