"""Learns the weights by which paragraphs are put into sections, from rulings whose sections were marked by hand.

    python benchmarks/train_sections.py [--shared DIR] [--write] [--l2 6] [--rulings 10]

Prints the share of marked characters in the right section, cross-validated by ruling (five folds: no ruling is judged
by weights that have seen it). --write puts the weights learned from all rulings into packs/ru/words/sections.csv. Only
common words of the dictionary get a weight, and only those in at least --rulings of the rulings: no names, no places.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caselight.pack import SHIPPED, load_pack
from caselight.structure.codes import batches
from caselight.structure.sections import SectionRules, compile_sections, drafted, passage_of
from caselight.structure.sections import find_sections as sections_of
from caselight.structure.weights import FIRST_WORDS, LENGTH_SCALE, SIZES, TENTHS, Passage, SectionWeights, WordRows
from caselight.types import Document
from caselight.words import Vocabulary, Words, tokenise
from product import SHARED

Matrix = NDArray[np.float32]
SECTIONS = ("header", "established", "arguments", "evidence", "law", "assessment", "operative")
# What the hand marks of the rally rulings mean here.
MARKS = {
    "int": "header",
    "fab": "established",
    "proof": "evidence",
    "witness": "evidence",
    "expert": "evidence",
    "jur": "law",
    "meditation": "assessment",
    "res": "operative",
    "conv": "operative",
}
# The hand marks do not tell what the parties say from what happened. These words do, well enough to learn from.
SAYS = re.compile(
    r"(?i)вин[уы][^.]{0,60}признал|пояснил|показал|объяснил|возражал|просил|настаивал|заявил|ходатайствовал|поддержал"
)
PARTY = re.compile(r"(?i)защитник|адвокат|представител|вин[уы]|лицо|правонарушител|в судебном заседании")
OTHERS = re.compile(r"(?i)свидетел|инспектор|полиц|рапорт|сотрудник|участков|уполномоченн|специалист|эксперт")
# Written with a capital letter, yet no names.
CAPITALISED = frozenset(["российской", "федерации", "конституции", "кодекса", "федерального", "закона", "статьей"])
FOLDS = 5
STEPS = 250  # of accelerated gradient descent; the share does not move after 150


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling with its marks."""

    name: str
    document: Document
    words: Words
    passage: Passage
    label: NDArray[np.intp]  # (P,) index into SECTIONS; -1 = not marked
    marked: tuple[tuple[int, int, str], ...]  # start, end, section


@dataclass(frozen=True, slots=True)
class Settings:
    """How the weights are learned."""

    l2: float = 6.0
    least_rulings: int = 10


def rulings(folder: Path, vocabulary: Vocabulary, rules: SectionRules) -> list[Ruling]:
    """The marked rulings of `folder` (NNN.txt, NNN.json)."""
    found = []
    for path in sorted(folder.glob("*.json")):
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        marks = json.loads(path.read_text("utf-8"))["sections"]
        marked = tuple((mark["start"], mark["end"], MARKS[mark["name"]]) for mark in marks)
        words = tokenise([text], vocabulary).text(0)
        document = Document(path.stem, path.stem, text, "plain", "text/plain", "ru")
        draft = drafted([document], batches([text]), words, rules._replace(long_paragraph=0))
        pieces = draft.pieces
        ends = zip(pieces.start.tolist(), pieces.end.tolist(), strict=True)
        label = np.array([_label(text, piece, marked) for piece in ends])
        passage = passage_of(draft, np.arange(len(label)))
        found.append(Ruling(path.stem, document, words, passage, label, marked))
    return found


def _label(text: str, piece: tuple[int, int], marked: Sequence[tuple[int, int, str]]) -> int:
    start, end = piece
    shares: Counter[str] = Counter()
    for mark_start, mark_end, section in marked:
        shares[section] += max(0, min(end, mark_end) - max(start, mark_start))
    section, characters = shares.most_common(1)[0]
    if not characters:
        return -1
    words = text[start:end]
    if section == "established" and SAYS.search(words) and PARTY.search(words) and not OTHERS.search(words[:80]):
        section = "arguments"
    return SECTIONS.index(section)


