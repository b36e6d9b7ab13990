"""The draw, made at the desk: what it would cost and tell, then committed, published, and thrown with public dice."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from caselight import drawing, sampling, sizing
from caselight.desk.call import Call, as_json, as_page, go
from caselight.desk.progress import costs
from caselight.desk.room import Room
from caselight.drawing import LEAST_LEVEL, MOST_LEVEL, Wish
from caselight.drawing.pile import UNITS
from caselight.errors import CaselightError, UsageError

WISHED = ("unit", "size", "by", "double", "level", "claim")  # what the form asks
# Cases that the form proposes to read: an evening's work, for a range of about a fifth of the pile. Of small piles
# half: somebody who wants all of them says so.
SUGGESTED = 100


def draw_page(call: Call, wrong: str = "", wish: dict[str, str] | None = None) -> Response:
    """The draw as it is, and the form for one."""
    room = call.room
    asked = wish or dict(call.query)
    parts: dict[str, Any] = {
        "draw": room.waiting,
        "drawn": room.drawn,
        "units": {unit: room.pile.count(unit) for unit in UNITS},
        "wished": WISHED,
        "suggested": max(1, min(SUGGESTED, len(room.pile.places) // 2)),
        "variables": [v for v in room.codebook.variables if v.values],
        "names": call.pages.names(room.codebook),
        "asked": asked,
        "wrong": wrong,
        "outlook": None,
        "least_level": 100 * LEAST_LEVEL,
        "most_level": 100 * MOST_LEVEL,
        "takes_over": call.pages.told(sampling.takes_over(room.study)),
        "who": call.who,
    }
    if not wrong and asked.get("size"):
        try:
            parts["outlook"] = outlook(room, _wish(call, asked))
        except CaselightError as error:
            parts["wrong"] = call.pages.told(error)
    status = 422 if parts["wrong"] else 200
    return as_page(call.pages.page("draw.html", str(call.pages.words("nav.draw")), "draw", **parts), status)


def outlook(room: Room, wish: Wish) -> dict[str, Any]:
    """What a draw would cost, at the speed of the coders so far, and how wide its intervals would be if people found
    just what the machine says: then the truth is known here, and only the width is of interest."""
    units, ranges = sizing.ranges_of(room.pile.made, wish)
    widths = [
        {"variable": one.variable, "value": one.value, "machine": one.machine, "low": one.low, "high": one.high}
        for one in ranges
    ]
    readings = wish.size + round(wish.double * wish.size)
    return {"units": units, "readings": readings, **costs(room, readings), "widths": widths}


def outlook_json(call: Call) -> Response:
    """The same as data."""
    return as_json(outlook(call.room, _wish(call, dict(call.query))))


def _wish(call: Call, asked: dict[str, str]) -> Wish:
    """The draw that the form asks for.

    Raises:
        UsageError: it is none, in the words of the desk.
    """
    words, unit = call.pages.words, asked.get("unit") or "case"
    try:
        size, double = int(asked.get("size", "")), float(asked.get("double", "20") or 0) / 100
        level = float(asked.get("level", "95")) / 100
    except ValueError:
        raise UsageError(str(words("draw.no_number"))) from None
    if not 0 <= double <= 1 or not LEAST_LEVEL <= level <= MOST_LEVEL:
        least, most = (words.number(100 * limit) for limit in (LEAST_LEVEL, MOST_LEVEL))
        raise UsageError(str(words("draw.wrong_share", least=least, most=most)))
    if unit in UNITS and not 1 <= size <= (total := call.room.pile.count(unit)):
        raise UsageError(str(words("draw.wrong_size", total=call.pages.words.number(total))))
    by = tuple(part for part in (asked.get("by", ""),) if part)
    return Wish(size, by, double, level, asked.get("claim", "standard"), unit)


def commit(call: Call) -> Response:
    """Commits a draw. What it prints is to be published before dice are thrown."""
    asked = {name: call.text(name) for name in WISHED if call.text(name)}
    waiting = call.room.waiting
    if waiting is not None and not waiting.thrown:
        return draw_page(call, str(call.pages.words("draw.waiting")), asked)
    try:
        with call.room.study.locked():
            drawing.freeze(call.room.pile.made, _wish(call, asked), call.room.now()[:10])
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
