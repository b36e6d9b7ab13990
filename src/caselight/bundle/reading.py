"""JSON as a bundle holds it, read without trust: no NaN, no number without end, no line without end."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from caselight.bundle.container import Bundle, lines, read_whole
from caselight.bundle.faults import refused

LONGEST_LINE = 256 << 20  # bytes; a figure of a million cases has a line of 22 MB
LARGEST_TEXT = 1 << 30  # bytes, of a member that has to be held whole


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large for a number")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_number)


def parsed(text: str) -> Any:
    """The value that a JSON text stands for.

    Raises:
        ValueError: it is no JSON, or holds what is no number or nests without end.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_json(bundle: Bundle, name: str, most: int = LARGEST_TEXT) -> Any:
    """A member that is one JSON value. Raises Refused where it is not."""
    try:
        return parsed(read_whole(bundle, name, most).decode("utf-8"))
    except ValueError as error:
        raise refused("unreadable", name, str(error), "JSON in UTF-8") from None


def row_of(line: bytes, name: str, number: int) -> dict[str, Any]:
    """One line of a JSON Lines member. Raises Refused where it is no JSON object."""
    try:
        row = parsed(line.decode("utf-8"))
        if not isinstance(row, dict):
            raise ValueError(f"it is {str(row)[:40]!r}")
    except ValueError as error:
        raise refused("unreadable", name, f"line {number}: {error}", "a JSON object in each line") from None
    return row


def read_rows(bundle: Bundle, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a JSON Lines member, with their line numbers. Raises Refused at the first that is none."""
    for number, line in enumerate(lines(bundle, name, LONGEST_LINE), 1):
        yield number, row_of(line, name, number)


def read_text(bundle: Bundle, name: str) -> str:
    """A member that is text. Raises Refused where it is not UTF-8."""
    try:
        return read_whole(bundle, name, LARGEST_TEXT).decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused("unreadable", name, str(error), "text in UTF-8") from None
