"""Every place of a Russian text where a person is named: surname with initials, full name, a name behind a role.

What comes in: a cleaned text. What goes out: mentions, sorted, not overlapping. Names that stand bare elsewhere are
found afterwards, by the surnames that are known then (alone.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from caselight.protect.cleaned import fold
from caselight.protect.roles import Knowledge, Role
from caselight.protect.surnames import grammemes

LIKE = 5  # letters that two forms of one word share
# Letters of Russian and of names from its neighbours, such as Гөлнара, Ґонта, Қасым.
CAPITALS, SMALLS = "А-ЯЁЄІЇҐЎӘҒҖҢӨҮҺҚҰ", "а-яёєіїґўәғҗңөүһқұ"
BIG, SMALL, NO_LETTER = f"[{CAPITALS}]", f"[{SMALLS}]", f"(?![{CAPITALS}{SMALLS}])"
SMALL_WORD = re.compile(f"(?<![{CAPITALS}{SMALLS}]){SMALL}{{3,}}")
_DOUBLE = rf"(?:\s?[-–]\s?{BIG}"
# "Иванов", "Иванов-Петров", "О'Коннор", "ИВАНОВ", "Сеймчан-старший".
CAPITAL = rf"(?:[ОД]['’])?{BIG}{SMALL}+(?:{_DOUBLE}{SMALL}+)|-(?:старш|младш|заде){SMALL}*)?"
_UPPER = rf"{BIG}{{2,}}{_DOUBLE}{BIG}+)?"
NAME = rf"(?:{CAPITAL}|{_UPPER})"
_GAP = r"[ \t]*(?:\n[ \t]*)?"
SON = r"(?:оглы|кызы|улы|гызы|уули|угли|кизи|огли|уулу)"
# "Д.-Х.Б." has a first name of two parts, "Э.В.о." and "Э.В. оглы" end with the word for son or daughter.
TWOFOLD = rf"(?:\s?-\s?{BIG}\.)?"
_INITIALS = (
    rf"(?P<first>{BIG}){SMALL}?\s?[.,]{TWOFOLD}{_GAP}(?:(?P<second>{BIG}){SMALL}?{NO_LETTER}\s?\.?{TWOFOLD})?"
    rf"(?:(?<=\.)[оку]\.|\s{SON}{NO_LETTER})?"
)
# A word begins here; also where a space was forgotten: "свидетелиИванов И.И.".
_EDGE = f"(?:(?<![{CAPITALS}{SMALLS}])|(?<={SMALL})(?={BIG}))"
SURNAME_FIRST = re.compile(rf"{_EDGE}(?P<surname>{NAME})(?P<gap>\s{{1,3}}|(?<={SMALL})){_INITIALS}")
_INITIALS_FIRST = re.compile(
    rf"{_EDGE}(?P<first>{BIG}){SMALL}?\s?\.{TWOFOLD}{_GAP}"
    rf"(?:(?P<second>{BIG}){SMALL}?\s?(?:\.|(?=\s)){_GAP})?(?P<surname>{NAME}){NO_LETTER}"
)
_JOINED = re.compile(rf"{_EDGE}(?P<surname>{CAPITAL})\s(?P<first>{BIG})(?P<second>{BIG}){NO_LETTER}")
_PATRONYMIC = (
    r"(?:(?:[А-ЯЁ][а-яё]+-)?[А-ЯЁ][а-яё]+(?:[оеь]вич|[а-яё]ич)(?:а|у|ем|е)?|(?:[А-ЯЁ][а-яё]+-)?[А-ЯЁ][а-яё]+(?:[оеь]вн|[а-яё]чн)(?:а|ы|е|у|ой|ою)"
    r"|[А-ЯЁ]+(?:[ОЕЬ]ВИЧ|ИЧ)(?:А|У|ЕМ|Е)?|[А-ЯЁ]+(?:[ОЕЬ]ВН|ИЧН)(?:А|Ы|Е|У|ОЙ|ОЮ)"
    rf"|{BIG}{SMALL}+[ -](?i:{SON}){NO_LETTER})"
)
_FULL = re.compile(
    rf"{_EDGE}(?:(?P<before>{NAME})\s{{1,3}})?(?P<name>{NAME})\s{{1,3}}(?P<patronymic>{_PATRONYMIC}){NO_LETTER}"
    rf"(?:[ \t]{{1,2}}(?P<after>{NAME}){NO_LETTER}(?:(?!\.)|(?<={BIG}{{4}})|(?<={SMALL}{{4}})))?"
)
# "Жумабек уулу Нурлан": whose son somebody is comes first, and stands for the surname.
_SON_OF = re.compile(rf"{_EDGE}(?P<surname>{CAPITAL})[ -](?i:{SON}){NO_LETTER}(?:[ \t](?P<name>{CAPITAL}){NO_LETTER})?")
# "Ван дер Берг", "де Сильва", "фон Штейн А.К.", "аль-Масри".
_PARTICLE = (
    r"(?:[Вв]ан (?:дер |ден |де )?|[Фф]он (?:дер )?|[Дд]е (?:ла )?|[Дд]ель |[Дд]и |[Ии]бн |(?:[Аа]ль|[Ээ]ль|[Тт]ер)-)"
)
_PARTICLED = re.compile(
    rf"{_EDGE}{_PARTICLE}(?P<surname>{CAPITAL}){NO_LETTER}"
    rf"(?:[ \t]{{1,2}}(?:{_INITIALS}|(?P<name>{CAPITAL}){NO_LETTER}))?"
)
# "Нгуен Ван Тхань", "Кон Чер Ир": three short words, none of them with an ending of ours.
_SHORT = rf"{BIG}{SMALL}{{1,5}}{NO_LETTER}"
_SYLLABLES = re.compile(rf"{_EDGE}(?P<surname>{_SHORT}) {_SHORT} {_SHORT}")

# The second word only looked at, so that it may be the first of the next pair: "Свободу Ивану Петрову".
_TWO = re.compile(rf"{_EDGE}(?P<one>{CAPITAL}){NO_LETTER}(?=\s{{1,2}}(?P<two>{CAPITAL}){NO_LETTER})")
_TOWN = re.compile(r"(?<![а-яё])(?:г\.|гор\.|город[а-яё]*)\s*$")
WORD = re.compile(rf"{_EDGE}{NAME}{NO_LETTER}")
SENTENCE = re.compile(r"(?:[.!?;]\s+|\n\s*|^\s*|[«\"(]\s*|:\s*|-\s+)$")
# Ends of words that are surnames when no dictionary has the word.
SUFFIX = re.compile(
    r"(?:[оеё]в(?:а|у|ым|е|ой|ых|ыми)?|[иы]н(?:а|у|ым|е|ой|ых)?|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую)|енко|[уюия]к(?:а|у|ом)?|"
    r"[ая]н(?:а|у|ом|е)?|швили|дзе|[её]нок|чук(?:а|у|ом)?)$"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a person is named; offsets in the cleaned text."""

    start: int
    end: int
    surname: str  # as it stands there, "" = none
    initials: str  # "ИП", "И", "" = none
    how: str  # initials | full | two | role | bare | first | called | half | listed | opinion: by what it was found
    role: Role = Role.UNKNOWN


