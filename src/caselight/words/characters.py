"""Characters as numbers: what each one is, what it folds to, and the hash of a word.

The value of a character holds its folded code point (small letter, ё as е) in the low bits and its classes above them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer[Any])
Codes = NDArray[np.uint32]  # (n,) values of characters
Hashes = NDArray[np.uint64]
Positions = NDArray[np.intp]

CODE = np.uint32((1 << 21) - 1)  # folded code point
WORD = np.uint32(1 << 30)  # letter or digit: words are runs of these. No word is SPECIAL: see `word_mask`
DIGIT = np.uint32(1 << 22)
UPPER = np.uint32(1 << 23)
LOWER = np.uint32(1 << 24)
MARK = np.uint32(1 << 25)  # combining: part of the letter before it
FORMAT = np.uint32(1 << 26)  # soft hyphen, zero-width characters: as if they were not there
SPACE = np.uint32(1 << 27)  # newlines, too
NEWLINE = np.uint32(1 << 28)
SPECIAL = np.uint32(1 << 31)  # marks, format characters, line breaks and punctuation that decides: worth a second look

_WORD, _DIGIT, _UPPER, _LOWER, _MARK, _FORMAT_FLAG, _SPACE, _NEWLINE, _SPECIAL = map(
    int, (WORD, DIGIT, UPPER, LOWER, MARK, FORMAT, SPACE, NEWLINE, SPECIAL)
)

# Roles of punctuation, by `roles`.
STOP, CLOSER, BULLET, JOINER, BREAKING, SEMICOLON, COLON, FULL_STOP = (np.uint8(1 << i) for i in range(8))
_ROLES = {
    STOP: ".!?…",
    CLOSER: "\"»”)]'’",
    BULLET: "-–—•*·▪",
    JOINER: "'’",  # inside a word they are part of it
    BREAKING: "-\u00ad\u2010\u2011",  # where a word may be broken at the end of a line
    SEMICOLON: ";",
    COLON: ":",
    FULL_STOP: ".",
}
_DECIDES = "".join(_ROLES[role] for role in (STOP, JOINER, BREAKING, SEMICOLON, COLON))
_FOLD = {"ё": "е", "Ё": "е", "ѐ": "е", "Ѐ": "е", "ѝ": "и", "Ѝ": "и", "’": "'", "\u02bc": "'"}
_NEWLINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_FORMAT = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

# The table covers Latin, Greek, Cyrillic, Arabic ... and general punctuation. Classifying a character takes 1.6 us, so
# a table of all 1.1 million would cost every process 1.8 s. Of the table, blocks are filled as they occur: a Russian
# text has characters of five; the characters beyond it are classified each time.
_TABLE_SIZE = 0x3000
_BLOCK = 256  # characters
_UNFILLED = np.uint32(1 << 21)


def value(character: str) -> int:
    """Folded code point and classes of one character."""
    # A letter that only looks older ways of writing it up (the Angstrom sign, ideographs kept for compatibility) is the
    # letter that composing makes of it, as in `fold`; what composing parts into letter and marks is the letter.
    composed = unicodedata.normalize("NFC", character)[0]
    folded = ord(_FOLD.get(composed) or composed.lower()[0])
    if character.isalnum() or character == "\u02bc":
        case = _UPPER if character.isupper() or character.istitle() else _LOWER if character.islower() else 0
        return folded | _WORD | case | (_DIGIT if character.isdecimal() else 0)
    flags = _SPACE if character.isspace() else 0
    if character in _NEWLINES:
        flags |= _NEWLINE | _SPECIAL
    elif character in _FORMAT:
        flags |= _FORMAT_FLAG | _SPECIAL
    elif character in _DECIDES:
        flags |= _SPECIAL
    elif unicodedata.category(character) in ("Mn", "Me"):
        flags |= _MARK | _SPECIAL
    return folded | flags


_table = np.full(_TABLE_SIZE + 1, _UNFILLED, np.uint32)  # the last one is for all beyond it, and never filled


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """Each number once, sorted. As numpy's `unique`, which loads numpy.ma for it: 40 ms in every process."""
    numbers = np.sort(numbers)
    first = np.ones(min(1, len(numbers)), bool)
    once: NDArray[Number] = numbers[np.concatenate([first, numbers[1:] != numbers[:-1]])]
    return once


