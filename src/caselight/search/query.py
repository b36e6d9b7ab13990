"""What a person types into search, read into a tree.

камеры видеонаблюдения            both words, any inflection, any order
"с помощью камер"                 exactly these words in this order
/распозна\\w+ лиц/                 a regular expression, case ignored
court:тверской date:2021..2022    fields: court judge number outcome statute date
штраф AND NOT (арест OR "обязательные работы")
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from caselight.errors import UsageError

FIELDS = ("court", "judge", "number", "outcome", "statute")
EXAMPLE = "Example: caselight search STUDY 'камера AND \"распознавание лиц\" date:2021..2022'"
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\)) |
      (?:(?P<field>[^\W\d]\w*):)? (?: "(?P<quoted>[^"]*)" | «(?P<russian>[^»]*)» | (?P<word>[^\s()"/«][^\s()"«]*) ) |
      /(?P<pattern>(?:\\.|[^/\\])+)/ |
      (?P<wrong>\S)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one word of the query in any inflection, side by side: камеры; 20.2 is two of them."""

    text: str


@dataclass(frozen=True, slots=True)
class Exact:
    """These very word forms, side by side."""

    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over the text."""

    text: str


@dataclass(frozen=True, slots=True)
class InField:
    """The words of `text`, side by side, in a field of the case."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Dated:
    """The decision's date lies between two days, both included, written as numbers: 20220306."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


Node = Words | Exact | Pattern | InField | Dated | Both | Either | Not


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(" ")" AND OR NOT, or "leaf"
    shown: str
    leaf: Node | None = None


def parse(query: str) -> Node:
    """The tree of `query`. Words side by side all have to be there; NOT binds closest, then AND, then OR.

    Raises:
        UsageError: the query says nothing, or cannot be read.
    """
    tokens = _tokens(query)
    if not tokens:
        raise UsageError(f"The query is empty. {EXAMPLE}")
    node, rest = _either(tokens, query)
    if rest:
        raise _error(query, f"a closing bracket before {rest[0].shown!r} has no opening one")
    return node


def _error(query: str, what: str) -> UsageError:
    return UsageError(f"The query {query!r} cannot be read: {what}. {EXAMPLE}")


def _tokens(query: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = len(query.rstrip())
    position = 0
    while position < end:
        found = _TOKEN.match(query, position)
        assert found is not None  # `wrong` takes any visible character
        tokens.append(_token(found, query))
        position = found.end()
    return tokens


def _token(found: re.Match[str], query: str) -> _Token:
    shown = found[0].strip()
    if found["open"] or found["close"] or shown in ("AND", "OR", "NOT"):
        return _Token(shown, shown)
    if found["wrong"]:
        missing = {'"': "a closing quotation mark", "/": "a closing slash", "«": "a closing »"}.get(found["wrong"])
        raise _error(query, f"{missing} is missing" if missing else f"{found['wrong']!r} is not expected here")
    if found["pattern"]:
        return _Token("leaf", shown, _pattern(found["pattern"].replace("\\/", "/"), query))
    quoted = found["quoted"] if found["quoted"] is not None else found["russian"]
    text = quoted if quoted is not None else found["word"]
    if not re.search(r"\w", text):
        raise _error(query, f"{shown!r} holds no word")
    if found["field"]:
        return _Token("leaf", shown, _in_field(found["field"].lower(), text, query))
    if quoted is None and "*" in text:
        raise _error(
            query, f"{text!r}: endings need no *; for a part of a word write /{text.replace('*', chr(92) + 'w*')}/"
        )
    return _Token("leaf", shown, Words(text) if quoted is None else Exact(text))


def _pattern(text: str, query: str) -> Pattern:
    try:
        re.compile(text)
    except re.error as error:
        raise _error(query, f"/{text}/ is not a regular expression: {error}") from None
    return Pattern(text)


def _in_field(field: str, text: str, query: str) -> Node:
    if field == "date":
        return _dated(text, query)
    if field not in FIELDS:
        choice = f"Fields are {', '.join(FIELDS)}, date"
        raise _error(
            query, f"there is no field {field!r}. {choice}; to look for the text itself put it in quotation marks"
        )
    return InField(field, text)


def _dated(text: str, query: str) -> Dated:
    first, dots, last = text.partition("..")
    if not dots:
        last = first
    try:
        low = _day(first, last=False) if first else 0
        high = _day(last, last=True) if last else 99991231
    except ValueError:
        raise _error(query, f"date:{text} is not a date; write date:2022, date:2022-03, date:2021..2022") from None
    if low > high:
        raise _error(query, f"date:{text} ends before it begins")
    return Dated(low, high)


def _day(text: str, last: bool) -> int:
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    year = int(found[1])
    month = int(found[2]) if found[2] else 12 if last else 1
    length = calendar.monthrange(year, month)[1]  # a ValueError for month 13
    day = int(found[3]) if found[3] else length if last else 1
    if not 1 <= day <= length:
        raise ValueError(text)
    return year * 10000 + month * 100 + day


def _either(tokens: list[_Token], query: str) -> tuple[Node, list[_Token]]:
    parts: list[Node] = []
    while True:
        node, tokens = _both(tokens, query)
        parts.append(node)
        if not tokens or tokens[0].kind != "OR":
            return (parts[0] if len(parts) == 1 else Either(tuple(parts))), tokens
        tokens = tokens[1:]


def _both(tokens: list[_Token], query: str) -> tuple[Node, list[_Token]]:
    parts: list[Node] = []
    while True:
        node, tokens = _one(tokens, query)
        parts.append(node)
        if tokens and tokens[0].kind == "AND":
            tokens = tokens[1:]
        elif not tokens or tokens[0].kind in ("OR", ")"):
            return (parts[0] if len(parts) == 1 else Both(tuple(parts))), tokens


def _one(tokens: list[_Token], query: str) -> tuple[Node, list[_Token]]:
    if not tokens:
        raise _error(query, "something is missing at its end")
    first, rest = tokens[0], tokens[1:]
    if first.leaf is not None:
        return first.leaf, rest
    if first.kind == "NOT":
        node, rest = _one(rest, query)
        return Not(node), rest
    if first.kind == "(":
        node, rest = _either(rest, query)
        if not rest:
            raise _error(query, "a closing bracket is missing")
        return node, rest[1:]
    raise _error(query, f"a word is expected before {first.shown!r}")
