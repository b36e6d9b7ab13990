"""What a codebook asks: variables, their values, the rules that find them, and the kinds of variable there are.

A kind is one line in `KINDS`: it says whether an answer is allowed, and reads an answer from text.
Annotations are no strings, as in types.py.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from caselight.types import Value

SPEAKERS = ("court", "police", "prosecution", "defence", "witness", "expert", "unknown")
NEAR = ("clause", "sentence", "paragraph", "section", "text")
WHEN = ("before", "same", "after")
TAKE = ("after", "before", "inside", "phrase", "quotes", "next_quotes", "sentence")
GIVEN = "given"  # in `ask_if`: the other variable has any answer at all


class Phrase(NamedTuple):
    """One phrase of a codebook. `coding.phrases` knows its language."""

    text: str  # with the codebook's lists written out
    written: str  # as the author wrote it; for messages
    file: str
    line: int

    @property
    def place(self) -> str:
        """FILE:LINE, as error messages begin."""
        return f"{self.file}:{self.line}"


class Condition(NamedTuple):
    """That `variable` has one of `values` (GIVEN: any answer; "text*": one that begins so)."""

    variable: str
    values: tuple[str, ...]

    def holds(self, value: Value) -> bool:
        """Whether the other variable's answer lets the question be asked."""
        if value is None or value == ():
            return False
        if GIVEN in self.values:
            return True
        given = [str(v) for v in (value if isinstance(value, tuple) else (value,))]
        begins = tuple(v[:-1] for v in self.values if v.endswith("*"))
        return any(v in self.values or (begins and v.startswith(begins)) for v in given)


class ValueRule(NamedTuple):
    """When a value is given: one of `phrases` stands in the act, and everything else here holds."""

    value: str  # name of the value; "" for kinds without values, and for rules that keep a default from being given
    phrases: tuple[Phrase, ...]
    with_phrases: tuple[Phrase, ...] = ()  # one of these is near; empty = not asked
    unless: tuple[Phrase, ...] = ()  # none of these is near
    near: str = "sentence"  # one of NEAR
    unless_near: str = ""  # one of NEAR, for `unless`; "" = as `near`
    said_by: tuple[str, ...] = ()  # empty = anyone
    not_said_by: tuple[str, ...] = ()
    denied: bool | None = None  # None = either
    answers: bool | None = None  # the sentence answers somebody's claim; None = either
    norms: bool = False  # also count where a norm is quoted
    only_if: tuple[Condition, ...] = ()  # about other variables or facts; all must hold
    not_if: tuple[Condition, ...] = ()  # none of them may hold
    date: str = ""  # one of WHEN: a day in the sentence against the fact `date_of`; "" = not asked
    date_of: str = ""
    sections: tuple[str, ...] = ()  # the pack's section names; empty = anywhere
    not_sections: tuple[str, ...] = ()
    take: str = ""  # one of TAKE for number, date and text; "" for kinds with values
    unit: tuple[str, ...] = ()  # words one of which follows the number; empty = any or none
    fixed: str = ""  # kind text: this is the answer instead of what `take` finds
    file: str = ""
    line: int = 0

    def meaning(self) -> list[object]:
        """Everything here that decides what is coded, as plain JSON."""
        phrases = [[p.text for p in group] for group in (self.phrases, self.with_phrases, self.unless)]
        who = [self.said_by, self.not_said_by, self.denied, self.sections, self.not_sections]
        kept = [[c.variable, c.values] for c in self.only_if], [[c.variable, c.values] for c in self.not_if]
        where = [self.answers, self.norms, self.date, self.date_of, self.unless_near]
        return [self.value, phrases, self.near, who, kept, where, self.take, self.unit, self.fixed]


class Choice(NamedTuple):
    """One answer that a variable allows."""

    name: str
    label: dict[str, str]  # language -> text; never empty
    definition: dict[str, str]
    examples: tuple[str, ...]
    rules: tuple[ValueRule, ...]


