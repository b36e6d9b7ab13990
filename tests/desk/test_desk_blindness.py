"""Blind coding: no byte of one coder's answers reaches the other, nothing of the machine reaches either."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk_client import Office
from desk_office import decide, everything_seen_by, key, queue

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
        found = anna.get(f"/api/cases/{case}").json["documents"][0]
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


def test_nothing_of_the_machine_reaches_a_coder(still: Office) -> None:
    seen = everything_seen_by(still.coder("anna"), queue(still.coder("anna")))
    for path, (status, body) in seen.items():
        if status == 200 and path not in ("/api/openapi.json",):
            assert b"machine" not in body or b"nor the machine" in body, path
            assert b'"rules"' not in body
            assert b"evidence" not in body.lower() or b"Evidence" in body
