"""Figures from a draw that people have read: how many units of the pile, or of a part of it, have an answer.

In: a `Sample`, what people answered, and the limits of stratified.py. Out: `Estimate`s, each with what it rests on:
what was seen in each part of the pile, what has to be true for it, and a digest that anybody can make again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from caselight.estimate.anytime import running_range
from caselight.estimate.sample import (
    Parting,
    Read,
    Sample,
    Verdicts,
    both,
    first_read,
    is_whole,
    opposite,
    parting,
    read_units,
    seen,
    verdicts,
)
from caselight.estimate.stratified import count
from caselight.types import Estimate, Stratum
from caselight.variables import Variable

EXACT, CERTIFIED, RUNNING = "exact_stratified", "exact_certified", "running_range"
METHODS = {"standard": EXACT, "certified": CERTIFIED}
RECALL = "recall"  # name of the figure that says how much of an answer's units the machine found
SHARE = "share"  # name of the figure that says what share a part of the pile has, where its size is not known
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the pile that figures are about."""

    where: Where = ()  # what it is called: ("fact:year", "2022"), ("role", "relied_on")
    inside: frozenset[str] | None = None  # its units, known for the whole pile; None = all
    judged: Verdicts | None = None  # of the drawn, whether people put them into it; None = not by people

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Whether its size is known or estimated."""
        known = ("part_known",) if self.inside is not None else ()
        return (*known, "part_estimated") if self.judged is not None else known


ALL = Part()


def estimated(
    variable: Variable,
    sample: Sample,
    answers: Mapping[str, Read],
    part: Part = ALL,
    error: Mapping[str, float | None] | None = None,
) -> Iterator[Estimate]:
    """The figures of one question, for each of its answers: by the claim committed to, then by the other.

    While the draw is not read to its end, only a range that may be looked at at any time: in each stratum from the
    units read in the order of their tickets, without a gap. Questions without a list of answers have none.

    Args:
        answers: unit -> what people said.
        part: what the figures are about.
        error: value -> share of single readings about it that were overturned.
    """
    if not read_units(sample, answers):
        return
    whole = is_whole(sample, answers)
    parted = parting(sample, variable.name, part.inside) if whole else None
    for value in variable.value_names():
        yield from of_value(variable.name, value, sample, answers, part, (error or {}).get(value), parted)
    if whole and part == ALL:
        yield from recalls(variable.name, variable.value_names(), sample, answers, parted)


def of_value(  # noqa: PLR0913, PLR0917  (what a figure is named by, and what it rests on)
    variable: str,
    value: str,
    sample: Sample,
    answers: Mapping[str, Read],
    part: Part = ALL,
    error: float | None = None,
    parted: Parting | None = None,
) -> Iterator[Estimate]:
    """The figures of one answer.

    Args:
        parted: the pile as it was looked at for this question and part; None = it is looked at now.
    """
    given = verdicts(answers, value)
    if not is_whole(sample, answers):
        if part.inside is None and part.judged is None:
            yield from _running(variable, value, sample, given)
        return
    known = given if part.judged is None else both(given, part.judged)
    maker = Maker(sample, variable, value, part, error, parted or parting(sample, variable, part.inside))
    for claim in ("standard", "certified") if sample.claim == "standard" else ("certified", "standard"):
        yield from maker.counts(known, claim)
    if part.judged is not None:
        yield from maker.share(given, part.judged)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the figures of one answer in one part of the pile."""

    sample: Sample
    variable: str
    value: str
    part: Part = ALL
    error: float | None = None
    parted: Parting | None = None  # None = it is looked at when cells are asked for

    def counts(self, given: Verdicts, claim: str) -> Iterator[Estimate]:
        """How many units have it; nothing where a part of the pile has none that was read."""
        strata = self.strata(given)
        found = count(strata, self.sample.level, claim) if strata else None
        if found and found.estimate is not None:
            limits = (found.estimate, float(found.low), float(found.high))
            yield self.made("count", METHODS[claim], limits, strata, given)

    def share(self, given: Verdicts, judged: Verdicts) -> Iterator[Estimate]:
        """Of the units that people put into the part, the share that has the answer.

        Those with and those without it get half of what may go wrong each, so that the limits hold together.
        """
        level = 1 - (1 - self.sample.level) / 2
        with_, without = both(given, judged), both(opposite(given), judged)
        parts = self.strata(with_), self.strata(without)
        had, lacked = (count(strata, level, "certified") for strata in parts)
        if had.estimate is None or lacked.estimate is None or not had.estimate + lacked.estimate:
            return
        limits = ratio(had.estimate, lacked.estimate, (had.low, had.high), (lacked.low, lacked.high))
        yield self.made(SHARE, CERTIFIED, limits, [*parts[0], *parts[1]], with_)

    def strata(self, given: Verdicts) -> list[Stratum]:
        """What was seen in each cell."""
        return [seen(cell, given) for cell in self._parted().cells(self.value)]

    def _parted(self) -> Parting:
        return self.parted or parting(self.sample, self.variable, self.part.inside)

    def made(
        self,
        name: str,
        method: str,
        limits: tuple[float, float, float],
        strata: Sequence[Stratum],
        given: Mapping[str, object],
    ) -> Estimate:
        """The figure with what it rests on."""
        sample, part = self.sample, self.part
        inside = part.inside
        read = [unit for unit in read_units(sample, given) if inside is None or unit in inside]
        size = sample.size if inside is None else sum(self._parted().sizes.values())
        called = (name, self.variable, self.value, sample.unit)
        digest = digest_of(sample, called, part.where, (method, sample.level), strata, {u: given[u] for u in read})
        told = (*sample.assumptions, *part.assumptions, *_of_method(method, strata, name))
        figure = Estimate(*called, *limits, sample.level, method, len(read), size, tuple(read))
        return figure._replace(
            strata=tuple(strata),
            digest=digest,
            where=part.where,
            assumptions=told,
            draw=sample.digest,
            error=self.error,
        )


