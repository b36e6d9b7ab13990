"""A study that two coders have answered, and their answers read back, for tests of what goes to other tools."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from caselight import pipeline
from caselight.drawing import Wish
from caselight.journals import folder_of
from caselight.planning import Made
from caselight.review import Decision, standing
from caselight.store import Study
from caselight.store.journal import contents
from desk_client import Office
from desk_study import make_study, record


def coded_study(folder: Path) -> Study:
    """Two coders; every kind of answer, quotations behind letters outside the first plane, memos like formulas."""
    study = make_study(folder, [(f"{n}.txt", record(n, "😀 Конец 😀 речи.")) for n in range(2)], Wish(2, double=1.0))
    office = Office(study.folder)
    for name in ("anna", "boris"):
        coder = office.coder(name)
        for number, (case, _) in enumerate(coder.get("/api/desk").json["queue"]):
            found = coder.get(f"/api/cases/{case}").json["documents"][0]
            start = found["text"].index("Конец")
            words = {
                "document": found["document"],
                "start": start,
                "end": start + 9,
                "quote": found["text"][start : start + 9],
            }
            words |= {"said_by": "defence", "denied": True, "memo": "=1+1; да"}
            for variable, sent in answers(number, words).items():
                body = {"key": f"{name}-{case}-{variable}".replace("_", "-"), "case": case, "variable": variable}
                assert coder.post("/api/decisions", body | sent).status == 200
    return study


def answers(number: int, words: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if number:
        return {"role": {"value": "none", "memo": "-5 %"}, "people": {"value": None}, "words": {"value": "не; надо"}}
    undecided = {"value": None, "decided": False, "memo": "@torn\nline two"}
    place = {"value": ["metro", "street"], "quotes": [words]}
    return {
        "role": {"value": "mentioned", "quotes": [words]},
        "place": place,
        "people": {"value": "12,5"},
        "words": undecided,
    }


def kept(study: Study) -> dict[tuple[str, str, str], Decision]:
    found = {}
    for file in sorted(folder_of(study).glob("*.jsonl")):
        for (case, variable), one in standing(contents(file).entries).items():
            found[file.stem, case, variable] = one.decision
    return found


def emptied(study: Study, to: Path) -> Made:
    shutil.copytree(study.folder, to)
    shutil.rmtree(to / "journal" / "answers")
    return pipeline.current(Study.open(to))
