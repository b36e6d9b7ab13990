"""Limits for a share where the pile has no end, or is so much larger than the sample that it makes no difference.

For samples of the cases of a study use finite_population.py, which is exact there; these are for shares of something
else, e.g. of the positive answers that coders share. x of n have the code; x and n may be effective sizes, not whole.

    clopper_pearson    covers in at least the stated share of samples, always
    wilson             on average; shorter
    jeffreys           on average; shorter; 0 at x = 0 and 1 at x = n

Sources: Clopper and Pearson, Biometrika 26 (1934) 404-413; Wilson, JASA 22 (1927) 209-212; Brown, Cai and DasGupta,
Statistical Science 16 (2001) 101-133, section 3.1 (Jeffreys, with these edges).
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from caselight.errors import Refused
from caselight.estimate.finite_population import MOST_CASES, checked_level

Pair = tuple[float, float]


def clopper_pearson(x: float, n: float, level: float = 0.95) -> Pair:
    """Exact limits of a share.

    >>> [round(limit, 4) for limit in clopper_pearson(15, 148)]
    [0.0578, 0.1617]
    """
    from scipy.special import betaincinv

    tail = _checked(x, n, level)
    low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
    return low, float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0


def jeffreys(x: float, n: float, level: float = 0.95) -> Pair:
    """Limits of a share by Jeffreys' prior, Beta(1/2, 1/2)."""
    from scipy.special import betaincinv

    tail = _checked(x, n, level)
    low = float(betaincinv(x + 0.5, n - x + 0.5, tail)) if x > 0 else 0.0
    return low, float(betaincinv(x + 0.5, n - x + 0.5, 1 - tail)) if x < n else 1.0


def wilson(x: float, n: float, level: float = 0.95) -> Pair:
    """Limits of a share by the score test.

    >>> [round(limit, 4) for limit in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    z = NormalDist().inv_cdf(1 - _checked(x, n, level))
    if not n:
        return 0.0, 1.0
    p, spread = x / n, z * z / n
    middle = (p + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(p * (1 - p) / n + spread / (4 * n))
    return (middle - half if x > 0 else 0.0), (middle + half if x < n else 1.0)


def wilson_finite(x: int, n: int, N: int, level: float = 0.95) -> Pair:  # noqa: N803
    """Wilson's limits with n raised for a pile of N cases: for comparison only, it covers as little as 91 %."""
    _checked(x, n, level)
    if n > N:
        raise Refused(f"{n} drawn cases out of {N} is impossible")
    if n in (0, N):
        return (x / n, x / n) if n else (0.0, 1.0)
    effective = n * (N - 1) / (N - n)
    return wilson(x / n * effective, effective, level)


def _checked(x: float, n: float, level: float) -> float:
    """The tail on each side."""
    if not 0 <= x <= n < MOST_CASES or 0 < n < 1e-9:
        raise Refused(f"{x} of {n} is no share; needed: 0 <= with the code <= all")
    return (1 - checked_level(level)) / 2
