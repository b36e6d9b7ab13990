"""What a pack knows of names: who acts in office, who is private, which names are names of places. Compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from caselight.definitions import Definition
from caselight.pack import Pack


class Role(StrEnum):
    """Why somebody is named in a record, as the words beside the name say."""

    OFFICIAL = "official"
    DEFENDER = "defender"
    ACCUSED = "accused"
    PRIVATE = "private"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A pattern of something that points to one person; the group `hide` is what is replaced."""

    kind: str
    pattern: re.Pattern[str]
    needs_digits: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A pack's knowledge of names, ready for use."""

    finder: str  # name in FINDERS
    roles: tuple[tuple[Role, re.Pattern[str]], ...]
    bearers: re.Pattern[str] | None  # matches up to the name of a human being
    said: re.Pattern[str] | None  # the same, words for what somebody said or asked
    called: re.Pattern[str] | None  # what stands before a name that somebody is called by
    accused_after: re.Pattern[str] | None  # matches what stands behind the name of the accused
    officials_after: re.Pattern[str] | None  # the same, of somebody in office
    not_surnames: frozenset[str]  # folded
    words: Mapping[str, frozenset[str]]  # what a finder needs to know of single words, by the name of their list
    places_before: re.Pattern[str] | None
    places_before_bare: re.Pattern[str] | None
    places_after: re.Pattern[str] | None
    numbers: tuple[NumberRule, ...]
    address_leads: re.Pattern[str] | None  # None = addresses are no more than what `numbers` says
    home: re.Pattern[str] | None
    address_words: frozenset[str]
    address_joins: frozenset[str]  # words that never end an address
    wiped: re.Pattern[str] | None  # what the court has wiped, which stays as it is
    fields: Mapping[str, tuple[str, ...]]  # party, kind, official, officials_in -> labels


_ROLES = (
    (Role.OFFICIAL, "officials"),
    (Role.DEFENDER, "defenders"),
    (Role.ACCUSED, "accused"),
    (Role.PRIVATE, "private"),
)


def knowledge(pack: Pack) -> Knowledge:
    """What the pack's names.yaml says.

    Raises:
        DefinitionError: the pack has no such file, or it has a mistake.
    """
    part = pack.part("names")
    if not isinstance(part.data, dict) or "finder" not in part.data:
        raise part.error(
            f"the pack {pack.name} has no names.yaml with a 'finder', so names in its records cannot be found. "
            "Nothing was published. Packs that can: ru, us."
        )
    data = part.data
    roles = [(role, _compiled(part, key, i)) for role, key in _ROLES for i in _rows(data, key)]
    fields = {
        key: tuple(data.get(name, ()))
        for key, name in (
            ("party", "party_fields"),
            ("kind", "party_kind_fields"),
            ("official", "official_fields"),
            ("officials_in", "officials_in_fields"),
        )
    }
    return Knowledge(
        finder=str(data["finder"]),
        roles=tuple(roles),
        bearers=_right_before(part, "bearers"),
        said=_right_before(part, "said"),
        called=_any(part, "called"),
        accused_after=_any(part, "accused_after"),
        officials_after=_any(part, "officials_after"),
        not_surnames=frozenset(word.lower().replace("ё", "е") for word in data.get("not_surnames", ())),
        words=_words(data),
        places_before=_ending(part, "places_before"),
        places_before_bare=_ending(part, "places_before_bare"),
        places_after=_any(part, "places_after"),
        numbers=tuple(_number(part, i) for i in _rows(data, "numbers")),
        address_leads=_address(part, "leads"),
        home=_address(part, "home"),
        address_words=frozenset(data.get("addresses", {}).get("words", ())),
        address_joins=frozenset(data.get("addresses", {}).get("joins", ())),
        wiped=re.compile(rf"(?:{'|'.join(data['wiped'])})(?!\w)", re.IGNORECASE) if data.get("wiped") else None,
        fields=fields,
    )


def _words(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    return {name: frozenset(map(str, words)) for name, words in data.get("words", {}).items()}


def _rows(data: Mapping[str, Any], key: str) -> range:
    return range(len(data.get(key, ())))


def _compiled(part: Definition, key: str, i: int) -> re.Pattern[str]:
    row = part.data[key][i]
    try:
        return re.compile(rf"(?<![^\W\d_])(?:{row['pattern']})", re.IGNORECASE)
    except (re.error, KeyError, TypeError) as error:
        raise part.error(
            f"this row of {key!r} needs a 'pattern' that is a regular expression: {error}", key, i
        ) from None


def _number(part: Definition, i: int) -> NumberRule:
    row = part.data["numbers"][i]
    flags = re.IGNORECASE if row["kind"] in ("birth", "phone", "document", "case") else re.NOFLAG
    try:
        pattern = re.compile(row["pattern"], flags)
    except re.error as error:
        raise part.error(f"not a regular expression: {error}", "numbers", i) from None
    if "hide" not in pattern.groupindex:
        raise part.error("this pattern needs a group (?P<hide>...)", "numbers", i)
    return NumberRule(row["kind"], pattern, int(row.get("needs_digits", 0)))


def _any(part: Definition, key: str) -> re.Pattern[str] | None:
    rows: Iterable[Any] = part.data.get(key, ())
    joined = "|".join(f"(?:{row['pattern']})" for row in rows)
    return re.compile(joined, re.IGNORECASE) if joined else None


def _ending(part: Definition, key: str) -> re.Pattern[str] | None:
    """Matches where the text before a name ends with one of these."""
    rows: Iterable[Any] = part.data.get(key, ())
    joined = "|".join(f"(?:{row['pattern']})" for row in rows)
    # A capital inside keeps its meaning: "ул. Маршала" may come before the name, "ул. дом" not.
    return re.compile(rf"(?<![^\W\d_])(?:{joined})$") if joined else None


def _right_before(part: Definition, key: str) -> re.Pattern[str] | None:
    """Matches where one of these is the last word of a text, but for a dash."""
    joined = "|".join(f"(?:{row['pattern']})" for row in part.data.get(key, ()))
    return re.compile(rf"(?<![^\W\d_])(?:{joined})\s{{1,3}}(?:[–—-]\s)?$", re.IGNORECASE) if joined else None


def _address(part: Definition, key: str) -> re.Pattern[str] | None:
    found = part.data.get("addresses")
    if not found:
        return None
    if key == "home":
        return re.compile(found[key], re.IGNORECASE)
    leads = "|".join(f"(?:{row['pattern']})" for row in found["leads"])
    return re.compile(rf"(?<![^\W\d_])(?:{leads})", re.IGNORECASE)
