"""All checks of a bundle, in order: signature, bytes, draw, figures, quotations, books."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from caselight.bundle.agreeing import agreements_of
from caselight.bundle.books import check_books
from caselight.bundle.casepages import Called
from caselight.bundle.container import Bundle, open_bundle, read_whole
from caselight.bundle.drawn import Draw, check_draw, numbers_of, read_answers, read_draw
from caselight.bundle.faults import CHECKS, Fault, Refused, Verdict, refused
from caselight.bundle.names import (
    ANSWERS,
    DRAWS,
    KEY,
    LAST,
    MANIFEST,
    QUESTIONS,
    REPORT,
    SIGNATURE,
    TABLES,
    TEXTS,
    is_safe,
)
from caselight.bundle.others import check_others
from caselight.bundle.pages import Pages
from caselight.bundle.pile import Pile, read_pile
from caselight.bundle.reading import read_json, read_rows
from caselight.bundle.recount import check_figures, label
from caselight.bundle.signature import PublicKey, is_signed, read_key, read_signature
from caselight.bundle.stamps import check_stamps
from caselight.bundle.texts import check_frame, check_quotations

FORMAT = "caselight-bundle-1"
# A second process costs about 0.2 s; checking costs about 25 s for each GB.
LARGE = 48 << 20  # bytes, unpacked
SHARES, THEIRS = 5, frozenset({0, 1, 2})  # of the quotations, so that both halves take about the same time
MOST_MANIFEST = 1 << 30  # bytes
MOST_FAULTS = 1000  # told; more help nobody
_HEX = re.compile(r"[0-9a-f]{64}")
Further = Callable[[Bundle, Verdict], None]


def verify(path: Path, key: str | None = None, further: Further | None = None) -> Verdict:
    """What the checks found.

    Args:
        path: the bundle, a file or an unpacked folder.
        key: text of a minisign public key that is known to be the publisher's; None = the one inside.
        further: one more check of a bundle that could be read.
    Raises:
        ValueError: `key` is no key.
    """
    verdict = Verdict()
    known = read_key(key) if key is not None else None
    with _opened(path, verdict) as found:
        for bundle, manifest in found:
            verdict.about = {k: str(manifest.get(k, "")) for k in ("title", "date", "names", "language")}
            _guarded(partial(_check_signature, bundle, manifest, known, verdict), verdict)
            _check_all(path, bundle, manifest, verdict, further)
            verdict.faults = _with_figures(bundle, verdict.faults)[:MOST_FAULTS]
    return verdict


@contextmanager
def _opened(path: Path, verdict: Verdict) -> Iterator[list[tuple[Bundle, dict[str, Any]]]]:
    """The bundle and its manifest; none, with the reason in the verdict, where it cannot or should not be read."""
    try:
        bundle = open_bundle(path)
    except Refused as error:
        verdict.faults.append(error.fault)
        yield []
        return
    with closing(bundle):
        found: list[tuple[Bundle, dict[str, Any]]] = []
        _guarded(lambda: found.append((bundle, _manifest(bundle))), verdict)
        yield found


def check_seal(path: Path, key: str | None = None) -> Verdict:
    """The signature and every byte alone: quick, and enough to know that nothing was changed.

    Raises:
        ValueError: `key` is no key.
    """
    verdict = Verdict()
    known = read_key(key) if key is not None else None
    with _opened(path, verdict) as found:
        for bundle, manifest in found:
            _guarded(partial(_check_signature, bundle, manifest, known, verdict), verdict)
            _guarded(partial(check_bytes, bundle, manifest, verdict), verdict)
    return verdict


def _check_all(
    path: Path, bundle: Bundle, manifest: Mapping[str, Any], verdict: Verdict, further: Further | None
) -> None:
    """Bytes and most of the quotations on one side, all else on the other; at the same time if the bundle is large."""
    mine = Verdict()
    if sum(bundle.sizes.values()) < LARGE or (os.cpu_count() or 1) < 2:
        theirs, sums, called = other_half(path)
        contents = _Contents(bundle, manifest, mine, called)
        contents.check()
    else:
        with ProcessPoolExecutor(1) as pool:
            waiting = pool.submit(other_half, path)
            contents = _Contents(bundle, manifest, mine, {})
            contents.check()
            theirs, sums, called = waiting.result()
        contents.check_names(called)
    _guarded(lambda: contents.check_frames(sums), mine)
    verdict.faults += [*theirs.faults, *mine.faults]
    verdict.notes += [*theirs.notes, *mine.notes]
    for check in CHECKS:
        if number := theirs.checked.get(check, 0) + mine.checked.get(check, 0):
            verdict.add(check, number)
    # What cannot be read as it was sealed is named already; nothing can be worked out from it.
    if further and not any(fault.kind in ("missing", "unreadable", "damaged") for fault in verdict.faults):
        _guarded(lambda: further(bundle, verdict), verdict)


def other_half(path: Path) -> tuple[Verdict, dict[str, str], Called]:
    """The part of the checks that another process can do: every byte, and the greater part of the quotations.

    Returns:
        What was found; SHA-256 of each member; what answers are called on pages.
    """
    verdict = Verdict()
    sums: dict[str, str] = {}
    called: Called = {}
    with _opened(path, verdict) as found:
        for bundle, manifest in found:
            _guarded(partial(_into, sums, check_bytes, bundle, manifest, verdict), verdict)
            _guarded(partial(_into, called, _called, bundle, verdict), verdict)
    return verdict, sums, called


def _into(target: dict[Any, Any], check: Callable[..., Mapping[Any, Any]], *arguments: Any) -> None:
    target.update(check(*arguments))


def _called(bundle: Bundle, verdict: Verdict) -> Called:
    return check_quotations(bundle, verdict, THEIRS, SHARES).called


def _guarded(check: Callable[[], object], verdict: Verdict) -> None:
    """Runs a check on tables that anybody may have written: whatever goes wrong is a fault of theirs."""
    try:
        check()
    except Refused as error:
        if error.fault.file not in {fault.file for fault in verdict.faults}:
            verdict.faults.append(error.fault)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:200]
        verdict.faults.append(Fault("figures", "malformed", TABLES, "", "tables as sealing writes them", told, ("*",)))


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
            verdict.faults.append(Fault("signature", "not_signed", SIGNATURE, "", "a signature", "none", ("*",)))
        else:
            verdict.notes.append(("unsigned", ""))
        return
    try:
        key = known or read_key(read_whole(bundle, KEY, 4096).decode("utf-8", "replace") if KEY in bundle.sizes else "")
    except ValueError as error:
        verdict.faults.append(Fault("signature", "not_signed", KEY, "", "the signer's key", str(error), ("*",)))
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
        verdict.faults.append(Fault("signature", "wrong_signature", SIGNATURE, "", expected, why, ("*",)))
    else:
        verdict.about["signed"] = signature.comment
    if not known:
        verdict.notes.append(("key_inside", key.name))


def check_bytes(bundle: Bundle, manifest: Mapping[str, Any], verdict: Verdict) -> dict[str, str]:
    """Every member against the manifest, nothing missing, nothing extra; SHA-256 of each, as found."""
    listed = {row["path"]: row for row in manifest["files"]}
    found: dict[str, str] = {}
    for name in (n for n in bundle.sizes if n not in LAST):
        if name not in listed:
            verdict.faults.append(
                Fault("bytes", "extra", name, "", "nothing of this name", f"{bundle.sizes[name]:,} bytes")
            )
    for name, row in listed.items():
        if name not in bundle.sizes:
            verdict.faults.append(Fault("bytes", "missing", name, "", f"{row['size']:,} bytes", "nothing"))
            continue
        verdict.add("bytes")
        digest, size = hashlib.sha256(), 0
        try:
            for piece in bundle.pieces(name):
                digest.update(piece)
                size += len(piece)
        except Refused as error:
            verdict.faults.append(error.fault)
            continue
        found[name] = digest.hexdigest()
        if (size, found[name]) != (row["size"], row["sha256"]):
            right, told = f"{row['size']:,} bytes, {row['sha256']}", f"{size:,} bytes, {found[name]}"
            verdict.faults.append(Fault("bytes", "changed", name, "", right, told))
    for name in (n for n in LAST if n in bundle.sizes):
        b"".join(bundle.pieces(name))  # its header and checksum, in a file
    _check_file(bundle, manifest, verdict)
    return found


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
            verdict.faults.append(fault)
    elif not before:
        verdict.notes.append(("folder", ""))


class _Contents:
    """Draw, figures, books, and the rest of the quotations."""

    def __init__(self, bundle: Bundle, manifest: Mapping[str, Any], verdict: Verdict, called: Called) -> None:
        self._bundle, self._manifest, self._verdict = bundle, manifest, verdict
        self._called = called
        self._committed: list[Draw] = []  # all that could be read, also where drawing again failed
        self._draws: list[tuple[Draw, Mapping[str, Any]]] = []
        self._others: dict[str, Mapping[str, float]] = {}
        self._piles: list[Pile] = []  # one, if the tables can be read

    def check(self) -> None:
        """All of it, each check whatever became of those before."""
        bundle, verdict = self._bundle, self._verdict
        rows: list[dict[str, Any]] = []
        for number in numbers_of(bundle):
            _guarded(partial(self._check_draw, number), verdict)
        _guarded(lambda: check_others(bundle, self._committed, verdict), verdict)
        if not numbers_of(bundle):
            verdict.notes.append(("no_draw", ""))
        _guarded(lambda: self._piles.append(read_pile(bundle, verdict)), verdict)
        for pile in self._piles:
            _guarded(lambda pile=pile: rows.extend(check_figures(bundle, pile, self._draws, verdict)), verdict)  # type: ignore[misc]
            _guarded(Pages(bundle, rows, pile, verdict, self._others).check, verdict)
            _guarded(partial(check_books, bundle, pile, rows, verdict), verdict)
        _guarded(self._check_quotations, verdict)
        if not any(name.startswith(TEXTS) for name in bundle.sizes):
            verdict.notes.append(("no_texts", ""))
        _guarded(lambda: check_stamps(bundle, verdict), verdict)

    def _check_draw(self, number: str) -> None:
        draw = read_draw(self._bundle, number, self._verdict)
        self._committed.append(draw)
        check_draw(self._bundle, draw, self._verdict)
        questions = read_json(self._bundle, QUESTIONS)["variables"]
        self._draws.append((draw, read_answers(self._bundle, questions, draw)))
        if draw.kind != "elusion":  # the last such draw is the one that the report tells of
            found = agreements_of(self._bundle, questions, draw)
            self._others = {f"agreement/{variable}": numbers for variable, numbers in found.items()}
            for name, part in draw.commitment["strata"].items():
                self._others[f"draw/{name}"] = {"cases": part["cases"], "drawn": part["drawn"]}

    def _check_quotations(self) -> None:
        mine = set(range(SHARES)) - THEIRS
        self._pages = check_quotations(self._bundle, self._verdict, mine, SHARES)
        self._pages.check_names(self._called)

    def check_names(self, called: Called) -> None:
        """What answers are called on the pages that the other process checked."""
        if hasattr(self, "_pages"):
            self._pages.check_names(called)

    def check_frames(self, sums: Mapping[str, str]) -> None:
        """The texts that were drawn from are those in the bundle."""
        originals = self._manifest.get("names") != "protected"
        if self._draws and not originals:
            self._verdict.notes.append(("texts_protected", ""))
        for pile in self._piles:
            for draw, _ in self._draws:
                check_frame(pile, draw, sums, originals, self._verdict)


def _with_figures(bundle: Bundle, faults: list[Fault]) -> list[Fault]:
    """The faults, each changed or missing file with the figures that rest on it."""
    touched = {fault.file for fault in faults if fault.check == "bytes" and not fault.affects}
    cases = {name: _case_of(name) for name in touched if _case_of(name)}
    of_case: dict[str, list[str]] = {case: [] for case in cases.values()}
    try:
        if any(of_case) or any(name.startswith(TEXTS) for name in touched):
            documents = {name[len(TEXTS) : -4]: name for name in touched if name.startswith(TEXTS)}
            for _, row in read_rows(bundle, TABLES + "cases.jsonl"):
                for document in row["documents"]:
                    if document in documents:
                        cases[documents[document]] = row["id"]
                        of_case.setdefault(row["id"], [])
            for _, row in read_rows(bundle, TABLES + "estimates.jsonl"):
                for case in of_case.keys() & set(row["cases"]):
                    of_case[case].append(label(row))
    except (Refused, LookupError, TypeError):
        cases = {}  # the tables that would tell are damaged themselves, and named
    told = []
    for fault in faults:
        if fault.file in touched and fault.check == "bytes" and not fault.affects:
            affects = tuple(dict.fromkeys(of_case.get(cases.get(fault.file, ""), ()))) or _rest_on(fault.file)
            told.append(replace(fault, affects=affects))
        else:
            told.append(fault)
    return told


def _case_of(name: str) -> str:
    """The case of a page about one."""
    return name.rpartition("/")[2].removesuffix(".html") if name.startswith(REPORT + "case/") else ""


def _rest_on(name: str) -> tuple[str, ...]:
    """What figures rest on a file that is about no single case; () = none."""
    if name.startswith((TABLES, DRAWS, ANSWERS)) or name in ("codebook.yaml",):
        return ("*",)
    parts = name[len(REPORT) :].split("/") if name.startswith(REPORT) else []
    if len(parts) == 3 and parts[0] in ("answers", "facts"):
        fact = "fact:" if parts[0] == "facts" else ""
        return (f"{fact}{parts[1]}={parts[2].split('.')[0]}",)
    if parts and parts[-1] in ("index.html", "method.html", "figures.csv") and len(parts) <= 2:
        return ("*",)
    return ()
