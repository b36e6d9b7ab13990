"""Which column of a dump is the text, which the court, the number, the date, the judge; and a row as a document.

A row travels as bytes that say what they are: `{"caselight_row":1,"columns":{...}}`, keys sorted, so that equal rows
have equal bytes. Where not the names of the columns but their content or the user showed which column is the text, the
row carries that too (`"text":"C7"`): what becomes of a row depends on its bytes alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from caselight.ingest.language import guess_language
from caselight.types import Document, Field, Problem, Reading, Region, RegionKind, State

ROW_START = b'{"caselight_row":1,'
MEDIA_TYPE = "application/x-caselight-row"
TABLES = (".csv", ".tsv", ".tab")  # what names of dumps end with, where a line is a row of cells ...
LINES = (".jsonl", ".ndjson", ".jsonlines")  # ... or an object
OR = "\t"  # between columns that were named for one role, in several dumps of a study
# A column whose cells are this long on average holds running text; the longest other columns met in dumps (names of
# parties, summaries) stay below 150.
TEXT_CHARACTERS = 200


def _words(names: str) -> list[str]:
    return names.split()


# What columns with the text are called, letters only, best first: where a row has several, the first that is not
# empty is taken. The html_... and xml_... ones are CourtListener's, in the order that its documentation recommends.
TEXT_NAMES = _words(
    "text plaintext fulltext textfull acttext decisiontext opiniontext judgmenttext documenttext casetext casebody "
    "текст текстакта текстрешения текстсудебногоакта текстдокумента полныйтекст текстдела "
    "htmlwithcitations htmlcolumbia htmllawbox htmlanon2020 xmlharvard html htmltext texthtml contenthtml "
    "body content contents document opinion judgment decisionbody rawtext"
)
# What other columns are called in dumps at large, letters only.
_GENERIC = {
    "court": "court courtname courtid courtfullname суд наименованиесуда названиесуда",
    "number": "casenumber caseno casenum docketnumber docketnumbers docket number номердела номер дело",
    "date": "date decisiondate datefiled casedate casedates judgmentdate resultdate датарешения дата",
    "judge": "judge judges judgename author authorstr судья",
    "uid": "uid caseuid cui уид",
}
# Dumps known by columns that no other dump has together; the columns then mean what they mean there.
_KNOWN = (
    # SUDRFScraper: "name" is the court's, "names" the parties'; entryDate is when the case came in.
    ({"casenumber", "names", "resultdate"}, {"court": "name", "number": "casenumber", "date": "resultdate"}),
    # juriscraper: one value a column, or lists of equal length with plural names
    ({"casenames", "casedates"}, {"number": "docketnumbers", "date": "casedates", "judge": "judges"}),
)
# Labels that facts are looked for under, whatever the column is called.
_LABELS = {
    "court": "court",
    "number": "case_number",
    "date": "decision_date",
    "judge": "judge",
    "uid": "uid",
    "id": "id",
}
# The rows of a dump have the same columns, or one of a few sets of them: what columns mean is found out once for each.
_KINDS_OF_ROWS = 256
_NOTHING = ("", "-", "—", "null", "None", "nan", "NaN")  # what exports write for "no value"
_MARKUP = re.compile(r"(?i)<(?:!doctype|html|body|div|p|span|br|pre|table|opinion|center|b|i|em)\b[^<>]*>")


class ColumnMapping(NamedTuple):
    """Names of columns, as the user gave them; "" = find out."""

    text: str = ""
    id: str = ""
    court: str = ""
    number: str = ""
    date: str = ""
    judge: str = ""
    uid: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str] | None, columns: Iterable[str]) -> ColumnMapping:
        """For each role the column of this table that the user named for it; roles not known here are for others.

        Args:
            given: role -> column; where dumps of a study call it differently, several columns parted by OR.
            columns: of the table.
        """
        return _mapping_of(tuple((given or {}).items()), tuple(columns))


@lru_cache(_KINDS_OF_ROWS)
def _mapping_of(given: tuple[tuple[str, str], ...], columns: tuple[str, ...]) -> ColumnMapping:
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(plain_name(column), column)
    found = {}
    for role, written in given:
        if role in ColumnMapping._fields:
            names = written.split(OR)
            exact = [name for name in names if name in columns]
            alike = [by_name[plain_name(name)] for name in names if plain_name(name) in by_name]
            found[role] = [*exact, *alike, ""][0]
    return ColumnMapping(**found)


def may_be_dump(head: bytes, name: str) -> bool:
    """False for most records: the encoding of a page is not worth finding out, to see that it is no dump."""
    if head.startswith(b"PAR1") or name.lower().endswith((*TABLES, *LINES)):
        return True
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] in (b"{", b"[")


def plain_name(column: str) -> str:
    """A column's name without capitals, spaces, dots and underscores: "Case_Number" and "caseNumber" are one."""
    return re.sub(r"[\W_]+", "", column.casefold())


