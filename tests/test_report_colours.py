"""Every colour of a report can be read on its ground, in light and dark."""

from __future__ import annotations

import re

from caselight.report.interface import FOLDER


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_has_enough_contrast_in_light_and_dark() -> None:
    css = (FOLDER.parent / "static" / "style.css").read_text("utf-8")
    schemes = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        for name in ("ink", "soft", "accent", "denied"):
            for ground in ("paper", "raised"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for name in ("blue", "amber", "green", "sky", "purple", "yellow", "vermilion"):
            ground = colours["paper"]
            # WCAG 2.2, 1.4.11: signs that carry meaning need 3:1; each has a word or number beside it.
            assert contrast(colours[name], ground) >= 3.0, name
