"""Every quotation stands in its text and on the case's page, and every text is the one that was drawn from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from caselight.bundle.casepages import CasePages
from caselight.bundle.container import Bundle
from caselight.bundle.drawn import Draw
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import DRAWS, TABLES, TEXTS
from caselight.bundle.pile import Pile
from caselight.bundle.reading import read_rows, read_text

Row = Mapping[str, Any]


def check_quotations(bundle: Bundle, verdict: Verdict, mine: Collection[int], of: int) -> CasePages:
    """Holds every fact's and every answer's quotation against its text, and each case's page against both.

    Args:
        mine: which cases, by the remainder of their number divided by `of`, so that two processes can share the work.
        of: see above.
    """
    pages = CasePages(bundle, verdict)
    for number, (line, case, answers) in enumerate(_cases(bundle)):
        if number % of not in mine:
            continue
        texts = _Texts(bundle)
        for fact in case["facts"]:
            _check_span(texts, TABLES + "cases.jsonl", line, f"fact:{fact['name']}", fact, verdict)
        for at, answer in answers:
            for span in answer["evidence"]:
                _check_span(texts, TABLES + "answers.jsonl", at, answer["variable"], span, verdict)
        pages.check(case["id"], texts.get(case["documents"][0]), [answer for _, answer in answers])
    return pages


class _Texts:
    """The texts of one case."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._held: dict[str, str | None] = {}

    def get(self, document: str) -> str | None:
        """The text of a document; None = it is not in the bundle."""
        if document not in self._held:
            name = f"{TEXTS}{document}.txt"
            self._held[document] = read_text(self._bundle, name) if name in self._bundle.sizes else None
        return self._held[document]


def _check_span(texts: _Texts, file: str, line: int, variable: str, span: Row, verdict: Verdict) -> None:
    text, start, end = texts.get(span["document"]), span["start"], span["end"]
    if text is None:
        return  # texts were left out, which is said; or one is missing, which the manifest tells
    verdict.add("quotations")
    whole = type(start) is int and type(end) is int and 0 <= start < end <= len(text)
    if whole and text[start:end] == span["quote"]:
        return
    where = f"line {line}, {variable}, {start}:{end} of {span['document'][:16]}"
    found = text[start : min(end, start + 200)] if whole else ""
    fault = Fault("quotations", "quotation_differs", file, where, span["quote"][:200], found, (f"{variable}=*",))
    verdict.faults.append(fault)


def _cases(bundle: Bundle) -> Iterator[tuple[int, Row, Sequence[tuple[int, Row]]]]:
    """(line, case, its answers with their lines), through both tables at once: they have the cases in one order."""
    answers = read_rows(bundle, TABLES + "answers.jsonl")
    waiting = next(answers, None)
    for line, case in read_rows(bundle, TABLES + "cases.jsonl"):
        own = []
        while waiting and waiting[1]["case"] == case["id"]:
            own.append(waiting)
            waiting = next(answers, None)
        yield line, case, own
    if waiting:
        raise ValueError(f"answers.jsonl, line {waiting[0]}: the cases are not in the order of cases.jsonl")


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
        found = sums.get(f"{TEXTS}{pile.documents.get(case, '')}.txt")
        if found is None or not are_originals:
            continue
        verdict.add("draw")
        if found != right:
            fault = Fault("draw", "text_differs", file, f"text of {case}", right, found, ("*",))
            verdict.faults.append(fault)
