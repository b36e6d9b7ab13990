"""Names that stand alone: behind a word for a human being, or a surname that the text has named elsewhere.

What comes in: a cleaned text with the mentions that show by themselves. What goes out: those and more, sorted, not
overlapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from caselight.protect.cleaned import fold
from caselight.protect.mentions import (
    BIG,
    CAPITALS,
    LIKE,
    NAME,
    NO_LETTER,
    SENTENCE,
    SMALL,
    SMALL_WORD,
    SMALLS,
    SON,
    SUFFIX,
    SURNAME_FIRST,
    TWOFOLD,
    WORD,
    Mention,
    apart,
    nominal,
    trim,
)
from caselight.protect.roles import Knowledge, Role
from caselight.protect.surnames import agree, grammemes, same_case, stems_of_word

# Beside a surname that is known already, a single initial is enough.
_INITIALS_BEHIND = re.compile(
    rf"\s{{0,3}}(?P<first>{BIG})\s?\.{TWOFOLD}(?:\s?(?P<second>{BIG})\s?\.{TWOFOLD})?"
    rf"(?:[оку]\.|\s{SON}{NO_LETTER})?(?!\s?{BIG}{SMALL}+\s+{BIG}\.)"
)
_INITIALS_BEFORE = re.compile(
    rf"(?<![{CAPITALS}{SMALLS}])(?P<first>{BIG})\.{TWOFOLD}\s?(?:(?P<second>{BIG})\.{TWOFOLD}\s?)?$"
)
_NAME_BEHIND = re.compile(rf"[ \t]({NAME}){NO_LETTER}")
_NAME_BEFORE = re.compile(rf"(?<![{CAPITALS}{SMALLS}])({NAME})[ \t]$")
_CALLED = re.compile(
    rf"[«\"“]\s*(?P<quoted>[^»\"”\n<*.\s][^»\"”\n]{{1,40}})[»\"”]"
    rf"|(?P<plain>{NAME}(?: {NAME}){{0,2}}|[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){{1,2}}){NO_LETTER}"
)
Free = Callable[[int, int], bool]
# A part of a field, and one that holds a name alone, perhaps behind small words: "по ордеру Шуб", "Ten Irina".
_PART = re.compile(r"[^;:,()\n]+")
_ALL_NAME = re.compile(
    rf"\s*(?:{SMALL}+\s){{0,2}}(?:ИП\s)?"
    rf"(?P<name>(?:{NAME}(?:\s{NAME}){{0,2}}|[A-Z][a-z]+(?:\s[A-Z][a-z]+){{1,2}})(?:\s{BIG}\.){{0,2}})\s*"
)
_ABBREVIATION = 5  # letters of a word in capitals that is hardly a name
_BEARER = 40  # characters before a name in which the word for a human being stands
_DESCRIBES = re.compile(r"[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую|ое|ие|их|ими)$")


def bare(text: str, known_stems: frozenset[str], taken: Sequence[Mention]) -> list[Mention]:
    """The words outside `taken` that are a form of a known surname, with the initials or first name beside them."""
    free = free_of(taken)
    more = [widened(text, m, free) for m in WORD.finditer(text) if _bears_one(m.group(), known_stems)]
    return apart([*taken, *more, *_written_small(text, known_stems)])


def _bears_one(word: str, known_stems: frozenset[str]) -> bool:
    """Whether a word, or a half of it ("Скоробеев-Сервис"), is a form of a known surname."""
    parts = [word, *(part for part in word.split("-") if len(part) > LIKE)] if "-" in word else [word]
    return any(not known_stems.isdisjoint(stems_of_word(part)) for part in parts)


def free_of(taken: Sequence[Mention]) -> Free:
    """Whether a stretch touches none of these."""
    covered = {i for m in taken for i in range(m.start, m.end)}
    return lambda start, end: covered.isdisjoint(range(start, end))


def widened(text: str, m: re.Match[str], free: Free, how: str = "bare") -> Mention:
    """A surname with the initials or the first name beside it: "Гвоздь Е.Р.", "М. Сковородько", "Варя Блоха"."""
    start, end, initials = m.start(), m.end(), ""
    if (i := _INITIALS_BEHIND.match(text, end)) and free(end, i.end()):
        end, initials = trim(text, i.end()), i["first"] + (i["second"] or "")
    elif (i := _INITIALS_BEFORE.search(text, max(0, start - 12), start)) and free(i.start(), start):
        start, initials = i.start(), i["first"] + (i["second"] or "")
    elif (i := _NAME_BEHIND.match(text, end)) and _first_name(i[1]) and free(end, i.end()):
        end, initials = i.end(), i[1][0]
    elif (i := _NAME_BEFORE.search(text, max(0, start - 20), start)) and _first_name(i[1]) and free(i.start(), start):
        start, initials = i.start(), i[1][0]
    return Mention(start, end, m.group(), initials, how)


def _first_name(word: str) -> bool:
    return len(word) > 2 and "Name" in grammemes(word)[1]


def _written_small(text: str, known_stems: frozenset[str]) -> Iterator[Mention]:
    """Known surnames that somebody typed without a capital: "задержан скоробеев"."""
    for m in SMALL_WORD.finditer(text):
        if m.group() in known_stems and _no_other_word(m.group()):
            yield Mention(m.start(), m.end(), m.group(), "", "bare")


def _no_other_word(word: str) -> bool:
    """Whether a word in small letters can be nothing but a surname."""
    in_dictionary, _, always = grammemes(word)
    return len(word) > LIKE and (not in_dictionary or "Surn" in always)


def led(text: str, known: Knowledge, role_of: Callable[[str, int], Role], taken: Sequence[Mention]) -> list[Mention]:
    """Names that stand alone behind a role ("свидетель Иванов"), and words that can be nothing but a surname."""
    free = free_of(taken)
    more = []
    for m in WORD.finditer(text):
        word = m.group()
        if fold(word) in known.not_surnames or len(word) < 3 or not free(m.start(), m.end()):
            continue
        if _bearer(text, m, known) or (not word.isupper() and not quoted(text, m) and _alone(text, m, role_of)):
            more.append(widened(text, m, free, "role"))
    return apart([*taken, *more])


def in_field(text: str, start: int, end: int, known: Knowledge) -> Iterator[Mention]:
    """The names in a field of parties, between two offsets, whatever the dictionary says of them."""
    for m in SURNAME_FIRST.finditer(text, start, end):
        if fold(m["surname"]) not in known.not_surnames:
            yield Mention(m.start(), trim(text, m.end()), m["surname"], m["first"] + (m["second"] or ""), "initials")
    for part in _PART.finditer(text, start, end):
        whole = _ALL_NAME.fullmatch(text, *part.span())
        if whole and _is_nobody_else(whole["name"], known):
            yield Mention(*whole.span("name"), whole["name"].split()[0], "", "initials")


def _is_nobody_else(words: str, known: Knowledge) -> bool:
    """Whether one to three words with a capital that fill a field are a name: "Шуб", "Ten Irina", not "Прокурор"."""
    for word in words.split():
        if fold(word) in known.not_surnames or (known.no_persons and known.no_persons.match(fold(word))):
            return False
        if grammemes(word)[1] & {"Orgn", "Abbr"} or any(role.fullmatch(word) for _, role in known.roles):
            return False
    return all(len(word) > _ABBREVIATION or not word.isupper() for word in words.split())


def called(text: str, known: Knowledge) -> Iterator[Mention]:
    """Names behind "звали", "под именем", "представился": first names and nicknames too."""
    for m in known.called.finditer(text) if known.called else ():
        if name := _CALLED.match(text, m.end()):
            start, end = name.span("quoted" if name["quoted"] else "plain")
            if fold(text[start:end]) not in known.not_surnames and not (known.wiped and known.wiped.match(text, start)):
                yield Mention(start, end, text[start:end].rsplit(maxsplit=1)[-1], "", "called")


def _alone(text: str, m: re.Match[str], role_of: Callable[[str, int], Role]) -> bool:
    """Whether a word is a surname by the dictionary, or by it and a role before."""
    in_dictionary, some, always = grammemes(m.group())
    sure = (not always.isdisjoint({"Surn", "Name"}) and in_dictionary and "Geox" not in some) or (
        not in_dictionary and "Surn" in some and bool(SUFFIX.search(fold(m.group()))) and len(m.group()) > 4
    )
    named = "Surn" in some or "Name" in some or not in_dictionary
    if in_dictionary and ("Geox" in some or describes(text, m)):
        return False
    begins = _begins(text, m.start())
    if sure and not (begins and in_dictionary):
        return True
    return named and not begins and role_of(text, m.start()) is not Role.UNKNOWN


def _bearer(text: str, m: re.Match[str], known: Knowledge) -> bool:
    """Whether a word stands behind one for a human being, in its case: "потерпевший Холодец", "соседке Коробке"."""
    led = known.bearers and known.bearers.search(text, max(0, m.start() - _BEARER), m.start())
    in_dictionary, some, _ = grammemes(m.group())
    if not led or not nominal(m.group()) or led.group().isupper() != m.group().isupper():
        return False
    if in_dictionary and some & {"Geox", "Orgn", "Abbr"}:
        return False
    if (
        "ADJF" in some
    ):  # "свидетеля Центральной больницы", "гражданина Российской Федерации", but "бухгалтер Дорогая Зоя"
        behind = re.match(rf"[ \n]([{CAPITALS}{SMALLS}]{{3,}})", text[m.end() : m.end() + 40])
        if behind and agree(m.group(), behind[1]) and not grammemes(behind[1])[1] & {"Name", "Surn"}:
            return False
    elif not in_dictionary or SUFFIX.search(fold(m.group())):
        return True
    if _INITIALS_BEHIND.match(text, m.end()):
        return True
    noun = re.findall(rf"{SMALL}{{3,}}", fold(led.group()))
    return bool(noun and "\n" not in led.group() and same_case(noun[-1], m.group()))


def _begins(text: str, at: int) -> bool:
    """Whether a sentence, a line or a quotation begins here."""
    return bool(SENTENCE.search(text[max(0, at - 4) : at]))


def describes(text: str, m: re.Match[str]) -> bool:
    """Whether the word describes the noun behind it: "на Московском метрополитене", not "Чайковский пояснил"."""
    behind = re.match(r" ([а-яё]{3,})", text[m.end() : m.end() + 40])
    return bool(behind and _DESCRIBES.search(fold(m.group())) and agree(m.group(), behind[1]))


def quoted(text: str, m: re.Match[str]) -> bool:
    """Whether the word is (part of) a title between quotation marks: a firm, a party, a newspaper."""
    before = text[max(0, m.start() - 60) : m.start()]
    opened = max(before.rfind("«"), before.rfind('"'), before.rfind("“"))
    return opened > before.rfind("»") and "\n" not in before[opened:]
