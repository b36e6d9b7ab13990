"""One matter at a time: who and what in its texts is to be hidden, with one token for one person in all of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caselight.protect import alone, english, english_alone, halves, latin, mentions, midst
from caselight.protect.cleaned import Cleaned, clean, fold
from caselight.protect.identifiers import Identifier, flat, identifiers, key_of, written_anyhow
from caselight.protect.mentions import Mention, apart
from caselight.protect.opinion import believed
from caselight.protect.people import Person, known_stems, resolve, role_before, shares_name_with_accused, with_roles
from caselight.protect.places import place_of
from caselight.protect.policy import HIDE, KEEP, Policy
from caselight.protect.redaction import Edit, merged
from caselight.protect.roles import Knowledge, Role
from caselight.protect.surnames import stems, stems_of_word
from caselight.types import Document, Fact

CASE_FACTS = frozenset({"case_number", "uid", "lower_case_number"})  # facts that are numbers of cases
_COURTS = frozenset({"court", "lower_court"})
_JUDGES = frozenset({"judge"})
# Shorter than this, a number stands in a text by chance: a year, a sum.
_SHORTEST_AGAIN = 5

Opinion = Callable[[str], Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case has that is published: its documents, its facts, and single texts such as values of answers."""

    case: str
    documents: tuple[Document, ...]
    facts: tuple[Fact, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that was replaced, for the gate to look for."""

    kind: str
    text: str  # as it stood, cleaned
    surname: str = ""  # of a person
    initials: str = ""


@dataclass(frozen=True, slots=True)
class Protected:
    """What is to be done to one case, and what the gate has to know of it."""

    case: str
    edits: Mapping[str, tuple[Edit, ...]]  # document -> its edits, in order
    values: Mapping[str, tuple[Edit, ...]]  # text of a value -> its edits
    secrets: tuple[Secret, ...]
    kept: tuple[str, ...]  # names of officials and places that stay, as they stand
    people: int
    officials: int


class Numbering:
    """Gives out the numbers of tokens: one more for each person, place or number of each kind, in the whole study."""

    def __init__(self) -> None:
        self.given: Counter[str] = Counter()

    def next(self, kind: str) -> int:
        """The next number of that kind, from 1."""
        self.given[kind] += 1
        return self.given[kind]


@dataclass(slots=True)
class _Text:
    """One text of the matter while it is worked on."""

    case: str
    document: Document | None  # None = a single value
    original: str
    cleaned: Cleaned
    mentions: list[Mention] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)  # names of places, in the cleaned text
    identifiers: list[Identifier] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def inside(self, fact: Fact) -> tuple[int, int] | None:
        """Where the fact stands in the cleaned text; None = at an offset that cleaning took away."""
        start, end = (bisect_left(self.cleaned.origin, offset) for offset in (fact.span.start, fact.span.end))
        return (start, end) if start < end else None


def protect_matter(
    subjects: Sequence[Subject], known: Knowledge, policy: Policy, numbering: Numbering, more: Opinion | None = None
) -> list[Protected]:
    """What is to be hidden in the cases of one matter.

    Args:
        subjects: the cases (instances) of the matter; persons are joined among these and nowhere else.
        known: the pack's knowledge of names.
        policy: what the study hides and keeps.
        numbering: where numbers of tokens come from; shared by all matters of a study.
        more: a second opinion on where names are, (text) -> spans; None = own rules alone.
    """
    texts = [text for subject in subjects for text in _texts(subject, known)]
    facts: dict[str, list[Fact]] = {}
    for subject in subjects:
        for fact in subject.facts:
            facts.setdefault(fact.span.document, []).append(fact)
    for text in texts:
        text.facts = facts.get(text.document.id, []) if text.document else []
        text.places = list(_courts(text))
        text.mentions = _first_look(text, known, policy, more)
    _bare(texts, known)
    if known.finder == "russian":
        if _beside(texts, known):
            _bare(texts, known)
        if _initials(texts, known):
            _bare(texts, known)
    for text in texts:
        text.mentions = _with_roles(text, known)
        text.identifiers = _identifiers(text, known, policy)
    _again(texts)
    people, whose = resolve([t.mentions for t in texts], [t.cleaned.text for t in texts])
    return list(_decided(subjects, texts, _Matter(people, whose, policy, numbering)))


def _texts(subject: Subject, known: Knowledge) -> Iterator[_Text]:
    cyrillic = known.finder == "russian"
    for document in subject.documents:
        yield _Text(subject.case, document, document.text, clean(document.text, cyrillic))
    for value in dict.fromkeys(subject.values):
        yield _Text(subject.case, None, value, clean(value, cyrillic))


def _first_look(text: _Text, known: Knowledge, policy: Policy, more: Opinion | None) -> list[Mention]:
    """Mentions that show by themselves, behind a role, in the list of the study, or to a second opinion."""
    body = text.cleaned.text
    if known.finder == "english":
        found = english.found(body, known)
    else:
        found = mentions.found(body, known)
        found = alone.led(body, known, lambda t, at: role_before(t, at, known), found)
        found = [*found, *halves.cut(body), *alone.called(body, known), *_in_fields(text, known)]
        found = apart(sorted(found, key=lambda m: m.start - m.end))  # the longest first
        found = midst.strangers(body, known, found)
    listed = [_listed(m, found) for name in policy.hide for m in _occurrences(name, body)]
    found = apart(sorted([*listed, *found], key=lambda m: m.start - m.end))  # the longest first
    if more is not None:
        found = apart([*found, *believed(body, more(body), known)])
    named = known_stems(m for m in found if m.initials)
    kept = []
    for m in found:
        is_known = not m.initials and not named.isdisjoint(stems_of_word(m.surname))
        place = place_of(body, m, known, is_known) if m.how != "listed" else None
        if any(a <= m.start and m.end <= b for a, b in text.places) and not m.initials:
            continue
        if place:
            text.places.append(place)
        else:
            kept.append(m)
    return kept


def _listed(m: re.Match[str], found: Sequence[Mention]) -> Mention:
    """A text of the list; who was found in it is looked for by the surname still, not by the whole text alone."""
    inside = next((f for f in found if f.surname and m.start() <= f.start and f.end <= m.end()), None)
    surname, initials = (inside.surname, inside.initials) if inside else (m.group(), "")
    return Mention(*m.span(), surname, initials, "listed")


def _occurrences(name: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)


def _bare(texts: Sequence[_Text], known: Knowledge) -> None:
    """Adds, in every text of the matter, the bare forms of every surname that was found in any."""
    named = [m for text in texts for m in text.mentions]
    written = [(m, text.cleaned.text[m.start : m.end]) for text in texts for m in text.mentions]
    stems_of_all = known_stems(named) if known.finder == "russian" else frozenset()
    heard = {heard: m.surname for m in named for heard in latin.sounds(m.surname)} if stems_of_all else {}
    for text in texts:
        body = text.cleaned.text
        if known.finder == "english":
            text.mentions, cited = english_alone.bare(body, known, written, text.mentions)
            text.places += cited
            continue
        ours = {(m.start, m.end) for m in text.mentions}
        covered = list(text.places)
        kept = []
        for m in alone.bare(body, stems_of_all, text.mentions):
            inside = any(a <= m.start < b for a, b in covered)
            place = None if inside or (m.start, m.end) in ours else place_of(body, m, known, is_known=True)
            if place:
                text.places.append(place)
            elif not inside:
                kept.append(m)
        text.mentions = apart([*kept, *latin.found(body, heard)])


def _beside(texts: Sequence[_Text], known: Knowledge) -> bool:
    """Adds who is listed with somebody and who is called by a first name that is known; True = there is somebody."""
    names = frozenset(name for text in texts for name in midst.first_names(text.mentions, text.cleaned.text))
    some = False
    for text in texts:
        body, ours = text.cleaned.text, {m.start for m in text.mentions}
        found = midst.called_by(body, names, midst.listed(body, known, text.mentions))
        new = [m for m in found if m.start not in ours and not any(a <= m.start < b for a, b in text.places)]
        new = [m for m in new if not place_of(body, m, known)]
        text.mentions = apart([*text.mentions, *new])
        some = some or bool(new)
    return some


def _initials(texts: Sequence[_Text], known: Knowledge) -> bool:
    """Adds initials that belong to no surname of their text; True = a surname was found by its initial."""
    bodies = [text.cleaned.text for text in texts]
    letters, heads = halves.single_letters(bodies, known), halves.heads(bodies, known)
    some = False
    for text in texts:
        body = text.cleaned.text
        found = [*halves.initials_alone(body, known, letters, text.mentions), *halves.headed(body, heads)]
        some = some or any(halves.is_whole(m.surname) for m in found)
        outside = [m for m in found if not any(a <= m.start < b for a, b in text.places)]
        text.mentions = apart([*text.mentions, *outside])
    return some


def _courts(text: _Text) -> Iterator[tuple[int, int]]:
    """Names of courts, which stay even where somebody is called like the town."""
    for fact in text.facts:
        if fact.name in _COURTS and (place := text.inside(fact)):
            yield place


def _with_roles(text: _Text, known: Knowledge) -> list[Mention]:
    """The mentions with their roles: from the words before them, from a card's field, from the fact of the judge."""
    found = with_roles(text.cleaned.text, text.mentions, known) if known.finder == "russian" else text.mentions
    judges = [(f.span.start, f.span.end) for f in text.facts if f.name in _JUDGES]
    made = []
    for m in found:
        start, end = text.cleaned.span(m.start, m.end)
        if any(a < end and start < b for a, b in judges):
            role = Role.OFFICIAL
        else:
            role = (text.document and _field_role(text.document, (start, end), known)) or m.role
        made.append(replace(m, role=role))
    return made


def _field_role(document: Document, at: tuple[int, int], known: Knowledge) -> Role | None:
    """What the field of a card in which the name stands says of its bearer; None = nothing."""
    for f in document.fields:
        if not (f.start <= at[0] and at[1] <= f.end):
            continue
        if any(f.label.startswith(label) for label in known.fields["official"]):
            return Role.OFFICIAL
        if any(label in f.label for label in known.fields["party"]):
            row = [g for g in document.fields if g.table == f.table and g.row == f.row and f.row >= 0]
            kinds = [document.text[g.start : g.end] for g in row if g.label.startswith(known.fields["kind"])]
            own = _heading(document.text[f.start : at[0]])
            said = " ".join([*kinds, own]).lower()
            office = any(word.lower() in said for word in known.fields["officials_in"])
            return Role.OFFICIAL if office else Role.ACCUSED
    return None


def _heading(before: str) -> str:
    """What a field of parties says right before a name: "Прокурор:" in "Истец: Скоробеев И.И.; Прокурор:; "."""
    parts = [part for part in before.split(";") if part.strip()]
    return parts[-1] if parts and (before.rstrip()[-1:] != ";" or parts[-1].rstrip().endswith(":")) else ""


def _in_fields(text: _Text, known: Knowledge) -> Iterator[Mention]:
    """Surnames with one initial in a card's field of parties, where nothing else has this form."""
    for f in text.document.fields if text.document else ():
        if any(label in f.label for label in known.fields["party"]):
            start, end = (bisect_left(text.cleaned.origin, offset) for offset in (f.start, f.end))
            yield from alone.in_field(text.cleaned.text, start, end, known)


def _identifiers(text: _Text, known: Knowledge, policy: Policy) -> list[Identifier]:
    body = text.cleaned.text
    found = [i for i in identifiers(body, known, [m.start for m in text.mentions]) if policy.hides(i.kind)]
    if policy.hides("case"):
        for fact in text.facts:
            if fact.name in CASE_FACTS and (place := text.inside(fact)):
                found.append(Identifier(*place, "case", key_of("case", body[slice(*place)])))
    return found


def _again(texts: Sequence[_Text]) -> None:
    """Adds every other place of the matter where a number that was found stands as it is."""
    wanted: dict[str, tuple[str, str]] = {}
    for text in texts:
        for i in text.identifiers:
            written = flat(text.cleaned.text[i.start : i.end])
            if len(written) >= _SHORTEST_AGAIN and re.search(r"\d", written):
                wanted.setdefault(written, (i.kind, i.key))
    if not wanted:
        return
    pattern = written_anyhow(wanted)
    for text in texts:
        for m in pattern.finditer(fold(text.cleaned.text)):
            kind, key = wanted[flat(m.group())]
            text.identifiers.append(Identifier(m.start(), m.end(), kind, key))


class _Matter:
    """The persons of a matter, who of them is hidden, and the numbers of their tokens."""

    def __init__(
        self, people: Sequence[Person], whose: Sequence[Sequence[int]], policy: Policy, numbering: Numbering
    ) -> None:
        self.people, self.whose, self._numbering = people, whose, numbering
        self.hidden = [_is_hidden(person, people, policy) for person in people]
        self._numbers: dict[tuple[str, str | int], int] = {}

    def number(self, kind: str, key: str | int) -> int:
        """The number of the token of this person, place or number."""
        if (kind, key) not in self._numbers:
            self._numbers[kind, key] = self._numbering.next(kind)
        return self._numbers[kind, key]


def _is_hidden(person: Person, people: Sequence[Person], policy: Policy) -> bool:
    for names, answer in ((policy.hide, True), (policy.keep, False)):
        for name in names:
            words = name.split()
            if any(fold(name) == fold(written) for written in person.names):
                return answer
            if person.stems and any(
                not person.stems.isdisjoint(stems(w)) for w in words if len(w) > 2 and "." not in w
            ):
                return answer
    if person.role is Role.OFFICIAL:
        certain = person.votes[Role.OFFICIAL] > 1 and not person.votes[Role.PRIVATE]
        if not certain and shares_name_with_accused(person, people):
            return True
        return policy.officials == HIDE
    return not (person.role is Role.DEFENDER and policy.defenders == KEEP)


def _decided(subjects: Sequence[Subject], texts: Sequence[_Text], matter: _Matter) -> Iterator[Protected]:
    per_text = [_edits(text, i, matter) for i, text in enumerate(texts)]
    for subject in subjects:
        mine = [(i, text) for i, text in enumerate(texts) if text.case == subject.case]
        secrets = [s for i, text in mine for s in _secrets(text, i, matter)]
        kept = [k for i, text in mine for k in _kept(text, i, matter)]
        kept += [str(fact.value) for fact in subject.facts if fact.name in _COURTS]
        persons = {matter.whose[i][j] for i, text in mine for j in range(len(text.mentions))}
        yield Protected(
            subject.case,
            {text.document.id: tuple(per_text[i]) for i, text in mine if text.document},
            {text.original: tuple(per_text[i]) for i, text in mine if not text.document},
            tuple(dict.fromkeys(secrets)),
            tuple(dict.fromkeys(kept)),
            sum(matter.hidden[p] for p in persons),
            sum(not matter.hidden[p] for p in persons),
        )


def _edits(text: _Text, i: int, matter: _Matter) -> list[Edit]:
    made = []
    for m, person in zip(text.mentions, matter.whose[i], strict=True):
        if matter.hidden[person]:
            made.append(Edit(*text.cleaned.span(m.start, m.end), "person", matter.number("person", person)))
    for one in text.identifiers:
        made.append(Edit(*text.cleaned.span(one.start, one.end), one.kind, matter.number(one.kind, one.key)))
    return merged(made)


def _secrets(text: _Text, i: int, matter: _Matter) -> Iterator[Secret]:
    body = text.cleaned.text
    for m, person in zip(text.mentions, matter.whose[i], strict=True):
        if matter.hidden[person]:
            named = body[m.start : m.end]
            # Somebody who is named by first name is looked for by it too.
            surname = english.plain(named) if m.how == "first" else m.surname
            yield Secret("person", named, surname, matter.people[person].initials)
    for one in text.identifiers:
        yield Secret(one.kind, body[one.start : one.end])


def _kept(text: _Text, i: int, matter: _Matter) -> Iterator[str]:
    body = text.cleaned.text
    for m, person in zip(text.mentions, matter.whose[i], strict=True):
        if not matter.hidden[person]:
            yield body[m.start : m.end]
    for start, end in text.places:
        yield body[start:end]
