"""What people call things: questions, values, facts; and what files of the report are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from markupsafe import Markup

from caselight.codebook import Codebook
from caselight.report.geography import Region
from caselight.report.interface import Interface, made_html, safe
from caselight.types import Value
from caselight.variables import Variable

FACT = "fact:"  # begins the variable of a figure about a fact, see estimate
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
# Windows opens a device, not a file, under these names, whatever the ending.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(10))})
_CASE = re.compile(r"[A-Za-z0-9_-]{3,80}")
# Facts whose values are words of the pack, the same in every language, and not words of the record.
_WORDED = frozenset({"outcome", "appeal_result", "termination_reason", "instance"})


def slug(value: str) -> str:
    """A file name without ending for any value; equal values give equal names, on file systems of every kind.

    >>> slug("relied_on"), slug("con"), slug("Сфера")
    ('relied_on', 'x-64f7f592f584', 'x-d136dcdfda70')
    """
    if _PLAIN.fullmatch(value) and value not in _DEVICES and not value.startswith("x-"):
        return value
    return "x-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def case_file(case: str) -> str:
    """Where a case's page lies. 256 folders, because a folder with a million files is slow to open.

    Raises:
        ValueError: the id could lead out of the folder.
    """
    if not _CASE.fullmatch(case):
        raise ValueError(f"{case!r} cannot name a page")
    return f"case/{case[1:3].lower()}/{case}.html"


def figure_file(name: str, variable: str, value: str) -> str:
    """Where the list of a figure's cases lies."""
    folder, about = ("facts", variable.removeprefix(FACT)) if variable.startswith(FACT) else ("answers", variable)
    return f"{folder}/{slug(about)}/{slug(value) if name == 'count' else '_' + name}.html"


def year_file(year: str) -> str:
    """Where the list of a year's cases lies."""
    return figure_file("count", f"{FACT}year", year)


def finding_file(digest: str) -> str:
    """Where the page of a figure that people made lies."""
    return f"figures/{digest[:16]}.html"


def later_page(file: str, number: int) -> str:
    """The name of page `number` of a list that begins at `file`; a slug holds no stop, so none is taken twice."""
    return file if number == 1 else f"{file.removesuffix('.html')}.{number}.html"


TABLE = "cases/table.html"  # of all cases, with filters
FACT_COLUMNS = ("case_number", "court", "region", "judge", "decision_date", "year", "instance", "statute", "outcome")


def column_key(variable: str) -> str:
    """What a question's column is called there, in addresses too; a question may be called like a fact."""
    return f"{variable}_answer" if variable in FACT_COLUMNS else variable


def in_table(name: str, variable: str, value: str) -> str:
    """The address at which the table shows the cases that a figure of a question counts.

    >>> in_table("count", "role", "relied_on"), in_table("undetermined", "outcome", "")
    ('cases/table.html#role=relied_on', 'cases/table.html#outcome_answer=_undetermined')
    """
    return f"{TABLE}#{urlencode({column_key(variable): value if name == 'count' else f'_{name}'})}"


class Names:
    """Questions and values in the reader's language, as HTML."""

    def __init__(self, interface: Interface, codebook: Codebook, regions: Iterable[Region] = ()) -> None:
        self._t = interface
        self._regions = {region.code: region.called(interface.language) for region in regions}
        self.variables: Mapping[str, Variable] = {variable.name: variable for variable in codebook.variables}
        self._questions = {v.name: interface.text(v.question) for v in codebook.variables}
        self._values = {
            (v.name, choice.name): self._label(choice.label) for v in codebook.variables for choice in v.values
        }
        self._shown: dict[tuple[str, Value], Markup] = {}
        self.not_asked = interface("value.not_asked")
        self.undetermined = interface("value.undetermined")

    def _label(self, label: Mapping[str, str]) -> Markup:
        if label in ({"": "yes"}, {"": "no"}):
            return self._t(f"value.{label['']}")
        return self._t.text(label)

    def question(self, variable: str) -> Markup:
        """The question; for a fact, its name."""
        if variable.startswith(FACT):
            return self._t.name("fact", variable.removeprefix(FACT))
        return self._questions.get(variable) or made_html(safe(variable))

    def value(self, variable: str, value: Value) -> Markup:
        """An answer in words."""
        if value is None:
            return self.undetermined
        if isinstance(value, tuple):
            if (variable, value) not in self._shown:
                parts = Markup(", ").join(self.value(variable, one) for one in value)
                self._shown[variable, value] = parts if value else self._t("value.none")
            return self._shown[variable, value]
        if isinstance(value, bool):
            return self._t("value.yes" if value else "value.no")
        if isinstance(value, str):
            return self._text(variable, value)
        return made_html(self._t.number(value))

    def _text(self, variable: str, value: str) -> Markup:
        if variable.startswith(FACT):
            return self.fact(variable.removeprefix(FACT), value)
        if (variable, value) in self._values:
            return self._values[variable, value]
        known = self.variables.get(variable)
        return self._t.day(value) if known and known.kind == "date" else made_html(f"<bdi>{safe(value)}</bdi>")

    def fact(self, name: str, value: str | int) -> Markup:
        """A fact's value in words."""
        if isinstance(value, int):
            unit = f"unit.{name}"
            return self._t.count(unit, value) if self._t.has(unit) else made_html(self._t.number(value))
        if name in _WORDED:
            return self._t.name(name, value)
        if name == "region":
            return made_html(safe(self._regions.get(value, value)))
        return self._t.day(value) if name.endswith("date") else made_html(f"<bdi>{safe(value)}</bdi>")

    def figure(self, name: str, variable: str, value: str) -> Markup:
        """What a figure counts: a value, or "not asked", "undetermined" ..."""
        if name == "count":
            return self.value(variable, value)
        return self._t("value.absent" if name == "undetermined" and variable.startswith(FACT) else f"value.{name}")

    def stratum(self, name: str) -> Markup:
        """A part of the pile, by what the machine said: of "role=relied_on", "all", "role=relied_on flagged"."""
        flagged = ""
        for word in ("flagged", "other"):
            if name.endswith(f" {word}"):
                name, flagged = name.removesuffix(f" {word}"), word
        shown = [self._t("range.whole")] if name == "all" else [self._said(pair) for pair in name.split(",")]
        if flagged:
            shown.append(self._t(f"range.{flagged}"))
        return Markup(", ").join(shown)

    def _said(self, pair: str) -> Markup:
        variable, _, value = pair.partition("=")
        if variable not in self.variables:
            return made_html(safe(pair))
        special = {"other": "range.another", "undetermined": "value.undetermined", "none": "value.none"}
        known = value in self.variables[variable].value_names()
        named = self.value(variable, value) if known else self._t(special.get(value, "range.another"))
        return Markup("{} {}").format(self._t("range.machine_said"), Markup("<q>{}</q>").format(named))
