"""Who says a passage and whether it is denied, on constructed sentences; the passage stands in [brackets]."""

from __future__ import annotations

from functools import cache

import pytest

from caselight.coding.cues import Cue, Cues, Kinds, Part, Speakers, compile_speakers
from caselight.coding.reading import Hit, Reading, paragraph_starts
from caselight.pack import Pack, load_pack
from caselight.types import Case, Document
from caselight.words import Vocabulary, tokenise

VOCABULARIES = {name: Vocabulary(name) for name in ("ru", "en")}

# text with the passage in brackets, who says it, reason
SAID = [
    ("Согласно рапорту полицейского Дроздова П.П., [сработала система].", "police", "a report retold is the police's"),
    ("Защитник указал, что [программа ошибается].", "defence", "the nearest person before a verb of reporting"),
    (
        "Н-ев Е.Л. вину не признал, пояснил, что [шел домой].",
        "defence",
        "a verb of reporting without a person: the accused",
    ),
    ("Допрошенный в качестве свидетеля инспектор показал, что [узнал его].", "police", "officers stay police in court"),
    ("Свидетель К-ва показала, что [он стоял рядом].", "witness", "a civilian"),
    ("Из показаний К-вой следует, что [он стоял рядом].", "witness", "testimony of somebody unnamed"),
    ("Из показаний инспектора следует, что [он стоял рядом].", "police", "testimony of an officer"),
    ("Вина подтверждается: [записью с камер].", "court", "the court lists the proofs"),
    ("Довод защитника о том, что [сходства нет], суд отклоняет.", "court", "a claim is answered by the court"),
    ("Вопреки доводам защитника [запись ясна].", "court", "a claim is answered by the court"),
    ("В жалобе указано, что [запись нечеткая].", "defence", "a complaint retold"),
    ("Суд убедился, что [на записи виден он].", "court", "the court decides"),
    ("[На записи виден он].", "court", "no source in a paragraph of its own"),
    (
        "Защитник полагал, что событие отсутствует. [Сработала камера].",
        "defence",
        "the source goes on in its paragraph",
    ),
    ("Защитник просил прекратить дело.\n\n[Сработала камера].", "court", "but not in the next paragraph"),
    ("[Сработала камера], как указал защитник.", "defence", "a source named behind"),
    (
        "Из рапортов такое основание не усматривается. [Оно появилось позже].",
        "court",
        "the court says what is not there",
    ),
    ("Вина, помимо указанного рапорта, подтверждается: [записью].", "court", "the report is only listed"),
    ("Согласно рап\xadорту, [сработала камера].", "police", "soft hyphens make no difference"),
    ("Эксперт пояснил, что [лица совпадают].", "expert", "an expert"),
    ("Помощник прокурора полагал, что [вина доказана].", "prosecution", "a prosecutor"),
    ("Согласно ответу ГКУ, [запись не сохранилась].", "unknown", "an operator's official reply"),
    ("Вина подтверждается рапортом, протоколом, [диском].", "court", "the next paper of a list is the court's again"),
    ("Вина подтверждается рапортом. [Он не задерживался].", "court", "what a list retells ends with it"),
    (
        "Допрошенный сержант подтвердил рапорт и на вопросы защитника пояснил: [сработало].",
        "police",
        "asked in passing",
    ),
    ("По мнению стороны защиты, [сходства нет].", "defence", "an opinion with its owner behind it"),
    ("Сотрудник охраны магазина пояснил, что [он стоял рядом].", "witness", "the longer name of a person counts"),
    ("Представитель административного органа пояснил, что [камера сработала].", "police", "whose representative"),
    ("Защитник указал, что из рапорта [неясно, кто он].", "defence", "a paper named within the defence's words"),
    ("По версии полиции, [он стоял с плакатом].", "police", "the longer wording: whose version it is"),
    ("Инспектор, составивший рапорт, причин неявки не сообщил. [Очевидцев нет].", "court", "nobody reports anything"),
    ("Н. в суд не явился, утверждает, что [запись чужая].", "defence", "the court is named in passing"),
    ("Ходатайство защитника об исключении записи отклонено: [она подлинная].", "court", "the court decides"),
    ("По утверждению защитника, [программа ошиблась].", "defence", "a claim made, not one answered"),
    ("Адвокат высказал мнение, что [программа ошиблась].", "defence", "a claim made, not one answered"),
    ("Белов показал, что [оперативник ошибся].", "defence", "the accused, though a person stands in the clause"),
    ("Как указал в рапорте постовой, [сработала камера].", "police", "a report retold, its author behind"),
    ("Краткость записи, на которую указывает защитник, [значения не имеет].", "court", "mentioned in passing"),
    ("Полицейский Белов, опрошенный в качестве свидетеля, показал, что [узнал его].", "police", "still an officer"),
]

