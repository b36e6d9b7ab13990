"""Everything that figures rest on, in one place, so that each can be made from its name alone: now, or again later.

A figure is named by what it says (`name`), of which answer (`variable`, `value`), of which part of the pile (`where`)
and how it was made (`method`). Whoever has a draw, the answers of people and the facts of the cases can make it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caselight.errors import Refused
from caselight.estimate import contrasts
from caselight.estimate.elusion import COMPLETE, MISSED, elusion
from caselight.estimate.figures import (
    CERTIFIED,
    RECALL,
    SHARE,
    Maker,
    Part,
    Where,
    of_value,
    recalls,
)
from caselight.estimate.numbers import LARGER, MEAN, PERSONS, TOTAL, numbers, persons
from caselight.estimate.sample import Parting, Read, Sample, Verdicts, both, is_whole, parting, verdicts
from caselight.types import Estimate, Stratum

FACT = "fact:"  # begins the name of a fact in `where`, so that none is taken for a variable of the codebook
DIFFERENCE, TREND = "difference", "trend"
CONTRASTS = {"standard": "mover", "certified": "mover_certified"}  # claim -> method

Reads = Mapping[str, Mapping[str, Read]]  # variable -> unit -> the answer of people that counts


@dataclass(frozen=True, slots=True)
class Evidence:
    """A draw, what people answered, and the facts of the units."""

    sample: Sample
    read: Reads
    fact: Callable[[str], Mapping[str, Sequence[str]]]  # name of a fact -> unit -> its values
    error: Callable[[str, str], float | None]  # variable, value -> share of single readings that were overturned
    partings: dict[str, Parting] = field(default_factory=dict, compare=False, repr=False)  # what `_parted` has made

    def part(self, where: Where) -> Part:
        """The part of the pile for which all of this holds.

        Raises:
            Refused: people have not read to the end what the part is made by.
        """
        inside: frozenset[str] | None = None
        judged: Verdicts | None = None
        for name, value in where:
            if not name.startswith(FACT):
                said = self._verdicts(name, value)
                judged = said if judged is None else both(judged, said)
                continue
            held = self.fact(name.removeprefix(FACT))
            frame = (unit for cases in self.sample.frame.values() for unit in cases)  # others came later: in no part
            units = frozenset(unit for unit in frame if value in held.get(unit, ()))
            if all(map(self.sample.is_known, self.sample.frame)):
                inside = units if inside is None else inside & units
            else:  # of a draw made elsewhere only the drawn are known one by one
                drawn = {unit: unit in units for cases in self.sample.drawn.values() for unit in cases}
                judged = drawn if judged is None else both(judged, drawn)
        return Part(where, inside, judged)

    def _verdicts(self, variable: str, value: str) -> Verdicts:
        answers = self.read.get(variable, {})
        if not is_whole(self.sample, answers):
            raise Refused(f"not every drawn case has an answer of people to {variable}, which the part is made by")
        return verdicts(answers, value)

    def counts(self, variable: str, value: str, where: Where = ()) -> Iterator[Estimate]:
        """How many have the answer, by both claims; where people make the part, its share too.

        Raises:
            Refused: nothing can be said; the message says why.
        """
        part, answers = self.part(where), self.read.get(variable, {})
        parted = self._parted(variable) if part.inside is None and is_whole(self.sample, answers) else None
        found = list(of_value(variable, value, self.sample, answers, part, self.error(variable, value), parted))
        if not found:
            raise Refused(self._why_not(variable, part))
        yield from found

    def _parted(self, variable: str) -> Parting:
        """The whole pile, looked at once for all figures of a question."""
        held = self.partings.get(variable)
        if held is None or held.sample.machine is not self.sample.machine or held.sample.frame is not self.sample.frame:
            held = self.partings[variable] = parting(self.sample, variable)
        return held

    def numbers(self, variable: str, value: str, where: Where = ()) -> Iterator[Estimate]:
        """Total and mean of a number.

        Raises:
            Refused: nothing can be said; the message says why.
        """
        part = self.part(where)
        if part.inside is not None and not any(unit in part.inside for unit in self._drawn()):
            raise Refused(self._why_not(variable, part))
        yield from numbers(variable, value, self.sample, self.read.get(variable, {}), part)

    def persons(self, variable: str, value: str, name: str) -> Estimate:
        """The share of persons in cases with this answer; `name` is the variable or fact that counts them.

        Raises:
            Refused: too little was read, or not by a simple draw.
        """
        counted: dict[str, float | None] = {}
        if name.startswith(FACT):
            for unit, values in self.fact(name.removeprefix(FACT)).items():
                counted[unit] = float(values[0]) if values and values[0].isdigit() else None
        else:
            for unit, read in self.read.get(name, {}).items():
                counted[unit] = float(read.value) if read.decided and isinstance(read.value, int | float) else None
        return persons(variable, value, self.sample, self.read.get(variable, {}), counted, name)

    def _drawn(self) -> list[str]:
        return [unit for units in self.sample.drawn.values() for unit in units]

    def _why_not(self, variable: str, part: Part) -> str:
        answers = self.read.get(variable, {})
        drawn = self._drawn()
        here = [unit for unit in drawn if part.inside is None or unit in part.inside]
        if not here:
            size = len(part.inside or ())
            return f"none of the cases drawn is among these {size:,}: there may be anything from 0 to {size:,}"
        if not is_whole(self.sample, answers):
            left = sum(unit not in answers for unit in drawn)
            return f"{left} of the {len(drawn)} drawn cases have no answer to {variable} yet; read the draw to its end"
        return "of a part of these cases none was drawn, so that there is no best estimate; draw more"

    def group(self, variable: str, value: str, where: Where) -> tuple[list[Stratum], Verdicts, Part]:
        """What was seen in one of several groups that are compared.

        Raises:
            Refused: people have not read the draw to its end, or they made the group themselves.
        """
        part, answers = self.part(where), self.read.get(variable, {})
        if not is_whole(self.sample, answers):
            raise Refused(self._why_not(variable, part))
        if part.judged is not None:
            raise Refused("groups are compared by facts that are known of every case, such as year or court")
        given = verdicts(answers, value)
        return Maker(self.sample, variable, value, part).strata(given), given, part

    def is_comparable(self, where: Where) -> bool:
        """Whether enough of this group was drawn for its share to be compared; decided by how much, never by what."""
        part = self.part(where)
        inside = part.inside or frozenset()
        drawn = sum(unit in inside for unit in self._drawn())
        every = all(cell.drawn for cell in parting(self.sample, inside=inside).cells())
        return every and drawn >= min(contrasts.LEAST_READ, len(inside))

    def difference(self, variable: str, value: str, where: Where, claim: str) -> Estimate:
        """Share in the first of the last two parts of `where` less the share in the second.

        Raises:
            Refused: too little was read, or a unit is in both.
        """
        return self._contrast(DIFFERENCE, variable, value, where, 2, claim)

    def trend(self, variable: str, value: str, where: Where, claim: str) -> Estimate:
        """Change of the share for one year, over all the parts of `where` that share the last one's name.

        Raises:
            Refused: too little was read, or the groups are not years.
        """
        return self._contrast(TREND, variable, value, where, sum(name == where[-1][0] for name, _ in where), claim)

    def _contrast(self, name: str, variable: str, value: str, where: Where, groups: int, claim: str) -> Estimate:
        shared, ends = where[:-groups], where[-groups:]
        parts = [self.group(variable, value, (*shared, end)) for end in ends]
        strata, level = [part[0] for part in parts], self.sample.level
        if name == DIFFERENCE:
            found = contrasts.compare(strata[0], strata[1], level, claim).difference
        else:
            found = contrasts.trend(strata, [_year(end[1]) for end in ends], level, claim).slope
        insides = [part[2].inside or frozenset() for part in parts]
        inside = frozenset().union(*insides)
        if (twice := sum(map(len, insides)) - len(inside)) or len(set(ends)) < len(ends):
            raise Refused(
                f"the groups are not apart: {twice} {self.sample.unit}s are in several of them, so that their shares "
                "move together; compare groups that have none in common, such as years or courts"
            )
        maker = Maker(self.sample, variable, value, Part(where, inside), self.error(variable, value))
        flat = [stratum for group in strata for stratum in group]
        return maker.made(name, CONTRASTS[claim], (found.estimate, found.low, found.high), flat, parts[0][1])

    def again(self, figure: Estimate) -> Estimate | None:
        """The figure of that name, made anew at its level; None = it cannot be made from what there is."""
        evidence = replace(self, sample=replace(self.sample, level=figure.level or self.sample.level))
        return next((e for e in evidence.named(figure) if (e.name, e.method) == (figure.name, figure.method)), None)

    def named(self, figure: Estimate) -> Iterable[Estimate]:
        """Figures of which one is the one of that name."""
        about = (figure.variable, figure.value)
        claim = "certified" if figure.method in (CERTIFIED, CONTRASTS["certified"]) else "standard"
        answers = self.read.get(figure.variable, {})
        ways: dict[str, Callable[[], Iterable[Estimate]]] = {
            **dict.fromkeys(("count", SHARE), lambda: self.counts(*about, figure.where)),
            **dict.fromkeys((TOTAL, MEAN, LARGER), lambda: self.numbers(*about, figure.where)),
            **dict.fromkeys((MISSED, COMPLETE), lambda: elusion(*about, self.sample, answers)),
            RECALL: lambda: recalls(
                figure.variable, [figure.value], self.sample, answers, self._parted(figure.variable)
            ),
            DIFFERENCE: lambda: [self.difference(*about, figure.where, claim)],
            TREND: lambda: [self.trend(*about, figure.where, claim)],
            PERSONS: lambda: [self.persons(*about, figure.where[-1][0])],
        }
        return ways[figure.name]() if figure.name in ways else ()


def _year(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused(f"a trend is over years; {text!r} is none") from None


def fact_values(name: str, facts: Iterable[tuple[str, object]], instance: str) -> tuple[str, ...]:
    """The values that a case has of a fact, as parts of the pile are named by them.

    >>> fact_values("year", [("decision_date", "2022-05-13")], "first")
    ('2022',)

    Args:
        name: of a fact; or "year" (of the decision) or "instance".
        facts: all of the case's, in the order of its record. What can only be one thing is the first that is stated.
    """
    if name == "instance":
        return (instance,) if instance else ()
    wanted = "decision_date" if name == "year" else name
    found = [str(value)[:4] if name == "year" else str(value) for fact, value in facts if fact == wanted]
    return tuple(dict.fromkeys(found[:1] if name in ONE_OF or name == "year" else found))


# Facts of which a case has one: the first that its record states, as everywhere else in the report.
ONE_OF = frozenset({"court", "court_code", "region", "judge", "case_number", "uid", "decision_date", "outcome"})
