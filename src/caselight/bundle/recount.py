"""Every figure of a bundle, worked out again from what it rests on, and compared to the last digit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from math import isclose
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import Draw, Said
from caselight.bundle.exact import Cell, cell_limits, cell_ratio, cell_running, lower, upper
from caselight.bundle.faults import Fault, Refused, Verdict
from caselight.bundle.names import ANSWERS, CASES, CODEBOOK, DRAWS, ESTIMATES, GIVEN, QUESTIONS
from caselight.bundle.pile import MACHINE, Pile, machine_figure, missing_figures
from caselight.bundle.reading import read_rows

EXACT, CERTIFIED, RUNNING, ELUSION = "exact_stratified", "exact_certified", "running_range", "exact_elusion"
LEAST_READ = 5  # parts of a stratum told apart by the machine's answer need so many read, each
RESTS = (CASES, GIVEN, ANSWERS, DRAWS, QUESTIONS, CODEBOOK)  # what figures are worked out from
Answers = Mapping[str, Mapping[str, Said]]


def label(row: Mapping[str, Any]) -> str:
    """What a figure is called in messages.

    >>> label({"name": "count", "variable": "role", "value": "relied_on"})
    'role=relied_on'
    """
    what = row["value"] or row["name"]
    kind = "" if row["name"] in ("count", what) else f" ({row['name']})"
    where = "".join(f", {variable}={value}" for variable, value in row.get("where", ()))
    return f"{row['variable']}={what}{kind}{where}"


@dataclass(frozen=True)
class Draws:
    """The draws of a bundle with what people answered."""

    read: Sequence[tuple[Draw, Answers]]
    lost: str = ""  # the file because of which one of them could not be read; "" = all could


@dataclass
class _Found:
    """What follows for one figure, where it is not what the table says."""

    right: dict[str, Any] = field(default_factory=dict)  # part of the row -> what follows
    told: list[tuple[str, str, str]] = field(default_factory=list)  # part, what follows, what stands there
    known: bool = True  # its kind can be worked out here
    lost: bool = False  # its draw could not be read

    def differs(self, name: str, expected: object, found: object) -> None:
        self.told.append((name, _digits(expected), _digits(found)))


def check_figures(bundle: Bundle, pile: Pile, draws: Draws, verdict: Verdict) -> list[dict[str, Any]]:
    """Works out every row of the table of figures again.

    Returns:
        The rows without their lists of cases, with what follows where it differs; `claimed` holds what stood there.
    Raises:
        Refused: a row is not as sealing writes it.
    """
    rows = []
    cannot = set()
    for number, row in read_rows(bundle, ESTIMATES):
        try:
            found = _check_machine(pile, row) if row["method"] == MACHINE else _check_people(draws, row)
            kept = {name: value for name, value in row.items() if name != "cases"} | {
                "counted": len(row["cases"]),
                "line": number,
            }
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            told = "a figure as sealing writes it", f"{type(error).__name__}: {error}"[:200]
            raise Refused(Fault("figures", "malformed", ESTIMATES, f"line {number}", *told, ("*",))) from None
        claimed = {name: kept.get(name) for name in found.right}
        if "cases" in claimed:
            claimed["cases"] = fingerprint(row["cases"])
        rows.append(kept | found.right | {"claimed": claimed})
        if found.told:
            where = f"line {number}, {', '.join(part for part, _, _ in found.told)}"
            right, there = ("; ".join(one[i] for one in found.told) for i in (1, 2))
            verdict.wrong(Fault("figures", "figure_differs", ESTIMATES, where, right, there, (label(row),), RESTS))
        elif found.lost:
            left = Fault("figures", "not_checked", ESTIMATES, f"line {number}", affects=(label(row),))
            verdict.wrong(replace(left, follows=draws.lost))
        elif not found.known:
            cannot.add(f"{row['name']}, {row['method']}")
        verdict.add("figures", int(found.known))
    made = {(row["name"], row["variable"], row["value"]) for row in rows if row["method"] == MACHINE}
    for name in missing_figures(pile, made):
        verdict.wrong(Fault("figures", "figure_missing", ESTIMATES, "", name, "", (name,), RESTS))
    verdict.notes += [("not_recomputed", what) for what in sorted(cannot)]
    return rows


def _check_machine(pile: Pile, row: Mapping[str, Any]) -> _Found:
    found = _Found()
    figure = machine_figure(pile, row)
    if figure is None:
        found.known = False
        return found
    number, cases = figure
    if not isclose(number, row["estimate"], rel_tol=1e-12):
        found.differs("estimate", number, row["estimate"])
        found.right["estimate"] = number
    if sorted(cases) != sorted(row["cases"]):
        found.differs("cases", f"{len(cases)} cases", _listed(cases, row["cases"]))
        found.right |= {"counted": len(cases), "cases": ""}
    if not row.get("where") and row["N"] != len(pile.cases):
        found.differs("N", len(pile.cases), row["N"])
        found.right["N"] = len(pile.cases)
    for name in ("low", "high", "level"):
        if row[name] is not None:
            found.differs(name, "none: nobody has read", row[name])
            found.right[name] = None
    return found


def fingerprint(cases: Sequence[str]) -> str:
    """Tells lists of the same cases from others."""
    return hashlib.sha256("\n".join(sorted(cases)).encode()).hexdigest()


def _listed(right: Sequence[str], found: Sequence[str]) -> str:
    wrong = sorted(set(right) ^ set(found))[:3]
    return f"{len(found)} cases; in one list and not in the other: {', '.join(wrong)}"


def _check_people(draws: Draws, row: Mapping[str, Any]) -> _Found:
    """What was seen, from the journal; then the limits, from what was seen."""
    found = _Found()
    draw, answers = _draw_of(draws.read, row)
    if draw is None:
        found.known, found.lost = False, bool(draws.lost)
        if not draws.lost:
            found.differs("draw", "a draw that people have read", "none")
        return found
    said = answers.get(row["variable"], {})
    cells = [(s["N"], s["n"], s["x"], s["undecided"]) for s in row["strata"]]
    seen = _seen(draw, row, said)
    if seen is not None:
        parts = [cell for part in seen for cell in part]
        if sorted(parts) != sorted(cells):
            found.differs("strata", _told(parts), _told(cells))
            found.right["strata"] = [dict(zip(("N", "n", "x", "undecided"), cell, strict=True)) for cell in parts]
            cells = parts
        _check_read(draw, row, said, found)
    if row["level"] < draw.level - 1e-12:
        found.differs("level", draw.level, row["level"])
        found.right["level"] = draw.level
    try:
        known = _check_numbers({**row, **found.right}, draw, cells, seen, found)
    except (ValueError, ZeroDivisionError) as error:
        found.differs("strata", "counts that are possible", str(error))
        return found
    found.known = known and seen is not None
    if found.known and not found.told:
        _check_digest(draw, row, said, found)
    return found


def _check_numbers(
    row: Mapping[str, Any], draw: Draw, cells: Sequence[Cell], seen: Sequence[Sequence[Cell]] | None, found: _Found
) -> bool:
    """Estimate and limits; False = a method not known here."""
    numbers = _numbers(row, cells, seen)
    if numbers is None:
        return False
    if _wrong_parts(row, numbers) and row["level"] != draw.level:
        committed = _numbers({**row, "level": draw.level}, cells, seen)
        if committed and not _wrong_parts(row, committed):  # the limits are right, of another level than is said
            found.differs("level", draw.level, row["level"])
            found.right["level"] = draw.level
            return True
    for name, right in _wrong_parts(row, numbers):
        found.differs(name, right, row[name])
        found.right[name] = right
    return True


def _wrong_parts(row: Mapping[str, Any], numbers: Sequence[float]) -> list[tuple[str, float]]:
    pairs = zip(("estimate", "low", "high"), numbers, strict=True)
    return [(name, at) for name, at in pairs if row[name] is None or not isclose(at, row[name], rel_tol=1e-12)]


def _draw_of(draws: Sequence[tuple[Draw, Answers]], row: Mapping[str, Any]) -> tuple[Draw | None, Answers]:
    """The draw that a figure names, or else the last of its kind."""
    if row.get("draw"):
        return next(((d, a) for d, a in draws if d.digest == row["draw"]), (None, {}))
    wanted = ("elusion",) if row["method"] == ELUSION else ("figures", "elsewhere")
    return next(((d, a) for d, a in reversed(draws) if d.kind in wanted), (None, {}))


def _check_read(draw: Draw, row: Mapping[str, Any], said: Mapping[str, Said], found: _Found) -> None:
    read = _read_units(draw, row, said)
    if sorted(read) != sorted(row["cases"]):
        found.differs("cases", f"{len(read)} read", _listed(read, row["cases"]))
    size = sum(draw.size(name) for name in draw.frame)
    for name, right in (("n", len(read)), ("N", size)):
        if row[name] != right:
            found.differs(name, right, row[name])
            found.right[name] = right


def _check_digest(draw: Draw, row: Mapping[str, Any], said: Mapping[str, Said], found: _Found) -> None:
    """The digest by which pages know a figure: of all that it rests on, its level too."""
    if row["name"] != "count" or row["digest"] == (right := _digest(draw, row, said, row["level"])):
        return
    if row["digest"] == _digest(draw, row, said, draw.level):
        found.differs("level", draw.level, row["level"])
        found.right["level"] = draw.level
    else:
        found.differs("digest", right, row["digest"])
        found.right["digest"] = right


def _digest(draw: Draw, row: Mapping[str, Any], said: Mapping[str, Said], level: float) -> str:
    value = row["value"]
    parts = [[s["name"], s["N"], s["n"], s["x"], s["undecided"]] for s in row["strata"]]
    read = [[unit, _has(said[unit].value, value) if said[unit].decided else None] for unit in sorted(row["cases"])]
    rests = [draw.digest, row["name"], row["variable"], value, row["unit"], [], row["method"], level, parts, read]
    return hashlib.sha256(json.dumps(rests, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _read_units(draw: Draw, row: Mapping[str, Any], said: Mapping[str, Said]) -> list[str]:
    if row["method"] == RUNNING:
        return [unit for units in draw.drawn.values() for unit in takewhile(said.__contains__, units)]
    return [unit for units in draw.drawn.values() for unit in units if unit in said]


def _seen(draw: Draw, row: Mapping[str, Any], said: Mapping[str, Said]) -> list[list[Cell]] | None:
    """What was seen in each part of the pile, as people's answers make it; None = a figure of a part of the pile."""
    # Coded anew since the draw: cells follow what the machine says now, which Caselight itself works out.
    recoded = any(one["code"] == "recoded" for one in row.get("assumptions", ()))
    if row.get("where") or recoded or (row["name"], row["method"]) not in _KNOWN:
        return None
    value = row["value"]
    if row["method"] == RUNNING:
        first = {name: list(takewhile(said.__contains__, units)) for name, units in draw.drawn.items()}
        return [[_cell(draw.size(name), units, value, said) for name, units in first.items()]]
    if row["method"] == ELUSION:
        named = f"{row['variable']}={value}"
        parts: list[list[Cell]] = [[], []]
        for name, units in draw.drawn.items():
            parts[name != named].append(_cell(draw.size(name), units, value, said))
        return parts
    return _parted(draw, row["variable"], value, said, recall=row["name"] == "recall")


