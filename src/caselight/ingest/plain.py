"""Plain text in any encoding: the text is the decoded file exactly, so offsets are those of the user's own file."""

from __future__ import annotations

from caselight.ingest.charset import decode
from caselight.ingest.content import Content


def read_plain(untrusted: bytes) -> Content:
    """All of the file's characters, line ends untouched, without a byte order mark."""
    text, _ = decode(untrusted)
    return Content(text)
