"""Persons whose name the court has wiped by half: "Н-ва Е.Л.", "С***в", "...ой К.М.", "К.", "Ч.Г.Ю.".

Half a name, a court and a date lead to one person, and its letters tell the sex. What is wiped wholly (`фио`, `****`)
stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from caselight.protect.alone import Free, free_of
from caselight.protect.cleaned import fold
from caselight.protect.mentions import (
    CAPITALS,
    LIKE,
    NAME,
    PATRONYMIC,
    SENTENCE,
    SMALLS,
    SUFFIX,
    Mention,
    small_words,
)
from caselight.protect.roles import Knowledge
from caselight.protect.surnames import grammemes

_BIG, _SMALL = f"[{CAPITALS}]", f"[{SMALLS}]"
_INITIALS = rf"(?:\s{{0,3}}(?P<first>{_BIG})\.(?:\s?(?P<second>{_BIG})\.)?)?"
# "Н-ва", "Ив-ов", "С***в", "Н…", "И__"; not "Ту-154", "Нью-Йорк", "Санкт-".
_CUT = re.compile(
    rf"(?<![\w.*-])(?P<head>{_BIG}{_SMALL}{{0,2}})(?:(?:[-–—]|\.{{2,}}|[*…_]+)(?P<tail>{_SMALL}{{1,4}})|(?:[*…]+|_{{2,}}))(?![\w*-])"
    + _INITIALS
)
# "...ой К.М.", "...ва Петра Сергеевича": only the ending is left; initials or first names say that it is one.
_ENDING = re.compile(
    rf"(?<!\w)(?:(?<!\.)\.{{2,}}|…|(?<!\*)\*{{2,}})(?P<tail>{_SMALL}{{1,4}}) (?P<first>{_BIG})"
    rf"(?:\.\s?(?:(?P<second>{_BIG})\.)?|{_SMALL}+\s{PATRONYMIC}(?!{_SMALL}))"
)
_CASE = re.compile("(?:ой|ою|ого|ому|ым|ыми|ых|ом|ем|им|ый|ий|ая|ую|[аыуеиоюяй])$")
# "Я-то", "Из-за", "Ну-ка" and "Кое-кто" are words.
_WORDS = re.compile(r"(?:.+-(?:то|за|под|с|де)|(?:ну|на)-ка|ко[ей]-.+|[а-яё]-[яй])$")
_SEVERAL = re.compile(
    rf"(?:(?<![\w.-])|(?<=гр\.)|(?<=ФИО\d))(?P<all>{_BIG}\.\s?(?:-\s?{_BIG}\.\s?)?{_BIG}\.(?:\s?{_BIG}\.|{_BIG}(?=[\s,;)]))?)"
    r"\d{0,2}(?![\w-])"
)
# What a number is that stands behind a person and numbers no thing: "К. 5 мая ушел", "К. 2 раза", not "п. К. 5".
_COUNTS = (
    r"\d+(?:\.\d\d?\.\d"
    r"|\s(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|раз|лет|год|руб|час|мин|дн|сут|человек))"
)
# One letter names somebody behind a word for a human being or for what somebody said, and in the same matter again.
_ONE = re.compile(rf"(?<![\w.-])(?P<all>{_BIG})\.(?!\s?(?:{_BIG}\.|(?!{_COUNTS})\d))(?![\w-])")
# "Ковшов Ц.", "Шуб, Т.": the word before the letter, which is the surname or says who it is: "Гражданин К.".
_WORD_BEFORE = re.compile(rf"(?<![\w-])(?P<name>{NAME}),?\s{{1,2}}$")
# "свидетели Рус. и Кар.": the first letters of a surname.
_HEAD = re.compile(rf"(?<![\w.-])(?P<all>{_BIG}{_SMALL}{{1,3}})\.(?![\w-])")
_LIST = re.compile(rf"(?:(?<![\w.]){_BIG}{_SMALL}{{0,3}}\.(?:\s?,\s?|\s?и\s))+$")
_SEVERAL_LETTERS = re.compile(rf"(?<![\w.-])(?:{_BIG}\.(?:,\s?|\sи\s|,\sи\s))+{_BIG}\.(?!\s?(?:{_BIG}|\d))(?![\w-])")
_IN_A_SENTENCE = re.compile(
    rf"(?:{_SMALL}{{2,}}|[,(>»])\s{{1,2}}$|\s(?:[кусиоа]|от|со|за|на|не|он|что|как)\s$|{_SMALL} \($|[–—-] $"
)
_BEGINS = re.compile(r"(?:^|[.!?»]\s+|\n\s*)$")
_PREDICATE = re.compile(
    rf"(?:\sв\sсуд[а-яё]*(?:\sзаседани[еи])?|\s(?:не|также|ранее|сам|сама|лично|ему|ей|им|с|в))*\s({_SMALL}{{3,}})"
)
_WITH = re.compile(r"(?<![а-яё])(?:ИП|от|у|к|для|вместе\sс|совместно\sс|помимо|кроме|что|гр\.)\s?$", re.IGNORECASE)
# Letters that begin the name of a street or number a thing: "ул. К. Маркса", "имени М. Горького", "лит. А."
_OF_A_THING = re.compile(
    r"(?<![а-яё])(?:(?:ул|пл|пр|пр-т|пер|г|гор|им|лит|д|корп|стр|ч|ст|п|пп|ООО)\.?|имени|памятник[а-яё]*|улиц[а-яё]*|"
    r"площад[а-яё]*|литер[а-яё]*|дом[а-яё]{0,2}|подъезд[а-яё]*|групп[а-яё]*|категори[а-яё]*|сери[ия]|форм[а-яё]{1,2})\s?$"
)
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


def initials_alone(text: str, known: Knowledge, letters: frozenset[str], taken: Sequence[Mention]) -> Iterator[Mention]:
    """Initials that belong to no surname in the text, and single ones with a surname that no other sign has shown.

    Args:
        letters: single initials by which somebody is named in this matter, as `single_letters` finds them.
        taken: the mentions of the text.
    """
    free = free_of(taken)
    for m in _SEVERAL.finditer(text):
        initials = "".join(c for c in m["all"] if c.isalpha())
        if fold(initials) not in known.not_surnames:
            yield Mention(m.start(), m.end(), "", initials, "half")
    for m in _ONE.finditer(text):
        if m["all"] in letters and _stands_for_somebody(text, m):
            before = _surname_before(text, m, known, free)
            surname, start = (before["name"], before.start()) if before else ("", m.start())
            yield Mention(start, m.end(), surname, m["all"], "half")


def _surname_before(text: str, m: re.Match[str], known: Knowledge, free: Free) -> re.Match[str] | None:
    """The surname right before a letter: "Ковшов Ц.", "Шуб, Т."; not "Гражданин К.", "Вчера К.", "В Омске К."."""
    before = _WORD_BEFORE.search(text, max(0, m.start() - _BEFORE), m.start())
    if not before or not free(*before.span()) or _is_no_surname(before["name"], known):
        return None
    in_dictionary, some, _ = grammemes(before["name"])
    if not in_dictionary or some & {"Surn", "Name", "Patr"}:
        return before
    if "NOUN" not in some and SUFFIX.search(fold(before["name"])):  # the dictionary takes "Ковшов" for an adjective
        return before
    if known.bearers and known.bearers.search(text, max(0, before.start() - _BEFORE), before.start()):
        return before
    begins = SENTENCE.search(text, max(0, before.start() - 4), before.start())
    ordinary = fold(before["name"])[:LIKE] in small_words(text) or (begins and "anim" not in some)
    return before if "NOUN" in some and not ordinary else None


def _is_no_surname(word: str, known: Knowledge) -> bool:
    """Whether a word before a letter is a place, an office or a word of law, or says who somebody is."""
    if fold(word) in known.not_surnames or (known.no_persons and known.no_persons.match(fold(word))):
        return True
    if any(pattern.match(word) for _, pattern in known.roles) or (known.bearers and known.bearers.search(f"{word} ")):
        return True
    some = grammemes(word)[1]
    return bool(some & {"Geox", "Orgn", "Abbr"}) and "Surn" not in some


def heads(texts: Sequence[str], known: Knowledge) -> frozenset[str]:
    """The beginnings of surnames by which somebody is named: "свидетели Рус. и Кар."."""
    if not known.bearers:
        return frozenset()
    found = {m["all"] for t in texts for m in _HEAD.finditer(t) if known.bearers.search(_before(t, m))}
    return frozenset(head for head in found if fold(head) not in known.not_surnames)


def headed(text: str, beginnings: frozenset[str]) -> Iterator[Mention]:
    """Every place where one of them stands with its stop."""
    for m in _HEAD.finditer(text) if beginnings else ():
        if m["all"] in beginnings:
            yield Mention(m.start(), m.end(), f"{m['all']}{_REST}", "", "half")


def _stands_for_somebody(text: str, m: re.Match[str]) -> bool:
    """Whether a letter by which somebody is named is no part of a place's name here."""
    before = _before(text, m)
    if _OF_A_THING.search(before):
        return False
    if _WITH.search(before):
        return True
    behind = re.match(rf"\s({_BIG}{_SMALL}+)", text[m.end() : m.end() + 30])
    if behind and _may_be_a_name(behind[1]):
        return False
    return bool(_IN_A_SENTENCE.search(before)) or bool(
        _BEGINS.search(before) and re.match(rf"(?:,|\sи)?\s(?:{_SMALL}|\d)", text[m.end() : m.end() + 5])
    )


