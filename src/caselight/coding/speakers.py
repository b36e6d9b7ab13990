"""Who says a passage, and is it denied: read from cues near it, never for the text as a whole.

A paragraph is read once, on demand: its cues (persons, verbs of reporting, papers retold) are put in order. A passage
belongs to the last source named before it in its paragraph; where none is, to the one named after it in its sentence;
where none is, to the court. The cues are data: packs/*/speakers.yaml.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from caselight.definitions import Definition, Key
from caselight.pack import Pack

COURT = "court"
# Words between the two halves of a cue with "..": "из рапорта (полицейского 2 полка) усматривается" has three; with
# more than six, halves of different statements meet.
GAP_WORDS = 6
# A negation this many words from a passage still denies it: "запись с камер суду не представлена" has three between.
NEAR_WORDS = 4
# A claim stands at the head of the sentence that answers it: "Приведенный защитником довод ..." begins at 22.
CLAIM_HEAD = 30
# "показаниями допрошенного в суде свидетеля": the person stands this near behind the noun of testimony.
TESTIMONY_REACH = 40
# "пояснил защитник": a person this near behind a verb is its subject.
SUBJECT_REACH = 14
SOURCES = ("retold", "testimony")
KEY_LETTERS = 3  # first letters of a word by which its cues are looked up: fewer finds too many, more loses "суд"

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<![A-ZА-ЯЁ])(?<!\bст)(?<!\bч)(?<!\bп)(?<!\bг)[.!?]\s+(?=[A-ZА-ЯЁ«\"–-])")
_CLAUSE_END = re.compile(r"[,;:()]|\s[–-]\s")


@dataclass(frozen=True, slots=True)
class Cue:
    """A wording that tells who speaks (or denies), compiled."""

    kind: str  # people | report | decide | retold | testimony | claims | heads | near | harmless | stance | norms
    speaker: str  # "" where the kind names none
    pattern: re.Pattern[str]
    otherwise: str = ""  # testimony: who speaks where no person stands behind the noun


@dataclass(frozen=True, slots=True)
class Speakers:
    """A pack's cues, by the first letters of their first word."""

    cues: dict[str, tuple[Cue, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """A cue in a paragraph; offsets into the text."""

    start: int
    end: int
    cue: Cue


@dataclass(slots=True)
class Paragraph:
    """A paragraph that has been read: who speaks from which offset on. Made by `read`."""

    start: int
    end: int
    found: list[Found]
    turns: list[int] = field(default_factory=list)  # offsets, ascending, at which the source changes ...
    sources: list[str] = field(default_factory=list)  # ... and whose words follow


def compile_speakers(pack: Pack) -> Speakers:
    """The cues of the pack's speakers.yaml, ready for `read`.

    Raises:
        DefinitionError: an entry is not what the file's head describes.
    """
    part = pack.part("speakers")
    cues: dict[str, list[Cue]] = {}
    groups: list[tuple[Key, str, str]] = [(("people", who), "people", who) for who in _names(part, "people")]
    groups += [(("verbs", kind), kind, "") for kind in _names(part, "verbs")]
    groups += [(("retold", who), "retold", who) for who in _names(part, "retold")]
    groups += [((kind,), kind, "") for kind in ("testimony", "claims", "heads", "norms", "afterwards")]
    groups += [(("denial", kind), kind, "") for kind in _names(part, "denial")]
    for key, kind, speaker in groups:
        for i, entry in enumerate(_at(part, key)):
            if not isinstance(entry, dict) or not isinstance(entry.get("cue"), str) or not entry.get("example"):
                raise part.error("a cue needs 'cue' (its words) and 'example' (a wording it catches).", *key, i)
            compiled = Cue(kind, speaker, _compile(entry["cue"]), str(entry.get("otherwise", "")))
            for letters in _first_letters(entry["cue"]):
                cues.setdefault(letters, []).append(compiled)
    return Speakers({letters: tuple(group) for letters, group in cues.items()})


def read(text: str, start: int, end: int, speakers: Speakers) -> Paragraph:
    """The paragraph `text[start:end]` with its cues and the turns of its speakers."""
    found = find_cues(text, start, end, speakers)
    paragraph = Paragraph(start, end, found)
    borders = [start, *(m.end() for m in _SENTENCE_END.finditer(text, start, end))]
    source = ""
    person = Person()
    for i, item in enumerate(found):
        opening = borders[bisect_right(borders, item.start) - 1]
        if person.sentence != opening:
            person = Person(opening)
        said = _turn(i, found, person, source, opening)
        if said:
            source = said
            paragraph.turns.append(item.start)
            paragraph.sources.append(said)
    return paragraph


@dataclass(slots=True)
class Person:
    """The person named last in the sentence that begins at `sentence`."""

    sentence: int = -1
    who: str = ""


def _turn(i: int, found: list[Found], person: Person, source: str, opening: int) -> str:
    """Whose words follow cue number i; "" = the cue changes nothing."""
    item = found[i]
    kind = item.cue.kind
    if kind == "people":
        person.who = item.cue.speaker
        return ""
    if kind == "retold":
        return item.cue.speaker
    if kind in ("report", "decide"):
        behind = _person_behind(i, found, SUBJECT_REACH)
        unnamed = COURT if kind == "decide" else (source or "defence")
        return person.who or behind or unnamed
    if kind == "testimony":
        return _person_behind(i, found, TESTIMONY_REACH) or item.cue.otherwise
    if kind in ("claims", "heads"):
        return COURT if item.start - opening < CLAIM_HEAD else ""
    return ""


def _person_behind(i: int, found: list[Found], reach: int) -> str:
    for other in found[i + 1 : i + 4]:
        if other.start - found[i].end > reach:
            return ""
        if other.cue.kind == "people":
            return other.cue.speaker
    return ""


def said_by(paragraph: Paragraph, start: int, sentence_end: int) -> str:
    """Who says the passage at `start` of a paragraph that was read."""
    i = bisect_right(paragraph.turns, start) - 1
    if i >= 0:
        return paragraph.sources[i]
    for f in paragraph.found:
        if start <= f.start < sentence_end and f.cue.kind == "afterwards":
            i = bisect_right(paragraph.turns, f.end) - 1
            return paragraph.sources[i] if i >= 0 else COURT
    return COURT


def find_cues(text: str, start: int, end: int, speakers: Speakers) -> list[Found]:
    """All cues in `text[start:end]`, in order. Soft hyphens, ё and capitals make no difference."""
    piece = text[start:end]
    gone: list[int] = []  # offsets of soft hyphens: what stands behind them moves left by one each
    if "\xad" in piece:
        gone = [m.start() - n for n, m in enumerate(re.finditer("\xad", piece))]
        piece = piece.replace("\xad", "")
    piece = piece.lower().replace("ё", "е")
    found: list[Found] = []
    for word in _WORD.finditer(piece):
        for cue in speakers.cues.get(word.group()[:KEY_LETTERS], ()):
            match = cue.pattern.match(piece, word.start())
            if match:
                first, last = match.span()
                found.append(
                    Found(start + first + bisect_right(gone, first), start + last + bisect_right(gone, last), cue)
                )
    return _outermost(found)


def _outermost(found: list[Found]) -> list[Found]:
    """Without sources inside a longer source: "из рапортов основание не усматривается" is not "рапортов"."""
    kept: list[Found] = []
    until = -1
    for item in sorted(found, key=lambda f: (f.start, -f.end)):
        if item.cue.kind in SOURCES:
            if item.end <= until:
                continue
            until = item.end
        kept.append(item)
    return kept


def is_denied(text: str, hit: tuple[int, int], sentence: tuple[int, int], found: list[Found]) -> bool:
    """Whether the sentence denies the passage: a negation near it in its clause, or a stance against it.

    Args:
        text: the document's text.
        hit: start and end of the passage.
        sentence: start and end of its sentence.
        found: cues of the sentence or of the paragraph around it.
    """
    inside = [f for f in found if sentence[0] <= f.start < sentence[1]]
    if any(f.cue.kind == "stance" for f in inside):
        return True
    harmless = {f.start for f in inside if f.cue.kind == "harmless"}
    return any(f.cue.kind == "near" and f.start not in harmless and _near(text, hit, f) for f in inside)


def _near(text: str, hit: tuple[int, int], negation: Found) -> bool:
    if hit[0] <= negation.start < hit[1]:
        return True
    between = text[negation.end : hit[0]] if negation.start < hit[0] else text[hit[1] : negation.start]
    return not _CLAUSE_END.search(between) and len(_WORD.findall(between)) <= NEAR_WORDS


def answers_claim(paragraph: Paragraph, sentence: tuple[int, int]) -> bool:
    """Whether the sentence takes up a claim at its head, as the court does to answer it."""
    return any(f.cue.kind == "claims" and 0 <= f.start - sentence[0] < CLAIM_HEAD for f in paragraph.found)


def quotes_norm(paragraph: Paragraph, sentence: tuple[int, int]) -> bool:
    """Whether the sentence begins as the quotation of a norm: what it says is law, not what happened."""
    return any(f.cue.kind == "norms" and 0 <= f.start - sentence[0] < CLAIM_HEAD for f in paragraph.found)


def _names(part: Definition, key: str) -> list[str]:
    group = (part.data or {}).get(key, {})
    if not isinstance(group, dict):
        raise part.error(f"{key!r} needs names with lists of cues under them.", key)
    return [str(name) for name in group]


def _at(part: Definition, key: Key) -> list[Any]:
    entries: Any = part.data or {}
    for name in key:
        entries = entries.get(name) if isinstance(entries, dict) else None
    if not isinstance(entries, list | None):
        raise part.error("a list of cues is expected here.", *key)
    return entries or []


def _compile(cue: str) -> re.Pattern[str]:
    """The pattern of a cue's words; matches where its first word begins.

    >>> bool(_compile("из рапорт* .. следует|видно").match("из рапорта полицейского отдела видно, что"))
    True
    """
    parts: list[str] = []
    joint = ""
    for word in cue.lower().replace("ё", "е").split():
        if word == "..":
            joint = rf"(?:\W+\w+){{0,{GAP_WORDS}}}?\W+"
            continue
        forms = "|".join(re.escape(form).replace(r"\*", r"\w*") for form in word.split("|"))
        parts.append(f"{joint}(?:{forms})\\b")
        joint = r"\W+"
    return re.compile("".join(parts))


def _first_letters(cue: str) -> set[str]:
    """Keys under which a cue is looked up; a short stem ("ст*") is refused, it would match nearly every word."""
    forms = cue.lower().replace("ё", "е").split()[0].split("|")
    return {form.rstrip("*")[:KEY_LETTERS] for form in forms}
