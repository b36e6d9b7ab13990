"""Are courts, judges, numbers, dates, articles and instances read right, and are instances of one matter joined?

    python benchmarks/quality_facts.py SHARED

Facts alone, without sections, so that a change in how sections are found does not move these numbers; the measure of
the whole product is the one over exports.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from caselight.ingest import read
from caselight.pack import load_pack
from caselight.structure.facts import FactRules, compile_facts, find_facts
from caselight.structure.link import LinkKey, link, link_key
from caselight.structure.reading import read_all_articles
from caselight.types import Case, Document, Fact

COMPARED = ("court", "judge", "case_number", "uid", "decision_date", "event_date", "instance", "statute")


def measure(shared: Path) -> dict[str, Any]:
    """F1 of each fact, precision and recall of links, and how many real strings are understood in full."""
    rules = compile_facts(load_pack("ru"))
    return {
        "facts": facts_of_constructed(shared, rules),
        "links": links_of_constructed(shared, rules),
        "links without identifiers": links_of_constructed(shared, rules, identifiers=False),
        "links of real cards": links_of_cards(shared, rules),
        "strings of articles understood": articles_understood(shared, rules),
        "courts read from the genitive": courts_from_genitive(shared, rules),
    }


def facts_of_constructed(shared: Path, rules: FactRules) -> dict[str, float]:
    """F1 by fact over the constructed records."""
    hits = dict.fromkeys(COMPARED, 0)
    sizes = dict.fromkeys(COMPARED, 0)
    for _, document, gold in _constructed(shared):
        facts, _ = find_facts(document, (), rules)
        for name in COMPARED:
            wanted = _wanted(gold, name)
            got = {str(fact.value) for fact in facts if fact.name == name}
            hits[name] += len(wanted & got)
            sizes[name] += len(wanted) + len(got)
    return {name: 2 * hits[name] / sizes[name] for name in COMPARED if sizes[name]}


def _wanted(gold: dict[str, Any], name: str) -> set[str]:
    if name != "statute":
        return {gold[name]} - {None}
    return {f"{s['code']} {s['article']}" + (f" ч.{s['part']}" if s["part"] else "") for s in gold["statutes"]}


def links_of_constructed(shared: Path, rules: FactRules, *, identifiers: bool = True) -> dict[str, float | None]:
    """Pairwise precision and recall; without identifiers only what reviews quote can join."""
    keys, matter = [], {}
    for name, document, gold in _constructed(shared):
        key = _key(document, find_facts(document, (), rules)[0])
        keys.append(key if identifiers else key._replace(uid=""))
        matter[key.case] = gold["case_key"] or name
    return _pairs(keys, matter)


def links_of_cards(shared: Path, rules: FactRules) -> dict[str, float | None]:
    """The same on real pages, where the identifier on the card tells the matter."""
    keys, matter = [], {}
    for path in sorted((shared / "data/ru-court-cards").glob("*/*.htm*")):
        document = read(path.read_bytes(), path.name).document
        if document:
            key = _key(document, find_facts(document, (), rules)[0])
            keys.append(key._replace(uid=""))
            matter[key.case] = key.uid or path.name
    return _pairs(keys, matter)


def articles_understood(shared: Path, rules: FactRules) -> float:
    """Share of real strings of articles of which every article, part and point is read."""
    lines = (shared / "data/ru-court-reference/statute_strings.txt").read_text("utf-8").splitlines()
    understood = 0
    for line in lines:
        articles = [statute for _, statute in read_all_articles(line, rules.readers)]
        understood += (
            len(articles) == len(re.findall(r"ст\.", line))
            and sum(bool(s.part) for s in articles) == len(re.findall(r"ч\.\s?\d", line))
            and sum(bool(s.point) for s in articles) == len(re.findall(r"п\.п\.|пп\.|п\.", line))
        )
    return understood / len(lines)


def courts_from_genitive(shared: Path, rules: FactRules) -> float:
    """Share of the register's courts that are read, with the judge behind them, from "Судья ...ого суда ..."."""
    rows = (shared / "data/ru-court-reference/mun_court_dict_v20250424.csv").read_text("utf-8-sig").splitlines()[1:]
    names = sorted({row.split(";")[3] for row in rows if row.split(";")[3]})
    right = 0
    for name in names:
        head, court, place = name.partition("суд")
        words = [re.sub(r"(?:ий|ый|ой)$", "ого", word) for word in head.split()]
        text = f"ПОСТАНОВЛЕНИЕ\nСудья {' '.join([*words, court + 'а'])}{place} Сомова А.А., рассмотрев дело\nУСТАНОВИЛ:"
        facts, _ = find_facts(_document(name, text), (), rules)
        found = {fact.name: fact.value for fact in facts}
        right += found.get("court") == name and found.get("judge") == "Сомова А.А."
    return right / len(names)


def _constructed(shared: Path) -> Iterator[tuple[str, Document, dict[str, Any]]]:
    for path in sorted((shared / "data/constructed").glob("[0-9]*.txt")):
        yield (
            path.stem,
            _document(path.stem, path.read_bytes().decode("utf-8")),
            json.loads(path.with_suffix(".json").read_text("utf-8")),
        )


def _document(name: str, text: str) -> Document:
    return Document(name.encode().hex().rjust(64, "0")[-64:][::-1], name, text, "plain", "text/plain", "ru")


def _key(document: Document, facts: list[Fact]) -> LinkKey:
    return link_key(Case("c" + document.id[:16], "", (document.id,), (), tuple(facts)), document)


def _pairs(keys: list[LinkKey], matter: dict[str, str]) -> dict[str, float | None]:
    links, _ = link(keys)
    both = found = wanted = 0
    for left, right in combinations(links, 2):
        together, really = left.matter == right.matter, matter[left.case] == matter[right.case]
        both += together and really
        found += together
        wanted += really
    return {"precision": both / found if found else None, "recall": both / wanted if wanted else None}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1])), ensure_ascii=False, indent=1))
