"""The one answer of people that counts for a drawn case and a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from caselight.types import Value

ADJUDICATOR = "adjudicator"  # whoever decides where two coders differ; has the last word
UNDECIDED = "undecided"  # what a coder writes who has read the record and cannot say


@dataclass(frozen=True, slots=True)
class Given:
    """What one person answered."""

    case: str
    variable: str
    value: Value  # None = the record does not say
    coder: str
    decided: bool = True  # False = read, and undecided
    asked: bool = True  # False = not answered: what the person said elsewhere had made the question pointless


def last_answers(given: Iterable[Given]) -> dict[tuple[str, str], dict[str, Given]]:
    """(case, variable) -> coder -> what that coder answered last; whatever stood before is replaced.

    In the order in which cases, questions and coders first came.
    """
    last: dict[tuple[str, str], dict[str, Given]] = {}
    for one in given:
        last.setdefault((one.case, one.variable), {})[one.coder] = one
    return last


def settle(given: Iterable[Given]) -> dict[tuple[str, str], Given]:
    """(case, variable) -> the answer that counts.

    The adjudicator's where there is one; else the coders', if they agree; else nobody's: undecided. Of one coder the
    last answer counts.
    """
    settled = {}
    for key, by_coder in last_answers(given).items():
        if ADJUDICATOR in by_coder:
            settled[key] = by_coder[ADJUDICATOR]
            continue
        answers = list(by_coder.values())
        agreed = all(same(one, answers[0]) for one in answers)
        coder = " + ".join(sorted(by_coder))
        settled[key] = Given(*key, answers[0].value, coder, answers[0].decided and agreed)
    return settled


class Answered(Protocol):
    """Anything that says what somebody answered."""

    @property
    def value(self) -> Value:
        """The answer; None = the record does not say."""

    @property
    def decided(self) -> bool:
        """False = read, and undecided."""


def same(a: Answered, b: Answered) -> bool:
    """Whether two answers say the same; the order of several values does not matter."""
    return a.decided == b.decided and _key(a.value) == _key(b.value)


def _key(value: Value) -> object:
    return frozenset(value) if isinstance(value, tuple) else value
