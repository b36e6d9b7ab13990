"""When and where the event of the case happened, out of all the dates that a court's findings mention.

A ruling also dates its protocol, laws, births, earlier decisions. The event's date is the one that a time of day
follows, that "it was found that" leads to, and that an act of the accused follows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from caselight.definitions import Definition
from caselight.structure.dates import DateRules, Day, find_dates
from caselight.structure.fold import View
from caselight.structure.rules import Shapes
from caselight.types import Document, Fact, Span

# Characters looked at around a date: a time of day stands right behind it, an act within a sentence.
NEAR_BEFORE = 80
LEAD_BEFORE = 160
NEAR_AFTER = 160
TIME_AFTER = 60
ACT_AFTER = 420
# How far the place is looked for behind the date, and before it ("... по адресу: ..., 3 мая 2022 года ...").
PLACE_AFTER = 600
PLACE_BEFORE = 250
# What speaks for a date; a single sign is enough. The order of the weights matters, not their size.
TIME, ACT, LEAD = 4, 3, 2
KNOWN_DAY = 1  # decided on the day of the event: only a time of day makes it believable, and any other date is better


@dataclass(frozen=True, slots=True)
class EventRules:
    """Patterns of what surrounds the event's date, and of its place."""

    head: re.Pattern[str]  # what the act's head must contain for there to be an event
    time: re.Pattern[str]
    lead: re.Pattern[str]
    acts: re.Pattern[str]
    not_before: re.Pattern[str]
    not_after: re.Pattern[str]
    places: tuple[re.Pattern[str], ...]
    place_wiped: re.Pattern[str]
    wiped: re.Pattern[str]  # what stands in place of a removed date


def compile_events(definition: Definition, shapes: Shapes) -> EventRules | None:
    """The pack's `event`; None where it has none."""
    entry = definition.data.get("event")
    if not entry:
        return None
    parts = {
        name: shapes.compile(entry[name], definition, "event", name)
        for name in ("head", "time", "lead", "acts", "not_before", "not_after", "place_wiped", "wiped")
    }
    places = tuple(shapes.compile(p, definition, "event", "places", i) for i, p in enumerate(entry["places"]))
    return EventRules(places=places, **parts)


def find_event(
    document: Document, parts: Iterable[View], known: Collection[str], rules: EventRules, dates: DateRules
) -> list[Fact]:
    """The facts `event_date` and `event_place`, as far as the story states them.

    Args:
        document: whose text the facts quote.
        parts: the opening of the story, then the whole of it; the second is asked for only if the first does not do.
        known: ISO days that are something else: of this decision and of the one under review.
        rules: the pack's patterns.
        dates: how the pack writes dates.
    """
    for number, part in enumerate(parts):
        score, day = _best(part.text, known, rules, dates)
        # In the opening a time of day settles it: an act opens with its event. Else the whole story is compared.
        if day and (score >= TIME or number > 0):
            facts = [Fact("event_date", day.iso, Span.of(document, *part.origin(day.start, day.end)))]
            place = _place(part.text, day, rules)
            if place:
                span = Span.of(document, *part.origin(*place))
                facts.append(Fact("event_place", " ".join(part.text[slice(*place)].split()), span))
            return facts
        if not day and rules.wiped.search(part.text):
            return []
    return []


def _best(text: str, known: Collection[str], rules: EventRules, dates: DateRules) -> tuple[int, Day | None]:
    """The first date with a time of day; without one, the first of those for which most speaks."""
    days = [day for day in find_dates(text, 0, len(text), dates) if not _is_other(text, day, rules)]
    timed = [day for day in days if rules.time.match(text, day.end, day.end + TIME_AFTER)]
    fresh = next((day for day in timed if day.iso not in known), None)
    if fresh:
        return TIME, fresh
    best: tuple[int, Day | None] = (KNOWN_DAY, timed[0]) if timed else (0, None)
    for day in days:
        score = 0 if day.iso in known else _score(text, day, rules)
        if score > best[0]:
            best = score, day
    return best


def _is_other(text: str, day: Day, rules: EventRules) -> bool:
    """Whether the words around the date say that it is something else's: a law's, a protocol's, a birth's."""
    before = text[max(0, day.start - NEAR_BEFORE) : day.start]
    return bool(rules.not_before.search(before) or rules.not_after.match(text, day.end, day.end + NEAR_AFTER))


def _score(text: str, day: Day, rules: EventRules) -> int:
    score = LEAD if rules.lead.search(text[max(0, day.start - LEAD_BEFORE) : day.start]) else 0
    end = text.find("\n\n", day.end, day.end + ACT_AFTER)
    return score + (ACT if rules.acts.search(text, day.end, end if end > 0 else day.end + ACT_AFTER) else 0)


def _place(text: str, day: Day, rules: EventRules) -> tuple[int, int] | None:
    for pattern in rules.places:
        match = pattern.search(text, day.end, min(len(text), day.end + PLACE_AFTER))
        match = match or pattern.search(text, max(0, day.start - PLACE_BEFORE), day.start)
        if match and not rules.place_wiped.search(match["event_place"]):
            return match.span("event_place")
    return None
