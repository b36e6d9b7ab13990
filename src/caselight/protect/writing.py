"""A publication is written beside its target, looked into, then put in its place; or it is not there at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from caselight.errors import StudyError, UsageError
from caselight.protect.gate import MTIME, Find, Gate

MARK = "publication.json"  # says that a folder is a publication, and what was replaced in it
CANNOT_KNOW = (
    "people who are described but not named (an office, a street, a relation, what they did)",
    "nicknames, and names that no rule took for a name",
    "names that are spelt with more than one letter wrong",
    "what somebody who holds the originals, or knows the events, can work out",
)


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, and what the gate saw."""

    folder: Path
    replaced: Mapping[str, int]  # kind -> persons, places, numbers that were replaced
    officials: int  # names of officials that stay, counted once a case
    withheld: Mapping[str, int]  # originals, scans: what is not part of the publication -> how many
    files: int  # looked into
    look_at: tuple[Find, ...]  # one letter away from a name, or in small letters: nothing certain
    cannot_know: tuple[str, ...] = CANNOT_KNOW


class Leak(StudyError):  # noqa: N818  (not an error of the program: the gate does its work)
    """The gate found something; nothing was published. `found` holds all of it."""

    def __init__(self, message: str, found: Sequence[Find]) -> None:
        super().__init__(message)
        self.found = tuple(found)


def put(target: Path, write: Callable[[Path], Mapping[str, object]], gate: Gate) -> tuple[int, tuple[Find, ...]]:
    """Writes a publication to `target`; an earlier publication there is replaced.

    Args:
        target: folder; must not exist, be empty, or hold an earlier publication.
        write: fills an empty folder; what it returns is kept in the folder as publication.json.
        gate: looks into the folder.
    Returns:
        How many files were looked into, and the finds that are not certain.
    Raises:
        UsageError: the target holds something else.
        Leak: the gate found something. The target is as it was before.
    """
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".publishing-", dir=target.parent))
    try:
        inside = draft / "publication"
        inside.mkdir()
        told = write(inside)
        (inside / MARK).write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        _even_out(inside)
        found = gate.look(inside)
        certain = [find for find in found if find.certain]
        if certain:
            raise Leak(_refusal(certain), certain)
        if target.exists():
            shutil.rmtree(target)
        os.rename(inside, target)
        os.utime(target, (MTIME, MTIME))
        files = sum(path.is_file() for path in target.rglob("*"))
        return files, tuple(found)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def check_target(target: Path) -> None:
    """Nothing, if a publication may be put there.

    Raises:
        UsageError: something else lies there.
    """
    if target.exists() and not (target.is_dir() and ((target / MARK).is_file() or not any(target.iterdir()))):
        raise UsageError(f"{target} exists and holds no publication of Caselight's. Choose another folder (--to).")


def _even_out(folder: Path) -> None:
    """Times and permissions that say nothing."""
    for path in [*sorted(folder.rglob("*"), reverse=True), folder]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
            os.utime(path, (MTIME, MTIME))


_SHOWN = 20
_TO_DO = {
    "file name": (
        "A record's own file name stands in a text. Put it under 'hide:' in protect.yaml as it is shown here; "
        "'allow:' does not reach names of files, which may name people."
    ),
    "path": "Take folders, users and computers out of your own texts: title, notice, codebook, findings.yaml.",
    "picture": "What cannot be looked into cannot be published: take the file out.",
    "": (
        "Put names that were missed under 'hide:' in protect.yaml, words that are no name under 'allow:', "
        "then run this again."
    ),
}
_DRAWS = "own/draws/"  # files of draws in what goes along with a publication
_COMMITTED = (
    "What stands in own/draws/ was committed before the draw, and no list changes it: seal with --unprotected, "
    "or draw in a new study whose codebook leaves out the question with that answer."
)
_SAME_TO_DO = {"user": "path", "host": "path", "metadata": "picture", "file": "picture", "time": "picture"}


def _refusal(found: Sequence[Find]) -> str:
    """What was found, each word once with its first place, the most frequent first; and what to do about each kind."""
    same: dict[tuple[str, str], list[Find]] = {}
    for find in found:
        same.setdefault((find.kind, find.what.casefold()), []).append(find)
    groups = sorted(same.values(), key=lambda group: -len(group))
    lines = [line for group in groups[:_SHOWN] for line in _shown(group)]
    more = [f"  and {len(groups) - _SHOWN:,} more"] if len(groups) > _SHOWN else []
    count = f"{len(found):,} {'place' if len(found) == 1 else 'places'}"
    head = f"Nothing was published: the gate found {count} that would leak."
    kinds = [_SAME_TO_DO.get(group[0].kind, group[0].kind) for group in groups]
    todo = dict.fromkeys(_TO_DO.get(kind, _TO_DO[""]) for kind in kinds)
    todo |= dict.fromkeys([_COMMITTED] if any(_DRAWS in find.file for find in found) else [])
    return "\n".join([head, *lines, *more, *todo])


def _shown(group: Sequence[Find]) -> list[str]:
    """The first place of those where one thing stands, and how many more there are."""
    f = group[0]
    lines = [f"  {f.file}:{f.line}: {f.kind} {f.what!r}" + (f" in “{f.near}”" if f.near else "")]
    if len(group) > 1:
        lines.append(f"    places with {f.what!r}: {len(group):,}; files: {len({find.file for find in group}):,}")
    return lines
