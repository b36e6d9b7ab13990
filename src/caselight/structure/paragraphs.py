"""Paragraphs of a text, whatever its lines are: one line each (web pages), or many with hard breaks (PDF, scans)."""

from __future__ import annotations

import re

_LINE = re.compile(r"\S[^\n]*")
# A line that ends so is complete; one that does not goes on in the next line, unless an empty line lies between.
_COMPLETE = tuple('.:;!?»)”"')
# Shorter lines are titles, dates, signatures: they are paragraphs even where no empty line follows. Texts with hard
# breaks have lines of 80 to 100 characters; the last line of a paragraph is the only short one and ends with a stop.
SHORT_LINE = 60


def lines_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Start and end of each line that is not empty, without space at its beginning and end."""
    found = []
    for match in _LINE.finditer(text, start, end):
        line_start, line_end = match.span()
        if text[line_end - 1].isspace():
            line_end = line_start + len(text[line_start:line_end].rstrip())
        found.append((line_start, line_end))
    return found


def paragraphs_of(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines put together to paragraphs."""
    if not lines:
        return []
    found = [lines[0]]
    for line_start, line_end in lines[1:]:
        start, end = found[-1]
        gap = text.count("\n", end, line_start)
        last_line = end - max(start, text.rfind("\n", start, end) + 1)
        if gap > 1 or last_line < SHORT_LINE or text[end - 1] in _COMPLETE:
            found.append((line_start, line_end))
        else:
            found[-1] = (start, line_end)
    return found
