"""What surrounds every page: head, navigation, foot. Rendered once for each depth of folder, then filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from caselight.report.interface import Interface, made_html, percent_down, percent_up, safe, told
from caselight.types import Estimate

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"  # scripts and style sheets, the same in every report
_TITLE, _BODY = "@@title@@", "@@body@@"  # cannot come from a record: the base template is rendered without any


class Frame:
    """The base template, ready to take a title and a body."""

    def __init__(self, interface: Interface, study: str, version: str, sample: str) -> None:
        self.interface = interface
        self._common = {"t": interface, "study": study, "version": version, "sample": sample}
        self._made: dict[tuple[int, str], list[str]] = {}

    def page(self, title: str, body: str, depth: int = 0, here: str = "") -> str:
        """A whole page.

        Args:
            title: plain text; the study's title is put behind it.
            body: HTML of what stands between navigation and foot.
            depth: how many folders below the report's own the page lies.
            here: which entry of the navigation it belongs to.
        """
        if (depth, here) not in self._made:
            root = "../" * depth
            whole = environment().get_template("base.html")
            text = whole.render(title=_TITLE, body=made_html(_BODY), root=root, here=here, **self._common)
            head, rest = text.split(_TITLE)
            self._made[depth, here] = [head, *rest.split(_BODY)]
        head, middle, tail = self._made[depth, here]
        return f"{head}{safe(title)}{middle}{body}{tail}"

    def render(self, template: str, **parts: Any) -> str:
        """The HTML of a template, to be used as a body."""
        return environment().get_template(template).render(t=self.interface, **parts)


@cache
def environment() -> Environment:
    """Jinja with escaping always on; a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.globals["figure_key"] = figure_key
    made.filters |= {"percent_down": percent_down, "percent_up": percent_up, "told": told}
    return made


def figure_key(e: Estimate) -> str:
    """What a page calls a figure, so that each printed number can be held against the table of figures."""
    return e.digest or "/".join((e.variable, e.name, e.value))


def named(t: Interface, e: Estimate, what: str, shown: float) -> Markup:
    """A number of a figure as `macros.html` prints it: named, so that whoever checks the report can find it.

    Args:
        what: low, high, estimate, n, N. With "_hundred" it is the number times 100, to a tenth, with "_share" or
            "_tenth" its share of N in percent, to a tenth; with "_percent" the number times 100, whole. Limits so named
            are rounded outward.
        shown: the number as it is printed.
    """
    key, number = safe(figure_key(e)), t.number(shown)
    return made_html(f'<data value="{key}" data-is="{what}">{number}</data>')


def _shown(value: Any) -> Any:
    """What a template writes for a value: text from outside loses the characters that a page cannot hold."""
    return made_html(safe(value)) if type(value) is str else value
