"""Do differences, ratios, trends and totals hold? By simulation over draws from piles whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import sqrt
from statistics import median

import numpy as np

from caselight.errors import Refused
from caselight.estimate.contrasts import compare, trend
from caselight.estimate.finite_population import Floats, Integers
from caselight.estimate.resampled import resampled
from caselight.estimate.totals import Bounds, Numbers, total, total_if_none_larger
from caselight.types import Stratum
from product import Figure, figure

SEED = 20261129
Part = tuple[int, int, int]  # N, n, with the code
_NEAR = 1e-9


def groups(quick: bool) -> Iterator[Figure]:
    """Two groups of two strata each, and five years; rare codes and small draws among them."""
    chance = np.random.default_rng(SEED)
    pairs, draws = (6, 60) if quick else (30, 200)
    shares = np.array([_pair(chance, draws) for _ in range(pairs)])
    error = sqrt(0.05 * 0.95 / draws)
    note = f"{pairs} pairs of groups x {draws} draws; Monte-Carlo error of one {error:.3f}"
    for at, name in enumerate(("difference", "ratio")):
        yield figure(f"compare, {name}: mean coverage", float(shares[:, at].mean()), ">= 0.95", note)
        yield figure(f"compare, {name}: worst coverage", float(shares[:, at].min()), ">= 0.92", note)
    slopes = [_years(chance, draws) for _ in range(max(4, pairs // 4))]
    note = f"{len(slopes)} runs of five years x {draws} draws; Monte-Carlo error of one {error:.3f}"
    yield figure("trend, slope: worst coverage", min(slope for slope, _ in slopes), ">= 0.92", note)
    yield figure("trend, all five shares together: worst coverage", min(both for _, both in slopes), ">= 0.92", note)


def _pair(chance: np.random.Generator, draws: int) -> tuple[float, float]:
    pair = [[_part(chance, 20, 300, (0.3, 0.6, 0.9)), _part(chance, 100, 3000, (0.0, 0.005, 0.02, 0.3))] for _ in "ab"]
    truths = [sum(t for *_, t in parts) / sum(size for size, *_ in parts) for parts in pair]
    cached = lru_cache(maxsize=None)(compare)
    held = np.zeros(2)
    for _ in range(draws):
        found = cached(*(_drawn(parts, chance) for parts in pair))
        held[0] += found.difference.low - _NEAR <= truths[0] - truths[1] <= found.difference.high + _NEAR
        ratio, high = truths[0] / truths[1], found.ratio.high
        held[1] += found.ratio.low - _NEAR <= ratio and (high is None or ratio <= high + _NEAR)
    return float(held[0] / draws), float(held[1] / draws)


def _part(chance: np.random.Generator, least: int, most: int, rates: tuple[float, ...]) -> Part:
    size = int(chance.integers(least, most))
    return size, min(size, int(chance.integers(10, 80))), round(size * float(chance.choice(rates)))


def _drawn(parts: list[Part], chance: np.random.Generator) -> tuple[Stratum, ...]:
    return tuple(Stratum(size, n, int(chance.hypergeometric(t, size - t, n))) for size, n, t in parts)


def _years(chance: np.random.Generator, draws: int) -> tuple[float, float]:
    years = [[_part(chance, 50, 800, (0.0, 0.01, 0.05, 0.2, 0.5))] for _ in range(5)]
    truths = [parts[0][2] / parts[0][0] for parts in years]
    slope = sum((x - 2) * truth for x, truth in enumerate(truths)) / 10
    held = np.zeros(2)
    for _ in range(draws):
        found = trend([_drawn(parts, chance) for parts in years], range(5))
        held[0] += found.slope.low - _NEAR <= slope <= found.slope.high + _NEAR
        held[1] += all(s.low - _NEAR <= truth <= s.high + _NEAR for s, truth in zip(found.shares, truths, strict=True))
    return float(held[0] / draws), float(held[1] / draws)


# --- agreement


def agreed(quick: bool) -> Iterator[Figure]:
    """Limits of alpha by resampling, where ten cases or more carry the rarer answer."""
    chance, draws = np.random.default_rng(SEED + 2), 30 if quick else 150
    shares = [
        _alpha_held(rate, n, wrong, draws, chance)
        for rate, n, wrong in ((0.15, 100, 0.08), (0.3, 100, 0.1), (0.08, 200, 0.04))
    ]
    note = f"3 settings x {draws} studies; Monte-Carlo error of one {sqrt(0.05 * 0.95 / draws):.3f}; approximate"
    yield figure("agreement, limits of alpha by resampling: worst coverage", min(shares), "", note)


def _alpha_held(rate: float, n: int, wrong: float, draws: int, chance: np.random.Generator) -> float:
    """Two coders who are wrong in so many cases each; the truth is alpha over 200,000 cases."""
    true = chance.random(200_000) < rate
    a, b = (np.where(chance.random(true.size) < wrong, ~true, true) for _ in "ab")
    p = (a.mean() + b.mean()) / 2
    truth, held, given = 1 - float((a != b).mean()) / (2 * p * (1 - p)), 0, 0
    for _ in range(draws):
        read = chance.integers(0, true.size, n)
        try:
            low, high = resampled(list(zip(a[read].tolist(), b[read].tolist(), strict=True)), chance)["alpha"]
        except Refused:
            continue
        given, held = given + 1, held + (low <= truth <= high)
    return held / max(given, 1)


# --- totals of numbers


def piles(chance: np.random.Generator) -> dict[str, tuple[Floats, float]]:
    """Fines of 2,000 cases, and the most that one can be."""
    size = 2_000
    usual = chance.choice([10_000.0, 15_000.0, 20_000.0], size, p=[0.7, 0.2, 0.1])
    return {
        "even": (usual, 20_000.0),
        "lognormal": (np.minimum(np.exp(chance.normal(9, 1, size)), 300_000.0), 300_000.0),
        "a few large": (np.where(chance.random(size) < 0.015, 300_000.0, usual), 300_000.0),
        "mostly none": (np.where(chance.random(size) < 0.7, 0.0, usual), 20_000.0),
        "all the same": (np.full(size, 10_000.0), 300_000.0),
    }


def sums(quick: bool) -> Iterator[Figure]:
    """Totals of fines by each claim: simple draws and draws by a machine's guess of which are large."""
    chance = np.random.default_rng(SEED + 1)
    draws = 40 if quick else 120
    held: dict[str, list[float]] = {"certified": [], "standard": [], "unless": []}
    widths: dict[str, list[float]] = {"certified": [], "standard": [], "unless": []}
    given = wrong = 0
    for fines, most in piles(chance).values():
        large = fines + chance.normal(0, 30_000, len(fines)) > np.quantile(fines, 0.8)
        for parts, sizes in (([np.arange(len(fines))], [100]), ([np.where(large)[0], np.where(~large)[0]], [40, 60])):
            for claim, shares in held.items():
                share, width = _totals(fines, most, (parts, sizes), claim, draws, chance)
                shares.append(share)
                widths[claim].append(width)
            more = _approximate(fines, parts, sizes, draws, chance)
            given, wrong = given + more[0], wrong + more[1]
    note = f"10 designs x {draws} draws; Monte-Carlo error of one {sqrt(0.05 * 0.95 / draws):.3f}"
    for claim, name in (("certified", "certified"), ("standard", "standard"), ("unless", "unless a larger one")):
        width = f"median width {median(widths[claim]):.2f} of the total"
        yield figure(f"totals, {name}: worst coverage", min(held[claim]), ">= 0.95", f"{note}; {width}")
    told = f"given in {given:,} of {10 * draws:,} draws, else refused; never a claim"
    yield figure("totals, approximate: coverage where it is given", 1 - wrong / max(1, given), "", told)


