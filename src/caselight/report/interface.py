"""The report's own words, in the reader's language. Everything that comes out is safe to put into a page as it is.

`words/LANGUAGE.yaml` holds every sentence of the interface; a test holds the languages to the same keys. A phrase that
depends on a number has the forms `one`, `few`, `many`, `other` (few and many only where the language has them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from math import ceil, floor
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from caselight.definitions import load
from caselight.errors import UsageError
from caselight.speaking import translated
from caselight.speaking.numbers import form_place

FOLDER = Path(__file__).parent / "words"
_FORMS = frozenset({"one", "few", "many", "other"})
# Groups of three are parted by a comma in English; in Russian by a narrow no-break space, and only from 10 000 on.
_GROUP = {"en": ",", "ru": "\u202f"}
_UNGROUPED_BELOW = {"en": 1_000, "ru": 10_000}
_WHOLE_FROM = 100  # an estimate of that size has a range of several at least
_SLACK = 1e-9  # 0.29 * 100 is 28.999999999999996: what floating point lost is given back, no more
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
# Characters that HTML forbids or that would vanish: C0 without tab and line feed, DEL, C1, lone surrogates,
# noncharacters. Each becomes one sign, so that positions stay what they are.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# The same and what begins markup: a text without any of these is its own HTML.
_NOT_PLAIN = re.compile(_UNSAFE.pattern[:-1] + "&<>\"']")


def percent_down(share: float, decimals: int = 0) -> float:
    """A lower limit in percent, rounded down: 70 for 0.7083, since "at least 71 %" would say more than is known."""
    return floor(share * 100 * 10.0**decimals + _SLACK) / 10.0**decimals


def percent_up(share: float, decimals: int = 0) -> float:
    """An upper limit in percent, rounded up."""
    return ceil(share * 100 * 10.0**decimals - _SLACK) / 10.0**decimals


def level_percent(level: float) -> float:
    """A level of confidence in percent, at most two decimals, rounded down: 99.87 for 0.99875."""
    return percent_down(level, 2)


def told_decimals(number: float) -> int:
    """Decimals that an amount (a sum, a mean, a limit of one) is told with: none from 100 on, where they are noise.

    >>> [told_decimals(n) for n in (312_855.1385, 99.5, -100)]
    [0, 2, 0]
    """
    return 0 if abs(number) >= _WHOLE_FROM else 2


def told(number: float) -> float:
    """The amount as it is told."""
    return round(number, told_decimals(number))


def is_plain(untrusted: str) -> bool:
    """Whether `safe` leaves this text as it is."""
    return not _NOT_PLAIN.search(untrusted)


def safe(untrusted: str) -> str:
    """Any text as HTML text or attribute value; characters that a page cannot hold are shown as U+FFFD,
    page breaks and carriage returns as spaces.

    >>> safe('a <b> & "c"\\x00')
    'a &lt;b&gt; &amp; &quot;c&quot;\ufffd'
    """
    if not untrusted.isprintable() and _UNSAFE.search(untrusted):
        untrusted = _UNSAFE.sub("\ufffd", re.sub("[\x0b-\r]", " ", untrusted))
    return (
        untrusted.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )


def _escaped(parts: Mapping[str, object]) -> dict[str, Markup]:
    return {key: part if isinstance(part, Markup) else made_html(safe(str(part))) for key, part in parts.items()}


def made_html(text: str) -> Markup:
    """Text that is HTML already. The one place that claims it: every part went through `safe` or `escape`."""
    return Markup(text)  # noqa: S704


def form_of(language: str, number: float) -> str:
    """Which form of a phrase goes with this number: one | few | many | other.

    >>> [form_of("ru", n) for n in (1, 2, 5, 11, 21, 22, 112)]
    ['one', 'few', 'many', 'many', 'one', 'few', 'many']
    """
    if language == "en":
        return "one" if number == 1 else "other"
    if number != int(number):
        return "other"
    return ("one", "few", "many")[form_place(int(abs(number)))]


class Interface:
    """Phrases, numbers, dates and names as this language writes them."""

    def __init__(self, language: str, folder: Path = FOLDER) -> None:
        if not (folder / f"{language}.yaml").is_file():
            have = ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))
            raise UsageError(f"The report cannot be written in {language!r}. Languages it has: {have}.")
        self.language = language
        self._phrases = phrases(language, folder)
        self._named: dict[tuple[str, str], Markup] = {}
        self._days: dict[str, Markup] = {}

    def __call__(self, key: str, **parts: object) -> Markup:
        """The phrase `key`; parts are escaped unless they are Markup."""
        phrase = self._phrases[key]
        if not isinstance(phrase, str):
            raise KeyError(f"{key} depends on a number; use count()")
        return escape(phrase).format(**_escaped(parts))

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self._phrases

    def count(self, key: str, n: float, **parts: object) -> Markup:
        """The phrase `key` in the form that goes with n; `{n}` in it is the number."""
        forms = self._phrases[key]
        phrase = forms.get(form_of(self.language, n), forms["other"])
        return escape(phrase).format(n=self.number(n), **_escaped(parts))

    def name(self, group: str, name: str) -> Markup:
        """What people call `name`, e.g. name("state", "no_text_layer"); the name itself where nothing is known."""
        if (group, name) not in self._named:
            phrase = self._phrases.get(f"{group}.{name}")
            shown = escape(phrase) if isinstance(phrase, str) else made_html(safe(name.replace("_", " ")))
            self._named[group, name] = shown
        return self._named[group, name]

    def number(self, number: float) -> str:
        """Digits in groups of three; at most two decimals."""
        sign, number = ("\u2212", -number) if number < 0 else ("", number)
        whole, _, decimals = f"{number:.2f}".partition(".")
        digits = f"{int(whole):,}".replace(",", _GROUP[self.language])
        if int(whole) < _UNGROUPED_BELOW[self.language]:
            digits = whole
        decimals = decimals.rstrip("0")
        mark = "." if self.language == "en" else ","
        return f"{sign}{digits}{mark}{decimals}" if decimals else f"{sign}{digits}"

    def day(self, iso: str) -> Markup:
        """A day in words: 13 May 2022; anything that is not an ISO day stays as it is."""
        if iso not in self._days:
            self._days[iso] = self._day(iso)
        return self._days[iso]

    def _day(self, iso: str) -> Markup:
        found = _ISO_DAY.fullmatch(iso)
        if not found or not 1 <= int(found[2]) <= 12:
            return made_html(safe(iso))
        return made_html(f"{int(found[3])}&nbsp;{escape(self._phrases[f'month.{int(found[2])}'])} {found[1]}")

    def said(self, message: str) -> Markup:
        """A message of the program in this language; marked as English where it has no other."""
        found = translated(message, self.language)
        if found or self.language == "en":
            return made_html(safe(found or message))
        return self.text({"en": message})

    def text(self, texts: Mapping[str, str]) -> Markup:
        """The text that stands in this language, or else in the nearest one; marked with its language if another."""
        if not texts:
            return Markup()
        for language in (self.language, "", "en", *texts):
            if language in texts:
                break
        body = safe(texts[language])
        foreign = language not in (self.language, "")
        return made_html(f'<span lang="{safe(language)}">{body}</span>' if foreign else body)


@cache
def phrases(language: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Dotted key -> phrase, or the forms of a phrase that depends on a number."""
    return dict(_flat(load(folder / f"{language}.yaml").data, ""))


def _flat(entry: Any, key: str) -> list[tuple[str, Any]]:
    if isinstance(entry, dict) and not set(entry) <= _FORMS:
        return [pair for name in entry for pair in _flat(entry[name], f"{key}.{name}" if key else str(name))]
    return [(key, entry)]
