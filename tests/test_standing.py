"""What may not be passed over in silence: answers that count no longer, cases that came later, coders who differ."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from caselight import delivery, drawing, intake, one_case, overview, pipeline, sampling, telling, view
from caselight.drawing import Committed, Wish
from caselight.drawing.asking import Question, agreement_rows, asked
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.recomputing import recompute
from caselight.report.interface import level_percent, percent_down, percent_up
from caselight.review import Given
from caselight.sampling import Doing, take_file
from caselight.store import Study
from caselight.types import Drawn, Value
from fieldwork_study import SEED, TIME, Judge, as_machine, copied, doing, drawn, made_demo, read_by, sheet

ROLE = "surveillance_role"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    made = made_demo(tmp_path_factory.mktemp("demo") / "s")
    read_by(made, drawn(made, Wish(20, (f"{ROLE}=relied_on",), double=1.0)), {"anna": as_machine})
    return made


@pytest.fixture
def made(demo: Made, tmp_path: Path) -> Made:
    return copied(demo, tmp_path / "s")


def rerun(made: Made) -> Made:
    """The study brought up to date after a change."""
    with made.study.locked():
        options = pipeline.Options(1, made.study.folder.parent / "cache", "2026-05-03")
        return pipeline.make_tables(Study.open(made.study.folder), options, lambda *_: None)


def told_in_show(made: Made) -> str:
    return "\n".join(overview.full_lines(overview.summary(made, view.contents(made, "en", ""))))


def told_in_estimate(made: Made) -> str:
    found = asked(made, Question())
    return "\n".join(telling.told_lines(found, telling.told_rows(found, None, ()), "s"))


@pytest.mark.parametrize(
    ("old", "new", "name", "words"),
    [
        ("relied_on", "relied", ROLE, "'relied_on' ("),
        (ROLE, "camera_role", "camera_role", "does not ask it any more"),
    ],
)
def test_answers_that_the_codebook_knows_no_longer_give_no_figure_and_a_problem(
    made: Made, old: str, new: str, name: str, words: str
) -> None:
    text = made.study.codebook.read_text("utf-8")
    made.study.codebook.write_text(text.replace(old, new), "utf-8")
    made = rerun(made)
    shown = view.contents(made, "en", "")
    assert not [e for e in shown.estimates if e.strata and e.variable == name and e.method != "running_range"]
    assert [e for e in shown.estimates if e.strata], "the other questions keep their figures"
    (problem,) = [p for p in shown.problems if p.kind == "answer_unknown"]
    assert problem.subject == ROLE
    assert words in problem.message
    assert "No figure of it is given. Give it its old name back" in problem.message
    if name == ROLE:
        assert words in told_in_estimate(made)


def test_cases_that_came_after_the_draw_are_counted_apart_in_words(made: Made, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    text = next((made.study.folder / "records").rglob("*.txt"), None)
    body = text.read_text("utf-8") if text else "Тверской районный суд города Москвы. ПОСТАНОВЛЕНИЕ. Камера."
    for number in range(3):
        (more / f"later-{number}.txt").write_text(f"{body}\n{number}\n", "utf-8")
    intake.add(made.study, [more], {})
    made = rerun(made)
    shown = view.contents(made, "en", "")
    assert shown.fieldwork is not None
    assert (shown.fieldwork.later, shown.fieldwork.pile, len(shown.cases)) == (3, 48, 51)
    for told in (told_in_show(made), told_in_estimate(made)):
        assert "of the 48 cases; 3" in told
        assert "no figure with a range speaks for them" in told
    delivery.write_pages(made, shown, lambda *_: None)
    front = made.report.read_text("utf-8")
    assert "The draw is of the 48 cases that were there; 3 cases came later" in front
    committed = drawing.last(made.study)
    assert committed is not None
    said = [answers[ROLE] for answers in drawing.machine_answers(committed).values()]
    assert f"The machine alone counted {said.count('relied_on')}." in front.replace("\n", " ").replace("  ", " ")


def test_agreement_is_of_the_drawn_cases_in_estimate_as_in_the_report(made: Made) -> None:
    committed = drawing.last(made.study)
    assert committed is not None
    read_by(made, committed, {"boris": as_machine})
    read = {one.case for one in drawing.drawn_cases(committed)}
    beside = next(row.id for row in view.case_rows(made, view.links(made)) if row.id not in read)
    drawing.take(
        made.study, [Given(beside, ROLE, said, who) for who, said in (("anna", "none"), ("boris", "mentioned"))], TIME
    )
    told, _ = drawing.fieldwork(made.study, made.codebook)
    assert told is not None
    found = dict(agreement_rows(made))
    assert {name: (a.cases, a.same, a.alpha, a.ac1) for name, a in found.items()} == told.agreement  # type: ignore[attr-defined]
    assert told.agreement[ROLE][:2] == (20, 1.0)


def differing(number: int, coder: str, variable: str, said: Value) -> Value:
    """A reader who sees the court rely on surveillance in no case but one in four."""
    del coder
    return ("mentioned" if number % 4 else said) if variable == ROLE else said


def test_coders_who_differ_are_told_and_settled_with_a_sheet_of_their_own(made: Made, tmp_path: Path) -> None:
    committed = drawing.last(made.study)
    assert committed is not None
    file = tmp_path / "boris.csv"
    file.write_text(sheet(made, committed, "boris", differing), "utf-8")
    _, lines = take_file(made.study, file, "boris", "", TIME)
    differ = drawing.fieldwork(made.study, made.codebook)[0].differ[ROLE]  # type: ignore[union-attr]
    assert differ > 5
    for told in ("\n".join(lines), told_in_show(made), told_in_estimate(made)):
        assert f"Coders differ, and nobody has settled it: {ROLE} {differ}" in told
        assert "--disputes" in told
    undecided = f"{differ} of those read are undecided"
    assert undecided in told_in_estimate(made)
    assert undecided in told_in_show(made)
    asking = Doing({"size": None, "double": 0.2}, sheet=tmp_path / "disputes.csv", disputes=True)
    sampling.draw(made.study, asking)
    with (tmp_path / "disputes.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == differ
    assert list(rows[0]) == ["case", "record", "text_file", "variable", "answer_1", "answer_2", "value"]
    assert not {"anna", "boris"} & {cell for row in rows for cell in row.values()}, "who said which is not told"
    with (tmp_path / "settled.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"value": row["answer_1"]} for row in rows)
    _, lines = take_file(made.study, tmp_path / "settled.csv", "Adjudicator", "", TIME)
    assert not [line for line in lines if line.startswith("Coders differ")]
    assert "undecided" not in told_in_estimate(made)
    with pytest.raises(UsageError, match="nothing to settle"):
        sampling.draw(made.study, Doing(asking.wish, sheet=tmp_path / "again.csv", disputes=True))


def test_an_import_says_what_is_still_missing(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path / "s")
    shutil.rmtree(made.study.folder / "journal" / "answers")
    committed = drawing.last(made.study)
    assert committed is not None
    whole = sheet(made, committed, "anna").splitlines(keepends=True)
    file = tmp_path / "half.csv"
    file.write_text("".join(whole[:11]), "utf-8")
    _, lines = take_file(made.study, file, "anna", "", TIME)
    told = "\n".join(lines)
    assert "Of the 20 drawn still without an answer: defence_challenged_surveillance 10, " in told
    assert f"{ROLE} 10" in told
    assert "Of the 20 to be read twice, 20 have no second reader yet." in told
    outside = next(
        c for c in drawing.named_cases(made).values() if c and c not in {d.case for d in drawing.drawn_cases(committed)}
    )
    file.write_text(f"case,{ROLE}\n{outside},none\n", "utf-8")
    _, lines = take_file(made.study, file, "anna", "", TIME)
    assert "1 cases were not drawn: answers about them count for no figure." in lines


def test_the_sheet_lies_beside_the_answers_that_it_allows(made: Made, tmp_path: Path) -> None:
    sampling.draw(made.study, Doing({"size": None, "double": 0.2}, sheet=tmp_path / "to-read.csv"))
    told = (tmp_path / "to-read-answers.txt").read_text("utf-8")
    assert f"{ROLE}: relied_on | mentioned | none" in told
    assert "undecided" in told
    for variable in made.codebook.variables:
        assert f"\n{variable.name}" in told


@pytest.mark.parametrize("unit", ["case", "matter"])
def test_the_text_of_every_line_of_a_sheet_lies_beside_it(demo: Made, tmp_path: Path, unit: str) -> None:
    made = copied(demo, tmp_path / "s")
    committed = drawn(made, Wish(20, unit=unit), SEED[::-1])
    texts = tmp_path / "to-read-texts"
    texts.mkdir()
    for name in ("07-of_an_earlier_sheet.txt", "notes.txt"):
        (texts / name).write_text("", "utf-8")
    sampling.draw(made.study, doing(sheet=tmp_path / "to-read.csv"))
    assert not (texts / "07-of_an_earlier_sheet.txt").exists()
    (texts / "notes.txt").unlink()
    with (tmp_path / "to-read.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = {page.case.id: page.documents[0].text for page in view.case_pages(made)}
    of_unit = drawing.members(committed) or {row["case"]: (row["case"],) for row in rows}
    assert len(rows) == 20
    for row in rows:
        found = [(tmp_path / name).read_text("utf-8") for name in row["text_file"].split("; ")]
        assert found == [texts[case] for case in of_unit[row["case"]]]
    assert len(set((tmp_path / "to-read-texts").iterdir())) == sum(len(of_unit[row["case"]]) for row in rows)
    filled = (tmp_path / "to-read.csv").read_text("utf-8-sig").splitlines()
    column = filled[0].split(",").index(ROLE)
    (tmp_path / "filled.csv").write_text(
        filled[0] + "\n" + ",".join("none" if n == column else c for n, c in enumerate(filled[1].split(","))) + "\n"
    )
    assert take_file(made.study, tmp_path / "filled.csv", "zoe", "", TIME)[0] == {"zoe": 1}


@pytest.mark.parametrize(
    ("share", "down", "up"),
    [(0.7083, 70, 71), (0.29, 29, 29), (0.0, 0, 0), (1.0, 100, 100), (0.999, 99, 100), (0.001, 0, 1), (7 / 100, 7, 7)],
)
def test_limits_in_percent_are_rounded_away_from_each_other(share: float, down: float, up: float) -> None:
    assert (percent_down(share), percent_up(share)) == (down, up)


@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [
        (1234.5, 5678.0, "(1,234 to 5,678)"),
        (312_855.1385, 2_598_685.047, "(312,855 to 2,598,686)"),
        (1_234_567_890.44, 1_234_567_890.44, "(1,234,567,890 to 1,234,567,891)"),
        (0.1, 2e7, "(0.1 to 20,000,000)"),
        (12.3456, 99.9911, "(12.34 to 100)"),
        (-312.5, -0.001, "(-313 to 0)"),
    ],
)
def test_limits_of_numbers_are_rounded_outward(low: float, high: float, printed: str) -> None:
    assert telling._range({"name": "total", "low": low, "high": high}) == printed


@pytest.mark.parametrize(
    ("level", "printed"), [(0.95, 95.0), (0.99875, 99.87), (0.975, 97.5), (0.99999, 99.99), (0.29, 29.0)]
)
def test_a_level_is_rounded_down(level: float, printed: float) -> None:
    assert level_percent(level) == printed


@pytest.mark.parametrize("told", [told_in_show, told_in_estimate])
def test_printed_limits_never_say_more_than_the_figures(made: Made, told: Callable[[Made], str]) -> None:
    text = told(made)
    recall = next(e for e in asked(made, Question()).figures if e.name == "recall" and e.low and e.low * 100 % 1 >= 0.5)
    assert recall.low is not None
    low = int(recall.low * 100)
    assert f"{low}% to 100%" in text or f"({percent_down(recall.low, 1):.1f}% to" in text


def test_a_case_is_shown_with_what_is_alike_said_once_and_long_lists_cut() -> None:
    said = {"said_by": "court", "denied": False}
    quoted = [{"quote": f"sentence {n % 7}", **said, "start": n, "end": n + 1} for n in range(150)]
    facts = [{"name": "statute", "value": f"art. {n % 12}"} for n in range(40)]
    answers = [{"variable": "role", "value": "relied_on", "evidence": quoted}]
    answers += [{"variable": name, "value": None, "evidence": []} for name in ("a", "b")]
    case = {"path": "p", "case": "c1", "instance": "first", "earlier": [], "facts": facts, "answers": answers}
    lines = one_case.case_lines(case | {"people": [], "counts": []}, "s")
    assert "  statute: art. 0; art. 1; art. 2; art. 3; art. 4; art. 5; art. 6; art. 7" in lines
    assert "      ... and 4 more" in lines
    assert lines.count("        the same words in 21 other places") == 3, "150 quotations are 7, of which 5 are shown"
    assert "      ... and 2 more" in lines
    assert "  (no answer): a, b" in lines
    assert lines[-1] == "All of it: caselight show s c1 --json"
    assert len(lines) < 25


def test_problems_of_one_kind_are_shown_by_three_with_the_file_of_each() -> None:
    told = [{"kind": "no_act_text", "path": f"a/{n}.txt", "subject": f"c{n}", "message": "m"} for n in range(9)]
    told.append({"kind": "undetermined", "path": "", "subject": "role", "message": "m"})
    lines = list(overview._problem_lines({"problems": told, "study": "s"}))
    assert lines[:3] == [f"no_act_text: a/{n}.txt: m" for n in range(3)]
    rest = ["no_act_text: ... and 6 more", "undetermined: role: m", "All 10 problems: caselight show s --json"]
    assert lines[3:] == rest


def test_show_caps_long_lists_groups_them_and_gives_each_number_its_unit(made: Made) -> None:
    text = told_in_show(made)
    assert text.count("court = ") <= 6
    assert "court (fact): 35 other answers" in text
    assert "fine_rub: 15,000, median of the 23 cases that have one" in text
    assert "exact_" not in text, "methods are named in words"
    checked, _, unchecked = text.partition("not yet checked by people")
    assert f"{ROLE} = relied_on" in checked
    assert ROLE not in unchecked
    rows = {row["variable"]: row["says"] for row in overview.figures(view.contents(made, "en", "")) if "says" in row}
    assert "not yet checked" not in rows[ROLE]
    assert "not yet checked" in rows["fact:court"]
    assert json.loads(json.dumps(rows)) == rows


def test_what_people_answered_stands_with_their_names_wherever_the_case_is_shown(made: Made, tmp_path: Path) -> None:
    committed = drawing.last(made.study)
    assert committed is not None
    first, *_, last = drawing.drawn_cases(committed)
    file = tmp_path / "boris.csv"
    file.write_text(f"case,{ROLE}\n{first.case},undecided\n{last.case},mentioned\n", "utf-8")
    take_file(made.study, file, "boris", "", TIME)
    file.write_text(f"case,{ROLE}\n{first.case},none\n{last.case},none\n", "utf-8")
    take_file(made.study, file, "adjudicator", "", TIME)
    shown = one_case.one(made, first.case)
    told = "\n".join(one_case.case_lines(shown, "s"))
    assert "read by boris: (undecided)" in told
    assert "read by adjudicator: none" in told
    assert "counts: none" in told
    assert "not yet checked" not in told
    read = {one.case for one in committed_(made)}
    unread = next(row.id for row in view.contents(made, "en", "").cases if row.id not in read)
    assert "not yet checked" in "\n".join(one_case.case_lines(one_case.one(made, unread), "s"))
    assert not any("Read by" in page for page in case_pages(made).values()), "boris has most cases still before him"
    delivery.export(made, "jsonl", tmp_path / "early")
    early = (tmp_path / "early" / "answers.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["coder"] for line in early} == {"rules"}
    rest = sheet(made, committed, "boris").splitlines(keepends=True)
    file.write_text(rest[0] + "".join(rest[2:-1]), "utf-8")
    take_file(made.study, file, "boris", "", TIME)
    ends = "".join(f"{case},{name},does_not_say\n" for case in (first.case, last.case) for name in others(made))
    file.write_text(f"case,variable,value\n{ends}", "utf-8")
    take_file(made.study, file, "adjudicator", "", TIME)
    pages = case_pages(made)
    assert "Read by boris: undecided" in pages[first.case]
    assert "not yet checked" not in pages[first.case]
    assert "Read by" not in pages[unread]
    delivery.export(made, "jsonl", tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out" / "answers.jsonl").read_text("utf-8").splitlines()]
    assert {row["coder"] for row in rows} == {"rules", "anna", "boris", "adjudicator"}
    assert {row["value"] for row in rows if row["coder"] == "adjudicator"} == {"none", None}
    assert len({frozenset(row) for row in rows}) == 1, "one type of answer for all coders"
    assert all(one.holds for one in recompute(tmp_path / "out"))


def case_pages(made: Made) -> dict[str, str]:
    delivery.write_pages(made, view.contents(made, "en", ""), lambda *_: None)
    return {file.stem: file.read_text("utf-8") for file in made.study.report.rglob("c*.html")}


def others(made: Made) -> list[str]:
    return [variable.name for variable in made.codebook.variables if variable.name != ROLE]


@pytest.mark.parametrize(
    ("double", "readers", "judge", "over"),
    [
        (0.0, ("anna",), as_machine, True),
        (1.0, ("anna",), as_machine, False),
        (1.0, ("anna", "boris"), as_machine, True),
        (1.0, ("anna", "boris"), lambda i, coder, _, said: "undecided" if (i, coder) == (2, "boris") else said, False),
    ],
)
def test_reading_is_over_when_all_readers_are_done_and_nothing_is_in_dispute(
    demo: Made, tmp_path: Path, double: float, readers: tuple[str, ...], judge: Judge, over: bool
) -> None:
    made = copied(demo, tmp_path / "s")
    shutil.rmtree(made.study.folder / "journal")
    assert not drawing.is_read_to_its_end(made.study, made.codebook)
    read_by(made, drawn(made, Wish(6, double=double)), dict.fromkeys(readers, judge))
    assert drawing.is_read_to_its_end(made.study, made.codebook) == over


def last_draw(made: Made) -> Committed:
    committed = drawing.last(made.study)
    assert committed is not None
    return committed


def committed_(made: Made) -> list[Drawn]:
    return drawing.drawn_cases(last_draw(made))


def test_a_page_of_a_case_is_written_anew_when_people_have_read_it(made: Made, tmp_path: Path) -> None:
    cases = {one.case for one in committed_(made)}
    before = {row.id: row.digest for row in view.case_rows(made, view.links(made))}
    file = tmp_path / "boris.csv"
    file.write_text(sheet(made, last_draw(made), "boris"), "utf-8")
    take_file(made.study, file, "boris", "", TIME)
    after = {row.id: row.digest for row in view.case_rows(made, view.links(made))}
    assert {one for one in before if before[one] != after[one]} == cases
