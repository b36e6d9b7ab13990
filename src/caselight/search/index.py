"""The index on disk: which cases hold which words. Knows tantivy; knows nothing of quotations.

A folder of tantivy's files and `contents.json`, written last, which names every file with its size and checksum. A
folder without it, or that does not agree with it, is damaged (or an update was cut off) and is built anew: it holds
nothing that cannot be recomputed. Texts are not stored here.
"""

from __future__ import annotations

import json
import re
import shutil
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from caselight.errors import StudyError
from caselight.search.fold import fold
from caselight.search.query import FIELDS

VERSION = 3  # of schema and folding; a change makes `run` build every index anew
_NOUN = re.compile(r"(?i)(?<=[а-я]пис)ь\b")
# tantivy's memory for new words before it writes a segment. 50 MB holds about 15,000 rulings; with 15 MB (its least) an
# index of many small segments results, more than 50 MB brings nothing.
WRITER_BYTES = 50_000_000
# One thread: several make segments whose number and content depend on timing.
WRITER_THREADS = 1
STEMMERS = {"ru": "russian", "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian"}
CONTENTS = "contents.json"


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One case as search sees it. Fields hold only what the record states; "" = it states none."""

    case: str  # case id: "c" and 16 hex digits
    digest: str  # 16 hex digits, changes when anything else in the row changes
    name: str  # what a person calls the record
    text: str  # the case's text, exactly as `texts` will give it at search
    court: str = ""
    judge: str = ""
    number: str = ""
    outcome: str = ""
    statute: str = ""
    date: str = ""  # of the decision, ISO


def case_number(case: str) -> int:
    """A case id as the 64-bit number under which it is indexed.

    >>> case_number("c00000000000000ff")
    255
    """
    if len(case) != 17 or case[0] != "c":
        raise ValueError(f"not a case id: {case!r}")
    return int(case[1:], 16)


def analyser(language: str) -> tantivy.TextAnalyzer:
    """Cuts folded text into stems; a language without a stemmer is searched by word forms."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    stemmer = STEMMERS.get(language)
    return (builder.filter(tantivy.Filter.stemmer(stemmer)) if stemmer else builder).build()


def stemmable(folded: str) -> str:
    """The text as stemmers read it rightly; no word of it gets longer or shorter.

    Snowball's Russian stemmer takes the end of "видеозапись" and "подпись" for that of a verb, and so gives them
    another stem than all their other forms have.

    >>> stemmable("видеозапись, ЗАПИСЬ и письмо")
    'видеозаписи, ЗАПИСи и письмо'
    """
    return _NOUN.sub("и", folded)


