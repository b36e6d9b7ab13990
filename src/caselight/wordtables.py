"""The words of a bucket as two small tables, and back: coding anew then needs no text to be cut again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from caselight.words import BORDER, UNLISTED, Vocabulary, Words

_SENTENCE, _CLAUSE = 1, 2
_SIZES = (np.uint8, np.uint16, np.int32)  # of numbers, the first that holds them all: nearly always one byte or two


def words_tables(words: Words) -> dict[str, pa.Table]:
    """Tables `tokens` (one row a word: row in `forms`, characters between it and the word before, its length, what
    begins there) and `forms`. Lemmas and letters are in neither: the vocabulary knows them by the form.
    """
    row, form, listed = words.compact()
    behind = np.append(0, words.end[:-1])  # the end of the word before
    behind[words.first[:-1]] = 0
    # A border keeps its sentence number too, so numbers are rebuilt by counting what begins.
    begins = _begins(words.sentence, words.first) * _SENTENCE | _begins(words.clause, words.first) * _CLAUSE
    tokens = {
        "row": _small(row),
        "gap": _small(words.start - behind),
        "length": _small(words.end - words.start),
        "begins": begins,
    }
    return {
        "tokens": pa.table({name: _numbers_array(column) for name, column in tokens.items()}),
        "forms": pa.table({"form": _numbers_array(form), "listed": _flags_array(np.arange(len(form)) < listed)}),
    }


def _numbers_array(numbers: NDArray[Any]) -> pa.Array:
    """Around the same memory. `pa.array` would load numpy.ma to do so, in every worker anew."""
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])


def _flags_array(flags: NDArray[np.bool_]) -> pa.Array:
    """As `_numbers_array`: Arrow has eight of them in a byte."""
    return pa.Array.from_buffers(pa.bool_(), len(flags), [None, pa.py_buffer(np.packbits(flags, bitorder="little"))])


def _small(numbers: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """The same numbers, none of them negative, in as few bytes each as hold them."""
    most = numbers.max(initial=0)
    size = next(size for size in _SIZES if most <= np.iinfo(size).max)
    return numbers.astype(size)


def _begins(number: NDArray[np.int32], first: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(T,) uint8: 1 where the number within the text goes up; it begins at 0 in each text."""
    flags = np.zeros(len(number), np.uint8)
    flags[1:] = number[1:] != number[:-1]
    flags[first[:-1]] = 0
    return flags


def words_of(tokens: pa.Table, forms: pa.Table, texts: Sequence[str], vocabulary: Vocabulary) -> Words | None:
    """The words that `words_tables` made two tables of, as words of this vocabulary; None if it lacks one of them.

    So what is known of a form (which phrases it fits, whether it tells who speaks) is known for all tables alike.
    """
    form, listed = forms["form"].to_numpy(), forms["listed"].to_numpy()
    place = vocabulary.look_up(form)
    place[:2] = BORDER, UNLISTED
    if (place[listed] < 0).any():
        return None
    place[~listed] = UNLISTED
    row = tokens["row"].to_numpy()
    length = tokens["length"].to_numpy()
    begins = tokens["begins"].to_numpy()
    first = np.concatenate([[0], np.flatnonzero(row == 0) + 1]).astype(np.int64)
    run = np.cumsum(tokens["gap"].to_numpy() + length.astype(np.int64))  # of all characters up to the word's end
    before = np.append(0, run)[first[:-1]]  # those of the texts before
    end = (run - np.repeat(before, np.diff(first))).astype(np.int32)
    return Words(
        texts=tuple(texts),
        form=form[row],
        start=end - length.astype(np.int32),
        end=end,
        first=first,
        sentence=_numbers(begins & _SENTENCE, first),
        clause=_numbers((begins & _CLAUSE) // _CLAUSE, first),
        row=place[row],
        forms=vocabulary.forms,
    )


def _numbers(begins: NDArray[np.uint8], first: NDArray[np.int64]) -> NDArray[np.int32]:
    running = np.cumsum(begins, dtype=np.int32)
    return running - np.repeat(running[first[:-1]], np.diff(first)) if len(first) > 1 else running
