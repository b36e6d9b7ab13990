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

# Characters looked at behind and before a date: a time of day stands right behind it, an act within a sentence.
NEAR_BEFORE = 160
NEAR_AFTER = 60
ACT_AFTER = 420
# How far the place is looked for behind the date, and before it ("... по адресу: ..., 3 мая 2022 года ...").
PLACE_AFTER = 600
PLACE_BEFORE = 250
# What speaks for a date. A time of day alone is enough; an act or a lead alone is enough too, but yields to a date
# that has a time. Measured on the constructed records; the order of the weights matters, not their size.
TIME, LEAD, ACT = 4, 2, 3
OPENING_BONUS = 2  # for what stands where a ruling opens with the event
# A date in the opening that reaches this needs no comparison with the rest of the story.
ENOUGH = TIME + ACT


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
    opening = 0
    for part in parts:
        last = opening > 0
        opening = opening or len(part.text)
        score, day = _best(part.text, opening, known, rules, dates)
        if day and (score >= ENOUGH or last):
            facts = [Fact("event_date", day.iso, Span.of(document, *part.origin(day.start, day.end)))]
            place = _place(part.text, day, rules)
            if place:
                span = Span.of(document, *part.origin(*place))
                facts.append(Fact("event_place", " ".join(part.text[slice(*place)].split()), span))
            return facts
        if not day and rules.wiped.search(part.text):
            return []
    return []


def _best(
    text: str, opening: int, known: Collection[str], rules: EventRules, dates: DateRules
) -> tuple[int, Day | None]:
    best: tuple[int, Day | None] = (0, None)
    for day in find_dates(text, 0, len(text), dates):
        score = _score(text, day, known, rules)
        score += OPENING_BONUS if score and day.start < opening else 0
        if score > best[0]:
            best = score, day
    return best


def _score(text: str, day: Day, known: Collection[str], rules: EventRules) -> int:
    before = text[max(0, day.start - NEAR_BEFORE) : day.start]
    after = text[day.end : day.end + NEAR_AFTER]
    if rules.not_before.search(before) or rules.not_after.search(text[day.end : day.end + NEAR_BEFORE]):
        return 0
    score = TIME if rules.time.search(after) else 0
    score += LEAD if rules.lead.search(before) else 0
    sentence_end = text.find("\n\n", day.end, day.end + ACT_AFTER)
    score += ACT if rules.acts.search(text, day.end, sentence_end if sentence_end > 0 else day.end + ACT_AFTER) else 0
    if score and day.iso in known:
        return 0 if score < TIME else 1  # decided on the day of the event: only a time of day makes it believable
    return score


def _place(text: str, day: Day, rules: EventRules) -> tuple[int, int] | None:
    for pattern in rules.places:
        match = pattern.search(text, day.end, min(len(text), day.end + PLACE_AFTER))
        match = match or pattern.search(text, max(0, day.start - PLACE_BEFORE), day.start)
        if match and not rules.place_wiped.search(match["event_place"]):
            return match.span("event_place")
    return None
