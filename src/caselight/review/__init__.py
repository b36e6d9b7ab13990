"""People and the sample they read: which cases are drawn, and what people answered.

In: the cases of a study and what the machine says of them. Out: a draw that nobody can have chosen, and for each drawn
case and question the one answer that counts, from one coder, from two who agree, or from the adjudicator.
"""

from caselight.review.answers import ADJUDICATOR, UNDECIDED, Given, settle
from caselight.review.draw import FrameRow, allocate, digest_of, draw, enlarged, frame_text, ticket
from caselight.review.elsewhere import DrawnElsewhere, has_probabilities, read_draw
from caselight.review.sheet import read_sheet

__all__ = [
    "ADJUDICATOR",
    "UNDECIDED",
    "DrawnElsewhere",
    "FrameRow",
    "Given",
    "allocate",
    "digest_of",
    "draw",
    "enlarged",
    "frame_text",
    "has_probabilities",
    "read_draw",
    "read_sheet",
    "settle",
    "ticket",
]
