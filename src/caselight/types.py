"""Everything that passes between stages, in order of birth.

Offsets everywhere are code points into `Document.text`, half-open, and the text is never changed after ingest:
`text[start:end] == quote` holds for every span that leaves a stage. What a record has by the dozen (spans, facts,
sections) is a named tuple: it is made in a third of a frozen dataclass's time. Annotations are no strings here: each of
those would be compiled again when its class is made, and every command makes all of these.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from caselight.errors import SpanError


class State(StrEnum):
    """Where a record ended. Exactly one per record; every one but `READ` has a reason in words."""

    READ = "read"
    DUPLICATE = "duplicate"  # the same bytes are in the study under another path
    CONTAINER = "container"  # an archive or a dump: its members are records of their own
    NO_TEXT_LAYER = "no_text_layer"  # a scan: pictures of pages without text
    SUSPECT_EMPTY = "suspect_empty"  # the bytes hold letters (or nothing at all), the text is empty or far too short
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"  # the file could not be opened when it was to be added
    OVER_LIMIT = "over_limit"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    REFUSED = "refused"  # dangerous on purpose: a bomb, XML entities, a pickle
    LEFT_OUT = "left_out"  # by the user, when it was to be added


# The states that leave nothing to be mended; a record in any other one is a problem.
ACCOUNTED = frozenset({State.READ, State.DUPLICATE, State.CONTAINER, State.LEFT_OUT})
UNREAD = frozenset(State) - ACCOUNTED


class Problem(NamedTuple):
    """Something that could not be done, counted. `kind` is a stable code with an entry in docs/problems.md."""

    stage: str  # ingest, structure, link, coding, report ...
    subject: str  # a record's path, a case id, a variable's name
    kind: str
    message: str  # what could not be done, where, what was found, what to do


class Record(NamedTuple):
    """A file as received, or a member of an archive, or a row of a dump."""

    id: str  # sha256 of the bytes, lower-case hex
    path: str  # as given; inside archives "a.zip!b/c.html"; rows of a dump "dump.jsonl!17"
    size_bytes: int
    parent: str | None = None  # id of the container it came from; None = given by the user

    @property
    def name(self) -> str:
        """Last part of the path, what a person would call the record."""
        return self.path.replace("!", "/").rstrip("/").rsplit("/", 1)[-1]


class Page(NamedTuple):
    """One page of a paged record."""

    number: int  # from 1
    start: int
    end: int
    confidence: float | None = None  # of recognition, 0 to 1; None = the page had a text layer


class RegionKind(StrEnum):
    """What a stretch of a document's text is. Only `ACT` text is coded; `CARD` and `META` text gives facts."""

    CARD = "card"  # tables of a court's web page about the case
    ACT = "act"  # the text of the judicial act itself
    META = "meta"  # columns of a dump, document properties
    HIDDEN = "hidden"  # text a reader of the original would not see; kept, marked, never coded
    NOTE = "note"  # headers, footers, footnotes, comments


class Region(NamedTuple):
    """What lies between two offsets of the text."""

    kind: RegionKind
    start: int
    end: int


class Field(NamedTuple):
    """One labelled value of a card or a dump row: "Судья" -> the span that holds the name.

    `table` is the heading of the table it stood in ("" where none), `row` its row number there (-1 for a plain
    label-value table), so that "Результат" of the third hearing is not taken for the outcome of the case.
    """

    label: str
    start: int
    end: int
    table: str = ""
    row: int = -1


class Document(NamedTuple):
    """A record's text with proof of origin."""

    id: str  # the record's id
    name: str
    text: str
    reader: str  # name in ingest.READERS
    media_type: str
    language: str  # ISO 639-1, "" = not recognised
    pages: tuple[Page, ...] = ()
    regions: tuple[Region, ...] = ()  # sorted, not overlapping; empty = all of it is ACT
    fields: tuple[Field, ...] = ()

    def acts(self) -> tuple[Region, ...]:
        """The stretches that may be coded: ACT regions, or the whole text where no region is marked."""
        if not self.regions:
            return (Region(RegionKind.ACT, 0, len(self.text)),)
        return tuple(r for r in self.regions if r.kind is RegionKind.ACT)


class Reading(NamedTuple):
    """What became of one record: its state, and its text where the state is `read`."""

    state: State
    reason: str  # words for a person; "" for a plain `read`
    document: Document | None = None  # None unless state is READ
    problems: tuple[Problem, ...] = ()


class Span(NamedTuple):
    """A quotation: these code points of that document."""

    document: str
    start: int
    end: int
    quote: str

    @classmethod
    def of(cls, document: Document, start: int, end: int) -> "Span":
        """The span of `document.text[start:end]`.

        Raises:
            SpanError: the span is empty, reversed or outside the text.
        """
        text = document.text
        if not 0 <= start < end <= len(text):
            raise SpanError(f"no span {start}:{end} in a text of {len(text)} characters ({document.name})")
        return tuple.__new__(cls, (document.id, start, end, text[start:end]))  # half the time of cls(...)

    def check(self, document: Document) -> None:
        """Nothing, if the quotation stands in the text at its offsets.

        Raises:
            SpanError: it does not.
        """
        if document.id != self.document or document.text[self.start : self.end] != self.quote:
            where = f"{self.start}:{self.end} in {document.name}"
            raise SpanError(f"quotation {self.quote[:60]!r} does not stand at {where}")


