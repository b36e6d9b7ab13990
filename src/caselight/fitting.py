"""Whether a codebook fits its pack: what it names is what the pack knows, in the pack's language, and can be read.

Asked when a study is made and before each run, so that a slip of the pen is a message with its line, and not a variable
that is never found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from caselight.codebook import Codebook, read_codebook
from caselight.codebook.entries import Entries
from caselight.codebook.phrase_language import parse_phrase
from caselight.definitions import Definition, Key, load
from caselight.errors import StudyError
from caselight.pack import Pack, load_pack
from caselight.store import Study
from caselight.variables import GIVEN

# Facts that the program itself makes of what a pack finds; all others stand in the pack's facts.yaml and outcomes.yaml.
MADE_FACTS = (
    "outcome",
    "appeal_result",
    "termination_reason",
    "event_date",
    "event_place",
    "court_code",
    "lower_court_code",
    "region",
)


def knowledge_of(study: Study) -> tuple[Pack, Codebook]:
    """The pack and the codebook of a study, which fit each other.

    Raises:
        DefinitionError: one of them has a mistake.
        StudyError: the codebook is gone.
    """
    if not study.codebook.is_file():
        what = f"{study.codebook}, the questions of the study, is gone. Restore it from a copy"
        raise StudyError(f"{what}, or write one there as docs/how-to/codebook.md says; the records are still here.")
    pack, definition = load_pack(study.pack), load(study.codebook)
    codebook = read_codebook(definition)
    check_fit(definition, codebook, pack)
    return pack, codebook


def check_fit(definition: Definition, codebook: Codebook, pack: Pack) -> None:
    """Nothing, if the codebook (read from `definition`) fits the pack.

    Raises:
        DefinitionError: it does not; the message begins with FILE:LINE and names what is allowed.
    """
    reader = Entries(definition)
    if codebook.language != pack.language and any(variable.rules for variable in codebook.variables):
        two = f"the codebook's phrases are in {codebook.language!r}, the records of pack {pack.name} in"
        remedy = "Nothing would be found. Choose the pack of the records, or write the phrases in their language."
        raise reader.error(f"{two} {pack.language!r}. {remedy}", "language")
    known = _Known(pack)
    for i, variable in enumerate(codebook.variables):
        key: Key = ("variables", i)
        if variable.fact is not None:
            reader.one_of((*key, "fact"), known.facts)
        _check_sections(reader, (*key, "default_sections"), known)
        for rule in _rules(reader, key):
            _check_rule(reader, rule, codebook, known)


class _Known:
    """What of a pack a codebook may name; the pack's files are read only if it names anything."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    @cached_property
    def facts(self) -> tuple[str, ...]:
        return fact_names(self._pack)

    @cached_property
    def sections(self) -> tuple[str, ...]:
        return section_names(self._pack)


# Words of a phrase, nearly as the tokeniser parts them: to see whether a phrase can be read, that is near enough, and
# the tokeniser and all that coding needs take longer to load than everything else that `new` does.
_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")


def check_phrases(codebook: Codebook) -> None:
    """Nothing, if every phrase can be read; a run finds that out by itself.

    Raises:
        DefinitionError: one cannot.
    """
    for variable in codebook.variables:
        for rule in variable.rules:
            for phrase in (*rule.phrases, *rule.with_phrases, *rule.unless):
                parse_phrase(phrase, _WORD.findall)


def fact_names(pack: Pack) -> tuple[str, ...]:
    """The facts that may be found with this pack."""
    known = set(MADE_FACTS)
    for part in ("facts", "outcomes"):
        data = pack.part(part).data
        known |= set(_named(data))
        known |= set((data.get("catches") or {}) if isinstance(data, dict) else {})
    return tuple(sorted(known))


def section_names(pack: Pack) -> tuple[str, ...]:
    """The sections into which rulings are divided with this pack."""
    data = pack.part("sections").data or {}
    return tuple(str(entry["name"]) for entry in data.get("sections") or ())


def _named(data: Any) -> Iterator[str]:
    """Every name under a key `fact`, at any depth."""
    if isinstance(data, dict):
        if isinstance(data.get("fact"), str):
            yield data["fact"]
        for entry in data.values():
            yield from _named(entry)
    elif isinstance(data, list):
        for entry in data:
            yield from _named(entry)


def _rules(reader: Entries, variable: Key) -> Iterator[Key]:
    """The places where rules stand: at the variable, at `undetermined`, at its values, and in the lists `rules`."""
    values = reader.get((*variable, "values"))
    own = [
        variable,
        (*variable, "undetermined"),
        *((*variable, "values", i) for i in range(len(values) if isinstance(values, list) else 0)),
    ]
    for key in own:
        rules = reader.get((*key, "rules"))
        yield from ((*key, "rules", i) for i in range(len(rules))) if isinstance(rules, list) else (key,)


def _check_sections(reader: Entries, key: Key, known: _Known) -> None:
    if reader.get(key) is not None:
        reader.names(key, known.sections)


def _check_rule(reader: Entries, key: Key, codebook: Codebook, known: _Known) -> None:
    if not isinstance(reader.get(key), dict):
        return
    _check_sections(reader, (*key, "sections"), known)
    _check_sections(reader, (*key, "not_sections"), known)
    variables = {variable.name: variable for variable in codebook.variables}
    if reader.get((*key, "date_of")) is not None:
        reader.one_of((*key, "date_of"), (*variables, *known.facts))
    elif reader.get((*key, "date")) is not None:
        raise reader.error("`date` needs `date_of`, the name of a fact: date_of: event_date.", *key, "date")
    for asked in ("if", "if_not"):
        conditions = reader.get((*key, asked))
        for name in conditions if isinstance(conditions, dict) else ():
            place = (*key, asked, name)
            reader.known(name, (*variables, *known.facts), place)
            values = variables[name].value_names() if name in variables else ()
            for value in reader.names(place) if values else ():
                if not value.endswith("*"):
                    reader.known(value, (*values, GIVEN), place)
