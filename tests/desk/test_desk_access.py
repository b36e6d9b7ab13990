"""Who may ask what of the desk: sessions, roles, forged requests, and nothing changed by looking."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlencode

import pytest

from caselight import desk
from caselight.desk.access import ADJUDICATOR, CODER
from caselight.desk.call import ENTERED, OPEN, Way
from caselight.desk.routes import WAYS
from desk_client import Browser, Office
from desk_office import GOOD, KINDS, MUTATING, both_code, decide, journal_bytes, key, queue, sample_body
from desk_study import SEED


def test_a_one_time_address_opens_one_session(still: Office) -> None:
    token = still.doors.token()
    assert len(token) >= 43
    browser = Browser(still.app)
    answer = browser.post("/enter", {"token": token})
    cookie = answer.header("set-cookie")
    assert cookie.startswith("caselight-8765=")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert Browser(still.app).post("/enter", {"token": token}).status == 403
    assert Browser(still.app).post("/enter", {"token": "x"}).status == 403


def test_a_session_says_who_it_is_once(still: Office) -> None:
    browser = still.coder("anna")
    browser.form("/start", {"role": "adjudicator"})
    assert browser.get("/settle").status == 403
    assert browser.get("/api/desk").json["coder"] == "anna"


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "a.b", ".x", "x" * 41, "adjudicator", "Adjudicator", "ask_if", "Rules", "-x", "a b"]
)
def test_a_name_that_could_be_no_file_is_refused(still: Office, name: str) -> None:
    assert still.enter().form("/start", {"role": "coder", "name": name}).status == 422


def test_without_a_session_nothing_is_seen(still: Office) -> None:
    stranger = Browser(still.app)
    for way in WAYS:
        if way.method == "GET" and OPEN not in way.who:
            answer = stranger.get(way.path.replace("{case}", "c1").replace("{variable}", "role"))
            assert answer.status in (303, 401), way.path


FORGED: dict[str, dict[str, str | None]] = {
    "host of another": {"Host": "evil.example:8765"},
    "host rebound": {"Host": "127.0.0.1.evil.example:8765"},
    "host without port": {"Host": "127.0.0.1"},
    "no host": {"Host": None},
    "origin of another": {"Origin": "https://evil.example"},
    "origin with another port": {"Origin": "http://127.0.0.1:9999"},
    "origin null, cross-site": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "origin null, nothing else": {"Origin": "null", "Sec-Fetch-Site": None},
    "origin that is none": {"Origin": "http://[::1", "Sec-Fetch-Site": None},
    "site of another": {"Sec-Fetch-Site": "cross-site"},
    "site of a sibling": {"Sec-Fetch-Site": "same-site"},
    "typed in": {"Sec-Fetch-Site": "none"},
    "neither origin nor site": {"Origin": None, "Sec-Fetch-Site": None},
    "plain text": {"Content-Type": "text/plain"},
    "multipart": {"Content-Type": "multipart/form-data; boundary=x"},
    "no type": {"Content-Type": None},
}


@pytest.mark.parametrize("way", MUTATING, ids=lambda way: way.path)
def test_a_forged_request_changes_nothing(still: Office, way: Way) -> None:
    browser = still.lead() if ADJUDICATOR in way.who else still.coder("anna")
    before = journal_bytes(still.study)
    cookies = "; ".join(f"{name}={text}" for name, text in browser.cookies.items())
    headers = GOOD | {"Content-Type": KINDS[way.takes], "Cookie": cookies}
    for forged, changed in FORGED.items():
        sent = {name: text for name, text in (headers | changed).items() if text is not None}
        answer = browser.send(way.method, way.path, sample_body(way), sent, plain=True)
        assert answer.status in (403, 415, 421), forged
        other = {"Content-Type": KINDS["form" if way.takes == "json" else "json"]}
        answer = browser.send(way.method, way.path, sample_body(way), headers | other, plain=True)
        assert answer.status == 415
    assert journal_bytes(still.study) == before


@pytest.mark.parametrize("way", [way for way in MUTATING if OPEN not in way.who], ids=lambda way: way.path)
def test_a_request_without_its_session_changes_nothing(still: Office, way: Way) -> None:
    browser = still.coder("anna")
    before = journal_bytes(still.study)
    for cookie in ("", "caselight-8765=guess", "caselight-9999={real}", "other={real}"):
        named = {"Cookie": cookie.replace("{real}", browser.cookies["caselight-8765"])} if cookie else {}
        headers = GOOD | {"Content-Type": KINDS[way.takes]} | named
        answer = browser.send(way.method, way.path, sample_body(way), headers, plain=True)
        assert answer.status in (303, 401)
        assert answer.header("location") in ("", "/enter")
    assert journal_bytes(still.study) == before


SITTERS: dict[str, dict[str, str]] = {
    "opened by another": {"sitter": "anna"},
    "opened before anybody had come": {"sitter": ""},
    "does not say who opened it": {},
    "opened by whoever leads": {"sitter": "-"},
}


@pytest.mark.parametrize("sitter", SITTERS.values(), ids=list(SITTERS))
@pytest.mark.parametrize("way", [way for way in MUTATING if OPEN not in way.who], ids=lambda way: way.path)
def test_a_page_that_somebody_else_opened_changes_nothing(office: Office, way: Way, sitter: dict[str, str]) -> None:
    """Two at one browser: what is sent from the first one's page is not kept as the second one's."""
    cases = both_code(office)
    browser = office.lead() if ADJUDICATOR in way.who else office.coder("boris")
    if sitter.get("sitter") == browser.sitter:
        sitter = {"sitter": "zoya"}
    before = journal_bytes(office.study)
    good = {"key": key(), "case": cases[0], "variable": "role", "value": "none", "memo": "words", "choice": "a"}
    good |= {"undoes": "key-00000001", "size": "2", "seed": SEED, "role": CODER, "name": "zoya"}
    sent = {name: good.get(name, "1") for name in way.body} | sitter
    body = json.dumps(sent) if way.takes == "json" else urlencode(sent)
    answer = browser.send(way.method, way.path, body.encode(), {"Content-Type": KINDS[way.takes]})
    assert (answer.status, answer.header("set-cookie")) == (403, "")
    assert "nothing was kept" in answer.text
    assert journal_bytes(office.study) == before
    assert browser.get("/progress").status == 200, "who sits here stays"


def test_the_same_sent_from_her_own_page_is_kept(office: Office) -> None:
    boris = office.coder("boris")
    case = queue(boris)[0]
    sent = {"key": key(), "case": case, "variable": "role", "value": "none"}
    told = boris.post("/api/decisions", sent | {"sitter": "anna"})
    assert (told.status, told.json["why"]) == (403, "other_sits")
    assert decide(boris, case, "role", "none")["saved"]


def test_a_page_that_somebody_else_opened_is_shown_no_answers(office: Office) -> None:
    case = both_code(office)[0]
    boris = office.coder("boris")
    for path in (f"/api/cases/{case}", "/api/desk", "/progress"):
        assert boris.get(f"{path}?sitter=boris").status == 200
        answer = boris.get(f"{path}?sitter=anna")
        assert answer.status == 403
        assert "from boris" not in answer.text


LANGUAGES_ASKED = [
    ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
    ("en-GB,en;q=0.5", "en"),
    ("de-CH, ru;q=0.7, en;q=0.8", "en"),
    ("uk, ru;q=0.1", "ru"),
    ("fr", "en"),  # neither: the study's
    ("", "en"),
    ("*;q=x, ;;, ru;q=2", "en"),
]


@pytest.mark.parametrize(("header", "language"), LANGUAGES_ASKED)
def test_a_first_visit_is_in_the_language_of_the_browser(still: Office, header: str, language: str) -> None:
    browser = still.enter()
    answer = browser.send("GET", "/start", headers={"Accept-Language": header})
    assert f'<html lang="{language}">' in answer.text
    browser.form("/language", {"language": "ru", "back": "/start"})
    answer = browser.send("GET", "/start", headers={"Accept-Language": header})
    assert '<html lang="ru">' in answer.text, "what was chosen stays"


@pytest.mark.parametrize("role", [CODER, ADJUDICATOR])
def test_no_get_changes_anything(still: Office, role: str) -> None:
    coder = still.coder("anna")
    case = queue(coder)[0]
    browser = coder if role == CODER else still.lead()
    before = journal_bytes(still.study)
    for way in WAYS:
        path = way.path.replace("{case}", case).replace("{variable}", "role")
        for method in ("GET", "HEAD"):
            browser.send(method, path)
    for path in ("/nothing", "/static/none.js", "/static/%2e%2e/app.py", "/api/decisions?case=x"):
        browser.get(path)
    assert journal_bytes(still.study) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "OPTIONS"])
def test_what_is_no_route_is_refused(still: Office, method: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert still.lead().send(method, "/cases", b"{}", headers).status in (405, 415)


def test_each_answer_carries_the_rules_for_the_browser(still: Office) -> None:
    for path in ("/code", "/api/desk", "/static/code.js", "/nowhere"):
        answer = still.coder("anna").get(path)
        policy = answer.header("content-security-policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("cache-control") == "no-store"


def test_the_application_has_no_route_that_the_table_does_not_name(still: Office) -> None:
    known = {(way.method, way.path) for way in WAYS} | {("GET", "/static/{name}")}
    there = {(method, route.path) for route in still.app.routes for method in route.methods if method != "HEAD"}
    assert there == known


def test_every_route_that_changes_something_is_looked_up_by_a_fixed_address() -> None:
    assert all("{" not in way.path and way.takes in KINDS for way in MUTATING)
    assert all(way.takes == "" for way in WAYS if way.method == "GET")


def test_roles_decide_what_is_open(still: Office) -> None:
    people = {CODER: still.coder("anna"), ADJUDICATOR: still.lead()}
    case = queue(people[CODER])[0]
    for way in WAYS:
        if way.method != "GET" or {OPEN, ENTERED} & set(way.who):
            continue
        for role, browser in people.items():
            answer = browser.get(way.path.replace("{case}", case).replace("{variable}", "role"))
            assert (answer.status == 403) == (role not in way.who), (way.path, role)


def test_a_name_that_differs_only_in_capital_letters_is_no_new_coder(office: Office) -> None:
    office.coder("Анна").get("/api/desk")
    browser = office.enter()
    asked = browser.form("/start", {"role": "coder", "name": "анна"})
    assert asked.status == 422
    assert "Somebody here is called Анна" in asked.text
    assert browser.get("/api/desk").status == 403
    assert browser.form("/start", {"role": "coder", "name": "Анна"}).status == 303


def test_answers_are_sent_at_once() -> None:
    with desk.listen(desk.Opening()) as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.proto == socket.IPPROTO_TCP, "asyncio leaves Nagle's algorithm on: 40 ms an answer"
