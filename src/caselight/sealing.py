"""What the commands `seal` and `verify` do: gather what a bundle holds, seal it; check it, and count a second way."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from caselight import __version__, drawing, publishing
from caselight.bundle import Bundle, Fault, Signer, Source, Verdict, verify, verify_source, write_bundle
from caselight.bundle.crate import crate, made_with, pages, verify_page
from caselight.bundle.drawn import ADJUDICATOR, numbers_of
from caselight.bundle.names import (
    ANSWERS,
    BOOKS,
    CHECKER,
    CODEBOOK,
    DRAWS,
    ESTIMATES,
    MANIFEST,
    QUESTIONS,
    REPORT,
    STAMPS,
    TABLES,
)
from caselight.bundle.pages import ALL_FIGURES, PRINTED_MEASURES, RANGE, RANGES, is_rounded
from caselight.bundle.printed import page_as_printed
from caselight.bundle.reading import parsed, read_json, read_rows, read_text
from caselight.bundle.recount import RESTS, label
from caselight.codebook import Codebook, load_codebook
from caselight.drawing import Readings
from caselight.drawing.commitment import ELUSION, open_folder
from caselight.errors import UsageError
from caselight.lettering import letters_of, under_letters
from caselight.pipeline import Tell, current
from caselight.planning import Made
from caselight.recomputing import recompute
from caselight.report import EXPORTS, CasePage, Contents, write_report
from caselight.review import Given
from caselight.store import Study
from caselight.types import as_value
from caselight.view import contents

PROTECTED, UNPROTECTED, CONSTRUCTED = "protected", "unprotected", "constructed"
_NOT_PAGES = ("tables/", "own/")  # of a publication: they have places of their own in a bundle
_ENDS = ("low", "high")
_SHIPPED = Path(__file__).parent / "studies"
_TABLES = ("documents", "cases", "answers", "estimates", "problems")
_COMMITTED = ("commitment.json", "frame.tsv", "machine.jsonl", "codebook.yaml", "members.tsv", "SHA256SUMS")
_OF_DRAW = (*_COMMITTED, "seed.txt", "drawn.tsv")
_NAMES = {
    PROTECTED: (
        "Names of private persons were taken out before sealing.",
        "Имена частных лиц убраны до запечатывания.",
    ),
    UNPROTECTED: (
        "Names of private persons were NOT taken out. Do not pass this on without thinking of them.",
        "Имена частных лиц НЕ убраны. Не передавайте дальше, не подумав о них.",
    ),
    CONSTRUCTED: (
        "All records are constructed: no person in them is real.",
        "Все записи сочинены: настоящих людей в них нет.",
    ),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """How a study is to be sealed."""

    target: Path
    date: str  # ISO; printed, and in the metadata
    language: str
    unprotected: bool = False  # seal although nobody took names out
    signer: Signer | None = None
    stamps: tuple[Path, ...] = ()


def seal(study: Study, wish: Wish, tell: Tell) -> dict[str, Any]:
    """The study as one file; its manifest. The caller holds the study's lock.

    Raises:
        UsageError: the study is not up to date, the file exists, or names were not taken out and nobody said so.
    """
    if wish.target.exists():
        raise UsageError(f"{wish.target} exists. Choose another name: a sealed file is never overwritten.")
    made = current(study)
    names = _names(made, wish)
    letters = letters_of(study)
    shown = contents(made, wish.language, wish.date)
    with tempfile.TemporaryDirectory(prefix="caselight-seal-") as place:
        own = _of_study(made, shown, letters)
        if names == PROTECTED:
            pages, tables = _published(made, shown, Path(place), own, tell)
        else:
            pages, tables = _as_it_is(under_letters(shown, letters), Path(place), tell)
        members = {**_files(pages, tables), **own}
        for file in wish.stamps:
            members[STAMPS + file.name] = file
        members |= _for_people(study, wish, names)
        members["ro-crate-metadata.json"] = crate(study.settings.title, wish.date, __version__, sorted(members))
        head = _head(made, wish, names, letters)
        return write_bundle(wish.target, members, head, wish.signer, f"caselight bundle sealed {wish.date}")


def _names(made: Made, wish: Wish) -> str:
    """What is done about names of private persons: taken out, unless no real ones are there or the user says no."""
    shipped = {sha256(file.read_bytes()).hexdigest() for file in _SHIPPED.glob("*/records/*")}
    if made.catalogue.records and all(record.id in shipped for record in made.catalogue.records):
        return CONSTRUCTED
    return UNPROTECTED if wish.unprotected else PROTECTED


def _published(made: Made, shown: Contents, scratch: Path, own: Mapping[str, Source], tell: Tell) -> tuple[Path, Path]:
    """Pages and tables with names taken out, looked into by the gate together with what else goes into the bundle.

    Raises:
        Leak: the gate found something; nothing is sealed.
    """
    order = publishing.Order(scratch / "published", ("jsonl",), own)
    publishing.publish(made, shown, order, tell)
    return order.to, order.to / "tables" / "jsonl"


def _as_it_is(shown: Contents, scratch: Path, tell: Tell) -> tuple[Path, Path]:
    """Pages and tables with every name of the records; what people answered is on pages, its table is elsewhere."""
    EXPORTS["jsonl"](replace(shown, load=lambda wanted: map(_by_machine, shown.load(wanted))), scratch / "tables")
    cases = len(shown.cases)
    write_report(scratch / "report", replace(shown, load=lambda wanted: _counted(shown, wanted, cases, tell)))
    return scratch / "report", scratch / "tables"


def _by_machine(page: CasePage) -> CasePage:
    return replace(page, people=(), settled=())


def _counted(shown: Contents, wanted: Any, cases: int, tell: Tell) -> Iterator[Any]:
    for done, page in enumerate(shown.load(wanted), 1):
        yield page
        tell("seal", done, cases)


def _files(pages: Path, tables: Path) -> dict[str, Source]:
    """The tables and the report's pages; nothing else that an export may write, which could name coders."""
    found: dict[str, Source] = {f"{TABLES}{name}.jsonl": tables / f"{name}.jsonl" for name in _TABLES}
    for file in sorted((tables / "texts").glob("*.txt")):
        found[f"{TABLES}texts/{file.name}"] = file
    for file in sorted(path for path in pages.rglob("*") if path.is_file() and not path.name.startswith(".")):
        name = file.relative_to(pages).as_posix()
        if not name.startswith(_NOT_PAGES):
            found[REPORT + name] = file
    return found


