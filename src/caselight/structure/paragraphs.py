"""Paragraphs of many texts, whatever their lines are: one line each (web pages), or many with hard breaks (PDF, scans).

In: stretches of texts. Out: arrays over all their lines, because a page has fifty of them and a bucket thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.structure.codes import Batch, Codes, Flags, Places, spaces, table

# A line that ends so is complete; one that does not goes on in the next line, unless an empty line lies between.
_COMPLETE = table('.:;!?»)”"')
# Shorter lines are titles, dates, signatures: they are paragraphs even where no empty line follows. Texts with hard
# breaks have lines of 80 to 100 characters; the last line of a paragraph is the only short one and ends with a stop.
SHORT_LINE = 60
_SPACE = table(spaces())
_COLON = ord(":")


class Lines(NamedTuple):
    """The L lines of some stretches that are not empty, in order, without space at their beginning and end."""

    stretch: Places  # (L,) number of the stretch
    start: Places  # (L,) from where the stretch begins
    end: Places
    ends_paragraph: Flags  # (L,)
    colon: Places  # (L,) the first colon behind the start, whatever line it stands in
    announces: Flags  # (L,) a colon is among the last three characters

    def paragraphs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The first and the last line of each paragraph."""
        last = self.ends_paragraph.nonzero()[0]
        first = np.zeros_like(last)
        first[1:] = last[:-1] + 1
        return first, last


def lines_of(read: Sequence[Batch], stretches: Sequence[tuple[int, int, int]]) -> Lines:
    """The lines of stretches of texts.

    Args:
        read: the texts.
        stretches: number of a text, start and end in it; in order, and none overlaps another.
    """
    parts = []
    done = texts = 0
    for batch in read:
        own = [(i - texts, start, end) for i, start, end in stretches if texts <= i < texts + len(batch.texts)]
        part = _lines(batch, own)
        parts.append(part._replace(stretch=part.stretch + done))
        done, texts = done + len(own), texts + len(batch.texts)
    return Lines(*map(np.concatenate, zip(*parts, strict=True)))


def _lines(batch: Batch, stretches: Sequence[tuple[int, int, int]]) -> Lines:
    codes, newlines = batch.codes, batch.newlines
    begins = np.array([batch.begins[i] + start for i, start, _ in stretches], np.int64)
    ends = np.array([batch.begins[i] + end for i, _, end in stretches], np.int64)
    first, last = newlines.searchsorted(begins), newlines.searchsorted(ends)
    breaks = last - first  # in each stretch
    inside = np.repeat(first - np.cumsum(breaks) + breaks, breaks) + np.arange(breaks.sum())
    start = np.insert(newlines[inside] + 1, np.cumsum(breaks) - breaks, begins)
    end = np.insert(newlines[inside], np.cumsum(breaks), ends)
    stretch = np.repeat(np.arange(len(stretches)), breaks + 1)
    _strip(batch.joined, codes, start, end)
    number = (start < end).nonzero()[0]
    start, end, stretch = start[number], end[number], stretch[number]
    colons = (codes == _COLON).nonzero()[0]
    colon = np.append(colons, len(codes))[colons.searchsorted(start)]
    complete = _COMPLETE.take(codes[end - 1], mode="clip") | (end - start < SHORT_LINE)
    complete[:-1] |= (np.diff(number) > 1) | (stretch[1:] != stretch[:-1])
    complete[-1:] = True
    announces = (codes[end - 1] == _COLON) | (codes[end - 2] == _COLON) | (codes[end - 3] == _COLON)
    begin = begins[stretch]
    return Lines(stretch, start - begin, end - begin, complete, colon - begin, announces)


def _strip(joined: str, codes: Codes, start: Places, end: Places) -> None:
    """Moves start and end so that no space stands there, in place; few lines have any."""
    at_edge = _SPACE.take(codes[start], mode="clip") | _SPACE.take(codes[end - 1], mode="clip")
    spaced = (at_edge & (start < end)).nonzero()[0]
    lines = [joined[a:b] for a, b in zip(start[spaced].tolist(), end[spaced].tolist(), strict=True)]
    start[spaced] = end[spaced] - [len(line.lstrip()) for line in lines]
    end[spaced] = start[spaced] + [len(line.strip()) for line in lines]
