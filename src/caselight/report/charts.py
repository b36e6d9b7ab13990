"""Small charts as SVG: a point with its interval, never a bare bar; hollow where only a machine has read.

Every chart has its numbers in words (`desc`) and beside it as CSV. Colours come from the style sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from caselight.report.figures import Figure
from caselight.report.interface import Interface, made_html, safe

# The plane of a chart by year, in units of its view box; one unit is about one pixel at the width it is shown.
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 340, 168, 40, 22, 26
_MOST_LABELS = 9  # years that fit side by side


@dataclass(frozen=True, slots=True)
class Point:
    """A part of some cases: n of total."""

    label: str
    n: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.n / self.total if self.total else 0.0


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


def by_year(points: Sequence[Point], title: str, interface: Interface, page: Callable[[str], str]) -> Markup:
    """Shares year by year, the axis from 0 to 100 %; beside each point how many of how many.

    Args:
        page: of a year; its point leads there.
    """
    plot_height = _HEIGHT - _TOP - _BOTTOM
    step = (_WIDTH - _LEFT) / max(len(points), 1)
    every = -(-len(points) // _MOST_LABELS)
    parts = []
    for share in (0, 0.5, 1):
        y = _TOP + plot_height * (1 - share)
        parts.append(f'<line class="axis" x1="{_LEFT}" y1="{y:g}" x2="{_WIDTH}" y2="{y:g}"/>')
        parts.append(
            f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:g}" text-anchor="end">{100 * share:g}&#8239;%</text>'
        )
    for i, point in enumerate(points):
        x, y = _LEFT + step * (i + 0.5), _TOP + plot_height * (1 - point.share)
        parts.append(f'<line class="stem" x1="{x:.1f}" y1="{_TOP + plot_height}" x2="{x:.1f}" y2="{y + 4.5:.1f}"/>')
        told = interface("chart.point", label=point.label, n=point.n, total=point.total)
        parts.append(f'<a href="{safe(page(point.label))}" aria-label="{told}">')
        parts.append(f'<rect class="target" x="{x - step / 2:.1f}" y="0" width="{step:.1f}" height="{_HEIGHT}"/>')
        parts.append(f'<circle class="hollow" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        if i % every == 0:
            count = f"{interface.number(point.n)}/{interface.number(point.total)}"
            named = f'data-of="data/by-year.csv/{safe(point.label)}"'  # so that it can be held against that table
            parts.append(f'<text class="count" {named} x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{count}</text>')
            parts.append(
                f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{safe(point.label)}</text>'
            )
        parts.append("</a>")
    words = "; ".join(str(interface("chart.point", label=p.label, n=p.n, total=p.total)) for p in points)
    return made_html(
        f'<svg class="years" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-labelledby="years-title years-desc">'
        f'<title id="years-title">{safe(title)}</title><desc id="years-desc">{words}</desc>{"".join(parts)}</svg>'
    )