def common_words(marked: Sequence[Ruling], settings: Settings) -> dict[int, str]:
    """Hash -> word, of the words that may have a weight."""
    import pymorphy3

    analyser = pymorphy3.MorphAnalyzer()
    rulings_with: Counter[int] = Counter()
    small: Counter[int] = Counter()
    times: Counter[int] = Counter()
    spelt: dict[int, str] = {}
    for ruling in marked:
        text, words = ruling.document.text, ruling.words
        for form, start, end in zip(words.form.tolist(), words.start.tolist(), words.end.tolist(), strict=True):
            word = text[start:end]
            times[form] += 1
            small[form] += word.islower()
            spelt.setdefault(form, word.lower().replace("ё", "е").replace("\xad", ""))
        rulings_with.update(set(words.form.tolist()))
    return {
        form: spelt[form]
        for form, n in rulings_with.items()
        if n >= settings.least_rulings
        and (small[form] / times[form] >= 0.5 or spelt[form] in CAPITALISED)
        and _is_common(spelt[form], analyser)
    }


def _is_common(word: str, analyser: Any) -> bool:
    if not word.isalpha() or (len(word) == 1 and word not in "вискоуя"):
        return False
    readings = analyser.parse(word)
    named = {"Name", "Surn", "Patr", "Geox", "Orgn", "Abbr"}
    likely = [reading for reading in readings if reading.score > 0.2]
    return any(r.is_known for r in readings) and not any(named & set(r.tag.grammemes) for r in likely)


def design(ruling: Ruling, place: Mapping[int, int]) -> Matrix:
    """(P, 2 V + TENTHS + SIZES) what weights.scores multiplies with the weights, one row a paragraph."""
    size, passage = len(place), ruling.passage
    matrix = np.zeros((len(passage.first), 2 * size + TENTHS + SIZES), np.float32)
    rows = np.array([place.get(form, -1) for form in ruling.words.form.tolist()])
    for i, (first, last) in enumerate(zip(passage.first.tolist(), passage.last.tolist(), strict=True)):
        known = rows[first:last]
        known = known[known >= 0]
        np.add.at(matrix[i], known, 1 / (LENGTH_SCALE * np.sqrt(max(len(known), 1))))
        np.add.at(matrix[i], size + known[:FIRST_WORDS], 1)
    row = np.arange(len(matrix))
    matrix[row, 2 * size + passage.tenth] = 1
    matrix[row, 2 * size + TENTHS + np.minimum(np.log2(passage.size + 1).astype(int), SIZES - 1)] = 1
    return matrix


