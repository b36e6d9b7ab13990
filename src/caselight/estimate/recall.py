"""How complete a search was: of the cases that were set aside unread some are drawn and read (elusion).

Source: exact one-sided limit by the hypergeometric law, as in finite_population.py. Rules of thumb ("nothing new among
the last fifty") are no such limit: they are wrong in 5 to 28 % of searches that they call complete. Two of them are
here as lights for whoever is reading, never for a figure: Callaghan and Mueller-Hansen, Systematic Reviews 9 (2020) 273
(`light_buscar`); Lewis, Yang and Frieder, CIKM 2021, 1133-1143 (`light_least_positives`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np

from caselight.errors import Refused
from caselight.estimate.finite_population import at_most, check, checked_level, lower_limit, upper_limit
from caselight.types import Stratum


@dataclass(frozen=True, slots=True)
class Completeness:
    """What was missed at most, and so how much was found at least."""

    missed: int  # cases, at most
    recall: float  # found / all, at least; what the draw itself found is not counted as found
    recall_with_drawn: float  # the same, when it is counted


def completeness(found: int, set_aside: int, drawn: int, missed_in_draw: int, level: float = 0.95) -> Completeness:
    """The limit for what was missed, where people confirmed every case that was found.

    >>> completeness(100, 5000, 600, 0).missed
    23

    Args:
        found: cases that the search found and people confirmed.
        set_aside: cases that nobody would have read.
        drawn: of these, drawn at random and read.
        missed_in_draw: of these, that should have been found; an undecided one counts as missed.
        level: of confidence, one-sided.
    Raises:
        Refused: nothing was drawn, or the numbers contradict each other.
    """
    check(found, found, found)
    return _complete(found, Stratum(set_aside, drawn, missed_in_draw), level)


def completeness_by_draws(found: Stratum, set_aside: Stratum, level: float = 0.95) -> Completeness:
    """The same where of the cases that were found, too, only a draw was read: half of what may go wrong for each draw.

    Args:
        found: the cases that the search found; x = of those read, rightly.
        set_aside: the cases that nobody would have read; x = of those read, missed.
        level: of confidence, for both limits together.
    Raises:
        Refused: as `completeness`; nothing was read of what was found.
    """
    check(found.x + found.undecided, found.n, found.N)
    check(found.x, found.n, found.N)
    if found.n == found.N:
        return _complete(found.x, set_aside, level)
    if not found.n:
        raise Refused("nobody has read any of the cases that were found, so nobody knows how many are right; draw some")
    each = 1 - (1 - checked_level(level)) / 2
    return _complete(lower_limit(found.x, found.n, found.N, each), set_aside, each)


def _complete(found: int, rest: Stratum, level: float) -> Completeness:
    check(rest.x + rest.undecided, rest.n, rest.N)
    if not rest.n and rest.N:
        raise Refused(
            "nothing was drawn from the cases set aside, so nobody knows what was missed; draw some and read them"
        )
    missed = upper_limit(rest.x + rest.undecided, rest.n, rest.N, level)
    if not found + missed:
        return Completeness(missed, 1.0, 1.0)
    return Completeness(missed, found / (found + missed), (found + rest.x) / (found + missed))


def light_buscar(relevant: Sequence[bool], N: int, target: float = 0.95) -> float:  # noqa: N803
    """How surprising it would be, had less than `target` of the relevant cases been found: a light, not a figure.

    The smallest of many probabilities looked at again and again: at 0.05 it is wrong in 5 to 28 % of searches.

    Args:
        relevant: whether each read case was relevant, in the order of reading.
        N: cases in the pile.
        target: share of the relevant cases that is to be found, from 0.000001 to 1.
    """
    n = len(relevant)
    if not 1e-6 <= target <= 1 or not 0 < n <= N:
        raise Refused("needed: one case read or more, no more than the pile has, and a target from 0.000001 to 1")
    last = np.cumsum(np.array(relevant, bool)[::-1].astype(np.int64))  # relevant among the last i read
    i = np.arange(1, n + 1)
    least = np.floor(int(last[-1]) / target + 1 - (int(last[-1]) - last)).astype(np.int64)
    lowest = 1.0
    for seen, read, missing in zip(last.tolist(), i.tolist(), least.tolist(), strict=True):
        lowest = min(lowest, _at_most(seen, read, N - n + read, missing))
    return lowest


def _at_most(x: int, n: int, N: int, t: int) -> float:  # noqa: N803
    if t > N - n + x:  # so many without the code are not left
        return 0.0
    return 1.0 if t <= x else float(at_most(np.array([x]), n, N, np.array([t]))[0])


def light_least_positives(recall: float, confidence: float = 0.95) -> int:
    """Relevant cases that a random sample must hold before it can show this recall at all.

    >>> light_least_positives(0.8)
    14
    """
    if not 0 < recall < 1:
        raise Refused(f"a recall of {recall} cannot be shown by a sample; needed: above 0 and below 1")
    return max(1, ceil(log(1 - checked_level(confidence)) / log(recall) - 1e-9))
