"""The draw made at the desk, and the pages for looking around."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from caselight.drawing import fieldwork, waiting
from caselight.drawing.asking import Question
from caselight.estimate.sizes import Goal, Part, outlook
from caselight.pipeline import current
from caselight.sizing import sized
from caselight.types import Estimate
from desk_client import Browser, Office
from desk_office import CASES, decide, queue
from desk_study import SEED


def test_a_draw_is_made_at_the_desk(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "study")
    shutil.rmtree(tmp_path / "study" / "journal")
    office = Office(tmp_path / "study")
    lead = office.lead()
    assert f'name="size" type="number" min="1" max="{CASES}" required value="{CASES // 2}"' in lead.get("/draw").text
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
    assert "Draw 0001 makes the figures now: 4 cases drawn, 0 of them answered." in lead.get("/draw").text
    assert "Draw 0001 makes" not in shown, "before the dice are thrown there is no figure to lose"


@pytest.mark.parametrize(("percent", "status"), [("49.9", 422), ("50", 200), ("99.99", 200), ("99.995", 422)])
def test_the_desk_takes_the_levels_that_a_draw_takes(office: Office, percent: str, status: int) -> None:
    assert office.lead().get(f"/draw?size=2&level={percent}").status == status


def test_the_desk_and_the_command_line_tell_the_same_of_a_draw(office: Office) -> None:
    """What `estimate --plan` says of the draw that it proposes is what the page Draw says of it."""
    made = current(office.study)
    told, _ = sized(made, Question(("role",), ("relied_on",)), 0.5, (1.0, 0.0))
    size = told["enough"]["size"]
    found = office.lead().get(f"/api/outlook?size={size}&by=role%3Drelied_on").json
    (width,) = found["widths"]
    assert (found["units"], width["machine"]) == (told["cases"], told["flagged"])
    assert (width["high"] - width["low"]) / found["units"] == pytest.approx(told["enough"]["width"])


def test_a_draw_of_matters_is_made_at_the_desk(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "study")
    shutil.rmtree(tmp_path / "study" / "journal")
    office = Office(tmp_path / "study")
    lead = office.lead()
    assert lead.get("/api/outlook?size=4&by=role&unit=matter").json["units"] == CASES
    assert lead.form("/draw", {"size": "4", "unit": "court"}).status == 422
    assert lead.form("/draw", {"size": "4", "unit": "matter"}).status == 303
    assert lead.form("/draw/throw", {"seed": SEED}).status == 303
    assert office.room.unit == "matter"
    assert len(queue(office.coder("anna"))) == 4
    assert "matters are drawn" in office.enter().get("/start").text


def test_progress_says_what_reading_on_costs_and_buys(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "study")
    shutil.rmtree(tmp_path / "study" / "journal")
    office = Office(tmp_path / "study")
    lead = office.lead()
    lead.form("/draw", {"size": "6", "double": "50"})
    lead.form("/draw/throw", {"seed": SEED})
    anna = office.coder("anna")
    units = queue(anna)
    assert lead.get("/api/progress").json["ahead"] is None
    for n, unit in enumerate(units):
        read_out(anna, unit, "mentioned" if n % 2 else "none")
        if n == 3:
            halfway = lead.get("/api/progress").json["ahead"]
            assert (halfway["more"], halfway["extends"]) == (2, False)
            hours = round(2 * 1.5 * halfway["seconds_a_case"] / 3600, 1)
            assert halfway["hours"] == max(0.1, hours), "a tenth of an hour at least"
            running = figure_of(office, "mentioned")
            (then,) = [one for one in halfway["ranges"] if one["value"] == "mentioned"]
            expected = outlook([Part(CASES, 0.5)], Goal("width", 1.0), [6])
            assert (then["low"], then["high"]) == pytest.approx((expected.low * CASES, expected.high * CASES))
            assert then["high"] - then["low"] < running.high - running.low
            page = lead.get("/progress").text
            assert "When the draw is read" in page
            assert "Reading 2 more takes about" in page
    ahead = lead.get("/api/progress").json["ahead"]
    assert (ahead["more"], ahead["extends"]) == (2, True), "no more than are left"
    (then,) = [one for one in ahead["ranges"] if one["value"] == "mentioned"]
    assert (then["low"], then["high"]) == (4, 4), "everything would be read"
    assert "With 2 more" in lead.get("/progress").text


def test_progress_tells_nothing_by_a_draw_that_was_changed(office: Office) -> None:
    anna, lead = office.coder("anna"), office.lead()
    for unit in queue(anna)[:3]:
        read_out(anna, unit, "mentioned")
    assert lead.get("/api/progress").json["ahead"]
    drawn = waiting(office.study)
    assert drawn is not None
    answers = drawn.folder / "machine.jsonl"
    answers.write_text(answers.read_text("utf-8").replace("relied_on", "mentioned"), "utf-8")
    for path in ("/progress", "/api/progress"):
        refused = lead.get(path)
        assert refused.status == 409
        assert "machine.jsonl" in refused.text


def read_out(coder: Browser, unit: str, value: str) -> None:
    """Answers everything that is asked."""
    decide(coder, unit, "role", value)
    if value != "none":
        decide(coder, unit, "place", ["metro"])
    decide(coder, unit, "people", None)
    decide(coder, unit, "words", None)


def figure_of(office: Office, value: str) -> Estimate:
    _, figures = fieldwork(office.study, office.room.codebook)
    return next(f for f in figures if (f.name, f.variable, f.value) == ("count", "role", value))


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
