"""Pages of courts, and any other HTML: the page's chrome is cut, its case card becomes fields, its act becomes text.

How it stays fast: all line structure is put into the bytes before parsing (a line feed before every block tag, while
the source's own white space has become blanks), so that the text of a whole act is a single call into the parser.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from caselight.ingest.blocks import first_block
from caselight.ingest.card import TITLE, Card, one_line, read_card, read_tables
from caselight.ingest.charset import BYTE_ORDER_MARKS, decode, plainly
from caselight.ingest.chrome import HIDDEN, HIDES, OUTER_CHROME, cut_chrome
from caselight.ingest.content import Content, UnreadableError, Writer
from caselight.ingest.lifting import MARK, Lifted, lift
from caselight.ingest.lines import PROSE_LINE, has_preformatted, with_lines, without_empty
from caselight.ingest.nesting import flattened
from caselight.ingest.nodes import find
from caselight.ingest.tags import NotPlainError
from caselight.types import RegionKind, State

# Where the part about the case begins on pages of courts; everything before is menus. In the order in which they are
# looked for, inner blocks first. A page that has none of them is read whole.
ANCHORS = (
    (b"case_window", b"id="),  # regional courts
    (b"content", b"id="),  # district courts, and Moscow until 2022
    (b"modSdpContent", b"id="),  # district courts where the inner block is missing
    (b"case-detail", b"class="),  # Moscow
    (b"cardsud_wrapper", b"class="),
)
_WINDOW = 8  # bytes before a value: an attribute's name and the quotes before its value, however many
_FIRST_BYTES = 1_024  # of a page hold its head's first tags: cheap to look at before all of it is
_ANCHORS = tuple(
    (value, re.compile(rb"%b[\"']{0,%d}%b[\"'= >]" % (attribute, _WINDOW - len(attribute), value)))
    for value, attribute in ANCHORS
)
ACTS = "[id^=cont_doc], [id^=tab_content_Doc]"  # one block for each act of the case
_OPEN, _CLOSE = "\x0e", "\x0f"  # around hidden text between parsing and writing
HEAD_BYTES = 4_096  # a declared encoding stands within
MIN_PROSE = 600  # characters in such lines; the shortest real act has 1,800, the wordiest card without an act 400
MAIN_SHARE = 0.8  # of the page's prose: the innermost block that holds as much is the act
MENU_SHARE = 0.8  # of a list's characters inside links: the list is a menu
# Pages that hold no record, by their words: looked for only where a page has neither a card nor prose.
NO_RECORD = (
    (
        re.compile(r"(?i)captcha|код с (?:картинки|изображения)|(?:проверочный|контрольный) код|не робот|not a robot"),
        "the page asks for a code from a picture instead of showing a record; open it in a browser and save it again",
    ),
    (
        re.compile(r"(?i)временно недоступ|temporarily unavailable|ошибка (?:сервера|404|50\d)|not found|bad gateway"),
        "the page says that the information is not available; download it again later",
    ),
)
LISTING = re.compile(r"(?i)по запросу (?:ничего не )?найдено|результаты? поиска|найдено (?:дел|записей)|search results")


def read_html(untrusted: bytes) -> Content:
    """The card (CARD regions and fields) and the act (ACT regions) of a page; a page without a card is all ACT."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if untrusted.startswith(mark):
            untrusted = untrusted[len(mark) :].decode(encoding, "replace").encode("utf-8", "replace")
            break
    start = _anchor(untrusted)
    content = _read(untrusted, start) if start else None
    if content is None:
        content = _read(untrusted, 0)
    if content is None:
        raise UnreadableError(State.SUSPECT_EMPTY, "the page has no text; open it in a browser and save it again")
    return content


def _anchor(page: bytes) -> int:
    """Where the block about the case begins, 0 if the page has none of the known ones."""
    for value, attribute in _ANCHORS:
        # "content" stands in the head of nearly every page; from behind, Python looks two to three times as fast.
        if page.find(value, 0, _FIRST_BYTES) < 0 and page.rfind(value) < 0:
            continue
        for found in attribute.finditer(page):
            if found.end() > _WINDOW + len(value):
                return max(0, page.rfind(b"<", 0, found.start()))
    return 0


class _MisplacedError(Exception):
    """What was lifted out of the page does not stand where it seemed to stand."""


