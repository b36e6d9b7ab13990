"""Messages in Russian: what the program says in English, said again at the moment of showing.

Messages are made in English, and stay so in tables and exports. `ru/*.yaml` holds pairs of templates; a message is
translated by finding the template it was made from:

    - en: '{path} was not opened to its end: {error:said}'
      ru: '{path} открыт не до конца: {error}'

A placeholder `{name}` stands for any text and is copied, `{name:w}` for text without spaces; `{name:n}` for a number,
which is written as Russian writes it; `{name:said}` for what is itself a message; `{name:each}` for several, with
commas between. `{name:each hidden}` looks for each of them behind a word first, as in "hidden: 2 case", so that the
same English may have two meanings. In the Russian, `{n:дело|дела|дел}` is the word that goes with the number n, and
`{n:дела|дел}` the one behind "из". What has no template is shown in English. tests/test_speaking.py names every
message of the program that has no Russian.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from string import Formatter

import yaml

LANGUAGES = ("en", "ru")
_VARIABLES = ("CASELIGHT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts
FOLDER = Path(__file__).parent / "ru"
_NUMBER = r"[-+\u2212]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?"
_PATTERNS = {"n": _NUMBER, "w": r"\S*"}
_LEAST_GROUPED = 10_000  # Russian parts thousands from here on: 2000, but 12 000
_NBSP = "\u00a0"  # not the narrow one of the report: consoles of Windows do not have it
_HOLE = "\0"  # a placeholder, where only the words around it matter
_WORD = re.compile(rf"(?<![{_HOLE}A-Za-z])[A-Za-z]{{2,}}(?![{_HOLE}A-Za-z])")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
# What stands between a message and the next one, strongest first; a part that is no message is kept as it is.
_SEAMS = (". ", "? ", "; ", ": ")
_ENDS = ".?"
_MOST_SEAMS = 12  # of one kind that are tried: a longer text is a list from outside, not a row of messages


def language_of(environment: Mapping[str, str]) -> str:
    """The language that these environment variables ask for: $CASELIGHT_LANGUAGE, else the system's for messages.

    >>> [language_of(e) for e in ({}, {"LANG": "ru_RU.UTF-8"}, {"LANG": "ru_RU.UTF-8", "CASELIGHT_LANGUAGE": "en"})]
    ['en', 'ru', 'en']
    """
    asked = next(filter(None, map(environment.get, _VARIABLES)), "")
    return "ru" if asked.startswith("ru") else "en"


def said(text: str, language: str) -> str:
    """The message in this language, line by line; what is not known is kept in English.

    >>> said("There is no file a.csv. Check the name and the folder.", "ru")
    'Файла a.csv нет. Проверьте имя и папку.'
    """
    return translated(text, language) or text


def translated(text: str, language: str) -> str | None:
    """As `said`; None = no line of it is known in this language."""
    if language != "ru" or not text:
        return None
    found = [_line(line) for line in text.split("\n")]
    if not any(found):
        return None
    return "\n".join(line if one is None else one for one, line in zip(found, text.split("\n"), strict=True))


def _line(line: str) -> str | None:
    """The indentation of a line is kept."""
    text = line.strip(" ")
    found = _spoken(text) if text else None
    return None if found is None else line.replace(text, found, 1)


@dataclass(frozen=True, slots=True)
class Said:
    """A message in Russian."""

    text: str
    unknown: int  # parts that should be messages themselves and have no Russian, or are copied and look like messages


@dataclass(frozen=True)
class Template:
    """A message with holes, and the same in Russian."""

    english: str
    russian: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The English words that every message made from it holds."""
        told = "".join(text + _HOLE * (name is not None) for text, name, _ in parts(self.english))
        return frozenset(_WORD.findall(told))

    @cached_property
    def known(self) -> int:
        """Number of characters that are no placeholder: of two templates that fit, the one with more of them counts."""
        return sum(len(text) for text, _, _ in parts(self.english))

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {name: kind for _, name, kind in parts(self.english) if name is not None}

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        """Placeholders as short as can be, and as long as can be: which cut is right, the parts decide."""
        return tuple(re.compile(_regex(self.english, anything), re.DOTALL) for anything in (".*?", ".*"))

    def say(self, text: str) -> Said | None:
        """The Russian of this text; None = it was not made from this template."""
        matches = filter(None, (pattern.fullmatch(text) for pattern in self._patterns))
        return min((self._fill(match) for match in matches), key=lambda one: one.unknown, default=None)

    def _fill(self, match: re.Match[str]) -> Said:
        pieces, unknown = [], 0
        for literal, name, forms in parts(self.russian):
            pieces.append(literal)
            if name is None:
                continue
            part, kind = match[name], self._kinds[name]
            filled = _form(part, forms) if forms else _filled(part, kind)
            unknown += filled == part and bool((_WORDS if kind.startswith("said") else _PROSE).search(part))
            pieces.append(filled)
        return Said("".join(pieces), unknown)


