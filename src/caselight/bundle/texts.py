"""Every quotation stands in its text and on the case's page, and every text is the one that was drawn from.

Cases are checked in batches, each with the lines of its own in both tables: so several processes can share them, and
each line is parsed once, where its case is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from caselight.bundle.casepages import CasePage, Shown, check_case_page, page_of_case
from caselight.bundle.container import Bundle, lines
from caselight.bundle.drawn import Draw
from caselight.bundle.faults import Fault, Verdict, guarded
from caselight.bundle.members import Members
from caselight.bundle.names import CASES, DRAWS, GIVEN, TEXTS
from caselight.bundle.pile import CaseRow, Pile, case_row
from caselight.bundle.reading import LONGEST_LINE, read_text, row_of

Line = tuple[int, bytes]  # number in its table, and what stands in it
Case = tuple[Line, Sequence[Line]]  # a case and its answers
Row = Mapping[str, Any]
_BATCH_CASES, _BATCH_BYTES = 64, 1 << 20  # handed over at a time: about 30 ms of work
_MOST_ANSWERS = 10_000  # to one case; no codebook has so many questions
_LARGE_ROWS = 8 << 20  # bytes of a case's rows; others have some thousand
_MOST_ROWS = 256 << 20  # bytes of the answers to one case
_LARGE = 64 << 20  # bytes of a case's page and texts; such cases are checked one at a time, since each fills the memory


@dataclass
class Checked:
    """What came of a batch of cases."""

    verdict: Verdict = field(default_factory=Verdict)
    rows: list[CaseRow] = field(default_factory=list)  # as figures need them
    shown: Shown = field(default_factory=dict)  # what answers are called on their pages
    large: list[Case] = field(default_factory=list)  # left for the one process that checks such


def check_cases(members: Members, batch: Sequence[Case], alone: bool = False) -> Checked:
    """Holds every fact's and every answer's quotation against its text, and each case's page against both.

    Args:
        alone: no other process checks large cases, so that this one may.
    """
    found = Checked()
    for case in batch:
        where = f"line {case[0][0]}"
        guarded(partial(_check_case, members, case, alone, found), found.verdict, None, CASES, where)
    return found


def is_large(batch: Sequence[Case]) -> bool:
    """Whether its rows are too large to wait in a queue with others."""
    return sum(_size(case) for case in batch) > _LARGE_ROWS


def _size(case: Case) -> int:
    return len(case[0][1]) + sum(len(row) for _, row in case[1])


def _check_case(members: Members, case: Case, alone: bool, found: Checked) -> None:
    (line, raw), answers = case
    row, said = row_of(raw, CASES, line), [(at, row_of(one, GIVEN, at)) for at, one in answers]
    kept, page, texts = case_row((line, row), said), page_of_case(row["id"]), _Texts(members)
    names = {page, *map(_name, row["documents"])}
    if not alone and sum(members.sizes.get(name, 0) for name in names) > _LARGE:
        found.large.append(case)
        return
    spans = [(CASES, line, f"fact:{fact['name']}", fact) for fact in row["facts"]]
    spans += [(GIVEN, at, answer["variable"], span) for at, answer in said for span in answer["evidence"]]
    left = Fault("quotations", "not_checked", CASES, f"line {line}", things=len(spans))
    guarded(partial(_check_spans, texts, spans, found.verdict), found.verdict, left)
    left = Fault("quotations", "not_checked", page)
    first, given = row["documents"][0], [answer for _, answer in said]
    if page in members.sizes:
        guarded(
            lambda: check_case_page(
                CasePage(page, read_text(members, page), _name(first)),
                texts.get(first),
                given,
                found.shown,
                found.verdict,
            ),
            found.verdict,
            left,
            page,
        )
    found.rows.append(kept)


class _Texts:
    """The texts of one case."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._held: dict[str, str | None] = {}

    def get(self, document: str) -> str | None:
        """The text of a document; None = it is not in the bundle."""
        if document not in self._held:
            name = _name(document)
            self._held[document] = read_text(self._bundle, name) if name in self._bundle.sizes else None
        return self._held[document]


def _name(document: str) -> str:
    """The member that holds a document's text."""
    return f"{TEXTS}{document}.txt"


def _check_spans(texts: _Texts, spans: Sequence[tuple[str, int, str, Row]], verdict: Verdict) -> None:
    for file, line, variable, span in spans:
        _check_span(texts, (file, line, variable), span, verdict)