def _before(text: str, m: re.Match[str]) -> str:
    """What stands before a letter, and before the letters that are listed with it."""
    return _LIST.sub("", text[max(0, m.start() - _BEFORE) : m.start()])


def single_letters(texts: Sequence[str], known: Knowledge) -> frozenset[str]:
    """The letters that name somebody: "потерпевшая К. пояснила", "вместе с К. и П.", "он (П.) позвонил", "К.Ю.А."."""
    leads = [pattern for pattern in (known.bearers, known.said, _WITH) if pattern]
    found = {m["all"] for text in texts for m in _ONE.finditer(text) if _names_somebody(text, m, leads)}
    for text in texts:
        found |= {m["all"][0] for m in _SEVERAL.finditer(text) if m["all"].count(".") > 2}
        for m in _SEVERAL_LETTERS.finditer(text):
            if not _OF_A_THING.search(text[max(0, m.start() - _BEFORE) : m.start()]):
                found |= set(re.findall(_BIG, m.group()))
    return frozenset(found)


def _names_somebody(text: str, m: re.Match[str], leads: Sequence[re.Pattern[str]]) -> bool:
    """Whether a letter stands behind a word for a human being, in brackets, or says or does something."""
    before = _before(text, m)
    if any(pattern.search(before) for pattern in leads):
        return True
    if _OF_A_THING.search(before) or not (_IN_A_SENTENCE.search(before) or _BEGINS.search(before)):
        return False
    said = _PREDICATE.match(text, m.end())
    return (before.endswith("(") and text[m.end() : m.end() + 1] == ")") or bool(said and _past(said[1]))


def _may_be_a_name(word: str) -> bool:
    """Whether a word behind a letter may belong to it: "М. Кошевого", not "там был К. Именно он"."""
    in_dictionary, some, _ = grammemes(word)
    return not in_dictionary or bool(some & {"Surn", "Name", "Geox"})


def _past(word: str) -> bool:
    """Whether a word tells what somebody did: "показал", "согласна", "находилась"."""
    in_dictionary, _, always = grammemes(word)
    return in_dictionary and "VERB" in always
