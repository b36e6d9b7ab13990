"""The command line: one command a stage. Parses, calls the pipeline, prints; decides nothing.

Data goes to stdout, talk to stderr. Exit code: 0 done, 1 you must act, 2 wrong usage, 3 done with problems.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from caselight import __version__
from caselight.cli_language import SpeakingGroup
from caselight.errors import CaselightError, UsageError
from caselight.lean import start_lean
from caselight.progress import Progress
from caselight.terminal import ACT, DONE, JSON, PROBLEMS, STUDY, USAGE, language_option, number_of, spoken, visible
from caselight.terminal import language as _language
from caselight.terminal import print_result as _print
from caselight.terminal import say as _say

# Commands that are loaded when they are asked for: their many options take longer than some commands' work.
_ELSEWHERE = {
    "draw": "cli_fieldwork",
    "estimate": "cli_fieldwork",
    "import": "cli_fieldwork",
    "review": "cli_people",
    "account": "cli_people",
    "journal": "cli_people",
    "key": "cli_sealing",
    "seal": "cli_sealing",
    "verify": "cli_sealing",
}


class Commands(SpeakingGroup):
    """Turns what a user can mend into a message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded if need be."""
        if cmd_name in _ELSEWHERE and cmd_name not in self.commands:
            module = import_module(f"caselight.{_ELSEWHERE[cmd_name]}")
            self.add_command(
                next(c for c in vars(module).values() if isinstance(c, click.Command) and c.name == cmd_name)
            )
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; its errors become one line on stderr."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            _fail(str(error), USAGE)
        except CaselightError as error:
            _fail(str(error), ACT)
        except KeyboardInterrupt:
            _fail("Stopped. What was finished is kept; the same command goes on from there.", ACT)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has gone
            sys.exit(DONE)
        except OSError as error:
            if message := _of_the_system(error):
                _fail(message, ACT)
            raise


def _of_the_system(error: OSError) -> str:
    """What the user can do about what the system said; "" = nothing is known."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        return f"The disk is full{where}. What was finished is kept; free some space and run this again."
    if error.errno == errno.EFBIG:
        return f"A file would be larger than this system allows ({error.strerror}). See: ulimit -f"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"More files are open than this system allows ({error.strerror}). See: ulimit -n"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        what = f"{error.filename or 'A file'} may not be read or written ({error.strerror})"
        return f"{what}. Check its permissions."
    where = error.filename2 or error.filename
    if where and error.errno in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST):
        return f"{where} is a folder where a file belongs, or a file where a folder belongs. Move it away."
    return ""


def _fail(message: str, code: int) -> None:
    click.echo(f"\n{visible(spoken(message))}", err=True)
    sys.exit(code)


JOBS = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    help="Worker processes. [default: cores]",
)
# As in report.EXPORTS, which a test compares: naming them here spares every command the loading of the report.
FORMS = ("annotations", "csv", "frictionless", "ftm", "jsonl", "parquet", "pdf", "xlsx")
LANGUAGE = language_option("Language of the report.")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="caselight")
def main() -> None:
    """Caselight turns a pile of court records into findings that hold.

    \b
    caselight new my-study --pack ru --codebook surveillance
    caselight add my-study downloads/
    caselight run my-study
    """
    start_lean()


@main.command()
@click.argument("folder", default="demo", type=click.Path(path_type=Path))
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
@JOBS
@LANGUAGE
@JSON
def demo(folder: Path, open_it: bool, jobs: int, language: str | None, as_json: bool) -> None:
    """Make and run the example study (48 constructed rulings, two demo coders) in FOLDER.

    Example: caselight demo --open
    """
    from caselight import overview
    from caselight.demo import make

    made, shown = make(folder, language or _language(), _options(jobs), _progress())
    found = overview.demo_lines(made, shown)
    _print(as_json, {"report": str(made.report), "found": found}, [*found, f"Report: {made.report}"])
    if open_it:
        click.launch(str(made.report))


