"""Texts of several words that a study hides ("Леониду Череповскому"), found again in any inflection of their words.

What comes in: the list `hide` of protect.yaml. What goes out: where one of them stands in a text. The gate looks for
them in every file, also in one that belongs to no case: a name that somebody put on the list must not leave anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from caselight.protect import latin
from caselight.protect.cleaned import clean, fold
from caselight.protect.surnames import forms, stems, stems_of_word

_WORD = re.compile(r"[^\W_]+")
# What may stand between two words of a phrase: "Череповский, Леонид", "leonid_cherepovskiy", "Леонид (Череповский".
_GAP = re.compile(r"[\W_]{1,3}")


class Phrases:
    """The phrases of a list; entries of one word are none."""

    def __init__(self, hidden: Iterable[str]) -> None:
        words = (tuple(_WORD.findall(fold(clean(text).text))) for text in hidden)
        # A name is written either way round: "Леонид Череповский", "Череповский Леонид".
        ways = {way for row in words if len(row) > 1 for way in (row, row[::-1])}
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for way in sorted(ways, key=lambda way: (-len(way), way)):  # the longest first
            self._by_first.setdefault(way[0], []).append(way)

    def finds(self, folded: str) -> Iterator[tuple[int, int]]:
        """(start, end) of each place in a cleaned and folded text where one stands.

        >>> list(Phrases(["Леониду Череповскому"]).finds("с леонидом череповским и леонид"))
        [(2, 22)]
        """
        if not self._by_first:
            return
        tokens = list(_WORD.finditer(folded))
        for at, token in enumerate(tokens):
            firsts = (first for first in self._by_first if _says(token[0], first))
            ways = (way for first in firsts for way in self._by_first[first])
            if way := next((way for way in ways if _stands(way, tokens[at : at + len(way)], folded)), None):
                yield token.start(), tokens[at + len(way) - 1].end()


def _stands(way: tuple[str, ...], tokens: list[re.Match[str]], folded: str) -> bool:
    """Whether these words of a text are the phrase."""
    if len(tokens) < len(way) or not all(_says(token[0], word) for token, word in zip(tokens, way, strict=True)):
        return False
    return all(_GAP.fullmatch(folded, a.end(), b.start()) for a, b in pairwise(tokens))


@cache
def _says(token: str, word: str) -> bool:
    """Whether a word of a text is a form of a word of a phrase, in Russian or in Latin letters."""
    if token == word or token in forms(word) or not stems(word).isdisjoint(stems_of_word(token)):
        return True
    return token.isascii() and latin.sound(token) in latin.sounds(word)
