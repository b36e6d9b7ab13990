"""What people answered about each case, in the codebook's order, beside what counts of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from caselight.drawing import given, is_read_to_its_end, quotes_of
from caselight.planning import Made
from caselight.report import Reading
from caselight.review import Given, settle
from caselight.tables import read_table
from caselight.types import Answer


@dataclass(frozen=True, slots=True)
class Said:
    """What people answered about one case."""

    people: tuple[Reading, ...]  # each person's last answer to each question
    settled: tuple[Reading, ...]  # for each question, what counts

    @property
    def digest(self) -> int:
        """Changes with anything that is told here; 63 bits."""
        return int(hashlib.sha256(repr(self).encode()).hexdigest()[:16], 16) >> 1


def said_by_people(made: Made) -> Mapping[str, Said]:
    """Case -> what people answered about it; cases that nobody read are left out.

    Answers about a record are about its case. Answers about a matter are about all its cases together and stand in no
    case; an export has them in readings.jsonl.
    """
    taken = list(given(made.study))
    if not taken:
        return {}
    cases = _cases(made)
    quotes = quotes_of(made.study)
    place = {variable.name: i for i, variable in enumerate(made.codebook.variables)}
    by_case: dict[str, list[Given]] = {}
    for one in taken:
        if one.case in cases and one.variable in place:
            by_case.setdefault(cases[one.case], []).append(one)
    found = {}
    for case, rows in by_case.items():
        last = {(one.variable, one.coder): one for one in rows}
        people = [
            Reading(
                Answer(case, one.variable, one.value, one.coder, quotes[one.case, one.variable, one.coder]), one.decided
            )
            for one in last.values()
        ]
        counts = [Reading(Answer(case, v, one.value, one.coder), one.decided) for (_, v), one in settle(rows).items()]
        found[case] = Said(
            tuple(sorted(people, key=lambda r: (place[r.answer.variable], r.answer.coder))),
            tuple(sorted(counts, key=lambda r: place[r.answer.variable])),
        )
    return found


def shown_to_all(made: Made) -> Mapping[str, Said]:
    """The same for pages and exports, which coders may see: nothing before the draw is read to its end."""
    return said_by_people(made) if is_read_to_its_end(made.study, made.codebook) else {}


def _cases(made: Made) -> dict[str, str]:
    """Id of a case or of its record -> the case."""
    cases: dict[str, str] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents"]).to_pydict()
        for case, documents in zip(part["id"], part["documents"], strict=True):
            cases |= {case: case, documents[0]: case}
    return cases
