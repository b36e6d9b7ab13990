"""Where a court lies: by its code or the case's identifier; else by the words of its name.

The words are the pack's `words/places.csv` (columns `region` and `words`): first what names a region ("воронежск*
област*"), then towns that lie in one region only ("города твери"). The first row that a name holds tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from caselight.remembering import Lately
from caselight.structure.courts import REMEMBERED_NAMES, Register
from caselight.types import Fact

_DASH = re.compile(r"(?<=\w)\s*[-–—]\s*(?=\w)")  # "Ямало - Ненецкого"


class RegionRules(NamedTuple):
    """How a region is told."""

    of_code: re.Pattern[str]  # the region at the beginning of a court's code or an identifier, where it stands for one
    of_name: tuple[tuple[str, str, str], ...]  # letters that a comparable name holds, the whole pattern -> region
    remembered: Lately[str, str | None]  # name as stated -> region, "" = none

    def named(self, name: str, register: Register) -> str:
        """The region of the court with this name, "" if its words tell none."""
        found = self.remembered[name]
        if found is None:
            text = _DASH.sub("-", register.comparable(name))
            rows = (row for row in self.of_name if row[0] in text)
            found = next((region for _, pattern, region in rows if re.search(pattern, text)), "")
            self.remembered[name] = found
        return found


def compile_regions(of_code: re.Pattern[str], rows: Iterable[Mapping[str, str]]) -> RegionRules:
    """The rules; `words` of a row are small letters, and a word that ends with * may go on.

    There are hundreds of rows, of which the courts of a pile need a few: those are compiled when they are met.
    """
    of_name = tuple(
        (row["words"].split()[0].rstrip("*"), _pattern(row["words"]), row["region"].strip()) for row in rows
    )
    return RegionRules(of_code, of_name, Lately(REMEMBERED_NAMES))


def _pattern(words: str) -> str:
    parts = [re.escape(word.rstrip("*")) + (r"[\w-]*" if word.endswith("*") else "") for word in words.split()]
    return r"(?<![\w-])" + r"\s+".join(parts) + r"(?![\w-])"


def region_of(single: Mapping[str, Fact], rules: RegionRules, register: Register) -> list[Fact]:
    """Where the court is: by its code, in a first instance by the case's UID, by its name, else by the UID after all.

    A UID begins with the code of the court where the case began: of a court that reviews it, the name tells better.
    """
    code = single.get("court_code")
    if code and (region := _begins(code, rules)):
        return [Fact("region", region, code.span, code.source)]
    court, uid, instance = (single.get(name) for name in ("court", "uid", "instance"))
    named, begun = rules.named(str(court.value), register) if court else "", _begins(uid, rules)
    first = instance is not None and instance.value == "first"
    told = [*[(uid, begun)][:first], (court, named), (uid, begun)]
    return [Fact("region", region, fact.span, fact.source) for fact, region in told if fact and region][:1]


def _begins(fact: Fact | None, rules: RegionRules) -> str:
    found = rules.of_code.match(str(fact.value)) if fact else None
    return found[0] if found else ""
