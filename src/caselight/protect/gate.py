"""The gate: looks into every file of a publication for everything that was replaced, in every way it may be written.

It shares with the finder only what a name is, not where it looked: it reads the finished files. In the pages and lines
of a case it looks for every name and number of that case, in any inflection; elsewhere for all of them. In the lines
of *another* case a surname alone proves nothing (two people may bear it), so there it looks for surname and initials
together, and for numbers.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from caselight.protect import latin, looks
from caselight.protect.cleaned import clean, fold, unaccented
from caselight.protect.halves import is_whole
from caselight.protect.identifiers import flat, written_anyhow
from caselight.protect.matters import Secret
from caselight.protect.phrases import Phrases
from caselight.protect.policy import Policy
from caselight.protect.printed import Printed
from caselight.protect.surnames import bare_stem, forms, grammemes, stems, stems_of_word

MTIME = 315_532_800  # 1980-01-01: the oldest time that every archive and file system can hold
# The id of a case, or of the document that it is named after.
_CASE = re.compile(r"(?<![0-9a-f])(?:c(?P<case>[0-9a-f]{16})|(?P<document>[0-9a-f]{16})[0-9a-f]{48})(?![0-9a-f])")
_WORD = re.compile(r"[^\W\d_]{2,}(?:[-‐–][^\W\d_]{2,})*")
_HUMP = re.compile(r"[A-ZА-ЯЁ][a-zа-яё]{2,}")
_NAMED = re.compile(
    r"(?<![^\W\d_])(?:(?P<a>[^\W\d_]{2,}(?:-[^\W\d_]+)?)\s{0,3}(?P<b>[А-ЯЁA-Z])\.?\s?(?P<c>[А-ЯЁA-Z])?\.?(?![а-яёa-z])"
    r"|(?P<d>[А-ЯЁA-Z])\.\s?(?P<e>[А-ЯЁA-Z])?\.?\s?(?P<f>[^\W\d_]{2,}(?:-[^\W\d_]+)?))"
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().\u2013-]{1,3}(?=\d)")
_DIGITS = re.compile(r"\d{6,}")
_LONG_NUMBER = re.compile(r"\d(?:[\s().\u2013-]{0,3}\d){5}")
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
# A path of somebody's machine, in any file.
_PATH = re.compile(
    r"(?<![\w.>/])(?:/(?:home|Users|root|tmp|mnt|media|var|work|srv|opt)/[\w.-]+|[^\W\d_]:\\{1,2}[\w. -]+)"
)
_END = re.compile(r"\w+(?:\.\w+)*")  # "delo_17.docx" of "Дело Иванова, delo_17.docx"
_FUZZY_LETTERS = 6  # a shorter word is one edit away from too many others
_FEWEST_DIGITS = 6
_SHORTEST = 5  # characters of what is looked for as it stands: a year of birth alone is anybody's
_NEAR = 24  # characters shown on each side of a find


@dataclass(frozen=True, slots=True)
class Find:
    """Something that must not, or perhaps should not, leave the study."""

    file: str
    line: int  # from 1; 0 = the file's name or its nature
    kind: str  # person | address | ... | path | user | host | time | picture | metadata | file
    what: str
    near: str
    certain: bool  # False = one letter away from a name, or in small letters: have a look


# An id in the name of a file: hexadecimal digits, among which "fed" or "bd" is nobody.
_ID = re.compile(r"(?<![^\W_])c?[0-9a-f]{16,64}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Known:
    """What the gate must know of one case."""

    secrets: tuple[Secret, ...]
    kept: tuple[str, ...]  # names that stay, as they stand


@dataclass(frozen=True, slots=True)
class Machine:
    """What says where a publication was made; given by the caller, who knows the machine."""

    user: str
    host: str
    paths: tuple[str, ...]


class _Joined:
    """A text without what may stand between the digits of a number, and the way back to the text as it was."""

    def __init__(self, text: str) -> None:
        self._ends = [0]  # of each gap, in the text as it was; the first one is the beginning
        self._starts = [0]  # where the text after it begins in `text`
        pieces: list[str] = []
        for m in _BETWEEN_DIGITS.finditer(text):
            pieces.append(text[self._ends[-1] : m.start()])
            self._starts.append(self._starts[-1] + len(pieces[-1]))
            self._ends.append(m.end())
        self.text = "".join([*pieces, text[self._ends[-1] :]])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text as it was that these characters came from; `end` > `start`."""
        return self._back(start), self._back(end - 1) + 1

    def _back(self, at: int) -> int:
        piece = bisect_right(self._starts, at) - 1
        return self._ends[piece] + at - self._starts[piece]

    def numbers(self, wanted: Mapping[str, Secret], lengths: Iterable[int]) -> Iterator[tuple[Secret, int, int]]:
        """(number, start, end) of every wanted one in the text as it was, whatever is between its digits there."""
        for m in _DIGITS.finditer(self.text):
            for length in lengths:
                for at in range(m.start(), m.end() - length + 1):
                    if found := wanted.get(self.text[at : at + length]):
                        yield found, *self.span(at, at + length)


