"""Structure: what a document says about its case, each statement with the place where it stands.

In: documents, their words, a pack's rules. Out: for each a `Case` with sections and facts, and problems. The pack is
data: sections.yaml and words/sections.csv (sections.py), outcomes.yaml and words/numbers.csv (outcomes.py), facts.yaml
(facts.py). To add a jurisdiction, write a pack; nothing here knows a language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from caselight.pack import Pack
from caselight.structure.codes import batches
from caselight.structure.facts import FactRules, compile_facts, find_all_facts, find_days
from caselight.structure.fold import Folded, fold_all
from caselight.structure.outcomes import OutcomeRules, compile_outcomes, find_outcome
from caselight.structure.sections import SectionRules, compile_sections, find_all_sections
from caselight.types import Case, Document, Fact, Problem, Section
from caselight.words import Words


class Rules(NamedTuple):
    """A pack, compiled for this stage."""

    sections: SectionRules
    facts: FactRules
    outcomes: OutcomeRules | None  # None = the pack has no outcomes.yaml


class Structured(NamedTuple):
    """One document, structured."""

    case: Case
    problems: tuple[Problem, ...]


def compile_pack(pack: Pack) -> Rules:
    """The rules of a pack.

    Raises:
        DefinitionError: a part of the pack has a mistake.
    """
    return Rules(compile_sections(pack), compile_facts(pack), compile_outcomes(pack))


def structure(documents: Sequence[Document], words: Words, rules: Rules) -> list[Structured]:
    """The cases that the documents carry, in their order. `words` are those of their texts."""
    read = batches([document.text for document in documents])
    folded = fold_all(read, rules.facts.zones.folding)
    days = find_days(read, rules.facts)
    divided = find_all_sections(documents, read, words, rules.sections)
    del read  # four bytes a character
    found = find_all_facts(documents, folded, days, divided, rules.facts)
    return [_structured(*one, rules) for one in zip(documents, folded, divided, found, strict=True)]


def _structured(
    document: Document,
    folded: Folded,
    sections: tuple[Section, ...],
    found: tuple[list[Fact], list[Problem]],
    rules: Rules,
) -> Structured:
    facts, problems = found
    facts += find_outcome(document, sections, rules.outcomes, folded)
    if not facts and document.acts():
        what = "nothing in this record says that it is an act of a court: no court, judge, number, date or article"
        remedy = "if it is none, add its folder again with --without and the path of this record, in quotation marks"
        message = f"{document.name}: {what}. It counts as a case; {remedy}."
        problems = [*problems, Problem("structure", case_id(document.id), "no_sign_of_act", message)]
    instance = ""
    for fact in facts:
        if fact.name == "instance":
            instance = str(fact.value)
            break
    case = Case(case_id(document.id), instance, (document.id,), sections, tuple(facts))
    return Structured(case, tuple(problems))


def case_id(document: str) -> str:
    """The id of the case whose act the document of this id is."""
    return "c" + document[:16]
