"""Which section a paragraph belongs to, judged by its words: weights from the pack, decoded along the text.

The pack's words/sections.csv has a row per word and place, and a column of weights per section. Places: `any` (the word
stands somewhere in the paragraph), `start` (among its first four known words), `tenth` (the "word" is the tenth of the
body where the paragraph stands, 0 to 9), `size` (the "word" is the power of two of its length).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caselight.errors import DefinitionError
from caselight.pack import Pack
from caselight.words.characters import hash_words

Weights = NDArray[np.float32]
FIRST_WORDS = 4  # known words at a paragraph's beginning that are judged a second time, as its beginning
TENTHS = 10
SIZES = 14  # powers of two: up to 16,384 characters
# A long paragraph must not outweigh its neighbours by its length alone: the sum over n words is divided by
# LENGTH_SCALE * sqrt(n). The scale only keeps the weights in the range of the others.
LENGTH_SCALE = 0.35


@dataclass(frozen=True, slots=True)
class SectionWeights:
    """V words, K sections. Row V of both tables is zero: it stands for every word that has no weight."""

    sections: tuple[str, ...]  # K names
    forms: NDArray[np.uint64]  # (V,) hashes of the words, sorted
    anywhere: Weights  # (V + 1, K)
    beginning: Weights  # (V + 1, K)
    tenths: Weights  # (TENTHS, K)
    sizes: Weights  # (SIZES, K)


@dataclass(frozen=True, slots=True)
class Passage:
    """Paragraphs to be judged, as ranges of one text's tokens."""

    first: NDArray[np.intp]  # (P,) index of each paragraph's first token
    last: NDArray[np.intp]  # (P,) index after its last token
    tenth: NDArray[np.intp]  # (P,) 0 to 9
    size: NDArray[np.intp]  # (P,) characters


def compile_weights(pack: Pack) -> SectionWeights | None:
    """The weights of the pack; None where it has no words/sections.csv."""
    rows = pack.tables.get("sections")
    if not rows:
        return None
    names = tuple(name for name in rows[0] if name not in ("word", "place"))
    words = sorted({row["word"] for row in rows if row["place"] in ("any", "start")})
    hashes = hash_words(words)
    order = np.argsort(hashes)
    place_of = {words[i]: place for place, i in enumerate(order.tolist())}
    tables = {
        "any": np.zeros((len(words) + 1, len(names)), np.float32),
        "start": np.zeros((len(words) + 1, len(names)), np.float32),
        "tenth": np.zeros((TENTHS, len(names)), np.float32),
        "size": np.zeros((SIZES, len(names)), np.float32),
    }
    for line, row in enumerate(rows, start=2):
        if row["place"] not in tables:
            allowed = ", ".join(tables)
            raise DefinitionError(f"words/sections.csv:{line}: place {row['place']!r}; one of {allowed} is needed.")
        place = place_of[row["word"]] if row["place"] in ("any", "start") else int(row["word"])
        tables[row["place"]][place] = [float(row[name] or 0) for name in names]
    return SectionWeights(names, hashes[order], tables["any"], tables["start"], tables["tenth"], tables["size"])


def known_words(forms: NDArray[Any], weights: SectionWeights) -> NDArray[np.intp]:
    """(T,) row of each token's word in the tables; V for words without weights."""
    place = np.searchsorted(weights.forms, forms)
    place[place == len(weights.forms)] = 0
    return np.where(weights.forms[place] == forms, place, len(weights.forms))


def scores(forms: NDArray[Any], passage: Passage, weights: SectionWeights) -> NDArray[np.float64]:
    """(P, K) how well each paragraph fits each section; only differences within a row mean something."""
    unknown = len(weights.forms)
    rows = known_words(forms, weights)
    kept = np.flatnonzero(rows != unknown)
    first, last = np.searchsorted(kept, passage.first), np.searchsorted(kept, passage.last)
    # Running sums give each paragraph's sum as a difference; float64 keeps the rounding away from the weights.
    sums = np.zeros((len(kept) + 1, len(weights.sections)))
    np.cumsum(weights.anywhere[rows[kept]], axis=0, out=sums[1:])
    total: NDArray[np.float64] = (sums[last] - sums[first]) / (LENGTH_SCALE * np.sqrt(np.maximum(last - first, 1)))[
        :, None
    ]
    padded = np.append(rows[kept], np.full(FIRST_WORDS, unknown))
    for i in range(FIRST_WORDS):
        here = np.where(first + i < last, padded[first + i], unknown)
        total += weights.beginning[here]
    size = np.minimum(np.log2(passage.size + 1).astype(np.intp), SIZES - 1)
    total += weights.tenths[passage.tenth] + weights.sizes[size]
    return total


def best_path(score: Sequence[Sequence[float]], change_costs: float) -> list[int]:
    """The section of each paragraph, so that the sum of scores less the cost of every change is the greatest."""
    total = list(score[0])
    came_from: list[list[int]] = []
    for row in score[1:]:
        best = max(range(len(total)), key=total.__getitem__)
        least = total[best] - change_costs
        came_from.append([k if own >= least else best for k, own in enumerate(total)])
        total = [(own if own >= least else least) + here for own, here in zip(total, row, strict=True)]
    path = [max(range(len(total)), key=total.__getitem__)]
    for previous in reversed(came_from):
        path.append(previous[path[-1]])
    return path[::-1]