class _Index:
    """The secrets of some cases, ready to be looked for."""

    def __init__(self, secrets: Iterable[Secret], kept: Iterable[str], printed: Printed) -> None:
        self._printed = printed
        self._people: dict[str, Secret] = {}
        self._forms: dict[str, Secret] = {}
        self._sounds: dict[str, Secret] = {}  # in Latin letters
        self._digits: dict[str, Secret] = {}
        self._written: dict[str, Secret] = {}
        self._asked: dict[tuple[str, bool], tuple[Secret | None, bool]] = {}
        for secret in secrets:
            self._add(secret)
        # A surname alone that stays (an official's) hides nobody who bears it and is hidden.
        safe = {fold(clean(k).text) for k in kept if len(k) > 3}
        alone = {k for k in safe if not re.search(r"[\s.]", k) and not self._people.keys().isdisjoint(stems_of_word(k))}
        self._kept = sorted(safe - alone, key=len, reverse=True)

    def _add(self, secret: Secret) -> None:
        digits = "".join(filter(str.isdigit, secret.text))
        if secret.kind == "person" and is_whole(secret.surname):
            self._people.update(dict.fromkeys(stems(secret.surname), secret))
            self._forms.update(dict.fromkeys(forms(secret.surname), secret))
            self._sounds.update(dict.fromkeys(latin.sounds(secret.surname), secret))
        elif secret.kind in ("phone", "document") and len(digits) >= _FEWEST_DIGITS:
            self._digits[digits[-10:] if secret.kind == "phone" else digits] = secret
        else:
            written = flat(clean(secret.text).text)
            named = secret.kind != "person" or _TWO_LETTERS.search(written)  # "а и в" is said of nobody
            if named and len(written) >= _SHORTEST:
                self._written[written] = secret

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return written_anyhow(self._written) if self._written else None

    @cached_property
    def _mask(self) -> re.Pattern[str] | None:
        return re.compile(rf"(?:{'|'.join(map(re.escape, self._kept))})(?![^\W\d_])") if self._kept else None

    @cached_property
    def _close(self) -> dict[str, Secret]:
        """Every long surname with one letter taken out."""
        names = {name: s for name, s in self._forms.items() if len(name) >= _FUZZY_LETTERS}
        return {short: s for name, s in names.items() for short in (name, *_shorter(name))}

    def finds(self, text: str, in_name: bool = False) -> Iterator[tuple[Secret, int, int, bool]]:
        """(secret, start, end, certain) of each place where one stands in a cleaned text."""
        folded = fold(text)
        if self._mask:
            folded = self._mask.sub(lambda m: "\0" * len(m.group()), folded)
        for m in _WORD.finditer(folded):
            small = in_name or self._printed.in_handle(text, *m.span())
            secret, certain = self._name(m.group(), text[m.start() : m.end()], small)
            if secret:
                yield secret, m.start(), m.end(), certain
        if self._pattern:
            for m in self._pattern.finditer(folded):
                yield self._written[flat(m.group())], m.start(), m.end(), True
        if self._digits and _LONG_NUMBER.search(folded):
            for secret, start, end in _Joined(folded).numbers(self._digits, self._lengths):
                yield secret, start, end, True

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted(set(map(len, self._digits))))

    def _name(self, word: str, written: str, small: bool) -> tuple[Secret | None, bool]:
        """As `_named`, asked once for each way in which a word is written."""
        if (written, small) not in self._asked:
            self._asked[written, small] = self._named(word, written, small)
        return self._asked[written, small]

    def _named(self, word: str, written: str, small: bool) -> tuple[Secret | None, bool]:
        """The person whom a word names, and whether it does so surely; `small` = names are written small there."""
        humps = map(fold, _HUMP.findall(written)) if not written.isupper() else ()  # a space was forgotten
        parts = {word, *re.split("[-‐–]", word), *humps}
        for part in parts | set(map(unaccented, parts)):
            found = self._forms.get(part) or next(
                (self._people[s] for s in stems_of_word(part) if s in self._people), None
            )
            unusual = not part.isascii() and not grammemes(part)[0]  # a small letter was typed, but it is no word
            if found and (not written.islower() or small or unusual):
                return found, True
            if found and part.isascii() and part not in self._printed.words:
                return found, False
        if word.isascii() and (found := self._sounds.get(latin.sound(word))):
            return found, small or written[0].isupper()
        if len(word) >= _FUZZY_LETTERS and written[0].isupper() and not grammemes(word)[0]:
            for short in (word, *_shorter(word)):
                if short in self._close:
                    return self._close[short], False
        return None, False


