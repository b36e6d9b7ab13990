"""Text as integers, once: every word as the hash of its form and of its lemmas, with its place, sentence and clause.

In: texts, and the vocabulary that knows the lemmas. Out: `Words`, arrays over all words of all texts. Words are runs of
letters and digits; a hyphen parts words, a full stop inside a number (20.2) and an apostrophe inside a word do not.
Soft hyphens, combining marks, hyphens at the end of a line, letter case and ё make no difference.
A new language is one `XX.csv` of abbreviations here and, if there is a stemmer for it, one line in `lemmas.py`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.words.characters import CODE, DIGIT, Hashes, distinct, fold, ranked
from caselight.words.sentences import breaks, shortened
from caselight.words.texts import Texts
from caselight.words.tokens import Scan, scan
from caselight.words.vocabulary import BORDER, LONGEST, UNLISTED, Collision, Forms, Rows, Vocabulary, is_word

__all__ = [
    "BORDER",
    "UNLISTED",
    "Collision",
    "Forms",
    "Texts",
    "Vocabulary",
    "Words",
    "distinct",
    "forms_of",
    "is_word",
    "joined",
    "lemma_id",
    "meant",
    "shortened",
    "tokenise",
]

# Characters, about, whose new words are learned together. It decides in which order a vocabulary comes to know them,
# and so the order of rows in what is stored.
_RUN_CHARS = 262_144
# Runs that are scanned together. More cost memory (12 bytes a character, 18 where a run is scanned alone); with fewer,
# the 200 array operations weigh more than their work: 150 pages of 9,500 characters take 0.21 ms a page at 65,536
# characters, 0.14 at 262,144, 0.12 at twice as many and no less at four times.
_RUNS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Words:
    """All words of D texts in a row, T of them. After each text stands one border token (lemma 0, no characters).

    The words of text i are first[i] to first[i + 1] - 1, its border token is first[i + 1] - 1.
    """

    texts: tuple[str, ...]  # (D,) as they were given
    form: Hashes  # (T,) of the folded form as it stands in the text
    start: NDArray[np.int32]  # (T,) code points in the token's own text
    end: NDArray[np.int32]
    first: NDArray[np.int64]  # (D + 1,)
    sentence: NDArray[np.int32]  # (T,) number of the sentence within its text, from 0
    clause: NDArray[np.int32]  # (T,) number of the clause within its text: sentences parted at ; and :
    row: Rows  # (T,) row of each token in `forms`
    forms: Forms

    def __len__(self) -> int:
        return len(self.form)

    @property
    def lemma(self) -> Hashes:
        """(T,) most likely lemma of each word."""
        return self._of_forms(self.forms.lemma)

    @property
    def other(self) -> Hashes:
        """(T,) second possible lemma; equal to `lemma` where there is none."""
        return self._of_forms(self.forms.other)

    def _of_forms(self, column: Hashes) -> Hashes:
        return np.where(self.row == UNLISTED, self.form, column[self.row])

    def text(self, i: int) -> Words:
        """The words of text i alone (views, nothing is copied)."""
        part = slice(int(self.first[i]), int(self.first[i + 1]))
        return Words(
            texts=self.texts[i : i + 1],
            form=self.form[part],
            start=self.start[part],
            end=self.end[part],
            first=np.array([0, part.stop - part.start]),
            sentence=self.sentence[part],
            clause=self.clause[part],
            row=self.row[part],
            forms=self.forms,
        )

    def text_of(self, token: int) -> int:
        """Which text the token belongs to."""
        return int(np.searchsorted(self.first, token, "right")) - 1

    def sentence_span(self, i: int, token: int) -> tuple[int, int]:
        """First and last + 1 character, in text i, of the sentence that holds the token, punctuation included."""
        return self._span(self.sentence, i, token)

    def clause_span(self, i: int, token: int) -> tuple[int, int]:
        """The same for the clause."""
        return self._span(self.clause, i, token)

    def _span(self, number: NDArray[np.int32], i: int, token: int) -> tuple[int, int]:
        low, border = int(self.first[i]), int(self.first[i + 1]) - 1
        begin, stop = bisect_left(number, number[token], low, token), bisect_right(number, number[token], token, border)
        text = self.texts[i]
        start, end = int(self.start[begin]), int(self.end[stop - 1])
        floor = int(self.end[begin - 1]) if begin > low else 0
        while start > floor and text[start - 1] in _OPENERS:
            start -= 1
        ceiling = int(self.start[stop]) if stop < border else len(text)
        while end < ceiling and not text[end].isspace() and text[end] not in _OPENERS:
            end += 1
        return start, end

    def compact(self) -> tuple[Rows, Hashes, int]:
        """Each token's row among only the forms that occur here, those forms, and how many of them are words.

        Numbers get rows of their own, behind all words.
        """
        unlisted = np.flatnonzero(self.row == UNLISTED)
        used = np.zeros(len(self.forms), bool)
        used[self.row.astype(np.intp)] = used[:2] = True  # numbers of that size are put in more than twice as fast
        rows = np.flatnonzero(used)
        place = np.empty(len(self.forms), np.int32)  # of the rows that are used; the others are not looked at
        place[rows] = np.arange(len(rows))
        own, number = ranked(self.form[unlisted])
        code = place.take(self.row, mode="clip")
        code[unlisted] = len(rows) + number
        return code, np.append(self.forms.form[rows], own), len(rows)


_OPENERS = '«"“„(['


def tokenise(texts: Sequence[str], vocabulary: Vocabulary) -> Words:
    """All words of the texts. New forms are learned; the answer does not depend on which were known, nor on batches."""
    runs = list(_runs(texts))
    parts = [_known(runs[i : i + _RUNS_AT_ONCE], vocabulary) for i in range(0, len(runs), _RUNS_AT_ONCE)]
    form, start, end, row, begins_sentence, begins_clause, borders = zip(_NONE, *parts, strict=True)
    sizes = [0, *accumulate(map(len, form))]
    first = np.concatenate([np.zeros(1, np.int64), *(b + n + 1 for b, n in zip(borders, sizes, strict=False))])
    return Words(
        texts=tuple(texts),
        form=np.concatenate(form),
        start=np.concatenate(start),
        end=np.concatenate(end),
        first=first,
        sentence=_numbers(begins_sentence, first),
        clause=_numbers(begins_clause, first),
        row=np.concatenate(row),
        forms=vocabulary.forms,
    )


class _Known(NamedTuple):
    """What is kept of some texts when their characters are let go; (T,) each but the last."""

    form: Hashes
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    row: Rows
    begins_sentence: NDArray[np.bool_]
    begins_clause: NDArray[np.bool_]
    border: NDArray[np.intp]  # (D,) index of the border token after each text


_NONE = _Known(
    np.zeros(0, np.uint64),
    np.zeros(0, np.int32),
    np.zeros(0, np.int32),
    np.zeros(0, np.int32),
    np.zeros(0, bool),
    np.zeros(0, bool),
    np.zeros(0, np.intp),
)


def _known(runs: Sequence[Sequence[str]], vocabulary: Vocabulary) -> _Known:
    part = scan([text for run in runs for text in run])
    part.form[part.border] = 0  # known to every vocabulary
    row = _rows(part, list(accumulate(map(len, runs))), vocabulary)
    sentence, clause = breaks(part, vocabulary.language)
    return _Known(part.form, part.own_start, part.own_end, row, sentence, clause, part.border)


def joined(parts: Sequence[Words]) -> Words:
    """The words of all these texts in a row; they are of one vocabulary, and there is at least one part."""
    if len(parts) == 1:
        return parts[0]
    sizes = [0, *accumulate(map(len, parts))]
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("form", "start", "end", "sentence", "clause", "row")
    }
    first = [part.first[1:] + offset for part, offset in zip(parts, sizes, strict=False)]
    return Words(
        texts=tuple(text for part in parts for text in part.texts),
        first=np.concatenate([np.zeros(1, np.int64), *first]),
        forms=max((part.forms for part in parts), key=len),  # a vocabulary only grows
        **columns,
    )


def forms_of(phrases: Sequence[str], vocabulary: Vocabulary) -> tuple[Forms, NDArray[np.int64]]:
    """The words of phrases in their order, numbers included; what is new is learned.

    Returns:
        The words of all phrases as rows, and (D + 1,) where each phrase's words begin.
    """
    words = tokenise(phrases, vocabulary)
    own = np.delete(np.arange(len(words)), words.first[1:] - 1)
    forms = vocabulary.forms.take(words.row[own])
    texts = list(forms.text)
    for i in np.flatnonzero(words.row[own] == UNLISTED).tolist():
        token = int(own[i])
        written = words.texts[words.text_of(token)][words.start[token] : words.end[token]]
        texts[i] = fold(written)
        forms.form[i] = forms.lemma[i] = forms.other[i] = forms.plain[i] = words.form[token]
    return replace(forms, text=texts), words.first - np.arange(len(words.first))


def lemma_id(word: str, vocabulary: Vocabulary) -> set[int]:
    """The lemmas that a word of a phrase may mean: its own where it is a dictionary form, else all it may be a form of.

    Raises:
        ValueError: `word` is not one word.
    """
    forms, _ = forms_of([word], vocabulary)
    if len(forms) != 1:
        raise ValueError(f"{word!r} is {len(forms)} words")
    return meant(forms, 0)


def meant(forms: Forms, row: int) -> set[int]:
    """As `lemma_id`, for a word that is known already."""
    lemmas = {int(forms.lemma[row]), int(forms.other[row])}
    return {int(forms.plain[row])} & lemmas or lemmas


def _runs(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of texts of about _RUN_CHARS."""
    begin, size = 0, 0
    for i, text in enumerate(texts):
        size += len(text)
        if size >= _RUN_CHARS:
            yield texts[begin : i + 1]
            begin, size = i + 1, 0
    if begin < len(texts):
        yield texts[begin:]


