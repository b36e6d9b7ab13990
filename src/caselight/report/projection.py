"""Longitudes and latitudes on the plane: Albers' equal-area conic, fitted to what is to be shown.

Areas stay true, so that no region looks larger than it is; the cut of the globe falls where nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import cos, radians, sin, sqrt

Point = tuple[float, float]
Project = Callable[[Point], Point]  # (longitude, latitude) -> (x, y), y downwards, in an unnamed unit
# Nearer to the equator than this the cone is as good as a cylinder, and its apex too far away to compute with.
_FLAT = 0.02


def fitted(points: Sequence[Point]) -> Project:
    """The projection for these points: standard parallels a sixth of the height inside, as is usual.

    Args:
        points: (n, 2) longitude, latitude in degrees; n >= 1.
    Source: Snyder, Map Projections (USGS PP 1395, 1987), equations 14-1 to 14-6; 10-1 and 10-2 for the cylinder.
    """
    cut = _widest_gap([x for x, _ in points])
    longitudes = [_after(cut, x) for x, _ in points]
    middle = (min(longitudes) + max(longitudes)) / 2
    south, north = min(y for _, y in points), max(y for _, y in points)
    sixth = (north - south) / 6
    phi_1, phi_2 = radians(south + sixth), radians(north - sixth)
    n = (sin(phi_1) + sin(phi_2)) / 2  # the cone's constant
    c = cos(phi_1) ** 2 + 2 * n * sin(phi_1)
    phi_0 = radians((south + north) / 2)

    def cone(at: Point) -> Point:
        rho, rho_0 = (sqrt(max(0.0, c - 2 * n * sin(phi))) / n for phi in (radians(at[1]), phi_0))
        theta = n * radians(_after(cut, at[0]) - middle)
        return rho * sin(theta), rho * cos(theta) - rho_0

    def cylinder(at: Point) -> Point:
        return radians(_after(cut, at[0]) - middle) * cos(phi_0), -sin(radians(at[1])) / cos(phi_0)

    return cylinder if abs(n) < _FLAT else cone


def _widest_gap(longitudes: Sequence[float]) -> float:
    """The longitude behind the widest stretch of the globe without a point: there the map begins.

    >>> _widest_gap([30.0, 100.0, 175.0, -170.0])
    30.0
    """
    order = sorted(set(longitudes))
    gaps = [(b - a, b) for a, b in pairwise(order)]
    return max([*gaps, (order[0] + 360 - order[-1], order[0])])[1]


def _after(cut: float, longitude: float) -> float:
    return longitude if longitude >= cut else longitude + 360
