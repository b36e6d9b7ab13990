"""The table of all cases: what stands in its files is what the study says, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from caselight.report import Contents, write_report
from caselight.report.case_table import SHARD_ROWS, CaseTable
from caselight.report.contents import Atlas
from caselight.report.frame import Frame
from caselight.report.geography import Region
from caselight.report.interface import Interface
from caselight.report.names import Names
from caselight.types import Stratum
from report_sample import contents_of, hostile, small, small_codebook, small_page, unbalanced


def table_of(contents: Contents) -> CaseTable:
    t = Interface(contents.language)
    frame = Frame(t, contents.title, contents.version, contents.sample)
    return CaseTable(contents, frame, Names(t, contents.codebook))


def files_of(contents: Contents) -> dict[str, str]:
    return dict(table_of(contents).pages())


def data_of(contents: Contents) -> tuple[dict[str, dict[str, Any]], list[list[Any]]]:
    """Columns by key, each with its place in a row; and the rows, a line each."""
    files = files_of(contents)
    columns: dict[str, dict[str, Any]] = {}
    for line in files["data/cases/columns.js"].splitlines()[1:-1]:
        column = json.loads(line.rstrip(","))
        columns[column["key"]] = column | {"place": len(columns) + 1}
    names = sorted((n for n in files if n.startswith("data/cases/") and "columns" not in n), key=len)
    lines = [line for name in names for line in files[name].splitlines()[1:-1]]
    return columns, [json.loads(line.rstrip(",")) for line in lines]


def told(column: dict[str, Any], row: list[Any]) -> Any:
    """The names of the values in a coded cell; any other cell as it stands."""
    cell = row[column["place"]]
    if column["kind"] != "code":
        return cell
    places = [cell] if column["members"] is None else column["members"][cell]
    return [column["choices"][place][0] for place in places]


def test_a_row_says_what_the_study_says() -> None:
    contents = small(3)
    columns, rows = data_of(contents)
    assert [row[0] for row in rows] == [row.id for row in contents.cases]
    found = {key: [told(column, row) for row in rows] for key, column in columns.items()}
    assert found == {
        "case_number": ["5-0/2022", "5-1/2022", "5-2/2022"],
        "court": [["Районный суд"]] * 3,
        "judge": [""] * 3,
        "decision_date": ["2022-05-13"] * 3,
        "year": [["2022"]] * 3,
        "instance": [["first"]] * 3,
        "statute": [[""]] * 3,
        "outcome": [["fine"]] * 3,
        "role": [["relied_on"], ["none"], ["relied_on"]],
        "place": [["metro"], ["_not_asked"], ["metro"]],
        "people": [10, None, 10],
        "slogan": ["Мир", None, "Мир"],
    }


def test_the_table_is_written_anew_where_only_regions_or_their_names_changed(tmp_path: Path) -> None:
    def shown(code: str, name: str) -> str:
        contents = small(3)
        region = Region("77", {"en": name}, {"en": name}, 0, 0, False)
        cases = [replace(row, region=code) for row in contents.cases]
        write_report(tmp_path, replace(contents, cases=cases, atlas=Atlas((region,))))
        return (tmp_path / "data" / "cases" / "columns.js").read_text("utf-8")

    assert '"region"' not in shown("", "Moscow")
    assert "Moscow" in shown("77", "Moscow")
    assert "The capital" in shown("77", "The capital")


@pytest.mark.parametrize(
    ("variable", "values", "expected", "why"),
    [
        ("place", [(), ("metro", "con"), ("con",)], [["_none"], ["metro", "con"], ["con"]], "several and none of them"),
        (
            "place",
            [None, None, ("con",)],
            [["_undetermined"], ["_not_asked"], ["con"]],
            "undecided and not asked differ",
        ),
        ("role", [None, "none", "none"], [["_undetermined"], ["none"], ["none"]], "asked of all, undecided in one"),
        ("people", [0, 2.5, None], [0, 2.5, None], "zero is a number"),
        ("slogan", ["_undetermined", "a\nb", ("x", "y")], ["_undetermined", "a b", "x; y"], "text is only ever text"),
    ],
)
def test_every_kind_of_answer_has_its_cell(variable: str, values: list[Any], expected: list[Any], why: str) -> None:
    contents = small(3)
    answers = dict(contents.answers) | {variable: values}
    columns, rows = data_of(replace(contents, answers=answers))
    assert [told(columns[variable], row) for row in rows] == expected, why


def test_a_question_called_like_a_fact_is_a_column_of_its_own() -> None:
    codebook = small_codebook()
    role = codebook.variables[0]._replace(name="court")
    contents = small(1)
    named = codebook._replace(variables=(role, *codebook.variables[2:]))
    answers = dict(contents.answers) | {"court": ["relied_on"]}
    columns, rows = data_of(replace(contents, codebook=named, answers=answers))
    assert told(columns["court"], rows[0]) == ["Районный суд"]
    assert told(columns["court_answer"], rows[0]) == ["relied_on"]


def test_several_statutes_of_one_case_are_each_a_filter() -> None:
    contents = small(2)
    first, second = contents.cases
    rows = [replace(first, statutes=("КоАП 20.2", "КоАП 19.3")), replace(second, statutes=("КоАП 19.3",))]
    columns, lines = data_of(replace(contents, cases=rows))
    assert [told(columns["statute"], line) for line in lines] == [["КоАП 20.2", "КоАП 19.3"], ["КоАП 19.3"]]
    assert columns["statute"]["choices"] == [["КоАП 19.3", "КоАП 19.3"], ["КоАП 20.2", "КоАП 20.2"]]


def test_every_row_is_a_line_that_names_its_case_first_whatever_the_record_says() -> None:
    contents = hostile()
    text = files_of(contents)["data/cases/1.js"]
    lines = text.split("\n")
    assert (lines[0], lines[-2:]) == ("caselight.rows.push(", [");", ""])
    assert [line[: 2 + len(row.id)] for line, row in zip(lines[1:], contents.cases, strict=False)] == [
        f'["{row.id}' for row in contents.cases
    ]
    assert not any(ord(letter) < 32 for letter in text.replace("\n", ""))


def test_rows_are_parted_among_files_and_none_is_lost() -> None:
    pages = [small_page("[видео]", f"{i}.txt", f"5-{i}/2022") for i in range(SHARD_ROWS + 1)]
    contents = contents_of(pages, small_codebook())
    files = files_of(contents)
    assert {"data/cases/1.js", "data/cases/2.js"} <= files.keys()
    assert "data/cases/3.js" not in files
    _, rows = data_of(contents)
    assert [row[0] for row in rows] == [row.id for row in contents.cases]
    assert '<script src="../data/cases/2.js" defer>' in files["cases/table.html"]


def test_no_table_is_made_where_the_books_do_not_balance(tmp_path: Path) -> None:
    folder = write_report(tmp_path / "r", unbalanced()).parent
    assert not (folder / "cases/table.html").exists()
    assert "table.html" not in (folder / "cases/index.html").read_text("utf-8")


def test_a_changed_statute_or_answer_writes_the_table_anew(tmp_path: Path) -> None:
    contents = small(2)
    write_report(tmp_path / "r", contents)
    rows = [replace(contents.cases[0], statutes=("КоАП 20.2",)), contents.cases[1]]
    write_report(tmp_path / "r", replace(contents, cases=rows))
    assert "КоАП 20.2" in (tmp_path / "r/data/cases/columns.js").read_text("utf-8")
    answers = dict(contents.answers) | {"people": [77, None]}
    write_report(tmp_path / "r", replace(contents, answers=answers, stamps=dict(contents.stamps) | {"people": "new"}))
    assert ",77," in (tmp_path / "r/data/cases/1.js").read_text("utf-8")


def test_the_table_sends_to_what_people_read_where_they_have() -> None:
    plain = small(3)
    first = plain.estimates[0]._replace(strata=(Stratum(9, 3, 1),))
    read = replace(plain, estimates=[first, *plain.estimates[1:]])
    for contents, told in ((plain, "how-sure.html"), (read, "figures/index.html")):
        page = files_of(contents)["cases/table.html"]
        (note,) = re.findall('<p class="machine">.*?</p>', page)
        assert f'href="../{told}"' in note
    assert table_of(plain).made_from() != table_of(read).made_from()
