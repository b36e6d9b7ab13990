"""What goes with a bundle for people and for archives: README in two languages, RO-Crate metadata, what it ran on.

Source: RO-Crate Metadata Specification 1.1 (root data entity, metadata descriptor, data entities).
"""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from caselight.bundle.telling import KINDS, WORDS

_FOLDER = Path(__file__).parent / "page"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# Which members are described one by one; the others are parts of their folders.
_KINDS = {
    "tables/documents.jsonl": ("Records as received, by SHA-256", "application/jsonl"),
    "tables/cases.jsonl": ("Cases with their facts and quotations", "application/jsonl"),
    "tables/answers.jsonl": ("Answers by machine with quotations", "application/jsonl"),
    "tables/estimates.jsonl": ("Figures with their limits and what they rest on", "application/jsonl"),
    "tables/problems.jsonl": ("What could not be done", "application/jsonl"),
    "tables/books.jsonl": ("What came into each stage and what became of it", "application/jsonl"),
    "codebook.yaml": ("Codebook: the questions", "application/yaml"),
    "report/index.html": ("Report", "text/html"),
    "verify.py": ("Checks the bundle with Python alone", "text/x-python"),
    "verify.html": ("Checks the bundle in a browser, without a network", "text/html"),
}

_RIGHTS = "As the publisher says; court decisions are public records."
_FIXED: list[dict[str, Any]] = [
    {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    },
    {"@id": "#format", "@type": "CreativeWork", "name": "caselight-bundle-1"},
    {"@id": "#rights", "@type": "CreativeWork", "name": _RIGHTS},
    {
        "@id": "#sealing",
        "@type": "CreateAction",
        "name": "caselight seal",
        "instrument": {"@id": "#caselight"},
        "result": {"@id": "./"},
    },
]


def crate(title: str, date: str, version: str, names: Sequence[str]) -> bytes:
    """ro-crate-metadata.json."""
    described = {name: _KINDS[name] for name in _KINDS if name in names}
    draws = sorted(name for name in names if name.startswith("draws/") and name.endswith("/commitment.json"))
    described |= dict.fromkeys(draws, ("Committed draw", "application/json"))
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": "A sealed study of court records: every figure can be recomputed from what is in here.",
        "datePublished": date,
        "license": {"@id": "#rights"},
        "hasPart": [{"@id": name} for name in described],
        "conformsTo": {"@id": "#format"},
    }
    software = {"@id": "#caselight", "@type": "SoftwareApplication", "name": "Caselight", "version": version}
    files = [
        {"@id": name, "@type": "File", "name": told, "encodingFormat": kind} for name, (told, kind) in described.items()
    ]
    text = json.dumps({"@context": _CONTEXT, "@graph": [root, software, *_FIXED, *files]}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


def made_with(version: str) -> dict[str, Any]:
    """The software and what it ran on; nothing that tells of a person or a machine by name."""
    needed = metadata.requires("caselight") or []
    names = sorted({re.split(r"[^A-Za-z0-9_.-]", line)[0] for line in needed if "extra ==" not in line})
    packages = {}
    for name in names:
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # an older install that lacks it: what was not there was not used
    python = ".".join(map(str, sys.version_info[:3]))
    return {"caselight": version, "python": python, "system": f"{sys.platform} {platform.machine()}"} | packages


def pages(told: Mapping[str, str]) -> dict[str, bytes]:
    """README.txt, README.ru.txt and verify.html; `told` fills what stands in braces in the READMEs."""
    found = {}
    for name in ("README.txt", "README.ru.txt"):
        text = (_FOLDER / name).read_text("utf-8")
        for key, value in told.items():
            text = text.replace("{" + key + "}", value)
        found[name] = text.encode()
    found["verify.html"] = verify_page()
    return found


def verify_page() -> bytes:
    """verify.html, with the words of both languages in it."""
    shared = json.dumps({"words": WORDS, "kinds": KINDS}, ensure_ascii=False).replace("</", "<\\/")
    page = (_FOLDER / "verify.html").read_text("utf-8")
    return re.sub(r"/\*WORDS\*/.*?/\*END\*/", lambda _: shared, page).encode()
