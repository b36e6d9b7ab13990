"""Which section a paragraph belongs to, judged by its words: weights from the pack, decoded along the text.

The pack's words/sections.csv has a row per word and place, and a column of weights per section. Places: `any` (the word
stands somewhere in the paragraph), `start` (among its first four known words), `tenth` (the "word" is the tenth of the
body where the paragraph stands, 0 to 9), `size` (the "word" is the power of two of its length).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.errors import DefinitionError
from caselight.pack import Pack
from caselight.words import Forms, Words
from caselight.words.characters import hash_words

Weights = NDArray[np.float32]
FIRST_WORDS = 4  # known words at a paragraph's beginning that are judged a second time, as its beginning
TENTHS = 10
SIZES = 14  # powers of two: up to 16,384 characters
# A long paragraph must not outweigh its neighbours by its length alone: the sum over n words is divided by
# LENGTH_SCALE * sqrt(n). The scale only keeps the weights in the range of the others.
LENGTH_SCALE = 0.35


class WordRows:
    """Where the words of the weights stand in their tables. Looked up once for each form of a growing vocabulary."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self.count = len(words)  # V
        order = np.argsort(words)
        self._sorted, self._row = words[order], order.astype(np.int16)
        self._owner: object = None
        self._known = np.zeros(0, np.int16)

    def learn(self, forms: Forms) -> None:
        """Looks up those forms of a vocabulary that it has not met yet."""
        if forms.owner is None or forms.owner is not self._owner:
            self._owner, self._known = forms.owner, np.zeros(0, np.int16)
        new = forms.form[len(self._known) :]
        if len(new) and self.count:
            place = np.minimum(self._sorted.searchsorted(new), self.count - 1)
            row = np.where(self._sorted[place] == new, self._row[place], np.int16(self.count))
            self._known = np.concatenate([self._known, row])

    def of(self, words: Words) -> NDArray[np.int16]:
        """(T,) row of each word; V for words that have no weight, and for numbers."""
        self.learn(words.forms)
        return self._known.take(words.row) if self.count else np.zeros(len(words), np.int16)


class SectionWeights(NamedTuple):
    """V words, K sections. Row V of all tables is zero: it stands for every word that has no weight."""

    sections: tuple[str, ...]  # K names
    rows: WordRows
    anywhere: Weights  # (V + 1, K)
    beginning: Weights  # (V + 1, K)
    tenths: Weights  # (TENTHS, K)
    sizes: Weights  # (SIZES, K)


class Passage(NamedTuple):
    """Paragraphs to be judged, act by act in the order of the texts, as ranges of tokens."""

    act: NDArray[np.intp]  # (P,) number of its act: 0, 0, 0, 1, 1 ...
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
    place_of = {word: place for place, word in enumerate(words)}
    number = cache(lambda text: float(text or 0))  # few of thousands are different
    sizes = {"any": len(words) + 1, "start": len(words) + 1, "tenth": TENTHS, "size": SIZES}
    tables = {name: [[0.0] * len(names)] * size for name, size in sizes.items()}
    for line, row in enumerate(rows, start=2):
        if row["place"] not in tables:
            allowed = ", ".join(tables)
            raise DefinitionError(f"words/sections.csv:{line}: place {row['place']!r}; one of {allowed} is needed.")
        place = place_of[row["word"]] if row["place"] in ("any", "start") else int(row["word"])
        tables[row["place"]][place] = [number(row[name]) for name in names]
    array = {name: np.array(table, np.float32) for name, table in tables.items()}
    rows_of = WordRows(hash_words(words))
    return SectionWeights(names, rows_of, array["any"], array["start"], array["tenth"], array["size"])


def scores(words: Words, passage: Passage, weights: SectionWeights) -> NDArray[np.float32]:
    """(P, K) how well each paragraph fits each section; only differences within a row mean something.

    Args:
        words: of all the texts.
        passage: paragraphs of their acts. What stands between two of an act counts for the one before it.
        weights: of a pack.
    """
    unknown = weights.rows.count
    rows = weights.rows.of(words)
    kept = (rows != unknown).nonzero()[0]
    known = np.append(rows.take(kept), np.int16(unknown))
    first, last = kept.searchsorted(passage.first), kept.searchsorted(passage.last)
    total = np.zeros((len(first), len(weights.sections)), np.float32)
    some = (first < last).nonzero()[0]  # paragraphs with a word that has a weight
    if len(some):
        total[some] = _sums(weights.anywhere.take(known, axis=0), first, last, some, passage.act)
        total[some] /= (LENGTH_SCALE * np.sqrt(last[some] - first[some]))[:, None]
        openings = first[:, None] + _FIRST
        inside = openings < last[:, None]
        openings[~inside] = 0
        beginning = np.where(inside, known.take(openings), unknown)
        total += weights.beginning.take(beginning, axis=0).sum(axis=1)
    total += weights.tenths[passage.tenth]
    total += weights.sizes[np.minimum(np.log2(passage.size + 1).astype(np.intp), SIZES - 1)]
    return total


def _sums(
    vectors: Weights, first: NDArray[np.intp], last: NDArray[np.intp], some: NDArray[np.intp], act: NDArray[np.intp]
) -> Weights:
    """The sum of the vectors of each paragraph in `some`: up to where the next of them begins, or its act ends."""
    acts = np.arange(int(act[-1]) + 1)
    ends = last[np.searchsorted(act, acts, "right") - 1]
    of_paragraph = np.arange(len(some)) + act[some]  # among the edges, where each act before it has its end, too
    of_end = np.searchsorted(act[some], acts, "right") + acts
    edges = np.zeros(len(some) + len(acts), np.intp)
    edges[of_paragraph], edges[of_end] = first[some], ends
    sums: Weights = np.add.reduceat(vectors, edges, axis=0)[of_paragraph]
    return sums


_FIRST = np.arange(FIRST_WORDS)


def best_paths(score: NDArray[np.float64], lengths: NDArray[np.intp], change_costs: float) -> NDArray[np.intp]:
    """(P,) the section of each paragraph, so that in each act the sum of scores less the costs of changes is greatest.

    Args:
        score: (P, K) of the paragraphs of all acts, one act after the other; -inf where a section is out of question.
        lengths: number of paragraphs of each act, at least 1.
        change_costs: what passing from one section to another takes away.
    """
    order = np.argsort(-lengths, kind="stable")  # at each step the acts that go on stand first
    begin, falling = (np.cumsum(lengths) - lengths)[order], -lengths[order]
    own = np.arange(score.shape[1])
    came_from = np.zeros(score.shape, np.intp)
    total = score[begin]
    best = np.zeros(len(lengths), np.intp)  # the section that each act ends with, in `order`
    going = falling.searchsorted(-np.arange(1, int(lengths.max(initial=0)) + 1)).tolist()  # acts with more paragraphs
    for step, count in enumerate(going, start=1):
        best[count : len(total)] = total[count:].argmax(axis=1)
        total = total[:count]
        least = total.max(axis=1, keepdims=True) - change_costs
        stays = total >= least
        here = begin[:count] + step
        came_from[here] = np.where(stays, own, total.argmax(axis=1)[:, None])
        total = np.where(stays, total, least) + score[here]
    path = np.zeros(len(score), np.intp)
    for step, count in reversed(list(enumerate(going, start=1))):
        here = begin[:count] + step
        path[here] = best[:count]
        best[:count] = came_from[here, best[:count]]
    path[begin] = best
    return path
