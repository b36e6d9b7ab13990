"""Which questions of a case are to be answered next: skip rules followed with a person's own answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from caselight.review.decisions import Decision
from caselight.variables import Variable

ASKED, WAITING, SKIPPED = "asked", "waiting", "skipped"


def states(variables: Iterable[Variable], given: Mapping[str, Decision]) -> dict[str, str]:
    """For each question: asked, waiting (for another one that is not answered yet), or skipped.

    Args:
        given: variable -> this person's answer for the case.
    """
    variables = list(variables)
    names = {variable.name for variable in variables}
    found: dict[str, str] = {}

    def state(variable: Variable) -> str:
        if variable.name not in found:
            found[variable.name] = ASKED  # a circle of conditions cannot be written, see codebook
            found[variable.name] = _state(variable)
        return found[variable.name]

    def _state(variable: Variable) -> str:
        for condition in variable.ask_if:
            if condition.variable not in names:
                continue
            other = state(by_name[condition.variable])
            answer = given.get(condition.variable)
            if other == SKIPPED:
                return SKIPPED
            if other == WAITING or answer is None or not answer.asked:
                return WAITING
            if not condition.holds(answer.value):
                return SKIPPED
        return ASKED

    by_name = {variable.name: variable for variable in variables}
    return {variable.name: state(variable) for variable in variables}


def is_done(variables: Iterable[Variable], given: Mapping[str, Decision]) -> bool:
    """Whether every question that is asked is answered."""
    found = states(variables, given)
    return all(
        state == SKIPPED or (state == ASKED and name in given and given[name].asked) for name, state in found.items()
    )
