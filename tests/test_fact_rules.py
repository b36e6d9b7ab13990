"""The fact rules of packs: each has an example that it reads, and a mistake is told with its line."""

from __future__ import annotations

import pytest

from caselight.definitions import parse
from caselight.errors import DefinitionError
from caselight.pack import Pack, load_pack
from caselight.structure import compile_pack
from caselight.structure.dates import read_date
from caselight.structure.facts import compile_facts, find_facts
from caselight.structure.reading import read_articles, read_value
from caselight.structure.rules import matches
from fact_reading import PACKS, RULES, document


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_of_a_pack_has_an_example_and_gives_what_it_says(pack: str) -> None:
    rules = RULES[pack]
    for rule in rules.rules:
        assert rule.example, rule
        found: dict[str, object] = {}
        for match in matches(rule, rule.example, 0, len(rule.example)):
            for group, catch in rule.catches:
                if catch.kind == "statutes":
                    articles = read_articles(rule.example, match.start(group), rule.example, rules.readers)
                    found[catch.fact] = articles[0][0]
                elif match[group]:
                    found.setdefault(catch.fact, rule.value or read_value(match[group], catch.kind, rules.readers))
        assert found == dict(rule.gives), rule.example


@pytest.mark.parametrize("pack", PACKS)
def test_every_way_of_writing_a_date_has_an_example(pack: str) -> None:
    definition = load_pack(pack).part("facts")
    for entry in definition.data["dates"]:
        assert read_date(entry["example"], RULES[pack].readers.dates) == entry["gives"]


def pack_of(text: str) -> Pack:
    return Pack("x", "X", "en", {"facts": parse(text, "facts.yaml")}, {}, {}, {})


MISTAKES = [
    ("catches:\n  a: {kind: guess}\n", r"facts\.yaml:2: there is no kind 'guess'"),
    (
        "catches:\n  a: {}\nrules:\n  - {zone: nowhere, pattern: '(?P<a>x)'}\n",
        r"facts\.yaml:4: there is no zone 'nowhere'",
    ),
    (
        "catches:\n  a: {}\nrules:\n  - zone: head\n    pattern: '(?P<a>x'\n",
        r"facts\.yaml:5: this pattern is not a regular",
    ),
    (
        "catches:\n  a: {}\nrules:\n  - zone: head\n    pattern: '(?P<b>x)'\n",
        r"facts\.yaml:5: this rule catches nothing",
    ),
    (
        "catches:\n  a: {}\nrules:\n  - zone: head\n    pattern: '(?P<a>x)'\n    unless: civil\n",
        r"facts\.yaml:6: this file has no pattern 'civil'",
    ),
    (
        "catches:\n  a: {}\nrules:\n  - {zone: head, pattern: '(?P<a>x)'}\n  - {zone: head, pattern: '(?P<a>x'}\n",
        r"facts\.yaml:5: this pattern is not a regular",
    ),
    (
        "catches:\n  a: {}\nrules:\n  - {zone: head, pattern: '(?P<a>x)', not_after: '['}\n",
        r"facts\.yaml:4: this pattern is not a regular",
    ),
    (
        "cards:\n  - {labels: [A], fact: a, patterns: ['(?P<value>x)']}\n  - {labels: [B], fact: b, patterns: ['x']}\n",
        r"facts\.yaml:3: a card's pattern needs a group",
    ),
    ("statutes:\n  codes: {A: '('}\n", r"facts\.yaml:1: this pattern is not a regular"),
    # A piece that all patterns but one can hold.
    ("statutes:\n  words: {article: a, part: '(?P=code_0)', point: c, and: d}\n  codes: {A: x}\n", r"facts\.yaml:1:"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_in_a_pack_is_reported_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        compile_facts(pack_of(text))


@pytest.mark.parametrize("pack", PACKS)
def test_every_pattern_of_a_pack_that_ships_compiles(pack: str) -> None:
    compile_pack(load_pack(pack)._replace(ships=False))  # else some are compiled when they are first looked for


def test_a_pack_without_rules_finds_nothing() -> None:
    facts, problems = find_facts(document("OPINION of the court"), (), compile_facts(pack_of("{}")))
    assert (facts, problems) == ([], [])
