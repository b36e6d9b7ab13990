"""Tables of people as CSV, read in one way wherever they come in: sheets, draws and answers of other tools.

Python keeps the size that a cell may have once for the whole process, and any library may change it; so it is set
before each reading, and what is refused does not depend on who else is there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

LARGEST_CELL = 131_072  # characters; Python's own limit. A longer one is a table whose quotation marks went wrong.

Row = dict[str | None, str | None]


class BrokenTableError(ValueError):
    """A line that is no CSV."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line} cannot be read as CSV ({reason})")
        self.line, self.reason = line, reason


class CsvTable:
    """A text with a line of column names: its columns, and its rows with the line that each ends in.

    >>> table = CsvTable("case;role\\nc1;none\\n", ",;\\t")
    >>> table.columns, list(table)
    (['case', 'role'], [(2, {'case': 'c1', 'role': 'none'})])

    Args:
        untrusted: the text; a byte order mark is left out, and a cell may hold line breaks.
        separators: signs of which the one most frequent in the first line separates cells.
    Raises:
        BrokenTableError: a line is no CSV, or a cell is too long; the first line at once, the others when they are met.
    """

    def __init__(self, untrusted: str, separators: str = ",") -> None:
        lines = io.StringIO(untrusted.removeprefix("\ufeff"), newline="")
        head = lines.readline()
        lines.seek(0)
        self._rows = csv.DictReader(lines, delimiter=max(separators, key=head.count), strict=True)
        csv.field_size_limit(LARGEST_CELL)
        try:
            self.columns = [column.strip() for column in self._rows.fieldnames or ()]
        except csv.Error as error:
            raise BrokenTableError(1, str(error)) from None
        self._rows.fieldnames = self.columns

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        """Line and cells of each row."""
        csv.field_size_limit(LARGEST_CELL)
        try:
            for row in self._rows:
                yield self._rows.line_num, row
        except csv.Error as error:
            # The reader's own count: that of DictReader is of the last line that went well.
            raise BrokenTableError(self._rows.reader.line_num, str(error)) from None
