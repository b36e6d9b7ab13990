"""Names of an English opinion that stand alone: surnames and first names of whoever is named anywhere in the matter.

What comes in: a cleaned text with the mentions that show by themselves (english.py). What goes out: those and more,
sorted, not overlapping, and the citations that stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from caselight.protect.citations import citation
from caselight.protect.english import BIG, LOW, PARTICLE, SHORTEST, Page, plain
from caselight.protect.mentions import Mention, apart
from caselight.protect.roles import Knowledge, Role

# What belongs to a surname behind it: "A. N. ", "de la ", "St. ".
_BEFORE_SURNAME = re.compile(rf"(?<![\w.])(?:(?P<first>[{BIG}])\.\s(?:[{BIG}]\.\s)?)?(?:{PARTICLE}|St\. )?$")
_HUMP = re.compile(rf"[{BIG}][{LOW}]+|[{BIG}]+(?![{LOW}])|[{LOW}]+")
_TOKEN = re.compile(rf"[{BIG}{LOW}]+(?:['’][{BIG}][{BIG}{LOW}]+)?(?:[-‐–]\s?[{BIG}{LOW}]+)*")
_MOST_HUMPS = (
    5  # of a name that is glued to words: "InsuranceMcQuillan" has 3; without a bound the time is its length cubed
)
_HALF = 3  # letters of a half of a double name that is
_WIDEST = 18  # characters of initials and particles before a surname: "A. N. de los "


def bare(
    text: str, known: Knowledge, named: Sequence[tuple[Mention, str]], taken: Sequence[Mention]
) -> tuple[list[Mention], list[tuple[int, int]]]:
    """Known surnames and first names, wherever they stand with a capital: those that name somebody, and citations.

    Args:
        named: the mentions of the whole matter, each as it is written.
        taken: the mentions of this text.
    Returns:
        All mentions of this text, sorted; stretches that are citations and stay.
    """
    page = Page.of(text, known)
    covered = {i for m in taken for i in range(m.start, m.end)}
    more = sorted(_alone(page, named, covered), key=lambda m: m.start - m.end)  # the longest first
    published = apart(m for m in more if page.cited(m.start, m.end))
    stays = frozenset(published)
    hidden = apart([*taken, *(m for m in more if m not in stays)])
    covered = {i for m in hidden for i in range(m.start, m.end)}
    stay = [citation(text, m.start, m.end) for m in published]
    # Of "Harrow v. Quillan" nothing stays where Quillan is hidden: half a citation is none.
    broken = [m for m, (start, end) in zip(published, stay, strict=True) if not covered.isdisjoint(range(start, end))]
    return apart([*hidden, *broken]), [span for span in stay if covered.isdisjoint(range(*span))]


def _alone(page: Page, named: Sequence[tuple[Mention, str]], covered: set[int]) -> Iterator[Mention]:
    """The words outside `covered` that are a surname or a first name of somebody, with the initials before them."""
    surnames, firsts = _surnames([m for m, _ in named]), _first_names(page, named)
    for token in _TOKEN.finditer(page.text):
        for start, end in () if token.group().islower() else _pieces(token):
            word = singular(plain(re.sub(r"[-‐–]\s?", "-", page.text[start:end])), surnames.keys() | firsts.keys())
            if start in covered or not word or not page.text[start].isupper():
                continue
            if word in surnames:
                before = _BEFORE_SURNAME.search(page.text, max(0, start - _WIDEST), start)
                begin, initials = (before.start(), before["first"] or "") if before else (start, "")
                yield Mention(begin, end, surnames[word], initials, "bare")
            else:
                yield Mention(start, end, *firsts[word], "first")


def _surnames(named: Sequence[Mention]) -> dict[str, str]:
    """What names somebody where it stands bare -> the surname: surnames, halves, double ones without the hyphen."""
    surnames = {m.surname: m.surname for m in named if len(m.surname) >= SHORTEST}
    halves = {half: name for name in surnames if "-" in name for half in name.split("-") if len(half) >= _HALF}
    joined = {name.replace("-", ""): name for name in surnames if "-" in name}
    return {**joined, **halves, **surnames}


def _first_names(page: Page, named: Sequence[tuple[Mention, str]]) -> dict[str, tuple[str, str]]:
    """First names of persons who are named in full and act in no office -> surname and initial."""
    firsts = {}
    for m, written in named:
        first = written.split()[0]
        is_named = page.is_first(first) or (
            m.role is not Role.UNKNOWN and not first.endswith(".") and not page.is_word(first)
        )
        word = plain(first) in page.known.words["doubtful"]  # "June Quillan" is hidden, "June 5" is a date
        if m.role is not Role.OFFICIAL and m.surname and m.initials and is_named and not word:
            firsts[plain(first)] = (m.surname, m.initials)
    return firsts


def singular(word: str, names: Mapping[str, str] | Set[str]) -> str:
    """The name of which a word is a form: "quillans", "martinezes"; "" if of none."""
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), word.replace("-", ""))
    return next((form for form in forms if form in names and (form == word or len(form) > SHORTEST)), "")


def _pieces(token: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The stretches of a word that may be a name, the longest first: all of it, its halves, what a lost space glued."""
    yield token.span()
    for part in re.finditer(r"[^-‐–\s]+", token.group()):
        at = token.start() + part.start()
        humps = [(at + m.start(), at + m.end()) for m in _HUMP.finditer(part.group())]
        if len(humps) > _MOST_HUMPS:
            yield at, at + len(part.group())
        for size in range(min(len(humps), _MOST_HUMPS), 0, -1):
            for i in range(len(humps) - size + 1):
                yield humps[i][0], humps[i + size - 1][1]
