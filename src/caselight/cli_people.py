"""The commands for people who code: the review desk, its accounts, and the journals. Parses, calls, prints."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from caselight.errors import UsageError
from caselight.terminal import ACT, DONE, JSON, PROBLEMS, STUDY, now, print_result, say, spoken

if TYPE_CHECKING:
    from caselight.store import Study


@click.command()
@STUDY
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on. [default: one of the study]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need accounts.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="Another name the desk is reached under.")
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
def review(study: Path, port: int, host: str, names: tuple[str, ...], no_open: bool) -> None:
    """Open the review desk in the browser: code the drawn cases, settle differences, look around.

    Example: caselight review my-study
    """
    from caselight import desk
    from caselight.store import Study

    def told(line: str, openable: bool) -> None:
        say(line)
        if openable and not no_open and sys.stderr.isatty():
            click.launch(line)

    say("The review desk. The address works once; Enter gives a fresh one, Ctrl-C ends. Nothing saved gets lost.")
    desk.open_desk(Study.open(study), desk.Opening(host, port, names), now, told)


@click.command()
@STUDY
@click.argument("name")
@click.option("--role", type=click.Choice(["coder", "adjudicator"]), required=True, help="What this person may do.")
def account(study: Path, name: str, role: str) -> None:
    """Make an account for the review desk, or set its password anew. The password is asked for, or read from stdin.

    Example: caselight account my-study anna --role coder
    """
    from caselight import desk
    from caselight.store import Study

    opened = Study.open(study)
    if sys.stdin.isatty():
        again = spoken("Repeat for confirmation")
        password = click.prompt(spoken("Password"), hide_input=True, confirmation_prompt=again, err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    desk.Accounts(opened).set(name, password, role)
    say(f"{name} can log in as {role} now: caselight review {study} --host ADDRESS")


@click.command()
@STUDY
@click.option("--check", is_flag=True, help="Look every journal over: is it whole, was anything torn?")
@click.option("--merge", type=click.Path(path_type=Path), default=None, help="Take in what another copy holds.")
@click.option("--export", "export_to", type=click.Path(path_type=Path), default=None, help="Write all answers to FILE.")
@click.option("--import", "import_from", type=click.Path(path_type=Path), default=None, help="Take answers from FILE.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "label-studio", "qdpx", "qdc"]), default="csv", show_default=True
)
@click.option("--coder", default="", help="Whose answers they are, where the file does not say.")
@JSON
def journal(study: Path, check: bool, merge: Path | None, as_json: bool, **how: Any) -> None:
    """Look over the coders' journals, merge those of two computers, or exchange answers with other tools.

    \b
    Example: caselight journal my-study --merge /media/stick/my-study
             caselight journal my-study --export answers.qdpx --format qdpx
    """
    from caselight import journals
    from caselight.store import Study

    opened = Study.open(study)
    if merge is not None:
        merged = journals.merge(opened, merge, now())
        told = [line for one in merged for line in journals.merged_lines(one)]
        print_result(as_json, {"merged": [asdict(one) for one in merged]}, told)
        sys.exit(PROBLEMS if any(one.conflicts for one in merged) else DONE)
    if how["export_to"] or how["import_from"]:
        _exchange(opened, how, as_json)
        return
    if not check:
        raise UsageError(f"Say what to do: caselight journal {study} --check, --merge, --export or --import.")
    rows = journals.look_over(opened)
    print_result(as_json, rows, journals.look_over_lines(rows), data=True)
    sys.exit(DONE if all(row["whole"] for row in rows) else ACT)


def _exchange(study: Study, how: Mapping[str, Any], as_json: bool) -> None:
    from caselight import pipeline, trading

    made = pipeline.current(study)
    if to := how["export_to"]:
        number, left_out = trading.hand_out(made, how["form"], to)
        lines = [f"Wrote {number:,} to {to}."]
        if left_out:
            lines.append(
                f"{left_out:,} answers are left out: they are about no single text of this study, as those about "
                f"matters. They are in readings.jsonl: caselight export {study.folder} --format jsonl --to DIR"
            )
        print_result(as_json, {"to": str(to), "written": number, "left_out": left_out}, lines)
    if source := how["import_from"]:
        if how["form"] not in trading.READERS:
            raise UsageError("A codebook alone (qdc) is not taken in: the study has its own. Choose another format.")
        added = trading.take_in(made, how["form"], source, how["coder"], now())
        print_result(as_json, {"added": added}, [f"{name}: {n:,} new answers" for name, n in added.items()])
