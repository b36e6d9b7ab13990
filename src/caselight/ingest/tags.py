"""Tags as they stand in the source of a page, for what can be read there without a parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from caselight.remembering import Remembered

SHORTEST_TAG = 3  # characters, "<p>"
# None of them ends in "-", or a tag could be the end of a comment.
ATTRIBUTES = r"""(?: +[a-z]+(?:-[a-z]+)*(?:="[^"<>&]*"|='[^'<>&]*'|=[\w.%#]+)?)* *"""
TAGS = re.compile("(<[^>]*+>(?: *+<[^>]*+>)*+)")  # with nothing but blanks between them
_REFERENCES = {
    "quot": '"',
    "laquo": "«",
    "raquo": "»",
    "ndash": "–",
    "mdash": "—",
    "lt": "<",
    "gt": ">",
    "amp": "&",
}
# The tags between two paragraphs are the same all through an act and in the acts of a court; so are those of tables.
_REMEMBERED_TAGS, _REMEMBERED_CHARACTERS = 2_000, 400


class NotPlainError(Exception):
    """There is more to this source than can be read without a parser."""


T = TypeVar("T")
Known = Remembered[tuple[str, str]]  # tags -> what they are in the text, and what they are in its structure
NOT_PLAIN = "", "?"  # of tags that only a parser understands


def known_tags(read: Callable[[str], T]) -> Remembered[T]:
    """What `read` tells of tags with nothing but blanks between them."""
    return Remembered(read, _REMEMBERED_TAGS, _REMEMBERED_CHARACTERS)


def read_tags(source: str, known: Known) -> tuple[list[str], str]:
    """The text of a piece of a page, every second piece of it what `known` has for tags there; and the structure.

    Raises:
        NotPlainError: the last tag has no end, or there are references that are not known here.
    """
    pieces = split_tags(source)
    structure: tuple[str, ...] = ()
    if len(pieces) > 1:
        pieces[1::2], structure = zip(*map(known.__getitem__, pieces[1::2]), strict=True)
    return pieces, "".join(structure)


def split_tags(source: str) -> list[str]:
    """The text before, between and behind tags, and in between the tags that have nothing but blanks between them.

    Raises:
        NotPlainError: the last tag has no end, or there are references that are not known here.
    """
    for space in "\t\r\n\x0c":
        if space in source:
            source = source.replace(space, " ")
    check_last_tag(source)
    pieces = TAGS.split(source)
    if "&" in source:
        pieces[::2] = [without_references(text) if "&" in text else text for text in pieces[::2]]
    return pieces


def check_last_tag(source: str) -> None:
    """Nothing, if the last tag has an end: TAGS would look for the ends of all that have none up to the last letter.

    Raises:
        NotPlainError: it has none.
    """
    if "<" in source[source.rfind(">") + 1 :]:
        raise NotPlainError


def without_references(text: str) -> str:
    """The text with the signs for which references stand.

    Raises:
        NotPlainError: one of them is not known here.
    """
    pieces = text.replace("&nbsp;", "\xa0").split("&")
    for i, piece in enumerate(pieces[1:], 1):
        name, end, rest = piece.partition(";")
        if not end or name not in _REFERENCES:
            raise NotPlainError
        pieces[i] = _REFERENCES[name] + rest
    return "".join(pieces)
