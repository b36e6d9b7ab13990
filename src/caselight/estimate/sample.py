"""A draw that people have read, as figures take it: the pile in parts, and what was seen in each.

Units are parted into the strata of the draw, and within them by whether the machine gave this very answer, where enough
of both were read (post-stratification), and by whether they belong to the part of the pile that a figure is about. All
of this is decided by what was known of every unit and by how many were read, never by what people said.
"""

from __future__ import annotations

from collections import Counter
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


@dataclass(frozen=True, slots=True)
class Parting:
    """How many units of each stratum belong to the part that figures are about, and to how many the machine gave what.

    Made once for a question, since it looks at every unit of the pile; the cells of each answer then cost nothing.
    """

    sample: Sample
    variable: str
    inside: frozenset[str] | None  # known for each unit of the pile; None = all. Those outside are in no cell
    sizes: Mapping[str, int]  # stratum -> its units
    flagged: Mapping[str, Mapping[str, int]]  # stratum -> answer of the machine -> units to which it was given

    def halves(self, stratum: str, value: str) -> tuple[Cell, Cell]:
        """The units of a stratum to which the machine gave this answer, and the others."""
        drawn, many = self.drawn(stratum), self.flagged[stratum].get(value, 0)
        yes = tuple(unit for unit in drawn if self.sample.said(unit, self.variable, value))
        no = tuple(unit for unit in drawn if not self.sample.said(unit, self.variable, value))
        return Cell(f"{stratum} flagged", many, yes), Cell(f"{stratum} other", self.sizes[stratum] - many, no)

    def drawn(self, stratum: str) -> tuple[str, ...]:
        """Its drawn units."""
        units = self.sample.drawn[stratum]
        return tuple(units if self.inside is None else [unit for unit in units if unit in self.inside])

    def cells(self, value: str | None = None) -> list[Cell]:
        """The pile in parts: strata, within them what the machine flagged and what it did not; None = strata alone."""
        found: list[Cell] = []
        for name, size in self.sizes.items():
            parts = self.halves(name, value) if value is not None and self.sample.is_known(name) else ()
            if parts and all(cell.size and len(cell.drawn) >= min(LEAST_READ, cell.size) for cell in parts):
                found += parts
            elif size:
                found.append(Cell(name, size, self.drawn(name)))
        return found


def parting(sample: Sample, variable: str = "", inside: frozenset[str] | None = None) -> Parting:
    """The pile, looked at once for this question."""
    sizes: dict[str, int] = {}
    flagged: dict[str, Counter[str]] = {}
    for name, units in sample.frame.items():
        flagged[name] = Counter()
        if not sample.is_known(name):
            sizes[name] = sample.size_of(name)
            continue
        kept = units if inside is None else [one for one in units if one in inside]
        sizes[name] = len(kept)
        said = Counter(sample.machine.get(unit, {}).get(variable) for unit in kept)
        for answer, many in said.items():
            for value in answer if isinstance(answer, tuple) else (answer,):
                flagged[name][str(value)] += many
    return Parting(sample, variable, inside, sizes, flagged)


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
