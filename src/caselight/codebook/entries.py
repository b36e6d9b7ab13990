"""Entries of a definition by their key, each checked for its type; errors name file, line and what is allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from caselight.definitions import Definition, Key
from caselight.errors import DefinitionError


class Entries:
    """Entries of a definition by their key, each checked for its type; a wrong one is a DefinitionError."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def error(self, message: str, *key: str | int) -> DefinitionError:
        """The error to raise about the entry at `key`."""
        return self.definition.error(message, *key)

    def get(self, key: Key) -> Any:
        """The entry as YAML gave it; None where absent."""
        entry = self.definition.data
        for part in key:
            try:
                entry = entry[part]
            except (KeyError, IndexError, TypeError):
                return None
        return entry

    def mapping(self, key: Key, allowed: Collection[str], needed: Iterable[str] = ()) -> dict[str, Any]:
        """The entry as a mapping with no other names than `allowed`, and with all of `needed`."""
        entry = self.get(key)
        if not isinstance(entry, dict):
            raise self.error(f"names with values are expected here: {', '.join(allowed)}.", *key)
        for name in entry:
            if name not in allowed:
                allow = f"Allowed here: {', '.join(allowed)}."
                raise self.error(f"{name!r} is not known here.{suggest(str(name), allowed)} {allow}", *key, name)
        for name in needed:
            if entry.get(name) is None:
                raise self.error(f"{name!r} is missing here.", *key)
        return entry

    def text(self, key: Key) -> str:
        """The entry as text, not blank."""
        entry = self.get(key)
        if entry is True or entry is False:
            return "yes" if entry else "no"  # YAML reads a bare yes or no as a truth
        if isinstance(entry, str) and entry.strip():
            return entry.strip()
        what = repr(key[-1]) if isinstance(key[-1], str) else f"entry {key[-1] + 1} of {key[-2]!r}"
        if isinstance(entry, str):
            raise self.error(f"{what} is empty. Write something between the quotes, or leave it out.", *key)
        kind = "nothing" if entry is None else repr(entry)
        raise self.error(f"{what} must be text, but {kind} was found. Put it between single quotes.", *key)

    def texts(self, key: Key) -> dict[str, str]:
        """Text, or one text a language; {} where absent. The key "" is text in no stated language."""
        entry = self.get(key)
        if entry is None:
            return {}
        if isinstance(entry, dict):
            return {str(language): self.text((*key, language)) for language in entry}
        return {"": self.text(key)}

    def names(self, key: Key, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, or one text alone; () where absent."""
        entry = self.get(key)
        if entry is None:
            return ()
        keys = [(*key, i) for i in range(len(entry))] if isinstance(entry, list) else [key]
        return tuple(self.one_of(k, allowed) if allowed is not None else self.text(k) for k in keys)

    def one_of(self, key: Key, allowed: Collection[str]) -> str:
        """The entry as one of the names in `allowed`."""
        name = self.text(key)
        self.known(name, allowed, key)
        return name

    def known(self, name: str, allowed: Collection[str], key: Key) -> None:
        """Nothing, if the name, which stands at `key`, is one of `allowed`."""
        if name not in allowed:
            allow = f"Allowed: {', '.join(allowed)}."
            raise self.error(f"{name!r} is not known here.{suggest(name, allowed)} {allow}", *key)


def suggest(name: str, allowed: Iterable[str]) -> str:
    """The words "Did you mean ...?" after a space where one of `allowed` is close to `name`; nothing otherwise."""
    import difflib  # not above: only mistakes need it

    near = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
