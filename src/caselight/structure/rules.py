"""The rules by which a pack finds facts: patterns with named groups, each looked for in one zone of the act.

A rule's groups name what they catch (`(?P<court>...)`); the pack's `catches` say which fact a group becomes and how
its words are read. `{shape}` in a pattern stands for one of the pack's `shapes`; `{spaced:СУД}` for letters that may
stand apart. Rules are tried in order; a fact that has been found is not looked for again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from caselight.definitions import Definition
from caselight.errors import DefinitionError
from caselight.remembering import Lately
from caselight.structure.prefilter import Late, Words, few, holds, needed

# Where a rule may look. `top`: before and including the title; `dateline`: between the title and the sentence that
# names the court; `intro`: after the title; `head`: top and intro; `story`: what the court found; `operative`; `tail`:
# the last lines, with the signature; `name`: the record's name.
ZONES = ("top", "dateline", "intro", "head", "story", "operative", "tail", "name")
KINDS = ("text", "code", "number", "date", "name", "person", "person_of", "court", "statutes")
# What stands before a match is read this far back, in characters: long enough for "на постановление мирового судьи".
LOOK_BACK = 48
MOST_WORDS = 3  # to look for more of them in a zone takes longer than to look for the pattern
REMEMBERED_BEFORE = 2_000  # stretches before a match, for each rule
_SHAPE = re.compile(r"\{(spaced:)?([^\W\d][\w ]*)\}")
_GROUP = re.compile(r"\(\?P<(\w+)>")


class Catch(NamedTuple):
    """What a group of a pattern becomes."""

    fact: str
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern, where it is looked for, and what must not surround it.

    No named tuple: its fields are read a hundred times a record, which from a tuple takes twice as long.
    """

    zone: str
    pattern: re.Pattern[str] | Late
    catches: tuple[tuple[str, Catch], ...]  # group -> what it becomes
    facts: frozenset[str]  # the facts it can give
    needs: tuple[str, ...]  # words of which one must stand in the zone; () = none. Looked for first: that is fast
    words: Words  # where the pack names none: words of which one stands wherever the pattern matches; () = not known
    not_after: Late | None
    value: str | None  # the fact's value where the words themselves are not it
    many: bool  # every match is a candidate, not only the first
    unless: Late | None  # where the act's head says this, what matches does not count
    wiped_ends: bool  # a wiped value here means that the fact was there and was removed: no further rule is tried
    example: str
    gives: Mapping[str, Any]
    remembered: Lately[str, bool | None]  # whether `not_after` stands there


class Shapes(NamedTuple):
    """The pack's named pieces of patterns."""

    pieces: Mapping[str, str]
    tried: bool  # whether all patterns of the pack are known to compile

    def expand(self, pattern: str) -> str:
        """The pattern with every `{shape}` written out; braces that name no shape (`{0,3}`) stay."""

        def piece(match: re.Match[str]) -> str:
            if match[1]:
                return r"\s?".join(r"\s?" if letter == " " else re.escape(letter) for letter in match[2])
            found = self.pieces.get(match[2])
            return match[0] if found is None else f"(?:{self.expand(found)})"

        return _SHAPE.sub(piece, pattern)

    def compile(self, pattern: str, definition: Definition, *key: str | int) -> re.Pattern[str]:
        """The compiled pattern.

        Raises:
            DefinitionError: it is no regular expression.
        """
        try:
            return re.compile(self.expand(pattern))
        except re.error as error:
            raise definition.error(f"this pattern is not a regular expression: {error}.", *key) from None

    def late(
        self, pattern: str, definition: Definition, *key: str | int, most_words: int = 0, at_once: bool = False
    ) -> Late:
        """The pattern, to be compiled when it is first looked for; `at_once` also where it is not known to compile.

        Raises:
            DefinitionError: it is no regular expression.
        """
        return Late(partial(self.compile, pattern, definition, *key), self.tried and not at_once, most_words)

    def behind(self, needs: str, pattern: str, definition: Definition, *key: str | int) -> re.Pattern[str] | Late:
        """The pattern that is looked for only where the text holds `needs`: late, if that is a word at all."""
        return self.late(pattern, definition, *key) if needs else self.compile(pattern, definition, *key)


def compile_catches(definition: Definition) -> dict[str, Catch]:
    """The pack's `catches`: group name -> fact and kind."""
    catches = {}
    for group, entry in (definition.data.get("catches") or {}).items():
        kind = entry.get("kind", "text")
        if kind not in KINDS:
            raise definition.error(f"there is no kind {kind!r}. Kinds: {', '.join(KINDS)}.", "catches", group)
        catches[group] = Catch(entry.get("fact", group), kind)
    return catches


