"""Draws of a whole study: what is committed, extended, drawn of what was set aside, taken over from elsewhere."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from caselight import drawing, pipeline, sampling, view
from caselight.drawing import Wish
from caselight.drawing.asking import Question, agreement_rows, asked
from caselight.drawing.pile import collapsed, pile
from caselight.errors import StudyError, UsageError
from caselight.planning import Made
from caselight.review import enlarged, read_draw
from caselight.sampling import Doing, take_file
from caselight.types import Value
from fieldwork_study import SEED, TIME, as_machine, copied, drawn, made_demo, read_by

ROLE = "surveillance_role"
FACE = ("identification_means", "facial_recognition")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_demo(tmp_path_factory.mktemp("demo") / "s")


@pytest.fixture
def made(demo: Made, tmp_path: Path) -> Made:
    return copied(demo, tmp_path / "s")


def run(script: str, folder: Path) -> str:
    done = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_was_committed_can_be_checked_with_coreutils(made: Made) -> None:
    committed = drawn(made, Wish(12, (f"{ROLE}=relied_on",)))
    told = json.loads((committed.folder / "commitment.json").read_text("utf-8"))
    assert run("sha256sum -c SHA256SUMS", committed.folder).count("OK") == 4
    assert run("sha256sum commitment.json | cut -c1-64", committed.folder).strip() == committed.digest
    assert run("cut -f1,3 frame.tsv | sha256sum | cut -c1-64", committed.folder).strip() == told["strata_sha256"]
    assert run("wc -l < frame.tsv", committed.folder).strip() == str(told["cases"]) == "48"
    for stratum, part in told["strata"].items():
        counted = run(f"awk -F'\\t' '$3 == \"{stratum}\"' frame.tsv | wc -l", committed.folder)
        assert int(counted) == part["cases"]
    assert told["codebook_sha256"] == hashlib.sha256(made.study.codebook.read_bytes()).hexdigest()


def test_the_text_of_a_case_is_the_one_that_was_committed(made: Made, tmp_path: Path) -> None:
    committed = drawn(made, Wish(5))
    pipeline.export(made, "jsonl", tmp_path / "out")
    texts = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (tmp_path / "out" / "texts").iterdir()}
    rows = [line.split("\t") for line in (committed.folder / "frame.tsv").read_text("utf-8").splitlines()]
    assert {row[1] for row in rows} <= texts


@pytest.mark.parametrize(
    ("wish", "seed", "words"),
    [
        (Wish(20, unit="planet"), SEED, "--unit planet"),
        (Wish(20, machine=("other",)), SEED, "no such machine. Known: none"),
        (Wish(2, elusion="surveillance_role"), SEED, "VARIABLE=VALUE"),
        (Wish(2, elusion="surveillance_role=red"), SEED, "VARIABLE=VALUE"),
        (Wish(47, elusion="=".join(FACE)), SEED, "set 39 of 48 aside"),
        (Wish(3, elusion="=".join(FACE), verify=0), SEED, "the machine found 9"),
        (Wish(3), "123", "no seed"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(made: Made, wish: Wish, seed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        drawn(made, wish, seed)


def test_a_seed_that_was_known_before_is_refused(made: Made) -> None:
    drawn(made, Wish(5))
    with pytest.raises(UsageError, match="known before draw 0002 was committed"):
        drawn(made, Wish(6))


def test_a_codebook_changed_between_commitment_and_dice_is_refused(made: Made) -> None:
    drawing.freeze(made, Wish(5))
    text = made.study.codebook.read_text("utf-8")
    made.study.codebook.write_text(text + "\n", "utf-8")
    with pytest.raises(UsageError, match="people would answer other questions"):
        drawing.throw(made.study, SEED)
    made.study.codebook.write_text(text, "utf-8")
    assert len(drawing.throw(made.study, SEED)) == 5


@pytest.mark.parametrize("by", [(), (f"{ROLE}=relied_on",), (ROLE,)])
def test_an_extension_is_the_larger_draw_of_the_same_seed(demo: Made, tmp_path: Path, by: tuple[str, ...]) -> None:
    made = copied(demo, tmp_path / "one")
    small = drawn(made, Wish(10, by, double=0.2))
    large = drawing.extend(made.study, 8, 0.5)
    first, whole = drawing.drawn_cases(small), drawing.drawn_cases(large)
    assert [one.case for one in whole][:10] == [one.case for one in first], "those drawn stay, in their order"
    assert [one.double for one in whole].count(True) == 2 + 4
    assert len({one.case for one in whole}) == 18
    for stratum, (size, n) in large.sizes.items():
        held = sorted(one.ticket for one in whole if one.stratum == stratum)
        rows = [row.case for row in drawing.commitment.frame_rows(large) if row.stratum == stratum]
        tickets = sorted(hashlib.sha256(f"{SEED}\n{case}".encode()).hexdigest() for case in rows)
        assert held == tickets[:n], "the smallest tickets of the stratum"
        assert {one.probability for one in whole if one.stratum == stratum} == {n / size}
    assert (large.look, large.effective_level) == (1, 0.95), "nobody had answered: it is no second look"
    assert large.extends == small.number


@pytest.mark.parametrize(
    ("looks", "level", "code"),
    [(1, 0.975, "looks_unplanned"), (2, 0.975, "looks_planned"), (4, 0.9875, "looks_planned")],
)
def test_an_extension_after_answers_shares_what_may_go_wrong(made: Made, looks: int, level: float, code: str) -> None:
    first = drawn(made, Wish(10, looks=looks))
    assert first.effective_level == pytest.approx(1 - 0.05 / looks)
    read_by(made, first, {"anna": as_machine})
    second = drawing.extend(made.study, 5, 0.0)
    assert second.look == 2
    assert second.effective_level == pytest.approx(level)
    assert json.loads((second.folder / "commitment.json").read_text("utf-8"))["extension"]["answers_before"] == 10
    told = asked(made, Question(variables=(ROLE,)))
    assert not [e for e in told.figures if e.method != "running_range"], "the new ones have not been read yet"
    read_by(made, second, {"anna": as_machine})
    figure = asked(made, Question(variables=(ROLE,))).figures[0]
    assert figure.level == pytest.approx(level)
    assert code in figure.assumptions


@pytest.mark.parametrize("verify", [None, 1])
def test_a_draw_of_what_was_set_aside_is_extended_to_its_end_and_not_beyond(made: Made, verify: int | None) -> None:
    first = drawn(made, Wish(5, elusion="surveillance_role=relied_on", verify=verify))
    found = first.sizes["surveillance_role=relied_on"]
    (left,) = [N - n for name, (N, n) in first.sizes.items() if name.endswith("=other")]
    with pytest.raises(UsageError, match=f"{left} units are left to be drawn. Choose a number from 1 to {left}"):
        drawing.extend(made.study, left + 1, 0)
    extended = drawing.extend(made.study, left, 0)
    assert extended.sizes["surveillance_role=relied_on"] == found
    assert extended.n - first.n == left


def test_an_extension_that_was_stopped_goes_on_with_its_seed_and_no_other(made: Made) -> None:
    drawn(made, Wish(6))
    whole = drawing.extend(made.study, 3, 0)
    units = drawing.drawn_cases(whole)
    for name in ("drawn.tsv", "seed.txt"):
        (whole.folder / name).unlink()
    with pytest.raises(UsageError, match=f"Throw its dice first with {SEED}"):
        drawing.extend(made.study, 3, 0)
    with pytest.raises(UsageError, match=f"its seed is {SEED}, and no other"):
        drawing.throw(made.study, "9" + SEED)
    assert drawing.throw(made.study, SEED) == units
    again = drawing.last(made.study)
    assert again
    assert (again.seed, drawing.drawn_cases(drawing.checked(again))) == (SEED, units)


def test_a_draw_is_extended_once_and_not_beyond_its_pile(made: Made) -> None:
    with pytest.raises(UsageError, match="No draw is committed"):
        drawing.extend(made.study, 3, 0)
    drawing.freeze(made, Wish(10))
    with pytest.raises(UsageError, match="has no seed"):
        drawing.extend(made.study, 3, 0)
    drawing.throw(made.study, SEED)
    with pytest.raises(UsageError, match="38 units are left"):
        drawing.extend(made.study, 39, 0)
    drawing.extend(made.study, 38, 0)
    with pytest.raises(UsageError, match="0001 was extended already"):
        drawing.extend(made.study, 1, 0, "0001")


@pytest.mark.parametrize(
    ("sizes", "more", "expected"),
    [
        ({"no": (1760, 75), "yes": (240, 25)}, 40, {"no": 105, "yes": 35}),
        ({"no": (100, 10), "yes": (12, 10)}, 20, {"no": 28, "yes": 12}),
        ({"a": (5, 5), "b": (9, 1)}, 8, {"a": 5, "b": 9}),
        ({"a": (50, 3), "b": (50, 3)}, 1, {"a": 4, "b": 3}),
    ],
)
def test_an_extension_is_divided_as_the_draw_was(
    sizes: dict[str, tuple[int, int]], more: int, expected: dict[str, int]
) -> None:
    assert enlarged(sizes, more) == expected


def test_the_unit_of_a_draw_is_explicit_in_every_figure(demo: Made, tmp_path: Path) -> None:
    for unit, size in (("case", 48), ("matter", 40), ("record", 48)):
        made = copied(demo, tmp_path / unit)
        committed = drawn(made, Wish(15, unit=unit))
        read_by(made, committed, {"anna": as_machine})
        figures = asked(made, Question(variables=(ROLE,))).figures
        assert {(e.unit, e.N) for e in figures} == {(unit, size)}
        assert figures[0].n == 15


def test_a_matter_has_the_text_of_all_its_cases_and_only_its_own_name(made: Made) -> None:
    committed = drawn(made, Wish(40, unit="matter"))
    rows = [line.split("\t") for line in (committed.folder / "members.tsv").read_text("utf-8").splitlines()]
    assert len(rows) == 48
    several = next(unit for unit, case, _ in rows if sum(row[0] == unit for row in rows) > 1)
    script = f"grep '^{several}' members.tsv | cut -f2- | sha256sum | cut -c1-64"
    expected = run(f"grep '^{several}' frame.tsv | cut -f2", committed.folder)
    assert run(script, committed.folder) == expected
    case = next(case for unit, case, _ in rows if unit == several)
    assert case not in drawing.named_cases(made, "matter")
    assert ";" in next(row[1] for row in drawing.to_read(made, committed) if row[0] == several)


@pytest.mark.parametrize(
    ("variable", "answers", "expected"),
    [
        (ROLE, ["none", "mentioned"], "mentioned"),
        (ROLE, ["mentioned", "relied_on", "none"], "relied_on"),
        (ROLE, [None, "none"], "none"),
        (FACE[0], [["camera_footage"], ["facial_recognition", "camera_footage"]], [FACE[1], "camera_footage"]),
        (FACE[0], [None, None], None),
        (FACE[0], [None, []], []),
        ("slogan", [None, "Мир"], "Мир"),
    ],
)
def test_what_a_machine_says_of_a_matter(made: Made, variable: str, answers: list[object], expected: object) -> None:
    known = {v.name: v for v in made.codebook.variables}
    assert collapsed(known[variable], answers) == expected


def test_what_was_set_aside_is_drawn_and_tells_what_was_missed(made: Made) -> None:
    committed = drawn(made, Wish(20, elusion="=".join(FACE)), "11112222333344445555")
    assert committed.sizes == {"=".join(FACE): (9, 9), f"{FACE[0]}=other": (39, 20)}

    def finds_one_more(number: int, coder: str, variable: str, said: Value) -> Value:
        missed = variable == FACE[0] and FACE[1] not in (said or ()) and number == first_aside
        return (FACE[1],) if missed else said

    order = drawing.drawn_cases(committed)
    first_aside = next(i for i, one in enumerate(order) if one.stratum.endswith("other"))
    read_by(made, committed, {"anna": finds_one_more})
    drawn(made, Wish(10))  # a draw for figures does not take its place
    missed, complete = (e for e in drawing.fieldwork(made.study, made.codebook)[1] if e.method == "exact_elusion")
    assert (missed.name, missed.low, missed.N, missed.n) == ("missed", 1, 48, 29)
    from caselight.estimate.finite_population import upper_limit

    assert missed.high == upper_limit(1, 20, 39, 0.95)
    assert complete.low == pytest.approx(9 / (9 + missed.high))
    assert complete.estimate == pytest.approx(9 / (9 + 39 / 20))


def machine_csv(made: Made, variable: str, yes: str, no: str, left_out: int = 0) -> str:
    cases = list(pile(made).members)[left_out:]
    return f"case,{variable}\n" + "".join(f"{case},{yes if i % 4 == 0 else no}\n" for i, case in enumerate(cases))


def test_answers_of_a_machine_elsewhere_are_committed_in_the_place_of_ours(made: Made, tmp_path: Path) -> None:
    (tmp_path / "model.csv").write_text(machine_csv(made, ROLE, "relied_on", "none"), "utf-8")
    added, _ = take_file(made.study, tmp_path / "model.csv", "", "model", TIME)
    assert added == {"model": 48}
    committed = drawn(made, Wish(16, (f"{ROLE}=relied_on",), machine=("model",)))
    assert committed.sizes[f"{ROLE}=relied_on"][0] == 12, "parted by the other machine's answers"
    assert committed.machines == {ROLE: "model"}
    ours = pile(made).machine
    theirs = drawing.machine_answers(committed)
    assert all(
        theirs[case][FACE[0]] == tuple(ours[case][FACE[0]] or ()) or ours[case][FACE[0]] is None for case in ours
    )
    read_by(made, committed, {"anna": as_machine})
    assert "machine_elsewhere" in asked(made, Question(variables=(ROLE,))).figures[0].assumptions


def test_a_machine_that_leaves_cases_out_is_refused(made: Made, tmp_path: Path) -> None:
    (tmp_path / "model.csv").write_text(machine_csv(made, ROLE, "relied_on", "none", left_out=3), "utf-8")
    take_file(made.study, tmp_path / "model.csv", "", "model", TIME)
    with pytest.raises(UsageError, match="does not answer surveillance_role for 3 of 48 cases"):
        drawing.freeze(made, Wish(16, machine=("model",)))


CASES = {f"c{i}": f"c{i}" for i in range(100)}


def elsewhere(rows: list[tuple[str, str, str]]) -> str:
    return "case,stratum,probability,coder\n" + "".join(f"{','.join(row)},anna\n" for row in rows)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("c1", "a", "")], "the probability of being drawn is not known"),
        ([("c1", "a", "top")], "the probability of being drawn is not known"),
        ([("c1", "a", "1.2")], "no probability"),
        ([("c1", "a", "0")], "no probability"),
        ([("c1", "a", "0.01"), ("c2", "a", "0.02")], "not equally likely"),
        ([("c1", "a", "0.3")], "no whole number"),
        ([("c1", "a", "1/90")], "hold 90 cases, the study has 100"),
        ([("c1", "a", "1/50"), ("c1", "b", "1/50")], "another stratum or probability"),
        ([("c777", "a", "1/50")], "no case of this study"),
    ],
)
def test_answers_whose_probability_is_unknown_or_impossible_are_refused(
    rows: list[tuple[str, str, str]], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        read_draw(elsewhere(rows), "f.csv", CASES, 100)


def test_a_draw_made_elsewhere_gives_the_figures_of_a_draw_made_here(made: Made, tmp_path: Path) -> None:
    committed = drawn(made, Wish(16, (f"{ROLE}=relied_on",)))
    read_by(made, committed, {"anna": as_machine})
    ours = {(e.value, e.method): e for e in asked(made, Question(variables=(ROLE,))).figures if e.name == "count"}
    machine = drawing.machine_answers(committed)
    rows = [
        f"{d.case},{d.stratum},{committed.sizes[d.stratum][1]}/{committed.sizes[d.stratum][0]},{machine[d.case][ROLE]}\n"
        for d in drawing.drawn_cases(committed)
    ]
    (tmp_path / "theirs.csv").write_text(f"case,stratum,probability,{ROLE}\n{''.join(rows)}", "utf-8")
    take_file(made.study, tmp_path / "theirs.csv", "anna", "", TIME)
    told = asked(made, Question(variables=(ROLE,)))
    assert told.committed is not None
    assert told.committed.kind == "elsewhere"
    theirs = {(e.value, e.method): e for e in told.figures}
    for figure in theirs.values():
        assert [s.N for s in figure.strata] == [28, 20]
        assert "drawn_elsewhere" in figure.assumptions
    for value in ("relied_on", "none"):
        one, other = ours[value, "exact_certified"], theirs[value, "exact_certified"]
        assert other.estimate == pytest.approx(one.estimate, abs=1.5), "post-strata of ours are not known there"
    take_file(made.study, tmp_path / "theirs.csv", "anna", "", TIME)
    assert len(drawing.draws(made.study)) == 2, "the same draw again is the one that is there"


def test_agreement_is_told_with_its_counts(made: Made) -> None:
    committed = drawn(made, Wish(20, double=1))

    def differs(number: int, coder: str, variable: str, said: Value) -> Value:
        return "mentioned" if coder == "boris" and number < 4 and variable == ROLE else said

    read_by(made, committed, {"anna": as_machine, "boris": differs})
    found = dict(agreement_rows(made, (ROLE,)))
    assert found[ROLE].cases == 20
    assert found[ROLE].same < 1


def test_a_claim_that_no_method_is_known_for_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--claim sure: there is no such claim\. Known: standard, certified"):
        Wish(5, claim="sure")


@pytest.mark.parametrize("level", [95.0, 1.0, 0.0, -3.0, 1e9, float("nan")])
def test_a_level_that_is_no_share_is_refused_at_the_draw(made: Made, level: float) -> None:
    with pytest.raises(UsageError, match="level of confidence is a share from"):
        drawing.freeze(made, Wish(5, level=level))
    assert drawing.draws(made.study) == []


def wish(size: int | None = None) -> dict[str, object]:
    return {"size": size, "double": 0.2}


@pytest.mark.parametrize(
    ("doing", "words"),
    [
        (Doing(wish()), "Say what to draw"),
        (Doing(wish(5), seed="999" + SEED), "one of them at a time"),
        (Doing(wish(5), extend=3), "one of them at a time"),
        (Doing(wish(), seed="999" + SEED, extend=3), "one of them at a time"),
        (Doing(wish(5), sheet=Path("sheet.csv")), "nothing is drawn before the dice"),
        (Doing(wish(), seed="999" + SEED, sheet=Path(__file__)), "Nothing was done"),
        (Doing(wish(), seed="999" + SEED, sheet=Path("no/such/folder.csv")), "there is no folder"),
    ],
)
def test_nothing_is_done_of_what_cannot_be_done_together(made: Made, doing: Doing, words: str) -> None:
    drawing.freeze(made, Wish(5))
    before = drawing.state_of(made.study)
    with pytest.raises(UsageError, match=words):
        sampling.draw(made.study, doing)
    assert drawing.state_of(made.study) == before, "no dice fell, nothing was committed"


def test_a_commitment_names_the_draws_that_were_there_before_it(made: Made) -> None:
    first = drawing.freeze(made, Wish(5), "2026-05-03")
    second = drawn(made, Wish(6))
    third = drawing.extend(made.study, 2, 0.0)
    told = json.loads((third.folder / "commitment.json").read_text("utf-8"))
    assert told["earlier"] == [
        {"draw": "0001", "sha256": first.digest, "thrown": False},
        {"draw": "0002", "sha256": second.digest, "thrown": True},
    ]
    assert first.day == "2026-05-03"
    _, lines = sampling.draw(made.study, Doing(wish(), sheet=made.study.folder / "sheet.csv"))
    assert "Drawn before, and named in this commitment: 0001 (its dice were never thrown), 0002 (read)." in lines


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text((folder / name).read_text("utf-8").replace(old, new, 1), "utf-8")


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def swap_cases(folder: Path) -> None:
    lines = (folder / "drawn.tsv").read_text("utf-8").splitlines()
    known = {line.split("\t")[1] for line in lines}
    other = next(
        row for row in (folder / "frame.tsv").read_text("utf-8").splitlines() if row.split("\t")[0] not in known
    )
    cells = lines[1].split("\t")
    lines[1] = "\t".join([cells[0], other.split("\t")[0], *cells[2:]])
    (folder / "drawn.tsv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (change("commitment.json", '"level": 0.95', '"level": 0.5'), "commitment.json is not the file"),
        (change("commitment.json", "{", ""), "commitment.json is no commitment"),
        (change("machine.jsonl", "relied_on", "mentioned"), "machine.jsonl is not the file"),
        (change("frame.tsv", "=other", "=none"), "frame.tsv is not the file"),
        (change("codebook.yaml", "name:", "nome:"), "codebook.yaml is not the file"),
        (change("drawn.tsv", "\tno\n", "\tyes\n"), "drawn.tsv does not hold what the seed draws"),
        (change("drawn.tsv", "number", "nummer"), "drawn.tsv is no list of drawn units"),
        (change("seed.txt", "6085", "6086"), "drawn.tsv does not hold what the seed draws"),
        (change("SHA256SUMS", "  frame", " frame"), "SHA256SUMS has a line that is no sum"),
        (swap_cases, "drawn.tsv does not hold what the seed draws"),
        (remove("seed.txt"), "seed.txt is missing"),
        *((remove(name), f"{name} is missing") for name in ("drawn.tsv", "frame.tsv", "machine.jsonl", "SHA256SUMS")),
    ],
)
@pytest.mark.parametrize("extended", [False, True])
def test_a_draw_that_was_tampered_with_gives_no_figure_and_is_not_shown(
    made: Made, tamper: Callable[[Path], object], words: str, extended: bool
) -> None:
    committed = drawn(made, Wish(12, (f"{ROLE}=relied_on",)))
    if extended:
        committed = drawing.extend(made.study, 4, 0.0)
    read_by(made, committed, {"anna": as_machine})
    tamper(committed.folder)
    for look in (
        lambda: drawing.fieldwork(made.study, made.codebook),
        lambda: sampling.draw(made.study, Doing(wish(), sheet=made.study.folder / "sheet.csv")),
        lambda: view.contents(made, "en", ""),
    ):
        with pytest.raises(StudyError, match=words):
            look()


def test_a_draw_before_an_extension_that_was_changed_or_removed_is_noticed(made: Made) -> None:
    first = drawn(made, Wish(12))
    second = drawing.extend(made.study, 4, 0.0)
    kept = (first.folder / "commitment.json").read_text("utf-8")
    (first.folder / "commitment.json").write_text(kept + "\n", "utf-8")
    with pytest.raises(StudyError, match="draw 0001, which was there before it, is another one"):
        drawing.checked(second)
    (first.folder / "commitment.json").unlink()
    with pytest.raises(StudyError, match="draw 0001, which was there before it, is gone"):
        drawing.checked(second)


def test_a_throw_that_was_stopped_is_finished_with_the_same_seed_only(made: Made) -> None:
    committed = drawn(made, Wish(12))
    (committed.folder / "seed.txt").unlink()
    with pytest.raises(StudyError, match="was drawn with another seed"):
        drawing.throw(made.study, "999" + SEED)
    assert drawing.throw(made.study, SEED) == drawing.drawn_cases(committed)
