"""The pairs of templates, and which of them a message may have been made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Formatter

FOLDER = Path(__file__).parent / "ru"
WORD = re.compile(r"[A-Za-z]{2,}")
_HOLE = "\0"  # a placeholder, where only the words around it matter
_WHOLE_WORD = re.compile(rf"(?<![{_HOLE}A-Za-z])[A-Za-z]{{2,}}(?![{_HOLE}A-Za-z])")
_PATTERNS = {"n": r"[-+\u2212]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?", "w": r"\S*"}


@dataclass(frozen=True)
class Template:
    """A message with holes, and the same in Russian."""

    english: str
    russian: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The English words that every message made from it holds."""
        told = "".join(text + _HOLE * (name is not None) for text, name, _ in parts(self.english))
        return frozenset(_WHOLE_WORD.findall(told))

    @cached_property
    def known(self) -> int:
        """Number of characters that are no placeholder: of two templates that fit, the one with more of them counts."""
        return sum(len(text) for text, _, _ in parts(self.english))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Name of each placeholder -> its kind: n, w, said, each, or "" for any text."""
        return {name: kind for _, name, kind in parts(self.english) if name is not None}

    @cached_property
    def begins(self) -> str:
        """The placeholder of any text that the English begins with; "" = it begins otherwise."""
        text, name, kind = next(parts(self.english))
        return name if name and not text and not kind else ""

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_regex(self.english, anything), re.DOTALL) for anything in (".*?", ".*"))

    def read(self, text: str) -> Iterator[dict[str, str]]:
        """What stands in the holes: as little in the first ones as can be, then as much; nothing if it does not fit."""
        for pattern in self._patterns:
            if match := pattern.fullmatch(text):
                yield match.groupdict()


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


@cache
def templates() -> tuple[Template, ...]:
    """All pairs."""
    import yaml  # not above: English never needs it

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


def fitting(text: str) -> list[Template]:
    """Templates whose words all stand in the text, those with most known text first."""
    words = {"", *WORD.findall(text)}
    found = [one for word in words for one in _by_word().get(word, ()) if one.words <= words]
    return sorted(found, key=lambda one: -one.known)