def ranked(hashes: Hashes) -> tuple[Hashes, Positions]:
    """Each hash once, sorted; and for each of the (n,) its number among them. Quick where most come several times."""
    size = 1 << (2 * len(hashes)).bit_length()
    slot = (hashes & np.uint64(size - 1)).view(np.int64)
    holder = np.zeros(size, np.int32)
    holder[slot] = np.arange(len(hashes))
    model = holder.take(slot, mode="clip")  # one with the same last bits, for all of them the same one
    models = np.flatnonzero(model == np.arange(len(hashes)))
    others = np.flatnonzero(hashes[model] != hashes)  # few
    once = distinct(np.concatenate([hashes[models], hashes[others]]))
    number = np.zeros(len(hashes), np.intp)
    number[models] = np.searchsorted(once, hashes[models])
    number = number.take(model, mode="clip")
    number[others] = np.searchsorted(once, hashes[others])
    return once, number


@cache
def _role_table() -> NDArray[np.uint8]:
    table = np.zeros(_TABLE_SIZE, np.uint8)
    for role, characters in _ROLES.items():
        for character in characters:
            table[value(character) & int(CODE)] |= role
    return table


def roles(codes: Codes) -> NDArray[np.uint8]:
    """(n,) what each character can do as punctuation."""
    return _role_table().take(codes & CODE, mode="clip")


def values(texts: Sequence[str]) -> Codes:
    """(n,) the value of each code point of the texts, which are taken as one after the other."""
    result = np.empty(sum(map(len, texts)), np.uint32)
    at = 0
    for text in texts:  # one by one: what that takes, 16 bytes a character, stays in the processor's cache
        _table.take(_points(text), mode="clip", out=result[at : at + len(text)])
        at += len(text)
    if np.bitwise_or.reduce(result) & _UNFILLED:
        _fill(result, _points("".join(texts)))
    return result


def _points(text: str) -> Codes:
    """(n,) the code points as they are. An array of text holds them: made in a third of the time of encoding it."""
    return np.array([text]).view(np.uint32)[: len(text)]


