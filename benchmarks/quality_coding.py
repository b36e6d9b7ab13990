"""How right is the coding by rules? Answers and quotations against gold, in one process, without a study folder.

    python benchmarks/quality_coding.py [--shared DIR]
    python benchmarks/quality_coding.py --gold DIR ...

`measure(shared)` gives every figure as a number; the folders are those of the project's shared material. `--gold` gives
facts, coding and links of any folders of rulings NNN.txt with their answers NNN.json, such as tests/examples/rulings/a.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from caselight import coding, structure
from caselight.codebook import load_codebook
from caselight.pack import load_pack
from caselight.structure.link import link, link_key
from caselight.types import Answer, Case, Document, Value
from caselight.words import Vocabulary, tokenise
from product import SHARED

ONE = ("surveillance_role", "detention_timing", "defence_challenged_surveillance", "court_response", "slogan")
FACTS = ("court", "judge", "case_number", "uid", "decision_date", "event_date")
OUTCOMES = ("outcome", "fine_rub", "arrest_days", "work_hours", "termination_reason", "appeal_result")
MANY = ("identification_means", "camera_system", "system_named")
APPEALS = {"Affirm": "affirm", "Reverse": "reverse", "Complex": "mixed", "Dismiss": "dismiss"}


def coded(texts: Mapping[str, str], pack: str, codebook: str) -> dict[tuple[str, str], Answer]:
    """(name of the text, variable) -> answer."""
    loaded = load_pack(pack)
    vocabulary = Vocabulary(loaded.language)
    documents = [_document(name, text, loaded.language) for name, text in texts.items()]
    words = tokenise([document.text for document in documents], vocabulary)
    rules = structure.compile_pack(loaded)
    cases = [made.case for made in structure.structure(documents, words, rules)]
    coder = coding.compile_codebook(load_codebook(codebook), loaded, vocabulary)
    answers, _ = coding.code(list(zip(documents, cases, strict=True)), words, coder)
    named = _names(documents, cases)
    return {(named[answer.case], answer.variable): answer for answer in answers}


def structured(texts: Mapping[str, str], pack: str) -> dict[str, Case]:
    """Name of the text -> its case, with the facts that the product reads in it."""
    loaded = load_pack(pack)
    documents = [_document(name, text, loaded.language) for name, text in texts.items()]
    words = tokenise([document.text for document in documents], Vocabulary(loaded.language))
    rules = structure.compile_pack(loaded)
    made = structure.structure(documents, words, rules)
    return {document.name: one.case for document, one in zip(documents, made, strict=True)}


def of_gold(folders: Iterable[Path]) -> dict[str, float]:
    """Facts, links and coding of the rulings in these folders, whose names must differ."""
    golds: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for folder in folders:
        golds |= _golds(folder)
        texts |= _texts(folder)
    return _facts(golds, texts) | _coding(golds, texts)


def constructed(folder: Path) -> dict[str, float]:
    """F1 of each variable, and for quotations: share of the gold ones met, speaker right, denial right."""
    return _coding(_golds(folder), _texts(folder))


def _golds(folder: Path) -> dict[str, Any]:
    paths = sorted(folder.glob("*.json"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths if path.stem.isdigit()}


def _texts(folder: Path) -> dict[str, str]:
    return {stem: (folder / f"{stem}.txt").read_bytes().decode("utf-8") for stem in _golds(folder)}


def _facts(golds: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, float]:
    """F1 of each fact; pairwise precision and recall of instances of one matter."""
    pack = load_pack("ru")
    vocabulary, rules = Vocabulary(pack.language), structure.compile_pack(pack)
    documents = [_document(stem, text, pack.language) for stem, text in texts.items()]
    words = tokenise([document.text for document in documents], vocabulary)
    cases = [made.case for made in structure.structure(documents, words, rules)]
    pairs: dict[str, list[tuple[set[str], set[str]]]] = {name: [] for name in (*FACTS, *OUTCOMES, "statute")}
    for gold, case in zip(golds.values(), cases, strict=True):
        wanted = {**gold, **gold["answers"], "statute": [_article(statute) for statute in gold["statutes"]]}
        for name, compared in pairs.items():
            compared.append((_set(wanted[name]), {str(fact.value) for fact in case.facts if fact.name == name}))
    links, _ = link([link_key(case, document) for case, document in zip(cases, documents, strict=True)])
    matters = {found.case: found.matter for found in links}
    keys = [(gold["case_key"], matters[case.id]) for gold, case in zip(golds.values(), cases, strict=True)]
    joined = [(left[0] == right[0], left[1] == right[1]) for left, right in combinations(keys, 2)]
    right = sum(wanted and got for wanted, got in joined)
    figures = {f"{name}, F1": f1(compared) for name, compared in pairs.items()}
    figures["links, precision"] = right / max(1, sum(got for _, got in joined))
    figures["links, recall"] = right / max(1, sum(wanted for wanted, _ in joined))
    return figures


def _article(statute: Mapping[str, str]) -> str:
    return f"{statute['code']} {statute['article']}" + (f" ч.{statute['part']}" if statute["part"] else "")


def _coding(golds: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, float]:
    answers = coded(texts, "ru", "surveillance")
    figures: dict[str, float] = {}
    for name in ONE + MANY:
        pairs = [(_set(gold["answers"].get(name)), _set(answers[stem, name].value)) for stem, gold in golds.items()]
        figures[f"{name}, F1"] = f1(pairs)
    recognised = [
        ({"facial_recognition"} & _set(g["answers"]["identification_means"]), {"facial_recognition"} & _set(a.value))
        for g, a in ((g, answers[stem, "identification_means"]) for stem, g in golds.items())
    ]
    given = sum(len(got) for _, got in recognised)
    figures["facial_recognition, precision"] = sum(len(gold & got) for gold, got in recognised) / max(1, given)
    return figures | _quotations(golds, answers)


def _quotations(golds: Mapping[str, Any], answers: Mapping[tuple[str, str], Answer]) -> dict[str, float]:
    total = met = speaker = denial = 0
    for stem, gold in golds.items():
        for wanted in gold["evidence"]:
            if (stem, wanted["variable"]) not in answers:
                continue
            total += 1
            found = [
                e
                for e in answers[stem, wanted["variable"]].evidence
                if e.span.start < wanted["end"] and wanted["start"] < e.span.end
            ]
            met += bool(found)
            speaker += any(e.said_by == wanted["said_by"] for e in found)
            denial += any(e.denied == wanted["denied"] for e in found)
    return {
        "quotations met": met / total,
        "speaker right, of those met": speaker / met,
        "denial right, of those met": denial / met,
    }


def rally(folder: Path) -> dict[str, float]:
    """Real rulings of 2011 to 2017: none is about facial recognition."""
    texts = {path.stem: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.txt"))}
    answers = coded(texts, "ru", "surveillance")
    means = [_set(answers[stem, "identification_means"].value) for stem in texts]
    return {"rally: coded as facial recognition": float(sum("facial_recognition" in m for m in means))}


def appeals(folder: Path) -> dict[str, float]:
    """Accuracy of the outcome of opinions, and the share of right answers whose quotation is one that people marked."""
    with gzip.open(folder / "nm_human300.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    answers = coded({row["id"]: row["text"] for row in rows}, "us", "appeal-outcome")
    right = [row for row in rows if answers[row["id"], "outcome"].value == APPEALS[row["human_label"]]]
    shown = sum(_marked(row, answers[row["id"], "outcome"]) for row in right)
    return {
        "appeals: outcome, accuracy": len(right) / len(rows),
        "appeals: quotation marked by people, of those right": shown / len(right),
    }


def _marked(row: Mapping[str, Any], answer: Answer) -> bool:
    marks = row["outcome_spans"]
    return any(e.span.start < mark["end"] and mark["start"] < e.span.end for e in answer.evidence for mark in marks)


def measure(shared: Path) -> dict[str, float]:
    """Every figure by its name."""
    data = shared / "data"
    return constructed(data / "constructed") | rally(data / "rally") | appeals(data / "us-nm-appeals")


def f1(pairs: Sequence[tuple[set[str], set[str]]]) -> float:
    """2TP / (2TP + FP + FN) over (gold, given) values."""
    right = sum(len(gold & got) for gold, got in pairs)
    wrong = sum(len(gold ^ got) for gold, got in pairs)
    return 2 * right / (2 * right + wrong) if right or wrong else 1.0


def _document(name: str, text: str, language: str) -> Document:
    return Document(hashlib.sha256(name.encode()).hexdigest(), name, text, "text", "text/plain", language)


def _names(documents: Sequence[Document], cases: Sequence[Case]) -> dict[str, str]:
    return {case.id: document.name for document, case in zip(documents, cases, strict=True)}


def _set(value: Value | list[str]) -> set[str]:
    if value is None:
        return set()
    return {str(v) for v in value} if isinstance(value, tuple | list) else {str(value)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--gold", type=Path, nargs="+", metavar="DIR")
    arguments = parser.parse_args()
    for figure, number in (of_gold(arguments.gold) if arguments.gold else measure(arguments.shared)).items():
        print(f"{figure:45s} {number:.3f}")
