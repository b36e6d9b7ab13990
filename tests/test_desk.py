"""The review desk as its API is met: who may ask what, blind coding, nothing lost, nothing changed by looking."""

from __future__ import annotations

import csv
import itertools
import json
import re
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caselight import desk
from caselight.definitions import load
from caselight.desk.access import ADJUDICATOR, CODER, Who
from caselight.desk.accounts import MOST_FAILURES, Accounts
from caselight.desk.call import ENTERED, OPEN, Way
from caselight.desk.openapi import described
from caselight.desk.pages import FOLDER, LANGUAGES
from caselight.desk.room import Room
from caselight.desk.routes import WAYS
from caselight.drawing import Wish, drawn_cases, freeze, last, throw, waiting
from caselight.drawing import given as answers_given
from caselight.drawing.standing import disputes
from caselight.errors import StudyError, UsageError
from caselight.intake import add
from caselight.pipeline import Options, current, make_tables
from caselight.report.interface import phrases
from caselight.sampling import Doing, draw, take_file
from caselight.store import Study
from caselight.store.journal import contents
from desk_client import HOST, ORIGIN, Browser, Office
from desk_study import SEED, make_study, record

CASES = 8


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [(f"{n}.txt", record(n, "Эмодзи 😀 в тексте." if n == 3 else "")) for n in range(1, CASES + 1)]
    folder = tmp_path_factory.mktemp("desk")
    make_study(folder, texts, Wish(6, double=0.5))
    return folder / "study"


