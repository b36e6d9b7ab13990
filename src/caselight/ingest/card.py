"""The tables of a court's page about a case, as labelled values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from caselight.ingest.content import Writer
from caselight.ingest.lifting import HEADING, Rows
from caselight.ingest.lines import PROSE_LINE
from caselight.ingest.nodes import find
from caselight.remembering import Remembered
from caselight.types import Field, RegionKind

# A cell longer than this holds prose, so its table only lays out the page. The longest value seen on a real card
# (a category of cases with all its levels) has 250 characters.
MAX_VALUE_CHARACTERS = 1_000
MAX_NUMBER_CHARACTERS = 60  # "33-647/2026 (33-11786/2025; М-1440/2025)" has 40
# Labels, kinds of hearings, judges and days come back on card after card; long cells do not, and would take memory.
_REMEMBERED_CELLS, _REMEMBERED_CHARACTERS = 3_000, 80
# What stands above the tables and names the case: "ДЕЛО № 5-1/2022", "Информация по делу № ...", the kind of case.
HEADINGS = "tr, h1, h3, .casenumber, .case-num, .title, .name-instanse"
# Pairs of neighbours that are label and value on cards without tables.
LABEL_PAIRS = "div.left + div.right, dt + dd"
TITLE = "title"  # label of headings that are not "something No. so-and-so"


class _Table:
    """What is known of a table while its rows are read."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.columns: list[str] | None = None
        self.rows = 0
        self.pairs = False  # it has rows of label and value
        self.begun = False  # a row with values has been seen, so no row of column headings will come


class Card:
    """Lines of a card and their fields, in the order of the page."""

    def __init__(self, start: int) -> None:
        self.start = start  # where the next line begins in the document's text
        self.lines: list[str] = []
        self.fields: list[Field] = []
        self.has_prose = False  # a cell of a table is as long as a line of prose

    def add(self, label: str, value: str, table: str = "", row: int = -1) -> None:
        """One line of its own, "label: value", nothing if there is no value."""
        if not value:
            return
        line = f"{label} {value}\n" if label.endswith("№") else f"{label}: {value}\n" if label else f"{value}\n"
        end = self.start + len(line) - 1
        # In half the time of Field(...).
        self.fields.append(tuple.__new__(Field, (label, end - len(value), end, table, row)))
        self.lines.append(line)
        self.start = end + 1

    def add_row(self, labels: list[str], values: list[str], table: str, row: int) -> None:
        """One line for a row of a table with column headings: "label: value; label: value", empty ones left out."""
        line: list[str] = []
        for label, value in zip(labels, values, strict=False):
            if value:
                lead = f"; {label}: " if line else f"{label}: "
                start = self.start + len(lead)
                self.start = start + len(value)
                self.fields.append(tuple.__new__(Field, (label, start, self.start, table, row)))
                line += (lead, value)
        if line:
            line.append("\n")
            self.start += 1
            self.lines.append("".join(line))

    def add_heading(self, heading: str) -> None:
        """A heading of the page: a case number with what stands before it as its label, or else a title."""
        label, sign, number = heading.partition("№")
        if sign and number and len(number) <= MAX_NUMBER_CHARACTERS:
            self.add(f"{label}№", number.strip())
        elif len(heading) <= MAX_VALUE_CHARACTERS:
            self.add(TITLE, heading)

    def holds(self, sign: str) -> bool:
        """Whether the sign stands in a line or in the heading of a table."""
        return any(sign in line for line in self.lines) or any(sign in known.table for known in self.fields)

    def write(self, writer: Writer) -> None:
        """Hand everything over as one stretch of CARD text."""
        writer.add("".join(self.lines), RegionKind.CARD)
        writer.fields += self.fields


