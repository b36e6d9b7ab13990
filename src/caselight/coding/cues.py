"""The cues of a pack's speakers.yaml, compiled, and found among the words of a paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from caselight.coding.beginnings import BEGINNING_BYTES, Beginnings
from caselight.definitions import Definition, Key
from caselight.pack import Pack
from caselight.words import Forms, Words

# Words between the two halves of a cue with "..": "из рапорта (полицейского 2 полка) усматривается" has three; with
# more than six, halves of different statements meet.
GAP_WORDS = 6
KEY_LETTERS = 3  # first letters of a stem by which it is looked up
# The longest ending behind a stem: "свидетел|ьницами". What has more is two words without a space, "свидетелиКрюков".
ENDING_LETTERS = 7
SOURCES = ("retold", "testimony", "passing")  # within one of these no person or other source counts
HEADS = ("claims", "heads", "norms")  # kinds that count at the head of a sentence only
OPENING = "openings"
DENIALS = ("near", "clause", "harmless", "stance")
_UNKNOWN, _NOTHING = 0, 1  # kinds of forms: not looked at yet; in no cue
_PLAIN = ("testimony", "afterwards", "relative", "charged", OPENING, *HEADS)


class Part(NamedTuple):
    """One word of a cue."""

    exact: frozenset[str]
    stems: tuple[str, ...]
    gap: int  # words that may stand before it
    kinds: set[int]  # of the forms that fit it, as they are met; so no part is a key of anything

    def shortest(self) -> int:
        """Letters of its shortest word or stem."""
        return min(len(word) for word in (*self.exact, *self.stems))


Beside = tuple[set[int], int]  # a part as it is looked for: the kinds that fit it, how many words off it may stand


class Cue(NamedTuple):
    """A wording that tells who speaks (or denies)."""

    kind: str  # a name in the pack's speakers.yaml, which says what each is for
    speaker: str  # "" where the kind names none
    parts: tuple[Part, ...]
    anchor: int  # the part by which it is looked up, the one with the longest words: "рапорт*" in "из рапорт*"
    otherwise: str  # testimony: who speaks where no person stands behind the noun
    before: tuple[Beside, ...]  # the parts before the anchor, the nearest first
    behind: tuple[Beside, ...]

    @classmethod
    def of(cls, kind: str, speaker: str, parts: tuple[Part, ...], otherwise: str) -> Cue:
        """The cue with these parts. An opening is looked up by its first word, where sentences begin."""
        anchor = 0 if kind == OPENING else max(range(len(parts)), key=lambda k: parts[k].shortest())
        before = tuple((parts[k].kinds, parts[k + 1].gap + 1) for k in range(anchor - 1, -1, -1))
        behind = tuple((part.kinds, part.gap + 1) for part in parts[anchor + 1 :])
        return cls(kind, speaker, parts, anchor, otherwise, before, behind)

    def span(self, kinds: Sequence[int], at: int) -> tuple[int, int] | None:
        """Index of its first word and the one after its last, if its anchor stands at `at`; None = it is not there."""
        first = last = at
        for fitting, reach in self.before:
            border = first - reach if first > reach else 0
            while first > border:
                first -= 1
                if kinds[first] in fitting:
                    break
            else:
                return None
        end = len(kinds) - 1
        for fitting, reach in self.behind:
            border = last + reach if last + reach < end else end
            while last < border:
                last += 1
                if kinds[last] in fitting:
                    break
            else:
                return None
        return first, last + 1


class Found(NamedTuple):
    """A cue among the words of a paragraph."""

    start: int  # index of its first word there
    end: int  # index after its last word
    cue: Cue


class Cues:
    """Some of a pack's cues, by their anchor."""

    def __init__(self) -> None:
        self.exact: dict[str, tuple[Cue, ...]] = {}
        self.stems: dict[str, tuple[Cue, ...]] = {}  # by the first letters of the stem
        self.anchored: dict[int, tuple[Cue, ...]] = {}  # by the kind of form that is their anchor

    def add(self, cue: Cue) -> None:
        """Takes in one more."""
        anchor = cue.parts[cue.anchor]
        for word in anchor.exact:
            self.exact[word] = (*self.exact.get(word, ()), cue)
        for letters in {stem[:KEY_LETTERS] for stem in anchor.stems}:
            self.stems[letters] = (*self.stems.get(letters, ()), cue)

    def of(self, form: str) -> tuple[Cue, ...]:
        """The cues whose anchor this form is."""
        likely = self.stems.get(form[:KEY_LETTERS], ())
        return self.exact.get(form, ()) + tuple(c for c in likely if form.startswith(c.parts[c.anchor].stems))

    def find(self, kinds: Sequence[int], where: Iterable[int]) -> list[Found]:
        """The cues anchored at one of these words of `kinds` (ascending), by where they begin; the longest first."""
        found: list[Found] = []
        anchored, in_order = self.anchored, True
        for at in where:
            for cue in anchored.get(kinds[at], ()):
                if not cue.before and not cue.behind:
                    found.append(Found(at, at + 1, cue))
                elif span := cue.span(kinds, at):
                    found.append(Found(*span, cue))
                    in_order = False
        return found if in_order else sorted(found, key=_by_place)


