"""The description of the desk's API (OpenAPI 3.1), made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from caselight import __version__
from caselight.desk.access import CONTENT_TYPES
from caselight.desk.call import OPEN, Way
from caselight.desk.schemas import SITTER

_PART = re.compile(r"\{(\w+)\}")


def described(ways: Sequence[Way]) -> dict[str, Any]:
    """All routes that give data, and all that change something."""
    paths: dict[str, Any] = {}
    for way in ways:
        if way.takes or way.gives != "text/html":
            paths.setdefault(way.path, {})[way.method.lower()] = _operation(way)
    info = {
        "title": "Caselight review desk",
        "version": __version__,
        "description": "Whoever changes anything sends Origin, and as `sitter` the name of the session.",
    }
    session = {"type": "apiKey", "in": "cookie", "name": "caselight-PORT"}
    return {
        "openapi": "3.1.0",
        "info": info,
        "paths": paths,
        "components": {"securitySchemes": {"session": session}},
    }


def _operation(way: Way) -> dict[str, Any]:
    parameters = [
        {"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in _PART.findall(way.path)
    ]
    parameters += [{"name": n, "in": "query", "required": False, "schema": {"type": "string"}} for n in way.query]
    told: dict[str, Any] = {
        "summary": way.about,
        "parameters": parameters,
        "security": [] if OPEN in way.who else [{"session": []}],
        "x-roles": list(way.who),
        "responses": {"default": {"description": "What was wrong, or another page."}},
    }
    content: dict[str, Any] = {way.gives: {"schema": dict(way.answer)} if way.answer else {}}
    told["responses"]["303" if way.takes == "form" else "200"] = {
        "description": way.about,
        **({} if way.takes == "form" else {"content": content}),
    }
    if way.takes:
        sitter = {} if OPEN in way.who else SITTER
        schema = {"type": "object", "properties": dict(way.body) | sitter}
        told["requestBody"] = {"required": True, "content": {CONTENT_TYPES[way.takes]: {"schema": schema}}}
    return told
