"""Paragraphs of many texts, whatever their lines are: one line each (web pages), or many with hard breaks (PDF, scans).

In: texts. Out: arrays over all their lines, because a page has fifty of them and a bucket thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.structure.codes import Codes, Flags, batches, code_points, spaces, table

# A line that ends so is complete; one that does not goes on in the next line, unless an empty line lies between.
_COMPLETE = table('.:;!?»)”"')
# Shorter lines are titles, dates, signatures: they are paragraphs even where no empty line follows. Texts with hard
# breaks have lines of 80 to 100 characters; the last line of a paragraph is the only short one and ends with a stop.
SHORT_LINE = 60
_SPACE = table(spaces())
_NEWLINE, _COLON = ord("\n"), ord(":")

Places = NDArray[np.int64]


class Lines(NamedTuple):
    """The L lines of some texts that are not empty, in order, without space at their beginning and end."""

    text: Places  # (L,) number of the text
    start: Places  # (L,) in the text
    end: Places
    ends_paragraph: Flags  # (L,)
    colon: Places  # (L,) the first colon behind the start, whatever line it stands in; beyond the text if there is none
    announces: Flags  # (L,) a colon is among the last three characters

    def paragraphs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The first and the last line of each paragraph."""
        last = self.ends_paragraph.nonzero()[0]
        first = np.zeros_like(last)
        first[1:] = last[:-1] + 1
        return first, last


def lines_of(texts: Sequence[str]) -> Lines:
    """The lines of these texts."""
    parts = [_lines(batch) for batch in batches(texts)] or [_lines([])]
    sizes = np.cumsum([0, *(len(batch) for batch in batches(texts))])
    parts = [part._replace(text=part.text + before) for part, before in zip(parts, sizes.tolist(), strict=False)]
    return Lines(*map(np.concatenate, zip(*parts, strict=True)))


def _lines(texts: Sequence[str]) -> Lines:
    joined = "\n" + "\n".join([*texts, ""])
    codes = code_points(joined)
    newline = (codes == _NEWLINE).nonzero()[0]
    start, end = newline[:-1] + 1, newline[1:].copy()
    _strip(joined, codes, start, end)
    number = (start < end).nonzero()[0]
    start, end = start[number], end[number]
    begins = np.cumsum([1, *(len(text) + 1 for text in texts)])[:-1]
    text = begins.searchsorted(start, "right") - 1
    colons = (codes == _COLON).nonzero()[0]
    colon = np.append(colons, len(codes))[colons.searchsorted(start)]
    complete = _COMPLETE.take(codes[end - 1], mode="clip") | (end - start < SHORT_LINE)
    complete[:-1] |= (np.diff(number) > 1) | (text[1:] != text[:-1])
    complete[-1:] = True
    announces = (codes[end - 1] == _COLON) | (codes[end - 2] == _COLON) | (codes[end - 3] == _COLON)
    begin = begins[text]
    return Lines(text, start - begin, end - begin, complete, colon - begin, announces)


def _strip(joined: str, codes: Codes, start: Places, end: Places) -> None:
    """Moves start and end so that no space stands there, in place; few lines have any."""
    ends = np.maximum(end - 1, start)
    spaced = (_SPACE.take(codes[start], mode="clip") | _SPACE.take(codes[ends], mode="clip")).nonzero()[0]
    lines = [joined[a:b] for a, b in zip(start[spaced].tolist(), end[spaced].tolist(), strict=True)]
    start[spaced] = end[spaced] - [len(line.lstrip()) for line in lines]
    end[spaced] = start[spaced] + [len(line.strip()) for line in lines]
