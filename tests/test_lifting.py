"""What is read of a page by its tags alone is what the parser reads of it; what is not plain is left to the parser."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caselight.ingest.blocks import first_block
from caselight.ingest.content import Content, UnreadableError
from caselight.ingest.html import read_html
from caselight.ingest.lifting import MARK, lift
from caselight.ingest.lines import with_lines
from caselight.ingest.tags import NotPlainError

ANCHOR = '<div id="content">'
ACT = '<div id="cont_doc1"><p>Суд решил</p></div>'
LONG = "Строка, в которой больше восьмидесяти знаков, и потому её хранят как прозу, а не как значение."


def outcome(page: str) -> Content | str:
    """What becomes of a page."""
    try:
        return read_html(f"<html>{page}".encode())
    except UnreadableError as error:
        return error.reason


def parsed(page: str) -> Content | str:
    """What becomes of it where nothing may be lifted out of it, because the sign of marks stands in a comment."""
    return outcome(page.replace(ANCHOR, f"{ANCHOR}<!--{MARK}-->", 1))


def inside(act: str) -> list[str]:
    """The acts that are lifted out of a page with such an act."""
    return list(lift(f'{ANCHOR}<div id="cont_doc1">{act}</div></div>').acts.values())


def rows(table: str) -> list[list[list[str]]]:
    """The rows of tables that are lifted out of a page with such a table."""
    return list(lift(f"{ANCHOR}<table>{table}</table>{ACT}</div>").tables.values())


@pytest.mark.parametrize(
    ("act", "text"),
    [
        ("<p>Суд<p>решил", "Суд\nрешил"),
        ('<P style="TEXT-ALIGN: center"><B>РЕШИЛ:</B></P>', "РЕШИЛ:"),
        ("Суд<br/>решил <b>взыскать </b><i>штраф</i>", "Суд\nрешил взыскать штраф"),
        ("<b>Суд</p><p>решил</b>", "Суд\nрешил"),  # bold goes on in the next paragraph, and ends there
        ("<html><body><span>Суд&nbsp;решил</span></body></html>", "Суд\xa0решил"),
        ("\r\n<title></title><meta content='x'>&laquo;Суд&raquo; &amp;lt;", "«Суд» &lt;"),
        ("5 > 3", "5 > 3"),
    ],
)
def test_plain_acts_are_lifted(act: str, text: str) -> None:
    assert inside(act) == [text]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("", "there is nothing to lift"),
        ("&nbsp; <p>", "nor here"),
        ("<b>Суд", "bold letters go on behind the act"),
        ("<b><i>Суд</b></i>", "tags cross"),
        ("<p hidden>Суд", "a reader does not see it"),
        ('<span style="display:none">Суд</span>', "nor this"),
        ('<p style="FONT-SIZE: 0px">Суд', "nor this"),
        ('<p class="hint">Суд', "machinery of the page"),
        ('<p id="cont_doc2">Суд', "an act in an act"),
        ("<div>Суд", "blocks end at other places than paragraphs"),
        ("<table><tr><td>Суд</table>", "a table"),
        ("<!-- Суд -->", "a comment"),
        ("<script>Суд</script>", "a script"),
        ("Суд &copy; &nb</b>sp;", "a reference that is not a common one, and none at all"),
        ("Суд &nb<p>sp;", "a tag in a reference"),
        ("Суд <b", "a tag that has no end"),
        ('<p title="a > b">Суд', "a sign that ends most tags, in a tag"),
        ('<p title="&quot;">Суд', "a reference in a tag"),
        ("<\u017fpan>Суд</\u017fpan>", "a long s, which is a small letter of S to Python alone"),
    ],
)
def test_other_acts_are_not(act: str, reason: str) -> None:
    assert inside(act) == [], reason


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("<tr><td>Судья</td><td>Петров</td></tr>", [["Судья", "Петров"]]),
        ("<tr><td></td><td>&nbsp;</td></tr>", [["", "\xa0"]]),
        ("<tr><td> <b>Судья</b></td><td>a<br>b</td></tr>", [["\x1e Судья", "a\nb"]]),
        ("<thead><tr><th>Дата</th></tr></thead><tbody><tr><td>1</td></tr></tbody>", [["\x1eДата"], ["1"]]),
    ],
)
def test_plain_tables_are_lifted(table: str, cells: list[list[str]]) -> None:
    assert rows(table) == [cells]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("<td>Судья</td>", "a cell in no row"),
        ("<tr><td>Судья<td>Петров</tr>", "cells without end"),
        ("<tr>Судья<td></td></tr>", "text that is moved out of the table"),
        ("<tr><td>Судья</td>\xa0</tr>", "this is text too"),
        ("x<tr><td>Судья</td></tr>", "and this"),
        ("<tr><td>&nbsp;<b>Судья</b></td></tr>", "white space before what may be a heading"),
        ("<tr><td><b>Судья</i></td></tr>", "tags that do not belong together"),
        ("<thead><tr><td>Дата</td></tr></thead><tr><td>1</td></tr>", "headings by their place"),
        ('<tr><td><span class="tooltip">?</span></td></tr>', "machinery"),
        ('<tr class="title"><td>Судья</td></tr>', "a heading of the page"),
        ("<tr><td><table><tr><td>x</td></tr></table></td></tr>", "a table in a table"),
    ],
)
def test_other_tables_are_not(table: str, reason: str) -> None:
    inner = [[["x"]]] if "<table" in table else []
    assert rows(table) == inner, reason


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        (f"<ul><li>Дело</li> <li>Акты</li></ul>{ACT}</div><p>footer", "\nДело\nАкты\n\x800\x80"),
        (f"<span>Суд</span> <span>актов</span>{ACT}</div>", "\nСуд актов\n\x800\x80"),
    ],
)
def test_blocks_in_blocks_need_no_parser(rest: str, text: str) -> None:
    assert first_block(lift(ANCHOR + rest)) == text


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (f"{ACT}", "the block has no end"),
        (f"</div>{ACT}", "the act is not in the first block"),
        (f"{ACT}</div><p id=cont_doc2>x</p>", "another act behind it"),
        (f'{ACT}</div><p id="&#99;ont_doc2">x</p>', "perhaps another act behind it"),
        (f"<p>Суд</p>{ACT}</div>", "a paragraph, which other tags may end"),
        (f"<div><span></div></span>{ACT}</div>", "tags cross"),
        (f"<div><li>a</li></div>{ACT}</div>", "an item that is in no list may end another"),
        (f'<div class="title">Дело</div>{ACT}</div>', "a heading"),
        (f"<table><tr><td>a<td>b</table>{ACT}</div>", "a table that is not plain"),
        (f"<!-- --->{ACT}</div>", "a comment"),
    ],
)
def test_anything_else_does(rest: str, reason: str) -> None:
    lifted = lift(ANCHOR + rest)
    assert lifted.acts, reason
    with pytest.raises(NotPlainError):
        first_block(lifted)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(f"{ACT}{'<' * 400_000}", id="tags without end behind the act"),
        pytest.param(f'<div id="cont_doc1">{"<" * 400_000}</div>', id="and in it"),
        pytest.param(
            f'<div id="cont_doc1">{"<b>" * 60_000}{"</b>" * 60_000}</div>', id="letters that are bold very often"
        ),
        pytest.param('<div id="cont_doc1"' * 40_000, id="acts without end"),
        pytest.param('<div id="cont_doc1">' * 3_000 + "Суд " * 100_000 + "</div>", id="acts in acts"),
        pytest.param(' id="cont_doc1"' * 40_000 + ACT, id="names of acts in no tag"),
        pytest.param(f'<div id="cont_doc1"{" a" * 200_000}b<></div>', id="attributes"),
        pytest.param("<table><tr><td>" * 40_000 + ACT, id="tables without end"),
    ],
)
def test_pages_made_to_take_long_do_not(act: str) -> None:
    begun = process_time()
    lift(f"<html>{ANCHOR}{act}</div>")
    assert process_time() - begun < 2, (
        "seconds; it takes a tenth of one, where it grows with the square it takes minutes"
    )


def test_preformatted_parts_without_end_take_no_longer_than_others() -> None:
    begun = process_time()
    assert with_lines(b"<pre>\n" * 20_000) == b"\n<pre> " * 20_000
    assert process_time() - begun < 2, "seconds; it takes a hundredth of one"
    assert with_lines(b"<pre>a\nb</PRE>c\nd<pre>e\nf") == b"\n<pre>a\n<br>b\n</PRE>c d\n<pre>e f"


WORDS = (
    "Суд",
    "решил ",
    "&nbsp;",
    "&lt;",
    "  ",
    "\n",
    "№ 5-1/2022",
    "Судья",
    LONG,
    "<br>",
    "<b>Петров</b>",
    "<i>штраф</i>",
)
# What a page may set as a trap: openings whose ends may stand in an act, and signs that are ours.
TRAPS = (
    *(
        "<b>",
        "</b>",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<span>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "</td>",
        "<li>",
    ),
    *("<!--", "-->", "<script>", "</script>", "<textarea>", "</textarea>", "<select>", "<option>", "<button>", "<svg>"),
    *("<template>", "</template>", "<title>", "<xmp>", "</xmp>", "<h3>", "<form>", "<pre>", "<a title='", '<a title="'),
    *("'", '"', "<", ">", "&", "&nb", "sp;", "&#128;", "&#x80;0&#x80;", MARK, "\x1d", "\x1e", "\x1f", "\x0e", "\x00"),
    *("<div id='cont_doc3'>", "<div class=title>", "<div class=left>a</div><div class=right>b</div>", "<body id=x>"),
    *("captcha", "по запросу ничего не найдено", "<plaintext>", "<b><b><b><b>", "<font color=red>", "<p hidden>"),
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Pages of cases with up to three traps anywhere."""
    words = st.lists(st.sampled_from(WORDS), max_size=3).map("".join)
    cells = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(("td", "td", "th")), words)
    row = st.lists(cells, min_size=1, max_size=3).map("".join).map("<tr>{}</tr>".format)
    table = st.lists(row, min_size=1, max_size=3).map("".join).map("<div><table>{}</table></div>".format)
    paragraph = st.builds(
        "<p {}>{}{}".format, st.sampled_from(("", "align=center")), words, st.sampled_from(("", "</p>"))
    )
    act = st.lists(paragraph, max_size=4).map("".join).map('<div id="cont_doc1">{}</div>'.format)
    lists = st.lists(words, max_size=2).map(
        lambda items: "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    )
    parts = st.tuples(lists, st.lists(table, max_size=2).map("".join), act, st.sampled_from(("", LONG)))
    body = "".join(draw(parts)) + "</div><div>footer</div>"
    for trap in draw(st.lists(st.sampled_from(TRAPS), max_size=3)):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + trap + body[at:]
    return f"<title>Суд</title>{ANCHOR}{body}"


CARD = "<table><tr><td>Судья</td><td>Петров</td></tr></table>"


@given(pages())
@example(f'{ANCHOR}<div class="title">Дело{CARD}</div>{ACT}</div>')  # a table in a heading
@example(f"{ANCHOR}{CARD}<!-- {ACT} --></div>")
@example(
    f"{ANCHOR}{CARD}<a title='<div id=\"cont_doc1\">' x=<p>{LONG}</p></div></div>"
)  # no act: an attribute ends in it
@example(f"{ANCHOR}{CARD}<a title='<table><tr><td>' x=</td><td>{LONG}</td></tr></table><b y='>{ACT}</div>")  # no table
@example(f"{ANCHOR}<table><tr><td>по запросу ничего не найдено</td></tr></table>{ACT}</div>")  # words in a lifted table
@example(f'{ANCHOR}{CARD}<pre><div id="cont_doc1"><p>Суд\nрешил</p></div></pre></div>')
@example(f'{ANCHOR}{CARD}<div id="cont_doc1"><p>Су\x00д</p></div></div>')
@example(f"{ANCHOR}<table><tr><td>{LONG}</td></tr><tr><td>a</td><td>b</td></tr></table>{ACT}</div>")
@example(f'{ANCHOR}{ACT}</div><div id="cont&lowbar;doc2"><p>Другой</p></div>')  # an act's name with a reference in it
@example(f"{ANCHOR}<table><thead <table><tr><td>A</td><td>B</td></tr><tr><td>1</td><td>2</td></tr></table>{ACT}</div>")
@example(f'{ANCHOR}<p<div id="cont_doc1">{LONG}<p>Б</div></div>')  # inside of another tag
@example(f'{"<div>" * 510}{CARD}{"</div>" * 510}{ANCHOR}<div id="cont_doc1"><p>{LONG}{"<p>x" * 2990}</div>')
def test_a_page_reads_the_same_with_and_without_lifting(page: str) -> None:
    assert outcome(page) == parsed(page)
