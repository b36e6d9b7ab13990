"""From a draw and the answers to it: the figures that the report shows, and what it tells of how they came about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from caselight.codebook import Codebook
from caselight.drawing.answering import given
from caselight.drawing.checking import checked
from caselight.drawing.commitment import (
    ELSEWHERE,
    ELUSION,
    Committed,
    drawn_cases,
    draws,
    frame_rows,
    last,
    machine_answers,
)
from caselight.drawing.freezing import asked_digest
from caselight.drawing.standing import disputes, unknown
from caselight.estimate import Evidence, Read, Sample, agreements, estimated, mistakes
from caselight.estimate.agreement import Agreement
from caselight.estimate.elusion import elusion
from caselight.report import AgreedOn, Fieldwork
from caselight.review import ADJUDICATOR, Given, last_answers, settle
from caselight.store import Study
from caselight.types import Estimate, Value
from caselight.variables import Variable


@dataclass(frozen=True, slots=True)
class Readings:
    """What people answered about the drawn units, each question by itself."""

    given: Sequence[Given]  # about drawn units, with those that follow from the codebook's "ask only if"
    settled: Mapping[str, Mapping[str, Read]]  # variable -> unit -> the answer that counts
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # variable -> answers no longer allowed
    differ: Mapping[str, int] = field(default_factory=dict)  # variable -> units whose coders differ, not settled

    def of(self, variable: str) -> Mapping[str, Read]:
        """Unit -> the answer that counts."""
        return self.settled.get(variable, {})


def readings(variables: Sequence[Variable], drawn: Iterable[str], taken: Iterable[Given]) -> Readings:
    """What people answered about these units.

    A question that people's other answers made pointless counts as answered: the record does not say. One that a
    coder was not asked counts as unread where the answers that were settled say that it should have been asked. Of a
    question whose answers the codebook does not allow any more nothing counts: they would be taken for a no.

    Args:
        variables: of the codebook; () where `taken` has these answers already.
    """
    units = set(drawn)
    answered = _without_unasked(variables, [one for one in taken if one.case in units])
    strange = unknown(variables, answered) if variables else {}
    counts = settle(one for one in answered if one.variable not in strange)
    differ = Counter(one.variable for one in disputes(answered))
    settled: dict[str, dict[str, Read]] = {}
    for (unit, name), one in counts.items():
        settled.setdefault(name, {})[unit] = Read(one.value, one.decided)
    for variable in variables:
        if variable.name in strange:
            continue
        for unit in units - settled.get(variable.name, {}).keys():
            if _is_pointless(variable, unit, settled):
                settled.setdefault(variable.name, {})[unit] = Read(None)
                answered.append(Given(unit, variable.name, None, "ask_if"))
    return Readings(answered, settled, strange, differ)


def _without_unasked(variables: Sequence[Variable], answered: list[Given]) -> list[Given]:
    """Without the rows of questions that were skipped by an answer which does not count: nobody has answered them."""
    conditions = {variable.name: variable.ask_if for variable in variables if variable.ask_if}
    while any(not one.asked for one in answered):
        counts = settle(answered)

        def is_to_ask(one: Given, counts: Mapping[tuple[str, str], Given] = counts) -> bool:
            found = [(c, counts.get((one.case, c.variable))) for c in conditions.get(one.variable, ())]
            return bool(found) and all(said is not None and said.decided and c.holds(said.value) for c, said in found)

        last = {(one.case, one.variable, one.coder): one for one in answered}
        unread = {key for key, one in last.items() if not one.asked and is_to_ask(one)}  # with what it had replaced
        kept = [one for one in answered if (one.case, one.variable, one.coder) not in unread]
        if len(kept) == len(answered):
            break
        answered = kept
    return answered


def _is_pointless(variable: Variable, unit: str, settled: Mapping[str, Mapping[str, Read]]) -> bool:
    for condition in variable.ask_if:
        read = settled.get(condition.variable, {}).get(unit)
        if read and read.decided and not condition.holds(read.value):
            return True
    return False


def sample(committed: Committed) -> Sample:
    """The draw as figures take it."""
    frame: dict[str, list[str]] = {name: [] for name in committed.sizes}
    for row in frame_rows(committed):
        frame.setdefault(row.stratum, []).append(row.case)
    drawn: dict[str, list[str]] = {name: [] for name in frame}
    for one in drawn_cases(committed):
        drawn[one.stratum].append(one.case)
    return Sample(
        frame,
        drawn,
        machine_answers(committed),
        committed.effective_level,
        committed.claim,
        committed.unit,
        committed.digest,
        {name: size for name, (size, _) in committed.sizes.items()},
        drawn_how(committed),
    )


def drawn_how(committed: Committed) -> tuple[str, ...]:
    """What has to be true of the draw itself."""
    told = ["drawn_elsewhere" if committed.kind == ELSEWHERE else "drawn_by_dice", "people_right", "records_in_hand"]
    if committed.unit == "matter":
        told.append("matters_linked")
    if committed.look > committed.looks:
        told.append("looks_unplanned")
    elif committed.looks > 1:
        told.append("looks_planned")
    if committed.machines:
        told.append("machine_elsewhere")
    return tuple(told)


def with_changes(pile: Sample, committed: Committed, codebook: Codebook, variable: str) -> Sample:
    """The draw, for figures of this question: they say so where the question is not the one that was committed."""
    asked = dict(committed.asked or {})
    now = next((asked_digest(v) for v in codebook.variables if v.name == variable), "")
    if not asked or asked.get(variable) == now:
        return pile
    told = "question_changed" if variable in asked else "question_new"
    return replace(pile, assumptions=(*pile.assumptions, told))


def evidence(
    committed: Committed,
    read: Readings,
    fact: Callable[[str], Mapping[str, Sequence[str]]],
) -> Evidence:
    """Everything that figures of this draw rest on.

    Args:
        fact: name of a fact -> unit -> its values.
    """
    pile = sample(committed)

    def error(variable: str, value: str) -> float | None:
        return mistakes(value, overturned(variable, read))

    return Evidence(pile, read.settled, fact, error)


def overturned(variable: str, read: Readings) -> list[tuple[Value, Value]]:
    """What one reader said and what was settled, of the units that were read twice or by the adjudicator."""
    settled = read.of(variable)
    pairs: list[tuple[Value, Value]] = []
    for (unit, _), by_coder in last_answers(one for one in read.given if one.variable == variable).items():
        single = [one for coder, one in by_coder.items() if coder != ADJUDICATOR and one.decided]
        if unit in settled and settled[unit].decided and (len(single) > 1 or ADJUDICATOR in by_coder):
            pairs += [(one.value, settled[unit].value) for one in single]
    return pairs


@dataclass(frozen=True, slots=True)
class Underway:
    """The draw that figures come from, and what people answered to it so far."""

    committed: Committed
    read: Readings
    pile: Sample | None  # None = nothing is read yet


def underway(study: Study, codebook: Codebook, taken: Sequence[Given] | None = None) -> Underway | None:
    """The last draw for figures, with its answers; None = none was committed.

    Args:
        taken: all answers of people; None = they are read now.
    Raises:
        StudyError: the draw is not as it was committed.
    """
    committed = last(study)
    if committed is None:
        return None
    checked(committed)
    drawn = (one.case for one in drawn_cases(committed))
    read = readings(codebook.variables, drawn, given(study) if taken is None else taken)
    return Underway(committed, read, sample(committed) if read.settled else None)


def figures_of(found: Underway, codebook: Codebook) -> list[Estimate]:
    """The figures that people's answers to this draw make, question by question."""
    if found.pile is None:
        return []
    figures: list[Estimate] = []
    for variable in codebook.variables:
        pairs = overturned(variable.name, found.read)
        error = {value: mistakes(value, pairs) for value in variable.value_names()}
        pile = with_changes(found.pile, found.committed, codebook, variable.name)
        figures += estimated(variable, pile, found.read.of(variable.name), error=error)
    return figures


