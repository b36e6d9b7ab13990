"""Where sentences and clauses begin: at a new paragraph, or at . ! ? … before a capital letter, a digit or a quotation
mark, but not after an abbreviation ("ст. 20.2"), initials ("Е.В. Кряжимская") or the number of a list ("1. Признать").

After an abbreviation or initials a sentence still begins where the next word, capitalised, is one of the pack-free
`starters` of the language: "... 12 мая 2022 г. Судья", but "12 мая 2022 г. Иванов".
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    Hashes,
    Positions,
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


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """Sorted hashes of words after or before which a full stop means something else."""

    abbreviation: Hashes
    may_end: Hashes  # abbreviations that end a sentence when a capital letter follows
    starter: Hashes


@cache
def abbreviations(language: str) -> Abbreviations:
    """Those of the language; empty where there is no table for it."""
    path = Path(__file__).parent / f"{language}.csv"
    words: dict[str, list[str]] = {"abbreviation": [], "may_end": [], "starter": []}
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                words[row["kind"]].append(row["word"])
    return Abbreviations(**{kind: np.sort(hash_words(members)) for kind, members in words.items()})


def _among(hashes: Hashes, table: Hashes) -> Flags:
    if not len(table):
        return np.zeros(len(hashes), bool)
    return np.asarray(table[np.minimum(np.searchsorted(table, hashes), len(table) - 1)] == hashes)


def breaks(scan: Scan, language: str) -> tuple[Flags, Flags]:
    """(T,) whether a sentence begins at each token, and whether a clause does; a border token begins its own."""
    sentence = np.zeros(len(scan.starts) + 1, bool)  # one more: what follows the last border
    clause = np.zeros_like(sentence)
    sentence[scan.border] = sentence[scan.border + 1] = sentence[0] = True
    lines = _Lines(scan)
    sentence[lines.paragraphs()] = True
    stop = (scan.roles & STOP) != 0
    sentence[_after_stops(scan, scan.special[stop], lines.first, abbreviations(language))] = True
    colon = (scan.roles & COLON != 0) & (scan.codes[np.minimum(scan.special + 1, len(scan.codes) - 1)] & SPACE != 0)
    clause[np.searchsorted(scan.starts, scan.special[colon | (scan.roles & SEMICOLON != 0)])] = True
    return sentence[:-1], clause[:-1] | sentence[:-1]


def _after_stops(scan: Scan, stops: Positions, first_of_line: Flags, words: Abbreviations) -> Positions:
    """Tokens before which one of `stops` ends a sentence."""
    codes = scan.codes
    after = codes[stops + 1]
    following = roles(after)
    closed = np.flatnonzero(following & CLOSER)
    after[closed] = codes[stops[closed] + 2]
    token = np.searchsorted(scan.starts, stops)
    start = scan.starts[token]
    spaced, glued = after & SPACE != 0, start == stops + 1
    real = (spaced | glued) & (following & STOP == 0) & (codes[start] & LOWER == 0) & (token > 0)
    stops, token, glued = stops[real], token[real], glued[real]
    ends = codes[scan.ends[token - 1]] & SPACE == 0  # the stop stands at the word before it
    ends &= ~glued | _glued(scan, token)
    only_stop = (roles(codes[stops]) & FULL_STOP != 0) & (codes[stops - 1] & WORD != 0)
    ends &= ~only_stop | _full_stop_ends(scan, token, first_of_line, words)
    return np.asarray(token[ends])


def _glued(scan: Scan, token: Positions) -> Flags:
    """Whether a full stop without a space after it may stand before this token: "суда.Согласно", not "mail.Ru"."""
    before = token - 1
    long = scan.ends[before] - scan.starts[before] >= _GLUED_LETTERS
    small = scan.codes[scan.ends[before] - 1] & LOWER != 0
    initial, second = (
        scan.codes[scan.starts[token]],
        scan.codes[np.minimum(scan.starts[token] + 1, len(scan.codes) - 1)],
    )
    return np.asarray(long & small & (initial & UPPER != 0) & ((second & LOWER != 0) | (second & SPACE != 0)))


def _full_stop_ends(scan: Scan, token: Positions, first_of_line: Flags, words: Abbreviations) -> Flags:
    """Whether a full stop between these tokens and the ones before them ends a sentence."""
    before = token - 1
    length = scan.ends[before] - scan.starts[before]
    initial, last = scan.codes[scan.starts[token]], scan.codes[scan.ends[before] - 1]
    upper, number = initial & UPPER != 0, last & DIGIT != 0
    starter = upper & _among(scan.form[token], words.starter)
    starter &= (scan.ends[token] - scan.starts[token] > 1) | (scan.codes[scan.ends[token]] & SPACE != 0)  # not "С. В."
    may_end = _among(scan.form[before], words.may_end)
    short = _among(scan.form[before], words.abbreviation) | ((length == 1) & ~number)
    numbered = first_of_line[before] & number & (length <= _LIST_DIGITS)
    return np.asarray(np.where(may_end, upper, np.where(short, starter, ~numbered)))


class _Lines:
    """The line breaks between tokens, and what they mean."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        newlines = scan.special[scan.codes[scan.special] & NEWLINE != 0]
        following = scan.codes[np.minimum(newlines + 1, len(scan.codes) - 1)] & CODE
        self.newlines = newlines[(scan.codes[newlines] & CODE != _RETURN) | (following != _FEED)]
        at = np.searchsorted(scan.starts, self.newlines)
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
