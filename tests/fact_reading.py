"""What facts are found in a text, for tests."""

from __future__ import annotations

from caselight.pack import SHIPPED, load_pack
from caselight.structure.facts import compile_facts, find_facts
from caselight.types import Document, Fact

PACKS = sorted(path.parent.name for path in SHIPPED.glob("*/facts.yaml"))
RULES = {name: compile_facts(load_pack(name)) for name in PACKS}
RU = RULES["ru"]


def document(text: str) -> Document:
    return Document("d" * 64, "record.txt", text, "plain", "text/plain", "ru")


def facts_of(text: str, pack: str = "ru") -> dict[str, list[Fact]]:
    made = document(text)
    facts, problems = find_facts(made, (), RULES[pack])
    assert problems == []
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        fact.span.check(made)
        found.setdefault(fact.name, []).append(fact)
    return found


def values_of(text: str, *names: str, pack: str = "ru") -> dict[str, object]:
    found = facts_of(text, pack)
    return {name: found[name][0].value if name in found else None for name in names}


RULING = """Дело № 05-7777/2022
УИД 77RS0027-02-2022-099999-01

ПОСТАНОВЛЕНИЕ
по делу об административном правонарушении

13 мая 2022 года                              город Москва

Судья Тверского районного суда города Москвы Сомова А.А., рассмотрев дело об административном правонарушении,
предусмотренном ч. 5 ст. 20.2 КоАП РФ, в отношении Н-ва Т.Т., 04.05.1990 года рождения,

УСТАНОВИЛ:

06 марта 2022 года примерно в 15 часов 20 минут Н-ов Т.Т. по адресу: г. Москва, Манежная площадь, д. 1, стр. 2, принял
участие в публичном мероприятии, чем нарушил Федеральный закон от 19 июня 2004 года № 54-ФЗ.

Протокол составлен 12 мая 2022 года.

ПОСТАНОВИЛ:

признать Н-ва Т.Т. виновным в совершении правонарушения, предусмотренного ч. 5 ст. 20.2 КоАП РФ. Неуплата штрафа влечет
ответственность по ч. 1 ст. 20.25 КоАП РФ.

Судья                                            А.А. Сомова
"""
