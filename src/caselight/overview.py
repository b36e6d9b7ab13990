"""A study in words for the terminal: what a run did, the books, the figures, one case with its quotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from math import ceil, floor
from pathlib import Path
from typing import Any

from caselight.accounts import summary_lines, told_books
from caselight.estimate import FACT
from caselight.one_case import UNCHECKED
from caselight.planning import Made
from caselight.protect import Published
from caselight.report import Contents, Fieldwork
from caselight.report.interface import level_percent, percent_down, percent_up
from caselight.report.interface import told as told_amount
from caselight.terminal import number_of

_LOOK_AT_SHOWN = 20
_ALIKE_SHOWN = 3  # problems of one kind; all of them stand in the report and in `show --json`
UNFIGURED = "as coded by machine alone; people have read the drawn cases, but there is no figure with a range"
_VALUES_LISTED = 14  # answers of one question that are printed; of a longer list (courts) only the first few
_VALUES_SHOWN = 5
_SUMS = ("median", "total", "mean", "smallest", "largest")
_METHODS = {"exact_stratified": "standard", "exact_certified": "certified", "running_range": "not read to its end yet"}
_WHOLE = ("count", "recall")  # figures of the whole pile that have a line here; `estimate` has all
BESIDE = "as coded by machine alone, in all cases of the study; people have checked these questions, see above"


def summary(made: Made, shown: Contents) -> dict[str, Any]:
    """Books, problems and figures of a study, as JSON-ready data."""
    told = told_books(made, shown) | {"figures": figures(shown), "report": str(made.report)}
    work = shown.fieldwork
    return told | {"agreement": _agreement(work), "draw": draw_of(work)} if work else told


def draw_of(work: Fieldwork) -> dict[str, Any]:
    """The draw that the figures rest on, as JSON-ready data."""
    told = {"number": work.number, "sha256": work.digest, "seed": work.seed, "cases": work.pile, "drawn": work.drawn}
    others = [{"draw": number, "sha256": digest, "thrown": thrown} for number, digest, thrown in work.others]
    return told | {"day": work.day, "later": work.later, "differ": dict(work.differ), "others": others}


def _agreement(work: Fieldwork) -> list[dict[str, Any]]:
    """How far readers agree on each question, with limits where there are any, and on each answer with its counts."""
    return [
        {
            "variable": variable,
            **dict(zip(("cases", "same", "alpha", "ac1"), measures, strict=True)),
            "ranges": dict(work.ranges.get(variable, {})),
            "positive": [asdict(one) for one in work.positive.get(variable, ())],
        }
        for variable, measures in work.agreement.items()
    ]


def figures(shown: Contents) -> list[dict[str, Any]]:
    """Every estimate, without the list of its cases."""
    rows = []
    read = {estimate.variable for estimate in shown.estimates if estimate.strata}
    looked = {name for name, n in shown.fieldwork.read.items() if n} if shown.fieldwork else set()
    for estimate in shown.estimates:
        row = {name: getattr(estimate, name) for name in estimate._fields if name not in ("cases", "strata")}
        if estimate.strata:
            row["strata"] = [asdict(stratum) for stratum in estimate.strata]
        rows.append(row if estimate.strata else row | {"says": _worth(estimate.variable, read, looked)})
    return rows


def _worth(variable: str, figured: Collection[str], read: Collection[str]) -> str:
    """What a count by machine is worth, in words."""
    return BESIDE if variable in figured else UNFIGURED if variable in read else UNCHECKED


def full_lines(told: Mapping[str, Any]) -> list[str]:
    """Books, problems and figures."""
    lines = summary_lines(told)
    for book in _books_shown(told["books"]):
        out = ", ".join(f"{count:,} {kind}" for kind, count in book["went_out"])
        lines.append(f"  {book['stage']}: {number_of(book['came_in'], book['unit'])} in; {out}")
    lines += ["", *figure_lines(told["figures"], told.get("draw"))]
    if told.get("agreement"):
        lines += ["", "Agreement of readers (alpha and AC1; all of it: caselight estimate):"]
        lines += [
            f"  {row['variable']}: same answer {row['same']:.0%} of {row['cases']:,} read twice"
            + "".join(f", {name} {row[name]:.2f}" for name in ("alpha", "ac1") if row[name] is not None)
            for row in told["agreement"]
        ]
    return [*lines, "", *_problem_lines(told)]


def _books_shown(books: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The books of the stages, those of the questions added up; one by one where one of them does not balance."""
    parts = [book for book in books if "/" in book["stage"]]
    if not parts or any(book["came_in"] != sum(dict(book["went_out"]).values()) for book in parts):
        return list(books)
    went: Counter[str] = Counter()
    for book in parts:
        went.update(dict(book["went_out"]))
    whole = {"stage": "coding", "unit": "answer", "came_in": went.total(), "went_out": sorted(went.items())}
    return [*(book for book in books if "/" not in book["stage"]), whole]


