"""How right is what the machine reads? Every figure of quality, by the command line, on records with known answers.

    python benchmarks/quality.py [--shared DIR] [--json FILE] [--work DIR] [--only PART ...]

Parts: facts (constructed rulings as text, court page, DOCX and PDF), rally (real rulings, hand-marked), sections (the
same, cross-validated), trap (pages whose only camera word is a column heading), links, verbatim, bytes. DIR is laid out
as the project's shared folder.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from product import ROOT, SHARED, Export, Figure, Study, figure, tell
from quality_sections import measure, share_in_right_section

sys.path.insert(0, str(ROOT / "tests"))

FORMS = ("txt", "html", "docx", "pdf")
# F1 to reach, by name of the fact in score.py.
FACT_GOALS = {
    **dict.fromkeys(("court", "case_number", "uid", "judge", "decision_date"), ">= 0.97"),
    **dict.fromkeys(("statutes", "outcome", "fine_rub", "arrest_days", "event_date"), ">= 0.93"),
}
RALLY_OUTCOMES = {
    "fine": "fine",
    "admarrest": "arrest",
    "arrest": "arrest",
    "obliglabor": "compulsory_work",
    "compulsory_work": "compulsory_work",
    "stopkoap": "terminated",
    "terminated": "terminated",
    "returndocs": "returned_to_police",
    "returned_to_police": "returned_to_police",
}
SUMS = ("fine_rub", "arrest_days", "work_hours")


@dataclass(frozen=True, slots=True)
class Room:
    """Where things are."""

    data: Path  # the folders of real and constructed records
    shared: Path
    work: Path

    def study(self, name: str, jobs: int = 2) -> Study:
        """A study to be made in the work folder."""
        return Study(self.work / "studies" / name, jobs=jobs)

    def folder(self, name: str) -> Path:
        """An empty folder for records made here."""
        folder = self.work / "made" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def gold(folder: Path) -> dict[str, dict[str, Any]]:
    """Known answers by the records' stem."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json")) if path.stem.isdigit()
    }


