"""The study as the desk works on it: its cases and texts, its draw, and everybody who codes it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from caselight import drawing, view
from caselight.accounts import accounts
from caselight.codebook import Codebook, load_codebook
from caselight.desk.person import Person, meanings_of
from caselight.desk.units import Opened, Unit, unit_of
from caselight.drawing import Committed
from caselight.drawing.commitment import ELUSION
from caselight.drawing.pile import members_of
from caselight.errors import CaselightError
from caselight.journals import folder_of
from caselight.pipeline import current
from caselight.planning import Made, Plan
from caselight.report import CaseRow
from caselight.review import ADJUDICATOR, JOINED, Pair, pairs
from caselight.store import Study
from caselight.store.journal import Fresh
from caselight.tables import case_of, documents_of, read_table
from caselight.types import Drawn, Problem

ALL, DOUBLES = "all", "doubles"  # what a coder reads of a draw
_KEPT_TABLES = 256  # files of tables left open; systems allow 1,024
_KEPT_TEXTS = 64  # parsed texts in memory: a few coders' present and next cases


class Pile:
    """The cases of a study as the last run left them. Never changes; a later run makes another."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self._texts: OrderedDict[str, Opened] = OrderedDict()
        self._tables: OrderedDict[Path, pa.Table] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def places(self) -> Mapping[str, tuple[Plan, int]]:
        """Case -> where its row is in the tables."""
        found: dict[str, tuple[Plan, int]] = {}
        for plan in self.made.plans:
            for row, case in enumerate(read_table(plan.paths["cases"], ["id"])["id"].to_pylist()):
                found[case] = plan, row
        return found

    def count(self, unit: str) -> int:
        """How many units of this kind there are: case | matter | record."""
        return self._matters if unit == "matter" else len(self.places)

    @cached_property
    def _matters(self) -> int:
        return len(members_of(self.made, "matter"))

    @cached_property
    def rows(self) -> list[CaseRow]:
        """What lists show of each case, in the order of their paths."""
        return sorted(view.case_rows(self.made, view.links(self.made)), key=lambda row: (row.path, row.id))

    @cached_property
    def by_id(self) -> Mapping[str, CaseRow]:
        """The same by case."""
        return {row.id: row for row in self.rows}

    @cached_property
    def problems(self) -> list[Problem]:
        """Everything that could not be done, in the order of the stages."""
        return accounts(self.made).problems

    def _table(self, path: Path) -> pa.Table:
        """A table, left open: opening costs more than reading a row, and what is not looked at takes no memory."""
        with self._lock:
            if path not in self._tables:
                self._tables[path] = read_table(path)
                while len(self._tables) > _KEPT_TABLES:
                    self._tables.popitem(last=False)
            return self._tables[path]

    def open(self, case: str) -> Opened:
        """The case with its text.

        Raises:
            KeyError: there is no such case.
        """
        with self._lock:
            if case in self._texts:
                self._texts.move_to_end(case)
                return self._texts[case]
        plan, row = self.places[case]
        found = case_of(self._table(plan.paths["cases"]).slice(row, 1).to_pylist()[0])
        document = documents_of(self._table(plan.paths["texts"]).slice(row, 1))[0]
        opened = Opened(found, document)
        with self._lock:
            self._texts[case] = opened
            while len(self._texts) > _KEPT_TEXTS:
                self._texts.popitem(last=False)
        return opened


