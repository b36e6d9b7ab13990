"""The quick way through a page: what the parser would give, without a tree, where the page's markup is tidy.

The tags of the block about the case are written as a string of one letter each ("TRCcCcrt" is a table with one row of
two cells), so that regular expressions over that string check how the page is built and find its rows and acts.
Everything that a parser would have to mend, move or decode in an unusual way is refused, and the page is then parsed.
"""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from html.entities import html5

from caselight.ingest.card import TITLE, Card, Table, add_cells, one_line

ACT_IDS = ("cont_doc", "tab_content_Doc")  # how the id of an act's block begins
# What in an element's style hides it from a reader of the page ("font-size:0.9em" does not).
HIDES = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0+(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!]|$)"
)
# Tags that begin or end a line, by their first two letters, which is much faster than by their names: td tr th table
# div dl dd li ul ol br blockquote h1-h6 hr body; p pre; center caption; section; article; form footer; main; and their
# ends. It must not catch b i u s a em span font sub sup; it does catch the rare label and big, which costs a line end.
BLOCK_TAG = re.compile(
    r"<(?=[tTdDlLhHbBoOuU][dDrRhHaAiIlL1-6]|/[pPdDtThHlLcC]|[pP][ >rR/]|[cC][eEaA]|[sS][eE]"
    r"|[aA][rR]|[fF][oO][oOrR]|[mM][aA][iI])"
)
_BLOCKS = {
    "div": "Dd", "ul": "Ll", "ol": "Oo", "li": "Ii", "center": "Gg", "blockquote": "Kk", "h1": "1!", "h3": "3#",
    "table": "Tt", "tbody": "Bb", "thead": "Ee", "tr": "Rr", "td": "Cc", "th": "Hh",
}  # fmt: skip
# The letters of an element's opening and closing tag. "." and "," are what stands in lines and paragraphs and neither
# opens nor closes blocks; " " is ignored by parsers inside a block; "X" is not tidy, as is any tag not listed.
_LETTERS = {
    **dict.fromkeys(("span", "font", "i", "u", "em", "s", "strike", "small", "big", "sup", "sub"), (".", ",")),
    **dict.fromkeys(("a", "nobr", "p", "o:p"), (".", ",")),
    **dict.fromkeys(("b", "strong"), ("S", ",")),
    **dict.fromkeys(("br", "img", "hr", "wbr", "input"), (".", "X")),
    **dict.fromkeys(("html", "body"), (" ", " ")),
    **dict.fromkeys(("meta", "link"), (" ", "X")),
    **{name: (pair[0], pair[1]) for name, pair in _BLOCKS.items()},
}
_ACT, _HIDDEN_BLOCK, _UNTIDY = "A", "Q", "X"  # kinds of div, and what ends the quick way
_OPENED_BY = {"d": "DAQ", "l": "L", "o": "O", "i": "I", "g": "G", "k": "K", "!": "1", "#": "3", "t": "T"}
_BLOCK = re.compile(r"[DAQdLlOoIiGgKk1!3#TtX]")
_IN_LINE = r"(?:[S.][S.,]*)?"  # a cell or a heading may not begin with a closing tag
_CARD_PART = re.compile(rf"T(?:[BbEe]|R(?:C{_IN_LINE}c|H{_IN_LINE}h)*r)*t|3{_IN_LINE}#|1{_IN_LINE}!|[TtBbEeRrCcHh]")
_TABLE_PART = re.compile(rf"[BE]|e|R(?:[CH]{_IN_LINE}[ch])*r")
_CELL = re.compile(r"[CH][S.,]*[ch]")
_TAG = re.compile(r"<([^<>]*)>")
_WELL_FORMED = re.compile(
    r"""(/?)([a-zA-Z][a-zA-Z0-9:]*)((?: +[a-zA-Z][a-zA-Z0-9_:.-]*(?: *= *(?:"[^"]*"|'[^']*'|[^ "'=`]+))?)*) */?"""
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z][a-zA-Z0-9_:.-]*)(?: *= *("[^"]*"|'[^']*'|[^ "'=`]+))?""")
# Numbers below 160 and above 9999 have cases of which parsers differ.
_ENTITY = re.compile(r"&(?:([a-zA-Z][a-zA-Z0-9]{1,15};)|#(?:1[6-9]\d|[2-9]\d\d|[1-9]\d{3});)")
# Elements of these classes are cut, or read in ways of their own.
_SPECIAL_CLASSES = {"hint", "tooltip", "tooltipshow", "mobile-lawcase-item", "printversionbody"} | {
    "casenumber", "case-num", "title", "name-instanse", "left", "right"
}  # fmt: skip
KNOWN_TAGS = 4_096  # remembered; pages of one site have some hundreds, and no page may fill the memory
_known: dict[str, tuple[str, str]] = {}


def read_tidy(part: str, title: str) -> tuple[Card, list[str]] | None:
    """The card and the raw texts of the acts, a line for each of their paragraphs; None where the page needs parsing.

    Args:
        part: the page from the block about the case on, without line feeds.
        title: of the page, the first line of the card.
    """
    if not any(name in part for name in ACT_IDS):
        return None
    pieces = _TAG.split(part)
    tags = pieces[1::2]
    if len(_known) > KNOWN_TAGS:
        _known.clear()
    for tag in set(tags).difference(_known):
        _known[tag] = _known_as(tag)
    known = [_known[tag] for tag in tags]
    letters = "".join([letter for letter, _ in known])
    found = _find_blocks(letters)
    if found is None:
        return None
    end, acts = found
    if not _is_plain(pieces[: 2 * end + 1 : 2]) or any(
        name in text for name in ACT_IDS for text in pieces[2 * end + 2 :]
    ):
        return None
    pieces[1::2] = [line_end for _, line_end in known]
    for begin, finish in acts:
        letters = letters[:begin] + " " * (finish + 1 - begin) + letters[finish + 1 :]
    card = Card(0)
    card.add(TITLE, title)
    if not _read_card(letters[:end], pieces, card):
        return None
    return card, [_unescaped("".join(pieces[2 * begin + 2 : 2 * finish + 1])) for begin, finish in acts]


def _known_as(tag: str) -> tuple[str, str]:
    """A tag's letter, and the line feed that it begins or ends a line with, if it does."""
    return _letter(tag), "\n" if BLOCK_TAG.match(f"<{tag}>") else ""


def _letter(tag: str) -> str:
    found = _WELL_FORMED.fullmatch(tag)
    if found is None:
        return _UNTIDY
    closing, name, rest = found[1], found[2].lower(), found[3]
    opened, closed = _LETTERS.get(name, (_UNTIDY, _UNTIDY))
    if closing or not rest:
        return closed if closing else opened
    attributes: dict[str, str] = {}
    for key, value in _ATTRIBUTE.findall(rest):
        attributes.setdefault(key.lower(), value.strip("\"'"))
    identity, style = attributes.get("id", ""), attributes.get("style", "")
    classes = attributes.get("class", "").lower()
    if "&" in identity + style + classes or not _SPECIAL_CLASSES.isdisjoint(classes.split()):
        return _UNTIDY
    if identity.lower().startswith(tuple(name.lower() for name in ACT_IDS)):
        return _ACT if opened == "D" and identity.startswith(ACT_IDS) else _UNTIDY
    if "hidden" in attributes or HIDES.search(style):
        return _HIDDEN_BLOCK if opened == "D" else _UNTIDY
    return opened


def _find_blocks(letters: str) -> tuple[int, list[tuple[int, int]]] | None:
    """Where the first block ends, and the acts in it, as numbers of tags; None if its blocks are not well nested.

    A hidden block, a table or another act inside of an act is left to the parser.
    """
    stack: list[tuple[str, int]] = []
    acts: list[tuple[int, int]] = []
    inside = False
    for found in _BLOCK.finditer(letters):
        letter = found[0]
        openers = _OPENED_BY.get(letter)
        if openers is None:
            if letter == _UNTIDY or (inside and letter in "AQT") or not (stack or letter in "DQ"):
                return None
            inside = inside or letter == _ACT
            stack.append((letter, found.start()))
        else:
            opener, begin = stack.pop() if stack else ("", 0)
            if opener not in openers or not opener:
                return None
            if opener == _ACT:
                acts.append((begin, found.start()))
                inside = False
            if not stack:
                return found.start(), acts
    return None


def _is_plain(texts: list[str]) -> bool:
    """Whether between the tags there are only letters and entities that every parser reads alike."""
    if texts[0]:
        return False
    text = "\n".join(texts)
    if "<" in text or ">" in text or "\x00" in text:
        return False
    ampersands = text.count("&")
    if not ampersands or text.count("&nbsp;") == ampersands:
        return True
    names = _ENTITY.findall(text)
    return len(names) == ampersands and all(not name or name in html5 for name in names)


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0")  # nearly all there are
    return unescape(text) if "&" in text else text


def _read_card(letters: str, pieces: list[str], card: Card) -> bool:
    """Every table row and heading; False where they are not plain, or none of them is a label with its value."""
    title, pairs = "", False
    for found in _CARD_PART.finditer(letters):
        begin, end = found.span()
        first = letters[begin]
        if end - begin == 1:
            return False
        if first == "T":
            table = _read_table(letters, (begin, end), pieces, card, title)
            if table is not None:
                title, pairs = "", pairs or table.pairs
        else:
            heading = _value(pieces, begin, end - 1)
            if first == "3":
                title = heading
            else:
                card.add_heading(heading)
    return pairs


def _read_table(letters: str, span: tuple[int, int], pieces: list[str], card: Card, title: str) -> Table | None:
    """The rows of one table, added to the card; None if it has no rows."""
    table, in_head = None, False
    for part in _TABLE_PART.finditer(letters, *span):
        begin, end = part.span()
        if letters[begin] != "R":
            in_head = letters[begin] == "E"
            continue
        table = table or Table(title)
        cells = [cell.span() for cell in _CELL.finditer(letters, begin, end)]
        values = [_value(pieces, first, last - 1) for first, last in cells]
        add_cells(values, table, card, partial(_headed, letters, pieces, cells, in_head))
    return table


def _headed(letters: str, pieces: list[str], cells: list[tuple[int, int]], in_head: bool) -> bool:
    """Whether the first and the last cell of a row are headings of columns or bold from their first character."""
    return in_head or all(
        letters[cell] == "H" or (letters[cell + 1] == "S" and not _unescaped(pieces[2 * cell + 2]).strip())
        for cell in (cells[-1][0], cells[0][0])
    )


def _value(pieces: list[str], begin: int, finish: int) -> str:
    """The text between two tags on one line."""
    text = pieces[2 * begin + 2] if finish == begin + 1 else "".join(pieces[2 * begin + 2 : 2 * finish + 1])
    return one_line(_unescaped(text))
