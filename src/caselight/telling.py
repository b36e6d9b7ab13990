"""Figures in words and as data for the terminal: one line a figure, with its range and the other claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import ceil, floor
from typing import Any

from caselight.drawing.asking import Told
from caselight.drawing.fieldwork import agreed_on
from caselight.estimate import FACT
from caselight.estimate.agreement import Agreement
from caselight.estimate.missing import if_hidden
from caselight.report.interface import level_percent, percent_down, percent_up, phrases, told_decimals
from caselight.types import Estimate

_LEFT_OUT = ("cases", "strata", "assumptions")
UNITS = {"case": "cases", "matter": "matters", "record": "records"}
_CERTIFIED = "certified"
COUNTS = ("count",)  # figures that are a number of units
SHARES = ("share", "recall", "completeness", "person_share")  # figures that are a share of something
_WHAT = {
    "share": "share of those",
    "recall": "found by the machine, of all there are",
    "completeness": "found, of all there are",
    "missed": "missed by the machine",
    "difference": "difference of shares",
    "trend": "change of the share in a year",
    "total": "total",
    "mean": "mean of those that have one",
    "larger": "cases that may have a larger number",
    "person_share": "share of persons",
}


def figure_row(figure: Estimate, hidden: float | None = None) -> dict[str, Any]:
    """A figure as JSON-ready data, without the list of its cases."""
    row = {name: getattr(figure, name) for name in figure._fields if name not in _LEFT_OUT}
    if not figure.strata:
        return row
    row["strata"] = [asdict(stratum) for stratum in figure.strata]
    row["assumptions"] = [phrases("en")[f"assumption.{code}"] for code in figure.assumptions]
    if figure.name in COUNTS and figure.N and figure.low is not None and figure.high is not None:
        shares = {"share": figure.estimate, "share_low": figure.low, "share_high": figure.high}
        row |= {name: number / figure.N for name, number in shares.items()}
        if figure.error:
            row["with_human_error"] = list(with_error(figure))
        if hidden is not None:
            low, high = if_hidden(row["share_low"], row["share_high"], hidden)
            row["if_hidden"] = {"share_hidden": hidden, "low": low, "high": high}
    return row


def with_error(figure: Estimate) -> tuple[float, float]:
    """The limits of a count, moved apart by what single readers get wrong: [L - e N, U + e N], within the pile."""
    wrong = (figure.error or 0.0) * figure.N
    return max(0.0, (figure.low or 0.0) - wrong), min(float(figure.N), (figure.high or 0.0) + wrong)


def told_rows(told: Told, hidden: float | None, agreed: Iterable[tuple[str, object]]) -> list[dict[str, Any]]:
    """Everything that was asked for, as JSON-ready data."""
    rows = [figure_row(figure, hidden) for figure in told.figures]
    rows += [{"name": "withheld", **asdict(one)} for one in told.withheld]
    return rows + [agreement_row(variable, found) for variable, found in agreed]


def agreement_row(variable: str, found: object) -> dict[str, Any]:
    """How far readers agree on one question, as JSON-ready data."""
    assert isinstance(found, Agreement)
    measures = {"cases": found.cases, "same": found.same, "alpha": found.alpha, "ac1": found.ac1, "kappa": found.kappa}
    positive = [asdict(one) for one in agreed_on(found)]
    told = {"ranges": dict(found.ranges), "positive": positive, "reasons": list(found.reasons)}
    return {"name": "agreement", "variable": variable, **measures, **told}


def told_lines(told: Told, rows: Sequence[Mapping[str, Any]], study: str) -> list[str]:
    """The same as a table."""
    if told.committed is None or not told.committed.thrown:
        return [
            "No random draw has been read, so there are no figures with a range, only counts by machine.",
            f"Commit a draw: caselight draw {study} --size 100",
        ]
    lines = [_head(told), *_beside(told, study)]
    lines += [
        f"  {name}: {n} of the {drawn} drawn are answered; the figures come when all are."
        for name, (n, drawn) in told.read.items()
        if 0 < n < drawn
    ]
    figures = [row for row in rows if row["name"] not in ("withheld", "agreement")]
    by_question: dict[str, list[Mapping[str, Any]]] = {}
    for row in figures:
        by_question.setdefault(row["variable"], []).append(row)
    for variable, held in by_question.items():
        lines += ["", variable, *_question(held)]
    withheld = [row for row in rows if row["name"] == "withheld"]
    if withheld:
        lines += ["", "Not given:"]
        lines += [f"  {_about(row)}: {row['reason']}" for row in withheld]
    agreed = [row for row in rows if row["name"] == "agreement"]
    if agreed:
        lines += ["", "Agreement of readers:", *map(_agreement, agreed)]
    notes = dict.fromkeys(note for row in figures for note in row["assumptions"])
    return [*lines, "", "What has to be true:", *(f"  - {note}" for note in notes)] if notes else lines


def _about(row: Mapping[str, Any]) -> str:
    return f"{row['variable']} = {row['value']}{_where(row['where'])}" if row["value"] else str(row["variable"])


def _head(told: Told) -> str:
    c = told.committed
    assert c is not None
    unit = UNITS[c.unit]
    size = sum(N for N, _ in c.sizes.values())
    seed = f"seed {c.seed}" if c.seed else "drawn elsewhere"
    return f"Draw {c.number}: {c.n:,} of {size:,} {unit}, {seed}, sha256 {c.digest[:16]}…"


def _beside(told: Told, study: str) -> Iterator[str]:
    """What has to be known of the draw: later cases, other draws, coders who differ."""
    c = told.committed
    if c is not None and told.later:
        day = f" of {c.day}" if c.day else ""
        size = sum(N for N, _ in c.sizes.values())
        later = f"{told.later:,} cases came later, and no figure with a range speaks for them"
        yield f"  It is of the {size:,} {UNITS[c.unit]}{day}; {later}."
    if told.others:
        named = (f"{one.number} ({'thrown' if one.thrown else 'never thrown'})" for one in told.others)
        yield f"  Other draws of this study: {', '.join(named)}."
    if told.differ:
        yield f"  Coders differ, and nobody has settled it: {_numbers(told.differ)}."
        yield f"  A sheet of these for the adjudicator: caselight draw {study} --sheet FILE --disputes"


def _numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())


def _question(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each figure; the other claim stands behind the one that was committed to."""
    seen: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        seen.setdefault((row["name"], row["value"], tuple(row["where"])), []).append(row)
    for (name, value, where), same in seen.items():
        first, others = same[0], same[1:]
        what = f"{value or '(number)'}{_where(where)}"
        if name not in COUNTS:
            what += f", {_WHAT.get(name, name)}"
        line = f"  {what}: {_amount(first)}"
        line += "".join(f"; {_claim(other)} {_range(other)}" for other in others)
        if first.get("with_human_error"):
            low, high = first["with_human_error"]
            line += f"; with what readers get wrong {floor(low):,} to {ceil(high):,}"
        if first.get("if_hidden"):
            h = first["if_hidden"]
            line += f"; if {h['share_hidden']:.0%} are hidden {_percents(h['low'], h['high'])} of all"
        undecided = sum(stratum["undecided"] for stratum in first["strata"])
        if undecided:
            decided = f"the estimate comes from the other {first['n'] - undecided:,}"
            line += f"; {undecided:,} of those read are undecided: {decided}"
        yield line + f"  [{level_percent(first['level']):g} %, n {first['n']:,}, {first['digest'][:8]}]"