@main.command()
@STUDY
@click.option("--pack", required=True, help="Jurisdiction: ru, us, or a folder with a pack.yaml.")
@click.option("--codebook", required=True, help="The questions: surveillance, appeal-outcome, or a YAML file.")
@click.option("--title", default=None, help="Title of the report. [default: the folder's name]")
@LANGUAGE
@JSON
def new(study: Path, pack: str, codebook: str, title: str | None, language: str | None, as_json: bool) -> None:
    """Make a new study folder, with a codebook to edit.

    Example: caselight new my-study --pack ru --codebook surveillance
    """
    from caselight import intake
    from caselight.store import Settings

    settings = Settings(title or study.resolve().name, pack, language or _language())
    made = intake.new(study, settings, codebook)
    told = [f"Made {study}. Its questions are in {made.codebook}.", f"Next: caselight add {study} PATH..."]
    _print(as_json, {"study": str(study), "codebook": str(made.codebook)}, told)


def _column(name: str, what: str) -> Callable[[Any], Any]:
    return click.option(f"--{name}-column", metavar="NAME", default=None, help=f"Column of a dump that holds {what}.")


@main.command()
@STUDY
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--without", multiple=True, metavar="PATTERN", help="Leave out files of this name, such as 'README*'; repeatable."
)
@_column("text", "the text of the record")
@_column("id", "its identifier")
@_column("number", "the case number")
@_column("date", "the date of the decision")
@_column("court", "the court")
@_column("judge", "the judge")
@JSON
def add(study: Path, paths: tuple[Path, ...], without: tuple[str, ...], as_json: bool, **columns: str | None) -> None:
    """Take files, folders, archives and dumps into the study. Safe to repeat.

    \b
    Example: caselight add my-study downloads/ dump.jsonl --text-column body
             caselight add my-study downloads/ --without 'README*' --without '*.csv'
    """
    from caselight import intake
    from caselight.store import Study

    mapping = {name.removesuffix("_column"): value for name, value in columns.items() if value}
    received = intake.add(Study.open(study), paths, mapping, without)
    told = [f"Added {number_of(received.added, 'record')}; {received.again:,} already here."]
    if received.left_out:
        told.append(f"Left out, which the books show: {number_of(received.left_out, 'file')}.")
    told += [f"No file fits --without {one!r}; archives are looked into by the next run." for one in received.unmet]
    told += [f"Problem: {problem.message}" for problem in received.unreadable]
    told += [f"Next: caselight run {study}"]
    if received.unreadable:
        told.append(f"Done, with {number_of(len(received.unreadable), 'problem')} to look at: exit code {PROBLEMS}.")
    unreadable = [{"path": problem.subject, "message": problem.message} for problem in received.unreadable]
    counts = {"added": received.added, "again": received.again, "left_out": received.left_out}
    _print(as_json, {**counts, "unreadable": unreadable}, told)
    sys.exit(PROBLEMS if received.unreadable else DONE)


@main.command()
@STUDY
@JOBS
@click.option("--engine", type=click.Choice(["local"]), default="local", help="Where to compute.")
@click.option("--no-report", is_flag=True, help="Stop when the tables are made.")
@JSON
def run(study: Path, jobs: int, engine: str, no_report: bool, as_json: bool) -> None:
    """Read, structure, code, count and report; does only what has changed.

    Example: caselight run my-study --jobs 2
    """
    from caselight import accounts, pipeline
    from caselight.store import Study

    del engine  # one kind so far
    opened = Study.open(study)
    with opened.locked():

        def work() -> dict[str, Any]:
            made = pipeline.make_tables(opened, _options(jobs), _progress())
            # The figures take a look at every case, and what they need takes a third of a second to load.
            if no_report and not as_json:
                return accounts.told_books(made, accounts.accounts(made))
            from caselight import delivery, overview, view

            if no_report:
                return overview.summary(made, view.contents(made, "en", ""))
            return overview.summary(made, delivery.up_to_date(made, _today(), _progress()))

        summary = pipeline.mended(opened, _say, work)
    told = accounts.summary_lines(summary)
    if not no_report:
        told.append(f"Report: {summary['report']}")
    if summary["problems"]:
        told.append(f"Done, with {number_of(len(summary['problems']), 'problem')} to look at: exit code {PROBLEMS}.")
    _print(as_json, summary, told)
    sys.exit(PROBLEMS if summary["problems"] else DONE)


