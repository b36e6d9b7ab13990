"""Writes the whole report: decides which pages are to be made anew, and makes the few that stand alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from caselight.report import pictures
from caselight.report.behind import Behind
from caselight.report.breakdowns import Breakdowns, has_map
from caselight.report.case_page import CasePages
from caselight.report.case_table import CaseTable
from caselight.report.contents import Contents
from caselight.report.figures import Block, faults, group, headline
from caselight.report.findings import FindingPages, rests_on
from caselight.report.folder import Files, Folder
from caselight.report.frame import FOLDER, STATIC, Frame
from caselight.report.front import Front
from caselight.report.interface import Interface, made_html
from caselight.report.lists import Lists, digest, rows_digest
from caselight.report.names import FACT, Names, case_file
from caselight.speaking.templates import FOLDER as SPEAKING
from caselight.types import UNREAD, Book, RecordRow, lost_inside
from caselight.variables import ValueRule

_MOST_REASONS = 5  # of one state, on the page of the books; the state's own list has them all
_FIGURES_FILES = ("style.css", "lists.js", "table.js")

Group = tuple[str, str, Callable[[], Files]]  # name, digest of what it is made from, its pages or other files


def write_report(folder: Path, contents: Contents) -> Path:
    """The report in `folder`, brought up to date; the path of its first page.

    A run that is interrupted leaves a folder that the next run completes. Pages of cases that are gone are removed.

    Raises:
        StudyError: the folder holds something that is no report.
        UsageError: the language is not one of the interface's.
    """
    _Report(folder, contents).write()
    return folder / "index.html"


@cache
def _made_by() -> str:
    """Digest of everything that decides what pages look like, other than their contents."""
    whole = hashlib.sha256()
    for folder in (FOLDER, SPEAKING):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".html", ".css", ".js", ".yaml")):
            whole.update(path.read_bytes())
    return whole.hexdigest()


class _Report:
    def __init__(self, folder: Path, contents: Contents) -> None:
        self._contents = contents
        self._t = Interface(contents.language)
        self._names = Names(self._t, contents.codebook, contents.atlas.regions)
        self._frame = Frame(self._t, contents.title, contents.version, contents.sample)
        self._faults = faults(contents)
        self._blocks = [] if self._faults else group(contents.estimates, self._names, contents.fieldwork)
        self._lists = Lists(contents, self._frame, self._names)
        self._behind = Behind(contents, self._frame, self._names)
        self._lead = headline([b for b in self._blocks if not b.variable.startswith(FACT)], self._names)
        self._by_state: dict[str, list[RecordRow]] = {}
        for record in contents.records:
            self._by_state.setdefault(record.state, []).append(record)
        asked = [(v.name, v.kind, v.question, v.ask_if, _labels(v)) for v in contents.codebook.variables]
        looks = (contents.language, contents.title, contents.sample, contents.version, contents.codebook.language)
        self._folder = Folder(folder, digest(_made_by(), asked, looks, contents.atlas.regions))

    def write(self) -> None:
        """All that is out of date, in an order in which an interruption is noticed."""
        groups = self._groups()
        digests = self._digests()
        outdated = self._folder.outdated(digests)
        wanted = [entry for entry in groups if not self._folder.is_current(entry[0], entry[1])]
        self._folder.begin(outdated)
        for name in _FIGURES_FILES:
            self._folder.put(name, (STATIC / name).read_bytes())
        if outdated:
            self._write_cases(outdated, digests)
        for name, made_from, pages in wanted:
            self._folder.write_group(name, made_from, pages())
        self._folder.write_group("single", "", self._single())
        self._folder.finish({case: case_file(case) for case in digests})

    def _digests(self) -> dict[str, int]:
        """For every case what its page is made from: itself, and the names of the instances before and after it."""
        cases = self._contents.cases
        rows = {row.id: row for row in cases}
        around: dict[str, list[str]] = {}
        for row in cases:
            for case in row.earlier:
                around.setdefault(row.id, []).append(case)
                around.setdefault(case, []).append(row.id)
        digests = {row.id: row.digest for row in cases}
        for case, others in around.items():
            if digests.get(case):
                named = [(o, rows[o].number, rows[o].name, rows[o].decision_date) for o in others if o in rows]
                digests[case] = int(digest(digests[case], named)[:15], 16) or 1
        return digests

    def _write_cases(self, outdated: Sequence[str], digests: Mapping[str, int]) -> None:
        rows = {row.id: row for row in self._contents.cases}
        pages = CasePages(self._frame, self._names, self._contents.codebook, rows)
        for page in self._contents.load(outdated):
            case = page.case.id
            self._folder.write_case(case, digests[case], case_file(case), pages.page(page))

    def _groups(self) -> list[Group]:
        """Every list, with the digest of what is on it."""
        contents, lists = self._contents, self._lists
        rows = rows_digest(contents.cases)
        found: list[Group] = [("cases", digest(rows, bool(self._faults)), partial(lists.cases, not self._faults))]
        if not self._faults:
            table = CaseTable(contents, self._frame, self._names)
            found.append(("table", table.made_from(), table.pages))
        found += [self._block(block, rows) for block in self._blocks]
        where = digest(*(f"{row.document} {row.id}" for row in contents.cases))
        for state, records in self._by_state.items():
            made_from = digest(where, *records)
            found.append((f"records/{state}", made_from, partial(lists.records, state, records)))
        people = FindingPages(contents, self._frame, self._names, self._behind)
        work = contents.fieldwork
        made_from = digest(rows, *rests_on(people.found), work, *contents.stamps.items())
        found.append(("findings", made_from, people.pages))
        problems = partial(lists.problems, contents.problems)
        found.append(("problems", digest(rows, *contents.problems), problems))
        if ground := contents.atlas.ground():
            tiles = [(ground.name(tile), tile.data) for tile in ground.tiles]
            found.append(("tiles", digest(*tiles), lambda: tiles))
        return found

    def _block(self, block: Block, rows: str) -> Group:
        """The lists of one question's figures, or of one fact's."""
        contents, name = self._contents, f"figures/{block.variable}"
        counted = [(f.estimate.name, f.estimate.value, digest(*f.estimate.cases)) for f in block.figures]
        if not block.variable.startswith(FACT):
            quotes = partial(self._behind.quotes, block.variable)
            stamp = contents.stamps.get(block.variable, "")
            return name, digest(rows, stamp, counted), partial(self._lists.figures, block, quotes)
        lead = self._lead.estimate if self._lead else None
        stamp = digest(lead.variable, lead.value, contents.stamps.get(lead.variable, "")) if lead else ""
        under = partial(self._behind.under, lead.variable, root="../../") if lead else str
        return name, digest(rows, stamp, counted), partial(self._lists.facts, block, self._lead, under)

    def _single(self) -> Iterator[tuple[str, str]]:
        """The pages that stand alone; few and small, so always made."""
        t, frame = self._t, self._frame
        front = Front(self._contents, frame, self._names, self._blocks)
        if not self._faults:
            yield from front.data()
        for name, page, parts in (
            ("books", "books.html", self._books()),
            ("codebook", "codebook.html", self._codebook()),
            ("method", "method.html", self._method()),
            ("how_sure", "how-sure.html", self._how_sure()),
        ):
            yield page, frame.page(str(t(f"nav.{name}")), frame.render(page, **parts), 0, name)
        yield from Breakdowns(self._contents, frame, self._names, front, bool(self._faults)).pages()
        yield (
            "index.html",
            frame.page(str(t("nav.findings")), frame.render("index.html", **self._front(front)), 0, "findings"),
        )

    def _how_sure(self) -> dict[str, Any]:
        drawn = pictures.load_ranges()
        return {
            "checked": any(estimate.low is not None for estimate in self._contents.estimates),
            "errors": pictures.errors(self._t),
            "dice": pictures.dice(self._t),
            "intervals": pictures.intervals(self._t),
            "ranges": len(drawn.ranges),
            "missed": drawn.missed,
            "truth": drawn.truth,
        }

    def _front(self, front: Front) -> dict[str, Any]:
        contents = self._contents
        told = [(self._stage(stage), unit, came, went) for stage, unit, came, went in self._faults]
        books = [{"balanced": book.balanced, "sentence": self._sentence(book)} for book in self._main_books()]
        return {
            "study": contents.title,
            "fieldwork": contents.fieldwork,
            "records": len(contents.records),
            "cases": len(contents.cases),
            "generated_at": contents.generated_at,
            "faults": told,
            "unread": self._unread() + self._lost(),
            "books": books,
            "has_map": has_map(self._contents.atlas),
            **front.shown(),
        }

    def _unread(self) -> int:
        return sum(len(records) for state, records in self._by_state.items() if state in UNREAD)

    def _lost(self) -> int:
        return lost_inside(self._contents.records, self._contents.problems)

    def _main_books(self) -> list[Book]:
        """The books of the stages, those of the questions added up where all balance."""
        whole = [book for book in self._contents.books if "/" not in book.stage]
        parts = [book for book in self._contents.books if "/" in book.stage]
        if not parts or not all(book.balanced for book in parts):
            return [*whole, *parts]
        went: Counter[str] = Counter()
        for book in parts:
            went.update(dict(book.went_out))
        stage = parts[0].stage.split("/")[0]
        return [*whole, Book(stage, "answer", sum(b.came_in for b in parts), tuple(went.items()))]

    def _sentence(self, book: Book) -> Markup:
        key = "books.sentence_yes" if book.balanced else "books.sentence_no"
        return self._t(key, stage=self._stage(book.stage), amount=self._amount(book))

    def _amount(self, book: Book) -> Markup:
        out = [self._counted(book.stage, name, count) for name, count in book.went_out]
        return Markup("{} = {}").format(self._counted(book.stage, book.unit, book.came_in), Markup(" + ").join(out))

    def _counted(self, stage: str, name: str, count: int) -> Markup:
        """So many of something: of a counting unit, of records in a state, of what else became of them."""
        if self._t.has(f"amount.{name}"):
            return self._t.count(f"amount.{name}", count)
        named = self._t.name("state" if stage == "ingest" else "outlet", name)
        return Markup("{} {}").format(self._t.number(count), named)

    def _stage(self, stage: str) -> Markup:
        """A stage, or one question of it, or a question whose figures do not add up."""
        name, _, variable = stage.partition("/")
        if variable:
            return Markup("{}: {}").format(self._t.name("stage", name), self._names.question(variable))
        known = self._t.has(f"stage.{name}")
        return self._t.name("stage", name) if known else self._names.question(name)

    def _books(self) -> dict[str, Any]:
        books = [
            {
                "name": self._stage(book.stage),
                "came_in": self._counted(book.stage, book.unit, book.came_in),
                "went_out": [self._counted(book.stage, name, count) for name, count in book.went_out],
                "balanced": book.balanced,
            }
            for book in self._contents.books
        ]
        states = []
        for state, records in sorted(self._by_state.items(), key=lambda item: -len(item[1])):
            reasons = Counter(record.reason for record in records if record.reason)
            states.append((state, len(records), reasons.most_common(_MOST_REASONS)))
        return {"books": books, "states": states, "inside": self._lost()}

    def _codebook(self) -> dict[str, Any]:
        codebook = self._contents.codebook

        def rules_of(rules: Sequence[ValueRule]) -> Markup:
            return made_html(self._frame.render("rules.html", rules=rules, language=codebook.language))

        return {"codebook": codebook, "names": self._names, "rules_of": rules_of}

    def _method(self) -> dict[str, Any]:
        contents = self._contents
        counts = {state: len(records) for state, records in self._by_state.items()}
        return {
            "records": len(contents.records),
            "read": counts.get("read", 0),
            "duplicates": counts.get("duplicate", 0),
            "containers": counts.get("container", 0),
            "left_out": counts.get("left_out", 0),
            "unread": self._unread(),
            "inside": self._lost(),
            "lock_level": lock_words(contents.lock_level, self._t),
            "pack": contents.pack,
            "cases": len(contents.cases),
            "linked": sum(bool(row.earlier) for row in contents.cases),
            "codebook": contents.codebook,
            "coder": self._t.name("coder", "rules"),
            "problems": len(contents.problems),
            "names": self._names,
            "fieldwork": contents.fieldwork,
            "claim": self._t.name("claim", contents.fieldwork.claim) if contents.fieldwork else "",
            "coders": ", ".join(f"{name} ({number})" for name, number in contents.fieldwork.coders.items())
            if contents.fieldwork
            else "",
            "version": contents.version,
            "fingerprint": contents.codebook.digest(),
            "generated_at": contents.generated_at,
        }


def _labels(variable: Any) -> list[object]:
    """What pages of cases and lists show of a variable's values; not its phrases, which are edited most often."""
    return [(choice.name, choice.label, choice.definition) for choice in variable.values]


def lock_words(level: str, t: Interface) -> Markup:
    """A level of lock in the reader's words."""
    told = []
    for one in filter(None, level.split("; ")):
        name, colon, rest = one.partition(": ")
        told.append(Markup("{}{}{}").format(t.name("lock_level", name), colon, t.said(rest)))
    return Markup("; ").join(told)
