"""The pages of cases: each shows the text, the quotations and the answers that stand in the tables.

What an answer is called on a page is not known here (it is a matter of language), but one answer must be called the
same on every page, and two answers differently: so an answer that was changed on a page stands out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import GIVEN, REPORT

_TAG = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r'<a href="#q\.([^".]+)\.\d+"><q[^>]*>(.*?)</q>', re.DOTALL)
_SHOWN = re.compile(
    r'<section class="answer [^"]*" id="a\.([^"]+)"><h3>.*?</h3><p class="value[^"]*">(.*?)</p>', re.DOTALL
)
# Characters that a page cannot hold are shown as U+FFFD, page breaks and carriage returns as spaces.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAKS = re.compile("[\x0b-\r]")
_KEPT = 100_000  # different answers whose names are remembered; of open questions there is no end
# Variable, value, and what the page calls it -> the page where it was first met, and how many more call it so.
Shown = dict[tuple[str, object, str], tuple[str, int]]


def page_of_case(case: str) -> str:
    """Where the page of a case lies."""
    return f"{REPORT}case/{case[1:3].lower()}/{case}.html"


def as_shown(text: str) -> str:
    """A text as a page holds it."""
    if _UNSAFE.search(text):
        text = _UNSAFE.sub("\ufffd", _BREAKS.sub(" ", text))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


@dataclass(frozen=True)
class CasePage:
    """A page of a case, as it stands in the bundle."""

    name: str
    html: str
    source: str  # the member with the text that it shows


def check_case_page(
    page: CasePage, text: str | None, answers: Sequence[Mapping[str, Any]], shown: Shown, verdict: Verdict
) -> None:
    """Text and quotations of a page; what it calls each answer goes into `shown`, to be compared with other pages.

    Args:
        text: what the record says; None = texts are not in the bundle.
        answers: rows of the table, about this case.
    """
    margin, _, record = page.html.partition("<article")
    verdict.add("quotations")
    found = _TAG.sub("", _words(record))
    if text is not None and found != (right := as_shown(text)):
        verdict.wrong(_fault(page.name, "text", _first_difference(right, found), ("*",), page.source))
    quoted, listed = _QUOTED.findall(margin), []
    for answer in answers:
        listed += [(answer["variable"], as_shown(one["quote"])) for one in answer["evidence"]]
    if quoted != listed:
        one = next((pair for pair in listed if pair not in quoted), ("", ""))
        other = next((pair for pair in quoted if pair not in listed), ("", ""))
        told = f"{len(listed)}; {one[1]}", f"{len(quoted)}; {other[1]}"
        about = tuple(f"{pair[0]}=*" for pair in (one, other) if pair[0])
        verdict.wrong(_fault(page.name, "quotations", told, about or ("*",), GIVEN))
    printed = dict(_SHOWN.findall(margin))
    for answer in answers:
        variable, value = answer["variable"], answer["value"]
        if value is not None:  # not asked, or undetermined: shown so, each in words of its own
            key = variable, tuple(value) if isinstance(value, list) else value, printed.get(variable, "")
            first, more = shown.get(key, (page.name, -1))
            shown[key] = first, more + 1


def _words(record: str) -> str:
    """What stands in the parts of a page that hold the text, with the tags inside it."""
    parts = record.split('<div class="words"')[1:]
    return "".join([part.partition(">")[2].partition("</div>")[0] for part in parts])


class Called:
    """What answers are called on pages: one answer the same everywhere, two answers differently."""

    def __init__(self) -> None:
        self._shown: Shown = {}

    def take(self, shown: Shown) -> None:
        """What was met on some more pages."""
        for key, (page, more) in shown.items():
            if key in self._shown:
                first, so_far = self._shown[key]
                self._shown[key] = first, so_far + 1 + more
            elif len(self._shown) <= _KEPT:
                self._shown[key] = page, more

    def check(self, verdict: Verdict) -> None:
        """What most pages call an answer is right: a page that calls it otherwise is named."""
        names: dict[tuple[str, object], tuple[int, str]] = {}  # variable and value -> on how many pages it is called so
        means: dict[tuple[str, str], tuple[int, object]] = {}
        for (variable, value, name), (_, more) in self._shown.items():
            names[variable, value] = max(names.get((variable, value), (-1, "")), (more, name), key=_most)
            means[variable, name] = max(means.get((variable, name), (-1, "")), (more, value), key=_most)
        for (variable, value, name), (page, more) in self._shown.items():
            right = names[variable, value][1]
            if right == name and means[variable, name][1] == value:
                continue
            where = self._shown[variable, value, right][0]
            told = f"{value}: {right} (as in {where})" if right != name else f"{means[variable, name][1]}", name
            fault = _fault(page, variable, told, (f"{variable}=*",), GIVEN)
            verdict.wrong(replace(fault, things=1 + more))


def _most(one: tuple[int, object]) -> int:
    return one[0]


def _fault(page: str, where: str, told: tuple[str, str], affects: tuple[str, ...], source: str) -> Fault:
    expected, found = told[0][:300], told[1][:300]
    return Fault("quotations", "page_differs", page, where, expected, found, affects, (source,))


def _first_difference(one: str, two: str) -> tuple[str, str]:
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return one[max(0, at - 40) : at + 80], two[max(0, at - 40) : at + 80]