class Section(NamedTuple):
    """A part of a ruling. `name` is one of the pack's section names, e.g. header, established, operative."""

    name: str
    start: int
    end: int


class Fact(NamedTuple):
    """Something the record states about the case: court, judge, number, date, outcome, fine ..."""

    name: str
    value: str | int  # dates ISO; sums in roubles, days, hours as int; everything else text
    span: Span
    source: str = "text"  # "text" | "card" | "meta": what kind of region the span stands in


class Case(NamedTuple):
    """One matter before one instance."""

    id: str  # "c" + first 16 hex digits of the document id that carries the act
    instance: str  # pack's word: first | appeal | cassation | supervision | "" = not recognised
    documents: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    facts: tuple[Fact, ...] = ()


class Link(NamedTuple):
    """Where a case stands among the instances of its matter."""

    case: str
    matter: str  # "m" + 16 hex digits of the smallest case id of the matter; equal for all instances
    earlier: tuple[str, ...]  # case ids of earlier instances, oldest first


class Evidence(NamedTuple):
    """A quotation offered for an answer, who says it, and whether it is denied."""

    span: Span
    said_by: str  # court | police | prosecution | defence | witness | expert | unknown
    denied: bool
    section: str = ""  # name of the section it stands in


Value = str | int | float | bool | tuple[str, ...] | None


def as_value(parsed: Any) -> Value:
    """A value from what JSON has for it: a list there is a tuple here.

    >>> as_value(["a", "b"]), as_value("a")
    (('a', 'b'), 'a')
    """
    value: Value = tuple(parsed) if isinstance(parsed, list) else parsed
    return value


class Answer(NamedTuple):
    """One coder's value for one variable of one case: the same type for rule, classifier, model and human."""

    case: str
    variable: str
    value: Value  # None = undetermined or not asked (skip rule); () = many-of with none
    coder: str  # "rules" for the rule coder
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None  # the coder's own confidence, 0 to 1; None = it gives none


class Drawn(NamedTuple):
    """A case that people read because chance picked it."""

    case: str
    stratum: str  # what the machine said of it when the draw was committed, e.g. "surveillance_role=relied_on"
    ticket: str  # 64 hex digits
    number: int  # place in the order of tickets, from 1
    probability: float  # of being drawn: n_h / N_h
    double: bool  # read by a second coder, who does not see the first one's answers


@dataclass(frozen=True, slots=True)
class Stratum:
    """What was seen in one part of the pile. Letters as in the field's literature."""

    N: int  # cases
    n: int  # drawn cases that were read
    x: int  # of these, with the code
    undecided: int = 0  # of these, read and undecided: without the code for the lower limit, with it for the upper
    name: str = field(default="", compare=False)  # of the part, e.g. "role=relied_on"; "" = none was given


class Estimate(NamedTuple):
    """A number about the whole pile, with its interval where one can be had."""

    name: str  # "count" | "share" | "total" | "mean" | "recall" | "missed" ...: see docs/reference
    variable: str
    value: str
    unit: str  # counting unit: record | case | matter | person
    estimate: float
    low: float | None  # None = no interval: nobody has checked the machine on a random draw
    high: float | None
    level: float | None
    method: str  # stable code, e.g. "machine_count"
    n: int  # human-coded drawn cases behind it
    N: int  # size of the pile; the letter of the field's literature
    cases: tuple[str, ...]  # counted by the machine; of a figure that people made: those they read
    strata: tuple[Stratum, ...] = ()  # what was seen in each part of the pile; () = nobody has read
    digest: str = ""  # 64 hex digits that change with anything the figure rests on
    where: tuple[tuple[str, str], ...] = ()  # the part of the pile it is about: ("fact:year", "2022"); () = all of it
    assumptions: tuple[str, ...] = ()  # codes with words in report/words: what has to be true for the interval to hold
    draw: str = ""  # sha256 of the commitment it rests on; "" = no draw
    error: float | None = None  # share of single readings that a second look overturned; None = nobody looked twice


class RecordRow(NamedTuple):
    """One record as received, and where it ended. A record's bytes may come twice: two rows with the same id."""

    id: str
    path: str
    name: str
    state: str  # a value of types.State
    reason: str
    media_type: str = ""
    reader: str = ""
    chars: int = 0
    pages: int = 0
    language: str = ""
    parent: str | None = None  # id of the container; None = given by the user
    duplicate_of: str | None = None  # path of the record that was read in its stead; None = it is no duplicate


def lost_inside(records: Iterable[RecordRow], problems: Iterable[Problem]) -> int:
    """In how many places an archive or a dump was not read whole: a problem tells of it, but no record was made."""
    told = sum(problem.stage == "ingest" and problem.kind in UNREAD for problem in problems)
    return told - sum(record.state in UNREAD for record in records)


class Book(NamedTuple):
    """What came into one stage and what became of it: nothing may get lost on the way."""

    stage: str  # ingest | structure | link | coding/VARIABLE ...
    unit: str  # what is counted: record | document | case | answer
    came_in: int
    went_out: tuple[tuple[str, int], ...]  # what became of it ("read", "damaged", "case" ...) -> how many

    @property
    def balanced(self) -> bool:
        """Everything that came in is accounted for, once."""
        return self.came_in == sum(count for _, count in self.went_out)
