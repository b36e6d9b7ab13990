"""What must stand in a text for a pattern to match there, read off the pattern itself.

Python's `re` tries most patterns at every character, which takes 5 to 40 nanoseconds each; that a fixed word does not
stand in the text is known in a fiftieth of the time. So packs are written for their readers, and what a pattern needs
is found here, when it is compiled.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

from caselight.structure.codes import spaces

# To look for more words, or for a single letter (which stands in every text), takes longer than many a pattern.
MOST_WORDS = 16
SHORTEST_WORD = 3
LONGEST_READ = 1_000  # characters of a pattern: to read a longer one takes milliseconds
MOST_LETTERS = 3  # of a class like [Сс] that is written out

Words = tuple[str, ...]
_Items = Sequence[tuple[Any, Any]]  # what Python's parser makes of a pattern: operations with their arguments

# [0-9](?<!\d\d)(?<!\d\.\d)[0-9]?
_ANY = "(IN, [(CATEGORY, CATEGORY_DIGIT)])"
_NUMBER = [
    "(IN, [(RANGE, (48, 57))])",
    f"(ASSERT_NOT, (-1, [{_ANY}, {_ANY}]))",
    f"(ASSERT_NOT, (-1, [{_ANY}, (LITERAL, 46), {_ANY}]))",
    "(MAX_REPEAT, (0, 1, [(IN, [(RANGE, (48, 57))])]))",
]
_COMMON = ".,-"
_NO_WIDTH = ("AT", "ASSERT", "ASSERT_NOT")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def needed(pattern: re.Pattern[str]) -> Words:
    """Words of which one stands in everything that the pattern matches; () where the pattern does not tell."""
    words, _ = _read(_parsed(pattern))
    return words if all(len(word) >= SHORTEST_WORD for word in words) else ()


def few(words: Words, most: int) -> Words:
    """The words, if they are no more than that; else ()."""
    return words if len(words) <= most else ()


def holds(text: str, words: Words) -> bool:
    """Whether one of the words stands in the text; true where there are none."""
    return not words or any(map(text.__contains__, words))


def first_of(text: str, words: Iterable[str]) -> int:
    """Where the first of the words stands that is not the text's beginning; the text's length if none does.

    A word whose first place is the beginning is not looked for further on.
    """
    reached = len(text)
    for word in words:
        at = text.find(word, 0, reached + len(word))
        if 0 < at < reached:
            reached = at
    return reached


class Late:
    """A pattern that is compiled when it is first looked for: long ones take milliseconds, and few piles need them.

    Args:
        compiled: compiles the pattern.
        tried: whether it is known to compile; else it is compiled at once, so that what is wrong is raised here.
        most_words: so many of the words that it needs are looked for first; 0 = none.
    """

    def __init__(self, compiled: Callable[[], re.Pattern[str]], tried: bool, most_words: int = 0) -> None:
        self._compiled, self._most_words = compiled, most_words
        if not tried:
            _ = self.whole

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """The pattern itself."""
        return self._compiled()

    @cached_property
    def _words(self) -> Words:
        return few(needed(self.whole), self._most_words)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As of the pattern."""
        if self._most_words and not holds(text, self._words):
            return None
        return self.whole.search(text, start, end)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As of the pattern."""
        if self._most_words and not holds(text, self._words):
            return iter(())
        return self.whole.finditer(text, start, end)


class Sought(NamedTuple):
    """Words to be looked for in texts, after the sign or capital letter that each of them has and most texts have not.

    A single character is found ten times as fast as a word.
    """

    by_sign: tuple[tuple[str, Words], ...]  # "" = they have none

    @classmethod
    def of(cls, words: Iterable[str]) -> Sought:
        """These words."""
        groups: dict[str, list[str]] = {}
        signs = {
            word: {c for c in word if c.isupper() or not (c.isalnum() or c.isspace() or c in _COMMON)} for word in words
        }
        shared = Counter(sign for own in signs.values() for sign in own)
        for word, own in signs.items():
            groups.setdefault(min(own, key=lambda sign: (-shared[sign], sign), default=""), []).append(word)
        return cls(tuple((sign, tuple(own)) for sign, own in groups.items()))

    def are_in(self, text: str) -> bool:
        """Whether one of the words stands in the text."""
        for sign, words in self.by_sign:
            if sign in text:
                for word in words:
                    if word in text:
                        return True
        return False


def after_number(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """The characters that may follow the number of one or two digits (0 to 9) that every match begins with.

    None where the pattern does not begin so: with a digit before which no digit stands, nor a digit and a full stop.
    """
    items = list(_parsed(pattern))
    while items and str(items[0][0]) == "SUBPATTERN" and not items[0][1][1]:
        items = [*items[0][1][3], *items[1:]]
    if [str(item) for item in items[: len(_NUMBER)]] != _NUMBER:
        return None
    first, may_end = _firsts(items[len(_NUMBER) :])
    if may_end or first is None or any(map(str.isdigit, first)):
        return None
    return frozenset(first)


def _parsed(pattern: re.Pattern[str]) -> _Items:
    """The pattern's operations; none where it is long, does not heed letter case, or Python's parser has moved."""
    if pattern.flags & re.IGNORECASE or len(pattern.pattern) > LONGEST_READ:
        return []
    try:
        return list(import_module("re._parser").parse(pattern.pattern, pattern.flags))
    except (ImportError, AttributeError):
        return []


def _read(items: _Items) -> tuple[Words, Words]:
    """Words of which one must occur, and all strings that the items can match, () where those are too many."""
    best: Words = ()
    run: Words = ("",)  # what the last items match, one after the other
    whole = True
    for operation, argument in items:
        name = str(operation)
        if name == "LITERAL":  # most are
            letter = chr(argument)
            run = (run[0] + letter,) if len(run) == 1 else tuple([before + letter for before in run])
            continue
        if name in _NO_WIDTH:
            continue
        words, strings = _of_one(name, argument)
        if strings and len(run) * len(strings) <= MOST_WORDS:
            run = tuple(map("".join, product(run, strings)))
            continue
        best = _better(_better(best, run), words)
        run, whole = strings or ("",), False
    return _better(best, run), run if whole else ()


def _of_one(name: str, argument: Any) -> tuple[Words, Words]:
    """The same for one operation."""
    if name in ("LITERAL", "IN"):
        kinds = argument if name == "IN" else [(name, argument)]
        letters = tuple(chr(value) for kind, value in kinds if str(kind) == "LITERAL")
        known = letters if len(letters) == len(kinds) <= MOST_LETTERS else ()
        return known, known
    if name == "SUBPATTERN" and not argument[1] & re.IGNORECASE:
        return _read(argument[3])
    if name == "ATOMIC_GROUP":
        return _read(argument)
    if name == "BRANCH":
        return _of_branches([_read(branch) for branch in argument[1]])
    if name in _REPEATS and argument[0]:
        return _read(argument[2])[0], ()
    return (), ()


def _of_branches(branches: Sequence[tuple[Words, Words]]) -> tuple[Words, Words]:
    words, strings = ([branch[i] for branch in branches] for i in (0, 1))
    return tuple(_joined(words)), tuple(_joined(strings))


def _joined(sets: Sequence[Words]) -> Iterable[str]:
    """All of them, each once; none where one of the sets is empty or they are too many."""
    once = dict.fromkeys(word for words in sets for word in words)
    return once if all(sets) and len(once) <= MOST_WORDS else ()


def _better(left: Words, right: Words) -> Words:
    """Those whose shortest word is longer; of equals, the fewer."""
    return max(left, right, key=lambda words: (min(map(len, words), default=0), -len(words)))


def _firsts(items: _Items) -> tuple[set[str] | None, bool]:
    """The characters that what the items match can begin with, None if not told; and whether that can be empty."""
    found: set[str] = set()
    for operation, argument in items:
        name = str(operation)
        if name in _NO_WIDTH:
            continue
        first, may_be_empty = _first_of(name, argument)
        if first is None:
            return None, False
        found |= first
        if not may_be_empty:
            return found, False
    return found, True


def _first_of(name: str, argument: Any) -> tuple[set[str] | None, bool]:
    """The same for one operation."""
    if name == "LITERAL":
        return {chr(argument)}, False
    if name == "IN":
        return _letters(argument), False
    if name == "SUBPATTERN" and not argument[1]:
        return _firsts(argument[3])
    if name == "BRANCH":
        firsts = [_firsts(branch) for branch in argument[1]]
        told = [first for first, _ in firsts if first is not None]
        return set().union(*told) if len(told) == len(firsts) else None, any(empty for _, empty in firsts)
    if name in _REPEATS:
        first, may_be_empty = _firsts(argument[2])
        return first, may_be_empty or not argument[0]
    return None, False


def _letters(kinds: Sequence[tuple[Any, Any]]) -> set[str] | None:
    """The characters of a class; None where it is not made of single ones and white space."""
    found: set[str] = set()
    for kind, value in kinds:
        if str(kind) == "LITERAL":
            found.add(chr(value))
        elif str(value) == "CATEGORY_SPACE":
            found.update(spaces())
        else:
            return None
    return found