def found(text: str, known: Knowledge) -> list[Mention]:
    """The mentions that show by themselves: with initials, with a patronymic, first name and surname."""
    searches = (_full, _son_of, _syllables, _particled, _initials_first, _surname_first, _joined, _two)
    return apart(m for search in searches for m in search(text, known))


def apart(found: Iterable[Mention]) -> list[Mention]:
    """The mentions sorted, without those that overlap with one given before them."""
    taken: list[Mention] = []
    covered = bytearray()
    for m in found:
        if not any(covered[m.start : m.end]):
            taken.append(m)
            if m.end > len(covered):
                covered.extend(bytes(m.end - len(covered)))
            covered[m.start : m.end] = b"\1" * (m.end - m.start)
    return sorted(taken, key=lambda m: m.start)


def _surname(word: str, known: Knowledge) -> bool:
    """Whether a word beside initials may be a surname."""
    folded = fold(word)
    if folded in known.not_surnames or len(folded) < 2:
        return False
    if SUFFIX.search(folded):
        return True
    return "Surn" in grammemes(folded)[1] or nominal(folded)


def _surname_first(text: str, known: Knowledge) -> Iterator[Mention]:
    for m in SURNAME_FIRST.finditer(text):
        single = m["second"] is None
        if not _surname(m["surname"], known) or (single and not _single(text, m)):
            continue
        if "Geox" in grammemes(m["surname"])[2] and _TOWN.search(text, max(0, m.start() - 10), m.start()):
            continue  # "мэр г. Омска А.А.": the court cut the surname off
        # "Доводы А.А. отклонены": the court cut the surname off; an ordinary word only begins the sentence.
        starts = re.search(r"(?:^|[.!?;]\s+|\n\s*)$", text[max(0, m.start() - 4) : m.start()])
        if starts and _ordinary(m["surname"]) and not SUFFIX.search(fold(m["surname"])):
            continue
        yield Mention(m.start(), trim(text, m.end()), m["surname"], m["first"] + (m["second"] or ""), "initials")