def _rows(part: Scan, runs: Sequence[int], vocabulary: Vocabulary) -> Rows:
    """(T,) row of each token; new words are learned, run by run: `runs` is how many texts there are up to its end."""
    rows = vocabulary.look_up(part.form)
    unknown = np.flatnonzero(rows < 0)
    if not len(unknown):
        return rows
    begin, end = part.starts[unknown], part.ends[unknown]
    no_word = (part.codes[begin] & DIGIT != 0) | (end - begin > LONGEST)
    others = np.flatnonzero(~no_word)  # few: nearly all that is not known is a number, and begins like one
    edges = np.stack([begin[others], end[others]], 1).ravel()
    no_word[others] = np.bitwise_or.reduceat(part.codes, edges)[::2] & DIGIT != 0 if len(others) else False
    rows[unknown[no_word]] = UNLISTED
    new = unknown[~no_word]
    if len(new):
        for texts in runs:
            up_to_here = new[new < part.border[texts - 1]]
            _learn(part, up_to_here[vocabulary.look_up(part.form[up_to_here]) < 0], vocabulary)
        rows[new] = vocabulary.look_up(part.form[new])
    return rows


def _learn(part: Scan, tokens: NDArray[np.intp], vocabulary: Vocabulary) -> None:
    if len(tokens):
        _, once = np.unique(part.form[tokens], return_index=True)
        first = tokens[once]
        vocabulary.learn(part.form[first], _spelt(part, first))


def _spelt(part: Scan, tokens: NDArray[np.intp]) -> list[str]:
    """The folded characters of these tokens."""
    code = part.codes & CODE
    spans = zip(part.starts[tokens].tolist(), part.ends[tokens].tolist(), strict=True)
    return [code[start:end].tobytes().decode("utf-32-le", "surrogatepass") for start, end in spans]


def _numbers(begins: Sequence[NDArray[np.bool_]], first: NDArray[np.int64]) -> NDArray[np.int32]:
    """(T,) running number within each text of what begins at the flagged tokens."""
    running = np.cumsum(np.concatenate(begins), dtype=np.int32)
    running -= np.repeat(running[first[:-1]], np.diff(first))
    return running
