"""The codebooks that ship give the answers their authors meant, on paragraphs written for this and on known records."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import caselight
from caselight import coding
from caselight.codebook import load_codebook, shipped_codebooks
from caselight.pack import load_pack
from caselight.types import Answer, Case, Document, Fact, Section, Span
from caselight.words import Vocabulary, tokenise

HERE = Path(__file__).parent
EXAMPLES: list[dict[str, Any]] = yaml.safe_load((HERE / "examples" / "surveillance.yaml").read_text("utf-8"))
HEAD = "Судья районного суда, рассмотрев дело в отношении Белова А.А.,\n\nУСТАНОВИЛ:\n\n"
EVENT = "6 марта 2022 года Белов А.А. принял участие в публичном мероприятии, не согласованном с органами власти.\n\n"
TAIL = "\n\nРуководствуясь ст. 29.10 КоАП РФ, суд\n\nПОСТАНОВИЛ:\n\nпризнать Белова А.А. виновным, назначить штраф."
STANDS_FOR = {
    "FOOTAGE": "Вина подтверждается видеозаписью с камер наблюдения, на которой виден Белов.",
    "MATCH": "Согласно рапорту полицейского, Белов выявлен системой распознавания лиц на станции метро.",
    " ¶ ": "\n\n",
}
# What is still coded wrongly; a row that comes right fails here and moves out.
WRONG = {
    "Белов не выполнил требование разойтись": "nobody is named who took him along",
    "Данные Белова внесены в протокол": "where a passport was looked at is not said",
    "Имевшийся у Белова военный билет": "where it was looked at is not said",
    "У Белова попросили документы": "nobody is named to whom it was shown",
    "Комплекс на входе в метро подсветил": "a frame on a screen is taken for a metal detector",
    "При визуальном сравнении снимков": "no photograph on file is named",
    "Пролистав записи": "records that are leafed through",
    "Искусственный интеллект нашел": "a photograph that a machine found somebody by",
    "Комендант общежития подтвердила": "that somebody is on a picture is confirmed",
    "Сотрудница библиотеки заметила": "an employee who is none of the police",
    "Участник того же похода": "somebody is called an organiser",
    "Заместитель командира взвода выхватил": "a deputy is no officer yet",
    "Сотрудники сверили лицо Белова": "a face compared with a passport is taken for a comparison",
    "Белова выдала запись": "footage that betrays somebody",
    "Дознаватель разглядел Белова": "a drone",
    "Подсистема видеоанализа соотнесла": "a record of accounts that a machine compares with",
    "Мимо турникета, как показывает запись": "what a record shows, told before it is named",
    "По просьбе сержанта полиции Белов": "a request of the police is taken for a claim that is answered",
    "О поступке Белова полиции сообщил": "the police that was told is taken for the one who tells",
    "Из рапорта следует, что Белова выдала куртка": "a jacket that betrays somebody before a camera",
    "На фрагменте длительностью": "how long a piece of footage is stands between",
    "Из рапорта следует, что участковый достал карточку": "a still laid beside a card",
    "Белов взят под стражу порядка": "taken by officers, in words that nobody uses",
    "Совпадение показаний полицейских": "officers whose words the court compares",
    "Срок хранения видеозаписей не имеет значения": "footage that is not in the file is taken for mentioned",
}
ROWS = [(group["variable"], group["answer"], text) for group in EXAMPLES for text in group["texts"]]


@pytest.mark.parametrize("name", shipped_codebooks())
def test_everything_a_shipped_codebook_says_to_people_is_said_in_both_languages(name: str) -> None:
    book = load_codebook(name)
    choices = [choice for variable in book.variables for choice in variable.values]
    texts = [book.title, *(v.question for v in book.variables), *(v.definition for v in book.variables)]
    texts += [text for choice in choices for text in (choice.label, choice.definition)]
    assert [text for text in texts if text and set(text) != {"en", "ru"}] == []


def _ruling(text: str) -> str:
    for sign, meaning in STANDS_FOR.items():
        text = text.replace(sign, meaning)
    return HEAD + EVENT + text + TAIL


def _case(document: Document) -> Case:
    established, operative = document.text.index("6 марта"), document.text.index("Руководствуясь")
    bounds = (0, established, operative, len(document.text))
    names = ("header", "established", "operative")
    sections = tuple(Section(name, bounds[i], bounds[i + 1]) for i, name in enumerate(names))
    given = {"event_date": "2022-03-06", "statute": "КоАП 20.2 ч.5", "outcome": "fine"}
    facts = tuple(Fact(name, value, Span.of(document, 0, 5)) for name, value in given.items())
    return Case(f"c{document.name}", "first", (document.id,), sections, facts)


CHALLENGE = "Защитник просил исключить видеозапись: лиц на ней не видно.\n\n"
# what the court says after that, its answer (None = undetermined), reason
SILENT = [
    ("Наказание назначается с учетом данных о личности.", "not_addressed", "nothing is said of it at all"),
    ("Вина Белова подтверждается рапортом, протоколом, видеозаписью.", "not_addressed", "footage among the proofs"),
    ("Выслушав защитника, суд приходит к следующему.", "not_addressed", "who was heard"),
    ("Все собранные доказательства допустимы и достоверны.", "not_addressed", "a formula about all proofs"),
    ("Непризнание вины суд расценивает как способ защиты.", "not_addressed", "a plea of not guilty"),
    ("Видеозапись длится сорок минут, снята днем.", None, "the court speaks of the footage"),
    ("Адвокат вправе обжаловать действия полиции.", None, "the court speaks of the defence"),
    ("Рапорт является допустимым.", None, "the court speaks of a proof of its own"),
    ("Доводам стороны суд дает оценку ниже.", None, "the court speaks of arguments"),
    ("Видеокамеры города принадлежат департаменту.", None, "the court speaks of cameras"),
]


@pytest.mark.parametrize(("text", "answer", "reason"), SILENT, ids=[row[2] for row in SILENT])
def test_a_court_is_called_silent_only_where_it_says_nothing_that_may_be_an_answer(
    text: str, answer: str | None, reason: str
) -> None:
    document = Document("d", "d", _ruling(CHALLENGE + text), "text", "text/plain", "ru")
    case, begin = _case(document), document.text.index(text)
    header, established, operative = case.sections
    sections = (header, Section("established", established.start, begin), Section("assessment", begin, operative.start))
    case = case._replace(sections=(*sections, operative))
    vocabulary = Vocabulary("ru")
    coder = coding.compile_codebook(load_codebook("surveillance"), load_pack("ru"), vocabulary)
    found, _ = coding.code([(document, case)], tokenise([document.text], vocabulary), coder)
    assert {a.variable: a.value for a in found}["court_response"] == answer, reason


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, str], Answer]:
    """(text, variable) -> answer, for every row."""
    documents = [Document(f"d{i}", str(i), _ruling(row[2]), "text", "text/plain", "ru") for i, row in enumerate(ROWS)]
    vocabulary = Vocabulary("ru")
    words = tokenise([document.text for document in documents], vocabulary)
    coder = coding.compile_codebook(load_codebook("surveillance"), load_pack("ru"), vocabulary)
    found, problems = coding.code([(d, _case(d)) for d in documents], words, coder)
    assert problems == []
    return {(ROWS[int(answer.case[1:])][2], answer.variable): answer for answer in found}


def _row(variable: str, answer: str | None, text: str) -> Any:
    wrong = next((reason for begins, reason in WRONG.items() if text.startswith(begins)), "")
    marks = [pytest.mark.xfail(strict=True, reason=wrong)] if wrong else []
    return pytest.param(variable, answer, text, marks=marks, id=f"{variable}={answer}: {text[:40]}")


@pytest.mark.parametrize(("variable", "answer", "text"), [_row(*row) for row in ROWS])
def test_surveillance_codes_a_paragraph_as_meant(
    variable: str, answer: str | None, text: str, answers: dict[tuple[str, str], Answer]
) -> None:
    value = answers[text, variable].value
    assert answer in value if isinstance(value, tuple) else value == answer


def test_no_paragraph_without_recognition_is_coded_as_facial_recognition(
    answers: dict[tuple[str, str], Answer],
) -> None:
    recognised = {text for variable, answer, text in ROWS if answer == "facial_recognition"}
    wrong = [
        text
        for (text, variable), answer in answers.items()
        if variable == "identification_means"
        and "facial_recognition" in (answer.value or ())  # type: ignore[operator]
        and text not in recognised
        and not text.startswith("MATCH")
    ]
    assert wrong == []


def test_all_codebooks_that_ship_can_be_read() -> None:
    assert [load_codebook(name).name for name in shipped_codebooks()] == shipped_codebooks()


@pytest.mark.shared
def test_coding_reaches_its_floors(shared: Path) -> None:
    sys.path.insert(0, str(HERE.parent / "benchmarks"))
    from quality_coding import measure

    figures = measure(shared)
    floors = {
        "surveillance_role, F1": 0.95,
        "identification_means, F1": 0.95,
        "facial_recognition, precision": 0.95,
        "detention_timing, F1": 0.90,
        "court_response, F1": 0.90,
        "speaker right, of those met": 0.95,
        "appeals: outcome, accuracy": 0.87,
    }
    assert {name: figures[name] for name, floor in floors.items() if figures[name] < floor} == {}
    assert figures["rally: coded as facial recognition"] == 0


@pytest.mark.parametrize("path", sorted(Path(caselight.__file__).parent.rglob("*.yaml")), ids=lambda path: path.name)
def test_what_ships_is_read_alike_where_the_fast_reader_of_yaml_is_missing(path: Path) -> None:
    text = path.read_text("utf-8")
    assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