def schema() -> tantivy.Schema:
    """The columns of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("case", indexed=True, fast=True)
    builder.add_unsigned_field("digest", fast=True)
    builder.add_integer_field("date", indexed=True, fast=True)
    builder.add_text_field("name", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="words")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="words")
    return builder.build()


def known(folder: Path, language: str) -> dict[str, str]:
    """What is indexed: case id -> digest of its row. Empty where there is no index, or none that can be trusted."""
    if _contents(folder).get("language") != language or not _agrees(folder, checksums=True):
        return {}
    searcher = _open(folder, language).searcher()
    hits = searcher.search(tantivy.Query.all_query(), limit=max(1, searcher.num_docs)).hits
    addresses = [address for _, address in hits]
    cases = searcher.fast_field_values("case", addresses)
    digests = searcher.fast_field_values("digest", addresses)
    return {f"c{case:016x}": f"{digest:016x}" for case, digest in zip(cases, digests, strict=True)}


def update(folder: Path, language: str, removed: Collection[str], rows: Iterable[SearchRow]) -> None:
    """Takes the cases `removed` out of the index and puts `rows` in; a row replaces what its case had before.

    A folder whose `known` is empty is built anew. `rows` is read once, one at a time.
    """
    try:
        _update(folder, language, removed, rows)
    except ValueError as error:  # what tantivy makes of every error of the system
        what = f"The search index in {folder} could not be written ({str(error)[:200]})"
        raise StudyError(f"{what}. Free some space on the disk and search again: it is made anew.") from None


def _update(folder: Path, language: str, removed: Collection[str], rows: Iterable[SearchRow]) -> None:
    indexed = known(folder, language)
    if not indexed:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONTENTS).unlink(missing_ok=True)
    index = _open(folder, language)
    writer = index.writer(WRITER_BYTES, WRITER_THREADS)

    def remove(case: str) -> None:
        # Not delete_documents_by_term: in tantivy 0.27 it finds no unsigned number.
        writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "case", case_number(case)))

    for case in removed:
        remove(case)
    for row in rows:
        if row.case in indexed:
            remove(row.case)
        writer.add_document(_document(row))
    writer.commit()
    writer.wait_merging_threads()
    files = {name: [size, _checksum(folder / name)] for name, size in _sizes(folder).items()}
    content = {"version": VERSION, "language": language, "files": files}
    (folder / CONTENTS).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


@dataclass(frozen=True, slots=True)
class Index:
    """An index open for reading."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    analyser: tantivy.TextAnalyzer

    def scored(self, query: tantivy.Query) -> list[tuple[float, int, tantivy.DocAddress]]:
        """Every case that the query matches: score, case as a number, address; best first, then by case."""
        found = self.searcher.search(query, limit=max(1, self.searcher.num_docs)).hits
        cases = self.searcher.fast_field_values("case", [address for _, address in found])
        rows = [
            (float(score or 0), int(case or 0), address) for (score, address), case in zip(found, cases, strict=True)
        ]
        return sorted(rows, key=lambda row: (-row[0], row[1]))

    def name(self, address: tantivy.DocAddress) -> str:
        """The record's name."""
        return str(self.searcher.doc(address).get_first("name"))

    def stems(self, text: str) -> list[str]:
        """The stems of the words of `text` (as typed or as it stands), in order."""
        return self.stems_of_folded(fold(text).text)

    def stems_of_folded(self, folded: str) -> list[str]:
        """The same of a text that is folded already."""
        return [str(stem) for stem in self.analyser.analyze(stemmable(folded))]


def open_index(folder: Path) -> Index | None:
    """The index in `folder`; None where there is none, or it is damaged or being written."""
    if not _agrees(folder, checksums=False):
        return None
    language = str(_contents(folder)["language"])
    return Index(_open(folder, language).searcher(), schema(), analyser(language))


def _open(folder: Path, language: str) -> tantivy.Index:
    index = tantivy.Index(schema(), path=str(folder))
    index.register_tokenizer("words", analyser(language))
    return index


def _document(row: SearchRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("case", case_number(row.case))
    document.add_unsigned("digest", int(row.digest, 16))
    if row.date:
        document.add_integer("date", int(row.date.replace("-", "")))
    document.add_text("name", row.name)
    document.add_text("text", stemmable(fold(row.text).text))
    for field in FIELDS:
        document.add_text(field, stemmable(fold(getattr(row, field)).text))
    return document


def _contents(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / CONTENTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # no index, or the update that was to write it did not end
    return content if isinstance(content, dict) and content.get("version") == VERSION else {}


def _sizes(folder: Path) -> dict[str, int]:
    """Files of the index; its lock files and our own `contents.json` are not of it."""
    return {
        path.name: path.stat().st_size
        for path in sorted(folder.iterdir())
        if path.name != CONTENTS and not path.name.endswith(".lock")
    }


def _agrees(folder: Path, checksums: bool) -> bool:
    files = _contents(folder).get("files")
    if not isinstance(files, dict) or {name: size for name, (size, _) in files.items()} != _sizes(folder):
        return False
    return not checksums or all(_checksum(folder / name) == checksum for name, (_, checksum) in files.items())


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            checksum = zlib.crc32(piece, checksum)
    return checksum
