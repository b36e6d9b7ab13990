"""Two coders side by side, without their names: where they differ, how often, and which cases those are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from caselight.review.answers import same
from caselight.review.decisions import Decision, Standing

Answers = Mapping[tuple[str, str], Standing]  # one coder's answers that count

DIFFER, UNDECIDED, AGREE = "differ", "undecided", "agree"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question of one case. Which coder is A is drawn for each anew, so that nobody gets known."""

    case: str
    variable: str
    a: Standing
    b: Standing

    @property
    def state(self) -> str:
        """Whether somebody has to settle it."""
        if not (self.a.decision.decided and self.b.decision.decided):
            return UNDECIDED
        return AGREE if same(self.a.decision, self.b.decision) else DIFFER


def pairs(coders: Mapping[str, Answers], cases: Iterable[str], secret: str, differing: bool = False) -> list[Pair]:
    """The questions that two coders answered, in the order of the cases; of more than two, the first two by name.

    Args:
        coders: name -> answers; without the adjudicator.
        cases: those that are looked at.
        secret: decides who is A; the same one gives the same letters.
        differing: of more than two, two who differ if any do: it is open as long as they are not all of one mind.
    """
    found = []
    wanted = {case: place for place, case in enumerate(cases)}
    keys = {key for answers in coders.values() for key in answers if key[0] in wanted}
    for case, variable in sorted(keys, key=lambda key: (wanted[key[0]], key[1])):
        given = [coders[name][case, variable] for name in sorted(coders) if (case, variable) in coders[name]]
        if len(given) < 2:
            continue
        first, second = given[:2]
        if differing:
            second = next((one for one in given if not same(one.decision, first.decision)), second)
        if hashlib.sha256(f"{secret}\n{case}\n{variable}".encode()).digest()[0] % 2:
            first, second = second, first
        found.append(Pair(case, variable, first, second))
    return found


def confusion(found: Iterable[Pair]) -> dict[tuple[str, str], list[str]]:
    """(answer, other answer) -> cases. A and B are drawn by lot, so the table is kept in the order of the words."""
    table: dict[tuple[str, str], list[str]] = {}
    for pair in found:
        key = tuple(sorted((shown(pair.a.decision), shown(pair.b.decision))))
        table.setdefault((key[0], key[1]), []).append(pair.case)
    return table


def shown(decision: Decision) -> str:
    """An answer as one word of the codebook, several joined by +, or what stands for none."""
    if not decision.decided:
        return "(cannot decide)"
    if not decision.asked:
        return "(not asked)"
    if decision.value is None:
        return "(does not say)"
    return "+".join(decision.value) or "(none)" if isinstance(decision.value, tuple) else str(decision.value)
