"""The report to print: one PDF/A with the figures, the method and the books, for a reader without a screen.

All words go to the typesetter as JSON data, so that nothing in a record can be taken for an instruction to it. Lists of
cases and quotations are not in it: they are what the pages are for.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from caselight.report.contents import Contents
from caselight.report.figures import Block, Figure, faults, group, headline
from caselight.report.interface import Interface, level_percent
from caselight.report.names import Names
from caselight.report.sentences import Speaker
from caselight.types import Book

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
# PDF 1.7 for archives, level B: fonts inside, no scripts, no times.
STANDARD: Literal["a-2b"] = "a-2b"
# The standard asks for a day; a report may know none that a machine could read.
_NO_DAY = "2000-01-01"
_MOST_ROWS = 40  # answers of one question: texts may have hundreds, which the pages list


def write_pdf(contents: Contents, folder: Path) -> None:
    """report.pdf in `folder`."""
    import typst

    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(_told(contents), ensure_ascii=False)
    (folder / "report.pdf").write_bytes(
        typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": told}, pdf_standards=[STANDARD])
    )


def _told(contents: Contents) -> dict[str, Any]:
    t = Interface(contents.language)
    names = Names(t, contents.codebook, contents.atlas.regions)
    wrong = faults(contents)
    blocks = [] if wrong else group(contents.estimates, names, contents.fieldwork)
    lead = headline(blocks, names)
    words = {
        "questions": t("front.all_questions"),
        "signs": t("printed.signs"),
        "method": t("nav.method"),
        "books": t("nav.books"),
        "problems": t("nav.problems"),
    }
    size = [t.count("front.records", len(contents.records)), t.count("front.cases", len(contents.cases))]
    dateline = [*size, *([t.day(contents.generated_at)] if contents.generated_at else [])]
    return {
        "title": contents.title,
        "language": contents.language,
        "day": _day(contents.generated_at),
        "dateline": " · ".join(map(_plain, dateline)),
        "notice": contents.sample,
        "foot": _plain(t("frame.foot", version=contents.version)),
        "words": {name: _plain(word) for name, word in words.items()},
        "findings": [_plain(t("faults.title"))] if wrong else _findings(contents, lead, t, names),
        "questions": [_question(block, t) for block in blocks],
        "method": [_plain(line) for line in _method(contents, t)],
        "books": [_book(book, t) for book in contents.books if "/" not in book.stage],
        "problems": [
            [t.number(number), _plain(t.name("problem", kind))]
            for kind, number in Counter(problem.kind for problem in contents.problems).most_common()
        ],
    }


def _day(written: str) -> list[int]:
    day = written if re.fullmatch(r"\d{4}-\d\d-\d\d", written) else _NO_DAY
    return [int(part) for part in day.split("-")]


def _plain(words: Markup | str) -> str:
    """HTML as text."""
    return words.striptags() if isinstance(words, Markup) else words


def _findings(contents: Contents, lead: Figure | None, t: Interface, names: Names) -> list[str]:
    """The user's sentences; without any, the figure that the first page begins with."""
    sizes = {"cases": len(contents.cases), "records": len(contents.records)}
    said = [
        _plain(one.sentence) for one in Speaker(contents.estimates, sizes, t).say(contents.sentences) if one.sentence
    ]
    return said or ([_finding(lead, t, names)] if lead else [])


def _finding(figure: Figure, t: Interface, names: Names) -> str:
    question = _plain(names.question(figure.estimate.variable))
    return f"{question} {_plain(figure.label)}: {_number(figure, t)}."


def _number(figure: Figure, t: Interface) -> str:
    found = figure.finding
    if found is None or found.low is None or found.high is None:
        return _plain(t("figure.of", n=t.number(figure.estimate.estimate), total=t.number(figure.estimate.N)))
    return _plain(
        t("figure.with_interval", low=t.number(found.low), high=t.number(found.high), total=t.number(found.N))
    )


def _question(block: Block, t: Interface) -> dict[str, Any]:
    return {"question": _plain(block.question), "rows": [_row(figure, t) for figure in block.figures[:_MOST_ROWS]]}


def _row(figure: Figure, t: Interface) -> dict[str, Any]:
    found = figure.finding
    bounds = (None, None) if found is None or found.low is None or found.high is None else (found.low, found.high)
    low, high = (None if bound is None or not found else bound / found.N for bound in bounds)
    return {"label": _plain(figure.label), "at": figure.share, "low": low, "high": high, "number": _number(figure, t)}


def _method(contents: Contents, t: Interface) -> list[Markup]:
    work = contents.fieldwork
    lines = [
        t.count("method.read_text", len(contents.records)),
        t("method.structure_text", pack=contents.pack),
        t("method.code_text", title=t.text(contents.codebook.title), version=contents.codebook.version),
        t("method.verbatim"),
    ]
    if work is None or not work.coders:
        return [*lines, t("method.count_text")]
    percent = t.number(level_percent(work.level))
    lines += [t("method.draw_text", number=int(work.number), n=t.number(work.drawn), digest=f" {work.digest}.")]
    if work.seed:
        lines += [t("method.draw_seed", seed=work.seed)]
    return [*lines, t("method.count_people", level=percent, claim=t.name("claim", work.claim))]


def _book(book: Book, t: Interface) -> str:
    out = ", ".join(f"{t.number(number)} {name.replace('_', ' ')}" for name, number in book.went_out)
    return f"{_plain(t.name('stage', book.stage))}: {t.number(book.came_in)} = {out}"
