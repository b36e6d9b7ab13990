"""Names of courts in one spelling, and the register that knows their codes.

"судьи Тверского районного суда г.Москвы" names the "Тверской районный суд г. Москвы", 77RS0027.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from caselight.remembering import Lately
from caselight.structure.forms import Endings, plain, repaired, titled

REMEMBERED_NAMES = 2_000  # a study mostly has a few hundred courts, in three cases


class CourtRules(NamedTuple):
    """How a pack's courts are called."""

    head: re.Pattern[str]  # the words to put into the nominative, at the beginning of a name
    templates: tuple[tuple[re.Pattern[str], str], ...]  # names that are built, not inflected: a justice's district
    endings: Endings
    spelling: tuple[tuple[re.Pattern[str], str], ...]  # "г.Читы" -> "г. Читы"
    lower: frozenset[str]  # words that stay small when a name written in capitals is titled
    misread: Mapping[str, str]
    known: frozenset[str]  # words that occur in the register's names, lower case
    remembered: Lately[str, str | None]  # as written -> nominative


class Register(NamedTuple):
    """Courts by code and by name. Names are compared without the spelling of "г."/"города", case and ё."""

    names: Mapping[str, str]  # code -> name
    codes: Mapping[str, tuple[str, ...]]  # comparable full name -> codes
    cores: Mapping[str, tuple[str, ...]]  # comparable name without its place -> codes
    shared: frozenset[str]  # comparable names without a place that courts elsewhere bear as well
    place: re.Pattern[str]  # where the place begins in a name
    same: tuple[tuple[re.Pattern[str], str], ...]  # spellings that mean one: "г." and "города"
    remembered: Lately[tuple[str, str], str | None]  # name, region -> code
    compared: Lately[str, str | None]  # name -> the comparable one
    cored: Lately[str, str | None]  # name -> that without its place

    def comparable(self, name: str) -> str:
        """The name as it is looked up: plain, with one spelling for one meaning."""
        text = self.compared[name]
        if text is None:
            text = plain(name)
            for pattern, replacement in self.same:
                text = pattern.sub(replacement, text)
            self.compared[name] = text
        return text

    def core(self, name: str) -> str:
        """The comparable name without its place."""
        core = self.cored[name]
        if core is None:
            text = self.comparable(name)
            place = self.place.search(text)
            core = text[: place.start()].strip() if place else text
            self.cored[name] = core
        return core

    def code(self, name: str, region: str = "") -> str:
        """The one code that the name can mean, "" where it is unknown or several courts bear it.

        Args:
            name: nominative, with or without its place.
            region: the first two digits of the code, where known from elsewhere.
        """
        code = self.remembered[name, region]
        if code is None:
            code = self.remembered[name, region] = self._look_up(name, region)
        return code

    def _look_up(self, name: str, region: str) -> str:
        text = self.comparable(name)
        found = self.codes.get(text, ())
        core = self.core(name)
        if not found and core == text and (region or core not in self.shared):
            found = self.cores.get(core, ())
        found = tuple(code for code in found if not region or code.startswith(region))
        return found[0] if len(found) == 1 else ""


def build_register(
    rows: Iterable[Mapping[str, str]], place: re.Pattern[str], same: tuple[tuple[re.Pattern[str], str], ...]
) -> Register:
    """The register of rows with columns `code`, `name` and `shared` ("yes": others elsewhere bear the short name)."""
    remembered: Lately[tuple[str, str], str | None] = Lately(REMEMBERED_NAMES)
    compared: Lately[str, str | None] = Lately(REMEMBERED_NAMES)
    cored: Lately[str, str | None] = Lately(REMEMBERED_NAMES)
    register = Register({}, {}, {}, frozenset(), place, same, remembered, compared, cored)
    names: dict[str, str] = {}
    codes: dict[str, set[str]] = {}
    cores: dict[str, set[str]] = {}
    shared: set[str] = set()
    for row in rows:
        code, name = row["code"].strip(), row["name"].strip()
        names[code] = name
        codes.setdefault(register.comparable(name), set()).add(code)
        cores.setdefault(register.core(name), set()).add(code)
        if (row.get("shared") or "").strip() == "yes":
            shared.add(register.core(name))
    return register._replace(
        names=names,
        codes={name: tuple(sorted(found)) for name, found in codes.items()},
        cores={name: tuple(sorted(found)) for name, found in cores.items()},
        shared=frozenset(shared),
    )


def court_name(words: str, rules: CourtRules) -> str:
    """The court's name in the nominative, its place as the text gives it."""
    text = " ".join(words.split())
    name = rules.remembered[text]
    if name is None:
        name = rules.remembered[text] = _nominative(text, rules)
    return name


def _nominative(text: str, rules: CourtRules) -> str:
    if text.isupper() or (rules.head.match(text) and rules.head.match(text)[0].isupper()):  # type: ignore[index]
        text = _titled(text, rules)
    text = " ".join(repaired(word, rules.known, rules.misread) for word in text.split())
    for pattern, replacement in rules.spelling:
        text = pattern.sub(replacement, text)
    for pattern, template in rules.templates:
        match = pattern.search(text)
        if match:
            return " ".join(template.format(**match.groupdict("")).split())
    head = rules.head.match(text)
    if not head:
        return text
    words_of_head = [rules.endings.nominative(word) for word in head[0].split()]
    words_of_head[0] = words_of_head[0][:1].upper() + words_of_head[0][1:]
    return " ".join(words_of_head) + text[head.end() :]


def _titled(text: str, rules: CourtRules) -> str:
    words = [titled(word) if word.isupper() else word for word in text.split()]
    return " ".join([words[0]] + [w.lower() if w.lower() in rules.lower else w for w in words[1:]])
