"""When and where the event of the case happened, out of all the dates that a court's findings mention.

A ruling also dates its protocol, laws, births, earlier decisions. The event's date is the one that a time of day
follows, that "it was found that" leads to, and that an act of the accused follows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from caselight.definitions import Definition
from caselight.structure.dates import DatePattern, DateRules, find_dates, iso_day
from caselight.structure.fold import View
from caselight.structure.prefilter import Late, Sought, Words, holds, needed
from caselight.structure.rules import Shapes
from caselight.structure.told_days import REACH, REACH_BEFORE, Story, Told, ToldRules, compile_told, eves, told_days
from caselight.types import Document, Fact, Span

# Characters looked at around a date: a time of day stands right behind it, an act within a sentence.
NEAR_BEFORE = 80
LEAD_BEFORE = 160
NEAR_AFTER = 140
TAKEN_BEFORE = 24
TIME_AFTER = 60
ACT_AFTER = 420
# An act speaks for a day that is not written in full only in the same sentence and so near.
TOLD_ACT_AFTER = 200
# How far the place is looked for behind the date, and before it ("... по адресу: ..., 3 мая 2022 года ...").
PLACE_AFTER = 600
PLACE_BEFORE = 250
# What speaks for a date; a single sign is enough. The order of the weights matters, not their size.
TIME, ACT, LEAD, CLOCK = 4, 3, 2, 1
UNTIMED = 3  # dates without a time of day that are looked at more closely; an event without a time stands early
# Decided on the day of the event, or somebody was detained then: any other date is better. The first is believable only
# with a time of day.
KNOWN_DAY = 1

# What speaks for a date before it, whether acts behind it may speak for it too, and the date.
_Told = tuple[int, bool, re.Match[str]]
# Where the event's day stands, from and to, and the ISO day.
_Found = tuple[int, int, str]
# A clause ends at a comma or a sentence's end; a stop before a small letter or a digit belongs to an abbreviation.
_CLAUSE_STOP = re.compile(r"\.(?=\s+[A-ZА-ЯЁ])")
_STOP = re.compile(r"[.!?…](?=\s|$)")
_WORD_LETTERS = 30  # no word before a stop that is looked at is longer

_WORDS = (
    *("time_marks", "leads", "acts", "words_before", "clause_before", "clause_after"),
    *("taken_after", "taken_before", "punished_after", "part_of_day", "same_day"),
)


class EventRules(NamedTuple):
    """Patterns of what surrounds the event's date, and of its place."""

    head: re.Pattern[str]  # what the act's head must contain for there to be an event
    time: re.Pattern[str]
    timed: tuple[DatePattern, ...]  # each way of writing a date, with a time of day behind it
    clock_before: re.Pattern[str]  # a time of day right before a date
    time_marks: tuple[str, ...]  # one of which a time of day contains: looked for first, because that is fast
    leads: tuple[str, ...]  # beginnings of words that lead to the event, before it in its sentence: "следует"
    acts: tuple[str, ...]  # beginnings of words for what the accused did, behind the date: "участв"
    words_before: tuple[str, ...]  # beginnings of the word right before a date that is another's: "от ", "протокол"
    clause_before: tuple[str, ...]  # words that make it another's anywhere before it in its sentence: "подал"
    next_after: re.Pattern[str]  # what makes it another's right behind it: "года рождения"
    clause_after: tuple[str, ...]  # words that make it another's behind it in its clause: "составлен протокол"
    taken_after: tuple[str, ...]  # words that tell of a detention, behind it in its clause
    taken_before: tuple[str, ...]  # such words right before it
    punished_after: tuple[str, ...]  # words that tell of an earlier punishment, behind it in its clause
    part_of_day: tuple[str, ...]  # ends of words that tell a time of day right before the date
    same_day: tuple[str, ...]  # unless these follow: what is told next happened on that day
    places: tuple[tuple[re.Pattern[str], Words], ...]  # with the words of which each needs one
    place_wiped: re.Pattern[str]
    wiped: Late  # what stands in place of a removed date
    wiped_marks: Sought  # one of which it contains: looked for first, because that is fast
    shortened: frozenset[str]  # words behind which a full stop ends no sentence: "ул"
    told: ToldRules  # days that are not written in full


