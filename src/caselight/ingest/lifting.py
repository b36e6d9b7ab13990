"""Plain acts and tables, lifted out of a page before it is parsed: they are nine tenths of the page of a case, and a
parser makes an object of each of their tags only to say where a line or a cell ends.

Lifted is only what a parser is sure to read as these lines or cells and as nothing else:
- an act of running text, paragraphs and spans, line ends, and letters that are bold, slanted or underlined from a start
  tag to its end tag; nothing hidden;
- a table whose rows and cells all have their end tags, with text, line ends and such letters in the cells.
No references but the common ones. In its place stands a mark. Whoever parses the rest has to find each mark where its
act or table belongs; where one is not found, it stood in a comment, a script or the like, and nothing may be lifted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain

from caselight.ingest.chrome import CHROME_CLASSES
from caselight.ingest.lines import breaks_line, joined_lines
from caselight.ingest.nesting import FEW_TAGS
from caselight.ingest.tags import ATTRIBUTES, NOT_PLAIN, SHORTEST_TAG, NotPlainError, known_tags, read_tags

# Around the number of what was lifted. No page can write it as a reference: by the standard "&#128;" is the euro sign.
MARK = "\x80"
# Before a row, before a cell, before the text of a cell that heads a column. All are white space to Python.
_ROW, _CELL, HEADING = "\x1d", "\x1f", "\x1e"
_TAG_CHARACTERS = 400  # an act's start tag with more than that is for the parser
_IDS = ('id="cont_doc', 'id="tab_content_Doc')
# Its first id is the one that counts.
_NAMED = r""" +(?!id=)[a-z]+(?:-[a-z]+)*="[^"<>&]*\""""
_ACT = re.compile(rf"""<div(?:{_NAMED})* +id="(?:cont_doc|tab_content_Doc)[^"<>&]*"(?:{_NAMED})* *>""")
_TABLE = re.compile(rf"(?ai){ATTRIBUTES}>")  # of its start tag, what stands behind the name
# They stay open across paragraphs until they are closed, so they have to come in pairs.
_SHAPES = "b|strong|i|em|u|font"
_DEPTH_OF_SHAPES = 8  # "<b><i>" is 2; each more is another look at all of them
_SHAPE = re.compile(rf"(?ai)<(/?)({_SHAPES})[ >]")
_PAIR = re.compile(r"<(\w+)></\1>")
_OF_ACTS = re.compile(
    rf"(?ai)(?: *<(?:(?:p|span|{_SHAPES}){ATTRIBUTES}|(?:br|meta){ATTRIBUTES}/?|html|body|title> *</title"
    rf"|/(?:p|span|html|body|{_SHAPES}) *)>)*"
)
_OF_TABLES = re.compile(
    rf"(?ai)(?: *<(?:(?:tr|t[dh]|span|{_SHAPES}){ATTRIBUTES}|br{ATTRIBUTES}/?|tbody|thead"
    rf"|/(?:tr|t[dh]|tbody|thead|table|span|{_SHAPES}) *)>)*"
)
# In the attributes of an element that may be cut as machinery, taken for a block of its own, or hidden.
_WORDS = rf"cont(?:ent)?_doc|{'|'.join(CHROME_CLASSES)}"
_MATTERS_IN_ACTS = re.compile(rf"(?i)hidden|display|visibility|font-size\s*:\s*0|{_WORDS}")
_MATTERS_IN_TABLES = re.compile(rf"(?i)title|casenumber|case-num|name-instanse|{_WORDS}")
_TAG = re.compile(r"<(/?\w+)[^>]*>( *)")
# A letter for each tag of a table, small for its end; span and br are nothing.
_LETTERS = {"tr": "R", "td": "D", "th": "H", "thead": "T", "tbody": "G", "table": "E"}
_LETTERS |= {"b": "B", "strong": "S", "i": "I", "em": "M", "u": "U", "font": "F"}
_LETTERS |= {f"/{name}": letter.lower() for name, letter in _LETTERS.items()}
_SHAPED = re.compile("Bb|Ss|Ii|Mm|Uu|Ff")
_GRID = re.compile("(?:T(?:R(?:Hh)+r)+t)?(?:G(?:R(?:Dd|Hh)+r)+g|(?:R(?:Dd|Hh)+r)+)e")
_BETWEEN_CELLS = frozenset("RrdhTtGg")

Rows = list[list[str]]  # of a table: the texts of their cells


@dataclass(slots=True)
class Lifted:
    """What is left of a page, and what was lifted out of it, by the marks that stand in its place."""

    rest: str
    acts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Rows] = field(default_factory=dict)

    def lines(self, line: str) -> list[str]:
        """A line of the rest as a page that nothing was lifted out of has it: the lines of a table for its mark."""
        rows = self.tables.get(line)
        if rows is None:
            return [line]
        return "\n".join(cell.removeprefix(HEADING) for cell in chain.from_iterable(rows)).split("\n")


