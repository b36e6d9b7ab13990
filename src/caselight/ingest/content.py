"""What a reader hands back: a text with its parts marked, or the reason why there is none."""

from __future__ import annotations

from typing import NamedTuple

from caselight.types import Field, Page, Region, RegionKind, State

# A record's text larger than this is a bomb or a dump by mistake: the longest court file known is under 20 MiB.
MAX_TEXT_CHARACTERS = 512 * 1024 * 1024
MAX_PAGES = 20_000


class UnreadableError(Exception):
    """This record gives no text. `state` says in what way, the message tells the user why and what to do."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class Note(NamedTuple):
    """Something a reader could not do although it read the record; becomes a `Problem` about it."""

    kind: str  # stable code with an entry in docs/problems.md
    message: str


class Content(NamedTuple):
    """The text of a record as a reader found it; offsets are code points of `text`."""

    text: str
    regions: tuple[Region, ...] = ()
    fields: tuple[Field, ...] = ()
    pages: tuple[Page, ...] = ()
    notes: tuple[Note, ...] = ()


class Writer:
    """Collects pieces of text in order and remembers which region each belongs to."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.regions: list[Region] = []
        self.fields: list[Field] = []

    def add(self, text: str, kind: RegionKind | None = None) -> None:
        """Append `text`; a stretch with a kind continues the last region where that has the same kind."""
        if not text:
            return
        start = self.length
        self.pieces.append(text)
        self.length = start + len(text)
        if self.length > MAX_TEXT_CHARACTERS:
            raise too_much_text()
        if kind is None:
            return
        last = self.regions[-1] if self.regions else None
        if last is not None and last.kind is kind and last.end == start:
            self.regions[-1] = Region(kind, last.start, self.length)
        else:
            self.regions.append(Region(kind, start, self.length))

    def content(self, notes: tuple[Note, ...] = ()) -> Content:
        """Everything written so far."""
        return Content("".join(self.pieces), tuple(self.regions), tuple(self.fields), notes=notes)


def cover_with_acts(others: list[Region], length: int) -> tuple[Region, ...]:
    """The other regions, in order, with ACT regions in the gaps; nothing if there are no others (all is ACT)."""
    if not others:
        return ()
    regions, start = [], 0
    for other in others:
        if other.start > start:
            regions.append(Region(RegionKind.ACT, start, other.start))
        regions.append(other)
        start = other.end
    if start < length:
        regions.append(Region(RegionKind.ACT, start, length))
    return tuple(regions)


def too_much_text() -> UnreadableError:
    """The error for a record whose text is larger than the cap."""
    size = MAX_TEXT_CHARACTERS // (1024 * 1024)
    return UnreadableError(State.OVER_LIMIT, f"the text is longer than {size} million characters; split the record")