def _fill(result: Codes, raw: Codes) -> None:
    """Puts in what the table lacked; its blocks that the characters stand in are filled."""
    lacking = np.flatnonzero(result == _UNFILLED)
    sought = raw[lacking]
    near = sought < _TABLE_SIZE
    for start in (distinct(sought[near] // _BLOCK) * _BLOCK).tolist():
        _table[start : start + _BLOCK] = [value(chr(code)) for code in range(start, start + _BLOCK)]
    result[lacking] = _table.take(sought, mode="clip")
    codes, place = np.unique(sought[~near], return_inverse=True)
    result[lacking[~near]] = np.array([value(chr(code)) for code in codes], np.uint32)[place]


def word_mask(codes: Codes) -> NDArray[np.bool_]:
    """(n,) which are letters or digits."""
    return np.asarray(codes.view(np.int32) >= np.int32(WORD))


# A word's hash is sum(code[i] * BASE**i) mod 2**64, mixed. BASE is odd, so it has an inverse, and every word's hash
# comes out of running sums over the text. That two of a million forms meet by chance: 1 in 37 million.
_AT_ONCE = 65_536  # characters; bounds the tables of powers, which stay in the processor's cache with what is made here
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


class _Powers:
    """BASE**i and BASE**-i for i < size, as many as were ever needed."""

    def __init__(self) -> None:
        self.up = self.down = np.ones(1, np.uint64)

    def reach(self, size: int) -> None:
        """Makes at least `size` of them."""
        while len(self.up) < size:
            n = len(self.up)
            self.up = np.concatenate([self.up, self.up * np.uint64(pow(_BASE, n, 1 << 64))])
            self.down = np.concatenate([self.down, self.down * np.uint64(pow(_INVERSE, n, 1 << 64))])


_powers = _Powers()


def hash_runs(codes: Codes, edges: Positions) -> Hashes:
    """(T,) hash of each run codes[start:end]; never 0, which is the border between texts.

    Args:
        codes: (n,) values of characters; their classes are ignored.
        edges: (2 T,) start, end, start, end ...; starts are at least 1, ends exclusive and greater than the start.
    """
    blocks = _blocks(codes, edges) if len(codes) > _AT_ONCE else [(codes, edges - 1)]
    raw = np.concatenate([_sums(*block) for block in blocks])
    raw ^= raw >> _SHIFT
    raw *= _MIX
    raw ^= raw >> _SHIFT
    raw[raw == 0] = 1
    return raw


def _sums(codes: Codes, before: Positions) -> Hashes:
    """(T,) sum(code[i] * BASE**i) of each run; `before`, (2 T,), is the character before each edge."""
    _powers.reach(len(codes))
    sums = np.multiply(codes & CODE, _powers.up[: len(codes)])
    np.cumsum(sums, out=sums)
    up_to = sums.take(before, mode="clip")
    return np.asarray((up_to[1::2] - up_to[::2]) * _powers.down[1:].take(before[::2], mode="clip"))


def _blocks(codes: Codes, edges: Positions) -> Iterator[tuple[Codes, Positions]]:
    """The runs cut into blocks of at most _AT_ONCE characters, or of one run."""
    begin, ends = 0, edges[1::2]
    while begin < len(ends):
        base = int(edges[2 * begin]) - 1
        stop = max(begin + 1, int(np.searchsorted(ends, base + _AT_ONCE, "right")))
        yield codes[base : ends[stop - 1]], edges[2 * begin : 2 * stop] - (base + 1)
        begin = stop


def hash_words(words: Sequence[str]) -> Hashes:
    """(n,) hash of each word, folded; the same as it has in a text. Words must not be empty."""
    if not words:
        return np.zeros(0, np.uint64)
    codes = values(["\n" + "".join(words)])
    edges = np.repeat(np.cumsum([1, *map(len, words)]), 2)[1:-1]
    return hash_runs(codes, edges)


def fold(word: str) -> str:
    """One word as it is hashed: letters with their marks made one, small letters, е for ё, no soft hyphens."""
    composed = unicodedata.normalize("NFC", "".join(c for c in word if c not in _FORMAT))
    codes = values([composed])
    return "".join(chr(code & int(CODE)) for code in codes.tolist() if not code & int(MARK))


# Latin letters that are drawn like Cyrillic ones, small (as folded) and capital alike: H folds to h, Н to н.
_HOMOGLYPHS = str.maketrans("abcehkmoptxy", "авсенкмортху")
_LOOKALIKE = frozenset("abcehkmoptxy")
_LATIN, _CYRILLIC = re.compile("[a-z]"), re.compile("[а-я]")


def plain(folded: str) -> str:
    """The word as it was meant: lookalike Latin letters inside a Cyrillic word made Cyrillic."""
    latin = _LATIN.findall(folded)
    if not latin or not _CYRILLIC.search(folded):
        return folded
    return folded.translate(_HOMOGLYPHS) if _LOOKALIKE.issuperset(latin) else folded


def compose(cluster: str) -> int:
    """The value of a letter with the combining marks after it: и + ˘ is й, е + ¨ is е, а + stress is а."""
    bare = "".join(c for c in cluster if c not in _FORMAT)
    first = unicodedata.normalize("NFC", bare)[:1]
    return value(first) if first else 0
