"""The example study: constructed rulings, a committed draw and two demo coders' answers, made anew from what ships.

The records, the coders and their slips are constructed, and the study says so on every page. The seed stands for public
dice: in a study of one's own it must be thrown after the commitment is published.
"""

from __future__ import annotations

from pathlib import Path

from caselight import delivery, drawing, pipeline
from caselight.drawing import Wish
from caselight.drawing.asking import Question
from caselight.errors import UsageError
from caselight.ingest import is_container
from caselight.intake import new
from caselight.pipeline import Options, Tell
from caselight.planning import Made
from caselight.report import Contents
from caselight.review import ADJUDICATOR, Given, read_sheet
from caselight.store import Settings, Study

_SHIPPED = Path(__file__).parent / "studies" / "demo"
WORDS = {  # title, notice on every page
    "en": (
        "Cameras and facial recognition in protest cases (demo)",
        "Demo study: all records and coders are constructed. No ruling, person or case in it is real.",
    ),
    "ru": (
        "Камеры и распознавание лиц в делах о протестах (демо)",
        "Демонстрационное исследование: все записи и кодировщики сочинены, настоящих решений, людей и дел в нём нет.",
    ),
}
# So small a pile must be read to a good part before anything can be said of it; all of the drawn are read twice, since
# agreement on rare answers cannot be told from ten cases. One answer against all others: with three strata some year
# has a stratum of one case, and where that is not drawn the year has no best estimate.
WISH = Wish(size=30, by=("surveillance_role=relied_on",), double=1.0)
# Beside the figures of all cases: the same by year, and the fines, whose legal maximum here is 300,000 roubles.
KEPT = (
    Question(("surveillance_role",), ("relied_on",), by="year"),
    Question(("identification_means",), ("facial_recognition",), by="year"),
    Question(("fine_rub",), most=300_000),
)
SEED = "31415926535897932384"  # stands for twenty throws of a ten-sided die


def make(folder: Path, language: str, options: Options, tell: Tell) -> tuple[Made, Contents]:
    """The example study in `folder`, up to date; made there if it is not there yet.

    Raises:
        UsageError: the folder holds something else.
    """
    study = _opened(folder, language)
    with study.locked():
        if not study.findings.exists():
            study.findings.write_bytes((_SHIPPED / "findings.yaml").read_bytes())
        study.records.receive([_SHIPPED / "records"], is_container)
        made = pipeline.make_tables(study, options, tell)
        if drawing.last(study) is None:
            drawing.freeze(made, WISH, options.today)
            drawing.throw(study, SEED)
            drawing.take(study, _answers(made), f"{options.today}T00:00:00+00:00")
            for question in KEPT:
                drawing.keep(study, question, f"{options.today}T00:00:00+00:00")
        return made, delivery.up_to_date(made, options.today, tell)


def _opened(folder: Path, language: str) -> Study:
    if (folder / "study.toml").exists():
        study = Study.open(folder)
        if study.settings.notice not in {notice for _, notice in WORDS.values()}:
            what = f"{folder} is a study of yours; the demo's constructed rulings do not belong in it"
            raise UsageError(f"{what}, and nothing was added. Name another folder: caselight demo FOLDER")
        return study
    title, notice = WORDS[language]
    return new(folder, Settings(title, "ru", language, notice), "surveillance")


def _answers(made: Made) -> list[Given]:
    """What the coders said of the drawn cases, and the adjudicator where they differ."""
    committed = drawing.last(made.study)
    assert committed is not None  # just thrown
    drawn = {one.case: one.double for one in drawing.drawn_cases(committed)}
    cases = drawing.named_cases(made)
    found = []
    for number, coder in enumerate(("demo-coder-1", "demo-coder-2", ADJUDICATOR)):
        file = _SHIPPED / "answers" / f"{coder}.csv"
        rows = read_sheet(file.read_text("utf-8"), file.name, made.codebook, cases, coder)
        found += [row for row in rows if row.case in drawn and (number == 0 or drawn[row.case])]
    return found
