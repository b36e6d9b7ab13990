"""References to articles of codes: "ч. 5 ст. 20.2 КоАП РФ" is read as code, article, part and points.

One reading from left to right over small tokens, because courts write the parts in any order and enumerate them:
"ст.20.2 ч.5", "частями 1 и 2 статьи 20.2", "ч. 3 ст. 30, п.п. «а», «б» ч. 2 ст. 158 УК РФ".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from caselight.structure.prefilter import Late

# A number with the gaps that line breaks and slips leave: "20.2", "20. 2", "6.1.1"; no day in "ст. 20.2 14.05.2022".
_NUMBER = r"\d{1,3}(?:\.\s?\d{1,3}(?!\d|\.\d{4})){0,2}"
_NUMBER_ENDS = r"(?:-(?:[а-яё]{1,2})(?![а-яё]))?"  # "5-й"
_LETTER = r"[«\"“']?[а-яё][»\"”']?(?![а-яё])"


class StatuteRules(NamedTuple):
    """What a pack calls an article, a part and a point, and its codes."""

    token: re.Pattern[str]  # one token; named groups code_<n>, article, part, point, number, ordinal, fronted, glue
    codes: tuple[str, ...]  # name of the code in group code_<n>
    begins: Late  # the first token of an enumeration: a code, an article, a part or a point
    single: re.Pattern[str]  # "ч. 5 ст. 20.2 КоАП РФ", "ст. 20.2 ч. 5 КоАП РФ": one article, as most rulings name it
    ordinals: Mapping[str, int]  # beginning of a word, small letters -> the number of a part or point that it tells


class Statute(NamedTuple):
    """One article; `code`, `part` and `point` are "" where none is named."""

    code: str
    article: str
    part: str
    point: str
    start: int
    end: int

    def __str__(self) -> str:
        part = f" ч.{self.part}" if self.part else ""
        point = f" п.{self.point}" if self.point else ""
        return f"{self.code} {self.article}{part}{point}".strip()


class _Reading:
    """What has been read so far, and the article that is being put together."""

    def __init__(self) -> None:
        self.done: list[Statute] = []
        self.article = ""
        self.parts: list[str] = []
        self.points: list[str] = []
        self.expects = ""  # what a bare number is: article | part | point
        self.follows = False  # parts stand after their article: "ст. 20.2 ч. 5"
        self.glued = False  # the token before was a comma or "и"
        self.start = self.end = -1

    def close(self) -> None:
        """Put down the article, one statute for each part named with it; parts without an article go on waiting."""
        if not self.article:
            return
        point = ",".join(self.points)
        for part in self.parts or [""]:
            self.done.append(Statute("", self.article, part, point, self.start, self.end))
        self.article, self.parts, self.points, self.follows, self.start = "", [], [], False, -1

    def finish(self) -> None:
        """Put down what is left; a part behind a comma belongs to the article before it: "ст. 20.2, ч. 5"."""
        self.close()
        if self.parts and self.done and not self.done[-1].part:
            self.done[-1] = self.done[-1]._replace(part=self.parts[0], end=self.end)
        self.parts, self.points, self.start = [], [], -1


def compile_statutes(
    words: Mapping[str, str], codes: Mapping[str, str], ordinals: Mapping[str, int], tried: bool
) -> StatuteRules:
    """Rules from a pack's patterns: `words` for article, part and point, `codes` by the code's name.

    `ordinals` are beginnings of words for numbers; what they may end with is the pattern `ordinal_ends` of `words`.
    `tried` says whether all of it is known to compile.
    """
    code = "|".join(f"(?P<code_{i}>{pattern})" for i, pattern in enumerate(codes.values()))
    # Its pieces are compiled as those of `token`; only what lists several people is looked through for it.
    begins = rf"\b(?:{'|'.join([*codes.values(), *(words[w] for w in ('article', 'part', 'point'))])})"
    word = rf"(?:{'|'.join(ordinals)}){words['ordinal_ends']}" if ordinals else r"(?!)"
    ordinal = rf"(?P<fronted>{word}|\d{{1,2}}-[а-яё]{{1,2}})(?=\s+(?:{words['part']}))\s+[а-яё.]+|(?P<ordinal>{word})"
    token = re.compile(
        rf"\s*(?:{code}|(?P<article>{words['article']})|(?P<part>{words['part']})|(?P<point>{words['point']})"
        rf"|{ordinal}|(?P<number>{_NUMBER}){_NUMBER_ENDS}|(?P<glue>[,;:.\-()\[\]/]|\b(?:{words['and']})\b)|(?P<letter>{_LETTER}))",
        re.IGNORECASE,
    )
    part, article, number = (rf"(?>\s*(?:{p}))" for p in (words["part"], words["article"], _NUMBER))
    named = rf"(?P<words>(?:{part}(?P<before>{number}))?{article}(?P<article>{number})(?:{part}(?P<after>{number}))?)"
    single = re.compile(rf"\s*{named}\s*(?:{code})" if codes else r"(?!)", re.IGNORECASE)
    return StatuteRules(token, tuple(codes), Late(partial(re.compile, begins), tried), single, ordinals)


def read_statutes(text: str, start: int, end: int, rules: StatuteRules) -> list[Statute]:
    """The articles enumerated from `start` on, as far as the enumeration goes.

    A code named once holds for all articles before it that have none ("ст. 158; ст. 161 УК РФ"), with a colon for
    those behind it ("УК РФ: ст. 158"); articles that no code reaches keep code "".
    """
    single = _read_single(text, start, end, rules)
    return [single] if single else _read(text, start, end, rules)[0]


def _read_single(text: str, start: int, end: int, rules: StatuteRules) -> Statute | None:
    """The article, where one is named in the most common form and no other follows; else None: read it slowly."""
    match = rules.single.match(text, start, end)
    if not match or (match["before"] and match["after"]):
        return None
    following = rules.token.match(text, match.end(), end)
    while following and following.lastgroup == "glue":
        following = rules.token.match(text, following.end(), end)
    if following and following.lastgroup not in ("letter", "number"):
        return None
    code = rules.codes[int((match.lastgroup or "")[5:])]
    article, part = match["article"], match["before"] or match["after"] or ""
    return Statute(code, "".join(article.split()), "".join(part.split()), "", match.start("words"), match.end())


def read_all_statutes(text: str, rules: StatuteRules) -> list[Statute]:
    """The articles of a whole text, whatever stands between the enumerations (names of the accused, in a card)."""
    found: list[Statute] = []
    begins = rules.begins.search(text)
    while begins:
        statutes, position = _read(text, begins.start(), len(text), rules)
        found += statutes
        begins = rules.begins.search(text, max(position, begins.end()))
    return found


def _read(text: str, start: int, end: int, rules: StatuteRules) -> tuple[list[Statute], int]:
    """The articles, and where the enumeration ended."""
    reading, position, coded, code, announces = _Reading(), start, 0, "", False
    while position < end:
        match = rules.token.match(text, position, end)
        if not match:
            break
        kind = match.lastgroup or ""
        if kind.startswith("code_"):
            reading.finish()
            code, announces = rules.codes[int(kind[5:])], False
            reading.done[coded:] = [s._replace(code=code) for s in reading.done[coded:]]
            if coded < len(reading.done):
                reading.done[-1] = reading.done[-1]._replace(end=match.end())
            coded, reading.expects = len(reading.done), ""
        elif kind in ("ordinal", "fronted"):
            if not _ordinal(reading, match, rules):
                break
        elif not _take(reading, kind, match):
            break
        announces = announces or (bool(code) and match[kind] == ":")
        reading.glued = kind == "glue"
        position = match.end()
    reading.finish()
    if announces:
        reading.done[coded:] = [s._replace(code=code) for s in reading.done[coded:]]
    return reading.done, position


def _take(reading: _Reading, kind: str, match: re.Match[str]) -> bool:
    """Take in one token that is no code; False where the enumeration has ended."""
    if kind == "glue":
        if match[kind].isalpha() and reading.expects == "point" and not reading.points:
            reading.points.append(match[kind].lower())  # "п. и": the tenth point, not "and"
            reading.end = match.end()
        if match[kind] in ";:[]":
            reading.finish()
        return True
    if kind == "number":
        return _number(reading, re.sub(r"\s", "", match[kind]), match)
    if kind == "letter":
        if reading.expects != "point":
            return False
        reading.points.append(match[kind].strip("«»\"“”'").lower())
        reading.end = match.end()
        return True
    _announce(reading, kind)
    if reading.start < 0:
        reading.start = match.start(kind)
    return True


def _ordinal(reading: _Reading, match: re.Match[str], rules: StatuteRules) -> bool:
    """Take in "пятой" behind "часть" or before it ("5-й"), which numbers a part or a point, never an article."""
    word = match[match.lastgroup or 0].lower()
    if match.lastgroup == "fronted":
        _announce(reading, "part")
    digits = word.partition("-")[0]
    told = (str(number) for beginning, number in rules.ordinals.items() if word.startswith(beginning))
    number = digits if digits.isdigit() else next(told)
    return reading.expects in ("part", "point") and _number(reading, number, match)


def _announce(reading: _Reading, kind: str) -> None:
    """An article, a part or a point is coming: does it belong to the article that is open?"""
    before = not reading.follows and bool(reading.parts or reading.points)  # "ч. 1 ст. 20.1" is complete
    second_part = kind == "part" and bool(reading.parts)
    if reading.article and (kind == "article" or before or second_part or reading.glued):
        reading.close()
    reading.follows = bool(reading.article)
    reading.expects = kind


def _number(reading: _Reading, number: str, match: re.Match[str]) -> bool:
    if reading.expects == "article":
        if reading.article:  # "ст. ст. 20.1, 20.2"
            if not reading.glued:
                return False
            reading.close()
        reading.article = number
    elif reading.expects == "part":
        reading.parts.append(number)
    elif reading.expects == "point":
        reading.points.append(number)
    else:
        return False
    if reading.start < 0:
        reading.start = match.start(match.lastgroup or 0)
    reading.end = match.end()
    return True
