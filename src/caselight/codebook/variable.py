"""One entry of `variables`: its keys, its values and its rules."""

from __future__ import annotations

import re
from typing import Any

from caselight.codebook.entries import Entries, suggest
from caselight.definitions import Key
from caselight.types import Value
from caselight.variables import KINDS, NEAR, SPEAKERS, WHEN, Choice, Condition, Phrase, ValueRule, Variable

_RULE_KEYS = (
    "phrases",
    "with",
    "unless",
    "near",
    "unless_near",
    "said_by",
    "not_said_by",
    "denied",
    "answers",
    "norms",
    "if",
    "if_not",
    "date",
    "date_of",
    "sections",
    "not_sections",
    "take",
    "unit",
    "value",
)
_OWN_KEYS = (
    "name",
    "kind",
    "question",
    "definition",
    "values",
    "default",
    "undetermined",
    "default_sections",
    "ask_if",
    "fact",
    "several",
    "denial",
)
_VARIABLE_KEYS = (*_OWN_KEYS, "rules", *_RULE_KEYS)
_VALUE_KEYS = ("name", "label", "definition", "examples", "rules", *_RULE_KEYS)
# A variable's name becomes a file name and a column name.
_VARIABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LIST = re.compile(r"<([^<>]*)>")
_HALF_BRACKET = re.compile(r"[()]")


def lists_of(reader: Entries) -> dict[str, str]:
    """List name -> its alternatives as one bracket of the phrase language."""
    lists: dict[str, str] = {}
    entry = reader.get(("lists",))
    if entry is None:
        return lists
    if not isinstance(entry, dict):
        raise reader.error("`lists` holds names with lists of words: camera: [камера, видеокамера].", "lists")
    for name in entry:
        words = reader.names(("lists", name))
        if not words:
            raise reader.error(f"the list {name!r} is empty.", "lists", name)
        for i, word in enumerate(words):
            if not _is_closed(word):
                raise reader.error(f"the list {name!r}: {word!r} has half a bracket. Right: '(a|b)'", "lists", name, i)
        lists[str(name)] = "(" + "|".join(_expand(reader, w, lists, ("lists", name)) for w in words) + ")"
    return lists


def _is_closed(written: str) -> bool:
    """Whether each bracket has its other half. Told here, or the phrase that uses the list would be blamed."""
    depth = 0
    for sign in _HALF_BRACKET.findall(written):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            break
    return depth == 0


def _expand(reader: Entries, written: str, lists: dict[str, str], key: Key) -> str:
    def replace(found: re.Match[str]) -> str:
        if found[1].strip() not in lists:
            known = f"Lists above it: {', '.join(lists) or 'none'}."
            suggestion = suggest(found[1].strip(), lists)
            raise reader.error(f"phrase {written!r}: there is no list {found[0]}.{suggestion} {known}", *key)
        return lists[found[1].strip()]

    return _LIST.sub(replace, written)


