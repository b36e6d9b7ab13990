"""The web application: every request passes the rules of `access`, then the way it asks for."""

from __future__ import annotations

import json
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caselight.desk.access import HEADERS, SAFE_METHODS, Doors, Who, preferred, refuse
from caselight.desk.accounts import Accounts
from caselight.desk.call import ENTERED, OPEN, OTHER_SITS, Call, Way, as_page, fault, go
from caselight.desk.pages import LANGUAGES, Pages
from caselight.desk.room import Room
from caselight.desk.routes import WAYS
from caselight.errors import CaselightError

MOST_BODY_BYTES = 1 << 20
STATIC = Path(__file__).parent / "static"
STYLE = Path(__file__).parents[1] / "report" / "static" / "style.css"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Setting:
    """How the desk is reached."""

    hosts: frozenset[str]  # names with ports that requests may be sent to
    port: int
    secure: bool  # the cookie is sent over TLS only: whenever others than this computer reach the desk

    @property
    def cookie(self) -> str:
        """The cookie's name: two desks on one computer do not push each other out."""
        return f"caselight-{self.port}"


class Desk:
    """The application over one study."""

    def __init__(self, room: Room, doors: Doors, accounts: Accounts, setting: Setting) -> None:
        self.room, self.doors, self.accounts, self.setting = room, doors, accounts, setting

    def application(self) -> Starlette:
        """What a server runs."""
        routes = [Route(way.path, self._endpoint(way), methods=[way.method]) for way in WAYS]
        routes.append(Route("/static/{name}", self._file, methods=["GET"]))
        app = Starlette(routes=routes)
        app.add_middleware(Rules, setting=self.setting, takes={(w.method, w.path): w.takes for w in WAYS})
        return app

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        known = {path.name: path for path in (*STATIC.iterdir(), STYLE)}
        if name not in known:
            return Response(status_code=404)
        return Response(known[name].read_bytes(), headers={"Content-Type": _TYPES[known[name].suffix]})

    def _endpoint(self, way: Way) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            body = await _body(request, way.takes)
            if isinstance(body, Response):
                return body
            if way.takes == "json":  # a decision: on a busy computer a change of threads takes longer than its work
                return self._answer(way, request, body)
            return await run_in_threadpool(self._answer, way, request, body)

        return answer

    def _answer(self, way: Way, request: Request, body: dict[str, Any]) -> Response:
        cookie = request.cookies.get(self.setting.cookie, "")
        who, pages = self.doors.who(cookie), self._pages(request)
        if OPEN not in way.who:
            if who is None:
                return self._stranger(way, pages)
            if ENTERED not in way.who and who.role not in way.who:
                to_start = not who.name and way.gives == "text/html"
                return go("/start") if to_start else fault(str(pages.words("fault.not_yours")), 403)
        parts = (dict(request.path_params), dict(request.query_params), body, cookie, pages.address)
        call = Call(self.room, who or Who(), pages, self.doors, self.accounts, *parts)
        if self._is_anothers(way, call):
            return self._trouble(way, call, str(pages.words("fault.other_sits")), 403, {"why": OTHER_SITS})
        return self._finished(self._handled(way, call))

    def _pages(self, request: Request) -> Pages:
        """In the language that was chosen; before anything was, in the browser's; else in the study's."""
        settings = self.room.study.settings
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        chosen = request.cookies.get("caselight-language", "")
        if chosen not in LANGUAGES:
            chosen = preferred(request.headers.get("accept-language", ""), LANGUAGES) or settings.language
        return Pages(chosen if chosen in LANGUAGES else "en", settings.title, settings.notice, address)

    @staticmethod
    def _is_anothers(way: Way, call: Call) -> bool:
        """Whether the page that asks was opened by somebody else than who sits here now, e.g. in another window.

        Whatever changes something names its sitter; a page that only reads may.
        """
        if OPEN in way.who:
            return False
        sitter = call.text("sitter") if way.takes else call.query.get("sitter", call.who.name)
        return sitter != call.who.name

    def _handled(self, way: Way, call: Call) -> Response:
        try:
            call.room.refresh()
            return way.handler(call)
        except CaselightError as error:
            return self._trouble(way, call, call.pages.told(error), 409)
        except OSError as error:
            traceback.print_exc()
            return self._trouble(way, call, str(call.pages.words("fault.disk", why=error.strerror)), 503)

    def _trouble(self, way: Way, call: Call, message: str, status: int, more: dict[str, str] | None = None) -> Response:
        if way.gives != "text/html":
            return fault(message, status, more)
        title = str(call.pages.words("trouble.title"))
        return as_page(call.pages.page("trouble.html", title, who=call.who, message=message), status)

    def _stranger(self, way: Way, pages: Pages) -> Response:
        if way.gives != "text/html":
            return fault(str(pages.words("fault.stranger")), 401)
        return go("/login" if self.accounts.names() else "/enter")

    def _finished(self, response: Response) -> Response:
        """Cookies, which handlers ask for by headers of their own."""
        session, language = response.headers.get("X-Session"), response.headers.get("X-Language")
        safe = {"httponly": True, "samesite": "strict", "secure": self.setting.secure, "path": "/"}
        if session is not None:
            del response.headers["X-Session"]
            if session:
                response.set_cookie(self.setting.cookie, session, **safe)  # type: ignore[arg-type]
            else:
                response.delete_cookie(self.setting.cookie)
        if language is not None:
            del response.headers["X-Language"]
            response.set_cookie("caselight-language", language, max_age=365 * 86_400, **safe)  # type: ignore[arg-type]
        return response


async def _body(request: Request, takes: str) -> dict[str, Any] | Response:
    """What was sent, untrusted; a response where it cannot be taken."""
    if not takes:
        return {}
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MOST_BODY_BYTES:
            return fault("Too much was sent.", 413)
    text = b"".join(parts)
    try:
        if takes == "form":
            found = parse_qs(text.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
            return {name: values[-1] for name, values in found.items()}
        data = json.loads(text)
    except (ValueError, RecursionError):
        return fault("What was sent cannot be read.", 400)
    return data if isinstance(data, dict) else fault("What was sent is no JSON object.", 400)


class Rules:
    """Middleware: refuses what `access` refuses, before any route is looked for, and puts the headers on."""

    def __init__(self, app: Any, setting: Setting, takes: dict[tuple[str, str], str]) -> None:
        self._app, self._setting, self._takes = app, setting, takes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        method = scope["method"]
        takes = self._takes.get((method, scope["path"]), "")

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower().encode(): text.encode() for name, text in HEADERS.items()}
                kept = [(k, v) for k, v in message["headers"] if k.lower() not in own]
                message = message | {"headers": [*kept, *own.items()]}
            await send(message)

        refusal = refuse(method, headers, self._setting.hosts, takes)
        if refusal is None and method not in SAFE_METHODS and not takes:
            refusal_response = fault("There is nothing here that can be changed.", 405)
            await refusal_response(scope, receive, with_headers)
        elif refusal is not None:
            await fault(refusal.reason, refusal.status)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)
