"""Search: a query in, every case that it means out, with the words found quoted from the text.

One engine for one hit and for all of them; no cap, exact counts. Words are found in any inflection, ё is е, soft
hyphens do not matter; see `query` for what can be asked. Cases are found one by one: nothing is joined across cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from caselight.errors import StudyError
from caselight.search.index import SearchRow, known, open_index, update
from caselight.search.match import Matcher, Texts, case_id, shows_places
from caselight.search.query import parse

__all__ = ["Found", "Hit", "SearchRow", "Snippet", "Texts", "known", "search", "update"]

# Code points shown on either side of a found word: two lines on a terminal, about one sentence of a ruling.
CONTEXT = 90


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of the case's text, verbatim, and what was found in it."""

    start: int  # code points in the text, half-open
    end: int
    quote: str  # text[start:end]
    marks: tuple[tuple[int, int], ...]  # code points in the text, not in the quote


@dataclass(frozen=True, slots=True)
class Hit:
    """One case that the query means."""

    case: str
    name: str
    score: float  # BM25 of the words asked for; higher is nearer. 0 and up, no fixed scale
    snippets: tuple[Snippet, ...]  # every place, those that show more of the query first; () = only fields were asked


@dataclass(frozen=True, slots=True)
class Found:
    """All that a query means: how many cases, and the cases one after another."""

    total: int
    hits: Iterator[Hit]


def search(folder: Path, query: str, texts: Texts, order: str = "score") -> Found:
    """Every case that `query` means, best first (`order` "score") or by case id ("id").

    Args:
        folder: of the index.
        query: see `caselight.search.query`.
        texts: gives the text of a case by its id, exactly as it was indexed.
        order: "score" or "id".

    Raises:
        UsageError: the query cannot be read, or one of its patterns takes too long.
        StudyError: there is no index, or it is damaged or being written.
    """
    node = parse(query)
    index = open_index(folder)
    if index is None:
        study = folder.parent.parent
        raise StudyError(
            f"The search index of {study} is missing, damaged or being written just now. "
            f"Run `caselight run {study}`: it builds what is missing."
        )
    with Matcher(index, texts) as matcher:
        rows = matcher.cases(node)
    if order == "id":
        rows.sort(key=lambda row: row[1])

    in_text = shows_places(node)

    def hits() -> Iterator[Hit]:
        with Matcher(index, texts) as matcher:
            for score, number, address in rows:
                text = texts(case_id(number)) if in_text else ""
                snippets = tuple(_snippets(text, matcher.places(node, text))) if in_text else ()
                yield Hit(case_id(number), index.name(address), score, snippets)

    return Found(len(rows), hits())


def _snippets(text: str, places: list[tuple[int, int, int]]) -> list[Snippet]:
    """Places with their surroundings; those whose surroundings touch come as one."""
    groups: list[list[tuple[int, int, int]]] = []
    for place in places:
        if groups and place[0] - CONTEXT <= max(end for _, end, _ in groups[-1]) + CONTEXT:
            groups[-1].append(place)
        else:
            groups.append([place])
    # Stable: where two show as much of the query, the one that stands first comes first.
    groups.sort(key=lambda group: -len({part for _, _, part in group}))
    return [_snippet(text, _united(group)) for group in groups]


def _united(places: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Sorted places without their parts; those that overlap as one."""
    united: list[tuple[int, int]] = []
    for start, end, _ in places:
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _snippet(text: str, marks: list[tuple[int, int]]) -> Snippet:
    start = max(0, marks[0][0] - CONTEXT)
    end = min(len(text), max(end for _, end in marks) + CONTEXT)
    # Not in the middle of a word: back to the next space, but never into what was found.
    while 0 < start < marks[0][0] and not text[start - 1].isspace():
        start += 1
    while len(text) > end > max(mark[1] for mark in marks) and not text[end].isspace():
        end -= 1
    return Snippet(start, end, text[start:end], tuple(marks))
