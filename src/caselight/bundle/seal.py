"""Writes a bundle: the same members give the same bytes, whoever writes them when."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol

from caselight.bundle.checks import FORMAT
from caselight.bundle.container import PIECE
from caselight.bundle.names import KEY, LAST, MANIFEST, SIGNATURE, in_order, is_safe, twins
from caselight.bundle.packing import DEFLATED, STORED, Member, end, entry, header
from caselight.errors import StudyError

Source = bytes | Path
_STRENGTH = 6  # of deflate: 9 takes three times as long on court texts for 1 % less
# Files that are packed already.
_PACKED = (".png", ".jpg", ".gz", ".zip", ".ots", ".tsr")


class Signs(Protocol):
    """Whoever can sign."""

    @property
    def public(self) -> str:
        """The text of the public key's file."""

    def sign(self, data: bytes, comment: str) -> bytes:
        """The text of a .minisig file."""


def write_bundle(
    target: Path, members: Mapping[str, Source], head: Mapping[str, Any], signer: Signs | None, comment: str
) -> dict[str, Any]:
    """The bundle at `target`, whole or not at all; its manifest.

    Args:
        members: name -> bytes, or the file that holds them.
        head: what the manifest says besides the files.
        signer: None = it is not signed.
        comment: what is signed together with the manifest, ASCII; names the day.
    Raises:
        StudyError: a name that some system would not take.
    """
    told = dict(members)
    if signer:
        told[KEY] = signer.public.encode()
    for name in told:
        if not is_safe(name) or name in LAST:
            raise StudyError(f"{name!r} cannot be the name of a file in a bundle. Rename it, then seal again.")
    if doubles := twins(told):
        raise StudyError(f"{doubles[0]!r} differs from another file's name only in its letters' case. Rename it.")
    draft = target.with_name(target.name + ".part")
    try:
        with draft.open("w+b") as file:
            writer = _Writer(file)
            rows = [writer.add(name, told[name]) for name in in_order(told)]
            manifest = {"format": FORMAT, **head, "files": rows, "before": writer.before()}
            if signer:
                manifest["signer"] = signer.public.split("\n")[1]
            data = manifest_text(manifest).encode()
            writer.add(MANIFEST, data)
            if signer:
                writer.add(SIGNATURE, signer.sign(data, comment))
            writer.finish()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """The manifest with a line for each file, so that two of them can be compared by eye."""
    head = {name: value for name, value in manifest.items() if name != "files"}
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in manifest["files"])
    return json.dumps(head, ensure_ascii=False, indent=1)[:-2] + f',\n "files": [\n  {rows}\n ]\n}}\n'


class _Writer:
    """Writes members one after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._members: list[Member] = []

    def add(self, name: str, source: Source) -> dict[str, Any]:
        """One member; its line in the manifest."""
        method = STORED if name in LAST or name.endswith(_PACKED) else DEFLATED
        start = self._file.tell()
        self._file.write(header(Member(name, method, 0, 0, 0, start)))  # the place; the numbers follow
        pack = zlib.compressobj(_STRENGTH, zlib.DEFLATED, -15)
        digest, crc, size, packed = hashlib.sha256(), 0, 0, 0
        for piece in _pieces(source):
            digest.update(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            packed += self._file.write(pack.compress(piece) if method == DEFLATED else piece)
        if method == DEFLATED:
            packed += self._file.write(pack.flush())
        member = Member(name, method, crc, packed, size, start)
        self._file.seek(start)
        self._file.write(header(member))
        self._file.seek(member.end)
        self._members.append(member)
        return {"path": name, "size": size, "sha256": digest.hexdigest()}

    def before(self) -> dict[str, Any]:
        """How many bytes there are by now, and their SHA-256."""
        stop, digest = self._file.tell(), hashlib.sha256()
        self._file.seek(0)
        for at in range(0, stop, PIECE):
            digest.update(self._file.read(min(PIECE, stop - at)))
        return {"bytes": stop, "sha256": digest.hexdigest()}

    def finish(self) -> None:
        """The directory."""
        start = self._file.tell()
        lines = b"".join(entry(member) for member in self._members)
        self._file.write(lines + end(len(self._members), start, len(lines)))


def _pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
