"""Where cases are: the pack's regions, and the outlines, places and tiles in the study's folder `map`.

Records word a place as they like ("у дома 5 на Манежной площади"). It is put on a map only where the user's own list of
places names it, in any inflection; nothing is looked up and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from caselight.pack import Pack
from caselight.report.contents import Atlas, CaseRow
from caselight.report.geography import Place, read_outlines, read_places, read_regions
from caselight.tiling import has_tiles, own_file, read_ground, tile_stamps
from caselight.words.lemmas import lemmatiser

_WORD = re.compile(r"\w+")
_FILES = {"outlines": "outlines.geojson", "places": "places.csv"}
Words = tuple[frozenset[str], ...]  # for each word of a text its possible lemmas


def atlas(study: Path, pack: Pack, rows: Iterable[CaseRow]) -> Atlas:
    """What the maps of a study are drawn from.

    Raises:
        DefinitionError: one of the files has a mistake; the message names its line.
    """
    given = {name: found for name, file in _FILES.items() if (found := own_file(study, f"map/{file}"))}
    outlines = read_outlines(given["outlines"].read_bytes(), "map/outlines.geojson") if "outlines" in given else ()
    places = read_places(given["places"].read_bytes(), "map/places.csv") if "places" in given else ()
    regions = read_regions(pack.regions, f"{pack.name}/map/regions.csv")
    place_of = placed(places, {r.id: r.event_place for r in rows}, pack.language)
    at = {place.name: place.at for place in places}
    points = [at[name] for name in sorted(set(place_of.values()))]
    return Atlas(regions, outlines, places, place_of, cache(lambda: read_ground(study, points)), has_tiles(study))


def map_stamps(study: Path, pack: Pack) -> list[str]:
    """Changes with anything that maps are drawn from."""
    files = [file for name in _FILES.values() if (file := study / "map" / name).is_file()]
    return [
        repr(pack.regions),
        *tile_stamps(study),
        *(f"{file.name} {sha256(file.read_bytes()).hexdigest()}" for file in files),
    ]


def placed(places: Sequence[Place], texts: Mapping[str, str], language: str) -> dict[str, str]:
    """Name of the place that each text names, by the key of the text; of several the one with the most words.

    >>> placed([Place("Красная площадь", (37.62, 55.75))], {"a": "на Красной площади, у дома 1", "b": "у дома 1"}, "ru")
    {'a': 'Красная площадь'}
    """
    if not places:
        return {}
    lemmas = lemmatiser(language)

    @cache
    def meanings(word: str) -> frozenset[str]:
        return frozenset(lemmas(word)) | {word}

    def words(text: str) -> Words:
        return tuple(meanings(word) for word in _WORD.findall(text.lower().replace("ё", "е")))

    wanted = [(place.name, words(place.name)) for place in places]
    wanted.sort(key=lambda one: (-len(one[1]), -len(one[0])))

    @cache
    def place_in(text: str) -> str:
        found = words(text)
        return next((name for name, parts in wanted if parts and any(_stands(parts, found))), "")

    return {key: name for key, text in texts.items() if text and (name := place_in(text))}


def _stands(wanted: Words, text: Words) -> Iterator[bool]:
    """For each place of the text, whether the words wanted begin there."""
    for start in range(len(text) - len(wanted) + 1):
        yield all(a & b for a, b in zip(wanted, text[start:], strict=False))
