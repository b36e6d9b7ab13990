"""Constructed records as the files people really have: a page of a court's site, a Word document, a PDF.

    python tests/rendering.py GOLD_DIR OUT_DIR txt|html|docx|pdf

writes OUT_DIR/NNN.FORMAT for every GOLD_DIR/NNN.txt. The same text gives the same bytes. The markup is our own, in the
manner of the sites of district courts: menus, tabs, a card, the act in a hidden tab, and a wrong declared encoding.
"""

from __future__ import annotations

import html
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

FORMATS = ("txt", "html", "docx", "pdf")
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
PAGE_WIDTH, PAGE_HEIGHT, MARGIN, LINE, SIZE = 595.0, 842.0, 64.0, 14.5, 11  # points; A4
EPOCH = (2024, 1, 1, 0, 0, 0)  # of every part of a document, or its bytes would tell the time
UID = re.compile(r"\b\d{2}(?:RS|MS|OS)\d{4}-\d{2}-\d{4}-\d{6}-\d{2}\b")
NUMBER = re.compile(r"(?m)^\s*[Дд]ело\s*№?\s*([\dА-Яа-я]+-\d[\w/.-]*)\s*$")

MENU = "".join(
    f'<li><a href="/modules.php?name={i}" title="{title}">{title}</a></li>'
    for i, title in enumerate(
        ("О суде", "Судебное делопроизводство", "Приём граждан", "Подать обращение", "Пресс-служба", "Вакансии") * 3
    )
)
PAGE = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251">
<title>Демонстрационный суд (страница построена для проверки)</title>
<style>.tabs li {{display: inline}} #tablcont td {{padding: 3px}}</style>
<script>function index(n) {{ document.write("<p>Проводилась видеозапись</p>"); }}</script></head><body>
<div class="header"><ul class="menu">{menu}</ul></div>
<div class="col_left"><div class="menu_vertical"><ul>{menu}</ul></div></div>
<div id="modSdpContent"><div id="content">
<div class="title">Производство по делам (построенная запись)</div>
<ul class="tabs"><li id="tab1">ДЕЛО</li><li id="tab2">ДВИЖЕНИЕ ДЕЛА</li><li id="tab3">СУДЕБНЫЕ АКТЫ</li></ul>
<div class="contentt">
<div id="cont1" style="display: block"><table id="tablcont"><tbody><tr><th colspan="2" align="center">ДЕЛО</th></tr>
{card}</tbody></table></div>
<div id="cont2" style="display: none"><table id="tablcont"><tbody><tr><th colspan="4">ДВИЖЕНИЕ ДЕЛА</th></tr>
<tr><td><b>Наименование события</b></td><td><b>Время</b></td><td><b>Место проведения</b></td>
<td><b>Проводилась видеозапись</b></td></tr>
<tr><td>Передача дела судье</td><td>09:15</td><td>&nbsp;</td><td></td></tr>
<tr><td>Рассмотрение дела по существу</td><td>10:30</td><td>зал 12</td><td>&nbsp;</td></tr></tbody></table></div>
<div id="cont3" style="display: none"><ul class="tabs"><li id="tab_doc1">Судебный акт #1</li></ul>
<div class="contentt"><div id="cont_doc1" style="display: block">
<meta content="text/html; charset=Windows-1251" http-equiv="Content-Type">
<span style="TEXT-ALIGN: justify">
{act}
</span></div></div></div></div></div></div>
<div class="footer"><a href="/">Карта сайта</a> Камера видеонаблюдения в зале ожидания работает круглосуточно</div>
</body></html>
"""


def render(text: str, format: str) -> bytes:
    """The text as a file of one of FORMATS; its characters survive as far as the format can keep them.

    HTML and PDF show runs of blanks as one; PDF has no no-break space.
    """
    return {"txt": str.encode, "html": _page, "docx": _document, "pdf": _print}[format](text)


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Blocks between empty lines, each with the lines it is made of."""
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        yield block.split("\n")


def _page(text: str) -> bytes:
    rows = [("Уникальный идентификатор дела", UID.search(text)), ("Номер дела", NUMBER.search(text))]
    card = "".join(
        f'<tr><td width="50%"><b>{label}</b></td><td><a href="#">{html.escape(found[found.re.groups])}</a></td></tr>\n'
        for label, found in rows
        if found
    )
    act = "\n".join(_html_paragraph(lines) for lines in _paragraphs(text))
    return PAGE.format(menu=MENU, card=card, act=act).encode("utf-8")


def _html_paragraph(lines: list[str]) -> str:
    heading = len(lines) == 1 and (lines[0].isupper() or lines[0].endswith(":")) and len(lines[0]) < 40
    style = f"TEXT-ALIGN: {'center' if heading else 'justify'}; TEXT-INDENT: 0.5in"
    inside = "<br>".join(html.escape(line, quote=False) for line in lines)
    # Spans inside of paragraphs, as the sites put around names and numbers: they must not part words or lines.
    inside = re.sub(r"\b(\d{4})\b", r'<span class="Data2">\1</span>', inside)
    return f'<p style="{style}">{inside}</p>'


def _document(text: str) -> bytes:
    from docx import Document

    document = Document()
    for lines in _paragraphs(text):
        run = document.add_paragraph().add_run(lines[0])
        for line in lines[1:]:
            run.add_break()
            run.add_text(line)
    made = io.BytesIO()
    document.save(made)
    result = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _print(text: str) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if not FONT.exists():
        sys.exit(f"no Cyrillic font at {FONT}: install the package fonts-dejavu-core to make PDFs")
    pdfmetrics.registerFont(TTFont("DejaVu", str(FONT)))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1)
    y = 0.0
    for line in _set(text, PAGE_WIDTH - 2 * MARGIN, pdfmetrics.stringWidth):
        if y < MARGIN:
            if y:
                canvas.showPage()
            y = PAGE_HEIGHT - MARGIN
            canvas.setFont("DejaVu", SIZE)
        canvas.drawString(MARGIN, y, line)
        y -= LINE
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _set(text: str, width: float, measure) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Lines no wider than the page, broken between words as a word processor breaks them."""
    for lines in _paragraphs(text):
        for line in lines:
            set_line = ""
            for word in line.split(" "):
                longer = f"{set_line} {word}" if set_line else word
                if set_line and measure(longer, "DejaVu", SIZE) > width:
                    yield set_line
                    longer = word
                set_line = longer
            yield set_line
        yield ""


def main() -> int:
    """Render a folder."""
    if len(sys.argv) != 4 or sys.argv[3] not in FORMATS:
        print(__doc__, file=sys.stderr)
        return 2
    gold, out, form = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(gold.glob("*.txt")):
        (out / f"{path.stem}.{form}").write_bytes(render(path.read_bytes().decode("utf-8"), form))
    return 0


if __name__ == "__main__":
    sys.exit(main())
