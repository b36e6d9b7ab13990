"""A published text is a text of its own; quotations stay verbatim in it, whatever was replaced."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from caselight.protect import Edit, Redaction
from caselight.protect.cleaned import clean
from caselight.protect.redaction import merged
from caselight.types import Region, RegionKind, Span
from protect_sample import document

TEXT = "".join(chr(ord("а") + i % 32) for i in range(60))
PLACES = st.integers(0, len(TEXT))


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    cut = sorted(draw(st.sets(PLACES, max_size=12)))
    pairs = [(a, b) for a, b in zip(cut[::2], cut[1::2], strict=False) if a < b]
    return merged(Edit(a, b, "person", i) for i, (a, b) in enumerate(pairs))


def made(rows: list[Edit]) -> Redaction:
    return Redaction(rows, [f"[П-{i:03d}]" for i in range(len(rows))])


@given(edits(), PLACES, PLACES)
def test_a_quotation_of_the_original_is_a_quotation_of_the_published_text(rows: list[Edit], a: int, b: int) -> None:
    start, end = min(a, b), max(a, b)
    if start == end:
        return
    original, redaction = document(TEXT), made(rows)
    published = redaction.document(original, "1.txt")
    span = redaction.span(Span.of(original, start, end), published)
    span.check(published)
    assert redaction.quote(TEXT[start:end], start) == span.quote


@given(edits(), PLACES, PLACES)
def test_a_quotation_keeps_what_was_not_replaced_and_nothing_else(rows: list[Edit], a: int, b: int) -> None:
    start, end = min(a, b), max(a, b)
    kept = "".join(TEXT[i] for i in range(start, end) if not any(e.start <= i < e.end for e in rows))
    shown = made(rows).quote(TEXT[start:end], start)
    assert "".join(c for c in shown if "а" <= c <= "я") == kept


@given(edits(), st.lists(PLACES, max_size=6))
def test_regions_stay_in_order_and_cover_what_they_covered(rows: list[Edit], cuts: list[int]) -> None:
    borders = sorted({0, len(TEXT), *cuts})
    regions = tuple(Region(RegionKind.ACT, a, b) for a, b in pairwise(borders))
    published = made(rows).document(document(TEXT)._replace(regions=regions), "1.txt")
    ends = 0
    for region in published.regions:
        assert region.start >= ends
        ends = region.end
    assert ends <= len(published.text)


@given(st.lists(st.tuples(PLACES, PLACES), max_size=8))
def test_overlapping_edits_become_one_and_lose_nothing(pairs: list[tuple[int, int]]) -> None:
    given_rows = [Edit(min(p), max(p), "person", i) for i, p in enumerate(pairs) if p[0] != p[1]]
    rows = merged(given_rows)
    assert all(a.end <= b.start for a, b in pairwise(rows))
    covered = {i for e in given_rows for i in range(e.start, e.end)}
    assert {i for e in rows for i in range(e.start, e.end)} == covered


@given(st.text(alphabet="аА\u00ad\u200be\u0308\u0301 -\nиИ", max_size=40))
def test_a_cleaned_text_leads_back_to_the_whole_original(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.origin) == len(cleaned.text) + 1
    assert list(cleaned.origin) == sorted(cleaned.origin)
    assert cleaned.span(0, len(cleaned.text))[1] == len(text)
