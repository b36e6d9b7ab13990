"""What the checks found, in words: English and Russian."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from caselight.bundle.faults import CHECKS, NOT_CHECKED, Fault, Verdict

SHOWN = 20  # files told one by one; the rest are counted
SHOWN_INSIDE = 4  # places in one file

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "ok": "OK: everything that this bundle claims follows from what is in it.",
        "not_ok": "NOT OK: {n} things are wrong.",
        "signature": "Signature: {n} checked",
        "bytes": "Bytes: {n} files held against the manifest",
        "draw": "Draw: {n} cases and tickets worked out from the seed and the texts",
        "figures": "Figures: {n} numbers worked out again, in tables and on pages",
        "quotations": "Quotations: {n} quotations and pages of cases held against the texts",
        "books": "Books: {n} sums added up again",
        "wrong": "{n} wrong",
        "left": "{n} not checked",
        "follow": "NOT OK: things wrong: {n}; from them follow: {more}.",
        "because": "because of it",
        "differ_draw": "parts of the draw that differ: {n}",
        "differ_figures": "numbers that differ: {n}",
        "differ_quotations": "quotations and pages of cases that differ: {n}",
        "differ_books": "sums that differ: {n}",
        "left_draw": "parts of the draw not checked: {n}",
        "left_figures": "numbers not checked: {n}",
        "left_quotations": "quotations and pages of cases not checked: {n}",
        "left_books": "sums not checked: {n}",
        "every": "all",
        "thousands": ",",
        "expected": "expected",
        "found": "found",
        "affects": "touches",
        "all": "all figures",
        "nothing": "no figure",
        "more": "... and {n} more.",
        "not_proven": "What this does not prove:",
        "unsigned": "The bundle is not signed: whoever changed it can have changed the manifest too.",
        "key_inside": "The key was taken from the bundle itself ({0}): this proves that nothing was changed since it was signed, not who signed. Get the publisher's key elsewhere and give it with --key.",
        "folder": "It is an unpacked folder: files were checked, not the file that they came in.",
        "no_draw": "There is no draw: all figures are counts by machine, which nobody has checked.",
        "drawn_elsewhere": "Draw {0} was made in another program: that chance alone picked the cases cannot be checked.",
        "published_before": "That the commitment was published before the dice were thrown is not in the bundle. Look for its fingerprint where it was published: draw {0}",
        "not_thrown": "The dice of draw {0} were not thrown.",
        "codebook_changed": "The codebook was changed after draw {0} was committed.",
        "pile_changed": "Cases came or went after draw {0}; figures from it are about the pile as it was.",
        "no_texts": "Texts are not in the bundle: quotations were not checked.",
        "texts_protected": "Names were taken out of the texts, so their hashes in the draw can be checked only by whoever has the originals.",
        "not_recomputed": "Not worked out again by this program (a kind of figure that it does not know): {0}",
        "own_checker": "The verify.py inside is not the one of this Caselight: do not run it.",
        "timestamp": "A proof of time names a commitment in here ({0}). That its issuer gave it cannot be checked without a network or the issuer's certificate: ots verify, openssl ts -verify.",
        "people_right": "That the coders read rightly, and that the court wrote what the records say.",
    },
    "ru": {
        "ok": "ВЕРНО: всё, что утверждает этот пакет публикации, следует из того, что в нём лежит.",
        "not_ok": "НЕВЕРНО, расхождений: {n}.",
        "signature": "Подпись: проверено {n}",
        "bytes": "Байты: файлов, сверенных с описью, {n}",
        "draw": "Выборка: дел и билетов, вычисленных заново из числа на костях и текстов, {n}",
        "figures": "Показатели: чисел, вычисленных заново в таблицах и на страницах, {n}",
        "quotations": "Цитаты: сверено с текстами цитат и страниц дел: {n}",
        "books": "Учёт: сумм, сложенных заново, {n}",
        "wrong": "неверно: {n}",
        "left": "не проверено: {n}",
        "follow": "НЕВЕРНО, расхождений: {n}; из них следуют: {more}.",
        "because": "из-за этого",
        "differ_draw": "не сошлось частей выборки: {n}",
        "differ_figures": "не сошлось чисел: {n}",
        "differ_quotations": "не сошлось цитат и страниц дел: {n}",
        "differ_books": "не сошлось сумм: {n}",
        "left_draw": "не проверено частей выборки: {n}",
        "left_figures": "не проверено чисел: {n}",
        "left_quotations": "не проверено цитат и страниц дел: {n}",
        "left_books": "не проверено сумм: {n}",
        "every": "все",
        "thousands": "\u00a0",
        "expected": "должно быть",
        "found": "найдено",
        "affects": "касается",
        "all": "всех показателей",
        "nothing": "ни одного показателя",
        "more": "... и ещё {n}.",
        "not_proven": "Чего это не доказывает:",
        "unsigned": "Пакет публикации не подписан: кто изменил его, мог изменить и опись.",
        "key_inside": "Ключ взят из самого пакета публикации ({0}): доказано, что после подписи ничего не меняли, но не кто подписал. Возьмите ключ издателя из другого места и дайте его через --key.",
        "folder": "Это распакованная папка: проверены файлы, а не файл, в котором они пришли.",
        "no_draw": "Выборки нет: все показатели сосчитаны машиной, и никто их не проверял.",
        "drawn_elsewhere": "Выборка {0} сделана в другой программе: что дела в ней выбраны случайно, проверить нельзя.",
        "published_before": "Что фиксация опубликована до броска костей, из пакета публикации не видно. Найдите её отпечаток там, где его публиковали: выборка {0}",
        "not_thrown": "Кости для выборки {0} не брошены.",
        "codebook_changed": "Вопросник изменён после фиксации выборки {0}.",
        "pile_changed": "После выборки {0} дела добавились или исчезли; показатели по ней говорят о том, что было тогда.",
        "no_texts": "Текстов в пакете публикации нет: цитаты не проверены.",
        "texts_protected": "Из текстов убраны имена, поэтому их отпечатки в выборке может сверить только тот, у кого есть подлинники.",
        "not_recomputed": "Не вычислено заново (такого вида показателей эта программа не знает): {0}",
        "own_checker": "verify.py внутри не тот, что у этого Caselight: не запускайте его.",
        "timestamp": "Отметка времени называет фиксацию, которая здесь лежит ({0}). Что её дал тот, кто в ней назван, без сети или его сертификата не проверить: ots verify, openssl ts -verify.",
        "people_right": "Что кодировщики читали верно и что суд написал именно то, что стоит в записях.",
    },
}

KINDS: dict[str, dict[str, str]] = {
    "en": {
        "changed": "the file was changed",
        "missing": "the file is missing",
        "extra": "the file does not belong here",
        "changed_header": "the bytes around the file were changed",
        "damaged": "the file is damaged",
        "unreadable": "the file cannot be read",
        "malformed": "the tables contradict themselves",
        "not_a_bundle": "this is no bundle, or not all of one",
        "repacked": "another program wrote this file anew; what is in it was checked",
        "other_format": "made by a newer Caselight, or no bundle",
        "unsafe_name": "a name that could harm your computer",
        "twice": "two files of one name",
        "too_large": "larger than it says or than can be",
        "not_signed": "not signed",
        "wrong_signature": "the signature does not fit",
        "draw_differs": "the draw does not follow from what was committed",
        "draw_set_aside": "a draw that another names is not here, or not as it was",
        "seed_twice": "the seed was known before: another draw, which this one does not extend, used it",
        "text_differs": "not the text that was drawn from",
        "table_differs": "the table contradicts itself",
        "figure_differs": "another number follows",
        "figure_missing": "a figure is left out",
        "printed_differs": "the page prints another number",
        "wrong_figure": "the page prints a number of another figure",
        "not_printed": "the page is missing or does not print its figure",
        "list_differs": "the page lists other cases than the figure counts",
        "quotation_differs": "the quotation does not stand in the text",
        "page_differs": "the page of the case shows something else than the tables",
        "stamp_differs": "the proof of time speaks of nothing in here",
        "unbalanced": "the books do not balance",
        "recomputed_differs": "worked out by Caselight itself, another number follows",
        "not_checked": "could not be checked",
        "ended": "the check was ended from outside",
    },
    "ru": {
        "changed": "файл изменён",
        "missing": "файла нет",
        "extra": "этого файла здесь быть не должно",
        "changed_header": "изменены байты вокруг файла",
        "damaged": "файл повреждён",
        "unreadable": "файл не читается",
        "malformed": "таблицы противоречат себе",
        "not_a_bundle": "это не пакет публикации или не весь пакет",
        "repacked": "файл записала заново другая программа; то, что в нём лежит, проверено",
        "other_format": "сделано более новым Caselight или не пакет публикации",
        "unsafe_name": "имя, которое могло бы навредить вашему компьютеру",
        "twice": "два файла с одним именем",
        "too_large": "больше, чем сказано или чем бывает",
        "not_signed": "не подписано",
        "wrong_signature": "подпись не подходит",
        "draw_differs": "выборка не следует из того, что было зафиксировано",
        "draw_set_aside": "выборки, которую называет другая, здесь нет, или она не та, что была",
        "seed_twice": "число было известно заранее: по нему сделана другая выборка, и эта её не расширяет",
        "text_differs": "не тот текст, по которому делали выборку",
        "table_differs": "таблица противоречит себе",
        "figure_differs": "следует другое число",
        "figure_missing": "показатель пропущен",
        "printed_differs": "на странице другое число",
        "wrong_figure": "на странице число другого показателя",
        "not_printed": "страницы нет, или её показателя на ней нет",
        "list_differs": "на странице не те дела, которые сосчитаны",
        "quotation_differs": "цитаты нет в тексте",
        "page_differs": "на странице дела стоит не то, что в таблицах",
        "stamp_differs": "отметка времени говорит не о том, что здесь лежит",
        "unbalanced": "учёт не сходится",
        "recomputed_differs": "сам Caselight вычисляет другое число",
        "not_checked": "проверить не удалось",
        "ended": "проверку прервали извне",
    },
}


def told(verdict: Verdict, language: str) -> Iterator[str]:
    """The verdict, line by line."""
    words = WORDS[language]
    title = " · ".join(verdict.about[k] for k in ("title", "date", "signed") if verdict.about.get(k))
    if title:
        yield title
    for check in CHECKS:
        yield from _check_line(verdict, check, words)
    roots = [fault for fault in verdict.faults if not fault.follows]
    by_file: dict[str, list[Fault]] = {}
    for fault in roots:
        by_file.setdefault(fault.file, []).append(fault)
    for own in list(by_file.values())[:SHOWN]:
        yield from _file_lines(own, [one for one in verdict.faults if one.follows == own[0].file], language)
    if hidden := sum(map(len, list(by_file.values())[SHOWN:])) + verdict.left_out:
        yield words["more"].format(n=hidden)
    yield ""
    more = len(verdict.faults) - len(roots)
    yield words["ok"] if verdict.ok else words["follow" if more else "not_ok"].format(n=len(roots), more=more)
    yield words["not_proven"]
    yield from (f"- {words[code].format(detail)}" for code, detail in dict.fromkeys(verdict.notes))
    yield f"- {words['people_right']}"


def _check_line(verdict: Verdict, check: str, words: dict[str, str]) -> Iterator[str]:
    own = [fault for fault in verdict.faults if fault.check == check]
    left = [fault for fault in own if fault.kind == NOT_CHECKED]
    if check not in verdict.checked and not own:
        return
    line = words[check].format(n=_in_groups(verdict.checked.get(check, 0), words))
    mark = "✗" if own else "✓" if verdict.checked.get(check) else "–"
    if len(own) > len(left):
        line += f"; {words['wrong'].format(n=len(own) - len(left))}"
    yield f"{mark} {line}" + (f"; {words['left'].format(n=_number_of(left, words))}" if left else "")


def _file_lines(own: Sequence[Fault], follow: Sequence[Fault], language: str) -> Iterator[str]:
    """What is wrong with a file, and where, if that is known; below it a summary of all else that follows from it."""
    words = WORDS[language]
    inside = [one for one in follow if one.file == own[0].file and one.where and one.kind != NOT_CHECKED]
    shown = [*own, *inside]
    for one in shown[:SHOWN_INSIDE]:
        yield f"  {one.file}{f' ({one.where})' if one.where else ''}: {KINDS[language][one.kind]}"
        if told := [f"{words[name]}: {_short(text)}" for name in ("expected", "found") if (text := getattr(one, name))]:
            yield f"      {'; '.join(told)}"
        yield f"      {words['affects']}: {_figures(one.affects, words)}"
    if len(shown) > SHOWN_INSIDE:
        yield f"      {words['more'].format(n=len(shown) - SHOWN_INSIDE)}"
    rest = [one for one in follow if one not in inside]
    if rest:
        yield f"      {words['because']}: {'; '.join(_summed(rest, words))}"


def _summed(faults: Sequence[Fault], words: dict[str, str]) -> Iterator[str]:
    """What follows from a fault, by what it is, each with its number."""
    for what in ("differ", "left"):
        for check in CHECKS:
            own = [one for one in faults if one.check == check and (one.kind == NOT_CHECKED) is (what == "left")]
            if own:
                yield words[f"{what}_{check}"].format(n=_number_of(own, words))


def _number_of(faults: Sequence[Fault], words: dict[str, str]) -> str:
    """How many things these faults speak of; "all" where nobody can say."""
    return _in_groups(sum(one.things for one in faults), words) if all(one.things for one in faults) else words["every"]


def _in_groups(n: int, words: dict[str, str]) -> str:
    return f"{n:,}".replace(",", words["thousands"])


def _short(text: str) -> str:
    one = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return one if len(one) <= 160 else one[:160] + "…"


def _figures(affects: Sequence[str], words: dict[str, str]) -> str:
    if "*" in affects:
        return words["all"]
    shown = ", ".join(_short(one) for one in affects[:8]) + (f" (+{len(affects) - 8})" if len(affects) > 8 else "")
    return shown or words["nothing"]


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for machines."""
    faults = [{**vars(fault), "affects": list(fault.affects)} for fault in verdict.faults]
    notes = [{"code": code, "detail": detail} for code, detail in verdict.notes]
    return {"ok": verdict.ok, "about": verdict.about, "checked": verdict.checked} | {
        "faults": faults,
        "left_out": verdict.left_out,
        "not_proven": notes,
    }
