"""Pages of a report as tests read them: their tags, their links, and the text of a record on them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "br", "input", "line", "circle"}


class Page(HTMLParser):
    """Everything about one page that tests ask for; notes a fault where tags do not nest."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.stack: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(path.read_text("utf-8"))
        self.close()
        if self.stack:
            self.faults.append(f"left open: {self.stack}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len({name for name, _ in attrs}) < len(attrs):
            self.faults.append(f"attribute twice in {tag}")
        if tag not in VOID:
            self.stack.append(tag)
        if tag in ("p", "ul", "ol", "section", "table", "h2") and "p" in self.stack[:-1]:
            self.faults.append(f"{tag} inside p")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(f"</{tag}> closes something else, line {self.getpos()[0]}")

    def ids(self) -> list[str]:
        return [str(a["id"]) for _, a in self.elements if "id" in a]

    def links(self) -> list[str]:
        return [str(a[k]) for _, a in self.elements for k in ("href", "src") if k in a]

    def count(self, tag: str) -> int:
        return sum(t == tag for t, _ in self.elements)


def pages_of(folder: Path) -> list[Page]:
    """Every page of the report in that folder."""
    return [Page(path) for path in sorted(folder.rglob("*.html"))]


def words_of(path: Path) -> str:
    """The record's text as its page shows it."""
    return "".join(re.findall(r'<div class="words"[^>]*>(.*?)</div>', path.read_text("utf-8"), re.DOTALL))


def stripped(html: str) -> str:
    """What is left without tags."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
