"""Whether two readings of texts found the same words."""

from __future__ import annotations

import numpy as np

from caselight.words import Words


def same(a: Words, b: Words) -> bool:
    names = ("form", "lemma", "other", "start", "end", "first", "sentence", "clause")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)