def _of_study(made: Made, shown: Contents, letters: Mapping[str, str]) -> dict[str, Source]:
    """The codebook, the draws, the answers of people, the questions and the books."""
    study = made.study
    found: dict[str, Source] = {CODEBOOK: study.codebook}
    for commitment in sorted((study.folder / "journal" / "draws").glob("*/commitment.json")):
        for name in _OF_DRAW:
            if (commitment.parent / name).is_file():
                found[f"{DRAWS}{commitment.parent.name}/{name}"] = commitment.parent / name
    answers: dict[str, list[str]] = {}
    for one in drawing.given(study):
        value = list(one.value) if isinstance(one.value, tuple) else one.value
        row = {"case": one.case, "variable": one.variable, "value": value, "decided": one.decided}
        row |= {} if one.asked else {"asked": False}
        answers.setdefault(letters[one.coder], []).append(json.dumps(row, ensure_ascii=False) + "\n")
    for letter, rows in answers.items():
        found[f"{ANSWERS}{letter}.jsonl"] = "".join(rows).encode()
    found[QUESTIONS] = (json.dumps(questions(made.codebook), ensure_ascii=False, indent=1) + "\n").encode()
    books = [{**book._asdict(), "went_out": dict(book.went_out)} for book in shown.books]
    found[BOOKS] = "".join(json.dumps(book, ensure_ascii=False) + "\n" for book in books).encode()
    return found


def questions(codebook: Codebook) -> dict[str, Any]:
    """What of the codebook figures are worked out from, for whoever reads no YAML."""
    rows = []
    for variable in codebook.variables:
        ask_if = [{"variable": one.variable, "values": list(one.values)} for one in variable.ask_if]
        values = list(variable.value_names()) if variable.values else []
        rows.append({"name": variable.name, "kind": variable.kind, "values": values, "ask_if": ask_if})
    return {"codebook": codebook.name, "version": str(codebook.version), "variables": rows}


