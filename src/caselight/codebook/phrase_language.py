"""The language of phrases, as people write it: see docs/how-to/codebook.md, "Phrases".

    камера видеонаблюдения   words in a row, in any inflection      "камер"       exactly this form
    видео*                   any word that begins so                (a|b c)       one of these
    [городской]              may be absent                          ...  ...5     up to 3 (5) words between
    {a b c}  {a b}5  a & b   in any order within 10 (5) words

A phrase is parsed into variants: rows of steps without brackets, one for each way to read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from typing import NamedTuple

from caselight.errors import DefinitionError
from caselight.variables import Phrase

GAP_WORDS = 3  # what `...` allows between; enough for "запись с городской камеры", seldom enough for another clause
WINDOW_WORDS = 10  # what {a b} spans; about half a sentence of a ruling
# Beyond these a phrase says "somewhere in the sentence", which is what `with` and `near` are for.
MOST_GAP_WORDS = 30
MOST_UNORDERED = 4  # 4 parts have 24 orders
MOST_VARIANTS = 400  # ways to read one phrase, orders and absences multiplied


class Atom(NamedTuple):
    """One word of a phrase as it was written."""

    text: str
    how: str  # "any" inflection | "exact" form | "prefix"


Step = frozenset[Atom]  # one word of the text: any of these


class Variant(NamedTuple):
    """One way to read a phrase: a word of the text for each step, in this order."""

    steps: tuple[Step, ...]
    gaps: tuple[int, ...]  # at most so many words between a step and the one before it; 0 for the first
    windows: tuple[tuple[int, int, int], ...] = ()  # first step, last step, words that they span at most


class _Gap(NamedTuple):
    words: int


class _Window(NamedTuple):
    words: int  # 0 = the window opened last ends here


_Item = Step | _Gap | _Window
_Row = tuple[_Item, ...]
_TOKEN = re.compile(
    r"""\s+ | (?P<gap>(?:\.\.\.|…)(?P<words>\d*)) | "(?P<exact>[^"]*)" | (?P<close>\})(?P<window>\d*)
    | (?P<sign>[(){}\[\]|&"]) | (?P<word>[^\s(){}\[\]|&"…]+)""",
    re.VERBOSE,
)
_ENDS = {"(": ")", "[": "]", "{": "}"}

SplitWords = Callable[[str], Sequence[str]]  # the words in what was written, as the tokeniser sees them


def written_words(phrase: Phrase) -> list[str]:
    """Everything in the phrase that `parse_phrase` will want to have split."""
    return [w for m in _TOKEN.finditer(phrase.text) if (w := m["exact"] or m["word"] or "")]


def parse_phrase(phrase: Phrase, split: SplitWords) -> tuple[Variant, ...]:
    """All ways to read the phrase, without repetitions.

    Raises:
        DefinitionError: it cannot be read; the message names place, phrase, mistake and a right example.
    """
    rows = _Parser(phrase, split).parse()
    return tuple(dict.fromkeys(_variant(row, phrase) for row in rows))


def fault(phrase: Phrase, what: str, example: str) -> DefinitionError:
    """The error about a phrase: where it stands, what is wrong, how it would be right."""
    return DefinitionError(f"{phrase.place}: phrase {phrase.written!r}: {what} Right: {example}")


class _Parser:
    def __init__(self, phrase: Phrase, split: SplitWords) -> None:
        self.phrase, self.split = phrase, split
        self.tokens = list(self._tokens())
        self.at = 0

    def _tokens(self) -> Iterator[re.Match[str]]:
        at, text = 0, self.phrase.text
        while at < len(text):
            found = _TOKEN.match(text, at)
            assert found, text[at:]  # every character is a space, a sign or part of a word
            at = found.end()
            if found[0].strip():
                yield found

    def parse(self) -> list[_Row]:
        rows = self._operands()
        if self.at < len(self.tokens):
            sign = self.tokens[self.at][0]
            raise self._fault(f"{sign!r} closes nothing.", "(камера|регистратор) зафиксировать")
        if rows == [()]:
            raise self._fault("it holds no word.", "камера видеонаблюдения")
        return rows

    def _fault(self, what: str, example: str) -> DefinitionError:
        return fault(self.phrase, what, example)

    def _peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def _operands(self) -> list[_Row]:
        """Everything up to a closing bracket or `|`: parts with `&` between them, or one row."""
        parts = [self._row()]
        while self._peek() == "&":
            self.at += 1
            parts.append(self._row())
        if len(parts) == 1:
            return parts[0]
        if [()] in parts:
            raise self._fault("a word is missing beside `&`.", "суд & запись")
        return self._unordered(parts, WINDOW_WORDS)

    def _row(self) -> list[_Row]:
        return self._chain(self._elements())

    def _elements(self) -> list[list[_Row]]:
        elements = []
        while (sign := self._peek()) and sign not in ("|", "&", ")", "]") and not self.tokens[self.at]["close"]:
            elements.append(self._element())
        return elements

    def _chain(self, elements: Sequence[Sequence[_Row]]) -> list[_Row]:
        rows: list[_Row] = [()]
        for element in elements:
            if len(rows) * len(element) > MOST_VARIANTS:
                what = f"it can be read in more than {MOST_VARIANTS} ways. Write several shorter phrases."
                raise self._fault(what, "[городской] (камера|видеокамера)")
            rows = [row + tail for row, tail in product(rows, element)]
        return rows

    def _element(self) -> list[_Row]:
        token = self.tokens[self.at]
        self.at += 1
        if token["gap"]:
            return [(_Gap(self._number(token["words"], GAP_WORDS)),)]
        if token["exact"] is not None:
            return [self._words(token["exact"], "exact")]
        if token["word"]:
            return [self._word(token["word"])]
        return self._bracket(token[0])

    def _bracket(self, opening: str) -> list[_Row]:
        if opening == '"':
            raise self._fault('the quotation mark (") is not closed.', '"камер" видеонаблюдения')
        if opening == "{":
            return self._braces()
        rows = self._alternative(opening)
        while self._peek() == "|":
            self.at += 1
            rows = rows + self._alternative(opening)
        self._close(_ENDS[opening])
        merged = _merge(rows)
        return [*merged, ()] if opening == "[" else merged

    def _alternative(self, opening: str) -> list[_Row]:
        begin = self.at
        rows = self._operands()
        if self.at == begin and self.at < len(self.tokens):
            example = "(камера|регистратор)" if opening == "(" else "[городской] камера"
            raise self._fault(f"a word is missing before {self._peek()!r}.", example)
        return rows

    def _braces(self) -> list[_Row]:
        parts = [self._elements()]
        while self._peek() == "&":
            self.at += 1
            parts.append(self._elements())
        token = self._close("}")
        words = self._number(token["window"], WINDOW_WORDS)
        elements = parts[0] if len(parts) == 1 else [self._chain(part) for part in parts]
        elements = [element for element in elements if element != [()]]
        if len(elements) < 2:
            raise self._fault("{ } needs at least two words.", "{суд запись}5")
        if words < 2:
            raise self._fault("a window of { } spans at least 2 words.", "{суд запись}5")
        return self._unordered(elements, words)

    def _close(self, sign: str) -> re.Match[str]:
        if self.at == len(self.tokens) or not self.tokens[self.at][0].startswith(sign):
            found = f"but {self._peek()!r} was found" if self._peek() else "but the phrase ends"
            example = {")": "(камера|регистратор)", "]": "[городской] камера", "}": "{суд запись}5"}[sign]
            raise self._fault(f"{sign!r} is expected, {found}.", example)
        self.at += 1
        return self.tokens[self.at - 1]

    def _unordered(self, parts: Sequence[Sequence[_Row]], words: int) -> list[_Row]:
        if len(parts) > MOST_UNORDERED:
            what = f"{len(parts)} parts in any order; at most {MOST_UNORDERED} can be."
            raise self._fault(what, "{суд запись оценить}")
        if any(isinstance(item, _Gap) and len(row) == 1 for part in parts for row in part for item in row):
            raise self._fault("`...` has no place among words in any order.", "{суд запись}15")
        rows: list[_Row] = []
        for order in permutations(parts):
            between: list[list[_Row]] = [[(_Window(words),)]]
            for part in order:
                between += [list(part), [(_Gap(words - 2),)]]
            between[-1] = [(_Window(0),)]
            rows += self._chain(between)
        if len(rows) > MOST_VARIANTS:
            raise self._fault(f"it can be read in {len(rows)} ways. Write several shorter phrases.", "{суд запись}")
        return rows

    def _number(self, written: str, default: int) -> int:
        number = int(written) if written else default
        if number > MOST_GAP_WORDS:
            what = f"{number} words are too many; at most {MOST_GAP_WORDS}. Use `with` for what stands further away."
            raise self._fault(what, "запись ...5 камера")
        return number

    def _word(self, written: str) -> _Row:
        if written.startswith("!"):
            what = "`!` is not used in phrases; what must not be there is written under `unless`."
            raise self._fault(what, "unless: [ходатайство]")
        if "*" in written.rstrip("*") or written.count("*") > 1 or written == "*":
            raise self._fault("`*` stands at the end of a word only, once.", "видео* запись")
        if not written.endswith("*"):
            return self._words(written, "any")
        row = self._words(written, "any")
        last = next((atom for step in row[-1:] if isinstance(step, frozenset) for atom in step), None)
        if last is None or any(c.isdecimal() for c in last.text):
            raise self._fault("`*` stands after letters only.", "видео* запись")
        return (*row[:-1], frozenset({Atom(last.text, "prefix")}))

    def _words(self, written: str, how: str) -> _Row:
        """The words of what was written, as the tokeniser sees them; signs such as № are not seen, in texts or here."""
        return tuple(frozenset({Atom(word, how)}) for word in self.split(written))


def _merge(rows: list[_Row]) -> list[_Row]:
    """One step instead of many alternatives, where each is a single word."""
    single = [row[0] for row in rows if len(row) == 1 and isinstance(row[0], frozenset)]
    longer = [row for row in rows if len(row) != 1 or not isinstance(row[0], frozenset)]
    merged: list[_Row] = [(frozenset[Atom]().union(*single),)] if single else []
    return [*merged, *dict.fromkeys(longer)]


def _variant(row: _Row, phrase: Phrase) -> Variant:
    steps: list[Step] = []
    gaps: list[int] = []
    windows: list[tuple[int, int, int]] = []
    opened: list[tuple[int, int]] = []
    gap = 0
    for item in row:
        if isinstance(item, _Gap):
            gap += item.words
        elif isinstance(item, frozenset):
            steps.append(item)
            gaps.append(min(gap, MOST_GAP_WORDS))
            gap = 0
        elif item.words:
            opened.append((len(steps), item.words))
        else:
            start, words = opened.pop()
            windows.append((start, len(steps) - 1, words))
    if not steps or gap or gaps[0]:
        what = "`...` stands between two words, and a phrase needs at least one word that must be there."
        raise fault(phrase, what, "запись ...5 камера")
    return Variant(tuple(steps), tuple(gaps), tuple(w for w in windows if w[1] > w[0]))
