"""Who is hidden and who stays, in marked texts: [Иванов И.И.] must become a token, {Петров П.П.} must stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight.protect import Policy, english_alone
from caselight.protect.mentions import Mention
from caselight.protect.opinion import believed
from caselight.protect.surnames import forms, stems
from caselight.types import Field
from protect_sample import RU, US, document, fact, protected, published, published_english, redaction, tokens

MARKED = [
    ("рассмотрев дело в отношении [Скоробеева И.И.], установил", "the person whom the case is about"),
    ("Судья районного суда {Жеребилова А.П.}, рассмотрев дело", "a judge acts in office"),
    ("при секретаре {Толокниной Т.Т.}, с участием прокурора {Зарядного З.З.}", "so do a clerk and a prosecutor"),
    ("рапорт инспектора ДПС ГИБДД УМВД России по г. Омску {Лопухова Л.Л.}", "so does a policeman"),
    ("рапорты сотрудников полиции {Лопухова Л.Л.}, {Мякишева М.М.} и {Носкова Н.Н.}", "a list shares its first role"),
    ("рапортами сотрудников полиции, объяснениями [Лопухова Л.Л.]", "what somebody else said is a new subject"),
    ("Судья, заслушав [Скоробееву И.И.], установил", "a verb parts an office from a name"),
    ("судья\n\nПОСТАНОВИЛ:\n\n[Скоробееву И.И.] признать виновной", "the verdict is not the judge's name"),
    ("начальника колонии 7 мая 2021 г. [Скоробеева И.И.] поставили на учет", "a date parts an office from a name"),
    ("Судья                            {И.П. Жеребилов}", "initials before the name, as in a signature"),
    ("с участием защитника [Адвокатова А.А.]", "a defender leads to whom they defend"),
    ("потерпевшая [Скоробеева Ирина Ивановна] пояснила", "a full name"),
    ("свидетель [Ирина Ивановна Скоробеева] пояснила", "the other way round"),
    ("свидетель [Скоробеев] пояснил", "a bare surname behind a role"),
    ("Дело в отношении [Скоробеева И.И.]. Позже [Скоробееву] вручена копия. [СКОРОБЕЕВ] ушел.", "bare and in capitals"),
    ("гр. [Скоробеева-Лопуховская И.И.] заявила", "a double surname"),
    ("истец [Мамедов Рашид Али оглы] просил", "a patronymic of another people"),
    ("а также свидетели[Скоробеев И.И.] и [Лопухов Л.Л.] подтвердили", "a space was forgotten"),
    ("затем сказал гр. [Скоробеев\u00a0И.\u00a0И.]", "spaces that do not break"),
    ("гражданин [Скоро\u00adбеев И.И.] ушел", "a soft hyphen inside"),
    ("гражданин [Cкopoбeeв И.И.] ушел", "Latin letters that look Cyrillic"),
    ("гражданин [Королёв И.И.] и гр. [Королев И.И.]", "е and ё are one letter"),
    ("находясь у памятника {В.И. Ленину} на площади {Ленина}", "a monument is no person"),
    ("шел по улице {Маршала Рокоссовского} к дому", "a street is no person"),
    ("вынес {Кировский} районный суд", "a court is no person"),
    ("в отношении [Скоробеева И.И.] 13.02.2015г. [Скоробеев] подал", "the stop of a year makes no town of a name"),
    ("свидетель {ФИО1} и {фио}, {****} и {<данные изъяты>} остались", "what the court wiped stays as it is"),
    ("Доводы [А.А.] отклонены", "initials alone, where the court cut off the surname"),
    ("Стороны: Истец: [Дубов М.В.]; Ответчик: ([Дубова А.В.])", "a surname that is also a word"),
    ("с именем директора рынка г. Омска [К.У. Гребня]; вывеска", "a surname that is a word, behind a town"),
    ("Вина [М.Д.] доказана. Допрошен свидетель. Вина [М.Д.] {Свидетель} пояснил", "initials at the end of a sentence"),
    ("с плакатом «Верните [Семёна Прутковского]» стоял", "a name on a poster"),
    ("дочь [Мария] учится", "a child named by first name"),
    ("жалоба [Н-ва Е.Л.], в которой [Н-в] указал, что ехала [Н-вой О.П.] сестра", "half wiped, with a hyphen"),
    (
        "свидетель [С***в А.А.], очевидец [И-на], сосед [Ив…в], гр. [...кого М.М.] и [К...ва Р.Д.]",
        "with stars and stops",
    ),
    ("потерпевшая [К.] пояснила. Показаниям [К.] суд доверяет. Свидетели [Ж.] и [П.] не явились", "one letter"),
    ("по иску [Ч.Г.Ю.] к ООО; доводы [К.М.] отклонены; вина [И.М.В.1] доказана", "two letters and three"),
    ("Нью-Йорк, Я-то, Из-за, т.е. и т.д., п. К. 5, категории В. Ф.И.О., М.П.", "no half of a name"),
    ("Судья                {И.П.}, при секретаре {К.Л.}", "initials of somebody in office"),
    ("истец [Ван дер Берг Й.], ответчик [де Сильва Мария]. [Фон Штейн] пояснил; [фон Штейну] вручено", "particles"),
    ("потерпевший [О'Коннор П.], свидетели [Нгуен Ван Тхань] и [Кон Чер Ир] опрошены", "names of other peoples"),
    ("в отношении [Гасанова Э.В.о.]; [Гасанов Э.В. оглы], [Жумабек уулу Нурлан], [Урал Тимерхан улы]", "sons of"),
    ("гражданин Киргизии [Жумабек уулу Нурлан], гражданка Российской Федерации {Республика}", "a country is no name"),
    ("адвокат [Раднаева Д.-Х.Б.] и судья {Бадмажапов Б.-Ж.Ц.}", "a first name of two parts, in initials"),
    ("свидетельница [Шигабутдинова Гөлнара Рөстәм кызы] и [Ґонта І.]", "letters of other alphabets"),
    ("потерпевший [Холодец] и свидетель [Уксус Ю.], сват [Тарас Шило]. На столе хрен и уксус", "words as surnames"),
    ("УСТАНОВИЛ:\n\n[Гвоздь Е.Р.] совершил кражу. Подсудимый [Гвоздь] признал", "a word begins the sentence"),
    ("И [НАДЕЖДА ПАВЛОВНА ГОЛУБЬ]. СВИДЕТЕЛЬ [ГОЛУБЬ] ПОДТВЕРДИЛА, ВТОРОЙ УЧАСТНИК ДТП, НАКАЗАНИЮ. К", "capitals"),
    ("[Ваня Кольцо] и журналист [Бруно Фонтанелли] ушли. [Иван Кольцо] вернулся", "a first name beside a word"),
    ("в отношении [Скоробеева И.И.], запись «задержан [скоробеев]», страница «[M. Скоробеев]»", "small and Latin"),
    ("под именем «[Лев Чапаевский]» писал; все звали его [Сыз]; назвался [Косым]", "a name that somebody is called by"),
    ("у наследника [Ягодного-Сусумана М.Г.]. Опрошен [Сусуман]; ООО «[Ягодный-Сервис]»", "halves of a double name"),
    ("потерпевший [Ким] опознал вора. [Ким] судим, [Ким] крайне недоволен", "no place for the letters behind the name"),
    ("в суд явился частный обвинитель [Холодец Б.Б.], прокурор {Зарядный З.З.}", "a private prosecutor is private"),
    ("бывший участковый [Хуторской Е.Е.] и полицейский в отставке [Куренной Л.Л.]", "out of office"),
    ("в отношении [Сеймчана В.В.]. [Сеймчан] выехал в город {Сеймчан}. Памятник {Сеймчану} там", "a place of the name"),
    ("показал мэр г. Омска [К.А.], шел по ул.{Зои Космодемьянской}", "a town before initials"),
    ("там он увидел [Сакинат], листовки раздавал [Куц], потом подошел [Рубан]", "alone in the midst of a sentence"),
    ("раньше закончился. [Бражко] объявила об окончании митинга", "an unknown word that did something"),
    ("показали [Кучма О.О.], [Лях И.], [Безродный]. {Государственная} пошлина", "words in a list of names"),
    ("приняли участие:\n1. [Колобок М.А.]\n2. [Сотник А.]\n3. [Ким]\n", "a numbered list"),
    ("вместе с [Г.], [Т.] и [З.] стоял у памятника. [З.] не явился. По ул. {К. Маркса} шли все", "single letters"),
    ("организаторы [Шторкин З.Е.], [Р.], [Ц.] и ИП [Б.]; замечания [Ж.В.Д], и гр.[Х.Р.Л.] ушли", "letters in a list"),
    (
        "К показаниям [Скоробеева] суд относится критически. {Кировский} суд отказал",
        "a court has an adjective for its name",
    ),
    ("свидетели [Рус.] и [Кар.] показали. Затем [Рус.] ушел", "the first letters of a surname"),
    ("взыскать с [...ва Петра Сергеевича] долг", "only the ending is left before a first name"),
    ("брат истца [Скоробеев Ильдар]. Потом [Ильдар] ушел, а [Ильдару] дали чек", "a first name that is known"),
    ("сержант полиции {Шитиков Ц.} – [Хорта О.О.] и [Ландышева О.О.]", "behind a dash stands somebody else"),
    ("От имени [Скоробеевой И.И.] подписал [Муса О.]", "no place behind 'имени'; a first name and a letter"),
    ("координатор штаба [А.Непогодного] пришел, в группы {А. Второго} созыва не вошел", "one initial and an adjective"),
    ("там он увидел [Сакинат] 5 мая у дома и [Дюка], 2 раза звал", "a day or a count behind a name is no house"),
    ("видел [Лопухова О.О.] и [Ляха] 300 рублей отдал; приехал на {Ленина}, 5, и на улицу {Шуба} 7", "but this is one"),
    ("[К.] показала. Суд [К.] признал. [К.] 5 мая ушла, по п. {К.} 5", "a letter before a day"),
    ("[Ц.] показал. [Ковшов Ц.] ушел. Потом {Гражданин} [Ц.] и {охранник} [Ц.] ушли. {Вчера} [Ц.] спал", "a surname"),
    ("указал, что [Мельник Т.] спал, [Т.] показал. [Мельник] ушел. Свидетель [Шуб, Т.] пришел", "a word as surname"),
    ("[Т.] показал. {Суд} [Т.] признал. [Ивлев Т.]\nпоказал. [Лопухов И.И.], [К.] и [Т.] ушли", "a line and a list"),
    ('Он представился "   " и ушел. Потом представился " [Лев]"', "blanks between quotation marks"),
    ("автомобилем {Тойота}, в {Росреестре}, на сайте {Вконтакте}, телефон {Самсунг}", "things and authorities"),
]


@pytest.mark.parametrize(("marked", "why"), MARKED, ids=[why for _, why in MARKED])
def test_private_persons_are_hidden_and_officials_stay(marked: str, why: str) -> None:
    text = re.sub(r"[\[\]{}]", "", marked)
    wanted = re.sub(r"[{}]", "", re.sub(r"\[[^\]]*\]", "§", marked))
    assert re.sub(r"\[П-\d+\]", "§", published(text)) == wanted, why


SAME = [
    ("гр. Иванова И.И. пришла. Ивановой И. И. вручена копия. ИВАНОВА ушла. Гр. Иванова Ирина Ивановна.", 4),
    ("в отношении Чайковского П.П. Чайковскому назначено. Сам Чайковский П. П. признал.", 3),
    ("гр. Тивурс Ф.Я. и его защита. Гражданину Тивурсу Ф.Я. вручено. С Тивурсом Ф. Я. говорили.", 3),
    ("в отношении Шевченко А.А. Сам Шевченко пояснил. Гр. Шевченко Анна Андреевна.", 3),
    ("гр. Кравец К.К. Гр. Кравца К.К. Гр. Кравцу К.К.", 3),
]


@pytest.mark.parametrize(("text", "times"), SAME)
def test_one_person_has_one_token_in_every_inflection(text: str, times: int) -> None:
    found = tokens(published(text))
    assert len(found) == times
    assert len(set(found)) == 1


def test_a_second_opinion_that_takes_two_persons_for_one_is_parted() -> None:
    text = "сержант Шитиков Ц. – Хорта, Ландышева"
    found = [text[m.start : m.end] for m in believed(text, [(8, len(text))], RU)]
    assert found == ["Шитиков Ц.", "Хорта", "Ландышева"]


def test_two_persons_of_one_surname_have_two_tokens() -> None:
    found = tokens(published("истец Лопухов А.А. и ответчик Лопухова Б.Б. не явились"))
    assert len(set(found)) == 2


def test_the_same_name_in_two_matters_has_two_tokens() -> None:
    from caselight.protect import Numbering, Policy, Subject, protect_matter

    numbering = Numbering()
    numbers = []
    for i in (1, 2):
        of = document("в отношении Скоробеева И.И.", number=i)
        case = protect_matter([Subject(f"c{i}", (of,), ())], RU, Policy(), numbering)[0]
        numbers.append(case.edits[of.id][0].number)
    assert numbers == [1, 2]


def test_initials_of_somebody_in_office_do_not_keep_those_of_a_party() -> None:
    assert "Доводы А.А." not in published("Судья Жеребилова А.А. Доводы А.А. отклонены.")


def test_instances_of_one_matter_share_the_token() -> None:
    first, second = (
        document("в отношении Скоробеева И.И."),
        document("жалоба Скоробеевой. Скоробеева И.И. вызвали", number=2),
    )
    cases = protected(first, second)
    of_first, of_second = (tokens(redaction(c, d).text(d.text)) for c, d in zip(cases, (first, second), strict=True))
    assert set(of_first) == set(of_second)


def test_all_tokens_have_one_width() -> None:
    text = "гр. Ли Л.Л., гр. Скоробеева-Лопуховская Александра Александровна, тел. 89161234567, ivan@example.org"
    assert {len(token) for token in tokens(published(text))} == {len("[П-001]")}


def test_a_policeman_whom_the_case_is_about_is_hidden() -> None:
    text = "рассмотрев дело в отношении инспектора ДПС Лопухова Л.Л. Инспектор Лопухов Л.Л. пояснил."
    assert "Лопухов" not in published(text)


def test_an_official_who_shares_the_surname_of_the_accused_is_hidden_if_in_doubt() -> None:
    assert "Лопухов" not in published(
        "дело в отношении Лопуховой Л.Л. Согласно рапорту полицейского Лопухова Л.К., она шла."
    )


def test_the_fact_of_the_judge_keeps_the_judge() -> None:
    of = document("Рассмотрел Жеребилов А.П. единолично. Дело в отношении Скоробеева И.И.")
    case = protected(of, facts=(fact(of, "judge", "Жеребилов А.П."),))[0]
    assert redaction(case, of).text(of.text).startswith("Рассмотрел Жеребилов А.П.")


def test_parties_of_a_card_are_hidden_and_its_judge_and_prosecutor_stay() -> None:
    text = "Судья: Жеребилов А.П.\nСтороны: Истец: Скоробеев И.И.; Прокурор: Зарядный З.З."
    fields = []
    for label, value in (("Судья", "Жеребилов А.П."), ("Стороны", "Истец: Скоробеев И.И.; Прокурор: Зарядный З.З.")):
        fields.append(Field(label, text.index(value), text.index(value) + len(value)))
    of = document(text, tuple(fields))
    shown = redaction(protected(of)[0], of).text(text)
    assert shown == "Судья: Жеребилов А.П.\nСтороны: Истец: [П-001]; Прокурор: Зарядный З.З."


def test_parties_of_a_card_whose_headings_stand_apart_are_told_by_them() -> None:
    value = "Истец:; Ковшова М.; Прокурор:; Зарядный З.З."
    of = document(f"Стороны: {value}", (Field("Стороны", 9, 9 + len(value)),))
    shown = redaction(protected(of)[0], of).text(of.text)
    assert shown == "Стороны: Истец:; [П-001]; Прокурор:; Зарядный З.З."


POLICIES = [
    (Policy(officials="hide"), "Судья Жеребилов А.П.", "Судья [П-001]"),
    (Policy(defenders="keep"), "защитник Адвокатов А.А.", "защитник Адвокатов А.А."),
    (Policy(keep=("Скоробеев",)), "в отношении Скоробеева И.И.", "в отношении Скоробеева И.И."),
    (Policy(hide=("Кличкин Дом",)), "он звал себя Кличкин Дом всегда", "он звал себя [П-001] всегда"),
    (Policy(case_numbers="keep"), "дело № 5-924/14", "дело № 5-924/14"),
    (Policy(hide=("Жеребилов",)), "Судья Жеребилов А.П.", "Судья [П-001]"),
]


@pytest.mark.parametrize(("policy", "text", "wanted"), POLICIES)
def test_a_study_decides_what_is_hidden(policy: Policy, text: str, wanted: str) -> None:
    assert published(text, policy) == wanted


ENGLISH = [
    (
        "Defendant Pedro Quill appeals. Quill argues that Quill's plea",
        "Defendant [P-001] appeals. [P-001] argues that [P-001]'s plea",
    ),
    ("Officer Brindle testified that Mr. Harrow ran.", "Officer Brindle testified that Mr. [P-001] ran."),
    (
        "Defendant Dr. Ada Quill and Plaintiff Mrs. Harrow met Dr. Quill.",
        "Defendant Dr. [P-001] and Plaintiff Mrs. [P-002] met Dr. [P-001].",
    ),
    (
        "He cut Mrs. Q. The others, and the dog, saw it. The end.",
        "He cut Mrs. [P-001] The others, and the dog, saw it. The end.",
    ),
    ("Defendant Labor Relations Bd. appeals.", "Defendant Labor Relations Bd. appeals."),
    ("State v. Harrow, 1999-NMSC-018, holds so.", "State v. Harrow, 1999-NMSC-018, holds so."),
    ("DONNELLY, Judge: Worker Peter Quillan appeals.", "DONNELLY, Judge: Worker [P-001] appeals."),
]


@pytest.mark.parametrize(("text", "wanted"), ENGLISH)
def test_english_opinions_hide_parties_and_keep_judges_and_citations(text: str, wanted: str) -> None:
    assert published_english(text) == wanted


PARADIGMS = [
    ("Скоробеев", ["Скоробеева", "Скоробееву", "Скоробеевым", "Скоробееве", "Скоробеевой", "Скоробеевых"]),
    ("Чайковский", ["Чайковского", "Чайковскому", "Чайковским", "Чайковская", "Чайковскую"]),
    ("Тивурс", ["Тивурса", "Тивурсу", "Тивурсом", "Тивурсе"]),
    ("Сковорода", ["Сковороды", "Сковороде", "Сковороду", "Сковородой"]),
    ("Гоголь", ["Гоголя", "Гоголю", "Гоголем", "Гоголе"]),
    ("Петренко", ["Петренко"]),
]


@pytest.mark.parametrize(("name", "inflected"), PARADIGMS)
def test_every_inflection_is_known_for_the_same_surname(name: str, inflected: list[str]) -> None:
    for form in inflected:
        assert stems(name) & stems(form), form
        assert form.lower() in forms(name), form


@pytest.mark.parametrize(("one", "other"), [("Петров", "Петр"), ("Иванов", "Иваненко"), ("Попов", "Поповский")])
def test_other_surnames_are_other_surnames(one: str, other: str) -> None:
    assert not stems(one) & stems(other)


@pytest.mark.xfail(reason="a nickname is beside no word that says so", strict=True)
def test_a_nickname_is_found() -> None:
    assert "Косой" not in published("тогда Косой откликнулся, а Рыжий убежал")


def test_inflections_of_half_a_name_have_one_token() -> None:
    text = "жалоба Н-ва Е.Л. подана. Н-в Е.Л. пояснил. С Н-вым Е.Л. согласны. Супруга Н-ва О.П. возражала."
    found = tokens(published(text))
    assert found[0] == found[1] == found[2] != found[3]


INFLECTED = [
    ("Скоробеев", "Скоробеева", "Скоробееву", "Скоробеевым"),
    ("Чайковенский", "Чайковенского", "Чайковенскому", "Чайковенским"),
    ("Тивурсун", "Тивурсуна", "Тивурсуну", "Тивурсуном"),
    ("Сковородина", "Сковородиной", "Сковородину", "Сковородиной"),
    ("Петрижко", "Петрижко", "Петрижко", "Петрижко"),
    ("Гуляк", "Гуляка", "Гуляку", "Гуляком"),
]
LETTERS = st.sampled_from("АБВГДЕИКЛМНОПРСТ")


@given(
    st.sampled_from(INFLECTED), LETTERS, LETTERS, st.sampled_from(["", " ", "\u00a0", "\n"]), st.booleans(), st.data()
)
def test_however_a_party_is_written_nothing_of_the_surname_is_left(
    name: tuple[str, ...], first: str, second: str, gap: str, initials_first: bool, data: st.DataObject
) -> None:
    initials = f"{first}.{gap.replace(chr(10), ' ')}{second}."
    written = f"{initials} {name[1]}" if initials_first else f"{name[1]}{gap or ' '}{initials}"
    again = data.draw(st.sampled_from([*name, *(form.upper() for form in name)]))
    text = f"рассмотрев дело в отношении {written}, установил: вину {again} суд считает доказанной. {name[0]} ушел."
    assert name[0][:5].lower() not in published(text).lower()


@pytest.mark.parametrize(
    "cited", ["v. Harrow, 1999-NMCA", "Harrow, 128 N.M", "Harrow, 1999-NMSC", "v. Harrow, 61 P.2d"]
)
def test_a_citation_that_stays_ends_with_a_whole_word(cited: str) -> None:
    text = f"See State {cited}-018, 5. In re Harrow, 4 P. 5."
    named = [(Mention(0, 0, "harrow", "", "two"), "Harrow")]
    assert [text[start:end] for start, end in english_alone.bare(text, US, named, [])[1]] == [
        cited,
        "In re Harrow, 4 P.",
    ]


FLEETING = [
    ("Заяц", "Зайца"),
    ("Боец", "Бойцу"),
    ("Китаец", "Китайцем"),
    ("Стрелец", "Стрельца"),
    ("Малец", "Мальцу"),
    ("Конёк", "Конька"),
    ("Соловей", "Соловья"),
    ("Воробей", "Воробью"),
    ("Кравец", "Кравца"),
    ("Палец", "Пальца"),
]


@pytest.mark.parametrize(("name", "form"), FLEETING)
def test_a_name_that_loses_a_vowel_is_one_name(name: str, form: str) -> None:
    assert stems(name) & stems(form)
    assert form.lower().replace("ё", "е") in forms(name)


def test_names_that_are_words_are_hidden_in_every_case() -> None:
    text = (
        "ПРИГОВОР в отношении подсудимого Заяц А.Б. Суд установил: доводы Зайца суд отвергает, Зайцу не доверяет. "
        "ПРИГОВОРИЛ: Зайца А.Б. признать виновным."
    )
    assert "айц" not in published(text)
