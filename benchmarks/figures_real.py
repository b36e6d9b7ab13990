"""Real records that people coded in full are a pile whose truth is known: the product's coder, draw and figures."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from caselight.codebook import load_codebook
from caselight.estimate import RECALL, Read, Sample, estimated
from caselight.estimate.stratified import count
from caselight.review import FrameRow, allocate, draw
from caselight.types import Stratum
from product import Figure, figure
from quality import RALLY_OUTCOMES
from quality_coding import APPEALS, coded, structured

SEED = 20261129
# A value that nobody and no machine gave has nothing to be wrong about.
LEAST_CASES = 1


def appeals(shared: Path, draws: int) -> Iterator[Figure]:
    """Opinions of the New Mexico Court of Appeals: the outcome, coded by people and by the product."""
    with gzip.open(shared / "data/us-nm-appeals/nm_human300.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    answers = coded({row["id"]: row["text"] for row in rows}, "us", "appeal-outcome")
    truth = {row["id"]: APPEALS[row["human_label"]] for row in rows}
    machine = {row["id"]: str(answers[row["id"], "outcome"].value) for row in rows}
    for n in (60, 120):
        yield from _covered(f"New Mexico, n = {n}", truth, machine, n, draws)
    yield from _estimated(truth, machine, 120, draws // 5)


def rulings(shared: Path, draws: int) -> Iterator[Figure]:
    """Real rulings: the outcome, marked by hand and read by the product."""
    texts, truth = {}, {}
    for path in sorted((shared / "data/rally").glob("*.json")):
        marked = json.loads(path.read_text("utf-8"))["outcome"]
        if marked:
            texts[path.stem] = path.with_suffix(".txt").read_bytes().decode("utf-8")
            truth[path.stem] = RALLY_OUTCOMES.get(marked[0], marked[0])
    machine = {}
    for name, case in structured(texts, "ru").items():
        machine[name] = next((str(f.value) for f in case.facts if f.name == "outcome"), "undetermined")
    for n in (40, 80):
        yield from _covered(f"rulings, n = {n}", truth, machine, n, draws)


def _covered(title: str, truth: Mapping[str, str], machine: Mapping[str, str], n: int, draws: int) -> Iterator[Figure]:
    """Coverage for each answer, by draws in strata of the machine's answer and by simple draws parted afterwards."""
    values = sorted({v for v, k in Counter(truth.values()).items() if k >= LEAST_CASES})
    worst: dict[str, float] = {}
    for value in values:
        strata = {case: "yes" if machine[case] == value else "no" for case in truth}
        worst[value] = _share_covered(truth, strata, value, n, draws)
    at = min(worst, key=lambda value: worst[value])
    told = ", ".join(f"{value} {share:.3f}" for value, share in worst.items())
    note = f"{len(truth)} cases, {draws:,} draws each; {told}"
    yield figure(f"{title}: covers, worst answer ({at})", worst[at], ">= 0.94", note)
    naive = "; ".join(
        f"{value} {sum(m == value for m in machine.values())} for {sum(t == value for t in truth.values())}"
        for value in values
    )
    wrong = sum(Counter(machine.values())[v] != Counter(truth.values())[v] for v in values) / len(values)
    yield figure(f"{title}: answers that the machine's count misses, share", wrong, "", naive)


def _estimated(truth: Mapping[str, str], machine: Mapping[str, str], n: int, draws: int) -> Iterator[Figure]:
    """The figures as a study gives them: simple draws, parted afterwards by what the machine said; recall, too."""
    outcome = next(v for v in load_codebook("appeal-outcome").variables if v.name == "outcome")
    cases, chance = sorted(truth), np.random.default_rng(SEED)
    codes = {case: {"outcome": machine[case]} for case in cases}
    right = Counter(truth.values())
    both = Counter(value for case, value in truth.items() if machine[case] == value)
    held: dict[tuple[str, str], list[bool]] = {}
    for _ in range(draws):
        drawn = [cases[i] for i in chance.permutation(len(cases))[:n]]
        sample = Sample({"all": cases}, {"all": drawn}, codes, 0.95, "standard")
        for e in estimated(outcome, sample, {case: Read(truth[case]) for case in drawn}):
            if right[e.value] and e.low is not None and e.high is not None:
                known = both[e.value] / right[e.value] if e.name == RECALL else right[e.value]
                held.setdefault((e.name, e.method), []).append(e.low - 1e-9 <= known <= e.high + 1e-9)
    for (name, method), times in held.items():
        share = sum(times) / len(times)
        note = f"{len(times):,} figures of all answers in {draws} draws"
        yield figure(f"New Mexico, simple draw of {n}: {name} ({method}) covers", share, ">= 0.94", note)


def _share_covered(truth: Mapping[str, str], strata: Mapping[str, str], value: str, n: int, draws: int) -> float:
    frame = [FrameRow(case, "", strata[case]) for case in truth]
    counts = Counter(strata.values())
    sizes = allocate(dict(sorted(counts.items())), n, "no")
    right = sum(t == value for t in truth.values())
    chance, held = np.random.default_rng(SEED), 0
    for _ in range(draws):
        drawn = draw(frame, sizes, "".join(map(str, chance.integers(0, 10, 20))), 0)
        seen = Counter(one.stratum for one in drawn if truth[one.case] == value)
        found = count([Stratum(counts[name], sizes[name], seen[name]) for name in sizes])
        held += found.low <= right <= found.high
    return held / draws
