"""Findings: sentences with figures in them, from findings.yaml in the study folder; or why one is refused.

    findings:
      - en: 'In {count surveillance_role=relied_on} the court relied on cameras.'
        ru: 'В {count surveillance_role=relied_on} суд положил в основу камеры.'
      - '{most surveillance_role=none: Most} of {cases} rulings do not mention them.'

What stands in braces is computed, never typed: a range, or words that are printed only where the range bears them
out. A sentence is refused, with the reason, where nobody has checked the machine on a random draw, where the draw is
not read to its end, or where its words say more than its range.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from markupsafe import Markup

from caselight.codebook import Codebook
from caselight.codebook.entries import Entries, suggest
from caselight.definitions import Definition
from caselight.report.frame import named
from caselight.report.interface import Interface, made_html, safe
from caselight.report.names import finding_file
from caselight.types import Estimate

_BRACES = re.compile(r"\{([^{}]*)\}")
_PLAIN = ("cases", "records")
_RANGES = ("count", "share")
# "count role=relied_on"; "at least 1/4 role=relied_on: a quarter or more"
_ASKED = re.compile(
    r"(?P<form>count|share|most|at least|at most)(?:\s+(?P<bound>[\d.]+(?:/\d+)?\s*%?))?\s+"
    r"(?P<variable>[a-z][a-z0-9_]*)\s*=\s*(?P<value>[^:]+?)\s*(?::\s*(?P<words>.+))?"
)
_EXAMPLES = "{cases}, {count VARIABLE=VALUE}, {share VARIABLE=VALUE}, {most VARIABLE=VALUE: Most}"
_HALF = Fraction(1, 2)
_LANGUAGES = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Asked:
    """One figure of a sentence."""

    form: str  # cases | records | count | share | most | at least | at most
    variable: str = ""
    value: str = ""
    bound: Fraction = _HALF  # of a claim: a share of all cases
    words: str = ""  # what a claim prints where it holds


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: text and figures in turn, by language. The key "" is text in no stated language."""

    parts: Mapping[str, tuple[str | Asked, ...]]
    line: int  # in findings.yaml


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as it is printed."""

    sentence: Markup | None  # None = refused
    refused: str  # the reason, for its author; "" = not refused
    line: int


def read_sentences(definition: Definition, codebook: Codebook) -> tuple[Sentence, ...]:
    """The findings of a study.

    Raises:
        DefinitionError: FILE:LINE, what is wrong there, and what is allowed.
    """
    entries = Entries(definition)
    if definition.data is None:
        return ()
    entries.mapping((), ("findings",), needed=("findings",))
    found = entries.get(("findings",))
    if not isinstance(found, list):
        raise entries.error("a list of sentences is expected here, each after a dash.", "findings")
    return tuple(_finding(entries, i, codebook) for i in range(len(found)))


def _finding(entries: Entries, number: int, codebook: Codebook) -> Sentence:
    key = ("findings", number)
    if isinstance(entries.get(key), dict):
        entries.mapping(key, _LANGUAGES)
    texts = entries.texts(key)
    parts = {language: _parts(text, entries, (*key, language), codebook) for language, text in texts.items()}
    return Sentence(parts, entries.definition.line(*key))


def _parts(text: str, entries: Entries, key: tuple[str | int, ...], codebook: Codebook) -> tuple[str | Asked, ...]:
    """Text and figures in turn: the odd pieces of the split stood in braces."""
    pieces = _BRACES.split(text)
    if "{" in "".join(pieces[::2]) or "}" in "".join(pieces[::2]):
        raise entries.error("a brace is open that is not closed, or the other way round.", *key)
    return tuple(_asked(piece, entries, key, codebook) if i % 2 else piece for i, piece in enumerate(pieces))


def _asked(text: str, entries: Entries, key: tuple[str | int, ...], codebook: Codebook) -> Asked:
    if text.strip() in _PLAIN:
        return Asked(text.strip())
    found = _ASKED.fullmatch(text.strip())
    if not found:
        raise entries.error(f"{{{text}}} is no figure. Allowed: {_EXAMPLES}.", *key)
    variables = {variable.name: variable for variable in codebook.variables}
    name, value = found["variable"], found["value"]
    if name not in variables:
        known = f"Known: {', '.join(variables)}."
        raise entries.error(f"there is no variable {name!r}.{suggest(name, variables)} {known}", *key)
    values = variables[name].value_names()
    if value not in values:
        known = f"Known: {', '.join(values) or 'none, it has no list of values'}."
        raise entries.error(f"{name} has no value {value!r}.{suggest(value, values)} {known}", *key)
    return Asked(found["form"], name, value, _bound(found, entries, key), _words(found, entries, key))


def _bound(found: re.Match[str], entries: Entries, key: tuple[str | int, ...]) -> Fraction:
    written = found["bound"]
    if found["form"] not in ("at least", "at most"):
        if written:
            raise entries.error(f"{{{found[0]}}}: {found['form']} takes no number.", *key)
        return _HALF
    try:
        bound = Fraction(written.rstrip("% ")) / (100 if written.endswith("%") else 1)
    except (AttributeError, ValueError, ZeroDivisionError):
        bound = Fraction(-1)
    if not 0 <= bound <= 1:
        raise entries.error(f"{{{found[0]}}}: give a share of the cases, such as 1/4, 0.25 or 25 %.", *key)
    return bound


def _words(found: re.Match[str], entries: Entries, key: tuple[str | int, ...]) -> str:
    claims = found["form"] not in _RANGES
    if claims != bool(found["words"]):
        what = "say after a colon which words to print" if claims else "it prints a range; nothing may stand after it"
        raise entries.error(f"{{{found[0]}}}: {what}. Allowed: {_EXAMPLES}.", *key)
    return found["words"] or ""


class Speaker:
    """Says findings, from the figures that people's reading of a draw made."""

    def __init__(self, estimates: Iterable[Estimate], sizes: Mapping[str, int], interface: Interface) -> None:
        self._t, self._sizes = interface, sizes
        self._found: dict[tuple[str, str], Estimate] = {}
        for e in estimates:
            if e.name == "count" and e.strata and not e.where:
                self._found.setdefault((e.variable, e.value), e)  # the first is by the claim committed to

    def say(self, findings: Iterable[Sentence]) -> list[Said]:
        """Each finding in the interface's language, where it has a text in it, else in any."""
        return [self._say(finding) for finding in findings]

    def _say(self, finding: Sentence) -> Said:
        parts = finding.parts.get(self._t.language) or finding.parts.get("") or next(iter(finding.parts.values()))
        asked = [part for part in parts if isinstance(part, Asked)]
        refusals = [reason for part in asked if (reason := self._refusal(part))]
        whole = [self._found[a.variable, a.value] for a in asked if a.form not in _PLAIN] if not refusals else []
        if any(a.form == "cases" for a in asked) and (reason := _mixed(whole)):
            refusals = [reason]
        if refusals:
            return Said(None, "; ".join(dict.fromkeys(refusals)), finding.line)
        said = Markup("").join(
            made_html(safe(p)) if isinstance(p, str) else self._printed(p, whole[0] if whole else None) for p in parts
        )
        return Said(said, "", finding.line)

    def _refusal(self, asked: Asked) -> str:
        """Why this figure may not be printed; "" = it may."""
        if asked.form in _PLAIN:
            return ""
        named = f"{asked.variable}={asked.value}"
        e = self._found.get((asked.variable, asked.value))
        if e is None or e.low is None or e.high is None:
            return f"nobody has checked the machine on a random draw for {named}: draw, read, then run again"
        if e.method == "running_range":
            return f"the draw is not read to its end for {named}: read the rest, then run again"
        claim = _CLAIMS.get(asked.form)
        if claim and not claim(e.low / e.N, e.high / e.N, float(asked.bound)):
            limits = f"{e.low:,.0f} to {e.high:,.0f} of {e.N:,}"
            return f"“{asked.words}” says more than the range of {named} does, {limits}: read more, or say less"
        return ""

    def _printed(self, asked: Asked, beside: Estimate | None) -> Markup:
        """Args: beside = a figure of the same sentence: `{cases}` are then those that it is about, not today's."""
        if asked.form == "cases" and beside:
            return named(self._t, beside, "N", beside.N)
        if asked.form in _PLAIN:
            return made_html(self._t.number(self._sizes[asked.form]))
        e = self._found[asked.variable, asked.value]
        assert e.low is not None  # refused otherwise
        assert e.high is not None
        t, link = self._t, finding_file(e.digest)
        if asked.form == "count":
            limits = {"low": named(t, e, "low", e.low), "high": named(t, e, "high", e.high)}
            whole = {"at": named(t, e, "estimate", round(e.estimate)), "total": named(t, e, "N", e.N)}
            key = "sentence.count" if e.unit == "case" else f"sentence.count_{e.unit}"
            words = t.count(key, e.N, **whole, **limits)
        elif asked.form == "share":
            low, high = (
                floor(1000 * e.low / e.N) / 10,
                ceil(1000 * e.high / e.N) / 10,
            )  # outward, to a tenth of a percent
            words = t("sentence.share", low=named(t, e, "low_tenth", low), high=named(t, e, "high_tenth", high))
        else:
            words = made_html(safe(asked.words))
        return made_html(f'<a href="{safe(link)}">{words}</a>')


def _mixed(figures: Iterable[Estimate]) -> str:
    """Why no one number of cases stands beside these figures; "" = one does, or there are no figures."""
    wholes = sorted({(e.N, e.unit) for e in figures})
    if len(wholes) > 1 or any(unit != "case" for _, unit in wholes):
        told = " and ".join(f"{N:,} {unit}s" for N, unit in wholes)
        return f"{{cases}} stands beside figures of {told}: leave {{cases}} out; {{count ...}} names what it counts"
    return ""


_CLAIMS: Mapping[str, Callable[[float, float, float], bool]] = {
    "most": lambda low, _, bound: low > bound,
    "at least": lambda low, _, bound: low >= bound,
    "at most": lambda _, high, bound: high <= bound,
}
