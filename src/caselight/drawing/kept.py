"""The questions whose figures are kept for the report and the export, in a journal: what was kept stays on record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from caselight.drawing.asking import Question, Withheld, asked
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


def published(made: Made, known: Collection[str] = ()) -> tuple[list[Estimate], list[Problem]]:
    """The figures of these questions, and a problem for each question or figure that cannot be given, with the reason.

    What is refused because an answer is unknown has a problem of its own (`answer_problems`).

    Args:
        known: digests of figures that are published anyway.
    """
    figures: dict[str, Estimate] = {}
    problems = []
    told = {problem.message for problem in answer_problems(made)}
    for question in kept(made.study):
        try:
            found = asked(made, question)
        except CaselightError as error:  # a variable, a value or a fact is gone
            about = ", ".join((*question.variables, *question.values, *question.where)) or "all questions"
            problems.append(Problem("estimate", about, "kept_gone", f"Figures that were kept are gone: {error}"))
            continue
        figures |= {figure.digest: figure for figure in found.figures if figure.digest not in figures}
        problems += [_refused(one) for one in found.withheld if one.reason not in told]
    return [figure for digest, figure in figures.items() if digest not in known], problems


def _refused(one: Withheld) -> Problem:
    about = " ".join((one.variable, one.value, *(f"{name}={value}" for name, value in one.where)))
    return Problem("estimate", about.strip(), "kept_refused", f"A kept figure is refused: {one.reason}")


def _file(study: Study) -> Path:
    return study.folder / "journal" / "questions.jsonl"


def _question(told: dict[str, Any]) -> Question:
    parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in told.items()}
    return Question(**parts)
