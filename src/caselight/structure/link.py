"""Which cases are instances of one matter, from small keys that fit into memory for a million cases.

Cases are joined by what courts write to identify them, never by anybody's name:
1. the unique identifier that all instances of a matter carry;
2. the court and number of the case under review, quoted in the review or on its card;
3. the same number within the same court.
Where numbers would join what identifiers keep apart, or a court's name may mean several courts, nothing is joined
and a problem says so: a matter that is split can be put together by its reader, one that is wrongly joined misleads.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from json.encoder import encode_basestring
from typing import NamedTuple

from caselight.structure.forms import number_key, plain
from caselight.types import Case, Document, Link, Problem

# Order of instances. A case whose instance is not recognised precedes nothing and follows nothing.
INSTANCES = ("first", "appeal", "cassation", "supervision")
# Small words this long say what kind of court it is ("районный"), shorter ones only introduce its place ("города").
KIND_LETTERS = 7
# A million cases come from some thousands of courts, each written in a few ways.
REMEMBERED_COURTS = 50_000
_WORD = re.compile(r"\w+(?:-\w+)*")
# Without its year a case number comes back every January.
_WITH_YEAR = re.compile(r"/(?:19|20)\d\d(?:-\d+)?$|-(?:19|20)?\d\d$")


class Court(NamedTuple):
    """A court as it is compared: `code` from the register or the identifier, `kind` and `place` from its name."""

    code: str  # "" = not known
    kind: str  # the name without its place: "ленинский районный"
    place: tuple[str, ...]  # words of the place, sorted; () = the name has none, or it was removed

    def same(self, other: Court) -> bool | None:
        """Whether both are one court; None where that cannot be told."""
        if self.code and other.code:
            return self.code == other.code
        if self.kind != other.kind:
            return False
        if not self.place or not other.place:
            return None
        # "Уфы" and "Башкортостан Уфы": one of them may name the region as well.
        return set(self.place) <= set(other.place) or set(other.place) <= set(self.place)


class LinkKey(NamedTuple):
    """What linking needs of one case: comparable forms, "" where the case does not state it. Plain strings only."""

    case: str
    name: str  # of the record, for messages
    uid: str
    court: str
    court_code: str
    number: str
    lower_court: str  # of the case under review
    lower_court_code: str
    lower_number: str
    instance: str
    date: str  # ISO day of the decision

    def to_json(self) -> str:
        """One line for a table's column: its members in their order."""
        return _LINE % tuple(map(encode_basestring, self))

    @classmethod
    def from_json(cls, text: str) -> LinkKey:
        """The key of which `text` is the line."""
        return cls._make(json.loads(text))


_LINE = "[" + ", ".join(["%s"] * len(LinkKey._fields)) + "]"  # as json.dumps makes it, in a third of the time


def link_key(case: Case, document: Document) -> LinkKey:
    """The key of a case, from its facts."""
    values = {fact.name: str(fact.value) for fact in reversed(case.facts)}  # of several the first
    number, lower = values.get("case_number"), values.get("lower_case_number")
    return LinkKey(
        case.id,
        document.name,
        values.get("uid", ""),
        values.get("court", ""),
        values.get("court_code", ""),
        number_key(number) if number else "",
        values.get("lower_court", ""),
        values.get("lower_court_code", ""),
        number_key(lower) if lower else "",
        case.instance or values.get("instance", ""),
        values.get("decision_date", ""),
    )


def link(keys: Iterable[LinkKey]) -> tuple[list[Link], list[Problem]]:
    """One link for each case, sorted by case, and a problem wherever linking was refused. The order does not matter."""
    cases = sorted(keys, key=lambda key: key.case)
    groups = _Groups(len(cases))
    by_uid: dict[str, int] = {}
    for i, key in enumerate(cases):
        if key.uid:
            groups.join(by_uid.setdefault(key.uid, i), i)
    matters = groups.components()
    matter_of = {i: number for number, members in enumerate(matters) for i in members}
    edges, problems = _edges(cases, matter_of)
    problems += _join_by_numbers(groups, cases, matters, edges)
    links = []
    for members in groups.components():
        own = [cases[i] for i in members]
        matter = "m" + own[0].case[1:]  # cases and members are sorted
        links += [Link(key.case, matter, _earlier(key, own)) for key in own]
    links.sort(key=lambda entry: entry.case)
    problems.sort(key=lambda problem: (problem.subject, problem.message))
    return links, problems


