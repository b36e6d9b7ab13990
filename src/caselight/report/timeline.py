"""When cases were decided and when their events happened: three strips of points on one axis of time, and their table.

Months, or years where there are more months than a chart can hold. Every step has its place, also one without a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from markupsafe import Markup

from caselight.report.cells import csv_text
from caselight.report.contents import CaseRow
from caselight.report.interface import Interface, made_html, safe

MOST_STEPS = 120  # points side by side: closer than 7 pixels they run into each other
_YEAR, _MONTH = 4, 7  # characters of an ISO day
# The plane, in units of its view box; one unit is about one pixel at the width it is shown.
_WIDTH, _LEFT, _RIGHT, _BAND, _HEAD, _FOOT = 960, 44, 12, 92, 30, 26
_APART, _APART_FROM_MONTH = 40, 56  # from one year's label to the next, from that of a month to it


@dataclass(frozen=True, slots=True)
class Step:
    """One month or year."""

    label: str  # "2022-05" or "2022"
    decided: int  # cases
    counted: int  # of these, with the answer told first, as coded by machine
    happened: int  # cases whose event was then


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps, and what is on none of them."""

    steps: tuple[Step, ...]
    undecided: int  # cases whose record does not say the day of the decision
    unhappened: int  # the same of the event
    before: int  # days of a decision or an event before the first step

    def csv(self) -> str:
        """The steps as CSV."""
        return csv_text(Step.__slots__, ((s.label, s.decided, s.counted, s.happened) for s in self.steps))


def timeline(cases: Sequence[CaseRow], counted: Set[str]) -> Timeline:
    """The cases in time.

    Args:
        counted: ids of the cases with the answer told first.
    """
    decided = [row.decision_date for row in cases if row.decision_date]
    happened = [row.event_date for row in cases if row.event_date]
    hits = [row.decision_date for row in cases if row.decision_date and row.id in counted]
    labels, characters = _labels([*decided, *happened])
    by_step = [Counter(day[:characters] for day in days) for days in (decided, hits, happened)]
    steps = tuple(Step(label, *(found[label] for found in by_step)) for label in labels)
    on = sum(step.decided + step.happened for step in steps)
    size = len(cases)
    before = len(decided) + len(happened) - on
    return Timeline(steps, size - len(decided), size - len(happened), before)


def _labels(days: Sequence[str]) -> tuple[list[str], int]:
    """Every step from the first day to the last, and how many characters of a day name it."""
    if not days:
        return [], _MONTH
    first, last = min(days), max(days)
    start, end = (int(day[:_YEAR]) * 12 + int(day[5:_MONTH]) - 1 for day in (first, last))
    if end - start < MOST_STEPS:
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)], _MONTH
    begin = max(start // 12, end // 12 - MOST_STEPS + 1)
    return [f"{year:04}" for year in range(begin, end // 12 + 1)], _YEAR


def strips(found: Timeline, heads: Sequence[Markup], words: tuple[str, str], interface: Interface) -> Markup:
    """The drawing: decisions, of these the answer told first, events.

    Args:
        heads: what stands above each strip; the strip of the answer is left out where its head is "".
        words: title and description, plain text.
    """
    rows = [[s.decided for s in found.steps], [s.counted for s in found.steps], [s.happened for s in found.steps]]
    shown = [(head, row) for head, row in zip(heads, rows, strict=True) if head]
    most = max(max(row) for _, row in shown)
    height = len(shown) * (_HEAD + _BAND) + _FOOT
    parts = [part for i, (head, row) in enumerate(shown) for part in _strip(i, head, row, most, interface)]
    parts += _years(found.steps, height)
    title, told = words
    return made_html(
        f'<svg class="timeline" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="time-t time-d">'
        f'<title id="time-t">{safe(title)}</title><desc id="time-d">{safe(told)}</desc>{"".join(parts)}</svg>'
    )


def _x(place: int, steps: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (place + 0.5) / steps


def _strip(number: int, head: Markup, row: Sequence[int], most: int, t: Interface) -> Iterator[str]:
    """One strip; all have the same scale."""
    top = number * (_HEAD + _BAND) + _HEAD
    ground = top + _BAND - 8
    yield f'<text class="head" x="0" y="{top - 12}">{head}</text>'
    for cases in (0, most):
        y = ground - (ground - top) * cases / most
        yield f'<line class="axis" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{t.number(cases)}</text>'
    radius = 4.5 if len(row) <= MOST_STEPS // 2 else 3
    for place, cases in enumerate(row):
        if cases:
            x, y = _x(place, len(row)), ground - (ground - top) * cases / most
            yield f'<line class="stem" x1="{x:.1f}" y1="{ground}" x2="{x:.1f}" y2="{y + radius:.1f}"/>'
            yield f'<circle class="hollow" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


def _years(steps: Sequence[Step], height: int) -> Iterator[str]:
    """A mark and a label where a year begins, as far apart as they can be read; the first step has its month."""
    marks = [(place, step.label[:_YEAR]) for place, step in enumerate(steps) if step.label[_YEAR:] in ("", "-01")]
    first = marks[0][0] if marks else len(steps)
    if first and _x(first, len(steps)) - _x(0, len(steps)) >= _APART_FROM_MONTH:
        marks.insert(0, (0, steps[0].label))
    behind = -1e9
    for place, label in marks:
        x = _x(place, len(steps))
        if x - behind >= _APART:
            yield f'<line class="axis" x1="{x:.1f}" y1="{height - _FOOT - 8}" x2="{x:.1f}" y2="{height - _FOOT}"/>'
            yield f'<text class="tick" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{label}</text>'
            behind = x
