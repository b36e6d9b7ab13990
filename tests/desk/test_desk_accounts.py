"""Named accounts: no desk on a network without them, passwords that cannot be guessed by trying."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher

from caselight import desk
from caselight.desk.access import CODER, Who
from caselight.desk.accounts import MOST_FAILURES, Accounts
from caselight.errors import StudyError, UsageError
from caselight.store import Study
from desk_client import Browser, Office


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
    browser.sitter = "anna"
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
