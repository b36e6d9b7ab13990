"""The rule coder: what the codebook's rules find in one case, and the answer that follows.

A rule speaks where one of its phrases stands in the act and everything else it asks holds. Cheap conditions are looked
at first; who speaks and whether it is denied only for what is left.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import NamedTuple

from caselight.coding.reading import Hit, Reading, hits_between
from caselight.types import Answer, Evidence, Problem, Span, Value
from caselight.variables import Condition, ValueRule, Variable, day_of, number_of
from caselight.words.characters import plain

CODER = "rules"
# Quotations shown for one value of an answer. More repeat themselves: in 48 constructed rulings the gold answers need
# at most three for one value.
QUOTATIONS = 5
# A quoted text belongs to a phrase this near to it: "лозунг «...»", "плакат 40х60 см с рукописным текстом «...»".
QUOTED_REACH = 80  # characters
NEXT_REACH = 30  # "системы распознавания лиц «...»": a name stands right behind what it names
# The day a sentence names begins with one or two digits; what follows them is read by `variables.day_of`.
_DAY = re.compile(r"(?<!\d)\d{1,2}(?=[.»\"\s])")
_DAY_CHARACTERS = 22  # "«14» сентября 2022 года" without its first mark
_LATIN = re.compile(r"[A-Za-z]")
_NUMBER = re.compile(r"\d[\d \u00a0\u2009\u202f]*(?:[.,]\d+)?")


class Rule(NamedTuple):
    """A codebook's rule with its phrases as numbers of the coder."""

    rule: ValueRule
    phrases: frozenset[int]
    with_phrases: frozenset[int]
    unless: frozenset[int]


class Question(NamedTuple):
    """A variable with its compiled rules, in the order of the codebook."""

    variable: Variable
    rules: tuple[Rule, ...]
    asked_by: Mapping[int, tuple[int, ...]]  # phrase -> which of the rules have it among theirs

    @classmethod
    def of(cls, variable: Variable, rules: tuple[Rule, ...]) -> Question:
        """The question about this variable, whose rules these are."""
        asked_by: dict[int, tuple[int, ...]] = {}
        for i, rule in enumerate(rules):
            for phrase in rule.phrases:
                asked_by[phrase] = (*asked_by.get(phrase, ()), i)
        return cls(variable, rules, asked_by)

    def able(self, phrases: Iterable[int]) -> list[Rule]:
        """The rules, in their order, that may speak where these phrases stand."""
        mine = self.asked_by.keys() & phrases
        return [self.rules[i] for i in sorted({i for phrase in mine for i in self.asked_by[phrase]})] if mine else []


class Support(NamedTuple):
    """A hit that a rule accepts, or would but for who says it or because it is denied."""

    hit: Hit
    rule: ValueRule
    counts: bool
    said_by: str
    denied: bool


Known = Callable[[str], Value]  # name of a variable or a fact -> its value in this case


def decide(question: Question, reading: Reading, known: Known) -> tuple[Answer, list[Problem]]:
    """The answer to the question in this case.

    Args:
        known: values of the variables decided before, and of the case's facts.
    """
    variable = question.variable
    case = reading.case.id
    if variable.ask_if and not all(condition.holds(known(condition.variable)) for condition in variable.ask_if):
        return Answer(case, variable.name, None, CODER), []
    if variable.fact is not None:
        return _from_fact(variable, reading)
    able = question.able(reading.hits)
    if not able:
        return Answer(case, variable.name, _default(variable, reading), CODER), []
    found = (s for rule in able for s in accepted(rule, reading, variable, known))
    value, shown = _VALUES.get(variable.kind, _one)(variable, found, reading)
    evidence = tuple(_evidence(reading, shown))
    return Answer(case, variable.name, value, CODER, evidence), []


def accepted(rule: Rule, reading: Reading, variable: Variable, known: Known) -> Iterator[Support]:
    """The hits for which everything holds that the rule asks of the text, in order; `counts` tells of the speaker."""
    asked = rule.rule
    groups = [reading.hits[p] for p in rule.phrases.intersection(reading.hits)]
    if not _conditions_hold(asked.only_if, asked.not_if, known):
        return
    for hit in groups[0] if len(groups) == 1 else sorted({h for group in groups for h in group}):
        if not _stands(rule, hit, reading, known):
            continue
        said_by = reading.said_by(hit)
        denied = variable.denial == "marked" and reading.is_denied(hit)
        right = (not asked.said_by or said_by in asked.said_by) and said_by not in asked.not_said_by
        counts = right and asked.denied in (None, denied)
        yield Support(hit, asked, counts, said_by, denied)


