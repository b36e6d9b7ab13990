"""What a rule asks, what an answer shows: the rule coder on small codebooks and constructed sentences."""

from __future__ import annotations

from typing import Any

import pytest

from caselight import coding
from caselight.codebook import read_codebook
from caselight.definitions import parse
from caselight.pack import load_pack
from caselight.types import Answer, Case, Document, Fact, Problem, Region, RegionKind, Section, Span, Value
from caselight.words import Vocabulary, tokenise

VOCABULARY = Vocabulary("ru")
HEAD = "name: t\ntitle: t\nversion: 1\nlanguage: ru\nvariables:\n"


def ask(text: str, variables: str, **more: Any) -> tuple[dict[str, Answer], list[Problem]]:
    """The answers to `variables` (YAML) about a case whose act is `text`."""
    document = Document("d1", "one.txt", text, "text", "text/plain", "ru", regions=more.get("regions", ()))
    facts = tuple(Fact(name, value, Span.of(document, 0, 1)) for name, value in more.get("facts", ()))
    case = Case("c1", "first", ("d1",), more.get("sections", ()), facts)
    coder = coding.compile_codebook(read_codebook(parse(HEAD + variables, "t.yaml")), load_pack("ru"), VOCABULARY)
    words = tokenise([text], VOCABULARY)
    answers, problems = coding.code([(document, case)], words, coder, more.get("only"), more.get("known"))
    for answer in answers:
        for evidence in answer.evidence:
            evidence.span.check(document)
    return {answer.variable: answer for answer in answers}, problems


def one(rule: str) -> str:
    """A yes/no variable whose `yes` has this rule."""
    values = f"[{{name: 'yes', {rule}}}, {{name: 'no'}}]"
    return f"  - {{name: v, kind: yes/no, question: q, default: 'no', values: {values}}}\n"


# text, the rule of `yes`, the answer, reason
RULES = [
    ("Запись с камер просмотрена.", "phrases: [камера]", "yes", "any inflection"),
    ("Запись просмотрена.", "phrases: [камера]", "no", "nothing matched: the default"),
    ("Камера работала, запись сохранена.", "phrases: [камера], with: [запись]", "yes", "the other word is near"),
    ("Камера работала. Запись сохранена.", "phrases: [камера], with: [запись]", "no", "in another sentence"),
    ("Камера работала. Запись есть.", "phrases: [камера], with: [запись], near: paragraph", "yes", "in its paragraph"),
    ("Камера.\n\nЗапись.", "phrases: [камера], with: [запись], near: paragraph", "no", "in another paragraph"),
    ("Камера.\n\nЗапись.", "phrases: [камера], with: [запись], near: text", "yes", "anywhere"),
    ("Камера хранения.", "phrases: [камера], unless: [хранение]", "no", "a trap in its sentence"),
    (
        "Есть камера; хранение вещей.",
        "phrases: [камера], unless: [хранение], unless_near: clause",
        "yes",
        "other clause",
    ),
    ("Защитник указал, что есть камера.", "phrases: [камера], said_by: [court]", "no", "somebody else says it"),
    ("Защитник указал, что есть камера.", "phrases: [камера], not_said_by: [defence]", "no", "one who does not count"),
    ("Защитник указал, что есть камера.", "phrases: [камера], said_by: [defence]", "yes", "the one asked for"),
    ("Камера не работала.", "phrases: [камера], denied: false", "no", "it is denied"),
    ("Камера не работала.", "phrases: [камера], denied: true", "yes", "denial is asked for"),
    ("Довод о камере отклоняется.", "phrases: [камера], answers: false", "no", "a claim that is answered"),
    ("Довод о камере отклоняется.", "phrases: [камера], answers: true", "yes", "answers are asked for"),
    ("В силу статьи 13 камера возможна.", "phrases: [камера]", "no", "a norm is no evidence"),
    ("В силу статьи 13 камера возможна.", "phrases: [камера], norms: true", "yes", "norms are asked for"),
    ("Камера.", "phrases: [камера], if: {outcome: [fine]}", "yes", "the fact is as asked"),
    ("Камера.", "phrases: [камера], if: {outcome: [arrest]}", "no", "the fact is another"),
    ("Камера.", "phrases: [камера], if_not: {statute: ['КоАП 20*']}", "no", "the fact begins so"),
    ("10 мая 2022 года камера.", "phrases: [камера], date: after, date_of: event_date", "yes", "a later day"),
    ("6 марта 2022 года камера.", "phrases: [камера], date: after, date_of: event_date", "no", "the same day"),
    ("06.03.2022 камера.", "phrases: [камера], date: same, date_of: event_date", "yes", "the same day in digits"),
    ("Камера 10 мая.", "phrases: [камера], date: after, date_of: decision_date", "no", "no such fact"),
]
FACTS = (("outcome", "fine"), ("statute", "КоАП 20.2 ч.5"), ("event_date", "2022-03-06"))


