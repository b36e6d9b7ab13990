"""Persons whose name the court has wiped by half: "Н-ва Е.Л.", "С***в", "...ой К.М.", "К.", "Ч.Г.Ю.".

Half a name, a court and a date lead to one person, and its letters tell the sex. What is wiped wholly (`фио`, `****`)
stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from caselight.protect.cleaned import fold
from caselight.protect.mentions import CAPITALS, SMALLS, Mention
from caselight.protect.roles import Knowledge

_BIG, _SMALL = f"[{CAPITALS}]", f"[{SMALLS}]"
_INITIALS = rf"(?:\s{{0,3}}(?P<first>{_BIG})\.(?:\s?(?P<second>{_BIG})\.)?)?"
# "Н-ва", "Ив-ов", "С***в", "Н…", "И__"; not "Ту-154", "Нью-Йорк", "Санкт-".
_CUT = re.compile(
    rf"(?<![\w.*-])(?P<head>{_BIG}{_SMALL}{{0,2}})(?:(?:[-–—]|\.{{2,}}|[*…_]+)(?P<tail>{_SMALL}{{1,4}})|(?:[*…]+|_{{2,}}))(?![\w*-])"
    + _INITIALS
)
# "...ой К.М.": only the ending is left; the initials say that it is one.
_ENDING = re.compile(
    rf"(?<!\w)(?:\.{{2,}}|…|\*{{2,}})(?P<tail>{_SMALL}{{1,4}}) (?P<first>{_BIG})\.\s?(?:(?P<second>{_BIG})\.)?"
)
_CASE = re.compile("(?:ой|ою|ого|ому|ым|ыми|ых|ом|ем|им|ый|ий|ая|ую|[аыуеиоюяй])$")
# "Я-то", "Из-за", "Ну-ка" and "Кое-кто" are words.
_WORDS = re.compile(r"(?:.+-(?:то|за|под|с|де)|(?:ну|на)-ка|ко[ей]-.+|[а-яё]-[яй])$")
_SEVERAL = re.compile(rf"(?<![\w.-])(?P<all>{_BIG}\.\s?(?:-\s?{_BIG}\.\s?)?{_BIG}\.(?:\s?{_BIG}\.)?)\d{{0,2}}(?![\w-])")
# One letter names somebody behind a word for a human being or for what somebody said, and in the same matter again.
_ONE = re.compile(rf"(?<![\w.-])(?P<all>{_BIG})\.(?!\s?(?:{_BIG}\.|\d))(?![\w-])")
_LIST = re.compile(rf"(?:{_BIG}\.\s?(?:,|и)\s)+$")
_IN_A_SENTENCE = re.compile(rf"(?:{_SMALL}{{3,}}|[,(])\s$|\s[куио]\s$")
_REST = "…"  # stands for what was wiped
_BEFORE = 60  # characters


def cut(text: str) -> Iterator[Mention]:
    """Surnames of which the first letters or the last are left."""
    for m in _CUT.finditer(text):
        written = fold(f"{m['head']}-{m['tail'] or ''}")
        if not _WORDS.match(written):
            yield _mention(m, f"{m['head']}{_REST}{_CASE.sub('', m['tail'] or '') or m['tail'] or ''}")
    for m in _ENDING.finditer(text):
        yield _mention(m, "")


def is_whole(surname: str) -> bool:
    """Whether a surname is neither missing nor half, as `cut` gives it."""
    return bool(surname) and _REST not in surname


def _mention(m: re.Match[str], surname: str) -> Mention:
    return Mention(m.start(), m.end(), surname, (m["first"] or "") + (m["second"] or ""), "half")


def initials_alone(text: str, known: Knowledge, letters: frozenset[str]) -> Iterator[Mention]:
    """Initials that belong to no surname in the text.

    Args:
        letters: single initials by which somebody is named in this matter, as `single_letters` finds them.
    """
    for m in _SEVERAL.finditer(text):
        initials = "".join(c for c in m["all"] if c.isalpha())
        if fold(initials) not in known.not_surnames:
            yield Mention(m.start(), m.end(), "", initials, "half")
    for m in _ONE.finditer(text):
        if m["all"] in letters and _IN_A_SENTENCE.search(_before(text, m)):
            yield Mention(m.start(), m.end(), "", m["all"], "half")


def _before(text: str, m: re.Match[str]) -> str:
    """What stands before a letter, and before the letters that are listed with it."""
    return _LIST.sub("", text[max(0, m.start() - _BEFORE) : m.start()])


def single_letters(texts: Sequence[str], known: Knowledge) -> frozenset[str]:
    """The letters that name somebody: "потерпевшая К. пояснила", "свидетели К. и П."."""
    leads = [pattern for pattern in (known.bearers, known.said) if pattern]
    return frozenset(
        m["all"]
        for text in texts
        for m in _ONE.finditer(text)
        if any(pattern.search(_before(text, m)) for pattern in leads)
    )
