"""What the finder of names does on rulings in which every name is marked by hand.

    python benchmarks/protect_marked.py FOLDER [--read] [--json FILE] [--without-opinion]

In the files of FOLDER `[П:Скоробеев И.И.]` is a private person (the letter is that of the token: А a home, Р a birth,
Т a phone, Э mail and networks, М a vehicle, У a document, Д a case), `{Жеребилов А.П.}` is somebody in office. A study
is made of the files without their marks. Counted are

- marks of private persons and of numbers of which a letter or a digit is left;
- officials of whose name something is hidden;
- places that are hidden though no mark is there: towns, firms, words of law, sums. They make a text unreadable.

`--read` prints each of them with its context.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caselight import intake, pipeline, view
from caselight.pack import load_pack
from caselight.protect import Numbering, Policy, Protected, Subject, knowledge, protect_matter
from caselight.protect.opinion import second_opinion
from caselight.store import Settings
from caselight.types import Document

_MARK = re.compile(r"\[(?P<letter>[А-Я]):(?P<hidden>[^\]]+)\]|\{(?P<official>[^}]+)\}")
_NEAR = 40  # characters of context that are printed


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a document's text, marked by hand."""

    start: int
    end: int
    letter: str  # of the token, "" = somebody in office, who stays


@dataclass
class Counts:
    """What was marked, and where the finder differs."""

    marked: Counter[str] = field(default_factory=Counter)  # letter -> marks
    left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # letter -> what is left
    lost: list[str] = field(default_factory=list)  # officials
    over: list[str] = field(default_factory=list)  # hidden though not marked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--read", action="store_true", help="print every difference with its context")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--without-opinion", action="store_true", help="by rules alone, even where the extra is there")
    options = parser.parse_args()
    found = measure(options.folder, not options.without_opinion)
    rows = list(figures(found))
    if options.json:
        options.json.write_text(json.dumps({"figures": rows}, ensure_ascii=False, indent=1), "utf-8")
    for row in rows:
        print(f"{row['name']}: {row['value']} of {row['of']}")
    if options.read:
        for title, texts in (*found.left.items(), ("official lost", found.lost), ("hidden without a mark", found.over)):
            for text in texts:
                print(f"{title}\t{text}")


def figures(found: Counts) -> Iterator[dict[str, Any]]:
    """The rows that are printed."""
    for letter in sorted(set(found.marked) - {""}, key=lambda letter: (letter != "П", letter)):
        yield {"name": f"{letter} left", "value": len(found.left[letter]), "of": found.marked[letter]}
    yield {"name": "officials lost", "value": len(found.lost), "of": found.marked[""]}
    yield {"name": "hidden without a mark", "value": len(found.over), "of": sum(found.marked.values())}


def measure(folder: Path, opinion: bool) -> Counts:
    """What differs over all files of the folder."""
    with tempfile.TemporaryDirectory() as scratch:
        records = Path(scratch) / "records"
        records.mkdir()
        for path in folder.iterdir():
            if path.suffix in (".txt", ".html"):
                bare = _MARK.sub(lambda m: m["hidden"] or m["official"], path.read_bytes().decode("utf-8"))
                (records / path.name).write_bytes(bare.encode("utf-8"))
        found = Counts()
        for document, protected in _protected(Path(scratch) / "study", records, opinion):
            marked = (folder / document.name).read_bytes().decode("utf-8")
            hidden = [(edit.start, edit.end) for edit in protected.edits[document.id]]
            _compare(found, document, list(_marks(marked, document.text)), hidden)
        return found


def _protected(folder: Path, records: Path, opinion: bool) -> Iterator[tuple[Document, Protected]]:
    study = intake.new(folder, Settings("Study", "ru", "ru"), "surveillance")
    intake.add(study, [records], {})
    pipeline.make_tables(study, pipeline.Options(1, None, "2026-01-01"), lambda *_: None)
    made = pipeline.current(study)
    matters: dict[str, list[Subject]] = defaultdict(list)
    matter_of = {row.id: row.matter for row in view.contents(made, "ru", "2026-01-01").cases}
    for page in view.case_pages(made):
        matters[matter_of[page.case.id]].append(Subject(page.case.id, page.documents, page.case.facts))
    known, more = knowledge(load_pack("ru")), second_opinion() if opinion else None
    for subjects in matters.values():
        for subject, one in zip(subjects, protect_matter(subjects, known, Policy(), Numbering(), more), strict=True):
            yield from ((document, one) for document in subject.documents)


def _marks(marked: str, text: str) -> Iterator[Mark]:
    """The marks with their offsets in the text that was read from the file."""
    at, before = 0, 0
    for m in _MARK.finditer(marked):
        led = marked[max(before, m.start() - 12) : m.start()]
        written = _anyhow(m["hidden"] or m["official"])
        place = re.compile(_anyhow(_plain(led)) + rf"\W*?(?P<mark>{written})").search(text, at) or re.compile(
            rf"(?P<mark>{written})"
        ).search(text, at)
        if place is None:
            raise SystemExit(f"{m.group()!r} is not in what was read")
        at, before = place.end("mark"), m.end()
        yield Mark(*place.span("mark"), m["letter"] or "")


def _plain(led: str) -> str:
    return re.sub(r"<[^>]*>?", "", led).rsplit(">", 1)[-1]


def _anyhow(text: str) -> str:
    return r"\s+".join(map(re.escape, re.split(r"\s+", text)))


def _compare(found: Counts, document: Document, marks: list[Mark], hidden: list[tuple[int, int]]) -> None:
    text, covered = document.text, {i for start, end in hidden for i in range(start, end)}
    for mark in marks:
        found.marked[mark.letter] += 1
        said = [i for i in range(mark.start, mark.end) if text[i].isalnum()]
        if mark.letter and not covered.issuperset(said):
            found.left[mark.letter].append(_shown(document, mark.start, mark.end))
        elif not mark.letter and not covered.isdisjoint(said):
            found.lost.append(_shown(document, mark.start, mark.end))
    for start, end in hidden:
        outside = [i for i in range(start, end) if text[i].isalnum() and not any(m.start <= i < m.end for m in marks)]
        if len(outside) > 2:
            found.over.append(_shown(document, outside[0], outside[-1] + 1))


def _shown(document: Document, start: int, end: int) -> str:
    text = document.text
    around = f"{text[max(0, start - _NEAR) : start]}>>{text[start:end]}<<{text[end : end + _NEAR]}"
    return f"{document.name}: {' '.join(around.split())}"


if __name__ == "__main__":
    main()
