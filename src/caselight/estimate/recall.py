"""How complete a search was: of the cases that were set aside unread some are drawn and read (elusion).

Source: exact one-sided limit by the hypergeometric law, as in finite_population.py. Rules of thumb ("nothing new among
the last fifty") are no such limit: they are wrong in 5 to 28 % of searches that they call complete.
"""

from __future__ import annotations

from dataclasses import dataclass

from caselight.errors import Refused
from caselight.estimate.finite_population import upper_limit


@dataclass(frozen=True, slots=True)
class Completeness:
    """What was missed at most, and so how much was found at least."""

    missed: int  # cases, at most
    recall: float  # found / all, at least; what the draw itself found is not counted as found
    recall_with_drawn: float  # the same, when it is counted


def completeness(found: int, set_aside: int, drawn: int, missed_in_draw: int, level: float = 0.95) -> Completeness:
    """The limit for what was missed.

    >>> completeness(100, 5000, 600, 0).missed
    23

    Args:
        found: cases that the search found and people confirmed.
        set_aside: cases that nobody would have read.
        drawn: of these, drawn at random and read.
        missed_in_draw: of these, that should have been found.
    Raises:
        Refused: nothing was drawn, or the numbers contradict each other.
    """
    if not drawn and set_aside:
        raise Refused(
            "nothing was drawn from the cases set aside, so nobody knows what was missed; draw some and read them"
        )
    missed = upper_limit(missed_in_draw, drawn, set_aside, level)
    if not found + missed:
        return Completeness(missed, 1.0, 1.0)
    return Completeness(missed, found / (found + missed), (found + missed_in_draw) / (found + missed))
