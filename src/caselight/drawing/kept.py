"""The questions whose figures are kept for the report and the export, in a journal: what was kept stays on record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from caselight.drawing.asking import Question, asked
from caselight.drawing.standing import answer_problems
from caselight.errors import CaselightError
from caselight.planning import Made
from caselight.store import Study, journal
from caselight.types import Estimate, Problem


def keep(study: Study, question: Question, time: str, drop: bool = False) -> None:
    """Notes that the figures of this question shall be published, or no longer."""
    journal.append(_file(study), [{"question": asdict(question), "kept": not drop}], time)


def kept(study: Study) -> list[Question]:
    """The questions whose figures are published, in the order in which they were first kept."""
    found: dict[Question, bool] = {}
    for body in journal.read(_file(study)):
        found[_question(body["question"])] = body["kept"]
    return [question for question, wanted in found.items() if wanted]


def kept_figures(made: Made, known: Collection[str] = ()) -> Iterator[Estimate]:
    """The figures of these questions; none of those that the codebook or the records no longer allow.

    Args:
        known: digests of figures that are published anyway.
    """
    seen = set(known)
    for question in kept(made.study):
        try:
            figures = asked(made, question).figures
        except CaselightError:  # a variable or a value is gone: see `kept_problems`
            continue
        for figure in figures:
            if figure.digest not in seen:
                seen.add(figure.digest)
                yield figure


def kept_problems(made: Made) -> list[Problem]:
    """A problem for each kept question whose figures can no longer be made, and for each figure of one that is refused.

    What is refused because an answer is unknown has a problem of its own (`answer_problems`).
    """
    problems = []
    told = {problem.message for problem in answer_problems(made)}
    for question in kept(made.study):
        try:
            withheld = asked(made, question).withheld
        except CaselightError as error:
            about = ", ".join((*question.variables, *question.values, *question.where)) or "all questions"
            problems.append(Problem("estimate", about, "kept_gone", f"Figures that were kept are gone: {error}"))
            continue
        for one in withheld:
            if one.reason not in told:
                about = " ".join((one.variable, one.value, *(f"{name}={value}" for name, value in one.where)))
                problems.append(
                    Problem("estimate", about.strip(), "kept_refused", f"A kept figure is refused: {one.reason}")
                )
    return problems


def _file(study: Study) -> Path:
    return study.folder / "journal" / "questions.jsonl"


def _question(told: dict[str, Any]) -> Question:
    parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in told.items()}
    return Question(**parts)
