"""Adjudication: where two coders differ, both answers side by side without names, and one that counts.

Only adjudicators come here. What is settled is an answer in the adjudicators' journal; whatever stood before stays.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from caselight.desk.call import Call, as_csv, as_json, as_page, go
from caselight.desk.coding import shown_answer
from caselight.desk.record import record_html
from caselight.desk.room import Room, words_of
from caselight.report.passages import Mark
from caselight.review import ADJUDICATOR, Decision, Pair, Quote, Standing, read_decision, shown

SETTLED = "settled"
FILTERS = ("open", "differ", "undecided", SETTLED, "agree")
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


def pair_states(room: Room) -> list[tuple[Pair, str]]:
    """Every question that two coders answered: differ, undecided, agree, or settled."""
    settled = room.person(ADJUDICATOR).standing()
    return [(pair, SETTLED if (pair.case, pair.variable) in settled else pair.state) for pair in room.to_settle()]


def is_open(state: str) -> bool:
    """Whether somebody still has to settle it."""
    return state in ("differ", "undecided")


def list_page(call: Call) -> Response:
    """The differences, filtered: each view has its address."""
    states = pair_states(call.room)
    variable, wanted = call.query.get("variable", ""), call.query.get("state", "open")
    rows = [row for row in states if _wanted(row, variable, wanted)]
    numbers = Counter(state for _, state in states)
    numbers["open"] = numbers["differ"] + numbers["undecided"]
    shown_rows = [(pair, state, call.room.label(pair.case)) for pair, state in rows[:500]]
    parts = {"rows": shown_rows, "total": len(rows), "numbers": numbers, "filters": FILTERS, "variable": variable}
    parts |= {
        "wanted": wanted,
        "variables": call.room.codebook.variables,
        "names": call.pages.names(call.room.codebook),
    }
    parts |= {"shown": shown, "address": call.address, "drawn": len(call.room.drawn), "who": call.who}
    return as_page(call.pages.page("settle.html", str(call.pages.words("settle.title")), "settle", **parts))


def _wanted(row: tuple[Pair, str], variable: str, state: str) -> bool:
    pair, found = row
    if variable and pair.variable != variable:
        return False
    return is_open(found) if state == "open" else found == state


def list_json(call: Call) -> Response:
    """The same as data; A and B are drawn by lot for each row and no name is given."""
    return as_json({"pairs": [_row(pair, state) for pair, state in _filtered(call)]})


def list_csv(call: Call) -> Response:
    """The same as a table."""
    rows = ((p.case, p.variable, state, shown(p.a.decision), shown(p.b.decision)) for p, state in _filtered(call))
    return as_csv(("case", "variable", "state", "a", "b"), rows, "differences")


def _filtered(call: Call) -> list[tuple[Pair, str]]:
    variable, wanted = call.query.get("variable", ""), call.query.get("state", "open")
    return [row for row in pair_states(call.room) if _wanted(row, variable, wanted)]


def _row(pair: Pair, state: str) -> dict[str, Any]:
    both = {"a": shown_answer(pair.a.decision), "b": shown_answer(pair.b.decision)}
    return {"case": pair.case, "variable": pair.variable, "state": state} | both


def one_page(call: Call) -> Response:
    """One difference: the record with both coders' quotations, both answers, and the form for the one that counts."""
    pair = _pair(call, call.path["case"], call.path["variable"])
    if pair is None:
        return call.fault("no_pair", 404)
    return _one_page(call, pair)


def _one_page(call: Call, pair: Pair, wrong: str = "") -> Response:
    room, variable = call.room, words_of(call.room, pair.variable)
    unit = room.open(pair.case)
    quotes = {"a": pair.a.decision.quotes, "b": pair.b.decision.quotes}
    history = room.person(ADJUDICATOR).history(pair.case, pair.variable)
    parts = {
        "pair": pair,
        "state": SETTLED if history else pair.state,
        "variable": variable,
        "names": call.pages.names(room.codebook),
        "label": call.room.label(pair.case),
        "record": record_html(call.pages, room.codebook.language, unit, _marks(quotes)),
        "quotes": quotes,
        "history": history,
        "key": secrets.token_hex(16),
        "wrong": wrong,
        "next": _next(room, pair),
        "language": unit.documents[0].language or room.codebook.language,
        "who": call.who,
    }
    return as_page(
        call.pages.page("pair.html", str(call.pages.words("pair.title")), "settle", **parts), 422 if wrong else 200
    )


def _marks(quotes: Mapping[str, Sequence[Quote]]) -> dict[str, list[Mark]]:
    """Document -> the marks in it."""
    colour = {"a": "k0", "b": "k1"}
    made: dict[str, list[Mark]] = {}
    for who, kept in quotes.items():
        for i, quote in enumerate(kept):
            style = f"q {colour[who]}{' denied' if quote.denied else ''}"
            number = f"{who.upper()}{i + 1}"
            mark = Mark(quote.start, quote.end, f"m-{who}{i}", style, number, f"q-{who}{i}", number)
            made.setdefault(quote.document, []).append(mark)
    return made


def _pair(call: Call, case: str, variable: str) -> Pair | None:
    return next((p for p in call.room.to_settle() if (p.case, p.variable) == (case, variable)), None)


def _next(room: Room, pair: Pair) -> str:
    """The address of the next open difference, "" = none."""
    here = (pair.case, pair.variable)
    states = pair_states(room)
    place = next((i for i, (p, _) in enumerate(states) if (p.case, p.variable) == here), -1)
    for other, state in (*states[place + 1 :], *states[: max(place, 0)]):
        if is_open(state):
            return f"/settle/{other.case}/{other.variable}"
    return ""


def settle(call: Call) -> Response:
    """Keeps the answer that counts, and goes to the next difference. Sent again it is kept once."""
    pair = _pair(call, call.text("case"), call.text("variable"))
    variable = words_of(call.room, call.text("variable"))
    if pair is None or variable is None or not _KEY.fullmatch(call.text("key")):
        return call.fault("no_pair", 404)
    try:
        decision = read_decision(_sent(call, pair), variable, *call.room.open(pair.case).documents)
    except ValueError as error:
        return _one_page(call, pair, call.pages.told(error))
    named = Decision(**{name: getattr(decision, name) for name in decision.__slots__} | {"by": call.who.name})
    call.room.person(ADJUDICATOR).decide(named, call.text("key"), (), call.room.now())
    following = _next(call.room, pair)
    return go(following or "/settle")


def _sent(call: Call, pair: Pair) -> dict[str, Any]:
    """What the form says, as a decision is sent. `choice`: a | b | other | none (does not say) | undecided."""
    chosen: dict[str, Standing] = {"a": pair.a, "b": pair.b}
    choice = call.text("choice")
    sent: dict[str, Any] = {"case": pair.case, "memo": call.text("memo", 4_000)}
    sent["quotes"] = [
        {name: getattr(quote, name) for name in quote.__slots__}
        for who, standing in chosen.items()
        for i, quote in enumerate(standing.decision.quotes)
        if call.text(f"quote-{who}{i}")
    ]
    if choice in chosen:
        decision = chosen[choice].decision
        return sent | {"value": decision.value, "decided": decision.decided}
    if choice in ("none", "undecided"):
        return sent | {"value": None, "decided": choice == "none"}
    if choice != "other":
        raise ValueError(str(call.pages.words("pair.choose")))
    picked = [name.removeprefix("value-") for name in call.body if name.startswith("value-")]
    kind = words_of(call.room, pair.variable).kind
    value: Any = picked if kind == "many-of" else call.text("value", 1_000) or None
    return sent | {"value": value, "decided": True}