@main.command()
@STUDY
@click.argument("what", required=False, metavar="[RECORD|CASE]")
@JSON
def show(study: Path, what: str | None, as_json: bool) -> None:
    """Show the books and the problems, or one case with its facts, answers and quotations.

    Example: caselight show my-study 001.txt
    """
    from caselight import one_case, overview, pipeline, view
    from caselight.store import Study

    made = pipeline.current(Study.open(study))
    if what is None:
        summary = overview.summary(made, view.contents(made, "en", ""))
        _print(as_json, summary, overview.full_lines(summary), data=True)
    else:
        case = one_case.one(made, what)
        _print(as_json, case, one_case.case_lines(case, str(study)), data=True)


@main.command()
@STUDY
@click.argument("query")
@JSON
def search(study: Path, query: str, as_json: bool) -> None:
    """Search the records: any inflection, "exact words", /regex/, court: judge: number: outcome: date:2022.

    Example: caselight search my-study 'распознавание лиц date:2022'
    """
    from caselight import finding
    from caselight.store import Study

    opened = Study.open(study)
    with opened.locked(reading=True):
        total, hits = finding.search(opened, query, _progress())
        if as_json:
            click.echo(json.dumps({"total": total}, ensure_ascii=False))
        for hit in hits:
            click.echo(json.dumps(hit, ensure_ascii=False) if as_json else visible(finding.hit_line(hit)))
    _say(number_of(total, "case"))


@main.command()
@STUDY
@LANGUAGE
@click.option(
    "--publish", is_flag=True, help="Write it for publication: people, homes and numbers hidden, then checked."
)
@click.option(
    "--to", type=click.Path(path_type=Path), default=None, help="Folder of the publication. [STUDY/published]"
)
@JSON
def report(study: Path, language: str | None, publish: bool, to: Path | None, as_json: bool) -> None:
    """Write the report's pages anew from the tables; with --publish, as they may leave the study.

    \b
    Example: caselight report my-study --language ru
             caselight report my-study --publish --to my-findings
    """
    from caselight import delivery, overview, pipeline, publishing, view
    from caselight.store import Study

    if to is not None and not publish:
        raise UsageError("--to goes with --publish: the report of the study itself always lies in its folder.")
    opened = Study.open(study)
    with opened.locked():
        if language:
            opened.write(opened.settings._replace(language=language))  # the next run keeps to it
        made = pipeline.current(opened)
        shown = view.contents(made, language or opened.settings.language, _today())
        if publish:
            done = publishing.publish(made, shown, publishing.Order(to or study / "published"), _progress())
            _print(as_json, publishing.as_json(done), overview.published_lines(done, study))
            return
        delivery.write_pages(made, shown, _progress(), anew=True)
    _print(as_json, {"report": str(made.report)}, [f"Report: {made.report}"])


@main.command()
@STUDY
@click.option("--format", "form", required=True, type=click.Choice(FORMS), help="Kind of tables.")
@click.option("--to", required=True, type=click.Path(path_type=Path), help="Folder for the tables; must not exist yet.")
@JSON
def export(study: Path, form: str, to: Path, as_json: bool) -> None:
    """Export the tables.

    Example: caselight export my-study --format jsonl --to tables/
    """
    from caselight import delivery, pipeline
    from caselight.store import Study

    files = delivery.export(pipeline.current(Study.open(study)), form, to)
    _print(as_json, {"to": str(to), "files": files}, [f"Wrote {len(files)} tables to {to}: {', '.join(files)}"])


def _progress() -> Progress:
    return Progress(language=_language())


def _options(jobs: int) -> Any:
    from caselight import pipeline

    return pipeline.Options(jobs, _cache(), _today())


def _cache() -> Path:
    """Where word forms are kept between studies."""
    chosen = os.environ.get("CASELIGHT_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("caselight")


def _today() -> str:
    return date.today().isoformat()


def every_command() -> dict[str, click.Command]:
    """All commands by name, those of this module first."""
    context = click.Context(main)
    return {name: found for name in [*main.commands, *_ELSEWHERE] if (found := main.get_command(context, name))}