def fieldwork(study: Study, codebook: Codebook) -> tuple[Fieldwork | None, list[Estimate]]:
    """What the report tells of the draw, and the figures that people's answers to it make."""
    taken = given(study)
    search = _completeness(study, codebook, taken)
    found = underway(study, codebook, taken)
    if found is None:
        return None, search
    committed, read = found.committed, found.read
    agreement = agreed(codebook, read)
    coders = Counter(one.coder for one in read.given if one.coder != "ask_if")
    known = draws(study)
    told = Fieldwork(
        committed.number,
        committed.digest,
        committed.seed,
        committed.claim,
        committed.level,
        committed.sizes,
        dict(sorted(coders.items())),
        {variable.name: len(read.of(variable.name)) for variable in codebook.variables},
        {name: (a.cases, a.same, a.alpha, a.ac1) for name, a in agreement.items()},
        {name: a.ranges for name, a in agreement.items()},
        {name: agreed_on(a) for name, a in agreement.items()},
        machine=said(committed),
        differ=read.differ,
        day=committed.day,
        others=tuple((one.number, one.digest, one.thrown) for one in known if one.number != committed.number),
        replaced=_replaced(committed, known),
    )
    return told, [*figures_of(found, codebook), *search]


def _replaced(committed: Committed, known: Sequence[Committed]) -> tuple[str, ...]:
    """Numbers of the draws for figures whose place this one took, though their dice were thrown; what it extends is
    part of it.
    """
    extends = {one.number: one.extends for one in known}
    own = {committed.number}
    while below := {extends.get(number, "") for number in own} - own - {""}:
        own |= below
    return tuple(one.number for one in known if one.kind != ELUSION and one.thrown and one.number not in own)


