"""Three pictures that explain a figure to somebody who has never drawn a sample: errors of a machine, dice, ranges.

They show no study's data. The errors are those of a pile that is written out below; the ranges are computed from draws
of a pile with a known truth (docs/write_pictures.py writes pictures.yaml), so the ones that miss it do miss it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from caselight.definitions import load
from caselight.report.interface import Interface, made_html

RANGES = Path(__file__).parent / "pictures.yaml"
# A pile of 200 cases: in 4 the thing is true; the machine marks 5, of which 3 are right. Squares in reading order.
ROWS, COLUMNS = 5, 40
TRUE = frozenset({17, 66, 103, 158})
MARKED = frozenset({17, 66, 103, 41, 187})
_SIDE, _STEP = 12, 16  # of a square, and from one to the next, in units of the view box
_WIDTH = 640
_BOX, _GAP, _TALL = 148, 16, 96  # the boxes of the picture of dice
_HIGH = 150  # the plane of the picture of ranges
_LINE = 16  # from one line of text to the next


@dataclass(frozen=True, slots=True)
class Ranges:
    """What many draws of one pile gave."""

    truth: int  # cases that have the code
    ranges: tuple[tuple[int, int, int], ...]  # low, estimate, high

    @property
    def missed(self) -> int:
        """How many of the ranges do not hold the truth."""
        return sum(not low <= self.truth <= high for low, _, high in self.ranges)


def load_ranges() -> Ranges:
    """The ranges that docs/write_pictures.py computed."""
    data = load(RANGES).data
    return Ranges(data["truth"], tuple((low, at, high) for low, at, high in data["ranges"]))


def _svg(name: str, height: int, parts: Iterator[str], t: Interface, **numbers: int) -> Markup:
    title, told = t(f"pictures.{name}"), t(f"pictures.{name}_told", **numbers)
    ids = f"picture-{name}"
    head = f'<svg class="picture" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{ids}-t {ids}-d">'
    named = f'<title id="{ids}-t">{title}</title><desc id="{ids}-d">{told}</desc>'
    return made_html(f"{head}{named}{''.join(parts)}</svg>")


def errors(t: Interface) -> Markup:
    """Two hundred cases as squares: the machine is right nearly always, and its count is still wrong."""
    return _svg("errors", ROWS * _STEP + 40, _squares(t), t)


def _squares(t: Interface) -> Iterator[str]:
    for i in range(ROWS * COLUMNS):
        x, y = (i % COLUMNS) * _STEP, (i // COLUMNS) * _STEP
        yield _square(x, y, i in TRUE, i in MARKED)
    y = ROWS * _STEP + 12
    x = 0
    for name, true, marked in (("right", True, True), ("missed", True, False), ("false", False, True)):
        label = t(f"pictures.errors_{name}")
        yield _square(x, y, true, marked)
        yield f'<text x="{x + 18}" y="{y + 10}">{label}</text>'
        x += 214


def _square(x: int, y: int, true: bool, marked: bool) -> str:
    """Filled where the thing is true, ringed where the machine marks it."""
    shown = (
        f'<rect class="{"is-true" if true else "not-true"}" x="{x + 2}" y="{y + 2}" width="{_SIDE - 4}" height="8"/>'
    )
    ring = f'<rect class="marked" x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" rx="2"/>' if marked else ""
    return shown + ring


def dice(t: Interface) -> Markup:
    """Four steps from left to right: write down, publish, throw, read."""
    return _svg("dice", _TALL + 4, _boxes(t), t)


def _boxes(t: Interface) -> Iterator[str]:
    for i, step in enumerate(("freeze", "publish", "throw", "read")):
        x = i * (_BOX + _GAP)
        yield f'<rect class="box" x="{x + 1}" y="1" width="{_BOX - 2}" height="{_TALL}" rx="4"/>'
        yield f'<text class="head" x="{x + 10}" y="22">{i + 1}. {t(f"pictures.dice_{step}")}</text>'
        for k, line in enumerate(str(t(f"pictures.dice_{step}_text")).split("|")):
            yield f'<text x="{x + 10}" y="{44 + k * _LINE}">{line}</text>'
        if i:
            yield f'<path class="arrow" d="M{x - _GAP + 3} {_TALL // 2}h9m-4 -4l4 4l-4 4"/>'


def intervals(t: Interface) -> Markup:
    """The ranges of many draws of one pile, side by side, and the truth that all but a few of them hold."""
    drawn = load_ranges()
    return _svg(
        "intervals", _HIGH + 40, _ranges(drawn, t), t, n=len(drawn.ranges), missed=drawn.missed, truth=drawn.truth
    )


def _ranges(drawn: Ranges, t: Interface) -> Iterator[str]:
    most = max(high for _, _, high in drawn.ranges)
    left = 44
    step = (_WIDTH - left) / len(drawn.ranges)

    def y(cases: float) -> float:
        return 8 + _HIGH * (1 - cases / most)

    for cases in (0, drawn.truth, most // 100 * 100):
        kind = "truth" if cases == drawn.truth else "axis"
        yield f'<line class="{kind}" x1="{left}" y1="{y(cases):.1f}" x2="{_WIDTH}" y2="{y(cases):.1f}"/>'
        yield f'<text x="{left - 8}" y="{y(cases) + 4:.1f}" text-anchor="end">{t.number(cases)}</text>'
    for i, (low, at, high) in enumerate(drawn.ranges):
        x = left + step * (i + 0.5)
        misses = "" if low <= drawn.truth <= high else " misses"
        yield f'<line class="interval{misses}" x1="{x:.1f}" y1="{y(low):.1f}" x2="{x:.1f}" y2="{y(high):.1f}"/>'
        yield f'<circle class="solid{misses}" cx="{x:.1f}" cy="{y(at):.1f}" r="3"/>'
    yield f'<text x="{left}" y="{_HIGH + 32}">{t("pictures.intervals_axis")}</text>'
