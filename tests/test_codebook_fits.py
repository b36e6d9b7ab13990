"""Whether a codebook fits the pack of a study: slips that the pack can tell."""

from __future__ import annotations

import pytest

from caselight.codebook import codebook_path, read_codebook
from caselight.definitions import load, parse
from caselight.errors import DefinitionError
from caselight.fitting import check_fit, check_phrases
from caselight.pack import load_pack

HEAD = "name: test\ntitle: {en: Test, ru: Проба}\nversion: 1\nlanguage: ru\nvariables:\n"
FITTING = (
    HEAD
    + """\
  - name: role
    kind: one-of
    question: q
    default: none
    default_sections: [assessment]
    undetermined: {phrases: [диск], not_sections: [header]}
    values:
      - name: relied_on
        rules:
          - phrases: [камера]
            sections: [evidence]
            if: {place: [metro], outcome: [fined], statute: ['КоАП 20.*']}
            date: after
            date_of: event_date
      - {name: none, label: нет}
  - name: place
    kind: many-of
    question: q
    values: [{name: metro, phrases: [метро]}]
  - name: result
    kind: text
    question: q
    fact: outcome
"""
)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("[evidence]", "[evidense]", "codebook.yaml:16: 'evidense' is not known here. Did you mean 'evidence'?"),
        ("[evidence]", "[nosuch]", "codebook.yaml:16: 'nosuch' is not known here. Allowed: header,"),
        (
            "[assessment]",
            "[assessmentt]",
            "codebook.yaml:10: 'assessmentt' is not known here. Did you mean 'assessment'?",
        ),
        ("[header]", "[heeder]", "codebook.yaml:11: 'heeder' is not known here. Did you mean 'header'?"),
        ("{place:", "{plase:", "codebook.yaml:17: 'plase' is not known here. Did you mean 'place'?"),
        (
            "[metro]",
            "[metru]",
            "codebook.yaml:17: 'metru' is not known here. Did you mean 'metro'? Allowed: metro, given",
        ),
        ("event_date", "event_dat", "codebook.yaml:19: 'event_dat' is not known here. Did you mean 'event_date'?"),
        ("            date_of: event_date\n", "", "codebook.yaml:18: `date` needs `date_of`"),
        ("fact: outcome", "fact: outcom", "codebook.yaml:28: 'outcom' is not known here. Did you mean 'outcome'?"),
        ("language: ru", "language: klingon", "codebook.yaml:4: 'klingon' is no language"),
        (
            "language: ru",
            "language: en",
            "codebook.yaml:4: the codebook's phrases are in 'en', the records of pack ru in",
        ),
        ("version: 1", "version: [1]", "codebook.yaml:3: 'version' is a number or a short text"),
        ("version: 1", "version: !!python/object:os.system {}", "codebook.yaml:3: tag:yaml.org,2002:python/object"),
        ("[камера]", "['']", "codebook.yaml:15: entry 1 of 'phrases' is empty"),
        ("[камера]", "['(камера']", "codebook.yaml:15: "),
        ("[камера]", "['камера ...99 запись']", "codebook.yaml:15: "),
    ],
)
def test_a_slip_that_the_pack_could_tell_is_named_before_any_record_is_read(right: str, wrong: str, told: str) -> None:
    assert FITTING.count(right) == 1
    checked(FITTING)
    with pytest.raises(DefinitionError) as caught:
        checked(FITTING.replace(right, wrong))
    assert str(caught.value).startswith(told)


def checked(text: str) -> None:
    definition, pack = parse(text, "codebook.yaml"), load_pack("ru")
    book = read_codebook(definition)
    check_fit(definition, book, pack)
    check_phrases(book)


def test_a_codebook_of_facts_alone_fits_a_pack_of_any_language() -> None:
    text = HEAD + "  - {name: result, kind: text, question: q, fact: court}\n"
    definition = parse(text, "codebook.yaml")
    check_fit(definition, read_codebook(definition), load_pack("us"))


@pytest.mark.parametrize(("name", "pack"), [("surveillance", "ru"), ("appeal-outcome", "us")])
def test_the_codebooks_that_ship_fit_their_packs(name: str, pack: str) -> None:
    definition = load(codebook_path(name))
    check_fit(definition, read_codebook(definition), load_pack(pack))
