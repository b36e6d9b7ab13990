"""Office packages: a ZIP of XML parts, opened with limits and without entities."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from caselight.ingest.content import MAX_TEXT_CHARACTERS, Content, UnreadableError
from caselight.types import State

MAX_PARTS = 20_000
# XML of an office document packs 10 to 30 times smaller, a document of blank rows 150 times; bombs start at 1,000.
MAX_EXPANSION = 200
SMALL_PART_BYTES = 8 * 1024 * 1024  # below this no ratio matters
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
Event = tuple[str, Any]


class Package:
    """The parts of one package."""

    def __init__(self, untrusted: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(untrusted))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise _damaged(str(error)) from None
        entries = self._zip.infolist()
        if len(entries) > MAX_PARTS:
            raise UnreadableError(State.REFUSED, f"the document holds {len(entries)} parts; no real one does")
        self._entries = {entry.filename.replace("\\", "/").lstrip("/"): entry for entry in entries}
        self.names = tuple(self._entries)

    def read(self, name: str) -> bytes:
        """The bytes of a part, empty where there is none.

        Raises:
            UnreadableError: a bomb, encrypted, damaged.
        """
        entry = self._entries.get(name)
        if entry is None:
            return b""
        if entry.flag_bits & 1:
            raise encrypted()
        cap = min(MAX_TEXT_CHARACTERS, max(SMALL_PART_BYTES, entry.compress_size * MAX_EXPANSION))
        try:
            with self._zip.open(entry) as part:
                data = part.read(cap + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise _damaged(str(error)) from None
        if len(data) > cap:
            reason = f"its part {name} grows to more than {MAX_EXPANSION} times its size when unpacked, as bombs do"
            raise UnreadableError(State.REFUSED, reason)
        return data

    def events(self, name: str) -> Iterator[Event]:
        """("start" | "end", element) for every element of a part; nothing where there is none."""
        data = self.read(name)
        return events(data) if data else iter(())


def events(untrusted: bytes) -> Iterator[Event]:
    """("start" | "end", element) for every element; elements are emptied once they have ended.

    Raises:
        UnreadableError: the XML declares entities, or is broken.
    """
    from lxml import etree

    _refuse_entities(untrusted)
    parser = etree.iterparse(
        io.BytesIO(untrusted),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in parser:
            yield event, element
            if event == "end":
                element.clear(keep_tail=True)
    except etree.XMLSyntaxError as error:
        raise _damaged(str(error)) from None


def tree(untrusted: bytes) -> Any:
    """The root element of a part with mixed content, at most 256 elements deep.

    Raises:
        UnreadableError: the XML declares entities, or is broken.
    """
    from lxml import etree

    _refuse_entities(untrusted)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(untrusted, parser)
    except etree.XMLSyntaxError as error:
        raise _damaged(str(error)) from None


def _refuse_entities(untrusted: bytes) -> None:
    if _ENTITY.search(untrusted[:65_536]):
        reason = "its XML declares entities, which no office program writes and attacks use"
        raise UnreadableError(State.REFUSED, reason)


def local(element: Any) -> str:
    """The element's name without its namespace."""
    tag: str = element.tag
    return tag[tag.rfind("}") + 1 :]


def attribute(element: Any, name: str) -> str:
    """The value of an attribute by its name without namespace, "" if absent."""
    for key, value in element.attrib.items():
        if key == name or key.endswith("}" + name):
            return str(value)
    return ""


def encrypted() -> UnreadableError:
    """The error for a document under a password."""
    reason = "the document is protected with a password; open it, save it without a password and add that"
    return UnreadableError(State.ENCRYPTED, reason)


def refuse_encrypted(untrusted: bytes) -> Content:  # noqa: ARG001  what is inside cannot be told
    """The reader of office files under a password: never anything but the error.

    Raises:
        UnreadableError: always.
    """
    raise encrypted()


def _damaged(what: str) -> UnreadableError:
    reason = f"the document is damaged ({what[:160]}); open it in an office program, repair it and save it again"
    return UnreadableError(State.DAMAGED, reason)
