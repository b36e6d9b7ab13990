"""What the commands `draw` and `import` do: commit, throw, extend, write the sheet, take answers in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight import drawing
from caselight.drawing import Committed, Wish
from caselight.drawing.commitment import ELUSION
from caselight.errors import UsageError
from caselight.pipeline import current
from caselight.planning import Made
from caselight.report.interface import level_percent
from caselight.review import has_probabilities, read_draw, read_sheet
from caselight.sheets import write_sheet
from caselight.store import Study

UNITS = {"case": "cases", "matter": "matters", "record": "records"}


@dataclass(frozen=True, slots=True)
class Doing:
    """What the command `draw` is to do."""

    wish: Mapping[str, Any]  # fields of a Wish; its size is None where nothing is to be committed
    seed: str | None = None
    extend: int | None = None
    sheet: Path | None = None
    number: str = ""  # of the draw that is extended, shown or written as a sheet; "" = the last
    disputes: bool = False  # the sheet holds what coders answered differently, and nothing else


def draw(
    study: Study, doing: Doing, day: str = "", warn: Callable[[str], None] = lambda _: None
) -> tuple[dict[str, Any], list[str]]:
    """Commits where a size is given, throws where a seed is, extends, writes the sheet where one is wanted.

    Args:
        day: of today, ISO, for the commitment.
        warn: told, before it is done, what the draw takes from figures that are there; what it raises stops the draw.
    Returns:
        What happened, as JSON-ready data and in words.
    Raises:
        UsageError: nothing was asked for, or it cannot be done.
    """
    _check(study, doing)
    made, sheet = current(study), doing.sheet
    if warning := _warning(study, doing):
        warn(warning)
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
        lines.append(write_sheet(made, committed, sheet, doing.disputes))
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
    if doing.disputes and (sheet is None or wanted):
        raise UsageError(f"--disputes writes a sheet: caselight draw {study.folder} --sheet FILE --disputes.")
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


def _warning(study: Study, doing: Doing) -> str:
    """What this takes from the figures that are there; "" = nothing."""
    found = drawing.at_stake(study)
    extended = drawing.chosen(study, doing.number) if doing.extend is not None else None
    if extended is not None and (extended.kind == ELUSION or not found or extended.number == found[0].number):
        return ""
    is_new = doing.wish["size"] is not None and not doing.wish["elusion"]
    return takes_over(study) if is_new or extended is not None else ""


def takes_over(study: Study) -> str:
    """What a new draw does to the figures of the one that is there, and what to do instead; "" = none is there."""
    found = drawing.at_stake(study)
    if found is None:
        return ""
    old, answered = found
    told = (
        f"Draw {old.number} makes the figures now: {old.n:,} {UNITS[old.unit]} drawn, {answered:,} of them answered. A "
        f"new draw takes its place as soon as it is committed: every range then rests on the new draw alone, and there "
        f"is none until people have read it. What was answered before counts again for those that are drawn again."
    )
    if not old.seed:
        return told
    more = f"To read more and keep what was read, extend it instead: caselight draw {study.folder} --extend 50"
    return f"{told} {more}"


def _told(study: Study, committed: Committed) -> list[str]:
    unit = UNITS[committed.unit]
    lines = [f"Draw {committed.number}: {committed.n:,} {unit}, {committed.doubles:,} of them read twice."]
    if committed.kind == "elusion":
        variable, value = committed.about
        lines.append(f"It tells how many {unit} the machine missed that are {variable} = {value}.")
    lines += [f"  {name}: {n:,} of {cases:,}" for name, (cases, n) in committed.sizes.items()]
    if committed.look > 1:
        level = f"{level_percent(committed.effective_level):g} %"
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


def take_file(
    study: Study, file: Path, coder: str, machine: str, time: str, warn: Callable[[str], None] = lambda _: None
) -> tuple[dict[str, int], list[str]]:
    """Takes in a table of answers of people, or of a machine elsewhere; of people with a draw made elsewhere too.

    Args:
        warn: told, before it is done, what a draw made elsewhere takes from figures that are there; what it raises
            stops the import.
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
        return _take_with_draw(made, text, file, coder, time, warn)
    committed = drawing.waiting(study)
    names = drawing.named_cases(made, committed.unit if committed else "case")
    rows = read_sheet(text, str(file), made.codebook, names, coder)
    added = drawing.take(study, rows, time)
    beside = _still(made, committed, {row.case for row in rows}) if committed and committed.thrown else []
    return added, [*_added(added), *beside, f"Next: caselight run {study.folder}"]


def _still(made: Made, committed: Committed, units: set[str]) -> list[str]:
    """What is still to be done: cases outside of the draw, questions that are not answered, coders who differ."""
    drawn = {one.case for one in drawing.drawn_cases(committed)}
    read = drawing.readings(made.codebook.variables, drawn, drawing.given(made.study))
    lines, outside = [], len(units - drawn)
    if outside:
        lines.append(f"{outside:,} {UNITS[committed.unit]} were not drawn: answers about them count for no figure.")
    missing = {variable.name: len(drawn) - len(read.of(variable.name)) for variable in made.codebook.variables}
    told = [f"{name} {n:,}" for name, n in missing.items() if n]
    if told:
        lines.append(f"Of the {len(drawn):,} drawn still without an answer: {', '.join(told)}.")
    twice = {one.case for one in drawing.drawn_cases(committed) if one.double}
    waiting = len(twice - drawing.read_twice(made.study))
    if waiting:
        lines.append(f"Of the {len(twice):,} to be read twice, {waiting:,} have no second reader yet.")
    if read.differ:
        listed = ", ".join(f"{name} {n:,}" for name, n in read.differ.items())
        lines.append(f"Coders differ, and nobody has settled it: {listed}.")
        lines.append(
            f"A sheet of these for the adjudicator: caselight draw {made.study.folder} --sheet FILE --disputes"
        )
    return lines


def _text(file: Path) -> str:
    if not file.exists():
        raise UsageError(f"There is no file {file}. Check the name and the folder.")
    try:
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be opened ({error.strerror}). Name a table that you may read.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not in UTF-8. Save the table as CSV in UTF-8, then import it again.") from None


def _take_with_draw(
    made: Made, text: str, file: Path, coder: str, time: str, warn: Callable[[str], None]
) -> tuple[dict[str, int], list[str]]:
    names = drawing.named_cases(made)
    found = read_draw(text, str(file), names, len(set(filter(None, names.values()))))
    rows = read_sheet(text, str(file), made.codebook, names, coder)

    def before() -> None:
        if warning := takes_over(made.study):
            warn(warning)

    committed = drawing.adopt(made, found, file.name, before)
    added = drawing.take(made.study, rows, time)
    lines = [f"Draw {committed.number} was made elsewhere: {committed.n:,} cases of {len(committed.sizes)} strata."]
    lines += [f"  {name}: {n:,} of {cases:,}" for name, (cases, n) in committed.sizes.items()]
    return added, [*lines, *_added(added), f"Next: caselight run {made.study.folder}"]


def _added(added: Mapping[str, int]) -> list[str]:
    return [f"{name}: {number:,} new answers" for name, number in added.items()]
