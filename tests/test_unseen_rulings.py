"""What was learned on the sets of constructed rulings is kept. Their README tells which figures were first-sight."""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RULINGS = HERE / "examples" / "rulings"
SETS = ("a", "b", "c", "d", "e")
LATER = ("f", "g", "h")  # of other regions, instances and kinds of case
LAST = ("i", "j", "k", "l", "m", "n", "o", "p")  # of courts, instances and articles mixed
NEWEST = ("q", "r", "s", "t", "u", "v", "w")  # that avoid the formulas of courts; v and w are mended in part
ALIKE = ("x", "y")  # in the manner of the development set
OF_FACTS = ("z",)  # on the day of the event, articles, outcome and sanction
UID = re.compile(r"\d\d[A-Z]{2}\d{4}-\d{2}-\d{4}-\d{6}-\d{2}")
CORPUS = "c1bc00fb32a55bb9f311cac67dfefdee56e8cb7be3e46126013941d6819a9323"
# Measured after mending on these sets, rounded down. Whoever changes the corpus measures anew; see its README.
FLOORS = {
    "court, F1": 1.0,
    "judge, F1": 1.0,
    "case_number, F1": 1.0,
    "uid, F1": 1.0,
    "decision_date, F1": 1.0,
    "event_date, F1": 0.99,
    "statute, F1": 1.0,
    "outcome, F1": 1.0,
    "fine_rub, F1": 1.0,
    "arrest_days, F1": 1.0,
    "work_hours, F1": 1.0,
    "termination_reason, F1": 1.0,
    "appeal_result, F1": 1.0,
    "links, precision": 1.0,
    "links, recall": 1.0,
    "surveillance_role, F1": 1.0,
    "identification_means, F1": 0.98,
    "facial_recognition, precision": 1.0,
    "detention_timing, F1": 1.0,
    "defence_challenged_surveillance, F1": 0.99,
    "court_response, F1": 0.98,
    "camera_system, F1": 1.0,
    "system_named, F1": 1.0,
    "slogan, F1": 1.0,
    "quotations met": 0.93,
    "speaker right, of those met": 0.94,
    "denial right, of those met": 0.98,
}
LATER_FLOORS = FLOORS | {
    "event_date, F1": 1.0,
    "defence_challenged_surveillance, F1": 0.97,
    "court_response, F1": 0.97,
    "quotations met": 0.92,
    "speaker right, of those met": 0.9,
    "denial right, of those met": 0.98,
}
LAST_FLOORS = FLOORS | {
    "event_date, F1": 1.0,
    "identification_means, F1": 0.96,
    "defence_challenged_surveillance, F1": 0.97,
    "court_response, F1": 0.94,
    "quotations met": 0.89,
    "speaker right, of those met": 0.9,
    "denial right, of those met": 0.97,
}
NEWEST_FLOORS = FLOORS | {
    "event_date, F1": 0.98,
    "outcome, F1": 0.98,
    "fine_rub, F1": 0.98,
    "appeal_result, F1": 0.97,
    "surveillance_role, F1": 0.97,
    "identification_means, F1": 0.93,
    "facial_recognition, precision": 1.0,
    "detention_timing, F1": 0.72,
    "defence_challenged_surveillance, F1": 0.85,
    "court_response, F1": 0.71,
    "camera_system, F1": 0.85,
    "system_named, F1": 0.85,
    "slogan, F1": 0.75,
    # 0.82 while what anybody said in a witness's words was shown: 20 of these, and on real rulings 490 beside them.
    "quotations met": 0.8,
    "speaker right, of those met": 0.91,
    "denial right, of those met": 0.97,
}
# Written for facts: what they say of surveillance is as it was scored at first.
FACT_FLOORS = NEWEST_FLOORS | {
    "event_date, F1": 1.0,
    "outcome, F1": 1.0,
    "fine_rub, F1": 1.0,
    "appeal_result, F1": 1.0,
    "surveillance_role, F1": 0.81,
    "identification_means, F1": 0.75,
    "detention_timing, F1": 0.75,
    "defence_challenged_surveillance, F1": 0.93,
    "court_response, F1": 0.88,
    "camera_system, F1": 0.63,
    "system_named, F1": 0.66,
    "slogan, F1": 0.85,
    "quotations met": 0.89,
    "speaker right, of those met": 0.85,
    "denial right, of those met": 1.0,
}

ALIKE_FLOORS = FLOORS | {
    "event_date, F1": 1.0,
    "identification_means, F1": 0.98,
    "defence_challenged_surveillance, F1": 1.0,
    "court_response, F1": 1.0,
    "quotations met": 0.96,
    "speaker right, of those met": 0.98,
    "denial right, of those met": 0.98,
}


GROUPS = [
    (SETS, FLOORS),
    (LATER, LATER_FLOORS),
    (LAST, LAST_FLOORS),
    (NEWEST, NEWEST_FLOORS),
    (ALIKE, ALIKE_FLOORS),
    (OF_FACTS, FACT_FLOORS),
]


@cache
def measured(sets: tuple[str, ...]) -> dict[str, float]:
    """Every figure over these sets together."""
    sys.path.insert(0, str(HERE.parent / "benchmarks"))
    from quality_coding import of_gold

    return of_gold(RULINGS / name for name in sets)


def test_the_rulings_are_those_that_the_floors_were_measured_on() -> None:
    files = sorted(path for path in RULINGS.rglob("[0-9]*") if path.is_file())
    content = b"".join(path.relative_to(RULINGS).as_posix().encode() + b"\n" + path.read_bytes() for path in files)
    assert sha256(content).hexdigest() == CORPUS


@pytest.mark.parametrize(
    ("sets", "name", "floor"), [(sets, name, floor) for sets, floors in GROUPS for name, floor in floors.items()]
)
def test_figures_on_the_rulings_do_not_fall(sets: tuple[str, ...], name: str, floor: float) -> None:
    assert measured(sets)[name] >= floor


@pytest.mark.parametrize("path", sorted(RULINGS.rglob("[0-9]*.json")), ids=lambda path: path.stem)
def test_answers_quote_the_ruling_and_name_no_real_case(path: Path) -> None:
    gold = json.loads(path.read_text("utf-8"))
    text = path.with_suffix(".txt").read_bytes().decode("utf-8")
    assert [e["quote"] for e in gold["evidence"]] == [text[e["start"] : e["end"]] for e in gold["evidence"]]
    if gold["uid"] is None:  # the ruling names none: neither may its text
        assert not UID.search(text)
    else:
        assert gold["uid"].split("-")[3].startswith("09")