@lru_cache(maxsize=REMEMBERED_COURTS)
def court_of(name: str, code: str) -> Court:
    """The court of that name: "Ленинский районный суд г. Кирова" is of kind "ленинский районный", in "кирова"."""
    words = _WORD.findall(name)
    kind: list[str] = []
    place: list[str] = []
    for position, word in enumerate(words):
        capital = word[0].isupper() or word[0].isdigit()
        beyond = position > 0 and capital and not words[position - 1][0].isupper() and not words[position - 1].isdigit()
        if place or (beyond and not word.isdigit()):
            place += [plain(word)] if capital else []
        elif capital or len(word) >= KIND_LETTERS:
            kind.append(plain(word))
    return Court(code, " ".join(kind), tuple(sorted(place)))


class _Groups:
    """Cases put together; the smallest number of a group stands for it, so the result does not depend on the order."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        a, b = self.root(i), self.root(j)
        self._parent[max(a, b)] = min(a, b)

    def components(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for i in range(len(self._parent)):
            found[self.root(i)].append(i)
        return list(found.values())


def _mentions(cases: Sequence[LinkKey]) -> Iterator[tuple[int, str, Court]]:
    """Each number that a case bears or quotes, with the court it belongs to."""
    for i, key in enumerate(cases):
        for number, name, code in (
            (key.number, key.court, key.court_code),
            (key.lower_number, key.lower_court, key.lower_court_code),
        ):
            if number and name and _WITH_YEAR.search(number):
                yield i, number, court_of(name, code)


def _edges(cases: Sequence[LinkKey], matter_of: dict[int, int]) -> tuple[list[tuple[int, int]], list[Problem]]:
    """Pairs of cases that state the same number of the same court; a problem where the court cannot be told."""
    mentions: dict[tuple[str, str], list[tuple[int, Court]]] = defaultdict(list)
    for i, number, court in _mentions(cases):
        mentions[number, court.kind].append((i, court))
    edges: list[tuple[int, int]] = []
    problems = []
    for (number, kind), found in mentions.items():
        if len(found) == 1:
            continue
        unknown = set()
        found.sort(key=lambda mention: (mention[0], mention[1].code, mention[1].place))
        for (i, left), (j, right) in combinations(found, 2):
            if matter_of[i] == matter_of[j]:
                continue
            same = left.same(right)
            if same:
                edges.append((min(i, j), max(i, j)))
            elif same is None and not (cases[i].uid and cases[j].uid):
                unknown |= {i, j}
        if unknown:
            reason = f"they state number {number} of a court called {kind!r}, and not all say of which place"
            problems.append(_ambiguous(cases, sorted(unknown), reason))
    return sorted(set(edges)), problems


def _join_by_numbers(
    groups: _Groups, cases: Sequence[LinkKey], matters: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]]
) -> list[Problem]:
    """Join along the edges, except where that would put two identifiers into one matter: there nothing is joined."""
    trial = _Groups(len(cases))
    for members in matters:
        for i in members[1:]:
            trial.join(members[0], i)
    for i, j in edges:
        trial.join(i, j)
    problems = []
    refused = set()
    for members in trial.components():
        if len(members) == 1:
            continue
        uids = sorted({cases[i].uid for i in members if cases[i].uid})
        if len(uids) > 1:
            refused.add(trial.root(members[0]))
            reason = f"their numbers would join matters with different identifiers ({', '.join(uids[:3])})"
            problems.append(_ambiguous(cases, members, reason))
    for i, j in edges:
        if trial.root(i) not in refused:
            groups.join(i, j)
    return problems


def _ambiguous(cases: Sequence[LinkKey], members: Sequence[int], reason: str) -> Problem:
    names = sorted(cases[i].name for i in members)
    message = f"{', '.join(names[:4])} were not linked: {reason}. Compare the records if they matter to you."
    return Problem("link", names[0], "link_ambiguous", message)


def _rank(key: LinkKey) -> int:
    return INSTANCES.index(key.instance) if key.instance in INSTANCES else -1


def _earlier(key: LinkKey, matter: Sequence[LinkKey]) -> tuple[str, ...]:
    """Cases of other instances that came before: by the day of the decision, by the order of instances without one."""
    if len(matter) == 1:  # most matters
        return ()
    rank = _rank(key)

    def before(other: LinkKey) -> bool:
        if -1 in (rank, _rank(other)) or _rank(other) == rank:
            return False
        if key.date and other.date and key.date != other.date:
            return other.date < key.date
        return _rank(other) < rank

    found = [other for other in matter if before(other)]
    found.sort(key=lambda other: (other.date or "9999", _rank(other), other.case))
    if not all(other.date for other in found):
        found.sort(key=lambda other: (_rank(other), other.date, other.case))
    return tuple(other.case for other in found)
