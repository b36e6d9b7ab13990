"""What a figure still says when some records are hidden: nothing is assumed about them.

A figure is about the records in hand. Of all records a share m was not published (from gaps in docket numbers, or from
official counts). If none of the hidden ones had the code, the share of all would be (1 - m) times that of those in
hand; if all had it, m more.

Sources: Manski, American Economic Review 80 (1990) 319-323 (bounds); Imbens and Manski, Econometrica 72 (2004)
1845-1857, eq. 7 (the quantile for an interval about a share that is known up to bounds).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from caselight.errors import Refused
from caselight.estimate.finite_population import checked_level


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where a finding stops to hold."""

    holds_in_hand: bool  # for the records in hand, by the limit that must carry it
    # It holds unless the share among the hidden ones is below this (finding "above") or above it (finding "below");
    # 1 or 0, respectively = it falls in any case; None = it holds whatever they have.
    rate: float | None
    hidden: float  # share of hidden records up to which it holds whatever they have, 0 to 1


def if_hidden(low: float, high: float, hidden: float) -> tuple[float, float]:
    """Limits for the share among all records, hidden ones included.

    >>> [round(limit, 3) for limit in if_hidden(0.10, 0.16, 0.2)]
    [0.08, 0.328]

    Args:
        low, high: limits for the share among the records in hand, 0 to 1.
        hidden: share of all records that are hidden, 0 to 1.
    Raises:
        Refused: a number that is no share.
    """
    _check(low, high, hidden)
    return (1 - hidden) * low, (1 - hidden) * high + hidden


def break_even(
    low: float, high: float, hidden: float, threshold: float, side: Literal["above", "below"] = "above"
) -> BreakEven:
    """How far the hidden records would have to differ for a finding to fall.

    >>> found = break_even(0.62, 0.71, 0.3, 0.5)
    >>> found.holds_in_hand, round(found.rate, 3), round(found.hidden, 3)
    (True, 0.22, 0.194)

    Args:
        low, high, hidden: as for `if_hidden`.
        threshold: what the finding says the share is above or below of, e.g. 0.5 for "most".
        side: "above": the finding is that the share is above the threshold, and falls if the hidden ones have too small
            a share; "below": the other way round.
    Raises:
        Refused: a number that is no share.
    """
    _check(low, high, hidden)
    if not 0 <= threshold <= 1:
        raise Refused(f"a threshold of {threshold} is no share; needed: 0 to 1")
    if side == "below":  # the same, told of the records without the code
        mirrored = break_even(1 - high, 1 - low, hidden, 1 - threshold)
        return BreakEven(mirrored.holds_in_hand, None if mirrored.rate is None else 1 - mirrored.rate, mirrored.hidden)
    holds = low > threshold
    most = 1 - threshold / low if holds else 0.0
    if holds and (1 - hidden) * low >= threshold:
        return BreakEven(holds, None, most)
    rate = min((threshold - (1 - hidden) * low) / hidden, 1.0) if hidden else 1.0
    return BreakEven(holds, rate, most)


def imbens_manski(width: float, error: float, level: float = 0.95) -> float:
    """The quantile c such that [lower bound - c error, upper bound + c error] covers the share itself with `level`.

    Args:
        width: upper less lower bound, at least 0.
        error: the larger of the standard errors of the bounds, above 0.
        level: of confidence.
    Returns:
        c: 1.96 where the bounds meet, down to 1.645 where they are far apart (level 0.95).
    """
    if not 0 <= width < float("inf") or not 0 < error < float("inf"):
        raise Refused("needed: a width of 0 or more, and a standard error above 0")
    law, level = NormalDist(), checked_level(level)
    least, most = law.inv_cdf(level), law.inv_cdf((1 + level) / 2)
    for _ in range(100):  # halved until nothing is left to halve
        middle = (least + most) / 2
        if law.cdf(middle + width / error) - law.cdf(-middle) < level:
            least = middle
        else:
            most = middle
    return most


def _check(low: float, high: float, hidden: float) -> None:
    if not 0 <= low <= high <= 1:
        raise Refused(f"{low} to {high} are no limits of a share; needed: 0 <= low <= high <= 1")
    if not 0 <= hidden <= 1:
        raise Refused(f"a hidden share of {hidden} is impossible; needed: 0 (none hidden) to 1 (all hidden)")