def compile_events(definition: Definition, shapes: Shapes, shortened: frozenset[str]) -> EventRules | None:
    """The pack's `event`; None where it has none. A full stop behind the words `shortened` ends no sentence."""
    entry = definition.data.get("event")
    if not entry:
        return None
    parts: dict[str, Any] = {
        name: shapes.compile(entry[name], definition, "event", name)
        for name in ("head", "time", "clock_before", "next_after", "place_wiped")
    }
    parts["wiped"] = shapes.late(entry["wiped"], definition, "event", "wiped")
    places = [shapes.compile(p, definition, "event", "places", i) for i, p in enumerate(entry["places"])]
    parts["places"] = tuple((pattern, needed(pattern)) for pattern in places)
    parts["timed"] = tuple(
        DatePattern.of(
            shapes.behind(needs, f"(?:{date['pattern']})(?:{entry['time']})", definition, "event", "time"), needs
        )
        for needs, date in ((str(date.get("needs", "")), date) for date in definition.data.get("dates") or [])
    )
    for name in _WORDS:
        parts[name] = tuple(entry[name])
    parts["wiped_marks"] = Sought.of(entry["wiped_marks"])
    return EventRules(**parts, shortened=shortened, told=compile_told(entry["told"], definition, shapes))


def find_event(
    document: Document,
    parts: Iterable[tuple[View, Sequence[int] | None]],
    known: Collection[str],
    rules: EventRules,
    dates: DateRules,
) -> list[Fact]:
    """The facts `event_date` and `event_place`, as far as the story states them.

    Args:
        document: whose text the facts quote.
        parts: the opening of the story, then the whole of it, each with its `day_places`; the second is asked for only
            if the first does not do.
        known: ISO days that are something else: of this decision and of the one under review.
        rules: the pack's patterns.
        dates: how the pack writes dates.
    """
    opening = 0
    for part, places in parts:
        text, only = part.text, opening > 0
        # In the opening a time of day settles it: an act opens with its event. Else the whole story is compared.
        if not only and not _may_be_timed(text, places, rules) and not _is_wiped(text, rules):
            opening = len(text)
            continue
        days = find_dates(text, places, dates)
        score, day = _best(text, days, known, rules, dates, only)
        if not only and score < TIME:
            if _is_wiped(text[: day.start()] if day else text, rules):
                return []
            opening = len(text)
            continue
        unsure = score <= KNOWN_DAY
        found = (*day.span(), iso_day(day, dates) or "") if day else None
        if day is None or unsure or not only:  # else a likely date was found among those of the whole story
            story = Story(text, places, days, known, dates)
            found = _not_in_full(story, None if unsure else day, opening or len(text), rules) or found
        return _facts(document, part, found, rules) if found else []
    return []


def _not_in_full(story: Story, day: re.Match[str] | None, opening: int, rules: EventRules) -> _Found | None:
    """The event's day where it is not written in full; where a date is likely to be it, only what opens the act."""
    told = told_days(story, min(day.start(), REACH_BEFORE) if day else REACH, rules.told)
    found = _told(story.text, told, opening, day is None, rules) if told else None
    return found or (_eve(story, rules) if story.days and not day else None)


def _told(text: str, told: Sequence[Told], opening: int, unsure: bool, rules: EventRules) -> _Found | None:
    """The first of the days that is the event's; where a date is likely to be it, only one with a time of day."""
    for one in told:
        start, end = one.match.span()
        clause = _own_clause(text, one.match, (), rules)
        if clause is None:
            continue
        before, may_act = _weigh(text, one.match, clause, _is_timed(text, start, end, rules), rules)
        if before < TIME and unsure and may_act and _acts_in_sentence(text, end, rules):
            before += ACT
        if before > ACT or (before == ACT and (one.has_year or start < opening)):
            return start, end, one.day
    return None


def _eve(story: Story, rules: EventRules) -> _Found | None:
    """The day before a date, where a time of day or an act follows the words for it."""
    for start, end, day in eves(story, rules.told):
        if _is_timed(story.text, start, end, rules) or _acts_in_sentence(story.text, end, rules):
            return start, end, day
    return None


def _is_timed(text: str, start: int, end: int, rules: EventRules) -> bool:
    """Whether a time of day stands behind what stands between these places, or a part of the day right before it."""
    timed = bool(rules.time.match(text, end, end + TIME_AFTER)) and _has_mark(text, end, rules)
    return timed or text.endswith(rules.part_of_day, 0, start)


