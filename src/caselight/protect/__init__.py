"""Nothing leaves a study that can harm a private person: names and numbers become tokens, and a gate proves it.

    a matter's documents, facts, values ─protect_matter→ edits, secrets      Redaction applies edits and moves offsets
    a writer of files, a Gate ─put→ a folder that the gate has looked into, or nothing

What comes in are the types that flow between stages; who writes the pages is the caller's business (publishing.py).
A new language needs a `names.yaml` in its pack and, if its names work in another way, a finder beside `mentions` and
`english`. A new kind of number is a row in the pack, a letter in `tokens.LETTERS` and a name in `policy`.
"""

from __future__ import annotations

from caselight.protect.gate import Find, Gate, Known, Machine
from caselight.protect.matters import Numbering, Opinion, Protected, Secret, Subject, protect_matter
from caselight.protect.policy import Policy, load_policy
from caselight.protect.printed import Printed
from caselight.protect.redaction import Edit, Redaction
from caselight.protect.roles import Knowledge, knowledge
from caselight.protect.tokens import digits, token
from caselight.protect.writing import CANNOT_KNOW, MARK, Leak, Published, check_target, put

__all__ = [
    "CANNOT_KNOW",
    "MARK",
    "Edit",
    "Find",
    "Gate",
    "Knowledge",
    "Known",
    "Leak",
    "Machine",
    "Numbering",
    "Opinion",
    "Policy",
    "Printed",
    "Protected",
    "Published",
    "Redaction",
    "Secret",
    "Subject",
    "check_target",
    "digits",
    "knowledge",
    "load_policy",
    "protect_matter",
    "put",
    "token",
]
