"""Elements of a parsed page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from selectolax.lexbor import LexborCSSSelector

# A selector engine of its own for each page costs as much as five searches with this one.
find: Callable[[str, Any], list[Any]] = LexborCSSSelector().find  # type: ignore[no-untyped-call]