def fit(matrix: Matrix, label: NDArray[np.intp], weight: Matrix, l2: float) -> Matrix:
    """(D, K) weights of a multinomial logistic regression with an l2 penalty, by accelerated gradient descent."""
    weight = (weight / weight.mean())[:, None].astype(np.float32)
    direction = np.random.default_rng(0).random(matrix.shape[1]).astype(np.float32)
    norm = 1.0
    for _ in range(15):
        direction = matrix.T @ (weight[:, 0] * (matrix @ direction))
        norm = float(np.linalg.norm(direction))
        direction /= norm
    step = np.float32(1 / (norm / 2 + l2))
    truth = np.eye(len(SECTIONS), dtype=np.float32)[label]
    best = ahead = np.zeros((matrix.shape[1], len(SECTIONS)), np.float32)
    momentum = 1.0
    for _ in range(STEPS):
        chance = matrix @ ahead
        chance = np.exp(chance - chance.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
        new = ahead - step * (matrix.T @ (weight * (chance - truth)) + np.float32(l2) * ahead)
        after = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = (new + np.float32((momentum - 1) / after) * (new - best)).astype(np.float32)
        best, momentum = new, after
    return best


def learn(marked: Sequence[Ruling], matrices: Sequence[Matrix], l2: float) -> Matrix:
    """Weights from these rulings; a paragraph counts by the square root of its length."""
    matrix = np.vstack(matrices)
    label = np.concatenate([ruling.label for ruling in marked])
    size = np.concatenate([ruling.passage.size for ruling in marked])
    known = label >= 0
    return fit(matrix[known], label[known], np.sqrt(size[known]).astype(np.float32), l2)


def as_weights(learned: Matrix, forms: Sequence[int]) -> SectionWeights:
    """The learned matrix as the product holds it; `forms` are sorted, in the order of its rows."""
    size = len(forms)
    zero = np.zeros((1, learned.shape[1]), np.float32)
    anywhere, beginning = np.vstack([learned[:size], zero]), np.vstack([learned[size : 2 * size], zero])
    tenths, sizes = learned[2 * size : 2 * size + TENTHS], learned[2 * size + TENTHS :]
    hashes = np.array(forms, np.uint64)
    return SectionWeights(SECTIONS, WordRows(hashes), anywhere, beginning, tenths, sizes)


def cross_validated(
    marked: Sequence[Ruling], rules: SectionRules, settings: Settings
) -> Iterator[tuple[Ruling, SectionRules]]:
    """Each ruling with rules whose weights have not seen it."""
    words = common_words(marked, settings)
    forms = sorted(words)
    place = {form: i for i, form in enumerate(forms)}
    matrices = [design(ruling, place) for ruling in marked]
    order = np.random.default_rng(0).permutation(len(marked))
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS].tolist())
        seen = [i for i in range(len(marked)) if i not in held]
        learned = learn([marked[i] for i in seen], [matrices[i] for i in seen], settings.l2)
        own = rules._replace(weights=as_weights(learned, forms))
        for i in sorted(held):
            yield marked[i], own


def write_table(learned: Matrix, words: Mapping[int, str], path: Path) -> int:
    """Writes words/sections.csv; returns the number of its rows. Rows without a weight worth keeping are left out."""
    forms = sorted(words)
    size = len(forms)
    rows = [
        [words[form], where, *(_short(weight) for weight in learned[offset + i])]
        for i, form in enumerate(forms)
        for where, offset in (("any", 0), ("start", size))
        if np.abs(learned[offset + i]).max() >= 0.03
    ]
    rows.sort()
    rows += [[str(i), "tenth", *map(_short, learned[2 * size + i])] for i in range(TENTHS)]
    rows += [[str(i), "size", *map(_short, learned[2 * size + TENTHS + i])] for i in range(SIZES)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["word", "place", *SECTIONS])
        writer.writerows(rows)
    return len(rows)


def _short(weight: float) -> str:
    return "" if abs(weight) < 0.005 else f"{weight:.2f}".replace("0.", ".").rstrip("0")


def sections_by(ruling: Ruling, rules: SectionRules) -> list[tuple[int, int, str]]:
    """The sections found in the ruling, as start, end, name."""
    return [(s.start, s.end, s.name) for s in sections_of(ruling.document, ruling.words, rules)]


def main() -> None:
    """See the module's docstring."""
    from quality_sections import Score

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--l2", type=float, default=Settings().l2)
    parser.add_argument("--rulings", type=int, default=Settings().least_rulings)
    options = parser.parse_args()
    settings = Settings(options.l2, options.rulings)
    pack = load_pack("ru")
    rules = compile_sections(pack)
    marked = rulings(options.shared / "data" / "rally", Vocabulary.load(None, "ru"), rules)
    score = Score.of((r.marked, sections_by(r, own)) for r, own in cross_validated(marked, rules, settings))
    print(f"cross-validated: {score.share:.4f} of {score.marked:,} marked characters, {len(marked)} rulings")
    print(score.table())
    if options.write:
        words = common_words(marked, settings)
        place = {form: i for i, form in enumerate(sorted(words))}
        learned = learn(marked, [design(ruling, place) for ruling in marked], settings.l2)
        target = SHIPPED / "ru" / "words" / "sections.csv"
        print(f"{write_table(learned, words, target)} rows written to {target}")


if __name__ == "__main__":
    main()
