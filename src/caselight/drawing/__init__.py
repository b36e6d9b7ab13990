"""The draw of a study and the answers of people: what was committed, what was drawn, what has been read.

pile        every unit of a study, its text's hash and the machine's answers
commitment  a draw as it lies on disk
blindness   whether everybody may see what people answered
checking    whether a draw is the one that was committed
freezing    a draw is committed, drawn by public dice, extended
elsewhere   a draw made in another program is taken over
answering   answers of people and of machines elsewhere come in
standing    answers that cannot count as they are: no longer allowed, or in dispute
fieldwork   figures
asking      figures of parts of the pile, differences, trends; kept: those that are published
"""

from caselight.drawing.answering import (
    at_stake,
    given,
    named_cases,
    quotes_of,
    state_of,
    take,
    take_machine,
    texts_of,
    to_read,
)
from caselight.drawing.blindness import is_read_to_its_end
from caselight.drawing.checking import checked
from caselight.drawing.commitment import Committed, chosen, drawn_cases, draws, last, machine_answers, members, waiting
from caselight.drawing.elsewhere import adopt
from caselight.drawing.fieldwork import (
    Readings,
    Underway,
    agreed,
    exported,
    fieldwork,
    figures_of,
    readings,
    sample,
    underway,
)
from caselight.drawing.freezing import LEAST_LEVEL, MOST_LEVEL, Wish, extend, freeze, throw
from caselight.drawing.kept import keep, kept, published
from caselight.drawing.standing import answer_problems, cell, disputed, disputes, later, read_twice

__all__ = [
    "LEAST_LEVEL",
    "MOST_LEVEL",
    "Committed",
    "Readings",
    "Underway",
    "Wish",
    "adopt",
    "agreed",
    "answer_problems",
    "at_stake",
    "cell",
    "checked",
    "chosen",
    "disputed",
    "disputes",
    "drawn_cases",
    "draws",
    "exported",
    "extend",
    "fieldwork",
    "figures_of",
    "freeze",
    "given",
    "is_read_to_its_end",
    "keep",
    "kept",
    "last",
    "later",
    "machine_answers",
    "members",
    "named_cases",
    "published",
    "quotes_of",
    "read_twice",
    "readings",
    "sample",
    "state_of",
    "take",
    "take_machine",
    "texts_of",
    "throw",
    "to_read",
    "underway",
    "waiting",
]