def _acts_in_sentence(text: str, end: int, rules: EventRules) -> bool:
    after = text[end : end + TOLD_ACT_AFTER].partition("\n\n")[0]
    for stop in _STOP.finditer(after):
        if not _is_shortened(after, stop.start(), rules):
            after = after[: stop.start()]
            break
    return any(map(after.__contains__, rules.acts))


def _facts(document: Document, part: View, found: _Found, rules: EventRules) -> list[Fact]:
    start, end, day = found
    facts = [Fact("event_date", day, Span.of(document, *part.origin(start, end)))]
    place = _place(part.text, start, end, rules)
    if place:
        span = Span.of(document, *part.origin(*place))
        facts.append(Fact("event_place", " ".join(part.text[slice(*place)].split()), span))
    return facts


def _may_be_timed(text: str, places: Sequence[int] | None, rules: EventRules) -> bool:
    """Whether a date with a time of day may stand here: faster than a look at each date and what follows it."""
    return any(way.all_in(text, places) for way in rules.timed)


def _best(
    text: str,
    days: Sequence[re.Match[str]],
    known: Collection[str],
    rules: EventRules,
    dates: DateRules,
    only: bool,
) -> tuple[int, re.Match[str] | None]:
    """The first date with a time of day; without one, the first of those for which most speaks, and how much.

    Args:
        text: where the dates stand.
        days: the dates, each of which limits what is told of the one before it.
        known: days that are something else's.
        rules, dates: the pack's patterns.
        only: whether it is enough to know which it is, and that something speaks for it.
    """
    told: list[_Told] = []
    others = 0
    for place, match in enumerate(days, 1):
        start, end = match.span()
        timed = _is_timed(text, start, end, rules)
        others += not timed
        if not timed and others > UNTIMED:
            continue
        day = iso_day(match, dates)
        if not day or (not timed and day in known):
            continue
        clause = _own_clause(text, match, days[place : place + 1], rules)
        if clause is None:
            continue
        before, may_act = _weigh(text, match, clause, timed, rules)
        if before >= TIME and day not in known:
            return TIME, match
        told.append((min(before, KNOWN_DAY) if timed else before, may_act, match))
    if only and len(told) == 1 and told[0][0]:
        return told[0][0], told[0][2]
    return _likeliest(text, told, rules)


def _weigh(text: str, day: re.Match[str], clause: str, timed: bool, rules: EventRules) -> tuple[int, bool]:
    """What speaks for a date before it or right behind it, and whether acts may speak for it too."""
    before = text[max(0, day.start() - TAKEN_BEFORE) : day.start()].rpartition(",")[2]
    if any(map(clause.__contains__, rules.taken_after)) or any(map(before.__contains__, rules.taken_before)):
        return KNOWN_DAY if timed else min(KNOWN_DAY, _said_before(text, day, rules)), False
    punished = any(map(clause.__contains__, rules.punished_after))
    if timed and not punished:
        return TIME, False
    return _said_before(text, day, rules), not punished


def _likeliest(text: str, told: Sequence[_Told], rules: EventRules) -> tuple[int, re.Match[str] | None]:
    """The date for which most speaks, the first of equals; whether acts follow is only looked at until it is known."""
    best: tuple[int, int, re.Match[str] | None] = (0, 0, None)
    for place, (before, may_act, match) in sorted(enumerate(told), key=lambda one: -one[1][0]):
        act = may_act and _is_followed_by_act(text, match, rules)
        # Whether the date follows an act is only looked at where that could make it the best.
        follows = may_act and not act and before + LEAD >= best[0] and _follows_act(text, match, rules)
        score = before + ACT * act + LEAD * follows
        if score > best[0] or (score == best[0] and best[2] and place < best[1]):
            best = score, place, match
        if act:  # those that are left have less before them, and no more behind
            break
    return best[0], best[2]


def _has_mark(text: str, end: int, rules: EventRules) -> bool:
    return any(map(text[end : end + TIME_AFTER].__contains__, rules.time_marks))


def _is_wiped(text: str, rules: EventRules) -> bool:
    """Whether a date was removed from the text."""
    return rules.wiped_marks.are_in(text) and bool(rules.wiped.search(text))


