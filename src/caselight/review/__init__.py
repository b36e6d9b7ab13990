"""People and the sample they read: which cases are drawn, and what people answered.

In: the cases of a study and what the machine says of them. Out: a draw that nobody can have chosen, and for each drawn
case and question the one answer that counts, from one coder, from two who agree, or from the adjudicator.
"""

from caselight.review.answers import ADJUDICATOR, UNDECIDED, Given, last_answers, same, settle
from caselight.review.asking import is_done, states
from caselight.review.compare import Pair, confusion, pairs, shown
from caselight.review.decisions import (
    JOINED,
    LOOK_AGAIN,
    QUESTION,
    Decision,
    Quote,
    Standing,
    answers,
    body_of,
    decision_of,
    meaning_of,
    read_decision,
    standing,
    text_digest,
)
from caselight.review.draw import FrameRow, allocate, digest_of, draw, enlarged, frame_text, ticket
from caselight.review.elsewhere import DrawnElsewhere, has_probabilities, read_draw
from caselight.review.exchange import Told
from caselight.review.sheet import TEXT_FILE, read_sheet

__all__ = [
    "ADJUDICATOR",
    "JOINED",
    "LOOK_AGAIN",
    "QUESTION",
    "TEXT_FILE",
    "UNDECIDED",
    "Decision",
    "DrawnElsewhere",
    "FrameRow",
    "Given",
    "Pair",
    "Quote",
    "Standing",
    "Told",
    "allocate",
    "answers",
    "body_of",
    "confusion",
    "decision_of",
    "digest_of",
    "draw",
    "enlarged",
    "frame_text",
    "has_probabilities",
    "is_done",
    "last_answers",
    "meaning_of",
    "pairs",
    "read_decision",
    "read_draw",
    "read_sheet",
    "same",
    "settle",
    "shown",
    "standing",
    "states",
    "text_digest",
    "ticket",
]
