"""Where a court lies, by the words of its name."""

from __future__ import annotations

import pytest

from caselight.pack import load_pack
from caselight.structure.regions import compile_regions
from fact_reading import RU

NAMED = [
    ("Ленинский районный суд г. Твери", "69"),
    ("Ленинский районный суд города Твери", "69"),
    ("Ленинский районный суд гор. Тулы", "71"),
    ("Тулунский городской суд Иркутской области", "38"),
    ("Верховный Суд Республики Башкортостан", "03"),
    ("Благовещенский районный суд Республики Башкортостан", "03"),
    ("Кировский районный суд Калужской области", "40"),
    ("Кировский районный суд г. Кирова", "43"),
    ("Московский областной суд", "50"),
    ("Нарьян-Марский городской суд Ненецкого автономного округа", "83"),
    ("Салехардский городской суд Ямало-Ненецкого автономного округа", "89"),
    ("Железнодорожный районный суд г. Улан-Удэ", "04"),
    ("Кировский районный суд г. Ростова-на-Дону", "61"),
    ("Кировский районный суд Санкт-Петербурга", "78"),
    ("Ханты-Мансийский районный суд Ханты-Мансийского автономного округа – Югры Тюменской области", "86"),
    ("Суд Ямало-Ненецкого автономного округа Тюменской области", "89"),
    ("Суд Ямало - Ненецкого автономного округа", "89"),
    ("Суд Ненецкого автономного округа Архангельской области", "83"),
    # nothing that tells, or towns of one name in several regions
    ("Ленинский районный суд", ""),
    ("Калининский районный суд", ""),
    ("Тверской районный суд", ""),
    ("Краснодарский гарнизонный военный суд", ""),
    ("Второй кассационный суд общей юрисдикции", ""),
    ("Железногорский городской суд г. Железногорска", ""),
    ("Арбитражный суд Московского округа", ""),
]


@pytest.mark.parametrize(("court", "region"), NAMED)
def test_the_name_of_a_court_tells_its_region_or_nothing(court: str, region: str) -> None:
    assert RU.regions.named(court, RU.readers.register) == region


def test_every_place_names_a_region_of_the_map_and_only_one() -> None:
    pack = load_pack("ru")
    rows, codes = pack.tables["places"], {row["code"] for row in pack.regions}
    assert {row["region"] for row in rows} <= codes
    assert len({row["words"] for row in rows}) == len(rows)


def test_the_first_row_tells() -> None:
    rows = [{"region": "40", "words": "калужск* област*"}, {"region": "43", "words": "города кирова"}]
    rules = compile_regions(RU.regions.of_code, rows)
    assert rules.named("Городской суд г. Кирова Калужской области", RU.readers.register) == "40"
