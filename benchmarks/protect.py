"""Does a private name leave a study that is published, and do the names of officials stay?

    python benchmarks/protect.py [--shared DIR] [--part all|even|odd] [--read] [--json FILE]

A study is made of the demo's constructed rulings and of real records (rally rulings, decisions of Moscow courts, cards
of courts), with marked files among them that carry canaries in every place where a file may say who made it. It is
published, and the finished files are searched for what must not be there:

- the surname of every person whom the rulings' hand-made marks call the accused, in any inflection;
- every "Surname I.O." and "Surname Name Patronymic" of the originals that no official's word stands beside;
- the canaries.

The search is a pattern of its own and shares no code with the finder. Names of officials are those behind "Судья",
"секретаре", "полиции" and the like; the figure is the share that can still be read. `--read` prints what is left that
looks like a name, with its context, for a person to read: a list of surnames as truth misses what is on no list.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caselight import intake, pipeline, publishing, view
from caselight.protect import Leak
from caselight.store import Settings
from product import SHARED

CANARY = "Канареечников"  # a surname of nobody
LATIN = "kanarejechnikov"
ENDINGS = r"(?:а|у|ы|е|ой|ою|ом|ем|ым|ых|ого|ому|им|ая|ую|ий|ый|я|ю|й|ь|и)?"
OFFICE = (
    r"(?:[Сс]удь[яиюе]|[Сс]удей|[Сс]екретар[а-яё]+|[Пп]рокурор[а-яё]*|полиции|милиции|юстиции|[Ии]нспектор[а-яё]*|"
    r"[Пп]ристав[а-яё]*|[Пп]олицейск[а-яё]+|[Оо]перуполномоченн[а-яё]+|[Уу]частков[а-яё]+|[Кк]омандир[а-яё]*|[Рр]апорт[а-яё]*|"
    r"начальник[а-яё]*|[Пп]редседательствующ[а-яё]+|УУП|дознавател[а-яё]+|следовател[а-яё]+)"
)
INITIALS = r"[А-ЯЁ]\.\s?[А-ЯЁ]\."
NAMED = rf"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+{INITIALS}|{INITIALS}\s?[А-ЯЁ][а-яё]{{2,}}(?:-[А-ЯЁ][а-яё]+)?)"
# Words that begin a sentence or name a thing and stand before initials by chance.
NO_NAMES = frozenset(
    [
        "Судья",
        "Секретарь",
        "Судьи",
        "Федерации",
        "Россия",
        "России",
        "Свидетель",
        "Защитник",
        "Потерпевшая",
        "Потерпевший",
        "Сведений",
        "Действия",
        "Вина",
        "Выслушав",
        "Основным",
        "Доводы",
        "Довод",
        "Председательствующий",
        "Также",
        "Признать",
        "Разъяснить",
        "Представитель",
        "Следовательно",
        "Сотрудники",
        "Виновность",
        "Новосибирска",
        "Архангельска",
        "Астрахань",
        "Белгороду",
        "Пскову",
        "Уфы",
        "Перми",
        "Удмуртской",
        "Игринский",
        "ОАО",
    ]
)


@dataclass
class Counts:
    """What was looked for and what was found."""

    private: int = 0
    left: list[str] = field(default_factory=list)
    officials: int = 0
    lost: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--part", choices=("all", "even", "odd"), default="all", help="of the real records")
    parser.add_argument("--read", action="store_true", help="print what is left that looks like a name")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        told = measure(options.shared / "data", options.part, Path(scratch), options.read)
    if options.json:
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    for row in told["figures"]:
        print(f"{row['name']}: {row['value']}  (goal {row['goal'] or '-'})  {row['note']}")


def measure(data: Path, part: str, scratch: Path, read: bool) -> dict[str, Any]:
    records = scratch / LATIN / "records"
    gold = dict(take(data, part, records))
    plant(records)
    study = intake.new(scratch / LATIN / "study", Settings("Study", "ru", "ru"), "surveillance")
    intake.add(study, [records], {})
    pipeline.make_tables(study, pipeline.Options(2, None, "2026-01-01"), quiet)
    made = pipeline.current(study)
    shown = view.contents(made, "ru", "2026-01-01")
    begun = time.perf_counter()
    try:
        done = publishing.publish(made, shown, publishing.Order(scratch / "out", ("jsonl", "csv")), quiet)
    except Leak as leak:
        print("\n".join(map(str, leak.found[:40])), file=sys.stderr)
        raise
    seconds = time.perf_counter() - begun
    counts: dict[str, Counts] = {}
    for page in view.case_pages(made):
        document = page.documents[0]
        path = next(row.path for row in shown.cases if row.id == page.case.id)
        published = (done.folder / "tables" / "jsonl" / "texts" / f"{document.id}.txt").read_text("utf-8")
        whole = (done.folder / "case" / page.case.id[1:3] / f"{page.case.id}.html").read_text("utf-8") + published
        kind = path.split("/")[-2]
        look(counts.setdefault(kind, Counts()), document.text, published, whole, gold.get(document.name, []))
        if read:
            left(document.name, published)
    figures = [row for kind, found in sorted(counts.items()) for row in rows(kind, found)]
    figures.append(
        figure("canaries in the publication", canaries(done.folder), "= 0", "user, path, EXIF, XMP, PDF, DOCX")
    )
    figures.append(figure("publishing and looking, records a second", round(len(shown.cases) / seconds, 1), "", ""))
    figures.append(
        figure("finds one letter away from a name", len(done.look_at), "", "; ".join(f.what for f in done.look_at[:8]))
    )
    return {"title": f"Publication ({part} records)", "figures": figures}


def take(data: Path, part: str, records: Path) -> Iterator[tuple[str, list[str]]]:
    """Copies the records of this part; yields (name, surnames of the accused) of those that have marks."""
    demo = Path(publishing.__file__).parent / "studies" / "demo" / "records"
    shutil.copytree(demo, records / "demo")
    (records / "rally").mkdir(parents=True)
    for text in sorted((data / "rally").glob("*.txt")):
        if wanted(int(text.stem), part):
            shutil.copy(text, records / "rally" / f"r{text.name}")
            marks = json.loads(text.with_suffix(".json").read_text("utf-8"))["accused"]
            yield f"r{text.name}", [mark["text"] for mark in marks]
    for kind, pattern in (("cards", "ru-court-cards/*/*.htm*"), ("decisions", "ru-mosgorsud-civil/decisions/*")):
        (records / kind).mkdir()
        for number, file in enumerate(sorted(data.glob(pattern))):
            if wanted(number, part):
                shutil.copy(file, records / kind)


def wanted(number: int, part: str) -> bool:
    return part == "all" or number % 2 == (part == "odd")


def plant(records: Path) -> None:
    """Files that carry the canary wherever a file may say who made it."""
    from docx import Document
    from PIL import Image
    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    folder = records / f"{CANARY} дела"
    folder.mkdir()
    body = "Постановление по делу об административном правонарушении. Суд установил, что событие имело место."
    paper = Document()
    paper.add_paragraph(body)
    paper.core_properties.author = paper.core_properties.last_modified_by = CANARY
    paper.save(str(folder / f"{CANARY}.docx"))
    page = io.BytesIO()
    canvas = Canvas(page)
    canvas.setAuthor(CANARY)
    canvas.drawString(50, 700, "Decision of the court in a case that names nobody at all, for a test of metadata.")
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(page))
    writer.xmp_metadata = f'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">{LATIN}</x:xmpmeta>'.encode()
    writer.write(str(folder / "act.pdf"))
    picture = Image.new("RGB", (64, 64), "white")
    exif = Image.Exif()
    exif[0x013B] = LATIN
    picture.save(str(folder / f"{LATIN}.jpg"), exif=exif)
    head = f'<head><meta name="author" content="{CANARY}"></head>'
    html = f'<html>{head}<body><p>{body}</p><img alt="{CANARY}" src="a.jpg"></body></html>'
    (folder / "page.html").write_text(html, "utf-8")
    with zipfile.ZipFile(folder / f"{LATIN}.zip", "w") as archive:
        archive.writestr(f"{CANARY}/inside.txt", body * 3)


def look(found: Counts, original: str, published: str, whole: str, accused: list[str]) -> None:
    official = {stem(name) for name in re.findall(rf"{OFFICE}[^\n.,;]{{0,120}}?\s({NAMED})", original)}
    private: set[str] = {stem(name) for name in accused if re.search(r"[а-яё]{3}", name)}
    for m in re.finditer(NAMED, original):
        before = original[max(0, m.start() - 160) : m.start()]
        if not re.search(OFFICE, before) and not re.search(
            r"(?:ул|пл|пр|им|имени|памятник\w*|улиц\w*|станци\w*)\.?\s*$", before
        ):
            private.add(stem(m.group()))
    for name in sorted(private - official - {""}):
        found.private += 1
        if re.search(rf"(?:{re.escape(name)}|(?<![А-ЯЁ]){re.escape(name.upper())})(?i:{ENDINGS})(?![А-Яа-яЁё])", whole):
            found.left.append(name)
    for name in sorted(official - private - {""}):
        found.officials += 1
        if not re.search(rf"(?<![А-Яа-яЁё]){re.escape(name)}{ENDINGS}(?![А-Яа-яЁё])", published, re.IGNORECASE):
            found.lost.append(name)


def stem(name: str) -> str:
    """The surname of "Иванова И.И." without its ending, "" for what is none."""
    words = re.findall(r"[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]{3,}", name)
    if not words or words[0] in NO_NAMES:
        return ""
    return re.sub(r"(?<=[а-яё]{3})(?:ого|ому|ой|ым|ых|ом|ем|им|ая|ую|ий|ый|[ауыеяюйьи])$", "", words[0])


def left(name: str, published: str) -> None:
    """Prints what is left and looks like a name that no office stands before."""
    for m in re.finditer(rf"{NAMED}|[А-ЯЁ][а-яё]+(?:ович|евич|овн|евн|ичн)[а-яё]{{0,3}}", published):
        before = published[max(0, m.start() - 90) : m.start()]
        if not re.search(OFFICE, before):
            print(f"{name}: {' '.join(before.split())[-60:]} >> {m.group()!r}")


def rows(kind: str, found: Counts) -> Iterator[dict[str, Any]]:
    yield figure(
        f"{kind}: private surnames left", len(found.left), "= 0", f"of {found.private}; {', '.join(found.left)}"
    )
    if found.officials:
        share = round(1 - len(found.lost) / found.officials, 4)
        yield figure(
            f"{kind}: officials kept", share, ">= 0.99", f"of {found.officials}; lost: {', '.join(found.lost[:9])}"
        )


def canaries(folder: Path) -> int:
    """Files of the publication in which a canary stands, in any encoding, or whose time or place tells something."""
    words = [
        form.encode(encoding)
        for form in (CANARY, CANARY.lower(), LATIN)
        for encoding in ("utf-8", "utf-16-le", "cp1251")
    ]
    found = 0
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        odd = path.stat().st_mtime != 315_532_800 or path.suffix in (".jpg", ".pdf", ".docx", ".idx", ".term", ".store")
        found += odd or any(word in data for word in words) or LATIN in str(path.relative_to(folder))
    return found


def figure(name: str, value: float, goal: str, note: str) -> dict[str, Any]:
    passed = None
    if goal:
        sign, limit = goal.split()
        passed = value == float(limit) if sign == "=" else value >= float(limit)
    return {"name": name, "value": value, "goal": goal, "passed": passed, "note": note}


def quiet(stage: str, done: int, of: int) -> None:
    del stage, done, of


if __name__ == "__main__":
    main()
