"""Certified limits by Fisher's combination: every way to part a total among the strata is tried, in effect.

A total T is compatible when some parting t_1 + ... + t_H = T has  -2 sum ln P(X_h <= x_h | N_h, t_h, n_h)  below the
quantile of chi squared with 2 H degrees of freedom at 1 - tail (upper limit; the lower one is the same for the cases
without the code). Probabilities of counts are at least uniform, so that the limits cover in every pile; the same holds
for strata that were drawn apart. H counts the strata that were read in part: the others have nothing to combine.

Why no search over all partings is needed: in t, -ln P(X <= x) is convex, since P(X <= x | t) is the upper tail of the
negative hypergeometric law, which is log-concave. The cheapest parting therefore takes the cheapest steps first, over
all strata (the min-plus sum of convex functions): the steps are sorted and taken while they can be afforded.

Source: Fisher, Statistical Methods for Research Workers (4th ed. 1932), section 21.1; Ottoboni, Stark, Lindeman and
McBurnett, EVote-ID 2018, 174-188 (stratified audits, maximised over partings).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from caselight.estimate.finite_population import TIE, Floats, Integers, log_choose


def fisher_limits(
    N: Sequence[int],  # noqa: N803
    n: Sequence[int],
    least: Integers,
    most: Integers,
    tail: float,
) -> tuple[Floats, Floats]:
    """Lower and upper limit of M outcomes, (M,) each.

    Args:
        N: cases of each of H strata.
        n: of these, read.
        least: (H, M) int; of the read ones, those with the code for certain.
        most: (H, M) int; the same with every undecided one.
        tail: probability allowed beyond each limit.
    """
    read = np.array(n, np.int64)[:, None]
    low = [sum(N) - _upper(N, n, column, tail) for column in (read - least).T]
    high = [_upper(N, n, column, tail) for column in most.T]
    return np.array(low, np.float64), np.array(high, np.float64)


def _upper(N: Sequence[int], n: Sequence[int], x: Integers, tail: float) -> int:  # noqa: N803
    """Largest compatible total."""
    sizes = [(size, drawn, int(seen)) for size, drawn, seen in zip(N, n, x, strict=True)]
    parts = [part for part in sizes if 0 < part[1] < part[0]]
    known = sum(size if not drawn else seen for size, drawn, seen in sizes if not 0 < drawn < size)
    if not parts:
        return known
    most = budget(len(parts), tail)
    steps = np.sort(np.concatenate([_steps(*part, most) for part in parts]))
    afforded = int(np.searchsorted(np.cumsum(steps), most, side="left"))
    return known + sum(seen for _, _, seen in parts) + afforded


@lru_cache(maxsize=64)
def budget(strata: int, tail: float) -> float:
    """Half the quantile of chi squared: what -sum ln P must stay below; a tie counts as beyond, as elsewhere."""
    from scipy.special import gammainccinv

    return float(gammainccinv(strata, tail * (1 + TIE)))


@lru_cache(maxsize=4096)
def _steps(N: int, n: int, x: int, most: float) -> Floats:  # noqa: N803
    """What each further case of one stratum costs, from t = x + 1 on: increases of -ln P(X <= x | t), rising.

    P(X <= x | t) is the chance that the (x + 1)-th case with the code, were the drawn ones put among all at random,
    comes after t: a sum from the far end, whose terms are all positive.
    """
    if x == n:
        tails = np.ones(N - n + 1)
    else:
        place = np.arange(x + 1, N - n + x + 2)
        log = log_choose(place - 1, np.full(len(place), x)) + log_choose(N - place, np.full(len(place), n - x - 1))
        terms = np.exp(log - log_choose(N, n))
        tails = np.cumsum(terms[::-1])[::-1]
        tails = tails / tails[0]
    with np.errstate(divide="ignore"):
        cost = -np.log(np.maximum(tails, 0.0))
    steps = np.diff(cost[: int(np.searchsorted(cost, most, side="right")) + 1])
    return np.maximum.accumulate(np.maximum(steps, 0.0)) if len(steps) else steps
