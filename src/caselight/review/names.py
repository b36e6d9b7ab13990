"""The name under which somebody's answers stand: it becomes the name of a file."""

from __future__ import annotations

from caselight.errors import UsageError
from caselight.review.answers import ADJUDICATOR

MOST_CHARS = 40
# Answers that nobody gave stand under these: those of the codebook's rules, and what follows from "ask only if".
TAKEN = frozenset({"rules", "ask_if"})


def coder_name(untrusted: str, where: str = "") -> str:
    """The name, if it can be a coder's; "Adjudicator", however it is written, is the adjudicator.

    >>> coder_name("anna-2"), coder_name("Adjudicator")
    ('anna-2', 'adjudicator')

    Args:
        where: FILE:LINE, for the message; "" = an option of the command.
    Raises:
        UsageError: it cannot be one; the message names the rule.
    """
    if untrusted.casefold() == ADJUDICATOR:
        return ADJUDICATOR
    if why := why_no_name(untrusted):
        raise UsageError(f"{where or '--coder'}: {why} Nothing was imported.")
    return untrusted


def why_no_name(untrusted: str) -> str:
    """Why that cannot be the name of somebody who answers, as a sentence; "" = it can be."""
    plain = untrusted.replace("-", "").replace("_", "")
    if not plain.isalnum() or not untrusted[0].isalnum() or len(untrusted) > MOST_CHARS:
        return (
            f"{untrusted[:60]!r} cannot be a coder's name. Use letters, digits, - and _; a letter or digit first, at "
            f"most {MOST_CHARS}."
        )
    if untrusted.casefold() in TAKEN:
        return f"{untrusted!r} is the name of a program's answers. Choose another name."
    return ""
