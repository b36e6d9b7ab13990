"""How far the coding is, how well coders agree, and how wide the figures still are.

A coder sees her own progress only: how often two agree would tell her what the other one answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from starlette.responses import Response

from caselight import drawing, sizing
from caselight.codebook import Codebook
from caselight.desk.access import ADJUDICATOR as LEADS
from caselight.desk.access import Who
from caselight.desk.call import Call, as_json, as_page
from caselight.desk.person import Person
from caselight.desk.room import Room, words_of
from caselight.desk.settling import is_open, pair_states
from caselight.drawing import Underway
from caselight.estimate import RECALL, agreements
from caselight.report.interface import safe
from caselight.review import Pair, confusion
from caselight.types import Estimate

# A longer pause between two answers is a pause, not reading.
LONGEST_PAUSE_SECONDS = 300.0
# The speed is told once so many cases are coded: from fewer it would jump about.
LEAST_CASES = 3


def seconds_a_case(times: Sequence[tuple[str, str]]) -> float | None:
    """Median time a case took, from the times of its answers; None = it cannot be told.

    >>> seconds_a_case([(f"2026-01-01T10:00:{s:02}", c) for s, c in ((1, "a"), (9, "a"), (13, "b"), (20, "c"))])
    7.0
    """
    took: dict[str, float] = {}
    last: datetime | None = None
    for text, case in times:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            continue
        pause = (at - last).total_seconds() if last and bool(last.tzinfo) == bool(at.tzinfo) else 0.0
        took[case] = took.get(case, 0.0) + (pause if 0 <= pause <= LONGEST_PAUSE_SECONDS else 0.0)
        last = at
    found = median(took.values()) if len(took) >= LEAST_CASES else 0.0
    return found or None  # answers that came in as a table have one time


def costs(room: Room, readings: int) -> dict[str, float | None]:
    """Seconds that a case takes the coders here, and hours that so many readings take; None = not known yet."""
    speeds = [s for person in room.coders().values() if (s := seconds_a_case(person.times)) is not None]
    speed = median(speeds) if speeds else None
    return {"seconds_a_case": speed, "hours": _hours(readings, speed) if speed else None}


def _hours(readings: int, seconds_a_case: float) -> float:
    """To a tenth, and what is left is never nothing."""
    return max(0.1, round(readings * seconds_a_case / 3600, 1)) if readings else 0.0


def ahead_of(room: Room, underway: Underway) -> dict[str, Any] | None:
    """What reading on costs and what ranges it buys; None = nothing is read yet, or all is."""
    found = sizing.ahead(underway, room.codebook)
    if found is None:
        return None
    twice = underway.committed.doubles / underway.committed.n
    ranges = [
        {"variable": one.variable, "value": one.value, "low": one.low, "high": one.high}
        for one in found.ranges.values()
    ]
    cost = costs(room, round(found.more * (1 + twice)))
    return {"more": found.more, "extends": found.extends, **cost, "ranges": ranges}


def told_of(room: Room, person: Person) -> dict[str, Any]:
    """How far one coder is: what she reads, what is done and left, how long it takes her."""
    queue = room.queue(person)
    variables, meanings = room.codebook.variables, room.meanings
    done = sum(person.is_done(one.case, variables) for one in queue)
    again = sum(bool(person.again(one.case, meanings)) for one in queue)
    speed = seconds_a_case(person.times)
    left = len(queue) - done
    hours = _hours(left, speed) if speed is not None else None
    told = {"reads": room.reads(person), "cases": len(queue), "done": done, "left": left, "look_again": again}
    return told | {"seconds_a_case": speed, "hours_left": hours, "torn": len(person.torn)}


def progress_of(room: Room, who: Who, underway: Underway | None) -> dict[str, Any]:
    """What this person may know of how far it is."""
    shared = {"unit": room.unit, "drawn": len(room.drawn), "read_twice": sum(one.double for one in room.drawn)}
    if who.role != LEADS:
        return shared | {"coders": {who.name: told_of(room, room.person(who.name))}}
    coders = {other: told_of(room, person) for other, person in room.coders().items()}
    states = [state for _, state in pair_states(room)]
    differences = {
        "open": sum(map(is_open, states)),
        "settled": states.count("settled"),
        "agree": states.count("agree"),
    }
    ahead = ahead_of(room, underway) if underway else None
    return shared | {"coders": coders, "differences": differences, "ahead": ahead}


def _underway(call: Call) -> Underway | None:
    """The draw and everybody's answers, for whoever may see them; None = there is no draw, or none to be seen."""
    return drawing.underway(call.room.study, call.room.codebook) if call.who.role == LEADS else None


