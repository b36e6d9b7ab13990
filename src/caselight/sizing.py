"""How many cases must be read, and what reading them brings: before anything is read, and while people read.

One function works all of it out, `estimate.sizes.outlook`: what `estimate --plan` says and what the desk shows agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from caselight import drawing
from caselight.codebook import Codebook
from caselight.drawing import Committed, Underway, Wish
from caselight.drawing.asking import Question
from caselight.drawing.freezing import divided
from caselight.drawing.pile import said
from caselight.errors import UsageError
from caselight.estimate import Read, Sample, sizes, verdicts
from caselight.estimate.sample import Cell, Parting, has, is_whole, parting, seen
from caselight.planning import Made
from caselight.review import allocate, enlarged
from caselight.types import as_value

MORE = sizes.STEP  # units that a draw which is read to its end is thought to be extended by
# Ways in which a draw may come out that are looked at for one range; a page with more of them would take seconds.
MOST_OUTCOMES = 1_000_000
_ANY = sizes.Goal("width", 1.0)  # nothing is wanted of the range but how wide it is


@dataclass(frozen=True, slots=True)
class Range:
    """How wide the range of an answer will be, on average, in units of the pile."""

    variable: str
    value: str
    machine: int  # units to which the machine gave it
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ahead:
    """What reading on will bring."""

    more: int  # units still to be read of the draw; of one that is read to its end, `MORE` or what is left
    extends: bool  # the draw is read to its end: these would be drawn anew
    ranges: Mapping[tuple[str, str], Range]  # variable, value -> its range then, if what was found so far goes on


def ranges_of(made: Made, wish: Wish) -> tuple[int, list[Range]]:
    """How wide the ranges of a draw would be if people found just what the machine says; and the units of the pile.

    Only of the answers that it is drawn apart by: of others nothing is known before people read.

    Raises:
        UsageError: the draw cannot be made, as by `drawing.freeze`.
    """
    rows = said(made, {by.partition("=")[0] for by in wish.by}, wish.unit)
    strata, drawn = divided(made.codebook, wish, rows)
    counts = Counter(strata)
    found = []
    for by in wish.by:
        name, _, only = by.partition("=")
        for value in [only] if only else made.codebook.variable(name).value_names():
            flagged = Counter(
                stratum for stratum, row in zip(strata, rows, strict=True) if has(as_value(row[name]), value)
            )
            parts = [sizes.Part(counts[stratum], flagged[stratum] / counts[stratum]) for stratum in drawn]
            told = sizes.outlook(parts, _ANY, list(drawn.values()), wish.level, wish.claim)
            N = len(rows)  # noqa: N806
            found.append(Range(name, value, flagged.total(), told.low * N, told.high * N))
    return len(rows), found


def ahead(found: Underway, codebook: Codebook) -> Ahead | None:
    """What the rest of the draw that is being read will bring, or 50 units more; None = nothing is read, or all is."""
    committed, read, pile = found.committed, found.read, found.pile
    if pile is None:
        return None
    units = [one.case for one in drawing.drawn_cases(committed)]
    left = pile.size - len(units)
    whole = all(is_whole(pile, read.of(variable.name)) for variable in codebook.variables)
    if whole and not left:
        return None
    after = _extended(committed, min(MORE, left)) if whole else committed
    ranges = {}
    for variable in codebook.variables:
        parted, answers = parting(pile, variable.name), read.of(variable.name)
        for value in variable.value_names():
            if one := _range(variable.name, value, parted, answers, after):
                ranges[variable.name, value] = one
    unread = len({unit for unit in units if not all(unit in read.of(v.name) for v in codebook.variables)})
    return Ahead(min(MORE, left) if whole else unread, whole, ranges)


def _extended(committed: Committed, more: int) -> Committed:
    """The draw with so many units more, which are looked at once more."""
    grown = enlarged(committed.sizes, more)
    bigger = {name: (N, grown[name]) for name, (N, _) in committed.sizes.items()}
    return replace(committed, sizes=bigger, look=committed.look + 1)


def _range(variable: str, value: str, parted: Parting, answers: Mapping[str, Read], after: Committed) -> Range | None:
    """None = nothing was read in some part of the pile, or too much may come out to be looked at."""
    given = verdicts(answers, value)
    cells = parted.cells(value)
    strata = [seen(cell, given) for cell in cells]
    if any(s.n == s.undecided for s in strata):
        return None
    parts = [sizes.Part(s.N, s.x / (s.n - s.undecided)) for s in strata]
    drawn = _drawn_then(parted.sample, cells, after)
    if prod(min(n, round(part.guess * part.N)) + 1 for n, part in zip(drawn, parts, strict=True)) > MOST_OUTCOMES:
        return None
    told = sizes.outlook(parts, _ANY, drawn, after.effective_level, after.claim)
    size = parted.sample.size
    machine = sum(found.get(value, 0) for found in parted.flagged.values())
    return Range(variable, value, machine, told.low * size, told.high * size)


def _drawn_then(sample: Sample, cells: Sequence[Cell], after: Committed) -> list[int]:
    """How many of each part will be read: those drawn now, and of what a stratum grows by its share of the unread."""
    stratum_of = {unit: name for name, units in sample.drawn.items() for unit in units}
    found = []
    for cell in cells:
        name = stratum_of[cell.drawn[0]]
        n = len(sample.drawn[name])
        unread, grown = sample.size_of(name) - n, after.sizes[name][1] - n
        found.append(len(cell.drawn) + (round(grown * (cell.size - len(cell.drawn)) / unread) if unread else 0))
    return found


def sized(made: Made, question: Question, width: float, guess: tuple[float, float]) -> tuple[dict[str, Any], list[str]]:
    """The smallest draw whose range is that narrow in 8 of 10 draws, if the guess is right; as data and in words.

    Args:
        question: one variable and one value.
        width: of the range, as a share of all cases.
        guess: share of the cases with the machine's yes that have the answer, and of those with its no.
    Raises:
        UsageError: not one variable and one value; Refused: no draw is large enough.
    """
    if len(question.variables) != 1 or len(question.values) != 1:
        raise UsageError("--plan: say for which figure: --variable NAME --value VALUE.")
    (variable,), (value,) = question.variables, question.values
    known = {v.name: v.value_names() for v in made.codebook.variables}
    if value not in known.get(variable, ()):
        raise UsageError(
            f"--plan: there is no answer {variable} = {value}. Known: {', '.join(known.get(variable, known))}."
        )
    rows = said(made, [variable])
    yes = sum(has(as_value(row[variable]), value) for row in rows)
    pairs = [("yes", yes, guess[0]), ("no", len(rows) - yes, guess[1])]
    counts = {name: size for name, size, _ in pairs if size}
    parts = [sizes.Part(size, share) for _, size, share in pairs if size]
    rest = "no" if "no" in counts else "yes"
    goal, claim = sizes.Goal("width", width), question.claim or "standard"
    found = sizes.plan(parts, goal, lambda n: list(allocate(counts, n, rest).values()), claim=claim)
    by = f"--by {variable}={value}"
    lines = [
        f"The machine flagged {yes:,} of {len(rows):,} cases as {variable} = {value}.",
        f"If {guess[0]:.0%} of these have it and {guess[1]:.0%} of the others: read {found.enough.n:,} cases for a "
        f"range at most {width:.0%} of all cases wide in {found.enough.chance:.0%} of draws.",
    ]
    if found.more:
        lines.append(
            f"With {found.more.n:,} the mean width is {found.more.width:.1%} instead of {found.enough.width:.1%}."
        )
    lines.append(f"Then: caselight draw {made.study.folder} --size {found.enough.n} {by}")
    told: dict[str, Any] = {"variable": variable, "value": value, "width": width, "flagged": yes, "cases": len(rows)}
    for name, outlook in (("enough", found.enough), ("more", found.more)):
        if outlook:
            told[name] = {
                "size": outlook.n,
                "drawn": list(outlook.drawn),
                "width": outlook.width,
                "chance": outlook.chance,
            }
    return told, lines
