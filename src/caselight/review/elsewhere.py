"""A draw that another program made: which cases were drawn, in which stratum, and how likely each was to be drawn.

Figures rest on these probabilities. Where they are not known (rows that a model picked, rows that somebody found
interesting), no figure about the pile can be had from the rows, however many they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from caselight.errors import UsageError
from caselight.review.csvtable import BrokenTableError, CsvTable
from caselight.review.sheet import SEPARATORS

COLUMNS = frozenset({"case", "stratum", "probability"})
# A probability written with few decimals still tells N_h = n_h / p if the nearest whole number is this close.
_NEAR = Fraction(1, 20)
_UNKNOWN = (
    "the probability of being drawn is not known, so no figure about all cases can rest on this row, however it was "
    "picked. Give the probability as a number or as n/N; or import the answers without the columns stratum and "
    "probability: they then count for agreement, and for no figure"
)


@dataclass(frozen=True, slots=True)
class DrawnElsewhere:
    """The strata of such a draw."""

    sizes: Mapping[str, int]  # stratum -> N_h
    drawn: Mapping[str, tuple[str, ...]]  # stratum -> its drawn cases


def has_probabilities(head: str) -> bool:
    """Whether the first line of a table names the columns of a draw."""
    return {cell.strip().strip('"') for cell in head.replace(";", ",").replace("\t", ",").split(",")} >= COLUMNS


def read_draw(text: str, name: str, cases: Mapping[str, str], size: int) -> DrawnElsewhere:
    """The draw that a table's columns case, stratum and probability tell of.

    Args:
        text: the table; a case may have several rows, one a question.
        name: of the file, for messages.
        cases: name of a case -> its id; "" = the name may mean several.
        size: cases of the study, to which the strata must add up.
    Raises:
        UsageError: FILE:LINE, what is wrong there. Nothing is taken then.
    """
    try:
        return _strata(_rows(CsvTable(text, SEPARATORS), name, cases), name, size)
    except BrokenTableError as error:
        what = f"{name}:{error.line}: the line is no CSV ({error.reason})"
        raise UsageError(f"{what}. Save the table again as CSV. Nothing was imported.") from None


def _rows(table: CsvTable, name: str, cases: Mapping[str, str]) -> dict[str, tuple[str, Fraction]]:
    """Case -> its stratum and probability."""
    found: dict[str, tuple[str, Fraction]] = {}
    for line, row in table:
        where = f"{name}:{line}"
        case = cases.get((row["case"] or "").strip())
        if not case:
            raise UsageError(f"{where}: {row['case']!r} is no case of this study, or means several.")
        told = ((row["stratum"] or "").strip() or "all", _probability(row["probability"] or "", where))
        if found.setdefault(case, told) != told:
            raise UsageError(f"{where}: {row['case']!r} stands in another line with another stratum or probability.")
    return found


def _probability(text: str, where: str) -> Fraction:
    try:
        value = Fraction(text.strip().replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{where}: {_UNKNOWN}.") from None
    if not 0 < value <= 1:
        raise UsageError(f"{where}: {text.strip()} is no probability: it must be above 0 and at most 1.")
    return value


def _strata(found: Mapping[str, tuple[str, Fraction]], name: str, size: int) -> DrawnElsewhere:
    drawn: dict[str, list[str]] = {}
    chances: dict[str, set[Fraction]] = {}
    for case, (stratum, chance) in found.items():
        drawn.setdefault(stratum, []).append(case)
        chances.setdefault(stratum, set()).add(chance)
    sizes = {}
    for stratum, units in drawn.items():
        if len(chances[stratum]) > 1:
            raise UsageError(
                f"{name}: the cases of stratum {stratum!r} were not equally likely to be drawn. Figures need equal "
                "probabilities within a stratum: name each group of equal probability as a stratum of its own."
            )
        exact = len(units) / chances[stratum].pop()
        sizes[stratum] = round(exact)
        if abs(exact - sizes[stratum]) > _NEAR:
            raise UsageError(
                f"{name}: stratum {stratum!r}: {len(units)} drawn with this probability come from {float(exact):.2f} "
                "cases, which is no whole number. Give the probability as n/N, such as 25/240."
            )
    if sum(sizes.values()) != size:
        raise UsageError(
            f"{name}: by these probabilities the strata hold {sum(sizes.values()):,} cases, the study has {size:,}. "
            "Figures are about the cases of the study: add those that are missing, or draw from these."
        )
    return DrawnElsewhere(sizes, {stratum: tuple(units) for stratum, units in drawn.items()})
