"""The share of a stratified draw with its standard error, and design intervals made from them: for comparison.

These are what survey programs give (R's `survey`, svyciprop). They rest on an estimated variance, which is zero where
no stratum that was read in part has both answers: there R gives an interval without width, or [0.5, 0.5]. Here they are
refused. For figures use stratified.py; for persons in cases, where there is no exact way, clusters.py uses these.

Sources: Cochran, Sampling Techniques (3rd ed. 1977), eq. 5.52 (standard error); Korn and Graubard, Survey Methodology
24 (1998) 193-201 (beta); Lumley, Journal of Statistical Software 9 (2004) 1-19, as in its svyciprop (logit).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt

from caselight.errors import Refused
from caselight.estimate.finite_population import check, checked_level
from caselight.types import Stratum

Pair = tuple[float, float]


def share_with_error(strata: Sequence[Stratum]) -> Pair:
    """Best estimate of the share, and its standard error.

    Raises:
        Refused: a stratum that was not read in full has fewer than two cases read.
    """
    size = sum(s.N for s in strata)
    if not size:
        raise Refused("there are no cases, so there is no share")
    at = variance = 0.0
    for s in strata:
        check(s.x, s.n, s.N)
        if s.n < min(2, s.N):
            raise Refused(
                f"of {s.N} cases of a part of the pile {s.n} were read; fewer than two do not show how they vary"
            )
        if not s.N:
            continue
        p = s.x / s.n
        at += s.N / size * p
        if s.n < s.N:
            variance += (s.N / size) ** 2 * (1 - s.n / s.N) * p * (1 - p) / (s.n - 1)
    return at, sqrt(variance)


def logit_interval(at: float, error: float, freedom: int, level: float = 0.95) -> Pair:
    """Limits symmetric on the scale of ln(p / (1 - p)), by Student's law.

    Raises:
        Refused: the standard error is zero, or nothing is left to estimate it from.
    """
    half = _quantile(freedom, level) * _checked(at, error) / (at * (1 - at))
    middle = log(at / (1 - at))
    return _share(middle - half), _share(middle + half)


def _share(logit: float) -> float:
    return 1 / (1 + exp(min(-logit, 700.0)))  # beyond 709 a float is infinite


def beta_interval(at: float, error: float, n: int, freedom: int, level: float = 0.95) -> Pair:
    """Korn and Graubard's limits: Clopper and Pearson's, for the number of cases that would give this standard error.

    Args:
        at, error: the share and its standard error.
        n: read cases or persons.
        freedom: degrees of freedom of the design, read units less strata.
        level: of confidence.
    """
    from scipy.special import betaincinv

    _checked(at, error)
    effective = at * (1 - at) / error**2 * (_quantile(n - 1, level) / _quantile(freedom, level)) ** 2
    tail = (1 - level) / 2
    yes, no = effective * at, effective * (1 - at)
    return float(betaincinv(yes, no + 1, tail)), float(betaincinv(yes + 1, no, 1 - tail))


def stratified_logit(strata: Sequence[Stratum], level: float = 0.95) -> Pair:
    """`logit_interval` for a stratified draw."""
    return logit_interval(*share_with_error(strata), _read(strata) - len(strata), level)


def stratified_beta(strata: Sequence[Stratum], level: float = 0.95) -> Pair:
    """`beta_interval` for a stratified draw."""
    at, error = share_with_error(strata)
    return beta_interval(at, error, _read(strata), _read(strata) - len(strata), level)


def _read(strata: Sequence[Stratum]) -> int:
    return sum(s.n for s in strata)


def _quantile(freedom: int, level: float) -> float:
    from scipy.special import stdtrit

    if freedom < 1:
        raise Refused("too few cases were read to tell how far they vary; read more")
    return float(stdtrit(freedom, (1 + checked_level(level)) / 2))


def _checked(at: float, error: float) -> float:
    # Rounding leaves about 1e-17 where the error is zero.
    if not error > 1e-12 or not 0 < at < 1:
        raise Refused(
            "nothing that was read in part has both answers, so this method would see no variation and give an "
            "interval without width, which would be false; use the exact limits"
        )
    return error
