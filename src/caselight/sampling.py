"""What the commands `draw` and `import` do: commit, throw, write the sheet, take answers in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caselight import drawing
from caselight.drawing import Committed, Wish
from caselight.errors import UsageError
from caselight.pipeline import current
from caselight.review import read_sheet
from caselight.store import Study
from caselight.store.files import write_text


def draw(
    study: Study, wish: Mapping[str, Any], seed: str | None, sheet: Path | None
) -> tuple[dict[str, Any], list[str]]:
    """Commits where a size is given, throws where a seed is, writes the sheet where one is wanted.

    Returns:
        What happened, as JSON-ready data and in words.
    Raises:
        UsageError: nothing was asked for, or it cannot be done.
    """
    if wish["size"] is None and seed is None and sheet is None:
        raise UsageError(f"Say what to draw: caselight draw {study.folder} --size 100, or --seed, or --sheet FILE.")
    made = current(study)
    lines: list[str] = []
    if wish["size"] is not None:
        drawing.freeze(made, Wish(**wish))
    if seed is not None:
        drawing.throw(study, seed)
    committed = drawing.last(study)
    if committed is None:
        raise UsageError(
            f"No draw is committed in {study.folder}. Commit one: caselight draw {study.folder} --size 100"
        )
    lines += _told(study, committed)
    if sheet is not None:
        if not committed.seed:
            raise UsageError(f"Nothing is drawn yet. Throw the dice: caselight draw {study.folder} --seed DIGITS")
        _write_sheet(sheet, drawing.to_read(made, committed))
        lines.append(
            f"Wrote {sheet}. Fill it in, one copy for each coder, then: caselight import {study.folder} {sheet}"
        )
    sizes = {name: {"cases": cases, "drawn": n} for name, (cases, n) in committed.sizes.items()}
    told = {"commitment": str(committed.folder / "commitment.json"), "sha256": committed.digest, "seed": committed.seed}
    return told | {"strata": sizes, "read_twice": committed.doubles}, lines


def _told(study: Study, committed: Committed) -> list[str]:
    lines = [f"Draw {committed.folder.name}: {committed.n:,} cases, {committed.doubles:,} of them read twice."]
    lines += [f"  {name}: {n:,} of {cases:,}" for name, (cases, n) in committed.sizes.items()]
    lines.append(f"Publish now: sha256 {committed.digest}  ({committed.folder / 'commitment.json'})")
    if committed.seed:
        lines.append(f"Drawn with seed {committed.seed}: {committed.folder / 'drawn.tsv'}")
    else:
        lines.append(f"Then throw dice in public: caselight draw {study.folder} --seed DIGITS --sheet FILE")
    return lines


def _write_sheet(file: Path, rows: list[tuple[str, ...]]) -> None:
    if file.exists():
        raise UsageError(f"{file} exists. Choose another name: it may hold somebody's answers.")
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    write_text(file, "\ufeff" + text.getvalue())


def take_file(study: Study, file: Path, coder: str, time: str) -> dict[str, int]:
    """Takes in a table of answers; coder -> how many were new.

    Raises:
        UsageError: the file cannot be read, or something in it is wrong; nothing is taken then.
    """
    made = current(study)
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({error}). Save the table as CSV in UTF-8.") from None
    rows = read_sheet(text, str(file), made.codebook, drawing.named_cases(made), coder)
    return drawing.take(study, rows, time)
