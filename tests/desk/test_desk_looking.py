"""The draw made at the desk, and the pages for looking around."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

from caselight.drawing import waiting
from desk_client import Office
from desk_office import CASES, queue


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
