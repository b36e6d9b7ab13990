"""A draw as it was written down before the dice were thrown: a folder of plain files that coreutils can check.

commitment.json  what was committed; its sha256 is what is published
frame.tsv        every unit that may be drawn: id, sha256 of its text, stratum; sorted by id
machine.jsonl    what the machine said of each unit then
codebook.yaml    the questions as they were then
members.tsv      (units that are no cases) unit, case, sha256 of the case's text
SHA256SUMS       of all of these, for `sha256sum -c`
seed.txt         what the dice showed; drawn.tsv: the drawn units in the order of reading
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight.errors import StudyError, UsageError
from caselight.review import FrameRow, digest_of
from caselight.store import Study
from caselight.store.files import write_synced
from caselight.types import Drawn, Value, as_value

FIGURES, ELUSION, ELSEWHERE = "figures", "elusion", "elsewhere"
_BACK = "Put the files of the draw back from a copy (a backup, an export, what was published): no figure rests on less."
_HEAD = ("number", "case", "stratum", "ticket", "probability", "read_twice")


@dataclass(frozen=True, slots=True)
class Committed:
    """A draw as it was written down before the dice were thrown."""

    folder: Path
    digest: str  # sha256 of commitment.json: what is to be published
    claim: str
    level: float
    sizes: Mapping[str, tuple[int, int]]  # stratum -> N_h, n_h
    doubles: int
    seed: str  # "" = not thrown yet, or the dice were thrown elsewhere
    kind: str = FIGURES  # FIGURES | ELUSION | ELSEWHERE
    unit: str = "case"
    about: tuple[str, str] = ("", "")  # of an elusion draw: the variable and the value that the machine searched for
    looks: int = 1  # how often figures may be looked at by the plan, see docs/decisions
    look: int = 1  # which look this one is: extensions that were committed before anybody had answered are none
    extends: str = ""  # number of the draw that this one extends; "" = none
    machines: Mapping[str, str] | None = None  # variable -> machine elsewhere whose answers were committed; None = ours
    coder: str = ""  # digest of what coded when it was committed
    asked: Mapping[str, str] | None = None  # variable -> digest of the question as it was put
    day: str = ""  # when it was committed, ISO; "" = it does not say
    earlier: tuple[tuple[str, str], ...] = ()  # number, sha256 of the draws that were there before it

    @property
    def number(self) -> str:
        """Of the draw, from 0001."""
        return self.folder.name

    @property
    def n(self) -> int:
        """Units to be read."""
        return sum(n for _, n in self.sizes.values())

    @property
    def thrown(self) -> bool:
        """It is known which units are to be read."""
        return bool(self.seed) or self.kind == ELSEWHERE

    @property
    def effective_level(self) -> float:
        """The level of each interval: what may go wrong is shared by all looks (Bonferroni)."""
        return 1 - (1 - self.level) / max(self.looks, self.look)


def draws(study: Study) -> list[Committed]:
    """All draws of the study, in the order in which they were committed."""
    return [open_folder(file.parent) for file in sorted(folder_of(study).glob("*/commitment.json"))]


def last(study: Study, kind: str = "") -> Committed | None:
    """The last draw of that kind; "" = the one that people's figures come from. None = none yet."""
    kinds = (kind,) if kind else (FIGURES, ELSEWHERE)
    found = [committed for committed in draws(study) if committed.kind in kinds]
    return found[-1] if found else None


def waiting(study: Study) -> Committed | None:
    """The draw that was committed last, of whatever kind: the one whose dice are to be thrown or whose cases read."""
    found = draws(study)
    return found[-1] if found else None


def chosen(study: Study, number: str) -> Committed:
    """The draw of that number; "" = the last one.

    Raises:
        UsageError: there is none.
    """
    if not number:
        return needed(study, waiting(study))
    found = {committed.number: committed for committed in draws(study)}
    if number not in found:
        raise UsageError(f"--draw {number}: there is no such draw. There are: {', '.join(found) or 'none'}.")
    return found[number]


def folder_of(study: Study) -> Path:
    """Where the draws of a study lie."""
    return study.folder / "journal" / "draws"


def told_of(found: Sequence[Committed]) -> list[dict[str, Any]]:
    """What a new commitment says of these earlier draws of the study, so that none is set aside unseen."""
    return [{"draw": one.number, "sha256": one.digest, "thrown": one.thrown} for one in found]


def write(folder: Path, files: Mapping[str, str], commitment: Mapping[str, Any]) -> Committed:
    """Writes a commitment down: the files, their sums, and last commitment.json, without which there is no draw."""
    text = json.dumps(commitment, ensure_ascii=False, indent=1) + "\n"
    for name, content in files.items():
        write_synced(folder / name, content)
    sums = "".join(f"{digest_of(content)}  {name}\n" for name, content in {**files, "commitment.json": text}.items())
    write_synced(folder / "SHA256SUMS", sums)
    write_synced(folder / "commitment.json", text)
    return open_folder(folder)


