"""Small charts as SVG: a point with its interval, never a bare bar; hollow where only a machine has read.

Every chart has its numbers in words (`desc`) and beside it as CSV. Colours come from the style sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from caselight.report.figures import Figure
from caselight.report.interface import Interface, made_html, safe
from caselight.types import Estimate

# The plane of a chart by year, in units of its view box; one unit is about one pixel at the width it is shown.
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 340, 168, 40, 22, 26
_MOST_LABELS = 9  # years that fit side by side


@dataclass(frozen=True, slots=True)
class Point:
    """A part of some cases: n of total, as counted by machine; and people's figure of the same."""

    label: str
    n: int
    total: int
    key: str  # of its numbers: the table beside the report, then the row
    finding: Estimate | None = None  # None = nobody has checked the machine on a random draw of these

    @property
    def limits(self) -> tuple[float, float] | None:
        """Shares, 0 to 1; None = there is no range."""
        e = self.finding
        return None if e is None or e.low is None or e.high is None or not e.N else (e.low / e.N, e.high / e.N)

    @property
    def share(self) -> float:
        """Best known, 0 to 1."""
        if self.finding and self.limits:
            return self.finding.estimate / self.finding.N
        return self.n / self.total if self.total else 0.0

    @property
    def dot(self) -> Markup:
        """Its row of a dot plot."""
        return dot(self.share, *(self.limits or ()))


def _percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def dot(share: float, low: float | None = None, high: float | None = None) -> Markup:
    """One row of a dot plot, from 0 to 100 %; hollow without an interval. The number itself must stand beside it."""
    at = _percent(min(max(share, 0.0), 1.0))
    parts = ['<line class="axis" x1="0" y1="8" x2="100%" y2="8"/>']
    if low is not None and high is not None:
        parts.append(f'<line class="interval" x1="{_percent(low)}" y1="8" x2="{_percent(high)}" y2="8"/>')
        parts.append(f'<circle class="solid" cx="{at}" cy="8" r="4.5"/>')
    else:
        parts.append(f'<circle class="hollow" cx="{at}" cy="8" r="4.5"/>')
    return made_html(f'<svg class="dot" width="100%" height="16" aria-hidden="true">{"".join(parts)}</svg>')


def figure_dot(figure: Figure) -> Markup:
    """The row of one figure, as a share of the pile."""
    e = figure.finding
    if e is None or e.low is None or e.high is None or not e.N:
        return dot(figure.share)
    return dot(figure.share, e.low / e.N, e.high / e.N)


def by_year(
    points: Sequence[Point], words: tuple[str, str], interface: Interface, page: Callable[[str], str]
) -> Markup:
    """Shares year by year, the axis from 0 to 100 %; beside each point how many of how many.

    Args:
        points: one a year, in their order.
        words: a name that no other chart of the page has, and the title, plain text.
        page: of a year; its point leads there.
    """
    name, title = words
    step = (_WIDTH - _LEFT) / max(len(points), 1)
    every = -(-len(points) // _MOST_LABELS)
    parts = []
    for share in (0, 0.5, 1):
        y = _height(share)
        parts.append(f'<line class="axis" x1="{_LEFT}" y1="{y:g}" x2="{_WIDTH}" y2="{y:g}"/>')
        parts.append(
            f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:g}" text-anchor="end">{100 * share:g}&#8239;%</text>'
        )
    for i, point in enumerate(points):
        x = _LEFT + step * (i + 0.5)
        parts.append(f'<a href="{safe(page(point.label))}" aria-label="{in_words(point, interface)}">')
        parts.append(f'<rect class="target" x="{x - step / 2:.1f}" y="0" width="{step:.1f}" height="{_HEIGHT}"/>')
        parts += _year(point, x)
        if i % every == 0:
            parts.append(_number(point, x, interface))
            parts.append(
                f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{safe(point.label)}</text>'
            )
        parts.append("</a>")
    told = "; ".join(str(in_words(p, interface)) for p in points)
    return made_html(
        f'<svg class="years" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{safe(title)}</title><desc id="{name}-d">{told}</desc>{"".join(parts)}</svg>'
    )


def in_words(point: Point, interface: Interface) -> Markup:
    """A point as a sentence: its range where there is one."""
    e = point.finding
    if e is None or not point.limits:
        return interface("chart.point", label=point.label, n=point.n, total=point.total)
    return interface("chart.point_range", label=point.label, low=int(e.low or 0), high=ceil(e.high or 0), total=e.N)


def _height(share: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)


def _year(point: Point, x: float) -> Iterator[str]:
    y = _height(point.share)
    if point.limits:
        low, high = (_height(share) for share in point.limits)
        yield f'<line class="interval" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}"/>'
        yield f'<circle class="solid" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        return
    yield f'<line class="stem" x1="{x:.1f}" y1="{_height(0)}" x2="{x:.1f}" y2="{y + 4.5:.1f}"/>'
    yield f'<circle class="hollow" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _number(point: Point, x: float, interface: Interface) -> str:
    """The number above a point, named so that it can be held against the table of figures, or the one beside."""
    e, top = point.finding, _height(point.limits[1] if point.limits else point.share)
    at = f'x="{x:.1f}" y="{top - (5 if point.limits else 9):.1f}" text-anchor="middle"'
    if e is None or not point.limits:
        count = f"{interface.number(point.n)}/{interface.number(point.total)}"
        return f'<text class="count" data-of="{safe(point.key)}" {at}>{count}</text>'
    low, high = interface.number(int(e.low or 0)), interface.number(ceil(e.high or 0))
    limits = low if low == high else f"{low}\u2013{high}"  # of a part that was read to its end one number is left
    return f'<text class="range" data-of="{e.digest}" {at}>{limits}/{interface.number(e.N)}</text>'
