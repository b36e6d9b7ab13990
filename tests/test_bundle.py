"""The sealed bundle: what is sealed verifies, and whatever is changed in it is named."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight import drawing, sealing
from caselight.bundle import (
    alone,
    check_seal,
    contents,
    crew,
    exact,
    pages,
    telling,
    texts,
    verify,
    verify_source,
    write_bundle,
)
from caselight.bundle.container import FileBundle, open_bundle
from caselight.bundle.faults import CHECKS, Fault, Refused, Verdict
from caselight.bundle.members import Members
from caselight.bundle.names import in_order, is_safe, twins
from caselight.bundle.pages import agrees, number_of, slug
from caselight.bundle.reading import parsed
from caselight.bundle.signature import fits, read_key, read_signature
from caselight.cli import main
from caselight.drawing import commitment
from caselight.estimate.anytime import running_range
from caselight.estimate.stratified import count
from caselight.report.names import figure_file
from caselight.sampling import take_file
from caselight.types import Stratum
from sealed_sample import (
    DAY,
    MANY_READ,
    PASSWORD,
    SEED,
    changed,
    make_signer,
    make_study,
    sealed,
    three_draws,
    unpacked,
    without,
)

Files = dict[str, Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A study, its signed bundle, and that bundle unpacked."""
    top = tmp_path_factory.mktemp("bundle")
    study = make_study(top / "study")
    bundle = sealed(study, top / "small.zip", make_signer(top))
    key = Path(f"{top / 'test.key'}.pub")
    return {"study": top / "study", "bundle": bundle, "folder": unpacked(bundle, top / "unpacked"), "key": key}


def kinds(verdict: Verdict) -> set[tuple[str, str]]:
    return {(fault.file, fault.kind) for fault in verdict.faults}


# ---- what is sealed verifies


def test_what_was_sealed_verifies_with_the_publishers_key(files: Files) -> None:
    verdict = sealing.check(files["bundle"], files["key"].read_text("ascii"))
    assert verdict.faults == []
    assert set(verdict.checked) == set(CHECKS)
    assert all(verdict.checked.values())
    assert verdict.about["key"] == "given"


def test_the_key_inside_proves_only_that_nothing_changed_and_says_so(files: Files) -> None:
    verdict = sealing.check(files["bundle"], None)
    assert verdict.ok
    assert "key_inside" in dict(verdict.notes)


def test_another_key_is_not_the_publishers(files: Files, tmp_path: Path) -> None:
    verdict = sealing.check(files["bundle"], make_signer(tmp_path).line)
    assert kinds(verdict) == {("manifest.json.minisig", "wrong_signature")}


def test_an_unpacked_bundle_verifies_too(files: Files) -> None:
    verdict = sealing.check(files["folder"], None)
    assert verdict.ok
    assert "folder" in dict(verdict.notes)


