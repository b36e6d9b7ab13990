"""The draws in a bundle, and what people answered: read, and drawn again from the seed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from caselight.bundle.container import Bundle
from caselight.bundle.faults import Fault, Verdict, refused
from caselight.bundle.names import ANSWERS, CODEBOOK, DRAWS
from caselight.bundle.reading import read_json, read_rows, read_text

ADJUDICATOR = "adjudicator"
LEAST_DIGITS = 10
EVERY = ("*",)  # figures that people made: all rest on the draw


@dataclass(frozen=True)
class Said:
    """What counts for one question in one drawn unit."""

    value: Any  # None = the record does not say; a list of several values is a tuple
    decided: bool


@dataclass(frozen=True)
class Draw:
    """One committed draw."""

    number: str
    commitment: Mapping[str, Any]
    digest: str  # sha256 of commitment.json
    seed: str  # "" = not thrown, or thrown elsewhere
    frame: Mapping[str, Sequence[str]]  # stratum -> its units
    texts: Mapping[str, str]  # unit -> sha256 of its text
    drawn: Mapping[str, Sequence[str]]  # stratum -> its drawn units, in the order of reading
    machine: Mapping[str, Mapping[str, Any]]  # unit -> variable -> answer when it was committed
    known: dict[str, dict[str, Counter[Any]]] = field(default_factory=dict)  # what `flagged` has counted

    @property
    def kind(self) -> str:
        """figures | elusion | elsewhere."""
        return str(self.commitment.get("kind", "figures"))

    @property
    def level(self) -> float:
        """Of each interval; what may go wrong is shared by all looks."""
        look = self.commitment.get("extension", {}).get("look", 1)
        return float(1 - (1 - self.commitment["level"]) / max(self.commitment.get("looks", 1), look))

    def size(self, stratum: str) -> int:
        """Units of the stratum."""
        return int(self.commitment["strata"][stratum]["cases"])

    def flagged(self, variable: str) -> Mapping[str, Counter[Any]]:
        """Stratum -> value -> how many of its units the machine gave it to; counted once for each variable."""
        if variable not in self.known:
            self.known[variable] = {name: Counter() for name in self.frame}
            for name, units in self.frame.items():
                for unit in units:
                    said = self.machine.get(unit, {}).get(variable)
                    self.known[variable][name].update(set(said) if isinstance(said, tuple) else (said,))
        return self.known[variable]


def tuples(value: Any) -> Any:
    """A value as it can be compared and counted."""
    return tuple(value) if isinstance(value, list) else value


def shared(value: Any, same: dict[Any, Any]) -> Any:
    """One object for all values that are equal; only of texts, since JSON's true and 1 are equal too."""
    plain = type(value) is str or (type(value) is tuple and all(type(one) is str for one in value))
    return same.setdefault(value, value) if plain else value


def numbers_of(bundle: Bundle) -> list[str]:
    """The numbers of the draws in the bundle."""
    return sorted({name.split("/")[1] for name in bundle.sizes if name.startswith(DRAWS) and name.count("/") == 2})


def read_draw(bundle: Bundle, number: str, verdict: Verdict) -> Draw:
    """A draw, with everything that is wrong with it put into the verdict. Raises Refused where it cannot be read."""
    place = f"{DRAWS}{number}/"
    commitment = read_json(bundle, place + "commitment.json", 1 << 26)
    text = {name: read_text(bundle, place + name) for name in ("frame.tsv", "machine.jsonl")}
    sums = {"frame_sha256": text["frame.tsv"], "machine_answers_sha256": text["machine.jsonl"]}
    for part, content in sums.items():
        file = place + ("frame.tsv" if part == "frame_sha256" else "machine.jsonl")
        _same(verdict, file, part, commitment.get(part), _sha256(content), (place + "commitment.json",))
    seed = read_text(bundle, place + "seed.txt").strip() if place + "seed.txt" in bundle.sizes else ""
    rows = [line.split("\t") for line in text["frame.tsv"].split("\n") if line]
    if any(len(row) != 3 for row in rows):
        raise refused("unreadable", place + "frame.tsv", "a line without three columns")
    frame: dict[str, list[str]] = {name: [] for name in commitment["strata"]}
    for unit, _, stratum in rows:
        frame.setdefault(stratum, []).append(unit)
    same: dict[Any, Any] = {}  # one answer for all that are equal: most units share a few
    machine = {
        row["case"]: {name: shared(tuples(v), same) for name, v in row["answers"].items()}
        for _, row in read_rows(bundle, place + "machine.jsonl")
    }
    drawn: dict[str, list[str]] = {name: [] for name in frame}
    if place + "drawn.tsv" in bundle.sizes:
        for line in read_text(bundle, place + "drawn.tsv").split("\n")[1:]:
            if line:
                drawn.setdefault(line.split("\t")[2], []).append(line.split("\t")[1])
    digest = _sha256(read_text(bundle, place + "commitment.json"))
    texts = {unit: sha for unit, sha, _ in rows}
    return Draw(number, commitment, digest, seed, frame, texts, drawn, machine)


