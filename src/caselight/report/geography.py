"""What maps are drawn from: the pack's regions as squares, and the outlines and places that a user brings.

map/regions.csv        of a pack: code,ru,en,short_ru,short_en,column,row,drawn
map/outlines.geojson   of a study: polygons; those with the property "region" belong to the region of that code
map/places.csv         of a study: place,latitude,longitude
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caselight.errors import DefinitionError

Point = tuple[float, float]  # longitude, latitude, in degrees
_PLACE_COLUMNS = ("place", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Region:
    """One square of the map."""

    code: str  # the value of the fact "region"
    names: Mapping[str, str]  # language -> name
    shorts: Mapping[str, str]  # language -> the name as the square holds it, at most eight characters
    column: int
    row: int
    only_with_cases: bool  # no square of the plain map: drawn where the pile has cases of it

    def called(self, language: str) -> str:
        """Its name in this language, or in any."""
        return self.names.get(language) or next(iter(self.names.values()), self.code)

    def short(self, language: str) -> str:
        """Its name in the square."""
        return self.shorts.get(language) or next(iter(self.shorts.values()), self.code)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of events, as the user calls it."""

    name: str
    at: Point


@dataclass(frozen=True, slots=True)
class Outline:
    """An area, drawn as a line around it."""

    region: str  # code; "" = of no region, drawn as ground
    rings: tuple[tuple[Point, ...], ...]


def read_regions(rows: Sequence[Mapping[str, str]], file: str) -> tuple[Region, ...]:
    """The regions of a pack.

    Raises:
        DefinitionError: FILE:LINE, what is wrong there.
    """
    found = []
    taken: dict[object, int] = {}
    for line, row in enumerate(rows, 2):
        try:
            place = int(row["column"]), int(row["row"])
            names = {key: text for key, text in row.items() if len(key) == 2 and text}
            shorts = {
                key.removeprefix("short_"): text for key, text in row.items() if key.startswith("short_") and text
            }
            region = Region(row["code"], names, shorts, *place, row.get("drawn") == "cases")
        except (KeyError, TypeError, ValueError, AttributeError):
            what = "a region needs code, a name by language (en), short_en, and whole numbers for column and row"
            raise DefinitionError(f"{file}:{line}: {what}.") from None
        for key in (region.code, place):
            if key in taken:
                what = f"{key!r} stands in line {taken[key]} already"
                raise DefinitionError(f"{file}:{line}: {what}. Give each region a code and a place of its own.")
            taken[key] = line
        found.append(region)
    return tuple(found)


def read_places(untrusted: bytes, file: str) -> tuple[Place, ...]:
    """The places of a study, each once, in the order of the file.

    Raises:
        DefinitionError: FILE:LINE, what is wrong there, and what is allowed.
    """
    try:
        reader = csv.DictReader(io.StringIO(untrusted.decode("utf-8-sig"), newline=""))
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DefinitionError(f"{file}:1: cannot be read ({error}). Save it as CSV with commas, in UTF-8.") from None
    if not set(_PLACE_COLUMNS) <= set(reader.fieldnames or ()):
        raise DefinitionError(f"{file}:1: the columns {', '.join(_PLACE_COLUMNS)} are needed, parted by commas.")
    found: dict[str, Place] = {}
    for line, row in enumerate(rows, 2):
        name = (row["place"] or "").strip()
        try:
            latitude, longitude = float(row["latitude"]), float(row["longitude"])
        except (TypeError, ValueError):
            latitude, longitude = 999.0, 999.0
        if not name or name in found or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            what = "a place of its own name with latitude (-90 to 90) and longitude (-180 to 180) in degrees is needed"
            raise DefinitionError(f"{file}:{line}: {what}, such as: Red Square,55.7539,37.6208")
        found[name] = Place(name, (longitude, latitude))
    return tuple(found.values())


def read_outlines(untrusted: bytes, file: str) -> tuple[Outline, ...]:
    """The outlines of a study, from GeoJSON.

    Raises:
        DefinitionError: it is no GeoJSON with polygons.
    Source: RFC 7946, sections 3.1.6, 3.1.7 and 3.3.
    """
    try:
        data = json.loads(untrusted.decode("utf-8-sig"))
        found = tuple(_outline(feature) for feature in data["features"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"
        what = f"this is no GeoJSON FeatureCollection of polygons, with longitude and latitude in degrees ({why})"
        raise DefinitionError(f"{file}:1: {what}.") from None
    if not any(outline.rings for outline in found):
        raise DefinitionError(f"{file}:1: there is no Polygon or MultiPolygon in it. Save the outlines as polygons.")
    return found


def _outline(feature: Mapping[str, Any]) -> Outline:
    geometry = feature["geometry"] or {}
    code = (feature.get("properties") or {}).get("region")
    return Outline("" if code is None else str(code), tuple(_rings(geometry)))


def _rings(geometry: Mapping[str, Any]) -> Iterator[tuple[Point, ...]]:
    shape, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    polygons = [coordinates] if shape == "Polygon" else coordinates if shape == "MultiPolygon" else []
    for polygon in polygons:
        for ring in polygon:
            points = tuple((float(at[0]), float(at[1])) for at in ring)
            if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points):
                raise ValueError("a point outside -180 to 180 and -90 to 90 degrees")
            yield points