def _problem_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The problems, a few of each kind."""
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for problem in told["problems"]:
        alike.setdefault(problem["kind"], []).append(problem)
    shown = 0
    for kind, held in alike.items():
        first = held[:_ALIKE_SHOWN]
        yield from (f"{kind}: {p['path'] or p['subject']}: {p['message']}" for p in first)
        shown += len(first)
        if len(held) > len(first):
            yield f"{kind}: ... and {len(held) - len(first):,} more"
    if len(told["problems"]) > shown:
        yield f"All {len(told['problems']):,} problems: caselight show {told['study']} --json"


def figure_lines(rows: Sequence[Mapping[str, Any]], draw: Mapping[str, Any] | None = None) -> list[str]:
    """The figures, one a line, below what they are worth.

    Args:
        draw: what `draw_of` tells of the draw; None = say nothing of it.
    """
    people = [row for row in rows if "strata" in row and row["name"] in _WHOLE and not row["where"]]
    machine = [row for row in rows if "strata" not in row]
    head = "Figures from a random draw that people read:"
    parts = [[head, *_draw_lines(draw), *_range_lines(people)] if people else list(_draw_lines(draw))]
    for says in (BESIDE, UNFIGURED, UNCHECKED):
        of_it = [row for row in machine if row["says"] == says]
        parts.append([f"Counts ({says}):", *_machine_lines(of_it)] if of_it else [])
    return [line for part in parts if part for line in ("", *part)][1:] or ["No figures yet."]


def _draw_lines(draw: Mapping[str, Any] | None) -> Iterator[str]:
    """What has to be known of the draw: later cases, coders who differ."""
    if draw and draw["later"]:
        day = f" of {draw['day']}" if draw["day"] else ""
        whole = f"  The draw is of the {draw['cases']:,} cases{day}"
        yield f"{whole}; {draw['later']:,} came later, and no figure with a range speaks for them."
    if draw and draw["differ"]:
        listed = ", ".join(f"{name} {n:,}" for name, n in draw["differ"].items())
        yield f"  Coders differ, and nobody has settled it: {listed}. For the adjudicator: draw --sheet FILE --disputes"


def _machine_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Counts by machine, by question; of a long list the most frequent."""
    by_question: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_question.setdefault(row["variable"], []).append(row)
    for variable, held in by_question.items():
        given = next((row["estimate"] for row in held if row["name"] == "given"), None)
        counts = [row for row in held if row["name"] == "count"]
        some = [row for row in counts if row["estimate"]]
        shown = sorted(some, key=lambda row: -row["estimate"])[:_VALUES_SHOWN] if len(some) > _VALUES_LISTED else some
        for row in (*shown, *(row for row in held if row["name"] != "count" and row["estimate"])):
            yield f"  {_named(variable)}{_machine_amount(row, given)}"
        if len(some) > len(shown):
            rest = len(some) - len(shown)
            yield f"  {_named(variable)}: {rest:,} other answers; all of them in the report and with --json"
        if none := [row["value"] for row in counts if not row["estimate"]]:
            yield f"  {_named(variable)}: in no case {', '.join(none)}"


def _named(variable: str) -> str:
    return f"{variable.removeprefix(FACT)} (fact)" if variable.startswith(FACT) else variable


