"""Coding at the desk, blind: a coder gets her own cases and her own answers, and no byte of anybody else's.

What the machine answered is not among what these handlers can reach.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from caselight.desk.call import Call, as_json, as_page, fault
from caselight.desk.person import Person
from caselight.desk.room import words_of
from caselight.desk.units import Opened, Unit
from caselight.report.passages import blocks
from caselight.review import QUESTION, Decision, read_decision
from caselight.store.journal import Fresh
from caselight.types import Drawn
from caselight.variables import Variable

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
MOST_QUESTION_CHARS = 4_000


def desk_page(call: Call) -> Response:
    """The desk itself: an empty frame that code.js fills."""
    return as_page(call.pages.page("code.html", str(call.pages.words("nav.code")), "code", who=call.who))


def desk_state(call: Call) -> Response:
    """Everything that the desk needs before the first case: the questions, the queue and how far it is."""
    room = call.room
    person = room.person(call.who.name)
    room.join(person)
    variables, meanings = room.codebook.variables, room.meanings
    queue = []
    for one in room.queue(person):
        again = person.again(one.case, meanings)
        state = "again" if again else "done" if person.is_done(one.case, variables) else "open"
        queue.append([one.case, state])
    undoable = [{"ref": ref, "case": case, "variable": variable} for ref, (case, variable) in person.undoable()]
    names = call.pages.names(room.codebook)
    return as_json(
        {
            "coder": call.who.name,
            "language": call.pages.language,
            "words": call.pages.plain(),
            "reads": room.reads(person),
            "draw": room.committed.digest if room.committed else "",
            "unit": room.unit,
            "notice": call.notice,
            "queue": queue,
            "undoable": undoable,
            "variables": [_question(call, variable) for variable in variables],
            "torn": len(person.torn),
            "names": {v.name: str(names.question(v.name).striptags()) for v in variables},
        }
    )


def _question(call: Call, variable: Variable) -> dict[str, Any]:
    text = call.pages.report.text
    named = call.pages.names(call.room.codebook)
    return {
        "name": variable.name,
        "kind": variable.kind,
        "question": text(variable.question).striptags() if variable.question else variable.name,
        "definition": _plain(text(variable.definition)),
        "values": [
            {
                "name": choice.name,
                "label": _plain(named.value(variable.name, choice.name)),
                "definition": _plain(text(choice.definition)),
                "examples": list(choice.examples),
            }
            for choice in variable.values
        ],
        "ask_if": [{"variable": c.variable, "values": list(c.values)} for c in variable.ask_if],
    }


def _plain(marked: Any) -> str:
    return str(marked.striptags()) if marked else ""


def one_case(call: Call) -> Response:
    """A case (or matter) of the coder's own queue: its texts, where their sections are, and her own answers."""
    person, drawn = _own(call, call.path["case"])
    if drawn is None:
        return call.fault("not_your_case", 404)
    unit = call.room.open(drawn.case)
    answers = {name: shown_answer(one) for name, one in person.given(drawn.case).items()}
    again = person.again(drawn.case, call.room.meanings, unit.digest)
    return as_json(record_of(call, unit) | {"number": drawn.number, "answers": answers, "again": again})


def record_of(call: Call, unit: Unit) -> dict[str, Any]:
    """What is read as one, as data: its documents one after the other, each with its text and parts."""
    documents = [_document(call, part) for part in unit.parts]
    return {"case": unit.id, "record": " · ".join(one["record"] for one in documents), "documents": documents}


def _document(call: Call, opened: Opened) -> dict[str, Any]:
    document, pages = opened.document, call.pages
    return {
        "document": document.id,
        "record": document.name,
        "language": document.language or call.room.codebook.language,
        "text": document.text,
        "blocks": [
            {
                "start": block.start,
                "end": block.end,
                "kind": block.kind.value,
                "label": pages.section(block.section) if block.kind == "act" else pages.kind(block.kind.value),
            }
            for block in blocks(document, opened.case.sections)
        ],
        "pages": [{"number": page.number, "start": page.start} for page in document.pages],
    }


def shown_answer(decision: Decision) -> dict[str, Any]:
    """An answer as data."""
    return {
        "value": list(decision.value) if isinstance(decision.value, tuple) else decision.value,
        "decided": decision.decided,
        "asked": decision.asked,
        "memo": decision.memo,
        "quotes": [{name: getattr(quote, name) for name in quote.__slots__} for quote in decision.quotes],
    }


def decide(call: Call) -> Response:
    """Keeps an answer. It is on the disk when this answers; sent again under the same key it is kept once."""
    person, drawn = _own(call, call.text("case"))
    key, variable = call.text("key"), words_of(call.room, call.text("variable"))
    if drawn is None:
        return call.fault("not_your_case", 404)
    if not _KEY.fullmatch(key) or variable is None:
        return call.fault("no_decision", 422)
    try:
        decision = read_decision(call.body, variable, *call.room.open(drawn.case).documents)
    except ValueError as error:
        return fault(call.pages.told(error), 422)
    variables = call.room.codebook.variables
    entry = person.decide(decision, key, variables, call.room.now())
    answers = {name: shown_answer(one) for name, one in person.given(drawn.case).items()}
    done = person.is_done(drawn.case, variables)
    return as_json({"saved": True, "ref": entry.ref, "number": entry.number, "done": done, "answers": answers})


def undo(call: Call) -> Response:
    """Takes an answer back, as a new line of the journal; nothing is removed. Sent again it changes nothing."""
    person = call.room.person(call.who.name)
    key, ref = call.text("key"), call.text("undoes")
    if not _KEY.fullmatch(key):
        return call.fault("no_key", 422)
    place = person.take_back(ref, key, call.room.now())
    if place is None:
        return as_json({"saved": True, "case": "", "variable": "", "answers": {}, "done": False})
    answers = {name: shown_answer(one) for name, one in person.given(place[0]).items()}
    done = person.is_done(place[0], call.room.codebook.variables)
    return as_json({"saved": True, "case": place[0], "variable": place[1], "answers": answers, "done": done})


def raise_question(call: Call) -> Response:
    """Keeps a question about the codebook that this case raises; adjudicators read it."""
    person, drawn = _own(call, call.text("case"))
    key, memo = call.text("key"), call.text("memo", MOST_QUESTION_CHARS).strip()
    if drawn is None:
        return call.fault("not_your_case", 404)
    if not _KEY.fullmatch(key) or not memo or words_of(call.room, call.text("variable")) is None:
        return call.fault("no_question", 422)
    body = {"kind": QUESTION, "case": drawn.case, "variable": call.text("variable"), "memo": memo}
    person.append([Fresh(body, key)], call.room.now())
    return as_json({"saved": True})


def _own(call: Call, case: str) -> tuple[Person, Drawn | None]:
    """The coder, and the drawn case if it is one of hers."""
    person = call.room.person(call.who.name)
    return person, call.room.own(person, case)
