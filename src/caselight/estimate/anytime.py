"""Limits that may be looked at after every case: a confidence sequence for drawing without replacement.

An interval at a fixed size that is looked at every ten cases is wrong at some time in 6 to 23 % of studies. This one is
wrong at any time in at most 1 - level of them. It is wider; the final interval counts once the committed draw is read.

Source: Waudby-Smith and Ramdas, NeurIPS 2020 (prior-posterior ratio). T cases of N have the code; kept is every T with
BetaBin(T; N, a, b) / BetaBin(T - x; N - n, a + x, b + n - x) < 1 / (1 - level).
"""

from __future__ import annotations

from math import log

import numpy as np

from caselight.estimate.finite_population import Floats, Integers, check, checked_level, log_choose

_FLAT = 1  # a = b = 1: all counts are as likely before the first case is read


def running_range(x: int, n: int, N: int, level: float = 0.95) -> tuple[int, int]:  # noqa: N803
    """Smallest and largest number of cases of the pile that can have the code, whenever one looks; inclusive.

    >>> running_range(5, 100, 2000)
    (15, 315)
    """
    check(x, n, N)
    total = np.arange(x, N - n + x + 1)
    ratio = _flat(total, N) - _after(total - x, N - n, x, n)
    kept = total[ratio < -log(1 - checked_level(level))]
    return int(kept[0]), int(kept[-1])


def _flat(total: Integers, N: int) -> Floats:  # noqa: N803
    """ln of the flat prior: 1 / (N + 1) for each count."""
    return np.full(len(total), -log(N + _FLAT))


def _after(rest: Integers, size: int, x: int, n: int) -> Floats:
    """ln BetaBin(rest; size, 1 + x, 1 + n - x), with B(a, b) = 1 / ((a + b - 1) C(a + b - 2, a - 1)) for whole a, b."""
    seen = _log_beta(np.array([_FLAT + x]), np.array([_FLAT + n - x]))
    return log_choose(np.full(len(rest), size), rest) + _log_beta(rest + _FLAT + x, size - rest + _FLAT + n - x) - seen


def _log_beta(a: Integers, b: Integers) -> Floats:
    return np.asarray(-np.log(a + b - 1) - log_choose(a + b - 2, a - 1), np.float64)
