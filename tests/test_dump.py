"""Dumps: every row is a record, its text is coded, its other columns give facts."""

from __future__ import annotations

import bz2
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from caselight.ingest import is_container, unpack
from caselight.ingest.archive import Member
from caselight.ingest.columns import ROW_START, cell_text, markup_to_text, pack_row, read_row
from caselight.ingest.dump import read_json
from caselight.types import Document, Problem, RegionKind, State

ACT = "Районный суд установил, что событие имело место. Дело № 5-1/2022."
LONG = ACT * 5


def unpacked(data: bytes, name: str, **mapping: str) -> tuple[list[Member], list[Problem]]:
    assert is_container(data[:65_536], name)
    items = list(unpack(io.BytesIO(data), name, mapping))
    return [i for i in items if isinstance(i, Member)], [i for i in items if isinstance(i, Problem)]


def documents(data: bytes, name: str, **mapping: str) -> list[Document]:
    members, problems = unpacked(data, name, **mapping)
    assert problems == []
    readings = [read_row(m.data, m.path, mapping) for m in members]
    assert all(r.state is State.READ for r in readings), readings
    return [r.document for r in readings if r.document]


def act(document: Document) -> str:
    return "".join(document.text[r.start : r.end] for r in document.acts())


def labels(document: Document) -> dict[str, str]:
    assert all(document.text[f.start - 2 : f.start] == ": " for f in document.fields)
    return {f.label: document.text[f.start : f.end] for f in document.fields}


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def a_parquet(**columns: list[object]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


ROWS = [{"id": 1, "court": "Районный суд", "text": ACT}, {"id": 2, "court": "", "text": LONG}]
FORMS = [
    # the same two rows, name of the file, its bytes
    ("a.jsonl", lines(*ROWS)),
    ("a.json", lines(*ROWS)),  # lines under a wrong name
    ("mark.jsonl", b"\xef\xbb\xbf" + lines(*ROWS)),
    ("wide.jsonl", lines(*ROWS).decode().encode("utf-16")),
    ("array.json", json.dumps(ROWS).encode()),
    ("pretty.json", json.dumps(ROWS, indent=2, ensure_ascii=False).encode()),
    ("wrapped.json", json.dumps({"count": 2, "next": None, "results": ROWS, "more": [1, 2]}).encode()),
    ("a.parquet", a_parquet(id=[1, 2], court=["Районный суд", None], text=[ACT, LONG])),
    ("a.jsonl.gz", gzip.compress(lines(*ROWS))),
    ("a.jsonl.bz2", bz2.compress(lines(*ROWS))),
    ("array.json.gz", gzip.compress(json.dumps(ROWS).encode())),
]


@pytest.mark.parametrize(("name", "data"), FORMS, ids=[row[0] for row in FORMS])
def test_rows_come_out_of_every_form_of_dump(name: str, data: bytes) -> None:
    first, second = documents(data, name)
    assert [act(first), act(second)] == [ACT, LONG]
    assert labels(first) == {"id": "1", "court": "Районный суд"}
    assert labels(second) == {"id": "2"}
    assert [r.kind for r in first.regions] == [RegionKind.META, RegionKind.ACT]
    assert first.language == "ru"


QUOTED = f'id,court,text\n1,"Суд ""Первый""","{ACT}"\n2,,"{ACT}\n{ACT}"\n'


def parted(sign: str) -> str:
    """The table with another sign between its cells."""
    return (
        QUOTED.replace("id,court,text", f"id{sign}court{sign}text").replace(',"', f'{sign}"').replace("2,", f"2{sign}")
    )


TABLES = [
    # name, bytes
    ("plain.csv", QUOTED.encode()),
    ("mark.csv", QUOTED.encode("utf-8-sig")),
    ("crlf.csv", QUOTED.replace("\n", "\r\n").replace(f"{ACT}\r\n{ACT}", f"{ACT}\n{ACT}").encode()),
    ("semicolon.csv", parted(";").encode()),
    ("excel.csv", parted(";").encode("cp1251")),
    ("tabs.tsv", parted("\t").encode()),
    ("bars.csv", parted("|").encode()),
    ("wide.csv", QUOTED.encode("utf-16")),
    ("slashes.csv", QUOTED.replace('""Первый""', '\\"Первый\\"').encode()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), TABLES, ids=[row[0] for row in TABLES])
def test_tables_are_read_whatever_wrote_them(name: str, data: bytes) -> None:
    first, second = documents(data, name)
    assert labels(first) == {"id": "1", "court": 'Суд "Первый"'}
    assert act(first) == ACT
    assert act(second) == f"{ACT}\n{ACT}"


TEXTS = [
    # columns, the column taken as the text, why
    ({"a": "x", "text": ACT}, "text", "its name"),
    ({"a": "x", "Full_Text": ACT}, "Full_Text", "its name, written otherwise"),
    ({"суд": "x", "Текст решения": ACT}, "Текст решения", "its Russian name"),
    ({"title": "x", "body": ACT}, "body", "its name"),
    ({"summary": "short words", "c7": LONG}, "c7", "it is the only long one"),
    ({"t": ACT}, "t", "it is the only one"),
    ({"plain_text": "", "html": "", "html_with_citations": f"<p>{ACT}</p>"}, "html_with_citations", "not empty"),
    ({"plain_text": ACT, "html": f"<p>{LONG}</p>"}, "plain_text", "the best of several"),
    ({"text": "-", "html": f"<p>{ACT}</p>"}, "html", "a dash is how exports write nothing"),
]


@pytest.mark.parametrize(("columns", "text", "why"), TEXTS, ids=[f"{row[1]}: {row[2]}" for row in TEXTS])
def test_the_text_column_is_found(columns: dict[str, str], text: str, why: str) -> None:
    (document,) = documents(lines(columns), "x.jsonl")
    assert act(document) == columns[text].removeprefix("<p>").removesuffix("</p>")


NO_TEXT = [
    ("numbers.csv", b"id,lon,lat\n1,2,3\n2,3,4\n", ["'id'", "'lon'", "'lat'"]),
    ("labels.tsv", b"142224\tAffirm\n142225\tReverse\n", ["'142224'"]),
    ("places.json", json.dumps([{"name": "Суд", "site": "x.invalid"}] * 3).encode(), ["'name'", "'site'"]),
]


@pytest.mark.parametrize(("name", "data", "columns"), NO_TEXT, ids=[row[0] for row in NO_TEXT])
def test_a_table_without_a_text_says_what_it_has_and_what_to_do(name: str, data: bytes, columns: list[str]) -> None:
    members, (problem,) = unpacked(data, name)
    assert members == []
    assert problem.kind == "unsupported"
    assert "--text-column" in problem.message
    assert all(column in problem.message for column in columns)


def test_the_user_may_name_the_columns() -> None:
    data = lines({"n": "5-1/2022", "kind": ACT, "text": LONG, "where": "Суд", "when": "2022-01-02"})
    (document,) = documents(data, "x.jsonl", text="kind", court="where", number="n", date="when", unknown="x")
    assert act(document) == ACT
    found = labels(document)
    assert found["court"] == found["where"] == "Суд"
    assert found["case_number"] == "5-1/2022"
    assert found["decision_date"] == "2022-01-02"
    assert found["text"] == LONG, "what was not chosen is still there, beside the text"


def test_a_column_that_is_not_there_is_told() -> None:
    members, (problem,) = unpacked(lines(*ROWS), "x.jsonl", text="tekst")
    assert (len(members), problem.kind) == (2, "column_missing"), "the text was found by its own name"
    assert "no column 'tekst'" in problem.message
    assert "'court'" in problem.message


KNOWN = [
    # a row as the tool writes it, what is known of it
    (
        {"id": 7, "region": 77, "name": "Районный суд", "caseNumber": "5-1/2022", "entryDate": "01.01.2022",
         "names": "сторона", "judge": "Судья", "resultDate": "02.01.2022", "decision": "Вынесено", "text": ACT},
        {"court": "Районный суд", "case_number": "5-1/2022", "decision_date": "02.01.2022", "judge": "Судья"},
    ),
    (
        {"case_names": "State v. Doe", "case_dates": "2020-01-02", "docket_numbers": ["A-1-CA-1"], "judges": "Roe",
         "download_urls": "x", "plain_text": ACT},
        {"case_number": "A-1-CA-1", "decision_date": "2020-01-02", "judge": "Roe"},
    ),
    (
        {"id": 3, "cluster_id": 4, "author_str": "Roe", "date_filed": "2020-01-02", "plain_text": "", "html": ACT},
        {"judge": "Roe", "decision_date": "2020-01-02"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "known"), KNOWN, ids=["sudrfscraper", "juriscraper", "CourtListener"])
def test_known_dumps_are_recognised_by_themselves(row: dict[str, object], known: dict[str, str]) -> None:
    (document,) = documents(lines(row), "x.jsonl")
    assert act(document) == ACT
    assert known.items() <= labels(document).items()


def test_a_bad_row_does_not_spoil_the_others() -> None:
    bad = b'{"id":2,\nnot json\n[]\nnull\n\n{"id":3,"text":"' + ACT.encode() + b'","text":"again"}\n'
    number = b'{"n":' + b"9" * 5000 + b',"text":"' + ACT.encode() + b'","x":1e999,"y":NaN}\n'
    members, problems = unpacked(lines(ROWS[0]) + bad + number, "x.jsonl")
    assert [m.path for m in members] == ["1", "7", "8"]
    assert [(p.subject, p.kind) for p in problems] == [(str(n), "damaged") for n in (2, 3, 4, 5)]
    documents = [read_row(m.data, m.path).document for m in members]
    assert labels(documents[1])["text (2)"] == "again"  # type: ignore[arg-type]
    assert labels(documents[2])["x"] == "1e999"  # type: ignore[arg-type]


def test_a_thousand_bad_rows_have_one_cause() -> None:
    members, problems = unpacked(lines(ROWS[0]) + b"x\n" * 1000, "x.jsonl")
    assert len(members) == 1
    assert len(problems) == 101
    assert problems[-1].message.startswith("900 more rows")


CUT = [
    ("array.json", json.dumps([ROWS[0]] * 5).encode()[:-30], 4, "breaks off|no longer JSON"),
    ("a.jsonl.gz", gzip.compress(lines(*[ROWS[0]] * 2000))[:-30], 1900, "breaks off"),
    ("a.csv", f'id,text\n1,{"слово " * 50}\n2,"never closed\n3,x\n'.encode(), 2, "never closed"),
    (
        "ragged.csv",
        f"id,text\n1,{'слово ' * 50}\n2\n3,a,b,c\n".encode(),
        3,
        r"2 rows have more or fewer .*\(rows 2, 3\)",
    ),
    ("a.parquet", a_parquet(text=[LONG])[:-9], 0, "not a Parquet file"),
]


@pytest.mark.parametrize(("name", "data", "least", "words"), CUT, ids=[row[0] for row in CUT])
def test_what_lies_before_the_damage_is_kept(name: str, data: bytes, least: int, words: str) -> None:
    import re

    members, problems = unpacked(data, name)
    assert len(members) >= least
    assert [p.kind for p in problems] == ["damaged"]
    assert re.search(words, problems[0].message)


def test_a_row_reads_the_same_from_its_bytes_alone() -> None:
    (member,), _ = unpacked(lines({"c1": "x y", "c7": LONG}), "x.jsonl")
    assert member.data.startswith(ROW_START)
    assert member.data == pack_row({"c7": LONG, "c1": "x y"}, "c7"), "equal rows have equal bytes"
    reading = read_row(member.data, "1")
    assert reading.document
    assert act(reading.document) == LONG


@pytest.mark.parametrize("text", ["", "-", None, "<p> </p>", "   "])
def test_a_row_without_text_says_so(text: str | None) -> None:
    reading = read_row(pack_row({"id": 1, "text": text}), "1")
    assert reading.state is State.SUSPECT_EMPTY
    assert "'text'" in reading.reason


def test_half_a_character_is_replaced_not_passed_on() -> None:
    reading = read_row(pack_row({"text": "\ud800 " + ACT, "judge": "\udfff"}), "1")
    assert reading.document
    reading.document.text.encode()
    assert act(reading.document) == "\ufffd " + ACT


def test_markup_becomes_lines() -> None:
    untrusted = "<div>a &amp; b<p>c<br>d</p><script>x</script><style>y</style></div><td>e</td>"
    assert markup_to_text(untrusted).split("\n")[:3] == ["a & b", "c", "d"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [(None, ""), ("", ""), ("-", ""), ([], ""), (["x"], "x"), (["x", "y"], '["x", "y"]'), (1, "1"), (" a\n b ", "a b")],
)
def test_cells_are_shown_in_one_line(cell: object, shown: str) -> None:
    assert cell_text(cell) == shown


ONE = [
    # a JSON file that is not a dump, its state, words
    (json.dumps({"text": ACT, "id": 1}), State.READ, ""),
    (json.dumps({"docket": "x", "plain_text": LONG * 500}), State.READ, ""),
    (json.dumps({"id": "003", "sections": [{"name": "int"}] * 5, "fine": None}), State.UNSUPPORTED, "'sections'"),
    ('{"22": "Край"}', State.UNSUPPORTED, "--text-column"),
    ("[1, 2, 3]", State.UNSUPPORTED, "without names"),
    ('"text"', State.UNSUPPORTED, "without names"),
    ("{broken", State.DAMAGED, "not"),
    ("[" * 100_000 + "]" * 100_000, State.REFUSED, "nested too deep"),
    ('{"text":"\\ud800 ' + ACT + '"}', State.READ, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "state", "words"), ONE, ids=[row[0][:30] for row in ONE])
def test_a_json_file_that_is_no_dump_ends_in_a_state(text: str, state: State, words: str) -> None:
    assert not is_container(text.encode()[:65_536], "x.json")
    reading = read_json(text.encode(), "x.json")
    assert reading.state is state
    assert words in reading.reason
    assert (reading.document is not None) == (state is State.READ)


NO_DUMPS = [
    ("a.txt", ACT.encode()),
    ("a.html", b"<html>{}"),
    ("empty.csv", b""),
    ("empty.jsonl", b""),
    ("page.csv", b"<html><table>"),
    ("picture.csv", b"\x89PNG\x00\x00" + bytes(1000)),
    ("braces.txt", b"{see above} and so on"),
]


@pytest.mark.parametrize(("name", "data"), NO_DUMPS, ids=[row[0] for row in NO_DUMPS])
def test_this_is_no_dump(name: str, data: bytes) -> None:
    assert not is_container(data, name)


def test_a_long_array_is_never_held_whole() -> None:
    rows = (b'{"id": %d, "text": "%s"},' % (n, b"word " * 400) for n in range(20_000))

    class Endless(io.RawIOBase):
        """40 MB of JSON that exist only as they are read."""

        read_bytes, pending = 0, b"["

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            while not self.pending and (row := next(rows, None)):
                self.pending = row
            piece, self.pending = self.pending[: len(buffer)], self.pending[len(buffer) :]
            buffer[: len(piece)] = piece
            self.read_bytes += len(piece)
            return len(piece)

    from caselight.ingest.dump import unpack_dump

    source = Endless()
    file = io.BufferedReader(source)
    stream = unpack_dump(file, b'[{"id": 1, "text": "word"}', "x.json")
    for _ in range(100):
        assert isinstance(next(stream), Member)
    assert source.read_bytes < 2_000_000


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "rows"),
    [("us-nm-appeals/nm_human300.jsonl.gz", 300), ("echr-rmu/echr_rmu_200.jsonl.gz", 200)],
)
def test_real_dumps_are_read_and_their_labels_stay_out_of_the_text(shared: Path, path: str, rows: int) -> None:
    found = documents((shared / "data" / path).read_bytes(), path)
    assert len(found) == rows
    for document in found:
        columns = {f.label for f in document.fields}
        assert columns & {"human_label", "spans"}
        (region,) = document.acts()
        assert all(f.end <= region.start for f in document.fields)
        assert not {"human_label:", "machine_label:", "akteur_de"} & set(act(document).split())


@pytest.mark.shared
def test_every_table_beside_the_project_is_read_or_explained(shared: Path) -> None:
    for pattern in ("*.csv", "*.csv.gz", "*.tsv.gz", "*.geojson", "*.json"):
        for path in (shared / "data").glob(f"[!hr]*/{pattern}"):
            data = path.read_bytes()
            if not is_container(data[:65_536], path.name):
                assert read_json(data, path.name).state is State.UNSUPPORTED
                continue
            members, problems = unpacked(data, path.name)
            assert members or [p.kind for p in problems] == ["unsupported"], path
