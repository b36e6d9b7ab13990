"""Which names of an English opinion are those of published cases: "State v. Quillan, 1999-NMSC-018".

Such a name stays, and with it what refers back to it ("Quillan, 128 N.M. at 4", "State v. Quillan holds").
A name behind "v." that no reporter's number ever follows is that of the case at hand, and does not stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A volume, a whole reporter and a page: "128 N.M. 4", "965 P.2d at 12", "12 F. Supp. 2d 3", "1999-NMSC-018".
# Not a home: "1200 S.E. Main Street", "45 Calhoun Street", "12 So. Broad Street", "512 N.W. 4th Street"; "10 P.M. 4".
_SERIES = r"(?:\s?(?:2d|3d|4th|5th))?"
_VOLUMES = (
    rf"(?:N\.?\s?M\.?|U\.\s?S\.|S\.\s?Ct\.|L\.\s?Ed\.{_SERIES}|(?:P|A|A\.\s?D|F|So|S\.\s?[EW]|N\.\s?[EW])\.{_SERIES}"
    rf"|F\.\s?(?:Supp\.{_SERIES}|App[’']x|R\.\s?D\.)|N\.\s?Y\.(?:\s?S\.)?{_SERIES}|Cal\.(?:\s?(?:App|Rptr)\.)?{_SERIES})"
)
_PAGE = r"(?:at\s+)?(?:\d+(?!\w)(?!\s[A-Z][a-z])|[-_–—]{2,})"
_REPORTER = rf"(?:\d+[\s-]+{_VOLUMES}(?=[\s-]+{_PAGE})|(?:19|20)\d\d[\s-]NM(?:SC|CA|CERT)?(?=[\s-]\d))"
_BEFORE = re.compile(r"(?:\bIn\s+re\s+|\bv\.\s+|\bex\s+rel\.\s+)$")
_BEHIND = re.compile(rf"\s+v\.\s+[A-ZÀ-Ý][\w'’-]*|\s*,\s*{_REPORTER}")
# The name of a party, of at most 90 characters. A sentence ends in "Harrow left. State v. Quillan", not in "Dist. v.".
_PARTY = r"(?:(?![a-z]{3}[.?!]\s(?!v\.))[^,;()\n]){%s,90}?"
# "Harrow v. Quillan Lumber Co., 128 N.M.", "In re Quillan, 1999-NMSC", "State ex rel. Harrow v. Quillan, 12 P.2d".
_CASE = re.compile(
    rf"(?P<names>(?:\bIn\s+re\s|\b[A-ZÀ-Ý]{_PARTY % 0}\sv\.\s){_PARTY % 1})"
    rf"(?:,\s(?:Inc|Ltd|L\.?L\.?C|Co)\.?)?,\s*{_REPORTER}"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Reports:
    """The cases that a text cites with a reporter's number."""

    words: frozenset[str]  # of their names, in small letters
    ends: frozenset[int]  # where the name of one ends

    @classmethod
    def of(cls, text: str) -> Reports:
        """Those of a text.

        >>> Reports.of("Ada left. In re Quillan, 128 N.M. 4; Silas Harrow, 45 Calhoun Street.").words
        frozenset({'in', 'quillan'})
        """
        found = list(_CASE.finditer(text))
        words = (word for m in found for word in _WORD.findall(m["names"]) if word[0].isupper())
        return cls(frozenset(map(str.lower, words)), frozenset(m.end("names") for m in found))


def cited(text: str, start: int, end: int, reports: Reports) -> bool:
    """Whether a name is that of a published case where it stands."""
    if end in reports.ends:
        return True
    if not (_BEFORE.search(text[max(0, start - 8) : start]) or _BEHIND.match(text, end)):
        return False
    words = [
        word for word in _WORD.findall(text[start:end]) if len(word) > 1 and word != "II"
    ]  # "Quillan II, 128 N.M."
    return all(word.lower() in reports.words for word in words)


def citation(text: str, start: int, end: int) -> tuple[int, int]:
    """The name with what makes a citation of it: "v. Quillan", "Quillan, 128 N.M. 4"."""
    before, behind = _BEFORE.search(text[max(0, start - 8) : start]), _BEHIND.match(text, end)
    return (start - len(before.group()) if before else start), (behind.end() if behind else end)
