"""What the commands `draw` and `import` do: commit, throw, extend, write the sheet, take answers in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight import drawing
from caselight.drawing import Committed, Wish
from caselight.errors import UsageError
from caselight.pipeline import current
from caselight.planning import Made
from caselight.review import has_probabilities, read_draw, read_sheet
from caselight.store import Study
from caselight.store.files import write_text

UNITS = {"case": "cases", "matter": "matters", "record": "records"}


@dataclass(frozen=True, slots=True)
class Doing:
    """What the command `draw` is to do."""

    wish: Mapping[str, Any]  # fields of a Wish; its size is None where nothing is to be committed
    seed: str | None = None
    extend: int | None = None
    sheet: Path | None = None
    number: str = ""  # of the draw that is extended, shown or written as a sheet; "" = the last


def draw(study: Study, doing: Doing, day: str = "") -> tuple[dict[str, Any], list[str]]:
    """Commits where a size is given, throws where a seed is, extends, writes the sheet where one is wanted.

    Args:
        day: of today, ISO, for the commitment.
    Returns:
        What happened, as JSON-ready data and in words.
    Raises:
        UsageError: nothing was asked for, or it cannot be done.
    """
    _check(study, doing)
    made, sheet = current(study), doing.sheet
    if doing.wish["size"] is not None:
        drawing.freeze(made, Wish(**doing.wish), day)
    if doing.seed is not None:
        drawing.throw(study, doing.seed)
    if doing.extend is not None:
        committed = drawing.extend(study, doing.extend, doing.wish["double"], doing.number, day)
    else:
        committed = drawing.checked(drawing.chosen(study, doing.number))
    lines = _told(study, committed)
    if sheet is not None:
        if not committed.thrown:
            raise UsageError(f"Nothing is drawn yet. Throw the dice: caselight draw {study.folder} --seed DIGITS")
        _write_sheet(sheet, drawing.to_read(made, committed))
        lines.append(
            f"Wrote {sheet}. Fill it in, one copy for each coder, then: caselight import {study.folder} {sheet}"
        )
    sizes = {name: {"cases": cases, "drawn": n} for name, (cases, n) in committed.sizes.items()}
    told = {"commitment": str(committed.folder / "commitment.json"), "sha256": committed.digest, "seed": committed.seed}
    about = {"kind": committed.kind, "unit": committed.unit, "level": committed.level, "look": committed.look}
    return told | about | {"strata": sizes, "read_twice": committed.doubles}, lines


def _check(study: Study, doing: Doing) -> None:
    """That this may be done, before anything is: dice fall once."""
    size, sheet = doing.wish["size"], doing.sheet
    wanted = [one for one in (size, doing.seed, doing.extend) if one is not None]
    if not wanted and sheet is None:
        raise UsageError(
            f"Say what to draw: caselight draw {study.folder} --size 100, or --seed, or --extend, or --sheet FILE."
        )
    if len(wanted) > 1:
        raise UsageError(
            "--size commits, --seed draws, --extend draws more: one of them at a time. Commit first, publish the line "
            "that is printed, then throw dice in public: a draw whose seed was known when it was committed proves "
            "nothing."
        )
    if sheet is not None and size is not None:
        raise UsageError(f"--sheet: nothing is drawn before the dice are thrown: draw {study.folder} --seed DIGITS.")
    if sheet is not None and sheet.exists():
        raise UsageError(f"{sheet} exists. Choose another name: it may hold somebody's answers. Nothing was done.")
    if sheet is not None and not sheet.absolute().parent.is_dir():
        raise UsageError(f"{sheet}: there is no folder {sheet.parent}. Make it, or choose another. Nothing was done.")


def _told(study: Study, committed: Committed) -> list[str]:
    unit = UNITS[committed.unit]
    lines = [f"Draw {committed.number}: {committed.n:,} {unit}, {committed.doubles:,} of them read twice."]
    if committed.kind == "elusion":
        variable, value = committed.about
        lines.append(f"It tells how many {unit} the machine missed that are {variable} = {value}.")
    lines += [f"  {name}: {n:,} of {cases:,}" for name, (cases, n) in committed.sizes.items()]
    if committed.look > 1:
        level = f"{100 * committed.effective_level:.4g} %"
        planned = "planned" if committed.look <= committed.looks else "NOT planned before the first look"
        lines.append(f"This is look {committed.look} ({planned}): each interval is at {level}.")
    lines += _earlier(study, committed)
    lines.append(f"Publish now: sha256 {committed.digest}  ({committed.folder / 'commitment.json'})")
    if committed.seed:
        lines.append(f"Drawn with seed {committed.seed}: {committed.folder / 'drawn.tsv'}")
    elif not committed.thrown:
        lines.append(f"Then throw dice in public: caselight draw {study.folder} --seed DIGITS --sheet FILE")
    return lines


def _earlier(study: Study, committed: Committed) -> list[str]:
    """A line where other draws were committed before this one: it is not the first that somebody tried."""
    thrown = {one.number: one.thrown for one in drawing.draws(study)}
    told = [
        f"{number} ({'read' if thrown.get(number) else 'its dice were never thrown'})"
        for number, _ in committed.earlier
    ]
    return [f"Drawn before, and named in this commitment: {', '.join(told)}."] if told else []


def _write_sheet(file: Path, rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    write_text(file, "\ufeff" + text.getvalue())


def take_file(study: Study, file: Path, coder: str, machine: str, time: str) -> tuple[dict[str, int], list[str]]:
    """Takes in a table of answers of people, or of a machine elsewhere; of people with a draw made elsewhere too.

    Returns:
        Coder or machine -> how many answers were new; and what happened, in words.
    Raises:
        UsageError: the file cannot be read, or something in it is wrong; nothing is taken then.
    """
    made = current(study)
    if coder and machine:
        raise UsageError("--coder is for people, --machine for a program: give one of them.")
    text = _text(file)
    if machine:
        rows = read_sheet(text, str(file), made.codebook, drawing.named_cases(made), machine)
        added = drawing.take_machine(study, rows, time)
        return added, [*_added(added), f"Use them: caselight draw {study.folder} --size N --machine {machine}"]
    if has_probabilities(text.partition("\n")[0]):
        return _take_with_draw(made, text, file, coder, time)
    committed = drawing.waiting(study)
    names = drawing.named_cases(made, committed.unit if committed else "case")
    added = drawing.take(study, read_sheet(text, str(file), made.codebook, names, coder), time)
    return added, [*_added(added), f"Next: caselight run {study.folder}"]


def _text(file: Path) -> str:
    if not file.exists():
        raise UsageError(f"There is no file {file}. Check the name and the folder.")
    try:
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be opened ({error.strerror}). Name a table that you may read.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not in UTF-8. Save the table as CSV in UTF-8, then import it again.") from None


def _take_with_draw(made: Made, text: str, file: Path, coder: str, time: str) -> tuple[dict[str, int], list[str]]:
    names = drawing.named_cases(made)
    found = read_draw(text, str(file), names, len(set(filter(None, names.values()))))
    rows = read_sheet(text, str(file), made.codebook, names, coder)
    committed = drawing.adopt(made, found, file.name)
    added = drawing.take(made.study, rows, time)
    lines = [f"Draw {committed.number} was made elsewhere: {committed.n:,} cases of {len(committed.sizes)} strata."]
    lines += [f"  {name}: {n:,} of {cases:,}" for name, (cases, n) in committed.sizes.items()]
    return added, [*lines, *_added(added), f"Next: caselight run {made.study.folder}"]


def _added(added: Mapping[str, int]) -> list[str]:
    return [f"{name}: {number:,} new answers" for name, number in added.items()]
