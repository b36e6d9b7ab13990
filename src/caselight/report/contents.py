"""What goes into a report and into an export: filled by the pipeline from the study's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caselight.codebook import Codebook
from caselight.report.geography import Outline, Place, Region
from caselight.report.sentences import Sentence
from caselight.report.tiles import Ground
from caselight.types import Answer, Book, Case, Document, Estimate, Problem, RecordRow, Value


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What lists of cases show of one case. Texts are "" where the record does not say."""

    id: str
    document: str  # id of the document that carries the act
    name: str  # of that document's record
    path: str
    court: str = ""
    judge: str = ""
    number: str = ""
    decision_date: str = ""  # ISO
    outcome: str = ""
    instance: str = ""
    matter: str = ""
    earlier: tuple[str, ...] = ()  # ids of the cases of earlier instances, oldest first
    region: str = ""  # code, as the pack's map names it
    statutes: tuple[str, ...] = ()  # each once
    event_date: str = ""  # ISO
    event_place: str = ""  # in the record's words, which may say where somebody lives: printed on no list
    digest: int = 0  # changes when anything on the case's page changes; 0 = unknown, the page is always written


@dataclass(frozen=True, slots=True)
class Quotation:
    """One quotation as a list shows it."""

    text: str
    said_by: str
    denied: bool
    value: str = ""  # the value that it speaks for; "" = not told apart


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person answered about a case; or what counts of all that people answered."""

    answer: Answer  # its coder is the person's name in the study; of what counts, of all whose answer it is
    decided: bool  # False = read, and undecided


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything about one case: what its page shows and what an export writes."""

    case: Case
    documents: tuple[Document, ...]  # the first carries the act
    answers: tuple[Answer, ...]  # the machine's, in the codebook's order
    people: tuple[Reading, ...] = ()  # each person's answer to each question
    settled: tuple[Reading, ...] = ()  # for each question that people answered, what counts


@dataclass(frozen=True, slots=True)
class AgreedOn:
    """How far two readers agree on one answer."""

    answer: str  # "" = that the record does not say
    cases: int  # in which at least one of the two gave it
    share: float | None  # of the times it was given, how often the other one gave it too; None = it was never given
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """The draw that people read, as the report tells of it."""

    number: str  # of the draw; more than 1 if another was committed before
    digest: str  # sha256 of the commitment, as it was to be published
    seed: str  # "" = the dice were not thrown yet
    claim: str
    level: float
    sizes: Mapping[str, tuple[int, int]]  # stratum -> N_h, n_h
    coders: Mapping[str, int]  # name -> answers given
    read: Mapping[str, int]  # variable -> drawn cases with an answer of people
    agreement: Mapping[str, tuple[int, float, float | None, float | None]]  # variable -> cases, same, alpha, AC1
    ranges: Mapping[str, Mapping[str, tuple[float, float]]] = field(
        default_factory=dict
    )  # variable -> measure -> limits
    positive: Mapping[str, tuple[AgreedOn, ...]] = field(default_factory=dict)  # variable -> each of its answers
    machine: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # variable -> value -> units, when committed
    differ: Mapping[str, int] = field(default_factory=dict)  # variable -> drawn units whose coders differ, not settled
    day: str = ""  # when it was committed, ISO; "" = it does not say
    later: int = 0  # cases that came after it was committed: no figure speaks for them
    others: tuple[
        tuple[str, str, bool], ...
    ] = ()  # number, sha256 of the study's other draws; whether dice were thrown
    replaced: tuple[str, ...] = ()  # numbers of earlier draws for figures that were thrown and make none any more

    @property
    def pile(self) -> int:
        """Units that the draw is of."""
        return sum(N for N, _ in self.sizes.values())

    @property
    def drawn(self) -> int:
        """Cases to be read."""
        return sum(n for _, n in self.sizes.values())


@dataclass(frozen=True, slots=True)
class Atlas:
    """What a map is drawn from. Without regions, outlines and places there is none."""

    regions: tuple[Region, ...] = ()  # of the pack
    outlines: tuple[Outline, ...] = ()  # the user's own; drawn instead of squares
    places: tuple[Place, ...] = ()  # the user's own
    place_of: Mapping[str, str] = field(default_factory=dict)  # case -> name of the place of its event
    # The user's own tiles under the places of events, read where the map is drawn.
    ground: Callable[[], Ground | None] = lambda: None
    has_tiles: bool = False
    is_ground_withheld: bool = False  # there are tiles, which are no part of this edition

    def published(self) -> Atlas:
        """What may leave the study: no pictures, since what one shows, or carries with it, cannot be searched."""
        return replace(self, ground=lambda: None, is_ground_withheld=self.has_tiles)


@dataclass(frozen=True, slots=True)
class Contents:
    """A study at one moment, ready to be shown.

    Lists of every case are held in memory, one small row a case; texts and evidence come in streams (`load`), and the
    quotations of one variable only when its lists have to be written (`quotes`).
    """

    title: str
    language: str  # of the interface: "en" | "ru"
    codebook: Codebook
    pack: str  # "ru 1.0" or as the pack names itself, for the method page
    books: Sequence[Book]
    problems: Sequence[Problem]
    estimates: Sequence[Estimate]
    records: Sequence[RecordRow]
    cases: Sequence[CaseRow]  # in the order in which lists show them
    answers: Mapping[str, Sequence[Value]]  # variable -> its value in each case, in the order of `cases`
    stamps: Mapping[str, str]  # variable -> text that changes whenever one of its answers or quotations changes
    quotes: Callable[
        [str], Sequence[Sequence[Quotation]]
    ]  # variable -> quotations in each case, in the order of `cases`
    load: Callable[[Iterable[str]], Iterator[CasePage]]  # case ids -> their pages, in any order
    lock_level: str  # what Engine.level said
    generated_at: str  # as it shall be printed; the report reads no clock
    version: str  # of Caselight
    fieldwork: Fieldwork | None = None  # None = no draw was committed
    sentences: Sequence[Sentence] = ()  # of findings.yaml
    atlas: Atlas = field(default_factory=Atlas)
    sample: str = ""  # a notice on every page, e.g. that the records are constructed; "" = none