class Variable(NamedTuple):
    """One question that is asked of every case."""

    name: str
    kind: str  # a name in KINDS
    question: dict[str, str]  # language -> text
    definition: dict[str, str]
    values: tuple[Choice, ...]  # in the author's order; () for number, date, text
    rules: tuple[ValueRule, ...]  # of all values in their order, or of the variable itself; then of `undetermined`
    default: Value  # where no rule speaks; None = undetermined
    ask_if: tuple[Condition, ...]  # all must hold
    fact: str | None  # name of the fact that is the answer; None = rules
    language: str  # of the phrases
    several: bool = False  # kind text: all texts found are the answer, not the first
    denial: str = "marked"  # "ignored": the wording is a denial itself, so its evidence is not marked as denied
    default_sections: tuple[str, ...] = ()  # the default is given only where one of these is there; empty = not asked
    file: str = ""
    line: int = 0

    def value_names(self) -> tuple[str, ...]:
        """Names of the answers allowed; empty for number, date and text."""
        return tuple(choice.name for choice in self.values)

    def conditions(self) -> tuple[Condition, ...]:
        """All that is asked of other variables (and facts): by `ask_if`, and by `if` and `if_not` of its rules."""
        return self.ask_if + tuple(c for rule in self.rules for c in (*rule.only_if, *rule.not_if))

    def digest(self) -> str:
        """Changes exactly when coding may change: not with a label, a question, a definition or an example."""
        asked = [[c.variable, c.values] for c in self.ask_if]
        rules = [rule.meaning() for rule in self.rules]
        names = self.value_names()
        parts = [self.name, self.kind, names, rules, self.default, asked, self.fact, self.language]
        parts += [self.several, self.denial, *([self.default_sections] if self.default_sections else [])]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


class Kind(NamedTuple):
    """What Caselight knows about one kind of variable."""

    arrow: str  # name of the Arrow type of the values
    closed: bool  # the answers are listed in the codebook
    fault: Callable[[Value, Variable], str]  # what is wrong with an answer other than None, in words; "" = nothing
    read: Callable[[str, Variable], Value]  # the answer that a text means; ValueError says what is allowed

    def parse(self, untrusted_text: str, variable: Variable) -> Value:
        """The answer that this text means; None (no answer) where it is blank.

        Raises:
            ValueError: it means none that is allowed; the message says what is.
        """
        value = self.read(untrusted_text.strip(), variable) if untrusted_text.strip() else None
        if fault := self.check(value, variable):
            raise ValueError(fault)
        return value

    def check(self, value: Value, variable: Variable) -> str:
        """What is wrong with this answer, in words; "" = nothing."""
        return "" if value is None else self.fault(value, variable)


def _one_fault(value: Value, variable: Variable) -> str:
    allowed = variable.value_names()
    return "" if value in allowed else f"{value!r} is no value of {variable.name}. Allowed: {', '.join(allowed)}."


def _many_fault(value: Value, variable: Variable) -> str:
    if not isinstance(value, tuple):
        return f"{value!r} is not a list of values of {variable.name}."
    return next((fault for fault in (_one_fault(v, variable) for v in value) if fault), "")


def _number_fault(value: Value, variable: Variable) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if number else f"{value!r} is not a number ({variable.name})."


def _day_fault(value: Value, variable: Variable) -> str:
    try:
        return "" if date.fromisoformat(str(value)).isoformat() == value else _not_a_day(value, variable)
    except ValueError:
        return _not_a_day(value, variable)


def _not_a_day(value: Value, variable: Variable) -> str:
    return f"{value!r} is not a day as 2022-05-12 ({variable.name})."


def _text_fault(value: Value, variable: Variable) -> str:
    if variable.several and isinstance(value, tuple):
        return next((fault for fault in (_text_fault(v, variable) for v in value) if fault), "")
    return "" if isinstance(value, str) and value.strip() else f"{value!r} is not text ({variable.name})."


def _many(text: str, variable: Variable) -> Value:
    given = [part.strip() for part in text.split(";") if part.strip()]
    names = variable.value_names()
    return tuple(sorted(dict.fromkeys(given), key=lambda name: names.index(name) if name in names else -1))


