"""Days that are not written in full: "13 марта", "12 апреля текущего года", "шестого марта 2022 года", "накануне".

The year is what the text says it is ("of the current year" is the year of the act), or what no reader could take for
another: that of the same day elsewhere, or of the last such day before the act. Else there is no day.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from caselight.definitions import Definition
from caselight.structure.dates import DateRules, day_of_month, iso_day
from caselight.structure.prefilter import Late
from caselight.structure.rules import Shapes

# A day without a year is taken for the last one before the act only if that is not longer ago.
HALF_A_YEAR = timedelta(days=183)
# A day with its year elsewhere in the act tells the year of the same day only if it is not a birth's or a law's.
TWO_YEARS = timedelta(days=731)
# Characters of a story in which such days are looked for; before a likely date, only in those that it begins with.
REACH, REACH_BEFORE = 1_200, 300
# Characters around the end of an ordinal and its month: the ordinal before it, the year behind.
WORDS_BEFORE = 24
YEAR_AFTER = 24
# Characters between a date and the word that says "on the day before".
EVE_AFTER = 200


class ToldRules(NamedTuple):
    """Patterns with groups `day`, `month`, and what tells the year: `year`, `this`, `last` or `same`, if anything."""

    digits: re.Pattern[str]  # begins with the day's number
    words: Late  # the day in words
    words_need: re.Pattern[str]  # the end of such an ordinal and its month: found fast, for it begins with letters
    eve: Late  # "on the day before", which does not name that day
    eve_needs: str  # stands in a text that it matches


class Story(NamedTuple):
    """Where days are told, and what tells their year."""

    text: str
    places: Sequence[int] | None  # where a number stands that they may begin with; None = look everywhere
    days: Sequence[re.Match[str]]  # the dates that are written in full
    known: Collection[str]  # ISO days of this decision and of the one under review: the event was before them
    dates: DateRules


class Told(NamedTuple):
    """A day as told."""

    match: re.Match[str]
    day: str  # ISO
    has_year: bool  # whether the text says which year


def compile_told(entry: Mapping[str, Any], definition: Definition, shapes: Shapes) -> ToldRules:
    """The pack's `told` below `event`."""
    place = ("event", "told")
    return ToldRules(
        shapes.compile(entry["digits"], definition, *place, "digits"),
        shapes.late(entry["words"], definition, *place, "words"),
        shapes.compile(entry["words_need"], definition, *place, "words_need"),
        shapes.late(entry["eve"], definition, *place, "eve"),
        entry["eve_needs"],
    )


def told_days(story: Story, end: int, rules: ToldRules) -> list[Told]:
    """The days told before the place `end` of the story whose year is known, in order."""
    found = _matches(story.text, story.places, end, rules)
    if not found:
        return []
    told = ((match, _day(match, story)) for match in found)
    days = (Told(match, day.isoformat(), match.lastgroup != "month") for match, day in told if day)
    return sorted((one for one in days if one.day not in story.known), key=lambda one: one.match.start())


def _matches(text: str, places: Sequence[int] | None, end: int, rules: ToldRules) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    if places is None:
        found += rules.digits.finditer(text, 0, end)
    else:
        match_at = rules.digits.match
        found += [match for place in places[: bisect_left(places, end)] if (match := match_at(text, place, end))]
    for need in rules.words_need.finditer(text, 0, end):
        match = rules.words.search(text, max(0, need.start() - WORDS_BEFORE), min(end, need.end() + YEAR_AFTER))
        if match:
            found.append(match)
    return found


def _day(match: re.Match[str], story: Story) -> date | None:
    written = day_of_month(match["day"], match["month"], story.dates)
    by = match.lastgroup
    if by == "year":
        return _date(int(match["year"]), written)
    acts = sorted(map(date.fromisoformat, story.known))
    if by == "same":
        before = _date_ahead(story, match)
        year = before and iso_day(before, story.dates)
        told = _date(int(year[:4]), written) if year else None
    elif not acts:
        return None
    elif by in ("this", "last"):
        told = _date(acts[-1].year - (by == "last"), written)
    else:
        told = _last_before(acts[0], written, [day for one in story.days if (day := iso_day(one, story.dates))])
    return told if told and (not acts or told <= acts[0]) else None


def _date_ahead(story: Story, match: re.Match[str]) -> re.Match[str] | None:
    """The date written in full that stands last before what was matched."""
    return max((one for one in story.days if one.end() <= match.start()), key=re.Match.end, default=None)


def _last_before(act: date, written: tuple[int, int], full: Sequence[str]) -> date | None:
    """The day of a year that the text does not name beside it."""
    years = {int(day[:4]) for day in full if (int(day[5:7]), int(day[8:])) == written}
    named = [day for year in years if (day := _date(year, written)) and timedelta(0) <= act - day <= TWO_YEARS]
    if named:
        return named[0] if len(named) == 1 else None
    for year in (act.year, act.year - 1):
        day = _date(year, written)
        if day and day <= act:
            return day if act - day <= HALF_A_YEAR else None
    return None


def _date(year: int, written: tuple[int, int]) -> date | None:
    try:
        return date(year, *written)
    except ValueError:
        return None


def eves(story: Story, rules: ToldRules) -> list[tuple[int, int, str]]:
    """Where "on the day before" follows a date in its paragraph: from the date to these words, and the ISO day."""
    text = story.text
    if text.find(rules.eve_needs, 0, REACH) < 0:
        return []
    found = []
    for match in rules.eve.finditer(text, 0, REACH):
        before = _date_ahead(story, match)
        if not before or match.start() - before.end() > EVE_AFTER or "\n\n" in text[before.end() : match.start()]:
            continue
        if day := iso_day(before, story.dates):
            eve = date.fromisoformat(day) - timedelta(days=1)
            found.append((before.start(), match.end(), eve.isoformat()))
    return found