class VariableEntry:
    """One entry of `variables`."""

    def __init__(self, reader: Entries, key: Key, lists: dict[str, str], language: str) -> None:
        self.reader, self.key, self.lists, self.language = reader, key, lists, language

    def read(self) -> Variable:
        """The variable.

        Raises:
            DefinitionError: it has a mistake.
        """
        reader, key = self.reader, self.key
        entry = reader.mapping(key, _VARIABLE_KEYS, needed=("name", "kind", "question"))
        name = reader.text((*key, "name"))
        if not _VARIABLE_NAME.fullmatch(name):
            allow = "Use small Latin letters, digits and _, beginning with a letter, at most 60."
            raise reader.error(f"{name!r} cannot name a variable. {allow}", *key, "name")
        kind = reader.one_of((*key, "kind"), KINDS)
        values = self._values(kind, entry)
        own = () if KINDS[kind].closed else self._rules(key, "")
        found = own or tuple(rule for value in values for rule in value.rules)
        return Variable(
            name=name,
            kind=kind,
            question=reader.texts((*key, "question")),
            definition=reader.texts((*key, "definition")),
            values=values,
            rules=found + self._undetermined(),
            default=self._default(kind, values),
            ask_if=self._conditions((*key, "ask_if")),
            fact=reader.text((*key, "fact")) if "fact" in entry else None,
            language=self.language,
            several=self._truth((*key, "several")) is True,
            default_sections=self._default_sections(),
            denial=reader.one_of((*key, "denial"), ("marked", "ignored")) if "denial" in entry else "marked",
            file=reader.definition.file,
            line=reader.definition.line(*key),
        )

    def _values(self, kind: str, entry: dict[str, Any]) -> tuple[Choice, ...]:
        key = (*self.key, "values")
        if not KINDS[kind].closed:
            if "values" in entry:
                raise self.reader.error(f"a {kind} variable has no values. Leave `values` out.", *key)
            return ()
        for name in ("rules", *_RULE_KEYS):
            if name in entry:
                where = "write it at the value that it finds"
                raise self.reader.error(f"{name!r} cannot stand at a {kind} variable itself; {where}.", *self.key, name)
        if kind == "yes/no" and "values" not in entry:
            return tuple(Choice(name, {"": name}, {}, (), ()) for name in ("yes", "no"))
        if not isinstance(entry.get("values"), list) or not entry["values"]:
            raise self.reader.error(f"a {kind} variable needs a list of values, each with a `name`.", *key)
        values = tuple(self._choice((*key, i), kind) for i in range(len(entry["values"])))
        seen: set[str] = set()
        for i, value in enumerate(values):
            if value.name in seen:
                raise self.reader.error(f"the value {value.name!r} stands here twice.", *key, i)
            seen.add(value.name)
        if kind == "yes/no":
            values += tuple(Choice(name, {"": name}, {}, (), ()) for name in ("yes", "no") if name not in seen)
        return values

    def _choice(self, key: Key, kind: str) -> Choice:
        reader = self.reader
        if not isinstance(reader.get(key), dict):
            name = reader.text(key)
            return Choice(self._value_name(name, kind, key), {"": name}, {}, (), ())
        reader.mapping(key, _VALUE_KEYS, needed=("name",))
        name = self._value_name(reader.text((*key, "name")), kind, (*key, "name"))
        label = reader.texts((*key, "label")) or {"": name}
        definition = reader.texts((*key, "definition"))
        return Choice(name, label, definition, reader.names((*key, "examples")), self._rules(key, name))

    def _undetermined(self) -> tuple[ValueRule, ...]:
        """The rules that keep the default from being given, as rules of no value; () where absent."""
        if not self._limits_default("undetermined"):
            return ()
        key = (*self.key, "undetermined")
        self.reader.mapping(key, ("rules", *_RULE_KEYS))
        return self._rules(key, "")

    def _default_sections(self) -> tuple[str, ...]:
        """Sections one of which must be there for the default; () where absent."""
        limits = self._limits_default("default_sections")
        return self.reader.names((*self.key, "default_sections")) if limits else ()

    def _limits_default(self, name: str) -> bool:
        """Whether this key, which says where the default is not given, is there."""
        reader, key = self.reader, self.key
        if reader.get((*key, name)) is None:
            return False
        if reader.get((*key, "kind")) not in ("one-of", "yes/no") or reader.get((*key, "default")) is None:
            what = f"`{name}` says where the `default` of a one-of or yes/no variable is not given"
            raise reader.error(f"{what}; here is no such default. Leave it out.", *key, name)
        return True

    def _value_name(self, name: str, kind: str, key: Key) -> str:
        if kind == "yes/no" and name not in ("yes", "no"):
            raise self.reader.error(f"a yes/no variable has the values `yes` and `no` only, not {name!r}.", *key)
        if len(name) > 60 or any(c in name for c in ";\n\t"):
            allow = "At most 60 characters, without line breaks, tabs and `;`."
            raise self.reader.error(f"{name[:70]!r} cannot name a value. {allow}", *key)
        return name

    def _rules(self, key: Key, value: str) -> tuple[ValueRule, ...]:
        entry = self.reader.get(key)
        direct = [name for name in _RULE_KEYS if name in entry]
        if "rules" not in entry:
            return (self._rule(key, value),) if direct else ()
        if direct:
            raise self.reader.error(
                f"{direct[0]!r} stands beside `rules`. Write it inside one of the rules.", *key, direct[0]
            )
        rules = entry["rules"]
        if not isinstance(rules, list):
            raise self.reader.error("`rules` holds a list; begin each rule with `-`.", *key, "rules")
        for i in range(len(rules)):
            self.reader.mapping((*key, "rules", i), _RULE_KEYS)
        return tuple(self._rule((*key, "rules", i), value) for i in range(len(rules)))

    def _rule(self, key: Key, value: str) -> ValueRule:
        reader = self.reader
        entry = reader.get(key)
        phrases = self._phrases((*key, "phrases"))
        if not phrases:
            raise reader.error("a rule needs `phrases`, a list of at least one phrase.", *key)
        kind = reader.get((*self.key, "kind"))
        return ValueRule(
            value=value,
            phrases=phrases,
            with_phrases=self._phrases((*key, "with")),
            unless=self._phrases((*key, "unless")),
            near=reader.one_of((*key, "near"), NEAR) if "near" in entry else "sentence",
            said_by=reader.names((*key, "said_by"), SPEAKERS),
            not_said_by=reader.names((*key, "not_said_by"), SPEAKERS),
            unless_near=reader.one_of((*key, "unless_near"), NEAR) if "unless_near" in entry else "",
            denied=self._truth((*key, "denied")),
            answers=self._truth((*key, "answers")),
            norms=self._truth((*key, "norms")) is True,
            only_if=self._conditions((*key, "if")),
            not_if=self._conditions((*key, "if_not")),
            date=reader.one_of((*key, "date"), WHEN) if "date" in entry else "",
            date_of=reader.text((*key, "date_of")) if "date_of" in entry else "",
            sections=reader.names((*key, "sections")),
            not_sections=reader.names((*key, "not_sections")),
            take=self._take(key, kind),
            unit=reader.names((*key, "unit")),
            fixed=reader.text((*key, "value")) if "value" in entry else "",
            file=reader.definition.file,
            line=reader.definition.line(*key),
        )

    def _take(self, key: Key, kind: str) -> str:
        given = self.reader.get((*key, "take"))
        if KINDS[kind].closed:
            if given is not None:
                raise self.reader.error(f"`take` is for number, date and text; this variable is {kind}.", *key, "take")
            return ""
        allowed = ("phrase", "quotes", "next_quotes", "sentence") if kind == "text" else ("after", "before", "inside")
        return self.reader.one_of((*key, "take"), allowed) if given is not None else allowed[0]

    def _phrases(self, key: Key) -> tuple[Phrase, ...]:
        written = self.reader.names(key)
        lines = [(*key, i) for i in range(len(written))]
        file, line = self.reader.definition.file, self.reader.definition.line
        return tuple(
            Phrase(_expand(self.reader, text, self.lists, where), text, file, line(*where))
            for text, where in zip(written, lines, strict=True)
        )

    def _default(self, kind: str, values: tuple[Choice, ...]) -> Value:
        key = (*self.key, "default")
        if self.reader.get(key) is None:
            return () if kind == "many-of" else None
        if not KINDS[kind].closed:
            raise self.reader.error(f"a {kind} variable has no default; where no rule speaks it has no answer.", *key)
        names = self.reader.names(key, [value.name for value in values])
        if kind == "many-of":
            return names
        if len(names) != 1:
            raise self.reader.error(f"`default` is one value, not {len(names)}.", *key)
        return names[0]

    def _truth(self, key: Key) -> bool | None:
        entry = self.reader.get(key)
        if entry is None or isinstance(entry, bool):
            return entry
        raise self.reader.error(f"`{key[-1]}` is true or false, or left out, not {entry!r}.", *key)

    def _conditions(self, key: Key) -> tuple[Condition, ...]:
        entry = self.reader.get(key)
        if entry is None:
            return ()
        if not isinstance(entry, dict) or not entry:
            raise self.reader.error(f"`{key[-1]}` is written {{other_variable: [value, ...]}}.", *key)
        return tuple(Condition(str(other), self.reader.names((*key, other))) for other in entry)
