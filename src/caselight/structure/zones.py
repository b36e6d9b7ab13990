"""Where rules look: parts of an act as short views, because searching a whole act for its judge is slow and wrong."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from caselight.structure.fold import Folded, Folding, View
from caselight.structure.prefilter import Late
from caselight.types import Document, Section

# Characters. The longest head among 150 real rulings has 2,900.
LONGEST_HEAD = 4_000
LONGEST_OPERATIVE = 3_000
# A first-instance ruling opens its story with the event; what it says there is looked at first, and mostly enough.
OPENING = 900
LONGEST_STORY = 6_000  # reviews come to the event within half of that; longer findings repeat themselves
LONGEST_TAIL = 700  # signatures, "copy is true", the clerk


class ZoneRules(NamedTuple):
    """How a pack's acts are divided."""

    folding: Folding
    head_sections: frozenset[str]
    operative_sections: frozenset[str]
    head_ends: Late  # used where no section says where the head ends
    operative_begins: Late | None  # used where no section says where the operative part begins
    title: re.Pattern[str]
    dateline_ends: re.Pattern[str]  # the first words of the sentence that names court and judge


class Zones:
    """The zones of one act; a part's view is made when it is first asked for.

    Args:
        document: that the act stands in.
        folded: its text.
        bounds: of head, opening, story, operative and tail there.
        days: `day_places` of its text.
    """

    def __init__(
        self, document: Document, folded: Folded, bounds: Mapping[str, tuple[int, int]], days: Sequence[int]
    ) -> None:
        self.document, self.folded, self.bounds, self.days = document, folded, bounds, days
        self.title = (0, 0)  # in the head's view
        self.dateline_end = 0
        self.views: dict[str, View] = {}
        self.zones: dict[str, tuple[View, int, int]] = {}

    def view(self, part: str) -> View:
        """The view of `head`, `opening`, `story`, `operative` or `tail`."""
        found = self.views.get(part)
        if found is None:
            start, end = self.bounds[part]
            # In a long story only dates are looked for: look-alike letters do not matter there, and time does.
            found = self.views[part] = self.folded.view(start, end, letters=part != "story")
        return found

    def story(self) -> Iterator[tuple[View, Sequence[int] | None]]:
        """The opening of the story, then the whole of it, which is made only if somebody goes on to it.

        With each the places in it where a date's day may stand; None = they are not known.
        """
        opening, days = self.view("opening"), self._days()
        yield opening, days and days[: bisect_left(days, len(opening.text))]
        yield self.view("story"), days

    def _days(self) -> list[int] | None:
        """Places in the story's view."""
        start, end = self.bounds["story"]
        if not self.folded.keeps_places(start, end):
            return None
        first, last = bisect_left(self.days, start + 2), bisect_left(self.days, end)
        # What stands before the story is not seen in it, so its first two characters are places in any case.
        return [0, 1] + [place - start for place in self.days[first:last]]

    def zone(self, name: str) -> tuple[View, int, int]:
        """A zone's view and its bounds there; names as in rules.ZONES."""
        found = self.zones.get(name)
        if found is None:
            found = self.zones[name] = self._zone(name)
        return found

    def _zone(self, name: str) -> tuple[View, int, int]:
        if name not in ("top", "dateline", "intro"):
            part = self.view(name)
            return part, 0, len(part.text)
        head = self.view("head")
        if name == "top":
            return head, 0, self.title[1] or len(head.text)  # without a title all of the head may be its top
        return head, self.title[1], self.dateline_end if name == "dateline" else len(head.text)


def divide(
    document: Document, folded: Folded, days: Sequence[int], sections: Sequence[Section], rules: ZoneRules
) -> Zones | None:
    """The zones of the document's first act; None where it has none. `days` are the `day_places` of its text."""
    acts = document.acts()
    if not acts or acts[0].start == acts[0].end:
        return None
    act = acts[0]
    start, stop = act.start, act.end
    within = [section for section in sections if start <= section.start < stop]
    head_end = _head_end(document.text, within, start, stop, rules)
    operative = None
    for section in within:
        if section.name in rules.operative_sections:
            operative = section
            break
    if operative:
        decided = (operative.start, min(operative.end, operative.start + LONGEST_OPERATIVE))
    else:
        begins = rules.operative_begins and rules.operative_begins.search(document.text, head_end, act.end)
        at = begins.start() if begins else act.end
        decided = (at, min(act.end, at + LONGEST_OPERATIVE))
    story_end = max(head_end, decided[0])
    bounds = {
        "head": (act.start, head_end),
        "opening": (head_end, min(story_end, head_end + OPENING)),
        "story": (head_end, min(story_end, head_end + LONGEST_STORY)),
        "operative": decided,
        "tail": (max(act.start, act.end - LONGEST_TAIL), act.end),
    }
    zones = Zones(document, folded, bounds, days)
    head = zones.view("head").text
    title = rules.title.search(head)
    zones.title = title.span() if title else (0, 0)
    ends = rules.dateline_ends.search(head, zones.title[1])
    zones.dateline_end = ends.start() if ends else len(head)
    return zones


def _head_end(text: str, sections: Sequence[Section], start: int, end: int, rules: ZoneRules) -> int:
    limit = min(end, start + LONGEST_HEAD)
    for section in sections:
        if section.name in rules.head_sections:
            return min(section.end, limit)
    ends = rules.head_ends.search(text, start, limit)
    return ends.start() if ends else limit
