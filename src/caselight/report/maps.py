"""Maps as SVG that need no network: squares for the pack's regions, or the user's own outlines and places with circles.

A square is as large for a small region as for a large one, and a circle's area follows the number of cases, so that no
empty land is louder than what was found. Every number stands in a table beside the map as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

from caselight.report.geography import Outline, Point, Region
from caselight.report.interface import Interface, made_html, safe
from caselight.report.projection import Project, fitted
from caselight.report.tiles import Ground, on_world

# All in units of the view box; one unit is about one pixel at the width it is shown.
_SIDE, _STEP = 46, 49  # of a square, and from one to the next
_WIDTH, _MARGIN = 980, 30
_LEAST_RADIUS, _MOST_RADIUS = 4.0, 26.0
_HOLDS_NUMBER = 11.0  # a circle of this radius holds its number; that of a smaller one stands beside
_FINE = 2.0  # points of an outline that are nearer to each other are one
_FULL = 25  # cases of a full-sized circle, where no place has more
_LETTER = 7.0  # about the width of a letter in a name or number
STEPS = (1, 10, 100, 1000)  # cases from which a square is one shade darker: with each digit of the number


Disc = tuple[float, float, float]  # centre, radius
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Mark:
    """So many cases somewhere."""

    key: str  # of its number: the table beside the report, then the row
    name: str
    cases: int
    told: str  # name and numbers as a sentence, plain text
    file: str = ""  # list of the cases; "" = there is none
    at: Point | None = None  # None = of a region, whose outline says where


def shade(cases: int) -> int:
    """How dark a square is: 0 without a case, else the number of its digits, at most four.

    >>> [shade(n) for n in (0, 1, 9, 10, 999, 5000, 20000)]
    [0, 1, 1, 2, 3, 4, 4]
    """
    return sum(cases >= step for step in STEPS)


def squares(regions: Sequence[Region], marks: Mapping[str, Mark], words: tuple[str, str], t: Interface) -> Markup:
    """One square a region, roughly where it lies.

    Args:
        marks: code of a region -> its cases.
        words: title and description, plain text.
    """
    shown = [region for region in regions if region.code in marks or not region.only_with_cases]
    left, top = min(region.column for region in shown), min(region.row for region in shown)
    width = (max(region.column for region in shown) - left + 1) * _STEP
    height = (max(region.row for region in shown) - top + 1) * _STEP
    parts: list[str] = []
    for region in shown:
        x, y = (region.column - left) * _STEP + 1, (region.row - top) * _STEP + 1
        parts += _square(region, marks.get(region.code), (x, y), t)
    return _svg("squares", (width, height), words, parts)


def _square(region: Region, mark: Mark | None, at: tuple[int, int], t: Interface) -> Iterator[str]:
    (x, y), middle = at, at[0] + _SIDE / 2
    if mark:
        yield f'<a href="{safe(mark.file)}"><title>{safe(mark.told)}</title>'
    name = region.short(t.language)
    small = " small" if len(name) > 6 else ""
    yield f'<rect class="square s{shade(mark.cases if mark else 0)}" x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}"/>'
    yield f'<text class="place{small}" x="{middle:g}" y="{y + 17}" text-anchor="middle">{safe(name)}</text>'
    if mark:
        yield _number(mark, middle, y + 36, t)
        yield "</a>"


def _number(mark: Mark, x: float, y: float, t: Interface) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="middle"'
    return f'<text class="cases" data-of="{safe(mark.key)}" {at}>{t.number(mark.cases)}</text>'


def circles(
    outlines: Sequence[Outline],
    marks: Mapping[str, Mark],
    words: tuple[str, str],
    t: Interface,
    ground: Ground | None = None,
) -> Markup:
    """Outlines as lines, with a circle for each mark: at its place, or in the middle of its region.

    Args:
        marks: code of a region, or name of a place -> its cases.
        words: title and description, plain text.
        ground: tiles to draw it over; then it is in their projection and shows their box.
    """
    points = [p for o in outlines for ring in o.rings for p in ring] + [m.at for m in marks.values() if m.at]
    project = on_world if ground else fitted(points)
    shapes = {id(o): [[project(p) for p in ring] for ring in o.rings] for o in outlines}
    points = [project(point) for point in points]
    scale, size = _over(ground) if ground else _scaled(points)
    of_region: dict[str, list[list[Point]]] = {}
    for outline in outlines:
        of_region.setdefault(outline.region, []).extend(shapes[id(outline)])
    middles = {region: _middle(rings) for region, rings in of_region.items() if region and rings}
    parts = [_path([[scale(p) for p in ring] for ring in shapes[id(o)]]) for o in outlines if o.rings]
    tiles = _tiles(ground, scale) if ground else ()
    parts[:0] = [f'<rect class="ground" width="{size[0]}" height="{size[1]}"/>', *tiles]
    most = max([_FULL, *(mark.cases for mark in marks.values())])
    taken: list[Box] = []
    written: list[str] = []  # over all circles
    for key, mark in sorted(marks.items(), key=lambda one: (-one[1].cases, one[0])):  # small ones lie on top
        where = project(mark.at) if mark.at else middles.get(key)
        if where is not None:
            radius = max(_LEAST_RADIUS, _MOST_RADIUS * sqrt(mark.cases / most))
            disc = (*scale(where), radius)
            parts += _circle(mark, disc)
            written += _written(mark, disc, taken, t)
    return _svg("circles tiled" if ground else "circles", size, words, [*parts, *written])


def _over(ground: Ground) -> tuple[Project, tuple[int, int]]:
    """From the square of the world to the view box, and the size of that."""
    west, north, east, south = ground.box
    unit = _WIDTH / (east - west)
    return lambda at: ((at[0] - west) * unit, (at[1] - north) * unit), (_WIDTH, round((south - north) * unit))


def _tiles(ground: Ground, scale: Project) -> Iterator[str]:
    size = 2.0**-ground.zoom
    for tile in ground.tiles:
        (left, top), (right, bottom) = (scale(((tile.column + i) * size, (tile.row + i) * size)) for i in (0, 1))
        # Half a unit more, so that no seam shows between two tiles.
        place = f'x="{left:.2f}" y="{top:.2f}" width="{right - left + 0.5:.2f}" height="{bottom - top + 0.5:.2f}"'
        file = safe(ground.name(tile))
        yield f'<image class="tile" href="{file}" {place} preserveAspectRatio="none" aria-hidden="true"/>'


def _circle(mark: Mark, disc: Disc) -> Iterator[str]:
    x, y, radius = disc
    yield f'<a href="{safe(mark.file)}">' if mark.file else "<g>"
    yield f'<title>{safe(mark.told)}</title><circle class="amount" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    yield "</a>" if mark.file else "</g>"


def _written(mark: Mark, disc: Disc, taken: list[Box], t: Interface) -> Iterator[str]:
    """The number of a circle and the name of a place, as far as these cover no other."""
    x, y, radius = disc
    half = _LETTER * len(t.number(mark.cases)) / 2
    middle = x if radius >= _HOLDS_NUMBER else x + radius + 3 + half
    if _takes((middle - half, y - 7, middle + half, y + 7), taken):
        yield _number(mark, middle, y + 4, t)
    half = _LETTER * len(mark.name) / 2
    middle = min(max(x, half), _WIDTH - half)
    if mark.at is not None and _takes((middle - half, y - radius - 16, middle + half, y - radius - 2), taken):
        at = f'x="{middle:.1f}" y="{y - radius - 5:.1f}" text-anchor="middle"'
        yield f'<text class="place" {at}>{safe(mark.name)}</text>'


def _takes(box: Box, taken: list[Box]) -> bool:
    """Whether nothing is written there yet; if so, it is taken."""
    left, top, right, bottom = box
    if any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken):
        return False
    taken.append(box)
    return True


def _scaled(points: Sequence[Point]) -> tuple[Project, tuple[int, int]]:
    """From the projection's plane to the view box, and the size of that; a single point stands in the middle."""
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    width, height = right - left, bottom - top
    inside = _WIDTH - 2 * _MARGIN
    unit = min(inside / width if width else 1.0, 0.7 * inside / height if height else 1.0) if width or height else 1.0
    across, down = round(width * unit) + 2 * _MARGIN, round(height * unit) + 2 * _MARGIN
    shift = (_WIDTH - across) / 2

    def scale(point: Point) -> Point:
        return _MARGIN + shift + (point[0] - left) * unit, _MARGIN + (point[1] - top) * unit

    return scale, (_WIDTH, max(down, 4 * _MARGIN))


