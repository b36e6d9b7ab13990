"""Limits that may be looked at after every case: a confidence sequence for drawing without replacement.

An interval at a fixed size that is looked at every ten cases is wrong at some time in 6 to 23 % of studies. This one is
wrong at any time in at most 1 - level of them. It is wider; the final interval counts once the committed draw is read.

Source: Waudby-Smith and Ramdas, NeurIPS 2020 (prior-posterior ratio). T cases of N have the code; kept is every T with
BetaBin(T; N, a, b) / BetaBin(T - x; N - n, a + x, b + n - x) < 1 / (1 - level). By Bayes' rule this ratio is
BetaBin(x; n, a, b) / P(X = x | N, T, n), which is what is worked out here; it holds for every prior (a, b).
"""

from __future__ import annotations

from math import comb, isfinite, lgamma, log

import numpy as np

from caselight.errors import Refused
from caselight.estimate.finite_population import check, checked_level, log_chance

FLAT = (1.0, 1.0)  # all counts are as likely before the first case is read
# A comparison of two logarithms that are equal must not be decided by rounding.
_NEAR = 1e-9


def running_range(
    x: int,
    n: int,
    N: int,  # noqa: N803
    level: float = 0.95,
    prior: tuple[float, float] = FLAT,
) -> tuple[int, int]:
    """Smallest and largest number of cases of the pile that can have the code, whenever one looks; inclusive.

    >>> running_range(5, 100, 2000)
    (15, 315)

    Args:
        x: drawn cases with the code.
        n: drawn cases, in the order of their tickets without a gap.
        N: cases in the pile.
        level: of confidence, at all times together.
        prior: a and b of the beta-binomial law, above 0 each, fixed before the first case is read. It decides where the
            range is shortest, not whether it holds: (0.5, 5) is shorter for a rare code.
    """
    check(x, n, N)
    a, b = prior
    if not (isfinite(a) and isfinite(b) and 1e-6 <= a <= 1e6 and 1e-6 <= b <= 1e6):
        raise Refused(f"({a}, {b}) is no prior; needed: two numbers from 0.000001 to 1,000,000, usually (1, 1)")
    total = np.arange(x, N - n + x + 1)
    least = log(1 - checked_level(level)) + _log_beta_binomial(x, n, a, b)
    kept = total[log_chance(np.full(len(total), x), n, N, total) > least + _NEAR]
    return int(kept[0]), int(kept[-1])


def _log_beta_binomial(x: int, n: int, a: float, b: float) -> float:
    """ln BetaBin(x; n, a, b)."""
    if (a, b) == FLAT:
        return -log(n + 1)
    choose = log(comb(n, x)) if n < 1000 else lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
    seen = lgamma(a + x) + lgamma(b + n - x) - lgamma(a + b + n)
    return choose + seen - (lgamma(a) + lgamma(b) - lgamma(a + b))
