"""Dates as courts write them, read as ISO days: "13 мая 2022 года", "«13» мая 2022 г.", "13.05.2022"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

# Two-digit years are read as 19xx from here on: no published ruling is older than 1970, none younger than 2069.
FIRST_YEAR_OF_LAST_CENTURY = 70
# Days of a study of many years, each in the few ways of writing that courts have.
REMEMBERED_DATES = 20_000
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class DateRules:
    """Patterns with groups `day_N`, `month_N`, `year_N`, and what words mean in them."""

    patterns: tuple[tuple[re.Pattern[str], str], ...]  # with a word without which the pattern cannot match ("" = none)
    months: Mapping[str, int]  # beginning of the word, lower case -> 1 to 12
    days: Mapping[str, int]  # ordinal words of days: "тринадцатого" -> 13
    years: Mapping[str, int]  # words that add up to a year: "тысячи" 2000, "двадцать" 20, "второго" 2
    remembered: dict[str, str | None] = field(default_factory=dict, compare=False)  # a date as written -> its day


def read_date(words: str, rules: DateRules) -> str | None:
    """ISO day that `words` state; None where they state none, or one that no calendar has ("31.02.2022")."""
    if _ISO.match(words):
        try:
            return date.fromisoformat(words[:10]).isoformat()
        except ValueError:
            return None
    return next((day for match in find_dates(words, 0, len(words), rules) if (day := iso_day(match, rules))), None)


def find_dates(text: str, start: int, end: int, rules: DateRules) -> Iterator[re.Match[str]]:
    """Everything between two offsets that is written like a date: of each way of writing in turn, in order."""
    for pattern, needs in rules.patterns:
        if not needs or text.find(needs, start, end) >= 0:
            yield from pattern.finditer(text, start, end)


def iso_day(match: re.Match[str], rules: DateRules) -> str | None:
    """The day that a match of `find_dates` states, or None where no calendar has it."""
    words = match[0]
    if words not in rules.remembered:
        if len(rules.remembered) >= REMEMBERED_DATES:
            rules.remembered.clear()
        rules.remembered[words] = _iso_day(match, rules)
    return rules.remembered[words]


def _iso_day(match: re.Match[str], rules: DateRules) -> str | None:
    # The alternatives of a pattern number their groups: day_1 or day_2.
    part = {name.partition("_")[0]: value for name, value in match.groupdict().items() if value}
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
