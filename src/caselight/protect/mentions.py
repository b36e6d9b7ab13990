"""Every place of a Russian text where a person is named: surname with initials, full name, a name behind a role.

What comes in: a cleaned text. What goes out: mentions, sorted, not overlapping. Names that stand bare elsewhere are
found afterwards, by the surnames that are known then (`bare`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from caselight.protect.cleaned import fold
from caselight.protect.roles import Knowledge, Role
from caselight.protect.surnames import grammemes, stems_of_word

_LIKE = 5  # letters that two forms of one word share
_SMALL_WORD = re.compile("(?<![А-ЯЁа-яё])[а-яё]{3,}")
_SMALL, _DOUBLE = "[а-яё]", r"(?:\s?[-–]\s?[А-ЯЁ]"
# "Иванов", "Иванов-Петров", "ИВАНОВ", "д'Артаньян" is rare enough to be left to the list of the study.
_CAPITAL = rf"[А-ЯЁ]{_SMALL}+{_DOUBLE}{_SMALL}+)?"
_UPPER = rf"[А-ЯЁ]{{2,}}{_DOUBLE}[А-ЯЁ]+)?"
_NAME = rf"(?:{_CAPITAL}|{_UPPER})"
_GAP = r"[ \t]*(?:\n[ \t]*)?"
_INITIALS = rf"(?P<first>[А-ЯЁ])[а-яё]?\s?[.,]{_GAP}(?:(?P<second>[А-ЯЁ])[а-яё]?(?![А-ЯЁа-яё])\s?\.?)?"
# A word begins here; also where a space was forgotten: "свидетелиИванов И.И.".
_EDGE = "(?:(?<![А-ЯЁа-яё])|(?<=[а-яё])(?=[А-ЯЁ]))"
_SURNAME_FIRST = re.compile(rf"{_EDGE}(?P<surname>{_NAME})(?P<gap>\s{{0,3}}){_INITIALS}")
_INITIALS_FIRST = re.compile(
    rf"{_EDGE}(?P<first>[А-ЯЁ])[а-яё]?\s?\.{_GAP}(?:(?P<second>[А-ЯЁ])[а-яё]?\s?(?:\.|(?=\s)){_GAP})?(?P<surname>{_NAME})(?![А-ЯЁа-яё])"
)
_JOINED = re.compile(rf"{_EDGE}(?P<surname>{_CAPITAL})\s(?P<first>[А-ЯЁ])(?P<second>[А-ЯЁ])(?![А-ЯЁа-яё])")
_PATRONYMIC = (
    r"(?:[А-ЯЁ][а-яё]+(?:[оеь]вич|[а-яё]ич)(?:а|у|ем|е)?|[А-ЯЁ][а-яё]+(?:[оеь]вн|[а-яё]чн)(?:а|ы|е|у|ой|ою)"
    r"|[А-ЯЁ]+(?:[ОЕЬ]ВИЧ|ИЧ)(?:А|У|ЕМ|Е)?|[А-ЯЁ]+(?:[ОЕЬ]ВН|ИЧН)(?:А|Ы|Е|У|ОЙ|ОЮ)"
    r"|[А-ЯЁ][а-яё]+[ -](?:[Оо]глы|[Кк]ызы|[Уу]лы|[Гг]ызы|[Уу]ули|[Уу]гли|[Кк]изи|[Оо]гли|ОГЛЫ|КЫЗЫ))"
)
_FULL = re.compile(
    rf"{_EDGE}(?:(?P<before>{_NAME})\s{{1,3}})?(?P<name>{_NAME})\s{{1,3}}(?P<patronymic>{_PATRONYMIC})(?![А-ЯЁа-яё])"
    rf"(?:[ \t]{{1,2}}(?P<after>{_NAME})(?![А-ЯЁа-яё.]))?"
)
# The second word only looked at, so that it may be the first of the next pair: "Свободу Ивану Петрову".
_TWO = re.compile(rf"{_EDGE}(?P<one>{_CAPITAL})(?=\s{{1,2}}(?P<two>{_CAPITAL})(?![А-ЯЁа-яё]))(?![А-ЯЁа-яё])")
_WORD = re.compile(rf"{_EDGE}{_NAME}(?![А-ЯЁа-яё])")
_SENTENCE = re.compile(r"(?:[.!?;]\s+|\n\s*|^\s*|[«\"(]\s*|:\s*|-\s+)$")
# Ends of words that are surnames when no dictionary has the word.
_SUFFIX = re.compile(
    r"(?:[оеё]в(?:а|у|ым|е|ой|ых|ыми)?|[иы]н(?:а|у|ым|е|ой|ых)?|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую)|енко|[уюия]к(?:а|у|ом)?|"
    r"[ая]н(?:а|у|ом|е)?|швили|дзе|[её]нок|чук(?:а|у|ом)?)$"
)


_DESCRIBES = re.compile(r"[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую|ое|ие|их|ими)$")


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a person is named; offsets in the cleaned text."""

    start: int
    end: int
    surname: str  # as it stands there, "" = none
    initials: str  # "ИП", "И", "" = none
    how: str  # initials | full | two | role | bare | opinion: by what it was found
    role: Role = Role.UNKNOWN