@lru_cache(_KINDS_OF_ROWS)
def text_columns(columns: tuple[str, ...]) -> list[str]:
    """The columns that hold the text by their names, best first."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(plain_name(column), column)
    return [by_name[name] for name in TEXT_NAMES if name in by_name]


def longest_column(rows: Sequence[Mapping[str, Any]]) -> str:
    """The column whose cells are running text, judged by their length; "" if there is none.

    Where there is but one column, sentences of any length are the text: there is nothing else that they could be.
    """
    totals: dict[str, list[int]] = {}
    columns = {column for row in rows for column in row}
    for row in rows:
        for column, value in row.items():
            if isinstance(value, str) and " " in value:
                totals.setdefault(column, []).append(len(value))
    means = {column: sum(lengths) / len(lengths) for column, lengths in totals.items()}
    best = max(means, key=lambda column: means[column], default="")
    return best if best and (means[best] >= TEXT_CHARACTERS or len(columns) == 1) else ""


def pack_row(columns: Mapping[str, Any], text: str = "") -> bytes:
    """A row as bytes; `text` is the column with the text, "" = its name tells."""
    row: dict[str, Any] = {"caselight_row": 1, "columns": columns}
    if text:
        row["text"] = text
    packed = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return packed.encode("utf-8", "surrogatepass")


def read_row(
    untrusted: bytes, name: str, mapping: Mapping[str, str] | None = None, as_text: Callable[[str], str] | None = None
) -> Reading:
    """The document of one row: a line for each other column (META), then the text (ACT).

    Args:
        untrusted: bytes as `pack_row` makes them.
        name: the record's name.
        mapping: role -> column, where the user named some.
        as_text: turns HTML into text.
    Raises:
        ValueError: the bytes are no row.
    """
    row = json.loads(untrusted)
    if not isinstance(row, dict) or not isinstance(row.get("columns"), dict):
        raise ValueError("not a row of a dump")
    document_id = hashlib.sha256(untrusted).hexdigest()
    wanted = ColumnMapping.of(mapping, row["columns"])
    return _reading((document_id, name), row["columns"], wanted, str(row.get("text", "")), as_text or markup_to_text)


def read_object(
    columns: Mapping[str, Any], identity: tuple[str, str], mapping: Mapping[str, str] | None = None
) -> Reading:
    """The document of a JSON file that is one record by itself; `identity` is the record's (id, name)."""
    return _reading(identity, columns, ColumnMapping.of(mapping, columns), "", markup_to_text)


def _reading(
    identity: tuple[str, str],
    columns: Mapping[str, Any],
    mapping: ColumnMapping,
    shown: str,
    as_text: Callable[[str], str],
) -> Reading:
    candidates = [c for c in (mapping.text, shown) if c in columns] or text_columns(tuple(columns))
    if not candidates:
        return Reading(State.UNSUPPORTED, no_text_column("It", columns))
    column = next((c for c in candidates if not is_nothing(columns[c])), "")
    if not column:
        return Reading(State.SUSPECT_EMPTY, f"the row's text (column {candidates[0]!r}) is empty; look at its source")
    value = columns[column] if isinstance(columns[column], str) else cell_text(columns[column])
    text = whole_characters(as_text(value) if _MARKUP.search(value[:4096]) else value).strip()
    if not text:
        return Reading(State.SUSPECT_EMPTY, f"the row's text (column {column!r}) holds no words; look at its source")
    head, labelled = _meta({c: v for c, v in columns.items() if c != column}, mapping)
    start = len(head)
    regions = [Region(RegionKind.META, 0, start)] if head else []
    whole = head + text
    document = Document(
        id=identity[0],
        name=identity[1],
        text=whole,
        reader="row",
        media_type=MEDIA_TYPE,
        language=guess_language(text),
        regions=(*regions, Region(RegionKind.ACT, start, len(whole))) if head else (),
        fields=labelled,
    )
    return Reading(State.READ, "", document)


