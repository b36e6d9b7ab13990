"""DOCX from its raw XML: everything a reader of the document sees, in order, and what is hidden marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from caselight.ingest.content import Content, Note, UnreadableError, Writer
from caselight.ingest.package import Event, Package, attribute, local
from caselight.types import RegionKind, State

BODY = "word/document.xml"
_MAIN_PART = re.compile(rb'PartName="/([^"]+)"[^>]+ContentType="[^"]+\.main\+xml"')
NOTE_PARTS = ("footnotes", "endnotes", "header", "footer", "comments")
# What stands for a character. A page break is a line end like any other.
CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\xad", "ptab": "\t"}
WHITE = ("FFFFFF", "white")
TINY_HALF_POINTS = 2  # 1 point: no one can read it
_FALSE = ("0", "false", "off", "none")
Piece = tuple[str, RegionKind]


@dataclass(slots=True)
class _Run:
    """What is known of the run being read."""

    hidden: bool = False
    white: bool = False
    shaded: bool = False  # white letters on a dark ground can be read

    def kind(self, otherwise: RegionKind) -> RegionKind:
        return RegionKind.HIDDEN if self.hidden or (self.white and not self.shaded) else otherwise


@dataclass(slots=True)
class _Flow:
    """Text of one flow: the body, or a text box, which is written after the paragraph that anchors it."""

    pieces: list[Piece] = field(default_factory=list)
    boxes: list[Piece] = field(default_factory=list)


def read_docx(untrusted: bytes) -> Content:
    """Body with tables, text boxes and tracked insertions (ACT); deletions and hidden text (HIDDEN); notes (NOTE).

    Raises:
        UnreadableError: encrypted, damaged, a bomb, pictures only.
    """
    package = Package(untrusted)
    found = _MAIN_PART.search(package.read("[Content_Types].xml"))
    body = found[1].decode("utf-8", "replace") if found else BODY
    if body not in package.names:
        reason = "the document has no body; open it in an office program, repair it and save it again"
        raise UnreadableError(State.DAMAGED, reason)
    folder = body.rsplit("/", 1)[0]
    hidden_styles = _hidden_styles(package.events(f"{folder}/styles.xml"))
    writer = Writer()
    for text, kind in _Part(hidden_styles, RegionKind.ACT).pieces(package.events(body)):
        writer.add(text, kind)
    if not any(map(str.strip, writer.pieces)) and any("/media/" in name for name in package.names):
        reason = "the document holds pictures and no text: a scan put into a document, which this version cannot read"
        raise UnreadableError(State.NO_TEXT_LAYER, reason)
    for name in sorted(package.names):
        if name.startswith(f"{folder}/") and name[len(folder) + 1 :].startswith(NOTE_PARTS) and name.endswith(".xml"):
            for text, kind in _Part(hidden_styles, RegionKind.NOTE).pieces(package.events(name)):
                writer.add(text, kind)
    foreign = [name for name in package.names if "afchunk" in name.lower()]
    note = Note("embedded_part", f"{len(foreign)} embedded files ({foreign[0]}) were not read") if foreign else None
    return writer.content((note,) if note else ())


def _hidden_styles(events: Iterator[Event]) -> frozenset[str]:
    """Names of styles whose text is hidden."""
    found, style = set(), ""
    for event, element in events:
        name = local(element)
        if event == "start" and name == "style":
            style = attribute(element, "styleId")
        elif event == "end" and name == "vanish" and style and attribute(element, "val") not in _FALSE:
            found.add(style)
    return frozenset(found)


class _Part:
    """One XML part, turned into pieces of text with their kinds."""

    def __init__(self, hidden_styles: frozenset[str], kind: RegionKind) -> None:
        self._hidden_styles = hidden_styles
        self._kind = kind
        self._flows = [_Flow()]
        self._run = _Run()
        self._paragraph_hidden = False
        self._deleted = 0
        self._tables = 0
        self._skipped = 0  # depth inside a fallback of something that was read already

    def pieces(self, events: Iterator[Event]) -> Iterator[Piece]:
        """The pieces in reading order; a paragraph ends with a line feed, a table cell with a tab."""
        for event, element in events:
            name = local(element)
            if name == "Fallback":
                self._skipped += 1 if event == "start" else -1
            elif self._skipped:
                continue
            elif event == "start":
                self._start(name)
            else:
                self._end(name, element)
            if event == "end" and name in ("p", "tbl") and len(self._flows) == 1 and not self._tables:
                yield from self._flush()
        yield from self._flush()

    def _flush(self) -> list[Piece]:
        flow = self._flows[0]
        pieces, flow.pieces = flow.pieces, []
        return pieces

    def _start(self, name: str) -> None:
        if name == "r":
            self._run = _Run(hidden=self._paragraph_hidden)
        elif name == "p":
            self._paragraph_hidden = False
        elif name in ("del", "moveFrom"):
            self._deleted += 1
        elif name == "txbxContent":
            self._flows.append(_Flow())
        elif name == "tbl":
            self._tables += 1

    def _end(self, name: str, element: Any) -> None:
        if name in ("t", "delText"):
            self._add(element.text or "")
        elif name in CHARACTERS:
            if local(element.getparent()) == "r":  # "tab" is also a tab stop, in the properties of a paragraph
                self._add(CHARACTERS[name])
        elif name == "sym":
            self._add(_symbol(attribute(element, "char")))
        elif name == "p":
            self._end_paragraph()
        elif name in ("tc", "tr"):
            self._end_cell(name)
        elif name in ("del", "moveFrom"):
            self._deleted -= 1
        elif name == "tbl":
            self._tables -= 1
        elif name == "txbxContent":
            box = self._flows.pop()
            self._flows[-1].boxes += box.pieces
        else:
            self._property(name, element)

    def _property(self, name: str, element: Any) -> None:
        value = attribute(element, "val")
        if name == "vanish":
            self._hide(element, value not in _FALSE)
        elif name in ("rStyle", "pStyle"):
            self._hide(element, value in self._hidden_styles or None)
        elif name == "sz" and value.isdigit():
            self._hide(element, int(value) <= TINY_HALF_POINTS or None)
        elif name == "color":
            self._run.white = value in WHITE
        elif name in ("shd", "highlight"):
            self._run.shaded = attribute(element, "fill").lower() not in ("auto", "ffffff", "") or name == "highlight"

    def _hide(self, element: Any, hidden: bool | None) -> None:
        """Set what is known of the run, or of the paragraph for a property of its style; None leaves it."""
        if hidden is None:
            return
        if local(element) == "pStyle":
            self._paragraph_hidden = hidden
        elif local(element.getparent().getparent()) == "r":  # not the mark at the end of a paragraph
            self._run.hidden = hidden

    def _add(self, text: str) -> None:
        kind = RegionKind.HIDDEN if self._deleted else self._run.kind(self._kind)
        self._flows[-1].pieces.append((text, kind))

    def _end_paragraph(self) -> None:
        flow = self._flows[-1]
        flow.pieces.append(("\n", self._kind))
        if flow.boxes:
            flow.pieces += flow.boxes
            flow.boxes = []

    def _end_cell(self, name: str) -> None:
        """The line end of a cell's last paragraph becomes a tab, that of the row's last cell a line end."""
        pieces, before, after = self._flows[-1].pieces, "\n", "\t"
        if name == "tr":
            before, after = after, before
        if pieces and pieces[-1][0] == before:
            pieces[-1] = (after, pieces[-1][1])


def _symbol(code: str) -> str:
    """A character of a symbol font; those in the private area have no meaning outside their font."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return "•" if 0xF000 <= value <= 0xF0FF else chr(value) if 0x20 <= value < 0xD800 else ""
