"""Which names of an English opinion are those of published cases: "State v. Quillan, 1999-NMSC-018".

Such a name stays, and with it what refers back to it ("Quillan, 128 N.M. at 4", "State v. Quillan holds").
A name behind "v." that no reporter's number ever follows is that of the case at hand, and does not stay.
"""

from __future__ import annotations

import re

_REPORTER = (
    r"(?:\d+[\s-]+(?:N\.?\s?M|P\.|U\.\s?S|S\.\s?Ct|F\.|A\.|S\.\s?[EW]|N\.\s?[EWY]|Cal|So\.)|(?:19|20)\d\d[\s-]NM)"
)
_BEFORE = re.compile(r"(?:\bIn\s+re\s+|\bv\.\s+|\bex\s+rel\.\s+)$")
_BEHIND = re.compile(
    r"\s+v\.\s+[A-ZÀ-Ý][\w'’-]*|\s*,\s*\d+[\s-]+(?:N\.\s?M|NM|P\.|U\.S|S\.\s?Ct|F\.)\w*|\s*,\s*(?:19|20)\d\d[\s-]NM\w*"
)
_AT_ONCE = re.compile(rf"\s*,\s*{_REPORTER}[\w.]*")
# The name of a party, of at most 90 characters; no sentence ends in it: "Harrow left. State v. Quillan".
_PARTY = r"(?:(?![a-z]{3}[.?!]\s)[^,;()\n]){%s,90}?"
# "Harrow v. Quillan Lumber Co., 128 N.M.", "In re Quillan, 1999-NMSC", "State ex rel. Harrow v. Quillan, 12 P.2d".
_CASE = re.compile(
    rf"(?P<names>(?:\bIn\s+re\s|\b[A-ZÀ-Ý]{_PARTY % 0}\sv\.\s){_PARTY % 1})"
    rf"(?:,\s(?:Inc|Ltd|L\.?L\.?C|Co)\.?)?,\s*{_REPORTER}"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def reported(text: str) -> frozenset[str]:
    """Words, in small letters, of the names of cases that the text cites with a reporter's number."""
    return frozenset(
        word.lower() for m in _CASE.finditer(text) for word in _WORD.findall(m["names"]) if word[0].isupper()
    )


def cited(text: str, start: int, end: int, of_reports: frozenset[str]) -> bool:
    """Whether a name is that of a published case where it stands.

    Args:
        of_reports: what `reported` says of the text.
    """
    if _AT_ONCE.match(text, end):
        return True
    if not (_BEFORE.search(text[max(0, start - 8) : start]) or _BEHIND.match(text, end)):
        return False
    return all(word.lower() in of_reports for word in _WORD.findall(text[start:end]) if len(word) > 1)


def citation(text: str, start: int, end: int) -> tuple[int, int]:
    """The name with what makes a citation of it: "v. Quillan", "Quillan, 128 N.M"."""
    before = _BEFORE.search(text[max(0, start - 8) : start])
    behind = _BEHIND.match(text, end) or _AT_ONCE.match(text, end)
    return (start - len(before.group()) if before else start), (behind.end() if behind else end)
