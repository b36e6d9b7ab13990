"""Bytes of a record in, its Document out; or the one state it ended in, with the reason in words.

`read` never raises on bad input. To add a format: a module with a function `bytes -> Content`, which raises
`UnreadableError` where it has to give up, one entry in READERS, the bytes that tell the format in `sniff.py`, and
examples in tests/examples/ingest/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from caselight.ingest import sniff
from caselight.ingest.columns import OR, ROW_START, ColumnMapping, read_row
from caselight.ingest.containers import is_container
from caselight.ingest.content import MAX_PAGES, MAX_TEXT_CHARACTERS, Content, UnreadableError, too_much_text
from caselight.ingest.language import guess_language
from caselight.types import Document, Problem, Reading, State

if TYPE_CHECKING:
    from caselight.ingest.archive import Member

__all__ = ["OR", "READERS", "ColumnMapping", "is_container", "read", "unpack"]


class Reader(NamedTuple):
    """A kind of file that can be read: its media types as `sniff` names them, and what turns its bytes into text.

    The module is loaded with the first file of its kind: most studies hold one or two kinds, and `add` reads none.
    """

    media_types: tuple[str, ...]
    module: str  # of this package
    function: str

    def read(self, untrusted: bytes) -> Content:
        """The text of a record of this kind."""
        return _function(self.module, self.function)(untrusted)


@cache
def _function(module: str, function: str) -> Callable[[bytes], Content]:
    found: Callable[[bytes], Content] = getattr(import_module(f"{__name__}.{module}"), function)
    return found


READERS: Mapping[str, Reader] = {
    "html": Reader(("text/html",), "html", "read_html"),
    "plain": Reader(("text/plain",), "plain", "read_plain"),
    "pdf": Reader(("application/pdf",), "pdf", "read_pdf"),
    "word": Reader(("application/vnd.openxmlformats-officedocument.wordprocessingml.document",), "word", "read_docx"),
    "doc": Reader(("application/msword",), "doc", "read_doc"),
    "rtf": Reader(("application/rtf",), "rtf", "read_rtf"),
    "odt": Reader(
        ("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text-flat-xml"),
        "odt",
        "read_odt",
    ),
    "encrypted": Reader(("application/encrypted-office",), "package", "refuse_encrypted"),
}
_BY_TYPE = {media: name for name, reader in READERS.items() for media in reader.media_types}


def read(untrusted: bytes, name: str, mapping: Mapping[str, str] | None = None, record_id: str = "") -> Reading:
    """What became of one record. A pure function of its arguments that never raises on bad input.

    Args:
        untrusted: the whole file as received.
        name: its name; believed only where the bytes do not tell the kind of file.
        mapping: role -> column, for rows of a dump.
        record_id: sha256 of the bytes, where the caller has it.
    """
    media = "unknown"
    try:
        if untrusted.startswith(ROW_START):
            return read_row(untrusted, name, mapping)
        if not untrusted.strip(b"\x00 \r\n\t"):
            what = "holds nothing but zero bytes or white space" if untrusted else "is empty"
            raise UnreadableError(State.SUSPECT_EMPTY, f"the file {what}; get it again from where it came from")
        media = sniff.media_type(untrusted, name)
        if media == "application/json":
            from caselight.ingest.dump import read_json  # not above: few studies hold any

            return read_json(untrusted, name, mapping)
        reader, content = _content(untrusted, media)
    except UnreadableError as error:
        return Reading(error.state, error.reason)
    except MemoryError:
        return Reading(State.OVER_LIMIT, "the file needs more memory to be read than is allowed; split it")
    except Exception as error:
        what = f"{sniff.kind_in_words(media)} that is damaged ({type(error).__name__}: {str(error)[:200]})"
        return Reading(State.DAMAGED, f"the file is {what}; open it in the program that made it and save it again")
    document = Document(
        id=record_id or hashlib.sha256(untrusted).hexdigest(),
        name=name,
        text=content.text,
        reader=reader,
        media_type=media,
        language=guess_language(content.text),
        pages=content.pages,
        regions=content.regions,
        fields=content.fields,
    )
    problems = tuple(Problem("ingest", name, note.kind, note.message) for note in content.notes)
    return Reading(State.READ, "", document, problems)


def unpack(untrusted: BinaryIO, name: str, mapping: Mapping[str, str] | None = None) -> Iterator[Member | Problem]:
    """The records in a container: `unpacking.unpack`, which says what it needs."""
    from caselight.ingest import unpacking  # loaded with the first container, as readers are with their first file

    return unpacking.unpack(untrusted, name, mapping)


def _content(untrusted: bytes, media: str) -> tuple[str, Content]:
    """The name of the reader and what it read.

    Raises:
        UnreadableError: nothing reads this kind of file, or it holds no text.
    """
    reader = _BY_TYPE.get(media)
    if reader is None:
        raise sniff.refusal(media)
    content = READERS[reader].read(untrusted)
    if len(content.text) > MAX_TEXT_CHARACTERS:
        raise too_much_text()
    if len(content.pages) > MAX_PAGES:
        raise UnreadableError(State.OVER_LIMIT, f"the file has more than {MAX_PAGES} pages; split it")
    if not content.text or content.text.isspace():
        raise UnreadableError(
            State.SUSPECT_EMPTY, "no text was found in the file; open it and save it again as PDF or text"
        )
    return reader, content
