"""Every figure of a bundle, worked out again from what it rests on, and compared to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from math import isclose
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import Draw, Said
from caselight.bundle.exact import Cell, cell_limits, cell_ratio, cell_running, lower, upper
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import TABLES
from caselight.bundle.pile import MACHINE, Pile, machine_figure, missing_figures
from caselight.bundle.reading import read_rows

EXACT, CERTIFIED, RUNNING, ELUSION = "exact_stratified", "exact_certified", "running_range", "exact_elusion"
LEAST_READ = 5  # parts of a stratum told apart by the machine's answer need so many read, each
ESTIMATES = TABLES + "estimates.jsonl"
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


def check_figures(
    bundle: Bundle, pile: Pile, draws: Sequence[tuple[Draw, Answers]], verdict: Verdict
) -> list[dict[str, Any]]:
    """Works out every row of the table of figures again; the rows without their lists of cases."""
    rows = []
    cannot = set()
    for number, row in read_rows(bundle, ESTIMATES):
        where = f"line {number}"
        faults = len(verdict.faults)
        if row["method"] == MACHINE:
            known = _check_machine(pile, row, where, verdict)
        else:
            known = _check_people(draws, row, where, verdict)
        if known:
            verdict.add("figures")
        else:
            cannot.add(f"{row['name']}, {row['method']}")
        kept = {name: value for name, value in row.items() if name != "cases"}
        rows.append(kept | {"counted": len(row["cases"]), "right": len(verdict.faults) == faults})
    there = {(row["name"], row["variable"], row["value"]) for row in rows if row["method"] == MACHINE}
    for name in missing_figures(pile, there):
        verdict.faults.append(Fault("figures", "figure_missing", ESTIMATES, "", name, "", (name,)))
    verdict.notes += [("not_recomputed", what) for what in sorted(cannot)]
    return rows


def _check_machine(pile: Pile, row: Mapping[str, Any], where: str, verdict: Verdict) -> bool:
    found = machine_figure(pile, row)
    if found is None:
        return False
    number, cases = found
    if not isclose(number, row["estimate"], rel_tol=1e-12):
        _differs(verdict, row, where, "estimate", number, row["estimate"])
    if sorted(cases) != sorted(row["cases"]):
        wrong = sorted(set(cases) ^ set(row["cases"]))[:3]
        told = f"{len(row['cases'])} cases; in one list and not in the other: {', '.join(wrong)}"
        _differs(verdict, row, where, "cases", f"{len(cases)} cases", told)
    if not row.get("where") and row["N"] != len(pile.cases):
        _differs(verdict, row, where, "N", len(pile.cases), row["N"])
    for name in ("low", "high", "level"):
        if row[name] is not None:
            _differs(verdict, row, where, name, "none: nobody has read", row[name])
    return True


def _check_people(draws: Sequence[tuple[Draw, Answers]], row: Mapping[str, Any], where: str, verdict: Verdict) -> bool:
    """What was seen, from the journal; then the limits, from what was seen."""
    draw, answers = _draw_of(draws, row)
    if draw is None:
        _differs(verdict, row, where, "draw", "a draw that people have read", "none")
        return True
    said = answers.get(row["variable"], {})
    cells = [(s["N"], s["n"], s["x"], s["undecided"]) for s in row["strata"]]
    seen = _seen(draw, row, said)
    if seen is not None:
        parts = [cell for part in seen for cell in part]
        if sorted(parts) != sorted(cells):
            _differs(verdict, row, where, "strata", _told(parts), _told(cells))
        _check_read(draw, row, said, where, verdict)
    if row["level"] < draw.level - 1e-12:
        _differs(verdict, row, where, "level", draw.level, row["level"])
    try:
        numbers = _numbers(row, cells, seen)
    except (ValueError, ZeroDivisionError) as error:
        _differs(verdict, row, where, "strata", "counts that are possible", str(error))
        return True
    if numbers is None:
        return False
    for name, right in zip(("estimate", "low", "high"), numbers, strict=True):
        if row[name] is None or not isclose(right, row[name], rel_tol=1e-12):
            _differs(verdict, row, where, name, right, row[name])
    return seen is not None


def _draw_of(draws: Sequence[tuple[Draw, Answers]], row: Mapping[str, Any]) -> tuple[Draw | None, Answers]:
    """The draw that a figure names, or else the last of its kind."""
    if row.get("draw"):
        return next(((d, a) for d, a in draws if d.digest == row["draw"]), (None, {}))
    wanted = ("elusion",) if row["method"] == ELUSION else ("figures", "elsewhere")
    return next(((d, a) for d, a in reversed(draws) if d.kind in wanted), (None, {}))


def _check_read(draw: Draw, row: Mapping[str, Any], said: Mapping[str, Said], where: str, verdict: Verdict) -> None:
    read = _read_units(draw, row, said)
    if sorted(read) != sorted(row["cases"]):
        wrong = sorted(set(read) ^ set(row["cases"]))[:3]
        _differs(verdict, row, where, "cases", f"{len(read)} read", f"{len(row['cases'])}; {', '.join(wrong)}")
    if row["n"] != len(read):
        _differs(verdict, row, where, "n", len(read), row["n"])
    size = sum(draw.size(name) for name in draw.frame)
    if row["N"] != size:
        _differs(verdict, row, where, "N", size, row["N"])


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
        flagged = {unit for unit in units if _has(draw.machine.get(unit, {}).get(variable), value)}
        sizes = len(flagged), len(units) - len(flagged)
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


def _differs(verdict: Verdict, row: Mapping[str, Any], where: str, field: str, expected: object, found: object) -> None:
    place = f"{where}, {field}"
    named = label(row)
    verdict.faults.append(
        Fault("figures", "figure_differs", ESTIMATES, place, _digits(expected), _digits(found), (named,))
    )


def _digits(value: object) -> str:
    return f"{value:.17g}" if isinstance(value, float) else str(value)
