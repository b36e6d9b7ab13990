"""Figures from a draw that people have read: for each answer of each question, how many cases of the pile have it.

In: the drawn cases with their strata, what people answered, what the machine had answered when the draw was committed,
and the limits of stratified.py. Out: `Estimate`s, each with what it rests on.

Cases are parted into the strata of the draw, and within them by whether the machine gave this very answer, where
enough of both were read (post-stratification): decided by how many were read, never by what they said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile

from caselight.estimate.agreement import Agreement, agreement, masi
from caselight.estimate.anytime import running_range
from caselight.estimate.stratified import CLAIMS, count
from caselight.types import Estimate, Stratum, Value
from caselight.variables import Variable

EXACT, CERTIFIED, RUNNING = "exact_stratified", "exact_certified", "running_range"
RECALL = "recall"  # name of the figure that says how much of an answer's cases the machine found
# Parts of a stratum that are told apart by the machine's answer need so many cases read, each.
LEAST_READ = 5


@dataclass(frozen=True, slots=True)
class Read:
    """What people answered about one question in one drawn case."""

    value: Value  # None = the record does not say
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw and what came of it."""

    frame: Mapping[str, Sequence[str]]  # stratum -> all of its cases
    drawn: Mapping[str, Sequence[str]]  # stratum -> its drawn cases, in the order in which they are read
    machine: Mapping[str, Mapping[str, Value]]  # case -> variable -> the machine's answer when the draw was committed
    level: float
    claim: str

    @property
    def size(self) -> int:
        """Cases of the pile."""
        return sum(map(len, self.frame.values()))


def estimated(variable: Variable, sample: Sample, answers: Mapping[str, Read]) -> Iterator[Estimate]:
    """The figures of one question, for each of its answers: by the claim committed to, then by the other.

    While the draw is not read to its end, only a range that may be looked at at any time: from the cases read in the
    order of their tickets, without a gap, and only for a simple draw. Questions without a list of answers have none.

    Args:
        answers: case -> what people said.
    """
    read = [case for cases in sample.drawn.values() for case in cases if case in answers]
    if not read:
        return
    whole = len(read) == sum(map(len, sample.drawn.values()))
    in_order = list(takewhile(answers.__contains__, *sample.drawn.values())) if len(sample.drawn) == 1 else []
    for value in variable.value_names():
        if whole:
            strata = list(_cells(variable.name, value, sample, answers))
            for claim in sorted(CLAIMS, key=lambda claim: claim != sample.claim):
                yield _exact(variable, value, sample, strata, claim, read)
        elif in_order:
            yield _running(variable, value, sample, answers, in_order)
    if whole:
        yield from _complete(variable, sample, answers, read)


def _complete(
    variable: Variable, sample: Sample, answers: Mapping[str, Read], read: Sequence[str]
) -> Iterator[Estimate]:
    """How much of what people would find the machine found, for each answer: recall, with exact limits.

    Both sums that it is made of get half of what may go wrong, so that the limits hold together.
    """
    level = 1 - (1 - sample.level) / 2
    for value in variable.value_names():
        found, missed = _parted(variable.name, value, sample, answers)
        if not found or not missed:
            continue
        had, lost = count(found, level, "certified"), count(missed, level, "certified")
        if had.estimate is None or lost.estimate is None or not had.estimate + lost.estimate:
            continue
        at = had.estimate / (had.estimate + lost.estimate)
        low = had.low / (had.low + lost.high) if had.low else 0.0
        high = had.high / (had.high + lost.low) if had.high else 1.0
        strata = (*found, *missed)
        digest = _digest(variable.name, value, RECALL, sample.level, [asdict(s) for s in strata])
        named = (RECALL, variable.name, value, "case")
        limits = (at, low, high, sample.level)
        yield Estimate(*named, *limits, CERTIFIED, len(read), sample.size, tuple(read), strata, digest)