@pytest.mark.parametrize(("text", "rule", "answer", "reason"), RULES, ids=[f"{r[3]}: {r[1]}" for r in RULES])
def test_a_rule_speaks_where_everything_it_asks_holds(text: str, rule: str, answer: str, reason: str) -> None:
    answers, _ = ask(text, one(rule), facts=FACTS)
    assert answers["v"].value == answer, reason


def test_a_rule_counts_only_in_the_sections_it_names() -> None:
    text = "Камера в начале. Запись в конце."
    sections = (Section("header", 0, 17), Section("evidence", 17, len(text)))
    assert ask(text, one("phrases: [камера], sections: [evidence]"), sections=sections)[0]["v"].value == "no"
    assert ask(text, one("phrases: [запись], sections: [evidence]"), sections=sections)[0]["v"].value == "yes"
    assert ask(text, one("phrases: [камера], not_sections: [header]"), sections=sections)[0]["v"].value == "no"


SILENCE = """
  - name: v
    kind: one-of
    question: q
    default: silent
    default_sections: [assessment]
    undetermined: {phrases: [камера], said_by: [court]}
    values: [{name: answered, phrases: [довод]}, silent]
"""


# text, whether it has reasons, the answer, quotations
@pytest.mark.parametrize(
    ("text", "reasons", "answer", "shown"),
    [
        ("Вина доказана.", True, "silent", 0),
        ("Вина доказана.", False, None, 0),
        ("Защитник указал, что камера сломана.", True, "silent", 0),
        ("Защитник указал, что камера сломана.", False, None, 0),
        ("Камера исправна.", True, None, 1),
        ("Довод о камере неверен. Камера исправна.", False, "answered", 1),
    ],
)
def test_a_default_is_given_where_nothing_speaks_against_it(
    text: str, reasons: bool, answer: str | None, shown: int
) -> None:
    sections = (Section("assessment" if reasons else "established", 0, len(text)),)
    found = ask(text, SILENCE, sections=sections)[0]["v"]
    assert (found.value, len(found.evidence)) == (answer, shown)


TWO = """
  - name: v
    kind: {kind}
    question: q
    default: c
    values:
      - {{name: a, phrases: [камера], not_said_by: [defence], denied: false}}
      - {{name: b, phrases: [запись]}}
      - {{name: c}}
"""


def test_one_of_takes_the_first_value_that_is_supported() -> None:
    assert ask("Запись с камеры.", TWO.format(kind="one-of"))[0]["v"].value == "a"
    assert ask("Запись.", TWO.format(kind="one-of"))[0]["v"].value == "b"
    assert ask("Ничего.", TWO.format(kind="one-of"))[0]["v"].value == "c"


def test_many_of_takes_all_and_shows_what_does_not_count() -> None:
    assert ask("Запись с камеры.", TWO.format(kind="many-of"))[0]["v"].value == ("a", "b")
    claim = "Защитник указал, что сработала камера.\n\nДовод о том, что сработала камера, не нашел подтверждения."
    answer = ask(claim, TWO.format(kind="many-of"))[0]["v"]
    assert answer.value == ("c",)
    assert [(e.said_by, e.denied) for e in answer.evidence] == [("defence", True), ("court", True)]


@pytest.mark.parametrize(
    ("said_by", "text", "shown"),
    [
        ("[witness]", "Белов стоял у фонтана.", 0),
        ("[witness]", "Свидетель Сомов показал, что Белов стоял у фонтана.", 1),
        ("[witness]", "Свидетель Сомов показал, что Белов не стоял у фонтана.", 1),
        ("[witness, police]", "Белов стоял у фонтана.", 1),
    ],
)
def test_what_others_say_is_shown_unless_one_speaker_alone_makes_it_evidence(
    said_by: str, text: str, shown: int
) -> None:
    values = f"[{{name: a, phrases: [стоять], said_by: {said_by}, denied: false}}, b]"
    answer = ask(text, f"  - {{name: v, kind: many-of, question: q, default: b, values: {values}}}\n")[0]["v"]
    assert len(answer.evidence) == shown


def test_evidence_of_a_variable_that_looks_for_denials_is_not_marked_denied() -> None:
    ignored = "  - {name: v, kind: yes/no, question: q, denial: ignored, values: [{name: 'yes', phrases: [камера]}]}\n"
    answer = ask("Камера не работала.", ignored)[0]["v"]
    assert [e.denied for e in answer.evidence] == [False]


