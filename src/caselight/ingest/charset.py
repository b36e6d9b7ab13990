"""The text of bytes in an unknown encoding. The bytes decide, then the declaration, then how plausible the text is.

Saved pages of Russian courts declare windows-1251 and hold UTF-8, and the other way round, so a declaration is only
believed where the bytes do not contradict it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from functools import lru_cache

from caselight.ingest.content import UnreadableError
from caselight.types import State

# Longest marks first: the mark of UTF-32 LE begins with that of UTF-16 LE.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SINGLE_BYTE = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "cp1252")
# 64 kB hold some 10,000 words: enough to tell encodings apart, cheap enough to try five of them.
SAMPLE_BYTES = 65_536
PAGE_BYTES = 524_288  # of a page that is nearly all markup; the longest court pages seen have 380 kB
ENOUGH_LETTERS = 100  # beyond ASCII, to judge by
# One broken sequence in 200 characters beyond ASCII is a damaged UTF-8 file; more is another encoding.
BROKEN_SHARE = 0.005
# Text has next to no control characters; random bytes have 11 %, program files more. 2 % spares teletype output.
CONTROL_SHARE = 0.02
_HIGH = bytes(range(0x80, 0x100))
# A bit for each kind of byte, as windows-1251 and the Macintosh have them. A whole sample of these, each a hexadecimal
# digit, is one number, so a kind is counted in one go.
_BEYOND_ASCII, _SMALL, _CAPITAL, _MAC_CAPITAL = 1, 2, 4, 8
_DIGIT, _DIGITS = 4, b"0123456789abcdef"  # bits of each
_KINDS = bytes(
    _DIGITS[
        _BEYOND_ASCII * (byte >= 0x80)
        + _SMALL * (byte >= 0xE0)
        + _CAPITAL * (0xC0 <= byte < 0xDF)
        + _MAC_CAPITAL * (0x80 <= byte < 0xA0)
    ]
    for byte in range(0x100)
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_:-]{2,40})""")
# "Суд", "суд", "СУД" are words as people write them; "яСД", "сУд" and "Cуд" (Latin C) are what wrong tables give.
_WORD = re.compile(r"[^\W\d_]{2,}")
_CYRILLIC_WORD = re.compile(r"(?:[А-ЯЁІЇЄҐ]?[а-яёіїєґ]+|[А-ЯЁІЇЄҐ]+)\Z")
_LATIN_WORD = re.compile(r"(?:[A-ZÀ-ÖØ-ÞŒ]?[a-zà-öø-ÿßœ]+|[A-ZÀ-ÖØ-ÞŒ]+)\Z")
_FOREIGN_WORD = re.compile(r"[^A-Za-z]+\Z")  # accents only: "ãáâ" is Cyrillic read with a western table
# A sign where a letter belongs: "—уд" and "бы€" are "Суд" and "была" read with the wrong table. Quotation marks,
# dashes after a space, degree signs and the like stand beside words in good text and are not meant.
_SIGN_IN_WORD = re.compile(
    r"\ufffd|[─-▟]|(?<![\w\s.,()])[—€ђ-џ†‡‰∆≤≥√∞][а-яё]|[а-яё][€†‡‰∆√∞¤][\s.,а-яё]|(?<!\S)[—€†‡∆√∞][а-яё]"
)
# The eleven commonest Russian letters are 70 % of running text; of a text read with a wrong table, far less.
_COMMON = frozenset("оеаинтсрвлк")


def declared(untrusted_head: bytes) -> str:
    """The encoding a page or an XML file claims in its first bytes, as Python names it; "" if none or unknown."""
    found = _DECLARED.search(untrusted_head.lower())
    if found is None:
        return ""
    try:
        return codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return ""


def plainly(untrusted: bytes) -> tuple[str, str]:
    """The text and the name of its encoding where both are plain at first sight, else two empty strings."""
    try:
        return untrusted.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if b"\x00" not in untrusted[:4096] and _is_windows_1251(untrusted):
            return untrusted.decode("cp1251", "replace"), "cp1251"
    return "", ""


