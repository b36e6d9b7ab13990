"""A record's text on the page of its case: as the checker of a bundle expects it, whatever signs are in it."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from caselight.bundle.casepages import as_shown
from caselight.report.interface import is_plain, safe
from caselight.report.passages import Mark, Passages

TEXTS = st.text(st.sampled_from("аб ъ\"'«»<>&\n\r\x0c\x00\ufffe\u2028;#quot"), max_size=40)


@example('держал плакат "Мир" на площади', 4, 20)
@example("Don't", 0, 3)
@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_a_text_cut_by_marks_reads_as_the_checker_expects(text: str, one: int, two: int) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    marks = [Mark(start, end, "q.1", "q")] if end > start else []
    html = Passages(text).marked(0, len(text), marks)
    assert re.sub(r"<[^<>]*>", "", html) == as_shown(text)


@given(TEXTS)
def test_a_text_is_plain_just_where_nothing_in_it_is_escaped(text: str) -> None:
    assert not is_plain(text) or safe(text) == text