_KNOWN = {("count", EXACT), ("count", CERTIFIED), ("count", RUNNING), ("recall", CERTIFIED)}
_KNOWN |= {("missed", ELUSION), ("completeness", ELUSION)}


def _parted(draw: Draw, variable: str, value: str, said: Mapping[str, Said], recall: bool) -> list[list[Cell]]:
    """Strata, and within them what the machine flagged and what it did not, where enough of both were read."""
    flagged_cells: list[Cell] = []
    other_cells: list[Cell] = []
    for name, units in draw.frame.items():
        drawn = [unit for unit in draw.drawn[name] if unit in said]
        if draw.size(name) != len(units):
            other_cells.append(_cell(draw.size(name), drawn, value, said))
            continue
        many = draw.flagged(variable)[name][value]
        sizes = many, len(units) - many
        flagged = {unit for unit in drawn if _has(draw.machine.get(unit, {}).get(variable), value)}
        read = [u for u in drawn if u in flagged], [u for u in drawn if u not in flagged]
        apart = all(len(part) >= min(LEAST_READ, size) for part, size in zip(read, sizes, strict=True))
        if recall or apart:
            for cells, part, size in zip((flagged_cells, other_cells), read, sizes, strict=True):
                if size:
                    cells.append(_cell(size, part, value, said))
        elif units:
            other_cells.append(_cell(len(units), drawn, value, said))
    return [flagged_cells, other_cells]


