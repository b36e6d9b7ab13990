"""Dates as courts write them, read as ISO days: "13 мая 2022 года", "«13» мая 2022 г.", "13.05.2022"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caselight.structure.fold import View

# Two-digit years are read as 19xx from here on: no published ruling is older than 1970, none younger than 2069.
FIRST_YEAR_OF_LAST_CENTURY = 70


@dataclass(frozen=True, slots=True)
class DateRules:
    """One pattern with groups `day`, `month`, `year` (named or numbered month), and what the words mean."""

    pattern: re.Pattern[str]
    months: Mapping[str, int]  # lower-case word or its beginning -> 1 to 12
    days: Mapping[str, int]  # ordinal words of days: "тринадцатого" -> 13
    years: Mapping[str, int]  # words that add up to a year: "две тысячи" 2000, "двадцать" 20, "второго" 2


@dataclass(frozen=True, slots=True)
class Day:
    """One date in a view: its offsets there and its value."""

    start: int
    end: int
    iso: str


def read_date(words: str, rules: DateRules) -> str | None:
    """ISO day that `words` state; None where they state none, or one that no calendar has ("31.02.2022")."""
    match = rules.pattern.search(words)
    return _iso(match, rules) if match else None


def find_dates(view: View, start: int, end: int, rules: DateRules) -> list[Day]:
    """Every date between two offsets of a view, in order."""
    days = []
    for match in rules.pattern.finditer(view.text, start, end):
        iso = _iso(match, rules)
        if iso:
            days.append(Day(match.start(), match.end(), iso))
    return days


def _iso(match: re.Match[str], rules: DateRules) -> str | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    part: dict[str, str] = {}
    for name, value in groups.items():
        part[name.split("_")[0]] = value  # the pattern's alternatives number their groups: day_1, day_2
    day = rules.days.get(part["day"].lower()) or (int(part["day"]) if part["day"].isdigit() else 0)
    try:
        return date(_year(part["year"], rules), _month(part["month"], rules), day).isoformat()
    except ValueError:
        return None


def _month(words: str, rules: DateRules) -> int:
    word = words.lower()
    if word.isdigit():
        return int(word)
    return next((number for beginning, number in rules.months.items() if word.startswith(beginning)), 0)


def _year(words: str, rules: DateRules) -> int:
    if words.isdigit():
        number = int(words)
        if number < 100:
            return number + (1900 if number >= FIRST_YEAR_OF_LAST_CENTURY else 2000)
        return number
    return sum(rules.years.get(word, 0) for word in words.lower().split())
