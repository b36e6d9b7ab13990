"""The draw of a study and the answers of people: what was committed, what was drawn, what has been read.

freeze: the frame and the machine's answers are written down and hashed, to be published   (no seed yet)
throw:  the seed of public dice decides which cases are read
take:   answers of people come in, each coder's into a journal of his own
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caselight.codebook import Codebook
from caselight.errors import UsageError
from caselight.estimate import Read, Sample, agreements, estimated
from caselight.planning import Made, code_digest
from caselight.report import Fieldwork
from caselight.review import ADJUDICATOR, FrameRow, Given, allocate, digest_of, draw, frame_text, settle
from caselight.store import Study, journal
from caselight.store.files import write_text
from caselight.tables import from_json, read_table, to_json
from caselight.types import Drawn, Estimate, Value
from caselight.variables import Variable

LEAST_DIGITS = 10  # of a seed: with fewer, somebody might have tried them all
MOST_STRATA = 12  # more are not read in numbers that tell anything
_ALL = "all"  # the stratum of a simple random draw
_RULE = "ticket = sha256(seed + LF + case), hex; in each stratum the n cases with the smallest tickets are read"


@dataclass(frozen=True, slots=True)
class Wish:
    """What draw somebody wants."""

    size: int
    by: tuple[str, ...] = ()  # VARIABLE, or VARIABLE=VALUE for that value against all others
    double: float = 0.0  # share of the drawn that a second coder reads too
    level: float = 0.95
    claim: str = "standard"  # or "certified"


@dataclass(frozen=True, slots=True)
class Committed:
    """A draw as it was written down before the dice were thrown."""

    folder: Path
    digest: str  # sha256 of commitment.json: what is to be published
    claim: str
    level: float
    sizes: Mapping[str, tuple[int, int]]  # stratum -> N_h, n_h
    doubles: int
    seed: str  # "" = not thrown yet

    @property
    def n(self) -> int:
        """Cases to be read."""
        return sum(n for _, n in self.sizes.values())


def freeze(made: Made, wish: Wish) -> Committed:
    """Commits a draw: afterwards nobody can choose what is read, not even who made it.

    Raises:
        UsageError: the wish cannot be met; the message says what can.
    """
    cases, texts = _frame(made)
    answers = _machine_answers(made)
    strata, rest = _strata(made.codebook, wish.by, [answers[case] for case in cases])
    frame = [FrameRow(case, texts[case], stratum) for case, stratum in zip(cases, strata, strict=True)]
    counts = Counter(strata)
    _check(wish, counts)
    sizes = allocate(dict(sorted(counts.items())), wish.size, rest)
    machine = "".join(
        json.dumps({"case": case, "answers": answers[case]}, ensure_ascii=False) + "\n" for case in sorted(cases)
    )
    commitment = {
        "what": "the cases that people will read are drawn from this frame",
        "cases": len(cases),
        "frame_sha256": digest_of(frame_text(frame)),
        "machine_answers_sha256": digest_of(machine),
        "codebook_sha256": _sha256(made.study.codebook),
        "coder_sha256": hashlib.sha256((code_digest("coding", "structure") + made.pack.digest()).encode()).hexdigest(),
        "strata": {name: {"cases": counts[name], "drawn": sizes[name]} for name in sizes},
        "read_twice": round(wish.double * wish.size),
        "level": wish.level,
        "claim": wish.claim,
        "rule": _RULE,
    }
    folder = _draws(made.study) / f"{len(_all(made.study)) + 1:04d}"
    write_text(folder / "frame.tsv", frame_text(frame))
    write_text(folder / "machine.jsonl", machine)
    write_text(folder / "commitment.json", json.dumps(commitment, ensure_ascii=False, indent=1) + "\n")
    return _open(folder)


def throw(study: Study, seed: str) -> list[Drawn]:
    """Draws the committed cases with this seed, and writes them down.

    Raises:
        UsageError: nothing is committed, the dice were thrown before, or the seed is none.
    """
    committed = last(study)
    if committed is None:
        raise UsageError(
            f"No draw is committed in {study.folder}. Commit one: caselight draw {study.folder} --size 100"
        )
    if committed.seed:
        raise UsageError(
            f"The dice for draw {committed.folder.name} were thrown already ({committed.seed}). Throwing again would "
            "be choosing. To read more, commit a new draw, and say why in what you publish."
        )
    if not seed.isascii() or not seed.isdigit() or len(seed) < LEAST_DIGITS:
        raise UsageError(
            f"{seed!r} is no seed. Throw public dice and give at least {LEAST_DIGITS} digits, nothing else."
        )
    sizes = {name: n for name, (_, n) in committed.sizes.items()}
    drawn = draw(list(_frame_rows(committed)), sizes, seed, committed.doubles)
    head = ("number", "case", "stratum", "ticket", "probability", "read_twice")
    rows = [(d.number, d.case, d.stratum, d.ticket, repr(d.probability), "yes" if d.double else "no") for d in drawn]
    write_text(committed.folder / "drawn.tsv", "".join("\t".join(map(str, row)) + "\n" for row in (head, *rows)))
    write_text(committed.folder / "seed.txt", seed + "\n")
    return drawn


def last(study: Study) -> Committed | None:
    """The draw that figures come from: the last one committed; None = none yet."""
    found = _all(study)
    return _open(found[-1]) if found else None


def drawn_cases(committed: Committed) -> list[Drawn]:
    """The drawn cases in the order in which they are read; none before the dice were thrown."""
    file = committed.folder / "drawn.tsv"
    if not committed.seed:
        return []
    rows = csv.DictReader(io.StringIO(file.read_text("utf-8")), delimiter="\t")
    return [
        Drawn(r["case"], r["stratum"], r["ticket"], int(r["number"]), float(r["probability"]), r["read_twice"] == "yes")
        for r in rows
    ]


def machine_answers(committed: Committed) -> dict[str, dict[str, Value]]:
    """Case -> variable -> what the machine said when the draw was committed."""
    lines = (committed.folder / "machine.jsonl").read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    return {row["case"]: {name: from_json(to_json(v)) for name, v in row["answers"].items()} for row in rows}


def _all(study: Study) -> list[Path]:
    return sorted(file.parent for file in _draws(study).glob("*/commitment.json"))


def _draws(study: Study) -> Path:
    return study.folder / "journal" / "draws"


def _open(folder: Path) -> Committed:
    text = (folder / "commitment.json").read_text("utf-8")
    data = json.loads(text)
    seed = folder / "seed.txt"
    return Committed(
        folder,
        digest_of(text),
        data["claim"],
        data["level"],
        {name: (part["cases"], part["drawn"]) for name, part in data["strata"].items()},
        data["read_twice"],
        seed.read_text("ascii").strip() if seed.exists() else "",
    )


def _frame_rows(committed: Committed) -> Iterator[FrameRow]:
    for line in (committed.folder / "frame.tsv").read_text("utf-8").split("\n"):
        if line:
            yield FrameRow(*line.split("\t"))


def _frame(made: Made) -> tuple[list[str], dict[str, str]]:
    """The case ids, in the order of the tables, and the hash of each one's text."""
    texts: dict[str, str] = {}
    for plan in made.plans:
        cases = read_table(plan.paths["cases"], ["id"])["id"].to_pylist()
        found = read_table(plan.paths["texts"], ["text"])["text"].to_pylist()
        texts |= {case: digest_of(text) for case, text in zip(cases, found, strict=True)}
    return list(texts), texts


