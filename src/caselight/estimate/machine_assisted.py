"""What other programs make of a machine's codes and a small sample that people read: to compare, never for a claim.

Of N cases the machine flagged N_1; people read n, drawn simply. Difference and prediction-powered estimates are right
on average, but their intervals rest on a normal law and cover in as little as 10 % of draws where a code is rare. Rogan
and Gladen's estimate is for error rates known from elsewhere: with rates from the same sample it only gives that
sample's own share back and hides its error. Figures come from stratified.py.

Sources: Sarndal, Swensson and Wretman, Model Assisted Survey Sampling (1992), ch. 6 (difference, GREG); Angelopoulos et
al., Science 382 (2023) 669-674 (PPI), and arXiv 2311.01453, example 6.1 (PPI++); Rogan and Gladen, American Journal of
Epidemiology 107 (1978) 71-76.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from caselight.errors import Refused
from caselight.estimate.finite_population import checked_level
from caselight.estimate.proportions import wilson
from caselight.estimate.ranges import Range


@dataclass(frozen=True, slots=True)
class Checked:
    """A simple draw that people read, against the machine's codes."""

    N: int  # cases
    flagged: int  # N_1, of these, flagged by the machine
    right: int  # read: flagged and with the code
    wrong: int  # read: flagged, without the code
    missed: int  # read: not flagged, with the code
    clear: int  # read: not flagged, without the code

    @property
    def n(self) -> int:
        """Cases read."""
        return self.right + self.wrong + self.missed + self.clear


@dataclass(frozen=True, slots=True)
class Corrected:
    """A share corrected for known error rates of the machine."""

    share: Range  # may lie outside 0 to 1, and is not clipped: that would hide that it is impossible
    possible: bool  # False = outside 0 to 1: the error rates do not fit this pile
    warning: str


def difference(c: Checked) -> tuple[float, float]:
    """Difference estimate of the share, and its standard error with the finite correction."""
    _check(c)
    at = (c.right + c.missed - c.right - c.wrong) / c.n
    spread = ((c.missed + c.wrong) / c.n - at**2) * c.n / (c.n - 1)
    return at + c.flagged / c.N, sqrt(max((1 - c.n / c.N) * spread / c.n, 0.0))


def post_stratified(c: Checked) -> float:
    """The estimate that GREG, post-stratification and PPI++ with the slope of least squares share."""
    _check(c)
    if not (c.right + c.wrong and c.missed + c.clear):
        raise Refused("of the flagged cases, or of the others, none was read, so there is no estimate of their share")
    yes, no = c.right / (c.right + c.wrong), c.missed / (c.missed + c.clear)
    return (c.flagged * yes + (c.N - c.flagged) * no) / c.N


def prediction_powered(c: Checked, level: float = 0.95, weight: float | None = None) -> Range:
    """PPI (`weight` = 1) and PPI++ (None: the weight that makes the variance least), by the normal law.

    Raises:
        Refused: fewer than two cases read, or none left unread.
    """
    _check(c)
    if c.n == c.N:
        raise Refused("every case was read; the share is known and needs no estimate")
    rest, unread = c.N - c.n, c.flagged - c.right - c.wrong
    if weight is None:
        weight = _weight(c)
    f = unread / rest
    y, g = (c.right + c.missed) / c.n, (c.right + c.wrong) / c.n
    errors = (y - 2 * weight * c.right / c.n + weight**2 * g) - (y - weight * g) ** 2
    at = weight * f + y - weight * g
    half = NormalDist().inv_cdf((1 + checked_level(level)) / 2) * sqrt(
        max(weight**2 * f * (1 - f) / rest + errors / c.n, 0.0)
    )
    return Range(at, at - half, at + half)


def _weight(c: Checked) -> float:
    covariance = c.right / c.n - (c.right + c.missed) / c.n * (c.right + c.wrong) / c.n
    share = c.flagged / c.N
    variance = share * (1 - share) * c.N / (c.N - 1)
    return min(max(covariance / ((1 + c.n / (c.N - c.n)) * variance), 0.0), 1.0) if variance else 0.0


def rogan_gladen(flagged: int, N: int, sensitivity: float, specificity: float, level: float = 0.95) -> Corrected:  # noqa: N803
    """The share behind the machine's share, if its error rates are known from elsewhere without error.

    Args:
        flagged: cases that the machine flagged.
        N: cases that it saw.
        sensitivity, specificity: share of cases with (without) the code that it gets right, known from elsewhere.
        level: of confidence; of the machine's count alone, not of the error rates.
    Raises:
        Refused: a machine that is no better than chance, or counts that are none.
    """
    power = sensitivity + specificity - 1
    if not (0 <= sensitivity <= 1 and 0 <= specificity <= 1) or not power > 1e-9:
        raise Refused("a machine whose sensitivity and specificity do not add up to more than 1 tells nothing")
    if not N:
        raise Refused("the machine saw no case")
    low, high = wilson(flagged, N, level)
    share = Range(*((p + specificity - 1) / power for p in (flagged / N, low, high)))
    warning = (
        "holds only if the machine's error rates were measured on other, comparable records; never with rates from the "
        "sample that the share is estimated from"
    )
    return Corrected(share, 0 <= share.estimate <= 1, warning)


def _check(c: Checked) -> None:
    read = (c.right, c.wrong, c.missed, c.clear)
    if min(read) < 0 or c.right + c.wrong > c.flagged or c.missed + c.clear > c.N - c.flagged:
        raise Refused("more cases were read than there are, or fewer than none")
    if c.n < 2:
        raise Refused("fewer than two cases were read; how far they vary cannot be told")
