"""Whether everybody can read a page: axe-core, in light and in dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def faults(page: Any, where: str) -> list[str]:
    """What axe-core finds on the page, in light and in dark."""
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
    page.evaluate(f"() => {{ {source} }}")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in page.evaluate("axe.run({resultTypes: ['violations']}).then((told) => told.violations)"):
            nodes = [json.dumps(node["target"]) for node in one["nodes"][:3]]
            found.append(f"{where}, {scheme}: {one['id']} {nodes} {one['nodes'][0].get('failureSummary', '')[:300]}")
    return found