def next_folder(study: Study) -> Path:
    """Where the next draw goes."""
    numbers = [int(one.number) for one in draws(study)]
    return folder_of(study) / f"{max(numbers, default=0) + 1:04d}"


def write_drawn(committed: Committed, drawn: Sequence[Drawn], seed: str) -> None:
    """Writes down what was drawn, then the seed."""
    rows = [(d.number, d.case, d.stratum, d.ticket, repr(d.probability), "yes" if d.double else "no") for d in drawn]
    write_synced(committed.folder / "drawn.tsv", "".join("\t".join(map(str, row)) + "\n" for row in (_HEAD, *rows)))
    if seed:
        write_synced(committed.folder / "seed.txt", seed + "\n")


def drawn_cases(committed: Committed) -> list[Drawn]:
    """The drawn units in the order in which they are read; none before the dice were thrown."""
    if not committed.thrown:
        return []
    try:
        return list(drawn_rows(text_of(committed.folder, "drawn.tsv")))
    except (KeyError, TypeError, ValueError):
        raise StudyError(f"{committed.folder / 'drawn.tsv'} is no list of drawn units. {_BACK}") from None


def members(committed: Committed) -> dict[str, tuple[str, ...]]:
    """Unit of the pile -> the cases that it is made of; {} = every unit is a case.

    Raises:
        StudyError: the list is missing or is none.
    """
    if committed.unit == "case":
        return {}
    found: dict[str, list[str]] = {}
    try:
        for line in text_of(committed.folder, "members.tsv").splitlines():
            unit, case, _ = line.split("\t")
            found.setdefault(unit, []).append(case)
    except ValueError:
        raise StudyError(f"{committed.folder / 'members.tsv'} is no list of units and their cases. {_BACK}") from None
    return {unit: tuple(cases) for unit, cases in found.items()}


def drawn_rows(text: str) -> Iterator[Drawn]:
    """The rows of a drawn.tsv."""
    for r in csv.DictReader(io.StringIO(text), delimiter="\t"):
        probability, double = float(r["probability"]), r["read_twice"] == "yes"
        yield Drawn(r["case"], r["stratum"], r["ticket"], int(r["number"]), probability, double)


def machine_answers(committed: Committed) -> dict[str, dict[str, Value]]:
    """Unit -> variable -> what the machine said when the draw was committed."""
    return machine_rows(text_of(committed.folder, "machine.jsonl"))


def machine_rows(text: str) -> dict[str, dict[str, Value]]:
    """The rows of a machine.jsonl."""
    rows = [json.loads(line) for line in text.split("\n") if line]
    return {row["case"]: {name: as_value(value) for name, value in row["answers"].items()} for row in rows}


def frame_rows(committed: Committed) -> list[FrameRow]:
    """Every unit that may be drawn; of a draw made elsewhere, those drawn."""
    return rows_of_frame(text_of(committed.folder, "frame.tsv"))


def rows_of_frame(text: str) -> list[FrameRow]:
    """The rows of a frame.tsv."""
    return [FrameRow(*line.split("\t")) for line in text.split("\n") if line]


def needed(study: Study, committed: Committed | None) -> Committed:
    """That draw.

    Raises:
        UsageError: there is none.
    """
    if committed is None:
        raise UsageError(
            f"No draw is committed in {study.folder}. Commit one: caselight draw {study.folder} --size 100"
        )
    return committed


def open_folder(folder: Path) -> Committed:
    """The draw that lies in a folder."""
    text = text_of(folder, "commitment.json")
    seed = text_of(folder, "seed.txt").strip() if (folder / "seed.txt").exists() else ""
    try:
        return read(folder, text, seed)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise StudyError(f"{folder / 'commitment.json'} is no commitment any more. {_BACK}") from None


def text_of(folder: Path, name: str) -> str:
    """A file of a draw.

    Raises:
        StudyError: it is missing or no text.
    """
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise StudyError(f"{folder / name} is missing or cannot be read. {_BACK}") from None


def read(folder: Path, text: str, seed: str) -> Committed:
    """A commitment from the text of its commitment.json."""
    data = json.loads(text)
    about = data.get("elusion", {})
    return Committed(
        folder,
        digest_of(text),
        data["claim"],
        data["level"],
        {name: (part["cases"], part["drawn"]) for name, part in data["strata"].items()},
        data["read_twice"],
        seed,
        data.get("kind", FIGURES),
        data.get("unit", "case"),
        (about.get("variable", ""), about.get("value", "")),
        data.get("looks", 1),
        data.get("extension", {}).get("look", 1),
        data.get("extension", {}).get("draw", ""),
        data.get("machines"),
        data.get("coder_sha256", ""),
        {name: part["asked"] for name, part in data.get("variables", {}).items()},
        data.get("committed_on", ""),
        tuple((one["draw"], one["sha256"]) for one in data.get("earlier", ())),
    )
