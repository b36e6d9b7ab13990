"""Which cases a query means, and where in their texts.

The index answers what it can; exact phrases and patterns are looked up in the texts of the cases that are left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import tantivy

from caselight.search.fold import Folded, fold
from caselight.search.index import Index
from caselight.search.pattern import PatternSearch
from caselight.search.query import Both, Dated, Either, Exact, InField, Node, Not, Pattern, Words

Texts = Callable[[str], str]  # case id -> the text that was indexed for it
_WORD = re.compile(r"\w+")


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

    def places(self, node: Node, text: str) -> list[tuple[int, int]]:
        """Offsets in `text` of what the query looks for, sorted; nothing of what it excludes."""
        folded = fold(text)
        spans = {folded.original(*span) for span in self._spans(node, folded)}
        return sorted(spans)

    def _wide(self, node: Node) -> tantivy.Query:
        """A query of the index that matches at least what `node` means."""
        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = [(tantivy.Occur.Must, tantivy.Query.all_query())]
        match node:
            case Words(text) | Exact(text):
                clauses = [(tantivy.Occur.Must, self._side_by_side("text", text))]
            case InField(name, text):
                clauses = [(tantivy.Occur.Must, self._side_by_side(name, text))]
            case Dated(first, last):
                days = tantivy.Query.range_query(self.index.schema, "date", tantivy.FieldType.Integer, first, last)
                clauses = [(tantivy.Occur.Must, days)]
            case Both(parts):
                clauses = [(tantivy.Occur.Must, self._wide(part)) for part in parts]
            case Either(parts):
                clauses = [(tantivy.Occur.Should, self._wide(part)) for part in parts]
            case Not(part) if _by_index(part):
                clauses.append((tantivy.Occur.MustNot, self._wide(part)))
        return tantivy.Query.boolean_query(clauses)

    def _side_by_side(self, name: str, text: str) -> tantivy.Query:
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
                among = among & {case for _, case, _ in self.index.scored(self._side_by_side("text", text))}
        # In the order of ids: texts of neighbouring ids lie side by side in the study.
        return {case for case in sorted(among) if any(self._spans(node, fold(self.texts(case_id(case)))))}

    def _spans(self, node: Node, folded: Folded) -> Iterator[tuple[int, int]]:
        """Offsets in the folded text."""
        match node:
            case Words(text):
                yield from self._inflected(self.index.stems(text), folded.text)
            case Exact(text):
                words = _WORD.findall(fold(text).text)
                yield from (
                    m.span() for m in re.finditer(r"\b" + r"\W+".join(words) + r"\b", folded.text, re.IGNORECASE)
                )
            case Pattern(text):
                yield from self._pattern(text).find(folded.text)
            case Both(parts) | Either(parts):
                for part in parts:
                    yield from self._spans(part, folded)

    def _pattern(self, text: str) -> PatternSearch:
        if text not in self._patterns:
            self._patterns[text] = self.stack.enter_context(PatternSearch(text.replace("ё", "е").replace("Ё", "Е")))
        return self._patterns[text]

    def _inflected(self, stems: list[str], text: str) -> Iterator[tuple[int, int]]:
        if not stems:
            return
        recent: list[tuple[str, int]] = []  # stem and start of the last words, as many as are looked for
        for found in _TANTIVY_WORD.finditer(text):
            recent = (
                [*recent[1 - len(stems) :], (self._stem(found[0]), found.start())]
                if len(stems) > 1
                else [(self._stem(found[0]), found.start())]
            )
            if [stem for stem, _ in recent] == stems:
                yield recent[0][1], found.end()

    def _stem(self, word: str) -> str:
        if word not in self._stems:
            self._stems[word] = " ".join(map(str, self.index.analyser.analyze(word)))
        return self._stems[word]


# tantivy's words: letters and digits, without the underscore that \w has too.
_TANTIVY_WORD = re.compile(r"[^\W_]+")


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
