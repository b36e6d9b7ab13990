"""What a draw is of: cases, matters, records, or what was set aside; and what those who read it agree on."""

from __future__ import annotations

from pathlib import Path

import pytest

from caselight import drawing
from caselight.drawing import Wish
from caselight.drawing.asking import Question, agreement_rows, asked
from caselight.drawing.pile import collapsed
from caselight.planning import Made
from caselight.types import Value
from drawing_sample import FACE, ROLE, run
from fieldwork_study import as_machine, copied, drawn, read_by


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


def test_agreement_is_told_with_its_counts(made: Made) -> None:
    committed = drawn(made, Wish(20, double=1))

    def differs(number: int, coder: str, variable: str, said: Value) -> Value:
        return "mentioned" if coder == "boris" and number < 4 and variable == ROLE else said

    read_by(made, committed, {"anna": as_machine, "boris": differs})
    found = dict(agreement_rows(made, (ROLE,)))
    assert found[ROLE].cases == 20
    assert found[ROLE].same < 1