# sentence with the passage in brackets, denied, reason
DENIED = [
    ("[Камера] на станции не работала.", True, "a negation near, in the same clause"),
    ("[Камера] на станции работала.", False, "no negation"),
    ("Вину не признал, так как на [записи] другой человек.", False, "the negation is in another clause"),
    ("В группе не менее десяти человек [сработала камера].", False, "not less than: no denial"),
    ("Довод о том, что [сработала камера], не нашел подтверждения.", True, "a stance against the whole sentence"),
    ("[Справку] следует исключить из числа доказательств.", True, "struck from the proofs"),
    ("Запись с [камер] отсутствует.", True, "absent"),
    ("Сведений о применении [программы] в деле нет.", True, "nothing in the file tells of it"),
    ("Доводы о применении [программы] основаны на догадках.", True, "a guess"),
    ("[Модуль поиска по лицам] на площади в сентябре прошлого года не использовался.", True, "denied in its clause"),
    ("Он найден [по записи]. Лица людей на записи не различимы.", True, "struck in the next sentence"),
    ("Он найден [по записи].\n\nСуд признает диск недопустимым доказательством.", True, "struck in the next paragraph"),
    ("Он найден [по записи].\n\nЗащитник просил исключить диск из числа доказательств.", False, "asked to be struck"),
]


def _reading(text: str, pack: str = "ru") -> Reading:
    language, speakers = _loaded(pack)
    document = Document("d", "d.txt", text, "text", "text/plain", language)
    words = tokenise([text], VOCABULARIES[language])
    return Reading(document, Case("c", "", ("d",)), speakers, words, speakers.kinds.of(words), 0, {})


@cache
def _loaded(pack: str) -> tuple[str, Speakers]:
    loaded = load_pack(pack)
    return loaded.language, compile_speakers(loaded)


def marked_passage(marked: str, pack: str = "ru") -> tuple[Reading, Hit]:
    """The reading of the text without its brackets, and the passage that stood in them as a hit."""
    start, end = marked.index("["), marked.index("]") - 1
    reading = _reading(marked.replace("[", "").replace("]", ""), pack)
    words = reading.words
    first, last = (int(i) for i in words.start[:-1].searchsorted((start, end)))
    return reading, Hit(first, last, int(words.sentence[first]), int(words.clause[first]), start, end)


@pytest.mark.parametrize(("marked", "who", "reason"), SAID, ids=[row[2] + ": " + row[0][:30] for row in SAID])
def test_a_passage_belongs_to_the_source_its_paragraph_is_retelling(marked: str, who: str, reason: str) -> None:
    reading, hit = marked_passage(marked)
    assert reading.said_by(hit) == who, reason


@pytest.mark.parametrize(
    ("marked", "who"),
    [
        ("Defendant argues that the stop was illegal. [We affirm].", "court"),
        ("Defendant argues that the stop was illegal. [We therefore affirm].", "court"),
        ("The State argues that [we affirm] too often.", "court"),
        ("Defendant argues that the [stop was illegal].", "defence"),
        ("The State contends that we erred. It says [the video shows] him.", "prosecution"),
    ],
)
def test_the_court_speaks_from_its_own_name_on(marked: str, who: str) -> None:
    reading, hit = marked_passage(marked, "us")
    assert reading.said_by(hit) == who


