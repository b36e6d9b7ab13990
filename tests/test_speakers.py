"""Who says a passage and whether it is denied, on constructed sentences; the passage stands in [brackets]."""

from __future__ import annotations

import pytest

from caselight.coding import speakers
from caselight.pack import Pack, load_pack

RUSSIAN = load_pack("ru")

# text with the passage in brackets, who says it, reason
SAID = [
    ("Согласно рапорту полицейского Дроздова П.П., [сработала система].", "police", "a report retold is the police's"),
    ("Защитник указал, что [программа ошибается].", "defence", "the nearest person before a verb of reporting"),
    ("Н-ев Е.Л. вину не признал, пояснил, что [шел домой].", "defence", "a verb of reporting without a person: the accused"),
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
    ("Защитник полагал, что событие отсутствует. [Сработала камера].", "defence", "the source goes on in its paragraph"),
    ("Защитник просил прекратить дело.\n\n[Сработала камера].", "court", "but not in the next paragraph"),
    ("[Сработала камера], как указал защитник.", "defence", "a source named behind"),
    ("Из рапортов такое основание не усматривается. [Оно появилось позже].", "court", "the court says what is not there"),
    ("Вина, помимо указанного рапорта, подтверждается: [записью].", "court", "the report is only listed"),
    ("Согласно рап\xadорту, [сработала камера].", "police", "soft hyphens make no difference"),
    ("Эксперт пояснил, что [лица совпадают].", "expert", "an expert"),
    ("Помощник прокурора полагал, что [вина доказана].", "prosecution", "a prosecutor"),
    ("Согласно ответу ГКУ, [запись не сохранилась].", "unknown", "an operator's official reply"),
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
]


def _marked(text: str) -> tuple[str, int, int]:
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), start, end


def _paragraph(text: str, start: int) -> tuple[int, int]:
    begin = text.rfind("\n\n", 0, start)
    end = text.find("\n\n", start)
    return (begin + 2 if begin >= 0 else 0), (end if end >= 0 else len(text))


@pytest.mark.parametrize(("marked", "who", "reason"), SAID, ids=[row[2] + ": " + row[0][:30] for row in SAID])
def test_a_passage_belongs_to_the_source_its_paragraph_is_retelling(marked: str, who: str, reason: str) -> None:
    text, start, _ = _marked(marked)
    first, last = _paragraph(text, start)
    paragraph = speakers.read(text, first, last, speakers.compile_speakers(RUSSIAN))
    assert speakers.said_by(paragraph, start, last) == who, reason


@pytest.mark.parametrize(("marked", "denied", "reason"), DENIED, ids=[row[2] for row in DENIED])
def test_a_negation_denies_what_is_near_it(marked: str, denied: bool, reason: str) -> None:
    text, start, end = _marked(marked)
    found = speakers.find_cues(text, 0, len(text), speakers.compile_speakers(RUSSIAN))
    assert speakers.is_denied(text, (start, end), (0, len(text)), found) is denied, reason


@pytest.mark.parametrize("name", ["ru", "us"])
def test_every_cue_catches_its_own_example(name: str) -> None:
    pack = load_pack(name)
    compiled = speakers.compile_speakers(pack)
    missed = [cue for cue, example, kind in _entries(pack) if not _catches(compiled, example, kind)]
    assert missed == []


def _catches(compiled: speakers.Speakers, example: str, kind: str) -> bool:
    return any(found.cue.kind == kind for found in speakers.find_cues(example, 0, len(example), compiled))


def _entries(pack: Pack) -> list[tuple[str, str, str]]:
    data = pack.part("speakers").data
    rows: list[tuple[str, str, str]] = []
    for head, group in data.items():
        for name, cues in group.items() if isinstance(group, dict) else [(head, group)]:
            kind = head if head in ("people", "retold") else name
            rows += [(entry["cue"], entry["example"], kind) for entry in cues]
    return rows