def found(text: str, known: Knowledge) -> list[Mention]:
    """The mentions that show by themselves: with initials, with a patronymic, first name and surname."""
    taken: list[Mention] = []
    for search in (_full, _initials_first, _surname_first, _joined, _two):
        _take(taken, search(text, known))
    return sorted(taken, key=lambda m: m.start)


def _take(taken: list[Mention], more: Iterable[Mention]) -> None:
    """Adds those that do not overlap with what is there."""
    covered = bytearray()
    for m in taken:
        if m.end > len(covered):
            covered.extend(bytes(m.end - len(covered)))
        covered[m.start : m.end] = b"\1" * (m.end - m.start)
    for m in more:
        if not any(covered[m.start : m.end]):
            taken.append(m)
            if m.end > len(covered):
                covered.extend(bytes(m.end - len(covered)))
            covered[m.start : m.end] = b"\1" * (m.end - m.start)


def _surname(word: str, known: Knowledge) -> bool:
    """Whether a word beside initials may be a surname."""
    folded = fold(word)
    if folded in known.not_surnames or len(folded) < 2:
        return False
    if _SUFFIX.search(folded):
        return True
    in_dictionary, some, _ = grammemes(folded)
    return not in_dictionary or "Surn" in some or not some & {"VERB", "GRND", "PRTS", "INFN", "PREP", "CONJ", "NPRO"}


def _surname_first(text: str, known: Knowledge) -> Iterator[Mention]:
    for m in _SURNAME_FIRST.finditer(text):
        single = m["second"] is None
        if not _surname(m["surname"], known) or (single and not _single(text, m)):
            continue
        # "Доводы А.А. отклонены": the court cut the surname off; an ordinary word only begins the sentence.
        starts = re.search(r"(?:^|[.!?;]\s+|\n\s*)$", text[max(0, m.start() - 4) : m.start()])
        if starts and _ordinary(m["surname"]) and not _SUFFIX.search(fold(m["surname"])):
            continue
        yield Mention(m.start(), _trim(text, m.end()), m["surname"], m["first"] + (m["second"] or ""), "initials")


def _trim(text: str, end: int) -> int:
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
    return "Surn" in some or (not in_dictionary and bool(_SUFFIX.search(fold(m["surname"]))))


