"""From the tables of a study to what is read: the report's pages, written anew where they changed, and the exports."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from caselight import __version__
from caselight.drawing import exported, state_of
from caselight.errors import UsageError
from caselight.pipeline import Tell
from caselight.placing import map_stamps
from caselight.planning import Made, code_digest
from caselight.report import EXPORTS, CasePage, Contents, write_report
from caselight.store.files import whole_folder, write_text
from caselight.store.parts import key_of
from caselight.view import contents


def up_to_date(made: Made, today: str, tell: Tell) -> Contents:
    """What the study holds, once its report says so. The caller holds the study's lock."""
    shown = contents(made, made.study.settings.language, today)
    write_pages(made, shown, tell)
    return shown


def write_pages(made: Made, shown: Contents, tell: Tell, anew: bool = False) -> Path:
    """The report's pages; only those that changed since they were last written, unless all are wanted anew."""
    settings = (shown.language, made.study.settings.title, made.study.settings.notice)
    code = code_digest("report", "speaking", "estimate", "drawing", "accounts", "view", "placing", "tiling")
    stamp = key_of("report", __version__, code, *settings, *_stamps(made))
    done = made.study.folder / "index" / "report.txt"
    if not anew and made.report.exists() and done.exists() and done.read_bytes() == stamp.encode():
        return made.report
    done.unlink(missing_ok=True)
    if anew:
        shutil.rmtree(made.study.report, ignore_errors=True)
    write_report(made.study.report, replace(shown, load=lambda wanted: _counted(shown.load, list(wanted), tell)))
    write_text(done, stamp)
    return made.report


def _counted(load: Callable[[Iterable[str]], Iterator[CasePage]], wanted: list[str], tell: Tell) -> Iterator[CasePage]:
    """The pages of these cases, with word of how many have been written."""
    for done, page in enumerate(load(wanted), 1):
        yield page
        tell("report", done, len(wanted))


def _stamps(made: Made) -> list[str]:
    """What a report is made from: changes whenever any of its pages might."""
    parts = [path.stem for plan in made.plans for path in plan.paths.values()]
    records = [f"{record.path} {record.id}" for record in made.catalogue.records]
    written = [file.read_text("utf-8") for file in (made.study.codebook, made.study.findings) if file.exists()]
    written += map_stamps(made.study.folder, made.pack)
    aside = [*map(str, made.catalogue.unreadable), *map(str, made.catalogue.left_out)]
    return [*parts, *records, *aside, made.links.stem, *written, state_of(made.study)]


def export(made: Made, form: str, to: Path) -> list[str]:
    """Writes all tables in that form to a folder of the user's; the names of the files.

    Raises:
        UsageError: there is something in the folder.
    """
    if to.resolve().is_relative_to(made.study.folder.resolve()):
        raise UsageError(f"{to} lies in the study itself, which keeps its own files there. Choose a folder beside it.")
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(f"{to} exists and is not empty. Choose another folder, or remove it first.")
    with whole_folder(to) as half:
        EXPORTS[form](contents(made, made.study.settings.language, ""), half)
        if form == "jsonl":
            exported(made.study, made.codebook, half)
    return sorted(path.name for path in to.iterdir())
