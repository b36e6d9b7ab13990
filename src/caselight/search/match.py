"""Which cases a query means, and where in their texts.

The index answers what it can; exact phrases and patterns are looked up in the texts of the cases that are left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import tantivy

from caselight.search.fold import fold
from caselight.search.index import Index
from caselight.search.pattern import PatternSearch
from caselight.search.query import Both, Dated, Either, Exact, InField, Node, Not, Pattern, Words

# Words of a query that stand this near count as said together: "камерами городского и частного видеонаблюдения".
NEAR_WORDS = 4
Texts = Callable[[str], str]  # case id -> the text that was indexed for it
_FORM = re.compile(r"\w+")
# What tantivy takes for a word: letters and digits, without the underscore that \w has too.
_WORD = re.compile(r"[^\W_]+")
_Word = tuple[int, int, str]  # start, end, stem


def case_id(number: int) -> str:
    """The case id that is indexed as `number`."""
    return f"c{number:016x}"


@dataclass(slots=True)
class Matcher:
    """Answers one query over one index. Use inside `with`: patterns run in processes of their own."""

    index: Index
    texts: Texts
    stack: ExitStack = field(default_factory=ExitStack)
    _patterns: dict[str, PatternSearch] = field(default_factory=dict)
    _stems: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Matcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def cases(self, node: Node) -> list[tuple[float, int, tantivy.DocAddress]]:
        """Every case that the query means: score, case as a number, address; best first."""
        rows = self.index.scored(self._wide(node))
        if _by_index(node):
            return rows
        meant = self._meant(node, {case for _, case, _ in rows})
        return [row for row in rows if row[1] in meant]

    def places(self, node: Node, text: str) -> list[tuple[int, int, int]]:
        """Where in `text` is what the query looks for: start, end, which of its parts (a number); sorted.

        Nothing of what the query excludes.
        """
        folded = fold(text)
        words = [(found.start(), found.end(), self._stem(found[0])) for found in _WORD.finditer(folded.text)]
        found = {
            (*folded.original(*span), number)
            for number, leaf in enumerate(_leaves(node))
            for span in self._spans(leaf, folded.text, words)
        }
        return sorted(found)

    def _wide(self, node: Node) -> tantivy.Query:
        """A query of the index that matches at least what `node` means."""
        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = [(tantivy.Occur.Must, tantivy.Query.all_query())]
        match node:
            case Words(text) | Exact(text):
                clauses = [(tantivy.Occur.Must, self._query("text", text))]
            case InField(name, text):
                clauses = [(tantivy.Occur.Must, self._query(name, text))]
            case Dated(first, last):
                days = tantivy.Query.range_query(self.index.schema, "date", tantivy.FieldType.Integer, first, last)
                clauses = [(tantivy.Occur.Must, days)]
            case Both(parts):
                clauses = [(tantivy.Occur.Must, self._wide(part)) for part in parts]
                clauses += [(tantivy.Occur.Should, near) for near in self._near(parts)]
            case Either(parts):
                clauses = [(tantivy.Occur.Should, self._wide(part)) for part in parts]
            case Not(part) if _by_index(part):
                clauses.append((tantivy.Occur.MustNot, self._wide(part)))
        return tantivy.Query.boolean_query(clauses)

    def _near(self, parts: tuple[Node, ...]) -> Iterator[tantivy.Query]:
        """Decides no match, but puts cases first where the words of the query stand near each other."""
        stems = [stem for part in parts if isinstance(part, Words) for stem in self.index.stems(part.text)]
        if len(stems) > 1:
            yield tantivy.Query.phrase_query(self.index.schema, "text", list(stems), NEAR_WORDS)

    def _query(self, name: str, text: str) -> tantivy.Query:
        stems = self.index.stems(text)
        if len(stems) > 1:
            return tantivy.Query.phrase_query(self.index.schema, name, list(stems))
        if stems:
            return tantivy.Query.term_query(self.index.schema, name, stems[0])
        return tantivy.Query.empty_query()

    def _meant(self, node: Node, among: set[int]) -> set[int]:
        """Those `among` the cases that `node` means."""
        if _by_index(node):
            return among & {case for _, case, _ in self.index.scored(self._wide(node))}
        match node:
            case Both(parts):
                for part in sorted(parts, key=_cost):
                    among = self._meant(part, among)
                return among
            case Either(parts):
                found: set[int] = set()
                for part in sorted(parts, key=_cost):
                    found |= self._meant(part, among - found)
                return found
            case Not(part):
                return among - self._meant(part, among)
            case Exact(text):
                among = among & {case for _, case, _ in self.index.scored(self._query("text", text))}
        # In the order of ids: texts of neighbouring ids lie side by side in the study.
        return {case for case in sorted(among) if any(self._spans(node, fold(self.texts(case_id(case))).text, []))}

    def _spans(self, leaf: Node, folded: str, words: list[_Word]) -> Iterator[tuple[int, int]]:
        """Offsets in the folded text; `words` are its words, needed for `Words` alone."""
        match leaf:
            case Words(text):
                yield from _side_by_side(self.index.stems(text), words)
            case Exact(text):
                forms = r"\b" + r"\W+".join(_FORM.findall(fold(text).text)) + r"\b"
                yield from (found.span() for found in re.finditer(forms, folded, re.IGNORECASE))
            case Pattern(text):
                yield from self._pattern(text).find(folded)

    def _pattern(self, text: str) -> PatternSearch:
        if text not in self._patterns:
            self._patterns[text] = self.stack.enter_context(PatternSearch(text.replace("ё", "е").replace("Ё", "Е")))
        return self._patterns[text]

    def _stem(self, form: str) -> str:
        if form not in self._stems:
            self._stems[form] = " ".join(self.index.stems_of_folded(form))
        return self._stems[form]


def shows_places(node: Node) -> bool:
    """Whether the query looks for anything in the text; fields and dates have no place in it."""
    return any(True for _ in _leaves(node))


def _leaves(node: Node) -> Iterator[Node]:
    """The parts of the query that are looked for in the text."""
    match node:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _leaves(part)
        case Words() | Exact() | Pattern():
            yield node


def _side_by_side(stems: list[str], words: list[_Word]) -> Iterator[tuple[int, int]]:
    if not stems:
        return
    there = [stem for _, _, stem in words]
    last = len(stems) - 1
    for i, stem in enumerate(there):
        if stem == stems[0] and there[i : i + last + 1] == stems:
            yield words[i][0], words[i + last][1]


def _by_index(node: Node) -> bool:
    """Whether the index alone can answer."""
    match node:
        case Exact() | Pattern():
            return False
        case Both(parts) | Either(parts):
            return all(map(_by_index, parts))
        case Not(part):
            return _by_index(part)
    return True


def _cost(node: Node) -> int:
    """Order in which to ask: the index first, then exact phrases, then patterns."""
    match node:
        case Pattern():
            return 2
        case Both(parts) | Either(parts):
            return max(map(_cost, parts))
        case Not(part):
            return _cost(part)
    return 0 if _by_index(node) else 1
