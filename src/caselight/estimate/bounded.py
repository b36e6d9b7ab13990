"""Limits for the total of numbers of which only the least and the most possible are known; exact for every pile.

A gambler who believes that the mean of the pile is m bets on each case as it is read, in the order of the tickets. Were
m right the bets would be fair, and the chance that the stake is ever multiplied by 1 / tail is at most the tail
(Ville's inequality). Kept is every m at which it is not. As reading goes on the cases not yet read have, if m is
right, the mean m_t = (N m - sum of those read) / (N - t + 1). Numbers are scaled to 0 .. 1. Against too large an m the
stake is

    K(m) = mean over c of  prod_t (1 + c (m_t - y_t) / (1 - m_t))

for several c from 0 to 1 at once: large ones win where numbers hardly vary or are nearly all 0, small ones where they
vary much. K rises with m, so that the limit is found by halving. The lower limit is the upper one of 1 - y.

Source: Waudby-Smith and Ramdas, Journal of the Royal Statistical Society B 86 (2024) 1-27, section 5 and appendix (bets
without replacement); NeurIPS 2020 (sampling without replacement).
"""

from __future__ import annotations

from math import log

import numpy as np

from caselight.estimate.finite_population import Floats

# Stakes, each 0.6 of the one before: between two neighbours at most 6 % of the best rate of winning is lost.
STAKES = 0.6 ** np.arange(11)
# Halvings of the interval that the mean lies in: the limit is right to a part in 10^7 of it, and errs outward.
_HALVINGS = 24


def upper_total(y: Floats, N: int, tail: float) -> float:  # noqa: N803
    """Largest total of the pile that is compatible with the numbers read.

    Args:
        y: (n,) float, 0 to 1, in the order in which they were drawn.
        N: cases in the pile, N >= n.
        tail: probability allowed beyond the limit.
    Returns:
        A total, from N times the mean of y (if n > 0) to the sum of y + N - n.
    """
    n, seen = len(y), float(y.sum())
    if n == N:
        return seen
    least, most = seen / N, (seen + N - n) / N
    if not n or not _broken(most, y, N, tail):
        return most * N
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if _broken(middle, y, N, tail):
            most = middle
        else:
            least = middle
    return max(most, seen / n) * N


def lower_total(y: Floats, N: int, tail: float) -> float:  # noqa: N803
    """Smallest total of the pile that is compatible with the numbers read; arguments as for `upper_total`."""
    return N - upper_total(1 - y, N, tail)


def _broken(m: float, y: Floats, N: int, tail: float) -> bool:  # noqa: N803
    """Whether the stake against the mean m is multiplied by 1 / tail at some time."""
    before = np.concatenate([[0.0], np.cumsum(y)[:-1]])
    left = N - np.arange(len(y))
    expected = np.clip((N * m - before) / left, 0.0, 1.0)
    # Where all of the rest must be 1, a number below 1 is proof against m, and a 1 tells nothing.
    room = np.maximum(1 - expected, 1e-12)
    gain = np.where(expected < 1, (expected - y) / room, np.where(y < 1 - 1e-9, 1e12, 0.0))
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log(np.maximum(1 + STAKES[:, None] * gain, 0.0)), axis=1)
    highest = logs.max(axis=0)
    safe = np.where(np.isfinite(highest), highest, 0.0)
    stakes = np.where(np.isfinite(highest), safe + np.log(np.exp(logs - safe).mean(axis=0)), -np.inf)
    return bool(stakes.max() > -log(tail))
