"""A published text is a text of its own, with the way from every offset of the original to its own offset.

So a quotation of the original becomes a quotation of the published text, verbatim: where it cuts a name that was
replaced, it takes the whole token.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from caselight.types import Document, Evidence, Fact, Page, Region, Section, Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of the original and what stands there in the published text."""

    start: int
    end: int
    kind: str  # person | address | birth | ...
    number: int  # of the token: equal for equal kind and person or number, within one matter


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in order; those that overlap become one, of the kind of the longest.

    >>> merged([Edit(5, 9, "person", 1), Edit(0, 7, "address", 2)])
    [Edit(start=0, end=9, kind='address', number=2)]
    """
    made: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if made and edit.start < made[-1].end:
            last = made[-1]
            longer = edit if edit.end - edit.start > last.end - last.start else last
            made[-1] = replace(longer, start=last.start, end=max(last.end, edit.end))
        else:
            made.append(edit)
    return made


class Redaction:
    """One document's edits, ready to be used on its text and on every offset into it."""

    def __init__(self, edits: Sequence[Edit], tokens: Sequence[str]) -> None:
        """Args: edits: as `merged` gives them; tokens: what stands for each."""
        self._edits, self._tokens = edits, tokens
        self._starts = [e.start for e in edits]
        self._ends = [e.end for e in edits]
        self._shifts = [0]  # published offset less original offset, behind each edit
        for edit, token in zip(edits, tokens, strict=True):
            self._shifts.append(self._shifts[-1] + len(token) - (edit.end - edit.start))

    def text(self, original: str) -> str:
        """The published text."""
        pieces, at = [], 0
        for edit, token in zip(self._edits, self._tokens, strict=True):
            pieces += [original[at : edit.start], token]
            at = edit.end
        return "".join([*pieces, original[at:]])

    def start(self, offset: int) -> int:
        """Where a stretch that begins here begins in the published text; inside an edit, where its token begins."""
        i = bisect_right(self._starts, offset) - 1
        if i >= 0 and offset < self._ends[i]:
            return self._starts[i] + self._shifts[i]
        return offset + self._shifts[i + 1]

    def end(self, offset: int) -> int:
        """Where a stretch that ends here ends in the published text; inside an edit, where its token ends."""
        i = bisect_left(self._starts, offset) - 1
        if i >= 0 and offset < self._ends[i]:
            return self._ends[i] + self._shifts[i + 1]
        return offset + self._shifts[i + 1]

    def touches(self, start: int, end: int) -> bool:
        """Whether anything between these offsets was replaced."""
        i = bisect_left(self._starts, end) - 1
        return i >= 0 and self._ends[i] > start

    def quote(self, quote: str, start: int) -> str:
        """A quotation of the original that begins at `start`, as it stands in the published text."""
        pieces, at, end = [], start, start + len(quote)
        for i in range(bisect_right(self._ends, start), bisect_left(self._starts, end)):
            pieces += [quote[max(at, start) - start : max(self._starts[i] - start, 0)], self._tokens[i]]
            at = self._ends[i]
        return "".join([*pieces, quote[at - start :] if at < end else ""])

    def document(self, original: Document, name: str) -> Document:
        """The published document under its published name."""
        return replace(
            original,
            name=name,
            text=self.text(original.text),
            pages=tuple(Page(p.number, self.start(p.start), self.end(p.end), p.confidence) for p in original.pages),
            regions=tuple(Region(r.kind, self.start(r.start), self.end(r.end)) for r in _apart(original.regions, self)),
            fields=tuple(f._replace(start=self.start(f.start), end=self.end(f.end)) for f in original.fields),
        )

    def span(self, span: Span, published: Document) -> Span:
        """The same quotation in the published text."""
        return Span.of(published, self.start(span.start), self.end(span.end))

    def sections(self, sections: Sequence[Section]) -> tuple[Section, ...]:
        """The same sections in the published text."""
        return tuple(Section(s.name, self.start(s.start), self.end(s.end)) for s in sections)

    def evidence(self, evidence: Evidence, published: Document) -> Evidence:
        """The same evidence, quoting the published text."""
        return replace(evidence, span=self.span(evidence.span, published))

    def fact(self, fact: Fact, published: Document, value: str | int) -> Fact:
        """The same fact, quoting the published text."""
        return replace(fact, span=self.span(fact.span, published), value=value)


def _apart(regions: Sequence[Region], redaction: Redaction) -> list[Region]:
    """The regions, cut so that none begins inside a token where another ends."""
    made: list[Region] = []
    for region in regions:
        if made and redaction.start(region.start) < redaction.end(made[-1].end):
            # The token belongs to the region in which it begins.
            cut = redaction._ends[bisect_right(redaction._starts, region.start) - 1]
            made += [replace(region, start=cut)] if cut < region.end else []
        else:
            made.append(region)
    return made
