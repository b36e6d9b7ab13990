"""What an act states about its case: court, judge, numbers, dates, articles, each with the words that say so.

Comes in: a document, its sections, the pack's compiled rules. Goes out: facts and problems. All knowledge is in the
pack's `facts.yaml`; here is only the order in which rules are applied. To teach a new wording, add a rule with its
example there.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence

from caselight.structure.cards import card_facts
from caselight.structure.codes import Batch, batches
from caselight.structure.dates import day_places
from caselight.structure.events import find_event
from caselight.structure.fold import Folded, View, fold_all
from caselight.structure.forms import same_person_form
from caselight.structure.instances import find_instance, own_number
from caselight.structure.knowledge import FactRules, compile_facts
from caselight.structure.reading import read_articles, read_value
from caselight.structure.reconcile import Comparison, reconcile
from caselight.structure.rules import Catch, Rule, matches
from caselight.structure.zones import Zones, divide
from caselight.types import Document, Fact, Problem, Section, Span

__all__ = ["FactRules", "compile_facts", "find_all_facts", "find_days", "find_facts"]

Found = dict[str, list[Fact]]
_OBLIQUE = "judge, oblique"  # stands among found facts for a judge's name that is to be put into the nominative


def find_facts(document: Document, sections: Sequence[Section], rules: FactRules) -> tuple[list[Fact], list[Problem]]:
    """The facts that the act, the card and the dump's columns state, reconciled; and where they contradict.

    Facts are sorted by name, then by where they stand. A value that was removed before publication gives no fact.
    """
    read = batches([document.text])
    days = find_days(read, rules)
    return find_all_facts([document], fold_all(read, rules.zones.folding), days, [sections], rules)[0]


def find_days(read: Sequence[Batch], rules: FactRules) -> list[array[int]]:
    """For each of the texts that were read, where a date's day may stand."""
    strange, dates = rules.zones.folding.is_strange, rules.readers.dates
    return [places for batch in read for places in day_places(batch, strange, dates)]


def find_all_facts(
    documents: Sequence[Document],
    folded: Sequence[Folded],
    days: Sequence[Sequence[int]],
    sections: Sequence[Sequence[Section]],
    rules: FactRules,
) -> list[tuple[list[Fact], list[Problem]]]:
    """The same for each of these documents: together, which is faster.

    Args:
        documents: whose facts are looked for.
        folded: the text of each.
        days: `find_days` of each text.
        sections: of each.
        rules: the pack's.
    """
    return [
        _found(document, divide(document, text, places, own, rules.zones), rules)
        for document, text, places, own in zip(documents, folded, days, sections, strict=True)
    ]


def _found(document: Document, zones: Zones | None, rules: FactRules) -> tuple[list[Fact], list[Problem]]:
    found: Found = _from_act(document, zones, rules) if zones else {}
    cards = card_facts(document, rules.cards, rules.readers, found) if document.fields else []
    comparison = Comparison(
        rules.readers.register,
        rules.instances,
        zones.view("head").text if zones else "",
        rules.code_digits,
        rules.region_digits,
        rules.regions,
    )
    return reconcile(document, found, cards, comparison)


def _from_act(document: Document, zones: Zones, rules: FactRules) -> Found:
    found = _from_rules(zones, rules)
    instance = found.get("instance") or find_instance(document, zones.zone("intro"), found, rules.instances)
    found["instance"] = instance[:1]
    found["case_number"] = own_number(found.get("case_number", []), instance, rules.instances)
    if rules.events and ("statute" in found or rules.events.head.search(zones.view("head").text)):
        known = {str(fact.value) for name in ("decision_date", "lower_date") for fact in found.get(name, ())}
        for fact in find_event(document, zones.story(), known, rules.events, rules.readers.dates):
            found[fact.name] = [fact]
    return found


def _from_rules(zones: Zones, rules: FactRules) -> Found:
    """Every rule in order; a fact that one rule has found, or has found removed, is not looked for by the next."""
    found: Found = {}
    settled: set[str] = set()
    oblique: list[Fact] = []  # judges named in an oblique case: the signature may have the nominative
    for rule in rules.rules:
        if rule.facts <= settled:
            continue
        zone = zones.zones.get(rule.zone) or zones.zone(rule.zone)
        hits = matches(rule, zone[0].text, zone[1], zone[2])
        if hits and not (rule.unless and rule.unless.search(zones.view("head").text)):
            for name, facts in _caught(hits, zone[0], zones, rule, settled, rules).items():
                if name == _OBLIQUE:
                    oblique += facts
                elif name not in settled:
                    found[name] = facts
                    settled.add(name)
    return _with_judge(found, oblique)


def _caught(
    hits: Sequence[re.Match[str]], area: View, zones: Zones, rule: Rule, settled: set[str], rules: FactRules
) -> Found:
    """What the groups of a rule's matches state; a fact that was removed is settled by that."""
    fresh: Found = {}
    for match in hits:
        for group, catch in rule.catches:
            if catch.fact in settled or match.start(group) < 0:
                continue
            facts = _facts(zones, area, match, (group, catch), rule, rules)
            if facts:
                fresh.setdefault(_OBLIQUE if catch.kind == "person_of" else catch.fact, []).extend(facts)
            elif rule.wiped_ends and catch.kind != "person_of" and rules.readers.wiped.fullmatch(match[group]):
                settled.add(catch.fact)
    return fresh


def _with_judge(found: Found, oblique: Sequence[Fact]) -> Found:
    """The judge that the head names in an oblique case, in the form of the signature where that is the same name.

    A signature alone may be a clerk's or a deputy's, so the head's judge comes first.
    """
    signed = found.get("judge", [])
    if oblique and not (signed and same_person_form(str(signed[0].value), str(oblique[0].value))):
        found["judge"] = [oblique[0]]
    return found


def _facts(
    zones: Zones, area: View, match: re.Match[str], caught: tuple[str, Catch], rule: Rule, rules: FactRules
) -> list[Fact]:
    """The facts that one group of a match states; none where the value was removed."""
    document, (group, catch) = zones.document, caught
    if catch.kind == "statutes":
        head = zones.view("head").text
        articles = read_articles(area.text, match.start(group), head, rules.readers)
        return [Fact(catch.fact, v, Span.of(document, *area.origin(s.start, s.end))) for v, s in articles]
    start, end = match.span(group)
    words = area.text[start:end].strip()
    if not words:
        return []
    start = area.text.index(words, start)
    value = rule.value or read_value(words, catch.kind, rules.readers)
    return [Fact(catch.fact, value, Span.of(document, *area.origin(start, start + len(words))))] if value else []