def _totals(
    fines: Floats,
    most: float,
    design: tuple[list[Integers], list[int]],
    claim: str,
    draws: int,
    chance: np.random.Generator,
) -> tuple[float, float]:
    truth, held, widths = float(fines.sum()), 0, []
    for _ in range(draws):
        strata = _read(fines, *design, chance)
        if claim == "unless":
            conditional = total_if_none_larger(strata)
            found, holds = conditional.total, float(fines.max()) > conditional.most
        else:
            found, holds = total(strata, Bounds(most), claim=claim), False
        held += holds or found.low - 1e-6 * truth <= truth <= found.high + 1e-6 * truth
        widths.append((found.high - found.low) / truth)
    return held / draws, median(widths)


def _approximate(
    fines: Floats, parts: list[Integers], sizes: list[int], draws: int, chance: np.random.Generator
) -> tuple[int, int]:
    """In how many draws it is given, and in how many of them it is wrong."""
    truth, given, wrong = float(fines.sum()), 0, 0
    for _ in range(draws):
        try:
            found = total(_read(fines, parts, sizes, chance), None, claim="approximate")
        except Refused:
            continue
        given += 1
        wrong += not found.low <= truth <= found.high
    return given, wrong


def _read(fines: Floats, parts: list[Integers], sizes: list[int], chance: np.random.Generator) -> list[Numbers]:
    return [
        Numbers(len(part), tuple(map(float, fines[chance.permutation(part)[:n]])))
        for part, n in zip(parts, sizes, strict=True)
    ]
