"""ODT from its raw XML, on the same terms as DOCX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caselight.ingest.content import Content, UnreadableError, Writer
from caselight.ingest.package import Package, attribute, encrypted, local, tree
from caselight.types import RegionKind, State

PARAGRAPHS = ("p", "h")
CHARACTERS = {"tab": "\t", "line-break": "\n"}
MAX_BLANKS = 1_000  # text:s may stand for any number of blanks; more than this is an attack
# Elements whose text is not part of the flow: notes and comments are written after it, removed text is hidden.
ASIDES = {
    "note-body": RegionKind.NOTE,
    "annotation": RegionKind.NOTE,
    "tracked-changes": RegionKind.HIDDEN,
}
HIDDEN = ("hidden-text", "hidden-paragraph")
SILENT = ("note-citation", "creator", "date", "change-info", "sequence-decls", "forms", "object", "object-ole")
HEADERS = ("header", "footer", "header-left", "footer-left", "header-first", "footer-first")


def read_odt(untrusted: bytes) -> Content:
    """Body with tables, frames and tracked insertions (ACT); deletions and hidden text (HIDDEN); notes (NOTE).

    Raises:
        UnreadableError: encrypted, damaged, a bomb, pictures only.
    """
    if not untrusted.startswith(b"PK"):
        return _flat(untrusted)
    package = Package(untrusted)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise encrypted()
    if "content.xml" not in package.names:
        reason = "the document has no body; open it in an office program, repair it and save it again"
        raise UnreadableError(State.DAMAGED, reason)
    content = tree(package.read("content.xml"))
    part = package.read("styles.xml")
    styles = tree(part) if part else None
    hidden = _hidden_styles(content) | (_hidden_styles(styles) if styles is not None else set())
    writer = _written(content, hidden)
    if not any(map(str.strip, writer.pieces)) and any(name.startswith("Pictures/") for name in package.names):
        reason = "the document holds pictures and no text: a scan put into a document, which this version cannot read"
        raise UnreadableError(State.NO_TEXT_LAYER, reason)
    for element in styles.iter() if styles is not None else ():
        if local(element) in HEADERS:
            flow = _Flow(hidden, RegionKind.NOTE)
            flow.walk(element)
            flow.write(writer)
    return writer.content()


def _flat(untrusted: bytes) -> Content:
    """The same from a document that is one XML file."""
    root = tree(untrusted)
    return _written(root, _hidden_styles(root)).content()


def _written(root: Any, hidden: set[str]) -> Writer:
    writer = Writer()
    for body in root.iter("{*}body"):
        flow = _Flow(hidden, RegionKind.ACT)
        flow.walk(body)
        flow.write(writer)
    return writer


def _hidden_styles(root: Any) -> set[str]:
    """Names of styles whose letters are hidden or white."""
    found = set()
    for style in root.iter("{*}style"):
        for properties in style.iter("{*}text-properties"):
            color, ground = attribute(properties, "color").lower(), attribute(properties, "background-color").lower()
            white = color == "#ffffff" and ground in ("", "transparent", "#ffffff")
            if white or attribute(properties, "display") == "none":
                found.add(attribute(style, "name"))
    return found


class _Flow:
    """A part of the document read in order; text stands before, in and behind every element."""

    def __init__(self, hidden: set[str], kind: RegionKind) -> None:
        self._hidden = hidden
        self._kind = kind
        self._pieces: list[tuple[str, RegionKind]] = []
        self._asides: list[tuple[str, RegionKind]] = []
        self._boxes: list[tuple[str, RegionKind]] = []  # text boxes, written after the paragraph that holds them
        self._in_paragraph = 0  # between paragraphs, text is only the layout of the XML

    def write(self, writer: Writer) -> None:
        """Write the flow, then what stands beside it."""
        for text, kind in self._pieces + self._asides:
            writer.add(text, kind)

    def walk(self, element: Any) -> None:
        """Add an element's text and that of all inside it."""
        name = local(element)
        if name in SILENT:
            return
        kind, pieces = self._kind, self._pieces
        if name in ASIDES or name in HIDDEN or attribute(element, "style-name") in self._hidden:
            self._kind = ASIDES.get(name, RegionKind.HIDDEN)
        if name in ASIDES or name == "text-box":
            self._pieces = []
        self._inside(element, name)
        if name in ASIDES:
            self._asides += self._pieces
            self._pieces = pieces
        elif name == "text-box":
            self._boxes += self._pieces
            self._pieces = pieces
        self._kind = kind

    def _inside(self, element: Any, name: str) -> None:
        paragraph, outer = name in PARAGRAPHS, self._in_paragraph
        if name == "s":
            count = attribute(element, "c")
            self._add(" " * min(int(count) if count.isdigit() else 1, MAX_BLANKS))
        elif name in CHARACTERS:
            self._add(CHARACTERS[name])
        elif name in HIDDEN:
            self._add(attribute(element, "string-value"))
        self._in_paragraph = 1 if paragraph else 0 if name in ("text-box", *ASIDES) else outer
        if self._in_paragraph and element.text:
            self._add(element.text)
        for child in _elements(element):
            self.walk(child)
            if self._in_paragraph and child.tail:
                self._add(child.tail)
        if paragraph:
            self._add("\n")
            if not outer:
                self._pieces += self._boxes
                self._boxes = []
        elif name in ("table-cell", "table-row"):
            self._end_cell(name)
        self._in_paragraph = outer

    def _add(self, text: str) -> None:
        # White space of the XML is layout; blanks, tabs and line ends of the document are elements of their own.
        if text not in ("\n", "\t"):
            text = text.replace("\n", " ").replace("\t", " ")
        if text:
            self._pieces.append((text, self._kind))

    def _end_cell(self, name: str) -> None:
        """The line end of a cell's last paragraph becomes a tab, that of the row's last cell a line end."""
        before, after = ("\n", "\t") if name == "table-cell" else ("\t", "\n")
        if self._pieces and self._pieces[-1][0] == before:
            self._pieces[-1] = (after, self._pieces[-1][1])


def _elements(element: Any) -> Iterator[Any]:
    return (child for child in element if isinstance(child.tag, str))
