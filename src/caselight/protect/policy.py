"""What a study hides and keeps: the defaults, changed by its protect.yaml."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from caselight.definitions import Definition, load

HIDE, KEEP = "hide", "keep"


@dataclass(frozen=True, slots=True)
class Policy:
    """Each kind is hidden or kept; lists name single persons or texts. The defaults are the careful choice."""

    officials: str = KEEP
    defenders: str = HIDE
    addresses: str = HIDE
    birth_dates: str = HIDE
    phones: str = HIDE
    mails: str = HIDE
    plates: str = HIDE
    documents: str = HIDE
    case_numbers: str = HIDE
    keep: tuple[str, ...] = field(default=())  # surnames or names that stay, whoever bears them
    hide: tuple[str, ...] = field(default=())  # names or texts that go, wherever they stand
    allow: tuple[str, ...] = field(default=())  # words that the gate lets pass

    def hides(self, kind: str) -> bool:
        """Whether this kind of number or place is replaced: address, birth, phone, mail, plate, document, case."""
        return bool(getattr(self, _OF_KIND[kind]) == HIDE)


_OF_KIND = {
    "address": "addresses",
    "birth": "birth_dates",
    "phone": "phones",
    "mail": "mails",
    "plate": "plates",
    "document": "documents",
    "case": "case_numbers",
}
_LISTS = ("keep", "hide", "allow")
_CHOICES = tuple(f.name for f in fields(Policy) if f.name not in _LISTS)


def load_policy(path: Path) -> Policy:
    """The policy in that file; the defaults where there is none.

    Raises:
        DefinitionError: an entry that is not known, or a value that is not allowed; begins with FILE:LINE.
    """
    if not path.exists():
        return Policy()
    part = load(path)
    if part.data is None:
        return Policy()
    if not isinstance(part.data, dict):
        raise part.error(f"protect.yaml holds 'name: value' lines; allowed names: {', '.join((*_CHOICES, *_LISTS))}.")
    changes: dict[str, Any] = {}
    for name, value in part.data.items():
        if name in _LISTS:
            changes[name] = _listed(part, name, value)
        elif name not in _CHOICES:
            raise part.error(f"{name!r} is not known here; allowed: {', '.join((*_CHOICES, *_LISTS))}.", name)
        elif value not in (HIDE, KEEP):
            raise part.error(f"{name} is {value!r}; allowed: hide, keep.", name)
        else:
            changes[name] = value
    return replace(Policy(), **changes)


def _listed(part: Definition, name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise part.error(f"{name} holds a list, one name or text a line, each behind '- '.", name)
    for i, entry in enumerate(value):
        if not isinstance(entry, str) or len(entry.strip()) < 2:
            raise part.error(f"{entry!r} is no text of at least two letters; put it between quotes.", name, i)
    return tuple(entry.strip() for entry in value)