def _own_clause(text: str, day: re.Match[str], following: Sequence[re.Match[str]], rules: EventRules) -> str | None:
    """What stands behind the date in its clause, up to the date that follows.

    None where the words around the date say that it is something else's: a law's, a protocol's, a birth's.
    """
    start, end = day.span()
    before = text[max(0, start - NEAR_BEFORE) : start].rstrip(' \n\t\u00a0«"')
    # Behind a comma another part of the sentence begins: "according to the protocol, on 13 November ..."
    word = before[max(before.rfind(" "), before.rfind("\n")) + 1 :] + " "
    others = (word[-2:] not in (", ", ". ", ": ") and word.startswith(rules.words_before)) or word in rules.words_before
    if others and not word.startswith(rules.clause_after):
        return None
    after = text[end : end + NEAR_AFTER]
    limit = following[0].start() - end if following else NEAR_AFTER
    clause = _in_clause(after, rules)[: limit if limit > 0 else NEAR_AFTER]
    if (others or any(map(clause.__contains__, rules.clause_after))) and not _acts_same_day(text, end, rules):
        return None
    if rules.next_after.match(clause) or _stands_in_sentence(rules.clause_before, before, rules):
        return None
    return clause


def _acts_same_day(text: str, end: int, rules: EventRules) -> bool:
    """Whether behind a date it is told what was done "on the same day"."""
    after = text[end : end + NEAR_AFTER]
    for words in rules.same_day:
        at = after.find(words)
        if at >= 0:
            return _acts_in_sentence(text, end + at, rules)
    return False


def _said_before(text: str, day: re.Match[str], rules: EventRules) -> int:
    """What speaks for a date in its sentence before it."""
    before = text[max(0, day.start() - LEAD_BEFORE) : day.start()]
    if not any(map(before.__contains__, rules.leads)) and not rules.clock_before.search(before):
        return 0
    before = _in_sentence(before, rules)
    lead = any(map(before.__contains__, rules.leads))
    return LEAD * lead + CLOCK * bool(rules.clock_before.search(before))


def _in_sentence(before: str, rules: EventRules) -> str:
    """The end of the text that belongs to its last sentence."""
    for stop in reversed(list(_STOP.finditer(before))):
        if not _is_shortened(before, stop.start(), rules):
            return before[stop.end() :]
    return before


def _in_clause(after: str, rules: EventRules) -> str:
    """The beginning of the text that belongs to its first clause."""
    end = len(after)
    for sign in ",;":
        at = after.find(sign, 0, end)
        if at >= 0:
            end = at
    if after.find(".", 0, end) >= 0:
        for stop in _CLAUSE_STOP.finditer(after, 0, end):
            if not _is_shortened(after, stop.start(), rules):
                return after[: stop.start()]
    return after[:end]


def _is_shortened(text: str, stop: int, rules: EventRules) -> bool:
    """Whether that stop belongs to an initial or an abbreviation, not right behind a number: "2021 г." may end it."""
    start, least = stop, max(0, stop - _WORD_LETTERS)
    while start > least and text[start - 1].isalpha():
        start -= 1
    word = text[start:stop]
    if not word or text[max(0, start - 2) : start].rstrip()[-1:].isdigit():
        return False
    return (len(word) == 1 and word.isupper()) or word.lower() in rules.shortened


def _stands_in_sentence(words: Words, before: str, rules: EventRules) -> bool:
    """Whether one of the words stands in what belongs to the last sentence of the text; where that begins is only asked
    where a word stands in it at all.
    """
    return any(map(before.__contains__, words)) and any(map(_in_sentence(before, rules).__contains__, words))


def _follows_act(text: str, day: re.Match[str], rules: EventRules) -> bool:
    """Whether the date's sentence tells an act before it: "he came to the square on 6 March"."""
    return _stands_in_sentence(rules.acts, text[max(0, day.start() - LEAD_BEFORE) : day.start()], rules)


def _is_followed_by_act(text: str, day: re.Match[str], rules: EventRules) -> bool:
    after = text[day.end() : day.end() + ACT_AFTER].partition("\n\n")[0]
    return any(map(after.__contains__, rules.acts))


def _place(text: str, start: int, end: int, rules: EventRules) -> tuple[int, int] | None:
    for pattern, needs in rules.places:
        match = _search(pattern, needs, text, end, min(len(text), end + PLACE_AFTER))
        match = match or _search(pattern, needs, text, max(0, start - PLACE_BEFORE), start)
        if match and not rules.place_wiped.search(match["event_place"]):
            return match.span("event_place")
    return None


def _search(pattern: re.Pattern[str], needs: Words, text: str, start: int, end: int) -> re.Match[str] | None:
    return pattern.search(text, start, end) if holds(text[start:end], needs) else None
