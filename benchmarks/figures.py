"""Do the figures hold? Known answers, coverage, completeness, whatever may come in, speed, and real records.

    python benchmarks/figures.py [--shared DIR] [--json FILE] [--quick] [--only PART ...]

Parts: oracles, exact (every outcome of a draw), adversarial, searches, always_looking, groups (differences, trends),
sums (totals of numbers), agreed, inputs, speed, appeals and rulings (real records). --quick takes fewer of everything.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from figures_exact import exact
from figures_groups import agreed, groups, sums
from figures_inputs import inputs, speed
from figures_random import adversarial, always_looking, searches
from figures_real import appeals, rulings
from oracles import check
from product import SHARED, Figure, figure, tell


def oracles(shared: Path) -> Iterator[Figure]:
    """Share of the known answers that the product gives, by topic and in all."""
    found = check(shared)
    sizes = Counter(case.topic for case in found)
    right = Counter(case.topic for case in found if case.passed)
    for topic, size in sizes.items():
        wrong = " ".join(case.name for case in found if case.topic == topic and not case.passed)
        yield figure(f"known answers, {topic}", right[topic] / size, "= 1", f"{size} cases {wrong}".strip())
    yield figure("known answers, all", sum(right.values()) / len(found), "= 1", f"{len(found)} cases")


Part = Callable[[Path, bool], Iterator[Figure]]
PARTS: dict[str, Part] = {
    "oracles": lambda shared, _quick: oracles(shared),
    "exact": lambda _shared, quick: exact(quick),
    "adversarial": lambda _shared, quick: adversarial(quick),
    "searches": lambda _shared, quick: searches(quick),
    "always_looking": lambda _shared, quick: always_looking(quick),
    "groups": lambda _shared, quick: groups(quick),
    "sums": lambda _shared, quick: sums(quick),
    "agreed": lambda _shared, quick: agreed(quick),
    "inputs": lambda _shared, quick: inputs(quick),
    "speed": lambda _shared, quick: speed(quick),
    "appeals": lambda shared, quick: appeals(shared, 300 if quick else 2_000),
    "rulings": lambda shared, quick: rulings(shared, 300 if quick else 2_000),
}


def main() -> int:
    """1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--json", type=Path, default=None, metavar="FILE")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    options = parser.parse_args()
    told = [row for name in options.only for row in PARTS[name](options.shared, options.quick)]
    return tell("Do the figures hold?", told, options.json)


if __name__ == "__main__":
    raise SystemExit(main())