@pytest.mark.parametrize(("marked", "denied", "reason"), DENIED, ids=[row[2] for row in DENIED])
def test_a_negation_denies_what_is_near_it(marked: str, denied: bool, reason: str) -> None:
    reading, hit = marked_passage(marked)
    assert reading.is_denied(hit) is denied, reason


@pytest.mark.parametrize("name", ["ru", "us"])
def test_every_cue_catches_its_own_example(name: str) -> None:
    pack = load_pack(name)
    compiled = compile_speakers(pack)
    missed = []
    for cue, example, kind in _entries(pack):
        words = _reading(example, name).words
        kinds, anchors = compiled.kinds.of(words).among(0, len(words))
        tables = (compiled.turns, compiled.heads, compiled.denials, compiled.struck)
        cues = [c for table in tables for c in table.find(kinds, anchors)]
        opens = kind == "openings" and compiled.openings.end(kinds, 0) > 0
        if not opens and not any(found.cue.kind == kind for found in cues):
            missed.append(cue)
    assert missed == []


@pytest.mark.parametrize("name", ["ru", "us"])
def test_forms_of_one_kind_fit_the_same_words_of_cues(name: str) -> None:
    pack = load_pack(name)
    compiled = compile_speakers(pack)
    examples = " ".join(example for _, example, _ in _entries(pack))
    words = _reading(examples, name).words
    kinds, anchors = compiled.kinds.of(words).among(0, len(words))
    forms = [words.forms.text[row] for row in words.row.tolist()]
    tables = (compiled.turns, compiled.heads, compiled.denials, compiled.struck)
    for at, (form, kind) in enumerate(zip(forms, kinds, strict=True)):
        assert [table.anchored.get(kind, ()) for table in tables] == [table.of(form) for table in tables]
        assert (at in anchors) is any(table.of(form) for table in tables)
        for cue in (cue for table in tables for cues in table.anchored.values() for cue in cues):
            for part in cue.parts:
                fits = form in part.exact or form.startswith(part.stems)
                assert (kind in part.kinds) is fits, (form, part)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Не было видно.", [(0, 3)]),
        ("Не видно.", []),
        ("Не 5 видно; не очень видно", [(0, 3), (3, 6)]),
        ("не было там видно", []),
    ],
)
def test_a_star_alone_is_any_word(text: str, found: list[tuple[int, int]]) -> None:
    one, any_word, other = (frozenset({"не"}), ()), (frozenset[str](), ("",)), (frozenset({"видно"}), ())
    cue = Cue.of("near", "", tuple(Part(exact, stems, 0, set()) for exact, stems in (one, any_word, other)), "")
    table = Cues()
    table.add(cue)
    words = _reading(text).words
    kinds, anchors = Kinds((table,), [cue], {}).of(words).among(0, len(words))
    assert [(f.start, f.end) for f in table.find(kinds, anchors)] == found


def test_paragraphs_are_parted_by_blank_lines_or_lines_unless_the_text_is_wrapped() -> None:
    long_line = "Слово " * 40 + "конец."
    wrapped = "строка за другой строкой текста до края\nи дальше до самого края листа бумаги\nконец.\nНовый абзац."
    assert paragraph_starts("один\n\nдва\nдва\n \nтри") == [0, 6, 16]
    assert paragraph_starts(long_line + "\n" + long_line) == [0, len(long_line) + 1]
    assert paragraph_starts(long_line + "\nв строке ниже") == [0]
    assert paragraph_starts(wrapped) == [0, wrapped.index("Новый")]


def _entries(pack: Pack) -> list[tuple[str, str, str]]:
    data = pack.part("speakers").data
    rows: list[tuple[str, str, str]] = []
    for head, group in data.items():
        if head in ("no_subject", "inserted", "items"):
            continue  # endings, no cues
        for name, cues in group.items() if isinstance(group, dict) else [(head, group)]:
            kind = head if head in ("people", "retold") else name
            rows += [(entry["cue"], entry["example"], kind) for entry in cues]
    return rows
