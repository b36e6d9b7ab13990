"""Coming in and leaving: the one-time address, accounts, and saying who one is."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from caselight.desk.access import ADJUDICATOR, CODER, Who
from caselight.desk.accounts import coder_name
from caselight.desk.call import Call, as_json, as_page, fault, go
from caselight.desk.pages import LANGUAGES
from caselight.desk.progress import told_of
from caselight.errors import UsageError

HOME = {CODER: "/code", ADJUDICATOR: "/progress"}


def home(call: Call) -> Response:
    """Where this person works."""
    return go(HOME.get(call.who.role, "/start"))


def enter_page(call: Call) -> Response:
    """Where the one-time address leads: enter.js sends its token, which stands behind # and so in no log."""
    return as_page(call.pages.page("enter.html", str(call.pages.words("enter.title")), who=call.who))


def enter(call: Call) -> Response:
    """Opens a session for a one-time token."""
    cookie = call.doors.redeem(call.text("token"))
    if cookie is None:
        return fault(str(call.pages.words("enter.used")), 403)
    response = as_json({"go": "/start"})
    response.headers["X-Session"] = cookie  # taken out again by the app, which knows the cookie's name
    return response


def login_page(call: Call) -> Response:
    """Name and password, where there are accounts."""
    return as_page(call.pages.page("login.html", str(call.pages.words("login.title")), who=call.who, wrong=False))


def login(call: Call) -> Response:
    """Opens a session for an account."""
    who = call.accounts.check(call.text("name"), call.text("password", 1_000))
    if who is None:
        title = str(call.pages.words("login.title"))
        return as_page(call.pages.page("login.html", title, who=call.who, wrong=True), 403)
    response = go(HOME[who.role])
    response.headers["X-Session"] = call.doors.admit(who)
    return response


def start_page(call: Call, wrong: str = "", known: str = "") -> Response:
    """Who are you, and what will you do? Asked where there are no accounts.

    Args:
        known: a coder whose name was typed in other letters, asked back.
    """
    if call.who.name:
        return home(call)
    room = call.room
    doubles = sum(one.double for one in room.drawn)
    shown: dict[str, Any] = {"coders": room.coder_names(), "drawn": len(room.drawn), "doubles": doubles}
    shown |= {"unit": room.unit, "wrong": wrong}
    shown |= {"known": known, "far": told_of(room, room.person(known)) if known else {}}
    page = call.pages.page("start.html", str(call.pages.words("start.title")), who=call.who, **shown)
    return as_page(page, 422 if wrong or known else 200)


def start(call: Call) -> Response:
    """Keeps who the person of this session is."""
    role = call.text("role")
    if role == ADJUDICATOR:
        who = Who("-", ADJUDICATOR)
    else:
        try:
            name = coder_name(call.text("name"))
        except UsageError:
            return start_page(call, str(call.pages.words("start.wrong")))
        if other := _same_but_for_case(call, name):
            return start_page(call, known=other)
        who = Who(name, CODER)
    return go(HOME[who.role]) if call.doors.name(call.cookie, who) else home(call)


def _same_but_for_case(call: Call, name: str) -> str:
    """The coder whose name is this one in other letters; "" = the name is a coder's own, or nobody's."""
    names = call.room.coder_names()
    return "" if name in names else next((one for one in names if one.casefold() == name.casefold()), "")


def leave(call: Call) -> Response:
    """Ends the session. Without accounts the browser may say anew who sits at it."""
    call.doors.leave(call.cookie)
    if call.accounts.names():
        response = go("/login")
        response.headers["X-Session"] = ""
        return response
    response = go("/start")
    response.headers["X-Session"] = call.doors.admit(Who())
    return response


def choose_language(call: Call) -> Response:
    """English or Russian, kept in a cookie of the browser."""
    language = call.text("language")
    back = call.text("back", 2_000)
    response = go(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    if language in LANGUAGES:
        response.headers["X-Language"] = language
    return response
