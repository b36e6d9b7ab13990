"""Makes tests/examples/ingest/: one small constructed record in every format and every trap that a reader must know.

    python tests/make_examples.py [FOLDER]

The same bytes every time. All texts are invented; no person, court decision or case is real.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from pathlib import Path

from rendering import EPOCH, render

FOLDER = Path(__file__).parent / "examples" / "ingest"

ACT = (
    "ПОСТАНОВЛЕНИЕ\n\n12 мая 2022 года                    г. Примерск\n\n"
    "Судья Примерского районного суда Образцова Е.Е., рассмотрев дело № 5-17/2022 об административном правонарушении "
    "в отношении Выдуманова А.А.,\n\nУСТАНОВИЛ:\n\n"
    "Выдуманов А.А. 6 марта 2022 года стоял на Примерной площади с листом бумаги в руках, чем, по мнению полиции, "
    "нарушил порядок проведения публичного мероприятия. Его опознали по записи городской камеры, которую суд "
    "просмотрел в заседании и приобщил к материалам дела на компакт-диске.\n\n"
    "Защитник пояснил, что на записи лица не видно, а распознавание лиц не является доказательством; суд с этим "
    "доводом не согласился и отметил, что запись согласуется с показаниями инспектора Придуманова Б.Б. и "
    "протоколом.\n\nПОСТАНОВИЛ:\n\n"
    "Признать Выдуманова А.А. виновным и назначить административный штраф в размере 10 000 рублей.\n\n"
    "Судья Е.Е. Образцова\n"
)
LINE = "Судья Образцова Е.Е. установила: Выдуманов А.А. 6 марта 2022 года стоял на Примерной площади. Ёлки — «№ 5».\n"


def pack(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP of these parts with a fixed date."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name, EPOCH), part, zipfile.ZIP_DEFLATED)
    return made.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def docx(body: str, **parts: str | bytes) -> bytes:
    """A Word document of raw XML."""
    document = f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"
    return pack({"[Content_Types].xml": TYPES, "word/document.xml": document, **parts})


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def everything_docx() -> bytes:
    """Every place where Word keeps text, each with its own word."""
    box = "<w:txbxContent><w:p>" + run("надпись") + "</w:p></w:txbxContent>"
    body = (
        "<w:p>" + run("обычный") + "<w:ins>" + run(" вставленный") + "</w:ins>"
        "<w:del><w:r><w:delText>удалённый</w:delText></w:r></w:del></w:p>"
        '<w:p><w:fldSimple w:instr=" DATE ">' + run("поле") + "</w:fldSimple>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>КОД</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("результат") + "</w:p>"
        "<w:p>" + run("невидимый", "<w:vanish/>") + run("белый", '<w:color w:val="FFFFFF"/>')
        + run("светлый", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/>')
        + run("крошечный", '<w:sz w:val="2"/>') + "</w:p>"
        "<w:p>" + run("перед") + f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>" + run("после") + "</w:p>"
        "<w:tbl><w:tr><w:tc><w:p>" + run("слева") + "</w:p></w:tc>"
        "<w:tc><w:p>" + run("справа") + "</w:p></w:tc></w:tr></w:tbl>"
        "<w:sdt><w:sdtContent><w:p>" + run("элемент")
        + "<w:r><w:noBreakHyphen/><w:t>дефис</w:t><w:br/></w:r></w:p></w:sdtContent></w:sdt>"
    )  # fmt: skip
    return docx(
        body,
        **{
            "word/footnotes.xml": f"<w:footnotes {W}><w:footnote><w:p>{run('сноска')}</w:p></w:footnote></w:footnotes>",
            "word/header1.xml": f"<w:hdr {W}><w:p>{run('колонтитул')}</w:p></w:hdr>",
            "word/comments.xml": f"<w:comments {W}><w:comment><w:p>{run('примечание')}</w:p></w:comment></w:comments>",
        },
    )


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:'
    'text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:'
    'opendocument:xmlns:drawing:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:'
    'names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)


def everything_odt() -> bytes:
    """Every place where OpenDocument keeps text, each with its own word."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>"
        '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
        "</office:automatic-styles>"
        "<office:body><office:text><text:tracked-changes><text:changed-region><text:deletion><text:p>удалённый</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        '<text:h>ПОСТАНОВЛЕНИЕ</text:h><text:p>обычный<text:s text:c="3"/>текст'
        '<text:span text:style-name="T1">невидимый</text:span><text:tab/>конец<text:note><text:note-citation>1'
        "</text:note-citation><text:note-body><text:p>сноска</text:p></text:note-body></text:note></text:p>"
        "<text:p>перед<draw:frame><draw:text-box><text:p>надпись</text:p></draw:text-box></draw:frame>после</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>слева</text:p></table:table-cell><table:table-cell>"
        "<text:p>справа</text:p></table:table-cell></table:table-row></table:table></office:text></office:body>"
        "</office:document-content>"
    )
    styles = (
        f"<office:document-styles {ODF}><office:master-styles><style:master-page><style:footer>"
        "<text:p>колонтитул</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>"
    )
    return pack({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "styles.xml": styles})


