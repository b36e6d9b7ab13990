"""The gate looks into papers and packages: office documents, PDF, archives, and what is packed in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from gate_sample import look


def test_papers_are_opened(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>Скоро</w:t><w:t>беев</w:t>")
        archive.writestr("docProps/core.xml", "<dc:creator>x</dc:creator>")
    assert {"person", "metadata"} <= set(look(tmp_path, "paper.docx", packed.getvalue()))


def test_a_broken_paper_is_a_find(tmp_path: Path) -> None:
    assert "file" in look(tmp_path, "paper.pdf", b"%PDF-1.4 nothing")


def packed(*members: tuple[str, str | bytes], comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


PAPERS = [
    ("a.zip", packed(("a.txt", "ничего")), [], "nothing is wrong"),
    ("a.zip", packed(("Скоробеев.txt", "ничего")), ["person"], "the name of a member"),
    ("a.zip", packed(("b.zip", packed(("c.txt", "Скоробеев")))), ["person"], "a package in a package"),
    ("a.zip", packed(("c.gz", b"\x1f\x8b")), ["file"], "a member that cannot be looked into"),
    ("a.zip", packed(("c.txt", "x"), comment="Скоробеев".encode()), ["metadata"], "a comment on the package"),
    ("a.xlsx", packed(("xl/sharedStrings.xml", "<t>Ско</t><t>робеев</t>")), ["person"], "a text that cells share"),
    ("a.xlsx", packed(("xl/a.xml", "<t>&#1057;коробеев</t>")), ["person"], "an escaped letter"),
    ("a.docx", packed(("word/embeddings/a.bin", b"x")), ["file"], "something embedded"),
]


@pytest.mark.parametrize(("name", "content", "kinds", "why"), PAPERS, ids=[why for *_, why in PAPERS])
def test_packages_are_looked_into(tmp_path: Path, name: str, content: bytes, kinds: list[str], why: str) -> None:
    assert sorted(set(look(tmp_path, name, content))) == kinds, why


def test_the_time_of_a_member_tells_something(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt", (2022, 3, 6, 12, 0, 0)), "x")
    assert look(tmp_path, "a.zip", buffer.getvalue()) == ["time"]


def pdf(what: str) -> bytes:
    """A PDF with Latin letters that names somebody in one place."""
    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pageCompression=1)
    canvas.drawString(50, 700, "Skorobeyev came home" if what == "page" else "Nobody is named here")
    if what == "bookmark":
        canvas.bookmarkPage("x")
        canvas.addOutlineEntry("Skorobeyev", "x")
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(buffer))
    if what == "attachment":
        writer.add_attachment("a.txt", b"Skorobeyev")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("what", "kinds"), [("page", {"person"}), ("bookmark", {"person"}), ("attachment", {"file", "person"})]
)
def test_every_part_of_a_pdf_is_looked_into(tmp_path: Path, what: str, kinds: set[str]) -> None:
    assert kinds <= set(look(tmp_path, "a.pdf", pdf(what)))