def ratio(
    had: float, lacked: float, had_limits: tuple[float, float], lacked_limits: tuple[float, float]
) -> tuple[float, float, float]:
    """had / (had + lacked) with its limits, from limits of both that hold together."""
    low = had_limits[0] / (had_limits[0] + lacked_limits[1]) if had_limits[0] else 0.0
    high = had_limits[1] / (had_limits[1] + lacked_limits[0]) if had_limits[1] else 1.0
    return had / (had + lacked), low, high


def digest_of(
    sample: Sample,
    called: tuple[str, str, str, str],
    where: Where,
    how: tuple[str, float],
    strata: Iterable[Stratum],
    read: Mapping[str, object],
) -> str:
    """64 hex digits that change with anything a figure rests on: sha256 of one line of JSON.

    Args:
        called: name, variable, value, unit.
        how: method, level.
        read: unit -> what counted for it.
    """
    parts = [[s.name, s.N, s.n, s.x, s.undecided] for s in strata]
    counted = [[unit, read[unit]] for unit in sorted(read)]
    told = [sample.digest, *called, [list(pair) for pair in where], *how, parts, counted]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _of_method(method: str, strata: Iterable[Stratum], name: str) -> tuple[str, ...]:
    told = {EXACT: ("limits_standard",), CERTIFIED: ("limits_certified",), RUNNING: ("limits_running",)}.get(method, ())
    told = (*told, "halves") if name in (SHARE, RECALL) else told
    return (*told, "undecided_both") if any(s.undecided for s in strata) else told


def _running(variable: str, value: str, sample: Sample, given: Verdicts) -> Iterator[Estimate]:
    """Ranges of all strata, added; each may go wrong in an equal part of what all may."""
    first = first_read(sample, given)
    if not all(first[name] for name in first if sample.drawn[name]):
        return
    read = {unit: given[unit] for units in first.values() for unit in units}
    level = 1 - (1 - sample.level) / max(1, sum(sample.size_of(name) > 0 for name in first))
    low, high, at = 0, 0, 0.0
    strata = []
    for name, units in first.items():
        size, verdict = sample.size_of(name), [given[unit] for unit in units]
        s = Stratum(size, len(units), sum(one is True for one in verdict), verdict.count(None), name)
        strata.append(s)
        low += running_range(s.x, s.n, size, level)[0]
        high += running_range(s.x + s.undecided, s.n, size, level)[1]
        at += size * s.x / s.n if s.n else 0.0
    maker = Maker(sample, variable, value)
    yield maker.made("count", RUNNING, (at, float(low), float(high)), strata, read)


def recalls(
    variable: str,
    values: Iterable[str],
    sample: Sample,
    answers: Mapping[str, Read],
    parted: Parting | None = None,
) -> Iterator[Estimate]:
    """How much of what people would find the machine found, for each answer: recall, with exact limits.

    Both sums that it is made of get half of what may go wrong, so that the limits hold together. None for an answer
    where a part with units had none of them read, or where it is not known what the machine said.
    """
    level = 1 - (1 - sample.level) / 2
    if not all(map(sample.is_known, sample.frame)):
        return
    parted = parted or parting(sample, variable)
    for value in values:
        given = verdicts(answers, value)
        halves = [parted.halves(name, value) for name in sample.frame]
        if any(cell.size and not cell.drawn for pair in halves for cell in pair):
            continue
        found, missed = ([seen(pair[side], given) for pair in halves if pair[side].size] for side in (0, 1))
        if not found or not missed:
            continue
        had, lost = count(found, level, "certified"), count(missed, level, "certified")
        if had.estimate is None or lost.estimate is None or not had.estimate + lost.estimate:
            continue
        limits = ratio(had.estimate, lost.estimate, (had.low, had.high), (lost.low, lost.high))
        yield Maker(sample, variable, value).made(RECALL, CERTIFIED, limits, [*found, *missed], given)