class Openings:
    """What may open a sentence before its head: "Вместе с тем, в судебном заседании"."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self._by_kind: dict[int, list[Cue]] = {}  # of the first word, as they are met

    def add(self, cue: Cue) -> None:
        """Takes in one more."""
        self.cues.append(cue)

    def end(self, kinds: Sequence[int], begin: int) -> int:
        """The word behind all openings that follow each other from `begin` on, a word between them at most."""
        end, at = begin, begin
        while at < len(kinds):
            if kinds[at] not in self._by_kind:
                self._by_kind[kinds[at]] = [cue for cue in self.cues if kinds[at] in cue.parts[0].kinds]
            spans = [span for cue in self._by_kind[kinds[at]] if (span := cue.span(kinds, at))]
            if spans:
                end = at = max(span[1] for span in spans)
            elif at == end > begin:
                at += 1  # "... и с учетом изложенного"
            else:
                break
        return end


def _by_place(found: Found) -> tuple[int, int]:
    return found.start, -found.end


class WordKinds(NamedTuple):
    """The words of a batch, by the kinds of their forms."""

    kinds: NDArray[np.int32]  # (T,)

    def among(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """The kinds of the tokens from `first` to `last`; those that anchor a cue, counted from `first`."""
        kinds = self.kinds[first:last]
        return kinds.tolist(), (kinds < 0).nonzero()[0].tolist()


class Kinds:
    """The forms of a growing vocabulary, sorted into kinds: forms of one kind fit the same words of the same cues.

    So cues are found among small numbers, and a form is spelt only once, when it is first met in a passage that is
    read. Kinds that anchor a cue are negative. There are at most as many as the cues have words and stems, times the
    ways in which a form's ending tells that it is no subject.
    """

    def __init__(self, tables: Sequence[Cues], cues: Iterable[Cue], oblique: Mapping[str, Endings]) -> None:
        self._tables = tables
        self._endings = oblique
        # Kind of verb -> kinds of forms that are no subject of it.
        self.oblique: dict[str, set[int]] = {verb: set() for verb in oblique}
        self._exact: dict[str, list[Part]] = {}
        self._stems: dict[str, list[Part]] = {}
        for part in (part for cue in cues for part in cue.parts):
            for word in part.exact:
                self._exact.setdefault(word, []).append(part)
            for stem in part.stems:
                self._stems.setdefault(stem, []).append(part)
        by_length = sorted(self._stems, key=len)
        self._short = tuple(stem for stem in by_length if len(stem) < KEY_LETTERS)
        self._long: dict[str, list[str]] = {}  # by their first letters
        for stem in by_length[len(self._short) :]:
            self._long.setdefault(stem[:KEY_LETTERS], []).append(stem)
        self._beginnings = Beginnings(self._exact, self._stems)
        # Exact?, word or longest stem, of which verbs it is no subject.
        self._numbers: dict[tuple[bool, str | None, tuple[str, ...]], int] = {(False, None, ()): _NOTHING}
        self._owner: object = None
        self._of_row = np.zeros(0, np.int32)

    def of(self, words: Words) -> WordKinds:
        """The kinds of the words of a batch."""
        table = self._table(words.forms)
        kinds = table.take(words.row, mode="clip")  # without a look at their range: they are rows of these very forms
        unknown = (kinds == _UNKNOWN).nonzero()[0]
        if len(unknown):
            met = np.zeros(len(table), bool)
            met[words.row[unknown]] = True
            new = met.nonzero()[0]
            likely = new[self._beginnings.may_be_of(words.forms.beginnings(new, BEGINNING_BYTES))]
            kinds_of_likely = list(map(self._kind, words.forms.texts_of(likely)))
            table[new] = _NOTHING  # not before: were something to fail above, nothing would be known of them
            table[likely] = kinds_of_likely
            kinds = table.take(words.row, mode="clip")
        return WordKinds(kinds)

    def _table(self, forms: Forms) -> NDArray[np.int32]:
        """(F,) the kind of each form. A vocabulary's forms only grow: each is looked at once, when first met."""
        whose = forms if forms.owner is None else forms.owner
        if self._owner is not whose:
            self._owner, self._of_row = whose, np.zeros(0, np.int32)
        if len(self._of_row) < len(forms):
            self._of_row = np.concatenate([self._of_row, np.zeros(len(forms) * 5 // 4 - len(self._of_row), np.int32)])
        return self._of_row

    def _kind(self, form: str) -> int:
        """The kind of a form: which words it is and which stems it has follow from itself and its longest stem."""
        exact = self._exact.get(form, [])
        stems = [stem for stem in self._short if form.startswith(stem)] if form.startswith(self._short) else []
        if long := self._long.get(form[:KEY_LETTERS]):
            stems += [stem for stem in long if form.startswith(stem)]
        if not exact and not stems:
            return _NOTHING
        is_one_word = exact or len(form) - len(stems[-1]) <= ENDING_LETTERS
        oblique = tuple(verb for verb, endings in self._endings.items() if is_one_word and endings.fit(form))
        key = bool(exact), form if exact else stems[-1], oblique
        if key not in self._numbers:
            anchored = [table.of(form) for table in self._tables]
            kind = (1 + len(self._numbers)) * (-1 if any(anchored) else 1)
            self._numbers[key] = kind
            for table, cues in zip(self._tables, anchored, strict=True):
                if cues:
                    table.anchored[kind] = cues
            for part in (*exact, *(part for stem in stems for part in self._stems[stem])):
                part.kinds.add(kind)
            for verb in oblique:
                self.oblique[verb].add(kind)
        return self._numbers[key]


class Endings(NamedTuple):
    """Endings of a word form."""

    endings: tuple[str, ...]
    unless: tuple[str, ...]  # longer endings, or whole words, that tell otherwise

    def fit(self, form: str) -> bool:
        """Whether the form has one of them."""
        return form.endswith(self.endings) and not form.endswith(self.unless)


class Speakers(NamedTuple):
    """A pack's cues, by where they are looked for."""

    turns: Cues  # who speaks: in every word
    heads: Cues  # at the heads of sentences
    openings: Openings  # before the heads
    denials: Cues  # in sentences that are asked whether they deny something
    struck: Cues  # from such a sentence to the end of the next paragraph
    kinds: Kinds
    inserted: Endings  # of the first word of a clause that is put in between: "установленная", "которую"
    items: Endings  # of the first word of an item of a list of proofs: "карточкой", "показаниями"


def compile_speakers(pack: Pack) -> Speakers:
    """The cues of the pack's speakers.yaml.

    Raises:
        DefinitionError: an entry is not what the file's head describes.
    """
    part = pack.part("speakers")
    turns, heads, denials, struck = (Cues() for _ in range(4))
    openings = Openings()
    tables: dict[str, Cues | Openings] = {**dict.fromkeys(HEADS, heads), **dict.fromkeys(DENIALS, denials)}
    tables |= {"struck": struck, OPENING: openings}
    cues: list[Cue] = []
    for key, kind, speaker in _groups(part):
        for i, entry in enumerate(_at(part, key)):
            if not isinstance(entry, dict) or not isinstance(entry.get("cue"), str) or not entry.get("example"):
                raise part.error("a cue needs 'cue' (its words) and 'example' (a wording it catches).", *key, i)
            whom = str(entry.get("speaker", speaker))
            cue = Cue.of(kind, whom, _parts(entry["cue"]), str(entry.get("otherwise", "")))
            if kind != OPENING and any(len(stem) < KEY_LETTERS for stem in cue.parts[cue.anchor].stems):
                raise part.error(f"{entry['cue']!r} needs a word with {KEY_LETTERS} letters before its *.", *key, i)
            cues.append(cue)
            tables.get(kind, turns).add(cue)
    oblique = {verb: _endings(part, "no_subject", verb) for verb in _names(part, "no_subject")}
    kinds = Kinds((turns, heads, denials, struck), cues, oblique)
    return Speakers(turns, heads, openings, denials, struck, kinds, _endings(part, "inserted"), _endings(part, "items"))


def outermost(found: list[Found]) -> Iterator[Found]:
    """Without sources inside a longer source: "из рапортов основание не усматривается" is one, "рапортов" none.

    Nor persons inside a longer person: "сотрудник охраны магазина" is no police officer.
    """
    until = passing = person = -1
    for item in found:
        if item.end <= (until if item.cue.kind in SOURCES else passing):
            continue
        if item.cue.kind == "people":
            if item.end <= person:
                continue
            person = item.end
        if item.cue.kind in SOURCES:
            until = item.end
        if item.cue.kind == "passing":
            passing = item.end
        yield item


def _groups(part: Definition) -> list[tuple[Key, str, str]]:
    """Key of each list of cues, their kind, whom they name."""
    groups: list[tuple[Key, str, str]] = [(("passing",), "passing", "")]  # before what stands within it
    groups += [(("people", who), "people", who) for who in _names(part, "people")]
    groups += [(("verbs", kind), kind, "") for kind in _names(part, "verbs")]
    groups += [(("retold", who), "retold", who) for who in _names(part, "retold")]
    groups += [((kind,), kind, "") for kind in _PLAIN]
    return groups + [(("denial", kind), kind, "") for kind in _names(part, "denial")]


def _names(part: Definition, key: str) -> list[str]:
    group = (part.data or {}).get(key, {})
    if not isinstance(group, dict):
        raise part.error(f"{key!r} needs names with lists of cues under them.", key)
    return [str(name) for name in group]


def _endings(part: Definition, *key: str) -> Endings:
    """The endings at that place; none where the pack has no such place."""
    entry: Any = part.data or {}
    for name in key:
        entry = entry.get(name, {}) if isinstance(entry, dict) else None
    lists = [entry.get(name, []) for name in ("endings", "unless")] if isinstance(entry, dict) else [None]
    if not all(isinstance(found, list) and all(isinstance(text, str) and text for text in found) for found in lists):
        raise part.error("'endings' and 'unless' are lists of endings: [ого, ему].", *key)
    endings, unless = (tuple(found or ()) for found in lists)
    return Endings(endings, unless)


def _at(part: Definition, key: Key) -> list[Any]:
    entries: Any = part.data or {}
    for name in key:
        entries = entries.get(name) if isinstance(entries, dict) else None
    if not isinstance(entries, list | None):
        raise part.error("a list of cues is expected here.", *key)
    return entries or []


def _parts(cue: str) -> tuple[Part, ...]:
    """The words of a cue.

    >>> [p.stems for p in _parts("из рапорт* .. следует|видно")]
    [(), ('рапорт',), ()]
    """
    parts: list[Part] = []
    gap = 0
    for word in cue.lower().replace("ё", "е").split():
        if word == "..":
            gap = GAP_WORDS
            continue
        forms = word.split("|")
        stems = tuple(form[:-1] for form in forms if form.endswith("*"))
        parts.append(Part(frozenset(form for form in forms if not form.endswith("*")), stems, gap, set()))
        gap = 0
    return tuple(parts)
