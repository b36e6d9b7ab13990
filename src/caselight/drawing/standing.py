"""What of people's answers cannot count as it is: answers that the codebook no longer knows, coders who differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caselight.drawing.answering import given, records_of
from caselight.drawing.commitment import Committed, drawn_cases, frame_rows, last
from caselight.planning import Made
from caselight.review import ADJUDICATOR, UNDECIDED, Given, last_answers, same
from caselight.store import Study
from caselight.types import Problem, Value
from caselight.variables import KINDS, Variable

_SHOWN = 5  # answers that one message names


@dataclass(frozen=True, slots=True)
class Dispute:
    """A question of a case that coders answered differently, and that nobody has settled."""

    case: str
    variable: str
    answers: tuple[str, ...]  # as a sheet holds them, sorted, so that they do not tell who gave which


def disputes(taken: Iterable[Given]) -> list[Dispute]:
    """Where coders differ and the adjudicator has not spoken, in the order in which cases and questions first came."""
    found = []
    for key, by_coder in last_answers(taken).items():
        first, *others = by_coder.values()
        if ADJUDICATOR not in by_coder and not all(same(one, first) for one in others):
            found.append(Dispute(*key, tuple(sorted(map(cell, by_coder.values())))))
    return found


def cell(one: Given) -> str:
    """An answer as a sheet holds it."""
    return UNDECIDED if not one.decided else cell_of(one.value)


def cell_of(value: Value) -> str:
    """A value as a sheet holds it."""
    if value is None:
        return "does_not_say"
    if isinstance(value, tuple):
        return ";".join(sorted(value)) or "none"
    return str(value)


def is_known(one: Given, variable: Variable) -> bool:
    """Whether the codebook still allows this answer."""
    return not KINDS[variable.kind].check(one.value, variable)


def unknown(variables: Sequence[Variable], taken: Iterable[Given]) -> Mapping[str, Mapping[str, int]]:
    """Question -> answer that the codebook does not allow any more -> how often people gave it.

    Of a question that is gone, all its answers. What counts no longer does no harm: an answer that its coder replaced,
    and one in whose stead the adjudicator gave an answer that is allowed.
    """
    asked = {variable.name: variable for variable in variables}
    found: dict[str, Counter[str]] = {}
    for (_, name), by_coder in last_answers(taken).items():
        final = by_coder.get(ADJUDICATOR)
        counting = by_coder.values() if final is None else (final,)
        for one in counting:
            if name not in asked or not is_known(one, asked[name]):
                found.setdefault(name, Counter())[cell(one)] += 1
    return found


def answer_problems(made: Made) -> list[Problem]:
    """A problem for each question whose answers by people the codebook no longer knows."""
    asked = {variable.name: variable for variable in made.codebook.variables}
    problems = []
    for name, answers in unknown(made.codebook.variables, given(made.study)).items():
        listed = ", ".join(f"{answer!r} ({n})" for answer, n in sorted(answers.items())[:_SHOWN])
        more = f" and {len(answers) - _SHOWN} others" if len(answers) > _SHOWN else ""
        if name in asked:
            known = ", ".join(asked[name].value_names()) or f"a {asked[name].kind}"
            told = f"people answered {listed}{more}, which the codebook does not allow any more (allowed: {known})"
        else:
            told = f"people answered it ({listed}{more}), and the codebook does not ask it any more"
        remedy = "Give it its old name back in codebook.yaml, or have the cases coded anew and import the answers"
        problems.append(
            Problem("estimate", name, "answer_unknown", f"{name}: {told}. No figure of it is given. {remedy}.")
        )
    return problems


def read_twice(study: Study) -> set[str]:
    """The units that two coders or more have answered something about; the adjudicator is none of them."""
    coders: dict[str, set[str]] = {}
    for one in given(study):
        if one.coder != ADJUDICATOR:
            coders.setdefault(one.case, set()).add(one.coder)
    return {unit for unit, names in coders.items() if len(names) > 1}


def disputed(made: Made, committed: Committed) -> list[tuple[str, ...]]:
    """The answers about drawn units that differ, as a sheet for the adjudicator: a head, then a row for each."""
    drawn = {one.case for one in drawn_cases(committed)}
    found = [one for one in disputes(given(made.study)) if one.case in drawn]
    width = max((len(one.answers) for one in found), default=2)
    paths = records_of(made, committed.unit)
    head = ("case", "record", "variable", *(f"answer_{i}" for i in range(1, width + 1)), "value")
    empty = ("",) * width
    return [head, *((d.case, paths.get(d.case, ""), d.variable, *(d.answers + empty)[:width], "") for d in found)]


def committed_cases(committed: Committed) -> set[str]:
    """The cases that the draw is of."""
    members = committed.folder / "members.tsv"
    if members.exists():
        return {line.split("\t")[1] for line in members.read_text("utf-8").splitlines()}
    return {row.case for row in frame_rows(committed)}


def later(made: Made, cases: Iterable[str]) -> int:
    """How many of these cases of the study came after its last draw was committed: no figure speaks for them."""
    committed = last(made.study)
    if committed is None:
        return 0
    known = committed_cases(committed)
    whole = sum(N for N, _ in committed.sizes.values())
    return sum(case not in known for case in cases) if len(known) >= whole else max(0, len(list(cases)) - whole)