def read_card(scope: Any, card: Card, lifted: Mapping[str, Rows]) -> int:
    """Every table row, label pair and heading below `scope` (a parsed element), added to the card.

    Args:
        lifted: tables that are not in the tree, by the marks that stand in their place.
    Returns:
        how many of these have been read.
    """
    tables: dict[int, _Table] = {}  # by the element that holds the rows: one table has several (thead, tbody)
    nested = _cells_with_tables(scope)
    title, read = "", 0
    for node in find(HEADINGS, scope):
        tag = node.tag
        if tag == "h3":
            title = one_line(node.text_lexbor())
        elif tag != "tr":
            card.add_heading(one_line(node.text_lexbor()))
        else:
            parent = node.parent
            table = tables.get(parent.mem_id)
            if table is None:
                owner = parent if parent.tag == "table" else parent.parent
                table = tables.setdefault(owner.mem_id, _Table(title))
                tables[parent.mem_id] = table
                title = ""
            rows = lifted.get(node.text_lexbor().strip("\n")) if lifted else None
            if rows is None:
                _row(node, table, nested, card)
            else:
                _add_rows(rows, table, card)
                read += 1
    if not any(table.pairs for table in tables.values()):
        _label_pairs(scope, card)
    return read


def _label_pairs(scope: Any, card: Card) -> None:
    for value in find(LABEL_PAIRS, scope):
        label = value.prev
        while label is not None and label.tag.startswith("-"):
            label = label.prev
        if label is not None:
            card.add(one_line(label.text_lexbor()).rstrip(": "), one_line(value.text_lexbor()))


def one_line(text: str) -> str:
    """The text on one line; what stood on lines of its own is parted by semicolons."""
    return _lines[text]


def _one_line(text: str) -> str:
    text = text.strip()
    if "\n" in text:
        return "; ".join([" ".join(line.split()) for line in text.split("\n") if line and not line.isspace()])
    return " ".join(text.split())


_lines = Remembered(_one_line, _REMEMBERED_CELLS, _REMEMBERED_CHARACTERS)


def _cells_with_tables(scope: Any) -> set[int]:
    """Cells that hold a table: its rows are read on their own, so the cell's text is not a value."""
    found = set()
    for table in find("td table", scope):
        cell = table.parent
        while cell is not None and cell.tag not in ("td", "th"):
            cell = cell.parent
        if cell is not None:
            found.add(cell.mem_id)
    return found


def _row(row: Any, table: _Table, nested: set[int], card: Card) -> None:
    cells = list(row.iter())
    values = [one_line(cell.text_lexbor()) for cell in cells]
    if nested and any(cell.mem_id in nested for cell in cells):
        return
    heads = len(cells) > 1 and not table.begun and _is_header(cells[-1]) and _is_header(cells[0])
    _add_values(values, heads, table, card)


def read_tables(tables: Iterable[Rows], card: Card) -> None:
    """Every row of these tables, added to the card."""
    for rows in tables:
        _add_rows(rows, _Table(""), card)


def _add_rows(rows: Rows, table: _Table, card: Card) -> None:
    for cells in rows:
        heads = not table.begun and cells[-1].startswith(HEADING) and cells[0].startswith(HEADING)
        _add_values(list(map(_lines.__getitem__, cells)), heads, table, card)


def _add_values(values: list[str], heads: bool, table: _Table, card: Card) -> None:
    filled = "".join(values)
    if len(filled) >= PROSE_LINE:
        longest = max(map(len, values))
        card.has_prose = card.has_prose or longest >= PROSE_LINE
        if longest > MAX_VALUE_CHARACTERS:
            return
    elif not filled:
        return
    if len(values) == 1:
        table.title, table.columns, table.rows, table.begun = filled.strip("-=* "), None, 0, False
    elif heads:
        table.columns, table.begun = values, True
    elif table.columns is not None:
        card.add_row(table.columns, values, table.title, table.rows)
        table.rows += 1
    elif len(values) == 2:
        table.begun = table.pairs = True
        card.add(values[0].rstrip(":"), values[1], table.title)
    else:
        table.begun = True
        card.add(values[0], "; ".join(filter(None, values[1:])), table.title, table.rows)
        table.rows += 1


def _is_header(cell: Any) -> bool:
    """A heading of a column: th, a cell of thead, or a cell that is bold from its first character."""
    if cell.tag == "th" or cell.parent.parent.tag == "thead":
        return True
    child = cell.first_child
    while child is not None and child.tag == "-text" and not child.text_lexbor().strip():
        child = child.next
    return child is not None and child.tag in ("b", "strong")
