"""Writes docs/measurements.md from what the other scripts measured.

python benchmarks/accounting.py --json accounting.json       and quality.py, speed.py, figures.py likewise
python benchmarks/write_measurements.py accounting.json quality.json speed.json figures.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "measurements.md"
HEAD = """# Measurements

Written by `benchmarks/write_measurements.py` from what the scripts in `benchmarks/` measured; do not edit. Each line is
a figure, its goal where it has one, and whether it was reached. Facts, links and coding are measured on constructed
rulings with known answers, on which the rules were also developed: expect less on rulings of another kind. Speed is
that of one machine with two cores; only ratios inside one run mean much.
"""


def number(value: float | None) -> str:
    """As a person reads it."""
    if value is None:
        return "not measured"
    return f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"


def section(told: dict[str, Any]) -> str:
    """One file of figures as a table."""
    lines = [f"## {told['title']}", "", "| what | value | goal | | note |", "|---|---:|---:|---|---|"]
    for row in told["figures"]:
        verdict = {True: "reached", False: "**missed**", None: ""}[row["passed"]]
        note = row["note"].replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {row['name']} | {number(row['value'])} | {row['goal']} | {verdict} | {note} |")
    return "\n".join(lines)


if __name__ == "__main__":
    files = [json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:]]
    PAGE.write_text("\n\n".join([HEAD.rstrip(), *map(section, files)]) + "\n", "utf-8")
