"""A draw that people have read, as figures take it: the pile in parts, and what was seen in each.

Units are parted into the strata of the draw, and within them by whether the machine gave this very answer, where enough
of both were read (post-stratification), and by whether they belong to the part of the pile that a figure is about. All
of this is decided by what was known of every unit and by how many were read, never by what people said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from caselight.types import Stratum, Value

# Parts of a stratum that are told apart by the machine's answer need so many units read, each.
LEAST_READ = 5

Verdicts = Mapping[str, bool | None]  # drawn unit that was read -> whether it has the code; None = undecided


@dataclass(frozen=True, slots=True)
class Read:
    """What people answered about one question in one drawn unit."""

    value: Value  # None = the record does not say
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw and what came of it."""

    frame: Mapping[str, Sequence[str]]  # stratum -> all of its units; of a draw made elsewhere, those drawn
    drawn: Mapping[str, Sequence[str]]  # stratum -> its drawn units, in the order in which they are read
    machine: Mapping[str, Mapping[str, Value]]  # unit -> variable -> the machine's answer when the draw was committed
    level: float
    claim: str
    unit: str = "case"
    digest: str = ""  # sha256 of the commitment
    sizes: Mapping[str, int] = field(default_factory=dict)  # N_h where `frame` does not name all units of the stratum
    assumptions: tuple[str, ...] = ()  # of the draw itself

    @property
    def size(self) -> int:
        """Units of the pile."""
        return sum(self.size_of(stratum) for stratum in self.frame)

    def size_of(self, stratum: str) -> int:
        """Units of the stratum, N_h."""
        return self.sizes.get(stratum, len(self.frame[stratum]))

    def is_known(self, stratum: str) -> bool:
        """Every unit of the stratum is named, so that it can be parted."""
        return self.size_of(stratum) == len(self.frame[stratum])

    def said(self, unit: str, variable: str, value: str) -> bool:
        """Whether the machine gave this answer."""
        return has(self.machine.get(unit, {}).get(variable), value)


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the pile in which the drawn are a simple random draw."""

    name: str
    size: int
    drawn: tuple[str, ...]


def recoded(sample: Sample, machine: Mapping[str, Mapping[str, Value]]) -> Sample:
    """The draw with its strata as they were, parted within by what a machine says now; figures of it say so."""
    return replace(sample, machine=machine, assumptions=(*sample.assumptions, "recoded"))


def has(answer: Value, value: str) -> bool:
    """Whether an answer holds this value."""
    return value in answer if isinstance(answer, tuple) else answer == value


def verdicts(answers: Mapping[str, Read], value: str) -> dict[str, bool | None]:
    """For each unit that was read, whether it has this answer."""
    return {unit: has(read.value, value) if read.decided else None for unit, read in answers.items()}


def both(one: Verdicts, other: Verdicts) -> dict[str, bool | None]:
    """Whether a unit has both codes: not, where one of them is known to be absent."""
    found: dict[str, bool | None] = {}
    for unit in one.keys() & other.keys():
        pair = (one[unit], other[unit])
        found[unit] = False if False in pair else None if None in pair else True
    return found


def opposite(given: Verdicts) -> dict[str, bool | None]:
    """Whether a unit lacks the code."""
    return {unit: None if one is None else not one for unit, one in given.items()}


def cells(sample: Sample, flagged: Collection[str] = (), inside: Collection[str] | None = None) -> list[Cell]:
    """The pile in parts: strata, within them what the machine flagged and what it did not.

    Args:
        flagged: units to which the machine gave the answer that is counted.
        inside: units that the figure is about, known for each unit of the pile; None = all. Units outside have the code
            in no case, and that is known, so they are in no cell.
    """
    flags, within = set(flagged), None if inside is None else set(inside)
    found: list[Cell] = []
    for name, units in sample.frame.items():
        drawn = sample.drawn[name]
        if not sample.is_known(name):
            found.append(Cell(name, sample.size_of(name), tuple(drawn)))
            continue
        kept = units if within is None else [one for one in units if one in within]
        read = tuple(drawn if within is None else [one for one in drawn if one in within])
        found += _parted(name, kept, read, flags)
    return found


def _parted(name: str, units: Sequence[str], drawn: tuple[str, ...], flags: Collection[str]) -> list[Cell]:
    parts = (
        Cell(f"{name} flagged", sum(one in flags for one in units), tuple(one for one in drawn if one in flags)),
        Cell(f"{name} other", sum(one not in flags for one in units), tuple(one for one in drawn if one not in flags)),
    )
    if all(len(cell.drawn) >= min(LEAST_READ, cell.size) for cell in parts) and all(cell.size for cell in parts):
        return list(parts)
    return [Cell(name, len(units), drawn)] if units else []


def seen(cell: Cell, given: Verdicts) -> Stratum:
    """What was seen in a cell; only of the drawn that were read."""
    read = [given[unit] for unit in cell.drawn if unit in given]
    return Stratum(cell.size, len(read), sum(one is True for one in read), read.count(None), cell.name)


def first_read(sample: Sample, given: Collection[str]) -> dict[str, list[str]]:
    """Of each stratum the units read in the order of their tickets, up to the first that was not read."""
    return {name: list(takewhile(given.__contains__, drawn)) for name, drawn in sample.drawn.items()}


def is_whole(sample: Sample, given: Collection[str]) -> bool:
    """Every drawn unit was read, so that the figures that were committed to can be given."""
    return all(unit in given for drawn in sample.drawn.values() for unit in drawn)


def read_units(sample: Sample, given: Collection[str]) -> list[str]:
    """The drawn units that were read, stratum by stratum, in the order of their tickets."""
    return [unit for drawn in sample.drawn.values() for unit in drawn if unit in given]


def mistakes(value: str, pairs: Iterable[tuple[Value, Value]]) -> float | None:
    """Share of single readings (what one reader said, what was settled) that were overturned; None = no readings."""
    wrong = [has(said, value) != has(settled, value) for said, settled in pairs]
    return sum(wrong) / len(wrong) if wrong else None