def test_the_same_study_gives_the_same_bytes(files: Files, tmp_path: Path) -> None:
    from caselight.store import Study

    study = Study.open(files["study"])
    one, two = sealed(study, tmp_path / "one.zip"), sealed(study, tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    assert sealing.check(one, None).ok
    assert "unsigned" in dict(sealing.check(one, None).notes)


def test_no_coders_name_is_in_the_bundle(files: Files) -> None:
    found = [p for p in files["folder"].rglob("*") if p.is_file() and re.search(rb"\b(vera|pavel)\b", p.read_bytes())]
    assert found == []
    assert sorted(p.name for p in (files["folder"] / "answers").iterdir()) == [
        "A.jsonl",
        "B.jsonl",
        "adjudicator.jsonl",
    ]


def test_the_demo_seals_verifies_and_names_no_coder(tmp_path: Path) -> None:
    assert run("demo", tmp_path / "demo", "--jobs", "1")[0] == 0
    assert run("seal", tmp_path / "demo", "--to", tmp_path / "f.zip", "--unsigned")[0] == 0
    verdict = sealing.check(tmp_path / "f.zip", None)
    assert verdict.faults == []
    assert verdict.checked["quotations"] > 1000
    folder = unpacked(tmp_path / "f.zip", tmp_path / "f")
    inside = [p for p in folder.rglob("*") if p.is_file()]
    assert [p for p in inside if b"demo-coder" in p.read_bytes() or "demo-coder" in p.name] == []
    read = [p for p in (folder / "report" / "case").rglob("*.html") if "Read by A:" in p.read_text("utf-8")]
    assert len(read) > 10
    coders = {
        json.loads(line)["coder"] for line in (folder / "tables" / "answers.jsonl").read_text("utf-8").splitlines()
    }
    assert coders == {"rules"}


def test_every_program_that_reads_zip_files_reads_a_bundle(files: Files) -> None:
    names = [p.relative_to(files["folder"]).as_posix() for p in files["folder"].rglob("*") if p.is_file()]
    with closing(open_bundle(files["bundle"])) as bundle:
        assert in_order(names) == list(bundle.sizes)
        for name in names:
            assert b"".join(bundle.pieces(name)) == (files["folder"] / name).read_bytes()


def test_the_crate_names_files_that_are_there(files: Files) -> None:
    crate = json.loads((files["folder"] / "ro-crate-metadata.json").read_text("utf-8"))
    root = next(one for one in crate["@graph"] if one["@id"] == "./")
    assert root["datePublished"] == DAY
    for part in root["hasPart"]:
        assert (files["folder"] / part["@id"]).is_file()


@pytest.mark.parametrize(("strata", "names_codebook"), [(1, True), (2, True), (2, False)])
def test_a_draw_made_elsewhere_verifies(tmp_path: Path, strata: int, names_codebook: bool) -> None:
    """Also one that was taken over before commitments of such draws named the codebook."""
    study = make_study(tmp_path / "study")
    committed = drawing.last(study)
    assert committed is not None
    units = sorted(drawing.machine_answers(committed))
    parts = (
        {"whole": (units[:4], len(units))} if strata == 1 else {"a": (units[:2], 4), "b": (units[4:7], len(units) - 4)}
    )
    rows = [f"{unit},{name},{len(drawn)}/{size},none" for name, (drawn, size) in parts.items() for unit in drawn]
    (tmp_path / "theirs.csv").write_text("\n".join(["case,stratum,probability,surveillance_role", *rows, ""]), "utf-8")
    take_file(study, tmp_path / "theirs.csv", "vera", "", f"{DAY}T00:00:00+00:00")
    folder = study.folder / "journal" / "draws" / "0002"
    told = json.loads((folder / "commitment.json").read_text("utf-8"))
    assert told["codebook_sha256"] == hashlib.sha256(study.codebook.read_bytes()).hexdigest()
    if not names_codebook:
        del told["codebook_sha256"]
        kept = ("frame.tsv", "machine.jsonl", "codebook.yaml")
        commitment.write(folder, {name: (folder / name).read_text("utf-8") for name in kept}, told)
    verdict = sealing.check(sealed(study, tmp_path / "x.zip"), None)
    assert verdict.faults == []
    assert dict(verdict.notes)["drawn_elsewhere"] == "0002"


# ---- whatever is changed is named

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new, 1)


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


# ---- a changed file is named once, and nothing is blamed that follows from it


def roots(verdict: Verdict) -> list[tuple[str, str]]:
    return [(fault.file, fault.kind) for fault in verdict.faults if not fault.follows]


ESTIMATES = "tables/estimates.jsonl"
FORGED = [  # what is forged in the table of figures, what the fault names, why
    (lambda t: re.sub(r'"low": (\d)', r'"low": 1\1', t, count=1), "low", "a limit"),
    (swap('"estimate": ', '"estimate": 1'), "estimate", "a count by machine"),
    (lambda t: re.sub(r'"level": 0.95', '"level": 0.9', t, count=1), "level", "the level, by which limits are worked out"),
    (lambda t: re.sub(r'"level": 0.95', '"level": 0.99', t, count=1), "level", "a better level than was committed to"),
    (lambda t: re.sub(r'"x": (\d)', r'"x": 1\1', t, count=1), "strata", "what was seen, from which limits are worked out"),
    (lambda t: re.sub(r'"digest": "\w', '"digest": "g', t, count=1), "digest", "the name by which pages know a figure"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "part", "why"), FORGED, ids=[f[2] for f in FORGED])
def test_a_forged_digit_blames_the_table_and_no_page(
    files: Files, tmp_path: Path, change: Change, part: str, why: str
) -> None:
    verdict = sealing.check(changed(files["folder"], tmp_path / "x", ESTIMATES, change), None)
    assert roots(verdict) == [("manifest.json.minisig", "wrong_signature"), (ESTIMATES, "figure_differs")]
    fault = next(fault for fault in verdict.faults if fault.kind == "figure_differs")
    assert re.fullmatch(rf"line \d+, {part}", fault.where)
    assert len(fault.affects) == 1


@pytest.mark.parametrize("name", [ESTIMATES, "tables/answers.jsonl", "answers/B.jsonl", "draws/0001/machine.jsonl"])
def test_a_changed_file_is_named_first_and_the_rest_follows_from_it(files: Files, tmp_path: Path, name: str) -> None:
    done = changed(files["folder"], tmp_path / "x", name, swap('"relied_on"', '"mentioned"'), rehash=False)
    verdict = sealing.check(done, None)
    assert roots(verdict) == [(name, "changed")]
    assert verdict.faults[0].file == name
    assert {fault.follows for fault in verdict.faults[1:]} <= {name}


