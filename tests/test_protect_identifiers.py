"""What points to one person without naming them: [marked] must become a token of its kind, the rest must stay."""

from __future__ import annotations

import re

import pytest

from protect_sample import document, protected, published, redaction

MARKED = [
    ("А", "проживающего по адресу: [г. Омск, ул. Мира, д. 5, кв. 7], не работающего"),
    ("А", "зарегистрирован по адресу: [644000, г. Омск, пр. Мира 5-7]; не судим"),
    ("А", "о выселении из [г. Москва, ул. Большая Садовая, д. 5, кв. 7] ответчика"),
    ("Р", "[12.05.1990] года рождения"),
    ("Р", "[12 мая 1990] г.р., не судим"),
    ("Р", "дата рождения: [12.05.1990]"),
    ("Р", "уроженца [г. Омска], гражданина"),
    ("Т", "по телефону [8 (916) 123-45-67] сообщил"),
    ("Т", "телефон [+7 916 123 45 67]"),
    ("Э", "на почту [skorobeev.ii@example.org] направлено"),
    ("Э", "на странице [vk.com/id123456] размещено"),
    ("М", "автомобиль [А123ВС77] двигался"),
    ("М", "гос. номер [Х 777 АМ 197] установлен"),
    ("У", "паспорт [45 09 123456] выдан"),
    ("У", "СНИЛС [112-233-445 95]"),
    ("У", "ИНН [123456789012]"),
    ("У", "УИН [18810477226001234567]"),
    ("У", "протокол [77 АБ № 1234567] составлен"),
    ("Д", "Дело № [5-924/14]"),
    ("Д", "УИД [77RS0027-02-2022-091174-16]"),
    ("Д", "на решение по делу [33-33306/2022] от"),
]
STAYS = [
    "ч. 5 ст. 20.2 КоАП РФ, ст. 30.12 – 30.19",
    "штраф в размере 15 000 (пятнадцати тысяч) рублей",
    "Федерального закона от 19.06.2004 № 54-ФЗ",
    "6 марта 2022 года в 14 часов 30 минут на Тверской улице у дома 16",
    "по адресу: <адрес>, телефон данные изъяты",
    "уроженца г. <адрес>, проживающего по адресу: адрес",
    "пункт 13 Пленума от 24.03.2005 № 5",
]


@pytest.mark.parametrize(("letter", "marked"), MARKED)
def test_numbers_and_homes_are_hidden(letter: str, marked: str) -> None:
    text = re.sub(r"[\[\]]", "", marked)
    assert re.sub(r"\[(.)-\d+\]", r"[\1]", published(text)) == re.sub(r"\[[^\]]*\]", f"[{letter}]", marked)


@pytest.mark.parametrize("text", STAYS)
def test_law_sums_and_places_of_events_stay(text: str) -> None:
    assert published(text) == text


def test_a_number_is_hidden_again_where_nothing_leads_to_it() -> None:
    assert published("паспорт 45 09 123456 выдан. Номер 45 09 123456 проверен.").count("[У-001]") == 2


def test_the_case_number_that_is_a_fact_is_hidden() -> None:
    from protect_sample import fact

    of = document("Производство 77-К12 прекращено")
    case = protected(of, facts=(fact(of, "case_number", "77-К12"),))[0]
    assert redaction(case, of).text(of.text) == "Производство [Д-001] прекращено"


def test_a_value_that_repeats_a_home_is_hidden_too() -> None:
    of = document("проживающего по адресу: г. Омск, ул. Мира, д. 5, кв. 7, не работающего")
    case = protected(of, values=("г. Омск, ул. Мира, д. 5, кв. 7",))[0]
    assert [edit.kind for edit in case.values["г. Омск, ул. Мира, д. 5, кв. 7"]] == ["address"]
