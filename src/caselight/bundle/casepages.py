"""The pages of cases: each shows the text, the quotations and the answers that stand in the tables.

What an answer is called on a page is not known here (it is a matter of language), but one answer must be called the
same on every page, and two answers differently: so an answer that was changed on a page stands out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import REPORT
from caselight.bundle.reading import read_text

_WORDS = re.compile(r'<div class="words"[^>]*>(.*?)</div>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r'<a href="#q\.([^".]+)\.\d+"><q[^>]*>(.*?)</q>', re.DOTALL)
_SHOWN = re.compile(
    r'<section class="answer [^"]*" id="a\.([^"]+)"><h3>.*?</h3><p class="value[^"]*">(.*?)</p>', re.DOTALL
)
# Characters that a page cannot hold are shown as U+FFFD, page breaks and carriage returns as spaces.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MARKUP = re.compile("[&<>\"']")
_BREAKS = re.compile("[\x0b-\r]")
_KEPT = 100_000  # different answers to one question whose names are remembered; of open questions there is no end


def as_shown(text: str) -> str:
    """A text as a page holds it."""
    if _UNSAFE.search(text):
        text = _UNSAFE.sub("\ufffd", _BREAKS.sub(" ", text))
    if _MARKUP.search(text):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = text.replace('"', "&quot;").replace("'", "&#39;")
    return text


Called = dict[tuple[str, object], tuple[str, str]]  # variable and value -> what it is called, and on which page


class CasePages:
    """Holds the pages of cases against the tables, case by case."""

    def __init__(self, bundle: Bundle, verdict: Verdict) -> None:
        self._bundle, self._verdict = bundle, verdict
        self.called: Called = {}
        self._means: dict[tuple[str, str], object] = {}

    def check(self, case: str, text: str | None, answers: Sequence[Mapping[str, Any]]) -> None:
        """One case's page."""
        name = f"{REPORT}case/{case[1:3].lower()}/{case}.html"
        if name not in self._bundle.sizes:
            return
        margin, _, record = read_text(self._bundle, name).partition("<article")
        self._verdict.add("quotations")
        shown = _TAG.sub("", "".join(_WORDS.findall(record)))
        if text is not None and shown != as_shown(text):
            self._fault(name, "page_differs", "text", *_first_difference(as_shown(text), shown), "*")
        right = [(a["variable"], as_shown(e["quote"])) for a in answers for e in a["evidence"]]
        if (found := _QUOTED.findall(margin)) != right:
            wrong = (
                next((r for r in right if r not in found), ("", "")),
                next((f for f in found if f not in right), ("", "")),
            )
            self._fault(
                name, "page_differs", "quotations", f"{len(right)}; {wrong[0][1]}", f"{len(found)}; {wrong[1][1]}", "*"
            )
        printed = dict(_SHOWN.findall(margin))
        for answer in answers:
            self._check_answer(name, answer, printed.get(answer["variable"], ""))

    def _check_answer(self, name: str, answer: Mapping[str, Any], shown: str) -> None:
        variable, value = answer["variable"], answer["value"]
        if value is None or len(self.called) > _KEPT:
            return  # not asked, or undetermined: shown so, each in words of its own
        key = variable, tuple(value) if isinstance(value, list) else value
        called, where = self.called.setdefault(key, (shown, name))
        means = self._means.setdefault((variable, shown), key[1])
        if called != shown or means != key[1]:
            self._differs(name, variable, f"{value}: {called} (as in {where})", shown)

    def check_names(self, called: Called) -> None:
        """That what answers are called on other pages, checked elsewhere, is what they are called on these."""
        for (variable, value), (shown, name) in called.items():
            mine, where = self.called.get((variable, value), (shown, name))
            if mine != shown or self._means.get((variable, shown), value) != value:
                self._differs(name, variable, f"{value}: {mine} (as in {where})", shown)

    def _differs(self, name: str, variable: str, expected: str, found: str) -> None:
        self._fault(name, "page_differs", variable, expected, found, f"{variable}=*")

    def _fault(self, name: str, kind: str, where: str, expected: str, found: str, affects: str) -> None:
        self._verdict.faults.append(Fault("quotations", kind, name, where, expected[:300], found[:300], (affects,)))


def _first_difference(one: str, two: str) -> tuple[str, str]:
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return one[max(0, at - 40) : at + 80], two[max(0, at - 40) : at + 80]
