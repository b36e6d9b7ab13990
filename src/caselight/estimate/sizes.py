"""How many cases must be read: the smallest draw that is likely enough to reach what is wanted, and what 50 more buy.

In: the pile, a guess of how often the machine is right and how much it misses, the wanted width or the wanted sentence
("most of ..."). For each size the limits of stratified.py are worked out for everything that may be drawn, with its
chance under the guess (hypergeometric): no formula by a normal law, which promises too small draws where a code is
rare. If the guess is wrong, the width comes out wrong; the limits hold all the same.

Source: exact distribution of the interval, as in Krishnamoorthy and Peng, Journal of Statistical Planning and Inference
137 (2007) 1462-1473, for the limits used here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from caselight.errors import Refused
from caselight.estimate.finite_population import Floats, Integers, check, checked_level, log_chance
from caselight.estimate.stratified import Outcomes, whole_limits

# Outcomes less likely than this are left out: together they are below 0.1 % for any two strata.
RARE = 1e-7
# Widths go up and down a little from one size to the next; so many sizes below the one found are tried too.
BACK = 12
STEP = 50

Divide = Callable[[int], Sequence[int]]  # n -> n_h of each part, as the draw will divide it


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the pile and what is guessed of it."""

    N: int  # cases
    guess: float  # share of them with the code, 0 to 1


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of the interval, in shares of the pile."""

    kind: str  # "width": at most `value` wide; "above": wholly above it ("most": 0.5); "below": wholly below it
    value: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a draw of n cases will give, if the guess is right. Limits and widths are shares of the pile."""

    n: int
    drawn: tuple[int, ...]  # n_h of each part
    low: float  # mean of the lower limits
    high: float  # mean of the upper limits
    chance: float  # that the goal is reached

    @property
    def width(self) -> float:
        """Mean width of the interval."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Plan:
    """The smallest draw that will do, and a larger one."""

    enough: Outlook
    more: Outlook | None  # with 50 cases more; None = there are no more


def plan(
    parts: Sequence[Part],
    goal: Goal,
    divide: Divide,
    level: float = 0.95,
    claim: str = "standard",
    assurance: float = 0.8,
) -> Plan:
    """The smallest number of cases to read.

    >>> found = plan([Part(1000, 0.7)], Goal("above", 0.5), lambda n: [n])
    >>> found.enough.n, found.enough.chance >= 0.8
    (46, True)

    Args:
        parts: of the pile, e.g. the cases that the machine flagged and the others.
        goal: what is wanted.
        divide: how a draw of n is divided among the parts.
        level, claim: as in stratified.py.
        assurance: how likely the goal must be reached, if the guess is right; 0.5 to below 1.
    Raises:
        Refused: the goal is not reached even by reading everything; numbers that are no shares.
    """
    _check(parts, goal, level, assurance)
    size = sum(part.N for part in parts)

    def look(n: int) -> Outlook:
        return outlook(parts, goal, divide(n), level, claim)

    least = sum(part.N > 0 for part in parts)
    enough = look(size)
    if enough.chance < assurance:
        raise Refused(
            "if the guess is right, even reading every case would not do: the share is guessed as "
            f"{enough.low:.1%}; choose another goal or look at the guess"
        )
    below, above = least - 1, least
    while above < size and (tried := look(above)).chance < assurance:
        below, above = above, min(2 * above, size)
    enough = enough if above == size else tried
    while enough.n - below > 1:
        tried = look((below + enough.n) // 2)
        below, enough = (below, tried) if tried.chance >= assurance else (tried.n, enough)
    for n in range(max(least, enough.n - BACK), enough.n):
        if (tried := look(n)).chance >= assurance:
            enough = tried
            break
    return Plan(enough, look(min(enough.n + STEP, size)) if enough.n < size else None)


def outlook(
    parts: Sequence[Part], goal: Goal, drawn: Sequence[int], level: float = 0.95, claim: str = "standard"
) -> Outlook:
    """What a draw will give, if the guess is right.

    Args:
        parts, goal, level, claim: as for `plan`.
        drawn: n_h of each part.
    Raises:
        Refused: as `plan`; more cases drawn than there are.
    """
    _check(parts, goal, level, 0.5)
    size = sum(part.N for part in parts)
    outcomes, chances = _everything(parts, drawn)
    low, high = whole_limits(outcomes, level, claim)
    below, above = low / size, high / size
    if goal.kind == "width":
        reached = above - below <= goal.value + 1e-12
    else:
        reached = below > goal.value if goal.kind == "above" else above < goal.value
    mean_low, mean_high, chance = (float((chances * what).sum()) for what in (below, above, reached))
    return Outlook(sum(drawn), tuple(drawn), mean_low, mean_high, chance)


def _everything(parts: Sequence[Part], drawn: Sequence[int]) -> tuple[Outcomes, Floats]:
    """All outcomes that are not too rare, and their chances, which sum to 1."""
    if len(parts) != len(drawn):
        raise Refused("each part of the pile needs how many of its cases are drawn")
    counts: list[Integers] = []
    laws: list[Floats] = []
    for part, n in zip(parts, drawn, strict=True):
        check(0, n, part.N)
        t = round(part.guess * part.N)
        x = np.arange(max(0, n + t - part.N), min(n, t) + 1)
        law = np.exp(log_chance(x, n, part.N, np.full(len(x), t)))
        kept = law > min(RARE, float(law.max()) / 2)
        counts.append(x[kept])
        laws.append(law[kept])
    seen = np.stack([grid.ravel() for grid in np.meshgrid(*counts, indexing="ij")]).astype(np.int64)
    chances = np.ones(1)
    for law in laws:
        chances = np.outer(chances, law).ravel()
    return Outcomes(tuple(part.N for part in parts), tuple(drawn), seen, seen), chances / chances.sum()


def _check(parts: Sequence[Part], goal: Goal, level: float, assurance: float) -> None:
    checked_level(level)
    if not sum(part.N for part in parts) or any(not 0 <= part.guess <= 1 for part in parts):
        raise Refused("needed: cases, and for each part of the pile a guess from 0 to 1 of the share with the code")
    if goal.kind not in ("width", "above", "below") or not 0 <= goal.value <= 1:
        raise Refused(f"{goal.kind} {goal.value} is no goal; choose a width, or above or below a share from 0 to 1")
    if not 0.5 <= assurance < 1:
        raise Refused(f"an assurance of {assurance} is none; choose one from 0.5 to below 1, usually 0.8")
