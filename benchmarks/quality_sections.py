"""Are the parts of a ruling found? Share of hand-marked characters that stand in a section of the right kind.

The marks of the rally rulings are coarser than our sections, so five kinds are compared: header, facts and evidence,
law, reasoning, operative part. The shipped weights were learned from these very rulings; the honest number is the
cross-validated one (`measure`, a few minutes), or that of rulings the weights have not seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {
    "int": "header",
    "fab": "facts and evidence",
    "proof": "facts and evidence",
    "witness": "facts and evidence",
    "expert": "facts and evidence",
    "jur": "law",
    "meditation": "reasoning",
    "res": "operative part",
    "conv": "operative part",
    "header": "header",
    "established": "facts and evidence",
    "arguments": "facts and evidence",
    "evidence": "facts and evidence",
    "assessment": "reasoning",
    "operative": "operative part",
    "appeal_notice": "operative part",
}
Stretches = Sequence[tuple[int, int, str]]  # start, end, a name that KINDS knows


@dataclass(frozen=True, slots=True)
class Score:
    """Characters by kind marked and kind found; "" = in no section."""

    characters: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, rulings: Iterable[tuple[Stretches, Stretches]]) -> Score:
        """From pairs of (marked, found) stretches, one a ruling."""
        counts: Counter[tuple[str, str]] = Counter()
        for marked, found in rulings:
            kind_at = {i: _kind(name) for start, end, name in marked for i in range(start, end)}
            found_at = {i: _kind(name) for start, end, name in found for i in range(start, end)}
            counts.update((kind, found_at.get(i, "")) for i, kind in kind_at.items())
        return cls(counts)

    @property
    def marked(self) -> int:
        """Number of marked characters."""
        return sum(self.characters.values())

    @property
    def share(self) -> float:
        """Share of the marked characters in a section of the right kind."""
        right = sum(n for (marked, found), n in self.characters.items() if marked == found)
        return right / self.marked if self.marked else 0.0

    def table(self) -> str:
        """What was marked (rows) and what was found (columns), in thousands of characters."""
        kinds = ["header", "facts and evidence", "law", "reasoning", "operative part", ""]
        lines = ["".join([f"{'marked, found:':20s}", *(f"{kind[:12] or 'none':>14s}" for kind in kinds)])]
        for row in kinds[:-1]:
            counts = (self.characters.get((row, column), 0) / 1000 for column in kinds)
            lines.append("".join([f"{row:20s}", *(f"{n:14.1f}" for n in counts)]))
        return "\n".join(lines)


def _kind(name: str) -> str:
    return KINDS.get(name, name)


def share_in_right_section(
    folder: Path, cases: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]]
) -> tuple[float | None, str]:
    """The share over exported cases, and a note; None where the export holds no sections."""
    stems = {row["id"]: Path(row["name"]).stem for row in documents}
    pairs = []
    for case in cases:
        marks = folder / f"{stems[case['documents'][0]]}.json"
        if not marks.is_file() or "sections" not in case:
            continue
        marked = [(m["start"], m["end"], m["name"]) for m in json.loads(marks.read_text("utf-8"))["sections"]]
        pairs.append((marked, [(s["start"], s["end"], s["name"]) for s in case["sections"]]))
    if not pairs:
        return None, "the export holds no sections"
    score = Score.of(pairs)
    return score.share, f"{len(pairs)} rulings, {score.marked:,} marked characters"


def measure(shared: Path) -> dict[str, float]:
    """Share of marked characters in the right section: by the shipped weights, and cross-validated by ruling."""
    from caselight.pack import load_pack
    from caselight.structure.sections import compile_sections
    from caselight.words import Vocabulary
    from train_sections import Settings, cross_validated, rulings, sections_by

    rules = compile_sections(load_pack("ru"))
    marked = rulings(shared / "data" / "rally", Vocabulary.load(None, "ru"), rules)
    shipped = Score.of((ruling.marked, sections_by(ruling, rules)) for ruling in marked)
    held_out = Score.of((r.marked, sections_by(r, own)) for r, own in cross_validated(marked, rules, Settings()))
    return {"shipped weights": shipped.share, "cross-validated": held_out.share}