class Room:
    """An open study: brought up to date when a file that it rests on changes."""

    def __init__(self, study: Study, now: Callable[[], str]) -> None:
        self.study = study
        self.now = now
        self.trouble: CaselightError | None = None  # why the desk shows the study as it was; None = it is up to date
        self.pile = Pile(current(study))
        self.codebook: Codebook = self.pile.made.codebook
        self._people: dict[str, Person] = {}
        self._lock = threading.RLock()
        self._stamp = self._seen()
        self._draw: tuple[Committed | None, list[Drawn]] = (None, [])
        self.waiting: Committed | None = None  # the draw that was committed last, of whatever kind
        self._read_draw()

    def _seen(self) -> tuple[object, ...]:
        """Changes when the codebook, the records, the tables or the draws may have changed.

        Of tables the folders are looked at: a part is never written over, it comes and goes under names of its own.
        """
        folder = self.study.folder
        files = [folder / "codebook.yaml", folder / "records" / "received.jsonl"]
        files += [one for way in ("*", "answers/*") for one in sorted((folder / "tables").glob(way)) if one.is_dir()]
        files += sorted((folder / "journal" / "draws").glob("*/*"))
        return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.exists())

    def refresh(self) -> None:
        """Takes in what changed on the disk. What cannot be read leaves the desk as it was, with a notice."""
        with self._lock:
            seen = self._seen()
            if seen == self._stamp:
                return
            self._stamp = seen
            self.trouble = None
            try:
                self.codebook = load_codebook(self.study.codebook)
            except CaselightError as error:
                self.trouble = error
            try:
                self.pile = Pile(current(self.study))
            except CaselightError as error:
                self.trouble = self.trouble or error
            self._read_draw()

    def _read_draw(self) -> None:
        """What people read: the draw for figures, then the one that tells what the machine missed."""
        committed, beside = drawing.last(self.study), drawing.last(self.study, ELUSION)
        self.waiting = drawing.waiting(self.study)
        found: dict[str, Drawn] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        for one in filter(None, (committed, beside)):
            found = {drawn.case: drawn for drawn in drawing.drawn_cases(one)} | found
            self._members |= drawing.members(one)
        own = {drawn.case for drawn in drawing.drawn_cases(committed)} if committed else set()
        ordered = sorted(found.values(), key=lambda drawn: (drawn.case not in own, drawn.number))
        self._draw = committed or beside, [drawn for drawn in ordered if self.is_here(drawn.case)]
        self._by_case = {drawn.case: drawn for drawn in self._draw[1]}
        self._units: dict[str, list[str]] = {}
        for unit in self._by_case:
            for case in self.cases_of(unit):
                self._units.setdefault(case, []).append(unit)

    @property
    def committed(self) -> Committed | None:
        """The draw that is being read; None = none was committed yet."""
        return self._draw[0]

    @property
    def unit(self) -> str:
        """What the draw that is being read is of: case | matter | record."""
        return self.committed.unit if self.committed else "case"

    @property
    def drawn(self) -> list[Drawn]:
        """Its cases in the order of tickets; none before the dice were thrown."""
        return self._draw[1]

    def cases_of(self, unit: str) -> tuple[str, ...]:
        """The cases that are read as one under this name: of a matter all its instances, else one."""
        return self._members.get(unit, (unit,))

    def units_of(self, case: str) -> tuple[str, ...]:
        """What answers about the case stand under: itself, and the drawn units that it belongs to."""
        return (case, *(unit for unit in self._units.get(case, ()) if unit != case))

    def is_here(self, unit: str) -> bool:
        """Whether the study still has all of its cases."""
        return all(case in self.pile.places for case in self.cases_of(unit))

    def open(self, unit: str) -> Unit:
        """The unit with its texts.

        Raises:
            KeyError: there is none of that name.
        """
        return unit_of(unit, map(self.pile.open, self.cases_of(unit)))

    def label(self, unit: str) -> str:
        """What a list calls the unit: numbers of its cases, or names of their records; its id, if it is gone."""
        rows = [row for case in self.cases_of(unit) if (row := self.pile.by_id.get(case))]
        return " · ".join(dict.fromkeys(row.number or row.name for row in rows)) or unit

    @property
    def meanings(self) -> dict[str, str]:
        """What each question means to people now."""
        return meanings_of(self.codebook.variables)

    def person(self, name: str) -> Person:
        """The coder, up to date with her journal."""
        with self._lock:
            if name not in self._people:
                self._people[name] = Person(name, folder_of(self.study) / f"{name}.jsonl")
            person = self._people[name]
        person.refresh()
        return person

    def coder_names(self) -> list[str]:
        """Everybody who has a journal, adjudicators left out."""
        return sorted(f.stem for f in folder_of(self.study).glob("*.jsonl") if f.stem != ADJUDICATOR)

    def coders(self) -> dict[str, Person]:
        """All coders by name, adjudicators left out."""
        return {name: self.person(name) for name in self.coder_names()}

    def join(self, person: Person) -> str:
        """What this coder reads of the draw: the first one who takes it up all cases, every later one the doubles.

        It is written into the journal once and stays.
        """
        if self.committed is None:
            return ALL
        draw = self.committed.digest
        with self._lock:
            if draw not in person.joined and person.joined:  # a draw was extended, or another was made: roles stay
                body = {"kind": JOINED, "draw": draw, "reads": list(person.joined.values())[-1]}
                person.append([Fresh(body, f"joined-{draw[:32]}")], self.now())
            elif draw not in person.joined:
                others = [self.reads(other) for name, other in self.coders().items() if name != person.name]
                reads = DOUBLES if ALL in others else ALL
                body = {"kind": JOINED, "draw": draw, "reads": reads}
                person.append([Fresh(body, f"joined-{draw[:32]}")], self.now())
            return person.joined[draw]

    def reads(self, person: Person) -> str:
        """What a coder reads of the draw; "" = has not taken it up. Whoever came by a table is known by the cases."""
        if self.committed and self.committed.digest in person.joined:
            return person.joined[self.committed.digest]
        cases = person.cases()
        if any(one.case in cases and not one.double for one in self.drawn):
            return ALL
        return DOUBLES if any(one.case in cases for one in self.drawn) else ""

    def queue(self, person: Person) -> list[Drawn]:
        """The cases that this coder reads, in the order of tickets."""
        reads = self.reads(person)
        return [one for one in self.drawn if one.double or reads == ALL] if reads else []

    def own(self, person: Person, case: str) -> Drawn | None:
        """The drawn case, if this coder reads it; found without a look at all the others."""
        drawn, reads = self._by_case.get(case), self.reads(person)
        return drawn if drawn and reads and (drawn.double or reads == ALL) else None

    def pairs(self) -> list[Pair]:
        """What two coders answered, A and B drawn by lot; only of cases that are read twice: agreement is theirs."""
        return self._pairs([one.case for one in self.drawn if one.double], differing=False)

    def to_settle(self) -> list[Pair]:
        """The same of all drawn cases, whoever came to read one a second time; of three coders, two who differ."""
        return self._pairs([one.case for one in self.drawn], differing=True)

    def _pairs(self, cases: list[str], differing: bool) -> list[Pair]:
        """In the order of the cases, then of the codebook's questions."""
        given = {name: person.standing() for name, person in self.coders().items()}
        found = pairs(given, cases, self.committed.digest if self.committed else "", differing)
        places = {case: place for place, case in enumerate(cases)}
        names = {variable.name: place for place, variable in enumerate(self.codebook.variables)}
        return sorted(found, key=lambda pair: (places[pair.case], names.get(pair.variable, len(names))))


def words_of(room: Room, name: str) -> Any:
    """The variable of that name, None = there is none."""
    return next((variable for variable in room.codebook.variables if variable.name == name), None)