def agreed(codebook: Codebook, read: Readings) -> dict[str, Agreement]:
    """Variable -> how far its readers agree; nothing of those that nobody answered twice."""
    found = {}
    for variable in (v for v in codebook.variables if v.name not in read.unknown):
        pair = is_one_pair(read.given, variable.name)
        if one := agreements(variable, twice(read.given, variable.name), pair):
            found[variable.name] = one
    return found


def said(committed: Committed) -> dict[str, Counter[str]]:
    """Variable -> value -> how many units of the committed pile the machine gave it."""
    found: dict[str, Counter[str]] = {}
    for answers in machine_answers(committed).values():
        for name, value in answers.items():
            values = value if isinstance(value, tuple) else () if value is None else (str(value),)
            found.setdefault(name, Counter()).update(values)
    return found


def agreed_on(found: Agreement) -> tuple[AgreedOn, ...]:
    """How far two readers agree on each answer."""
    return tuple(AgreedOn(str(one.answer), one.cases, one.share, *(one.limits or (0.0, 1.0))) for one in found.positive)


def _completeness(study: Study, codebook: Codebook, taken: Sequence[Given]) -> list[Estimate]:
    """At most how much the machine's search missed, from the last draw of what it set aside."""
    committed = last(study, ELUSION)
    if committed is None or not committed.thrown:
        return []
    checked(committed)
    read = readings(codebook.variables, (one.case for one in drawn_cases(committed)), taken)
    variable, value = committed.about
    return list(elusion(variable, value, sample(committed), read.of(variable)))


def exported(study: Study, codebook: Codebook, folder: Path) -> list[str]:
    """Writes every draw and all answers of people into an export: draws/NNNN/* and readings.jsonl; their names.

    Answers of people stand as each of them gave them; those that follow from the codebook's "ask only if" have the
    coder "ask_if". Nothing is written where no draw was committed.
    """
    found, taken = draws(study), given(study)
    if not found:
        return []
    for committed in found:
        place = folder / "draws" / committed.number
        place.mkdir(parents=True)
        for file in sorted(committed.folder.iterdir()):
            (place / file.name).write_bytes(file.read_bytes())
    units = {one.case for committed in found for one in drawn_cases(committed)}
    read = readings(codebook.variables, units, taken)
    rows = [*(one for one in taken if one.case not in units), *read.given]
    with (folder / "readings.jsonl").open("w", encoding="utf-8", newline="\n") as out:
        for one in rows:
            told = {"case": one.case, "variable": one.variable, "value": one.value}
            out.write(json.dumps(told | {"coder": one.coder, "decided": one.decided}, ensure_ascii=False) + "\n")
    return ["draws", "readings.jsonl"]


def twice(answered: Sequence[Given], variable: str) -> list[list[Value]]:
    """The answers to this question of each unit that two coders or more answered, in the order of the coders' names.

    The adjudicator's are left out.
    """
    found = _by_coder(answered, variable)
    return [[values[coder] for coder in sorted(values)] for values in found]


def is_one_pair(answered: Sequence[Given], variable: str) -> bool:
    """Whether the same two coders gave all these answers."""
    return len({frozenset(values) for values in _by_coder(answered, variable)}) < 2


def _by_coder(answered: Sequence[Given], variable: str) -> list[dict[str, Value]]:
    last = last_answers(one for one in answered if one.variable == variable and one.coder != ADJUDICATOR)
    by_unit = ({coder: one.value for coder, one in by_coder.items() if one.decided} for by_coder in last.values())
    return [values for values in by_unit if len(values) > 1]
