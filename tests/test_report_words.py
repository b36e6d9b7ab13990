"""Words, forms and numbers of a report are those of its language, and both languages have them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caselight.errors import UsageError
from caselight.report import write_report
from caselight.report.interface import FOLDER, Interface, form_of, phrases
from report_sample import small


def test_every_language_has_the_same_phrases_with_all_their_forms() -> None:
    languages = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert languages == ["en", "ru"]
    forms = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
    english = phrases("en")
    for language in languages:
        own = phrases(language)
        assert own.keys() == english.keys()
        for key, phrase in own.items():
            assert isinstance(phrase, str) == isinstance(english[key], str), key
            if isinstance(phrase, dict):
                assert set(phrase) == forms[language], key


def test_translations_have_the_same_places_to_fill() -> None:
    for key, phrase in phrases("en").items():
        other = phrases("ru")[key]
        for text in [phrase] if isinstance(phrase, str) else phrase.values():
            for translated in [other] if isinstance(other, str) else other.values():
                assert set(re.findall(r"{(\w+)}", translated)) | {"n"} == set(re.findall(r"{(\w+)}", text)) | {"n"}, key


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 дел"), (1, "1 дело"), (2, "2 дела"), (5, "5 дел"), (11, "11 дел"), (14, "14 дел"), (21, "21 дело"),
     (104, "104 дела"), (112, "112 дел"), (20_000, "20\u202f000 дел")],
)  # fmt: skip
def test_russian_counts_take_the_right_form(number: int, expected: str) -> None:
    assert Interface("ru").count("front.cases", number) == expected


def test_numbers_are_written_as_each_language_writes_them() -> None:
    en, ru = Interface("en"), Interface("ru")
    assert [en.number(n) for n in (7, 1234, 1234567, 2.5, -3)] == ["7", "1,234", "1,234,567", "2.5", "\u22123"]
    assert [ru.number(n) for n in (7, 1234, 12345, 2.5)] == ["7", "1234", "12\u202f345", "2,5"]
    assert form_of("en", 1) == "one"
    assert ru.day("2022-05-03") == "3&nbsp;мая 2022"
    assert en.day("2022-13-03") == "2022-13-03"


def test_every_problem_that_is_documented_has_a_name_in_every_language() -> None:
    text = (Path(__file__).parents[1] / "docs" / "problems.md").read_text("utf-8")
    kinds = re.findall(r"^### `(\w+)`", text, re.MULTILINE)
    assert kinds
    for language in ("en", "ru"):
        assert [kind for kind in kinds if f"problem.{kind}" not in phrases(language)] == []


def test_a_language_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'fr'.*en, ru"):
        write_report(tmp_path / "r", small(1, "fr"))
