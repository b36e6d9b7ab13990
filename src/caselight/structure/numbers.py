"""Sums and terms as courts write them: "10 000 (десять тысяч)", "10.000", "10 тыс.", "15-ти", "двое", "1 500,00".

In: folded text (lower case, one kind of space) and a numeral table from the pack. Out: the numbers with their offsets.
A number is digits or number words, with its repetition in brackets and its scale ("тысяч") as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from caselight.pack import Pack

# "10 000", "10.000", "1 000 000"; or plain digits; then kopecks or a decimal part: "10 000,00", "5000-00", "1,5 тыс.";
# then the ending of an ordinal: "15-ти".
_DIGITS = re.compile(
    r"(\d{1,3}(?:[ .']{1,2}\d{3})+(?!\d)|\d+)(?:[.,](\d{1,2})(?![\d.,])|[-–]00(?!\d))?(?:[-‑–]?(?:ти|и|ть|х|ми|мя)\b)?"
)
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_ANY_WORD = re.compile(r"\\[A-Za-z]|(?<!\\)\.|[^\W_]-[^\W_]|\[\^")  # a class of letters, or all but some characters
_NOT_DIGIT = re.compile(r"\D")
_BRACKET = re.compile(r" {0,2}\( {0,2}")
_BRACKET_END = re.compile(r"[^()]{0,12}\)")  # "(десяти) тысяч", "(десять тысяч руб.)"


class Number(NamedTuple):
    """A number and where it stands."""

    value: int
    start: int
    end: int


class Numeral(NamedTuple):
    """What a word means inside a number: "пятнадцать" adds 15, "тысяч" multiplies by 1,000."""

    value: int
    is_scale: bool


Numerals = Mapping[str, Numeral]


def compile_numerals(pack: Pack) -> Numerals:
    """The pack's words/numbers.csv (form, value, kind = unit or scale); empty where it has none."""
    rows = pack.tables.get("numbers", ())
    return {row["form"]: Numeral(int(row["value"]), row["kind"] == "scale") for row in rows}


def numbers_in(text: str, start: int, end: int, numerals: Numerals) -> list[Number]:
    """Every number in `text[start:end]`, in order; one that is repeated in brackets counts once, as written first."""
    found: list[Number] = []
    reached = start
    while reached < end:
        for token in _TOKEN.finditer(text, reached, end):
            word = token[0]
            if not (word in numerals or word.isdecimal()):
                continue
            number = _read(text, token, end, numerals)
            if number:
                found.append(number)
                reached = number.end
                break
        else:
            break
    return found


def number_before(text: str, end: int, numerals: Numerals, fillers: re.Pattern[str]) -> Number | None:
    """The number that ends where the unit at `end` begins ("10 000 (десять тысяч)| рублей"); `fillers` may lie between.

    Only REACH characters back are read: the longest sum seen, in digits and in words, takes 74.
    """
    start = max(0, end - REACH)
    if "(" not in text[start:end]:
        start = _behind_last_word(text, start, end, numerals, _beginnings(fillers))
    numbers = numbers_in(text, start, end, numerals)
    if numbers and fillers.fullmatch(text, numbers[-1].end, end):
        return numbers[-1]
    return None


@lru_cache(64)
def _beginnings(fillers: re.Pattern[str]) -> tuple[str, ...]:
    """How the words begin that the pattern lets through; ("",) = it may let through any."""
    if _ANY_WORD.search(fillers.pattern):
        return ("",)
    return tuple(_LETTERS.findall(fillers.pattern.lower()))


def _behind_last_word(text: str, start: int, end: int, numerals: Numerals, allowed: tuple[str, ...]) -> int:
    """Where the last word ends that belongs to no number: only a bracket, or a word that begins as is `allowed`, lets a
    number go on behind it.
    """
    while start < end:
        space = text.rfind(" ", start, end)
        words = _TOKEN.findall(text, max(space, start), end)
        if words and not any(word in numerals or word.isdecimal() or word.startswith(allowed) for word in words):
            return end
        end = max(space, start)
    return start


REACH = 100
LONGEST = 12  # digits in a row that may be a sum; bank accounts have 20


def _read(text: str, token: re.Match[str], end: int, numerals: Numerals) -> Number | None:
    """The whole number that begins with `token`, or None where it begins none."""
    word = token[0]
    if len(word) <= LONGEST and word.isdecimal():
        first = _digits(text, token.start(), end, numerals)
    elif word in numerals:
        first = _words(text, token.start(), end, numerals)
    else:
        return None
    bracket = _BRACKET.match(text, first.end, end)
    if not bracket:
        return first
    inside = _TOKEN.match(text, bracket.end(), end)
    if not inside or not (inside[0].isdigit() or inside[0] in numerals):
        return first
    repeated = _read(text, inside, end, numerals)
    closed = _BRACKET_END.match(text, repeated.end if repeated else bracket.end(), end)
    if not repeated or not closed:
        return first
    # "10 (десять) тысяч": the scale stands after the bracket and belongs to both.
    factor, stop = _scale(text, closed.end(), end, numerals) if repeated.value == first.value else (1, closed.end())
    return Number(first.value * factor, first.start, stop)


def _digits(text: str, start: int, end: int, numerals: Numerals) -> Number:
    match = _DIGITS.match(text, start, end)
    assert match is not None  # the caller saw a digit here
    whole = int(_NOT_DIGIT.sub("", match[1]))
    factor, stop = _scale(text, match.end(), end, numerals)
    if factor == 1 or match[2] is None:
        return Number(whole * factor, start, stop)
    return Number(whole * factor + int(match[2]) * factor // 10 ** len(match[2]), start, stop)


def _scale(text: str, start: int, end: int, numerals: Numerals) -> tuple[int, int]:
    """The factor of a scale word that follows ("тысяч", "тыс."), or 1; and where it ends."""
    gap = start
    while gap < end and text[gap] in " -":
        gap += 1
    word = _TOKEN.match(text, gap, end)
    numeral = numerals.get(word[0]) if word else None
    if word is None or numeral is None or not numeral.is_scale:
        return 1, start
    return numeral.value, word.end() + (text[word.end() : word.end() + 1] == ".")


def _words(text: str, start: int, end: int, numerals: Numerals) -> Number:
    total = current = 0
    stop = place = start
    last = 0
    while word := _TOKEN.match(text, place, end):
        numeral = numerals.get(word[0])
        # "сто пятьдесят" goes down; "пять десять" is two numbers.
        if numeral is None or (not numeral.is_scale and current and _magnitude(numeral.value) >= last):
            break
        if numeral.is_scale:
            total, current = total + (current or 1) * numeral.value, 0
        else:
            current, last = current + numeral.value, _magnitude(numeral.value)
        stop = place = word.end()
        while place < end and text[place] in " -":
            place += 1
    return Number(total + current, start, stop)


def _magnitude(value: int) -> int:
    """1 for ones and teens (nothing may follow them), 2 for tens, 3 for hundreds."""
    return 1 if value < 20 else len(str(value))
