"""When and where the event of the case happened, out of all the dates that a court's findings mention.

A ruling also dates its protocol, laws, births, earlier decisions. The event's date is the one that a time of day
follows, that "it was found that" leads to, and that an act of the accused follows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
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
# The story's beginning, in characters: a first-instance ruling opens with the event, and what stands here is it.
OPENING = 700
OPENING_BONUS = 2
LONGEST_STORY = 12_000  # characters searched; findings of longer acts repeat themselves


@dataclass(frozen=True, slots=True)
class EventRules:
    """Patterns of what surrounds the event's date, and of its place."""

    time: re.Pattern[str]
    lead: re.Pattern[str]
    acts: re.Pattern[str]
    not_before: re.Pattern[str]
    not_after: re.Pattern[str]
    places: tuple[re.Pattern[str], ...]
    place_wiped: re.Pattern[str]


def compile_events(definition: Definition, shapes: Shapes) -> EventRules | None:
    """The pack's `event`; None where it has none."""
    entry = definition.data.get("event")
    if not entry:
        return None
    parts = {
        name: shapes.compile(entry[name], definition, "event", name)
        for name in ("time", "lead", "acts", "not_before", "not_after", "place_wiped")
    }
    places = tuple(shapes.compile(p, definition, "event", "places", i) for i, p in enumerate(entry["places"]))
    return EventRules(places=places, **parts)


def find_event(
    document: Document, story: View, known: Collection[str], rules: EventRules, dates: DateRules
) -> list[Fact]:
    """The facts `event_date` and `event_place`, as far as the story states them.

    Args:
        document: whose text the facts quote.
        story: the part of the act that tells what happened.
        known: ISO days that are something else: of this decision and the one under review.
        rules: the pack's patterns.
        dates: how the pack writes dates.
    """
    days = find_dates(story, 0, min(len(story.text), LONGEST_STORY), dates)
    best = _best(story, days, known, rules)
    if best is None:
        return []
    facts = [Fact("event_date", best.iso, Span.of(document, *story.origin(best.start, best.end)))]
    place = _place(story.text, best, rules)
    if place:
        facts.append(Fact("event_place", " ".join(place[0].split()), Span.of(document, *story.origin(*place[1]))))
    return facts


def _best(story: View, days: Sequence[Day], known: Collection[str], rules: EventRules) -> Day | None:
    scored = [(_score(story.text, day, known, rules), -day.start, day) for day in days]
    score, _, day = max(scored, default=(0, 0, None), key=lambda row: row[:2])
    return day if score > 0 else None


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
    return score + (OPENING_BONUS if score and day.start < OPENING else 0)


def _place(text: str, day: Day, rules: EventRules) -> tuple[str, tuple[int, int]] | None:
    for pattern in rules.places:
        match = pattern.search(text, day.end, min(len(text), day.end + PLACE_AFTER))
        match = match or pattern.search(text, max(0, day.start - PLACE_BEFORE), day.start)
        if match and not rules.place_wiped.search(match["event_place"]):
            return match["event_place"], match.span("event_place")
    return None
