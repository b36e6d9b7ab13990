"""What is committed before the dice fall: it can be checked by others, and what cannot be drawn is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from caselight import delivery, drawing, sampling
from caselight.drawing import Wish
from caselight.errors import UsageError
from caselight.planning import Made
from caselight.sampling import Doing
from drawing_sample import FACE, ROLE, run, wish
from fieldwork_study import SEED, drawn


def test_what_was_committed_can_be_checked_with_coreutils(made: Made) -> None:
    committed = drawn(made, Wish(12, (f"{ROLE}=relied_on",)))
    told = json.loads((committed.folder / "commitment.json").read_text("utf-8"))
    assert run("sha256sum -c SHA256SUMS", committed.folder).count("OK") == 4
    assert run("sha256sum commitment.json | cut -c1-64", committed.folder).strip() == committed.digest
    assert run("cut -f1,3 frame.tsv | sha256sum | cut -c1-64", committed.folder).strip() == told["strata_sha256"]
    assert run("wc -l < frame.tsv", committed.folder).strip() == str(told["cases"]) == "48"
    for stratum, part in told["strata"].items():
        counted = run(f"awk -F'\\t' '$3 == \"{stratum}\"' frame.tsv | wc -l", committed.folder)
        assert int(counted) == part["cases"]
    assert told["codebook_sha256"] == hashlib.sha256(made.study.codebook.read_bytes()).hexdigest()


def test_the_text_of_a_case_is_the_one_that_was_committed(made: Made, tmp_path: Path) -> None:
    committed = drawn(made, Wish(5))
    delivery.export(made, "jsonl", tmp_path / "out")
    texts = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (tmp_path / "out" / "texts").iterdir()}
    rows = [line.split("\t") for line in (committed.folder / "frame.tsv").read_text("utf-8").splitlines()]
    assert {row[1] for row in rows} <= texts


@pytest.mark.parametrize(
    ("wish", "seed", "words"),
    [
        (Wish(20, unit="planet"), SEED, "--unit planet"),
        (Wish(20, machine=("other",)), SEED, "no such machine. Known: none"),
        (Wish(2, elusion="surveillance_role"), SEED, "VARIABLE=VALUE"),
        (Wish(2, elusion="surveillance_role=red"), SEED, "VARIABLE=VALUE"),
        (Wish(47, elusion="=".join(FACE)), SEED, "set 39 of 48 aside"),
        (Wish(3, elusion="=".join(FACE), verify=0), SEED, "the machine found 9"),
        (Wish(3), "123", "no seed"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(made: Made, wish: Wish, seed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        drawn(made, wish, seed)


def test_a_seed_that_was_known_before_is_refused(made: Made) -> None:
    drawn(made, Wish(5))
    with pytest.raises(UsageError, match="known before draw 0002 was committed"):
        drawn(made, Wish(6))


def test_a_codebook_changed_between_commitment_and_dice_is_refused(made: Made) -> None:
    drawing.freeze(made, Wish(5))
    text = made.study.codebook.read_text("utf-8")
    made.study.codebook.write_text(text + "\n", "utf-8")
    with pytest.raises(UsageError, match="people would answer other questions"):
        drawing.throw(made.study, SEED)
    made.study.codebook.write_text(text, "utf-8")
    assert len(drawing.throw(made.study, SEED)) == 5


def test_a_claim_that_no_method_is_known_for_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--claim sure: there is no such claim\. Known: standard, certified"):
        Wish(5, claim="sure")


@pytest.mark.parametrize("level", [95.0, 1.0, 0.0, -3.0, 1e9, float("nan")])
def test_a_level_that_is_no_share_is_refused_at_the_draw(made: Made, level: float) -> None:
    with pytest.raises(UsageError, match="level of confidence is a share from"):
        drawing.freeze(made, Wish(5, level=level))
    assert drawing.draws(made.study) == []


@pytest.mark.parametrize(
    ("doing", "words"),
    [
        (Doing(wish()), "Say what to draw"),
        (Doing(wish(5), seed="999" + SEED), "one of them at a time"),
        (Doing(wish(5), extend=3), "one of them at a time"),
        (Doing(wish(), seed="999" + SEED, extend=3), "one of them at a time"),
        (Doing(wish(5), sheet=Path("sheet.csv")), "nothing is drawn before the dice"),
        (Doing(wish(), seed="999" + SEED, sheet=Path(__file__)), "Nothing was done"),
        (Doing(wish(), seed="999" + SEED, sheet=Path("no/such/folder.csv")), "there is no folder"),
    ],
)
def test_nothing_is_done_of_what_cannot_be_done_together(made: Made, doing: Doing, words: str) -> None:
    drawing.freeze(made, Wish(5))
    before = drawing.state_of(made.study)
    with pytest.raises(UsageError, match=words):
        sampling.draw(made.study, doing)
    assert drawing.state_of(made.study) == before, "no dice fell, nothing was committed"


def test_a_commitment_names_the_draws_that_were_there_before_it(made: Made) -> None:
    first = drawing.freeze(made, Wish(5), "2026-05-03")
    second = drawn(made, Wish(6))
    third = drawing.extend(made.study, 2, 0.0)
    told = json.loads((third.folder / "commitment.json").read_text("utf-8"))
    assert told["earlier"] == [
        {"draw": "0001", "sha256": first.digest, "thrown": False},
        {"draw": "0002", "sha256": second.digest, "thrown": True},
    ]
    assert first.day == "2026-05-03"
    _, lines = sampling.draw(made.study, Doing(wish(), sheet=made.study.folder / "sheet.csv"))
    assert "Drawn before, and named in this commitment: 0001 (its dice were never thrown), 0002 (read)." in lines
