"""A draw that nobody can call cherry-picked: the frame is published first, then public dice fall, then tickets decide.

    ticket of a case = sha256(seed + line feed + case id), in hex; in each stratum the n_h smallest tickets are drawn

Whoever has the published frame and the seed can draw again with coreutils; the order of the frame does not matter, and
a larger draw with the same seed holds the smaller one. Source of the method: risk-limiting election audits (Stark).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from caselight.types import Drawn

# Share of a draw that goes to the cases which the machine flagged; with more, misses among the others stay unseen.
FLAGGED_SHARE = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One case that may be drawn."""

    case: str
    text: str  # sha256 of its text, hex
    stratum: str


def ticket(seed: str, case: str) -> str:
    """64 hex digits: `printf '%s\\n%s' "$seed" "$case" | sha256sum`.

    >>> ticket("60853020971157277135", "case-003")[:16]
    '1584904e37620e5a'
    """
    return hashlib.sha256(f"{seed}\n{case}".encode()).hexdigest()


def frame_text(rows: Iterable[FrameRow]) -> str:
    """The frame as it is published: a line for each case, tab-separated, sorted by case."""
    return "".join(f"{row.case}\t{row.text}\t{row.stratum}\n" for row in sorted(rows, key=lambda row: row.case))


def digest_of(text: str) -> str:
    """sha256 of the text in UTF-8, hex: what `sha256sum` prints for its file."""
    return hashlib.sha256(text.encode()).hexdigest()


def allocate(sizes: Mapping[str, int], n: int, rest: str) -> dict[str, int]:
    """How many cases are drawn in each stratum.

    A quarter of the draw goes to the strata that the machine flagged (all of their cases, if they are no more; their
    share of the pile, if that is larger), in proportion to their sizes but at least one each; the others to the
    stratum `rest`, where misses are.

    >>> allocate({"yes": 240, "no": 1760}, 100, "no")
    {'yes': 25, 'no': 75}

    Args:
        sizes: stratum -> N_h, at least 1 each.
        n: cases to be drawn in all, at least as many as there are strata, at most the sum of `sizes`.
        rest: name of the stratum of the cases that the machine did not flag.
    """
    flagged = {name: size for name, size in sizes.items() if name != rest}
    many = sum(flagged.values())
    room = sizes.get(rest, 0)
    share = min(many, round(n * max(FLAGGED_SHARE, Fraction(many, many + room))))
    share = min(n - min(room, 1), many, max(share, n - room, len(flagged)))
    found = _in_proportion(flagged, share) | ({rest: n - share} if room else {})
    return {name: found[name] for name in sizes}


def _in_proportion(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """n parted by size, at least one each while that lasts; largest remainders get what is left (Hamilton)."""
    least = dict.fromkeys(sizes, 0)
    for name in sorted(sizes, key=lambda name: (-sizes[name], name))[:n]:
        least[name] = 1
    left = n - sum(least.values())
    open_ = {name: size - least[name] for name, size in sizes.items()}
    whole = sum(open_.values())
    exact = {name: Fraction(left * size, whole) if whole else Fraction(0) for name, size in open_.items()}
    found = {name: least[name] + int(part) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name))
    for name in by_remainder[: n - sum(found.values())]:
        found[name] += 1
    return found


def draw(frame: Sequence[FrameRow], sizes: Mapping[str, int], seed: str, doubles: int) -> list[Drawn]:
    """The drawn cases in the order of their tickets, which is the order in which they are read.

    Args:
        frame: every case that may be drawn.
        sizes: stratum -> n_h.
        seed: what the dice showed, digits only.
        doubles: how many of the drawn are read by a second coder too; those with the smallest tickets of all.
    """
    strata: dict[str, list[tuple[str, str]]] = {}
    for row in frame:
        strata.setdefault(row.stratum, []).append((ticket(seed, row.case), row.case))
    drawn = []
    for name, tickets in strata.items():
        probability = sizes[name] / len(tickets)
        drawn += [(mark, case, name, probability) for mark, case in sorted(tickets)[: sizes[name]]]
    return [
        Drawn(case, stratum, mark, number, probability, number <= doubles)
        for number, (mark, case, stratum, probability) in enumerate(sorted(drawn), 1)
    ]


def enlarged(sizes: Mapping[str, tuple[int, int]], more: int) -> dict[str, int]:
    """n_h of each stratum when `more` are drawn, parted as the draw was, none less than before, none more than it has.

    >>> enlarged({"no": (1760, 75), "yes": (240, 25)}, 40)
    {'no': 105, 'yes': 35}

    Args:
        sizes: stratum -> N_h, n_h so far.
        more: at most what is left of all strata together.
    """
    found = {name: n for name, (_, n) in sizes.items()}
    drawn = sum(found.values())
    while more:
        room = {name: size - found[name] for name, (size, _) in sizes.items() if size > found[name]}
        weight = {name: Fraction(max(sizes[name][1], 1), max(drawn, 1)) for name in room}
        exact = {name: more * weight[name] / sum(weight.values()) for name in room}
        part = {name: min(room[name], int(exact[name])) for name in room}
        if not any(part.values()):  # fewer are left than there are strata: by the largest remainder
            first = min(room, key=lambda name: (-exact[name], name))
            part = {first: 1}
        for name, n in part.items():
            found[name] += n
        more -= sum(part.values())
    return found
