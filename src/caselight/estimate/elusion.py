"""How complete a search was: of what the machine set aside some was drawn and read (elusion).

In: a draw of two strata, what the machine found and what it set aside. Out: at most how many it missed, and so at least
what share of all it found. One-sided: only "at most so many missed" is claimed.

Source: exact one-sided limits by the hypergeometric law, as in finite_population.py; see recall.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caselight.estimate.figures import Maker
from caselight.estimate.finite_population import lower_limit, upper_limit
from caselight.estimate.sample import Read, Sample, is_whole, verdicts
from caselight.types import Estimate, Stratum

MISSED, COMPLETE = "missed", "completeness"  # names of the two figures
ELUSION = "exact_elusion"


def elusion(variable: str, value: str, sample: Sample, answers: Mapping[str, Read]) -> Iterator[Estimate]:
    """At most how many were missed, and how complete the search was at least; nothing until all drawn units are read.

    Where everything found was read, what may go wrong is all with the missed; else half of it is with the found.
    """
    given = verdicts(answers, value)
    if not is_whole(sample, answers):
        return
    parts = {"found": Stratum(0, 0, 0, 0, "found"), "aside": Stratum(0, 0, 0, 0, "aside")}
    for name, units in sample.frame.items():
        read = [given[unit] for unit in sample.drawn[name]]
        part = "found" if name == f"{variable}={value}" else "aside"
        parts[part] = Stratum(len(units), len(read), sum(one is True for one in read), read.count(None), name)
    found, aside = parts["found"], parts["aside"]
    alpha = (1 - sample.level) if found.n == found.N else (1 - sample.level) / 2
    most = upper_limit(aside.x + aside.undecided, aside.n, aside.N, 1 - alpha)
    least = found.x if found.n == found.N else lower_limit(found.x, found.n, found.N, 1 - alpha)
    decided = aside.n - aside.undecided
    if not decided:
        return
    clear = found.n - found.undecided
    at, had = aside.N * aside.x / decided, (found.N * found.x / clear if clear else 0.0)
    maker = Maker(sample, variable, value)
    strata = [part for part in (found, aside) if part.N]
    yield maker.made(MISSED, ELUSION, (at, float(aside.x), float(most)), strata, given)
    if had + at and clear:
        low = least / (least + most) if least else 0.0
        yield maker.made(COMPLETE, ELUSION, (had / (had + at), low, 1.0), strata, given)
