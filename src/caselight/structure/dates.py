"""Dates as courts write them, read as ISO days: "13 мая 2022 года", "«13» мая 2022 г.", "13.05.2022"."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from caselight.remembering import Lately
from caselight.structure.codes import Batch, Flags, table
from caselight.structure.prefilter import Late, after_number

# Two-digit years are read as 19xx from here on: no published ruling is older than 1970, none younger than 2069.
FIRST_YEAR_OF_LAST_CENTURY = 70
# Days of a study of many years, each in the few ways of writing that courts have.
REMEMBERED_DATES = 5_000
_DIGITS, _STOP = 10, ord(".")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


class DatePattern(NamedTuple):
    """One way of writing a date, in groups `day_N`, `month_N`, `year_N`."""

    pattern: re.Pattern[str] | Late
    needs: str  # a word without which the pattern cannot match; "" = none
    after_day: frozenset[str] | None  # what may follow the number that it begins with; None = otherwise, or it is late

    @classmethod
    def of(cls, pattern: re.Pattern[str] | Late, needs: str = "") -> DatePattern:
        """The way of writing that this pattern reads."""
        return cls(pattern, needs, None if isinstance(pattern, Late) else after_number(pattern))

    def all_in(self, text: str, places: Sequence[int] | None) -> list[re.Match[str]]:
        """Everything in the text that is written so, in order.

        Args:
            text: where it is looked for.
            places: where a number stands that it may begin with (`day_places`); None = look everywhere.
        """
        if self.needs not in text:
            return []
        if places is None or self.after_day is None or isinstance(self.pattern, Late):
            return list(self.pattern.finditer(text))
        match_at, done = self.pattern.match, 0
        found = []
        for place in places:
            if place >= done and (match := match_at(text, place)):
                found.append(match)
                done = match.end()
        return found


class DateRules(NamedTuple):
    """Ways of writing a date, and what words mean in them."""

    patterns: tuple[DatePattern, ...]
    after_day: Flags  # by code point, whether it may follow the number that a date begins with
    months: Mapping[str, int]  # beginning of the word, lower case -> 1 to 12
    days: Mapping[str, int]  # ordinal words of days: "тринадцатого" -> 13
    years: Mapping[str, int]  # words that add up to a year: "тысячи" 2000, "двадцать" 20, "второго" 2
    remembered: Lately[str, str | None]  # a date as written -> its day, "" = none


def compile_dates(
    patterns: Sequence[tuple[re.Pattern[str] | Late, str]],
    months: Mapping[str, int],
    days: Mapping[str, int],
    years: Mapping[str, int],
) -> DateRules:
    """The rules of a pack: each pattern with the word that it needs, and what words mean (as in DateRules)."""
    ways = tuple(DatePattern.of(pattern, needs) for pattern, needs in patterns)
    after_day = table(character for way in ways for character in way.after_day or ())
    return DateRules(ways, after_day, months, days, years, Lately(REMEMBERED_DATES))


def read_date(words: str, rules: DateRules) -> str | None:
    """ISO day that `words` state; None where they state none, or one that no calendar has ("31.02.2022")."""
    if _ISO.match(words):
        try:
            return date.fromisoformat(words[:10]).isoformat()
        except ValueError:
            return None
    return next((day for match in find_dates(words, None, rules) if (day := iso_day(match, rules))), None)


def find_dates(text: str, places: Sequence[int] | None, rules: DateRules) -> list[re.Match[str]]:
    """Everything that is written like a date: of each way of writing in turn, in order.

    Args:
        text: where dates are looked for.
        places: its `day_places`, where they are known.
        rules: the pack's.
    """
    return [match for way in rules.patterns for match in way.all_in(text, places)]


def day_places(batch: Batch, also: Flags, rules: DateRules) -> list[array[int]]:
    """For each text, where a number begins that may be a date's day: what stands before and behind it allows it.

    In a long text most of the time a pattern goes from character to character. Here many texts are looked at in one go.

    Args:
        batch: the texts.
        also: by code point, the characters that a view may show as others: they may follow a day in any case.
        rules: the pack's.
    """
    codes = batch.codes
    digit = codes - codes.dtype.type(ord("0")) < _DIGITS  # what is less than "0" wraps around
    begin = (digit[1:] > digit[:-1]).nonzero()[0] + 1
    follows = codes[begin + 1 + digit[begin + 1]]
    follows_number = (codes[begin - 1] == _STOP) & digit[begin - 2]
    may_follow = rules.after_day.take(follows, mode="clip") | also.take(follows, mode="clip")
    return batch.parted(begin[may_follow > follows_number])


def iso_day(match: re.Match[str], rules: DateRules) -> str | None:
    """The day that a match of `find_dates` states, or None where no calendar has it."""
    words = match[0]
    day = rules.remembered[words]
    if day is None:
        day = rules.remembered[words] = _iso_day(match, rules)
    return day or None


def _iso_day(match: re.Match[str], rules: DateRules) -> str:
    # The alternatives of a pattern number their groups: day_1 or day_2.
    part = {name.partition("_")[0]: value for name, value in match.groupdict().items() if value}
    month, day = day_of_month(part["day"], part["month"], rules)
    try:
        return date(_year(part["year"], rules), month, day).isoformat()
    except ValueError:
        return ""


def day_of_month(day: str, month: str, rules: DateRules) -> tuple[int, int]:
    """Numbers of the month and of the day in it that these words state; 0 where they state none."""
    return _month(month, rules), rules.days.get(day.lower()) or (int(day) if day.isdigit() else 0)


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
