"""Small records with names, for tests of protection: text in, published text out."""

from __future__ import annotations

import re

from caselight.pack import load_pack
from caselight.protect import Numbering, Policy, Protected, Redaction, Subject, knowledge, protect_matter, token
from caselight.types import Document, Fact, Field, Span

RU, US = knowledge(load_pack("ru")), knowledge(load_pack("us"))


def document(text: str, fields: tuple[Field, ...] = (), number: int = 1) -> Document:
    return Document(f"{number:064x}", f"{number}.txt", text, "plain", "text/plain", "ru", fields=fields)


def protected(
    *documents: Document, policy: Policy | None = None, facts: tuple[Fact, ...] = (), values: tuple[str, ...] = ()
) -> list[Protected]:
    """Documents as the instances of one matter."""
    subjects = [Subject(f"c{d.id[-16:]}", (d,), facts if i == 0 else (), values) for i, d in enumerate(documents)]
    return protect_matter(subjects, RU, policy or Policy(), Numbering())


def redaction(case: Protected, of: Document, language: str = "ru") -> Redaction:
    edits = case.edits[of.id]
    return Redaction(edits, [token(e.kind, e.number, 3, language) for e in edits])


def published(text: str, policy: Policy | None = None) -> str:
    """The text with its tokens."""
    of = document(text)
    return redaction(protected(of, policy=policy)[0], of).text(text)


def published_english(text: str) -> str:
    of = document(text)
    case = protect_matter([Subject("c1", (of,), ())], US, Policy(), Numbering())[0]
    return redaction(case, of, "en").text(text)


def tokens(text: str) -> list[str]:
    return re.findall(r"\[[А-ЯA-Z]-\d+\]", text)


def fact(of: Document, name: str, quote: str) -> Fact:
    start = of.text.index(quote)
    return Fact(name, quote, Span.of(of, start, start + len(quote)))
