"""What points to one person without naming them: homes, births, phones, plates, numbers of documents and cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from caselight.protect.cleaned import fold
from caselight.protect.roles import Knowledge

# An address is no longer than this; longer, something else has been swallowed.
_LONGEST = 220
# What stands before the name of a street, which does not end an address: "ул. Имама Шамиля, 5".
_STREET = re.compile(
    r"(?<![а-яё])(?:ул|улиц[а-яё]|пр|пр-т|пр-кт|проспект[а-яё]?|пер|пл|наб|б-р|бул|мкр)\.?\s?(?:[А-ЯЁ][а-яё]+\s)?$"
)
_STREET_LEAD = 30  # characters
_TOKEN = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*(?:\s?«[А-Яа-яё]»)?")
_STOP = re.compile(
    r"[;:()\n<>*]|«(?![А-Яа-яё]»)|(?<!«[А-Яа-яё])»|(?<=\d)\.\s+(?=[А-ЯЁ][а-яё]{2,})|(?<=[а-яё]{4})\.\s+(?=[А-ЯЁ])"
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A stretch of the cleaned text that is to be replaced."""

    start: int
    end: int
    kind: str  # address | birth | phone | mail | plate | document | case
    key: str  # equal for two ways of writing the same


def identifiers(text: str, known: Knowledge, names: list[int]) -> list[Identifier]:
    """Everything of that sort in a cleaned text, in no order; stretches may overlap.

    Args:
        names: offsets where a person's name begins: an address ends there.
    """
    ends = [at for at in names if not _STREET.search(text, max(0, at - _STREET_LEAD), at)]
    return [*_homes(text, known, ends), *_numbers(text, known)]


def key_of(kind: str, text: str) -> str:
    """What two ways of writing the same number or place share.

    >>> key_of("phone", "8 (916) 123-45-67") == key_of("phone", "89161234567")
    True
    """
    if kind in ("phone", "document"):
        return re.sub(r"\W", "", fold(text))[-10:] if kind == "phone" else re.sub(r"\W", "", fold(text))
    return flat(text)


def flat(text: str) -> str:
    """The text in small letters, with one space wherever it has spaces, stops or commas.

    >>> flat("г.Омск,  ул. Мира, 5")
    'г омск ул мира 5'
    """
    return re.sub(r"[\s.,]+", " ", fold(text)).strip()


def written_anyhow(texts: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these flat texts in a folded one, whatever stands between its words."""
    rows = sorted(texts, key=len, reverse=True)
    ways = (r"[\s.,]+".join(map(re.escape, row.split(" "))) for row in rows)
    return re.compile(rf"(?<![\w/-])(?:{'|'.join(ways)})(?![\w/]|-\d)")


def _numbers(text: str, known: Knowledge) -> Iterator[Identifier]:
    for rule in known.numbers:
        for m in rule.pattern.finditer(text):
            start, end = m.span("hide")
            found = text[start:end]
            digits = sum(map(str.isdigit, found))
            if digits < max(rule.needs_digits, rule.kind == "case") or (known.wiped and known.wiped.match(found)):
                continue
            yield Identifier(start, end, rule.kind, key_of(rule.kind, found))


def _homes(text: str, known: Knowledge, names: list[int]) -> Iterator[Identifier]:
    if known.address_leads is None or known.home is None:
        return
    for m in known.address_leads.finditer(text):
        limit = min((at for at in names if at >= m.end()), default=len(text))
        end = _forward(text, m.end(), min(limit, m.end() + _LONGEST), known)
        if re.search(r"\d", text[m.end() : end]):
            yield Identifier(m.end(), end, "address", key_of("address", text[m.end() : end]))
    for m in known.home.finditer(text):
        start = _backward(text, m.start(), known)
        yield Identifier(start, m.end(), "address", key_of("address", text[start : m.end()]))


def _belongs(word: str, known: Knowledge) -> bool:
    return word[0].isdigit() or word[0].isupper() or fold(word) in known.address_words


def _forward(text: str, start: int, limit: int, known: Knowledge) -> int:
    """Where an address that begins at `start` ends."""
    stop = _STOP.search(text, start, limit)
    end = start
    for m in _TOKEN.finditer(text, start, stop.start() if stop else limit):
        if fold(m.group()) in known.address_joins:
            continue
        if not _belongs(m.group(), known) or (m.group().isupper() and len(m.group()) > 3):
            break
        end = m.end()
    return end


def _backward(text: str, end: int, known: Knowledge) -> int:
    """Where an address begins that reaches up to a flat."""
    begin = max(0, end - _LONGEST)
    stops = list(_STOP.finditer(text, begin, end))
    begin = stops[-1].end() if stops else begin
    start = end
    for m in reversed(list(_TOKEN.finditer(text, begin, end))):
        if fold(m.group()) in known.address_joins:
            continue
        if not _belongs(m.group(), known):
            break
        start = m.start()
    return start
