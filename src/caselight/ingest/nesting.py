"""A bound on how deep a page's elements stand in each other, before it is parsed.

The parser looks through all open elements at every new one, so 200,000 blocks in each other take it over a minute.
Browsers have such a bound too, and no page that people read comes near it.
"""

from __future__ import annotations

import re

MAX_DEPTH = 500  # elements; browsers stop at 512, pages of courts have 20 to 40
FEW_TAGS = 4_000  # parsed in under 0.05 s however they are nested, so their depth is not looked at
# Without the elements that have no end tag, or whose end tag is left out so often that depth cannot be counted by it.
_NESTED = re.compile(
    rb"(?i)<(?!(?:p|li|d[dt]|t[drh]|option|br|hr|img|input|meta|link|col|wbr|area|base|embed|source|param)[\s/>])"
    rb"(/?)[a-z][^<>]*>"
)


def flattened(page: bytes) -> bytes:
    """The page (UTF-8) without the tags of elements that stand too deep; their text stays.

    >>> flattened(b"<b>" * 9_000 + b"text").count(b"<b>")
    500
    """
    if page.count(b"<") <= FEW_TAGS:
        return page
    kept: list[bytes] = []
    depth = start = 0
    for tag in _NESTED.finditer(page):
        too_deep = depth > MAX_DEPTH if tag[1] else depth >= MAX_DEPTH
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if too_deep:
            kept.append(page[start : tag.start()])
            start = tag.end()
    kept.append(page[start:])
    return b"".join(kept) if start else page