def check_draw(bundle: Bundle, draw: Draw, verdict: Verdict) -> None:
    """Draws again, and compares."""
    place = f"{DRAWS}{draw.number}/"
    told = (place + "commitment.json",)
    _check_codebook(bundle, draw, verdict)
    for name, part in draw.commitment["strata"].items():
        units = draw.frame.get(name, [])
        if draw.kind != "elsewhere":
            _same(verdict, place + "frame.tsv", f"units of the stratum {name}", part["cases"], len(units), told)
        _same(verdict, place + "drawn.tsv", f"drawn of the stratum {name}", part["drawn"], len(draw.drawn[name]), told)
    verdict.add("draw", sum(map(len, draw.frame.values())))
    if draw.kind == "elsewhere":
        verdict.notes.append(("drawn_elsewhere", draw.number))
    elif draw.seed:
        if not (draw.seed.isascii() and draw.seed.isdigit() and len(draw.seed) >= LEAST_DIGITS):
            _same(verdict, place + "seed.txt", "seed", f"{LEAST_DIGITS} digits at least", draw.seed)
        expected = _drawn_again(bundle, draw)
        rests = tuple(place + name for name in ("seed.txt", "frame.tsv", "commitment.json"))
        for at, (right, line) in enumerate(_paired(expected, read_text(bundle, place + "drawn.tsv").split("\n")), 1):
            _same(verdict, place + "drawn.tsv", f"line {at}", right, line, rests)
        verdict.notes.append(("published_before", f"{draw.number}: {draw.digest}"))
    else:
        verdict.notes.append(("not_thrown", draw.number))


def _check_codebook(bundle: Bundle, draw: Draw, verdict: Verdict) -> None:
    named = draw.commitment.get("codebook_sha256")
    if named is None and draw.kind == "elsewhere":
        return  # the other program committed to no codebook, and nothing was promised about one
    own = f"{DRAWS}{draw.number}/{CODEBOOK}"
    file = own if own in bundle.sizes else CODEBOOK
    found = _sha256(read_text(bundle, file))
    if found == named:
        return
    if file == own:
        _same(verdict, file, "sha256", named, found, (f"{DRAWS}{draw.number}/commitment.json",))
    else:
        verdict.notes.append(("codebook_changed", draw.number))


def _drawn_again(bundle: Bundle, draw: Draw) -> list[str]:
    """The lines of drawn.tsv as they follow from the seed."""
    chosen = []
    chance = {}
    for name, units in draw.frame.items():
        part = draw.commitment["strata"][name]
        chance[name] = part["drawn"] / part["cases"]
        tickets = sorted((_sha256(f"{draw.seed}\n{unit}"), unit) for unit in units)[: part["drawn"]]
        chosen += [(ticket, unit, name) for ticket, unit in tickets]
    chosen.sort()
    doubles = draw.commitment["read_twice"]
    rows = [(ticket, unit, name, number <= doubles) for number, (ticket, unit, name) in enumerate(chosen, 1)]
    extended = draw.commitment.get("extension", {}).get("draw", "")
    if extended:  # those of the draw that this one extends come first, as they were
        file = f"{DRAWS}{extended}/drawn.tsv"
        old = [line.split("\t") for line in read_text(bundle, file).split("\n")[1:] if line]
        known = {line[1]: line[5] == "yes" for line in old}
        place = {unit: at for at, unit in enumerate(known)}
        first = sorted((r for r in rows if r[1] in known), key=lambda r: place[r[1]])
        rest = [r for r in rows if r[1] not in known]
        more = doubles - sum(known.values())
        rows = [(t, u, n, known[u]) for t, u, n, _ in first]
        rows += [(t, u, n, i < more) for i, (t, u, n, _) in enumerate(rest)]
    lines = ["\t".join(("number", "case", "stratum", "ticket", "probability", "read_twice"))]
    for number, (ticket, unit, name, double) in enumerate(rows, 1):
        lines.append("\t".join((str(number), unit, name, ticket, repr(chance[name]), "yes" if double else "no")))
    return [*lines, ""]