def _machine_answers(made: Made) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for plan in made.plans:
        for variable in made.codebook.variables:
            part = read_table(plan.paths[f"answers/{variable.name}"], ["case", "value"]).to_pydict()
            for case, value in zip(part["case"], part["value"], strict=True):
                found.setdefault(case, {})[variable.name] = json.loads(value)
    return found


def _strata(codebook: Codebook, by: Sequence[str], answers: Sequence[Mapping[str, Any]]) -> tuple[list[str], str]:
    """The stratum of each case, and the name of the stratum that the machine did not flag."""
    if not by:
        return [_ALL] * len(answers), _ALL
    asked = [_asked(codebook, wanted) for wanted in by]
    strata = [",".join(_part(variable, value, row[variable.name]) for variable, value in asked) for row in answers]
    rest = ",".join(f"{v.name}={'other' if value else _text(v.default)}" for v, value in asked)
    return strata, rest if rest in set(strata) else Counter(strata).most_common(1)[0][0] if strata else rest


def _asked(codebook: Codebook, wanted: str) -> tuple[Variable, str]:
    name, _, value = wanted.partition("=")
    variable = next((v for v in codebook.variables if v.name == name), None)
    if variable is None:
        raise UsageError(
            f"--by {wanted}: no variable {name!r}. Known: {', '.join(v.name for v in codebook.variables)}."
        )
    if value and value not in variable.value_names():
        raise UsageError(f"--by {wanted}: {name} has no value {value!r}. Known: {', '.join(variable.value_names())}.")
    if not value and not variable.values:
        raise UsageError(f"--by {wanted}: {name} has no list of values to part the cases by. Choose another variable.")
    return variable, value


def _part(variable: Variable, value: str, answer: Any) -> str:
    if value:
        flagged = value in answer if isinstance(answer, list) else answer == value
        return f"{variable.name}={value if flagged else 'other'}"
    return f"{variable.name}={_text(answer)}"


def _text(answer: Any) -> str:
    if answer is None:
        return "undetermined"
    return "+".join(map(str, answer)) or "none" if isinstance(answer, list | tuple) else str(answer)


def _check(wish: Wish, counts: Mapping[str, int]) -> None:
    cases = sum(counts.values())
    if not 1 <= wish.size <= cases:
        raise UsageError(f"--size {wish.size}: the study has {cases:,} cases. Choose a number from 1 to {cases}.")
    if len(counts) > MOST_STRATA:
        raise UsageError(
            f"--by parts the cases into {len(counts)} strata, too many to read from each. Name one value of the "
            "variable: --by VARIABLE=VALUE."
        )
    if wish.size < len(counts):
        raise UsageError(f"--size {wish.size}: there are {len(counts)} strata, and each needs a case at least.")


