"""What a person decided about one question of one case, as it is sent, kept and read back; and what of it stands.

A decision may hold several quotations, each with its speaker and whether it is denied. Nothing is ever changed: a new
answer to the same question counts instead of the old one, and a decision that is taken back makes the one before it
count again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from caselight.types import Document, Value, as_value
from caselight.variables import KINDS, SPEAKERS, Variable

# Kinds of line in a journal: an answer; a question about the codebook; the coder took up a draw; an answer of the coder
# has to be looked at again.
ANSWER, QUESTION, JOINED, LOOK_AGAIN = "answer", "question", "joined", "look_again"
MOST_QUOTES = 40  # of one answer; more is a slip of the hand
MOST_MEMO_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the record that somebody answers with; offsets in code points of the document's text, half-open."""

    document: str
    start: int
    end: int
    quote: str
    said_by: str  # one of SPEAKERS
    denied: bool
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's answer."""

    case: str
    variable: str
    value: Value  # None = the record does not say, or (not decided) nobody can tell, or it was not asked
    decided: bool = True  # False = read, and cannot decide; the memo says why
    quotes: tuple[Quote, ...] = ()
    memo: str = ""
    asked: bool = True  # False = a skip rule left the question out
    meaning: str = ""  # `meaning_of` the question when it was answered; "" = unknown (taken from a table)
    text: str = ""  # `text_digest` of what was read; "" = unknown
    by: str = ""  # who, where several write into one journal (adjudicators)


class Written(Protocol):
    """A line of a journal."""

    @property
    def ref(self) -> str:
        """What other lines call it."""

    @property
    def undoes(self) -> str:
        """`ref` of the line that it takes back; "" = none."""

    @property
    def time(self) -> str:
        """When it was written."""

    @property
    def body(self) -> dict[str, Any]:
        """What was decided."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision and the line it stands in."""

    decision: Decision
    ref: str
    time: str


def meaning_of(variable: Variable) -> str:
    """Changes when people may answer the question otherwise: with its words and values, not with rules."""
    values = [[v.name, v.label, v.definition] for v in variable.values]
    asked = [[c.variable, c.values] for c in variable.ask_if]
    parts = [variable.name, variable.kind, variable.question, variable.definition, values, asked, variable.several]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def read_decision(untrusted: Mapping[str, Any], variable: Variable, *documents: Document) -> Decision:
    """The decision that somebody sent.

    Args:
        untrusted: case, value, decided, quotes, memo as JSON gives them.
        documents: the texts that were read, against which every quotation is checked; several of a matter.
    Raises:
        ValueError: it is none; the message says what is wrong.
    """
    decided = untrusted.get("decided", True)
    memo = _memo(untrusted.get("memo", ""))
    if not isinstance(decided, bool):
        raise ValueError("`decided` is true or false.")
    if not decided and not memo:
        raise ValueError("Say in the memo why it cannot be decided.")
    quotes = untrusted.get("quotes", [])
    if not isinstance(quotes, list) or len(quotes) > MOST_QUOTES:
        raise ValueError(f"`quotes` is a list of at most {MOST_QUOTES} quotations.")
    return Decision(
        case=str(untrusted.get("case", "")),
        variable=variable.name,
        value=_value(untrusted.get("value"), variable) if decided else None,
        decided=decided,
        quotes=tuple(_quote(one, documents) for one in quotes),
        memo=memo,
        meaning=meaning_of(variable),
        text=text_digest(*(document.text for document in documents)),
    )


def text_digest(*texts: str) -> str:
    """sha256 of the text in UTF-8, hex; of several texts, of their sums, a line each."""
    sums = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
    return sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()