def _stands(rule: Rule, hit: Hit, reading: Reading, known: Known) -> bool:
    """Whether the place of the hit is right: its section, what is near it, its sentence."""
    asked = rule.rule
    if asked.sections or asked.not_sections:
        name = reading.section(hit)
        if (asked.sections and name not in asked.sections) or name in asked.not_sections:
            return False
    if rule.unless and _near(reading, hit, rule.unless, asked.unless_near or asked.near):
        return False
    if rule.with_phrases and not _near(reading, hit, rule.with_phrases, asked.near):
        return False
    if asked.date and not _dated(reading, hit, asked, known):
        return False
    if not asked.norms and reading.is_norm(hit):
        return False
    return asked.answers is None or asked.answers == reading.is_answer(hit)


def _near(reading: Reading, hit: Hit, phrases: frozenset[int], reach: str) -> bool:
    if reach == "sentence":
        return reading.shares_sentence(hit, phrases)
    if reach == "clause":
        return reading.shares_clause(hit, phrases)
    others = [reading.hits[p] for p in phrases.intersection(reading.hits)]
    if not others:
        return False
    start, end = reading.near(hit, reach)
    return any(hits_between(hits, start, end) for hits in others)


def _dated(reading: Reading, hit: Hit, asked: ValueRule, known: Known) -> bool:
    """Whether the sentence names a day before, on or after the fact's day."""
    fact = known(asked.date_of)
    if not isinstance(fact, str):
        return False
    start, end = reading.sentence(hit)
    days = list(_days(reading.document.text[start:end], fact[:4]))
    if asked.date == "same":
        return fact in days
    return any(day > fact if asked.date == "after" else day < fact for day in days)


def _days(text: str, year: str) -> Iterator[str]:
    """The days that the text names; one without a year, "5 июня", is of the given year."""
    for found in _DAY.finditer(text):
        written = text[found.start() : found.start() + _DAY_CHARACTERS]
        yearless = written.split()[:2]  # "5 июня", but a street is "8 Марта"
        for day in (written, " ".join([*yearless, year]) if yearless[-1].islower() else written):
            try:
                yield day_of(day)
            except ValueError:
                continue  # digits that are no day: an article, an hour
            break


def _conditions_hold(only_if: tuple[Condition, ...], not_if: tuple[Condition, ...], known: Known) -> bool:
    if any(condition.holds(known(condition.variable)) for condition in not_if):
        return False
    return all(condition.holds(known(condition.variable)) for condition in only_if)


def _from_fact(variable: Variable, reading: Reading) -> tuple[Answer, list[Problem]]:
    """The fact as an answer; undetermined where the record gives it several values and one is asked for."""
    case = reading.case.id
    facts = [f for f in reading.case.facts if f.name == variable.fact]
    allowed = variable.value_names()
    facts = [f for f in facts if not allowed or str(f.value) in allowed]
    values = list(dict.fromkeys(f.value for f in facts))
    evidence = tuple(
        Evidence(f.span, "court", False) for f in facts[:QUOTATIONS] if f.span.document == reading.document.id
    )
    if variable.kind == "many-of":
        return Answer(case, variable.name, tuple(str(v) for v in values) or variable.default, CODER, evidence), []
    if len(values) > 1:
        found = ", ".join(str(v) for v in values)
        message = f"The record gives {variable.fact} as {found}; {variable.name} allows one. Look at the quotations."
        problem = Problem("coding", f"{case} {variable.name}", "undetermined", message)
        return Answer(case, variable.name, None, CODER, evidence), [problem]
    return Answer(case, variable.name, values[0] if values else variable.default, CODER, evidence), []


def _default(variable: Variable, reading: Reading) -> Value:
    """The answer where no rule speaks: the default, if the act has one of the sections that it asks for."""
    asked = variable.default_sections
    return variable.default if not asked or any(s.name in asked for s in reading.case.sections) else None


def _one(variable: Variable, supports: Iterator[Support], reading: Reading) -> tuple[Value, list[Support]]:
    """The first value, in the order of the codebook, that has support; rules of later ones are not even looked at.

    Rules of no value come last: where one of them has support, the answer is undetermined.
    """
    for value, group in groupby(supports, lambda s: s.rule.value):
        mine = list(islice((s for s in group if s.counts), QUOTATIONS))
        if mine:
            return value or None, mine
    return _default(variable, reading), []


def _many(variable: Variable, found: Iterator[Support], reading: Reading) -> tuple[Value, list[Support]]:
    """The values with support; what is denied, or said by somebody who does not count, is shown but does not count."""
    supports = list(found)
    given = tuple(c.name for c in variable.values if any(s.counts and s.rule.value == c.name for s in supports))
    refuted = {s.rule.value for s in supports if s.denied and reading.is_answer(s.hit)}
    shown = [s for s in supports if s.counts] + [s for s in supports if not s.counts and _is_claim(s)]
    marked = [s._replace(denied=True) if not s.counts and s.rule.value in refuted else s for s in shown]
    return given or variable.default, marked


