"""The tables of a court's page about a case, as labelled values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from caselight.ingest.content import Writer
from caselight.types import Field, RegionKind

# A cell longer than this holds prose, so its table only lays out the page. The longest value seen on a real card
# (a category of cases with all its levels) has 250 characters.
MAX_VALUE_CHARACTERS = 1_000
# What stands above the tables and names the case: "ДЕЛО № 5-1/2022", "Информация по делу № ...", the kind of case.
HEADINGS = "tr, h1, h3, .casenumber, .case-num, .title, .name-instanse"
# Pairs of neighbours that are label and value on cards without tables.
LABEL_PAIRS = "div.left + div.right, dt + dd"
TITLE = "title"  # label of headings that are not "something No. so-and-so"


@dataclass(slots=True)
class _Table:
    """What is known of a table while its rows are read."""

    title: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0


def write_card(scope: Any, writer: Writer) -> None:
    """Every table row, label pair and heading below `scope` (a parsed element), as lines and fields of a card."""
    tables: dict[int, _Table] = {}
    nested = _cells_with_tables(scope)
    title = ""
    for node in scope.css(HEADINGS):
        tag = node.tag
        if tag == "h3":
            title = one_line(node)
        elif tag != "tr":
            _heading(one_line(node), writer)
        else:
            owner = _owner(node)
            table = tables.get(owner)
            if table is None:
                table = tables[owner] = _Table(title)
                title = ""
            _row(node, table, nested, writer)
    for value in scope.css(LABEL_PAIRS):
        label = value.prev
        while label is not None and label.tag.startswith("-"):
            label = label.prev
        _write_line(writer, [(one_line(label).rstrip(":") if label is not None else "", one_line(value))], "", -1)


def write_card_title(untrusted_title: str, writer: Writer) -> None:
    """The title of the page, which names the court on many sites."""
    title = " ".join(unescape(untrusted_title).split())
    if title:
        _write_line(writer, [(TITLE, title)], "", -1)


def one_line(node: Any) -> str:
    """The text below a node on one line; what stood on lines of its own is parted by semicolons."""
    text: str = node.text_lexbor()
    if "\n" not in text.strip():
        return " ".join(text.split())
    return "; ".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _owner(row: Any) -> int:
    parent = row.parent
    if parent.tag != "table" and parent.parent is not None:
        parent = parent.parent
    return int(parent.mem_id)


def _cells_with_tables(scope: Any) -> set[int]:
    """Cells that hold a table: its rows are read on their own, so the cell's text is not a value."""
    found = set()
    for table in scope.css("td table"):
        cell = table.parent
        while cell is not None and cell.tag not in ("td", "th"):
            cell = cell.parent
        if cell is not None:
            found.add(cell.mem_id)
    return found


def _cells(row: Any) -> Iterator[Any]:
    cell = row.first_child
    while cell is not None:
        if cell.tag in ("td", "th"):
            yield cell
        cell = cell.next


def _row(row: Any, table: _Table, nested: set[int], writer: Writer) -> None:
    cells = list(_cells(row))
    if not cells or (nested and any(cell.mem_id in nested for cell in cells)):
        return
    texts = [one_line(cell) for cell in cells]
    if any(len(text) > MAX_VALUE_CHARACTERS for text in texts) or not any(texts):
        return
    if len(cells) == 1:
        table.title, table.columns = texts[0].strip("-=* "), ()
        table.rows = 0
        return
    if not table.columns and _is_header(cells[-1]) and _is_header(cells[0]):
        table.columns = tuple(texts)
        return
    if len(texts) == 2 and not table.columns:
        _write_line(writer, [(texts[0].rstrip(":"), texts[1])], table.title, -1)
        return
    labels = table.columns or (texts[0],) * len(texts)
    first = 0 if table.columns else 1
    pairs = [(labels[i] if i < len(labels) else "", text) for i, text in enumerate(texts) if i >= first]
    _write_line(writer, pairs, table.title, table.rows)
    table.rows += 1


def _is_header(cell: Any) -> bool:
    """A heading of a column: th, a cell of thead, or a cell that is bold from its first character."""
    if cell.tag == "th" or cell.parent.parent.tag == "thead":
        return True
    child = cell.first_child
    while child is not None and child.tag == "-text" and not child.text_lexbor().strip():
        child = child.next
    return child is not None and child.tag in ("b", "strong")


def _heading(text: str, writer: Writer) -> None:
    if not text or len(text) > MAX_VALUE_CHARACTERS:
        return
    label, sign, number = text.partition("№")
    if sign and number.strip():
        _write_line(writer, [(f"{label.strip()} №", number.strip())], "", -1)
    else:
        _write_line(writer, [(TITLE, text)], "", -1)


def _write_line(writer: Writer, pairs: list[tuple[str, str]], table: str, row: int) -> None:
    """One line of the card: "label: value; label: value", without the empty ones; a label is not repeated."""
    line: list[str] = []
    start, before = writer.length, TITLE
    for label, value in pairs:
        if not value:
            continue
        lead = "; " if line else ""
        if label and label != before:
            lead += f"{label} " if label.endswith("№") else f"{label}: "
        before = label
        start += len(lead)
        end = start + len(value)
        writer.fields.append(Field(label, start, end, table, row))
        line += (lead, value)
        start = end
    if line:
        line.append("\n")
        writer.add("".join(line), RegionKind.CARD)
