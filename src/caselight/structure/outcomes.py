"""What was decided: outcome, sums and terms, why proceedings were terminated, what became of the ruling under review.

In: a document with its sections, the pack's outcomes.yaml. Out: facts, each with the words that decide. Only the
decision itself is read, up to where the operative part begins to explain (how to pay, how to appeal); a sanction that
a review leaves in force is read where the text says what had been imposed. To teach it a wording, add it to a rule of
the pack with its example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from caselight.definitions import Definition
from caselight.pack import Pack
from caselight.structure.amounts import AmountRules, Sanction, SanctionRule, SumRule, reduced, sanction_at, sanctions_in
from caselight.structure.codes import batches
from caselight.structure.fold import Folded, Folding, View, fold_all
from caselight.structure.numbers import compile_numerals
from caselight.structure.prefilter import MOST_WORDS, Late, first_of
from caselight.types import Document, Fact, RegionKind, Section, Span

# How far before a sanction the words that impose it may stand, and threats of the law that rule it out, in characters.
IMPOSED_BEFORE = 160
THREAT_AROUND = 70
# The sanction under review stands in the introduction or in the first paragraphs after it.
IN_FORCE_REACH = 9000
OPENING = 1500  # characters in which an act says what kind of case it decides
REASON_REACH = 3000  # characters of the reasoning, counted back from the decision
REASON_AROUND = 250
REASON_LAST = 400
QUOTE_LONGEST = 300  # characters of a decision quoted as the words that decide


class DecisionRule(NamedTuple):
    """One kind of decision and the patterns by which it is recognised."""

    name: str
    outcome: str  # "" = the sanction's
    appeal_result: str
    sanction: str  # "", "imposed", "changed" or "in_force"
    needs: tuple[str, ...]  # pieces of words of which one must occur; () = none need to
    every: tuple[Late, ...]
    none: tuple[Late, ...]


class OutcomeRules(NamedTuple):
    """A pack's outcomes.yaml, compiled."""

    decision: str  # name of the section that decides; "" = the pack knows no outcomes
    reach: int
    stops: tuple[str, ...]
    amounts: AmountRules
    imposing: re.Pattern[str]
    changed_to: tuple[str, ...]
    implied: SanctionRule | None
    rules: tuple[DecisionRule, ...]
    was_imposed: Late
    threat: Late
    civil: tuple[str, ...]  # words of an act's beginning that mean that its sums are no sanction
    was_terminated: Late
    reasons: tuple[tuple[str, Late], ...]  # code, and the words that state it
    terminating: re.Pattern[str]
    card_labels: frozenset[str]
    cards: tuple[tuple[str, str, Late], ...]  # outcome, appeal result, wording
    folding: Folding


class Stated(NamedTuple):
    """A fact found at some place of a plain text."""

    name: str
    value: str | int
    start: int
    end: int


def compile_outcomes(pack: Pack) -> OutcomeRules | None:
    """The outcome rules of a pack; None where it has no outcomes.yaml.

    Raises:
        DefinitionError: a pattern cannot be read.
    """
    part = pack.part("outcomes")
    data: Mapping[str, Any] = part.data
    if not data:
        return None
    in_force = data.get("in_force", {})

    def late(pattern: str, *key: str | int) -> Late:
        return Late(partial(_pattern, part, pattern, *key), pack.ships, MOST_WORDS)

    return OutcomeRules(
        decision=data["decision"],
        reach=int(data["reach"]),
        stops=tuple(entry["words"] for entry in data.get("stops", ())),
        amounts=AmountRules(
            tuple(_sanction(part, entry, "sanctions", i) for i, entry in enumerate(data.get("sanctions", ()))),
            {entry["fact"]: _sum(part, entry, i) for i, entry in enumerate(data.get("sums", ()))},
            compile_numerals(pack),
        ),
        imposing=_pattern(part, data.get("imposing", ""), "imposing"),
        changed_to=tuple(data.get("changed_to", ())),
        implied=_sanction(part, data["implied"], "implied") if "implied" in data else None,
        rules=tuple(_rule(late, entry, i) for i, entry in enumerate(data.get("rules", ()))),
        was_imposed=late(in_force.get("imposing", ""), "in_force"),
        threat=late(in_force.get("threat", ""), "in_force"),
        civil=tuple(in_force.get("unless", ())),
        was_terminated=late(in_force.get("terminated", ""), "in_force"),
        reasons=tuple(
            (entry["reason"], late(entry["pattern"], "termination_reasons", i))
            for i, entry in enumerate(data.get("termination_reasons", ()))
        ),
        terminating=_pattern(part, data.get("terminating", ""), "terminating"),
        card_labels=frozenset(label.lower() for label in data.get("card_labels", ())),
        cards=tuple(
            (entry["outcome"], entry["appeal_result"], late(entry["pattern"], "cards", i))
            for i, entry in enumerate(data.get("cards", ()))
        ),
        folding=Folding.of((pack.part("facts").data or {}).get("lookalikes", {})),
    )


