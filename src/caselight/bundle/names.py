"""What may be the name of a member, and where everything lies in a bundle."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.minisig"
LAST = (MANIFEST, SIGNATURE)  # the two that no manifest can list; in the file they come after all others
KEY = "signer.pub"
TABLES, TEXTS, DRAWS, ANSWERS, REPORT = "tables/", "tables/texts/", "draws/", "answers/", "report/"
STAMPS = "timestamps/"
CODEBOOK = "codebook.yaml"
CHECKER = "verify.py"
QUESTIONS = TABLES + "questions.json"
BOOKS = TABLES + "books.jsonl"
CASES, GIVEN, ESTIMATES = TABLES + "cases.jsonl", TABLES + "answers.jsonl", TABLES + "estimates.jsonl"

LONGEST_NAME = 240  # characters of a whole name: file systems end at 255 bytes a part, Windows at 260 a path
_PART = re.compile(r"[^\x00-\x1f\x7f\\/:*?\"<>|]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def is_safe(name: str) -> bool:
    r"""Whether a file of this name may be written below a folder on any system, and stays below it.

    >>> is_safe("tables/cases.jsonl"), is_safe("../x"), is_safe("/x"), is_safe("a\\b"), is_safe("a//b"), is_safe("c:x")
    (True, False, False, False, False, False)
    """
    if not 0 < len(name) <= LONGEST_NAME or unicodedata.normalize("NFC", name) != name:
        return False
    return all(
        _PART.fullmatch(part) and part not in (".", "..") and part[-1] not in " ." and not _DEVICE.fullmatch(part)
        for part in name.split("/")
    )


def twins(names: Iterable[str]) -> list[str]:
    """Names that some system would take for one written before."""
    seen: set[str] = set()
    found = []
    for name in names:
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in seen:
            found.append(name)
        seen.add(folded)
    return found


def in_order(names: Iterable[str]) -> list[str]:
    """The order of members in the file: by the bytes of their names, the manifest and its signature last."""
    return sorted(names, key=lambda name: (LAST.index(name) + 1 if name in LAST else 0, name.encode()))