def damaged(bundle: Path, target: Path, name: str) -> Path:
    """A copy with one bit changed in the middle of a member."""
    with closing(FileBundle(bundle)) as opened:
        member = opened._members[name]
    data = bytearray(bundle.read_bytes())
    data[member.data + member.packed // 2] ^= 4
    target.write_bytes(data)
    return target


DAMAGED = ["tables/cases.jsonl", "tables/answers.jsonl", ESTIMATES, "tables/books.jsonl", "tables/questions.json"]
DAMAGED += ["answers/B.jsonl", "draws/0001/machine.jsonl", "report/index.html", "report/figures/index.html"]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_told_once_with_what_could_not_be_checked(
    files: Files, tmp_path: Path, name: str, language: str
) -> None:
    verdict = sealing.check(damaged(files["bundle"], tmp_path / "x.zip", name), None)
    ((root, kind),) = roots(verdict)
    assert (root, kind) in {(name, "damaged"), (name, "too_large")}, "unpacked it may be longer than it says"
    assert {fault.kind for fault in verdict.faults[1:]} <= {"not_checked"}
    lines = list(telling.told(verdict, language))
    assert sum(name in line for line in lines) == 1
    assert len(lines) < 25
    assert any(telling.WORDS[language]["because"] in line for line in lines)


def test_a_damaged_text_or_page_of_a_case_leaves_all_others_checked(files: Files, tmp_path: Path) -> None:
    whole = sealing.check(files["bundle"], None).checked["quotations"]
    text = next((files["folder"] / "tables" / "texts").iterdir()).name
    for name in (f"tables/texts/{text}", f"report/case/{text[:2]}/c{text[:16]}.html"):
        verdict = sealing.check(damaged(files["bundle"], tmp_path / "x.zip", name), None)
        assert roots(verdict) == [(name, "damaged")]
        assert 0 < whole - verdict.checked["quotations"] < whole / 2


# ---- tables under figures/


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


# ---- shared among processes


@pytest.mark.parametrize("change", [None, 'quote": "', '"evidence": ['])
def test_processes_find_what_one_finds(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str | None
) -> None:
    folder = files["bundle"]
    if change:
        folder = changed(files["folder"], tmp_path / "x", "tables/answers.jsonl", swap(change, change + " "))
    alone_found = verify(folder, None)
    monkeypatch.setattr(crew, "_LARGE_BUNDLE", 0)
    monkeypatch.setattr(crew, "_cores", lambda: 2)
    assert verify(folder, None) == alone_found
    monkeypatch.setattr(texts, "_LARGE", 20_000)  # so that many cases are left to one process, rows and all
    monkeypatch.setattr(texts, "_BATCH_BYTES", 8_000)
    monkeypatch.setattr(texts, "_LARGE_ROWS", 10_000)
    monkeypatch.setattr(contents, "_LARGE_PAGE", 20_000)
    together = verify(folder, None)
    assert (together.checked, set(together.faults)) == (alone_found.checked, set(alone_found.faults))


def killed(members: Members) -> None:
    os._exit(9)


def test_a_process_that_is_ended_is_told_and_not_waited_for(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_LARGE_BUNDLE", 0)
    monkeypatch.setattr(crew, "_cores", lambda: 2)
    with closing(open_bundle(files["bundle"])) as bundle, closing(crew.Crew(Members(bundle))) as shared:
        waiting = shared.give(killed)
        with pytest.raises(Refused, match="ended"):
            waiting()


def test_faults_without_end_are_counted_and_not_kept() -> None:
    verdict = Verdict()
    for number in range(3000):
        verdict.wrong(Fault("figures", "table_differs", f"{number}"))
    verdict.wrong(Fault("bytes", "changed", "x"))
    assert (len(verdict.faults), verdict.left_out) == (1001, 2000)


def test_what_is_missing_and_what_does_not_belong_is_named(files: Files, tmp_path: Path) -> None:
    folder = shutil.copytree(files["folder"], tmp_path / "x")
    (folder / "report" / "method.html").unlink()
    (folder / "extra.txt").write_text("x", "utf-8")
    assert {("report/method.html", "missing"), ("extra.txt", "extra")} <= kinds(sealing.check(folder, None))


def test_a_bundle_without_its_signature_is_not_taken_for_an_unsigned_one(files: Files, tmp_path: Path) -> None:
    folder = shutil.copytree(files["folder"], tmp_path / "x")
    (folder / "manifest.json.minisig").unlink()
    assert ("manifest.json.minisig", "not_signed") in kinds(sealing.check(folder, None))


# ---- draws that were set aside


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_draws(tmp_path_factory.mktemp("three"))


def test_draws_that_follow_and_extend_each_other_verify(three: Path) -> None:
    assert sorted(p.name for p in (three / "draws").iterdir()) == ["0001", "0002", "0003"]
    assert sealing.check(three, None).faults == []


@pytest.mark.parametrize(("number", "named_by"), [("0001", {"0002", "0003"}), ("0002", {"0003"})])
def test_a_draw_that_was_set_aside_is_missed(three: Path, tmp_path: Path, number: str, named_by: set[str]) -> None:
    verdict = verify(without(three, tmp_path / "x", f"draws/{number}/"), None)
    found = [fault for fault in verdict.faults if fault.kind == "draw_set_aside"]
    assert {fault.where[-4:] for fault in found} == named_by
    assert {fault.file for fault in found} == {f"draws/{number}/commitment.json"}


def test_a_named_draw_that_was_changed_or_whose_dice_are_gone_is_noticed(three: Path, tmp_path: Path) -> None:
    name = "draws/0001/commitment.json"
    other = changed(three, tmp_path / "x", name, swap('"committed_on"', '"committed_by"'))
    assert (name, "draw_set_aside") in kinds(verify(other, None))
    unthrown = without(without(three, tmp_path / "y", "draws/0001/drawn.tsv"), tmp_path / "z", "draws/0001/seed.txt")
    assert ("draws/0001/drawn.tsv", "draw_set_aside") in kinds(verify(unthrown, None))


def test_a_seed_of_two_draws_that_do_not_extend_each_other_is_noticed(tmp_path: Path) -> None:
    found = kinds(verify(three_draws(tmp_path, SEED), None))
    assert found == {("draws/0002/seed.txt", "seed_twice"), ("draws/0003/seed.txt", "seed_twice")}


# ---- every byte

TINY = {"a.txt": b"one " * 40, "tables/b.jsonl": b'{"x": 1}\n' * 9, "c.png": bytes(range(60)), "empty": b""}


def tiny(folder: Path) -> Path:
    """A bundle of a few small files: enough for the bytes, not for the figures."""
    target = folder / "tiny.zip"
    write_bundle(target, TINY, {"title": "tiny"}, make_signer(folder), "sealed today")
    return target


def test_every_single_byte_of_a_file_counts(tmp_path: Path) -> None:
    data = tiny(tmp_path).read_bytes()
    assert check_seal(tmp_path / "tiny.zip").ok
    flipped = tmp_path / "flipped.zip"
    unseen = []
    for at in range(len(data)):
        flipped.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        if check_seal(flipped).ok:
            unseen.append(at)
    assert unseen == []


def test_every_tail_that_is_cut_is_noticed(tmp_path: Path) -> None:
    data = tiny(tmp_path).read_bytes()
    cut = tmp_path / "cut.zip"
    for size in range(0, len(data), 3):
        cut.write_bytes(data[:size])
        assert not check_seal(cut).ok, size
    cut.write_bytes(data + b"\x00")
    assert not check_seal(cut).ok


@settings(max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_changed_bit_of_a_real_bundle_makes_it_fail(files: Files, where: float, bit: int) -> None:
    data = bytearray(files["bundle"].read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    changed_file = files["bundle"].with_name("bit.zip")
    changed_file.write_bytes(data)
    verdict = check_seal(changed_file)
    assert verdict.faults
    assert all(fault.file for fault in verdict.faults)


def test_bytes_that_unpack_to_the_same_are_noticed(tmp_path: Path) -> None:
    """The spare bits after the last code of a deflated member: no content changes, so only the whole can tell."""
    data = bytearray(tiny(tmp_path).read_bytes())
    with closing(FileBundle(tmp_path / "tiny.zip")) as bundle:
        data[bundle._members["a.txt"].end - 1] ^= 0x80
    (tmp_path / "x.zip").write_bytes(data)
    with closing(open_bundle(tmp_path / "x.zip")) as other:
        assert b"".join(other.pieces("a.txt")) == TINY["a.txt"]
    assert kinds(check_seal(tmp_path / "x.zip")) == {("x.zip", "changed")}


# ---- hostile bundles


def zipped(folder: Path, *members: tuple[str, bytes], **how: object) -> Path:
    """An ordinary ZIP, as anybody can make one."""
    import warnings
    import zipfile

    target = folder / "hostile.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = int(str(how.get("mode", 0o100644))) << 16
            file.writestr(info, data)
    return target


def forged(folder: Path, *members: tuple[str, bytes, int]) -> Path:
    """A bundle as sealing would write it, but with names and sizes that it never would: (name, packed, size)."""
    import zlib

    from caselight.bundle.packing import DEFLATED, Member, end, entry, header

    listed, body = [], b""
    for name, packed, size in members:
        member = Member(name, DEFLATED, zlib.crc32(packed), len(packed), size, len(body))
        listed.append(member)
        body += header(member) + packed
    lines = b"".join(map(entry, listed))
    target = folder / "forged.zip"
    target.write_bytes(body + lines + end(len(listed), len(body), len(lines)))
    return target


HOSTILE = [
    (lambda f: forged(f, ("../../etc/passwd", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("/etc/passwd", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("C:\\x", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("a\nb", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("CON", b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("x" * 300, b"\x03\x00", 0)), "unsafe_name"),
    (lambda f: forged(f, ("a", b"\x03\x00", 0), ("a", b"\x03\x00", 0)), "twice"),
    (lambda f: forged(f, ("A.txt", b"\x03\x00", 0), ("a.TXT", b"\x03\x00", 0)), "twice"),
    (lambda f: forged(f, ("bomb", b"\x03\x00", 4_000_000_000)), "too_large"),
    (lambda f: forged(f, ("b", b"\x03\x00", 0), ("a", b"\x03\x00", 0)), "not_a_bundle"),
    (lambda f: zipped(f, ("manifest.json", b"{}")), "not_a_bundle"),
    (lambda f: zipped(f, ("manifest.json", b"/etc/passwd"), mode=0o120777), "not_a_bundle"),
    (lambda f: zipped(f, ("../manifest.json", b"{}")), "not_a_bundle"),
    (lambda f: written(f, b""), "not_a_bundle"),
    (lambda f: written(f, b"PK\x05\x06" + bytes(18)), "not_a_bundle"),
    (lambda f: written(f, b"x" * 1000), "not_a_bundle"),
    (lambda f: Path("/dev/null"), "not_a_bundle"),
]


def written(folder: Path, data: bytes) -> Path:
    (folder / "x.zip").write_bytes(data)
    return folder / "x.zip"


@pytest.mark.parametrize(("make", "kind"), HOSTILE)
def test_a_hostile_bundle_is_refused(tmp_path: Path, make: Callable[[Path], Path], kind: str) -> None:
    verdict = sealing.check(make(tmp_path), None)
    assert [fault.kind for fault in verdict.faults] == [kind]


def test_a_member_that_swells_beyond_its_size_is_stopped(tmp_path: Path) -> None:
    import zlib

    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = pack.compress(bytes(50_000_000)) + pack.flush()
    with (
        closing(open_bundle(forged(tmp_path, ("bomb", bomb, 1000)))) as bundle,
        pytest.raises(Refused, match="too_large"),
    ):
        next(bundle.pieces("bomb"))


def test_a_link_in_an_unpacked_bundle_is_not_followed(files: Files, tmp_path: Path) -> None:
    folder = shutil.copytree(files["folder"], tmp_path / "x")
    (folder / "report" / "method.html").unlink()
    (folder / "report" / "method.html").symlink_to("/etc/passwd")
    assert kinds(sealing.check(folder, None)) == {("report/method.html", "unsafe_name")}


def test_names_that_are_safe_stay_inside() -> None:
    assert is_safe("report/answers/surveillance_role/x-d136dcdfda70.html")
    assert not any(map(is_safe, ("", ".", "a/..", "a/./b", "a/", "nul.txt", "a ", "b.", "e\u0301", "a\x00")))
    assert twins(["ß", "SS", "a", "A"]) == ["SS", "A"]


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "[" * 100_000, "9" * 5000])
def test_what_is_no_number_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)


# ---- the second way of counting


cells = st.tuples(st.integers(1, 3000), st.integers(0, 300), st.integers(0, 300), st.integers(0, 3)).map(
    lambda c: (c[0], n := min(c[1], c[0]), x := min(c[2], n), min(c[3], n - x))
)


@given(st.lists(cells, min_size=1, max_size=4), st.sampled_from([0.9, 0.95, 0.975, 0.99]), st.booleans())
def test_limits_in_whole_numbers_are_those_in_logarithms(
    found: list[tuple[int, int, int, int]], level: float, certified: bool
) -> None:
    other = count([Stratum(*c) for c in found], level, "certified" if certified else "standard")
    assert exact.cell_limits(found, level, certified) == (other.estimate, other.low, other.high)


many = st.tuples(st.integers(1500, 5000), st.integers(0, 200_000), st.floats(0, 1), st.integers(0, 3)).map(
    lambda c: (c[0] + c[1], c[0], x := round(c[2] * c[0]), min(c[3], c[0] - x))
)


def same_limits(cell: tuple[int, int, int, int], certified: bool) -> None:
    other = count([Stratum(*cell)], 0.95, "certified" if certified else "standard")
    assert exact.cell_limits([cell], 0.95, certified) == (other.estimate, other.low, other.high)


@pytest.mark.parametrize("certified", [True, False])
@pytest.mark.parametrize("cell", MANY_READ)
def test_limits_are_those_in_logarithms_when_thousands_were_read(
    cell: tuple[int, int, int, int], certified: bool
) -> None:
    same_limits(cell, certified)


@given(many, st.booleans())
def test_limits_of_any_thousands_read_are_those_in_logarithms(cell: tuple[int, int, int, int], certified: bool) -> None:
    same_limits(cell, certified)


@pytest.mark.parametrize(
    ("x", "n", "size", "low"), [(2, 1500, 100_000, 17), (40, 3000, 20_000, 197), (2, 2500, 5000, 2)]
)
def test_lower_limits_of_large_samples(x: int, n: int, size: int, low: int) -> None:
    assert exact.lower(x, n, size, 0.025) == low


@given(cells.filter(lambda c: c[1] > 0))
def test_running_ranges_are_the_same_in_both_ways(found: tuple[int, int, int, int]) -> None:
    size, n, x, u = found
    right = running_range(x, n, size)[0], running_range(x + u, n, size)[1]
    assert exact.cell_running([found], 0.95)[1:] == right


@pytest.mark.parametrize(
    "cell", [(10, 11, 0, 0), (10, 5, 6, 0), (10, 5, 4, 2), (10**12, 5, 1, 0), (10**6, 500_000, 1, 0)]
)
def test_impossible_and_endless_counts_are_refused(cell: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="impossible"):
        exact.cell_limits([cell], 0.95, certified=False)


def test_a_tie_is_decided_exactly() -> None:
    assert exact.lower(1, 1, 40, 0.025) == 2  # P(X >= 1 | N = 40, t = 1, n = 1) is 1/40, not above it


# RFC 8032, section 7.1: secret keys are not needed; public key, message, signature.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_ed25519_is_that_of_rfc_8032(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(part) for part in (key, message, signature)]
    assert fits(*parts)
    assert not fits(parts[0], parts[1] + b"x", parts[2])
    assert not fits(parts[0], parts[1], bytes(64))
    large = int.from_bytes(parts[2][32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not fits(parts[0], parts[1], parts[2][:32] + large.to_bytes(32, "little")), "s must be below the order"


def test_a_signature_has_one_form_only(files: Files) -> None:
    text = (files["folder"] / "manifest.json.minisig").read_bytes()
    assert read_signature(text).comment == f"caselight bundle sealed {DAY}"
    for other in (text + b"\n", text.replace(b"\n", b"\r\n"), b"untrusted comment: x" + text[text.index(b"\n") :]):
        with pytest.raises(ValueError, match=r".+"):
            read_signature(other)
    with pytest.raises(ValueError, match=r"base64|bytes"):
        read_key("not a key")


# ---- printed numbers


@pytest.mark.parametrize(
    ("what", "text", "row", "right"),
    [
        ("low", "17", {"low": 17.0}, True),
        ("low", "17", {"low": 16.0}, False),
        ("estimate", "122", {"estimate": 121.53}, True),
        ("estimate", "121.53", {"estimate": 121.533}, True),
        ("estimate", "121,5", {"estimate": 121.533}, True),
        ("estimate", "121.54", {"estimate": 121.533}, False),
        ("N", "1,234,567", {"N": 1234567}, True),
        ("N", "1\u202f234\u202f567", {"N": 1234567}, True),
        ("low_percent", "70", {"low": 0.709}, True),
        ("low_percent", "71", {"low": 0.709}, False),
        ("high_percent", "71", {"high": 0.701}, True),
        ("high_percent", "70", {"high": 0.701}, False),
        ("level_percent", "95", {"level": 0.95}, True),
        ("level_percent", "99.87", {"level": 0.99875}, True),
        ("level_percent", "99.88", {"level": 0.99875}, False),
        ("low", "15,000.41", {"low": 15000.418}, True),
        ("low", "15,000.42", {"low": 15000.418}, False),
        ("high", "15,000.42", {"high": 15000.411}, True),
        ("high", "15,000.41", {"high": 15000.411}, False),
    ],
)
def test_a_printed_number_is_read_as_a_person_reads_it(
    what: str, text: str, row: dict[str, float], right: bool
) -> None:
    assert agrees(what, text, row) is right


def test_what_is_no_number_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="no number"):
        number_of("12 or 13")


@given(st.text(max_size=80), st.sampled_from(["count", "none", "given"]), st.sampled_from(["role", "fact:court"]))
def test_pages_are_named_as_the_report_names_them(value: str, name: str, variable: str) -> None:
    assert pages.page_of({"variable": variable, "name": name, "value": value}) == figure_file(name, variable, value)
    assert slug(value) == figure_file("count", "x", value).split("/")[2].removesuffix(".html")


# ---- without Caselight


def test_verify_py_needs_nothing_but_python(files: Files) -> None:
    script = files["folder"] / "verify.py"
    assert script.read_text("utf-8") == verify_source()
    tree = ast.parse(script.read_text("utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    defined += [ast.unparse(t) for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    assert sorted(set(defined)) == sorted(defined), "a name of one module hides that of another"
    assert set(alone.PARTS) <= {p.stem for p in Path(alone.__file__).parent.glob("*.py")}


@pytest.mark.parametrize("which", ["bundle", "folder"])
def test_verify_py_comes_to_the_same_result(files: Files, tmp_path: Path, which: str) -> None:
    script = tmp_path / "verify.py"
    script.write_text(verify_source(), "utf-8")
    command = [
        sys.executable,
        "-I",
        "-S",
        str(script),
        str(files[which]),
        "--json",
        "--key",
        files["key"].read_text("ascii"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    mine = verify(files[which], files["key"].read_text("ascii"))
    told = json.loads(done.stdout)
    assert (told["ok"], told["checked"]) == (True, mine.checked)


def test_verify_py_names_what_is_wrong_in_both_languages(files: Files, tmp_path: Path) -> None:
    name = "tables/estimates.jsonl"
    folder = changed(files["folder"], tmp_path / "x", name, lambda t: re.sub(r'"low": (\d)', r'"low": 1\1', t, count=1))
    for language, word in (("en", "NOT OK"), ("ru", "НЕВЕРНО")):
        command = [sys.executable, "-I", "-S", str(files["folder"] / "verify.py"), str(folder), "--language", language]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1
        assert word in done.stdout
        assert f"{name} (line " in done.stdout


def test_both_languages_have_the_same_words() -> None:
    assert set(telling.WORDS["en"]) == set(telling.WORDS["ru"])
    assert set(telling.KINDS["en"]) == set(telling.KINDS["ru"])
    for key, phrase in telling.WORDS["en"].items():
        assert re.findall(r"\{\w+\}", phrase) == re.findall(r"\{\w+\}", telling.WORDS["ru"][key]), key


def test_the_checkers_russian_is_that_of_the_glossary() -> None:
    folder = Path(telling.__file__).parent / "page"
    said = [*telling.WORDS["ru"].values(), *telling.KINDS["ru"].values(), (folder / "README.ru.txt").read_text("utf-8")]
    said.append((folder / "verify.html").read_text("utf-8"))
    other = re.compile(
        r"жреби|цифр|издани[еяию]|книг[аиуе] вопросов|кодировочн\w+ книг|обязательств|баланс|\bслуча(й|я|ев|и|ям)\b",
        re.I,
    )
    assert [found[0] for text in said if (found := other.search(text))] == []


def test_every_kind_of_fault_has_words_and_a_line_in_the_how_to() -> None:
    folder = Path(alone.__file__).parent
    sources = [path.read_text("utf-8") for path in [*folder.glob("*.py"), Path(sealing.__file__)]]
    text = "\n".join(sources)
    used = set(re.findall(r'Fault\(\s*"\w+", "(\w+)"', text)) | set(re.findall(r'refused\(\s*"(\w+)"', text))
    used |= set(re.findall(r'_fault\(\s*(?:name, )?"(\w+_\w+)"', text))
    assert used <= set(telling.KINDS["en"])
    how_to = (folder.parents[2] / "docs" / "how-to" / "verify.md").read_text("utf-8")
    assert [kind for kind in telling.KINDS["en"] if f"`{kind}`" not in how_to] == []


# ---- the command line


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def test_verify_ends_with_0_1_or_2(files: Files, tmp_path: Path) -> None:
    assert run("verify", files["bundle"], "--key", files["key"])[0] == 0
    (tmp_path / "x.zip").write_bytes(files["bundle"].read_bytes()[:-1])
    code, told = run("verify", tmp_path / "x.zip", "--json")
    assert code == 1
    assert json.loads(told)["faults"][0]["kind"] == "not_a_bundle"
    assert run("verify", tmp_path / "none.zip")[0] == 2
    assert run("verify", files["bundle"], "--key", "nonsense")[0] == 2


def test_the_checkers_can_be_had_without_a_bundle(files: Files, tmp_path: Path) -> None:
    assert run("verify")[0] == 2
    assert run("verify", "--checkers", tmp_path / "out")[0] == 0
    for name in ("verify.py", "verify.html"):
        assert (tmp_path / "out" / name).read_bytes() == (files["folder"] / name).read_bytes()


def test_a_key_is_made_once_kept_private_and_opens_with_its_password(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n", "utf-8")
    code, told = run("key", tmp_path / "a.key", "--password-file", tmp_path / "password", "--json")
    assert code == 0
    assert json.loads(told)["key"] == (tmp_path / "a.key.pub").read_text("ascii").split("\n")[1]
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0
    assert run("key", tmp_path / "a.key", "--password-file", tmp_path / "password")[0] == 2
    (tmp_path / "short").write_text("short", "utf-8")
    assert run("key", tmp_path / "b.key", "--password-file", tmp_path / "short")[0] == 2
    assert run("key", tmp_path / "b.key")[0] == 2, "without a terminal nothing is asked"


def test_sealing_asks_who_signs_and_never_overwrites(files: Files, tmp_path: Path) -> None:
    assert run("seal", files["study"], "--to", tmp_path / "x.zip")[0] == 2
    assert run("seal", files["study"], "--to", files["bundle"], "--unsigned")[0] == 2
    (tmp_path / "wrong").write_text("not the password", "utf-8")
    key = files["key"].with_suffix("")
    assert (
        run("seal", files["study"], "--to", tmp_path / "x.zip", "--key", key, "--password-file", tmp_path / "wrong")[0]
        == 2
    )
    code, told = run("seal", files["study"], "--to", tmp_path / "x.zip", "--unsigned", "--date", DAY, "--json")
    assert code == 0, told
    assert json.loads(told[told.index("{") :])["names"] == "constructed"
    assert list(tmp_path.glob("*.part")) == []


RULING = (
    "Дело № 5-117/2022\nПОСТАНОВЛЕНИЕ\n12 мая 2022 года. Судья Тверского районного суда города Москвы Затонова А.А., "
    "рассмотрев дело в отношении Петрушкина Ивана Сергеевича,\nУСТАНОВИЛ:\nПетрушкин И.С. участвовал в митинге. "
    "Личность Петрушкина установлена системой распознавания лиц «Сфера».\nПОСТАНОВИЛ:\nпризнать Петрушкина И.С. виновным."
)


def test_names_are_taken_out_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", 4, 3)
    (tmp_path / "own.txt").write_text(RULING, "utf-8")
    assert run("add", study.folder, tmp_path / "own.txt")[0] == 0
    assert run("run", study.folder, "--jobs", "1", "--no-report")[0] in (0, 3)
    found = {}
    for names, flags in (("protected", []), ("unprotected", ["--unprotected"])):
        target = tmp_path / f"{names}.zip"
        code, told = run("seal", study.folder, "--to", target, "--unsigned", *flags)
        assert code == 0, told
        verdict = sealing.check(target, None)
        assert verdict.faults == []
        assert verdict.about["names"] == names
        assert "pile_changed" in dict(verdict.notes), "the draw was committed before that record came"
        folder = unpacked(target, tmp_path / names)
        found[names] = {
            p.name for p in folder.rglob("*") if p.is_file() and "Петрушкин" in p.read_text("utf-8", "replace")
        }
    assert found["protected"] == set()
    assert found["unprotected"]


def test_nothing_is_sealed_if_a_name_would_leak(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", 4, 3)
    (tmp_path / "own.txt").write_text(RULING, "utf-8")
    assert run("add", study.folder, tmp_path / "own.txt")[0] == 0
    codebook = study.folder / "codebook.yaml"
    codebook.write_text(codebook.read_text("utf-8") + "\n# As Петрушкин И.С. told us.\n", "utf-8")
    assert run("run", study.folder, "--jobs", "1", "--no-report")[0] in (0, 3)
    code, told = run("seal", study.folder, "--to", tmp_path / "x.zip", "--unsigned")
    assert code == 1
    assert "codebook.yaml" in told
    assert not (tmp_path / "x.zip").exists()


def test_a_proof_of_time_must_speak_of_a_commitment(files: Files, tmp_path: Path) -> None:
    from caselight.store import Study

    commitment = (files["folder"] / "draws" / "0001" / "commitment.json").read_bytes()
    magic = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
    (tmp_path / "good.ots").write_bytes(magic + hashlib.sha256(commitment).digest() + b"\x00rest")
    (tmp_path / "bad.ots").write_bytes(magic + hashlib.sha256(b"another").digest() + b"\x00rest")
    study = Study.open(files["study"])
    good = sealing.check(sealed(study, tmp_path / "good.zip", stamps=(tmp_path / "good.ots",)), None)
    assert good.ok
    assert dict(good.notes)["timestamp"].startswith("timestamps/good.ots: draws/0001/commitment.json")
    bad = sealing.check(sealed(study, tmp_path / "bad.zip", stamps=(tmp_path / "bad.ots",)), None)
    assert kinds(bad) == {("timestamps/bad.ots", "stamp_differs")}