def _pattern(part: Definition, pattern: str, *key: str | int) -> re.Pattern[str]:
    """The compiled pattern; the empty one matches nothing."""
    try:
        return re.compile(pattern or r"(?!)")
    except re.error as error:
        raise part.error(f"this pattern cannot be read: {error}.", *key) from None


def _sanction(part: Definition, entry: Mapping[str, str], *key: str | int) -> SanctionRule:
    return SanctionRule(entry["outcome"], entry["sum"], _pattern(part, entry["pattern"], *key), entry.get("needs", ""))


def _sum(part: Definition, entry: Mapping[str, str], i: int) -> SumRule:
    unit, between = (_pattern(part, entry[key], "sums", i) for key in ("unit", "between"))
    return SumRule(entry["fact"], unit, between, _pattern(part, entry.get("bare", ""), "sums", i))


def _rule(late: Callable[..., Late], entry: Mapping[str, Any], i: int) -> DecisionRule:
    return DecisionRule(
        entry["name"],
        entry.get("outcome", ""),
        entry.get("appeal_result", ""),
        entry.get("sanction", ""),
        tuple(entry.get("needs", ())),
        tuple(late(pattern, "rules", i) for pattern in entry.get("all", ())),
        tuple(late(pattern, "rules", i) for pattern in entry.get("none", ())),
    )


def find_outcome(
    document: Document, sections: Sequence[Section], rules: OutcomeRules | None, folded: Folded | None = None
) -> list[Fact]:
    """What the document decides; from its card where it holds no text of the act.

    Args:
        document: the act.
        sections: its parts.
        rules: the pack's; None = it knows no outcomes.
        folded: the document's text, where it is folded already.
    """
    if rules is None:
        return []
    text = folded or fold_all(batches([document.text]), rules.folding)[0]
    for section in reversed(sections):
        if section.name == rules.decision:
            break
    else:
        return _from_card(document, rules)
    area = _plain(text, section.start, min(section.end, section.start + rules.reach))
    decision = area.text[: first_of(area.text, rules.stops)]
    for rule in rules.rules:
        if rule.needs and not any(map(decision.__contains__, rule.needs)):
            continue
        found = _decide(_Act(document, text, section), decision, rule, rules)
        if found is not None:
            own, foreign = found
            return [_fact(document, area, stated) for stated in own] + foreign
    return []


class _Act(NamedTuple):
    """What is being read."""

    document: Document
    folded: Folded
    section: Section  # the one that decides


def _plain(folded: Folded, start: int, end: int) -> View:
    """The stretch in small letters, with ё as е and every space as " "."""
    area = folded.view(start, end)
    text = area.text.lower().replace("ё", "е").replace("\n", " ").replace("\t", " ").replace("\r", " ")
    if len(text) != len(area.text):  # "İ" has two small letters
        text = "".join(c.lower() if len(c.lower()) == 1 else c for c in area.text)
    return View(text, area.start, area.end, area.starts, area.ends)


def _decide(
    act: _Act, decision: str, rule: DecisionRule, rules: OutcomeRules
) -> tuple[list[Stated], list[Fact]] | None:
    """What the rule finds in the decision, and facts that stand elsewhere in the text; None = it does not hold."""
    spans = []
    for pattern in rule.every:
        match = pattern.search(decision)
        if match is None:
            return None
        spans.append(match.span())
    if any(pattern.search(decision) for pattern in rule.none):
        return None
    stated = _review(rule, spans)
    elsewhere: list[Fact] = []
    if rule.sanction in ("imposed", "changed"):
        sanction = _imposed(decision, rule.sanction == "changed", rules)
        if sanction is None and rule.sanction == "imposed":
            return None
        stated += _sanction_facts(sanction) if sanction else []
    if rule.sanction in ("changed", "in_force") and not any(
        s.name == "outcome" and s.value != rule.outcome for s in stated
    ):
        elsewhere = _in_force(act, rule, rules)
    if rule.outcome == "terminated":
        reason = _reason(decision, 0, rules)
        stated += [reason] if reason else []
        elsewhere = [] if reason else _reason_elsewhere(act, rules)
    return stated, elsewhere


def _review(rule: DecisionRule, spans: Sequence[tuple[int, int]]) -> list[Stated]:
    if not spans:
        return []
    start, end = spans[0]
    last = max(stop for _, stop in spans)
    end = last if last - start <= QUOTE_LONGEST else end
    found = [Stated("outcome", rule.outcome, start, end)] if rule.outcome else []
    return found + ([Stated("appeal_result", rule.appeal_result, start, end)] if rule.appeal_result else [])


