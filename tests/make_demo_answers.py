"""Writes what the demo study's two coders and its adjudicator answered: constructed people on constructed rulings.

    python tests/make_demo_answers.py CONSTRUCTED_FOLDER

The folder holds the known answers (NNN.json). Two coders who knew the codebook would nearly always give them; where
they do not, they err as people do: each slip below has its reason. Nobody is meant by these coders. The adjudicator
decides where the two differ, and leaves one question open that the text leaves open.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).resolve().parents[1] / "src" / "caselight" / "studies" / "demo" / "answers"
VARIABLES = (
    "defence_challenged_surveillance",
    "court_response",
    "surveillance_role",
    "identification_means",
    "camera_system",
    "system_named",
    "detention_timing",
    "slogan",
    "outcome",
    "fine_rub",
    "appeal_result",
)
ONLY_IF = {
    "court_response": ("defence_challenged_surveillance", {"yes"}),
    "camera_system": ("surveillance_role", {"relied_on", "mentioned"}),
    "system_named": ("surveillance_role", {"relied_on", "mentioned"}),
}
FIRST, SECOND, ADJUDICATOR = "demo-coder-1", "demo-coder-2", "adjudicator"
# (record, question) -> (what was answered instead, why a person might)
SLIPS: dict[str, dict[tuple[str, str], tuple[str, str]]] = {
    FIRST: {
        ("028", "surveillance_role"): ("mentioned", "overlooks that footage which is only listed counts as proof"),
        ("048", "surveillance_role"): ("none", "overlooks the motion for footage, which has two lines"),
        ("010", "detention_timing"): ("after_event", "takes the day of the protocol for that of the detention"),
        ("016", "detention_timing"): ("at_event", "concludes it from the officers who saw the person"),
        ("014", "identification_means"): ("officer_on_spot", "forgets the body-worn camera"),
        ("038", "identification_means"): ("camera_footage", "forgets the officer"),
        ("045", "camera_system"): ("city_cctv", "takes the camera of the police for one of the city"),
        ("046", "court_response"): ("rejected", "the court convicts, so its agreement is read over"),
        ("031", "slogan"): ("Жизнь детям", "copies from memory"),
        ("019", "fine_rub"): ("100000", "a nought too many"),
    },
    SECOND: {
        ("025", "surveillance_role"): ("none", "the appeal lets the footage fall"),
        ("034", "surveillance_role"): ("relied_on", "overlooks that the footage is excluded"),
        ("036", "surveillance_role"): ("mentioned", "takes a shop's camera for no surveillance"),
        ("018", "identification_means"): ("camera_footage", "takes what the court rejects for what is left"),
        ("012", "identification_means"): ("officer_on_spot", "the traffic officer stopped the car"),
        ("033", "identification_means"): ("officer_on_spot", "supplies what the text does not say"),
        ("043", "identification_means"): ("unknown", "the recognition on the footage stands in a subordinate clause"),
        ("025", "detention_timing"): ("undecided", "two dates that do not fit each other"),
        ("011", "detention_timing"): ("after_event", "overlooks that the event was still to come"),
        ("042", "detention_timing"): ("after_event", "the same"),
        ("009", "court_response"): ("rejected", "takes the conviction for an answer"),
        ("045", "camera_system"): ("city_cctv", "the same slip as the other coder: nobody notices"),
        ("003", "slogan"): ("does_not_say", "the heading is split, the sign is overlooked"),
        ("016", "outcome"): ("compulsory_work", "takes the sanction that the appeal replaced"),
        ("047", "appeal_result"): ("upheld", "the guilt stands, the sanction does not"),
        ("029", "outcome"): ("fine", "gives the sanction that is left in force"),
    },
}
# Where the adjudicator, too, cannot say.
OPEN = {("025", "detention_timing")}


def known(record: Mapping[str, Any]) -> dict[str, str]:
    """The known answers of one record, as they stand in a table of answers."""
    given = record["answers"]
    found = {}
    for name in VARIABLES:
        value = given[name]
        joined = "; ".join(value) if isinstance(value, list) else value
        found[name] = "does_not_say" if joined in (None, "") else str(joined)
    if found["appeal_result"] == "does_not_say":
        found["appeal_result"] = "none"
    return found


def answered(record: Mapping[str, Any], slips: Mapping[tuple[str, str], tuple[str, str]]) -> dict[str, str]:
    """What a coder with these slips answers."""
    found = known(record)
    found |= {name: value for (number, name), (value, _) in slips.items() if number == record["id"]}
    for name, (other, values) in ONLY_IF.items():
        if found[other] not in values:
            found[name] = "not_asked"
        elif found[name] == "not_asked" or (name == "camera_system" and found[name] == "does_not_say"):
            found[name] = "unspecified"
    return found


def settled(record: Mapping[str, Any], first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """What the adjudicator answers: only where the two differ."""
    right = answered(record, {})
    differ = [name for name in VARIABLES if first[name] != second[name]]
    return {name: "undecided" if (record["id"], name) in OPEN else right[name] for name in differ}


def tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Coder -> rows."""
    found: dict[str, list[dict[str, str]]] = {FIRST: [], SECOND: [], ADJUDICATOR: []}
    for file in sorted(folder.glob("*.json")):
        record = json.loads(file.read_text("utf-8"))
        name = {"case": f"{record['id']}.txt"}
        first, second = (answered(record, SLIPS[coder]) for coder in (FIRST, SECOND))
        found[FIRST].append(name | first)
        found[SECOND].append(name | second)
        if decided := settled(record, first, second):
            found[ADJUDICATOR].append(name | decided)
    return found


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file and what stands in it."""
    for coder, rows in tables(folder).items():
        text = io.StringIO()
        writer = csv.DictWriter(text, ("case", *VARIABLES), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        yield ANSWERS / f"{coder}.csv", text.getvalue()


if __name__ == "__main__":
    ANSWERS.mkdir(parents=True, exist_ok=True)
    for path, content in texts(Path(sys.argv[1])):
        path.write_text(content, "utf-8")
        print(path, file=sys.stderr)