def _read(page: bytes, start: int) -> Content | None:
    """The content of the page from byte `start` on; None if that part holds nothing about a case."""
    part = page[start:]
    text, encoding = plainly(part)
    if start and text and b"\x00" not in part:
        lifted = lift(text)
        if lifted.acts:
            try:
                return _read_lifted(lifted, _card(page, encoding))
            except _MisplacedError:
                pass
    part = with_lines(part)
    if encoding != "utf-8":
        text, encoding = (part.decode(encoding, "replace"), encoding) if encoding else decode(part, page[:HEAD_BYTES])
        part = text.encode("utf-8", "replace")
    return _content(LexborHTMLParser(flattened(part)).body, _card(page, encoding), not start, Lifted(""))


def _read_lifted(lifted: Lifted, card: Card) -> Content | None:
    try:
        rest = first_block(lifted)
    except NotPlainError:
        part = lifted.rest.encode()
        if has_preformatted(part):  # line feeds are line ends in it
            raise _MisplacedError from None
        return _content(LexborHTMLParser(with_lines(part)).body, card, False, lifted)
    read_tables(lifted.tables.values(), card)
    texts = list(lifted.acts.values())
    _refuse_empty(rest, texts, card, False, lifted)
    _keep_prose(rest, card, lifted)
    return _written(card, texts)


def _card(page: bytes, encoding: str) -> Card:
    """A card that holds the page's title."""
    card = Card(0)
    card.add(TITLE, one_line(unescape(_title(page).decode(encoding, "replace"))))
    return card


def _content(body: Any, card: Card, whole: bool, lifted: Lifted) -> Content | None:
    """The content of a parsed page.

    Raises:
        _MisplacedError: a mark of something lifted stands elsewhere than in an act's block or a table of the card.
    """
    if body is None:
        return None
    # After an anchor the first element is the block about the case; what follows it are footers.
    scope = body if whole or body.first_child is None else body.first_child
    cut_chrome(body)
    acts = find(ACTS, body)
    plain = _plain_acts(acts, lifted)
    acts = acts or _find_acts(scope, card, whole)
    _mark_hidden([act for act in acts if act.mem_id not in plain])
    texts = [text for text in [plain.get(act.mem_id) or _act_text(act) for act in acts] if text]
    apart = all(act.mem_id != scope.mem_id for act in acts)
    if apart:
        for act in acts:
            act.decompose()
        read = read_card(scope, card, lifted.tables)
        if lifted.tables and (read != len(lifted.tables) or card.holds(MARK)):
            raise _MisplacedError
    elif plain:
        raise _MisplacedError
    rest = scope.text_lexbor()
    _refuse_empty(rest, texts, card, whole, lifted)
    if not texts and all(known.label == TITLE for known in card.fields):
        return None
    if apart:
        _keep_prose(rest, card, lifted)
    return _written(card, texts)


def _written(card: Card, texts: list[str]) -> Content:
    writer = Writer()
    card.write(writer)
    for text in texts:
        _write_act(text, writer)
    return writer.content()


def _plain_acts(acts: list[Any], lifted: Lifted) -> dict[int, str]:
    """The texts of acts that were lifted out of the page, by their blocks."""
    if not lifted.acts:
        return {}
    # A mark has to be all of its block's text; the block's own end tag begins a line.
    marked = [(act.mem_id, text.rstrip("\n")) for act in acts if MARK in (text := act.text_lexbor())]
    if sorted(mark for _, mark in marked) != sorted(lifted.acts):
        raise _MisplacedError
    return {block: lifted.acts[mark] for block, mark in marked}


def _keep_prose(rest: str, card: Card, lifted: Lifted) -> None:
    """Long lines that stand in none of the card's tables: not coded, but not lost either."""
    lines = rest.split("\n")
    if card.has_prose:
        lines = [told for line in lines for told in lifted.lines(line)]
    long = [one_line(line) for line in lines if len(line) >= PROSE_LINE]
    written = "".join(card.lines) if long else ""
    for line in long:
        if len(line) >= PROSE_LINE and line not in written:
            card.add("", line)


