"""Whether people's answers may be shown to everybody: not while somebody still has to read."""

from __future__ import annotations

from collections.abc import Sequence

from caselight.codebook import Codebook
from caselight.drawing.answering import given
from caselight.drawing.commitment import ELUSION, Committed, drawn_cases, last
from caselight.drawing.fieldwork import readings
from caselight.drawing.standing import disputes
from caselight.review import ADJUDICATOR, Given
from caselight.store import Study
from caselight.variables import Variable

_NOBODY = "ask_if"  # the coder of an answer that follows from the codebook


def is_read_to_its_end(study: Study, codebook: Codebook) -> bool:
    """Every drawn unit of the last draws has all its readers, and nothing is in dispute; False = nothing is drawn."""
    found = [one for one in (last(study), last(study, ELUSION)) if one is not None]
    taken = given(study)
    return bool(found) and all(_is_done(one, codebook, taken) for one in found)


def _is_done(committed: Committed, codebook: Codebook, taken: Sequence[Given]) -> bool:
    drawn = drawn_cases(committed)
    if not drawn:
        return False
    units = {one.case for one in drawn}
    questions = [variable for variable in codebook.variables if _is_asked(committed, variable)]
    read = readings(codebook.variables, units, taken)
    if any(unit not in read.of(variable.name) for variable in questions for unit in units):
        return False
    readers: dict[tuple[str, str], set[str]] = {}
    for one in read.given:
        readers.setdefault((one.case, one.variable), set()).add(one.coder)
    twice = [readers[one.case, variable.name] for one in drawn if one.double for variable in questions]
    return all(len(coders) > 1 or coders & {ADJUDICATOR, _NOBODY} for coders in twice) and not disputes(read.given)


def _is_asked(committed: Committed, variable: Variable) -> bool:
    """Of a draw from what the machine set aside one question; of others those that were there when it was committed."""
    if committed.kind == ELUSION:
        return variable.name == committed.about[0]
    return not committed.asked or variable.name in committed.asked
