"""The report as it may be published: every case protected, the pages written from that, the gate at the end.

The bundle takes what `publish` leaves: a folder, and a summary of what was replaced and seen.
"""

from __future__ import annotations

import getpass
import hashlib
import re
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from caselight.accounts import LEFT_OUT
from caselight.lettering import letters_of, under_letters
from caselight.ordering import by_ids
from caselight.planning import Made
from caselight.protect import (
    Edit,
    Gate,
    Knowledge,
    Machine,
    Numbering,
    Opinion,
    Policy,
    Printed,
    Protected,
    Published,
    Redaction,
    Subject,
    check_target,
    digits,
    knowledge,
    load_policy,
    protect_matter,
    put,
    token,
)
from caselight.protect.opinion import second_opinion
from caselight.report import EXPORTS, CasePage, CaseRow, Contents, Quotation, write_report
from caselight.report.folder import STATE
from caselight.report.frame import STATIC, TEMPLATES
from caselight.report.interface import phrases
from caselight.types import Answer, Document, Estimate, Fact, Problem, RecordRow, State, Value
from caselight.withholding import Ledger

Tell = Callable[[str, int, int], None]
# Facts whose values are words of the pack or names of courts, never of persons.
_WORDED = frozenset(
    {
        *(
            "court",
            "court_code",
            "region",
            "lower_court",
            "outcome",
            "instance",
            "statute",
            "appeal_result",
            "termination_reason",
        ),
        *("decision_date", "event_date", "lower_date"),
    }
)
_NAMES = frozenset({"first_names", "doubtful"})  # lists of a pack's words that may be names
_LETTERS = re.compile(r"[^\W\d_]+")
_NOTICES = {
    "en": (
        "Published edition. Private persons, their homes, numbers and the numbers of cases are replaced by tokens "
        "such as {person}; officials are named. {withheld} original files (of them {scans} scans) are not part of it: "
        "pictures of pages cannot be searched for names."
    ),
    "ru": (
        "Издание для публикации. Частные лица, их адреса и номера, номера дел заменены метками вида {person}; "
        "должностные лица названы. Исходные файлы ({withheld}, из них сканов: {scans}) не публикуются: "
        "в изображениях страниц нельзя искать имена."
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """How a publication is to be made."""

    to: Path  # folder; an earlier publication there is replaced
    tables: tuple[str, ...] = ()  # exports to go with the pages, in tables/: names of report.EXPORTS
    # Files that leave the study beside the pages as they are, by name: the gate looks into them, in own/.
    own: Mapping[str, bytes | Path] = field(default_factory=dict)


def publish(made: Made, shown: Contents, order: Order, tell: Tell) -> Published:
    """The study's report, protected, in a folder that the gate has looked into.

    What the folder holds: the pages of the report; with `order.tables`, the exports of these names in `tables/NAME/`
    (texts, offsets and quotations are the published ones, so they fit each other); with `order.own`, these files as
    they are, in `own/`, each with `.txt` behind its name; `publication.json` with counts of what was replaced. No
    originals, no scans, no state, no search index; every file has the same time. Ids of cases and documents are those
    of the study, so draws and figures can be computed again.

    Args:
        made: the study as its last run left it; its protect.yaml says what is hidden and kept.
        shown: its contents in the language of the report.
        order: where to, and which tables.
        tell: told how far it is: (stage, done, of).
    Returns:
        The folder and what was replaced, withheld and seen.
    Raises:
        Leak: the gate found something; nothing is at the target that was not there before.
        DefinitionError: protect.yaml has a mistake, or the pack cannot find names.
        UsageError: the target holds something else.
    """
    check_target(order.to)
    shown = by_ids(under_letters(shown, letters_of(made.study)))
    known, policy = knowledge(made.pack), load_policy(made.study.folder / "protect.yaml")
    with (
        tempfile.TemporaryDirectory(prefix="caselight-") as scratch,
        (Path(scratch) / "ledger.jsonl").open("w+", encoding="utf-8", errors="surrogatepass") as file,
    ):
        ledger = Ledger(file)
        numbering = Numbering()
        more = second_opinion() if made.pack.language == "ru" else None
        for done, (page_ids, protected) in enumerate(_protected(shown, known, policy, numbering, more), 1):
            for case in protected:
                ledger.add(case, page_ids[case.case])
            tell("protect", done, len(shown.cases))
        edition = _Edition(shown, ledger, numbering, made.pack.language)
        machine = _machine(made, Path(scratch))
        gate = Gate(ledger.known, ledger.everything, machine, policy, _file_names(shown), _printed(shown, known))
        files, look_at = put(order.to, lambda folder: edition.write(folder, order, tell), gate)
    return Published(order.to, edition.replaced(), ledger.officials, edition.withheld, files, look_at)


def _machine(made: Made, scratch: Path) -> Machine:
    folder = made.study.folder
    return Machine(getpass.getuser(), socket.gethostname(), (str(folder.resolve()), str(scratch), str(Path.home())))


def _printed(shown: Contents, known: Knowledge) -> Printed:
    squares = frozenset(label for region in shown.atlas.regions for label in region.shorts.values())
    files = frozenset(hashlib.sha256(path.read_bytes()).digest() for path in STATIC.iterdir())
    said = frozenset(text for text in phrases(shown.language).values() if isinstance(text, str))
    regions = frozenset(name for region in shown.atlas.regions for name in region.names.values())
    return Printed(squares, files, said, regions, common_words(known, shown.language))


def common_words(known: Knowledge, language: str) -> frozenset[str]:
    """Words that name nobody where they are written small: those of the pack, of the interface, of pages and styles."""
    texts = [str(text) for text in phrases(language).values()]
    texts += [path.read_text("utf-8") for path in (*STATIC.iterdir(), *TEMPLATES.iterdir())]
    made = {word.lower() for text in texts for word in _LETTERS.findall(text)}
    return frozenset(made.union(known.not_surnames, *(known.words[name] for name in known.words.keys() - _NAMES)))


def _file_names(shown: Contents) -> Iterator[str]:
    for record in shown.records:
        yield record.name


def _protected(
    shown: Contents, known: Knowledge, policy: Policy, numbering: Numbering, more: Opinion | None
) -> Iterator[tuple[dict[str, CasePage], list[Protected]]]:
    """Every matter with its pages; instances of one matter together, whatever order they come in."""
    rows = {row.id: row for row in shown.cases}
    size = Counter(row.matter for row in shown.cases)
    waiting: dict[str, list[CasePage]] = {}
    messages: dict[str, list[str]] = {}
    for problem in shown.problems:
        messages.setdefault(problem.subject.split(" ")[0], []).append(problem.message)
    texts = [v.name for v in shown.codebook.variables if v.kind == "text"]
    for page in shown.load(list(rows)):
        row = rows[page.case.id]
        pages = waiting.setdefault(row.matter, [])
        pages.append(page)
        if len(pages) == size[row.matter]:
            subjects = [
                _subject(p, rows[p.case.id], messages.get(p.case.id, ()), texts) for p in waiting.pop(row.matter)
            ]
            yield {p.case.id: p for p in pages}, protect_matter(subjects, known, policy, numbering, more)


def _subject(page: CasePage, row: CaseRow, messages: Iterable[str], texts: Sequence[str]) -> Subject:
    values = [row.judge, row.number, *messages]
    values += [str(f.value) for f in page.case.facts if isinstance(f.value, str) and f.name not in _WORDED]
    for answer in page.answers:
        if answer.variable in texts:
            values += [answer.value] if isinstance(answer.value, str) else list(_parts(answer.value))
    return Subject(page.case.id, page.documents, page.case.facts, tuple(filter(None, values)))


def _parts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


class _Edition:
    """The study's contents with every token in its place."""

    def __init__(self, shown: Contents, ledger: Ledger, numbering: Numbering, language: str) -> None:
        self._shown, self._ledger, self._numbering, self._language = shown, ledger, numbering, language
        ids = list(dict.fromkeys(record.id or record.path for record in shown.records))
        self._width = digits(max([len(shown.records), *numbering.given.values()]))
        paths = sorted(shown.records, key=lambda record: (record.id, record.path))
        self._names = {r.path: self._file_name(i, r) for i, r in enumerate(paths, 1)}
        self._of_id = {r.id: self._names[r.path] for r in reversed(paths)}
        self._paths = {row.id: row.path for row in shown.cases}
        scans = sum(record.state == State.NO_TEXT_LAYER.value for record in shown.records)
        self.withheld = {"originals": len(ids), "scans": scans}

    def replaced(self) -> dict[str, int]:
        """How many persons, places and numbers have a token."""
        return dict(sorted(self._numbering.given.items()))

    def write(self, folder: Path, order: Order, tell: Tell) -> dict[str, object]:
        """The pages and the tables; what publication.json says."""
        contents = self.contents()
        wanted = len(contents.cases)

        def counted(cases: Iterable[str]) -> Iterator[CasePage]:
            for done, page in enumerate(contents.load(cases), 1):
                yield page
                tell("report", done, wanted)

        write_report(folder, replace(contents, load=counted))
        (folder / STATE).unlink(missing_ok=True)
        for name, source in order.own.items():
            target = folder / "own" / f"{name}.txt"  # an ending that the gate knows
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source if isinstance(source, bytes) else source.read_bytes())
        for form in order.tables:
            EXPORTS[form](contents, folder / "tables" / form)
        return {"replaced": self.replaced(), "withheld": self.withheld, "version": contents.version}

    def contents(self) -> Contents:
        """The published contents."""
        shown = self._shown
        texts = {v.name for v in shown.codebook.variables if v.kind == "text"}
        answers = {
            name: [self._value(row.id, value) for row, value in zip(shown.cases, values, strict=True)]
            if name in texts
            else values
            for name, values in shown.answers.items()
        }
        return replace(
            shown,
            atlas=shown.atlas.published(),
            records=sorted((self._record(r) for r in shown.records), key=lambda r: r.name),
            cases=[self._case_row(row) for row in shown.cases],
            problems=sorted(map(self._problem, shown.problems), key=lambda p: (p.stage, p.kind, p.subject, p.message)),
            answers=answers,
            estimates=[self._estimate(e, texts) for e in shown.estimates],
            quotes=self._quotes,
            load=lambda wanted: (self._page(page, texts) for page in shown.load(wanted)),
            sample=" ".join(filter(None, (shown.sample, self._notice()))),
        )

    def _estimate(self, estimate: Estimate, texts: set[str]) -> Estimate:
        """The figure; one that counts an answer in the record's own words counts it under its published words."""
        if estimate.variable not in texts or not estimate.value or not estimate.cases:
            return estimate
        return estimate._replace(value=self._text(estimate.cases[0], estimate.value))

    def _notice(self) -> str:
        counts = {"withheld": self.withheld["originals"], "scans": self.withheld["scans"]}
        return _NOTICES[self._shown.language].format(person=token("person", 1, self._width, self._language), **counts)

    def _file_name(self, number: int, record: RecordRow) -> str:
        ending = record.name.rsplit(".", 1)[-1].lower() if "." in record.name else ""
        short = f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 5 else ""
        return token("record", number, self._width, self._language) + short

    def _record(self, record: RecordRow) -> RecordRow:
        name = self._names[record.path]
        other = self._names.get(record.duplicate_of or "")
        # What was left out was named by a pattern, which may hold a name.
        is_left_out = record.state == State.LEFT_OUT
        reason = LEFT_OUT if is_left_out else self._without_files(record.reason, record.path)
        return record._replace(path=name, name=name, duplicate_of=other, reason=reason)

    def _without_files(self, text: str, path: str) -> str:
        """The text without the names of the file that it speaks of."""
        for part in sorted({path, *path.replace("!", "/").split("/")}, key=len, reverse=True):
            if len(part) > 3:
                text = text.replace(part, self._names[path])
        return text

    def _case_row(self, row: CaseRow) -> CaseRow:
        name = self._of_id[row.document]
        judge, number, place = (self._text(row.id, text) for text in (row.judge, row.number, row.event_place))
        return replace(row, name=name, path=name, judge=judge, number=number, event_place=place)

    def _problem(self, problem: Problem) -> Problem:
        case = problem.subject.split(" ")[0]
        if self._ledger.known(case) is not None:
            return problem._replace(message=self._without_files(self._text(case, problem.message), self._paths[case]))
        # What is said of a file or of a whole table may quote names of files; the kind says what happened.
        return problem._replace(subject=self._names.get(problem.subject, ""), message="")

    def _redaction(self, rows: Iterable[Sequence[object]]) -> Redaction:
        edits = [Edit(int(str(s)), int(str(e)), str(k), int(str(n))) for s, e, k, n in rows]
        return Redaction(edits, [token(e.kind, e.number, self._width, self._language) for e in edits])

    def _text(self, case: str, text: str) -> str:
        """A single text of a case as it is published."""
        rows = self._ledger.entry(case)["values"].get(text)
        return self._redaction(rows).text(text) if rows else text

    def _value(self, case: str, value: Value) -> Value:
        if isinstance(value, str):
            return self._text(case, value)
        return tuple(self._text(case, one) for one in value) if isinstance(value, tuple) else value

    def _quotes(self, variable: str) -> list[tuple[Quotation, ...]]:
        quoted = self._shown.quotes(variable)
        made = []
        for row, quotations in zip(self._shown.cases, quoted, strict=True):
            made.append(self._quoted(row.id, variable, quotations) if quotations else ())
        return made

    def _quoted(self, case: str, variable: str, quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
        entry = self._ledger.entry(case)
        spans = entry["spans"].get(variable, [])
        redactions = {d: self._redaction(rows) for d, rows in entry["edits"].items()}
        texts = [
            redactions[str(document)].quote(q.text, int(str(start)))
            for q, (document, start) in zip(quotations, spans, strict=True)
        ]
        return tuple(replace(q, text=text) for q, text in zip(quotations, texts, strict=True))

    def _page(self, page: CasePage, texts: set[str]) -> CasePage:
        entry = self._ledger.entry(page.case.id)
        redactions = {d: self._redaction(rows) for d, rows in entry["edits"].items()}
        documents = {d.id: redactions[d.id].document(d, self._of_id[d.id]) for d in page.documents}
        case = page.case._replace(
            sections=redactions[page.documents[0].id].sections(page.case.sections),
            facts=tuple(self._fact(page.case.id, f, redactions, documents) for f in page.case.facts),
        )
        answers = tuple(self._answer(a, texts, redactions, documents) for a in page.answers)
        return CasePage(case, tuple(documents.values()), answers)

    def _fact(
        self, case: str, fact: Fact, redactions: Mapping[str, Redaction], documents: Mapping[str, Document]
    ) -> Fact:
        value = fact.value
        if isinstance(value, str) and fact.name not in _WORDED:
            value = self._text(case, value)
        return redactions[fact.span.document].fact(fact, documents[fact.span.document], value)

    def _answer(
        self, answer: Answer, texts: set[str], redactions: Mapping[str, Redaction], documents: Mapping[str, Document]
    ) -> Answer:
        evidence = tuple(redactions[e.span.document].evidence(e, documents[e.span.document]) for e in answer.evidence)
        value = self._value(answer.case, answer.value) if answer.variable in texts else answer.value
        return answer._replace(evidence=evidence, value=value)


def as_json(published: Published) -> dict[str, object]:
    """The summary as plain data."""
    return {**asdict(published), "folder": str(published.folder)}
