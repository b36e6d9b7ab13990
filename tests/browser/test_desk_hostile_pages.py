"""Hostile records, names and answers: nothing of them is ever run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from caselight.desk.pages import LANGUAGES
from caselight.desk.routes import WAYS
from caselight.drawing import Wish
from caselight.store import Study
from desk_server import Served, Visit
from desk_study import CODEBOOK, make_study, record
from payloads import PAYLOADS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    # As HTML that shows them: in a file that is taken for HTML, what looks like tags would not be text.
    page = "<html><body><pre>{}</pre></body></html>"
    every = "\n".join(PAYLOADS)
    names = [f"{n} {payload.replace('/', '_')}"[:80] + ".html" for n, payload in enumerate(PAYLOADS[:4])]
    texts = [(name, page.format(escape(record(n, every)))) for n, name in enumerate(names)]
    folder = tmp_path_factory.mktemp("hostile")
    return make_study(folder, texts, Wish(4, double=1.0), hostile_codebook(), title=" ".join(PAYLOADS[:5]))


def hostile_codebook() -> str:
    """The small codebook with payloads wherever it has words."""
    book = yaml.safe_load(CODEBOOK)
    words = iter(itertools.cycle(PAYLOADS))
    book["title"] = {language: next(words) for language in LANGUAGES}
    for variable in book["variables"]:
        variable["question"] = {language: f"{variable['name']} {next(words)} {next(words)}" for language in LANGUAGES}
        variable["definition"] = {language: next(words) + next(words) for language in LANGUAGES}
        for value in variable.get("values", ()):
            value["label"] = {language: f"{value['name']} {next(words)}" for language in LANGUAGES}
            value["definition"] = {language: next(words) for language in LANGUAGES}
            value["examples"] = [next(words)]
    text: str = yaml.safe_dump(book, allow_unicode=True, sort_keys=False)
    return text


@pytest.fixture
def hostile(own_study: Study) -> Iterator[Served]:
    running = Served(own_study)
    yield running
    running.stop()


def executed(page: Any) -> bool:
    return bool(page.evaluate("Boolean(window.__hit) || document.documentElement.hasAttribute('data-hit')"))


def test_thirty_payloads_in_every_field_execute_nothing(browser: Any, hostile: Served) -> None:
    every = "\n".join(PAYLOADS)
    assert len(PAYLOADS) >= 30
    for name in ("anna", "boris"):
        with Visit(browser, hostile) as visit:
            page = visit.code_as(name)
            told = page.evaluate(CODE_HOSTILE, [every[:3900], "none" if name == "anna" else "mentioned"])
            assert told == [""] * 12
            visit.go("/code")
            page.wait_for_selector("main[data-state]")
            page.wait_for_timeout(100)
            assert not executed(page)
            assert visit.foreign() == []
    with Visit(browser, hostile) as visit:
        page = visit.lead()
        pair = page.evaluate("fetch('/settle.json').then(a => a.json()).then(d => d.pairs[0])")
        ask = quote("".join(PAYLOADS[:12]))
        for path in hostile_paths(pair, ask):
            visit.go(path)
            assert not executed(page), path
        page.goto(f"{hostile.base}/settle/{pair['case']}/role")
        page.wait_for_selector("#settle[data-state=ready]")
        page.keyboard.press("b")
        page.fill("textarea[name=memo]", every[:3900])
        page.click("#settle button.main")
        page.wait_for_url(lambda url: "/role" not in url or pair["case"] not in url)
        for path in (f"/settle/{pair['case']}/role", f"/cases/{pair['case']}", "/settle?state=settled", "/progress"):
            visit.go(path)
            assert not executed(page), path
        assert "<script>" in page.goto(f"{hostile.base}/cases/{pair['case']}.json").text(), "they are there, as text"
        assert "dialog" not in " ".join(visit.said)
        assert visit.foreign() == []


def hostile_paths(pair: dict[str, Any], ask: str) -> list[str]:
    """Every page of the desk, as it is and with hostile words in whatever it can be asked."""
    paths = []
    for way in WAYS:
        if way.method == "GET" and way.gives == "text/html":
            path = way.path.replace("{case}", pair["case"]).replace("{variable}", "role")
            paths += [path, f"{path}?" + "&".join(f"{name}={ask}" for name in (*way.query, "sitter")[:4])]
            paths += [f"{path}?{name}={ask}" for name in way.query]
    return [*paths, f"/draw?size=2&by={ask}", f"/agreement/{ask[:300]}", f"/{ask[:900]}"]


CODE_HOSTILE = """async ([memo, value]) => {
  const desk = await (await fetch('/api/desk')).json();
  const told = [];
  const headers = {'Content-Type': 'application/json'};
  const post = async (url, sent) => {
    const body = JSON.stringify({key: crypto.randomUUID(), sitter: desk.coder, ...sent});
    const answer = await fetch(url, {method: 'POST', headers, body});
    told.push(answer.ok ? '' : await answer.text());
  };
  for (const [name] of desk.queue) {
    const [found] = (await (await fetch('/api/cases/' + name)).json()).documents;
    const start = found.text.indexOf('<'), end = start + 200;
    const quote = [...found.text].slice(start, end).join('');
    const quotes = [{document: found.document, start, end, quote, said_by: 'court', denied: false, memo}];
    await post('/api/decisions', {case: name, variable: 'role', value, memo, quotes});
    await post('/api/decisions', {case: name, variable: 'words', value: memo.slice(0, 900)});
    await post('/api/questions', {case: name, variable: 'role', memo});
  }
  return told;
}"""