def compile_rules(definition: Definition, shapes: Shapes) -> tuple[Rule, ...]:
    """The pack's `rules`, in order. Few piles need a rule whose facts earlier ones give, or one that has `needs`: their
    patterns are late, unless the pack says that the rule is `usual`. Else every worker would compile them anew.

    Args:
        definition: the pack's facts.yaml.
        shapes: its named pieces of patterns.

    Raises:
        DefinitionError: an unknown zone, a group that no catch explains, a pattern that does not compile.
    """
    catches = compile_catches(definition)
    rules: list[Rule] = []
    given: set[str] = set()
    for number, data in enumerate(definition.data.get("rules") or []):
        rules.append(_rule(_Entry(data, number, definition, shapes), catches, given))
        given |= rules[-1].facts
    return tuple(rules)


class _Entry(NamedTuple):
    """A rule as the pack has it."""

    data: Mapping[str, Any]
    number: int
    definition: Definition
    shapes: Shapes

    def error(self, message: str, key: str) -> DefinitionError:
        return self.definition.error(message, "rules", self.number, key)


def _rule(entry: _Entry, catches: Mapping[str, Catch], given: Collection[str]) -> Rule:
    data, number, definition, shapes = entry
    zone = data.get("zone", "")
    if zone not in ZONES:
        raise entry.error(f"there is no zone {zone!r}. Zones: {', '.join(ZONES)}.", "zone")
    groups = _groups(entry, catches)
    before, usual = data.get("not_after"), bool(data.get("usual"))
    needs = tuple(needs) if isinstance(needs := data.get("needs", ()), list) else (str(needs),) if needs else ()
    facts = frozenset(catches[group].fact for group in groups)
    pattern, words = _pattern(entry, needs, not usual and (bool(needs) or facts.issubset(given)))
    return Rule(
        zone,
        pattern,
        tuple((group, catches[group]) for group in groups),
        facts,
        needs,
        words,
        shapes.late(f"(?:{before})$", definition, "rules", number, "not_after", at_once=usual) if before else None,
        data.get("value"),
        bool(data.get("many")),
        _unless(entry),
        bool(data.get("wiped_ends")),
        str(data.get("example", "")),
        data.get("gives") or {},
        Lately(REMEMBERED_BEFORE),
    )


def _groups(entry: _Entry, catches: Mapping[str, Catch]) -> Sequence[str]:
    """The groups of the rule's pattern, in order."""
    groups = list(dict.fromkeys(_GROUP.findall(entry.shapes.expand(str(entry.data.get("pattern", ""))))))
    unknown = sorted(set(groups) - set(catches))
    if unknown or not groups:
        found = f"{unknown[0]!r} is not among the catches" if unknown else "no group of the pattern has a name"
        raise entry.error(f"this rule catches nothing: {found}.", "pattern")
    return groups


def _pattern(entry: _Entry, needs: Sequence[str], is_late: bool) -> tuple[re.Pattern[str] | Late, Words]:
    """The rule's pattern, and the words that it needs if the pack names none; a late one looks for them itself."""
    key = str(entry.data.get("pattern", "")), entry.definition, "rules", entry.number, "pattern"
    if is_late:
        return entry.shapes.late(*key, most_words=0 if needs else MOST_WORDS), ()
    pattern = entry.shapes.compile(*key)
    return pattern, () if needs else few(needed(pattern), MOST_WORDS)


def _unless(entry: _Entry) -> Late | None:
    """The pack's pattern that the rule names."""
    name = entry.data.get("unless")
    if name is None:
        return None
    if name not in entry.definition.data:
        raise entry.error(f"this file has no pattern {name!r}.", "unless")
    return entry.shapes.late(str(entry.definition.data[name]), entry.definition, str(name))


def matches(rule: Rule, text: str, start: int, end: int) -> list[re.Match[str]]:
    """Where the rule applies between two offsets; at most one unless the rule takes many."""
    if rule.needs:
        for word in rule.needs:
            if text.find(word, start, end) >= 0:
                break
        else:
            return []
    elif not holds(text, rule.words):
        return []
    if not rule.many and not rule.not_after:
        match = rule.pattern.search(text, start, end)
        return [match] if match else []
    found = []
    for match in rule.pattern.finditer(text, start, end):
        if rule.not_after and _stands_after(rule, rule.not_after, text, match.start()):
            continue
        found.append(match)
        if not rule.many:
            break
    return found


def _stands_after(rule: Rule, not_after: Late, text: str, at: int) -> bool:
    """Whether what must not stand before a match does; titles and formulas come back, so answers are remembered."""
    begin = max(0, at - LOOK_BACK)
    before = text[max(0, begin - 1) : at]  # a word's beginning is told by the character before it
    found = rule.remembered[before]
    if found is None:
        found = rule.remembered[before] = bool(not_after.search(text, begin, at))
    return found