def _paired(expected: Sequence[str], found: Sequence[str]) -> list[tuple[str, str]]:
    size = max(len(expected), len(found))
    return list(zip([*expected, *[""] * (size - len(expected))], [*found, *[""] * (size - len(found))], strict=True))


def _same(verdict: Verdict, file: str, what: str, expected: object, found: object, rests: tuple[str, ...] = ()) -> None:
    if expected != found:
        verdict.wrong(Fault("draw", "draw_differs", file, what, str(expected), str(found), EVERY, rests))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_answers(bundle: Bundle, questions: Sequence[Mapping[str, Any]], draw: Draw) -> dict[str, dict[str, Said]]:
    """Variable -> drawn unit -> what counts: the adjudicator's word, or what all coders said alike, or undecided.

    Of each coder the last answer counts. A question that other answers made pointless counts as answered.
    """
    units = {unit for drawn in draw.drawn.values() for unit in drawn}
    settled = settled_of(last_answers(bundle, units), questions)
    for question in questions:
        answered = settled.setdefault(question["name"], {})
        for unit in units - answered.keys():
            if any(_rules_out(condition, unit, settled) for condition in question["ask_if"]):
                answered[unit] = Said(None, True)
    return settled


def last_answers(bundle: Bundle, units: Collection[str]) -> dict[tuple[str, str], dict[str, tuple[Any, bool, bool]]]:
    """(variable, unit) -> coder -> what that coder answered last: (value, decided, asked)."""
    last: dict[tuple[str, str], dict[str, tuple[Any, bool, bool]]] = {}
    for file in (name for name in bundle.sizes if name.startswith(ANSWERS)):
        coder = file[len(ANSWERS) :].removesuffix(".jsonl")
        for _, row in read_rows(bundle, file):
            if row["case"] in units:
                said = (tuples(row["value"]), bool(row["decided"]), bool(row.get("asked", True)))
                last.setdefault((row["variable"], row["case"]), {})[coder] = said
    return last


def settled_of(
    last: dict[tuple[str, str], dict[str, tuple[Any, bool, bool]]], questions: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Said]]:
    """Variable -> unit -> what counts of each coder's last answer: (value, decided, asked).

    What was skipped by an answer that does not count is taken out of `last`.
    """
    settled = _settled(last)
    while _drop_unasked(last, questions, settled):
        settled = _settled(last)
    return settled


def _settled(last: Mapping[tuple[str, str], Mapping[str, tuple[Any, bool, bool]]]) -> dict[str, dict[str, Said]]:
    settled: dict[str, dict[str, Said]] = {}
    for (variable, unit), by_coder in last.items():
        if ADJUDICATOR in by_coder:
            value, done, _ = by_coder[ADJUDICATOR]
        else:
            value, done, _ = next(iter(by_coder.values()))
            done = all((other, _set(said)) == (done, _set(value)) for said, other, _ in by_coder.values()) and done
        settled.setdefault(variable, {})[unit] = Said(value, done)
    return settled


def _drop_unasked(
    last: dict[tuple[str, str], dict[str, tuple[Any, bool, bool]]],
    questions: Sequence[Mapping[str, Any]],
    settled: Mapping[str, Mapping[str, Said]],
) -> bool:
    """Takes out what was skipped by an answer that does not count: nobody has answered it. Whether there was any."""
    conditions = {question["name"]: question["ask_if"] for question in questions if question["ask_if"]}
    found = []
    for (variable, unit), by_coder in last.items():
        said = [(c["values"], settled.get(c["variable"], {}).get(unit)) for c in conditions.get(variable, ())]
        if said and all(one is not None and one.decided and holds(values, one.value) for values, one in said):
            found += [(variable, unit, coder) for coder, (_, _, asked) in by_coder.items() if not asked]
    for variable, unit, coder in found:
        del last[variable, unit][coder]
        if not last[variable, unit]:
            del last[variable, unit]
    return bool(found)


def _rules_out(condition: Mapping[str, Any], unit: str, settled: Mapping[str, Mapping[str, Said]]) -> bool:
    said = settled.get(condition["variable"], {}).get(unit)
    return said is not None and said.decided and not holds(condition["values"], said.value)


def holds(values: Sequence[str], answer: Any) -> bool:
    """Whether an answer is one of these values; "given" = any, "text*" = any that begins so."""
    if answer is None or answer == ():
        return False
    given = [str(one) for one in (answer if isinstance(answer, tuple) else (answer,))]
    begins = tuple(value[:-1] for value in values if value.endswith("*"))
    return "given" in values or any(one in values or (bool(begins) and one.startswith(begins)) for one in given)


def _set(value: Any) -> object:
    return frozenset(value) if isinstance(value, tuple) else value
