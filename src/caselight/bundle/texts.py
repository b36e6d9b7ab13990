"""Every quotation stands in its text, and every text is the one that was drawn from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.drawn import Draw
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import DRAWS, TABLES, TEXTS
from caselight.bundle.pile import Pile
from caselight.bundle.reading import read_rows, read_text

KEPT_TEXTS = 64  # cases come in the same order in both tables, so that few texts are wanted at a time


class Texts:
    """The texts of a bundle, the last few of them held."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._held: OrderedDict[str, str | None] = OrderedDict()

    def get(self, document: str) -> str | None:
        """The text of a document; None = it is not in the bundle."""
        if document not in self._held:
            name = f"{TEXTS}{document}.txt"
            self._held[document] = read_text(self._bundle, name) if name in self._bundle.sizes else None
            if len(self._held) > KEPT_TEXTS:
                self._held.popitem(last=False)
        return self._held[document]


def check_quotations(bundle: Bundle, verdict: Verdict) -> None:
    """Holds every fact's and every answer's quotation against its text."""
    if not any(name.startswith(TEXTS) for name in bundle.sizes):
        verdict.notes.append(("no_texts", ""))
        return
    texts = Texts(bundle)
    for file, line, variable, span in _spans(bundle):
        verdict.add("quotations")
        text, start, end = texts.get(span["document"]), span["start"], span["end"]
        where = f"line {line}, {variable}, {start}:{end} of {span['document'][:16]}"
        if text is None:
            told = "its text", "no such text in the bundle"
        elif (
            type(start) is int
            and type(end) is int
            and 0 <= start < end <= len(text)
            and text[start:end] == span["quote"]
        ):
            continue
        else:
            told = span["quote"][:200], text[start : min(end, start + 200)] if 0 <= start <= end else ""
        affects = (f"{variable}=*",) if file.endswith("answers.jsonl") else (f"fact:{variable}=*",)
        verdict.faults.append(Fault("quotations", "quotation_differs", file, where, *told, affects))


def _spans(bundle: Bundle) -> Iterator[tuple[str, int, str, Mapping[str, Any]]]:
    """(file, line, variable or fact, quotation), case by case through both tables at once."""
    answers = read_rows(bundle, TABLES + "answers.jsonl")
    waiting = next(answers, None)
    for line, case in read_rows(bundle, TABLES + "cases.jsonl"):
        for fact in case["facts"]:
            yield TABLES + "cases.jsonl", line, fact["name"], fact
        while waiting and waiting[1]["case"] == case["id"]:
            for evidence in waiting[1]["evidence"]:
                yield TABLES + "answers.jsonl", waiting[0], waiting[1]["variable"], evidence
            waiting = next(answers, None)
    while waiting:
        for evidence in waiting[1]["evidence"]:
            yield TABLES + "answers.jsonl", waiting[0], waiting[1]["variable"], evidence
        waiting = next(answers, None)


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
