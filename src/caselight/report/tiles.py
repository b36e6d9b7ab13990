"""Tiles of a map that the user brings, and which of them lie under the places that are shown. No picture is opened.

Tiles are squares of the whole world in Web Mercator: at zoom z there are 2**z by 2**z of them, numbered from the
north-west.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan

from caselight.errors import DefinitionError

Point = tuple[float, float]  # longitude, latitude, in degrees
Box = tuple[float, float, float, float]  # west, north, east, south; the whole world is 0 to 1 both ways
Address = tuple[int, int]  # column, row, from the north-west

MOST_ZOOM = 22
MOST_TILES = 40  # under one map: more take long to open from a stick, and cannot be told apart on a screen
MOST_BYTES = 512 * 1024  # of one tile; a photograph of 512 pixels has 100 to 300 thousand
_MOST_LATITUDE = 85.05  # degrees; Web Mercator ends there
_ROOM = 1.3  # what is shown, of what the places span
_LEAST = (2.0, 1.25)  # tiles that are shown at least, across and down: a tile is drawn no larger than 490 pixels
_TALLEST = 0.8  # height of a map, of its width
_MAGIC: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("png", lambda data: data.startswith(b"\x89PNG\r\n\x1a\n")),
    ("jpg", lambda data: data.startswith(b"\xff\xd8\xff")),
    ("webp", lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture, as it was brought."""

    column: int
    row: int
    suffix: str  # png | jpg | webp, by its first bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies under the map of places."""

    zoom: int
    box: Box  # that is shown
    tiles: tuple[Tile, ...]
    attribution: str  # plain text, from outside; "" = none

    def name(self, tile: Tile) -> str:
        """The tile's file in the report."""
        return f"tiles/{self.zoom}-{tile.column}-{tile.row}.{tile.suffix}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A zoom, the box that is shown, and the tiles at hand that lie in it."""

    zoom: int
    box: Box
    tiles: tuple[Address, ...]


def on_world(at: Point) -> Point:
    """Where a point lies in the square of the world, 0 to 1 from the west and from the north.

    >>> on_world((0.0, 0.0))
    (0.5, 0.5)
    """
    latitude = max(-_MOST_LATITUDE, min(_MOST_LATITUDE, at[1]))
    return (at[0] + 180) / 360, (1 - asinh(tan(radians(latitude))) / pi) / 2


def shown(points: Sequence[Point], zoom: int) -> Box:
    """The box around these points, with room for circles, as wide as two tiles at least, and broader than high."""
    across, down = zip(*map(on_world, points), strict=True)
    size = 2.0**-zoom
    height = min(1.0, max(_ROOM * (max(down) - min(down)), _LEAST[1] * size))
    width = min(1.0, max(_ROOM * (max(across) - min(across)), _LEAST[0] * size, height / _TALLEST))
    west = min(max(0.0, (min(across) + max(across) - width) / 2), 1 - width)
    north = min(max(0.0, (min(down) + max(down) - height) / 2), 1 - height)
    return west, north, west + width, north + height


def under(box: Box, zoom: int) -> tuple[range, range]:
    """Columns and rows of the tiles that the box touches."""
    last = 2**zoom - 1
    west, north, east, south = (floor(side * 2**zoom) for side in box)
    return range(max(0, west), min(last, east) + 1), range(max(0, north), min(last, south) + 1)


def choose(
    points: Sequence[Point], zooms: Collection[int], at_hand: Callable[[int, range, range], Collection[Address]]
) -> Choice | None:
    """The closest zoom that covers the box, or covers most of it; None = no tile lies under it.

    Args:
        zooms: that there are tiles of.
        at_hand: (zoom, columns, rows) -> which of these tiles there are.
    """
    best: tuple[float, Choice] | None = None
    for zoom in sorted(zooms, reverse=True):
        box = shown(points, zoom)
        columns, rows = under(box, zoom)
        if len(columns) * len(rows) > MOST_TILES:
            continue
        tiles = sorted(at_hand(zoom, columns, rows))
        share = len(tiles) / (len(columns) * len(rows))
        if tiles and (best is None or share > best[0]):
            best = (share, Choice(zoom, box, tuple(tiles)))
        if share == 1:
            break
    return best[1] if best else None


def ground(
    choice: Choice, pictures: Mapping[Address, bytes], attribution: str, name: Callable[[Address], str]
) -> Ground:
    """The tiles, if each is a picture of a kind that browsers show, and none too large.

    Args:
        name: what a tile is called in a message.
    Raises:
        DefinitionError: one of them is something else.
    """
    tiles = []
    for (column, row), data in pictures.items():
        suffix = next((suffix for suffix, fits in _MAGIC if fits(data)), "")
        if not suffix:
            what = f"is no PNG, JPEG or WebP picture, it begins with {data[:8]!r}"
            raise DefinitionError(f"{name((column, row))}: this tile {what}. Bring raster tiles, not vector tiles.")
        if len(data) > MOST_BYTES:
            what = f"has {len(data):,} bytes, and {MOST_BYTES:,} is the most"
            raise DefinitionError(f"{name((column, row))}: this tile {what}. Make tiles of 256 or 512 pixels.")
        tiles.append(Tile(column, row, suffix, data))
    return Ground(choice.zoom, choice.box, tuple(tiles), attribution)
