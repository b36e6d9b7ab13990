"""Facts that stand in a court's page about the case or in a dump's columns: a label, a value, what the label means.

The pack's `cards` say which label gives which fact. A row of a table (a hearing, a complaint) gives a fact only where
its entry says so: the result of the third hearing is not the outcome of the case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from caselight.definitions import Definition
from caselight.remembering import Lately
from caselight.structure.fold import Folding
from caselight.structure.forms import plain
from caselight.structure.prefilter import Late
from caselight.structure.reading import Readers, read_all_articles, read_value
from caselight.structure.rules import KINDS, Shapes
from caselight.types import Document, Fact, Field, RegionKind, Span

# Labels of all kinds of pages that courts' sites have are some hundreds; a dump's columns some dozens.
REMEMBERED_LABELS = 2_000
# Days, judges and courts come back in page after page; what does not (identifiers) is forgotten with the rest.
REMEMBERED_FIELDS = 3_000

Stated = tuple[tuple[str, int, int], ...]  # what a field states: values, and where they stand in it


class CardEntry(NamedTuple):
    """What one label gives."""

    number: int  # its place among the pack's cards
    labels: tuple[str, ...]
    fact: str
    kind: str
    patterns: tuple[re.Pattern[str] | Late, ...]  # the first found gives the value, in its group `value`; none = all
    table: re.Pattern[str] | None  # the heading of the table it must stand in; None = any
    rows: bool  # whether rows of tables with column headings count
    value: str | None  # the fact's value where the words themselves are not it
    example: str
    gives: str


class CardRules(NamedTuple):
    """All entries by label."""

    entries: Mapping[str, tuple[CardEntry, ...]]  # by label_key
    folding: Folding
    remembered: Lately[str, tuple[CardEntry, ...] | None]  # by the label as it is written
    stated: Lately[tuple[int, str], Stated | None]  # by entry and the field's text

    def of(self, label: str) -> tuple[CardEntry, ...]:
        """The entries of a label as a page writes it."""
        found = self.remembered[label]
        if found is None:
            found = self.remembered[label] = self.entries.get(label_key(label, self.folding), ())
        return found


def compile_cards(definition: Definition, shapes: Shapes, folding: Folding) -> CardRules:
    """The pack's `cards`. No pile has all the labels: of each kind, the patterns of all entries but the first are late.

    Raises:
        DefinitionError: an unknown kind, or a pattern without a group `value`.
    """
    entries: dict[str, list[CardEntry]] = {}
    kinds: set[str] = set()
    for number, raw in enumerate(definition.data.get("cards") or []):
        entry = _entry(raw, number, definition, shapes, kinds)
        kinds.add(entry.kind)
        for label in entry.labels:
            entries.setdefault(label_key(label, folding), []).append(entry)
    by_label = {label: tuple(found) for label, found in entries.items()}
    return CardRules(by_label, folding, Lately(REMEMBERED_LABELS), Lately(REMEMBERED_FIELDS))


def label_key(label: str, folding: Folding) -> str:
    """A label as it is compared; real pages write "Cудья" with a Latin C."""
    return plain("".join(folding.lookalikes.get(letter, letter) for letter in label))


def _entry(
    raw: Mapping[str, Any], number: int, definition: Definition, shapes: Shapes, before: Collection[str]
) -> CardEntry:
    kind = raw.get("kind", "text")
    if kind not in KINDS:
        raise definition.error(f"there is no kind {kind!r}. Kinds: {', '.join(KINDS)}.", "cards", number, "kind")
    compiled = shapes.late if shapes.tried and kind in before else shapes.compile
    patterns = tuple(compiled(p, definition, "cards", number, "patterns") for p in raw.get("patterns") or [])
    if any(isinstance(pattern, re.Pattern) and "value" not in pattern.groupindex for pattern in patterns):
        raise definition.error("a card's pattern needs a group (?P<value>...).", "cards", number, "patterns")
    table = raw.get("table")
    return CardEntry(
        number,
        tuple(raw["labels"]),
        raw["fact"],
        kind,
        patterns,
        shapes.compile(table, definition, "cards", number, "table") if table else None,
        bool(raw.get("rows")),
        raw.get("value"),
        str(raw.get("example", "")),
        str(raw.get("gives", "")),
    )


def card_facts(
    document: Document, rules: CardRules, readers: Readers, known: Mapping[str, Sequence[Fact]]
) -> list[Fact]:
    """What the document's fields state, in their order; the first field that gives a fact wins, statutes add up.

    A field that holds the very words of a fact in `known` agrees with it and is not read again.
    """
    facts: list[Fact] = []
    seen: set[str] = set()
    for labelled in document.fields:
        for entry in rules.of(labelled.label):
            if labelled.row >= 0 and not entry.rows:
                continue
            if entry.table and not entry.table.search(labelled.table):
                continue
            if entry.fact in seen and entry.kind != "statutes":
                continue
            same = known.get(entry.fact)
            if same and document.text.find(same[0].span.quote, labelled.start, labelled.end) >= 0:
                seen.add(entry.fact)
                continue
            for value, start, end in _stated(document.text[labelled.start : labelled.end], entry, rules, readers):
                span = Span.of(document, labelled.start + start, labelled.start + end)
                facts.append(Fact(entry.fact, value, span, _source(document, labelled)))
                seen.add(entry.fact)
    return facts


def _stated(words: str, entry: CardEntry, rules: CardRules, readers: Readers) -> Stated:
    """What a field of this text states by this entry."""
    found = rules.stated[entry.number, words]
    if found is None:
        found = rules.stated[entry.number, words] = tuple(_read(words, entry, rules.folding, readers))
    return found


def _read(field_text: str, entry: CardEntry, folding: Folding, readers: Readers) -> Iterator[tuple[str, int, int]]:
    words = folding.view(field_text, 0, len(field_text))
    start, end = 0, len(words.text)
    if entry.patterns:
        match = next((m for pattern in entry.patterns if (m := pattern.search(words.text))), None)
        if not match:
            return
        start, end = match.span("value")
    if start >= end:
        return
    if entry.kind == "statutes":
        for value, statute in read_all_articles(words.text, readers):
            yield value, *words.origin(statute.start, statute.end)
        return
    found = entry.value or read_value(words.text[start:end], entry.kind, readers)
    if found:
        yield found, *words.origin(start, end)


def _source(document: Document, labelled: Field) -> str:
    for region in document.regions:
        if region.start <= labelled.start < region.end:
            return "card" if region.kind is RegionKind.CARD else "meta"
    return "meta"
