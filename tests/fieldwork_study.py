"""A study of the constructed rulings on which people have done their work: drawn, answered, ready to be figured out."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import caselight
from caselight import drawing, intake, pipeline
from caselight.drawing import Committed, Wish
from caselight.planning import Made
from caselight.review import Given, read_sheet
from caselight.sampling import Doing
from caselight.store import Settings, Study
from caselight.types import Value

RECORDS = Path(caselight.__file__).parent / "studies" / "demo" / "records"
SEED = "60853020971157277135"
TIME = "2026-05-03T12:00:00+00:00"
Judge = Callable[[int, str, str, Value], Value]  # number of the unit, coder, variable, machine's answer -> answer


def made_demo(folder: Path) -> Made:
    """The study of the constructed rulings with its tables."""
    study = intake.new(folder, Settings("Demo", "ru", "en"), "surveillance")
    intake.add(study, [RECORDS], {})
    with study.locked():
        options = pipeline.Options(1, folder.parent / "cache", "2026-05-03")
        return pipeline.make_tables(study, options, lambda *_: None)


def copied(made: Made, folder: Path) -> Made:
    """The same study in a folder of its own, to be changed by a test."""
    shutil.copytree(made.study.folder, folder)
    return pipeline.current(Study.open(folder))


def drawn(made: Made, wish: Wish, seed: str = SEED) -> Committed:
    """A draw that was committed and thrown."""
    drawing.freeze(made, wish)
    drawing.throw(made.study, seed)
    committed = drawing.waiting(made.study)
    assert committed is not None
    return committed


def as_machine(number: int, coder: str, variable: str, said: Value) -> Value:
    """A reader who answers as the machine did."""
    del number, coder, variable
    return said


def sheet(made: Made, committed: Committed, coder: str, judge: Judge = as_machine, twice: bool = False) -> str:
    """The sheet to be filled in, filled in: with the machine's answers, as `judge` changes them."""
    head, *rows = drawing.to_read(made, committed)
    machine = drawing.machine_answers(committed)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    for number, row in enumerate(rows):
        if twice and row[2] != "yes":
            continue
        answers = (_cell(judge(number, coder, name, machine[row[0]][name])) for name in head[3:])
        writer.writerow([*row[:3], *answers])
    return text.getvalue()


def read_by(
    made: Made, committed: Committed, coders: Mapping[str, Judge], only: int | None = None
) -> Mapping[str, int]:
    """Takes in what these coders answered; the first reads all, the others what is read twice."""
    added = {}
    for place, (coder, judge) in enumerate(coders.items()):
        text = sheet(made, committed, coder, judge, twice=place > 0)
        lines = text.splitlines(keepends=True)
        text = text if only is None else "".join(lines[: only + 1])
        rows = answers(made, text, coder, committed.unit)
        added |= drawing.take(made.study, rows, TIME)
    return added


def answers(made: Made, text: str, coder: str, unit: str = "case") -> list[Given]:
    """The answers in a filled-in sheet."""
    return read_sheet(text, "sheet.csv", made.codebook, drawing.named_cases(made, unit), coder)


def _cell(value: Value) -> str:
    if value is None:
        return "does_not_say"
    if isinstance(value, tuple):
        return ";".join(value) or "none"
    return str(value)


def doing(size: int | None = None, **asked: object) -> Doing:
    """What is asked of `sampling.draw`."""
    wished = {"size": size, "double": 0.0, "elusion": str(asked.pop("elusion", ""))}
    return Doing(wished, **asked)  # type: ignore[arg-type]
