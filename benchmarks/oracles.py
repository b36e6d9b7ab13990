"""Known answers: every case of SHARED/oracles is worked out by the product and compared.

A case tells by its id and its inputs which function it is about. One named `...trap` holds the wrong answer of a
well-known program: the product must give another, or refuse.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight.errors import Refused
from caselight.estimate import agreement, anytime, clusters, contrasts, design, machine_assisted, missing, recall
from caselight.estimate.finite_population import limits, lower_limit, upper_limit
from caselight.estimate.proportions import clopper_pearson, jeffreys, wilson, wilson_finite
from caselight.estimate.stratified import count
from caselight.review.draw import ticket
from caselight.types import Stratum

Inputs = dict[str, Any]
# Kinds whose expected answer is a whole number need none; sums of floats differ in their last digits.
LEAST_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Checked:
    """A case and what the product gave."""

    topic: str
    name: str
    expected: Any
    got: Any
    passed: bool


def check(shared: Path) -> list[Checked]:
    """Every case of every topic."""
    found = []
    for path in sorted((shared / "oracles").glob("*.json")):
        known = json.loads(path.read_text("utf-8"))
        found += [_checked(known["topic"], case) for case in known["cases"]]
    return found


def _checked(topic: str, case: dict[str, Any]) -> Checked:
    try:
        got = TOPICS[topic](case["id"], case["inputs"])
    except Refused as refused:
        got = f"refused: {refused}"
    expected = case["expected"]
    alike = isinstance(got, str) == isinstance(expected, str) and _alike(got, expected, case.get("tol", 0.0))
    if "trap" in case["id"]:
        alike = got == "holds" if isinstance(expected, str) else not alike
    return Checked(topic, case["id"], expected, got, alike)


def _alike(got: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, list):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(expected)
            and all(_alike(a, b, tolerance) for a, b in zip(got, expected, strict=True))
        )
    if isinstance(expected, str) or expected is None or got is None:
        return bool(got == expected)
    return abs(got - expected) <= max(tolerance, LEAST_TOLERANCE)


def proportions(name: str, given: Inputs) -> Any:
    method = {"wilson": wilson, "clopper": clopper_pearson, "jeffreys": jeffreys}[name.partition("_")[0]]
    return method(given["x"], given["n"], given.get("level", 0.95))


def finite_population(name: str, given: Inputs) -> Any:
    seen = (given["x"], given["n"], given["N"], given.get("level", 0.95))
    if name.startswith("wilson"):
        return wilson_finite(*seen)
    if "side" in given:
        return {"upper": upper_limit, "lower": lower_limit}[given["side"]](*seen)
    return limits(*seen, mid_p="midp" in name)


def stratified(name: str, given: Inputs) -> Any:
    strata, level = [Stratum(s["N"], s["n"], s["x"]) for s in given["strata"]], given.get("level", 0.95)
    if "trap" in name:
        return "holds" if _refused(strata) and count(strata).low < count(strata).high else "degenerate"
    if name.endswith("est_se"):
        return design.share_with_error(strata)
    if "svyciprop" in name:
        return (design.stratified_logit if "logit" in name else design.stratified_beta)(strata, level)
    if "mover" in name:
        size = sum(s.N for s in strata)
        return [limit / size for limit in count(strata, level, mid_p="midp" in name).raw]
    found = count(strata, level, "fisher" if "fisher" in name else "certified")
    return [found.low, found.high]


def _refused(strata: list[Stratum]) -> bool:
    for method in (design.stratified_logit, design.stratified_beta):
        try:
            method(strata)
        except Refused:
            continue
        return False
    return True


def machine(name: str, given: Inputs) -> Any:
    s, level = given["sample"], given.get("level", 0.95)
    checked = machine_assisted.Checked(given["N"], given["N1"], s["TP"], s["FP"], s["FN"], s["TN"])
    if name.startswith("difference"):
        return machine_assisted.difference(checked)
    if name.startswith("greg"):
        return machine_assisted.post_stratified(checked)
    if name.startswith("ppi"):
        found = machine_assisted.prediction_powered(checked, level, 1.0 if "lam1" in name else None)
        return [found.estimate, found.low, found.high]
    strata = [
        Stratum(given["N1"], s["TP"] + s["FP"], s["TP"]),
        Stratum(given["N"] - given["N1"], s["FN"] + s["TN"], s["FN"]),
    ]
    interval = count(strata, level, mid_p="midp" in name)
    at = interval.estimate
    return [None if at is None else at / given["N"], *(limit / given["N"] for limit in interval.raw)]


def clustered(name: str, given: Inputs) -> Any:
    if "pi" in given:
        return clusters.horvitz_thompson(given["pi"], given["y"])
    at, error, freedom = clusters.ratio(given["defendants"], given["positive"], given["N_cases"])
    level = given.get("level", 0.95)
    if name.endswith("beta"):
        return design.beta_interval(at, error, sum(given["defendants"]), freedom, level)
    return design.logit_interval(at, error, freedom, level)


def contrasted(_name: str, given: Inputs) -> Any:
    if "period1" in given:
        first, second = ([Stratum(*row) for row in given[period]] for period in ("period1", "period2"))
        return contrasts.difference_with_error(second, first)
    found = contrasts.newcombe(given["x1"], given["n1"], given["x2"], given["n2"], given.get("level", 0.95))
    return [found.low, found.high]


def corrected(_name: str, given: Inputs) -> Any:
    rates = (given["sens"], given["spec"], given.get("level", 0.95))
    found = machine_assisted.rogan_gladen(given["pos"], given["tested"], *rates).share
    return [found.estimate, found.low, found.high]


def agreed(name: str, given: Inputs) -> Any:
    if "table" in given:
        return agreement.kappa_of_table(given["table"], given.get("weights") or "")
    if "value_counts" in given:
        units = [[place for place, n in enumerate(row) for _ in range(n)] for row in given["value_counts"]]
    else:
        units = [[frozenset(v) if isinstance(v, list) else v for v in u if v is not None] for u in given["units"]]
    if "ac1" in name and not name.startswith("alpha"):
        return agreement.ac1(units)
    return agreement.alpha(units, given.get("metric", "nominal"))


def at_any_time(_name: str, given: Inputs) -> Any:
    level = given.get("level", 1 - given.get("alpha", 0.05))
    return list(anytime.running_range(given["x"], given["n"], given["N"], level, tuple(given.get("prior", (1, 1)))))


def complete(_name: str, given: Inputs) -> Any:
    if "discard_pile" in given:
        seen = (given["found_verified"], given["discard_pile"], given["sampled"], given["relevant_in_sample"])
        found = recall.completeness(*seen, level=given.get("level", 0.95))
        return [found.missed, found.recall, found.recall_with_drawn]
    if "target" in given:
        relevant = [True] * given["relevant"] + [False] * (given["seen"] - given["relevant"])
        return recall.light_buscar(relevant, given["N"], given["target"])
    return recall.light_least_positives(given["recall"], given.get("confidence", 0.95))


def drawn(_name: str, given: Inputs) -> Any:
    return sorted(given["ids"], key=lambda case: (ticket(given["seed"], case), case))


def hidden(_name: str, given: Inputs) -> Any:
    if "se_max" in given:
        return missing.imbens_manski(given["width"], given["se_max"], given.get("level", 0.95))
    return missing.if_hidden(*given["ci_published"], given["unpublished_share"])


TOPICS: dict[str, Callable[[str, Inputs], Any]] = {
    "proportions": proportions,
    "finite_population": finite_population,
    "stratified": stratified,
    "machine_assisted": machine,
    "clusters": clustered,
    "contrasts": contrasted,
    "rogan_gladen": corrected,
    "agreement": agreed,
    "anytime": at_any_time,
    "recall": complete,
    "draw": drawn,
    "missing": hidden,
}