def _initials_first(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "И.И. Иванов", unless the initials belong to the name before them: "Иванов И.И. Петров"."""
    small = {fold(word)[:_LIKE] for word in _SMALL_WORD.findall(text)}
    for m in _INITIALS_FIRST.finditer(text):
        before = re.search(rf"({_NAME})\s{{0,3}}$", text[max(0, m.start() - 40) : m.start()])
        if before and _surname(before[1], known) and not _ordinary(before[1]):
            continue
        if m["second"] is None and (_ordinary(m["surname"]) or not _SUFFIX.search(fold(m["surname"]))):
            continue
        if not _surname(m["surname"], known) or _next_sentence(text, m):
            continue
        rare = fold(m["surname"])[:_LIKE] not in small
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
        if "Surn" in some and _SUFFIX.search(fold(m["surname"])) and m["first"] + m["second"] not in ("РФ", "РБ", "РТ"):
            yield Mention(m.start(), m.end(), m["surname"], m["first"] + m["second"], "initials")


def _full(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Иванов Иван Иванович", "Иван Иванович Иванов", "Иван Иванович"."""
    for m in _FULL.finditer(text):
        before, after = m["before"], m["after"]
        if fold(m["name"]) in known.not_surnames:
            continue
        first = before if before and _surname(before, known) and not _starts(text, m.start("name")) else None
        last = after if not first and after and _surname(after, known) and not _ordinary(after) else None
        start = m.start("before") if first else m.start("name")
        end = m.end("after") if last else m.end("patronymic")
        yield Mention(start, end, first or last or "", m["name"][0] + m["patronymic"][0], "full")


def _starts(text: str, at: int) -> bool:
    """Whether a new line or sentence begins right before this place."""
    gap = re.search(r"\s+$", text[max(0, at - 4) : at])
    return bool(gap and gap.group().count("\n") > 1)


def _two(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Анна Иванова", "Иванова Анна"."""
    for m in _TWO.finditer(text):
        for name, surname in ((m["one"], m["two"]), (m["two"], m["one"])):
            _, some, _ = grammemes(name)
            in_dictionary, _, always = grammemes(surname)
            if "Name" not in some or fold(surname) in known.not_surnames or "Geox" in some:
                continue
            if "Surn" in always or (not in_dictionary and _SUFFIX.search(fold(surname))):
                yield Mention(m.start(), m.end("two"), surname, name[0], "two")
                break


def bare(text: str, known_stems: Mapping[str, object], taken: list[Mention]) -> list[Mention]:
    """The words outside `taken` that are a form of a surname known by its stems."""
    more = [
        Mention(m.start(), m.end(), m.group(), "", "bare")
        for m in _WORD.finditer(text)
        if not known_stems.keys().isdisjoint(stems_of_word(m.group()))
    ]
    _take(taken, more)
    return sorted(taken, key=lambda m: m.start)


def led(text: str, known: Knowledge, role_of: Callable[[str, int], Role], taken: list[Mention]) -> list[Mention]:
    """Names that stand alone behind a role ("свидетель Иванов"), and words that can be nothing but a surname."""
    more = []
    for m in _WORD.finditer(text):
        word = m.group()
        in_dictionary, some, always = grammemes(word)
        if fold(word) in known.not_surnames or len(word) < 3 or word.isupper() or _quoted(text, m):
            continue
        sure = (not always.isdisjoint({"Surn", "Name"}) and in_dictionary and "Geox" not in some) or (
            not in_dictionary and "Surn" in some and bool(_SUFFIX.search(fold(word))) and len(word) > 4
        )
        named = "Surn" in some or "Name" in some or not in_dictionary
        if in_dictionary and ("Geox" in some or _adjective(text, m)):
            continue
        begins = _begins(text, m.start())
        if (sure and not (begins and in_dictionary)) or (
            named and not begins and role_of(text, m.start()) is not Role.UNKNOWN
        ):
            more.append(Mention(m.start(), m.end(), word, "", "role"))
    _take(taken, more)
    return sorted(taken, key=lambda m: m.start)


def _begins(text: str, at: int) -> bool:
    """Whether a sentence, a line or a quotation begins here."""
    return bool(_SENTENCE.search(text[max(0, at - 4) : at]))


def _adjective(text: str, m: re.Match[str]) -> bool:
    """Whether the word describes the noun behind it: "на Московском метрополитене", not "Чайковский пояснил"."""
    behind = re.match(r" ([а-яё]{3,})", text[m.end() : m.end() + 40])
    return bool(behind and _DESCRIBES.search(fold(m.group())) and "NOUN" in grammemes(behind[1])[1])


def _quoted(text: str, m: re.Match[str]) -> bool:
    """Whether the word is (part of) a title between quotation marks: a firm, a party, a newspaper."""
    before = text[max(0, m.start() - 60) : m.start()]
    opened = max(before.rfind("«"), before.rfind('"'), before.rfind("“"))
    return opened > before.rfind("»") and "\n" not in before[opened:]
