"""Reports of the pile in parts: what is printed in them, and small ones whose cases are in given regions."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from caselight.estimate import count_facts
from caselight.pack import load_pack
from caselight.report import Contents
from caselight.report.contents import Atlas
from caselight.report.geography import read_regions
from report_sample import small

ROLE = "surveillance_role"


def rows_of(report: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table under data/."""
    return list(csv.DictReader(io.StringIO((report / "data" / f"{name}.csv").read_bytes().decode(), newline="")))


def plain(report: Path, name: str) -> str:
    """The text of a page, without tags."""
    page = (report / f"{name}.html").read_text("utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def with_regions(codes: list[str], language: str = "en", **atlas: object) -> Contents:
    """A small study whose cases are in these regions."""
    one = small(len(codes), language)
    cases = [replace(r, region=code) for r, code in zip(one.cases, codes, strict=True)]
    estimates = [e for e in one.estimates if e.variable != "fact:region"]
    estimates += count_facts("region", [r.id for r in cases], codes)
    regions = read_regions(load_pack("ru").regions, "regions.csv")
    return replace(one, cases=cases, estimates=estimates, atlas=Atlas(regions=regions, **atlas))  # type: ignore[arg-type]
