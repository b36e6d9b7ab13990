"""Answers of people from a table (CSV), as other tools and spreadsheets write them.

Long: columns case, variable, value (and coder). Wide: a column case (and coder), and one for each variable. A case is
named by its id, or by the name or path of its record. An empty cell is no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from caselight.codebook import Codebook
from caselight.errors import UsageError
from caselight.review.answers import UNDECIDED, Given
from caselight.review.csvtable import BrokenTableError, CsvTable
from caselight.review.exchange import unescaped
from caselight.review.names import coder_name
from caselight.types import Value
from caselight.variables import KINDS, Variable

NO_ANSWER = ("does_not_say", "not_asked")  # read, and the record gives none
NOT_TOLD = (UNDECIDED, "undetermined")  # read, and it cannot be told: no "no"
SEPARATORS = ",;\t"  # of tables that people save
_LONG = frozenset({"case", "variable", "value"})
TEXT_FILE = "text_file"  # column of a sheet: where the text of the case lies, beside the sheet
# Columns that are no answers.
_BESIDE = frozenset({"case", "record", TEXT_FILE, "read_twice", "coder", "stratum", "probability"})


def read_sheet(text: str, name: str, codebook: Codebook, cases: Mapping[str, str], coder: str) -> list[Given]:
    """The answers in a table.

    Args:
        text: the table, with a line of column names; separated by comma, semicolon or tab.
        name: of the file, for messages.
        cases: name of a case -> its id; "" = the name may mean several.
        coder: whose answers they are where there is no column coder; "" = there must be one.
    Raises:
        UsageError: FILE:LINE, what is wrong there, and what is allowed. Nothing is taken then.
    """
    variables = {variable.name: variable for variable in codebook.variables}
    found: list[Given] = []
    lines_of: dict[tuple[str, str, str], tuple[int, Given]] = {}
    try:
        table = CsvTable(text, SEPARATORS)
        _check_columns(name, table.columns, variables, coder)
        for number, row in table:
            for one in _row(row, f"{name}:{number}", variables, cases, coder):
                line, before = lines_of.setdefault((one.coder, one.case, one.variable), (number, one))
                if before != one:
                    raise UsageError(
                        f"{name}:{number}: {one.coder} answers {one.variable} of {row['case']} otherwise "
                        f"than in line {line}. Leave one of the two. Nothing was imported."
                    )
                found += [one] if before is one else []
    except BrokenTableError as error:
        what = f"{name}:{error.line}: the line is no CSV ({error.reason})"
        raise UsageError(f"{what}. Save the table again as CSV. Nothing was imported.") from None
    if not found:
        raise UsageError(f"{name} holds no answer. Fill in at least one cell, then import it again.")
    return found


def _check_columns(name: str, columns: Sequence[str], variables: Mapping[str, Variable], coder: str) -> None:
    if "case" not in columns:
        raise UsageError(f"{name}:1: there is no column 'case'. Found: {', '.join(columns) or 'nothing'}.")
    twice = [column for column, times in Counter(columns).items() if times > 1 and column]
    if twice:
        raise UsageError(f"{name}:1: there are two columns {twice[0]!r}. Leave one. Nothing was imported.")
    if not coder and "coder" not in columns:
        raise UsageError(f"{name}:1: there is no column 'coder'. Say who answered: --coder NAME.")
    if not set(columns) >= _LONG and (strange := [c for c in columns if c and c not in {*variables, *_BESIDE}]):
        raise UsageError(
            f"{name}:1: {strange[0]!r} is no question of the codebook ({', '.join(variables)}). Rename the column, or "
            "take it out. Nothing was imported."
        )
    if not set(columns) >= _LONG and not set(columns) & set(variables):
        known = ", ".join(variables)
        raise UsageError(f"{name}:1: needs the columns variable and value, or a column for a variable ({known}).")


def _row(
    row: Mapping[str | None, str | None],
    where: str,
    variables: Mapping[str, Variable],
    cases: Mapping[str, str],
    coder: str,
) -> Iterator[Given]:
    if None in row:
        raise UsageError(f"{where}: the line has more cells than the first line has names. Nothing was imported.")
    cells = {
        key: (value or "").strip() if key != "coder" else (value or "") for key, value in row.items() if key is not None
    }
    cells = {key: unescaped(value) if key != "case" else value for key, value in cells.items()}
    case = cases.get(cells["case"])
    if not case:
        what = "means several cases; name it by its case id" if case == "" else "is no case of this study"
        raise UsageError(f"{where}: {cells['case']!r} {what}. Nothing was imported.")
    who = _who(cells.get("coder", ""), coder, where)
    asked = [(cells["variable"], cells["value"])] if set(cells) >= _LONG else list(cells.items())
    for variable, value in asked:
        if variable in _BESIDE or not value:
            continue
        if variable not in variables:
            raise UsageError(f"{where}: there is no variable {variable!r}. Known: {', '.join(variables)}.")
        yield _given(case, variables[variable], value, who, where)


def _who(cell: str, coder: str, where: str) -> str:
    """Whose answers the line holds: by its column coder, and by --coder where that is empty."""
    if cell and coder and coder_name(cell, where) != coder_name(coder):
        raise UsageError(
            f"{where}: the column coder says {cell!r}, --coder says {coder!r}. Leave one of the two out. "
            "Nothing was imported."
        )
    return coder_name(cell or coder, where if cell or not coder else "")


def _given(case: str, variable: Variable, text: str, coder: str, where: str) -> Given:
    if text not in variable.value_names():
        if text in NOT_TOLD:
            return Given(case, variable.name, None, coder, decided=False)
        if text in NO_ANSWER:
            return Given(case, variable.name, None, coder, asked=text != "not_asked")
        if text == "none" and variable.kind == "many-of":
            return Given(case, variable.name, (), coder)
    return Given(case, variable.name, _parsed(variable, text, where), coder)


def _parsed(variable: Variable, text: str, where: str) -> Value:
    try:
        return KINDS[variable.kind].parse(text, variable)
    except ValueError as error:
        raise UsageError(f"{where}: {error} Or write {UNDECIDED}. Nothing was imported.") from None
