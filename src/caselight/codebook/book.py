"""All variables of a codebook together: names, order, and which question depends on which."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from caselight.codebook.entries import Entries, suggest
from caselight.codebook.variable import VariableEntry, lists_of
from caselight.definitions import Definition
from caselight.errors import UsageError
from caselight.variables import GIVEN, Variable

_KEYS = ("name", "title", "version", "language", "lists", "variables")
_LANGUAGE = re.compile(r"[a-z]{2}")  # ISO 639-1
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class Codebook(NamedTuple):
    """All variables in the order of the file."""

    name: str
    title: dict[str, str]  # language -> text
    version: str
    language: str
    variables: tuple[Variable, ...]
    file: str = ""

    def variable(self, name: str) -> Variable:
        """The variable called `name`.

        Raises:
            UsageError: there is none.
        """
        for variable in self.variables:
            if variable.name == name:
                return variable
        names = [v.name for v in self.variables]
        raise UsageError(f"There is no variable {name!r} in codebook {self.name}.{suggest(name, names)}")

    def order(self) -> tuple[str, ...]:
        """All names, each after the variables that its conditions look at; otherwise as in the file."""
        done: dict[str, None] = {}
        known = {variable.name for variable in self.variables}

        def visit(variable: Variable) -> None:
            for condition in variable.conditions():
                if condition.variable not in done and condition.variable in known:
                    visit(self.variable(condition.variable))
            done[variable.name] = None

        for variable in self.variables:
            if variable.name not in done:
                visit(variable)
        return tuple(done)

    def dependents(self, name: str) -> tuple[str, ...]:
        """The variables whose conditions look at `name`, directly or through others; in `order`."""
        reached = {name}
        for other in self.order():
            if any(c.variable in reached for c in self.variable(other).conditions()):
                reached.add(other)
        return tuple(other for other in self.order() if other in reached and other != name)

    def digest(self) -> str:
        """Changes when coding may change: one hash over the variables' digests."""
        joined = "\n".join(f"{v.name} {v.digest()}" for v in self.variables)
        return hashlib.sha256(joined.encode()).hexdigest()


def read_codebook(definition: Definition) -> Codebook:
    """The codebook that `definition` holds.

    Raises:
        DefinitionError: it has a mistake.
    """
    reader = Entries(definition)
    reader.mapping((), _KEYS, needed=("name", "title", "version", "language", "variables"))
    name = reader.text(("name",))
    if not _NAME.fullmatch(name):
        raise reader.error(f"{name!r} cannot name a codebook. Use small Latin letters, digits, - and _.", "name")
    language = reader.text(("language",))
    if not _LANGUAGE.fullmatch(language):
        raise reader.error(f"{language!r} is no language. Write its code of two letters: ru, en.", "language")
    lists = lists_of(reader)
    entries = reader.get(("variables",))
    if not isinstance(entries, list) or not entries:
        raise reader.error("a codebook needs a list of variables here, each beginning with `- name:`.", "variables")
    keys = [("variables", i) for i in range(len(entries))]
    variables = tuple(VariableEntry(reader, key, lists, language).read() for key in keys)
    _check_names(reader, variables)
    _check_conditions(reader, variables)
    version = _version(reader)
    return Codebook(name, reader.texts(("title",)), version, language, variables, definition.file)


def _version(reader: Entries) -> str:
    version = reader.get(("version",))
    if isinstance(version, bool) or not isinstance(version, str | int | float) or not str(version).strip():
        raise reader.error(f"'version' is a number or a short text: version: 2, not {version!r}.", "version")
    return str(version).strip()


def _check_names(reader: Entries, variables: tuple[Variable, ...]) -> None:
    seen: dict[str, int] = {}
    for i, variable in enumerate(variables):
        if variable.name in seen:
            first = f"The first is in line {seen[variable.name]}."
            raise reader.error(f"two variables are called {variable.name!r}. {first}", "variables", i)
        seen[variable.name] = variable.line


def _check_conditions(reader: Entries, variables: tuple[Variable, ...]) -> None:
    by_name = {variable.name: variable for variable in variables}
    for i, variable in enumerate(variables):
        key = ("variables", i, "ask_if")
        for condition in variable.ask_if:
            other = condition.variable
            if other not in by_name:
                near = suggest(other, [name for name in by_name if name != variable.name])
                raise reader.error(f"`ask_if` names {other!r}, but there is no such variable.{near}", *key, other)
            allowed = (*by_name[other].value_names(), GIVEN)
            if not reader.names((*key, other), allowed):
                raise reader.error(f"`ask_if` needs at least one value: {', '.join(allowed)}.", *key, other)
        if circle := _circle(variable, by_name):
            path = " -> ".join(circle)
            raise reader.error(f"the conditions go in a circle: {path}. One of them must be asked first.", *key[:2])


def _circle(start: Variable, by_name: dict[str, Variable]) -> list[str]:
    """The way from `start` back to itself through conditions; [] = there is none."""
    ways = [[start.name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for condition in by_name[way[-1]].conditions() if way[-1] in by_name else ():
            if condition.variable == start.name:
                return [*way, start.name]
            if condition.variable not in seen:
                seen.add(condition.variable)
                ways.append([*way, condition.variable])
    return []