_ONE = Kind("string", True, _one_fault, lambda text, _: text)
KINDS: dict[str, Kind] = {
    "one-of": _ONE,
    "many-of": Kind("list<string>", True, _many_fault, _many),  # as text separated by `;`; in the codebook's order
    "yes/no": _ONE,  # its two values are always `yes` and `no`
    "number": Kind("double", False, _number_fault, lambda text, _: whole_number(text)),
    "date": Kind("string", False, _day_fault, lambda text, _: day_of(text)),
    "text": Kind("string", False, _text_fault, lambda text, _: text),
}


# "15 000", "15 000,50", "1.5"; the groups of three may be parted by any kind of space. Text, as the patterns below:
# `re` compiles them when a codebook has such a variable, and remembers them.
_NUMBER = r"[-\u2212]?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?|[-\u2212]?\d+(?:[.,]\d+)*"


def number_of(text: str, language: str) -> int | float:
    """The first number in `text`. "1,500" is 1500 in English and 1.5 elsewhere.

    Raises:
        ValueError: there is none.
    """
    found = re.search(_NUMBER, text)
    if not found:
        raise ValueError(f"{text[:60]!r} holds no number. Write it in digits, such as 15000 or 12.5.")
    digits = re.sub(r"[ \u00a0\u2009\u202f]", "", found[0]).replace("\u2212", "-")
    thousands = r"[,](?=\d{3}(?!\d))" if language == "en" else r"[.](?=\d{3}\.\d{3}(?!\d))|(?<=\.\d{3})[.](?=\d{3})"
    plain = re.sub(thousands, "", digits).replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise ValueError(f"{found[0]!r} is not one number. Write it as 15000 or 12.5.") from None
    return int(number) if number.is_integer() else number


# What a person writes in a cell: "15000", "15 000", "-2,5", "0.125"; nothing beside it.
_CELL = r"(?P<minus>[-\u2212]?)(?P<whole>\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+|\d{1,15})(?:[.,](?P<rest>\d{1,15}))?"


def whole_number(text: str) -> int | float:
    """The number that a cell holds, wholly: "10-15" or "15 тыс" hold none, and "15.000" may mean two.

    >>> whole_number("15 000"), whole_number("12,5")
    (15000, 12.5)

    Raises:
        ValueError: it is no number, or may mean two; the message says how to write it.
    """
    found = re.fullmatch(_CELL, text)
    if not found:
        raise ValueError(f"{text[:60]!r} is not one number. Write it in digits alone, such as 15000, 15 000 or 12.5.")
    whole, rest = re.sub(r"\s", "", found["whole"]), found["rest"] or ""
    if len(rest) == 3 and whole == found["whole"] and len(whole) <= 3 and whole != "0":
        raise ValueError(f"{text!r} may mean {whole}{rest} or {whole}.{rest}. Write {whole}{rest}, or {whole}.{rest}0.")
    number = float(f"{'-' if found['minus'] else ''}{whole}.{rest or 0}")
    return int(number) if number.is_integer() else number


_MONTHS = (
    ("янв", "jan"),
    ("фев", "feb"),
    ("мар", "mar"),
    ("апр", "apr"),
    ("мая", "май", "may"),
    ("июн", "jun"),
    ("июл", "jul"),
    ("авг", "aug"),
    ("сен", "sep"),
    ("окт", "oct"),
    ("ноя", "nov"),
    ("дек", "dec"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_DAYS = (
    r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
    r"(?<!\d)(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)",
    r"(?<!\d)(?P<d>\d{1,2})[»\"]?\s+(?P<m>[^\W\d]{3,9})\.?,?\s+(?P<y>\d{4})(?!\d)",
    r"\b(?P<m>[^\W\d]{3,9})\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})(?!\d)",
)


def day_of(text: str) -> str:
    """The first day named in `text`, as ISO 8601.

    Raises:
        ValueError: there is none, or no such day exists.
    """
    found = [m for pattern in _DAYS for m in re.finditer(pattern, text) if _month(m["m"])]
    if not found:
        raise ValueError(f"{text[:60]!r} names no day. Write it as 2022-05-12 or 12.05.2022.")
    first = min(found, key=lambda m: m.start())
    try:
        return date(int(first["y"]), _month(first["m"]), int(first["d"])).isoformat()
    except ValueError:
        raise ValueError(f"{first[0]!r}: there is no such day.") from None


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTH.get(text[:3].lower(), 0)
