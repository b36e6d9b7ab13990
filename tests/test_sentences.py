"""Findings: what a sentence may say, what it may not, and what is wrong with one that cannot be read."""

from __future__ import annotations

import pytest

from caselight.definitions import parse
from caselight.errors import DefinitionError
from caselight.report.interface import Interface
from caselight.report.sentences import Speaker, read_sentences
from caselight.types import Estimate, Stratum
from report_sample import small_codebook

STRATA = (Stratum(2000, 100, 5),)


def range_(value: str, low: float | None, high: float | None, method: str = "exact_stratified") -> Estimate:
    at = 97.0 if low is None or high is None else (low + high) / 2
    drawn = () if low is None else STRATA
    return Estimate("count", "role", value, "case", at, low, high, 0.95, method, 100, 2000, (), drawn)


FIGURES = [
    range_("relied_on", None, None),
    range_("relied_on", 61, 148),
    range_("relied_on", 40, 170, "exact_certified"),
    range_("none", 1001, 1500),
]
UNREAD = [range_("relied_on", None, None)]
RUNNING = [range_("relied_on", 10, 400, "running_range")]


def said(sentence: str, figures: list[Estimate], language: str = "en") -> tuple[str, str]:
    quoted = sentence.replace("'", "''")
    findings = read_sentences(parse(f"findings:\n  - '{quoted}'\n", "findings.yaml"), small_codebook())
    one = Speaker(figures, {"cases": 2007, "records": 2014}, Interface(language)).say(findings)[0]
    return (one.sentence.striptags() if one.sentence else ""), one.refused


@pytest.mark.parametrize(
    ("sentence", "language", "printed"),
    [
        ("In {count role=relied_on} …", "en", "In between 61 and 148 of 2,000 cases (best estimate 104) …"),
        ("В {count role=relied_on} …", "ru", "В от 61 до 148 из 2000 дел (лучшая оценка 104) …"),
        ("{share role=relied_on}", "en", "between 3 % and 7.4 %"),
        ("{most role=none: Most} of {cases} cases", "en", "Most of 2,000 cases"),
        ("{at least 1/2 role=none: half}", "en", "half"),
        ("{at most 10 % role=relied_on: at most a tenth}", "en", "at most a tenth"),
        ("{cases} cases", "en", "2,007 cases"),
        ("{records} records & <b>", "en", "2,014 records & <b>"),
    ],
)
def test_a_sentence_prints_what_was_computed(sentence: str, language: str, printed: str) -> None:
    assert said(sentence, FIGURES, language) == (printed, "")


@pytest.mark.parametrize(
    ("sentence", "figures", "reason"),
    [
        ("{count role=relied_on}", UNREAD, "nobody has checked the machine on a random draw for role=relied_on"),
        ("{count role=relied_on}", RUNNING, "not read to its end"),
        ("{most role=relied_on: Most}", FIGURES, "“Most” says more than the range of role=relied_on does, 61 to 148"),
        ("{at least 0.55 role=none: 55}", FIGURES, "says more than the range of role=none does, 1,001 to 1,500"),
        ("{at most 7 % role=relied_on: few}", FIGURES, "says more"),
        (
            "{most role=none: Most} and {count role=relied_on}",
            RUNNING,
            "role=none: draw, read, then run again; the draw",
        ),
    ],
)
def test_a_sentence_that_its_figures_do_not_bear_out_is_refused(
    sentence: str, figures: list[Estimate], reason: str
) -> None:
    printed, refused = said(sentence, figures)
    assert not printed
    assert reason in refused


MATTERS = [one._replace(unit="matter", N=1900) for one in FIGURES]


@pytest.mark.parametrize(
    ("sentence", "figures", "printed", "reason"),
    [
        ("{most role=none: Most} of {cases} cases", MATTERS, "", "{cases} stands beside figures of 1,900 matters"),
        ("{count role=none} of {cases}", [FIGURES[1], MATTERS[3]], "", "figures of 1,900 matters"),
        (
            "{share role=none}, {share role=relied_on}, {cases}",
            [FIGURES[1], FIGURES[3]._replace(N=1999)],
            "",
            "1,999 cases and 2,000 cases",
        ),
        ("In {count role=none}.", MATTERS, "In between 1,001 and 1,500 of 1,900 matters (best estimate 1,250).", ""),
    ],
)
def test_a_number_of_cases_beside_a_figure_is_the_one_that_it_is_about(
    sentence: str, figures: list[Estimate], printed: str, reason: str
) -> None:
    found = said(sentence, figures)
    assert found[0] == printed
    assert reason in found[1]


def test_exactly_half_is_not_most() -> None:
    assert said("{most role=none: Most}", [range_("none", 1000, 1500)])[1]
    assert not said("{at least 1/2 role=none: half}", [range_("none", 1000, 1500)])[1]


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("findings:\n - '{count rle=none}'", 2, "there is no variable 'rle'. Did you mean 'role'?"),
        ("findings:\n - '{count role=non}'", 2, "role has no value 'non'. Did you mean 'none'?"),
        ("findings:\n - '{97 cases}'", 2, "{97 cases} is no figure. Allowed: {cases}"),
        ("findings:\n - ok\n - '{most role=none}'", 3, "say after a colon which words to print"),
        ("findings:\n - '{count role=none: x}'", 2, "nothing may stand after it"),
        ("findings:\n - '{at least role=none: x}'", 2, "give a share of the cases"),
        ("findings:\n - '{at least 3/2 role=none: x}'", 2, "give a share of the cases"),
        ("findings:\n - '{most 3 role=none: x}'", 2, "most takes no number"),
        ("findings:\n - 'In {count role=none'", 2, "a brace is open"),
        ("findings:\n - {de: 'x'}", 2, "'de' is not known here"),
        ("findings: x", 1, "a list of sentences is expected"),
        ("finding: []", 1, "'finding' is not known here. Did you mean 'findings'?"),
    ],
)
def test_a_mistake_names_its_line_and_what_is_allowed(text: str, where: int, message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_sentences(parse(text, "findings.yaml"), small_codebook())
    assert str(error.value).startswith(f"findings.yaml:{where}: ")
    assert message in str(error.value)


def test_nothing_in_a_sentence_becomes_markup() -> None:
    findings = read_sentences(parse("findings: ['<script>{cases}</script>']", "f"), small_codebook())
    sentence = Speaker(FIGURES, {"cases": 1, "records": 1}, Interface("en")).say(findings)[0].sentence
    assert sentence == "&lt;script&gt;1&lt;/script&gt;"