def progress_json(call: Call) -> Response:
    """Progress as data."""
    return as_json(progress_of(call.room, call.who, _underway(call)) | {"notice": call.notice})


def progress_page(call: Call) -> Response:
    """Progress in words."""
    underway = _underway(call)
    told = progress_of(call.room, call.who, underway) | {"notice": call.notice}
    parts: dict[str, Any] = {"told": told, "who": call.who, "draw": call.room.committed, "figures": [], "agreed": []}
    if call.who.role == LEADS:
        found, ahead = _figures(underway, call.room.codebook) if underway else [], told["ahead"]
        figures = [figure for figure in found if figure.name == "count"]
        recalls = {(figure.variable, figure.value): figure for figure in found if figure.name == RECALL}
        then = {(one["variable"], one["value"]): one for one in ahead["ranges"]} if ahead else {}
        parts |= {"figures": figures, "agreed": agreement_of(call.room), "then": then, "recalls": recalls}
    parts["names"] = call.pages.names(call.room.codebook)
    return as_page(call.pages.page("progress.html", str(call.pages.words("nav.progress")), "progress", **parts))


def _figures(underway: Underway, codebook: Codebook) -> list[Estimate]:
    """The figures so far, by the claim committed to: counts, whose widths while reading may be looked at at any time;
    and, once the draw is read, how much of each answer the machine found."""
    first: dict[tuple[str, str, str], Estimate] = {}
    for figure in drawing.figures_of(underway, codebook):
        first.setdefault((figure.name, figure.variable, figure.value), figure)
    return list(first.values())


def agreement_of(room: Room) -> list[dict[str, Any]]:
    """For each question that was answered twice: how far coders agree, the adjudicator left out."""
    found = room.pairs()
    rows = []
    for variable in room.codebook.variables:
        own = [pair for pair in found if pair.variable == variable.name]
        decided = [pair for pair in own if pair.a.decision.decided and pair.b.decision.decided]
        measure = agreements(variable, [[p.a.decision.value, p.b.decision.value] for p in decided])
        if measure is not None:
            told = {"variable": variable.name, "pairs": len(own), "same": measure.same}
            told |= {"alpha": measure.alpha, "ac1": measure.ac1, "differ": _differing(own)}
            rows.append(told | {"ranges": {name: list(limits) for name, limits in measure.ranges.items()}})
    return rows


def _differing(own: Sequence[Pair]) -> int:
    return sum(pair.state != "agree" for pair in own)


def agreement_json(call: Call) -> Response:
    """Agreement as data."""
    return as_json({"questions": agreement_of(call.room)})


def agreement_page(call: Call) -> Response:
    """One question's agreement: a table of answers against answers; each cell opens its cases."""
    variable = words_of(call.room, call.path["variable"])
    own = [pair for pair in call.room.pairs() if variable and pair.variable == variable.name]
    table = confusion(own)
    answers = sorted({answer for key in table for answer in key}, key=lambda a: _place(variable, a))
    one, other = call.query.get("one"), call.query.get("other")
    key = tuple(sorted((one, other))) if one is not None and other is not None else None
    cases = [(case, call.room.label(case)) for case in table.get((key[0], key[1]), [])] if key else []
    parts = {
        "variable": call.path["variable"],
        "table": table,
        "answers": answers,
        "picked": key,
        "cases": cases,
        "row": next((r for r in agreement_of(call.room) if r["variable"] == call.path["variable"]), None),
        "names": call.pages.names(call.room.codebook),
        "who": call.who,
        "safe": safe,
    }
    return as_page(call.pages.page("agreement.html", str(call.pages.words("agreement.title")), "progress", **parts))


def _place(variable: Any, answer: str) -> tuple[int, str]:
    names = variable.value_names() if variable else ()
    return (names.index(answer) if answer in names else len(names), answer)