def _parted(
    variable: str, value: str, sample: Sample, answers: Mapping[str, Read]
) -> tuple[list[Stratum], list[Stratum]]:
    """The strata parted by whether the machine gave this answer: those where it did, those where it did not.

    Both are empty where a part with cases had none of them read.
    """
    parts: tuple[list[Stratum], list[Stratum]] = ([], [])
    for name, cases in sample.frame.items():
        flagged = {case for case in cases if has(sample.machine[case].get(variable), value)}
        drawn = sample.drawn[name]
        for part, size, chosen in (
            (parts[0], len(flagged), [case for case in drawn if case in flagged]),
            (parts[1], len(cases) - len(flagged), [case for case in drawn if case not in flagged]),
        ):
            if size and not chosen:
                return [], []
            if size:
                part.append(_stratum(size, chosen, value, answers))
    return parts


def agreements(variable: Variable, twice: Iterable[Sequence[Value]]) -> Agreement | None:
    """How far people agree who answered this question about the same cases; None = no case was answered twice."""
    if variable.kind == "many-of":
        return agreement([[frozenset(v) if isinstance(v, tuple) else frozenset() for v in u] for u in twice], masi)
    return agreement([["" if v is None else v for v in unit] for unit in twice])


def has(answer: Value, value: str) -> bool:
    """Whether an answer holds this value."""
    return value in answer if isinstance(answer, tuple) else answer == value


def _cells(variable: str, value: str, sample: Sample, answers: Mapping[str, Read]) -> Iterator[Stratum]:
    for name, cases in sample.frame.items():
        flagged = {case for case in cases if has(sample.machine[case].get(variable), value)}
        drawn = sample.drawn[name]
        both = [[c for c in drawn if c in flagged], [c for c in drawn if c not in flagged]]
        sizes = [len(flagged), len(cases) - len(flagged)]
        if all(len(part) >= min(LEAST_READ, size) for part, size in zip(both, sizes, strict=True)):
            parts = [(size, part) for size, part in zip(sizes, both, strict=True) if size]
        else:
            parts = [(len(cases), list(drawn))]
        for size, part in parts:
            yield _stratum(size, part, value, answers)


def _stratum(size: int, drawn: Sequence[str], value: str, answers: Mapping[str, Read]) -> Stratum:
    given = [answers[case] for case in drawn]
    undecided = sum(not one.decided for one in given)
    return Stratum(size, len(drawn), sum(one.decided and has(one.value, value) for one in given), undecided)


def _exact(
    variable: Variable, value: str, sample: Sample, strata: Sequence[Stratum], claim: str, read: Collection[str]
) -> Estimate:
    found = count(strata, sample.level, claim)
    return Estimate(
        "count",
        variable.name,
        value,
        "case",
        found.estimate if found.estimate is not None else (found.low + found.high) / 2,
        float(found.low),
        float(found.high),
        sample.level,
        EXACT if claim == "standard" else CERTIFIED,
        len(read),
        sample.size,
        tuple(read),
        tuple(strata),
        _digest(variable.name, value, claim, sample.level, [asdict(s) for s in strata]),
    )


def _running(
    variable: Variable, value: str, sample: Sample, answers: Mapping[str, Read], read: Sequence[str]
) -> Estimate:
    stratum = _stratum(sample.size, read, value, answers)
    low = running_range(stratum.x, stratum.n, sample.size, sample.level)[0]
    high = running_range(stratum.x + stratum.undecided, stratum.n, sample.size, sample.level)[1]
    at = sample.size * stratum.x / stratum.n
    digest = _digest(variable.name, value, RUNNING, sample.level, [asdict(stratum)])
    named = ("count", variable.name, value, "case")
    limits = (at, float(low), float(high), sample.level)
    return Estimate(*named, *limits, RUNNING, stratum.n, sample.size, tuple(read), (stratum,), digest)


def _digest(*parts: object) -> str:
    """Changes when anything changes that the figure rests on."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