def _value(untrusted: Any, variable: Variable) -> Value:
    kind = KINDS[variable.kind]
    if isinstance(untrusted, list):
        untrusted = tuple(untrusted)
    if isinstance(untrusted, tuple) and not all(isinstance(one, str) for one in untrusted):
        raise ValueError(f"The values of {variable.name} are texts.")
    if isinstance(untrusted, tuple) and variable.kind == "many-of":
        names = variable.value_names()
        untrusted = tuple(sorted(set(untrusted), key=lambda n: (names.index(n) if n in names else -1, n)))
    if isinstance(untrusted, str) and not kind.closed:
        return kind.parse(untrusted[:MOST_MEMO_CHARS], variable)
    if untrusted is not None and not isinstance(untrusted, str | int | float | bool | tuple):
        raise ValueError(f"{untrusted!r} is no answer to {variable.name}.")
    if fault := kind.check(untrusted, variable):
        raise ValueError(fault)
    return untrusted


def _quote(untrusted: Any, documents: Sequence[Document]) -> Quote:
    if not isinstance(untrusted, dict):
        raise ValueError("A quotation has a start, an end, a quote, a speaker and whether it is denied.")
    start, end = untrusted.get("start"), untrusted.get("end")
    said_by, denied = untrusted.get("said_by", "unknown"), untrusted.get("denied", False)
    document = next((one for one in documents if one.id == untrusted.get("document")), None)
    whole = document and isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(document.text)
    if document is None or not whole or document.text[start:end] != untrusted.get("quote"):
        raise ValueError("A quotation does not stand in the record at its place. Mark it again.")
    if said_by not in SPEAKERS:
        raise ValueError(f"{said_by!r} is no speaker. Allowed: {', '.join(SPEAKERS)}.")
    if not isinstance(denied, bool):
        raise ValueError("`denied` is true or false.")
    memo = _memo(untrusted.get("memo", ""))
    return Quote(document.id, int(start or 0), int(end or 0), untrusted["quote"], said_by, denied, memo)


def _memo(untrusted: Any) -> str:
    if not isinstance(untrusted, str) or len(untrusted) > MOST_MEMO_CHARS:
        raise ValueError(f"A memo is text of at most {MOST_MEMO_CHARS:,} characters.")
    return untrusted.strip()


def body_of(decision: Decision) -> dict[str, Any]:
    """The decision as a journal keeps it; what is empty is left out, but case, variable, value and decided never."""
    value = list(decision.value) if isinstance(decision.value, tuple) else decision.value
    body: dict[str, Any] = {
        "kind": ANSWER,
        "case": decision.case,
        "variable": decision.variable,
        "value": value,
        "decided": decision.decided,
    }
    if decision.quotes:
        body["quotes"] = [{name: getattr(q, name) for name in q.__slots__} for q in decision.quotes]
    rest = {name: getattr(decision, name) for name in ("memo", "meaning", "text", "by")}
    return body | {name: text for name, text in rest.items() if text} | ({} if decision.asked else {"asked": False})


def decision_of(body: Mapping[str, Any]) -> Decision:
    """The decision that a journal keeps; of older versions too, and of tables that were taken in."""
    return Decision(
        case=body["case"],
        variable=body["variable"],
        value=as_value(body["value"]),
        decided=body["decided"],
        quotes=tuple(Quote(**quote) for quote in body.get("quotes", ())),
        memo=body.get("memo", ""),
        asked=body.get("asked", True),
        meaning=body.get("meaning", ""),
        text=body.get("text", ""),
        by=body.get("by", ""),
    )


def answers(lines: Iterable[Written]) -> list[Standing]:
    """The answers in a journal that were not taken back, in their order."""
    lines = list(lines)
    gone = {line.undoes for line in lines if line.undoes}
    kept = (line for line in lines if not line.undoes and line.body.get("kind", ANSWER) == ANSWER)
    return [Standing(decision_of(line.body), line.ref, line.time) for line in kept if line.ref not in gone]


def standing(lines: Iterable[Written]) -> dict[tuple[str, str], Standing]:
    """(case, variable) -> the answer that counts: the last one that was not taken back."""
    return {(one.decision.case, one.decision.variable): one for one in answers(lines)}