def lift(page: str) -> Lifted:
    """The page without the acts that are plain, and without the plain tables before the first of them.

    >>> lift('<div id="cont_doc1"><p>Суд<p>решил</div>...')
    Lifted(rest='<div id="cont_doc1">\x800\x80</div>...', acts={'\x800\x80': 'Суд\nрешил'}, tables={})
    """
    lifted = Lifted(page)
    starts = _starts(page)
    if not starts or MARK in page or _ROW in page or _CELL in page or HEADING in page:
        return lifted
    kept = _without_tables(page[: starts[0]], lifted)
    done = starts[0]
    for start, another in zip(starts, (*starts[1:], len(page)), strict=True):
        end = page.find("</div>", start, another)
        try:
            text = _act(page[start:end]) if end > 0 else ""
        except NotPlainError:
            continue
        if text:
            mark = _mark(lifted)
            lifted.acts[mark] = text
            kept += (page[done:start], mark)
            done = end
    kept.append(page[done:])
    lifted.rest = "".join(kept)
    # Of so many tags some may stand too deep: that is for whoever parses.
    if lifted.acts and (_most_tags(page, lifted) <= FEW_TAGS or page.count("<") <= FEW_TAGS):
        return lifted
    return Lifted(page)


def _most_tags(page: str, lifted: Lifted) -> int:
    """More tags than this the page has not: told without counting, for no two line ends of an act stand together."""
    return (len(page) - sum(map(len, lifted.acts.values())) // 2) // SHORTEST_TAG


def _mark(lifted: Lifted) -> str:
    return f"{MARK}{len(lifted.acts) + len(lifted.tables)}{MARK}"


def _starts(page: str) -> list[int]:
    """Where the insides of acts' blocks begin, in the order of the page."""
    found = []
    for name in _IDS:
        at = len(page)
        while (at := page.rfind(name, 0, at)) > 0:  # from behind, Python looks two to three times as fast
            end = page.find(">", at, at + _TAG_CHARACTERS) + 1
            start = page.rfind("<", max(0, at - _TAG_CHARACTERS), at)
            if 0 <= start < end and _act_starts[page[start:end]] and not _in_tag(page, start):
                found.append(end)
    return sorted(found)


def _in_tag(page: str, at: int) -> bool:
    """Whether another tag is still open there."""
    begin = max(0, at - _TAG_CHARACTERS)
    return page.rfind("<", begin, at) > page.rfind(">", begin, at)


def _without_tables(page: str, lifted: Lifted) -> list[str]:
    """The pieces of this page that stay when its plain tables are lifted."""
    kept = page.split("<table")
    for i, table in enumerate(kept[1:], 1):
        kept[i] = "<table" + table
        if _in_tag(kept[i - 1], len(kept[i - 1])):
            continue
        start = table.find(">") + 1
        end = table.find("</table>") + len("</table>")
        if end <= start or not _table_starts[table[:start]]:
            continue
        try:
            rows = _table(table[start:end])
        except NotPlainError:
            continue
        mark = _mark(lifted)
        lifted.tables[mark] = rows
        kept[i] = f"<table{table[:start]}<tr><td>{mark}</td></tr></table>{table[end:]}"
    return kept


def _act(source: str) -> str:
    pieces, shapes = read_tags(source, _acts_tags)
    if not _paired[shapes]:
        raise NotPlainError
    ends = pieces[1::2]
    # Where all tags end a line, what stands between two of them is one.
    return joined_lines(pieces[::2] if ends.count("\n") == len(ends) else "".join(pieces).split("\n"))


def _act_tags(tags: str) -> tuple[str, str]:
    if _OF_ACTS.fullmatch(tags) is None or _MATTERS_IN_ACTS.search(tags):
        return NOT_PLAIN
    shapes = "".join(f"<{end}{name.lower()}>" for end, name in _SHAPE.findall(tags))
    return "\n" if breaks_line(tags) else " " if "> " in tags else "", shapes


def _table(source: str) -> Rows:
    pieces, letters = read_tags(source.replace("&nbsp;", "\xa0"), _tables_tags)
    rows = "".join(pieces).split(_ROW)
    if rows[0].strip(" ") or not _grids[letters]:
        raise NotPlainError
    return [row.split(_CELL)[1:] for row in rows[1:]]


def _is_grid(letters: str) -> bool:
    return _GRID.fullmatch(_without_pairs(_SHAPED, letters)) is not None


def _without_pairs(pair: re.Pattern[str], tags: str) -> str:
    """The tags without those that are closed as they should be; some of them stay if they stand too deep."""
    for _ in range(_DEPTH_OF_SHAPES):
        tags, found = pair.subn("", tags)
        if not found:
            break
    return tags


def _table_tags(tags: str) -> tuple[str, str]:
    if _OF_TABLES.fullmatch(tags) is None or _MATTERS_IN_TABLES.search(tags):
        return NOT_PLAIN
    found = [(name.lower(), blanks) for name, blanks in _TAG.findall(tags)]
    bold = [name in ("b", "strong") for name, _ in found]
    if bold[0]:  # it may be the first of its cell, if what stands before it is but white space
        return NOT_PLAIN
    text, letters, inside = "", "", True
    for (name, blanks), before_bold in zip(found, (*bold[1:], False), strict=True):
        letter = _LETTERS.get(name, "")
        inside = letter in ("D", "H") or (inside and letter not in _BETWEEN_CELLS)
        letters += letter
        text += {"tr": _ROW, "td": _CELL, "th": _CELL, "br": "\n"}.get(name, "")
        text += HEADING if name == "th" or (name == "td" and before_bold) else ""
        text += blanks if inside else ""
    return (text, letters) if inside or letters.endswith("e") else NOT_PLAIN


_acts_tags, _tables_tags = known_tags(_act_tags), known_tags(_table_tags)
_act_starts = known_tags(lambda tag: _ACT.fullmatch(tag) is not None)
_table_starts = known_tags(lambda tag: _TABLE.fullmatch(tag) is not None)
_grids = known_tags(_is_grid)
_paired = known_tags(lambda shapes: not _without_pairs(_PAIR, shapes))
