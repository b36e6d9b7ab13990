"""Draws of a study: committed, drawn by public dice, extended.

freeze: the frame and the machine's answers are written down and hashed, to be published   (no seed yet)
throw:  the seed of public dice decides which cases are read
extend: the next tickets of the same seed, in each stratum; committed like a draw
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from caselight.codebook import Codebook
from caselight.drawing import commitment
from caselight.drawing.answering import answered
from caselight.drawing.checking import checked, redrawn
from caselight.drawing.commitment import ELUSION, FIGURES, Committed, drawn_cases
from caselight.drawing.pile import COLLAPSE, Answers, Pile, part, pile, strata_of
from caselight.errors import StudyError, UsageError
from caselight.planning import Made, code_digest
from caselight.review import FrameRow, allocate, digest_of, enlarged, frame_text
from caselight.store import Study
from caselight.types import Drawn
from caselight.variables import Variable

LEAST_LEVEL, MOST_LEVEL = 0.5, 0.9999  # of confidence: below, a range is wrong as often as right
LEAST_DIGITS = 10  # of a seed: with fewer, somebody might have tried them all
CLAIMS = ("standard", "certified")  # what is promised of several limits together
MOST_STRATA = 12  # more are not read in numbers that tell anything
_RULE = "ticket = sha256(seed + LF + case), hex; in each stratum the n cases with the smallest tickets are read"


@dataclass(frozen=True, slots=True)
class Wish:
    """What draw somebody wants."""

    size: int
    by: tuple[str, ...] = ()  # VARIABLE, or VARIABLE=VALUE for that value against all others
    double: float = 0.0  # share of the drawn that a second coder reads too
    level: float = 0.95
    claim: str = "standard"  # one of CLAIMS
    unit: str = "case"
    machine: tuple[str, ...] = ()  # machines elsewhere whose answers stand in for ours
    looks: int = 1  # figures may be looked at so often, the draw being extended in between
    elusion: str = ""  # VARIABLE=VALUE: draw from what the machine set aside; "" = a draw for figures
    verify: int | None = None  # of an elusion draw: how many of the cases found are read; None = all

    def __post_init__(self) -> None:
        """Refuses a claim that no method is known for.

        Raises:
            UsageError: it is none.
        """
        if self.claim not in CLAIMS:
            raise UsageError(f"--claim {self.claim[:40]}: there is no such claim. Known: {', '.join(CLAIMS)}.")


def freeze(made: Made, wish: Wish, day: str = "") -> Committed:
    """Commits a draw: afterwards nobody can choose what is read, not even who made it.

    Args:
        day: of today, ISO; "" = the commitment names none.
    Raises:
        UsageError: the wish cannot be met; the message says what can.
    """
    if not LEAST_LEVEL <= wish.level <= MOST_LEVEL:
        known = f"{LEAST_LEVEL} to {MOST_LEVEL}"
        raise UsageError(f"--level {wish.level:g}: the level of confidence is a share from {known}, such as 0.95.")
    before = commitment.told_of(commitment.draws(made.study))
    whole = pile(made, wish.unit, wish.machine)
    units = list(whole.members)
    about = _about(made.codebook, wish.elusion) if wish.elusion else None
    if about:
        strata = [part(about[0], about[1], whole.machine[unit].get(about[0].name)) for unit in units]
        sizes = _elusion_sizes(Counter(strata), about, wish)
    else:
        strata, sizes = divided(made.codebook, wish, [whole.machine[unit] for unit in units])
    frame = frame_text(FrameRow(unit, whole.text(unit), name) for unit, name in zip(units, strata, strict=True))
    told = _commitment(made, whole, frame, wish) | {
        "kind": ELUSION if about else FIGURES,
        "strata": {name: {"cases": n, "drawn": sizes[name]} for name, n in sorted(Counter(strata).items())},
        "read_twice": round(wish.double * sum(sizes.values())),
        "rule": _RULE,
        "earlier": before,
        "committed_on": day,
    }
    if about:
        told["elusion"] = {"variable": about[0].name, "value": about[1]}
    files = {"frame.tsv": frame, "machine.jsonl": whole.machine_text()}
    files["codebook.yaml"] = made.study.codebook.read_text("utf-8")
    if wish.unit != "case":
        files["members.tsv"] = whole.members_text()
    return commitment.write(commitment.next_folder(made.study), files, told)


def divided(codebook: Codebook, wish: Wish, answers: Sequence[Answers]) -> tuple[list[str], dict[str, int]]:
    """The stratum of each unit, and how many units of each stratum are drawn.

    Args:
        answers: what the machine says of each unit, at least of the variables in `wish.by`.
    Raises:
        UsageError: the wish cannot be met.
    """
    strata, rest = strata_of(codebook, wish.by, answers)
    counts = Counter(strata)
    _check(wish, counts)
    return strata, allocate(dict(sorted(counts.items())), wish.size, rest)


def _commitment(made: Made, whole: Pile, frame: str, wish: Wish) -> dict[str, Any]:
    """What is the same in every commitment."""
    pairs = "".join(f"{row.case}\t{row.stratum}\n" for row in commitment.rows_of_frame(frame))
    told: dict[str, Any] = {
        "what": "the units that people will read are drawn from this frame",
        "unit": whole.unit,
        "cases": len(whole.members),
        "frame_sha256": digest_of(frame),
        "strata_sha256": digest_of(pairs),
        "machine_answers_sha256": digest_of(whole.machine_text()),
        "codebook_sha256": digest_of(made.study.codebook.read_text("utf-8")),
        "pack": made.pack.name,
        "pack_sha256": made.pack.digest(),
        "coder_sha256": coder_digest(made),
        "variables": {v.name: {"asked": asked_digest(v), "coded": v.digest()} for v in made.codebook.variables},
        "level": wish.level,
        "claim": wish.claim,
        "looks": wish.looks,
        "method": "exact hypergeometric limits in each stratum, combined by MOVER; certified: their Bonferroni sums",
    }
    if whole.machines:
        told["machines"] = dict(whole.machines)
    if whole.unit != "case":
        told["members_sha256"] = digest_of(whole.members_text())
    if whole.unit == "matter":
        told["collapse"] = COLLAPSE
    return told


def coder_digest(made: Made) -> str:
    """Changes with anything that may change what our machine answers, other than the codebook."""
    return hashlib.sha256((code_digest("coding", "structure") + made.pack.digest()).encode()).hexdigest()


def asked_digest(variable: Variable) -> str:
    """Changes with what people are asked: question, kind, answers allowed and what they mean."""
    values = [[choice.name, choice.definition] for choice in variable.values]
    parts = [variable.name, variable.kind, variable.question, variable.definition, values]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def throw(study: Study, seed: str) -> list[Drawn]:
    """Draws the committed units with this seed, and writes them down.

    Raises:
        UsageError: nothing is committed, the dice were thrown before, or the seed is none.
    """
    committed = commitment.needed(study, commitment.waiting(study))
    if committed.thrown:
        raise UsageError(
            f"The dice for draw {committed.number} were thrown already ({committed.seed}). Throwing again would "
            f"be choosing. To write the sheet: caselight draw {study.folder} --sheet FILE. To read more, extend it: "
            f"caselight draw {study.folder} --extend N"
        )
    if committed.extends:
        return _throw_again(committed, seed)
    if not seed.isascii() or not seed.isdigit() or len(seed) < LEAST_DIGITS:
        raise UsageError(
            f"{seed!r} is no seed. Throw public dice and give at least {LEAST_DIGITS} digits, nothing else."
        )
    known = [other.number for other in commitment.draws(study) if other.seed == seed]
    if known:
        raise UsageError(
            f"{seed} was thrown for draw {known[0]}: it was known before draw {committed.number} was committed, so the "
            "draw could have been made to fit it. Throw the dice again."
        )
    if not (committed.folder / "drawn.tsv").exists():
        checked(committed)
    codebook = commitment.text_of(committed.folder, "codebook.yaml")
    if codebook != study.codebook.read_text("utf-8"):
        raise UsageError(
            f"The codebook was changed after draw {committed.number} was committed: people would answer other "
            f"questions than those published. Put {committed.folder / 'codebook.yaml'} back, or commit the draw anew; "
            "nothing is lost, for no dice were thrown."
        )
    drawn = redrawn(committed, seed)
    _finish(committed, drawn, seed)
    return drawn


def _throw_again(committed: Committed, seed: str) -> list[Drawn]:
    """Finishes an extension that was stopped after it was committed: it goes on with the seed that it names."""
    named = _told(committed)["extension"]["seed"]
    if seed != named:
        raise UsageError(
            f"Draw {committed.number} extends draw {committed.extends}: its seed is {named}, and no other."
        )
    if not (committed.folder / "drawn.tsv").exists():
        checked(committed)
    drawn = redrawn(committed, seed)
    _finish(committed, drawn, seed)
    return drawn


def _told(committed: Committed) -> dict[str, Any]:
    """Everything that a commitment says."""
    told: dict[str, Any] = json.loads((committed.folder / "commitment.json").read_text("utf-8"))
    return told


def _finish(committed: Committed, drawn: list[Drawn], seed: str) -> None:
    """Writes down what was drawn, once: what a stopped throw left behind is only ever finished with the same seed."""
    if (committed.folder / "drawn.tsv").exists() and drawn_cases(replace(committed, seed=seed)) != drawn:
        raise StudyError(
            f"{committed.folder / 'drawn.tsv'} was drawn with another seed than {seed}, and seed.txt is missing. Put "
            "seed.txt back, or give the seed that was thrown: throwing again would be choosing."
        )
    commitment.write_drawn(committed, drawn, seed)


def extend(study: Study, more: int, double: float, number: str = "", day: str = "") -> Committed:
    """Commits and draws `more` units: in each stratum those with the next tickets of the same seed.

    Nobody can choose which; but whoever has seen answers may choose that there be more. So the extension says how many
    answers there were, and counts as a further look if there were any (docs/decisions/0005).

    Args:
        number: of the draw, such as 0001; "" = the last one.
        day: of today, ISO; "" = the commitment names none.
    Raises:
        UsageError: there is no draw that was thrown, or not so many units are left.
    """
    old = checked(commitment.chosen(study, number))
    if old.number in {other.extends for other in commitment.draws(study)}:
        raise UsageError(
            f"Draw {old.number} was extended already; extend its extension: leave --draw out, or name that."
        )
    if not old.seed:
        finish = f" with {_told(old)['extension']['seed']}, which it goes on with" if old.extends else ""
        raise UsageError(f"Draw {old.number} has no seed, so it cannot be extended. Throw its dice first{finish}.")
    fixed = () if old.kind == FIGURES else (f"{old.about[0]}={old.about[1]}",)
    left = sum(N - n for name, (N, n) in old.sizes.items() if name not in fixed)
    if not 1 <= more <= left:
        raise UsageError(f"--extend {more}: {left} units are left to be drawn. Choose a number from 1 to {left}.")
    known = _told(old)
    answers, journals = answered(study, {one.case for one in drawn_cases(old)})
    sizes = enlarged({name: size for name, size in old.sizes.items() if name not in fixed}, more)
    sizes |= {name: old.sizes[name][1] for name in fixed if name in old.sizes}
    known["strata"] = {name: {"cases": N, "drawn": sizes[name]} for name, (N, _) in old.sizes.items()}
    known["read_twice"] = old.doubles + round(double * more)
    known["extension"] = {
        "draw": old.number,
        "sha256": old.digest,
        "seed": old.seed,
        "answers_before": answers,
        "journals_sha256": journals,
        "look": old.look + (1 if answers else 0),
    }
    known["earlier"] = commitment.told_of(commitment.draws(study))
    known["committed_on"] = day
    kept = ("frame.tsv", "machine.jsonl", "codebook.yaml", "members.tsv")
    files = {name: (old.folder / name).read_text("utf-8") for name in kept if (old.folder / name).exists()}
    new = commitment.write(commitment.next_folder(study), files, known)
    commitment.write_drawn(new, redrawn(new, old.seed), old.seed)
    return commitment.open_folder(new.folder)


def _about(codebook: Codebook, wanted: str) -> tuple[Variable, str]:
    name, _, value = wanted.partition("=")
    variable = next((v for v in codebook.variables if v.name == name), None)
    if variable is None or value not in variable.value_names():
        known = ", ".join(f"{v.name}={v.value_names()[0]}" for v in codebook.variables if v.values)
        raise UsageError(f"--elusion {wanted}: name what the machine searched for as VARIABLE=VALUE, such as {known}.")
    return variable, value


def _elusion_sizes(counts: Mapping[str, int], about: tuple[Variable, str], wish: Wish) -> dict[str, int]:
    """How many of the units set aside and of those found are read."""
    found, aside = f"{about[0].name}={about[1]}", f"{about[0].name}=other"
    if not 1 <= wish.size <= counts[aside]:
        raise UsageError(
            f"--size {wish.size}: the machine set {counts[aside]:,} of {sum(counts.values()):,} aside. Choose a number "
            f"from 1 to {counts[aside]}."
        )
    verify = counts[found] if wish.verify is None else wish.verify
    if not 0 <= verify <= counts[found] or (counts[found] and not verify):
        raise UsageError(f"--verify {verify}: the machine found {counts[found]:,}. Choose from 1 to {counts[found]}.")
    return {aside: wish.size} | ({found: verify} if counts[found] else {})


def _check(wish: Wish, counts: Mapping[str, int]) -> None:
    units = sum(counts.values())
    if not 1 <= wish.size <= units:
        raise UsageError(
            f"--size {wish.size}: the study has {units:,} {wish.unit}s. Choose a number from 1 to {units}."
        )
    if len(counts) > MOST_STRATA:
        raise UsageError(
            f"--by parts the {wish.unit}s into {len(counts)} strata, too many to read from each. Name one value of the "
            "variable: --by VARIABLE=VALUE."
        )
    if wish.size < len(counts):
        raise UsageError(f"--size {wish.size}: there are {len(counts)} strata, and each needs a {wish.unit} at least.")
