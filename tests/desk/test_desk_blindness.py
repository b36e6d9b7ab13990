"""Blind coding: no byte of one coder's answers reaches the other, nothing of the machine reaches either."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk_client import Browser, Office
from desk_office import decide, everything_seen_by, key, queue, words_of

SECRETS = ("тайна-мемо", "тайна-цитаты", "relied_on")


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_one_coders_answers_reaches_the_other(office: Office, data: st.DataObject) -> None:
    """Whatever A answers, everything that B can ask for is byte for byte what it is when A has answered nothing.

    So it is with what B is told when she answers, and with what is seen by somebody who has not said a name yet.
    """
    anna, boris, nobody = office.coder("anna"), office.coder("boris"), office.enter()
    cases = queue(anna)
    hers = queue(boris)
    sent = [SENT | {"key": f"key-of-{n}-boris", "case": case} for n, case in enumerate(hers)]
    before = everything_told(boris, sent), everything_seen_by(boris, cases), everything_seen_by(nobody, cases)
    for case in cases:
        answer_everything(anna, case, data.draw(st.sampled_from(["relied_on", "mentioned", "none"])))
    assert (everything_told(boris, sent), everything_seen_by(boris, cases), everything_seen_by(nobody, cases)) == before


SENT = {"variable": "role", "value": "mentioned", "memo": "of Boris"}


def everything_told(browser: Browser, sent: list[dict[str, Any]]) -> list[tuple[int, bytes]]:
    """What a coder is answered to decisions, wrong ones too, to questions, and to taking back what is not hers."""
    told = []
    for one in sent:
        told += [browser.post("/api/decisions", one | changed) for changed in ({}, {"value": "purple"})]
        told.append(browser.post("/api/questions", one | {"key": f"asked-{one['key']}"}))
    told.append(browser.post("/api/undo", {"key": "key-of-an-undo", "undoes": "key-of-anna-0"}))
    told.append(browser.form("/start", {"role": "adjudicator"}))
    return [(answer.status, answer.body) for answer in told]


def answer_everything(coder: Browser, case: str, value: str) -> None:
    """All questions, with quotations and memos; then one is taken back, and something is asked."""
    found = coder.get(f"/api/cases/{case}").json["documents"][0]
    quotes = [words_of(found, 5, 20, said_by="police", denied=True, memo=SECRETS[1])]
    decide(coder, case, "role", value, quotes=quotes, memo=SECRETS[0])
    if value != "none":
        decide(coder, case, "place", ["metro"], memo=SECRETS[0])
    decide(coder, case, "people", "17", memo=SECRETS[0])
    told = decide(coder, case, "words", SECRETS[0], memo=SECRETS[0])
    coder.post("/api/undo", {"key": key(), "undoes": told["ref"]})
    coder.post("/api/questions", {"key": key(), "case": case, "variable": "role", "memo": SECRETS[0]})


def test_nothing_of_the_machine_reaches_a_coder(still: Office) -> None:
    seen = everything_seen_by(still.coder("anna"), queue(still.coder("anna")))
    for path, (status, body) in seen.items():
        if status == 200 and path not in ("/api/openapi.json",):
            assert b"machine" not in body or b"nor the machine" in body, path
            assert b'"rules"' not in body
            assert b"evidence" not in body.lower() or b"Evidence" in body
