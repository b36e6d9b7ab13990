"""Articles of law as courts write them: charged, in force, enumerated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caselight.structure.reading import read_all_articles
from fact_reading import RU, RULING, facts_of, values_of

CHARGES = [
    ("по ч. 1 ст. 20.2.2 КоАП РФ", ["КоАП 20.2.2 ч.1"]),
    ("предусмотренном частью 6.1 статьи 20.2 Кодекса РФ об административных правонарушениях", ["КоАП 20.2 ч.6.1"]),
    ("предусмотренном ст. 20.2 ч. 5 КРФоАП", ["КоАП 20.2 ч.5"]),
    ("предусмотренных частями 1 и 2 статьи 20.2 КоАП РФ", ["КоАП 20.2 ч.1", "КоАП 20.2 ч.2"]),
    ("предусмотренном ст. 6.1.1 КоАП РФ, подвергнутого наказанию по ч. 5 ст. 20.2 КоАП РФ", ["КоАП 6.1.1"]),
    ("предусмотренном ч. 8 ст. 20.2 КоАП РФ, ранее привлекавшегося по ст. 20.1 КоАП РФ", ["КоАП 20.2 ч.8"]),
    ("предусмотренном ч. 1 ст. 20. 2 КоАП РФ", ["КоАП 20.2 ч.1"]),
    ("которому разъяснены права, предусмотренные ст. 25.1 КоАП РФ", []),
    ("предусмотренном ч.1 ст.20.2 Кодекса", ["КоАП 20.2 ч.1"]),
]


@pytest.mark.parametrize(("charge", "statutes"), CHARGES)
def test_articles_charged(charge: str, statutes: list[str]) -> None:
    head = (
        "ПОСТАНОВЛЕНИЕ\nСудья Лужского городского суда Ивлева О.А., рассмотрев дело об административном правонарушении "
    )
    text = f"{head}{charge},\nУСТАНОВИЛ:"
    assert [fact.value for fact in facts_of(text).get("statute", [])] == statutes


def test_the_article_in_force_after_requalification_replaces_the_one_charged() -> None:
    text = RULING.replace(
        "признать Н-ва Т.Т. виновным",
        "действия переквалифицировать с ч. 5 ст. 20.2 КоАП РФ на ч. 1 ст. 20.2.2 КоАП РФ, признать Н-ва виновным",
    )
    assert values_of(text, "statute") == {"statute": "КоАП 20.2.2 ч.1"}


ENUMERATIONS = [
    ("ст.158 ч.2 п.п.а,в УК РФ", ["УК 158 ч.2 п.а,в"]),
    ("ст. 30 ч.3, ст.131 ч.1; ст.139 ч.2 УК РФ", ["УК 30 ч.3", "УК 131 ч.1", "УК 139 ч.2"]),
    ("ч. 3 ст. 30, п.п. «а», «б» ч. 2 ст. 158 УК РФ", ["УК 30 ч.3", "УК 158 ч.2 п.а,б"]),
    ("ст. 30 ч.1 - ст. 228.1 ч.3 п. б", ["30 ч.1", "228.1 ч.3 п.б"]),
    ("ст. 162 ч.2] [ст. 162 ч.3", ["162 ч.2", "162 ч.3"]),
    ("ст.105 ч.2 п.и; ст.222 ч.1 УК РФ", ["УК 105 ч.2 п.и", "УК 222 ч.1"]),
    ("Иванов И.И. - ст. 161 ч.1; Петров П.П. - УК РФ: ст. 162 ч.2; ст. 163", ["УК 161 ч.1", "УК 162 ч.2", "УК 163"]),
]


@pytest.mark.parametrize(("text", "statutes"), ENUMERATIONS)
def test_enumerations_of_articles(text: str, statutes: list[str]) -> None:
    assert [value for value, _ in read_all_articles(text, RU.readers)] == statutes


@pytest.mark.shared
def test_real_strings_of_articles_are_understood(shared: Path) -> None:
    lines = (shared / "data/ru-court-reference/statute_strings.txt").read_text("utf-8").splitlines()
    understood = 0
    for line in lines:
        articles = [statute for _, statute in read_all_articles(line, RU.readers)]
        points = len(re.findall(r"п\.п\.|пп\.|п\.", line))
        understood += (
            len(articles) == len(re.findall(r"ст\.", line))
            and sum(bool(s.part) for s in articles) == len(re.findall(r"ч\.\s?\d", line))
            and sum(bool(s.point) for s in articles) == points
        )
    assert understood / len(lines) >= 0.99