@pytest.fixture(scope="module")
def still(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office for tests that change nothing; anna has taken up the draw."""
    folder = tmp_path_factory.mktemp("still") / "study"
    shutil.copytree(template, folder)
    office = Office(folder)
    queue(office.coder("anna"))
    return office


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Office:
    shutil.copytree(template, tmp_path / "study")
    return Office(tmp_path / "study")


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


# Coming in


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


# What changes something, and forged requests

MUTATING = [way for way in WAYS if way.method != "GET"]
KINDS = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
GOOD: dict[str, str] = {"Host": HOST, "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
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


def sample_body(way: Way) -> bytes:
    data = dict.fromkeys(way.body, "1")
    return json.dumps(data).encode() if way.takes == "json" else "&".join(f"{k}={v}" for k, v in data.items()).encode()


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


# Accounts


def test_other_computers_need_accounts(template: Path) -> None:
    with pytest.raises(UsageError, match="there are no accounts"):
        desk.open_desk(Study.open(template), desk.Opening("192.0.2.1"), str, lambda *_: None)


def test_accounts_are_let_in_by_password_and_keep_their_role(office: Office, tmp_path: Path) -> None:
    office.accounts.set("anna", "a long password", CODER)
    assert "argon2id" in (office.study.folder / "accounts.json").read_text()
    assert (office.study.folder / "accounts.json").stat().st_mode & 0o077 == 0
    browser = Browser(office.app)
    assert browser.get("/").header("location") == "/login"
    assert browser.form("/login", {"name": "anna", "password": "wrong"}).status == 403
    assert browser.form("/login", {"name": "anna", "password": "a long password"}).status == 303
    assert browser.get("/api/desk").json["coder"] == "anna"
    assert browser.get("/settle").status == 403
    assert browser.form("/start", {"role": "adjudicator"}).status == 303
    assert browser.get("/settle").status == 403
    assert browser.form("/leave", {}).status == 303
    assert browser.get("/api/desk").status == 401


def test_guessing_passwords_is_stopped_for_a_while(office: Office) -> None:
    now = [0.0]
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(office.study, lambda: now[0], cheap)
    accounts.set("anna", "a long password", CODER)
    for _ in range(MOST_FAILURES):
        assert accounts.check("anna", "guess guess") is None
    assert accounts.check("anna", "a long password") is None
    now[0] = 61
    assert accounts.check("anna", "a long password") == Who("anna", CODER)


def test_passwords_guessed_side_by_side_are_counted_before_they_are_looked_at(office: Office) -> None:
    hashed: list[str] = []
    go_on = threading.Event()

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            hashed.append(str(password))
            go_on.wait(10)
            return super().verify(hash, password)

    accounts = Accounts(office.study, lambda: 0.0, Slow(time_cost=1, memory_cost=8, parallelism=1))
    accounts.set("anna", "a long password", CODER)
    with ThreadPoolExecutor(3 * MOST_FAILURES) as tries:
        guesses = [tries.submit(accounts.check, "anna", "guess guess") for _ in range(3 * MOST_FAILURES)]
        wait(guesses[MOST_FAILURES:], 0.5)
        go_on.set()
    assert [guess.result() for guess in guesses] == [None] * len(guesses)
    assert len(hashed) == MOST_FAILURES


def test_a_right_password_is_no_failure(office: Office) -> None:
    office.accounts.set("anna", "a long password", CODER)
    for _ in range(2 * MOST_FAILURES):
        assert office.accounts.check("anna", "a long password") == Who("anna", CODER)


def test_an_account_is_made_under_the_lock_of_the_study(office: Office) -> None:
    with office.study.locked(), pytest.raises(StudyError, match="at work"):
        Accounts(office.study).set("anna", "a long password", CODER)


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("anna", "short", CODER), ("a/b", "a long password", CODER), ("anna", "a long password", "king")],
)
def test_an_account_that_will_not_do_is_refused(office: Office, name: str, password: str, role: str) -> None:
    with pytest.raises(UsageError):
        Accounts(office.study).set(name, password, role)


# Coding


def test_the_queue_is_the_order_of_tickets_and_a_second_coder_gets_the_doubles(office: Office) -> None:
    first, second, third = (office.coder(name) for name in ("anna", "boris", "vera"))
    room_order = [
        line.split("\t")[1]
        for line in next((office.study.folder / "journal" / "draws").glob("*/drawn.tsv")).read_text().splitlines()[1:]
    ]
    assert queue(first) == room_order
    assert queue(second) == queue(third) == room_order[:3]
    assert office.coder("anna").get("/api/desk").json["reads"] == "all"
    not_hers = room_order[-1]
    assert second.get(f"/api/cases/{not_hers}").status == 404
    assert (
        second.post("/api/decisions", {"key": key(), "case": not_hers, "variable": "role", "value": "none"}).status
        == 404
    )


def test_an_answer_is_kept_with_its_quotations(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    found = anna.get(f"/api/cases/{case}").json
    start = found["text"].index("митинге")
    words = {
        "document": found["document"],
        "start": start,
        "end": start + 7,
        "quote": "митинге",
        "said_by": "court",
        "denied": True,
        "memo": "да",
    }
    told = decide(anna, case, "role", "mentioned", quotes=[words], memo="не уверена")
    assert told["saved"]
    assert told["answers"]["role"] == {
        "value": "mentioned",
        "decided": True,
        "asked": True,
        "memo": "не уверена",
        "quotes": [words],
    }
    line = contents(office.study.folder / "journal" / "answers" / "anna.jsonl").entries[-1]
    assert line.body["quotes"] == [words]
    assert [(g.coder, g.variable, g.value) for g in answers_given(office.study)] == [("anna", "role", "mentioned")]


WRONG: list[dict[str, Any]] = [
    {"value": "purple"},
    {"value": ["relied_on"]},
    {"value": {"a": 1}},
    {"value": "none", "decided": "yes"},
    {"decided": False, "value": None},
    {"value": "none", "memo": 7},
    {"value": "none", "memo": "x" * 5_000},
    {"value": "none", "quotes": "x"},
    {"value": "none", "quotes": [{"start": 0, "end": 3, "quote": "XXX"}]},
    {"value": "none", "quotes": [{"start": -3, "end": 3, "quote": ""}]},
    {"value": "none", "quotes": [7]},
    {"value": "none", "variable": "no_such"},
    {"value": "none", "key": "short"},
    {"value": "none", "key": "../../../etc/passwd"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: json.dumps(wrong)[:40])
def test_a_decision_that_is_none_is_refused_with_a_reason(still: Office, wrong: dict[str, Any]) -> None:
    anna = still.coder("anna")
    sent = {"key": key(), "case": queue(anna)[0], "variable": "role"} | wrong
    before = journal_bytes(still.study)
    answer = anna.post("/api/decisions", sent)
    assert answer.status == 422
    assert answer.json["error"]
    assert journal_bytes(still.study) == before


def test_what_cannot_be_decided_and_what_the_record_does_not_say_are_two_things(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    decide(anna, case, "people", None)
    decide(anna, case, "words", None, decided=False, memo="unreadable")
    kept = {g.variable: (g.value, g.decided) for g in answers_given(office.study)}
    assert kept == {"people": (None, True), "words": (None, False)}


def test_skip_rules_are_followed_and_what_they_leave_out_is_written_down(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    told = decide(anna, case, "role", "none")
    assert told["answers"]["place"]["asked"] is False
    told = decide(anna, case, "role", "mentioned")
    assert not told["done"]
    decide(anna, case, "place", ["street", "metro"])
    told = decide(anna, case, "people", "15")
    assert told["answers"]["people"]["value"] == 15
    assert told["answers"]["place"]["value"] == ["metro", "street"]
    assert decide(anna, case, "words", "плакат")["done"]
    told = decide(anna, case, "role", "none")
    assert told["answers"]["place"]["asked"] is False


def test_sent_again_a_decision_is_kept_once(office: Office) -> None:
    anna = office.coder("anna")
    sent = {"key": key(), "case": queue(anna)[0], "variable": "role", "value": "none"}
    first = anna.post("/api/decisions", sent).json
    before = journal_bytes(office.study)
    assert anna.post("/api/decisions", sent).json == first
    assert journal_bytes(office.study) == before
    assert Office(office.study.folder).coder("anna").post("/api/decisions", sent).json["number"] == first["number"]


def test_fifty_five_steps_can_be_undone_and_nothing_is_removed(office: Office) -> None:
    anna = office.coder("anna")
    cases = queue(anna)
    values = itertools.cycle(("none", "mentioned", "relied_on"))
    for n in range(55):
        decide(anna, cases[n % 6], "role", next(values))
    journal = office.study.folder / "journal" / "answers" / "anna.jsonl"
    before = journal.read_bytes()
    for _ in range(55):
        last = anna.get("/api/desk").json["undoable"][-1]
        told = anna.post("/api/undo", {"key": key(), "undoes": last["ref"]}).json
        assert (told["case"], told["variable"]) == (last["case"], last["variable"])
    assert journal.read_bytes().startswith(before)
    assert answers_given(office.study) == []
    assert all(state == "open" for _, state in anna.get("/api/desk").json["queue"])


def test_taking_back_twice_takes_back_once(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    decide(anna, case, "role", "mentioned")
    told = decide(anna, case, "role", "none")
    sent = {"key": key(), "undoes": told["ref"]}
    assert anna.post("/api/undo", sent).json["answers"]["role"]["value"] == "mentioned"
    assert anna.post("/api/undo", sent).status == 200
    assert anna.get(f"/api/cases/{case}").json["answers"]["role"]["value"] == "mentioned"


def test_a_changed_question_marks_its_answers_and_rewrites_nothing(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    decide(anna, case, "role", "none")
    decide(anna, case, "people", None)
    before = journal_bytes(office.study)
    book = office.study.codebook
    book.write_text(book.read_text("utf-8").replace("What the court says of them.", "What the police say."), "utf-8")
    assert anna.get(f"/api/cases/{case}").json["again"] == {"role": "codebook"}
    assert dict(anna.get("/api/desk").json["queue"])[case] == "again"
    assert journal_bytes(office.study) == before
    decide(anna, case, "role", "none")
    assert anna.get(f"/api/cases/{case}").json["again"] == {}


def test_the_desk_takes_in_a_run_that_changed_only_answers(office: Office, tmp_path: Path) -> None:
    room = Room(office.study, office.now)
    book = office.study.codebook
    book.write_text(book.read_text("utf-8").replace("phrases: [камера]", "phrases: [телефон]"), "utf-8")
    room.refresh()
    assert "has changed since its last run" in room.notice
    with office.study.locked():
        make_tables(office.study, Options(1, tmp_path / "words", "2026-01-01"), lambda *_: None)
    room.refresh()
    assert room.notice == ""
    asked = [plan.paths["answers/role"] for plan in room.pile.made.plans]
    assert asked == [plan.paths["answers/role"] for plan in current(office.study).plans]


def test_a_mistake_in_the_codebook_leaves_the_desk_working(office: Office) -> None:
    anna = office.coder("anna")
    case = queue(anna)[0]
    office.study.codebook.write_text("name: [", "utf-8")
    assert "codebook.yaml" in anna.get("/api/desk").json["notice"]
    assert decide(anna, case, "role", "none")["saved"]


# Blindness

SECRETS = ("тайна-мемо", "тайна-цитаты", "relied_on")


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_one_coders_answers_reaches_the_other(office: Office, data: st.DataObject) -> None:
    """Whatever A answers, everything that B can ask for is byte for byte what it is when A has answered nothing."""
    anna, boris = office.coder("anna"), office.coder("boris")
    cases = queue(anna)
    queue(boris)
    before = everything_seen_by(boris, cases)
    for case in cases:
        value = data.draw(st.sampled_from(["relied_on", "mentioned", "none"]))
        found = anna.get(f"/api/cases/{case}").json
        words = {
            "document": found["document"],
            "start": 5,
            "end": 20,
            "quote": found["text"][5:20],
            "said_by": "police",
            "denied": True,
            "memo": SECRETS[1],
        }
        decide(anna, case, "role", value, quotes=[words], memo=SECRETS[0])
        anna.post("/api/questions", {"key": key(), "case": case, "variable": "role", "memo": SECRETS[0]})
    assert everything_seen_by(boris, cases) == before


def everything_seen_by(browser: Browser, cases: list[str]) -> dict[str, tuple[int, bytes]]:
    seen = {}
    for way in WAYS:
        if way.method == "GET":
            for case in cases if "{case}" in way.path else cases[:1]:
                path = way.path.replace("{case}", case).replace("{variable}", "role")
                answer = browser.get(path)
                seen[path] = (answer.status, answer.body)
    return seen


def test_nothing_of_the_machine_reaches_a_coder(still: Office) -> None:
    seen = everything_seen_by(still.coder("anna"), queue(still.coder("anna")))
    for path, (status, body) in seen.items():
        if status == 200 and path not in ("/api/openapi.json",):
            assert b"machine" not in body or b"nor the machine" in body, path
            assert b'"rules"' not in body
            assert b"evidence" not in body.lower() or b"Evidence" in body


# Settling


def both_code(office: Office) -> list[str]:
    anna, boris = office.coder("anna"), office.coder("boris")
    cases = queue(boris) if queue(anna) else []
    for n, case in enumerate(cases):
        decide(anna, case, "role", "mentioned" if n else "none", memo="from anna")
        decide(boris, case, "role", "mentioned", memo="from boris")
    decide(anna, cases[1], "words", "плакат")
    decide(boris, cases[1], "words", None, decided=False, memo="torn page")
    return cases


def test_differences_are_shown_without_names_and_settled_with_history(office: Office) -> None:
    cases = both_code(office)
    lead = office.lead()
    found = lead.get("/settle.json").json["pairs"]
    assert {(p["case"], p["variable"], p["state"]) for p in found} == {
        (cases[0], "role", "differ"),
        (cases[1], "words", "undecided"),
    }
    page = lead.get(f"/settle/{cases[0]}/role").text
    assert "from anna" in page
    assert "boris" not in page.replace("from boris", "")
    sent = {
        "key": key(),
        "case": cases[0],
        "variable": "role",
        "choice": "other",
        "value": "relied_on",
        "memo": "both wrong",
    }
    before = {name: data for name, data in journal_bytes(office.study).items() if "adjudicator" not in name}
    assert lead.form("/settle", sent).status == 303
    assert lead.form("/settle", sent).status == 303
    after = journal_bytes(office.study)
    assert {name: after[name] for name in before} == before
    assert len(contents(office.study.folder / "journal" / "answers" / "adjudicator.jsonl").entries) == 1
    assert lead.get("/settle.json?state=settled").json["pairs"][0]["variable"] == "role"
    assert "both wrong" in lead.get(f"/settle/{cases[0]}/role").text
    lead.form("/settle", {"key": key(), "case": cases[0], "variable": "role", "choice": "a"})
    history = contents(office.study.folder / "journal" / "answers" / "adjudicator.jsonl").entries
    assert len(history) == 2


def test_a_difference_is_settled_with_the_quotations_that_were_ticked(office: Office) -> None:
    anna, boris = office.coder("anna"), office.coder("boris")
    case = queue(anna)[0]
    queue(boris)
    found = anna.get(f"/api/cases/{case}").json
    words = {
        "document": found["document"],
        "start": 0,
        "end": 4,
        "quote": "Дело",
        "said_by": "court",
        "denied": False,
        "memo": "",
    }
    decide(anna, case, "role", "relied_on", quotes=[words])
    decide(boris, case, "role", "none")
    lead = office.lead()
    pair = next(p for p in lead.get("/settle.json").json["pairs"] if p["variable"] == "role")
    hers = "a" if pair["a"]["quotes"] else "b"
    lead.form("/settle", {"key": key(), "case": case, "variable": "role", "choice": hers, f"quote-{hers}0": "on"})
    line = contents(office.study.folder / "journal" / "answers" / "adjudicator.jsonl").entries[-1]
    assert [quote["quote"] for quote in line.body["quotes"]] == ["Дело"]
    assert line.body["value"] == "relied_on"


def test_whatever_coders_answer_differently_can_be_settled_at_the_desk(office: Office, tmp_path: Path) -> None:
    committed = last(office.study)
    assert committed is not None
    drawn = drawn_cases(committed)
    once, twice = (next(one.case for one in drawn if one.double is double) for double in (False, True))
    rows = [(once, "anna", "none"), (once, "boris", "relied_on")]
    rows += [(twice, "anna", "none"), (twice, "boris", "none"), (twice, "zoya", "relied_on")]
    lines = "".join(f"{case},role,{value},{name}\n" for case, name, value in rows)
    (tmp_path / "sheet.csv").write_text(f"case,variable,value,coder\n{lines}", "utf-8")
    take_file(office.study, tmp_path / "sheet.csv", "", "", "2026-01-01T00:00:00Z")
    differ = {(one.case, one.variable) for one in disputes(answers_given(office.study))}
    assert differ == {(once, "role"), (twice, "role")}
    lead = office.lead()
    assert {(p["case"], p["variable"]) for p in lead.get("/settle.json").json["pairs"]} == differ
    for case, variable in differ:
        sent = {"key": key(), "case": case, "variable": variable, "choice": "other", "value": "none"}
        assert lead.form("/settle", sent).status == 303
    assert lead.get("/settle.json").json["pairs"] == []
    assert disputes(answers_given(office.study)) == []


def test_no_cell_of_a_coders_sheet_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    study = make_study(tmp_path, [("2.txt", record(2))], None)
    (tmp_path / "=1+1.txt").write_text(record(1), "utf-8")
    add(study, [tmp_path / "=1+1.txt"], {})
    with study.locked():
        freeze(make_tables(study, Options(1, tmp_path / "words", "2026-01-01"), lambda *_: None), Wish(2, double=1.0))
    throw(study, SEED)
    draw(study, Doing({"size": None, "double": 1.0}, sheet=tmp_path / "sheet.csv"))
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["record"] for row in rows} == {"'=1+1.txt", "files/2.txt"}
    for name, words in (("anna", "'=SUM(A1)"), ("boris", "'@home")):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"words": words, "role": "none"} for row in rows)
        take_file(study, tmp_path / f"{name}.csv", name, "", "2026-01-01T00:00:00Z")
    assert {one.value for one in answers_given(study) if one.variable == "words"} == {"=SUM(A1)", "@home"}
    draw(study, Doing({"size": None, "double": 1.0}, sheet=tmp_path / "differ.csv", disputes=True))
    told = (tmp_path / "differ.csv").read_text("utf-8-sig")
    assert told.count(",words,'=SUM(A1),'@home,") == 2


def test_settling_without_a_choice_says_so(office: Office) -> None:
    cases = both_code(office)
    answer = office.lead().form("/settle", {"key": key(), "case": cases[0], "variable": "role"})
    assert answer.status == 422
    assert "Choose A, B" in answer.text


def test_who_is_a_is_drawn_by_lot_and_stays(office: Office) -> None:
    both_code(office)
    lead = office.lead()
    assert lead.get("/settle.json?state=agree").body == office.lead().get("/settle.json?state=agree").body


def test_agreement_opens_its_cases(office: Office) -> None:
    cases = both_code(office)
    lead = office.lead()
    row = next(r for r in lead.get("/api/agreement").json["questions"] if r["variable"] == "role")
    assert (row["pairs"], row["differ"]) == (3, 1)
    page = lead.get("/agreement/role?one=mentioned&other=none").text
    assert f"/settle/{cases[0]}/role" in page
    assert f"/settle/{cases[1]}/role" not in page


def test_questions_about_the_codebook_reach_the_lead_without_a_name(office: Office) -> None:
    anna = office.coder("anna")
    sent = {"key": key(), "case": queue(anna)[0], "variable": "role", "memo": "Does a phone count?"}
    assert anna.post("/api/questions", sent).json == {"saved": True}
    assert anna.post("/api/questions", sent).json == {"saved": True}
    found = office.lead().get("/questions.json").json["questions"]
    assert [(q["memo"], "anna" in json.dumps(q)) for q in found] == [("Does a phone count?", False)]


# The draw, and looking around


def test_a_draw_is_made_at_the_desk(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "study")
    shutil.rmtree(tmp_path / "study" / "journal")
    office = Office(tmp_path / "study")
    lead = office.lead()
    outlook = lead.get("/api/outlook?size=4&by=role&double=50").json
    assert (outlook["readings"], outlook["hours"]) == (6, None)
    assert all(w["low"] <= w["machine"] <= w["high"] for w in outlook["widths"])
    assert lead.form("/draw", {"size": "99"}).status == 422
    assert lead.form("/draw", {"size": "4", "claim": "sure"}).status == 422
    assert lead.form("/draw", {"size": "4", "double": "50", "by": "role"}).status == 303
    committed = waiting(office.study)
    assert committed is not None
    assert committed.day == "2026-01-01"
    shown = lead.get("/draw").text
    assert "machine said <q>relied on</q>" in shown, "in words, not as a code"
    assert ">role=" not in shown
    assert lead.form("/draw", {"size": "4"}).status == 422  # one waits for its dice
    assert lead.form("/draw/throw", {"seed": "123"}).status == 422
    assert queue(office.coder("anna")) == []
    assert lead.form("/draw/throw", {"seed": "60853 02097 11572 77135"}).status == 303
    assert len(queue(office.coder("anna"))) == 4


def test_each_view_of_the_cases_has_its_address_and_its_data(still: Office) -> None:
    lead = still.lead()
    assert lead.get("/cases.json").json["total"] == CASES
    court = lead.get("/cases.json").json["cases"][0]["court"]
    one = lead.get(f"/cases.json?q=5-3/2022&court={quote(court)}").json
    assert [row["number"] for row in one["cases"]] == ["5-3/2022"]
    table = lead.get("/cases.csv?q=5-3/2022").text.splitlines()
    assert len(table) == 2
    page = lead.get("/cases?q=5-3/2022").text
    assert "/cases.json?q=5-3%2F2022" in page
    assert lead.get("/cases.json?year=1999").json["total"] == 0
    assert lead.get("/cases?page=99999999999").status == 200


def test_search_shows_the_places_found(office: Office) -> None:
    lead = office.lead()
    found = lead.get(f"/search.json?q={quote('метро')}").json
    assert found["total"] == sum(1 for n in range(1, CASES + 1) if n % 4 == 0)
    assert "<mark" in lead.get(f"/search?q={quote('метро')}").text
    assert lead.get("/search?q=date:").status in (200, 409)


def test_progress_tells_a_coder_only_of_herself(office: Office) -> None:
    cases = both_code(office)
    assert list(office.coder("boris").get("/api/progress").json["coders"]) == ["boris"]
    told = office.lead().get("/api/progress").json
    assert set(told["coders"]) == {"anna", "boris"}
    assert told["differences"]["open"] == 2
    assert told["coders"]["boris"]["cases"] == len(cases)


def test_progress_says_how_many_differences_are_not_settled(office: Office) -> None:
    both_code(office)
    page = office.lead().get("/progress").text
    assert "2 differences are not settled yet" in page
    assert "these ranges are those of the report" not in page


def test_differences_stand_in_the_order_of_the_codebook_under_their_questions(office: Office) -> None:
    case = both_code(office)[0]
    decide(office.coder("anna"), case, "people", "3")
    decide(office.coder("boris"), case, "people", "4")
    lead = office.lead()
    pairs = lead.get("/settle.json").json["pairs"]
    assert [pair["variable"] for pair in pairs if pair["case"] == case] == ["role", "people"]
    page = lead.get("/settle").text
    assert ">role<" not in page
    assert ">people<" not in page


def test_a_name_that_differs_only_in_capital_letters_is_no_new_coder(office: Office) -> None:
    office.coder("Анна").get("/api/desk")
    browser = office.enter()
    asked = browser.form("/start", {"role": "coder", "name": "анна"})
    assert asked.status == 422
    assert "Somebody here is called Анна" in asked.text
    assert browser.get("/api/desk").status == 403
    assert browser.form("/start", {"role": "coder", "name": "Анна"}).status == 303


# The description of the API


PYTHON: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
PYTHON |= {"array": list, "object": dict, "null": type(None)}


def conforms(schema: dict[str, Any], data: Any, where: str = "") -> None:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    python = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    assert any(isinstance(data, python[kind]) for kind in kinds), (where, data)
    if isinstance(data, dict):
        assert set(schema.get("required", ())) <= set(data), (where, set(schema["required"]) - set(data))
        for name, value in data.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if isinstance(inner, dict):
                conforms(inner, value, f"{where}.{name}")
    if isinstance(data, list) and "items" in schema:
        for value in data:
            conforms(schema["items"], value, f"{where}[]")


def test_the_api_gives_what_its_description_says(office: Office) -> None:
    cases = both_code(office)
    people = {CODER: office.coder("anna"), ADJUDICATOR: office.lead()}
    told = people[CODER].get("/api/openapi.json").json
    assert told == json.loads(json.dumps(described(WAYS)))
    checked = 0
    for path, operations in told["paths"].items():
        operation = operations.get("get")
        content = operation["responses"]["200"].get("content", {}) if operation else {}
        schema = content.get("application/json", {}).get("schema")
        if schema:
            browser = people[CODER if CODER in operation["x-roles"] else ADJUDICATOR]
            query = "?size=3&by=role" if "outlook" in path else f"?q={quote('камера')}" if "search" in path else ""
            answer = browser.get(path.replace("{case}", cases[0]).replace("{variable}", "role") + query)
            assert answer.status == 200, path
            conforms(schema, answer.json, path)
            checked += 1
    assert checked == 11
    assert set(told["paths"]) >= {way.path for way in WAYS if way.takes}


# Words


def test_every_phrase_is_there_in_both_languages_with_the_same_parts() -> None:
    english, russian = (phrases(language, FOLDER / "words") for language in LANGUAGES)
    assert set(english) == set(russian)
    for name, phrase in english.items():
        texts = [phrase, russian[name]]
        if isinstance(phrase, dict):
            assert set(phrase) == {"one", "other"}, name
            assert set(russian[name]) == {"one", "few", "many", "other"}, name
            texts = [*phrase.values(), *russian[name].values()]
        parts = [set(re.findall(r"\{(\w+)\}", text)) for text in texts]
        assert all(part == parts[0] for part in parts), name


def used_phrases() -> set[str]:
    found: set[str] = set()
    for file in (*(FOLDER / "templates").glob("*.html"), *FOLDER.glob("*.py")):
        text = file.read_text("utf-8")
        found |= set(re.findall(r"""\bt(?:\.count)?\("([a-z_.0-9]+)"[,)]""", text))
        found |= set(re.findall(r"""words(?:\.count)?\("([a-z_.0-9]+)"[,)]""", text))
    for file in (FOLDER / "static").glob("*.js"):
        found |= {f"js.{name}" for name in re.findall(r"\bwords\.([a-z_0-9]+)", file.read_text("utf-8"))}
    return found


def test_every_phrase_that_is_used_is_there_and_every_one_there_is_used() -> None:
    known = set(phrases("en", FOLDER / "words"))
    used = used_phrases()
    assert used <= known, used - known
    built = ("nav.", "list.facet_", "list.reading_", "settle.state_", "draw.claim_", "case.by_", "progress.reads_")
    unused = {name for name in known - used if not name.startswith((*built, "js.again_"))}
    assert unused <= {"js.number", "js.date", "js.text", "js.not_clear"}, unused


def test_words_are_read_as_text() -> None:
    for language in LANGUAGES:
        for name, phrase in phrases(language, FOLDER / "words").items():
            assert isinstance(phrase, str) or all(isinstance(text, str) for text in phrase.values()), name
        assert load(FOLDER / "words" / f"{language}.yaml").data


def test_answers_are_sent_at_once() -> None:
    with desk.listen(desk.Opening()) as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.proto == socket.IPPROTO_TCP, "asyncio leaves Nagle's algorithm on: 40 ms an answer"
