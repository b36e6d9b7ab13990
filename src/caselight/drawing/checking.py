"""Whether a draw is the one that was committed: its files against their sums, its units drawn again with its seed.

Whoever changes a file after the dice would change figures, so this is looked at wherever figures are made or a draw is
shown. Somebody who changes the sums too is found out by the sha256 that was published.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from caselight.drawing.commitment import (
    ELSEWHERE,
    Committed,
    drawn_cases,
    frame_rows,
    open_folder,
    text_of,
)
from caselight.errors import StudyError
from caselight.review import digest_of, draw
from caselight.types import Drawn

_SUM = re.compile(r"([0-9a-f]{64})  ([\w.]+)")


def checked(committed: Committed) -> Committed:
    """The same draw, after a look at whether it is the one that was committed.

    Raises:
        StudyError: it is not; the message names the file and what to do.
    """
    fault = next(faults(committed), "")
    if fault:
        raise StudyError(
            f"Draw {committed.number} is not as it was committed: {fault}. No figure can rest on it. Put the files of "
            f"{committed.folder} back from a copy (a backup, an export, what was published)."
        )
    return committed


def faults(committed: Committed) -> Iterator[str]:
    """What is wrong with the draw: files that are not those committed, units that the seed does not draw."""
    told = json.loads(text_of(committed.folder, "commitment.json"))
    for name, key in (("frame.tsv", "frame_sha256"), ("machine.jsonl", "machine_answers_sha256")):
        if digest_of(text_of(committed.folder, name)) != told[key]:
            yield f"{name} is not the file that was committed"
            return
    yield from _faults_of_sums(committed)
    yield from _faults_of_others(committed, told)
    yield from _faults_of_elsewhere(committed, told) if committed.kind == ELSEWHERE else _faults_of_dice(committed)


def _faults_of_sums(committed: Committed) -> Iterator[str]:
    """SHA256SUMS against the files, as `sha256sum -c` looks at them."""
    named = dict.fromkeys(("commitment.json", "frame.tsv", "machine.jsonl"), "")
    for line in text_of(committed.folder, "SHA256SUMS").splitlines():
        found = _SUM.fullmatch(line)
        if not found:
            yield f"SHA256SUMS has a line that is no sum: {line[:80]!r}"
            return
        named[found[2]] = found[1]
    for name, digest in named.items():
        if digest_of(text_of(committed.folder, name)) != digest:
            yield f"{name} is not the file that was committed (see SHA256SUMS)"


def _faults_of_others(committed: Committed, told: dict[str, Any]) -> Iterator[str]:
    """The draws that this one says were there before it, where they lie beside it."""
    before = told.get("earlier", [])
    if committed.extends and "extension" in told:
        before = [*before, told["extension"]]
    for one in before:
        folder = committed.folder.parent / one["draw"]
        if not (folder / "commitment.json").exists():
            yield f"draw {one['draw']}, which was there before it, is gone"
        elif digest_of(text_of(folder, "commitment.json")) != one["sha256"]:
            yield f"commitment.json of draw {one['draw']}, which was there before it, is another one"


def _faults_of_elsewhere(committed: Committed, told: dict[str, Any]) -> Iterator[str]:
    rows = sorted((one.stratum, one.case) for one in drawn_cases(committed))
    if {stratum for stratum, _ in rows} != set(committed.sizes):
        yield "drawn.tsv has other strata than were committed"
    elif digest_of("".join(f"{stratum}\t{case}\n" for stratum, case in rows)) != told["drawn_sha256"]:
        yield "drawn.tsv does not hold the cases that were taken over"


def _faults_of_dice(committed: Committed) -> Iterator[str]:
    sizes = {name: size for name, (size, _) in committed.sizes.items()}
    if Counter(row.stratum for row in frame_rows(committed)) != sizes:
        yield "frame.tsv does not have as many units in each stratum as were committed"
    elif not committed.seed:
        if (committed.folder / "drawn.tsv").exists():
            yield "seed.txt is missing, but the units are drawn (drawn.tsv)"
    elif redrawn(committed, committed.seed) != drawn_cases(committed):
        yield "drawn.tsv does not hold what the seed draws (seed.txt)"


def redrawn(committed: Committed, seed: str) -> list[Drawn]:
    """The units that this seed draws, in the order of reading; of an extension, those of the draw before it first."""
    sizes = {name: n for name, (_, n) in committed.sizes.items()}
    if not committed.extends:
        return draw(frame_rows(committed), sizes, seed, committed.doubles)
    old = open_folder(committed.folder.parent / committed.extends)
    first = redrawn(old, seed)
    known = {one.case for one in first}
    whole = draw(frame_rows(committed), sizes, seed, 0)
    chance = {name: n / N for name, (N, n) in committed.sizes.items()}
    rest = [one for one in whole if one.case not in known]
    doubles = committed.doubles - old.doubles
    rows = [(one, one.double) for one in first] + [(one, i < doubles) for i, one in enumerate(rest)]
    return [
        Drawn(one.case, one.stratum, one.ticket, number, chance[one.stratum], twice)
        for number, (one, twice) in enumerate(rows, 1)
    ]