def take(study: Study, rows: Sequence[Given], time: str) -> dict[str, int]:
    """Adds answers of people to the coders' journals; coder -> how many were new.

    An answer that a coder has given already, word for word, is not written again.
    """
    by_coder: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_coder.setdefault(row.coder, []).append(_body(row))
    added = {}
    for coder, bodies in sorted(by_coder.items()):
        file = _answers(study) / f"{coder}.jsonl"
        known = {(body["case"], body["variable"]): body for body in journal.read(file)}
        fresh = [body for body in bodies if known.get((body["case"], body["variable"])) != body]
        journal.append(file, fresh, time)
        added[coder] = len(fresh)
    return added


def given(study: Study) -> list[Given]:
    """All answers of people, each coder's in the order in which they were given."""
    found = []
    for file in sorted(_answers(study).glob("*.jsonl")):
        for body in journal.read(file):
            value = body["value"]
            value = tuple(value) if isinstance(value, list) else value
            found.append(Given(body["case"], body["variable"], value, file.stem, body["decided"]))
    return found


def sample(committed: Committed) -> Sample:
    """The draw as estimates take it."""
    frame: dict[str, list[str]] = {}
    for row in _frame_rows(committed):
        frame.setdefault(row.stratum, []).append(row.case)
    drawn: dict[str, list[str]] = {name: [] for name in frame}
    for one in drawn_cases(committed):
        drawn[one.stratum].append(one.case)
    return Sample(frame, drawn, machine_answers(committed), committed.level, committed.claim)


def named_cases(made: Made) -> dict[str, str]:
    """Case ids, and names and paths of records, each with the id of the case it means; "" = of several."""
    paths = {record.id: record for record in made.catalogue.leaves().values()}
    found: dict[str, str] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents"]).to_pydict()
        for case, documents in zip(part["id"], part["documents"], strict=True):
            record = paths[documents[0]]
            for name in dict.fromkeys((case, record.name, record.path)):
                found[name] = "" if found.get(name, case) != case else case
    return found


def _answers(study: Study) -> Path:
    return study.folder / "journal" / "answers"


def _body(row: Given) -> dict[str, Any]:
    value = list(row.value) if isinstance(row.value, tuple) else row.value
    return {"case": row.case, "variable": row.variable, "value": value, "decided": row.decided}


def state_of(study: Study) -> str:
    """Changes with every draw and every answer of people."""
    files = sorted(file for file in (study.folder / "journal").rglob("*") if file.is_file())
    return digest_of("".join(f"{file.relative_to(study.folder)} {_sha256(file)}\n" for file in files))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def to_read(made: Made, committed: Committed) -> list[tuple[str, ...]]:
    """The drawn cases as a sheet to be filled in: a head, then a row a case in the order of reading."""
    names = {case: name for name, case in named_cases(made).items()}  # the last name of each is its path
    head = ("case", "record", "read_twice", *(variable.name for variable in made.codebook.variables))
    empty = ("",) * len(made.codebook.variables)
    drawn = drawn_cases(committed)
    return [head, *((d.case, names.get(d.case, ""), "yes" if d.double else "no", *empty) for d in drawn)]


def fieldwork(study: Study, codebook: Codebook) -> tuple[Fieldwork | None, list[Estimate]]:
    """What the report tells of the draw, and the figures that people's answers to it make."""
    committed = last(study)
    if committed is None:
        return None, []
    taken = given(study)
    drawn = {one.case for one in drawn_cases(committed)}
    answered = [one for one in taken if one.case in drawn]
    settled = settle(answered)
    figures: list[Estimate] = []
    read: dict[str, int] = {}
    agreed: dict[str, tuple[int, float, float | None, float | None]] = {}
    pile = sample(committed) if settled else None
    for variable in codebook.variables:
        answers = {case: Read(one.value, one.decided) for (case, name), one in settled.items() if name == variable.name}
        read[variable.name] = len(answers)
        if pile:
            figures += estimated(variable, pile, answers)
        found = agreements(variable, _twice(answered, variable.name))
        if found:
            agreed[variable.name] = (found.cases, found.same, found.alpha, found.ac1)
    coders = Counter(one.coder for one in taken)
    told = Fieldwork(
        committed.folder.name,
        committed.digest,
        committed.seed,
        committed.claim,
        committed.level,
        committed.sizes,
        dict(sorted(coders.items())),
        read,
        agreed,
    )
    return told, figures


def _twice(answered: Sequence[Given], variable: str) -> list[list[Value]]:
    """The answers to this question of each case that two coders or more answered; the adjudicator's are left out."""
    by_case: dict[str, dict[str, Value]] = {}
    for one in answered:
        if one.variable == variable and one.coder != ADJUDICATOR and one.decided:
            by_case.setdefault(one.case, {})[one.coder] = one.value
    return [list(values.values()) for values in by_case.values() if len(values) > 1]
