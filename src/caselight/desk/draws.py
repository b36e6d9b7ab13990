"""The draw, made at the desk: what it would cost and tell, then committed, published, and thrown with public dice."""

from __future__ import annotations

from statistics import median
from typing import Any

from starlette.responses import Response

from caselight import drawing, view
from caselight.desk.call import Call, as_json, as_page, go
from caselight.desk.progress import seconds_a_case
from caselight.desk.room import Room
from caselight.drawing import Wish
from caselight.errors import CaselightError, UsageError
from caselight.estimate.sample import has
from caselight.estimate.stratified import count
from caselight.review import allocate
from caselight.types import Stratum


def draw_page(call: Call, wrong: str = "", wish: dict[str, str] | None = None) -> Response:
    """The draw as it is, and the form for one."""
    room = call.room
    asked = wish or dict(call.query)
    parts: dict[str, Any] = {
        "draw": room.waiting,
        "drawn": room.drawn,
        "cases": len(room.pile.places),
        "variables": [v for v in room.codebook.variables if v.values],
        "names": call.pages.names(room.codebook),
        "asked": asked,
        "wrong": wrong,
        "outlook": None,
        "who": call.who,
    }
    if not wrong and asked.get("size"):
        try:
            parts["outlook"] = outlook(room, _wish(asked))
        except CaselightError as error:
            parts["wrong"] = call.pages.told(error)
    status = 422 if parts["wrong"] else 200
    return as_page(call.pages.page("draw.html", str(call.pages.words("nav.draw")), "draw", **parts), status)


def outlook(room: Room, wish: Wish) -> dict[str, Any]:
    """What a draw would cost, at the speed of the coders so far, and how wide its intervals would be if people found
    just what the machine says: then the truth is known here, and only the width is of interest."""
    speeds = [s for person in room.coders().values() if (s := seconds_a_case(person.times)) is not None]
    readings = wish.size + round(wish.double * wish.size)
    speed = median(speeds) if speeds else None
    told: dict[str, Any] = {"readings": readings, "seconds_a_case": speed, "widths": []}
    told["hours"] = round(readings * speed / 3600, 1) if speed is not None else None
    size = len(room.pile.places)
    if not 1 <= wish.size <= size:
        raise UsageError(f"The study has {size:,} cases. Choose a number from 1 to {size}.")
    for by in wish.by:
        name, _, value = by.partition("=")
        variable = room.codebook.variable(name)
        found = view.values(room.pile.made, name)
        for one in [value] if value else variable.value_names():
            flagged = sum(has(answer, one) for answer in found)
            told["widths"].append(_width(name, one, (flagged, size - flagged), wish))
    return told


def _width(variable: str, value: str, parts: tuple[int, int], wish: Wish) -> dict[str, Any]:
    flagged, rest = parts
    sizes = {name: n for name, n in (("flagged", flagged), ("rest", rest)) if n}
    drawn = allocate(sizes, max(wish.size, len(sizes)), "rest")
    strata = [Stratum(sizes[name], drawn[name], drawn[name] if name == "flagged" else 0) for name in sizes]
    limits = count(strata, wish.level, wish.claim)
    return {"variable": variable, "value": value, "machine": flagged, "low": limits.low, "high": limits.high}


def outlook_json(call: Call) -> Response:
    """The same as data."""
    return as_json(outlook(call.room, _wish(dict(call.query))))


def _wish(asked: dict[str, str]) -> Wish:
    try:
        size, double = int(asked.get("size", "")), float(asked.get("double", "20") or 0) / 100
        level = float(asked.get("level", "95")) / 100
    except ValueError:
        raise UsageError("Size, share read twice and level are numbers.") from None
    if not 0 <= double <= 1 or not 0.5 <= level <= 0.999:
        raise UsageError("The share read twice is 0 to 100 %, the level 50 to 99.9 %.")
    by = tuple(part for part in (asked.get("by", ""),) if part)
    return Wish(size, by, double, level, asked.get("claim", "standard"))


def commit(call: Call) -> Response:
    """Commits a draw. What it prints is to be published before dice are thrown."""
    asked = {name: call.text(name) for name in ("size", "double", "by", "level", "claim") if call.text(name)}
    waiting = call.room.waiting
    if waiting is not None and not waiting.thrown:
        return draw_page(call, str(call.pages.words("draw.waiting")), asked)
    try:
        with call.room.study.locked():
            drawing.freeze(call.room.pile.made, _wish(asked), call.room.now()[:10])
    except CaselightError as error:
        return draw_page(call, call.pages.told(error), asked)
    call.room.refresh()
    return go("/draw")


def throw(call: Call) -> Response:
    """Draws the committed cases with what the public dice showed."""
    try:
        with call.room.study.locked():
            drawing.throw(call.room.study, "".join(call.text("seed", 400).split()))
    except CaselightError as error:
        return draw_page(call, call.pages.told(error))
    call.room.refresh()
    return go("/draw")
