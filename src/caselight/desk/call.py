"""One request as a handler sees it, and the answers it may give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from caselight.desk.access import Doors, Who
from caselight.desk.accounts import Accounts
from caselight.desk.pages import Pages
from caselight.desk.room import Room
from caselight.report.cells import csv_text

OPEN, ENTERED = "open", "entered"  # who may call beside the roles: anybody; anybody with a session
OTHER_SITS = "other_sits"  # why a request is refused: its page was opened by somebody else than who sits here now


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, by whom, of which study."""

    room: Room
    who: Who
    pages: Pages  # in the language of the asker
    doors: Doors
    accounts: Accounts
    path: Mapping[str, str]  # parts of the address, e.g. case
    query: Mapping[str, str]
    body: Mapping[str, Any]  # of JSON or a form: untrusted
    cookie: str  # "" = none
    address: str = ""  # path and query as asked

    def text(self, name: str, most: int = 200) -> str:
        """A text of the body, cut; "" = not there."""
        value = self.body.get(name, "")
        return value[:most] if isinstance(value, str) else ""

    @property
    def notice(self) -> str:
        """Why the desk shows the study as it was, in words; "" = it is up to date."""
        return self.pages.told(self.room.trouble) if self.room.trouble else ""

    def fault(self, name: str, status: int) -> Response:
        """What was wrong, as JSON, in the words of the desk (`fault.*`)."""
        return fault(str(self.pages.words(f"fault.{name}")), status)


@dataclass(frozen=True, slots=True)
class Way:
    """One route: what it is for, who may take it, what it takes and gives. The API's description is made from these."""

    method: str
    path: str
    handler: Callable[[Call], Response]
    who: tuple[str, ...]  # roles, or OPEN, or ENTERED
    about: str
    takes: str = ""  # "json" | "form" | "" = nothing
    gives: str = "text/html"
    query: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)  # properties of the body, as JSON Schema
    answer: Mapping[str, Any] = field(default_factory=dict)  # JSON Schema of what it gives


def as_json(data: object, status: int = 200) -> Response:
    """Data as JSON."""
    return Response(json.dumps(data, ensure_ascii=False), status, media_type="application/json")


def as_page(html: str, status: int = 200) -> Response:
    """A whole page."""
    return Response(html, status, media_type="text/html; charset=utf-8")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    """A table to be saved; no cell of it is run by a spreadsheet."""
    response = Response(csv_text(header, rows), media_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def go(to: str) -> Response:
    """Sends the browser to another page of the desk."""
    return Response(status_code=303, headers={"Location": to})


def fault(message: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    """What was wrong, as JSON."""
    return as_json({"error": message, **(more or {})}, status)
