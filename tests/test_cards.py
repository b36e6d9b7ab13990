"""Facts from a court's page and from a dump's columns, and what happens where they and the act do not agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from caselight.ingest import read
from caselight.pack import SHIPPED, load_pack
from caselight.structure.facts import compile_facts, find_facts
from caselight.types import Document, Fact, Field, Problem, Region, RegionKind

PACKS = sorted(path.parent.name for path in SHIPPED.glob("*/facts.yaml"))
RULES = {name: compile_facts(load_pack(name)) for name in PACKS}
Row = tuple[str, str] | tuple[str, str, str, int]

ACT = """УИД 77RS0027-02-2022-099999-01
Дело № 05-7777/2022
ПОСТАНОВЛЕНИЕ
13 мая 2022 года
Судья Тверского районного суда города Москвы Сомова А.А., рассмотрев дело о правонарушении, предусмотренном
ч. 5 ст. 20.2 КоАП РФ,
УСТАНОВИЛ:
"""


def page(rows: list[Row], act: str = "", kind: RegionKind = RegionKind.CARD) -> Document:
    """A document with a card of these rows (label, value, table, row) above the act."""
    text, fields = "", []
    for row in rows:
        label, value, table, number = (*row, "", -1)[:4] if len(row) == 2 else row
        start = len(text) + len(label) + 2
        fields.append(Field(label, start, start + len(value), str(table), int(number)))
        text += f"{label}: {value}\n"
    regions = [Region(kind, 0, len(text))]
    if act:
        regions.append(Region(RegionKind.ACT, len(text), len(text) + len(act)))
    return Document("d" * 64, "card.html", text + act, "html", "text/html", "ru", (), tuple(regions), tuple(fields))


def stated(document: Document, pack: str = "ru") -> tuple[dict[str, Fact], list[Problem]]:
    facts, problems = find_facts(document, (), RULES[pack])
    for fact in facts:
        fact.span.check(document)
    return {fact.name: fact for fact in facts}, problems


def test_a_card_without_an_act_gives_its_facts() -> None:
    rows: list[Row] = [
        ("title", "Третий кассационный суд общей юрисдикции"),
        ("title", "Гражданские дела - кассация"),
        ("ДЕЛО №", "8Г-2444/2026 [88-4044/2026]"),
        ("Уникальный идентификатор дела", "11RS0001-01-2025-099999-03"),
        ("Cудья", "Сомова Анна Антоновна"),  # the first letter is Latin, as on real pages
        ("Дата рассмотрения", "02.03.2026"),
        ("Номер дела в первой инстанции", "2-7222/2025 ~ М-5922/2025"),
        ("Суд (судебный участок) первой инстанции", "Сыктывкарский городской суд"),
    ]
    facts, problems = stated(page(rows))
    assert problems == []
    assert {name: fact.value for name, fact in facts.items()} == {
        "court": "Третий кассационный суд общей юрисдикции",
        "instance": "cassation",
        "case_number": "88-4044/2026",
        "uid": "11RS0001-01-2025-099999-03",
        "judge": "Сомова А.А.",
        "decision_date": "2026-03-02",
        "lower_case_number": "2-7222/2025",
        "lower_court": "Сыктывкарский городской суд",
        "lower_court_code": "11RS0001",
        "region": "11",
    }
    assert {fact.source for fact in facts.values()} == {"card"}


def test_a_hearing_or_a_complaint_is_not_the_case() -> None:
    rows: list[Row] = [
        ("Дата рассмотрения", "01.01.2020", "ЖАЛОБЫ", 0),
        ("Судья", "Ивлев Б.Б.", "ДВИЖЕНИЕ ДЕЛА", 2),
        ("Перечень статей", "ст.19.34 ч.1 КоАП РФ", "СТОРОНЫ ПО ДЕЛУ", 0),
        ("Перечень статей", "ст.20.2 ч.5 КоАП РФ", "СТОРОНЫ ПО ДЕЛУ", 1),
    ]
    found, _ = find_facts(page(rows), (), RULES["ru"])
    assert [(fact.name, fact.value) for fact in found] == [
        ("statute", "КоАП 19.34 ч.1"),
        ("statute", "КоАП 20.2 ч.5"),
    ]


AGREEMENTS = [
    ("court", ("title", "Тверской районный суд"), "Тверской районный суд города Москвы", "text"),
    ("court", ("title", "Тверской районный суд г. Москвы"), "Тверской районный суд города Москвы", "text"),
    ("judge", ("Судья", "Сомова Анна Антоновна"), "Сомова А.А.", "text"),
    ("case_number", ("Номер дела", "05-7777/22"), "05-7777/2022", "text"),
    ("uid", ("УИД", "77RS0027-02-2022-099999-01"), "77RS0027-02-2022-099999-01", "text"),
    ("decision_date", ("Дата рассмотрения", "13.05.2022"), "2022-05-13", "text"),
    ("statute", ("Перечень статей", "ст.20.2 ч.5 КоАП РФ", "ЛИЦА", 0), "КоАП 20.2 ч.5", "text"),
]


@pytest.mark.parametrize(("name", "row", "value", "source"), AGREEMENTS)
def test_agreement_gives_one_fact_quoted_from_the_act(name: str, row: Row, value: str, source: str) -> None:
    facts, problems = stated(page([row], ACT))
    assert (facts[name].value, facts[name].source, problems) == (value, source, [])


CONTRADICTIONS = [
    ("uid", ("УИД", "77RS0027-02-2022-088888-01"), "77RS0027-02-2022-088888-01"),
    ("case_number", ("Номер дела", "05-8888/2022"), "05-8888/2022"),
    ("decision_date", ("Дата рассмотрения", "14.05.2022"), "2022-05-13"),
    ("judge", ("Судья", "Ивлев Б.Б."), "Ивлев Б.Б."),
    ("court", ("title", "Лужский городской суд"), "Тверской районный суд города Москвы"),
    ("statute", ("Перечень статей", "ст.19.3 ч.1 КоАП РФ", "ЛИЦА", 0), "КоАП 20.2 ч.5"),
]


@pytest.mark.parametrize(("name", "row", "value"), CONTRADICTIONS)
def test_contradiction_gives_one_fact_and_a_problem_that_names_both(name: str, row: Row, value: str) -> None:
    facts, problems = stated(page([row], ACT))
    assert facts[name].value == value
    assert [problem.kind for problem in problems] == ["fact_contradiction"]
    assert problems[0].message.startswith(f"{name} is stated twice")
    assert row[1] in problems[0].message


def test_the_judge_who_reports_is_no_contradiction_to_the_one_who_presides() -> None:
    act = (
        "АПЕЛЛЯЦИОННОЕ ОПРЕДЕЛЕНИЕ\nСудебная коллегия по гражданским делам Кировского областного суда в составе\n"
        "председательствующего Ивлевой Б.Б.,\nсудей Сомовой А.А., Лаптева П.И.\nрассмотрела дело\nУСТАНОВИЛА:"
    )
    facts, problems = stated(page([("Судья", "Сомова А. А.")], act))
    assert (facts["judge"].value, problems) == ("Сомова А.А.", [])


def test_the_number_of_the_lower_court_in_a_reviews_head_is_no_contradiction() -> None:
    act = (
        "ОПРЕДЕЛЕНИЕ\nг. Киров\nСудебная коллегия по гражданским делам Кировского областного суда\n"
        "Дело № 2-7222/2025\nУСТАНОВИЛА:"
    )
    facts, problems = stated(page([("Номер дела", "33-4888/2025")], act))
    assert (facts["case_number"].value, problems) == ("33-4888/2025", [])


def test_columns_of_a_dump_give_facts() -> None:
    rows: list[Row] = [
        ("court", "New Mexico Court of Appeals"),
        ("date_filed", "2002-05-13"),
        ("docket_number", "22,123"),
    ]
    facts, problems = stated(page(rows, "OPINIONDONNELLY, Judge:{1} Worker appeals", RegionKind.META), "us")
    assert {name: (fact.value, fact.source) for name, fact in facts.items()} == {
        "court": ("New Mexico Court of Appeals", "meta"),
        "decision_date": ("2002-05-13", "meta"),
        "case_number": ("22,123", "meta"),
        "judge": ("Donnelly", "text"),
        "instance": ("appeal", "text"),
    }
    assert problems == []


def test_a_page_title_that_names_no_kind_of_court_is_no_court() -> None:
    facts, _ = stated(page([("title", "Демонстрационный суд (страница построена для проверки)")]))
    assert "court" not in facts


@pytest.mark.parametrize("pack", PACKS)
def test_every_card_entry_of_a_pack_has_an_example_and_gives_what_it_says(pack: str) -> None:
    for entries in RULES[pack].cards.entries.values():
        for entry in entries:
            found, _ = find_facts(page([(entry.labels[0], entry.example)]), (), RULES[pack])
            assert entry.gives in [fact.value for fact in found if fact.name == entry.fact], entry


REAL = [
    ("mosgorsud/case_0000008.htm", {"case_number": "33-30318/2022", "lower_case_number": "02-7058/2021"}),
    ("mosgorsud/first-admin-card.html", {"case_number": "3а-3843/2020", "instance": "first"}),
    (
        "sudrf/kirov_koap.html",
        {"case_number": "5-974/2026", "statute": "КоАП 19.34 ч.1", "decision_date": "2026-06-05"},
    ),
    ("sudrf/ksoy_cassation.html", {"case_number": "88-4097/2026", "instance": "cassation", "lower_date": "2025-08-18"}),
    ("sudrf/ksoyu_act_doc.html", {"case_number": "88-14715/2026", "lower_case_number": "2-5462/2025"}),
    ("sudrf/samara_kas_appeal_card.html", {"case_number": "33а-647/2026", "court": "Самарский областной суд"}),
    ("sudrf/sgs_1inst.html", {"case_number": "2-7212/2025", "decision_date": "2025-08-18", "instance": "first"}),
    ("sudrf/vsrk_appeal.html", {"case_number": "33-4818/2025", "court": "Верховный Суд Республики Коми"}),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "expected"), REAL)
def test_real_pages(shared: Path, name: str, expected: dict[str, str]) -> None:
    path = shared / "data/ru-court-cards" / name
    document = read(path.read_bytes(), path.name).document
    assert document is not None
    facts, _ = stated(document)
    assert {key: facts[key].value if key in facts else None for key in expected} == expected
