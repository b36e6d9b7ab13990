"""The letters of a signature: Ed25519 as its standard has it, one form only, none that may be left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caselight import sealing
from caselight.bundle.signature import fits, read_key, read_signature
from sealed_sample import DAY, Files, kinds


def test_a_bundle_without_its_signature_is_not_taken_for_an_unsigned_one(files: Files, tmp_path: Path) -> None:
    folder = shutil.copytree(files["folder"], tmp_path / "x")
    (folder / "manifest.json.minisig").unlink()
    assert ("manifest.json.minisig", "not_signed") in kinds(sealing.check(folder, None))


# RFC 8032, section 7.1: secret keys are not needed; public key, message, signature.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_ed25519_is_that_of_rfc_8032(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(part) for part in (key, message, signature)]
    assert fits(*parts)
    assert not fits(parts[0], parts[1] + b"x", parts[2])
    assert not fits(parts[0], parts[1], bytes(64))
    large = int.from_bytes(parts[2][32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not fits(parts[0], parts[1], parts[2][:32] + large.to_bytes(32, "little")), "s must be below the order"


def test_a_signature_has_one_form_only(files: Files) -> None:
    text = (files["folder"] / "manifest.json.minisig").read_bytes()
    assert read_signature(text).comment == f"caselight bundle sealed {DAY}"
    for other in (text + b"\n", text.replace(b"\n", b"\r\n"), b"untrusted comment: x" + text[text.index(b"\n") :]):
        with pytest.raises(ValueError, match=r".+"):
            read_signature(other)
    with pytest.raises(ValueError, match=r"base64|bytes"):
        read_key("not a key")
