"""A draw that was tampered with gives no figure, and one that was stopped goes on with its own seed only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from caselight import drawing, sampling, view
from caselight.drawing import Wish
from caselight.errors import StudyError
from caselight.planning import Made
from caselight.sampling import Doing
from drawing_sample import ROLE, wish
from fieldwork_study import SEED, as_machine, drawn, read_by


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text((folder / name).read_text("utf-8").replace(old, new, 1), "utf-8")


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def swap_cases(folder: Path) -> None:
    lines = (folder / "drawn.tsv").read_text("utf-8").splitlines()
    known = {line.split("\t")[1] for line in lines}
    other = next(
        row for row in (folder / "frame.tsv").read_text("utf-8").splitlines() if row.split("\t")[0] not in known
    )
    cells = lines[1].split("\t")
    lines[1] = "\t".join([cells[0], other.split("\t")[0], *cells[2:]])
    (folder / "drawn.tsv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (change("commitment.json", '"level": 0.95', '"level": 0.5'), "commitment.json is not the file"),
        (change("commitment.json", "{", ""), "commitment.json is no commitment"),
        (change("machine.jsonl", "relied_on", "mentioned"), "machine.jsonl is not the file"),
        (change("frame.tsv", "=other", "=none"), "frame.tsv is not the file"),
        (change("codebook.yaml", "name:", "nome:"), "codebook.yaml is not the file"),
        (change("drawn.tsv", "\tno\n", "\tyes\n"), "drawn.tsv does not hold what the seed draws"),
        (change("drawn.tsv", "number", "nummer"), "drawn.tsv is no list of drawn units"),
        (change("seed.txt", "6085", "6086"), "drawn.tsv does not hold what the seed draws"),
        (change("SHA256SUMS", "  frame", " frame"), "SHA256SUMS has a line that is no sum"),
        (swap_cases, "drawn.tsv does not hold what the seed draws"),
        (remove("seed.txt"), "seed.txt is missing"),
        *((remove(name), f"{name} is missing") for name in ("drawn.tsv", "frame.tsv", "machine.jsonl", "SHA256SUMS")),
    ],
)
@pytest.mark.parametrize("extended", [False, True])
def test_a_draw_that_was_tampered_with_gives_no_figure_and_is_not_shown(
    made: Made, tamper: Callable[[Path], object], words: str, extended: bool
) -> None:
    committed = drawn(made, Wish(12, (f"{ROLE}=relied_on",)))
    if extended:
        committed = drawing.extend(made.study, 4, 0.0)
    read_by(made, committed, {"anna": as_machine})
    tamper(committed.folder)
    for look in (
        lambda: drawing.fieldwork(made.study, made.codebook),
        lambda: sampling.draw(made.study, Doing(wish(), sheet=made.study.folder / "sheet.csv")),
        lambda: view.contents(made, "en", ""),
    ):
        with pytest.raises(StudyError, match=words):
            look()


def test_a_draw_before_an_extension_that_was_changed_or_removed_is_noticed(made: Made) -> None:
    first = drawn(made, Wish(12))
    second = drawing.extend(made.study, 4, 0.0)
    kept = (first.folder / "commitment.json").read_text("utf-8")
    (first.folder / "commitment.json").write_text(kept + "\n", "utf-8")
    with pytest.raises(StudyError, match="draw 0001, which was there before it, is another one"):
        drawing.checked(second)
    (first.folder / "commitment.json").unlink()
    with pytest.raises(StudyError, match="draw 0001, which was there before it, is gone"):
        drawing.checked(second)


def test_a_throw_that_was_stopped_is_finished_with_the_same_seed_only(made: Made) -> None:
    committed = drawn(made, Wish(12))
    (committed.folder / "seed.txt").unlink()
    with pytest.raises(StudyError, match="was drawn with another seed"):
        drawing.throw(made.study, "999" + SEED)
    assert drawing.throw(made.study, SEED) == drawing.drawn_cases(committed)
