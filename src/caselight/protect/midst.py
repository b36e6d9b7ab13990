"""Words with a capital letter in the midst of a sentence that can only be names: "увидел Сакинат", "Ковш и Лях".

What comes in: a cleaned text and the mentions that were found by other signs. What goes out: those and more, sorted,
not overlapping. In the midst of a Russian sentence only names have a capital; those of laws, places and firms are in
the dictionary, stand between quotation marks, or have an entry in the pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from caselight.protect.alone import Free, describes, free_of, quoted, widened
from caselight.protect.cleaned import fold
from caselight.protect.mentions import (
    BIG,
    LIKE,
    NAME,
    NO_LETTER,
    SENTENCE,
    SMALL,
    SMALLS,
    SUFFIX,
    WORD,
    Mention,
    apart,
    small_words,
)
from caselight.protect.roles import Knowledge
from caselight.protect.surnames import dictionary, grammemes

# "увидел Сакинат", "Дюк и Ли", "(Чупалаев", "защитник – Шуб"; not behind a stop, a colon or a number.
_MIDST = re.compile(rf"(?:{SMALL}[»)]?,? |[.»)], |[{SMALLS}.,] ?\(|[{SMALLS},»)] [–—-] |\. (?:и|или) )$")
_INTO = re.compile(r"(?<![а-яё])(?:в|во|из|через)\s$")  # leads to a place
# Words and prepositions behind which a name that is also a town's is the town's.
_OF_A_PLACE = re.compile(
    r"(?<![а-яё])(?:в|во|из|до|под|через|близ|по|г|город[а-яё]*|администраци[а-яё]|област[а-яё]|район[а-яё]*|"
    r"жител[а-яё]+|улиц[а-яё]*|площад[а-яё]*|мэр[а-яё]*|глав[а-яё]{1,2}|поселк[а-яё]+|пос[её]лок|дум[а-яё]|окру[а-яё]+|проспект[а-яё]*|станци[а-яё]|отделени[а-яё]|филиал[а-яё]*|суда?)\.?\s$"
)
_SHORT = frozenset({"PRTS", "ADJS"})  # short forms, which have no capital inside a sentence: "приехал Рубан"
_CAPITAL_BEHIND = re.compile(rf"[ \t]({NAME}){NO_LETTER}")
_ACT = re.compile(rf" (?:не )?({SMALL}{{3,}})")
_NEXT = re.compile(rf"(?:,?\s(?:и|или)|,(?:\s+а\s+также)?)\s{{1,2}}(?={BIG})")
_BEFORE = re.compile(rf"(?<![\w-])(?P<name>{NAME})(?:\s{BIG}\.(?:\s?{BIG}\.)?)?(?:,?\s(?:и|или)|,)\s{{1,2}}$")
_NICKNAME = re.compile(rf"\s?\([«\"“](?P<name>{NAME})[»\"”]\)")
_INITIAL = re.compile(rf"\s{BIG}\.")
_ITEM = re.compile(rf"(?m)^[ \t]*\d{{1,2}}[.)][ \t]*(?={BIG})")
# The house behind a street: "г. Омск, Ленина, 5", "Мира, 5/2 кв. 1", "Мира, 7а"; not "Сакинат, 5 мая", "Ковша, 2.05".
_HOUSE = re.compile(
    r",\s?\d{1,3}(?!\d|\.\d)(?:[/-]\d{1,3})?(?:\s?[«\"]?[абвде][»\"]?(?!\w))?(?=\s*(?:[,.;:)\n]|$|кв|корп|стр|лит|оф))"
)
# Without a comma only behind a town or a word for a street: "ул. Чапаева 7", "г. Омск, Ленина 5"; not "увидел Шуба 5".
_STREET = re.compile(
    rf"(?<![{SMALLS}])(?:г|гор|пос|ул|пер|пл|пр|пр-к?т|просп|наб|ш|б-р)\.\s?(?:{NAME},\s?)?$"
    rf"|(?<![{SMALLS}])(?:улиц|переулк|площад|проспект|бульвар|набережн|шоссе|проезд){SMALL}*\s$"
)
_NUMBER = re.compile(r"\s?\d")
_LINE = 60  # characters of an item that may be a name; a longer one is a sentence
_ABBREVIATION = 4  # letters of a word that a stop makes an abbreviation: "Вл. Маяковского"
_SHORTEST = 2  # letters of a first name that is too short to be looked for
_NAMES, _NO_PERSON = frozenset({"Surn", "Name", "Patr"}), frozenset({"Geox", "Orgn", "Abbr"})


def strangers(text: str, known: Knowledge, taken: Sequence[Mention]) -> list[Mention]:
    """The mentions, with words that no dictionary has and first names and surnames that it has."""
    free, small = free_of(taken), small_words(text)
    more = []
    for m in WORD.finditer(text):
        if m.group().isupper() or not free(m.start(), m.end()) or quoted(text, m):
            continue
        inside = _in_midst(text, m.start(), m.end())
        if (inside and _is_name(text, m, known, small)) or (not inside and _does_something(text, m, known, small)):
            more.append(widened(text, m, free, "midst"))
    return apart([*taken, *more])


def listed(text: str, known: Knowledge, taken: Sequence[Mention]) -> list[Mention]:
    """The mentions, with who is listed with them: "Кучма, Лях И., Безродный", "2. Сотник А."; and nicknames."""
    free, small = free_of(taken), small_words(text)
    more: list[Mention] = []
    for mention in taken:
        more += _behind(text, mention, known, free, small)
        more += _ahead(text, mention.start, known, free, small)
    return apart([*taken, *more, *_items(text, known, taken)])


def _behind(text: str, mention: Mention, known: Knowledge, free: Free, small: frozenset[str]) -> Iterator[Mention]:
    """The names that follow one in a list, and the nickname in brackets: "Мнацаканян («Мнац»)"."""
    end = mention.end
    while (gap := _NEXT.match(text, end)) and (m := WORD.match(text, gap.end())):
        alike = m.group().isupper() == mention.surname.isupper()
        town = "Surn" in grammemes(m.group())[1]  # Обухов is one
        if not (alike and free(m.start(), m.end()) and _may_be(text, m, known, small, places=town)):
            break
        one = widened(text, m, free, "midst")
        end = one.end
        yield one
    nick = _NICKNAME.match(text, end)
    m = WORD.match(text, nick.start("name")) if nick else None
    if m and free(m.start(), m.end()) and _may_be(text, m, known, small):
        yield Mention(m.start(), m.end(), m.group(), "", "called")


def first_names(found: Sequence[Mention], text: str) -> frozenset[str]:
    """The first names, folded, of those whose name is written out in the text."""
    named = [m for m in found if m.how in ("full", "two", "midst", "bare", "role") and m.surname]
    words = {w.group() for m in named for w in WORD.finditer(text, m.start, m.end) if w.group() != m.surname}
    return frozenset(form for word in words if len(word) > _SHORTEST for form in _forms_of_first_name(word))


def _forms_of_first_name(word: str) -> Iterator[str]:
    """All cases of a first name; of one that no dictionary has, this one alone."""
    if not grammemes(word)[0]:
        yield fold(word)
    for parse in dictionary().parse(fold(word)):
        if "Name" in parse.tag:
            yield from (fold(form.word) for form in parse.lexeme)


def called_by(text: str, names: frozenset[str], taken: Sequence[Mention]) -> list[Mention]:
    """The mentions, with first names of persons of the same matter that stand alone."""
    free = free_of(taken)
    more = []
    for m in WORD.finditer(text):
        if fold(m.group()) in names and free(m.start(), m.end()) and not quoted(text, m):
            in_dictionary, _, always = grammemes(m.group())
            sure = not in_dictionary or "Name" in always or _in_midst(text, m.start(), m.end())
            if sure and not m.group().isupper():
                more.append(Mention(m.start(), m.end(), m.group(), "", "midst"))
    return apart([*taken, *more])


def _ahead(text: str, at: int, known: Knowledge, free: Free, small: frozenset[str]) -> Iterator[Mention]:
    """The name before the first of a list, behind a word for human beings: "Сокамерники Ковш, Лях П.П."."""
    begin = max(0, at - _LINE)
    found = _BEFORE.search(text, begin, at)
    m = WORD.match(text, found.start("name")) if found else None
    if m is None or not free(m.start(), m.end()):
        return
    led = bool(known.bearers and known.bearers.search(text, begin, m.start()))
    if _may_be(text, m, known, small, places=led) and (led or _in_midst(text, m.start(), m.end())):
        yield widened(text, m, free, "midst")


def _items(text: str, known: Knowledge, taken: Sequence[Mention]) -> Iterator[Mention]:
    """The names of a numbered list of which another item begins with a name."""
    items = [m.end() for m in _ITEM.finditer(text)]
    short = [at for at in items if len(text[at : at + _LINE].split("\n", 1)[0]) < _LINE]
    named = {m.start for m in taken}
    if named.isdisjoint(short):
        return
    free, small = free_of(taken), small_words(text)
    for at in short:
        m = WORD.match(text, at)
        if m and free(m.start(), m.end()) and _may_be(text, m, known, small):
            yield widened(text, m, free, "midst")


def _in_midst(text: str, start: int, end: int) -> bool:
    """Whether a word stands inside a sentence, by itself: not "Юго-востока", "Вл. Маяковского"."""
    if text[end : end + 1] == "-" or not _MIDST.search(text, max(0, start - 6), start):
        return False
    return not (text[end : end + 1] == "." and end - start <= _ABBREVIATION and text[end + 1 : end + 2] == " ")


def _is_name(text: str, m: re.Match[str], known: Knowledge, small: frozenset[str]) -> bool:
    """Whether a word with a capital can be nothing but a name."""
    in_dictionary, some, always = grammemes(m.group())
    if always & _SHORT:
        return True
    if not _may_be(text, m, known, small):
        return False
    if in_dictionary:
        return bool(some & _NAMES)
    return bool(SUFFIX.search(fold(m.group()))) or not _INTO.search(text, max(0, m.start() - 8), m.start())


def _does_something(text: str, m: re.Match[str], known: Knowledge, small: frozenset[str]) -> bool:
    """Whether a word that no dictionary has begins a sentence and did something: "Бражко объявила"."""
    behind = _ACT.match(text, m.end())
    if not behind or grammemes(m.group())[0] or not SENTENCE.search(text, max(0, m.start() - 4), m.start()):
        return False
    return {"VERB", "past"} <= grammemes(behind[1])[2] and _may_be(text, m, known, small)


def _may_be(text: str, m: re.Match[str], known: Knowledge, small: frozenset[str], places: bool = False) -> bool:
    """Whether a word with a capital may be the name of a human being, if one is looked for at its place.

    Args:
        small: how the words without a capital in this text begin.
        places: whether somebody may be called like a town here.
    """
    word = fold(m.group())
    in_dictionary, some, _ = grammemes(word)
    if word in known.not_surnames or _is_a_thing(text, m, known) or describes(text, m):
        return False
    if in_dictionary and some & _NO_PERSON:
        return places or ("Surn" in some and not _OF_A_PLACE.search(text, max(0, m.start() - _LINE), m.start()))
    if in_dictionary and not some & _NAMES:
        return _called_like_a_word(text, m, known, small)
    return word[:LIKE] not in small or bool(some & _NAMES)


def _is_a_thing(text: str, m: re.Match[str], known: Knowledge) -> bool:
    """Whether a word is the name of a thing, an abbreviation, the beginning of a title or a street with its house."""
    word, behind = fold(m.group()), _CAPITAL_BEHIND.match(text, m.end())
    if known.no_persons and known.no_persons.match(word):
        return True
    if known.things_before and known.things_before.search(text, max(0, m.start() - _LINE), m.start()):
        return True
    if m.group().isupper():
        return len(word) <= _ABBREVIATION
    return bool((behind and _goes_on(behind[1])) or _is_a_street(text, m))


def _is_a_street(text: str, m: re.Match[str]) -> bool:
    """Whether the number of a house stands behind a word."""
    if _HOUSE.match(text, m.end()):
        return True
    return bool(_NUMBER.match(text, m.end()) and _STREET.search(text, max(0, m.start() - _LINE), m.start()))


def _goes_on(word: str) -> bool:
    """Whether a word with a capital makes the one before it the beginning of a title: "Московского ГТУ"."""
    return word.isupper() or (grammemes(word)[0] and not grammemes(word)[1] & _NAMES)


def _called_like_a_word(text: str, m: re.Match[str], known: Knowledge, small: frozenset[str]) -> bool:
    """Whether an ordinary word may be a surname: "Сотник", "Безродный", "Гвоздь Е.", not "Департамент", "Истец"."""
    if _INITIAL.match(text, m.end()):
        return True
    _, some, _ = grammemes(m.group())
    role = any(pattern.match(m.group()) for _, pattern in known.roles)
    return (
        not role
        and fold(m.group())[:LIKE] not in small
        and (bool(some & {"ADJF", "anim"}) or bool(SUFFIX.search(fold(m.group()))))
    )
