"""How right is the coding by rules? Answers and quotations against gold, in one process, without a study folder.

    python benchmarks/quality_coding.py --shared DIR

`measure(shared)` gives every figure as a number; the folders are those of the project's shared material.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from caselight import coding, structure
from caselight.codebook import load_codebook
from caselight.pack import load_pack
from caselight.types import Answer, Case, Document, Value
from caselight.words import Vocabulary, tokenise

ONE = ("surveillance_role", "detention_timing", "defence_challenged_surveillance", "court_response", "slogan")
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


def constructed(folder: Path) -> dict[str, float]:
    """F1 of each variable, and for quotations: share of the gold ones met, speaker right, denial right."""
    golds = {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json")) if p.stem.isdigit()}
    texts = {stem: (folder / f"{stem}.txt").read_bytes().decode("utf-8") for stem in golds}
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
    parser.add_argument("--shared", type=Path, required=True)
    for figure, number in measure(parser.parse_args().shared).items():
        print(f"{figure:45s} {number:.3f}")
