"""Proofs of time that the publisher brought: whether they speak of something in the bundle, as far as can be told here.

An OpenTimestamps proof begins with the SHA-256 of what it stamps; an RFC 3161 answer holds it in its messageImprint.
Whether Bitcoin or the authority really says so takes a network or the authority's certificate: it is not claimed.

Sources: python-opentimestamps, core/timestamp.py (DetachedTimestampFile); RFC 3161, section 2.4.2.
"""

from __future__ import annotations

import hashlib
import re

from caselight.bundle.container import Bundle, read_whole
from caselight.bundle.faults import Fault, Verdict
from caselight.bundle.names import DRAWS, STAMPS

_OTS = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"  # magic, version 1, sha256
_TIME = re.compile(rb"\x18[\x0f-\x18](\d{14})(?:\.\d+)?Z")  # GeneralizedTime
_LARGEST_STAMP = 10 << 20  # bytes


def check_stamps(bundle: Bundle, verdict: Verdict) -> None:
    """Says of each proof what it stamps; one that stamps nothing in the bundle is a fault."""
    for name in (n for n in bundle.sizes if n.startswith(STAMPS)):
        data = read_whole(bundle, name, _LARGEST_STAMP)
        stamped = next((n for n, digest in _candidates(bundle) if _speaks_of(data, digest)), None)
        verdict.add("bytes", 0)
        if stamped is None:
            found = "the fingerprint of no draw's commitment stands in it"
            verdict.wrong(Fault("draw", "stamp_differs", name, "", "a proof for a commitment", found))
            continue
        time = _TIME.search(data)
        told = f", {time[1].decode()}" if time and not data.startswith(_OTS) else ""
        verdict.notes.append(("timestamp", f"{name}: {stamped}{told}"))


def _speaks_of(data: bytes, digest: bytes) -> bool:
    return data[len(_OTS) :][:32] == digest if data.startswith(_OTS) else digest in data


def _candidates(bundle: Bundle) -> list[tuple[str, bytes]]:
    names = [n for n in bundle.sizes if n.startswith(DRAWS) and n.endswith("/commitment.json")]
    return [(name, hashlib.sha256(read_whole(bundle, name, 1 << 26)).digest()) for name in names]
