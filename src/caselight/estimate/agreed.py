"""How far people agree about one question of a codebook, by the measures that go with its kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from caselight.estimate.agreement import Agreement, agreement, masi
from caselight.types import Value
from caselight.variables import Variable


def agreements(variable: Variable, twice: Iterable[Sequence[Value]]) -> Agreement | None:
    """How far people agree who answered this question about the same cases; None = no case was answered twice."""
    if variable.kind == "many-of":
        return agreement([[frozenset(v) if isinstance(v, tuple) else frozenset() for v in u] for u in twice], masi)
    return agreement([["" if v is None else v for v in unit] for unit in twice])
