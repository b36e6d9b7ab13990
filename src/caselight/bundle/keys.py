"""Key pairs in the format of minisign: made, and used to sign a manifest. Checking needs none of this."""

from __future__ import annotations

import os
from pathlib import Path

import minisign

from caselight.bundle.signature import KEY_COMMENT, SIGNATURE_COMMENT, UNTRUSTED, read_key
from caselight.errors import UsageError

# Work that a thief of the key file has for each password that he tries: scrypt with 256 MiB, about a second. minisign's
# own default takes 1 GiB, which a small laptop does not have.
MEMORY_BYTES = 256 << 20
WORK = MEMORY_BYTES // 32
LEAST_CHARACTERS = 8  # of a password


def make_key(path: Path, password: str, memory_bytes: int = MEMORY_BYTES) -> str:
    """A new key pair: `path`, encrypted with the password, and `path`.pub; the public key in one line.

    Raises:
        UsageError: one of the files exists, or the password is too short.
    """
    public = path.with_name(path.name + ".pub")
    for file in (path, public):
        if file.exists():
            raise UsageError(f"{file} exists. Choose another name: whoever overwrites a key cannot sign with it again.")
    if len(password) < LEAST_CHARACTERS:
        raise UsageError(f"The password needs {LEAST_CHARACTERS} characters at least; several words are best.")
    pair = minisign.KeyPair.generate()
    key = pair.public_key
    line = str(key.to_base64(), "ascii")
    number = read_key(line).number[::-1].hex().upper()
    with pair.secret_key as secret:
        secret.encrypt(password, opslimit=memory_bytes // 32, memlimit=memory_bytes)
        secret.untrusted_comment = "minisign encrypted secret key"
        data = bytes(secret)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, data.rstrip(b"\n") + b"\n", 0o600)
    _write(public, f"{KEY_COMMENT}{number}\n{line}\n".encode("ascii"), 0o666)
    return line


def _write(path: Path, data: bytes, mode: int) -> None:
    """A new file, on the disk when this returns: what was signed with a key that a power cut took is nobody's."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Signer:
    """An opened secret key."""

    def __init__(self, path: Path, password: str) -> None:
        try:
            self._secret = minisign.SecretKey.from_file(path)
            self._secret.decrypt(password)
            key = self._secret.get_public_key()
        except OSError as error:
            raise UsageError(f"{path} cannot be opened ({error.strerror}). Make a key: caselight key {path}") from None
        except minisign.Error as error:
            raise UsageError(f"{path}: {error}. Check the file and the password.") from None
        self.line = key.to_base64().decode()
        self.number = read_key(self.line).number[::-1].hex().upper()

    @property
    def public(self) -> str:
        """The text of the public key's file."""
        return f"{KEY_COMMENT}{self.number}\n{self.line}\n"

    def sign(self, data: bytes, comment: str) -> bytes:
        """The text of a .minisig file; `comment` is signed too."""
        made = self._secret.sign(data, trusted_comment=comment)
        made.untrusted_comment = SIGNATURE_COMMENT[len(UNTRUSTED) :]
        return bytes(made).rstrip(b"\n") + b"\n"