def trim(text: str, end: int) -> int:
    """The end without spaces."""
    while text[end - 1].isspace():
        end -= 1
    return end


def _single(text: str, m: re.Match[str]) -> bool:
    """Whether one initial is one: "Неранова М." but not "Тверская Д. 5", and the word can be nothing but a name."""
    in_dictionary, some, _ = grammemes(m["surname"])
    behind = text[m.end() : m.end() + 3].lstrip()
    if "\n" in text[m.start() : m.end()] or m["gap"] == "" or behind[:1].isdigit():
        return False
    return "Surn" in some or (not in_dictionary and bool(SUFFIX.search(fold(m["surname"]))))


def _initials_first(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "И.И. Иванов", unless the initials belong to the name before them: "Иванов И.И. Петров"."""
    small = {fold(word)[:LIKE] for word in SMALL_WORD.findall(text)}
    for m in _INITIALS_FIRST.finditer(text):
        before = re.search(rf"({NAME})\s{{0,3}}$", text[max(0, m.start() - 40) : m.start()])
        if before and _surname(before[1], known) and not _ordinary(before[1]):
            continue
        if m["second"] is None and (_ordinary(m["surname"]) or not SUFFIX.search(fold(m["surname"]))):
            continue
        if not _surname(m["surname"], known) or _next_sentence(text, m):
            continue
        rare = fold(m["surname"])[:LIKE] not in small
        if not _ordinary(m["surname"]) or (rare and _is_name_here(text, m, before[1] if before else "", known)):
            yield Mention(m.start(), m.end(), m["surname"], m["first"] + (m["second"] or ""), "initials")


def _is_name_here(text: str, m: re.Match[str], before: str, known: Knowledge) -> bool:
    """Whether an ordinary word behind initials is a name: behind a town or a role, or before a comma.

    Elsewhere the court has cut off the surname before the initials, and the word begins the next sentence.
    """
    if before and "Geox" in grammemes(before)[1]:
        return True
    window = text[max(0, m.start() - 60) : m.start()].rstrip()
    led = any(r.end() == len(window) for _, pattern in known.roles for r in pattern.finditer(window))
    word_before = re.search(r"[а-яё]{4,}$", window)
    return led or bool(word_before and re.match(r"\s*[,;)]", text[m.end() : m.end() + 3]))


def _next_sentence(text: str, m: re.Match[str]) -> bool:
    """Whether a line break stands between initials and the word: then the word begins something else."""
    return "\n" in text[m.start() : m.start("surname")]


def _ordinary(word: str) -> bool:
    """Whether the dictionary has the word and no reading of it is a name."""
    in_dictionary, some, _ = grammemes(word)
    return in_dictionary and not some & {"Surn", "Name", "Patr"}


def _joined(text: str, _: Knowledge) -> Iterator[Mention]:
    """ "Иванову АА": initials without stops, only behind a word that can be nothing but a name."""
    for m in _JOINED.finditer(text):
        some = grammemes(m["surname"])[1]
        if "Surn" in some and SUFFIX.search(fold(m["surname"])) and m["first"] + m["second"] not in ("РФ", "РБ", "РТ"):
            yield Mention(m.start(), m.end(), m["surname"], m["first"] + m["second"], "initials")


def _full(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Иванов Иван Иванович", "Иван Иванович Иванов", "Иван Иванович"."""
    for m in _FULL.finditer(text):
        before, after = m["before"], m["after"]
        if fold(m["name"]) in known.not_surnames or _only_a_place(m["name"]):
            continue
        first = before if before and _surname(before, known) and not _starts(text, m.start("name")) else None
        last = after if not first and after and _surname(after, known) and nominal(after) else None
        start = m.start("before") if first else m.start("name")
        end = m.end("after") if last else m.end("patronymic")
        yield Mention(start, end, first or last or "", m["name"][0] + m["patronymic"][0], "full")


def _only_a_place(word: str) -> bool:
    """Whether a word is a place that does not stand as a name does: "гражданин Киргизии Жумабек уулу"."""
    _, some, always = grammemes(word)
    return "Geox" in always and "nomn" not in some


def nominal(word: str) -> bool:
    """Whether the word may be a noun or an adjective, as every surname is."""
    in_dictionary, some, _ = grammemes(word)
    return not in_dictionary or bool(some & {"NOUN", "ADJF"})


def _son_of(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Жумабек уулу Нурлан"."""
    for m in _SON_OF.finditer(text):
        if fold(m["surname"]) not in known.not_surnames:
            yield Mention(m.start(), m.end(), m["surname"], (m["name"] or "")[:1], "full")


def _particled(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "фон Штейн А.К.", "Ван дер Берг Йоханнес", not "на фон Кремля"."""
    for m in _PARTICLED.finditer(text):
        if fold(m["surname"]) in known.not_surnames or "Geox" in grammemes(m["surname"])[1]:
            continue
        name = m["name"] if m["name"] and not _ordinary(m["name"]) else ""
        end = m.end("surname") if m["name"] and not name else trim(text, m.end())
        yield Mention(m.start(), end, m["surname"], name[:1] or (m["first"] or "") + (m["second"] or ""), "two")


def _syllables(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Нгуен Ван Тхань": of three short words one at least is in no dictionary, and none only the name of a place."""
    for m in _SYLLABLES.finditer(text):
        words = m.group().split(" ")
        marks = [grammemes(word) for word in words]
        strange = [word for word, (in_dictionary, _, _) in zip(words, marks, strict=True) if not in_dictionary]
        no_name = any(fold(word) in known.not_surnames for word in words)
        if strange and not no_name and not any(always & {"Geox", "Abbr", "Orgn"} for _, _, always in marks):
            yield Mention(m.start(), m.end(), m["surname"], words[1][0] + words[2][0], "full")


def _starts(text: str, at: int) -> bool:
    """Whether a new line or sentence begins right before this place."""
    gap = re.search(r"\s+$", text[max(0, at - 4) : at])
    return bool(gap and gap.group().count("\n") > 1)


def _two(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Анна Иванова", "Иванова Анна", "Ваня Кольцо"."""
    for m in _TWO.finditer(text):
        for name, surname in ((m["one"], m["two"]), (m["two"], m["one"])):
            _, some, always = grammemes(name)
            if "Name" not in some or fold(surname) in known.not_surnames or "Geox" in some:
                continue
            first = name == m["one"] or not SENTENCE.search(text[max(0, m.start() - 4) : m.start()])
            if _bears(surname, "Name" in always and first):
                yield Mention(m.start(), m.end("two"), surname, name[0], "two")
                break


def _bears(surname: str, surely: bool) -> bool:
    """Whether a word beside a first name is its bearer's surname; `surely`: the first name can be nothing else."""
    in_dictionary, some, always = grammemes(surname)
    if "Surn" in always or (not in_dictionary and (surely or SUFFIX.search(fold(surname)))):
        return True
    return surely and bool(some & {"NOUN", "ADJF"}) and not some & {"Geox", "Orgn", "Abbr"}