def _regex(template: str, anything: str) -> str:
    pieces = []
    for text, name, kind in parts(template):
        pieces.append(re.escape(text))
        if name is not None:
            pieces.append(f"(?P<{name}>{_PATTERNS.get(kind, anything)})")
    return "".join(pieces)


def parts(template: str) -> Iterator[tuple[str, str | None, str]]:
    """A template cut up: a text, the name of the placeholder behind it (None = none), and its kind.

    >>> list(parts("{file}: {n:n} lines"))
    [('', 'file', ''), (': ', 'n', 'n'), (' lines', None, '')]
    """
    for text, name, kind, _ in Formatter().parse(template):
        yield text, name, kind or ""


def _filled(part: str, kind: str) -> str:
    """What stands in the Russian for a part of the English."""
    how, _, among = kind.partition(" ")
    if how == "n":
        return _number(part)
    if how == "said":
        return _among(part, among)
    if how == "each":
        return ", ".join(_among(one, among) for one in part.split(", "))
    return part


def _among(part: str, among: str) -> str:
    return (_made(f"{among}: {part}") if among else None) or _line(part) or part


def _form(number: str, forms: str) -> str:
    """The word that goes with a number.

    >>> [_form(n, "дело|дела|дел") for n in ("1", "22", "1,011")], _form("21", "дела|дел")
    (['дело', 'дела', 'дел'], 'дела')
    """
    words = forms.split("|")
    n = int(number.replace(",", "")) if number.replace(",", "").isdigit() else 0
    if n % 10 == 1 and n % 100 != 11:
        return words[0]
    return words[1] if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else words[-1]


def _number(written: str) -> str:
    """A number as Russian writes it.

    >>> [_number(n) for n in ("2,000", "12,345.5", "4.9%")]
    ['2000', '12\\xa0345,5', '4,9\\xa0%']
    """
    whole, point, rest = written.rstrip("%").partition(".")
    digits = whole.replace(",", "")
    if len(digits.lstrip("-+\u2212")) >= len(str(_LEAST_GROUPED)):
        digits = whole.replace(",", _NBSP)
    return digits + ("," if point else "") + rest + (f"{_NBSP}%" if written.endswith("%") else "")


@cache
def templates() -> tuple[Template, ...]:
    """All pairs."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    pairs = (pair for file in sorted(FOLDER.glob("*.yaml")) for pair in yaml.load(file.read_bytes(), loader))  # noqa: S506
    return tuple(Template(pair["en"], pair["ru"]) for pair in pairs)


@cache
def _by_word() -> Mapping[str, tuple[Template, ...]]:
    """Templates by the rarest of their words; those without a word by the empty one."""
    often: dict[str, int] = {}
    for one in templates():
        for word in one.words:
            often[word] = often.get(word, 0) + 1
    found: dict[str, tuple[Template, ...]] = {}
    for one in templates():
        word = min(one.words, key=lambda word: (often[word], word), default="")
        found[word] = (*found.get(word, ()), one)
    return found


@lru_cache(maxsize=8192)
def _spoken(text: str) -> str | None:
    """One message in Russian, or a row of messages."""
    return _made(text) or _row(text)


def _made(text: str) -> str | None:
    """One message, from the template it was made from."""
    words = {"", *_WORDS.findall(text)}
    fitting = [one for word in words for one in _by_word().get(word, ()) if one.words <= words]
    best: Said | None = None
    for one in sorted(fitting, key=lambda one: -one.known):
        found = one.say(text)
        if found and (best is None or found.unknown < best.unknown):
            best = found
        if best and not best.unknown:
            break
    return best.text if best else None


def _row(text: str) -> str | None:
    """Messages one behind the other: best where both parts of a cut are known, else where one of them is."""
    half = None
    for seam in _SEAMS:
        gap = " " if seam[0] in _ENDS else seam
        for left, right in _cuts(text, seam):
            first, second = _several(left), _several(right)
            if first is not None and second is not None:
                return f"{first}{gap}{second}"
            if half is None and (first is not None or second is not None):
                half = f"{first or left}{gap}{second or right}"
    return half


def _several(text: str) -> str | None:
    """A message of several words: one word alone beside a message is a name or a value from outside."""
    return _spoken(text) if " " in text else None


def _cuts(text: str, seam: str) -> Iterator[tuple[str, str]]:
    """Where the text may be cut in two; the end of a sentence stays with the left part."""
    ends = [found.start() for found in re.finditer(re.escape(seam), text)][:_MOST_SEAMS]
    for at in ends:
        yield text[: at + (seam[0] in _ENDS)], text[at + len(seam) :]
