"""The sealed publication: one file from which anybody recomputes every figure, without us, a network, or trust.

seal:   members and a key -> a ZIP of one form, with a manifest and a signature        seal.py, keys.py, crate.py
verify: signature, bytes, draw, figures, quotations, books -> a `Verdict`              checks.py and what it names

Everything that checks uses the standard library alone, so that `alone.py` can join it into one verify.py, which goes
with the bundle; a page (page/verify.html) does the same in a browser. Why the form is as it is: docs/decisions/0010.
"""

from __future__ import annotations

from caselight.bundle.alone import verify_source
from caselight.bundle.checks import FORMAT, check_seal, verify
from caselight.bundle.container import Bundle
from caselight.bundle.faults import CHECKS, Fault, Refused, Verdict
from caselight.bundle.keys import Signer, make_key
from caselight.bundle.seal import Source, write_bundle
from caselight.bundle.telling import as_json, told

__all__ = [
    "CHECKS",
    "FORMAT",
    "Bundle",
    "Fault",
    "Refused",
    "Signer",
    "Source",
    "Verdict",
    "as_json",
    "check_seal",
    "make_key",
    "told",
    "verify",
    "verify_source",
    "write_bundle",
]
