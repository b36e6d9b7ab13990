"""Facts from the act and from the card put together: agreement gives one fact, contradiction a choice and a problem.

The act's words are preferred, because a reader can see them in their sentence; for identifiers the card is, because
the court's register fills it in and nobody retypes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from caselight.structure.courts import Register
from caselight.structure.forms import number_key, plain, same_person_form
from caselight.structure.instances import InstanceRules
from caselight.structure.regions import RegionRules, region_of
from caselight.types import Document, Fact, Problem, Span

# Facts whose card value wins over the act's.
REGISTERED = frozenset({"uid", "case_number", "lower_case_number", "instance"})
SEVERAL = frozenset({"statute"})


class Comparison(NamedTuple):
    """What is needed to tell whether two values mean the same."""

    register: Register
    instances: InstanceRules
    head: str  # the act's head, where a judge of the bench may be named who is not the one the rules chose
    code_digits: int  # how many characters of a UID are the court's code; 0 = codes are not part of UIDs
    region_digits: int  # how many characters of a court's code are its region
    regions: RegionRules


def reconcile(
    document: Document, found: Mapping[str, Sequence[Fact]], cards: Sequence[Fact], comparison: Comparison
) -> tuple[list[Fact], list[Problem]]:
    """One list of facts, sorted by name and place, and a problem for each contradiction."""
    facts: list[Fact] = []
    problems: list[Problem] = []
    on_card: dict[str, list[Fact]] = {}
    for fact in cards:
        on_card.setdefault(fact.name, []).append(fact)
    for name in sorted({*found, *on_card}):
        text, card = found.get(name, ()), on_card.get(name, ())
        if name in SEVERAL:
            facts += _distinct(text or card)
            if text and card and not {str(f.value) for f in text} & {str(f.value) for f in card}:
                problems.append(_contradiction(document, text[0], card[0]))
        elif text and card:
            chosen, differ = _choose(text[0], card[0], comparison)
            facts.append(chosen)
            if differ:
                problems.append(_contradiction(document, text[0], card[0]))
        elif text:
            facts.append(text[0])
        elif card:
            facts.append(card[0])
    single = {fact.name: fact for fact in facts}
    added, more = _code(document, single, comparison)
    single.update((fact.name, fact) for fact in added)
    added += [*_lower_code(single, comparison), *region_of(single, comparison.regions, comparison.register)]
    facts += added
    facts.sort(key=lambda fact: (fact.name, fact.span.start, str(fact.value)))
    return facts, problems + more


def _distinct(facts: Sequence[Fact]) -> list[Fact]:
    by_value: dict[str | int, Fact] = {}
    for fact in facts:
        by_value.setdefault(fact.value, fact)
    return list(by_value.values())


def _choose(text: Fact, card: Fact, comparison: Comparison) -> tuple[Fact, bool]:
    """The fact to keep, and whether the two contradict each other."""
    left, right = str(text.value), str(card.value)
    if left == right or plain(left) == plain(right):
        return text, False
    special = _SPECIAL.get(text.name)
    if special:
        return special(text, card, comparison)
    return (card if text.name in REGISTERED else text), True


def _court(text: Fact, card: Fact, comparison: Comparison) -> tuple[Fact, bool]:
    left, right = str(text.value), str(card.value)
    register = comparison.register
    if register.comparable(left) == register.comparable(right):
        return text, False
    if register.core(left) != register.core(right):
        return text, True
    # One of them leaves out (or has lost) its place, or names the region as well as the town: the fuller one is kept.
    return (text if len(left) >= len(right) else card), False


def _judge(text: Fact, card: Fact, comparison: Comparison) -> tuple[Fact, bool]:
    if same_person_form(str(text.value), str(card.value)):
        # A name that has been put into the nominative by rule may be wrong; the card's stands in the nominative.
        return (text if plain(str(text.value)) in plain(text.span.quote) else card), False
    # A bench of three: the card names the one who reports, the act's rule finds the one who presides.
    surname = plain(str(card.value)).split(" ")[0]
    stem = surname[: max(3, len(surname) - 2)]
    return card, stem not in plain(comparison.head)


def _number(text: Fact, card: Fact, comparison: Comparison) -> tuple[Fact, bool]:
    left, right = number_key(str(text.value)), number_key(str(card.value))
    # The number of another instance is not a contradiction: a review's head quotes the reviewed case's number.
    kind = comparison.instances.of_number
    return (card if left != right else text), left != right and kind(str(text.value)) == kind(str(card.value))


_SPECIAL: Mapping[str, Callable[[Fact, Fact, Comparison], tuple[Fact, bool]]] = {
    "court": _court,
    "lower_court": _court,
    "judge": _judge,
    "case_number": _number,
    "lower_case_number": _number,
}


def _code(document: Document, single: Mapping[str, Fact], comparison: Comparison) -> tuple[list[Fact], list[Problem]]:
    """The court's code, from the register or from the UID of a first-instance case, and whether the two contradict."""
    court, uid, instance = single.get("court"), single.get("uid"), single.get("instance")
    register, digits = comparison.register, comparison.code_digits
    prefix = str(uid.value)[:digits] if uid and digits else ""
    first = instance is not None and instance.value == "first"
    region = prefix[: comparison.region_digits]
    code = register.code(str(court.value), region) if court else ""
    result: list[Fact] = []
    problems = []
    if first and uid and prefix and (not court or _may_be(prefix, str(court.value), code, register)):
        start = uid.span.start
        span = Span.of(document, start, start + digits)
        result.append(Fact("court_code", prefix, span, uid.source))
        if not court and prefix in register.names:
            result.append(Fact("court", register.names[prefix], span, uid.source))
    elif court and code:
        result.append(Fact("court_code", code, court.span, court.source))
    if first and uid and court and code and code != prefix and prefix in register.names:
        named = register.names[prefix]
        message = (
            f"The court is {court.value!r}, but the identifier {uid.value} begins with the code of {named!r}. "
            "Check which of the two is mistyped, or whether the case was handed over."
        )
        problems.append(Problem("structure", document.name, "fact_contradiction", message))
    return result, problems


def _lower_code(single: Mapping[str, Fact], comparison: Comparison) -> list[Fact]:
    """The code of the court whose act is under review; it lies in the region of the reviewing court or of the UID."""
    lower, near = single.get("lower_court"), single.get("uid") or single.get("court_code")
    if not lower:
        return []
    region = str(near.value)[: comparison.region_digits] if near else ""
    code = comparison.register.code(str(lower.value), region)
    return [Fact("lower_court_code", code, lower.span, lower.source)] if code else []


def _may_be(prefix: str, name: str, code: str, register: Register) -> bool:
    """Whether the court of this name can have this code, as far as the register knows."""
    if code:
        return code == prefix
    known = register.names.get(prefix)
    return known is None or register.core(known) == register.core(name)


def _contradiction(document: Document, text: Fact, card: Fact) -> Problem:
    where = f"{text.span.quote!r} ({text.source}) and {card.span.quote!r} ({card.source})"
    message = f"{text.name} is stated twice and differently: {where}. Look at the record to see which is right."
    return Problem("structure", document.name, "fact_contradiction", message)
