"""Whatever is changed in a bundle is named, also where it was hashed again: figures, answers, pages, lists, tables."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from caselight import sealing
from sealed_sample import Change, Files, changed, kinds, roots, swap


def every(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new)


def without_line(number: int) -> Change:
    return lambda text: "\n".join(line for i, line in enumerate(text.split("\n"), 1) if i != number)


ROLE = "report/answers/surveillance_role/relied_on.html"
CHANGES = [  # member, what is done to it, kind of fault, file that the fault names ("" = the member), why
    ("tables/estimates.jsonl", swap('"estimate": ', '"estimate": 1'), "figure_differs", "", "a figure"),
    ("tables/estimates.jsonl", lambda t: re.sub(r'"low": (\d)', r'"low": 1\1', t, count=1), "figure_differs", "", "a limit"),
    ("tables/estimates.jsonl", lambda t: re.sub(r'"level": 0.95', '"level": 0.9', t), "figure_differs", "", "the level"),
    ("tables/estimates.jsonl", lambda t: re.sub(r'"x": (\d)', r'"x": 1\1', t, count=1), "figure_differs", "", "what was seen"),
    ("tables/estimates.jsonl", without_line(1), "figure_missing", "", "a figure that is left out"),
    ("tables/estimates.jsonl", swap('"estimate": ', '"estimate": NaN, "e": '), "unreadable", "", "no number"),
    ("tables/estimates.jsonl", swap('"estimate": ', '"estimate": 1e999, "e": '), "unreadable", "", "no finite number"),
    ("tables/estimates.jsonl", swap('"N": ', '"N": ' + "9" * 5000), "unreadable", "", "a number without end"),
    ("tables/estimates.jsonl", lambda t: "[" * 100_000 + t, "unreadable", "", "nesting without end"),
    ("tables/estimates.jsonl", every('"strata": ', '"strata": 5, "s": '), "malformed", "", "another type"),
    ("answers/B.jsonl", every('"value": "relied_on"', '"value": "none"'), "figure_differs", "tables/estimates.jsonl", "a decision"),
    ("answers/B.jsonl", lambda t: t[: t.rstrip().rfind("\n") + 1], "figure_differs", "tables/estimates.jsonl", "a decision that is left out"),
    ("answers/adjudicator.jsonl", swap('"decided": true', '"decided": false'), "figure_differs", "tables/estimates.jsonl", "a verdict"),
    ("tables/answers.jsonl", swap('"value": "relied_on"', '"value": "none"'), "figure_differs", "tables/estimates.jsonl", "the machine's"),
    ("tables/answers.jsonl", without_line(3), "table_differs", "", "an answer that is left out"),
    ("tables/answers.jsonl", lambda t: re.sub(r'"quote": "', '"quote": "not ', t, count=1), "quotation_differs", "", "a quotation"),
    ("tables/cases.jsonl", lambda t: re.sub(r'"start": (\d+)', r'"start": 1\1', t, count=1), "quotation_differs", "", "an offset"),
    ("tables/cases.jsonl", without_line(1), "figure_differs", "tables/estimates.jsonl", "a case that is left out"),
    ("tables/books.jsonl", swap('"came_in": ', '"came_in": 1'), "unbalanced", "", "the books"),
    ("tables/documents.jsonl", without_line(1), "unbalanced", "tables/books.jsonl", "a record that is left out"),
    ("tables/questions.json", swap('"relied_on"', '"relied"'), "table_differs", "", "the questions"),
    ("codebook.yaml", every("relied_on", "relied_in"), "table_differs", "tables/questions.json", "the codebook"),
    ("draws/0001/seed.txt", swap("2", "3"), "draw_differs", "draws/0001/drawn.tsv", "the dice"),
    ("draws/0001/drawn.tsv", without_line(2), "draw_differs", "", "a drawn case that is left out"),
    ("draws/0001/drawn.tsv", swap("\tyes", "\tno"), "draw_differs", "", "who was read twice"),
    ("draws/0001/frame.tsv", swap("=none", "=mentioned"), "draw_differs", "", "a stratum"),
    ("draws/0001/machine.jsonl", swap("relied_on", "mentioned"), "draw_differs", "", "what the machine had said"),
    ("draws/0001/commitment.json", swap("0.95", "0.99"), "figure_differs", "tables/estimates.jsonl", "the level committed to"),
    ("report/method.html", lambda t: re.sub(r'(data-is="alpha">)[^<]*', r"\g<1>0.5", t), "printed_differs", "", "agreement"),
    ("report/index.html", lambda t: re.sub(r'(data-is="\w+">)(\d)', r"\g<1>1\2", t, count=1), "printed_differs", "", "print"),
    (ROLE, lambda t: re.sub(r'(data-is="low">)(\d)', r"\g<1>1\2", t, count=1), "printed_differs", "", "print"),
    (ROLE, lambda t: re.sub(r'<li><p class="case-line">.*\n?', "", t, count=1), "list_differs", "", "a case off the list"),
    (ROLE, lambda t: re.sub(r'data value="[^"]*"', 'data value="outcome/count/fine"', t), "wrong_figure", "", "swap"),
    ("report/data/figures.csv", lambda t: re.sub(r",(\d+)\.0,", r",1\1.0,", t, count=1), "printed_differs", "", "a table"),
    ("report/data/by-year.csv", lambda t: re.sub(r"(\d)\r\n$", r"1\1\r\n", t), "printed_differs", "", "a chart's table"),
    ("report/data/by-region.csv", lambda t: re.sub(r"(\d)\r\n$", r"1\1\r\n", t), "printed_differs", "", "a map's table"),
    ("report/data/by-statute.csv", without_line(2), "printed_differs", "", "a part that is left out"),
    ("report/data/breakdown-year.csv", lambda t: re.sub(r",(\d+),(\d+),,,,,", r",1\1,\2,,,,,", t, count=1), "printed_differs", "", "an answer of a part"),
    ("report/data/breakdown-year.csv", lambda t: re.sub(r",,,,,\r", ",1.0,0.0,2.0,0.95,abc\r", t, count=1), "printed_differs", "", "a range that nobody made"),
    ("report/data/timeline.csv", lambda t: re.sub(r",(\d)\r\n$", r",1\1\r\n", t), "printed_differs", "", "an event"),
    ("report/data/timeline.csv", lambda t: t[: t.rstrip().rfind("\n") + 1], "printed_differs", "", "a month that is left out"),
    ("report/data/judges.csv", lambda t: re.sub(r",(\d+),c", r",1\1,c", t, count=1), "printed_differs", "", "a judge's cases"),
    ("report/map.html", lambda t: re.sub(r'(class="cases"[^>]*>)(\d)', r"\g<1>1\2", t, count=1), "printed_differs", "", "a number on the map"),
    ("report/timeline.html", lambda t: re.sub(r'(class="count"[^>]*>)(\d)', r"\g<1>1\2", t, count=1), "printed_differs", "", "a number in a chart"),
    ("report/breakdowns.html", lambda t: re.sub(r'(data-is="cases">)(\d)', r"\g<1>1\2", t, count=1), "printed_differs", "", "print"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "kind", "named", "why"), CHANGES, ids=[f"{c[0]}: {c[4]}" for c in CHANGES])
def test_a_change_that_was_hashed_again_but_not_signed_is_named(
    files: Files, tmp_path: Path, name: str, change: Change, kind: str, named: str, why: str
) -> None:
    """Also by what follows from the tables, not by the signature alone: so a signed lie is named too."""
    verdict = sealing.check(changed(files["folder"], tmp_path / "changed", name, change), None)
    found = kinds(verdict)
    assert ("manifest.json.minisig", "wrong_signature") in found
    assert (named or name, kind) in found, [vars(fault) for fault in verdict.faults][:5]


def test_the_figure_that_a_decision_touches_is_named(files: Files, tmp_path: Path) -> None:
    change = every('"value": "relied_on"', '"value": "none"')
    verdict = sealing.check(changed(files["folder"], tmp_path / "changed", "answers/B.jsonl", change), None)
    touched = {name for fault in verdict.faults if fault.check == "figures" for name in fault.affects}
    assert {"surveillance_role=relied_on", "surveillance_role=none"} <= touched
    assert not any(name.startswith("outcome") for name in touched)


def test_a_changed_text_names_its_case_page_quotations_and_figures(files: Files, tmp_path: Path) -> None:
    text = next((files["folder"] / "tables" / "texts").iterdir()).name
    name = f"tables/texts/{text}"
    verdict = sealing.check(
        changed(files["folder"], tmp_path / "changed", name, swap("суд", "сут"), rehash=False), None
    )
    fault = next(fault for fault in verdict.faults if fault.kind == "changed")
    assert fault.file == name
    assert any(one.startswith("surveillance_role=") for one in fault.affects)
    page = f"report/case/{text[:2]}/c{text[:16]}.html"
    assert (page, "page_differs") in kinds(verdict)
    assert ("draws/0001/frame.tsv", "text_differs") in kinds(verdict)


@pytest.mark.parametrize(
    "change",
    [
        (r'(<div class="words"[^>]*>)', r"\1not ", "the text of the record"),
        (r"(<q[^>]*>)", r"\1not ", "a quotation"),
        (r'(id="a\.surveillance_role"><h3>.*?<p class="value[^"]*">)[^<]*', r"\1something else", "an answer"),
    ],
    ids=lambda change: change[2],
)
def test_a_page_of_a_case_that_shows_something_else_is_named(
    files: Files, tmp_path: Path, change: tuple[str, str, str]
) -> None:
    cases = sorted((files["folder"] / "report" / "case").rglob("*.html"))
    page = next(p for p in cases if "#q.surveillance_role" in p.read_text("utf-8"))
    name = page.relative_to(files["folder"]).as_posix()
    done = changed(files["folder"], tmp_path / "x", name, lambda t: re.sub(change[0], change[1], t, count=1))
    found = {fault.kind for fault in sealing.check(done, None).faults}
    assert "page_differs" in found


def test_a_page_that_calls_an_answer_otherwise_is_named_and_not_those_that_call_it_right(
    files: Files, tmp_path: Path
) -> None:
    """Also if it comes first, so that the others differ from it."""
    held: dict[tuple[str, str], list[str]] = {}
    for line in (files["folder"] / "tables" / "answers.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if isinstance(row["value"], str):
            held.setdefault((row["variable"], row["value"]), []).append(row["case"])
    (variable, _), cases = next((key, cases) for key, cases in held.items() if len(cases) > 3)
    name = f"report/case/{cases[0][1:3]}/{cases[0]}.html"
    change = rf'(id="a\.{variable}"><h3>.*?<p class="value[^"]*">)[^<]*'
    done = changed(files["folder"], tmp_path / "x", name, lambda t: re.sub(change, r"\1something else", t, count=1))
    assert kinds(sealing.check(done, None)) == {("manifest.json.minisig", "wrong_signature"), (name, "page_differs")}


def of_people(folder: Path) -> str:
    """The page of a figure that people made."""
    pages = [path for path in sorted((folder / "report" / "figures").iterdir()) if path.name != "index.html"]
    return pages[0].relative_to(folder).as_posix()


TABLES_OF_FIGURES = [
    ("", r'(data-is="x">)(\d)', r"\g<1>1\2", "what was seen in a stratum"),
    ("", r'<tr><th scope="row">((?!<tr).)*?<data value="strata/.*?</tr>', "", "a stratum that is left out"),
    ("report/figures/index.html", r'(data-is="same">)[^<]*', r"\g<1>0.11", "agreement"),
    ("report/figures/index.html", r'(data-is="share">)[^<]*', r"\g<1>0.11", "agreement on one answer"),
    ("report/figures/index.html", r'(data-is="cases">)[^<]*', r"\g<1>77", "cases with one answer"),
    ("report/figures/index.html", r'(data value="agreement/\w+/[^"]*" data-is="low">)[^<]*', r"\g<1>0.987", "its lower limit"),
    ("report/figures/index.html", r'<data value="agreement/\w+" data-is="twice">(\d+)</data>', r"\1", "a number without its name"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "why"), TABLES_OF_FIGURES, ids=[t[3] for t in TABLES_OF_FIGURES])
def test_a_change_in_a_table_under_figures_is_named(
    files: Files, tmp_path: Path, name: str, old: str, new: str, why: str
) -> None:
    name = name or of_people(files["folder"])
    done = changed(files["folder"], tmp_path / "x", name, lambda t: re.sub(old, new, t, count=1))
    found = sealing.check(done, None)
    assert {file for file, _ in roots(found)} == {"manifest.json.minisig", name}
    assert {kind for file, kind in roots(found) if file == name} <= {"printed_differs", "not_printed"}


def test_what_is_missing_and_what_does_not_belong_is_named(files: Files, tmp_path: Path) -> None:
    folder = shutil.copytree(files["folder"], tmp_path / "x")
    (folder / "report" / "method.html").unlink()
    (folder / "extra.txt").write_text("x", "utf-8")
    assert {("report/method.html", "missing"), ("extra.txt", "extra")} <= kinds(sealing.check(folder, None))
