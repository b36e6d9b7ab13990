"""What planned looks and running ranges cost, in widths of the range of one look: for docs/decisions/0005.

python benchmarks/looks.py
"""

from __future__ import annotations

import numpy as np

from caselight.estimate.anytime import running_range
from caselight.estimate.stratified import count
from caselight.types import Stratum

# Cases, cases read, share with the code: small and large piles, rare and frequent codes.
SETTINGS = ((2000, 100, 0.05), (2000, 300, 0.05), (2000, 100, 0.3), (10_000, 300, 0.01), (600, 100, 0.1))
DRAWS = 40  # of each setting; medians then move by less than 0.01 from seed to seed
RIGHT = 0.8  # share of the machine's flags that are right; it flags a tenth more cases than have the code


def main() -> None:
    """Prints the median ratio of widths and where nine tenths of them lie."""
    chance = np.random.default_rng(5)
    looks, running = [], []
    for size, n, share in SETTINGS:
        with_code, flagged = int(size * share), int(size * share * 1.1)
        right = int(flagged * RIGHT)
        for _ in range(DRAWS):
            read = min(n // 4, flagged)
            x = int(chance.hypergeometric(right, flagged - right, read))
            missed = int(chance.hypergeometric(with_code - right, size - flagged - with_code + right, n - read))
            strata = [Stratum(flagged, read, x), Stratum(size - flagged, n - read, missed)]
            one, two = count(strata, 0.95), count(strata, 0.975)
            looks.append((two.high - two.low) / (one.high - one.low))
            simple = int(chance.hypergeometric(with_code, size - with_code, n))
            exact, anytime = count([Stratum(size, n, simple)]), running_range(simple, n, size)
            running.append((anytime[1] - anytime[0]) / (exact.high - exact.low))
    for name, ratios in (("two planned looks", looks), ("running range", running)):
        low, middle, high = np.quantile(ratios, [0.05, 0.5, 0.95])
        print(f"{name}: {middle:.2f} times as wide as one look (5 % to 95 %: {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
