"""Quotations marked in the text of a record: the text stays as it is, whatever overlaps or cuts it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselight.report.interface import safe
from caselight.report.passages import Mark, Passages, blocks
from caselight.types import Document, Region, RegionKind, Section
from report_reading import stripped


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60), st.data())
def test_any_marks_leave_the_text_as_it_is_and_every_mark_has_its_place(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text))
    marks = []
    for i in range(data.draw(st.integers(0, 6))):
        start, end = sorted((data.draw(place), data.draw(place)))
        marks.append(Mark(start, end, f"q{i}", f"q k{i}", str(i) if i % 2 else "", f"e{i}", "back"))
    document = Document("d", "d.txt", text, "plain", "text/plain", "ru")
    sections = sorted((data.draw(place), data.draw(place)) for _ in range(3))
    parts = blocks(document, [Section("established", *sorted(pair)) for pair in sections])
    passages = Passages(text)
    html = "".join(passages.marked(b.start, b.end, marks) for b in parts)
    assert stripped(html) == stripped(safe(text))
    for mark in marks:
        assert html.count(f'id="{mark.anchor}"') == (mark.start < mark.end)
        assert html.count(f'href="#{mark.back}"') == (mark.start < mark.end and bool(mark.number))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(0, 3)], '<mark id="q0" class="k0">абв</mark>1гд'),
        (
            [(0, 3), (2, 5)],
            '<mark id="q0" class="k0">аб</mark><mark id="q1" class="k0 k1">в</mark>1<mark class="k1">гд</mark>2',
        ),
        ([(1, 4), (1, 4)], 'а<span id="q1"><mark id="q0" class="k0 k1">бвг</mark></span>12д'),
        (
            [(0, 5), (1, 2)],
            '<mark id="q0" class="k0">а</mark><mark id="q1" class="k0 k1">б</mark>2<mark class="k0">вгд</mark>1',
        ),
    ],
    ids=["alone", "overlapping", "the same words twice", "one inside the other"],
)
def test_quotations_may_overlap(marks: list[tuple[int, int]], expected: str) -> None:
    made = [Mark(s, e, f"q{i}", f"k{i}", str(i + 1), f"e{i}", "") for i, (s, e) in enumerate(marks)]
    html = Passages("абвгд").marked(0, 5, made)
    assert re.sub(r'<a class="ref"[^>]*data-n="(\d)"[^>]*></a>', r"\1", html) == expected


def test_sections_and_regions_cut_the_text_without_losing_a_character() -> None:
    text = "Карточка.\n\nВводная. Установил. Скрыто. Конец"
    regions = (Region(RegionKind.CARD, 0, 9), Region(RegionKind.ACT, 11, 30), Region(RegionKind.HIDDEN, 30, 39))
    document = Document("d", "d", text, "html", "text/html", "ru", (), regions)
    found = blocks(document, [Section("header", 11, 20), Section("established", 20, 999)])
    assert "".join(text[b.start : b.end] for b in found) == text
    assert [(b.section, b.kind.value) for b in found] == [
        ("", "card"),
        ("header", "act"),
        ("established", "act"),
        ("established", "hidden"),
        ("established", "act"),
    ]
