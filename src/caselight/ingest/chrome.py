"""What of a page is never text of a record, and what a reader of the page does not see."""

from __future__ import annotations

import re
from typing import Any

from caselight.ingest.nodes import find

# Machinery everywhere, and what court sites put between the parts of a card.
CHROME_TAGS = ("script", "style", "noscript", "title", "button", "select", "textarea", "iframe")
CHROME_CLASSES = ("hint", "tooltip", "tooltipShow", "mobile-lawcase-item", "printVersionBody")
# Cut where a page is read whole: what menus, banners and page footers go by on any site.
OUTER_CHROME = (
    "nav, footer, aside, header, template, object, svg, [role=navigation], [role=banner], [role=search], "
    "[id*=menu], [class*=menu], [id*=footer], [class*=footer], [class*=sidebar], [id*=cookie], [class*=cookie], "
    "[class*=breadcrumb]"
)
# Elements that may be hidden, found fast; and what in their style really hides them ("font-size:0.9em" does not).
HIDDEN = "[hidden], [style*=display i], [style*=visibility i], [style*=font-size i]"
HIDES = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0+(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!]|$)"
)
_CHROME = ", ".join((*CHROME_TAGS, *(f".{name}" for name in CHROME_CLASSES)))


def cut_chrome(body: Any) -> None:
    """Machinery is cut from the tree."""
    for node in find(_CHROME, body):
        node.decompose()