def _meta(columns: Mapping[str, Any], mapping: ColumnMapping) -> tuple[str, tuple[Field, ...]]:
    """Lines "column: value" with an empty line after them, and the spans of the values."""
    roles = roles_of(tuple(columns), mapping)
    lines, labelled, at = [], [], 0
    for column, value in columns.items():
        shown = whole_characters(cell_text(value))
        if not shown:
            continue
        label = whole_characters(" ".join(column.split())) or "(no name)"
        start = at + len(label) + 2
        labelled.append(Field(label, start, start + len(shown)))
        role = _LABELS.get(roles.get(column, ""), label)
        if role != label:
            labelled.append(Field(role, start, start + len(shown)))
        lines.append(f"{label}: {shown}\n")
        at += len(lines[-1])
    return ("".join(lines) + "\n" if lines else ""), tuple(labelled)


@lru_cache(_KINDS_OF_ROWS)
def roles_of(columns: tuple[str, ...], mapping: ColumnMapping) -> dict[str, str]:
    """Column -> role, as the user says, as the kind of dump says, as the name says."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(plain_name(column), column)
    roles: dict[str, str] = {}
    for role, names in _GENERIC.items():
        roles |= {by_name[n]: role for n in [n for n in _words(names) if n in by_name][:1]}
    for signature, meaning in _KNOWN:
        if signature <= by_name.keys():
            roles |= {by_name[name]: role for role, name in meaning.items() if name in by_name}
    given = {column: role for role, column in mapping._asdict().items() if column in by_name.values()}
    taken = set(given.values())
    return {column: role for column, role in roles.items() if role not in taken} | given


def cell_text(value: Any) -> str:
    """A cell in one line; "" if it has no value."""
    if is_nothing(value):
        return ""
    if isinstance(value, dict | list):
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            return cell_text(value[0])
        return json.dumps(value, ensure_ascii=False)
    return " ".join(str(value).split())


def is_nothing(value: Any) -> bool:
    """Whether a cell has no value."""
    return value is None or value in ([], {}) or (isinstance(value, str) and value.strip() in _NOTHING)


def no_text_column(what: str, columns: Iterable[str]) -> str:
    """The reason why a table is not read, with what the user can do."""
    names = ", ".join(repr(c if len(c) <= 40 else c[:39] + "…") for c in list(columns)[:40])
    remedy = "Name the column that holds the text: --text-column NAME"
    return f"{what} has no column that looks like the text of a document. Its columns: {names or '(none)'}. {remedy}."


def whole_characters(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can write and nothing else can store."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def markup_to_text(untrusted: str) -> str:
    """The words of an HTML or XML fragment, a line for each block."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(untrusted)
    tree.strip_tags(["script", "style", "head", "template"])
    for node in tree.css("br,p,div,li,tr,h1,h2,h3,h4,h5,h6,blockquote,pre,table,author,section"):
        node.insert_after("\n")
        if node.tag != "br":
            node.insert_before("\n")
    text = (tree.body.text() if tree.body else "").replace("\xa0", " ")
    return re.sub(r"[ \t\r\f]*\n\s*", "\n", text).strip()


def column_missing(name: str, given: Mapping[str, str], columns: Sequence[str]) -> Iterator[Problem]:
    """A problem for each role for which the user named a column that the table does not have."""
    found = ColumnMapping.of(given, columns)
    for role, column in found._asdict().items():
        if role in given and not column:
            named = " or ".join(repr(column) for column in given[role].split(OR))
            what = f"{name} has no column {named}, which was named for the {role}, in its first rows"
            listed = ", ".join(repr(column) for column in list(columns)[:40])
            remedy = f"Add it again with the right name: --{role}-column NAME."
            yield Problem("ingest", "", "column_missing", f"{what}. Its columns: {listed}. {remedy}")


def warn(kind: State, message: str, subject: str = "") -> Problem:
    """A problem of a dump, or, with a subject, of one of its rows."""
    return Problem("ingest", subject, kind.value, message)
