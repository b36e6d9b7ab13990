"""A pack: the data that describes one jurisdiction (language, sections, facts, speakers). Data only, no Python.

A pack is a folder: `pack.yaml` (name, title, language), one YAML file for each stage's knowledge, `words/*.csv`, and
where there is a map `map/regions.csv`.
Each stage compiles its own part; nothing here knows what the parts mean.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple, TypeVar

from caselight.definitions import Definition, load
from caselight.errors import DefinitionError, UsageError

SHIPPED = Path(__file__).parent / "packs"
Table = tuple[dict[str, str], ...]
_Made = TypeVar("_Made")


class _Lazy(Mapping[str, _Made]):
    """Entries that are made when they are first asked for: what a command does not look at is not parsed."""

    def __init__(self, makers: Mapping[str, Callable[[], _Made]]) -> None:
        self._makers = makers
        self._made: dict[str, _Made] = {}

    def __getitem__(self, name: str) -> _Made:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class Pack(NamedTuple):
    """One jurisdiction's knowledge, parsed but not yet compiled."""

    name: str
    title: str
    language: str  # ISO 639-1
    parts: Mapping[str, Definition]  # file name without ".yaml" -> its content
    tables: Mapping[str, Table]  # name of words/NAME.csv -> rows by column name
    digests: dict[str, str]  # part or "words/NAME" -> sha256 of the file
    titles: dict[str, str]  # language -> title; `title` is the English one
    # Rows of map/regions.csv by column name. In no digest: how a map is drawn moves no answer, and makes no draw stale.
    regions: Table = ()
    ships: bool = False  # it comes with Caselight: tests have tried all of it

    def part(self, name: str) -> Definition:
        """The part `name`; an empty one where the pack has no such file."""
        return self.parts.get(name, Definition(f"{self.name}/{name}.yaml", {}, {}))

    def digest(self) -> str:
        """One hash over everything in the pack: changes when any file of it changes."""
        joined = "\n".join(f"{name} {digest}" for name, digest in sorted(self.digests.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


def shipped() -> list[str]:
    """Names of the packs that come with Caselight."""
    return sorted(p.parent.name for p in SHIPPED.glob("*/pack.yaml"))


def load_pack(name: str) -> Pack:
    """The pack that ships as `name`, or the one in the folder `name`, whose files are all read at once: those of a pack
    that ships have been.

    Raises:
        UsageError: there is no such pack.
        DefinitionError: one of its files has a mistake.
    """
    folder = SHIPPED / name if (SHIPPED / name / "pack.yaml").is_file() else Path(name)
    if not (folder / "pack.yaml").is_file():
        choice = f"Packs that ship: {', '.join(shipped())}; or give a folder with a pack.yaml."
        raise UsageError(f"There is no pack {name!r}. {choice}")
    parts: Mapping[str, Definition] = _Lazy({path.stem: partial(load, path) for path in sorted(folder.glob("*.yaml"))})
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
    drawn = folder / "map" / "regions.csv"
    regions = _table(drawn, drawn.read_bytes()) if drawn.is_file() else ()
    tables: Mapping[str, Table] = _Lazy(
        {stem: partial(_table, folder / "words" / f"{stem}.csv", content) for stem, content in words.items()}
    )
    ships = folder.parent == SHIPPED
    if not ships:
        parts, tables = dict(parts), dict(tables)
    return Pack(name, title, language, parts, tables, digests, titles, regions, ships)


def _titles(head: Definition) -> dict[str, str]:
    """The pack's title by language; one that is plain text counts for all."""
    title = head.data.get("title")
    if isinstance(title, str):
        return {"en": title}
    if not isinstance(title, dict) or not title or not all(isinstance(text, str) for text in title.values()):
        raise head.error("a pack needs 'title' here: text, or one text a language: {en: ..., ru: ...}.", "title")
    return {str(language): str(text) for language, text in title.items()}


def _table(path: Path, content: bytes) -> Table:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise DefinitionError(f"{path}:1: is not UTF-8. Save the file as UTF-8.") from None
    head = next(rows, [])
    table = []
    for row in rows:
        if len(row) > len(head):
            raise DefinitionError(f"{path}:{rows.line_num}: more cells than columns. A text with a comma needs quotes.")
        if row:
            table.append(dict(zip_longest(head, row)))
    return tuple(table)
