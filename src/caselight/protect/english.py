"""Every place of an English opinion where a person is named: behind a role or a title, in the caption, by first name.

What comes in: a cleaned text. What goes out: mentions, sorted, not overlapping. Names in citations of published cases
stay (citations.py), so a party who shares a name with a cited case is hidden everywhere but there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caselight.protect.citations import Reports, cited
from caselight.protect.cleaned import unaccented
from caselight.protect.mentions import Mention, apart
from caselight.protect.roles import Knowledge, Role

BIG, LOW = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
# A word begins here; also where a space was lost: "22Quillan", "InsuranceQuillan", but not inside "McQuillan".
_EDGE = (
    rf"(?:(?<![{BIG}{LOW}'’])|(?<=[{LOW}]{{2}})(?<!\bMc)(?<!\bDe)(?<!\bLa)(?<!\bLe)(?<!\bDi)(?<!\bDu)"
    rf"(?<!\bMac)(?<!\bVan)(?<!\bFitz)(?=[{BIG}][{LOW}]))"
)
_GAP = r"(?:[ \t]{1,3}|[ \t]*\n[ \t]*)"
# No part of a name is longer than 40 letters: a text that is one long word must not take the square of its length.
# "Quillan", "McQuillan", "O'Quillan", "DeQuillan"; "Quillan-Harrow"; "de la Cruz", "Van der Quill"; "Q.".
_ALONE = rf"(?!(?:De|La|Le|Van|Von|Di|Du|Del|Los|Las)(?![{LOW}{BIG}-]))"  # a particle is no name
_STEM = rf"{_ALONE}(?:[OD]['’]|Mc|Mac|De|La|Le|Van|Di|Du|Fitz)?[{BIG}][{LOW}]{{1,40}}"
PARTICLE = r"(?:[Dd]e (?:[Ll]a |[Ll]os |[Ll]as )?|[Dd]el |[Vv]an (?:der |den )?|[Vv]on (?:der )?|[Dd]i |[Dd]u |[Ll]a )"
_WORD = rf"{PARTICLE}?{_STEM}(?:-{_STEM}){{0,3}}(?![{LOW}])"
_PART = rf"(?:{_WORD}|[{BIG}]\.)"
_YOUNGER = r"(?:,? (?:Jr|Sr|JR|SR)\.|,? I{2,3}\b)?"
_NAME = rf"{_PART}(?:{_GAP}(?:St\. )?{_PART}){{0,3}}{_YOUNGER}"
_UP = rf"(?:(?:Mc|Mac)?[{BIG}][{BIG}'’-]{{1,40}}|[{BIG}]\.)"
_UPPER = rf"(?<![{BIG}]){_UP}(?:{_GAP}{_UP}){{0,4}}{_YOUNGER}"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Prof)(?:\.\s?|\s)|Miss\s)"
_TITLED = re.compile(rf"\b{_TITLE}(?P<name>{_NAME}|[{BIG}](?![\w.]))")  # "Dr. Quillan", "Mr. X"
_LED = re.compile(
    rf"(?P<gap>\s+|,\s(?=[^,.;()]{{2,50}}[,.;)]))(?:{_TITLE})?(?!{_TITLE})(?P<name>{_NAME})"
)  # behind a role
_NEXT = re.compile(rf"(?:,\s+(?:and\s+)?|\s+(?:and|&)\s+)(?:{_TITLE})?(?!{_TITLE})(?P<name>{_NAME})")
_RUN = re.compile(rf"{_EDGE}{_PART}(?:{_GAP}(?:St\. )?{_PART})+{_YOUNGER}")
_EACH = re.compile(rf"(?:St\. )?(?:{_PART}|{_UP}|[{BIG}](?![\w.])|(?:Jr|Sr|JR|SR)\.|I{{2,3}}\b)")
_ONE = re.compile(rf"(?P<upper>{_UPPER})|{_EDGE}(?P<name>{_NAME})")
_PARTY = re.compile(
    r",\s*(?:(?:Cross|Counter|Third-Party)-?\s?)?(?:Plaintiff|Defendant|Petitioner|Respondent|Appell(?:ant|ee)|Claimant|Worker"
    r"|Protestant|Child|Father|Mother|Intervenor|Real Part(?:y|ies))"
)
_CAPTIONS_END = 6_000  # characters
_LONGEST_CAPTION = 400
# Words with capitals in a row: "Quillan Lumber Co.", "Quillan & Harrow"; not "Quillan's Lumber".
_CAPITALS = re.compile(rf"(?<![\w'’-])[{BIG}][\w'’-]*(?:\s(?:&\s)?[{BIG}][\w'’-]*)+")
_BENCH = re.compile(rf"(?P<name>{_UPPER})\s*,\s*(?:(?:Chief|Acting|Presiding)\s)*(?:Judge|Justice|C\.?\s?J|J)\b")
_CONCUR = re.compile(rf"(?P<list>{_UPPER}(?:(?:,\s(?:and\s)?|\sand\s){_UPPER}){{0,5}}),?\s+(?:JJ|Judges)\b")
_CAPTION_STOP = re.compile(rf"(?<![{BIG}{LOW}])[{LOW}/]+(?![{BIG}{LOW}])|\bv[s.]|[;:]")
_BEHIND = re.compile(rf"(?:{_EDGE}(?P<name>{_NAME})|(?P<upper>{_UPPER}))(?=,)")
_COUPLE = re.compile(rf"(?<![{BIG}{LOW}] ){_EDGE}(?P<name>{_WORD})\s(?:and|&)\s$")
_FIRM = re.compile(r"(?:\.|,)?\s(?:Inc|Co|Corp|Ltd|L\.?L\.?[CP]|L\.?P|P\.?[AC]|N\.A)\b|\.?\s&\s[A-Z]")
# Letters with stops, of at least two: "J.R.", not "J.R. Quillan" and not "130 S.W. 4".
_LETTERS = re.compile(rf"(?<![\w.&'’-])(?<!\d )(?:[{BIG}]\.\s?){{1,3}}[{BIG}]\.(?![\w&])(?!\s?\d)(?!\s[{BIG}][{LOW}])")
_ACTS = re.compile(
    r"['’]s?\b|,? (?:was|is|had|has|did|and|who|also|then|told|said|testified|stated|lived|to|were|would|could|in|from"
    r"|with)\b"
)
_SMALL = re.compile(rf"(?<![{BIG}{LOW}])[{LOW}]+(?:-[{LOW}]+)*")
_INSIDE = re.compile(rf"(?<=[{LOW},] )[{BIG}][{LOW}]+(?:-[{BIG}]?[{LOW}]+)*")
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii"})
SHORTEST = 2  # letters of a surname that is looked for where it stands bare
_OFTEN = 2  # times that a surname without first name, role and title must have a capital inside a sentence


@dataclass(frozen=True, slots=True)
class Page:
    """A text with what must be known of all of it."""

    text: str
    known: Knowledge
    small: Counter[str]  # word -> times it is written small
    inside: Counter[str]  # word -> times it has a capital inside a sentence
    reports: Reports
    firms: frozenset[str]  # words before one that makes a firm of a name

    @classmethod
    def of(cls, text: str, known: Knowledge) -> Page:
        """The text, counted."""
        small, inside = Counter(_SMALL.findall(text)), Counter(m.lower() for m in _INSIDE.findall(text))
        return cls(text, known, small, inside, Reports.of(text), frozenset(_before_firms(text, known)))

    def cited(self, start: int, end: int) -> bool:
        """Whether what stands there is the name of a published case."""
        return cited(self.text, start, end, self.reports)

    def is_first(self, word: str) -> bool:
        """Whether the word is a first name and hardly anything else."""
        return plain(word) in self.known.words["first_names"]

    def is_firm(self, word: str) -> bool:
        """Whether the word makes a firm or an office of a name."""
        return plain(word) in self.known.words["organisations"]

    def is_opener(self, word: str) -> bool:
        """Whether the word begins sentences and names nobody: "Although"."""
        return plain(word) in self.known.words["openers"]

    def is_named_firm(self, word: str) -> bool:
        """Whether the text has a firm whose name begins with the word: "Quillan Lumber Co."."""
        return word.rsplit(maxsplit=1)[-1] in self.firms

    def is_word(self, word: str) -> bool:
        """Whether a word with a capital is one of the language here, and no name."""
        parts = {plain(word), *map(plain, word.split("-"))}
        if self.is_opener(word) or self.is_firm(word) or not parts.isdisjoint(self.known.not_surnames):
            return True
        return 0 < self.small[plain(word)] >= self.inside[plain(word)]


def found(text: str, known: Knowledge) -> list[Mention]:
    """The mentions that show by themselves, sorted, not overlapping."""
    page = Page.of(text, known)
    searches = (_bench, _behind, _captions, _led, _titled, _pairs, _acting, _letters)
    found = apart(m for search in searches for m in search(page))
    return apart([*found, *_couples(page, found)])


def _before_firms(text: str, known: Knowledge) -> Iterator[str]:
    for row in _CAPITALS.finditer(text):
        words = row.group().split()
        firms = [i for i, word in enumerate(words) if plain(word) in known.words["organisations"]]
        yield from words[: firms[-1]] if firms else ()


def plain(word: str) -> str:
    """A name without its possessive and accents, in small letters.

    >>> plain("CHÁVEZ's")
    'chavez'
    """
    return unaccented(re.sub(r"['’]s?$", "", word).lower())


def _mention(page: Page, start: int, end: int, how: str, role: Role) -> Mention:
    words = [word for word in re.split(r"[\s,]+", page.text[start:end]) if plain(word.rstrip(".")) not in _GENERATIONS]
    long = [word for word in words if not word.endswith(".")]
    if not long:
        return Mention(start, end, "", "".join(word[0] for word in words), "half", role)
    return Mention(start, end, plain(long[-1]), words[0][0] if len(words) > 1 else "", how, role)


def _bench(page: Page) -> Iterator[Mention]:
    for m in _BENCH.finditer(page.text):
        yield from _of_bench(page, m.start("name"), m["name"])
    for m in _CONCUR.finditer(page.text):
        for name in re.finditer(_UPPER, m["list"].replace(" and ", "  &  ")):
            yield from _of_bench(page, m.start("list") + name.start(), name.group())


def _of_bench(page: Page, start: int, name: str) -> Iterator[Mention]:
    """The judge, without a heading that ran into the name: "OPINIONDONNELLY", "OPINION AND ORDER DONNELLY"."""
    headings = "|".join(sorted(page.known.words["headings"], key=len, reverse=True))
    led = re.match(rf"(?:(?:{headings}|AND|IN PART)\W*)+", name)
    begin = led.end() if led else 0
    if name[begin:].strip():
        yield _mention(page, start + begin, start + len(name), "full", Role.OFFICIAL)


def _behind(page: Page) -> Iterator[Mention]:
    """Names before an office: "Ada N. Quillan, Assistant Attorney General"."""
    after = page.known.officials_after
    for m in _BEHIND.finditer(page.text) if after else ():
        if after and after.match(page.text, m.end()):
            words = list(_EACH.finditer(page.text, m.start(), m.end()))
            first = next((i for i, w in enumerate(words) if not page.is_word(w.group())), len(words))
            if first < len(words):
                yield _mention(page, words[first].start(), m.end(), "full", Role.OFFICIAL)


def _captions(page: Page) -> Iterator[Mention]:
    """The parties before what they are: "ADA QUILLAN and PETER HARROW, his wife, Plaintiffs-Appellants"."""
    before = 0
    for party in _PARTY.finditer(page.text[:_CAPTIONS_END]):
        begin = max(before, party.start() - _LONGEST_CAPTION)
        for stop in _CAPTION_STOP.finditer(page.text, begin, party.start()):
            begin = begin if stop.group() in page.known.words["between_parties"] else stop.end()
        before = party.end()
        for m in _ONE.finditer(page.text, begin, party.start()):
            words = [word for word in m.group().split() if not re.fullmatch(PARTICLE, f"{word.title()} ")]
            if len(words) > 1 and not any(page.is_firm(w) or plain(w) in page.known.not_surnames for w in words):
                yield _mention(page, *m.span(), "full", Role.ACCUSED)


def _led(page: Page) -> Iterator[Mention]:
    """ "Defendant Pedro Quillan", "Officer Brindle", "Plaintiffs Quillan and Harrow"."""
    for role, pattern in page.known.roles:
        for lead in pattern.finditer(page.text):
            several = re.search(r"[^s]s$", lead.group())  # "Defendants", not "witness"
            name = _LED.match(page.text, lead.end())
            if name and "," in name["gap"] and role is Role.OFFICIAL:
                continue  # "an independent agent, Fred Quillan": whoever is described so need not act in office
            while name:
                words = list(_EACH.finditer(page.text, *name.span("name")))
                behind = _end_of_name(page, words, 0)
                behind = max(behind, 0 if role is Role.OFFICIAL else _end_of_words(page, words))
                end = words[behind - 1].end()
                follows = words[behind].group() if behind < len(words) else ""
                firm = page.is_firm(follows) and not page.is_first(words[0].group())
                if not behind or firm or _is_date(page, words[0]) or page.cited(words[0].start(), end):
                    break
                yield _mention(page, words[0].start(), end, "role", role)
                name = _NEXT.match(page.text, end) if several else None


def _end_of_words(page: Page, words: Sequence[re.Match[str]]) -> int:
    """Index behind a first name and a surname that are words of the language: "Will Smith", "Grant T. Hill"; 0 = none.

    Only behind a role; more words with capitals in a row are a heading: "Defendant Grant Motion Hearing Notes".
    """
    long = [i for i, word in enumerate(words) if not word.group().endswith(".")]
    if len(long) < 2 or long[0] > 0 or (len(long) > 2 and not page.is_opener(words[long[2]].group())):
        return 0
    first, last = (words[i].group() for i in long[:2])
    called = plain(first) in page.known.words["openers_and_names"] and not page.small[plain(last)]
    if (page.is_opener(first) and not called) or page.is_opener(last):
        return 0
    return 0 if any(page.is_firm(w) or plain(w) in page.known.not_surnames for w in (first, last)) else long[1] + 1


def _is_date(page: Page, word: re.Match[str]) -> bool:
    """Whether a day stands behind a month: "served Defendant May 5"."""
    return plain(word.group()) in page.known.words["doubtful"] and bool(re.match(r"\s\d", page.text[word.end() :][:2]))


def _titled(page: Page) -> Iterator[Mention]:
    """ "Dr. Quillan", "Ms. Page"; not "Mr. Justice Harrow", who is found behind his office."""
    for m in _TITLED.finditer(page.text):
        words = list(_EACH.finditer(page.text, *m.span("name")))
        if plain(words[0].group()) not in ("justice", "judge", "president", "secretary"):
            behind = _end_of_name(page, words, 0, titled=True)
            yield _mention(page, words[0].start(), words[behind - 1].end(), "full", Role.PRIVATE)


def _end_of_name(page: Page, words: Sequence[re.Match[str]], first: int, titled: bool = False) -> int:
    """Index behind the last word of the name that begins with the word `first`; `first` if none begins there.

    Args:
        words: in a row, each with a capital.
        titled: a title stands before, so the first word is a name, whatever it is called like.
    """
    sure = page.is_first(words[first].group())
    if not (sure or titled) and page.is_word(words[first].group()):
        return first
    behind = first + 1
    while behind < len(words):
        word = words[behind].group()
        initial_before = words[behind - 1].group().endswith(".")
        next_sentence = initial_before and page.small[plain(word)] > 0 and not sure
        surname = sure and behind == first + 1 and not page.is_firm(word) and not page.is_opener(word)  # "Maria Page"
        if next_sentence or (page.is_word(word) and not surname):
            break
        behind += 1
    return behind


def _pairs(page: Page) -> Iterator[Mention]:
    """First name and surname: words with capitals in a row of which none is one of the language."""
    for run in _RUN.finditer(page.text):
        words = list(_EACH.finditer(page.text, *run.span()))
        first = 0
        while first < len(words):
            behind = _end_of_name(page, words, first)
            if behind > first and _is_pair(page, words, first, behind):
                yield _mention(page, words[first].start(), words[behind - 1].end(), "two", Role.UNKNOWN)
            first = max(behind, first + 1)


def _is_pair(page: Page, words: Sequence[re.Match[str]], first: int, behind: int) -> bool:
    """Whether words of which none is one of the language name a person."""
    name, start, end = [w.group() for w in words[first:behind]], words[first].start(), words[behind - 1].end()
    long = [word for word in name if not word.endswith(".")]
    sure = page.is_first(name[0])
    firm = page.is_firm(words[behind].group()) if behind < len(words) else bool(_FIRM.match(page.text, end))
    if not long or page.cited(start, end) or (firm and not (sure and len(long) > 1)):
        return False
    if len(long) == 1:  # "Kevin J."; "A. N. Quillan", not "B. Evidence"
        shortened = len(name) == 2 and name[1].endswith(".") and page.inside[plain(name[0])] >= _OFTEN  # "Ashlynn V."
        return (
            shortened
            or (sure and len(name) > 1)
            or (len(name) > 2 and name[1].endswith(".") and len(long[0]) > SHORTEST)
        )
    return sure or plain(name[-1]) not in page.known.words["doubtful"]  # "April Quillan", not "Fort Valencia"


def _acting(page: Page) -> Iterator[Mention]:
    """Somebody who is named by surname alone and does what people do before courts: "Quillan argues"."""
    acts, belongings = ("|".join(sorted(page.known.words[key])) for key in ("acts", "belongings"))
    for m in re.finditer(rf"{_EDGE}(?P<name>{_WORD})(?:\s(?:{acts})|['’]s?\s(?:{belongings}))(?!\w)", page.text):
        name, (start, end) = m["name"], m.span("name")
        led = re.search(rf"[{BIG}{LOW}&]\s$", page.text[max(0, start - 2) : start])
        small = led and not re.search(rf"(?<![{BIG}{LOW}])[{LOW}]+\s$", page.text[max(0, start - 20) : start])
        if (
            small
            or page.is_word(name)
            or page.inside[plain(name)] < _OFTEN
            or page.cited(start, end)
            or page.is_named_firm(name)
        ):
            continue
        yield _mention(page, start, end, "role", Role.UNKNOWN)


def _couples(page: Page, found: Sequence[Mention]) -> Iterator[Mention]:
    """The first of two who share a surname: "Silas and Hepzibah Quillan"."""
    for m in found:
        first = _COUPLE.search(page.text, max(0, m.start - 24), m.start) if m.surname and m.initials else None
        if first and not page.is_word(first["name"]):
            yield Mention(*first.span("name"), m.surname, first["name"][0], "two", m.role)


def _letters(page: Page) -> Iterator[Mention]:
    """Somebody whose name the court shortened to letters: "J.R. testified", "the victim, J.R."; wherever they stand."""
    places: dict[str, list[re.Match[str]]] = {}
    for m in _LETTERS.finditer(page.text):
        letters = re.sub(r"[.\s]", "", m.group())
        if letters not in page.known.words["abbreviations"] and not page.cited(*m.span()):
            places.setdefault(letters, []).append(m)
    for letters, found_there in places.items():
        if any(_ACTS.match(page.text, m.end()) or _led_by_role(page, m.start()) for m in found_there):
            for m in found_there:
                yield Mention(m.start(), m.start() + len(m.group().rstrip()), "", letters, "half")


def _led_by_role(page: Page, start: int) -> bool:
    """Whether the word right before is one for a human being: "the victim, J.R."."""
    before = re.sub(r"[,(\s]+$", "", page.text[max(0, start - 40) : start])
    return any(m.end() == len(before) for _, pattern in page.known.roles for m in pattern.finditer(before))
