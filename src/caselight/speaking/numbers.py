"""Numbers as Russian writes them, and the words that go with them."""

from __future__ import annotations

_LEAST_GROUPED = 10_000  # Russian parts thousands from here on: 2000, but 12 000
_NBSP = "\u00a0"  # not the narrow one of the report: consoles of Windows do not have it


def form(number: str, forms: str) -> str:
    """The word that goes with a number.

    >>> [form(n, "дело|дела|дел") for n in ("1", "22", "1,011")], form("21", "дела|дел")
    (['дело', 'дела', 'дел'], 'дела')
    """
    words = forms.split("|")
    n = int(number.replace(",", "")) if number.replace(",", "").isdigit() else 0
    return words[min(form_place(n), len(words) - 1)]


def form_place(n: int) -> int:
    """Which form of a word goes with a whole number: 0 as with one, 1 as with two, 2 as with five.

    >>> [form_place(n) for n in (1, 2, 5, 11, 12, 21, 22, 112)]
    [0, 1, 2, 2, 2, 0, 1, 2]
    """
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2


def number(written: str) -> str:
    """A number as Russian writes it.

    >>> [number(n) for n in ("2,000", "12,345.5", "4.9%")]
    ['2000', '12\\xa0345,5', '4,9\\xa0%']
    """
    whole, point, rest = written.rstrip("%").partition(".")
    digits = whole.replace(",", "")
    if len(digits.lstrip("-+\u2212")) >= len(str(_LEAST_GROUPED)):
        digits = whole.replace(",", _NBSP)
    return digits + ("," if point else "") + rest + (f"{_NBSP}%" if written.endswith("%") else "")
