"""A small study for tests of the desk: constructed records, among them hostile ones, and a draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from caselight import drawing, pipeline
from caselight.drawing import Wish
from caselight.intake import add, new
from caselight.pipeline import Options
from caselight.store import Settings, Study

SEED = "60853020971157277135"
CODEBOOK = """
name: small
title: {en: Small, ru: Малый}
version: 1
language: ru
variables:
  - name: role
    kind: one-of
    question: {en: "What part do cameras play?", ru: "Какую роль играют камеры?"}
    definition: {en: "What the court says of them.", ru: "Что о них говорит суд."}
    values:
      - {name: relied_on, label: {en: relied on, ru: суд опирается}, phrases: [камера]}
      - {name: mentioned, label: {en: mentioned, ru: упомянуты}}
      - {name: none, label: {en: none, ru: нет}}
    default: none
  - name: place
    kind: many-of
    question: {en: "Where?", ru: "Где?"}
    ask_if: {role: [relied_on, mentioned]}
    values: [{name: metro, phrases: [метро]}, {name: street, phrases: [улица]}]
  - {name: people, kind: number, question: {en: "How many people?", ru: "Сколько людей?"}, phrases: [участник]}
  - {name: words, kind: text, question: {en: "Which words?", ru: "Какие слова?"}, phrases: [плакат]}
"""
RULING = """Дело № 5-{n}/2022

ПОСТАНОВЛЕНИЕ

13 мая 2022 года                                          город Москва

Судья Тверского районного суда города Москвы Кряжимская Е.В., рассмотрев дело об административном правонарушении,

УСТАНОВИЛ:

06 марта 2022 года гражданин принял участие в митинге. Его узнали по записи {where}. {more}

ПОСТАНОВИЛ:

признать виновным и назначить наказание в виде административного штрафа в размере 15 000 рублей.
"""
PLACES = ("с камеры в метро", "с камеры на улице", "свидетеля", "с телефона")


def record(n: int, more: str = "") -> str:
    """One constructed ruling."""
    return RULING.format(n=n, where=PLACES[n % len(PLACES)], more=more)


def make_study(
    folder: Path, texts: Sequence[tuple[str, str]], wish: Wish | None, codebook: str = CODEBOOK, title: str = "Study"
) -> Study:
    """A study of these (file name, text), run; and with a draw, if one is wished for."""
    files = folder / "files"
    files.mkdir(parents=True)
    for name, text in texts:
        (files / name).write_text(text, "utf-8")
    (folder / "book.yaml").write_text(codebook, "utf-8")
    study = new(folder / "study", Settings(title, "ru", "en"), str(folder / "book.yaml"))
    add(study, [files], {})
    with study.locked():
        made = pipeline.make_tables(study, Options(1, folder / "words", "2026-01-01"), lambda *_: None)
    if wish is not None:
        drawing.freeze(made, wish)
        drawing.throw(study, SEED)
    return study
