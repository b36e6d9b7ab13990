"""A pack: the data that describes one jurisdiction (language, sections, facts, speakers). Data only, no Python.

A pack is a folder: `pack.yaml` (name, title, language), one YAML file for each stage's knowledge, `words/*.csv`, and
where there is a map `map/regions.csv`.
Each stage compiles its own part; nothing here knows what the parts mean.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from caselight.definitions import Definition, load
from caselight.errors import DefinitionError, UsageError

SHIPPED = Path(__file__).parent / "packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """One jurisdiction's knowledge, parsed but not yet compiled."""

    name: str
    title: str
    language: str  # ISO 639-1
    parts: dict[str, Definition]  # file name without ".yaml" -> its content
    tables: dict[str, tuple[dict[str, str], ...]]  # name of words/NAME.csv -> rows by column name
    digests: dict[str, str]  # part or "words/NAME" -> sha256 of the file
    titles: dict[str, str] = field(default_factory=dict)  # language -> title; `title` is the English one
    # Rows of map/regions.csv by column name. In no digest: how a map is drawn moves no answer, and makes no draw stale.
    regions: tuple[dict[str, str], ...] = ()

    def part(self, name: str) -> Definition:
        """The part `name`; an empty one where the pack has no such file."""
        return self.parts.get(name, Definition(f"{self.name}/{name}.yaml", {}))

    def digest(self) -> str:
        """One hash over everything in the pack: changes when any file of it changes."""
        joined = "\n".join(f"{name} {digest}" for name, digest in sorted(self.digests.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


def shipped() -> list[str]:
    """Names of the packs that come with Caselight."""
    return sorted(p.parent.name for p in SHIPPED.glob("*/pack.yaml"))


def load_pack(name: str) -> Pack:
    """The pack that ships as `name`, or the one in the folder `name`.

    Raises:
        UsageError: there is no such pack.
        DefinitionError: one of its files has a mistake.
    """
    folder = SHIPPED / name if (SHIPPED / name / "pack.yaml").is_file() else Path(name)
    if not (folder / "pack.yaml").is_file():
        choice = f"Packs that ship: {', '.join(shipped())}; or give a folder with a pack.yaml."
        raise UsageError(f"There is no pack {name!r}. {choice}")
    parts = {path.stem: load(path) for path in sorted(folder.glob("*.yaml"))}
    words = {path.stem: path.read_bytes() for path in sorted(folder.glob("words/*.csv"))}
    digests = {p.stem: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("*.yaml"))}
    digests |= {f"words/{stem}": hashlib.sha256(content).hexdigest() for stem, content in words.items()}
    head = parts["pack"]
    for key in ("name", "language"):
        if not isinstance(head.data, dict) or not isinstance(head.data.get(key), str):
            raise head.error(f"a pack needs {key!r} (text) here.")
    titles = _titles(head)
    title = titles.get("en") or next(iter(titles.values()))
    name, language = head.data["name"], head.data["language"]
    drawn = {path.stem: path.read_bytes() for path in folder.glob("map/regions.csv")}
    regions = _tables(folder / "map", drawn).get("regions", ())
    return Pack(name, title, language, parts, _tables(folder / "words", words), digests, titles, regions)


def _titles(head: Definition) -> dict[str, str]:
    """The pack's title by language; one that is plain text counts for all."""
    title = head.data.get("title")
    if isinstance(title, str):
        return {"en": title}
    if not isinstance(title, dict) or not title or not all(isinstance(text, str) for text in title.values()):
        raise head.error("a pack needs 'title' here: text, or one text a language: {en: ..., ru: ...}.", "title")
    return {str(language): str(text) for language, text in title.items()}


def _tables(folder: Path, words: dict[str, bytes]) -> dict[str, tuple[dict[str, str], ...]]:
    tables: dict[str, tuple[dict[str, str], ...]] = {}
    for stem, content in words.items():
        try:
            tables[stem] = tuple(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        except UnicodeDecodeError:
            raise DefinitionError(f"{folder / stem}.csv:1: is not UTF-8. Save the file as UTF-8.") from None
    return tables
