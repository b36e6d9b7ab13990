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
class Slots:
    """Where a word's row is found at once: row[(hash * factor) >> SLOT_SHIFT], V for an empty slot."""

    factor: np.uint64
    row: NDArray[np.int16]  # (2 ** SLOT_BITS,)

    @classmethod
    def of(cls, forms: NDArray[np.uint64]) -> Slots:
        """Slots in which no two of the words meet: of some hundred factors, the first that keeps them apart."""
        generator = np.random.default_rng(0)
        for _ in range(10_000):
            factor = np.uint64(generator.integers(1, 1 << 62) * 2 + 1)
            places = (forms * factor) >> SLOT_SHIFT
            if len(np.unique(places)) == len(forms):
                row = np.full(1 << SLOT_BITS, len(forms), np.int16)
                row[places] = np.arange(len(forms))
                return cls(factor, row)
        raise DefinitionError(f"words/sections.csv:1: {len(forms)} words are too many; 2,500 are enough.")


# 2^18 slots for 1,400 words take half a megabyte and find a row in 10 ns; a binary search takes 50.
SLOT_BITS = 18
SLOT_SHIFT = np.uint64(64 - SLOT_BITS)


@dataclass(frozen=True, slots=True)
class SectionWeights:
    """V words, K sections. Row V of all tables is zero: it stands for every word that has no weight."""

    sections: tuple[str, ...]  # K names
    forms: NDArray[np.uint64]  # (V + 1,) hashes of the words; the last one is 0, which no word has
    slots: Slots
    anywhere: Weights  # (V + 1, K)
    beginning: Weights  # (V + 1, K)
    tenths: Weights  # (TENTHS, K)
    sizes: Weights  # (SIZES, K)


@dataclass(frozen=True, slots=True)
class Passage:
    """Paragraphs to be judged, as ranges of one text's tokens."""

    first: NDArray[np.intp]  # (P,) index of each paragraph's first token
    last: NDArray[np.intp]  # (P,) index after its last token
    tenth: NDArray[np.signedinteger]  # (P,) 0 to 9
    size: NDArray[np.signedinteger]  # (P,) characters


def compile_weights(pack: Pack) -> SectionWeights | None:
    """The weights of the pack; None where it has no words/sections.csv."""
    rows = pack.tables.get("sections")
    if not rows:
        return None
    names = tuple(name for name in rows[0] if name not in ("word", "place"))
    words = sorted({row["word"] for row in rows if row["place"] in ("any", "start")})
    forms = hash_words(words)
    place_of = {word: place for place, word in enumerate(words)}
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
    return SectionWeights(
        names,
        np.append(forms, np.uint64(0)),
        Slots.of(forms),
        tables["any"],
        tables["start"],
        tables["tenth"],
        tables["size"],
    )


def scores(forms: NDArray[Any], passage: Passage, weights: SectionWeights) -> NDArray[np.float32]:
    """(P, K) how well each paragraph fits each section; only differences within a row mean something.

    Args:
        forms: (T,) hashes of all words of the text.
        passage: its paragraphs, in order, one after the other.
        weights: of a pack.
    """
    begin, unknown = int(passage.first[0]), len(weights.forms) - 1
    part = forms[begin : int(passage.last[-1])]
    rows = weights.slots.row[(part * weights.slots.factor) >> SLOT_SHIFT]
    kept = (weights.forms[rows] == part).nonzero()[0]
    known = rows[kept]
    first = kept.searchsorted(passage.first - begin)
    last = kept.searchsorted(passage.last - begin)
    total = np.zeros((len(first), len(weights.sections)), np.float32)
    some = (first < last).nonzero()[0]  # paragraphs with a word that has a weight
    if len(some):
        words = weights.anywhere.take(known[: last[-1]], axis=0)
        total[some] = np.add.reduceat(words, first[some], axis=0)
        total[some] /= (LENGTH_SCALE * np.sqrt(last[some] - first[some]))[:, None]
        openings = first[:, None] + _FIRST
        inside = openings < last[:, None]
        openings[~inside] = 0
        beginning = np.where(inside, known[openings], unknown)
        total += weights.beginning.take(beginning, axis=0).sum(axis=1)
    total += weights.tenths[passage.tenth]
    total += weights.sizes[np.minimum(np.log2(passage.size + 1).astype(np.intp), SIZES - 1)]
    return total


_FIRST = np.arange(FIRST_WORDS)


def best_path(score: Sequence[Sequence[float]], change_costs: float) -> list[int]:
    """The section of each paragraph, so that the sum of scores less the cost of every change is the greatest."""
    total = list(score[0])
    came_from: list[list[int]] = []
    for row in score[1:]:
        highest = max(total)
        best, least = total.index(highest), highest - change_costs
        came_from.append([k if own >= least else best for k, own in enumerate(total)])
        total = [(own if own >= least else least) + here for own, here in zip(total, row, strict=True)]
    path = [total.index(max(total))]
    for previous in reversed(came_from):
        path.append(previous[path[-1]])
    return path[::-1]
