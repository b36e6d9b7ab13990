"""What a bundle says, checked: draw, figures, quotations, books; in the order that keeps all processors busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from caselight.bundle.agreeing import agreements_of
from caselight.bundle.books import check_books
from caselight.bundle.casepages import Called
from caselight.bundle.crew import Crew
from caselight.bundle.drawn import Draw, check_draw, numbers_of, read_answers, read_draw
from caselight.bundle.faults import Fault, Verdict, guarded
from caselight.bundle.members import Members
from caselight.bundle.names import BOOKS, CASES, ESTIMATES, GIVEN, QUESTIONS, REPORT, TEXTS
from caselight.bundle.others import check_others
from caselight.bundle.pages import Others, Pages
from caselight.bundle.pile import Pile, empty_pile
from caselight.bundle.printed import Page, PagesRead, is_page, read_pages
from caselight.bundle.reading import read_json, read_rows
from caselight.bundle.recount import Answers, Draws, check_figures
from caselight.bundle.stamps import check_stamps
from caselight.bundle.texts import Case, Checked, batches, check_cases, check_frame, is_large

_PAGES_AT_ONCE = 2 << 20  # bytes of pages that are read in one piece of work
_LARGE_PAGE = 64 << 20  # bytes; such pages are read one at a time, since each fills the memory


class Contents:
    """Checks all that is not bytes."""

    def __init__(self, members: Members, manifest: Mapping[str, Any], crew: Crew, verdict: Verdict) -> None:
        self._members, self._manifest, self._crew, self._verdict = members, manifest, crew, verdict
        self._called = Called()
        self._committed: list[Draw] = []  # all that could be read, also where drawing again failed
        self._draws: list[tuple[Draw, Answers]] = []
        self._lost = ""  # the file because of which a draw could not be read
        self._others: dict[str, Mapping[str, float]] = {}
        self._pile: Pile | None = None  # None = the tables cannot be read
        self._why = ""  # the file because of which

    def check_cases(self) -> None:
        """The draws; every case with its quotations and its page; what the report's pages print is read meanwhile."""
        waiting = [self._crew.give(read_pages, names) for names in _parts(self._members)]
        for number in numbers_of(self._members):
            lost = guarded(partial(self._check_draw, number), self._verdict, file=f"draws/{number}/")
            self._lost = self._lost or lost
        guarded(lambda: check_others(self._members, self._committed, self._verdict), self._verdict, file="draws/")
        if not numbers_of(self._members):
            self._verdict.notes.append(("no_draw", ""))
        self._read_cases()
        self._pages: dict[str, Page] = {}
        for take in waiting:
            self._take_pages(take)
        for name in filter(is_page, self._members.sizes):  # the large ones here, when no other process reads any
            if self._members.sizes[name] > _LARGE_PAGE:
                self._take_pages(partial(read_pages, self._members, [name]))

    def _take_pages(self, take: Callable[[], PagesRead]) -> None:
        def taken() -> None:
            found = take()
            self._verdict.take(found.verdict)
            self._pages |= {page.name: page for page in found.pages}

        guarded(taken, self._verdict)

    def _check_draw(self, number: str) -> None:
        draw = read_draw(self._members, number, self._verdict)
        self._committed.append(draw)
        check_draw(self._members, draw, self._verdict)
        questions = read_json(self._members, QUESTIONS)["variables"]
        self._draws.append((draw, read_answers(self._members, questions, draw)))
        if draw.kind != "elusion":  # the last such draw is the one that the report tells of
            found = agreements_of(self._members, questions, draw)
            self._others = {f"agreement/{variable}": numbers for variable, numbers in found.items()}
            for name, part in draw.commitment["strata"].items():
                self._others[f"draw/{name}"] = {"cases": part["cases"], "drawn": part["drawn"]}

    def _read_cases(self) -> None:
        """All cases, each where it is checked; what they say of figures comes together in a pile."""
        found, piles = Verdict(), list[Pile]()

        def read() -> None:
            piles.append(empty_pile(read_json(self._members, QUESTIONS)["variables"]))
            for checked in self._crew.each(check_cases, self._small(batches(self._members, found), piles[0], found)):
                self._take(checked, piles[0], found)
            piles[0].check_whole(found)
            self._called.check(found)

        left = Fault("quotations", "not_checked", CASES, things=0)
        self._why = guarded(read, self._verdict, left)
        if self._why in self._members.looked.broken:  # what was read before its end showed that, is not to be believed
            return
        self._verdict.take(found)
        unread = {fault.file for fault in found.faults if fault.kind in ("malformed", "unreadable")}
        self._why = self._why or next((file for file in (CASES, GIVEN) if file in unread), "")
        self._pile = None if self._why else piles[0]

    def _take(self, checked: Checked, pile: Pile, verdict: Verdict) -> None:
        verdict.take(checked.verdict)
        pile.put(checked.rows, verdict)
        self._called.take(checked.shown)
        for case in checked.large:
            self._take(check_cases(self._members, [case], alone=True), pile, verdict)

    def _small(self, given: Iterator[Sequence[Case]], pile: Pile, verdict: Verdict) -> Iterator[Sequence[Case]]:
        """The batches that may wait for other processes; large ones are checked here, one by one."""
        for batch in given:
            if is_large(batch):
                self._take(check_cases(self._members, batch, alone=True), pile, verdict)
            else:
                yield batch

    def check_figures(self) -> None:
        """Every figure, wherever it stands, and the books."""
        members, verdict, rows = self._members, self._verdict, list[dict[str, Any]]()
        pile = self._pile
        if pile is None:
            things = _lines_in(members, ESTIMATES)
            verdict.wrong(Fault("figures", "not_checked", ESTIMATES, things=things, follows=self._why))
            verdict.wrong(Fault("books", "not_checked", BOOKS, things=0, follows=self._why))
            self._leave_pages(self._why)
        else:
            draws, left = Draws(self._draws, self._lost), Fault("figures", "not_checked", ESTIMATES, things=0)
            why = guarded(lambda: rows.extend(check_figures(members, pile, draws, verdict)), verdict, left)
            if why:
                self._leave_pages(why)
            else:
                others = Others(self._others, self._lost)
                pages = Pages(members, (rows, pile), self._pages, others, verdict)
                guarded(pages.check, verdict, Fault("figures", "not_checked", REPORT), REPORT)
            left = Fault("books", "not_checked", BOOKS, things=0)
            guarded(partial(check_books, members, pile, rows, verdict), verdict, left)
        if not any(name.startswith(TEXTS) for name in members.sizes):
            verdict.notes.append(("no_texts", ""))
        guarded(lambda: check_stamps(members, verdict), verdict, file="timestamps/")

    def _leave_pages(self, why: str) -> None:
        for name, page in self._pages.items():
            if page.numbers:
                left = Fault("figures", "not_checked", name, things=len(page.numbers), follows=why)
                self._verdict.wrong(left)

    def check_frames(self) -> None:
        """The texts that were drawn from are those in the bundle."""
        originals, pile = self._manifest.get("names") != "protected", self._pile
        if self._draws and not originals:
            self._verdict.notes.append(("texts_protected", ""))
        if pile is not None:
            for draw, _ in self._draws:
                check_frame(pile, draw, self._members.looked.sums, originals, self._verdict)


def _parts(members: Members) -> Iterator[Sequence[str]]:
    """The report's pages, but for the large ones, in parts of about one size."""
    part: list[str] = []
    size = 0
    for name in (one for one in filter(is_page, members.sizes) if members.sizes[one] <= _LARGE_PAGE):
        part.append(name)
        size += members.sizes[name]
        if size >= _PAGES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _lines_in(members: Members, name: str) -> int:
    """How many rows a table has; 0 = it cannot be read."""
    found: list[int] = []
    guarded(lambda: found.append(sum(1 for _ in read_rows(members, name))), Verdict())
    return found[0] if found else 0