def _title(page: bytes) -> bytes:
    """The page's title, empty if it has none; a title that a script writes is not taken."""
    found = page.find(b"<title")
    if found < 0:
        found = page.find(b"<TITLE")
    if found < 0 or page.rfind(b"<script", 0, found) > page.rfind(b"</script", 0, found):
        return b""
    start = page.find(b">", found, found + 200) + 1
    return page[start : page.find(b"<", start)] if start else b""


def _act_text(node: Any) -> str:
    """The block's text, a line for each of its paragraphs."""
    return without_empty(node.text_lexbor())


def _write_act(text: str, writer: Writer) -> None:
    if writer.length:
        writer.add("\n")
    if _OPEN not in text and _CLOSE not in text:
        writer.add(text, RegionKind.ACT)
    else:
        depth = 0
        for piece in re.split(f"([{_OPEN}{_CLOSE}])", text):
            if piece == _OPEN:
                depth += 1
            elif piece == _CLOSE:
                depth = max(0, depth - 1)
            else:
                writer.add(piece, RegionKind.HIDDEN if depth else RegionKind.ACT)
    writer.add("\n")


def _mark_hidden(acts: list[Any]) -> None:
    """Signs around text that a reader of the page does not see. A block with most of the act is a tab, not hidden."""
    for act in acts:
        hidden = find(HIDDEN, act)
        most = len(act.text_lexbor()) / 2 if hidden else 0
        for node in hidden:
            if not HIDES.search(node.attributes.get("style") or "display:none"):
                continue
            if node.mem_id != act.mem_id and len(node.text_lexbor()) < most:
                node.insert_before(_OPEN)
                node.insert_after(_CLOSE)


def _prose(node: Any) -> int:
    """Characters of a block that stand in long lines."""
    return sum(len(line) for line in _act_text(node).split("\n") if len(line) >= PROSE_LINE)


def _children(node: Any) -> list[Any]:
    found, child = [], node.first_child
    while child is not None:
        if not child.tag.startswith("-"):
            found.append(child)
        child = child.next
    return found


def _find_acts(scope: Any, card: Card, whole: bool) -> list[Any]:
    """The act where no known block holds it: the innermost block with nearly all of the page's prose.

    A page without a case card is an act as a whole. Tables before its first and behind its last paragraph belong to
    the card: they are written there and cut from the block.
    """
    if whole:
        for node in find(OUTER_CHROME, scope):
            node.decompose()
        _cut_menus(scope)
    total = _prose(scope)
    if whole and scope.css_first("tr") is None:
        return [scope]
    if total < MIN_PROSE:
        return []
    node = scope
    while True:
        inner = [child for child in _children(node) if _prose(child) >= MAIN_SHARE * total]
        if not inner or inner[0].tag == "p":
            break
        node = inner[0]
    for table in _outer_tables(node):
        read_card(table, card, {})
        table.decompose()
    return [node]


def _outer_tables(node: Any) -> list[Any]:
    children = _children(node)
    with_prose = [i for i, child in enumerate(children) if _prose(child)]
    if not with_prose:
        return []
    outside = children[: with_prose[0]] + children[with_prose[-1] + 1 :]
    tables = [table for child in outside for table in ([child] if child.tag == "table" else find("table", child))]
    return [table for table in tables if len(find("tr", table)) > 1]  # one row: date and town, side by side


def _cut_menus(scope: Any) -> None:
    for node in find("ul", scope):
        links = find("a", node)
        if len(links) > 2 and sum(len(a.text_lexbor()) for a in links) > MENU_SHARE * len(node.text_lexbor().strip()):
            node.decompose()


def _refuse_empty(rest: str, texts: list[str], card: Card, whole: bool, lifted: Lifted) -> None:
    """Nothing, unless the page is a search listing, a form or an excuse instead of a record.

    Raises:
        UnreadableError: it is one of those.
        _MisplacedError: it may be one of those, and its words are not all here.
    """
    if any(len(text) > MIN_PROSE for text in texts):
        return
    values = [field for field in card.fields if field.label != TITLE]
    if any(field.row < 0 for field in values):
        return
    if lifted.acts:
        raise _MisplacedError
    if LISTING.search(rest):
        reason = "the page is a list of search results, not a record; open the cases it names and save their pages"
        raise UnreadableError(State.UNSUPPORTED, reason)
    for pattern, reason in NO_RECORD:
        if whole and not values and pattern.search(rest):
            raise UnreadableError(State.SUSPECT_EMPTY, reason)