# text, keys of the variable, the answer, reason
TAKEN: list[tuple[str, str, Value, str]] = [
    (
        "Скандировал лозунг «Нет войне».",
        "kind: text, phrases: [лозунг], take: quotes",
        "Нет войне",
        "behind the phrase",
    ),
    ("Под «Мир» стоял лозунг.", "kind: text, phrases: [лозунг], take: quotes", "Мир", "or else before it"),
    ("Под «Мир» стоял лозунг.", "kind: text, phrases: [лозунг], take: next_quotes", None, "not before it"),
    ("Лозунг «Свобо\xadда».", "kind: text, phrases: [лозунг], take: quotes", "Свобода", "without soft hyphens"),
    ("Система «Безoпaсный город».", "kind: text, phrases: [система], take: quotes", "Безопасный город", "homoglyphs"),
    ("Через портал ЕЦХД.", "kind: text, phrases: [ецхд]", "ЕЦХД", "the phrase itself"),
    ("Единому центру.", "kind: text, phrases: [единый центр], value: Единый центр", "Единый центр", "a fixed name"),
    ("Камера. Диск.", "kind: text, several: true, phrases: [камера, диск]", ("Камера", "Диск"), "several texts"),
    (
        "Число участников 30 человек.",
        "kind: number, phrases: [участник], unit: [человек]",
        30,
        "a number with its unit",
    ),
    ("Участников в 15 часов 30 человек.", "kind: number, phrases: [участник], unit: [человек]", 30, "not another unit"),
    ("Участников много.", "kind: number, phrases: [участник]", None, "no number"),
    ("Задержан 12 мая 2022 года.", "kind: date, phrases: [задержать]", "2022-05-12", "a day in words"),
]


@pytest.mark.parametrize(("text", "keys", "value", "reason"), TAKEN, ids=[row[3] + ": " + row[1] for row in TAKEN])
def test_text_numbers_and_days_are_taken_from_around_the_phrase(
    text: str, keys: str, value: Value, reason: str
) -> None:
    assert ask(text, f"  - {{name: v, question: q, {keys}}}\n")[0]["v"].value == value, reason


def test_a_fact_can_be_the_answer_and_brings_its_quotation() -> None:
    variables = "  - {name: v, kind: one-of, question: q, fact: outcome, values: [fine, arrest]}\n"
    answers, problems = ask("Штраф.", variables, facts=[("outcome", "fine")])
    assert (answers["v"].value, len(answers["v"].evidence), problems) == ("fine", 1, [])


def test_a_record_that_contradicts_itself_is_undetermined_and_told() -> None:
    variables = "  - {name: v, kind: one-of, question: q, fact: outcome, values: [fine, arrest]}\n"
    answers, problems = ask("Штраф. Арест.", variables, facts=[("outcome", "fine"), ("outcome", "arrest")])
    assert answers["v"].value is None
    assert [(p.kind, p.subject) for p in problems] == [("undetermined", "c1 v")]


ASK_IF = """
  - {name: a, kind: yes/no, question: q, default: 'no', values: [{name: 'yes', phrases: [камера]}]}
  - name: b
    kind: yes/no
    question: q
    ask_if: {a: ['yes']}
    default: 'no'
    values: [{name: 'yes', phrases: [запись]}]
"""


def test_a_question_that_is_not_to_be_asked_has_no_answer() -> None:
    assert ask("Запись.", ASK_IF)[0]["b"].value is None
    assert ask("Запись с камеры.", ASK_IF)[0]["b"].value == "yes"


def test_one_variable_can_be_coded_anew_from_what_is_known_of_the_others() -> None:
    answers, _ = ask("Запись.", ASK_IF, only=("b",), known={("c1", "a"): "yes"})
    assert {name: answer.value for name, answer in answers.items()} == {"b": "yes"}


def test_only_the_text_of_the_act_is_coded() -> None:
    text = "Камера в карточке.\nЗапись в акте."
    regions = (Region(RegionKind.CARD, 0, 19), Region(RegionKind.ACT, 19, len(text)))
    assert ask(text, ASK_IF, regions=regions)[0]["a"].value == "no"


def test_a_record_without_an_act_has_no_answers_and_says_why() -> None:
    text = "Камера в карточке."
    answers, problems = ask(text, ASK_IF, regions=(Region(RegionKind.CARD, 0, len(text)),))
    assert [answer.value for answer in answers.values()] == [None, None]
    assert [(p.kind, p.subject) for p in problems] == [("no_act_text", "c1 a")]


def test_a_long_sentence_is_quoted_in_part_around_the_hit() -> None:
    text = (
        "Вина подтверждается: " + "протоколом об административном правонарушении; " * 12 + "записью с камеры; рапортом."
    )
    (evidence,) = ask(text, one("phrases: [камера]"))[0]["v"].evidence
    assert evidence.span.quote == "записью с камеры"


def test_the_batch_keeps_its_order_and_every_case_is_answered() -> None:
    texts = ["Камера.", "Ничего.", "Камера и камера."]
    documents = [Document(f"d{i}", f"{i}", text, "text", "text/plain", "ru") for i, text in enumerate(texts)]
    batch = [(d, Case(f"c{i}", "", (d.id,))) for i, d in enumerate(documents)]
    coder = coding.compile_codebook(read_codebook(parse(HEAD + ASK_IF, "t.yaml")), load_pack("ru"), VOCABULARY)
    answers, _ = coding.code(batch, tokenise(texts, VOCABULARY), coder)
    assert [(a.case, a.value) for a in answers if a.variable == "a"] == [("c0", "yes"), ("c1", "no"), ("c2", "yes")]
    assert len(answers) == 6
