"""Coverage counted out, not simulated: every outcome that a draw can have, weighted by its chance.

Strata by machine code, sizes by the product's own `allocate`; N, prevalence, error rates of the machine and size of the
draw as where the other methods were measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median

import numpy as np

from caselight.estimate.finite_population import Floats, Integers, log_chance, lower_limits, upper_limits
from caselight.estimate.stratified import Outcomes, whole_limits
from caselight.review import allocate
from product import Figure, figure

PILES = (400, 800, 2_000, 100_000)
PREVALENCES = (0.005, 0.05, 0.30)
MACHINES = ((0.9, 0.99), (0.7, 0.95), (0.5, 0.9))  # sensitivity, specificity
SIZES = (50, 100, 300)
# Rarer outcomes are left out and counted as not covered; no setting has more than 100,000 outcomes.
RARE = 1e-10


@dataclass(frozen=True, slots=True)
class Setting:
    """A pile, a machine and a draw: for flagged cases and the others (N, n, with the code)."""

    flagged: tuple[int, int, int]
    others: tuple[int, int, int]

    @property
    def truth(self) -> int:
        """Cases with the code."""
        return self.flagged[2] + self.others[2]


def settings() -> list[Setting]:
    """All of them."""
    return [
        _setting(size, prevalence, *machine, n)
        for size, prevalence, machine, n in product(PILES, PREVALENCES, MACHINES, SIZES)
    ]


def _setting(size: int, prevalence: float, sensitivity: float, specificity: float, n: int) -> Setting:
    truth = round(size * prevalence)
    right = round(truth * sensitivity)
    flagged = right + round((size - truth) * (1 - specificity))
    drawn = allocate({"yes": flagged, "no": size - flagged}, n, "no")
    return Setting((flagged, drawn["yes"], right), (size - flagged, drawn["no"], truth - right))


def outcomes_of(setting: Setting) -> tuple[Outcomes, Floats]:
    """Everything that may be drawn, and its chance."""
    counts, laws = zip(*(_law(*part) for part in (setting.flagged, setting.others)), strict=True)
    seen = np.stack([grid.ravel() for grid in np.meshgrid(*counts, indexing="ij")])
    parts = (setting.flagged, setting.others)
    outcomes = Outcomes(tuple(p[0] for p in parts), tuple(p[1] for p in parts), seen, seen)
    return outcomes, np.outer(*laws).ravel()


def _law(size: int, n: int, t: int) -> tuple[Integers, Floats]:
    x = np.arange(max(0, n + t - size), min(n, t) + 1)
    law = np.exp(log_chance(x, n, size, np.full(len(x), t)))
    return x[law > RARE], law[law > RARE]


def coverage(setting: Setting, claim: str, mid_p: bool = False) -> tuple[float, float]:
    """Chance that the interval holds the truth, and mean width in cases."""
    outcomes, chances = outcomes_of(setting)
    low, high = whole_limits(outcomes, 0.95, claim, mid_p)
    held = chances[(low <= setting.truth) & (setting.truth <= high)].sum()
    return float(held), float(((high - low) * chances).sum())


def width_without_machine(setting: Setting) -> float:
    """Mean width of the exact interval where as many cases are read, drawn simply."""
    size, n = setting.flagged[0] + setting.others[0], setting.flagged[1] + setting.others[1]
    x, law = _law(size, n, setting.truth)
    return float(((upper_limits(x, n, size, 0.025) - lower_limits(x, n, size, 0.025)) * law).sum())


def fisher_width(setting: Setting, draws: int, chance: np.random.Generator) -> tuple[float, float]:
    """Mean widths of Fisher's and of Bonferroni's interval over the same few draws."""
    parts = (setting.flagged, setting.others)
    seen = np.stack([chance.hypergeometric(t, size - t, n, draws) for size, n, t in parts]).astype(np.int64)
    outcomes = Outcomes(tuple(p[0] for p in parts), tuple(p[1] for p in parts), seen, seen)
    fisher = whole_limits(outcomes, 0.95, "fisher")
    bonferroni = whole_limits(outcomes, 0.95, "certified")
    return float((fisher[1] - fisher[0]).mean()), float((bonferroni[1] - bonferroni[0]).mean())


def exact(quick: bool) -> Iterator[Figure]:
    """The figures."""
    chosen = settings()[:: 4 if quick else 1]
    note = f"{len(chosen)} settings, all outcomes"
    found = {claim: [coverage(setting, claim) for setting in chosen] for claim in ("standard", "certified")}
    standard, certified = ([held for held, _ in found[claim]] for claim in ("standard", "certified"))
    yield figure("standard: worst coverage", min(standard), ">= 0.94", note)
    few = sum(held < 0.95 for held in standard) / len(standard)
    yield figure("standard: settings covered in less than 95 %, share", few, "<= 0.02", note)
    widths = [
        width / width_without_machine(setting) for (_, width), setting in zip(found["standard"], chosen, strict=True)
    ]
    yield figure("standard: width by that without the machine, median", median(widths), "<= 0.92", _spread(widths))
    yield figure("certified: worst coverage", min(certified), ">= 0.95", note)
    wider = [b / a for (_, a), (_, b) in zip(found["standard"], found["certified"], strict=True)]
    yield figure("certified: width by that of standard, median", median(wider), "", _spread(wider))
    yield from _others(chosen, quick)


def _others(chosen: Sequence[Setting], quick: bool) -> Iterator[Figure]:
    mid = [coverage(setting, "standard", mid_p=True) for setting in chosen]
    yield figure("mid-P, where committed to: worst coverage", min(held for held, _ in mid), "", "right on average only")
    widths = [width / width_without_machine(setting) for (_, width), setting in zip(mid, chosen, strict=True)]
    yield figure("mid-P: width by that without the machine, median", median(widths))
    chance = np.random.default_rng(20261129)
    pairs = [fisher_width(setting, 10, chance) for setting in chosen[:: 1 if quick else 2]]
    ratios = [a / b for a, b in pairs if b]
    yield figure("certified by Fisher: width by that of Bonferroni, median", median(ratios), "", _spread(ratios))


def _spread(values: Sequence[float]) -> str:
    return f"from {min(values):.2f} to {max(values):.2f}"