def _shorter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


class Gate:
    """Looks into folders for what the cases of one study hide."""

    def __init__(
        self,
        cases: Callable[[str], Known | None],
        every: Callable[[], Iterable[Known]],
        machine: Machine,
        policy: Policy | None = None,
        files: Iterable[str] = (),
        printed: Printed | None = None,
    ) -> None:
        """What to look for.

        Args:
            cases: what is known of the case of that id; None = there is no such case.
            every: what is known of all cases.
            machine: user, host and folders that must not be named.
            policy: its words that may stand anywhere, and its texts of several words, which must stand nowhere.
            files: names of the records as received, which must not be named either.
            printed: what stands in every report and is said of no person.
        """
        listed = policy or Policy()
        self._phrases = Phrases(listed.hide)
        self._printed = printed or Printed()
        self._cases, self._every, self._machine = cases, every, machine
        self._allow = {fold(word) for word in listed.allow}
        self._files: dict[str, list[str]] = {}  # how a name of a file ends -> names
        for file in {fold(clean(f).text) for f in files if len(f) > 4}:
            self._files.setdefault(_END.findall(file)[-1] if _END.search(file) else "", []).append(file)

    def look(self, folder: Path) -> list[Find]:
        """Everything that must not leave, in the order of the files; those that need a look are marked."""
        found: list[Find] = []
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.stat().st_mtime != MTIME:
                found.append(Find(name, 0, "time", "the time of its last change", "", True))
            if path.is_symlink():
                found.append(Find(name, 0, "file", "a link to another place", "", True))
            elif path.is_file():
                found += self._file(name, path.read_bytes())
        return found

    def _file(self, name: str, data: bytes) -> Iterator[Find]:
        for odd in looks.strange(name, data):
            yield Find(name, 0, odd.kind, odd.what, "", True)
        yield from self._text(name, 0, _ID.sub(lambda m: "." * len(m[0]), name), None, in_name=True)
        if hashlib.sha256(data).digest() in self._printed.files:
            return
        ids = _cases_in(name)
        markup = looks.is_markup(name)
        seen: set[tuple[str, int, str]] = set()
        try:
            texts = list(looks.views(name, data))
        except Exception as error:
            yield Find(name, 0, "file", f"could not be looked into ({type(error).__name__})", "", True)
            return
        if ids:
            texts = [looks.View(1, "\n".join(view.text for view in texts))]
        for view in texts:
            of = ids or _cases_in(view.text)
            for reading in looks.readings(self._printed.without(view.text), markup):
                for find in self._text(name, view.line, reading, of, in_name=False):
                    if (find.what, find.line, find.near) not in seen:
                        seen.add((find.what, find.line, find.near))
                        yield find

    def _text(self, name: str, line: int, text: str, of: tuple[str, ...] | None, in_name: bool) -> Iterator[Find]:
        body = clean(text).text
        own = [known for case in of or () if (known := self._cases(case))]
        index = self._index(tuple(of or ())) if own else self._whole
        kept = {fold(k) for known in own for k in known.kept}
        told = self._printed.blanked(body)
        found = [*index.finds(told, in_name), *self._foreign(told, kept if own else None)]
        places = [(secret.kind, start, end, certain) for secret, start, end, certain in found]
        places += [("person", start, end, True) for start, end in self._phrases.finds(fold(body))]
        for kind, start, end, certain in places:
            word = body[start:end]
            if fold(word) not in self._allow:
                at = line + body.count("\n", 0, start) if line else 0
                yield Find(name, at, kind, word, _around(body, start, end), certain)
        yield from self._made_where(name, line, body)

    def _index(self, cases: tuple[str, ...]) -> _Index:
        if cases not in self._made:
            known = [k for case in cases if (k := self._cases(case))]
            if len(self._made) > 64:
                self._made.clear()
            self._made[cases] = _Index(
                [s for k in known for s in k.secrets], [n for k in known for n in k.kept], self._printed
            )
        return self._made[cases]

    @cached_property
    def _made(self) -> dict[tuple[str, ...], _Index]:
        return {}

    @cached_property
    def _whole(self) -> _Index:
        known = list(self._every())
        return _Index([s for k in known for s in k.secrets], [n for k in known for n in k.kept], self._printed)

    @cached_property
    def _everybody(self) -> tuple[dict[str, list[Secret]], dict[str, Secret]]:
        """All persons with two initials, by stem; all long numbers, by their digits."""
        people: dict[str, list[Secret]] = {}
        numbers: dict[str, Secret] = {}
        for known in self._every():
            for secret in known.secrets:
                if secret.kind == "person" and len(secret.initials) == 2 and secret.surname:
                    people.setdefault(bare_stem(secret.surname), []).append(secret)
                digits = "".join(filter(str.isdigit, secret.text))
                if secret.kind in ("phone", "document") and len(digits) >= 10:
                    numbers[digits] = secret
        return people, numbers

    def _foreign(self, body: str, kept: set[str] | None) -> Iterator[tuple[Secret, int, int, bool]]:
        """Persons and numbers of other cases; `kept` = names that stay in the cases at hand, None = not asked."""
        if kept is None:
            return
        people, numbers = self._everybody
        for m in _NAMED.finditer(body):
            surname, initials = m["a"] or m["f"], (m["b"] or m["d"] or "") + (m["c"] or m["e"] or "")
            if len(initials) == 2 and surname[0].isupper() and not any(fold(surname) in k for k in kept):
                for secret in people.get(bare_stem(surname), ()):
                    if secret.initials == initials:
                        yield secret, m.start(), m.end(), True
        joined = _Joined(body)
        for m in _DIGITS.finditer(joined.text):
            if m.group() in numbers:
                yield numbers[m.group()], *joined.span(*m.span()), True

    def _made_where(self, name: str, line: int, body: str) -> Iterator[Find]:
        for m in _PATH.finditer(body):
            yield Find(name, line, "path", m.group(), _around(body, *m.span()), True)
        for path in self._machine.paths:
            if len(path) > 3 and path in body:
                yield Find(name, line, "path", path, "", True)
        folded = fold(body)
        for kind, word in (("user", self._machine.user), ("host", self._machine.host)):
            if (
                len(word) > 2
                and fold(word) not in _EVERYBODYS
                and re.search(rf"(?<!\w){re.escape(fold(word))}(?!\w)", folded)
            ):
                yield Find(name, line, kind, word, "", True)
        for file in self._named_files(folded):
            if re.search(rf"(?<![\w.]){re.escape(file)}(?!\w)", folded):
                yield Find(name, line, "file name", file, "", True)

    def _named_files(self, folded: str) -> Iterator[str]:
        """Names of files that may stand in the text: the end of each does."""
        ends = {""}
        for run in set(_END.findall(folded)):
            parts = run.split(".")
            ends.update(".".join(parts[:size]) for size in range(1, len(parts) + 1))
        for end in sorted(ends & self._files.keys()):
            yield from (file for file in self._files[end] if file in folded)


# Names of users and hosts that say nothing, and stand in style sheets.
_EVERYBODYS = frozenset({"root", "user", "admin", "localhost", "ubuntu", "debian"})


def _cases_in(text: str) -> tuple[str, ...]:
    """Ids of the cases that a text names."""
    return tuple(dict.fromkeys("c" + (m["case"] or m["document"]) for m in _CASE.finditer(text)))


def _around(text: str, start: int, end: int) -> str:
    return " ".join(text[max(0, start - _NEAR) : end + _NEAR].split())


def summary(found: Iterable[Find]) -> Mapping[str, int]:
    """How many finds of each kind are certain."""
    counts: dict[str, int] = {}
    for find in found:
        if find.certain:
            counts[find.kind] = counts.get(find.kind, 0) + 1
    return counts
