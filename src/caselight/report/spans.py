"""One figure drawn large: a full point with its interval on an axis, and its numbers in words for who cannot see."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from caselight.report.interface import Interface, made_html, safe

# The plane, in units of its view box; one unit is about one pixel at the width it is shown.
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _LINE = 640, 64, 16, 16, 26
_CAP = 6  # half the height of the strokes at the ends of the interval


@dataclass(frozen=True, slots=True)
class Axis:
    """What the axis shows."""

    start: float
    end: float
    percent: bool = False  # numbers on it are shares, 0 to 1


def span(low: float, at: float, high: float, axis: Axis, words: tuple[str, str], interface: Interface) -> Markup:
    """The drawing.

    Args:
        words: title and description, plain text.
    """
    title, told = words
    ends = (axis.start, (axis.start + axis.end) / 2, axis.end)
    y = _LINE
    parts = [f'<line class="axis" x1="{_x(axis.start, axis)}" y1="{y}" x2="{_x(axis.end, axis)}" y2="{y}"/>']
    for number, anchor in zip(ends, ("start", "middle", "end"), strict=True):
        x = _x(number, axis)
        parts.append(f'<line class="axis" x1="{x}" y1="{y}" x2="{x}" y2="{y + 10}"/>')
        shown = f"{interface.number(100 * number)}&#8239;%" if axis.percent else interface.number(number)
        parts.append(f'<text class="tick" x="{x}" y="{y + 26}" text-anchor="{anchor}">{shown}</text>')
    left, right = _x(low, axis), _x(high, axis)
    parts.append(f'<line class="interval" x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>')
    for x in (left, right):
        parts.append(f'<line class="interval" x1="{x}" y1="{y - _CAP}" x2="{x}" y2="{y + _CAP}"/>')
    parts.append(f'<circle class="solid" cx="{_x(at, axis)}" cy="{y}" r="5"/>')
    head = f"<title>{safe(title)}</title><desc>{safe(told)}</desc>"
    return made_html(f'<svg class="span" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{head}{"".join(parts)}</svg>')


def _x(number: float, axis: Axis) -> str:
    width = axis.end - axis.start
    share = (number - axis.start) / width if width else 0.0
    return f"{_LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(share, 0.0), 1.0):.1f}"
