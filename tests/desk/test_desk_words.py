"""What the desk says: the description of its API, and its words in both languages."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from caselight.definitions import load
from caselight.desk.access import ADJUDICATOR, CODER
from caselight.desk.openapi import described
from caselight.desk.pages import FOLDER, LANGUAGES
from caselight.desk.routes import WAYS
from caselight.report.interface import phrases
from desk_client import Office
from desk_office import both_code

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
        found |= {f"fault.{name}" for name in re.findall(r"""\.fault\("([a-z_]+)",""", text)}
    for file in (FOLDER / "static").glob("*.js"):
        found |= {f"js.{name}" for name in re.findall(r"\bwords\.([a-z_0-9]+)", file.read_text("utf-8"))}
    return found


def test_every_phrase_that_is_used_is_there_and_every_one_there_is_used() -> None:
    known = set(phrases("en", FOLDER / "words"))
    used = used_phrases()
    assert used <= known, used - known
    built = (
        "nav.",
        "list.facet_",
        "list.reading_",
        "settle.state_",
        "draw.claim_",
        "case.by_",
        "progress.reads_",
        "start.drawn_",
        "draw.unit_",
    )
    unused = {name for name in known - used if not name.startswith((*built, "js.again_", "js.place_"))}
    assert unused <= {"js.number", "js.date", "js.text", "js.not_clear"}, unused


def test_words_are_read_as_text() -> None:
    for language in LANGUAGES:
        for name, phrase in phrases(language, FOLDER / "words").items():
            assert isinstance(phrase, str) or all(isinstance(text, str) for text in phrase.values()), name
        assert load(FOLDER / "words" / f"{language}.yaml").data


def test_messages_from_below_pass_one_place() -> None:
    """`Pages.told`: whatever puts them into another language has to stand there and nowhere else."""
    raw = re.compile(r"str\(error\)|\{error(\.args.*)?\}|p\.message\b")
    for file in FOLDER.glob("*.py"):
        found = [line for line in file.read_text("utf-8").splitlines() if raw.search(line) and ".told(" not in line]
        assert [line for line in found if RAISED_AGAIN.get(file.name, "\n") not in line] == [], file.name


# What goes on as an error of ours, on the command line or to `Pages.told`.
RAISED_AGAIN = {"accounts.py": "cannot be read ({error})", "__init__.py": "error.strerror or str(error)"}
