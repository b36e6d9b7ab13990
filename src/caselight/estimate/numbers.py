"""Figures of numbers that people read: totals, means, and shares among the persons whom cases are about.

The most that one case can have must be known beforehand (the law's largest fine); it is part of the figure's name
(`value`, "0..300000"). Without it there is a total that holds unless an unread case has more than the largest read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isnan, nan

from caselight.errors import Refused
from caselight.estimate.clusters import share_among_persons
from caselight.estimate.figures import ALL, Maker, Part
from caselight.estimate.sample import Read, Sample, is_whole, parting, verdicts
from caselight.estimate.totals import Bounds, Numbers, mean, total, total_if_none_larger
from caselight.types import Estimate, Stratum

TOTAL, MEAN, LARGER, PERSONS = "total", "mean", "larger", "person_share"  # names of figures
EXACT_NUMBERS = {"standard": "exact_numbers", "certified": "exact_numbers_certified"}  # claim -> method
UNLESS = {"standard": "exact_unless_larger", "certified": "exact_unless_larger_certified"}
KORN_GRAUBARD = "korn_graubard"
ANY = "*"  # value in `where`: the persons that this variable or fact counts


def bounds_of(value: str) -> Bounds | None:
    """The bounds that a figure is named by.

    >>> bounds_of("0..300000"), bounds_of("")
    (Bounds(most=300000.0, least=0.0), None)
    """
    least, _, most = value.partition("..")
    return Bounds(float(most), float(least)) if most else None


def numbers(
    variable: str, value: str, sample: Sample, answers: Mapping[str, Read], part: Part = ALL
) -> Iterator[Estimate]:
    """Total and mean of a number, by both claims; without bounds the total with its "unless".

    Args:
        value: the bounds, "0..300000"; "" = not known.
    Raises:
        Refused: the draw is not read to its end, or the numbers do not allow it.
    """
    if not is_whole(sample, answers):
        raise Refused(f"not every drawn case has an answer to {variable} yet; read the draw to its end")
    if part.judged is not None:
        raise Refused("a total is given for parts of the pile that are known of every case, such as a year or a court")
    parted = parting(sample, variable, part.inside)
    bounds, maker = bounds_of(value), Maker(sample, variable, value, part, parted=parted)
    cells = parted.cells()
    parts = [Numbers(cell.size, tuple(_number(answers[unit]) for unit in cell.drawn)) for cell in cells]
    strata = [_seen(numbers_, cell.name) for numbers_, cell in zip(parts, cells, strict=True)]
    given = {unit: _told(read) for unit, read in answers.items()}
    for claim in ("standard", "certified") if sample.claim == "standard" else ("certified", "standard"):
        if bounds:
            figures = {TOTAL: total(parts, bounds, sample.level, claim)}
            if any(s.x for s in strata):
                figures[MEAN] = mean(parts, bounds, sample.level, claim)
            for name, found in figures.items():
                limits = (found.estimate, found.low, found.high)
                yield _noted(maker.made(name, EXACT_NUMBERS[claim], limits, strata, given), "bounds_known")
            continue
        unless = total_if_none_larger(parts, sample.level, claim)
        limits = (unless.total.estimate, unless.total.low, unless.total.high)
        yield _noted(maker.made(TOTAL, UNLESS[claim], limits, strata, given), "none_larger")
        yield maker.made(LARGER, UNLESS[claim], (0.0, 0.0, float(unless.larger)), strata, given)


def persons(
    variable: str,
    value: str,
    sample: Sample,
    answers: Mapping[str, Read],
    counted: Mapping[str, float | None],
    name: str,
) -> Estimate:
    """Of the persons whom the cases are about, the share in cases with this answer; approximate.

    No person is known here, only how many there are in each case: who stands in two cases counts twice.

    Args:
        counted: unit -> its persons; None = not known.
        name: of the variable or fact that counts them.
    Raises:
        Refused: the draw has strata, is not read to its end, or too little was read.
    """
    if len(sample.frame) > 1:
        raise Refused("a share among persons needs a simple draw; this one has strata")
    if not is_whole(sample, answers):
        raise Refused(f"not every drawn case has an answer to {variable} yet; read the draw to its end")
    given = verdicts(answers, value)
    units = [unit for drawn in sample.drawn.values() for unit in drawn]
    unclear = [unit for unit in units if given[unit] is None or counted.get(unit) is None]
    if unclear:
        raise Refused(f"of {len(unclear)} drawn cases it is not known how many persons they are about, or their answer")
    sizes = [round(counted[unit] or 0) for unit in units]
    hits = [size if given[unit] else 0 for size, unit in zip(sizes, units, strict=True)]
    found = share_among_persons(sizes, hits, sample.size, sample.level)
    strata = [Stratum(sample.size, len(units), sum(map(bool, hits)), 0, "all")]
    maker = Maker(replace(sample, unit="person"), variable, value, Part(((name, ANY),)))
    limits = (found.share.estimate, found.share.low, found.share.high)
    told = {unit: [hit, size] for unit, hit, size in zip(units, hits, sizes, strict=True)}
    return _noted(maker.made(PERSONS, KORN_GRAUBARD, limits, strata, told), "approximate", "persons_not_joined")


def _number(read: Read) -> float | None:
    if not read.decided:
        return nan
    return float(read.value) if isinstance(read.value, int | float) else None


def _told(read: Read) -> object:
    return "undecided" if not read.decided else _number(read)


def _seen(part: Numbers, name: str) -> Stratum:
    """In one part of the pile: how many of the read cases have a number, and how many are undecided."""
    undecided = sum(value is not None and isnan(value) for value in part.values)
    having = sum(value is not None for value in part.values) - undecided
    return Stratum(part.N, len(part.values), having, undecided, name)


def _noted(figure: Estimate, *codes: str) -> Estimate:
    return figure._replace(assumptions=(*figure.assumptions, *codes))
