"""What kind of file the bytes are: their first bytes decide, the name only where they do not."""

from __future__ import annotations

import io
import re

from caselight.ingest.content import UnreadableError
from caselight.types import State

HEAD_BYTES = 8_192
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAG = re.compile(
    rb"(?i)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)[\s>]", re.S
)
_ANY_TAG = re.compile(rb"(?i)<(?:p|div|span|table|br|h[1-6]|font|center|body|a)(?:\s[^<>]*)?/?>")
_MAIL = re.compile(rb"(?i)(?:[a-z][a-z0-9-]{1,40}:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){3}")
_MAIL_HEADER = re.compile(rb"(?im)^(?:received|message-id|return-path|mime-version|delivered-to):")

# (offset, bytes, media type); the first that fits. What stands here without a reader is named to the user.
MAGIC = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x89PNG\r\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"RIFF", "audio/x-wav"),
    (0, b"ITSF", "application/vnd.ms-htmlhelp"),
    (0, b"WARC/", "application/warc"),
    (0, b"\xffWPC", "application/vnd.wordperfect"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (257, b"ustar", "application/x-tar"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"PAR1", "application/vnd.apache.parquet"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/x-executable"),
)
# Streams that tell an OLE compound file's kind, and parts that tell a ZIP package's.
OLE_STREAMS = (
    ("EncryptedPackage", "application/encrypted-office"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("VisioDocument", "application/vnd.visio"),
)
PACKAGES = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("visio/", "application/vnd.visio"),
)
EXTENSIONS = {
    "txt": "text/plain",
    "text": "text/plain",
    "md": "text/plain",
    "htm": "text/html",
    "html": "text/html",
    "xhtml": "text/html",
    "mht": "multipart/related",
    "mhtml": "multipart/related",
    "json": "application/json",
    "eml": "message/rfc822",
    "mbox": "application/mbox",
    "p7m": "application/pkcs7-mime",
    "p7s": "application/pkcs7-signature",
    "pdf": "application/pdf",
    "docx": PACKAGES[0][1],
    "doc": "application/msword",
    "rtf": "application/rtf",
    "odt": "application/vnd.oasis.opendocument.text",
}
NAMES = {
    "image/": "a picture",
    "audio/": "a sound recording",
    "video/": "a video",
    "application/vnd.ms-excel": "an Excel table",
    PACKAGES[1][1]: "an Excel table",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument table",
    "application/vnd.ms-powerpoint": "a PowerPoint presentation",
    PACKAGES[2][1]: "a PowerPoint presentation",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
    "application/vnd.ms-outlook": "an Outlook message",
    "message/rfc822": "an e-mail",
    "application/mbox": "a mailbox",
    "multipart/related": "a web archive (MHTML)",
    "application/warc": "a web archive (WARC)",
    "application/vnd.ms-htmlhelp": "a compiled help file",
    "application/epub+zip": "an e-book (EPUB)",
    "application/vnd.wordperfect": "a WordPerfect document",
    "application/pkcs7-mime": "a signed or encrypted message",
    "application/pkcs7-signature": "a detached signature",
    "application/postscript": "a PostScript file",
    "application/x-executable": "a program",
    "application/xml": "XML of a kind that is not known here",
    "application/vnd.visio": "a Visio drawing",
    "application/vnd.sqlite3": "a database",
    "application/x-7z-compressed": "a 7z archive",
    "application/vnd.rar": "a RAR archive",
    "application/zstd": "a Zstandard archive",
    "application/zip": "a ZIP archive that cannot be opened",
    "application/x-ole": "a document of an old office program",
    "application/x-ole-damaged": "a document of an old office program, damaged",
    "application/octet-stream": "of a kind that is not known here",
    "text/html": "a web page",
    "text/plain": "text",
    "application/pdf": "a PDF",
    "application/rtf": "an RTF document",
    "application/msword": "a Word document",
    PACKAGES[0][1]: "a Word document",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text",
}


def media_type(untrusted: bytes, name: str) -> str:
    """The media type of the file, "application/octet-stream" where nothing tells it."""
    head = (
        untrusted[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n\x00") if untrusted[:1] in _SPACE else untrusted[:HEAD_BYTES]
    )
    if head[:1] == b"<" or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _markup(head, name)
    if untrusted.startswith(OLE):
        return _ole(untrusted)
    if untrusted.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(untrusted, name)
    for offset, magic, kind in MAGIC:
        if (untrusted if offset else head).startswith(magic, offset):
            return kind
    if b"%PDF-" in untrusted[:1024]:
        return "application/pdf"
    return _text(untrusted, head, name)


def kind_in_words(media: str) -> str:
    """The kind of file as a person calls it: "an Excel table"."""
    for known, words in NAMES.items():
        if media.startswith(known):
            return words
    return f"a file of the type {media}"


def refusal(media: str) -> UnreadableError:
    """The error for a kind of file that nothing here reads, with what the user can do."""
    what = kind_in_words(media)
    if media.startswith("image/"):
        reason = f"the file is {what} without text, and recognising text is not part of this version"
        return UnreadableError(State.NO_TEXT_LAYER, reason)
    if media in ARCHIVES:
        remedy = "unpack it and add what is inside"
    else:
        remedy = "convert it to HTML, text, PDF, Word (DOC, DOCX, RTF) or OpenDocument text"
    return UnreadableError(State.UNSUPPORTED, f"the file is {what}, which this version does not read; {remedy}")


ARCHIVES = frozenset(
    (
        "application/gzip",
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-tar",
    )
)
# Kinds that are text or have no mark of their own, so that the name is all there is.
BELIEVED = frozenset(
    (
        "message/rfc822",
        "multipart/related",
        "application/mbox",
        "application/pkcs7-mime",
        "application/pkcs7-signature",
    )
)
_SPACE = (b"\xef", b" ", b"\t", b"\r", b"\n", b"\x00")


def _extension(name: str) -> str:
    return EXTENSIONS.get(name.rsplit(".", 1)[-1].lower(), "") if "." in name else ""


def _markup(head: bytes, name: str) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.replace(b"\x00", b"")[2:]
    if _TAG.match(head):
        return "text/html"
    if head[:5].lower() == b"<?xml" or b"xmlns" in head:
        return _xml(head)
    if _ANY_TAG.search(head) or _extension(name) == "text/html":
        return "text/html"
    return "text/plain"


def _xml(head: bytes) -> str:
    if b"http://www.w3.org/1999/xhtml" in head or re.search(rb"(?i)<html[\s>]", head):
        return "text/html"
    if b"http://schemas.microsoft.com/office/word/2003/wordml" in head:
        return "application/vnd.ms-wordml"
    if b"office:mimetype" in head and b"opendocument.text" in head:
        return "application/vnd.oasis.opendocument.text-flat-xml"
    return "application/xml"


def _text(untrusted: bytes, head: bytes, name: str) -> str:
    by_name = _extension(name)
    if by_name in BELIEVED or (by_name == "application/json" and head[:1] in (b"{", b"[")):
        return by_name
    if head.startswith(b"From ") and _MAIL_HEADER.search(head):
        return "application/mbox"
    if _MAIL.match(head) and _MAIL_HEADER.search(head):
        return "multipart/related" if b"multipart/related" in head else "message/rfc822"
    if by_name == "text/html" and b"<" in untrusted:
        return "text/html"
    return "text/html" if len(_ANY_TAG.findall(head)) > 2 else "text/plain"


def _ole(untrusted: bytes) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(untrusted)) as file:
            names = {"/".join(entry) for entry in file.listdir()}
    except (OSError, ValueError, IndexError, TypeError):
        return "application/x-ole-damaged"
    for stream, kind in OLE_STREAMS:
        if stream in names:
            return kind
    return "application/x-ole"


def _broken_package(untrusted: bytes, name: str) -> str:
    """A package whose list of parts is lost still has their names in between; else its own name tells."""
    for prefix, media in PACKAGES:
        if prefix.encode() in untrusted[:65_536]:
            return media
    by_name = _extension(name)
    return by_name if by_name.startswith("application/vnd.o") else "application/zip"


def _package(untrusted: bytes, name: str) -> str:
    import zipfile  # not above: most studies hold pages alone
    import zlib

    try:
        with zipfile.ZipFile(io.BytesIO(untrusted)) as package:
            names = package.namelist()
            kind = ""
            if "mimetype" in names:
                with package.open("mimetype") as part:
                    kind = part.read(100).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return _broken_package(untrusted, name)
    if kind.startswith("application/"):
        return kind
    if "[Content_Types].xml" in names:
        for prefix, media in PACKAGES:
            if any(entry.startswith(prefix) for entry in names):
                return media
    return "application/zip"
