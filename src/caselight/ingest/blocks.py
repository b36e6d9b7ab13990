"""What is left of a page when acts and tables are lifted out of it: often only blocks in blocks, whose text needs no
parser.
"""

from __future__ import annotations

import re

from caselight.ingest.chrome import CHROME_CLASSES
from caselight.ingest.lifting import MARK, Lifted
from caselight.ingest.lines import breaks_line
from caselight.ingest.tags import ATTRIBUTES, TAGS, NotPlainError, check_last_tag, known_tags
from caselight.remembering import Remembered

_PLAIN = re.compile(rf"(?ai)<(?:(?:div|ul|ol|li|span|table){ATTRIBUTES}|/(?:div|ul|ol|li|span|table|tr|td) *|tr|td)>")
# In the attributes of a heading, of a label beside its value, of machinery.
_MATTERS = re.compile(rf"(?i)title|casenumber|case-num|name-instanse|left|right|{'|'.join(CHROME_CLASSES)}")
_TAG = re.compile(r"<(/?\w*)[^>]*>")
# A letter for each element, small for its end tag. List items stand in lists alone: elsewhere one might end another.
_LETTERS = {"div": "V", "ul": "U", "ol": "O", "li": "L", "span": "S", "table": "T", "tr": "R", "td": "D"}
_LETTERS |= {f"/{name}": letter.lower() for name, letter in _LETTERS.items()}
_FIRST, _ITEM, _LISTS, _TABLES = "V", "L", "UO", "TRD"
# What is left of the pages of a court is often the same to the letter.
_REMEMBERED_PAGES, _REMEMBERED_CHARACTERS = 200, 4_000
_WHITE = re.compile(r"[\t\r\n\x0c]")


def first_block(lifted: Lifted) -> str:
    """The text of the first block of a page that acts and tables were lifted out of, with their marks.

    Raises:
        NotPlainError: there is more to it than blocks in blocks, or something was lifted from elsewhere.
    """
    text, acts, tables = _first_blocks[lifted.rest]
    if acts != len(lifted.acts) or tables != len(lifted.tables):
        raise NotPlainError
    return text


def _first_block(rest: str) -> tuple[str, int, int]:
    """The text of the first block, and how many acts and tables were lifted from it."""
    done = 0
    check_last_tag(rest)
    texts: list[str] = []
    letters, open_elements = "", ""
    for found in TAGS.finditer(rest):
        line, structure = _known[found[1]]
        texts.append(_WHITE.sub(" ", rest[done : found.start()]))
        for letter in structure:
            if not open_elements and letter != _FIRST:
                raise NotPlainError
            if letter.isupper():
                if letter == _ITEM and open_elements[-1] not in _LISTS:
                    raise NotPlainError
                open_elements += letter
            elif open_elements[-1].lower() == letter:
                open_elements = open_elements[:-1]
            else:
                raise NotPlainError
            letters += letter
            if not open_elements:
                return _checked("".join(texts), letters, rest)
        texts.append(line)
        done = found.end()
    raise NotPlainError


def _checked(text: str, letters: str, rest: str) -> tuple[str, int, int]:
    """The text, with its acts and tables, if these are all of the page's acts and tables and have all the marks."""
    acts, tables = rest.count("cont_doc") + rest.count("tab_content_Doc"), letters.count(_TABLES[0])
    if text.count(MARK) != 2 * (acts + tables) or any(letters.count(letter) != tables for letter in _TABLES):
        raise NotPlainError
    if "&" in rest or "&" in text:
        raise NotPlainError
    return text, acts, tables


def _read(tags: str) -> tuple[str, str]:
    """What these tags are in the text, and a letter for each; "?" for those that are not plain."""
    letters = []
    for tag in _TAG.finditer(tags):
        plain = _PLAIN.fullmatch(tag[0]) and not _MATTERS.search(tag[0])
        letters.append(_LETTERS[tag[1].lower()] if plain else "?")
    return "\n" if breaks_line(tags) else " " if "> " in tags else "", "".join(letters)


_known = known_tags(_read)
_first_blocks = Remembered(_first_block, _REMEMBERED_PAGES, _REMEMBERED_CHARACTERS)
