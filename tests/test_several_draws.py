"""More than one draw in a study: which of them makes the figures, and that it is said before and after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caselight import delivery, drawing, sampling, telling, view
from caselight.drawing import Wish
from caselight.drawing.asking import Question, asked
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.sampling import Doing
from fieldwork_study import SEED, as_machine, copied, doing, drawn, made_demo, read_by


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    made = made_demo(tmp_path_factory.mktemp("demo") / "s")
    read_by(made, drawn(made, Wish(20, ("surveillance_role=relied_on",), double=1.0)), {"anna": as_machine})
    return made


@pytest.fixture
def made(demo: Made, tmp_path: Path) -> Made:
    return copied(demo, tmp_path / "s")


def told_in_estimate(made: Made) -> str:
    found = asked(made, Question())
    return "\n".join(telling.told_lines(found, telling.told_rows(found, None, ()), "s"))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "its dice were never thrown"), ("ru", "её костей так и не бросили")]
)
def test_the_method_page_names_every_other_draw(made: Made, language: str, words: str) -> None:
    other = drawing.freeze(made, Wish(5), "2026-05-03")
    drawn(made, Wish(6), "999" + SEED)
    page = _method_page(made, language)
    assert other.digest in page
    assert words in page
    if language == "en":
        assert "Other draws of this study: 0001 (thrown), 0002 (never thrown)." in told_in_estimate(made)


def _method_page(made: Made, language: str) -> str:
    delivery.write_pages(made, view.contents(made, language, ""), lambda *_: None)
    return (made.study.report / "method.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("what", "warned"),
    [
        (doing(5), True),
        (doing(extend=5), False),  # goes on with the draw that is there
        (doing(5, elusion="surveillance_role=relied_on"), False),  # has figures of its own
        (doing(), False),
    ],
)
def test_a_draw_that_takes_the_place_of_the_one_that_was_read_says_so_before_it_is_made(
    made: Made, tmp_path: Path, what: Doing, warned: bool
) -> None:
    told: list[str] = []
    sheet_only = what == doing()
    if sheet_only:
        what = doing(sheet=tmp_path / "sheet.csv")

    def warn(warning: str) -> None:
        assert len(drawing.draws(made.study)) == 1, "before anything is written"
        told.append(warning)

    sampling.draw(made.study, what, warn=warn)
    assert bool(told) == warned
    if warned:
        assert "Draw 0001 makes the figures now: 20 cases drawn, 20 of them answered." in told[0]
        assert "draw s --extend" in told[0].replace(str(made.study.folder), "s")


def test_whoever_is_warned_can_still_leave_the_figures_as_they_are(made: Made) -> None:
    def stop(_: str) -> None:
        raise UsageError("No draw was made.")

    with pytest.raises(UsageError):
        sampling.draw(made.study, doing(5), warn=stop)
    assert [one.number for one in drawing.draws(made.study)] == ["0001"]


def test_the_first_draw_and_one_whose_dice_were_not_thrown_put_no_figure_at_stake(made: Made) -> None:
    drawing.freeze(made, Wish(5))
    assert sampling.takes_over(made.study) == ""
    shutil.rmtree(made.study.folder / "journal")
    assert sampling.takes_over(made.study) == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "rest on draw 2 alone: it took the place of draw 1,"),
        ("ru", "стоят только на выборке 2: она заняла место выборки 1,"),
    ],
)
def test_the_method_page_says_which_draw_the_figures_no_longer_rest_on(made: Made, language: str, words: str) -> None:
    assert "took the place" not in _method_page(made, "en")
    drawn(made, Wish(5), SEED[::-1])
    assert words in _method_page(made, language)


def test_an_extended_draw_takes_no_ones_place(made: Made) -> None:
    drawing.extend(made.study, 3, 0.0)
    assert "took the place" not in _method_page(made, "en")