def _claim(row: Mapping[str, Any]) -> str:
    return _CERTIFIED if _CERTIFIED in row["method"] else "standard"


def _amount(row: Mapping[str, Any]) -> str:
    """ "97 of 2,000 (61 to 148), 4.9 % (3.1 to 7.4)"."""
    if row["name"] in COUNTS:
        low, high = percent_down(row["share_low"], 1), percent_up(row["share_high"], 1)
        percent = f"{row['share']:.1%} ({low:.1f} to {high:.1f})"
        return f"{row['estimate']:,.0f} of {row['N']:,} {_range(row)}, {percent}"
    if row["name"] in SHARES:
        return f"{row['estimate']:.1%} {_range(row)}"
    if row["name"] in ("difference", "trend"):
        return f"{100 * row['estimate']:+.1f} points {_range(row)}"
    return f"{_digits(row['estimate'], ROUND_HALF_EVEN)} {_range(row)}"


def _range(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    if row["name"] in SHARES:
        return f"({_percents(low, high)})"
    if row["name"] in ("difference", "trend"):
        return f"({percent_down(low, 1):+.1f} to {percent_up(high, 1):+.1f})"
    return f"({_digits(low, ROUND_FLOOR)} to {_digits(high, ROUND_CEILING)})"


def _digits(number: float, rounding: str) -> str:
    """No decimals from 100 on, and two below, rounded as a limit has to be: outward."""
    shown = Decimal(repr(float(number))).quantize(Decimal(10) ** -told_decimals(number), rounding)
    text = f"{shown + 0:,f}"  # no "-0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percents(low: float, high: float, decimals: int = 1) -> str:
    """Limits rounded away from each other."""
    return f"{percent_down(low, decimals):.{decimals}f}% to {percent_up(high, decimals):.{decimals}f}%"


def _where(where: Iterable[Sequence[str]]) -> str:
    return "".join(f", {name.removeprefix(FACT)} {value}" for name, value in where)


def _agreement(row: Mapping[str, Any]) -> str:
    alpha = "no alpha (no variation)" if row["alpha"] is None else f"alpha {row['alpha']:.2f}"
    ac1 = "" if row["ac1"] is None else f", AC1 {row['ac1']:.2f}"
    limits = "".join(f", {name} {low:.2f} to {high:.2f}" for name, (low, high) in row["ranges"].items())
    each = "; ".join(
        f"{one['answer'] or '(none)'} {one['share']:.0%} ({_percents(one['low'], one['high'], 0)}) of {one['cases']}"
        for one in row["positive"]
        if one["share"] is not None
    )
    head = f"  {row['variable']}: same answer {row['same']:.0%} of {row['cases']:,} read twice, {alpha}{ac1}{limits}"
    return head + (f"\n      on each answer, with the cases in which it was given: {each}" if each else "")
