"""Every place of an English opinion where a person is named: behind a role or a title, in the caption, by first name.

Names in citations ("State v. Quillan, 1999-NMSC-018") belong to published law and stay. So a party who shares a name
with a cited case is hidden everywhere but there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caselight.protect.mentions import Mention, apart
from caselight.protect.roles import Knowledge, Role

_PART = r"(?:[A-ZÀ-Ý]\.|(?:O['’]|Mc|Mac|De|La|Le|Van|St\.\s)?[A-ZÀ-Ý][a-zà-ÿ'’]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?)"
_NAME = rf"{_PART}(?:\s{_PART}){{0,3}}"
_UPPER = r"[A-ZÀ-Ý][A-ZÀ-Ý'’-]+(?:\s(?:[A-Z]\.|[A-ZÀ-Ý][A-ZÀ-Ý'’-]+)){0,3}"
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s"
_TITLED = re.compile(rf"\b{_TITLE}(?P<name>{_NAME})")
_LED = re.compile(rf"\s(?:{_TITLE})?(?!{_TITLE})(?P<name>{_NAME})")  # behind a role
_CAPTION = re.compile(
    rf"(?P<name>{_UPPER}|{_NAME})\s*,\s*(?:individually[^,]*,\s*)?(?:Plaintiff|Defendant|Petitioner|Respondent|Appell(?:ant|ee)"
    r"|Claimant|Worker|Cross-|Third-Party|Protestant|Child|Father|Mother|Intervenor)"
)
_BENCH = re.compile(rf"(?P<name>{_UPPER})\s*,\s*(?:(?:Chief|Acting|Presiding)\s)*(?:Judge|Justice|C\.?J|J)\b")
_CONCUR = re.compile(rf"(?P<list>{_UPPER}(?:,?\s(?:and\s)?{_UPPER}){{0,5}}),?\s+(?:JJ|Judges)\b")
_BEFORE_CITED = re.compile(r"(?:\bIn\s+re\s+|\bv\.\s+|\bex\s+rel\.\s+)$")
_BEHIND_CITED = re.compile(
    r"\s+v\.\s+[A-ZÀ-Ý][\w'’-]*|\s*,\s*\d+[\s-]+(?:N\.\s?M|NM|P\.|U\.S|S\.\s?Ct|F\.)\w*|\s*,\s*(?:19|20)\d\d[\s-]NM\w*"
)
_PAIR = re.compile(
    r"(?<![\w.])(?P<name>[A-Z][a-zà-ÿ]+(?:\s[A-Z]\.|\s[A-Z][a-zà-ÿ]+)?\s(?:Mc|Mac|De\s|La\s)?[A-Z][a-zà-ÿ]{2,}(?:-[A-Z][a-z]+)?)(?!\w)"
)
_WORD = re.compile(r"[A-Za-zÀ-ÿ'’-]+")


def found(text: str, known: Knowledge) -> list[Mention]:
    """The mentions that show by themselves, sorted, not overlapping."""
    return apart((*_bench(text), *_captions(text), *_led(text, known), *_titled(text), *_pairs(text, known)))


def bare(text: str, surnames: frozenset[str], taken: list[Mention]) -> tuple[list[Mention], list[tuple[int, int]]]:
    """Known surnames, wherever they stand with a capital: those that name somebody, and citations, which stay."""
    covered = {i for m in taken for i in range(m.start, m.end)}
    more, cited = [], []
    for m in re.finditer(r"(?<!\w)[A-ZÀ-Ý][\wÀ-ÿ-]+", text):
        word = plain(m.group())
        if m.start() in covered or not {word, word.removesuffix("s")} & surnames:  # "the Quillans"
            continue
        if _cited(text, m.start(), m.end()):
            cited.append(_citation(text, m.start(), m.end()))
        else:
            more.append(Mention(m.start(), m.end(), m.group(), "", "bare"))
    return sorted([*taken, *more], key=lambda m: m.start), cited


def _citation(text: str, start: int, end: int) -> tuple[int, int]:
    """The name with what makes a citation of it: "v. Quillan", "Quill, 128 N.M"."""
    before = _BEFORE_CITED.search(text[max(0, start - 8) : start])
    behind = _BEHIND_CITED.match(text, end)
    return (start - len(before.group()) if before else start), (behind.end() if behind else end)


def plain(word: str) -> str:
    """A surname without its possessive, in small letters."""
    return re.sub(r"['’]s?$", "", word).lower()


def _mention(m: re.Match[str], how: str, role: Role) -> Mention:
    start, end = m.span("name")
    words = m["name"].split()
    initials = words[0][0] if len(words) > 1 else ""
    return Mention(start, end, plain(words[-1]), initials, how, role)


def _bench(text: str) -> Iterator[Mention]:
    for m in _BENCH.finditer(text):
        yield _mention(m, "full", Role.OFFICIAL)
    for m in _CONCUR.finditer(text):
        for name in re.finditer(rf"(?P<name>{_UPPER})", m["list"].replace(" and ", "  &  ")):
            start = m.start("list") + name.start()
            yield Mention(start, start + len(name.group()), plain(name.group().split()[-1]), "", "full", Role.OFFICIAL)


def _captions(text: str) -> Iterator[Mention]:
    for m in _CAPTION.finditer(text[:6000]):
        if len(m["name"].split()) > 1 and not _organisation(m["name"]):
            yield _mention(m, "full", Role.ACCUSED)


def _titled(text: str) -> Iterator[Mention]:
    """ "Dr. Quill"; behind initials alone the next sentence may begin: "Mrs. J. The door"."""
    small = _small(text)
    for m in _TITLED.finditer(text):
        last = m["name"].rpartition(" ")[2]
        ends = m.end() - len(last) - 1 if m["name"].endswith(f". {last}") and plain(last) in small else m.end()
        whole = _TITLED.match(text, m.start(), ends)
        if whole:
            yield _mention(whole, "full", Role.PRIVATE)


def _led(text: str, known: Knowledge) -> Iterator[Mention]:
    """ "Defendant Pedro Quill", "Officer Smith"."""
    small = _small(text)
    for role, pattern in known.roles:
        for m in pattern.finditer(text):
            name = _LED.match(text, m.end())
            if not name or _organisation(name["name"]) or _cited(text, *name.span("name")):
                continue
            if not any(plain(word) in small or plain(word) in known.not_surnames for word in name["name"].split()):
                yield _mention(name, "role", role)


def _pairs(text: str, known: Knowledge) -> Iterator[Mention]:
    """First name and surname: two words with capitals inside a sentence, of which neither also stands small."""
    small = _small(text)
    for m in _PAIR.finditer(text):
        words = [plain(word) for word in m["name"].split()]
        if any(word in small or word in known.not_surnames for word in words) or _organisation(m["name"]):
            continue
        if not _cited(text, *m.span("name")):
            yield _mention(m, "two", Role.UNKNOWN)


def _small(text: str) -> frozenset[str]:
    """Words that the text also writes small: no names."""
    return frozenset(word for word in _WORD.findall(text) if word[0].islower())


def _cited(text: str, start: int, end: int) -> bool:
    return bool(_BEFORE_CITED.search(text[max(0, start - 8) : start]) or _BEHIND_CITED.match(text, end))


def _organisation(name: str) -> bool:
    return bool(
        re.search(
            r"\b(?:STATE|State|CITY|City|COUNTY|County|BOARD|Board|BD|Bd|DEPARTMENT|Department|COMPANY|Company|Co|INC|Inc|CORP|Corp|"
            r"BANK|Bank|BOOKS|Books|INSURANCE|Insurance|DISTRICT|District|COURT|Court|UNIVERSITY|University|UNITED|United|LLC|ASSOCIATION|"
            r"Association|SCHOOL|School|COMMISSION|Commission|TRUST|Trust|GROUP|Group|HOSPITAL|Hospital|Act|ACT|New|NEW|Rule|Section)\b",
            name,
        )
    )
