"""What the people of the browser tests answer, and what their journals hold."""

from __future__ import annotations

from typing import Any

from caselight.store import Study
from caselight.store.journal import contents
from desk_server import Served


def study_of(served: Served) -> Study:
    return Study.open(served.folder)  # type: ignore[attr-defined]


def keys_a(case: str, question: str) -> list[str]:
    return {"What part": ["2"], "Where?": ["1", "2"], "How many": ["0"], "Which words": ["0"]}[question_of(question)]


def question_of(question: str) -> str:
    return next(begin for begin in ("What part", "Where?", "How many", "Which words") if question.startswith(begin))


def journal_of(served: Served, name: str) -> list[Any]:
    return contents(served.folder / "journal" / "answers" / f"{name}.jsonl").entries  # type: ignore[attr-defined]
