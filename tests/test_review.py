"""Draws that can be checked with coreutils, answers of people, and journals that lose nothing."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselight.codebook import Codebook, read_codebook
from caselight.definitions import parse
from caselight.errors import StudyError, UsageError
from caselight.review import (
    ADJUDICATOR,
    FrameRow,
    Given,
    allocate,
    digest_of,
    draw,
    enlarged,
    frame_text,
    read_draw,
    read_sheet,
    settle,
    ticket,
)
from caselight.store import journal

SEED = "60853020971157277135"
CODEBOOK = """
name: small
title: Small
version: 1
language: ru
variables:
  - name: role
    kind: one-of
    question: Which role?
    values: [{name: relied_on, phrases: [камера]}, {name: none}]
  - name: place
    kind: many-of
    question: Where?
    values: [{name: metro, phrases: [метро]}, {name: street, phrases: [улица]}]
  - {name: people, kind: number, question: How many?, phrases: [участник]}
"""
WORDS = """
name: small
title: Small
version: 1
language: en
variables:
  - {name: named, kind: text, question: Which?, phrases: [camera]}
"""
CASES = {"c1": "c1", "a.txt": "c1", "c2": "c2", "twice.txt": ""}


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(parse(CODEBOOK, "small.yaml"))


def frame(sizes: dict[str, int]) -> list[FrameRow]:
    return [FrameRow(f"c{name}{i:04d}", "0" * 64, name) for name, size in sizes.items() for i in range(size)]


def test_tickets_are_those_of_the_published_draws(shared: Path) -> None:
    for case in json.loads((shared / "oracles" / "draw.json").read_text("utf-8"))["cases"]:
        given_ = case["inputs"]
        if "ids" in given_ and "tickets" in case:
            assert {one: ticket(given_["seed"], one) for one in given_["ids"]} == case["tickets"]
            rows = [FrameRow(one, "", "all") for one in given_["ids"]]
            drawn = draw(rows, {"all": len(rows)}, given_["seed"], 0)
            assert [d.case for d in drawn] == case["expected"]


def test_the_draw_is_what_coreutils_draw(tmp_path: Path) -> None:
    rows = frame({"yes": 30, "no": 90})
    (tmp_path / "frame.tsv").write_text(frame_text(rows))
    script = f"""
    while IFS=$(printf '\\t') read -r id text stratum; do
      printf '%s\\t%s\\t%s\\n' "$(printf '%s\\n%s' {SEED} "$id" | sha256sum | cut -c1-64)" "$stratum" "$id"
    done < frame.tsv | sort | awk -F'\\t' 'BEGIN {{n["yes"]=8; n["no"]=12}} ++k[$2] <= n[$2] {{print $3}}'
    """
    told = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert [d.case for d in draw(rows, {"yes": 8, "no": 12}, SEED, 0)] == told
    sums = subprocess.run(["sha256sum", "frame.tsv"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert sums.split()[0] == digest_of(frame_text(rows))


@given(st.permutations(frame({"yes": 6, "no": 14})))
def test_a_draw_does_not_depend_on_the_order_and_a_larger_one_holds_the_smaller(rows: list[FrameRow]) -> None:
    small, large = (draw(rows, {"yes": n, "no": 2 * n}, SEED, 3) for n in (2, 4))
    assert small == draw(sorted(rows, key=lambda row: row.case), {"yes": 2, "no": 4}, SEED, 3)
    assert {d.case for d in small} < {d.case for d in large}
    assert [d.number for d in large] == list(range(1, 13))
    assert [d.double for d in small] == [True] * 3 + [False] * 3
    assert {(d.stratum, d.probability) for d in small} == {("yes", 2 / 6), ("no", 4 / 14)}


@given(
    st.dictionaries(st.sampled_from("abcde"), st.integers(1, 300), min_size=1).flatmap(
        lambda sizes: st.tuples(st.just(sizes), st.integers(len(sizes), sum(sizes.values())))
    )
)
def test_every_stratum_gets_cases_and_none_more_than_it_has(sizes_n: tuple[dict[str, int], int]) -> None:
    sizes, n = sizes_n
    found = allocate(sizes, n, rest="a")
    assert sum(found.values()) == n
    assert all(1 <= found[name] <= size for name, size in sizes.items())


@given(
    st.dictionaries(
        st.sampled_from("abcde"),
        st.integers(1, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))),
        min_size=1,
    ),
    st.data(),
)
def test_an_extension_only_adds_and_adds_as_many_as_were_asked_for(
    sizes: dict[str, tuple[int, int]], data: st.DataObject
) -> None:
    left = sum(size - n for size, n in sizes.values())
    more = data.draw(st.integers(0, left))
    found = enlarged(sizes, more)
    assert sum(found.values()) == sum(n for _, n in sizes.values()) + more
    assert all(n <= found[name] <= size for name, (size, n) in sizes.items())


def test_a_quarter_goes_to_what_the_machine_flagged() -> None:
    assert allocate({"yes": 240, "no": 1760}, 100, "no") == {"yes": 25, "no": 75}
    assert allocate({"yes": 9, "no": 1991}, 100, "no") == {"yes": 9, "no": 91}, "all of them, if they are no more"
    assert allocate({"yes": 600, "no": 400}, 100, "no") == {"yes": 60, "no": 40}, "their share, if that is larger"


def test_two_who_differ_are_undecided_until_the_adjudicator_decides() -> None:
    given_ = [
        Given("c1", "role", "none", "anna"),
        Given("c1", "role", "relied_on", "anna"),
        Given("c1", "role", "relied_on", "boris"),
        Given("c2", "role", "none", "anna"),
        Given("c2", "role", "relied_on", "boris"),
        Given("c3", "place", ("metro", "street"), "anna"),
        Given("c3", "place", ("street", "metro"), "boris"),
    ]
    settled = settle(given_)
    assert settled["c1", "role"] == Given("c1", "role", "relied_on", "anna + boris")
    assert not settled["c2", "role"].decided
    assert settled["c3", "place"].decided, "the order of several answers means nothing"
    last = settle([*given_, Given("c2", "role", "none", ADJUDICATOR)])
    assert last["c2", "role"] == Given("c2", "role", "none", ADJUDICATOR)


@pytest.mark.parametrize(
    "text",
    [
        "case,variable,value,coder\na.txt,role,none,anna\nc2,place,metro;street,anna\nc2,people,15 000,anna\n",
        'case;role;place;people;coder\r\na.txt;none;;;anna\r\nc2;;"metro;street";15 000;anna\r\n',
    ],
)
def test_answers_are_read_from_long_and_wide_tables(codebook: Codebook, text: str) -> None:
    assert set(read_sheet("\ufeff" + text, "f.csv", codebook, CASES, "")) == {
        Given("c1", "role", "none", "anna"),
        Given("c2", "place", ("metro", "street"), "anna"),
        Given("c2", "people", 15000, "anna"),
    }


def test_undecided_and_no_answer_are_told_apart(codebook: Codebook) -> None:
    text = "case,role,place\nc1,undecided,none\nc2,does_not_say,undecided\nc3,undetermined,not_asked\n"
    assert read_sheet(text, "f.csv", codebook, CASES | {"c3": "c3"}, "anna") == [
        Given("c1", "role", None, "anna", decided=False),
        Given("c1", "place", (), "anna"),
        Given("c2", "role", None, "anna"),
        Given("c2", "place", None, "anna", decided=False),
        Given("c3", "role", None, "anna", decided=False),
        Given("c3", "place", None, "anna", asked=False),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("words", ["one", "one\ntwo", "one\r\ntwo", "one\x0btwo\u2028three"])
def test_a_cell_keeps_its_line_breaks(words: str, end: str) -> None:
    base = read_codebook(parse(WORDS, "words.yaml"))
    text = end.join(("case,named", f'c1,"{words}"', "c2,last", ""))
    found = read_sheet(text, "f.csv", base, CASES, "anna")
    assert [one.value for one in found] == [words, "last"]
    table = end.join(("case,note,stratum,probability", f'c1,"{words}",all,1', 'c2,"x",all,1', ""))
    assert read_draw(table, "f.csv", CASES, 2).drawn == {"all": ("c1", "c2")}


NO_NAMES = ("../anna", ".anna", "-anna", "an\nna", "an\x1b[2Jna", "anna ", "a" * 41, "a" * 300, "anna!")
NO_NUMBERS = (  # a cell must be wholly one number; what may mean two is refused with how to write it
    ("15.000", "may mean 15000 or 15.000. Write 15000, or 15.0000."),
    ("15,000", "may mean 15000 or 15.000"),
    ("15 тыс", "is not one number"),
    ("10-15", "is not one number"),
    ("2 или 3", "is not one number"),
    ("1e400", "is not one number"),
    ("9" * 400, "is not one number"),
    ("1,500,000", "is not one number"),
    ("около 15", "is not one number"),
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("15 000", 15000), ("15000", 15000), ("12,5", 12.5), ("0.125", 0.125), ("-3", -3), ("15 000,125", 15000.125)],
)
def test_a_cell_that_is_wholly_one_number_is_that_number(codebook: Codebook, cell: str, number: float) -> None:
    assert [one.value for one in read_sheet(f'case,people\nc1,"{cell}"\n', "f", codebook, CASES, "anna")] == [number]


def test_the_adjudicator_is_one_however_the_name_is_written(codebook: Codebook) -> None:
    for name in ("adjudicator", "Adjudicator", "ADJUDICATOR"):
        assert [one.coder for one in read_sheet("case,role\nc1,none\n", "f", codebook, CASES, name)] == [ADJUDICATOR]


@pytest.mark.parametrize(
    ("text", "coder", "words"),
    [
        ("", "anna", "no column 'case'"),
        ("case,role\nc1,none\n", "", "--coder NAME"),
        ("case,record\nc1,a.txt\n", "anna", "a column for a variable"),
        ("case,role\nc9,none\n", "anna", "f.csv:2: 'c9' is no case"),
        ("case,role\ntwice.txt,none\n", "anna", "means several cases"),
        ("case,role\nc1,none\nc2,relyed\n", "anna", "f.csv:3: 'relyed' is no value of role"),
        ("case,variable,value\nc1,colour,red\n", "anna", "no variable 'colour'"),
        *(("case,role\nc1,none\n", name, "cannot be a coder's name") for name in NO_NAMES),
        ("case,role,coder\nc1,none,an na\n", "", "f.csv:2: 'an na' cannot be a coder's name"),
        ("case,role,coder\nc1,none,anna \n", "", "f.csv:2: 'anna ' cannot be a coder's name"),
        ("case,role\nc1,none\n", "rules", "name of a program's answers"),
        ("case,role,coder\nc1,none,boris\n", "anna", "column coder says 'boris', --coder says 'anna'"),
        ("case,role\nc1,none\nc1,relied_on\n", "anna", "f.csv:3: anna answers role of c1 otherwise than in line 2"),
        ("case,role,role\nc1,none,none\n", "anna", "two columns 'role'"),
        ("case,role\nc1,none,relied_on\n", "anna", "f.csv:2: the line has more cells"),
        ("case,role,colour\nc1,none,red\n", "anna", "'colour' is no question of the codebook"),
        *((f'case,people\nc1,"{cell}"\n', "anna", told) for cell, told in NO_NUMBERS),
        ("case,role\nc1,\n", "anna", "holds no answer"),
        ('case,role\nc1,"none\n', "anna", "no CSV"),
    ],
)
def test_a_table_with_a_mistake_is_refused_with_its_line(codebook: Codebook, text: str, coder: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_sheet(text, "f.csv", codebook, CASES, coder)
    assert words in str(refused.value)


def test_a_journal_keeps_everything_in_order(tmp_path: Path) -> None:
    file = tmp_path / "journal" / "anna.jsonl"
    assert journal.read(file) == []
    assert journal.append(file, [{"case": "c1", "value": "да"}], "2022-05-13") == 1
    assert journal.append(file, [{"case": "c2"}, {"case": "c3"}], "2022-05-14") == 3
    assert [body["case"] for body in journal.read(file)] == ["c1", "c2", "c3"]


def test_a_torn_last_line_is_cut_off_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "anna.jsonl"
    journal.append(file, [{"case": "c1"}, {"case": "c2"}], "t")
    whole = file.read_bytes()
    for end in range(len(whole.splitlines()[0]) + 1, len(whole)):
        file.write_bytes(whole[:end])
        assert [body["case"] for body in journal.read(file)] == ["c1"]
        assert journal.append(file, [{"case": "c9"}], "t") == 2
        assert [body["case"] for body in journal.read(file)] == ["c1", "c9"]


def test_a_journal_changed_by_hand_is_named_and_nothing_is_added(tmp_path: Path) -> None:
    file = tmp_path / "anna.jsonl"
    journal.append(file, [{"case": "c1"}, {"case": "c2"}, {"case": "c3"}], "t")
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    for wrong, line in ((whole.replace(b"c1", b"c7"), 2), (lines[0] + lines[2], 2), (b"{}\n" + whole, 1)):
        file.write_bytes(wrong)
        with pytest.raises(StudyError, match=f"anna.jsonl:{line}: "):
            journal.append(file, [{"case": "c9"}], "t")
        assert file.read_bytes() == wrong


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "anna.jsonl"
    journal.append(file, [{"case": "c1"}], "t")
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fdatasync", full)
        with pytest.raises(OSError, match="No space"):
            journal.append(file, [{"case": "c2"}], "t")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("case,stratum,probability," + "x" * 200_000 + "\n", 1),
        ("case,stratum,probability\nc1,all," + "9" * 200_000 + "\n", 2),
        ('case,stratum,probability\nc1,all,"1/2"x\n', 2),
    ],
    ids=["a column's name without end", "a cell without end", "text behind a quotation mark"],
)
def test_a_line_that_is_no_csv_is_named_wherever_a_table_comes_in(text: str, line: int, codebook: Codebook) -> None:
    csv.field_size_limit(1 << 30)  # as some libraries leave it for the whole process
    with pytest.raises(UsageError, match=rf"f\.csv:{line}: the line is no CSV"):
        read_draw(text, "f.csv", CASES, 100)
    sheet = text.replace("stratum", "role", 1).replace("all,", "none,").replace("probability", "people")
    with pytest.raises(UsageError, match=rf"f\.csv:{line}: the line is no CSV"):
        read_sheet(sheet, "f.csv", codebook, CASES, "anna")
