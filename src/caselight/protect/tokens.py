"""What stands for what was replaced: a letter for the kind, a number, one width in the whole publication.

The width says nothing of what was there; a black bar would show the length of the name.
"""

from __future__ import annotations

LETTERS = {  # kind -> letter by language of the records
    "person": {"ru": "П", "en": "P"},  # персона, person
    "address": {"ru": "А", "en": "A"},
    "birth": {"ru": "Р", "en": "B"},  # рождение, birth
    "phone": {"ru": "Т", "en": "T"},
    "mail": {"ru": "Э", "en": "E"},  # электронная почта и страницы, e-mail and pages of networks
    "plate": {"ru": "М", "en": "V"},  # машина, vehicle
    "document": {"ru": "У", "en": "D"},  # удостоверение, document
    "case": {"ru": "Д", "en": "C"},  # дело, case
    "record": {"ru": "З", "en": "R"},  # запись, record: the name of a file
}
_FEWEST_DIGITS = 3


def digits(largest: int) -> int:
    """How many digits the numbers of all tokens have, if the largest is this.

    >>> digits(7), digits(12_345)
    (3, 5)
    """
    return max(_FEWEST_DIGITS, len(str(largest)))


def token(kind: str, number: int, width: int, language: str) -> str:
    """The token.

    >>> token("person", 7, 3, "ru"), token("case", 12, 3, "en")
    ('[П-007]', '[C-012]')
    """
    letters = LETTERS[kind]
    return f"[{letters.get(language, letters['en'])}-{number:0{width}d}]"
