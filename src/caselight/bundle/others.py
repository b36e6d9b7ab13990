"""The draws of a bundle against each other: that none was set aside, and that no seed was used for two of them.

Whoever may draw until the figures please him has drawn nothing by chance. So a commitment names the draws that were
there before it, and what a later draw names must be in the bundle as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import EVERY, Draw
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import DRAWS
from caselight.bundle.reading import read_text


def check_others(bundle: Bundle, draws: Sequence[Draw], verdict: Verdict) -> None:
    """Every draw that another names is there as it was named; draws of one seed extend each other."""
    for draw in draws:
        for named in _named(draw):
            _check_named(bundle, draw, named, verdict)
    by_number = {draw.number: draw for draw in draws}
    for one, two in combinations([draw for draw in draws if draw.seed], 2):
        alike = one.seed == two.seed
        if alike and one.number not in _extended(two, by_number) and two.number not in _extended(one, by_number):
            file = f"{DRAWS}{two.number}/seed.txt"
            told = f"a seed of its own, or an extension of draw {one.number}", two.seed
            verdict.wrong(Fault("draw", "seed_twice", file, "", *told, EVERY))


def _named(draw: Draw) -> Iterator[Mapping[str, Any]]:
    """The draws that its commitment names: all that were there before it, and the one that it extends."""
    earlier, extended = draw.commitment.get("earlier", ()), draw.commitment.get("extension")
    yield from earlier
    if extended and (extended["draw"], extended["sha256"]) not in {(one["draw"], one["sha256"]) for one in earlier}:
        yield extended


def _check_named(bundle: Bundle, draw: Draw, named: Mapping[str, Any], verdict: Verdict) -> None:
    place, right = f"{DRAWS}{named['draw']}/", str(named["sha256"])
    file = place + "commitment.json"
    found = hashlib.sha256(read_text(bundle, file).encode()).hexdigest() if file in bundle.sizes else ""
    if found != right:
        where = f"named by draw {draw.number}"
        verdict.wrong(Fault("draw", "draw_set_aside", file, where, right, found or "-", EVERY))
    elif named.get("thrown") and place + "drawn.tsv" not in bundle.sizes:
        where = f"thrown, says draw {draw.number}"
        verdict.wrong(Fault("draw", "draw_set_aside", place + "drawn.tsv", where, "", "", EVERY))


def _extended(draw: Draw, by_number: Mapping[str, Draw]) -> set[str]:
    """The numbers of the draws that this one extends: the one before it, that one's, and so on."""
    found: set[str] = set()
    number = draw.commitment.get("extension", {}).get("draw", "")
    while number in by_number and number not in found:
        found.add(number)
        number = by_number[number].commitment.get("extension", {}).get("draw", "")
    return found