def _path(rings: Sequence[Sequence[Point]]) -> str:
    """An outline without the points that cannot be told apart at this size."""
    drawn = []
    for ring in rings:
        kept = [ring[0]]
        for point in ring[1:]:
            if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= _FINE:
                kept.append(point)
        drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z")
    return f'<path class="land" d="{"".join(drawn)}"/>'


def _middle(rings: Sequence[Sequence[Point]]) -> Point:
    """The centre of gravity of the largest ring."""
    return max((_gravity(ring) for ring in rings), key=lambda found: found[0])[1]


def _gravity(ring: Sequence[Point]) -> tuple[float, Point]:
    """Area of a ring, and its centre of gravity."""
    twice, x, y = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        twice, x, y = twice + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return abs(twice) / 2, (x / (3 * twice), y / (3 * twice)) if twice else ring[0]


def _svg(kind: str, size: tuple[int, int], words: tuple[str, str], parts: Sequence[str]) -> Markup:
    """Not role=img: its links are to be reached."""
    title, told = words
    name = f"map-{kind.split(maxsplit=1)[0]}"
    return made_html(
        f'<svg class="map {kind}" viewBox="0 0 {size[0]} {size[1]}" role="group" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{safe(title)}</title><desc id="{name}-d">{safe(told)}</desc>{"".join(parts)}</svg>'
    )
