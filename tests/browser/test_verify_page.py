"""verify.html in a real browser, opened from disk: the same checks, in JavaScript, without a connection."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from caselight.bundle.container import SEALED, FileBundle
from caselight.estimate.stratified import count
from caselight.types import Stratum
from sealed_sample import MANY_READ, SEED, changed, make_signer, make_study, sealed, three_draws, unpacked, without

CHROMIUM = os.environ.get("CASELIGHT_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("page")
    bundle = sealed(make_study(top / "study"), top / "small.zip", make_signer(top))
    return {"bundle": bundle, "folder": unpacked(bundle, top / "unpacked"), "key": top / "test.key.pub"}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    good, twice = (tmp_path_factory.mktemp(name) for name in ("good", "twice"))
    return {"good": three_draws(good), "twice": three_draws(twice, SEED)}


@pytest.fixture(scope="module")
def browser(files: dict[str, Path], three: dict[str, Path]) -> Iterator[Any]:
    del files, three  # made first: workers cannot be forked beside a browser
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).is_file():
        pytest.skip("needs Chromium (or $CASELIGHT_CHROMIUM)")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Told:
    """What the page says of a bundle."""

    def __init__(self, browser: Any, page: Path, bundle: Path, key: str = "", language: str = "en") -> None:
        context = browser.new_context(locale=language)
        opened = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto(page.as_uri())
        opened.set_input_files("#folder" if bundle.is_dir() else "#file", str(bundle))
        opened.fill("#key", key)
        opened.click("#go")
        opened.wait_for_selector("body[data-result]", timeout=60_000)
        self.result = opened.get_attribute("body", "data-result")
        self.checks = opened.inner_text("#checks")
        self.text = opened.inner_text("main")
        self.faults = {
            (one.get_attribute("data-file"), one.get_attribute("data-kind"))
            for one in opened.query_selector_all("#faults li")
        }
        context.close()
        assert said == []
        assert asked == [page.as_uri()], "the page asked for something"


@pytest.mark.parametrize("which", ["bundle", "folder"])
def test_a_sealed_study_verifies_in_the_browser(browser: Any, files: dict[str, Path], which: str) -> None:
    told = Told(browser, files["folder"] / "verify.html", files[which], files["key"].read_text("ascii").split("\n")[1])
    assert (told.result, told.faults) == ("ok", set())
    assert told.checks.count("✓") == 6


def test_it_speaks_russian(browser: Any, files: dict[str, Path]) -> None:
    told = Told(browser, files["folder"] / "verify.html", files["bundle"], language="ru")
    assert "ВЕРНО" in told.text
    assert "undefined" not in told.text


def test_limits_in_the_browser_are_those_of_the_estimates_when_thousands_were_read(
    browser: Any, files: dict[str, Path]
) -> None:
    opened = browser.new_page()
    opened.goto((files["folder"] / "verify.html").as_uri())
    for certified in (False, True):
        cells = [dict(zip(("N", "n", "x", "u"), cell, strict=True)) for cell in MANY_READ]
        found = opened.evaluate(
            "([cells, c]) => cells.map((cell) => limits([cell], 0.95, c).slice(1))", [cells, certified]
        )
        right = [count([Stratum(*cell)], 0.95, "certified" if certified else "standard") for cell in MANY_READ]
        assert found == [[one.low, one.high] for one in right]
    opened.close()


CHANGES = [
    ("tables/estimates.jsonl", r'"low": (\d)', r'"low": 1\1', "figure_differs"),
    ("tables/estimates.jsonl", r'"low": (\d)', '"low": NaN', "unreadable"),
    ("tables/answers.jsonl", '"quote": "', '"quote": "not ', "quotation_differs"),
    ("report/index.html", r'(data-is="\w+">)(\d)', r"\g<1>1\2", "printed_differs"),
    ("draws/0001/seed.txt", "2", "3", "draw_differs"),
    ("tables/books.jsonl", '"came_in": ', '"came_in": 1', "unbalanced"),
]


@pytest.mark.parametrize(("name", "old", "new", "kind"), CHANGES, ids=[f"{c[0]}: {c[3]}" for c in CHANGES])
def test_a_change_is_named_in_the_browser(
    browser: Any, files: dict[str, Path], tmp_path: Path, name: str, old: str, new: str, kind: str
) -> None:
    folder = changed(files["folder"], tmp_path / "x", name, lambda text: re.sub(old, new, text, count=1))
    told = Told(browser, files["folder"] / "verify.html", folder)
    assert told.result == "not-ok"
    assert ("manifest.json.minisig", "wrong_signature") in told.faults
    assert kind in {found for _, found in told.faults}


def test_a_forged_digit_blames_no_page_in_the_browser(browser: Any, files: dict[str, Path], tmp_path: Path) -> None:
    name = "tables/estimates.jsonl"
    for number, (old, new) in enumerate([(r'"low": (\d)', r'"low": 1\1'), (r'"x": (\d)', r'"x": 1\1')]):
        folder = changed(
            files["folder"], tmp_path / str(number), name, lambda t, o=old, n=new: re.sub(o, n, t, count=1)
        )
        told = Told(browser, files["folder"] / "verify.html", folder)
        assert told.faults == {("manifest.json.minisig", "wrong_signature"), (name, "figure_differs")}


def test_strata_on_the_page_of_a_figure_are_checked_in_the_browser(
    browser: Any, files: dict[str, Path], tmp_path: Path
) -> None:
    page = next(p for p in sorted((files["folder"] / "report" / "figures").iterdir()) if p.name != "index.html")
    name = page.relative_to(files["folder"]).as_posix()
    folder = changed(files["folder"], tmp_path / "x", name, lambda t: re.sub(r'(data-is="x">)', r"\g<1>1", t, count=1))
    assert (name, "printed_differs") in Told(browser, files["folder"] / "verify.html", folder).faults


@pytest.mark.parametrize("name", ["tables/answers.jsonl", "tables/estimates.jsonl", "draws/0001/machine.jsonl"])
def test_a_damaged_file_is_named_once_in_the_browser(
    browser: Any, files: dict[str, Path], tmp_path: Path, name: str
) -> None:
    with closing(FileBundle(files["bundle"], SEALED)) as opened:
        member = opened._members[name]
    data = bytearray(files["bundle"].read_bytes())
    data[member.data + member.packed // 2] ^= 4
    (tmp_path / "x.zip").write_bytes(data)
    told = Told(browser, files["folder"] / "verify.html", tmp_path / "x.zip")
    assert {file for file, _ in told.faults if file} == {name}
    assert "not checked" in told.text
    assert "What this does not prove" in told.text
    assert "Not checked in a browser" in told.text


def test_draws_set_aside_and_seeds_used_twice_are_named_in_the_browser(
    browser: Any, three: dict[str, Path], tmp_path: Path
) -> None:
    page = three["good"] / "verify.html"
    assert Told(browser, page, three["good"]).faults == set()
    aside = Told(browser, page, without(three["good"], tmp_path / "x", "draws/0001/"))
    assert ("draws/0001/commitment.json", "draw_set_aside") in aside.faults
    twice = Told(browser, page, three["twice"])
    assert twice.faults == {("draws/0002/seed.txt", "seed_twice"), ("draws/0003/seed.txt", "seed_twice")}


@pytest.mark.parametrize("at", [100, -200, -3])
def test_a_changed_byte_is_named_in_the_browser(browser: Any, files: dict[str, Path], tmp_path: Path, at: int) -> None:
    data = bytearray(files["bundle"].read_bytes())
    data[at] ^= 1
    (tmp_path / "x.zip").write_bytes(data)
    told = Told(browser, files["folder"] / "verify.html", tmp_path / "x.zip")
    assert told.result == "not-ok"
    assert told.faults


def test_a_bundle_that_was_packed_anew_is_checked_in_the_browser(
    browser: Any, files: dict[str, Path], tmp_path: Path
) -> None:
    name = "report/data/figures.csv"
    with zipfile.ZipFile(files["bundle"]) as old, zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            content = old.read(one)
            new.writestr(one, content.replace(b",case,", b",case,1", 1) if one == name else content)
    told = Told(browser, files["folder"] / "verify.html", tmp_path / "x.zip")
    assert {("x.zip", "repacked"), (name, "changed")} <= told.faults
    assert "another program wrote this file anew" in told.text
    assert "expected: ;" not in told.text
    assert "touches: all figures" in told.text
