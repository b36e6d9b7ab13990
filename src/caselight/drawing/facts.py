"""What the records state of each unit of a study, as parts of the pile are named: a year, a court, an instance."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from caselight.drawing.pile import members_of
from caselight.estimate import fact_values
from caselight.planning import Made
from caselight.tables import read_table


def facts_of(made: Made, unit: str) -> Callable[[str], Mapping[str, Sequence[str]]]:
    """Name of a fact -> unit -> its values; of a matter those of all its cases. Each fact is read once."""
    members = members_of(made, unit)
    known: dict[str, dict[str, tuple[str, ...]]] = {}

    def fact(name: str) -> Mapping[str, Sequence[str]]:
        if name not in known:
            of_case = fact_of_cases(made, name)
            known[name] = {
                one: tuple(dict.fromkeys(value for case in cases for value in of_case.get(case, ())))
                for one, cases in members.items()
            }
        return known[name]

    return fact


def fact_of_cases(made: Made, name: str) -> dict[str, tuple[str, ...]]:
    """Case -> its values of that fact; "year" (of the decision) and "instance" are facts too."""
    found: dict[str, tuple[str, ...]] = {}
    wanted = pa.array(["decision_date" if name == "year" else name])
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "instance", "facts"])
        column = part["facts"].combine_chunks()
        flat = column.flatten()
        keep = pc.is_in(flat.field("name"), wanted)
        rows = column.value_parent_indices().filter(keep).to_pylist()
        names, values = (flat.field(field).filter(keep).to_pylist() for field in ("name", "value"))
        facts: list[list[tuple[str, object]]] = [[] for _ in range(part.num_rows)]
        for row, fact, value in zip(rows, names, values, strict=True):
            facts[row].append((fact, json.loads(value)))
        told = zip(part["id"].to_pylist(), facts, part["instance"].to_pylist(), strict=True)
        found |= {case: fact_values(name, stated, instance) for case, stated, instance in told}
    return found
