"""What a draw is made from: every unit of a study with the hash of its text and what the machine says of it.

The unit is a case, a matter (all linked instances of one case together) or a record. What a machine says of a matter is
collapsed by a rule that is part of the commitment (`COLLAPSE`). Machine answers made elsewhere may stand in for ours.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight.codebook import Codebook
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.review import digest_of
from caselight.store import Study, journal
from caselight.tables import read_table
from caselight.variables import Variable

UNITS = ("case", "matter", "record")
COLLAPSE = (
    "what the machine says of a matter: of a question with one answer, the first in the codebook's order that one of "
    "its cases has, the default last; of one with several answers, all that any has; else the first that there is"
)
Answers = dict[str, Any]  # variable -> answer as JSON has it


@dataclass(frozen=True, slots=True)
class Pile:
    """All units of a study at one moment."""

    unit: str  # one of UNITS
    members: Mapping[str, tuple[str, ...]]  # unit -> its cases, by id
    texts: Mapping[str, str]  # case -> sha256 of its text
    machine: Mapping[str, Answers]  # unit -> what the machine says of it
    machines: Mapping[str, str]  # variable -> name of the machine elsewhere that answered it instead of ours

    def text(self, unit: str) -> str:
        """sha256 of the unit's text; of a matter, of the lines of its cases in members.tsv without the first column."""
        cases = self.members[unit]
        if self.unit != "matter":
            return self.texts[cases[0]]
        return digest_of("".join(f"{case}\t{self.texts[case]}\n" for case in cases))

    def members_text(self) -> str:
        """members.tsv: unit, case, sha256 of the case's text; sorted."""
        return "".join(f"{unit}\t{c}\t{self.texts[c]}\n" for unit in sorted(self.members) for c in self.members[unit])

    def machine_text(self) -> str:
        """machine.jsonl: a line for each unit, sorted."""
        rows = ({"case": unit, "answers": self.machine[unit]} for unit in sorted(self.machine))
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def pile(made: Made, unit: str = "case", machines: Sequence[str] = ()) -> Pile:
    """The study's units, and what our machine or these imported ones say of them.

    Raises:
        UsageError: no such unit, or an imported machine is not known or does not answer every case.
    """
    members = members_of(made, unit)
    texts = _texts(made)
    ours = _ours(made, made.codebook.variables)
    by = {}
    for name in machines:
        for variable, answers in imported(made.study, name, made.codebook).items():
            missing = [case for case in texts if case not in answers]
            if missing:
                raise UsageError(
                    f"--machine {name}: it does not answer {variable} for {len(missing)} of {len(texts)} cases, e.g. "
                    f"{missing[0]}. Import an answer for every case ({'does_not_say'!r} where it has none)."
                )
            by[variable] = name
            for case, answer in answers.items():
                if case in ours:
                    ours[case] = ours[case] | {variable: answer}
    return Pile(unit, members, texts, _of_units(made.codebook.variables, members, ours), by)


def said(made: Made, names: Collection[str], unit: str = "case") -> list[Answers]:
    """What our machine says of each unit to these questions; no text is looked at.

    Raises:
        UsageError: no such unit.
    """
    asked = [variable for variable in made.codebook.variables if variable.name in names]
    return list(_of_units(asked, members_of(made, unit), _ours(made, asked)).values())


def _of_units(
    variables: Iterable[Variable], members: Mapping[str, tuple[str, ...]], ours: Mapping[str, Answers]
) -> dict[str, Answers]:
    kinds = {variable.name: variable for variable in variables}
    return {
        one: {name: collapsed(variable, [ours[case][name] for case in cases]) for name, variable in kinds.items()}
        for one, cases in members.items()
    }


def members_of(made: Made, unit: str) -> dict[str, tuple[str, ...]]:
    """Unit -> the cases that it is made of.

    Raises:
        UsageError: no such unit.
    """
    if unit not in UNITS:
        raise UsageError(f"--unit {unit}: a draw is of units of one kind: {', '.join(UNITS)}.")
    cases: list[tuple[str, str]] = []
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents"]).to_pydict()
        cases += [(case, documents[0]) for case, documents in zip(part["id"], part["documents"], strict=True)]
    if unit == "case":
        return {case: (case,) for case, _ in cases}
    if unit == "record":
        return {document: (case,) for case, document in cases}
    links = read_table(made.links, ["case", "matter"]).to_pydict()
    found: dict[str, list[str]] = {}
    for case, matter in zip(links["case"], links["matter"], strict=True):
        found.setdefault(matter, []).append(case)
    return {matter: tuple(sorted(members)) for matter, members in found.items()}


