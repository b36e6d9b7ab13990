"""What Caselight itself prints, which is said of no person: labels and names of the map's regions, phrases, files."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property

_PLACE = re.compile(r"\{\w*\}")
# The whole of a text between two tags, or of an attribute.
_WHOLE = re.compile(r'(?<=>)[^<>"]{8,}(?=<)|(?<==")[^<>"]{8,}(?=")')
_SQUARE = re.compile(r'<text class="place(?: small)?" [^<>]*>([^<>]*)</text>')

_TIES = ("#", "_")  # "#wren", "ada_wren"
_STOP_BEFORE, _STOP_AFTER = re.compile(r"\w\."), re.compile(r"\.[a-z0-9]")  # "ada.wren", "wren.ada"


@dataclass(frozen=True)
class Printed:
    """What every report of a pack says, which is said of no person."""

    squares: frozenset[str] = frozenset()  # labels of the map's squares: "Киров"
    files: frozenset[bytes] = frozenset()  # SHA-256 of scripts and style sheets, whose content is searched for no name
    phrases: frozenset[str] = frozenset()  # "Page {n} of {total}"; only where it is the whole of a text
    regions: frozenset[str] = frozenset()  # "Rostov Oblast", wherever it stands; a name of one word may be a person's

    words: frozenset[str] = frozenset()  # ordinary ones, which name nobody where they are written small: "page"

    def without(self, text: str) -> str:
        """The text of a page without labels and phrases. A phrase of a single word stays: it may be a name."""
        wholes = {_PLACE.sub("{}", phrase) for phrase in self.phrases if " " in phrase}
        text = _WHOLE.sub(lambda m: "" if _PLACE.sub("{}", html.unescape(m[0])) in wholes else m[0], text)
        return _SQUARE.sub(lambda m: "" if html.unescape(m[1]) in self.squares else m[0], text)

    def blanked(self, text: str) -> str:
        """A text of the same length in which no region is named.

        >>> Printed(regions=frozenset({"Rostov Oblast"})).blanked("Rostov: 1Rostov Oblast").replace("\\0", "_")
        'Rostov: 1_____________'
        """
        return self._regions.sub(lambda m: "\0" * len(m[0]), text) if self._regions else text

    def in_handle(self, text: str, start: int, end: int) -> bool:
        """Whether a word of a text is part of a handle or an address, where names are written small.

        >>> [Printed().in_handle(text, 4, 8) for text in ("ada.wren@", "see wren.", "to, wren/", "the land.The")]
        [True, False, True, False]
        """
        before, after = text[max(0, start - 2) : start], text[end : end + 2]
        if before[-1:] == "@" or after[:1] == "@":
            return True
        word = text[start:end]
        if word.lower() in self.words:
            return False
        if before[-1:] in _TIES or after[:1] in _TIES:
            return True
        # Behind a stop that ends a sentence the next one begins with a capital, where a blank was forgotten.
        inside = _STOP_BEFORE.match(before) or _STOP_AFTER.match(after) or before[-1:] == "/" or after[:1] == "/"
        return word.isascii() and bool(inside)

    @cached_property
    def _regions(self) -> re.Pattern[str] | None:
        names = sorted((name for name in self.regions if " " in name), key=len, reverse=True)
        # In the text of a page what stood in two elements may stand together: the number of one square, the next name.
        return re.compile(rf"(?<![^\W\d])(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None