def _cell(size: int, units: Sequence[str], value: str, said: Mapping[str, Said]) -> Cell:
    read = [said[unit] for unit in units if unit in said]
    with_code = sum(one.decided and _has(one.value, value) for one in read)
    return size, len(read), with_code, sum(not one.decided for one in read)


def _has(answer: Any, value: str) -> bool:
    return value in answer if isinstance(answer, tuple) else answer == value


def _numbers(
    row: Mapping[str, Any], cells: Sequence[Cell], seen: Sequence[Sequence[Cell]] | None
) -> tuple[float, float, float] | None:
    """Estimate and limits, from what was seen; None = a method not known here."""
    method, level = row["method"], row["level"]
    if row["name"] == "count" and method in (EXACT, CERTIFIED):
        best, low, high = cell_limits(cells, level, certified=method == CERTIFIED)
        return (low + high) / 2 if best is None else best, float(low), float(high)
    if row["name"] == "count" and method == RUNNING:
        at, least, most = cell_running(cells, level)
        return at, float(least), float(most)
    if seen is None or (row["name"], method) not in _KNOWN:
        return None
    if method == ELUSION:
        return _elusion(row["name"], level, seen[0], seen[1])
    found = cell_ratio(seen[0], seen[1], level)
    if found is None:
        raise ValueError("nothing was seen that a share could be worked out from")
    return found


def _elusion(name: str, level: float, found: Sequence[Cell], aside: Sequence[Cell]) -> tuple[float, float, float]:
    had = found[0] if found else (0, 0, 0, 0)
    left = aside[0]
    alpha = (1 - level) if had[0] == had[1] else (1 - level) / 2
    most = upper(left[2] + left[3], left[1], left[0], 1 - (1 - alpha))
    least = had[2] if had[0] == had[1] else lower(had[2], had[1], had[0], 1 - (1 - alpha))
    at = left[0] * left[2] / (left[1] - left[3])
    if name == "missed":
        return at, float(left[2]), float(most)
    known = had[0] * had[2] / (had[1] - had[3])
    return known / (known + at), least / (least + most) if least else 0.0, 1.0


def _told(cells: Sequence[Cell]) -> str:
    parts = [f"{x} of {n} read of {N}" + (f", {u} undecided" if u else "") for N, n, x, u in sorted(cells)]
    return "; ".join(parts)


def _digits(value: object) -> str:
    return f"{value:.17g}" if isinstance(value, float) else str(value)
