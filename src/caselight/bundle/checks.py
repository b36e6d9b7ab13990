"""All checks of a bundle, in order: signature, bytes, draw, figures, quotations, books."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from caselight.bundle.causes import with_causes
from caselight.bundle.container import Bundle, read_whole
from caselight.bundle.contents import Contents
from caselight.bundle.crew import Crew
from caselight.bundle.faults import Fault, Refused, Verdict, guarded, refused
from caselight.bundle.members import Members
from caselight.bundle.names import KEY, LAST, MANIFEST, SIGNATURE, is_safe
from caselight.bundle.reading import read_json
from caselight.bundle.repacked import opened
from caselight.bundle.signature import PublicKey, is_signed, read_key, read_signature

FORMAT = "caselight-bundle-1"
MOST_MANIFEST = 1 << 30  # bytes
_HEX = re.compile(r"[0-9a-f]{64}")
# One more check: gets the bundle and where faults go, gives the kinds of figures that it knows how to work out.
Further = Callable[[Bundle, Verdict], set[str]]


def verify(path: Path, key: str | None = None, further: Further | None = None) -> Verdict:
    """What the checks found.

    Args:
        path: the bundle, a file or an unpacked folder.
        key: text of a minisign public key that is known to be the publisher's; None = the one inside.
        further: one more check of a bundle that could be read; in another process perhaps, so a function of a module.
    Raises:
        ValueError: `key` is no key.
    """
    verdict = Verdict()
    known = read_key(key) if key is not None else None
    with _opened(path, verdict) as found:
        for bundle, manifest in found:
            verdict.about = {k: str(manifest.get(k, "")) for k in ("title", "date", "names", "language")}
            guarded(partial(_check_signature, bundle, manifest, known, verdict), verdict, file=SIGNATURE)
            _check_all(bundle, manifest, verdict, further)
            verdict.faults = with_causes(bundle, verdict.faults)
    return verdict


@contextmanager
def _opened(path: Path, verdict: Verdict) -> Iterator[list[tuple[Members, dict[str, Any]]]]:
    """The bundle and its manifest; none, with the reason in the verdict, where it cannot or should not be read."""
    try:
        bundle, anew = opened(path)
    except Refused as error:
        verdict.wrong(error.fault)
        yield []
        return
    with closing(bundle):
        if anew:
            verdict.wrong(Fault("bytes", "repacked", bundle.name, found=anew))
        members = Members(bundle)
        found: list[tuple[Members, dict[str, Any]]] = []
        guarded(lambda: found.append((members, _manifest(members))), verdict, file=MANIFEST)
        yield found


def check_seal(path: Path, key: str | None = None) -> Verdict:
    """The signature and every byte alone: quick, and enough to know that nothing was changed.

    Raises:
        ValueError: `key` is no key.
    """
    verdict = Verdict()
    known = read_key(key) if key is not None else None
    with _opened(path, verdict) as found:
        for members, manifest in found:
            guarded(partial(_check_signature, members, manifest, known, verdict), verdict, file=SIGNATURE)
            guarded(partial(check_bytes, members, manifest, verdict), verdict, file=MANIFEST)
    return verdict


def _check_all(members: Members, manifest: Mapping[str, Any], verdict: Verdict, further: Further | None) -> None:
    """Everything but the signature. What was read for other checks is not read again for its bytes."""
    rest = Verdict()
    with closing(Crew(members)) as crew:
        contents = Contents(members, manifest, crew, rest)
        contents.check_cases()
        guarded(partial(check_bytes, members, manifest, verdict), verdict, file=MANIFEST)
        contents.check_frames()
        # What cannot be read as it was sealed is named already; nothing can be worked out from it.
        unread = any(fault.kind in ("missing", "unreadable", "damaged") for fault in (*verdict.faults, *rest.faults))
        waiting = crew.give(_counted_again, further) if further and not unread else None
        contents.check_figures()
        if waiting:
            guarded(partial(_take_again, waiting, rest), rest)
    verdict.take(rest)


def _counted_again(members: Members, further: Further) -> tuple[Verdict, set[str]]:
    verdict, kinds = Verdict(), set[str]()
    guarded(lambda: kinds.update(further(members, verdict)), verdict)
    return verdict, kinds


def _take_again(waiting: Callable[[], tuple[Verdict, set[str]]], verdict: Verdict) -> None:
    found, kinds = waiting()
    named = {fault.affects for fault in verdict.faults if fault.kind == "figure_differs"}
    found.faults = [replace(one, follows=one.file) if one.affects in named else one for one in found.faults]
    verdict.take(found)
    verdict.notes = [note for note in verdict.notes if note[0] != "not_recomputed" or note[1] not in kinds]


def _manifest(bundle: Bundle) -> dict[str, Any]:
    if MANIFEST not in bundle.sizes:
        raise refused("not_a_bundle", bundle.name, f"it has no {MANIFEST}", "a bundle made by caselight seal")
    data = read_json(bundle, MANIFEST, MOST_MANIFEST)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise refused("other_format", MANIFEST, repr(found), FORMAT)
    for row in data.get("files") or [{}]:
        good = isinstance(row, dict) and isinstance(row.get("path"), str) and is_safe(row["path"])
        good = good and type(row.get("size")) is int and row["size"] >= 0
        if not good or not _HEX.fullmatch(str(row.get("sha256"))):
            raise refused("unreadable", MANIFEST, repr(row)[:120], "path, size and sha256 of each file")
    return data


def _check_signature(bundle: Bundle, manifest: Mapping[str, Any], known: PublicKey | None, verdict: Verdict) -> None:
    verdict.add("signature", 0)
    if SIGNATURE not in bundle.sizes:
        if known or manifest.get("signer"):
            verdict.wrong(Fault("signature", "not_signed", SIGNATURE, "", "a signature", "none", ("*",)))
        else:
            verdict.notes.append(("unsigned", ""))
        return
    try:
        key = known or read_key(read_whole(bundle, KEY, 4096).decode("utf-8", "replace") if KEY in bundle.sizes else "")
    except ValueError as error:
        verdict.wrong(Fault("signature", "not_signed", KEY, "", "the signer's key", str(error), ("*",)))
        return
    try:
        signature = read_signature(read_whole(bundle, SIGNATURE, 65536))
        digest = hashlib.blake2b(read_whole(bundle, MANIFEST, MOST_MANIFEST)).digest()
        good, why = is_signed(key, signature, digest), "a signature of other bytes, or by another key"
    except ValueError as error:
        good, why = False, str(error)
    verdict.about |= {"signer": key.name, "key": "given" if known else "inside"}
    verdict.add("signature")
    if not good:
        expected = f"signed by {key.name}"
        verdict.wrong(Fault("signature", "wrong_signature", SIGNATURE, "", expected, why, ("*",)))
    else:
        verdict.about["signed"] = signature.comment
    if not known:
        verdict.notes.append(("key_inside", key.name))


def check_bytes(members: Members, manifest: Mapping[str, Any], verdict: Verdict) -> None:
    """Every member against the manifest, nothing missing, nothing extra. Reads what was not read yet."""
    listed = {row["path"]: row for row in manifest["files"]}
    for name in (n for n in members.sizes if n not in LAST and n not in listed):
        told = "nothing of this name", f"{members.sizes[name]:,} bytes"
        verdict.wrong(Fault("bytes", "extra", name, "", *told))
    for name, row in listed.items():
        if name not in members.sizes:
            verdict.wrong(Fault("bytes", "missing", name, "", f"{row['size']:,} bytes", "nothing"))
            continue
        verdict.add("bytes")
        _read_through(members, name)
        if name in members.looked.broken:
            verdict.wrong(replace(members.looked.broken[name], affects=()))
        elif (size := members.sizes[name], members.looked.sums[name]) != (row["size"], row["sha256"]):
            right = f"{row['size']:,} bytes, {row['sha256']}"
            verdict.wrong(Fault("bytes", "changed", name, "", right, f"{size:,} bytes, {members.looked.sums[name]}"))
    for name in (n for n in LAST if n in members.sizes):
        b"".join(members.pieces(name))  # its header and checksum, in a file
    _check_file(members, manifest, verdict)


def _read_through(members: Members, name: str) -> None:
    if name not in members.looked.sums and name not in members.looked.broken:
        try:
            for _ in members.pieces(name):
                pass
        except Refused:
            pass  # it is in `broken` now


def _check_file(bundle: Bundle, manifest: Mapping[str, Any], verdict: Verdict) -> None:
    """Of a bundle in one file every byte before the manifest, also those that unpack to the same."""
    before = bundle.before(MANIFEST)
    told = manifest.get("before")
    told = told if isinstance(told, dict) else {}
    if before and before != (told.get("bytes"), told.get("sha256")):
        right = f"{told.get('bytes')} bytes, {told.get('sha256')}"
        named = any(fault.check == "bytes" for fault in verdict.faults)
        if not named:
            fault = Fault("bytes", "changed", bundle.name, "", right, f"{before[0]} bytes, {before[1]}")
            verdict.wrong(fault)
    elif not before:
        verdict.notes.append(("folder", ""))
