"""Signatures in the format of minisign, checked with nothing but the standard library.

A signature stands in four lines: an untrusted comment, (algorithm, key id, Ed25519 over BLAKE2b-512 of the file), a
trusted comment, and Ed25519 over the signature and the trusted comment. Only the one form that sealing writes is taken,
so that no byte of the file can be changed unseen.

Sources: minisign, "Signature format"; RFC 8032, sections 5.1.3, 5.1.7 (Ed25519, without the cofactor); RFC 7693.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)  # of -1
Point = tuple[int, int, int, int]  # extended coordinates: x = X/Z, y = Y/Z, X*Y = Z*T

UNTRUSTED = "untrusted comment: "
TRUSTED = "trusted comment: "
SIGNATURE_COMMENT = UNTRUSTED + "signature of a Caselight bundle"
KEY_COMMENT = UNTRUSTED + "minisign public key "


@dataclass(frozen=True)
class PublicKey:
    """Whose signatures are to be believed."""

    number: bytes  # 8 bytes that tell keys apart
    point: bytes  # 32 bytes

    @property
    def name(self) -> str:
        """As minisign prints it, e.g. RWQf6LRCGA9i53ml..."""
        return base64.b64encode(b"Ed" + self.number + self.point).decode()


def read_key(text: str) -> PublicKey:
    """The key in a minisign public key: its file, or the one line of it that matters.

    Raises:
        ValueError: it is none.
    """
    found = [line.strip() for line in text.strip().splitlines() if line.strip()]
    line = found[-1] if 1 <= len(found) <= 2 else ""
    data = _decoded(line, 42)
    if data[:2] != b"Ed":
        raise ValueError("it is no minisign public key")
    return PublicKey(data[2:10], data[10:])


@dataclass(frozen=True)
class Signature:
    """What a .minisig file says."""

    number: bytes  # of the key
    signed: bytes  # 64 bytes
    comment: str  # trusted, because it is signed
    signed_comment: bytes  # 64 bytes


def read_signature(data: bytes) -> Signature:
    """The signature in a .minisig file.

    Raises:
        ValueError: it is not exactly what sealing writes.
    """
    parts = data.decode("ascii").split("\n")
    if len(parts) != 5 or parts[4] or parts[0] != SIGNATURE_COMMENT or not parts[2].startswith(TRUSTED):
        raise ValueError("it is not in the form that sealing writes")
    one, two = _decoded(parts[1], 74), _decoded(parts[3], 64)
    if one[:2] != b"ED":
        raise ValueError(f"its algorithm is {one[:2]!r}, not 'ED'")
    return Signature(one[2:10], one[10:], parts[2][len(TRUSTED) :], two)


def is_signed(key: PublicKey, signature: Signature, digest: bytes) -> bool:
    """Whether this key made this signature of a file with this BLAKE2b-512 digest, and of its trusted comment."""
    return (
        key.number == signature.number
        and fits(key.point, digest, signature.signed)
        and fits(key.point, signature.signed + signature.comment.encode(), signature.signed_comment)
    )


def fits(point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    a, r = _point(point), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= _ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + point + message).digest(), "little") % _ORDER
    left, right = _times(s, _BASE), _sum(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 == (left[1] * right[2] - right[1] * left[2]) % _P


def _decoded(line: str, size: int) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a line of it is not base64") from None
    # Spare bits at the end of base64 could be changed unseen.
    if len(data) != size or base64.b64encode(data).decode() != line:
        raise ValueError(f"a line of it does not hold {size} bytes")
    return data


def _point(data: bytes) -> Point | None:
    """The point that 32 bytes stand for; None = there is no such point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (not x and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _sum(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _sum(found, point)
        point, number = _sum(point, point), number >> 1
    return found


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)
