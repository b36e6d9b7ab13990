"""Search in a study: keeps its index up to date, gives it the texts, and shows what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from caselight import search as engine
from caselight.pipeline import Tell, current
from caselight.planning import Made, Plan
from caselight.store import Study
from caselight.tables import case_of, read_table
from caselight.types import Case, RegionKind


def search(study: Study, query: str, tell: Tell) -> tuple[int, Iterator[dict[str, Any]]]:
    """How many cases the query means, and the cases, best first. The caller holds the study's lock.

    Raises:
        UsageError: the study is not up to date, or the query cannot be read.
    """
    made = current(study)
    _bring_up_to_date(made, tell)
    texts = _Texts(made)
    found = engine.search(study.search_index, query, texts)
    return found.total, (_shown(hit) for hit in found.hits)


def _bring_up_to_date(made: Made, tell: Tell) -> None:
    """Indexes the cases that are new or changed, and forgets those that are gone."""
    folder = made.study.search_index
    language = made.codebook.language
    known = engine.known(folder, language)
    wanted: dict[str, str] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "digest"]).to_pydict()
        wanted |= {case: f"{digest:016x}" for case, digest in zip(part["id"], part["digest"], strict=True)}
    fresh = {case for case, digest in wanted.items() if known.get(case) != digest}
    gone = set(known) - set(wanted)
    if fresh or gone:
        engine.update(folder, language, gone, _rows(made, fresh, wanted, tell))


def _rows(made: Made, fresh: Collection[str], digests: dict[str, str], tell: Tell) -> Iterator[engine.SearchRow]:
    done = 0
    for plan in made.plans:
        for case, text, name in _bucket(plan):
            if case.id not in fresh:
                continue
            facts: dict[str, str] = {}
            for fact in case.facts:
                facts.setdefault(fact.name, str(fact.value))
            done += 1
            tell("index", done, len(fresh))
            yield engine.SearchRow(
                case=case.id,
                digest=digests[case.id],
                name=name,
                text=text,
                court=facts.get("court", ""),
                judge=facts.get("judge", ""),
                number=facts.get("case_number", ""),
                outcome=facts.get("outcome", ""),
                statute=facts.get("statute", ""),
                date=facts.get("decision_date", ""),
            )


def _bucket(plan: Plan) -> Iterator[tuple[Case, str, str]]:
    texts = read_table(plan.paths["texts"], ["text", "regions", "name"])
    cases = read_table(plan.paths["cases"]).to_pylist()
    for row, text, regions, name in zip(cases, texts["text"], texts["regions"], texts["name"], strict=True):
        yield case_of(row), _searched(text.as_py(), regions.as_py()), name.as_py()


def _searched(text: str, regions: Iterable[Mapping[str, Any]]) -> str:
    """The text in which words are looked for: without the other columns of a dump, whose place is left blank."""
    for region in regions:
        if region["kind"] == RegionKind.META.value:
            start, end = region["start"], region["end"]
            text = text[:start] + " " * (end - start) + text[end:]
    return text


class _Texts:
    """The text of a case by its id, from the memory-mapped tables."""

    def __init__(self, made: Made) -> None:
        self._places: dict[str, tuple[Plan, int]] = {}
        self._open: dict[int, Any] = {}
        for plan in made.plans:
            for i, case in enumerate(read_table(plan.paths["cases"], ["id"])["id"].to_pylist()):
                self._places[case] = (plan, i)

    def __call__(self, case: str) -> str:
        plan, row = self._places[case]
        number = plan.bucket.number
        if number not in self._open:
            self._open[number] = read_table(plan.paths["texts"], ["text", "regions"])
        part = self._open[number]
        return _searched(part["text"][row].as_py(), part["regions"][row].as_py())


def _shown(hit: engine.Hit) -> dict[str, Any]:
    snippets = [{"start": s.start, "end": s.end, "quote": s.quote, "marks": list(s.marks)} for s in hit.snippets]
    return {"case": hit.case, "name": hit.name, "score": hit.score, "snippets": snippets}


def hit_line(hit: dict[str, Any]) -> str:
    """One hit for a person: the record, the case, and each place with the words found in [brackets]."""
    lines = [f"{hit['name']}  {hit['case']}", *map(_marked, hit["snippets"])]
    return "\n".join(lines)


def _marked(snippet: dict[str, Any]) -> str:
    quote, base, at, shown = snippet["quote"], snippet["start"], 0, ""
    for start, end in snippet["marks"]:
        shown += f"{quote[at : start - base]}[{quote[start - base : end - base]}]"
        at = end - base
    return "    … " + " ".join((shown + quote[at:]).split()) + " …"
