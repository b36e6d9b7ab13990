"""What people do at a desk, for its tests: answer, take up their queue, ask for every page."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import quote

from caselight.desk.call import Way
from caselight.desk.routes import WAYS
from caselight.store import Study
from desk_client import HOST, ORIGIN, Browser, Office

MUTATING = [way for way in WAYS if way.method != "GET"]
KINDS = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
GOOD: dict[str, str] = {"Host": HOST, "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


CASES = 8


def journal_bytes(study: Study) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in sorted((study.folder / "journal").rglob("*")) if f.is_file()}


_keys = itertools.count()


def key() -> str:
    return f"key-{next(_keys):08d}"


def words_of(found: dict[str, Any], start: int, end: int, **more: Any) -> dict[str, Any]:
    """A quotation of these characters."""
    about = {"said_by": "court", "denied": False, "memo": ""} | more
    return {"document": found["document"], "start": start, "end": end, "quote": found["text"][start:end]} | about


def decide(browser: Browser, case: str, variable: str, value: Any, **more: Any) -> Any:
    sent = {"key": key(), "case": case, "variable": variable, "value": value} | more
    answer = browser.post("/api/decisions", sent)
    assert answer.status == 200, answer.text
    return answer.json


def queue(browser: Browser) -> list[str]:
    return [case for case, _ in browser.get("/api/desk").json["queue"]]


def sample_body(way: Way) -> bytes:
    data = dict.fromkeys(way.body, "1")
    return json.dumps(data).encode() if way.takes == "json" else "&".join(f"{k}={v}" for k, v in data.items()).encode()


ASKED = {"variable": "role", "state": "agree", "one": "mentioned", "other": "none", "size": "2", "by": "role"}
ASKED |= {"reading": "coded", "q": "метро", "kind": "x", "page": "1", "unit": "matter"}


def everything_seen_by(browser: Browser, cases: list[str]) -> dict[str, tuple[int, bytes]]:
    """Every address that is there, of every case and question, plain and with whatever can be asked of it."""
    seen = {}
    for way in (way for way in WAYS if way.method == "GET"):
        for case in cases if "{case}" in way.path else cases[:1]:
            for variable in ("role", "place", "people", "words") if "{variable}" in way.path else ("role",):
                path = way.path.replace("{case}", case).replace("{variable}", variable)
                asked = "&".join(f"{name}={quote(ASKED[name])}" for name in way.query if name in ASKED)
                for target in (path, f"{path}?{asked}") if asked else (path,):
                    answer = browser.get(target)
                    seen[target] = (answer.status, answer.body)
    return seen


def both_code(office: Office) -> list[str]:
    anna, boris = office.coder("anna"), office.coder("boris")
    cases = queue(boris) if queue(anna) else []
    for n, case in enumerate(cases):
        decide(anna, case, "role", "mentioned" if n else "none", memo="from anna")
        decide(boris, case, "role", "mentioned", memo="from boris")
    decide(anna, cases[1], "words", "плакат")
    decide(boris, cases[1], "words", None, decided=False, memo="torn page")
    return cases
