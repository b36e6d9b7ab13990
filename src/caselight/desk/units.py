"""What a coder reads as one: a case, a record, or a matter, whose cases are read one after the other.

A draw says which of these it is of. Answers and quotations are about the unit; a quotation names the document in which
it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caselight.review import text_digest
from caselight.types import Case, Document

_NO_DATE = "9999"  # a case that does not say when it was decided comes last


@dataclass(frozen=True, slots=True)
class Opened:
    """One case, ready to be read."""

    case: Case
    document: Document

    @property
    def decided_on(self) -> str:
        """When it was decided, ISO."""
        return next((str(fact.value) for fact in self.case.facts if fact.name == "decision_date"), _NO_DATE)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, ready to be read."""

    id: str
    parts: tuple[Opened, ...]  # its cases, at least one, the earliest decision first

    @property
    def documents(self) -> tuple[Document, ...]:
        """The texts, in the order in which they are read."""
        return tuple(part.document for part in self.parts)

    @property
    def digest(self) -> str:
        """Changes with any of the texts."""
        return text_digest(*(document.text for document in self.documents))


def unit_of(name: str, cases: Iterable[Opened]) -> Unit:
    """The unit that these cases make."""
    return Unit(name, tuple(sorted(cases, key=lambda one: (one.decided_on, one.case.id))))