def texts(folder: Path) -> dict[str, str]:
    """Texts by stem."""
    return {path.stem: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.txt"))}


# --- facts, coding, links and quotations on the constructed rulings, in four forms


def facts(room: Room) -> Iterable[Figure]:
    """Facts in every form; the coding, said to be of the text form, in every form too."""
    from rendering import render

    source = room.data / "constructed"
    for form in FORMS:
        folder = room.folder(f"constructed-{form}")
        for stem, text in texts(source).items():
            (folder / f"{stem}.{form}").write_bytes(render(text, form))
        study = room.study(f"constructed-{form}")
        study.make(folder)
        yield from scored(study.export(), source, room, form)


def scored(export: Export, source: Path, room: Room, form: str) -> Iterable[Figure]:
    """The figures of score.py, beside their goals."""
    score = room.shared / "tools" / "score.py"
    command = [sys.executable, str(score), str(export.folder), str(source), "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    yield figure(f"{form}: records without a case", len(told["missing"]), "= 0", " ".join(told["missing"]))
    for name, row in told["facts"].items():
        note = f"{row['got']} given, {row['gold']} in truth"
        yield figure(f"{form}: {name}, F1", row["f1"], FACT_GOALS.get(name, ""), note)
    for name, goal in (("surveillance_role", ">= 0.80"), ("identification_means", ">= 0.75")):
        yield figure(f"{form}: {name}, F1", told["answers"][name]["f1"], goal)
    recognised = told["values"].get("identification_means=facial_recognition", {})
    note = f"recall {recognised.get('recall') or 0:.2f}"
    yield figure(f"{form}: facial_recognition, precision", recognised.get("precision"), ">= 0.90", note)
    for name in told["answers"].keys() - {"surveillance_role", "identification_means"}:
        yield figure(f"{form}: {name}, F1", told["answers"][name]["f1"])
    yield figure(f"{form}: links, precision", told["links"]["precision"], ">= 1.00")
    yield figure(f"{form}: links, recall", told["links"]["recall"], ">= 0.95")
    evidence = told["evidence"]
    yield figure(
        f"{form}: quotations verbatim (score.py)", evidence["verbatim"], "= 1", f"{evidence['predicted']} quotations"
    )
    for name in ("met", "said_by", "denied"):
        yield figure(f"{form}: evidence {name}, share", evidence[name])


# --- real rulings, marked by hand


def rally(room: Room) -> Iterable[Figure]:
    """Outcomes and sums of real rulings; sections, where the export holds them."""
    source = room.data / "rally"
    folder = room.folder("rally")
    for path in source.glob("*.txt"):
        (folder / path.name).write_bytes(path.read_bytes())
    study = room.study("rally")
    study.make(folder)
    export = study.export()
    marks, cases = gold(source), export.by_stem()
    yield figure("rally: records without a case", len(marks.keys() - cases.keys()), "= 0")
    given = {stem: values_of(case) for stem, case in cases.items()}
    marked = {
        stem: {RALLY_OUTCOMES.get(code, code) for code in mark["outcome"]}
        for stem, mark in marks.items()
        if mark["outcome"]
    }
    pairs = [
        (want, {value for name, value in given.get(stem, set()) if name == "outcome"}) for stem, want in marked.items()
    ]
    yield figure("rally: outcome, F1", f1(pairs), ">= 0.93", f"{len(pairs)} rulings with a marked outcome")
    wanted = [(stem, name, mark[name]) for stem, mark in marks.items() for name in SUMS if mark.get(name) is not None]
    right = sum({value for n, value in given.get(stem, set()) if n == name} == {want} for stem, name, want in wanted)
    yield figure("rally: fine, arrest days, hours, exact", right / len(wanted), ">= 0.95", f"{len(wanted)} marked sums")
    share, note = share_in_right_section(source, export.rows("cases"), export.rows("documents"))
    yield figure("rally: characters in the right section", share, ">= 0.80", f"{note}; learned from these rulings")


def sections(room: Room) -> Iterable[Figure]:
    """The honest share: each ruling divided by weights learned from the others. Takes some minutes."""
    shares = measure(room.shared)
    note = "each ruling by weights learned from the others"
    yield figure("rally: characters in the right section, cross-validated", shares["cross-validated"], ">= 0.80", note)


def values_of(case: dict[str, Any]) -> set[tuple[str, Any]]:
    """Names and values of a case's facts."""
    return {(fact["name"], fact["value"]) for fact in case["facts"]}


def f1(pairs: Iterable[tuple[set[Any], set[Any]]]) -> float:
    """Micro-averaged F1 of sets of wanted and given values."""
    both = wanted = given = 0
    for want, got in pairs:
        both, wanted, given = both + len(want & got), wanted + len(want), given + len(got)
    return 2 * both / (wanted + given) if wanted + given else 0.0


# --- pages of courts


def trap(room: Room) -> Iterable[Figure]:
    """Pages that all hold a column "Проводилась видеозапись" and no camera."""
    pages = sorted((room.data / "ru-court-cards" / "mosgorsud").glob("case_*.htm"))
    study = room.study("trap")
    study.make(*pages)
    export = study.export()
    documents = {case["id"]: case["documents"][0] for case in export.rows("cases")}
    caught = set()
    for row in export.rows("answers"):
        values = row["value"] if isinstance(row["value"], list) else [row["value"]]
        camera = row["variable"] == "surveillance_role" and row["value"] not in (None, "none")
        camera |= row["variable"] == "identification_means" and bool(
            {"camera_footage", "facial_recognition"} & set(values)
        )
        camera |= row["variable"] == "camera_system" and bool(values) and values != [None]
        if camera:
            caught.add(documents[row["case"]])
    note = f"of {len(pages)} pages, {len(export.rows('cases'))} cases"
    yield figure("heading trap: pages coded as video evidence", len(caught), "= 0", note)


def links(room: Room) -> Iterable[Figure]:
    """One case before three instances, among pages of other cases."""
    study = room.study("links")
    study.make(room.data / "ru-court-cards" / "sudrf")
    matters = {stem: case["matter"] for stem, case in study.export().by_stem().items()}
    want = set(combinations(sorted(["sgs_1inst", "vsrk_appeal", "ksoy_cassation"]), 2))
    got = {pair for pair in combinations(sorted(matters), 2) if matters[pair[0]] == matters[pair[1]]}
    note = f"given: {', '.join('+'.join(pair) for pair in sorted(got)) or 'none'}"
    yield figure("court pages: links, precision", len(want & got) / len(got) if got else None, ">= 1.00", note)
    yield figure("court pages: links, recall", len(want & got) / len(want), ">= 0.95")


# --- quotations, whatever the text is made of


def _soft_hyphens(text: str) -> str:
    return "".join(letter + "\u00ad" if letter in "аеиоу" else letter for letter in text)


def _astral(text: str) -> str:
    return "\U0001d504\U0001f4f7 " + text.replace(". ", ". \U0001f5ce ")


def _no_break(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _windows(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "decomposed (NFD)": lambda text: unicodedata.normalize("NFD", text),
    "soft hyphens": _soft_hyphens,
    "astral characters": _astral,
    "no-break spaces": _no_break,
    "CRLF lines": _windows,
    "byte order mark": lambda text: "\ufeff" + text,
}


def verbatim(room: Room) -> Iterable[Figure]:
    """Quotations that stand in the exported text at their offsets, over variants of the texts and over real records."""
    source = texts(room.data / "constructed")
    for name, change in VARIANTS.items():
        folder = room.folder("variant")
        for stem, text in source.items():
            (folder / f"{stem}.txt").write_bytes(change(text).encode("utf-8"))
        yield quoted(room, f"verbatim, {name}", folder)
    for name in ("ru-court-cards", "ru-mosgorsud-civil", "rally", "ru-arbitr-vas"):
        yield quoted(room, f"verbatim, {name}", room.data / name)


def quoted(room: Room, name: str, folder: Path) -> Figure:
    """The share of verbatim quotations of a study of the folder."""
    study = room.study("verbatim")
    study.make(folder)
    export = study.export()
    quotes = export.quotations()
    right = sum(export.text(q["document"])[q["start"] : q["end"]] == q["quote"] != "" for q in quotes)
    return figure(name, right / len(quotes) if quotes else None, "= 1", f"{len(quotes)} quotations")


# --- the same bytes, whatever the order and the number of jobs


def same_bytes(room: Room) -> Iterable[Figure]:
    """Tables of one study made in four ways."""
    records = [*sorted((room.data / "constructed").glob("*.txt")), *sorted((room.data / "rally").glob("0*.txt"))]
    folder = room.folder("bytes")  # one folder: names of real and of constructed records coincide
    paths = []
    for path in (*records, *(p for p in sorted((room.data / "ru-court-cards").rglob("*.htm*")))):
        paths.append(folder / f"{path.parent.name}-{path.name}")
        paths[-1].write_bytes(path.read_bytes())
    shuffled = paths.copy()
    random.Random(7).shuffle(shuffled)
    ways = {"jobs 1": (1, paths), "jobs 2": (2, paths), "shuffled": (2, shuffled), "shuffled, jobs 1": (1, shuffled)}
    first: dict[str, bytes] | None = None
    for name, (jobs, order) in ways.items():
        study = room.study("bytes-" + name.replace(", ", "-").replace(" ", "-"), jobs)
        study.make(*order)
        made = {**contents(study.folder / "tables"), **contents(study.export().folder)}
        if first is None:
            first = made
            yield figure("same bytes: files compared", len(made))
            continue
        different = sorted(path for path in first.keys() | made.keys() if first.get(path) != made.get(path))
        note = f"{', '.join(different[:3])}" if different else f"{len(order)} records"
        yield figure(f"same bytes: files that differ, jobs 1 against {name}", len(different), "= 0", note)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


PARTS = {
    "facts": facts,
    "rally": rally,
    "sections": sections,
    "trap": trap,
    "links": links,
    "verbatim": verbatim,
    "bytes": same_bytes,
}


def main() -> int:
    """Measures, prints, and returns 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work", type=Path, help="folder for the studies; default: a temporary one")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    arguments = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as temporary:
        room = Room(arguments.shared / "data", arguments.shared, arguments.work or Path(temporary))
        for part in arguments.only:
            try:
                figures += PARTS[part](room)
            except (RuntimeError, TimeoutError, ImportError, KeyError) as error:
                figures.append(
                    figure(f"{part}: could not be measured", None, "= 0", f"{type(error).__name__}: {error}")
                )
    missed = Counter(row.passed for row in figures)
    print(f"\n{missed[True]} goals reached, {missed[False]} missed")
    return tell("Quality", figures, arguments.json)


if __name__ == "__main__":
    raise SystemExit(main())
