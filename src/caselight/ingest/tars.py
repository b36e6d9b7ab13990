"""Members of a TAR, read forward once, so that it may come out of gzip, bzip2 or xz as it is read.

The library's own loop ends without a word at a damaged or missing header; here the end must be marked, or a problem
says that the archive is cut off. Links, devices and holes ("sparse" files) are not taken.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from caselight.ingest.archive import BROKEN, CHUNK_BYTES, LimitError, Member, Meter, Readable, trouble
from caselight.ingest.zips import guess_name
from caselight.types import Problem, State

_BLOCK = 512
# A name or a list of attributes; PATH_MAX of Linux is 4,096.
_MAX_ATTRIBUTES_BYTES = 1 << 20
_SPARSE_EXTENDED_AT, _SPARSE_MORE_AT = 482, 504  # flags "another block of the map follows"
_AGAIN = "Get it again from where it came from."
_Attributes = dict[str, str]


def untar(untrusted: Readable, meter: Meter) -> Iterator[Member | Problem]:
    """Members and problems.

    Raises:
        LimitError: too much comes out of it.
    """
    attributes: _Attributes = {}
    taken = 0
    try:
        while (block := _exactly(untrusted, _BLOCK)).strip(b"\x00"):
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            if header.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, *_PAX):
                attributes |= _attributes(header, _whole(untrusted, header.size))
                continue
            item = _take(untrusted, header, block, attributes, meter)
            attributes = {}
            if item:
                taken += isinstance(item, Member)
                yield item
    except (*BROKEN, tarfile.TarError) as error:
        what = f"it is damaged or cut off ({str(error)[:100]}); members kept from before that: {taken}"
        yield trouble("", State.DAMAGED, what, _AGAIN)


_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE)


def _take(
    file: Readable, header: tarfile.TarInfo, block: bytes, attributes: _Attributes, meter: Meter
) -> Member | Problem | None:
    """The member, or why it was not taken; None for a folder."""
    name = attributes.get("path") or guess_name(header.name.encode("utf-8", "surrogateescape"))
    size = int(attributes.get("size", header.size))
    if header.type == tarfile.GNUTYPE_SPARSE:
        _skip_sparse_map(file, block)
    has_data = header.isreg() or header.type not in tarfile.SUPPORTED_TYPES
    if size < 0:
        raise tarfile.HeaderError("a negative size")
    pieces = _pieces(file, size) if has_data else iter(())
    if header.isdir() or (has_data and meter.is_left_out(name)):
        _drain(pieces, meter)
        return None
    path = meter.name(name)
    if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE) or "GNU.sparse.major" in attributes:
        _drain(pieces, meter)
        return trouble(path, State.REFUSED, "it is a link, a device or a file with holes", "Add the file itself.")
    try:
        return Member(path, meter.collect(pieces))
    except LimitError as error:
        if not error.member:
            raise
        _drain(pieces, meter)
        return trouble(path, error.state, str(error), "Unpack it yourself and add what comes out.")


def _attributes(header: tarfile.TarInfo, data: bytes) -> _Attributes:
    """What a block before a member says about it: GNU's long name, or the POSIX records "LENGTH KEY=VALUE\\n"."""
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return {"path": guess_name(data.rstrip(b"\x00"))}
    if header.type not in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        return {}
    found = {}
    while data.strip(b"\x00"):
        length = int(data.split(b" ", 1)[0])
        key, _, value = data[:length].partition(b" ")[2].partition(b"=")
        if length < 5 or not value.endswith(b"\n"):
            raise tarfile.HeaderError("attributes that cannot be read")
        found[key.decode("utf-8", "replace")] = guess_name(value[:-1])
        data = data[length:]
    return found


def _whole(file: Readable, size: int) -> bytes:
    if size > _MAX_ATTRIBUTES_BYTES:
        raise tarfile.HeaderError("attributes of a member that are longer than any name")
    return b"".join(_pieces(file, size))


def _pieces(file: Readable, size: int) -> Iterator[bytes]:
    """The bytes of one member; what fills up its last block is read and dropped."""
    left = size
    while left > 0:
        piece = file.read(min(left, CHUNK_BYTES))
        if not piece:
            raise EOFError("it breaks off within a member")
        left -= len(piece)
        yield piece
    _exactly(file, -size % _BLOCK)


def _drain(pieces: Iterator[bytes], meter: Meter) -> None:
    for piece in pieces:
        meter.count(len(piece))


def _skip_sparse_map(file: Readable, block: bytes) -> None:
    more = block[_SPARSE_EXTENDED_AT]
    while more:
        more = _exactly(file, _BLOCK)[_SPARSE_MORE_AT]


def _exactly(file: Readable, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = file.read(size - len(data))
        if not piece:
            raise EOFError("its end mark is missing" if not data else "it breaks off")
        data += piece
    return data