def escaped(text: str) -> bytes:
    """Text as RTF writes it in the Russian code page."""
    return b"".join(b"\\'%02x" % byte if byte > 127 else bytes([byte]) for byte in text.encode("cp1251"))


def everything_rtf() -> bytes:
    """Escaped bytes, Unicode with what old programs show, hidden and deleted text, a field, a note, raw data."""
    return (
        b"{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0\\fcharset204 Times;}{\\f1\\fcharset238 Arial;}}"
        b"{\\stylesheet{\\s0 Normal;}}{\\*\\generator Nobody;}\\uc1 "
        + escaped("обычный текст")
        + b"\\par {\\b \\u1102?\\u1085?}\\u1080\\'e8\\u1082\\'ea\\u1086\\'ee\\u1076\\'e4{\\v "
        + escaped("невидимый")
        + b"}{\\deleted "
        + escaped("удалённый")
        + b'}\\par {\\field{\\*\\fldinst HYPERLINK "http://x"}{\\fldrslt '
        + escaped("ссылка")
        + b"}}{\\footnote "
        + escaped("сноска")
        + b"}\\cell {\\f1 \\'e8}{\\pict\\bin7 \\'e0}}xy}}\\~\\_\\emdash\\par}"
    )


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file (Microsoft, [MS-CFB]) with these streams, all of them at least 4,096 bytes long."""
    sector = 512
    entries, fat, data = [], [], b""
    for name, raw in streams.items():
        padded = raw + b"\x00" * (-len(raw) % sector)
        first, count = len(fat), len(padded) // sector
        fat += [*range(first + 1, first + count), 0xFFFFFFFE]
        data += padded
        entries.append((name, first, len(raw)))
    directory = b"".join(
        _entry(name, kind, start, size, child, right)
        for name, kind, start, size, child, right in [
            ("Root Entry", 5, 0xFFFFFFFE, 0, 1, 0xFFFFFFFF),
            *(
                (name, 2, start, size, 0xFFFFFFFF, i + 2 if i + 1 < len(entries) else 0xFFFFFFFF)
                for i, (name, start, size) in enumerate(entries)
            ),
        ]
    )
    directory += _entry("", 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF) * (-(len(directory) // 128) % 4)
    first_directory = len(fat)
    count = len(directory) // sector
    fat += [*range(first_directory + 1, first_directory + count), 0xFFFFFFFE]
    fat_sector = len(fat)
    fat.append(0xFFFFFFFD)
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1)
    header += struct.pack("<IIIIIII", first_directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", fat_sector, *[0xFFFFFFFF] * 108)
    return header + data + directory + struct.pack("<128I", *fat)


def _entry(name: str, kind: int, start: int, size: int, child: int, right: int) -> bytes:
    raw = name.encode("utf-16-le")
    length = len(raw) + 2 if name else 0
    head = raw + bytes(64 - len(raw)) + struct.pack("<HBBIII", length, kind, 1, 0xFFFFFFFF, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def doc(pieces: list[tuple[str, bool]], lengths: tuple[int, ...], flags: int = 0) -> bytes:
    """A Word 97 document: pieces of text (and whether in one byte a character), lengths of its eight parts."""
    text, table, borders, at = b"", b"", [0], 2048
    for piece, narrow in pieces:
        raw = piece.encode("cp1252" if narrow else "utf-16-le")
        offset = at + len(text)
        table += struct.pack("<HIH", 0, (offset * 2) | 0x40000000 if narrow else offset, 0)
        text += raw
        borders.append(borders[-1] + len(piece))
    plc = struct.pack(f"<{len(borders)}i", *borders) + table
    clx = b"\x02" + struct.pack("<I", len(plc)) + plc
    main = bytearray(2048)
    struct.pack_into("<HH", main, 0, 0xA5EC, 193)
    struct.pack_into("<H", main, 0x0A, 0x0200 | flags)
    struct.pack_into("<8i", main, 0x4C, *lengths)
    struct.pack_into("<II", main, 0x01A2, 0, len(clx))
    whole = bytes(main) + text
    return ole({"WordDocument": whole + bytes(max(0, 4096 - len(whole))), "1Table": clx + bytes(4096 - len(clx))})


def everything_doc() -> bytes:
    """Two pieces in two encodings, a field, a table row, a footnote."""
    body = 'обычный \x13 HYPERLINK "x" \x14ссылка\x15\rслева\x07справа\x07\x07плат\x1fформа 20\x1e2\r'
    narrow = "Latin piece\r"
    note = "сноска\r"
    return doc([(body, False), (narrow, True), (note, False)], (len(body) + len(narrow), len(note), 0, 0, 0, 0, 0, 0))


def pdf(draw) -> bytes:  # type: ignore[no-untyped-def]
    """A PDF made by drawing on a canvas."""
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(400, 300), invariant=1)
    draw(canvas)
    canvas.save()
    return made.getvalue()


def _picture(canvas) -> None:  # type: ignore[no-untyped-def]
    from reportlab.lib.utils import ImageReader

    # A grey picture of 8 x 8 points in the PPM format, which needs no library to write.
    canvas.drawImage(ImageReader(io.BytesIO(b"P6 8 8 255 " + bytes(range(192)))), 0, 0, 400, 300)


def scan(canvas) -> None:  # type: ignore[no-untyped-def]
    """A page that is a picture."""
    _picture(canvas)
    canvas.showPage()


def half_scan(canvas) -> None:  # type: ignore[no-untyped-def]
    """A page of text, then a page that is a picture."""
    canvas.drawString(50, 200, "The first page has a text.")
    canvas.showPage()
    scan(canvas)


def invisible(canvas) -> None:  # type: ignore[no-untyped-def]
    """Text that is drawn without ink, over no picture."""
    canvas.drawString(50, 200, "Seen by everybody.")
    text = canvas.beginText(50, 100)
    text.setTextRenderMode(3)
    text.textLine("Seen by nobody.")
    canvas.drawText(text)
    canvas.showPage()


def recognised(canvas) -> None:  # type: ignore[no-untyped-def]
    """A scan with recognised text laid invisibly over its picture: that is its text layer, not a trick."""
    _picture(canvas)
    text = canvas.beginText(50, 100)
    text.setTextRenderMode(3)
    text.textLine("Recognised text of the scan.")
    canvas.drawText(text)
    canvas.showPage()


def protected() -> bytes:
    """A PDF under a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(lambda canvas: canvas.drawString(50, 50, "secret")))))
    writer.encrypt("password", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


CARD = (
    '<div id="content" style="visibility:hidden"><h1>Информация по делу № 33-1/2022</h1>'
    '<div class="row_card"><div class="left">Уникальный идентификатор дела</div><div class="right">'
    "77RS0099-02-2022-000001-01</div></div><div class=row_card><div class=left>Стороны</div><div class=right>"
    "<p>Истец:</p>Выдуманов А.А.<br><p>Ответчик:</p>Общество &laquo;Пример&raquo;<br></div></div>"
    "<h3>Судебные заседания</h3><table><thead><tr><th>Дата и время</th><th>Зал</th><th>Результат</th>"
    "<th>Проводилась видеозапись</th></tr></thead><tbody><tr><td>12.05.2022 10:00</td><td>5</td>"
    "<td>Отложено</td><td></td></tr><tr><td>20.05.2022 11:00</td><td>5</td><td>Рассмотрено</td><td>Да</td></tr>"
    "</tbody></table></div><footer>Портал использует файлы cookie и камеры</footer>"
)


def plain_page() -> str:
    """A decision saved as a bare page."""
    inside = "".join(f"<p>{block}</p>\n" for block in ACT.split("\n\n"))
    menu = "<ul>" + "<li><a href=/>Меню сайта</a></li>" * 5 + "</ul>"
    return f"<html><head><title>Решение</title></head><body>{menu}{inside}</body></html>"


def act_beside_tables() -> str:
    """No known block: the prose tells the act, tables around it are the card, a line for date and town is the act's."""
    blocks = [f"<P>{block}</P>" for block in ACT.split("\n\n")]
    blocks[1] = "<table><tr><td>12 мая 2022 года</td><td>г. Примерск</td></tr></table>"
    hearings = (
        "<table><tr><td><b>Событие</b></td><td><b>Проводилась видеозапись</b></td></tr>"
        "<tr><td>Заседание</td><td>нет</td></tr></table>"
    )
    return f"<html><body><div id='content'><div>{hearings}{''.join(blocks)}</div></div></body></html>"


LISTING = (
    '<html><body><div id="content"><div>Всего по запросу найдено — 2. На странице записи с 1 по 2.</div><table>'
    "<tr><th>№ дела</th><th>Дата поступления</th><th>Судья</th></tr>"
    '<tr><td><a href="#">5-1/2022</a></td><td>01.02.2022</td><td>Образцова</td></tr>'
    '<tr><td><a href="#">5-2/2022</a></td><td>03.02.2022</td><td>Образцова</td></tr></table></div></body></html>'
)
HIDING = (
    '<html><body><div id="content"><div id="cont_doc1" style="display:none"><p>Видимый текст постановления суда.</p>'
    '<p>Ещё одна строка <span style="font-size:0">спрятанная строка</span> '
    '<i style="font-size:0.9em; display:inline">видна</i>.</p>'
    '<p style="DISPLAY: none">вторая спрятанная</p></div></div></body></html>'
)


def examples() -> dict[str, bytes]:
    """Every example by its name."""
    page = render(ACT, "html").decode()
    entities = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    made = {
        "act.txt": ACT.encode(),
        "act-bom.txt": b"\xef\xbb\xbf" + ACT.replace("\n", "\r\n").encode(),
        "page.html": page.encode(),
        "page-lies-1251.html": page.replace("windows-1251", "utf-8").encode("cp1251", "xmlcharrefreplace"),
        "page-utf16.html": page.encode("utf-16"),
        "card.html": f"<html><body>{CARD}</body></html>".encode(),
        "plain-page.htm": plain_page().encode(),
        "act-beside-tables.html": act_beside_tables().encode(),
        "hidden.html": HIDING.encode(),
        "listing.html": LISTING.encode(),
        "captcha.html": "<html><body><form>Введите код с картинки: <input name=captcha></form></body></html>".encode(),
        "unavailable.html": "<html><body><p>Информация временно недоступна</p></body></html>".encode(),
        "word.docx": render(ACT, "docx"),
        "everything.docx": everything_docx(),
        "entities.docx": pack({"[Content_Types].xml": TYPES, "word/document.xml": entities}),
        "bomb.docx": docx("<w:p>" + run("а" * 20_000_000) + "</w:p>"),
        "cut.docx": everything_docx()[:-200],
        "picture.docx": docx("<w:p/>", **{"word/media/image1.png": b"\x89PNG"}),
        "everything.odt": everything_odt(),
        "everything.rtf": everything_rtf(),
        "rtf-named.doc": everything_rtf(),
        "page-named.doc": page.encode(),
        "everything.doc": everything_doc(),
        "encrypted.docx": ole({"EncryptedPackage": bytes(4096), "EncryptionInfo": bytes(4096)}),
        "protected.doc": doc([("тайна", False)], (5, 0, 0, 0, 0, 0, 0, 0), flags=0x0100),
        "scan.pdf": pdf(scan),
        "half-scan.pdf": pdf(half_scan),
        "invisible.pdf": pdf(invisible),
        "recognised.pdf": pdf(recognised),
        "cut.pdf": pdf(half_scan)[:300],
        "picture.png": bytes.fromhex("89504e470d0a1a0a0000000d49484452"),
        "table.xlsx": pack({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
        "mail.eml": b"Received: by x\r\nFrom: a@example.org\r\nMessage-ID: <1>\r\n\r\ntext",
        "empty.txt": b"",
        "blank.html": b" \n\n ",
        "junk.txt": bytes((i * 7919 + i // 256) % 256 for i in range(4096)),
    }  # fmt: skip
    for encoding in ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "utf-16", "utf-16-be", "utf-32"):
        made[f"line-{encoding}.txt"] = (LINE * 3).encode(encoding, "replace")
    return made


def main() -> int:
    """Write the folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in examples().items():
        (folder / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
