"""Which forms of a surname are one surname, for names that no dictionary has.

Two forms are taken for one name if cutting an ending off each can leave the same stem. That is generous on purpose: in
one record, a name that is hidden once too often harms nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from caselight.protect.cleaned import fold

# Endings of surnames in all cases, numbers and sexes: Иванов-а, Чайковск-ого, Сковород-ой, Гогол-ем, Кузьмин-ых.
ENDINGS = (
    *("", "а", "у", "ы", "е", "о", "ом", "ем", "ой", "ою", "ей", "ею", "ым", "ых", "ыми", "им", "их", "ими"),
    *("ого", "его", "ому", "ему", "ая", "яя", "ую", "юю", "ый", "ий", "ые", "ие", "я", "ю", "ь", "й", "и"),
    *("ьем", "ии", "ию", "ием", "ями"),
)
# Endings of several bearers of a name like Тивурс; cut only off a word that is compared, since Петров is not Петр.
_PLURAL = ("ов", "ев", "ам", "ами", "ах", "ям", "ями", "ях")
_VOWELS = "аеиоуыэюя"
_SHORTEST = 3  # letters of a stem; shorter names keep their whole form
# Endings of a whole paradigm, by how the name ends when nothing is done to it.
_POSSESSIVE = ("", "а", "у", "ым", "е", "ой", "ою", "ы", "ых", "ыми")
_ADJECTIVE = ("ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ою", "ие", "их", "ими", "ый", "ым", "ые", "ых", "ыми")
_CONSONANT = ("", "а", "у", "ом", "ем", "е", "ы", "и", "ов", "ам", "ами", "ах")
_A = ("а", "ы", "и", "е", "у", "ой", "ою", "ей", "", "ам", "ами", "ах")
_SOFT = ("ь", "я", "ю", "ем", "е", "и", "ей", "ям", "ями", "ях", "й", "ею")


@cache
def stems(name: str) -> frozenset[str]:
    """What may be left of a form of a surname without its ending.

    >>> bool(stems("ИВАНОВОЙ") & stems("Иванов")), bool(stems("Петров") & stems("Иванов"))
    (True, False)
    """
    word = fold(name)
    if word.isascii():
        return frozenset({word})  # English names are not inflected
    cut = {word[: len(word) - len(e)] for e in ENDINGS if word.endswith(e)}
    found = {stem for stem in cut if len(stem) >= _SHORTEST} | {word}
    if "-" in word:
        first, _, rest = word.partition("-")
        found |= {f"{a}-{b}" for a in stems(first) for b in stems(rest)}
    for stem in tuple(found):
        found.update(_without_fleeting(stem))
    return frozenset(found)


def _without_fleeting(stem: str) -> Iterator[str]:
    """A stem without the vowel that its other forms lose.

    >>> [next(_without_fleeting(stem)) for stem in ("кравец", "песок", "заяц", "боец", "стрелец", "конек", "соловей")]
    ['кравц', 'песк', 'зайц', 'бойц', 'стрельц', 'коньк', 'соловь']
    """
    if len(stem) <= _SHORTEST:
        return
    before, vowel, last = stem[:-2], stem[-2], stem[-1]
    if before[-1:] in _VOWELS and vowel in "еяё" and last in "цк":
        yield f"{before}й{last}"
    if before[-1:] in "лнр" and vowel in "её" and last in "цк":
        yield f"{before}ь{last}"
    if stem.endswith("ей"):
        yield f"{before}ь"
    if vowel in "еоё" and last in "цклнрт":
        yield before + last


@cache
def stems_of_word(word: str) -> frozenset[str]:
    """As `stems`, for a word of the text that may be a known surname in the plural."""
    folded = fold(word)
    cut = {folded[: len(folded) - len(e)] for e in _PLURAL if folded.endswith(e)}
    return stems(word) | {stem for stem in cut if len(stem) >= _SHORTEST}


def bare_stem(name: str) -> str:
    """The shortest stem that is safe to extend: what all forms of the name begin with.

    >>> bare_stem("Ивановой"), bare_stem("Чайковского"), bare_stem("Ким")
    ('иванов', 'чайковск', 'ким')
    """
    word = fold(name)
    for ending in sorted(ENDINGS, key=len, reverse=True):
        stem = word[: len(word) - len(ending)] if ending else word
        if word.endswith(ending) and len(stem) >= _SHORTEST and _is_stem(stem):
            return stem
    return word


def _is_stem(stem: str) -> bool:
    """Whether a surname may be this long without an ending: it ends with a consonant."""
    return stem[-1] in "бвгджзклмнпрстфхцчшщ"


@cache
def forms(name: str) -> frozenset[str]:
    """All forms of the paradigm that this form may belong to, folded: own tables, and the dictionary's where it knows.

    >>> sorted(forms("Иванова") & {"иванов", "ивановой", "ивановым", "ивановых"})
    ['иванов', 'ивановой', 'ивановым', 'ивановых']
    """
    word = fold(name)
    if word.isascii():
        return frozenset({word, f"{word}s", f"{word}es"})
    if "-" in word:
        first, _, rest = word.partition("-")
        return frozenset({word} | {f"{a}-{b}" for a in forms(first) for b in forms(rest) | {rest}})
    return frozenset({word, *_own(word), *_dictionary(word)})


def _own(word: str) -> Iterator[str]:
    stem = bare_stem(word)
    if stem == word and not _is_stem(word[-1:]):
        return  # Шевченко, Живаго, Ли
    tables: list[tuple[str, ...]] = [_CONSONANT, _A, _SOFT]
    if stem.endswith(("ов", "ев", "ин", "ын")):
        tables = [_POSSESSIVE, _CONSONANT]
    elif stem.endswith(("ск", "цк", "н", "в", "т", "р", "л")):
        tables = [_ADJECTIVE, _CONSONANT, _A, _SOFT]
    for table in tables:
        for ending in table:
            yield stem + ending


def _dictionary(word: str) -> Iterator[str]:
    """The forms of every noun that the word may be: Заяц and Стрелец are surnames, and no dictionary says so."""
    for parse in dictionary().parse(word):
        if "NOUN" in parse.tag:
            yield from (fold(form.word) for form in parse.lexeme)


@cache
def dictionary() -> Any:
    """The dictionary of Russian forms, opened once."""
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer(lang="ru")


@cache
def agree(adjective: str, noun: str) -> bool:
    """Whether an adjective can describe a noun behind it: in the same case, number and gender.

    >>> agree("Кировский", "отдел"), agree("Кировская", "жалобу")
    (True, False)
    """
    for one in dictionary().parse(fold(adjective)):
        for two in dictionary().parse(fold(noun)):
            a, b = one.tag, two.tag
            same = a.case == b.case and a.number == b.number and (a.number == "plur" or a.gender == b.gender)
            if "ADJF" in a and b.POS in ("NOUN", "ADJF", "PRTF") and same:
                return True
    return False


@cache
def same_case(one: str, two: str) -> bool:
    """Whether two words may stand side by side for one thing, in one case; of several, only the first may be plural.

    >>> same_case("представитель", "холодец"), same_case("представитель", "управления"), same_case("соседи", "гусь")
    (True, False, True)
    """
    tags = [[p.tag for p in dictionary().parse(fold(word)) if p.tag.case] for word in (one, two)]
    return any(a.case == b.case and a.number in (b.number, "plur") for a in tags[0] for b in tags[1])


@cache
def grammemes(word: str) -> tuple[bool, frozenset[str], frozenset[str]]:
    """Whether the dictionary has the word, marks that some reading of it has, and marks that all readings have."""
    readings = [parse.tag.grammemes for parse in dictionary().parse(fold(word))]
    known = bool(dictionary().word_is_known(fold(word)))
    return known, frozenset().union(*readings), frozenset.intersection(*map(frozenset, readings))
