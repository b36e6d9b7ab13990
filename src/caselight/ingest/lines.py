"""Where a reader of a page sees its lines begin and end: written into the page as line feeds before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

PROSE_LINE = 80  # characters; labels and values are shorter, paragraphs longer
_SPACES = bytes.maketrans(b"\t\r\n\x0c", b"    ")
# Tags that begin or end a line, by their first two letters, which is much faster than by their names: td tr th table
# div dl dd li ul ol br blockquote h1-h6 hr body; p pre; center caption; section; article; form footer; main; and their
# ends. It must not catch b i u s a em span font sub sup; it does catch the rare label and big, which costs a line end.
_BLOCK_TAG = re.compile(
    rb"<(?=[tTdDlLhHbBoOuU][dDrRhHaAiIlL1-6]|/[pPdDtThHlLcC]|[pP][ >rR/]|[cC][eEaA]|[sS][eE]"
    rb"|[aA][rR]|[fF][oO][oOrR]|[mM][aA][iI])"
)
_BLANKS = re.compile("  +")
_PREFORMATTED = re.compile(rb"<(?:pre|PRE)")  # three times as fast as looking for the two
_PRE = re.compile(rb"(?is)<pre[\s>].*?</pre")
_PRE_END = b"</pre"


def with_lines(part: bytes) -> bytes:
    """The page with line feeds exactly where a reader of it sees lines; for tags all encodings here are ASCII."""
    if has_preformatted(part):
        last = part.lower().rfind(_PRE_END) + len(_PRE_END)  # beyond it each <pre> would look to the page's end in vain
        part = _PRE.sub(lambda found: found[0].replace(b"\n", b"<br>"), part[:last]) + part[last:]
    return _BLOCK_TAG.sub(b"\n<", part.translate(_SPACES))


def has_preformatted(part: bytes) -> bool:
    """Whether line feeds may be line ends in some of this page."""
    return _PREFORMATTED.search(part) is not None


def breaks_line(tags: str) -> bool:
    """Whether one of these tags, written with blanks alone, begins or ends a line."""
    return _BLOCK_TAG.search(tags.encode("utf-8", "replace")) is not None


def without_empty(text: str) -> str:
    """The text with single blanks and none at the ends of lines, empty lines left out; no-break spaces are kept."""
    return joined_lines(text.split("\n"))


def joined_lines(lines: Iterable[str]) -> str:
    """As `without_empty`, of a text that is in lines already."""
    text = "\n".join([line.strip(" ") for line in lines if line and not line.isspace()])
    if text.rfind("  ") >= 0:  # from behind, Python looks three times as fast
        text = _BLANKS.sub(" ", text)
    return text
