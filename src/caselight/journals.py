"""The coders' journals of a study as a whole: looked over, and merged with copies that grew on another computer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight.errors import StudyError, UsageError
from caselight.review import LOOK_AGAIN, answers, same, standing
from caselight.store import Study
from caselight.store.journal import Content, Fresh, Journal, contents


def folder_of(study: Study) -> Path:
    """Where the coders' journals are."""
    return study.folder / "journal" / "answers"


def look_over(study: Study) -> list[dict[str, Any]]:
    """One row a journal: how much is in it, and what is wrong with it. Nothing is changed."""
    return [_looked(file) for file in sorted(folder_of(study).glob("*.jsonl"))]


def _looked(file: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"coder": file.stem, "file": str(file), "whole": True, "torn_bytes": 0, "message": ""}
    try:
        content = contents(file)
    except StudyError as error:
        return row | {"whole": False, "message": str(error)}
    entries = content.entries
    row |= {"lines": len(entries), "answers": len(standing(entries)), "torn_bytes": len(content.torn)}
    row["taken_back"] = sum(bool(entry.undoes) for entry in entries)
    row["last"] = content.hashes[-1] if content.hashes else ""
    if content.torn:
        row["message"] = (
            f"The last {len(content.torn)} bytes were never finished and never acknowledged: a power cut or a kill. "
            f"The next writer puts them aside into {file.with_suffix('.torn').name} and goes on."
        )
    aside = file.with_suffix(".torn")
    row["put_aside_bytes"] = aside.stat().st_size if aside.exists() else 0
    return row


def look_over_lines(rows: list[dict[str, Any]]) -> list[str]:
    """The same in words."""
    lines = []
    for row in rows:
        if not row["whole"]:
            lines.append(f"{row['coder']}: NOT WHOLE. {row['message']}")
            continue
        told = f"{row['lines']:,} lines, {row['answers']:,} answers that count, {row['taken_back']:,} taken back"
        lines.append(f"{row['coder']}: whole. {told}. Last line: sha256 {row['last'] or '-'}")
        lines += [f"    {row['message']}"] if row["message"] else []
        if row["put_aside_bytes"]:
            lines.append(f"    {row['put_aside_bytes']:,} bytes that power cuts tore were put aside.")
    return lines or ["No journals yet: nobody has coded."]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought for one coder."""

    coder: str
    added: int  # lines that were not here
    conflicts: list[tuple[str, str]]  # (case, variable) that the coder answered differently in the two copies


def merge(study: Study, source: Path, time: str) -> list[Merged]:
    """Adds what other copies of the journals hold and these do not. Repeating it changes nothing.

    Where one coder answered differently in both copies, both answers are kept, the one that comes in counts, and the
    desk asks the coder to look again.

    Args:
        source: another study's folder, or a folder with journals.
    Raises:
        UsageError: there are no journals in it.
        StudyError: one of the journals is not whole; nothing of that one is taken.
    """
    places = (source / "journal" / "answers", source / "answers", source)
    files = next((found for place in places if (found := sorted(place.glob("*.jsonl")))), [])
    if not files:
        raise UsageError(f"{source} holds no journals (*.jsonl). Name the folder of the other study.")
    theirs = {file.stem: contents(file) for file in files}  # all are read before anything is written
    return [_merge_one(folder_of(study) / f"{coder}.jsonl", content, time) for coder, content in theirs.items()]


def _merge_one(file: Path, theirs: Content, time: str) -> Merged:
    ours = contents(file)
    shared = 0
    for a, b in zip(ours.hashes, theirs.hashes, strict=False):
        if a != b:
            break
        shared += 1
    known = {entry.key for entry in ours.entries} | set(ours.hashes)
    names = {f"#{n}": mark for n, mark in enumerate(theirs.hashes, 1)}  # a line without a key is known by its hash
    fresh = []
    for entry, mark in list(zip(theirs.entries, theirs.hashes, strict=True))[shared:]:
        key = entry.key or mark
        if key not in known:
            undoes = names.get(entry.undoes, entry.undoes)
            fresh.append(Fresh(entry.body, key, _own_name(undoes, ours), entry.time))
    if not fresh:
        return Merged(file.stem, 0, [])
    before = {(one.decision.case, one.decision.variable): one for one in answers(ours.entries[shared:])}
    coming = {(one.decision.case, one.decision.variable): one for one in answers(theirs.entries[shared:])}
    both = sorted(set(before) & set(coming))
    conflicts = [key for key in both if not same(before[key].decision, coming[key].decision)]
    for case, variable in conflicts:
        body = {"kind": LOOK_AGAIN, "case": case, "variable": variable, "why": "two_copies"}
        fresh.append(Fresh(body, f"{theirs.hashes[-1]}.{case}.{variable}"))
    Journal(file).append(fresh, time)
    return Merged(file.stem, len(fresh), conflicts)


def _own_name(mark: str, ours: Content) -> str:
    """What our copy calls the line that theirs calls by its hash: its place, where it has no key here."""
    if mark in ours.hashes:
        entry = ours.entries[ours.hashes.index(mark)]
        return entry.ref
    return mark


def merged_lines(merged: Merged) -> list[str]:
    """What a merge brought, in words."""
    lines = [f"{merged.coder}: {merged.added:,} lines came in."]
    if merged.conflicts:
        lines.append(
            f"    {len(merged.conflicts):,} questions were answered differently in the two copies. Both answers are "
            "kept, the one that came in counts, and the desk asks the coder to look again:"
        )
        lines += [f"    {case}  {variable}" for case, variable in merged.conflicts]
    return lines