def collapsed(variable: Variable, answers: Sequence[Any]) -> Any:
    """One answer for several cases, by `COLLAPSE`."""
    if len(answers) == 1:
        return answers[0]
    names = variable.value_names()
    if variable.kind == "many-of":
        given = {one for answer in answers for one in answer or ()}
        told = any(answer is not None for answer in answers)
        return sorted(given, key=names.index) if told else None
    if names:
        order = [*(name for name in names if name != variable.default), variable.default]
        return next((name for name in order if name in answers), None)
    return next((answer for answer in answers if answer is not None), None)


def imported(study: Study, name: str, codebook: Codebook) -> dict[str, dict[str, Any]]:
    """What a machine elsewhere answered: variable -> case -> answer.

    Raises:
        UsageError: nothing was imported under that name.
    """
    bodies = journal.read(machine_file(study, name))
    if not bodies:
        known = sorted(file.stem for file in machine_file(study, name).parent.glob("*.jsonl"))
        raise UsageError(
            f"--machine {name}: no such machine. Known: {', '.join(known) or 'none'}. "
            f"Bring its answers in: caselight import {study.folder} FILE.csv --machine {name}"
        )
    found: dict[str, dict[str, Any]] = {}
    for body in bodies:
        found.setdefault(body["variable"], {})[body["case"]] = body["value"]
    asked = {variable.name for variable in codebook.variables}
    return {variable: answers for variable, answers in found.items() if variable in asked}


def machine_file(study: Study, name: str) -> Path:
    """The journal of an imported machine's answers."""
    return study.folder / "journal" / "machines" / f"{name}.jsonl"


def strata_of(codebook: Codebook, by: Iterable[str], answers: Sequence[Answers]) -> tuple[list[str], str]:
    """The stratum of each unit, and the name of the stratum that the machine did not flag.

    Args:
        by: VARIABLE, or VARIABLE=VALUE for that value against all others; none = one stratum.
    Raises:
        UsageError: no such variable or value.
    """
    asked = [_asked(codebook, wanted) for wanted in by]
    if not asked:
        return ["all"] * len(answers), "all"
    strata = [",".join(part(variable, value, row[variable.name]) for variable, value in asked) for row in answers]
    rest = ",".join(f"{v.name}={'other' if value else _text(v.default)}" for v, value in asked)
    sizes = {name: strata.count(name) for name in set(strata)}
    return strata, rest if rest in sizes else max(sorted(sizes), key=lambda name: sizes[name], default=rest)


def _asked(codebook: Codebook, wanted: str) -> tuple[Variable, str]:
    name, _, value = wanted.partition("=")
    variable = next((v for v in codebook.variables if v.name == name), None)
    if variable is None:
        raise UsageError(
            f"--by {wanted}: no variable {name!r}. Known: {', '.join(v.name for v in codebook.variables)}."
        )
    if value and value not in variable.value_names():
        raise UsageError(f"--by {wanted}: {name} has no value {value!r}. Known: {', '.join(variable.value_names())}.")
    if not value and not variable.values:
        raise UsageError(f"--by {wanted}: {name} has no list of values to part the cases by. Choose another variable.")
    return variable, value


def part(variable: Variable, value: str, answer: Any) -> str:
    """Name of the part of the pile that an answer belongs to."""
    if value:
        flagged = value in answer if isinstance(answer, list) else answer == value
        return f"{variable.name}={value if flagged else 'other'}"
    return f"{variable.name}={_text(answer)}"


def _text(answer: Any) -> str:
    if answer is None:
        return "undetermined"
    return "+".join(map(str, answer)) or "none" if isinstance(answer, list | tuple) else str(answer)


def _texts(made: Made) -> dict[str, str]:
    texts: dict[str, str] = {}
    for plan in made.plans:
        cases = read_table(plan.paths["cases"], ["id"])["id"].to_pylist()
        found = read_table(plan.paths["texts"], ["text"])["text"].to_pylist()
        texts |= {case: digest_of(text) for case, text in zip(cases, found, strict=True)}
    return texts


def _ours(made: Made, variables: Iterable[Variable]) -> dict[str, Answers]:
    found: dict[str, Answers] = {}
    for plan in made.plans:
        for variable in variables:
            rows = read_table(plan.paths[f"answers/{variable.name}"], ["case", "value"]).to_pydict()
            for case, value in zip(rows["case"], rows["value"], strict=True):
                found.setdefault(case, {})[variable.name] = json.loads(value)
    return found