def _for_people(study: Study, wish: Wish, names: str) -> dict[str, Source]:
    title = study.settings.title
    told = {"title": title, "underline": "=" * len(title), "version": __version__, "date": wish.date}
    told["key"] = wish.signer.line if wish.signer else "(not signed / не подписано)"
    told["names"], told["names_ru"] = _NAMES[names]
    return {**pages(told), CHECKER: verify_source().encode()}


def _head(made: Made, wish: Wish, names: str, letters: Mapping[str, str]) -> dict[str, Any]:
    study = made.study
    given = Counter(letters[one.coder] for one in drawing.given(study))
    draws = []
    for commitment in sorted((study.folder / "journal" / "draws").glob("*/commitment.json")):
        draws.append({"number": commitment.parent.name, "sha256": sha256(commitment.read_bytes()).hexdigest()})
    return {
        "title": study.settings.title,
        "date": wish.date,
        "language": wish.language,
        "notice": study.settings.notice,
        "names": names,
        "pack": {"name": made.pack.name, "sha256": made.pack.digest()},
        "codebook": {"name": made.codebook.name, "sha256": made.codebook.digest()},
        "readers": made.level,
        "draws": draws,
        "answers_of_people": dict(sorted(given.items())),
        "made_with": made_with(__version__),
    }


def write_checkers(folder: Path) -> list[Path]:
    """verify.py and verify.html in `folder`, for whoever does not want those that came with a bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / CHECKER: verify_source().encode(), folder / "verify.html": verify_page()}
    for file, content in files.items():
        file.write_bytes(content)
    return list(files)


def check(path: Path, key: str | None) -> Verdict:
    """All checks, and every figure from people's answers worked out a second way, by the code that made the report."""
    return verify(path, key, count_again)


def count_again(bundle: Bundle, verdict: Verdict) -> set[str]:
    """Compares codebook and questions, and makes every figure of people anew by the code that made the report.

    Returns:
        The kinds of figures that could be made, also those that verify.py does not know.
    """
    manifest = read_json(bundle, MANIFEST)
    version = str(manifest["made_with"]["caselight"])
    if version == __version__ and read_text(bundle, CHECKER) != verify_source():
        verdict.notes.append(("own_checker", ""))
    with tempfile.TemporaryDirectory(prefix="caselight-verify-") as place:
        folder = Path(place)
        (folder / CODEBOOK).write_text(read_text(bundle, CODEBOOK), "utf-8", newline="")
        read = load_codebook(folder / CODEBOOK)
        if version == __version__ and manifest["codebook"]["sha256"] != read.digest():
            told = manifest["codebook"]["sha256"], read.digest()
            verdict.wrong(Fault("figures", "table_differs", CODEBOOK, "", *told, ("*",)))
        if read_json(bundle, QUESTIONS) != parsed(json.dumps(questions(read))):
            told = "the questions of codebook.yaml", "others"
            verdict.wrong(Fault("figures", "table_differs", QUESTIONS, "", *told, ("*",), (CODEBOOK,)))
        drawn = _put_draws(bundle, folder)
        taken = [one for name in bundle.sizes if name.startswith(ANSWERS) for one in _given(bundle, name)]
        _put_tables(bundle, folder, drawing.readings(read.variables, drawn, taken))
        found = recompute(folder)
        _check_ranges(bundle, folder, read, taken, verdict)
    for one in found:
        verdict.add("figures")
        if one.faults:
            told = f"as Caselight {__version__} makes it; it was sealed with {version}", "; ".join(one.faults)[:300]
            about = (label(one.published),)
            verdict.wrong(Fault("figures", "recomputed_differs", ESTIMATES, about[0], *told, about, RESTS))
    return {RANGES, *(f"{one.published['name']}, {one.published['method']}" for one in found if one.holds)}


