"""Which mentions are one person, and who of them acts in office. Within one matter only: never across cases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caselight.protect.cleaned import fold
from caselight.protect.mentions import Mention
from caselight.protect.roles import Knowledge, Role
from caselight.protect.surnames import forms, grammemes, stems, stems_of_word

# Characters before a name in which the word that says who it is may stand: "Судья Нижневартовского районного суда
# Ханты-Мансийского автономного округа - Югры" has 90.
_WINDOW = 150
# A sentence ends here; not behind "г.", "обл.", "ул." or an initial.
_SENTENCE_END = re.compile(
    r"(?:[а-яё]{5,}|\d{4}|[)»])[.!?]\s+(?=[А-ЯЁA-Z])|;|\n\s*\n\s*(?=(?:УСТАНОВИЛ|у\s?с\s?т\s?а\s?н))|[a-z]{3,}\.\s+(?=[A-Z])"
)
_HALF = 4  # letters of a half of a double name that is looked for alone
_LOWER_WORD = re.compile(r"(?<![^\W\d_])[а-яё]{2,}")
_LIST = re.compile(r"\s*(?:,|и|,\s*и|and|,\s*and)\s*$")
_BREAKS = frozenset({"VERB", "GRND", "INFN"})
_STOPPERS = frozenset(
    {"что", "который", "которого", "где", "участием", "отношении", "котором", "которой", "против", "согласно"}
)
# "рапорты полицейских, объяснения Иванова": what somebody said is a new subject.
_SAYINGS = ("объяснени", "пояснени", "показани", "заявлени", "обращени", "телефонограмм", "ходатайств")
# "судья ПОСТАНОВИЛ:\nИванова", "начальника колонии 7 мая 2021 г. Иванова": something else begins.
_NEW_START = re.compile(r"[А-ЯЁа-яё]\s*:\s*\n|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}\s*(?:г\.|год)|ДД\.ММ|\d\s*(?:час|мин)")
# "сержант полиции Ковшов Ц. – Хорта": somebody else stands in between, even where no rule took him for a name.
_OTHER_NAME = re.compile(r"[А-ЯЁ][а-яё]{2,}\s[А-ЯЁ]\.")
_DASHED = re.compile(r"(?<![^\W\d_])([А-ЯЁ][а-яё]+)\s[–—-]\s")
_INSTRUMENTAL = re.compile(r"(?:ом|ем|ым|им|ами|ями|ими|ыми|ей)$")
_NOMINATIVE = re.compile(r"(?:[оеё]в|[иы]н|ск?ий)$")


@dataclass(slots=True)
class Person:
    """One person of one matter, while it is worked out who they are."""

    stems: frozenset[str]
    initials: str
    votes: Counter[Role] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)  # as they stand in the text
    party: bool = False  # a card names them as a party: private, whatever else is said

    @property
    def role(self) -> Role:
        """Who they are. Somebody whom the case is about is private, whatever office they hold; else an office
        that is named once is enough (a policeman is a witness too)."""
        if self.party or self.votes[Role.ACCUSED]:
            return Role.ACCUSED
        for role in (Role.OFFICIAL, Role.DEFENDER, Role.PRIVATE):
            if self.votes[role]:
                return role
        return Role.UNKNOWN


def role_before(text: str, at: int, known: Knowledge) -> Role:
    """What the words before a name say of its bearer."""
    window = text[max(0, at - _WINDOW) : at]
    for end in _SENTENCE_END.finditer(window):
        cut = end.end()
        if window[cut:].strip():
            window = " " * cut + window[cut:]
    best: tuple[int, int, Role] | None = None
    for role, pattern in known.roles:
        for m in pattern.finditer(window):
            if best is None or (m.end(), m.end() - m.start()) > (best[0], best[0] - best[1]):
                best = (m.end(), m.start(), role)
    if best is None or not _one_phrase(window[best[0] :]):
        return Role.UNKNOWN
    if best[2] is Role.OFFICIAL:
        return _accused_instead(window[: best[1]], window[best[1] : best[0]], known) or _agrees(
            window[best[1] : best[0]], text[at : at + 40]
        )
    return best[2]


def role_around(text: str, m: Mention, known: Knowledge) -> Role:
    """What the words behind a name say, if they say that the case is about its bearer; else those before it."""
    if known.accused_after and known.accused_after.match(text, m.end, m.end + _WINDOW):
        return Role.ACCUSED
    return role_before(text, m.start, known)


def _one_phrase(between: str) -> bool:
    """Whether what stands between a role and a name can belong to both: no verb, no new subject."""
    if _NEW_START.search(between) or _OTHER_NAME.search(between):
        return False
    if any("Geox" not in grammemes(m[1])[1] for m in _DASHED.finditer(between)):
        return False
    for word in _LOWER_WORD.findall(between):
        if fold(word) in _STOPPERS or fold(word).startswith(_SAYINGS):
            return False
        _, _, always = grammemes(word)
        if always & _BREAKS:
            return False
    return not re.search(r"[а-яё]\s*,\s+(?!по\s|г\.|при\s)[а-яё]+\s+[а-яё]+\s+[а-яё]+", between)


def _accused_instead(before: str, office: str, known: Knowledge) -> Role | None:
    """Accused, where "в отношении" stands right before the office: "в отношении инспектора ... Иванова". Of several
    officers ("насилие в отношении сотрудников полиции") none is."""
    if re.match(r"[а-яё]+(?:ов|ей|их|ых)\b", office.lower()):
        return None
    for role, pattern in known.roles:
        if role is Role.ACCUSED:
            for m in pattern.finditer(before):
                rest = before[m.end() :]
                if len(rest) < 40 and "," not in rest and _one_phrase(rest):
                    return Role.ACCUSED
    return None


def _agrees(office: str, name: str) -> Role:
    """Official, unless office and name stand in cases that do not go together: "доставлен инспектором Иванов"."""
    head = re.findall(r"[а-яё]+", office.lower())
    surname = re.match(r"[А-ЯЁ][а-яё]+", name)
    if head and surname and _NOMINATIVE.search(surname.group()):
        first = [word for word in head if _INSTRUMENTAL.search(word)]
        if first and len(first) == len([word for word in head if len(word) > 3]):
            return Role.UNKNOWN
    return Role.OFFICIAL


def with_roles(text: str, mentions: Sequence[Mention], known: Knowledge) -> list[Mention]:
    """The mentions, each with what the words before it say; a list of names shares the role of its first."""
    made: list[Mention] = []
    for m in mentions:
        role = m.role if m.role is not Role.UNKNOWN else role_around(text, m, known)
        if made and made[-1].end > m.start - _WINDOW:
            between = text[made[-1].end : m.start]
            if _LIST.fullmatch(between):
                role = made[-1].role if m.role is Role.UNKNOWN else role
            elif role is not Role.UNKNOWN and not _role_inside(between, known, role):
                role = Role.UNKNOWN if m.role is Role.UNKNOWN else role
        made.append(Mention(m.start, m.end, m.surname, m.initials, m.how, role))
    return made


def _role_inside(between: str, known: Knowledge, wanted: Role) -> bool:
    """Whether the role word stands after the mention before: a name in between takes the role for itself."""
    return any(pattern.search(between) for role, pattern in known.roles if role is wanted)


def resolve(documents: Sequence[Sequence[Mention]], texts: Sequence[str]) -> tuple[list[Person], list[list[int]]]:
    """The persons of one matter, and for each mention of each document the index of its person."""
    people: list[Person] = []
    whose = [[-1] * len(mentions) for mentions in documents]
    order = [(i, j) for i, mentions in enumerate(documents) for j in range(len(mentions))]
    for certain in (True, False):
        last: dict[int, int] = {}
        for number, (i, j) in enumerate(order):
            m = documents[i][j]
            if whose[i][j] < 0 and bool(m.surname and m.initials) == certain:
                whose[i][j] = _person(people, m, last)
            if whose[i][j] >= 0:
                last[whose[i][j]] = number
                person = people[whose[i][j]]
                if bool(m.surname and m.initials) == certain:
                    person.votes[m.role] += 1
                    person.names.append(texts[i][m.start : m.end])
    return people, whose


def _person(people: list[Person], m: Mention, last: dict[int, int]) -> int:
    """The person whom a mention names: known by stem and initials, the latest where several fit; or a new one."""
    own = stems(m.surname) if m.surname else frozenset()
    fit = [i for i, p in enumerate(people) if _fits(p, m, own)]
    if fit and not m.initials:
        hidden = [i for i in fit if people[i].role is not Role.OFFICIAL]
        return max(hidden or fit, key=lambda i: (last.get(i, -1), -i))
    if fit:
        chosen = max(fit, key=lambda i: (people[i].initials == m.initials, last.get(i, -1), -i))
        people[chosen].initials = max(people[chosen].initials, m.initials, key=len)
        people[chosen].stems |= own
        return chosen
    people.append(Person(own, m.initials))
    return len(people) - 1


def _fits(person: Person, m: Mention, own: frozenset[str]) -> bool:
    if own:
        if person.stems.isdisjoint(own | stems_of_word(m.surname)):
            return False
        a, b = person.initials, m.initials
        return a.startswith(b) or b.startswith(a)
    if person.initials != m.initials or (person.role is Role.OFFICIAL and m.role is not Role.OFFICIAL):
        return False
    return len(m.initials) == 2 or not person.stems


def shares_name_with_accused(person: Person, people: Sequence[Person]) -> bool:
    """Whether somebody whom the case is about has the same surname: then one of them may be the other, misspelt."""
    return any(other.role is Role.ACCUSED and not other.stems.isdisjoint(person.stems) for other in people)


def known_stems(found: Iterable[Mention]) -> frozenset[str]:
    """Every stem and every form of the surnames that were found, and of the halves of double ones."""
    named = [m for m in found if m.surname]
    surnames = {m.surname for m in named}
    double = [m.surname for m in named if "-" in m.surname and m.how in ("initials", "full", "midst")]
    surnames |= {half for name in double for half in name.split("-") if len(half) >= _HALF}
    return frozenset(stem for surname in surnames for stem in (*stems(surname), *forms(surname)))