def decode(untrusted: bytes, head: bytes = b"") -> tuple[str, str]:
    """The text and the name of its encoding; a byte order mark is dropped, nothing else is changed.

    Args:
        untrusted: the whole file.
        head: first bytes of the page, where it may declare an encoding; empty = it cannot.
    Raises:
        UnreadableError: these bytes are no text.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if untrusted.startswith(mark):
            return untrusted[len(mark) :].decode(encoding, "replace"), encoding
    wide = _wide(untrusted) if b"\x00" in untrusted[:4096] else ""
    if wide:
        return untrusted.decode(wide, "replace"), wide
    try:
        text = untrusted.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text:
        _refuse_binary(untrusted)
        return text, "utf-8"
    return _other(untrusted, head)


def _other(untrusted: bytes, head: bytes) -> tuple[str, str]:
    if _is_windows_1251(untrusted):
        return untrusted.decode("cp1251", "replace"), "cp1251"
    _refuse_binary(untrusted)
    text = untrusted.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(untrusted.translate(None, _HIGH))
    if text.count("\ufffd") <= BROKEN_SHARE * beyond_ascii:
        return text, "utf-8"
    declaration = declared(head)
    names = (declaration, *SINGLE_BYTE) if declaration and not declaration.startswith("utf") else SINGLE_BYTE
    encoding = most_plausible(untrusted[:SAMPLE_BYTES], names)
    return untrusted.decode(encoding, "replace"), encoding


def _is_windows_1251(untrusted: bytes) -> bool:
    """Whether it is so plainly Russian in windows-1251 that nothing else need be tried: most letters beyond ASCII
    stand in words of small ones, and capitals are where that table has them, not where the Macintosh has them.
    """
    middle = len(untrusted) // 2
    for sample in (untrusted[max(0, middle - 1024) : middle + 1024], untrusted[:PAGE_BYTES]):
        if len(sample) < ENOUGH_LETTERS:
            continue
        kinds = int(sample.translate(_KINDS), 16)
        high = (kinds & _all_of(_BEYOND_ASCII, len(sample))).bit_count()
        if high >= ENOUGH_LETTERS:
            # Western languages have single letters beyond ASCII among others, never three small ones together.
            small = kinds & _all_of(_SMALL, len(sample))
            third = small & small >> _DIGIT & small >> 2 * _DIGIT
            in_words = (third | third << _DIGIT | third << 2 * _DIGIT).bit_count()
            capitals = (kinds & _all_of(_CAPITAL, len(sample))).bit_count()
            mac_capitals = (kinds & _all_of(_MAC_CAPITAL, len(sample))).bit_count()
            return in_words > 0.6 * high and capitals > mac_capitals
    return False


@lru_cache(4)  # all samples from the middle of a page have one length
def _all_of(kind: int, length: int) -> int:
    """A sample that has nothing but bytes of this kind."""
    return int(f"{kind}" * length, 16)


def most_plausible(untrusted: bytes, names: Iterable[str] = SINGLE_BYTE) -> str:
    """Which of the encodings gives the text most like words; the first of equals, so put the likeliest first."""
    return max(names, key=lambda name: _plausibility(untrusted.decode(name, "replace")))


def _plausibility(text: str) -> float:
    """0 (noise) to 1: share of words beyond ASCII that look like words, less the signs that stand inside of words."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if not words:
        return 0.0
    cyrillic = [word for word in words if _CYRILLIC_WORD.match(word)]
    latin = sum(1 for word in words if _LATIN_WORD.match(word) and not _FOREIGN_WORD.match(word))
    letters = "".join(cyrillic).lower()
    common = sum(map(letters.count, _COMMON)) / len(letters) if letters else 0.0
    strange = len(_SIGN_IN_WORD.findall(text)) / len(words)
    # 0.7 is the usual share of the common letters, so that Cyrillic and Latin words weigh the same.
    return (len(cyrillic) * min(1.0, common / 0.7) + latin) / len(words) - strange


def _wide(untrusted: bytes) -> str:
    """UTF-16 without a mark: every second byte is one of two values (0 and, for Cyrillic, 4)."""
    sample = untrusted[:4096]
    if len(sample) < 4:
        return ""
    even, odd = sample[::2], sample[1::2]
    for high, encoding in ((odd, "utf-16-le"), (even, "utf-16-be")):
        low = even if high is odd else odd
        if high.count(0) + high.count(4) > 0.9 * len(high) and low.count(0) < 0.1 * len(low):
            return encoding
    quarters = [sample[i::4].count(0) * 4 / len(sample) for i in range(4)]
    if min(quarters[2:]) > 0.9:
        return "utf-32-le"
    return "utf-32-be" if min(quarters[:2]) > 0.9 else ""


def _refuse_binary(untrusted: bytes) -> None:
    sample = untrusted[:SAMPLE_BYTES]
    if len(_CONTROLS.findall(sample)) > CONTROL_SHARE * len(sample):
        reason = "these bytes are not text in any encoding known here; open the file in the program that made it"
        raise UnreadableError(State.UNSUPPORTED, f"{reason} and save it as text or PDF")
