"""Sanctions and their sums: "административного штрафа в размере 15 000 (пятнадцати тысяч) рублей".

In: a plain stretch of text and the pack's sanctions. Out: which sanctions are named where, each with its sum.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import itemgetter
from typing import NamedTuple

from caselight.structure.numbers import Number, Numerals, number_before, numbers_in

# How far after a sanction its sum may stand, in characters: "штрафа ... ниже низшего предела, предусмотренного
# ч. 1 ст. 20.2 КоАП РФ, с применением ..., в размере" takes 190.
SUM_AFTER = 240
SUM_BEFORE = 60  # "5 (пяти) суток административного ареста"


class SumRule(NamedTuple):
    """How a sum is written: its unit, what may stand between number and unit, and what announces it without a unit."""

    fact: str
    unit: re.Pattern[str]
    between: re.Pattern[str]
    bare: re.Pattern[str] | None


class SanctionRule(NamedTuple):
    """A sanction: the outcome it means, the fact its sum gives ("" = it has none), the words that name it."""

    outcome: str
    fact: str
    pattern: re.Pattern[str]
    needs: str  # a piece of a word without which the pattern cannot match; looked for first, because that is fast


class Sanction(NamedTuple):
    """A sanction named in a text."""

    rule: SanctionRule
    start: int
    end: int  # of its words
    amount: Number | None  # None = the text gives none that can be read (it was removed before publication)
    amount_end: int  # after the unit; 0 where there is no amount


class AmountRules(NamedTuple):
    """All sanctions and sums of a pack."""

    sanctions: tuple[SanctionRule, ...]
    sums: Mapping[str, SumRule]
    numerals: Numerals


def sanctions_in(text: str, rules: AmountRules) -> list[Sanction]:
    """The sanctions that `text` names, in order, each with its sum."""
    named = [
        (*match.span(), rule) for rule in rules.sanctions if rule.needs in text for match in rule.pattern.finditer(text)
    ]
    named.sort(key=itemgetter(0, 1))
    found = []
    for i, (start, end, rule) in enumerate(named):
        limit = next((s for s, _, other in named[i + 1 :] if other is not rule), len(text))
        found.append(sanction_at(text, (start, end), min(limit, end + SUM_AFTER), rule, rules))
    return found


def sanction_at(text: str, place: tuple[int, int], limit: int, rule: SanctionRule, rules: AmountRules) -> Sanction:
    """The sanction named at `place`, with the sum that stands before `limit`."""
    start, end = place
    kind = rules.sums.get(rule.fact)
    if kind is None:
        return Sanction(rule, start, end, None, 0)
    if (before := _sum_before(text, start, kind, rules)) is not None:
        return Sanction(rule, before.start, end, before, end)
    unit = kind.unit.search(text, end, limit)
    if unit:
        # Only the first unit counts: where its number was removed, the next sum is about something else.
        amount = number_before(text, unit.start(), rules.numerals, kind.between)
        if amount and amount.start >= end:
            return Sanction(rule, start, end, amount, _word_end(text, unit.end()))
    elif kind.bare and (bare := kind.bare.search(text, end, limit)):
        numbers = numbers_in(text, bare.end(), limit, rules.numerals)
        if numbers and numbers[0].start == bare.end():
            return Sanction(rule, start, end, numbers[0], numbers[0].end)
    return Sanction(rule, start, end, None, 0)


def _sum_before(text: str, start: int, kind: SumRule, rules: AmountRules) -> Number | None:
    """The sum right before the sanction that begins at `start`: "5 (пяти) суток |административного ареста|"."""
    for unit in kind.unit.finditer(text, max(0, start - SUM_BEFORE), start):
        amount = number_before(text, unit.start(), rules.numerals, kind.between)
        if amount and not text[_word_end(text, unit.end()) : start].strip():
            return amount
    return None


def reduced(text: str, sanction: Sanction, changed_to: tuple[str, ...], rules: AmountRules) -> Sanction:
    """The sanction with the sum it is changed to: "штрафа с 15 000 рублей до |10 000 рублей|"."""
    kind = rules.sums.get(sanction.rule.fact)
    if kind is None or sanction.amount is None:
        return sanction
    for unit in kind.unit.finditer(text, sanction.end, sanction.end + SUM_AFTER):
        amount = number_before(text, unit.start(), rules.numerals, kind.between)
        if amount and amount.start > sanction.amount.start and text.endswith(changed_to, 0, amount.start):
            return sanction._replace(amount=amount, amount_end=_word_end(text, unit.end()))
    return sanction


def _word_end(text: str, place: int) -> int:
    while place < len(text) and text[place].isalpha():
        place += 1
    return place
