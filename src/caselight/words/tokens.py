"""Where words begin and end: the one pass over the characters of many texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.words.characters import (
    BREAKING,
    CODE,
    DIGIT,
    FORMAT,
    FULL_STOP,
    JOINER,
    LOWER,
    MARK,
    NEWLINE,
    SPECIAL,
    WORD,
    Codes,
    Hashes,
    Positions,
    compose,
    hash_runs,
    roles,
    values,
    word_mask,
)

_SEPARATOR = "\n\x00\n"  # between texts; the character in its middle becomes the border token


class Scan(NamedTuple):
    """The words of some texts, found but not yet known. Positions are in `codes`."""

    codes: Codes  # (n,) without marks, soft hyphens and line-end hyphenation
    special: Positions  # (P,) punctuation that decides, and line breaks; none inside words
    roles: NDArray[np.uint8]  # (P,) of these
    starts: Positions  # (T,) border tokens included
    ends: Positions
    form: Hashes  # (T,)
    border: Positions  # (D,) index of the border token after each text
    own_start: NDArray[np.int32]  # (T,) offsets in the token's own text, as it was given
    own_end: NDArray[np.int32]


def scan(texts: Sequence[str]) -> Scan:
    """Finds and hashes the words of `texts` (at least one)."""
    pieces = [text + _SEPARATOR for text in texts]
    pieces[0] = "\n" + pieces[0]
    codes = values(pieces)
    edges = np.cumsum([len(piece) for piece in pieces]) - 1  # of texts, among all characters less the first newline
    border = edges - 1
    special = np.flatnonzero(codes >= SPECIAL)
    role = roles(codes.take(special))
    codes, origin = _compact(codes, special, role, pieces)
    if origin is not None:
        border = np.searchsorted(origin, border)
        special = np.flatnonzero(codes >= SPECIAL)
        role = roles(codes.take(special))
    joins = _joins(codes, special, role)
    word = word_mask(codes)
    word[special.compress(joins)] = True
    word[border] = True
    changes = np.flatnonzero(word[1:] != word[:-1]) + 1
    starts, ends = changes[0::2], changes[1::2]
    form = hash_runs(codes, changes)
    border_token = np.searchsorted(starts, border)
    first = np.repeat(1 + np.append(0, edges[:-1]).astype(np.int32), np.diff(border_token, prepend=-1))
    own = (changes if origin is None else origin[changes]).astype(np.int32)
    left = np.flatnonzero(~joins)
    special, role = special.take(left), role.take(left)
    return Scan(codes, special, role, starts, ends, form, border_token, own[0::2] - first, own[1::2] - first)


def _joins(codes: Codes, special: Positions, role: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which are full stops inside numbers (20.2) or apostrophes inside words (don't), and do not part words."""
    before, after = codes.take(special - 1), codes.take(special + 1, mode="clip")
    both = before & after
    stop = (role & FULL_STOP != 0) & (both & DIGIT != 0)
    apostrophe = (role & JOINER != 0) & (both & WORD != 0) & ((before | after) & DIGIT == 0)
    return np.asarray(stop | apostrophe)


def _compact(
    codes: Codes, special: Positions, role: NDArray[np.uint8], pieces: Sequence[str]
) -> tuple[Codes, Positions | None]:
    """The codes without what must not part or change a word, and for each that stays where it was; None = all stay."""
    kind = codes.take(special)
    ignored = special.compress(kind & (MARK | FORMAT) != 0)
    hyphens = special.compress(role & BREAKING != 0)
    broken = _line_end_hyphens(codes, hyphens)
    if not len(ignored) and not len(broken):
        return codes, None
    keep = np.ones(len(codes), bool)
    keep[ignored] = False
    keep[broken] = False
    codes = codes.copy()
    _compose(codes, special[kind & MARK != 0], pieces)
    origin = np.flatnonzero(keep)
    return codes[origin], origin


def _line_end_hyphens(codes: Codes, hyphens: Positions) -> Positions:
    """Positions of the hyphen and the line break in "видео-↵наблюдения", where a small letter goes on."""
    at_end = hyphens[(codes[hyphens + 1] & NEWLINE != 0) & (codes[hyphens - 1] & WORD != 0)]
    two = (codes[at_end + 1] & CODE == ord("\r")) & (codes[at_end + 2] & CODE == ord("\n"))
    after = at_end + 2 + two
    goes_on = (codes[after] & LOWER != 0) & (codes[at_end - 1] & DIGIT == 0)
    end, second = at_end[goes_on], at_end[goes_on & two]
    return np.asarray(np.concatenate([end, end + 1, second + 2]))


def _compose(codes: Codes, marks: Positions, pieces: Sequence[str]) -> None:
    """Makes a letter with its marks one letter, in place. Text in NFD is rare, so one cluster at a time."""
    heads = marks[~np.isin(marks - 1, marks)]
    joined = "".join(pieces) if len(heads) else ""
    known: dict[str, int] = {}
    for head in heads.tolist():
        end = head + 1
        while end < len(codes) and codes[end] & (MARK | FORMAT):
            end += 1
        start = head - 1
        while start > 0 and codes[start] & FORMAT:
            start -= 1
        cluster = joined[start:end]
        if cluster not in known:
            known[cluster] = compose(cluster)
        if codes[start] & WORD:
            codes[start] = known[cluster]