def _is_claim(support: Support) -> bool:
    """Whether what does not count is a claim all the same: by its words, not by who says it.

    Where a rule asks for one speaker alone, it is he who makes the sentence evidence: what a witness saw is, what the
    court says in these words is not.
    """
    asked = support.rule
    return len(asked.said_by) != 1 or support.said_by in asked.said_by


def _number(variable: Variable, supports: Iterator[Support], reading: Reading) -> tuple[Value, list[Support]]:
    for support in supports:
        text = _beside(support, reading)
        if not support.counts or text is None:
            continue
        try:
            value = number_of(text, variable.language) if variable.kind == "number" else day_of(text)
        except ValueError:
            continue  # the sentence names none: the next hit may
        return value, [support]
    return variable.default, []


def _beside(support: Support, reading: Reading) -> str | None:
    """The text in which the number or day is looked for; None = there is none with the unit asked for."""
    start, end = reading.sentence(support.hit)
    text, hit, rule = reading.document.text, support.hit, support.rule
    piece = {"before": text[start : hit.start], "inside": text[hit.start : hit.end]}.get(rule.take, text[hit.end : end])
    if rule.unit:
        units = "|".join(re.escape(u) for u in rule.unit)
        numbers = [
            m for m in _NUMBER.finditer(piece) if re.match(rf"\W*(?:\([^)]*\)\W*)?(?:{units})", piece[m.end() :], re.I)
        ]
    else:
        numbers = list(_NUMBER.finditer(piece))
    if not numbers:
        return None
    if rule.take == "before":
        return piece[numbers[-1].start() :]
    return piece[numbers[0].start() :]


def _text(variable: Variable, supports: Iterator[Support], reading: Reading) -> tuple[Value, list[Support]]:
    found: dict[str, Support] = {}
    for support in supports:
        taken = _taken(support, reading) if support.counts else None
        if taken and taken[0] not in found:
            found[taken[0]] = Support(taken[1], support.rule, True, support.said_by, support.denied)
    if not found:
        return variable.default, []
    if variable.several:
        return tuple(found), list(found.values())
    first = next(iter(found))
    return first, [found[first]]


def _taken(support: Support, reading: Reading) -> tuple[str, Hit] | None:
    """The text that the rule takes, and the hit widened to where it stands."""
    text, hit = reading.document.text, support.hit
    if support.rule.fixed:
        return support.rule.fixed, hit
    start, end = hit.start, hit.end
    if support.rule.take == "sentence":
        start, end = reading.sentence(hit)
    elif support.rule.take in ("quotes", "next_quotes"):
        quoted = _quoted(reading, hit, support.rule.take == "quotes")
        if quoted is None:
            return None
        start, end = quoted
    taken = _meant(" ".join(text[start:end].replace("\xad", "").split()))
    return (taken, hit._replace(start=min(start, hit.start), end=max(end, hit.end))) if taken else None


def _meant(text: str) -> str:
    """The text with Latin letters inside Cyrillic words made Cyrillic, as they were meant."""
    if text.isascii() or not _LATIN.search(text):
        return text
    words = []
    for word in text.split(" "):
        letters = zip(word, plain(word.lower()), strict=True)
        words.append("".join(new.upper() if old.isupper() else new for old, new in letters))
    return " ".join(words)


def _quoted(reading: Reading, hit: Hit, or_before: bool) -> tuple[int, int] | None:
    """What stands in quotation marks nearest behind the hit (or else nearest before it)."""
    reach = QUOTED_REACH if or_before else NEXT_REACH
    quoted = reading.quoted(hit)
    i = bisect_left(quoted, (hit.start, 0))
    behind = [q for q in quoted[i : i + 1] if q[0] - hit.end < reach]
    ahead = quoted[max(0, i - 2) : i] if or_before else ()  # the last of these may overlap the hit
    before = [q for q in ahead if q[1] <= hit.start and hit.start - q[1] < reach]
    if not behind and not before:
        return None
    start, end = behind[0] if behind else before[-1]
    return start + 1, end - 1


def _evidence(reading: Reading, supports: list[Support]) -> Iterator[Evidence]:
    """The quotations for the supports: the same passage once, and not more than QUOTATIONS for one value."""
    seen: set[tuple[int, int, bool]] = set()
    count: dict[str, int] = {}
    for support in supports:
        value = support.rule.value
        if count.get(value, 0) >= QUOTATIONS:
            continue
        quoted = reading.quote(support.hit)
        if (*quoted, support.denied) in seen:
            continue
        seen.add((*quoted, support.denied))
        count[value] = count.get(value, 0) + 1
        span = Span.of(reading.document, *quoted)
        span.check(reading.document)
        yield Evidence(span, support.said_by, support.denied, reading.section(support.hit))


_VALUES: Mapping[str, Callable[[Variable, Iterator[Support], Reading], tuple[Value, list[Support]]]] = {
    "many-of": _many,
    "number": _number,
    "date": _number,
    "text": _text,
}
