"""Talks to the desk's application as a server would (ASGI), without one: any method, path, header, body."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher

from caselight.desk import Accounts, application
from caselight.desk.app import Setting
from caselight.desk.room import Room
from caselight.store import Study

PORT = 8765
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
SETTING = Setting(frozenset({HOST, f"localhost:{PORT}"}), PORT, secure=False)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        return next((text for known, text in self.headers if known.lower() == name.lower()), "")

    def cookies(self) -> dict[str, str]:
        parts = [text.partition(";")[0].partition("=") for name, text in self.headers if name.lower() == "set-cookie"]
        return {name: text for name, _, text in parts}


async def ask(app: Any, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
    path, _, query = target.partition("?")
    raw = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http"}
    scope |= {"path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": raw}
    scope |= {"client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", PORT)}
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headed = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in sent[0]["headers"]]
    return Answer(sent[0]["status"], headed, b"".join(message.get("body", b"") for message in sent[1:]))


class Browser:
    """One person's browser: keeps cookies, sends what browsers send."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.sitter = ""  # who opened the pages that are sent from here

    def send(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None, plain: bool = False
    ) -> Answer:
        """`plain`: nothing but `headers` is sent."""
        given = {"Host": HOST}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        if method != "GET":
            given |= {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        given = (headers or {}) if plain else given | (headers or {})
        answer = asyncio.run(ask(self.app, method, target, given, body))
        self.cookies |= answer.cookies()
        return answer

    def get(self, target: str) -> Answer:
        return self.send("GET", target)

    def post(self, target: str, data: dict[str, Any]) -> Answer:
        sent = json.dumps({"sitter": self.sitter} | data).encode()
        return self.send("POST", target, sent, {"Content-Type": "application/json"})

    def form(self, target: str, data: dict[str, Any]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", target, urlencode({"sitter": self.sitter} | data).encode(), kind)


class Office:
    """A desk with people at it."""

    def __init__(self, folder: Path) -> None:
        self.study = Study.open(folder)
        self.seconds = 0
        self.accounts = Accounts(self.study, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.app, self.doors = application(self.study, SETTING, self.now, self.accounts)

    @property
    def room(self) -> Room:
        """The study as a desk that is opened now sees it."""
        return Room(self.study, self.now)

    def now(self) -> str:
        self.seconds += 7
        return f"2026-01-01T{self.seconds // 3600:02d}:{self.seconds // 60 % 60:02d}:{self.seconds % 60:02d}+00:00"

    def enter(self) -> Browser:
        browser = Browser(self.app)
        assert browser.post("/enter", {"token": self.doors.token()}).status == 200
        return browser

    def coder(self, name: str) -> Browser:
        browser = self.enter()
        assert browser.form("/start", {"role": "coder", "name": name}).status == 303
        browser.sitter = name
        return browser

    def lead(self) -> Browser:
        browser = self.enter()
        assert browser.form("/start", {"role": "adjudicator"}).status == 303
        browser.sitter = "-"
        return browser
