"""Cases in, answers out: each case is asked each question of the codebook, and each answer brings its quotations.

`compile_codebook` prepares a codebook once; `code` asks it of a batch of cases. A coder is a function from a question
and a case to an answer; a new one is a file here and a line in `CODERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from caselight.codebook import Codebook
from caselight.coding import rules
from caselight.coding.cues import Speakers, compile_speakers
from caselight.coding.phrases import Hits, Phrases, compile_phrases, find
from caselight.coding.reading import Hit, Reading
from caselight.coding.rules import Known, Question, Rule
from caselight.pack import Pack
from caselight.types import Answer, Case, Document, Problem, Region, Value
from caselight.variables import Phrase
from caselight.words import Vocabulary, Words

CODERS: Mapping[str, Callable[[Question, Reading, Known], tuple[Answer, list[Problem]]]] = {
    "rules": rules.decide,
}


class Coder(NamedTuple):
    """A codebook ready to be asked. Made by `compile_codebook`."""

    codebook: Codebook
    vocabulary: Vocabulary
    speakers: Speakers
    questions: Mapping[str, Question]  # by variable, each after those that its conditions look at
    phrases: Phrases
    parts: dict[tuple[str, ...], Coder]  # coders for some of the variables, made when first asked for


def compile_codebook(codebook: Codebook, pack: Pack, vocabulary: Vocabulary) -> Coder:
    """The codebook's phrases and rules, compiled for this language and pack.

    Raises:
        DefinitionError: a phrase, or a cue of the pack's speakers.yaml, has a mistake.
    """
    return _compile(codebook, codebook.order(), compile_speakers(pack), vocabulary)


def code(
    batch: Sequence[tuple[Document, Case]],
    words: Words,
    coder: Coder,
    variables: Collection[str] | None = None,
    known: Mapping[tuple[str, str], Value] | None = None,
    found: Hits | None = None,
) -> tuple[list[Answer], list[Problem]]:
    """One answer for each case and variable, cases in the order of the batch, and what could not be decided.

    Only ACT regions are coded. Every quotation has been checked against its text.

    Args:
        words: of the documents' texts, in the order of the batch.
        variables: ask only these; None = all.
        known: (case, variable) -> value, for variables that are not asked but that conditions look at.
        found: what `look` found for these variables, if it was asked before; a text without a hit is not read.
    """
    names = tuple(n for n in coder.questions if variables is None or n in variables)
    part = _part(coder, names)
    answers: list[Answer] = []
    problems: list[Problem] = []
    found = find(words, part.phrases) if found is None else found
    kinds = coder.speakers.kinds.of(words)
    for i, (has_act, hits) in enumerate(_hits(batch, words, found)):
        document, case = batch[i]
        if not has_act:
            answers += [Answer(case.id, name, None, "rules") for name in names]
            problems.append(_no_act(document, case, names))
            continue
        reading = Reading(document, case, coder.speakers, words, kinds, i, hits)
        values: dict[str, Value] = {}
        looked_up = _known(case, values, known or {})
        for name in names:
            answer, trouble = CODERS["rules"](part.questions[name], reading, looked_up)
            values[name] = answer.value
            answers.append(answer)
            problems += trouble
    return answers, problems


def _no_act(document: Document, case: Case, names: Sequence[str]) -> Problem:
    subject = f"{case.id} {names[0]}" if names else case.id
    message = f"{document.name} holds no text of an act, so nothing in it can be coded. Look at the record."
    return Problem("coding", subject, "no_act_text", message)


def _compile(codebook: Codebook, names: Sequence[str], speakers: Speakers, vocabulary: Vocabulary) -> Coder:
    numbers: dict[str, int] = {}
    phrases: list[Phrase] = []

    def number(group: Sequence[Phrase]) -> frozenset[int]:
        for phrase in group:
            if phrase.text not in numbers:
                numbers[phrase.text] = len(phrases)
                phrases.append(phrase)
        return frozenset(numbers[phrase.text] for phrase in group)

    questions = {}
    for name in names:
        variable = codebook.variable(name)
        compiled = [Rule(r, number(r.phrases), number(r.with_phrases), number(r.unless)) for r in variable.rules]
        questions[name] = Question.of(variable, tuple(compiled))
    return Coder(codebook, vocabulary, speakers, questions, compile_phrases(phrases, vocabulary), {})


def _part(coder: Coder, names: tuple[str, ...]) -> Coder:
    """The coder for these variables alone, so that only their phrases are looked for."""
    if len(names) == len(coder.questions):
        return coder
    if names not in coder.parts:
        coder.parts[names] = _compile(coder.codebook, names, coder.speakers, coder.vocabulary)
    return coder.parts[names]


def look(words: Words, coder: Coder, variables: Collection[str]) -> Hits:
    """Where the phrases of these variables stand in the texts."""
    return find(words, _part(coder, tuple(n for n in coder.questions if n in variables)).phrases)


def _hits(
    batch: Sequence[tuple[Document, Case]], words: Words, found: Hits
) -> Iterator[tuple[bool, dict[int, Sequence[Hit]]]]:
    """For each document of the batch: whether there is an act; phrase -> its hits in the act, in order."""
    order = np.lexsort((found.first, found.phrase, found.text))
    text, phrase, first, last = (a[order] for a in (found.text, found.phrase, found.first, found.last))
    columns = (first, last, words.sentence[first], words.clause[first], words.start[first], words.end[last - 1])
    hits = list(map(Hit._make, zip(*(column.tolist() for column in columns), strict=True)))
    group = np.flatnonzero(np.diff(text, prepend=-1) | np.diff(phrase, prepend=-1))
    edges = [*group.tolist(), len(hits)]
    owner, number = text[group].tolist(), phrase[group].tolist()
    at = 0
    for i, (document, _) in enumerate(batch):
        acts = document.acts()
        mine: dict[int, Sequence[Hit]] = {}
        while at < len(owner) and owner[at] == i:
            if these := _within(hits[edges[at] : edges[at + 1]], acts):
                mine[number[at]] = these
            at += 1
        yield bool(acts), mine


def _within(hits: list[Hit], acts: Sequence[Region]) -> list[Hit]:
    """Those of the hits that stand in one of the acts."""
    if len(acts) == 1 and acts[0].start <= hits[0].start and hits[-1].end <= acts[0].end:
        return hits  # the commonest case: none of them lies within another, so the others stand between these two
    return [h for h in hits if any(act.start <= h.start and h.end <= act.end for act in acts)]


def _known(case: Case, values: Mapping[str, Value], known: Mapping[tuple[str, str], Value]) -> Known:
    facts: dict[str, tuple[str, ...]] = {}

    def value(name: str) -> Value:
        if name in values:
            return values[name]
        if (case.id, name) in known:
            return known[case.id, name]
        if not facts:
            for fact in case.facts:
                facts[fact.name] = (*facts.get(fact.name, ()), str(fact.value))
        found = facts.get(name, ())
        return found[0] if len(found) == 1 else found or None

    return value
