"""Coverage by simulation: designs made to break the method, searches with blind spots, and looking all the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from caselight.estimate.anytime import running_range
from caselight.estimate.combined import budget
from caselight.estimate.finite_population import Floats, Integers, at_most, upper_limit
from caselight.estimate.recall import completeness, completeness_by_draws
from caselight.estimate.stratified import Outcomes, whole_limits
from caselight.types import Stratum
from product import Figure, figure

SEED = 20261129
Design = list[tuple[int, int, int]]  # N, n, with the code; a row a stratum


def designs(number: int, chance: np.random.Generator) -> list[Design]:
    """1 to 6 strata of 1 to 3,000 cases, 1 of them read or all or any number; the code in none, few, half or all."""
    return [[_stratum(chance) for _ in range(int(chance.integers(1, 7)))] for _ in range(number)]


def _stratum(chance: np.random.Generator) -> tuple[int, int, int]:
    size = int(np.exp(chance.uniform(0, np.log(3000))))
    n = int(chance.choice([1, size, int(chance.integers(1, size + 1)), min(size, int(chance.integers(1, 80)))]))
    few = min(size, int(chance.integers(0, 6)))
    t = int(chance.choice([0, few, size - few, size, size // 2, int(chance.integers(0, size + 1))]))
    return size, n, t


def adversarial(quick: bool) -> Iterator[Figure]:
    """Certified and standard claims on designs made to break them."""
    chance = np.random.default_rng(SEED)
    number, draws = (40, 5_000) if quick else (300, 20_000)
    held: dict[str, list[float]] = {"certified": [], "standard": [], "fisher": []}
    outside = 0
    for design in designs(number, chance):
        seen = np.stack([chance.hypergeometric(t, size - t, n, draws) for size, n, t in design]).astype(np.int64)
        outcomes = Outcomes(tuple(d[0] for d in design), tuple(d[1] for d in design), seen, seen)
        truth, size = sum(t for *_, t in design), sum(d[0] for d in design)
        for claim in ("certified", "standard"):
            low, high = whole_limits(outcomes, 0.95, claim)
            held[claim].append(float(((low <= truth) & (truth <= high)).mean()))
            outside += int(((low < 0) | (high > size) | (low > high)).sum())
        held["fisher"].append(_fisher(design, seen))
    error = sqrt(0.95 * 0.05 / draws)
    note = f"{number} designs x {draws:,} draws; Monte-Carlo error of one design {error:.4f}"
    yield figure("adversarial designs, certified: worst coverage", min(held["certified"]), ">= 0.95", note)
    yield figure("adversarial designs, certified by Fisher: worst, at least", min(held["fisher"]), ">= 0.95", note)
    yield figure("adversarial designs, standard: worst coverage", min(held["standard"]), "", note)
    enough = sum(share >= 0.94 for share in held["standard"]) / number
    yield figure("adversarial designs, standard: share covered in 94 % or more", enough, ">= 0.99", note)
    yield figure("adversarial designs: limits outside of the pile", outside, "= 0", f"{2 * number * draws:,} intervals")


def _fisher(design: Design, seen: Integers) -> float:
    """Share of draws in which the true parting is compatible: the interval holds the truth at least as often."""
    open_ = [i for i, (size, n, _) in enumerate(design) if 0 < n < size]
    if not open_:
        return 1.0
    high, low = np.zeros((2, seen.shape[1]))
    for i in open_:
        size, n, t = design[i]
        x, where = np.unique(seen[i], return_inverse=True)
        high -= np.log(_tails(x, n, size, t))[where]
        low -= np.log(_tails(n - x, n, size, size - t))[where]
    most = budget(len(open_), 0.025)
    return float(((high < most) & (low < most)).mean())


def _tails(x: Integers, n: int, size: int, t: int) -> Floats:
    return np.maximum(at_most(x, n, size, np.full(len(x), t)), 1e-300)


# --- completeness


def searches(quick: bool) -> Iterator[Figure]:
    """True misses against the bound, for rankers from good to blind on one side, and cut-offs of all kinds."""
    chance = np.random.default_rng(SEED + 1)
    worst, worst_recall, runs = 0.0, 0.0, 2_000 if quick else 10_000
    for size, relevant, blind, cut in [
        (2_000, 60, 0.0, 0.1),
        (2_000, 200, 0.3, 0.2),
        (5_000, 40, 0.5, 0.05),
        (5_000, 400, 0.15, 0.3),
        (800, 20, 1.0, 0.25),
        (20_000, 100, 0.1, 0.02),
    ]:
        for sampled in (100, 300):
            found = _ranked(size, relevant, blind, int(cut * size), chance)
            over, under = _search(Stratum(int(cut * size), 80, found), size, relevant, sampled, _Runs(runs, chance))
            worst, worst_recall = max(worst, over), max(worst_recall, under)
    note = f"12 searches x {runs:,} draws; Monte-Carlo error {sqrt(0.05 * 0.95 / runs):.4f}"
    yield figure("completeness: true misses above the bound, worst share", worst, "<= 0.05", note)
    yield figure("completeness by two draws: true recall below the bound, worst", worst_recall, "<= 0.05", note)
    yield figure("completeness, all outcomes counted out: worst share above", _worst_exact(quick), "<= 0.05")


@dataclass(frozen=True, slots=True)
class _Runs:
    number: int
    chance: np.random.Generator


def _ranked(size: int, relevant: int, blind: float, cut: int, chance: np.random.Generator) -> int:
    """Relevant cases above the cut-off; the ranker puts those in its blind spot last."""
    scores = chance.normal(size=size)
    scores[:relevant] += np.where(chance.random(relevant) < blind, -1.0, 2.0)
    return int((np.argsort(-scores)[:cut] < relevant).sum())


def _search(kept: Stratum, size: int, relevant: int, sampled: int, runs: _Runs) -> tuple[float, float]:
    """How often the misses exceed the bound; how often recall is below it where what was found is drawn from, too."""
    found, cut, checked = kept.x, kept.N, min(kept.n, kept.N)
    missed, rest = relevant - found, size - cut
    x = runs.chance.hypergeometric(missed, rest - missed, sampled, runs.number)
    right = runs.chance.hypergeometric(found, cut - found, checked, runs.number)
    bound = lru_cache(maxsize=None)(lambda seen: completeness(found, rest, sampled, seen).missed)
    both = lru_cache(maxsize=None)(
        lambda good, seen: completeness_by_draws(Stratum(cut, checked, good), Stratum(rest, sampled, seen)).recall
    )
    over = np.mean([missed > bound(int(seen)) for seen in x])
    below = np.mean(
        [found / relevant < both(int(good), int(seen)) - 1e-12 for good, seen in zip(right, x, strict=True)]
    )
    return float(over), float(below)


def _worst_exact(quick: bool) -> float:
    """Largest chance, over all numbers of misses, that the misses exceed the bound."""
    worst = 0.0
    for rest, sampled in [(500, 60), (2_000, 150)][: 1 if quick else 2]:
        bounds = np.array([upper_limit(x, sampled, rest) for x in range(sampled + 1)])
        for missed in range(1, rest + 1):
            below = int(np.searchsorted(bounds, missed))  # the bound rises with x: it fails for the first `below` x
            if below and rest - sampled + below - 1 >= missed:
                law = at_most(np.array([below - 1]), sampled, rest, np.array([missed]))
                worst = max(worst, float(law[0]))
    return worst


# --- looking all the time


def always_looking(quick: bool) -> Iterator[Figure]:
    """How often the running range is wrong at some time, looked at after every case."""
    chance = np.random.default_rng(SEED + 2)
    paths = 2_000 if quick else 4_000
    worst = 0.0
    for size, truth, prior in [
        (200, 2, (1.0, 1.0)),
        (200, 60, (1.0, 1.0)),
        (300, 15, (0.5, 0.5)),
        (300, 150, (1.0, 1.0)),
        (300, 12, (0.5, 5.0)),
    ]:
        worst = max(worst, _wrong_ever(size, truth, prior, paths, chance))
    note = f"5 piles x {paths:,} orders, read to the end; Monte-Carlo error {sqrt(0.05 * 0.95 / paths):.4f}"
    yield figure("running range: wrong at some time, worst share", worst, "<= 0.05", note)


def _wrong_ever(size: int, truth: int, prior: tuple[float, float], paths: int, chance: np.random.Generator) -> float:
    wrong = np.zeros(paths, bool)
    pile = np.tile(np.arange(size) < truth, (paths, 1))
    seen = np.cumsum(chance.permuted(pile, axis=1), axis=1)
    for n in range(1, size + 1):
        x, where = np.unique(seen[:, n - 1], return_inverse=True)
        ranges = [running_range(int(k), n, size, 0.95, prior) for k in x]
        wrong |= np.array([not low <= truth <= high for low, high in ranges])[where]
    return float(wrong.mean())
