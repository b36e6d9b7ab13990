"""A message in Russian, from the template it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from caselight.speaking.numbers import form, number
from caselight.speaking.templates import Template, fitting, parts

_PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
# What stands between a message and the next one, strongest first.
_SEAMS = (". ", "? ", "; ", ": ")
_ENDS = ".?"
_SEAM = re.compile(r"([.?;:]) ")
_MOST_SEAMS = 12  # a text with more is a list from outside, not a row of messages


class Said(NamedTuple):
    """A message in Russian."""

    text: str
    unknown: int  # parts of it that should be in Russian too, and are not: of two ways to read it, fewer is better


def in_russian(text: str) -> str | None:
    """The message in Russian, line by line; None = no line of it is known."""
    lines = text.split("\n")
    try:
        found = [_line(line) for line in lines]
    except RecursionError:  # the name of a file may look like hundreds of messages inside each other
        return None
    if not any(found):
        return None
    return "\n".join(one.text if one else line for one, line in zip(found, lines, strict=True))


def _line(line: str) -> Said | None:
    """The indentation of a line is kept."""
    text = line.strip(" ")
    found = _spoken(text) if text else None
    return found and Said(line.replace(text, found.text, 1), found.unknown)


@lru_cache(maxsize=8192)
def _spoken(text: str) -> Said | None:
    """One message, with or without the full stop of its sentence, or a row of messages."""
    found = _made(text)
    if found is None and text.endswith(".") and (bare := _made(text[:-1])):
        found = Said(f"{bare.text}.", bare.unknown)
    if found and not found.unknown:
        return found
    return _best(filter(None, (found, _row(text))))


def _best(ways: Iterator[Said]) -> Said | None:
    """The first that has nothing unknown, else the one that has least."""
    best: Said | None = None
    for one in ways:
        if best is None or one.unknown < best.unknown:
            best = one
        if not best.unknown:
            break
    return best


def _made(text: str) -> Said | None:
    """One message, from the template it was made from."""
    return _best(_filled(one, holes) for one in fitting(text) for holes in one.read(text))


def _filled(template: Template, holes: Mapping[str, str]) -> Said:
    pieces, unknown = [], 0
    for literal, name, forms in parts(template.russian):
        pieces.append(literal)
        if name is None:
            continue
        told = Said(form(holes[name], forms), 0) if forms else _hole(holes[name], template.kinds[name])
        unknown += name == template.begins and ": " in holes[name]  # "FILE:LINE: " and only then the message
        pieces.append(told.text)
        unknown += told.unknown
    return Said("".join(pieces), unknown)


def _hole(part: str, kind: str) -> Said:
    """What stands in the Russian for a part of the English."""
    how, _, among = kind.partition(" ")
    if how == "n":
        return Said(number(part), 0)
    if how == "said":
        return _among(part, among)
    if how == "each":
        told = [_among(one, among) for one in part.split(", ")]
        return Said(", ".join(one.text for one in told), 0)
    return _kept(part)


def _among(part: str, among: str) -> Said:
    found = (_made(f"{among}: {part}") if among else None) or _line(part)
    return found or _kept(part)


def _kept(part: str) -> Said:
    """A part that stays as it is: what is in quotation marks may be anything, prose outside them should be Russian."""
    return Said(part, int(bool(_PROSE.search(_QUOTED.sub("", part)))))


def _row(text: str) -> Said | None:
    """Two messages, one behind the other, or one beside something else; each may be a row again."""
    seams = list(_SEAM.finditer(text))
    if len(seams) > _MOST_SEAMS:
        return None
    cuts = ((seam, found) for seam in _SEAMS for found in seams if found[0] == seam)
    return _best(told for seam, found in cuts if (told := _joined(text, seam, found.start())))


def _joined(text: str, seam: str, at: int) -> Said | None:
    """The text cut at a seam; the end of a sentence stays with the left part."""
    left, right = text[: at + (seam[0] in _ENDS)], text[at + len(seam) :]
    # One word alone beside a message is a name or a value from outside, whatever it is among our messages.
    told = [_spoken(part) if " " in part else None for part in (left, right)]
    if not any(told):
        return None
    known = [one or _kept(part) for one, part in zip(told, (left, right), strict=True)]
    gap = " " if seam[0] in _ENDS else seam
    return Said(gap.join(one.text for one in known), sum(one.unknown for one in known))