def _machine_amount(row: Mapping[str, Any], given: float | None) -> str:
    if row["name"] in _SUMS:
        of = "" if given is None else f" of the {given:,.0f} {row['unit']}s that have one"
        return f": {told_amount(row['estimate']):,.10g}, {row['name']}{of}"
    what = row["value"] if row["name"] == "count" else f"({row['name'].replace('_', ' ')})"
    return f" = {what}: {row['estimate']:,.10g} of {number_of(row['N'], row['unit'])}"


def _range_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a figure: by the claim that was committed to, which comes first; the other one in --json."""
    told = set()
    for row in rows:
        figure = (row["name"], row["variable"], row["value"])
        if figure not in told:
            yield _range_line(row)
        told.add(figure)


def _range_line(row: Mapping[str, Any]) -> str:
    what = f"  {row['variable']} = {row['value']}: "
    method = _METHODS.get(row["method"], row["method"].replace("_", " "))
    rest = f"({level_percent(row['level']):g} %, {method}, {row['n']:,} read"
    if row["name"] == "recall":
        return (
            f"{what}the machine found {percent_down(row['low']):.0f}% to {percent_up(row['high']):.0f}% of them {rest})"
        )
    undecided = sum(stratum["undecided"] for stratum in row["strata"])
    if undecided:
        rest += (
            f"; {undecided:,} of those read are undecided, the estimate comes from the other {row['n'] - undecided:,}"
        )
    of = f"{floor(row['low']):,} to {ceil(row['high']):,} of {row['N']:,} {row['unit']}s"
    return f"{what}{of}, best estimate {row['estimate']:,.0f} {rest})"


def demo_lines(made: Made, shown: Contents) -> list[str]:
    """What the demo study found, in three lines."""
    told = summary(made, shown)
    lines = [f"{told['records']:,} constructed rulings read; {len(told['problems']):,} problems; the books balance."]
    for variable, value, words in (
        ("surveillance_role", "relied_on", "the court relies on surveillance"),
        ("identification_means", "facial_recognition", "a person was found by facial recognition"),
    ):
        found = [row for row in told["figures"] if (row["variable"], row["value"]) == (variable, value)]
        lines += [f"In {_sentence(row)} {words}{_behind(row)}." for row in sorted(found, key=_machine_last)[:1]]
    return lines


def _machine_last(row: Mapping[str, Any]) -> tuple[bool, bool]:
    return row["low"] is None, row["name"] != "count"


def _sentence(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['estimate']:,.0f} of {row['N']:,} cases"
    of = f"between {row['low']:,.0f} and {row['high']:,.0f} of {row['N']:,} cases"
    return f"{of} (best estimate {row['estimate']:,.0f})"


def _behind(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f" ({UNCHECKED})"
    return f" ({level_percent(row['level']):g} %; {row['n']:,} cases, picked by dice, were read by two demo coders)"


def published_lines(done: Published, study: Path) -> list[str]:
    """What was published, what was not, and what nobody can know."""
    replaced = ", ".join(f"{count:,} {kind}" for kind, count in done.replaced.items()) or "nothing"
    lines = [f"Replaced by tokens: {replaced}. Names of officials that stay: {done.officials:,}."]
    lines.append(f"The gate looked into {done.files:,} files and found none of them.")
    withheld = done.withheld
    lines.append(
        f"Not published: {withheld['originals']:,} original files ({withheld['scans']:,} of them scans): "
        "pictures of pages cannot be searched for names."
    )
    if done.look_at:
        lines.append(
            f"Look at these {len(done.look_at):,}: one letter away from a hidden name, or one in small letters."
        )
        lines += [f"  {f.file}:{f.line}: {f.what!r} in “{f.near}”" for f in done.look_at[:_LOOK_AT_SHOWN]]
        rest = len(done.look_at) - _LOOK_AT_SHOWN
        if rest > 0:
            folder = done.folder
            lines.append(
                f"  ... and {rest:,} more; all of them: caselight report {study} --publish --to {folder} --json"
            )
    lines += ["The gate cannot know:", *(f"  {text}" for text in done.cannot_know)]
    return [*lines, f"Published: {done.folder}"]
