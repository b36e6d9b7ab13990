"""Which cases are instances of one matter, from small keys that fit into memory for a million cases.

Cases are joined by what courts write to identify them, never by anybody's name:
1. the unique identifier that all instances of a matter carry;
2. the court and number of the case under review, quoted in the review or on its card;
3. the same number within the same court.
Where numbers would join what identifiers keep apart, or a court's name may mean several courts, nothing is joined
and a problem says so: a matter that is split can be put together by its reader, one that is wrongly joined misleads.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from caselight.structure.reconcile import number_key
from caselight.types import Case, Document, Fact, Link, Problem

# Order of instances; a case whose instance is not recognised counts as none and precedes nothing.
INSTANCES = ("first", "appeal", "cassation", "supervision")


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What linking needs of one case. All values are comparable forms; "" = the case does not state it."""

    case: str
    name: str  # of the record, for messages
    uid: str
    court: str  # the court's code, else its comparable name with its place; "?name" where it may be several courts
    number: str
    lower_court: str  # of the case under review, as `court`
    lower_number: str
    instance: str
    date: str  # ISO day of the decision

    def to_json(self) -> str:
        """One line for a table's column."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> LinkKey:
        """The key of which `text` is the line."""
        return cls(**json.loads(text))


def link_key(case: Case, document: Document) -> LinkKey:
    """The key of a case, from its facts."""
    facts: dict[str, Fact] = {}
    for fact in case.facts:
        facts.setdefault(fact.name, fact)

    def value(name: str) -> str:
        return str(facts[name].value) if name in facts else ""

    return LinkKey(
        case.id,
        document.name,
        value("uid"),
        value("court_key") or value("court_code"),
        number_key(value("case_number")),
        value("lower_court_key"),
        number_key(value("lower_case_number")),
        case.instance or value("instance"),
        value("decision_date"),
    )