def _imposed(decision: str, changed: bool, rules: OutcomeRules) -> Sanction | None:
    """The sanction that the decision imposes: the first it names, or the last where it changes an earlier one."""
    named = sanctions_in(decision, rules.amounts)
    if changed:
        last = next((s for s in reversed(named) if s.amount), named[-1] if named else None)
        return reduced(decision, last, rules.changed_to, rules.amounts) if last else None
    imposing = rules.imposing.search(decision)
    if not imposing:
        return None
    for sanction in named:
        if sanction.start >= imposing.start():
            return sanction
    if rules.implied and (word := rules.implied.pattern.search(decision)):
        implied = sanction_at(decision, word.span(), len(decision), rules.implied, rules.amounts)
        return implied if implied.amount else None
    return None


def _sanction_facts(sanction: Sanction) -> list[Stated]:
    found = [Stated("outcome", sanction.rule.outcome, sanction.start, max(sanction.end, sanction.amount_end))]
    if sanction.amount:
        end = sanction.amount_end if sanction.amount_end > sanction.amount.end else sanction.amount.end
        found.append(Stated(sanction.rule.fact, sanction.amount.value, sanction.amount.start, end))
    return found


def _in_force(act: _Act, rule: DecisionRule, rules: OutcomeRules) -> list[Fact]:
    """The sanction that the text before the decision says had been imposed."""
    document, folded, section = act
    start = next((region.start for region in document.acts() if region.start <= section.start < region.end), 0)
    area = _plain(folded, start, min(section.start, start + IN_FORCE_REACH))
    opening = area.text[:OPENING]
    civil = any(map(opening.__contains__, rules.civil))
    for sanction in () if civil else sanctions_in(area.text, rules.amounts):
        before = area.text[max(0, sanction.start - IMPOSED_BEFORE) : sanction.end]
        around = area.text[max(0, sanction.start - THREAT_AROUND) : max(sanction.end, sanction.amount_end)]
        if sanction.amount and rules.was_imposed.search(before) and not rules.threat.search(around):
            facts = [_fact(document, area, stated) for stated in _sanction_facts(sanction)]
            return [fact for fact in facts if fact.name != "outcome" or not rule.outcome]
    return _reason_elsewhere(act, rules) if rules.was_terminated.search(area.text) else []


def _reason(text: str, start: int, rules: OutcomeRules) -> Stated | None:
    for reason, pattern in rules.reasons:
        if match := pattern.search(text, start):
            return Stated("termination_reason", reason, *match.span())
    return None


def _reason_elsewhere(act: _Act, rules: OutcomeRules) -> list[Fact]:
    """The reason that the end of the reasoning gives for terminating."""
    document, folded, section = act
    area = _plain(folded, max(0, section.start - REASON_REACH), section.start)
    spans = (match.span() for match in rules.terminating.finditer(area.text))
    around = [(start - REASON_AROUND, end + REASON_AROUND) for start, end in spans]
    # Where the reasoning does not speak of terminating, what it ends with is the reason.
    for start, end in reversed(around or [(len(area.text) - REASON_LAST, len(area.text))]):
        reason = _reason(area.text[:end], max(0, start), rules)
        if reason:
            return [_fact(document, area, reason)]
    return []


def _fact(document: Document, area: View, stated: Stated) -> Fact:
    start, end = area.origin(stated.start, stated.end)
    return Fact(stated.name, stated.value, Span.of(document, start, end))


class Phrase(NamedTuple):
    """What a card's wording of a result means; "" and () = it does not say."""

    outcome: str
    appeal_result: str
    termination_reason: str
    sums: tuple[tuple[str, int], ...]  # fact, value


def outcome_of_phrase(text: str, rules: OutcomeRules) -> Phrase:
    """The codes of a card's wording: "Отменено с прекращением производства" is terminated, annulled."""
    plain = rules.folding.view(text, 0, len(text)).text.lower().replace("ё", "е")
    sanctions = sanctions_in(plain, rules.amounts)
    sums = tuple((s.rule.fact, s.amount.value) for s in sanctions[:1] if s.amount)
    for outcome, appeal_result, pattern in rules.cards:
        if pattern.search(plain):
            reason = _reason(plain, 0, rules) if outcome == "terminated" else None
            own = outcome or (sanctions[-1].rule.outcome if sanctions else "")
            return Phrase(own, appeal_result, str(reason.value) if reason else "", () if outcome else sums)
    return Phrase(sanctions[0].rule.outcome if sanctions else "", "", "", sums)


def _from_card(document: Document, rules: OutcomeRules) -> list[Fact]:
    """What the card's label for the result says; rows of tables (single hearings) are not the case's outcome."""
    if any(region.kind is RegionKind.ACT for region in document.regions):
        return []
    for field in document.fields:
        if field.row >= 0 or field.label.strip(" :").lower() not in rules.card_labels or field.end <= field.start:
            continue
        phrase = outcome_of_phrase(document.text[field.start : field.end], rules)
        named: list[tuple[str, str | int]] = [
            ("outcome", phrase.outcome),
            ("appeal_result", phrase.appeal_result),
            ("termination_reason", phrase.termination_reason),
            *phrase.sums,
        ]
        span = Span.of(document, field.start, field.end)
        facts = [Fact(name, value, span, "card") for name, value in named if value]
        if facts:
            return facts
    return []
