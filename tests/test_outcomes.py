"""What an operative part decides: wordings of Russian courts and the facts they must give."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from caselight.pack import load_pack
from caselight.structure.numbers import compile_numerals, numbers_in
from caselight.structure.outcomes import Phrase, compile_outcomes, find_outcome, outcome_of_phrase
from caselight.structure.sections import compile_sections, find_sections
from caselight.types import Document, Fact, Field, Region, RegionKind
from caselight.words import Vocabulary, tokenise

PACK = load_pack("ru")
RULES = compile_outcomes(PACK)
SECTIONS = compile_sections(PACK)
VOCABULARY = Vocabulary.load(None, "ru")
assert RULES is not None

FIRST = """ПОСТАНОВЛЕНИЕ

Судья районного суда, рассмотрев дело об административном правонарушении в отношении Л.,

УСТАНОВИЛ:

Санкция влечет наложение административного штрафа в размере от десяти тысяч до двадцати тысяч рублей или арест.
{reasons}

ПОСТАНОВИЛ:

"""
REVIEW = """РЕШЕНИЕ

Судья областного суда, рассмотрев жалобу защитника на постановление судьи районного суда от 1 марта 2020 года, которым
Л. признан виновным по ч. 5 ст. 20.2 КоАП РФ и подвергнут наказанию в виде {before},

УСТАНОВИЛ:

Санкция влечет наложение административного штрафа в размере от тридцати тысяч рублей.
Защитник просит постановление отменить, производство по делу прекратить.
{reasons}

РЕШИЛ:

"""
FINE = "административного штрафа в размере 15 000 рублей"
END = "\n\nПостановление может быть обжаловано в течение 10 суток. Неуплата штрафа влечет арест на срок до 15 суток."


def facts(text: str) -> list[Fact]:
    document = Document("0" * 64, "x.txt", text, "plain", "text/plain", "ru")
    sections = find_sections(document, tokenise([text], VOCABULARY).text(0), SECTIONS)
    found = find_outcome(document, sections, RULES)
    for fact in found:
        fact.span.check(document)
    return found


def values(text: str) -> dict[str, object]:
    return {fact.name: fact.value for fact in facts(text)}


def fine(sum_in_roubles: int | None = None) -> dict[str, object]:
    return {"outcome": "fine"} | ({"fine_rub": sum_in_roubles} if sum_in_roubles else {})


def arrest(days: int) -> dict[str, object]:
    return {"outcome": "arrest", "arrest_days": days}


def work(hours: int) -> dict[str, object]:
    return {"outcome": "compulsory_work", "work_hours": hours}


def reviewed(outcome: str, result: str = "", **more: object) -> dict[str, object]:
    return {"outcome": outcome, "appeal_result": result or outcome, **more}


GUILTY = "Признать Л. виновным в совершении правонарушения, предусмотренного ч. 5 ст. 20.2 КоАП РФ, и назначить "


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (GUILTY + "наказание в виде административного штрафа в размере 10 000 (десять тысяч) рублей.", fine(10_000)),
        (GUILTY + "наказание в виде штрафа в размере одной тысячи пятисот рублей в доход бюджета.", fine(1_500)),
        (GUILTY + "наказание в виде штрафа в размере 10.000 (десять тыс.) руб.", fine(10_000)),
        (GUILTY + "штраф в сумме 150 тыс. рублей.", fine(150_000)),
        (GUILTY + "административный штраф 20 000 (двадцать тысяч) рублей с конфискацией плаката.", fine(20_000)),
        (GUILTY + "наказание в виде административного штрафа в размере 20\u00a0000,00 руб.", fine(20_000)),
        (GUILTY + "наказание в виде административного штрафа в размере 10 (десяти) тысяч рублей.", fine(10_000)),
        (GUILTY + "наказание в видеадминистративного штрафав размере 35 000 рублей.", fine(35_000)),
        (GUILTY + "наказание в виде административного штра\u00adфа в размере 10000-00 рублей.", fine(10_000)),
        (GUILTY + "наказание в виде административного штрафа в размере 10 000 (десять тысяч)", fine(10_000)),
        (GUILTY + "каждому административный штраф в размере по 10 000 рублей.", fine(10_000)),
        (GUILTY + "административный штраф в размере 10 000 полных рублей.", fine(10_000)),
        (GUILTY + "административный штраф в размере десяти тысяч российских рублей.", fine(10_000)),
        (GUILTY + "наказание ниже низшего предела в размере 5000 (пяти тысяч) рублей.", fine(5_000)),
        (GUILTY + "лишение права управления на 1 год со штрафом в размере 30 000 рублей.", fine(30_000)),
        # a sum that was removed is no sum, and the next one is about something else
        (GUILTY + "наказание в виде административного штрафа в размере сумма", fine()),
        (GUILTY + "штраф в размере <данные изъяты> рублей. Вернуть Л. залог 5000 рублей.", fine()),
        (GUILTY + "штраф в размере <данные изъяты>) рублей в доход государства.", fine()),
        (
            "Л. подвергнуть административному аресту на срок 1 (одни) сутки с 18 часов 30 минут.",
            {"outcome": "arrest", "arrest_days": 1},
        ),
        (GUILTY + "5 (пять) суток административного ареста.", {"outcome": "arrest", "arrest_days": 5}),
        (GUILTY + "наказание в виде 15-ти суток административного ареста.", {"outcome": "arrest", "arrest_days": 15}),
        (GUILTY + "административный арест сроком на трое суток.", {"outcome": "arrest", "arrest_days": 3}),
        (GUILTY + "административный арест сроком на ** суток.", {"outcome": "arrest"}),
        (
            GUILTY + "обязательные работы на срок тридцать часов, не более четырех часов в день.",
            {"outcome": "compulsory_work", "work_hours": 30},
        ),
        (
            GUILTY + "наказание в виде обязательных работ сроком 20 часов.",
            {"outcome": "compulsory_work", "work_hours": 20},
        ),
        (GUILTY + "административное наказание в виде предупреждения.", {"outcome": "warning"}),
        ("Объявить Л. предупреждение.", {"outcome": "warning"}),
        (GUILTY + "штраф в размере 10 000 рублей, который заменить предупреждением.", {"outcome": "warning"}),
        (GUILTY[:-12] + "заменить штраф в размере 20000 рублей на предупреждение.", {"outcome": "warning"}),
        (
            "Производство по делу прекратить за отсутствием состава административного правонарушения.",
            {"outcome": "terminated", "termination_reason": "no_offence"},
        ),
        (
            "Дело производством прекратить на основании п. 6 ч. 1 ст. 24.5 КоАП РФ.",
            {"outcome": "terminated", "termination_reason": "limitation"},
        ),
        (
            "Прекратить производство по делу в связи с недоказанностью обстоятельств.",
            {"outcome": "terminated", "termination_reason": "lack_of_evidence"},
        ),
        ("Производство прекратить в силу малозначительности, объявив замечание.", {"outcome": "terminated"}),
        ("Освободить Л. от ответственности, ограничиться устным замечанием.", {"outcome": "terminated"}),
        (
            "Протокол об административном правонарушении возвратить в отдел полиции.",
            {"outcome": "returned_to_police"},
        ),
        ("Материалы дела вернуть ОП № 2 для устранения недостатков.", {"outcome": "returned_to_police"}),
        ("Направить протокол и материалы дела по подсудности в Тверской суд.", {}),
        ("Передать дело на рассмотрение по подведомственности мировому судье.", {}),
        ("Исковые требования удовлетворить. Взыскать неустойку 10 000 рублей, штраф 5 000 рублей.", {}),
        ("В удовлетворении иска отказать.", {}),
        # what is given back beside a punishment is no complaint, and how to complain no decision
        (GUILTY + "арест на 9 суток. Изъятый телефон возвратить. Жалоба приносится в областной суд.", arrest(9)),
        (GUILTY[:-12] + "арестовать его на 5 (пять) суток.", arrest(5)),
        (GUILTY + "наказание: арест, 7 суток.", arrest(7)),
        (GUILTY + "арест: 3 (трое) суток.", arrest(3)),
        (GUILTY[:-12] + "и обязать его отработать 40 (сорок) часов.", work(40)),
        (GUILTY + "30 часов обязательных работ.", work(30)),
        ("Вина Л. доказана; наказать его пятью сутками ареста.", arrest(5)),
        (GUILTY[:-12] + "наказание – предупреждение.", {"outcome": "warning"}),
        (GUILTY[:-12] + "ограничиться предупреждением.", {"outcome": "warning"}),
        (GUILTY + "10 000 рублей административного штрафа. Залог 5000 рублей вернуть.", fine(10_000)),
        ("Л. за нарушение ч. 5 ст. 20.2 КоАП РФ оштрафовать на 15 000 рублей.", fine(15_000)),
        ("Взыскать с Л. административный штраф 10 000 рублей.", fine(10_000)),
        ("За нарушение ч. 5 ст. 20.2 КоАП РФ обязать Л. уплатить 20 000 рублей штрафа.", fine(20_000)),
        ("Определить Л. к уплате штраф в размере 12 500 рублей.", fine(12_500)),
        ("Л. виновен в нарушении ч. 5 ст. 20.2 КоАП РФ и обязан уплатить штраф 10 000 руб.", fine(10_000)),
        ("Л. обязана в течение 60 дней уплатить в доход бюджета штраф 10 000 рублей.", fine(10_000)),
        ("Признать, что Л. нарушил ч. 5 ст. 20.2 КоАП РФ, и взыскать с него штраф 30 000 рублей.", fine(30_000)),
        *(
            (f"Дело в отношении Л. прекратить: {why}.", {"outcome": "terminated", "termination_reason": reason})
            for why, reason in (
                ("состава правонарушения в его действиях не установлено", "no_offence"),
                ("события правонарушения судом не усмотрено", "no_offence"),
                ("действия Л. не образуют состава правонарушения", "no_offence"),
                ("состава правонарушения в содеянном нет", "no_offence"),
                ("вина Л. не нашла подтверждения", "lack_of_evidence"),
                ("собрано недостаточно доказательств", "lack_of_evidence"),
            )
        ),
        (GUILTY + "административное приостановление деятельности на срок 15 суток.", {}),
        ("Назначить лишение свободы на 2 года. Меру пресечения отменить по вступлении приговора в силу.", {}),
    ],
)
def test_a_first_decision_is_read_from_its_operative_part(decision: str, expected: Mapping[str, object]) -> None:
    assert values(FIRST.format(reasons="") + decision + END) == expected


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (
            "постановление судьи районного суда оставить без изменения, жалобу – без удовлетворения.",
            reviewed("upheld", fine_rub=15_000),
        ),
        ("Жалобу оставить без удовлетворения, постановление - без изменения.", reviewed("upheld", fine_rub=15_000)),
        ("В удовлетворении жалобы отказать, постановление оставить в силе.", reviewed("upheld", fine_rub=15_000)),
        (
            "постановление отменить, производство по делу прекратить за недоказанностью обстоятельств.",
            reviewed("terminated", "annulled", termination_reason="lack_of_evidence"),
        ),
        (
            "Отменить постановление судьи, производство по делу прекратить в связи с истечением срока давности.",
            reviewed("terminated", "annulled", termination_reason="limitation"),
        ),
        ("постановление отменить, дело возвратить нановое рассмотрение в тот же суд.", reviewed("remitted")),
        ("Отменить решение судьи, материалы направить в районный суд на рассмотрение.", reviewed("remitted")),
        ("решение отменить, принять по делу новое решение: в иске отказать.", reviewed("annulled")),
        (
            "постановление изменить, снизить наказание до 10 000 рублей штрафа. В остальном без изменения.",
            reviewed("fine", "changed", fine_rub=10_000),
        ),
        (
            "постановление изменить, снизить размер штрафа с 15 000 рублей до 10 000 рублей.",
            reviewed("fine", "changed", fine_rub=10_000),
        ),
        (
            "постановление изменить, заменить административный штраф в размере 15 000 рублей на обязательные работы "
            "сроком 30 часов. В остальной части постановление оставить без изменения.",
            reviewed("compulsory_work", "changed", work_hours=30),
        ),
        (
            "постановление изменить, назначить административное наказание в виде предупреждения.",
            reviewed("warning", "changed"),
        ),
        (
            "постановление изменить, заменить штраф в размере 15 000 рублей на предупреждение.",
            reviewed("warning", "changed"),
        ),
        (
            "постановление изменить, предупреждение заменить на штраф в размере 10 000 рублей.",
            reviewed("fine", "changed", fine_rub=10_000),
        ),
        (
            "постановление изменить, исключить указание на отягчающее обстоятельство.",
            reviewed("fine", "changed", fine_rub=15_000),
        ),
        ("постановление изменить, сократив срок ареста до 8 суток.", reviewed("arrest", "changed", arrest_days=8)),
        ("постановление сохранить в силе, жалобу отклонить.", reviewed("upheld", fine_rub=15_000)),
        ("Отклонить жалобу защитника.", reviewed("upheld", fine_rub=15_000)),
        ("Возвратить защитнику жалобу ввиду пропуска срока.", {}),
        ("Производство по жалобе защитника прекратить.", {}),
        ("Жалобу защитника возвратить без рассмотрения по существу.", {}),
        ("В удовлетворении ходатайства о восстановлении срока обжалования отказать.", {}),
    ],
)
def test_a_review_says_what_became_of_the_earlier_ruling(decision: str, expected: Mapping[str, object]) -> None:
    assert values(REVIEW.format(before=FINE, reasons="") + decision + END) == expected


def test_the_sanction_in_force_is_the_one_imposed_not_the_one_the_law_threatens() -> None:
    text = REVIEW.format(before="административного ареста на срок 12 суток", reasons="")
    found = values(text + "постановление оставить без изменения, жалобу без удовлетворения." + END)
    assert found == reviewed("upheld", arrest_days=12)


@pytest.mark.parametrize(
    ("imposed", "expected"),
    [
        ("на Л. возложена обязанность уплатить 15 000 рублей штрафа", {"fine_rub": 15_000}),
        ("Л. обязан уплатить 800 рублей штрафа", {"fine_rub": 800}),
        ("Л. предписано внести штраф 18 000 рублей", {"fine_rub": 18_000}),
        ("с Л. взыскан административный штраф в сумме 10 000 рублей", {"fine_rub": 10_000}),
        ("Л. оштрафован на 20 000 рублей", {"fine_rub": 20_000}),
        ("к взысканию с Л. определен штраф 160 000 рублей", {"fine_rub": 160_000}),
        ("Л. арестован на 7 суток", {"arrest_days": 7}),
        ("Л. приговорен к 10 суткам ареста", {"arrest_days": 10}),
        ("Л. отбывает 10 суток административного ареста", {"arrest_days": 10}),
        ("Л. наказан 30 часами обязательных работ", {"work_hours": 30}),
        ("от Л. требуется соблюдать правила; штраф в размере 20 000 рублей он считает высоким", {}),
    ],
)
def test_the_sanction_in_force_is_told_in_many_words(imposed: str, expected: dict[str, int]) -> None:
    head = "РЕШЕНИЕ\n\nСудья областного суда, рассмотрев жалобу Л.,\n\nУСТАНОВИЛ:\n\n"
    text = f"{head}Постановлением {imposed}.\n\nРЕШИЛ:\n\n"
    found = values(f"{text}постановление оставить без изменения, жалобу без удовлетворения.{END}")
    assert {name: value for name, value in found.items() if name not in ("outcome", "appeal_result")} == expected


def test_a_penalty_of_a_contract_is_no_sanction() -> None:
    text = "РЕШЕНИЕ\n\nСудья областного суда, рассмотрев жалобу Л. по гражданскому делу,\n\nУСТАНОВИЛ:\n\n"
    found = values(
        f"{text}С Л. взыскан в виде пени штраф 5 000 рублей.\n\nРЕШИЛ:\n\nрешение оставить без изменения.{END}"
    )
    assert found == reviewed("upheld")


def test_the_reason_of_a_bare_termination_is_read_in_the_reasoning() -> None:
    reasons = "Производство подлежит прекращению в связи с отсутствием состава административного правонарушения."
    text = FIRST.format(reasons=reasons) + "Производство по делу в отношении Л. прекратить." + END
    assert values(text) == {"outcome": "terminated", "termination_reason": "no_offence"}


def test_the_reason_of_a_bare_termination_is_what_the_reasoning_ends_with() -> None:
    reasons = "Таким образом, обстоятельства, на основании которых вынесено постановление, не доказаны."
    text = FIRST.format(reasons=reasons) + "Производство по делу в отношении Л. прекратить." + END
    assert values(text) == {"outcome": "terminated", "termination_reason": "lack_of_evidence"}


def test_the_quotation_is_the_words_that_decide() -> None:
    text = (
        FIRST.format(reasons="") + GUILTY + "наказание в виде административного\nштрафа в размере 10 000 рублей." + END
    )
    quotes = {fact.name: fact.span.quote for fact in facts(text)}
    assert quotes == {"outcome": "административного\nштрафа в размере 10 000 рублей", "fine_rub": "10 000 рублей"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 000 (десять тысяч) рублей", [10_000]),
        ("10.000 (десять тыс.) руб", [10_000]),
        ("10 (десять) тысяч", [10_000]),
        ("15-ти суток", [15]),
        ("2 (двое) суток", [2]),
        ("одной тысячи пятисот", [1_500]),
        ("сто пятьдесят тысяч", [150_000]),
        ("двухсот пятидесяти тысяч", [250_000]),
        ("двадцати пяти", [25]),
        ("10 000,00", [10_000]),
        ("10000-00", [10_000]),
        ("1,5 тыс.", [1_500]),
        ("1 млн", [1_000_000]),
        ("от десяти до пятнадцати", [10, 15]),
        ("10000 рублей (десяти тысяч рублей)", [10_000, 10_000]),
        ("8(восемь)", [8]),
        ("150 000 (сто пятьдесят тысяч", [150_000, 150_000]),
        ("ст. 20.2 в размере 500", [20, 500]),
        ("40101810400000010002", []),
        ("9" * 5000, []),
        ("пяти десяти", [5, 10]),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, expected: list[int]) -> None:
    assert [number.value for number in numbers_in(text, 0, len(text), compile_numerals(PACK))] == expected


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("Вынесено постановление о назначении административного наказания", Phrase("", "", "", ())),
        ("штраф в размере 10000 рублей", Phrase("fine", "", "", (("fine_rub", 10_000),))),
        ("Оставить без изменения, жалобу без удовлетворения", Phrase("upheld", "upheld", "", ())),
        ("РЕШЕНИЕ оставлено БЕЗ ИЗМЕНЕНИЯ", Phrase("upheld", "upheld", "", ())),
        ("ОТМЕНЕНО - с направлением на новое рассмотрение", Phrase("remitted", "remitted", "", ())),
        (
            "Отменено с прекращением производства в связи с отсутствием состава",
            Phrase("terminated", "annulled", "no_offence", ()),
        ),
        ("Отменить судебное постановление полностью, принять новое", Phrase("annulled", "annulled", "", ())),
        ("Постановление изменено", Phrase("", "changed", "", ())),
        ("Производство по делу прекращено", Phrase("terminated", "", "", ())),
        ("Вынесено определение о возвращении протокола", Phrase("returned_to_police", "", "", ())),
        ("Отложено до 24.10.2022", Phrase("", "", "", ())),
    ],
)
def test_a_cards_wording_gives_the_same_codes(wording: str, expected: Phrase) -> None:
    assert RULES is not None
    assert outcome_of_phrase(wording, RULES) == expected


def test_the_card_decides_only_where_the_act_is_missing() -> None:
    wording = "Производство по делу прекращено"
    field = Field("Результат рассмотрения", 0, len(wording))
    hearing = Field("Результат", 0, len(wording), "Слушания", 2)
    card = (Region(RegionKind.CARD, 0, len(wording)),)
    found = find_outcome(Document("0" * 64, "x", wording, "html", "", "ru", (), card, (hearing, field)), (), RULES)
    assert [(fact.value, fact.source) for fact in found] == [("terminated", "card")]
    assert not find_outcome(Document("0" * 64, "x", wording, "html", "", "ru", (), card, (hearing,)), (), RULES)


def test_every_pattern_of_the_pack_catches_its_example() -> None:
    data = PACK.part("outcomes").data
    for entry in [*data["sanctions"], data["implied"], *data["termination_reasons"], *data["cards"]]:
        assert re.search(entry["pattern"], entry["example"].lower().replace("ё", "е")), entry["example"]
    for rule in data["rules"]:
        if rule["name"] != "changed":
            assert all(re.search(pattern, rule["example"]) for pattern in rule["all"]), rule["name"]
        assert not any(re.search(pattern, rule["example"]) for pattern in rule.get("none", ())), rule["name"]
        assert any(need in rule["example"] for need in rule.get("needs", ("",))), rule["name"]
    for stop in data["stops"]:
        assert stop["words"] in stop["example"].lower()
    for entry in data["sums"]:
        assert re.search(entry["unit"], entry["example"])
