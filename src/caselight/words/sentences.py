"""Where sentences and clauses begin: at a new paragraph, or at . ! ? … before a capital letter, a digit or a quotation
mark, but not after an abbreviation ("ст. 20.2"), initials ("Е.В. Кряжимская") or the number of a list ("1. Признать").

After an abbreviation or initials a sentence still begins where the next word, capitalised, is one of the pack-free
`starters` of the language: "... 12 мая 2022 г. Судья", but "12 мая 2022 г. Иванов".
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.words.characters import (
    BULLET,
    CLOSER,
    CODE,
    COLON,
    DIGIT,
    FULL_STOP,
    LOWER,
    NEWLINE,
    SEMICOLON,
    SPACE,
    STOP,
    UPPER,
    WORD,
    Codes,
    Hashes,
    Positions,
    distinct,
    hash_words,
    roles,
)
from caselight.words.tokens import Scan

Flags = NDArray[np.bool_]
_RETURN, _FEED = ord("\r"), ord("\n")

# "суда.Согласно": a full stop without a space ends a sentence only after a word of at least this many letters. In 198
# rulings 7 such places are ends of sentences (words of 4 letters and more), and 1,600 are "дд.ММ", "гор.Москва" ...
_GLUED_LETTERS = 4
# A text is hard-wrapped when at least this share of its line breaks, and this many, stand before a small letter. In 198
# rulings the share is 0.83 to 0.92 in the 4 that are, and at most 0.06 in the others that have three such line breaks.
_WRAPPED_SHARE, _WRAPPED_LINES = 0.3, 3
_SHORT_LINE = 0.6  # of the longest line: in wrapped text a line shorter than this ends its paragraph
_LIST_DIGITS = 3  # "112. Признать" may number a list, "2022. Признать" may not


class _Among:
    """Words by their hashes, each in a slot of its own: which of many words are among them is one look for each.

    For some hundreds of words, as in the tables of abbreviations: there are about as many slots as half their square.
    """

    def __init__(self, words: Sequence[str]) -> None:
        hashes = distinct(hash_words(words))
        size = 2
        while len(distinct(hashes & np.uint64(size - 1))) < len(hashes):
            size *= 2
        self._mask = np.uint64(size - 1)
        self._slots = ~np.arange(size, dtype=np.uint64)  # an empty slot holds what belongs into another one
        self._slots[hashes & self._mask] = hashes

    def __call__(self, hashes: Hashes) -> Flags:
        """(n,) whether each is one of the words."""
        slot = (hashes & self._mask).view(np.int64)
        return np.asarray(self._slots.take(slot, mode="clip") == hashes)


class Abbreviations(NamedTuple):
    """Words after or before which a full stop means something else."""

    abbreviation: _Among
    may_end: _Among  # abbreviations that end a sentence when a capital letter follows
    starter: _Among


@cache
def abbreviations(language: str) -> Abbreviations:
    """Those of the language; empty where there is no table for it."""
    return Abbreviations(**{kind: _Among(members) for kind, members in _table(language).items()})


def shortened(language: str) -> frozenset[str]:
    """The words of the language behind which a full stop ends no sentence; none where there is no table for it."""
    return frozenset(_table(language)["abbreviation"])


@cache
def _table(language: str) -> dict[str, list[str]]:
    """The words of each kind."""
    path = Path(__file__).parent / f"{language}.csv"
    words: dict[str, list[str]] = {"abbreviation": [], "may_end": [], "starter": []}
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                words[row["kind"]].append(row["word"])
    return words


def breaks(scan: Scan, language: str) -> tuple[Flags, Flags]:
    """(T,) whether a sentence begins at each token, and whether a clause does; a border token begins its own."""
    sentence = np.zeros(len(scan.starts) + 1, bool)  # one more: what follows the last border
    clause = np.zeros_like(sentence)
    sentence[scan.border] = sentence[scan.border + 1] = sentence[0] = True
    lines = _Lines(scan)
    sentence[lines.paragraphs()] = True
    stop = (scan.roles & STOP) != 0
    sentence[_after_stops(scan, scan.special.compress(stop), lines.first, abbreviations(language))] = True
    colon = (scan.roles & COLON != 0) & (scan.codes.take(scan.special + 1, mode="clip") & SPACE != 0)
    clause[scan.starts.searchsorted(scan.special.compress(colon | (scan.roles & SEMICOLON != 0)))] = True
    return sentence[:-1], clause[:-1] | sentence[:-1]


class _Stops(NamedTuple):
    """Stops with white space or a word right behind them, and the words around them; (n,) each."""

    stop: Positions
    token: Positions  # behind the stop; the word before it is the token before
    initial: Codes  # first character of that token
    end: Positions  # of the word before
    length: Positions  # of the word before
    last: Codes  # its last character

    @classmethod
    def of(cls, scan: Scan, stop: Positions, token: Positions, start: Positions) -> _Stops:
        """Those at `stop`, each before the token that begins at `start`."""
        end, codes = scan.ends[token - 1], scan.codes
        length = end - scan.starts[token - 1]
        return cls(stop, token, codes.take(start, mode="clip"), end, length, codes.take(end - 1, mode="clip"))

    def take(self, rows: Positions) -> _Stops:
        """These of them."""
        codes = self.initial.take(rows), self.last.take(rows)
        return _Stops(
            self.stop.take(rows), self.token.take(rows), codes[0], self.end.take(rows), self.length.take(rows), codes[1]
        )


def _after_stops(scan: Scan, stops: Positions, first_of_line: Flags, words: Abbreviations) -> Positions:
    """Tokens before which one of `stops` ends a sentence."""
    codes = scan.codes
    after = codes[stops + 1]
    following = roles(after)
    closed = np.flatnonzero(following & CLOSER)
    after[closed] = codes[stops[closed] + 2]
    token = scan.starts.searchsorted(stops)
    start = scan.starts[token]
    glued = start == stops + 1
    may_end = ((after & SPACE != 0) | glued) & (following & STOP == 0) & (codes[start] & LOWER == 0) & (token > 0)
    real = np.flatnonzero(may_end)
    glued = np.flatnonzero(glued.take(real))
    at = _Stops.of(scan, stops.take(real), token.take(real), start.take(real))
    ends = codes[at.end] & SPACE == 0  # the stop stands at the word before it
    ends[glued] &= _glued(scan, at.take(glued))
    full = np.flatnonzero(ends & (roles(codes[at.stop]) & FULL_STOP != 0) & (codes[at.stop - 1] & WORD != 0))
    ends[full] = _full_stop_ends(scan, at.take(full), first_of_line, words)
    return at.token.compress(ends)


def _glued(scan: Scan, at: _Stops) -> Flags:
    """Whether each may be a full stop without a space after it: "суда.Согласно", not "mail.Ru"."""
    second = scan.codes.take(scan.starts[at.token] + 1, mode="clip")
    letters = (at.length >= _GLUED_LETTERS) & (at.last & LOWER != 0) & (at.initial & UPPER != 0)
    return np.asarray(letters & (second & (LOWER | SPACE) != 0))


def _full_stop_ends(scan: Scan, at: _Stops, first_of_line: Flags, words: Abbreviations) -> Flags:
    """Whether each, a full stop, ends a sentence."""
    upper, number = at.initial & UPPER != 0, at.last & DIGIT != 0
    form, before = scan.form[at.token], scan.form[at.token - 1]
    alone = (scan.ends[at.token] - scan.starts[at.token] == 1) & (scan.codes[scan.ends[at.token]] & SPACE == 0)
    starter = upper & words.starter(form) & ~alone  # not "С. В."
    may_end = words.may_end(before)
    short = words.abbreviation(before) | ((at.length == 1) & ~number)
    numbered = first_of_line[at.token - 1] & number & (at.length <= _LIST_DIGITS)
    return np.asarray(np.where(may_end, upper, np.where(short, starter, ~numbered)))


class _Lines:
    """The line breaks between tokens, and what they mean."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        newlines = scan.special.compress(scan.codes.take(scan.special) & NEWLINE != 0)
        following = scan.codes.take(newlines + 1, mode="clip") & CODE
        self.newlines = newlines[(scan.codes[newlines] & CODE != _RETURN) | (following != _FEED)]
        at = scan.starts.searchsorted(self.newlines)
        self.count = np.bincount(at, minlength=len(scan.starts) + 1)[:-1]  # line breaks before each token
        self.first = self.count > 0  # token is the first of its line
        self.first[0] = True

    def paragraphs(self) -> Positions:
        """Tokens that begin a paragraph, other than the first of a text and the border after it."""
        scan, codes = self.scan, self.scan.codes
        inner = self.count > 0
        inner[scan.border] = inner[0] = False
        inner[scan.border[:-1] + 1] = False
        token = np.flatnonzero(inner)
        start = scan.starts[token]
        after = self.newlines[np.searchsorted(self.newlines, start) - 1]  # the line break nearest before the token
        before = self.newlines[np.searchsorted(self.newlines, scan.ends[token - 1])]  # the one nearest after the last
        bullet = (roles(codes[start - 1]) & BULLET != 0) & (start - 1 > after)
        bullet |= (roles(codes[start - 2]) & BULLET != 0) & (start - 2 > after)
        small = (codes[start] & LOWER != 0) & ~bullet
        final = roles(codes[before - 1]) & (STOP | SEMICOLON | COLON) != 0
        blank = self.count[token] > 1
        wrapped, short = self._wrapped(token, small & ~blank, before)
        goes_on = np.where(wrapped, ~bullet & (small | ~(short | final)), small & ~final)
        return np.asarray(token[blank | ~goes_on])

    def _wrapped(self, token: Positions, small: Flags, line_end: Positions) -> tuple[Flags, Flags]:
        """Whether each token's text is hard-wrapped, and whether the line before it is short for that text."""
        n = len(self.scan.border)
        text = np.searchsorted(self.scan.border, token)
        lines = np.bincount(text, minlength=n)
        before_small = np.bincount(text[small], minlength=n)
        wrapped = (before_small >= _WRAPPED_LINES) & (before_small >= _WRAPPED_SHARE * lines)
        length = line_end - self.newlines[np.searchsorted(self.newlines, line_end) - 1]
        width = np.zeros(n, length.dtype)
        np.maximum.at(width, text, length)
        return wrapped[text], length < _SHORT_LINE * width[text]