def _check_span(texts: _Texts, place: tuple[str, int, str], span: Row, verdict: Verdict) -> None:
    file, line, variable = place
    text, start, end = texts.get(span["document"]), span["start"], span["end"]
    if text is None:
        return  # texts were left out, which is said; or one is missing, which the manifest tells
    verdict.add("quotations")
    whole = type(start) is int and type(end) is int and 0 <= start < end <= len(text)
    if whole and text[start:end] == span["quote"]:
        return
    where = f"line {line}, {variable}, {start}:{end} of {span['document'][:16]}"
    told = span["quote"][:200], text[start : min(end, start + 200)] if whole else ""
    rests = (_name(span["document"]),)
    verdict.wrong(Fault("quotations", "quotation_differs", file, where, *told, (f"{variable}=*",), rests))


def batches(bundle: Bundle, verdict: Verdict) -> Iterator[list[Case]]:
    """All cases with their answers, in batches, through both tables at once: they have the cases in one order.

    Answers to no case in the table are put into the verdict.

    Raises:
        ValueError: the answers are in another order than the cases.
    """
    batch: list[Case] = []
    size = 0
    for case in _paired_rows(bundle, verdict):
        batch.append(case)
        size += _size(case)
        if len(batch) >= _BATCH_CASES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _paired_rows(bundle: Bundle, verdict: Verdict) -> Iterator[Case]:
    groups = _groups(enumerate(lines(bundle, GIVEN, LONGEST_LINE), 1))
    waiting = next(groups, None)
    later: set[str] | None = None  # cases that come after this one; asked for only where the tables do not go together
    for at, row in enumerate(lines(bundle, CASES, LONGEST_LINE), 1):
        case = _value_of(row, b'{"id": "', "id", CASES, at)
        while waiting and waiting[0] != case:
            if later is None:
                named = enumerate(lines(bundle, CASES, LONGEST_LINE), 1)
                later = {_value_of(row, b'{"id": "', "id", CASES, n) for n, row in named if n > at}
            if waiting[0] in later:
                break
            waiting = _stray(waiting, verdict, groups)
        own = waiting[1] if waiting and waiting[0] == case else []
        waiting = next(groups, None) if own else waiting
        if later is not None:
            later.discard(case)
        yield (at, row), own
    while waiting:
        waiting = _stray(waiting, verdict, groups)


def _stray(
    group: tuple[str, list[Line]], verdict: Verdict, groups: Iterator[tuple[str, list[Line]]]
) -> tuple[str, list[Line]] | None:
    """Names answers that stand where their case does not; what comes after them."""
    told = "answers beside their case, in the order of cases.jsonl", f"{len(group[1])} to {group[0][:80]}"
    verdict.wrong(Fault("figures", "table_differs", GIVEN, f"line {group[1][0][0]}", *told, ("*",), (CASES,)))
    return next(groups, None)


def _groups(rows: Iterable[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Lines of answers that follow each other and are about one case: that case, and the lines."""
    case, own, size = "", list[Line](), 0
    for at, row in rows:
        named = _value_of(row, b'{"case": "', "case", GIVEN, at)
        if own and (named != case or len(own) >= _MOST_ANSWERS or size > _MOST_ROWS):
            yield case, own
            own, size = [], 0
        case, size = named, size + len(row)
        own.append((at, row))
    if own:
        yield case, own


def _value_of(row: bytes, begins: bytes, name: str, file: str, line: int) -> str:
    """The first value of a row, as sealing writes it, without parsing the rest; else from the parsed row."""
    end = row.find(b'"', len(begins))
    if row.startswith(begins) and b"\\" not in row[:end] and end > 0:
        return row[len(begins) : end].decode("utf-8", "replace")
    return str(row_of(row, file, line)[name])


def check_frame(pile: Pile, draw: Draw, sums: Mapping[str, str], are_originals: bool, verdict: Verdict) -> None:
    """The pile that was drawn from is the pile in the bundle, and its texts are those in the bundle.

    Args:
        sums: member -> SHA-256, as found.
        are_originals: the texts were not changed to protect people.
    """
    if draw.commitment.get("unit", "case") != "case" or draw.kind == "elsewhere":
        return
    file = f"{DRAWS}{draw.number}/frame.tsv"
    lost = sorted(draw.texts.keys() - pile.documents.keys())
    new = len(pile.documents.keys() - draw.texts.keys())
    if lost or new:
        verdict.notes.append(("pile_changed", f"{draw.number}: {len(lost)} cases fewer, {new} more"))
    for case, right in draw.texts.items():
        name = _name(pile.documents.get(case, ""))
        found = sums.get(name)
        if found is None or not are_originals:
            continue
        verdict.add("draw")
        if found != right:
            fault = Fault("draw", "text_differs", file, f"text of {case}", right, found, ("*",), (name,))
            verdict.wrong(fault)
