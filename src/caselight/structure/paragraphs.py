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
        line = match.span()
        if text[line[1] - 1].isspace():
            line = (line[0], line[0] + len(match[0].rstrip()))
        found.append(line)
    return found


def paragraphs_of(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines put together to paragraphs."""
    if not lines:
        return []
    found = [lines[0]]
    start, end = last_start, _ = lines[0]  # of the paragraph; where its last line starts
    for line in lines[1:]:
        complete = text[end - 1] in _COMPLETE or end - last_start < SHORT_LINE
        if complete or text.find("\n", text.find("\n", end) + 1, line[0]) >= 0:
            found.append(line)
            start = line[0]
        else:
            found[-1] = (start, line[1])
        last_start, end = line
    return found
