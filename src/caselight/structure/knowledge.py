"""A pack's knowledge about facts, compiled once: `facts.yaml`, `words/courts.csv` and `places.csv`, as patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from caselight.definitions import Definition
from caselight.pack import Pack
from caselight.remembering import Lately
from caselight.structure.cards import CardRules, compile_cards
from caselight.structure.courts import REMEMBERED_NAMES, CourtRules, Register, build_register
from caselight.structure.dates import compile_dates
from caselight.structure.events import EventRules, compile_events
from caselight.structure.fold import Folding
from caselight.structure.forms import Endings
from caselight.structure.instances import InstanceRules, compile_instances
from caselight.structure.prefilter import Late
from caselight.structure.reading import REMEMBERED_VALUES, Readers
from caselight.structure.regions import RegionRules, compile_regions
from caselight.structure.rules import Rule, Shapes, compile_rules
from caselight.structure.statutes import StatuteRules, compile_statutes
from caselight.structure.zones import ZoneRules
from caselight.words import shortened

NOTHING = r"(?!)"  # a pattern that matches nowhere, for what a pack leaves out


class FactRules(NamedTuple):
    """Everything that finding facts needs to know."""

    rules: tuple[Rule, ...]
    zones: ZoneRules
    readers: Readers
    instances: InstanceRules
    events: EventRules | None
    cards: CardRules
    code_digits: int  # how many characters of a UID are the court's code
    region_digits: int  # how many characters of a court's code are its region
    regions: RegionRules


def compile_facts(pack: Pack) -> FactRules:
    """The rules of a pack; a pack without `facts.yaml` gives rules that find nothing.

    Raises:
        DefinitionError: a mistake in facts.yaml; the message names its line.
    """
    definition = pack.part("facts")
    data: Mapping[str, Any] = definition.data or {}
    pieces = {name: re.sub(r"\n\s*", "", str(piece)).strip() for name, piece in (data.get("shapes") or {}).items()}
    shapes = Shapes(pieces, pack.ships)
    lookalikes = {str(k): str(v) for k, v in (data.get("lookalikes") or {}).items()}
    folding = Folding.of(lookalikes)
    register = _register(pack, definition, shapes)
    codes = data.get("codes") or {}
    return FactRules(
        compile_rules(definition, shapes),
        _zones(definition, shapes, folding),
        _readers(definition, shapes, register),
        compile_instances(definition, shapes),
        compile_events(definition, shapes, shortened(pack.language)),
        compile_cards(definition, shapes, folding),
        int(codes.get("court_digits", 0)),
        int(codes.get("region_digits", 0)),
        compile_regions(
            shapes.compile(str(codes.get("region") or NOTHING), definition, "codes", "region"),
            pack.tables.get("places", ()),
        ),
    )


def _one(definition: Definition, shapes: Shapes, name: str) -> re.Pattern[str]:
    return shapes.compile(_in_one_line(definition, name), definition, name)


def _late(definition: Definition, shapes: Shapes, name: str) -> Late:
    return shapes.late(_in_one_line(definition, name), definition, name)


def _in_one_line(definition: Definition, name: str) -> str:
    return re.sub(r"\n\s*", "", str(definition.data.get(name) or NOTHING))


def _pairs(definition: Definition, shapes: Shapes, *key: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    entry: Any = definition.data
    for part in key:
        entry = (entry or {}).get(part)
    return tuple((shapes.compile(p, definition, *key, i), str(r)) for i, (p, r) in enumerate(entry or []))


def _zones(definition: Definition, shapes: Shapes, folding: Folding) -> ZoneRules:
    sections = definition.data.get("sections") or {}
    return ZoneRules(
        folding,
        frozenset(sections.get("head") or ()),
        frozenset(sections.get("operative") or ()),
        _late(definition, shapes, "head_ends"),
        _late(definition, shapes, "operative_begins") if definition.data.get("operative_begins") else None,
        _one(definition, shapes, "title"),
        _one(definition, shapes, "dateline_ends"),
    )


def _register(pack: Pack, definition: Definition, shapes: Shapes) -> Register:
    entry = definition.data.get("register") or {}
    place = shapes.compile(entry.get("place") or NOTHING, definition, "register", "place")
    return build_register(pack.tables.get("courts", ()), place, _pairs(definition, shapes, "register", "same"))


def _statutes(definition: Definition, shapes: Shapes) -> StatuteRules:
    entry = definition.data.get("statutes") or {}
    written = entry.get("words") or dict.fromkeys(("article", "part", "point", "and"), NOTHING)
    words = {name: shapes.expand(mark) for name, mark in written.items()}
    codes = {name: shapes.expand(pattern) for name, pattern in (entry.get("codes") or {}).items()}
    try:
        return compile_statutes(words, codes, entry.get("ordinals") or {}, shapes.tried)
    except re.error as error:
        raise definition.error(f"this pattern is not a regular expression: {error}.", "statutes") from None


def _readers(definition: Definition, shapes: Shapes, register: Register) -> Readers:
    data = definition.data
    patterns = tuple(
        (shapes.behind(needs, entry["pattern"], definition, "dates", i), needs)
        for i, (needs, entry) in enumerate((str(entry.get("needs", "")), entry) for entry in data.get("dates") or [])
    )
    dates = compile_dates(patterns, data.get("months") or {}, data.get("days") or {}, data.get("years") or {})
    return Readers(
        dates,
        _courts(definition, shapes, register),
        register,
        Endings.of(data.get("surname_endings") or {}, data.get("surname_exceptions") or {}),
        _statutes(definition, shapes),
        {str(k): str(v) for k, v in (data.get("code_letters") or {}).items()},
        tuple(((data.get("statutes") or {}).get("without_code") or {}).items()),
        _one(definition, shapes, "wiped"),
        Lately(REMEMBERED_VALUES),
    )


def _courts(definition: Definition, shapes: Shapes, register: Register) -> CourtRules:
    data = definition.data
    known = {word.lower() for name in register.names.values() for word in name.split()}
    templates = tuple(
        (shapes.compile(entry["pattern"], definition, "court_templates", i), str(entry["name"]))
        for i, entry in enumerate(data.get("court_templates") or [])
    )
    return CourtRules(
        _one(definition, shapes, "court_head"),
        templates,
        Endings.of(data.get("court_endings") or {}, data.get("court_exceptions") or {}),
        _pairs(definition, shapes, "spelling"),
        frozenset(data.get("small_words") or ()),
        {str(k): str(v) for k, v in (data.get("misread") or {}).items()},
        frozenset(known),
        Lately(REMEMBERED_NAMES),
    )