def _check_ranges(bundle: Bundle, folder: Path, codebook: Codebook, taken: Sequence[Given], verdict: Verdict) -> None:
    """The limits of agreement, which come from resampling, as the page of all figures prints them."""
    draws = [open_folder(place.parent) for place in sorted((folder / "draws").glob("*/commitment.json"))]
    told_of = [one for one in draws if one.kind != ELUSION]
    if ALL_FIGURES not in bundle.sizes or not told_of:
        return
    read = drawing.readings(codebook.variables, (one.case for one in drawing.drawn_cases(told_of[-1])), taken)
    right: dict[tuple[str, str], float] = {}
    for name, found in drawing.agreed(codebook, read).items():
        for measure, limits in found.ranges.items():
            if measure in PRINTED_MEASURES:
                right |= {(f"agreement/{name}", f"{measure}_{end}"): at for end, at in zip(_ENDS, limits, strict=True)}
    printed = page_as_printed(ALL_FIGURES, read_text(bundle, ALL_FIGURES)).numbers
    there = {(key, what): shown for key, what, shown in printed if RANGE.fullmatch(what)}
    for key, what in dict.fromkeys((*right, *there)):
        verdict.add("figures")
        shown, at = there.get((key, what)), right.get((key, what))
        if shown is None or at is None or not is_rounded(shown, at):
            kind = "not_printed" if shown is None else "printed_differs"
            told = "none" if at is None else f"{at:.4f}", shown or "no number"
            verdict.wrong(Fault("figures", kind, ALL_FIGURES, f"{key}, {what}", *told, (), RESTS))


def _put_draws(bundle: Bundle, folder: Path) -> set[str]:
    """The drawn units; the draws' files are put where an export has them, under names of ours."""
    units: set[str] = set()
    for number in numbers_of(bundle):
        if not re.fullmatch(r"\d{4}", number):
            continue
        for name in _OF_DRAW:
            if f"{DRAWS}{number}/{name}" in bundle.sizes:
                text = read_text(bundle, f"{DRAWS}{number}/{name}")
                (folder / "draws" / number).mkdir(parents=True, exist_ok=True)
                (folder / "draws" / number / name).write_text(text, "utf-8", newline="")
                if name == "drawn.tsv":
                    units |= {line.split("\t")[1] for line in text.split("\n")[1:] if line}
    return units


def _put_tables(bundle: Bundle, folder: Path, read: Readings) -> None:
    """The tables as an export has them, with the answers of people and those that follow from "ask only if"."""
    with (folder / "estimates.jsonl").open("wb") as file:
        for piece in bundle.pieces(ESTIMATES):
            file.write(piece)
    _put_rows(bundle, folder / "cases.jsonl", _slim_case)
    if b'"recoded"' in (folder / "estimates.jsonl").read_bytes():  # else no figure rests on what the machine says now
        _put_rows(bundle, folder / "answers.jsonl", lambda row: {**row, "evidence": []})
    with (folder / "readings.jsonl").open("w", encoding="utf-8", newline="\n") as out:
        for one in read.given:
            told = {"case": one.case, "variable": one.variable, "value": one.value}
            out.write(json.dumps(told | {"coder": one.coder, "decided": one.decided}, ensure_ascii=False) + "\n")


def _put_rows(bundle: Bundle, target: Path, slim: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A table of that name without what figures of people do not rest on: with its quotations it fills the memory."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for _, row in read_rows(bundle, TABLES + target.name):
            file.write(json.dumps(slim(row), ensure_ascii=False) + "\n")


def _slim_case(row: dict[str, Any]) -> dict[str, Any]:
    facts = [{"name": fact["name"], "value": fact["value"]} for fact in row["facts"]]
    return {"id": row["id"], "instance": row["instance"], "documents": row["documents"][:1], "facts": facts}


def _given(bundle: Bundle, file: str) -> Iterator[Given]:
    coder = file.removeprefix(ANSWERS).removesuffix(".jsonl")
    if not re.fullmatch(rf"[A-Z]{{1,3}}|{ADJUDICATOR}", coder):
        raise ValueError(f"{file} is no name of a coder's answers")
    for _, row in read_rows(bundle, file):
        asked = bool(row.get("asked", True))
        yield Given(str(row["case"]), str(row["variable"]), as_value(row["value"]), coder, bool(row["decided"]), asked)
