"""The commands of fieldwork: draw, import, estimate. Parse, call, print; decide nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from caselight.errors import UsageError
from caselight.terminal import JSON, STUDY, now, print_result, say, spoken


@click.command()
@STUDY
@click.option("--size", type=int, default=None, metavar="N", help="Commit a draw of N cases.")
@click.option("--by", multiple=True, metavar="VARIABLE[=VALUE]", help="Draw apart by the machine's answer; repeatable.")
@click.option("--double", type=click.FloatRange(0, 1), default=0.2, show_default=True, help="Share read by two coders.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Level of confidence.")
@click.option("--claim", type=click.Choice(["standard", "certified"]), default="standard", show_default=True)
@click.option("--unit", type=click.Choice(["case", "matter", "record"]), default="case", show_default=True)
@click.option("--looks", type=click.IntRange(1, 10), default=1, show_default=True, help="Looks at figures by the plan.")
@click.option("--machine", multiple=True, metavar="NAME", help="Imported machine answers to use instead of ours.")
@click.option("--elusion", default="", metavar="VARIABLE=VALUE", help="Draw from what the machine set aside.")
@click.option("--verify", type=int, default=None, metavar="N", help="With --elusion: read N of those found. [all]")
@click.option("--seed", default=None, metavar="DIGITS", help="What the public dice showed, after the commitment.")
@click.option("--draw", "number", default="", metavar="NUMBER", help="With --extend or --sheet: which draw. [the last]")
@click.option("--extend", type=int, default=None, metavar="M", help="Draw M more: the next tickets of the same seed.")
@click.option(
    "--sheet", type=click.Path(path_type=Path), default=None, help="Write the drawn cases as a CSV to fill in."
)
@click.option("--disputes", is_flag=True, help="With --sheet: only what coders answered differently, to be settled.")
@JSON
def draw(study: Path, as_json: bool, **options: Any) -> None:
    """Commit a random draw, then draw it with a seed of public dice. People read what is drawn.

    \b
    Example: caselight draw my-study --size 100 --by surveillance_role
             (publish the line it prints, throw dice in public)
             caselight draw my-study --seed 60853020971157277135 --sheet to-read.csv
             caselight draw my-study --sheet disputes.csv --disputes
             caselight draw my-study --elusion surveillance_role=relied_on --size 60
    """
    from caselight import sampling
    from caselight.store import Study

    opened = Study.open(study)
    with opened.locked():
        doing = {name: options.pop(name) for name in ("seed", "extend", "sheet", "number", "disputes")}
        what, lines = sampling.draw(opened, sampling.Doing(options, **doing), now()[:10], _agreed)
    print_result(as_json, what, lines)


def _agreed(warning: str) -> None:
    """Says the warning; where somebody sits at the terminal, goes on only if they want to."""
    say(f"Warning: {warning}")
    if sys.stdin.isatty() and not click.confirm(spoken("Make the new draw?"), err=True):
        raise UsageError("No draw was made.")


@click.command("import")
@STUDY
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--coder", default="", help="Whose answers they are, where the table has no column coder.")
@click.option("--machine", default="", metavar="NAME", help="They were made by a program elsewhere, called NAME.")
@JSON
def import_(study: Path, file: Path, coder: str, machine: str, as_json: bool) -> None:
    """Take in answers of people from a CSV table; "adjudicator" has the last word.

    With columns stratum and probability the table tells of a draw made elsewhere, and figures rest on it.

    \b
    Example: caselight import my-study to-read.csv --coder anna
             caselight import my-study model.csv --machine our-model
    """
    from caselight import sampling
    from caselight.store import Study

    opened = Study.open(study)
    with opened.locked():
        added, lines = sampling.take_file(opened, file, coder, machine, now(), _agreed)
    print_result(as_json, {"added": added}, lines)


@click.command()
@STUDY
@click.option("--variable", "variables", multiple=True, metavar="NAME", help="Only this question; repeatable.")
@click.option("--value", "values", multiple=True, metavar="VALUE", help="Only this answer; repeatable.")
@click.option(
    "--by", default="", metavar="NAME", help="A figure for each value of a fact (year, court ...) or variable."
)
@click.option("--where", multiple=True, metavar="NAME=VALUE", help="Only the part of the cases for which this holds.")
@click.option("--compare", nargs=2, default=None, metavar="A B", help="How far two values of --by differ.")
@click.option("--trend", is_flag=True, help="With --by year: how the share changes from year to year.")
@click.option("--claim", type=click.Choice(["standard", "certified"]), default=None, help="Of differences. [committed]")
@click.option("--most", type=float, default=None, metavar="X", help="The most that one case can have of a number.")
@click.option("--persons", default="", metavar="NAME", help="Shares among persons; NAME counts the persons of a case.")
@click.option("--if-hidden", type=click.FloatRange(0, 1), default=None, metavar="SHARE", help="If so many are hidden.")
@click.option("--recoded", is_flag=True, help='Part the cases by what the machine says now, with a "but".')
@click.option("--keep", is_flag=True, help="Publish these figures: in the report and the export from the next run on.")
@click.option("--drop", is_flag=True, help="Publish them no longer.")
@click.option("--together", is_flag=True, help="All figures hold together, not each by itself: wider ranges.")
@click.option(
    "--plan", type=click.FloatRange(0, 1), default=None, metavar="WIDTH", help="How many to read for a range."
)
@click.option(
    "--guess",
    nargs=2,
    type=click.FloatRange(0, 1),
    default=(0.9, 0.02),
    show_default=True,
    metavar="RIGHT MISSED",
    help="With --plan: share of the machine's yes that is right, of its no that is wrong.",
)
@JSON
def estimate(study: Path, as_json: bool, **options: Any) -> None:
    """Print the figures: with exact ranges once people have read a draw, counts by machine until then.

    \b
    Example: caselight estimate my-study
             caselight estimate my-study --by year --variable surveillance_role --value relied_on --trend --keep
             caselight estimate my-study --by instance --compare first appeal --variable surveillance_role
             caselight estimate my-study --variable fine --most 300000
    """
    from caselight import overview, pipeline, sizing, telling, view
    from caselight.drawing import asking, keep
    from caselight.store import Study

    opened = Study.open(study)
    made = pipeline.current(opened)
    hidden, plan, guess, kept, drop = (options.pop(name) for name in ("if_hidden", "plan", "guess", "keep", "drop"))
    question = asking.Question(**options | {"claim": options["claim"] or ""})
    if plan is not None:
        row, lines = sizing.sized(made, question, plan, guess)
        print_result(as_json, row, lines, data=True)
        return
    found = asking.asked(made, question)
    rows = telling.told_rows(found, hidden, asking.agreement_rows(made, question.variables))
    lines = telling.told_lines(found, rows, str(study))
    if kept or drop:
        with opened.locked():
            keep(opened, question, now(), drop)
        say(f"{'Dropped' if drop else 'Kept'}. Next: caselight run {study}")
    if question == asking.Question():
        machine = [row for row in overview.figures(view.contents(made, "en", "")) if "strata" not in row]
        rows, lines = [*rows, *machine], [*lines, "", *overview.figure_lines(machine)]
    print_result(as_json, rows, lines, data=True)
