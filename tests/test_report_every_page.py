"""What a reader can rely on in any report, small, large, hostile, empty or with books that do not balance."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urldefrag

import pytest

import report_reading
from caselight.report import write_report
from caselight.report.interface import Interface
from caselight.report.names import case_file
from report_reading import Page
from report_sample import hostile, linked, small, unbalanced

pages_of = cache(report_reading.pages_of)  # no test changes a folder of `reports`
STUDIES = {
    "small": small,
    "small, in Russian": lambda: small(language="ru"),
    "of many pages": lambda: small(501),
    "hostile": hostile,
    "empty": lambda: small(0),
    "with linked instances": linked,
    "with books that do not balance": unbalanced,
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("reports")
    return {name: write_report(top / name, make()).parent for name, make in STUDIES.items()}


every_study = pytest.mark.parametrize("study", STUDIES)


@every_study
def test_tags_nest_and_ids_are_unique_on_every_page(reports: dict[str, Path], study: str) -> None:
    for page in pages_of(reports[study]):
        assert page.faults == [], page.path
        assert len(page.ids()) == len(set(page.ids())), page.path


@every_study
def test_every_link_leads_to_a_page_of_the_report_and_to_a_place_on_it(reports: dict[str, Path], study: str) -> None:
    ids = {page.path.resolve(): set(page.ids()) for page in pages_of(reports[study])}
    for page in pages_of(reports[study]):
        for link in page.links():
            assert not re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.IGNORECASE), f"{page.path}: {link}"
            name, fragment = urldefrag(link)
            target = (page.path.parent / unquote(name)).resolve() if name else page.path.resolve()
            assert target.is_file(), f"{page.path}: {link}"
            if "=" in fragment:  # a filter of the table of all cases
                facets = {a.get("data-facet") for _, a in Page(target).elements}
                assert {key for key, _ in parse_qsl(fragment)} <= facets, f"{page.path}: {link}"
            elif fragment:
                assert unquote(fragment) in ids[target], f"{page.path}: {link}"


@every_study
def test_no_page_runs_anything_but_the_reports_own_scripts(reports: dict[str, Path], study: str) -> None:
    for page in pages_of(reports[study]):
        scripts = [str(a["src"]).rpartition("../")[2] for t, a in page.elements if t == "script"]
        if page.path.name == "table.html":
            data = [name for name in scripts if re.fullmatch(r"data/cases/(columns|\d+)\.js", name)]
            assert scripts == ["lists.js", "data/cases/columns.js", *data[1:], "table.js"]
        else:
            assert scripts == ["lists.js"]
        for tag, attributes in page.elements:
            assert not any(name.startswith("on") or name == "style" for name in attributes), f"{page.path}: {tag}"
            assert tag not in ("style", "iframe", "object", "form", "img", "base"), page.path
        policy = [a for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert len(policy) == 1
        assert "default-src 'none'" in str(policy[0]["content"])


@every_study
def test_every_page_has_a_language_a_heading_and_landmarks(reports: dict[str, Path], study: str) -> None:
    language = "ru" if "Russian" in study else "en"
    for page in pages_of(reports[study]):
        assert page.elements[0] == ("html", {"lang": language})
        assert (page.count("h1"), page.count("main"), page.count("footer")) == (1, 1, 1)
        assert page.links()[0].endswith("style.css")
        skip = next(a for t, a in page.elements if t == "a")
        assert skip["href"] == "#main"


def test_what_stands_in_records_is_only_ever_text(reports: dict[str, Path]) -> None:
    for page in pages_of(reports["hostile"]):
        source = page.path.read_text("utf-8")
        assert "<script>alert" not in source
        assert "<img" not in source
        assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff]", source)


@every_study
def test_every_figure_says_that_a_machine_counted_it(reports: dict[str, Path], study: str) -> None:
    t = Interface("ru" if "Russian" in study else "en")
    front = (reports[study] / "index.html").read_text("utf-8")
    assert front.count('<table class="dots">') == front.count(f"{t('figure.caption')} <a") - front.count(
        'class="years"'
    )
    for folder in ("answers", "facts"):
        for path in (reports[study] / folder).rglob("*.html"):
            assert str(t("figure.machine")) in path.read_text("utf-8")


def test_no_figure_is_shown_where_the_books_do_not_balance(reports: dict[str, Path]) -> None:
    folder = reports["with books that do not balance"]
    front = (folder / "index.html").read_text("utf-8")
    assert "do not balance" in front
    assert "4 came in, 3 went out" in front
    assert not re.search(r"\d+ of \d+", front)
    assert not (folder / "answers").exists()
    assert not (folder / "data").exists()
    assert len(list(folder.glob("case/*/*.html"))) == 3


def test_earlier_and_later_instances_are_named_on_both_pages(reports: dict[str, Path]) -> None:
    contents = linked()
    first, second, third = (
        (reports["with linked instances"] / case_file(row.id)).read_text("utf-8") for row in contents.cases
    )
    assert "Later instance:" in first
    assert "Earlier instance:" not in first
    assert "Earlier instance:" in second
    assert "Later instance:" in second
    assert "5-0/2022" in third
    assert "5-1/2022" in third
