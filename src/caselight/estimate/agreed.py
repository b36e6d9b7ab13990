"""How far people agree about one question of a codebook, by the measures that go with its kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from caselight.estimate.agreement import Agreement
from caselight.estimate.resampled import agreement_with_ranges
from caselight.types import Value
from caselight.variables import Variable

_SEED = 20220513  # of the resampling: the same answers give the same limits every time
_PAIRS = "no kappa: it is of two coders, and not all cases were answered by the same two"
_METRICS = {"many-of": "masi", "number": "interval"}  # kind of variable -> distance; others: the same or not


def agreements(variable: Variable, twice: Iterable[Sequence[Value]], one_pair: bool = True) -> Agreement | None:
    """How far people agree who answered this question about the same cases; None = no case was answered twice.

    A number that one of them did not find is left out: it is no number of any size.

    Args:
        one_pair: the same two people answered all cases, always in the same order; else there is no kappa.
    """
    units: list[list[Hashable]] = []
    for unit in twice:
        if variable.kind == "number":
            units.append([v for v in unit if isinstance(v, int | float)])
        elif variable.kind == "many-of":
            units.append([frozenset(v) if isinstance(v, tuple) else frozenset() for v in unit])
        else:
            units.append(["" if v is None else v for v in unit])
    metric = _METRICS.get(variable.kind, "nominal")
    found = agreement_with_ranges(units, np.random.default_rng(_SEED), metric)
    if found is None or one_pair:
        return found
    ranges = {name: limits for name, limits in found.ranges.items() if name != "kappa"}
    return replace(found, kappa=None, ranges=ranges, reasons=(*found.reasons, _PAIRS))
