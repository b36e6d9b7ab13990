"""Pieces of many acts as arrays: paragraphs, cut at borders and, where they are long, at their sentences.

Places are counted in all texts one after the other, so that one search finds what stands where in each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.structure.codes import Places
from caselight.types import Document
from caselight.words import Words


class Layout(NamedTuple):
    """Where A acts and T words stand in all texts one after the other."""

    acts: list[tuple[int, int, int]]  # number of the text, start and end in it
    text: NDArray[np.intp]  # (A,) number of the text
    base: Places  # (A,) where the act's text begins
    begin: Places  # (A,) where the act begins
    token: Places  # (T,) where each word begins


class Pieces(NamedTuple):
    """P pieces of acts, in order; none is empty."""

    act: NDArray[np.intp]  # (P,)
    start: Places  # (P,) in all texts
    end: Places


def lay_out(documents: Sequence[Document], words: Words) -> Layout:
    """The acts of these documents, whose words `words` are."""
    acts = [(i, act.start, act.end) for i, document in enumerate(documents) for act in document.acts()]
    span = max([int(words.start.max(initial=0)), *(len(document.text) for document in documents)]) + 1
    text = np.array([i for i, _, _ in acts], np.intp)
    base = text.astype(np.int64) * span
    begin = base + np.array([start for _, start, _ in acts], np.int64)
    token = np.repeat(np.arange(len(documents)) * span, np.diff(words.first)) + words.start
    return Layout(acts, text, base, begin, token)


def cut_at(places: Places, pieces: Pieces, layout: Layout, is_blank: Callable[[int, int, int], bool]) -> Pieces:
    """The pieces cut at these places; what is blank of those that are cut is left out.

    Args:
        places: in order.
        pieces: to be cut.
        layout: where they stand.
        is_blank: of an act's number, start and end; asked where there is no word.
    """
    if not len(pieces.act):
        return pieces
    at = pieces.start.searchsorted(places, "right") - 1
    inside = (at >= 0) & (places > pieces.start[at]) & (places < pieces.end[at])
    if not inside.any():
        return pieces
    at = at[inside]
    cut = np.zeros(len(pieces.act), np.bool_)
    cut[at] = True
    made, cut = _cut(pieces, places[inside], at), np.insert(cut, at, True)
    rows = cut.nonzero()[0]
    token = layout.token
    rows = rows[token.searchsorted(made.start[rows]) == token.searchsorted(made.end[rows])]
    columns = (column[rows].tolist() for column in made)
    blank = [row for row, *one in zip(rows.tolist(), *columns, strict=True) if is_blank(*one)]
    return Pieces(*(np.delete(column, blank) for column in made)) if blank else made


def sentences_of(pieces: Pieces, longest: int, layout: Layout, words: Words) -> Pieces:
    """The pieces; of those with more than `longest` characters, the sentences, each with the space after it."""
    if not len(pieces.act):
        return pieces
    begins = (words.sentence[1:] != words.sentence[:-1]).nonzero()[0] + 1
    places = layout.token[begins]
    at = pieces.start.searchsorted(places, "right") - 1
    first = layout.token.searchsorted(pieces.start)  # before its first word a piece is not cut
    inside = (at >= 0) & (places < pieces.end[at]) & (pieces.end - pieces.start > longest)[at] & (begins > first[at])
    return _cut(pieces, places[inside], at[inside])


def _cut(pieces: Pieces, places: Places, at: NDArray[np.intp]) -> Pieces:
    """The pieces cut at these places, each of which stands inside piece `at`; both in order."""
    return Pieces(
        np.insert(pieces.act, at, pieces.act[at]),
        np.insert(pieces.start, at + 1, places),
        np.insert(pieces.end, at, places),
    )
