"""Whether what looks like a person's name is the name of a street, a town or a court."""

from __future__ import annotations

from caselight.protect.mentions import Mention
from caselight.protect.roles import Knowledge
from caselight.protect.surnames import agree, grammemes


def place_of(text: str, m: Mention, known: Knowledge, is_known: bool = False) -> tuple[int, int] | None:
    """The name of a street, a town, a court that the words beside a name make of it; None = it is a person's.

    Args:
        is_known: the surname of somebody in this matter. Then only a town is believed: "с. Иванов" may be the end
            of something else, and "Иванов суд" no court.
    """
    begin = max(0, m.start - 60)
    before, after = text[begin : m.start], text[m.end : m.end + 20]
    lead = known.places_before and known.places_before.search(before)
    if lead and lead["first"] and "Name" not in grammemes(lead["first"].strip())[1]:
        lead = None  # "площади Ленина Петров": the place has its name already
    if not lead and not m.initials and m.how != "full":
        lead = known.places_before_bare and known.places_before_bare.search(before)
        if lead and is_known and not lead.group().lower().startswith("г"):
            lead = None
        behind = not is_known and known.places_after and not after.startswith("\n") and known.places_after.match(after)
        if not lead and behind and _goes_with(m.surname, behind.group().split()[0]):
            return m.start, m.end + behind.end()
    return (begin + lead.start(), m.end) if lead else None


def _goes_with(name: str, behind: str) -> bool:
    """Whether a name can be that of what stands behind it: "Тверского суда", not "к показаниям Дюка суд"."""
    return not behind.startswith("суд") or agree(name, behind)
