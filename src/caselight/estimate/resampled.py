"""Limits for measures of agreement: cases are drawn again and again from those that were coded, with replacement.

Percentile limits. They are refused where fewer than ten cases carry an answer other than the most frequent one: there
such limits cover in 27 to 88 % of studies instead of 95 %.

Sources: Efron and Tibshirani, An Introduction to the Bootstrap (1993), ch. 13; Zapf et al., BMC Medical Research
Methodology 16 (2016) 93 (percentile limits by cases, for alpha).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from caselight.errors import Refused
from caselight.estimate.agreement import Agreement, Unit, agreement, counts_of, disagreement
from caselight.estimate.distances import Distance, in_order, steps, table
from caselight.estimate.finite_population import Floats, checked_level

LEAST_MINORITY = 10
RESAMPLES = 2000  # the limits then move by less than 0.01 from seed to seed at 100 cases
MOST_ANSWERS = 200  # 0.3 s for 500 cases; with thousands, as of free text, it would take minutes and say nothing
_TOGETHER = 100  # resamples worked out at a time, for memory


def agreement_with_ranges(
    units: Sequence[Unit],
    chance: np.random.Generator,
    metric: Distance | str = "nominal",
    order: Sequence[Hashable] = (),
    level: float = 0.95,
) -> Agreement | None:
    """As `agreement`, with limits for raw agreement, alpha, AC1 and kappa, or the reason why there are none.

    Args:
        units, metric, order, level: as for `agreement`.
        chance: seeded, so that the limits can be made again.
    """
    found = agreement(units, metric, order, level)
    if found is None:
        return None
    try:
        ranges = resampled(units, chance, metric, order, level)
    except Refused as refused:
        return replace(found, reasons=(*found.reasons, str(refused)))
    if found.kappa is None:
        ranges.pop("kappa", None)
    return replace(found, ranges=ranges)


def resampled(
    units: Sequence[Unit],
    chance: np.random.Generator,
    metric: Distance | str = "nominal",
    order: Sequence[Hashable] = (),
    level: float = 0.95,
) -> dict[str, tuple[float, float]]:
    """Limits by measure: "same", "alpha", "ac1", and "kappa" where each case has two answers.

    Raises:
        Refused: too few cases carry anything but the most frequent answer.
    """
    tail = (1 - checked_level(level)) / 2
    pairable = [unit for unit in units if len(unit) > 1]
    totals = Counter(answer for unit in pairable for answer in unit)
    usual = max(totals, key=lambda answer: (totals[answer], str(answer))) if totals else None
    minority = sum(any(answer != usual for answer in unit) for unit in pairable)
    if minority < LEAST_MINORITY:
        raise Refused(
            f"no limits for agreement: only {minority} cases have an answer other than the most frequent one; with "
            f"fewer than {LEAST_MINORITY} such limits are far too narrow; code more cases where the answer differs"
        )
    if len(totals) > MOST_ANSWERS:
        raise Refused(
            f"no limits for agreement: {len(totals)} different answers were given, so that hardly any occurs twice; "
            "group them before they are compared"
        )
    answers = in_order(set(totals), order, metric)
    given = counts_of(pairable, answers)
    weights = chance.multinomial(len(given), np.full(len(given), 1 / len(given)), RESAMPLES).astype(np.float64)
    measures = _measures(given, weights, table(answers, metric))
    if all(len(unit) == 2 for unit in pairable):
        measures["kappa"] = _kappa(pairable, answers, weights)
    return {name: _limits(values, tail) for name, values in measures.items()}


def _limits(values: Floats, tail: float) -> tuple[float, float]:
    """Resamples without variation say nothing of this measure and are left out."""
    low, high = np.quantile(values[np.isfinite(values)], [tail, 1 - tail])
    return float(low), float(high)


def _measures(given: Floats, weights: Floats, apart: Floats | None) -> dict[str, Floats]:
    """Of each resample, (B,) each: raw agreement, alpha, AC1; nan where nothing varies."""
    size = given.sum(axis=1)
    shares = given / size[:, None]
    raw = weights @ ((given * (given - 1)).sum(axis=1) / (size * (size - 1))) / len(given)
    p = weights @ shares / len(given)
    expected = (p * (1 - p)).sum(axis=1) / (given.shape[1] - 1)
    alphas = _alphas(given, weights, apart)
    return {"same": raw, "alpha": alphas, "ac1": (raw - expected) / (1 - expected)}


def _alphas(given: Floats, weights: Floats, apart: Floats | None) -> Floats:
    found = []
    for part in np.array_split(weights, max(1, len(weights) // _TOGETHER)):
        totals = part @ given
        observed, expected = _ordinal(given, part, totals) if apart is None else _fixed(given, part, totals, apart)
        expected = expected / (totals.sum(axis=1) - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(np.where(expected > 0, 1 - observed / expected, np.nan))
    return np.concatenate(found)


def _fixed(given: Floats, part: Floats, totals: Floats, apart: Floats) -> tuple[Floats, Floats]:
    return part @ disagreement(given, apart), ((totals @ apart) * totals).sum(axis=1)


def _ordinal(given: Floats, part: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """Each resample has steps of its own heights h; sum of (h - h')^2 over pairs = 2 (n sum of h^2 - (sum of h)^2)."""
    heights = steps(totals)
    size = given.sum(axis=1)[:, None]
    of_case = 2 * (size * (given @ (heights**2).T) - (given @ heights.T) ** 2) / (size - 1)
    n = totals.sum(axis=1)
    expected = 2 * (n * (totals * heights**2).sum(axis=1) - (totals * heights).sum(axis=1) ** 2)
    return (part.T * of_case).sum(axis=0), expected


def _kappa(units: Sequence[Unit], answers: Sequence[Hashable], weights: Floats) -> Floats:
    first, second = (counts_of([[unit[coder]] for unit in units], answers) for coder in (0, 1))
    alike = weights @ (first * second).sum(axis=1) / len(units)
    expected = ((weights @ first) * (weights @ second)).sum(axis=1) / len(units) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected < 1, (alike - expected) / (1 - expected), np.nan), np.float64)
