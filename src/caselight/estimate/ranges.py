"""A number with its limits, as the functions beside this file give it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Limits are inclusive and hold with the level that was asked for: low <= estimate <= high."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one share is another."""

    estimate: float | None  # None = the share below has no positive among what was read
    low: float
    high: float | None  # None = without an upper limit: the share below may be 0
