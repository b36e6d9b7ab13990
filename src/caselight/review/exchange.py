"""Decisions of people as other tools write and read them: one coder's answers, with the texts that they are about.

CSV: one row an answer, its quotations as JSON in the last column. Label Studio: a task a case, offsets in UTF-16 units,
as browsers count. Both carry everything that a decision holds, so that nothing is lost on the way there and back.
REFI-QDA is in `refi`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caselight.review.answers import UNDECIDED
from caselight.review.csvtable import CsvTable
from caselight.review.decisions import Decision, Standing
from caselight.types import Document, Value
from caselight.variables import KINDS, Variable

DOES_NOT_SAY, NOT_ASKED, NONE = "does_not_say", "not_asked", "none"
COLUMNS = ("case", "record", "variable", "value", "coder", "time", "memo", "quotes")


@dataclass(frozen=True, slots=True)
class Told:
    """One answer on its way to another tool."""

    coder: str
    standing: Standing
    document: Document

    @property
    def decision(self) -> Decision:
        """The answer itself."""
        return self.standing.decision


def value_text(decision: Decision, variable: Variable) -> str:
    """The answer as one word of a table; `value_of` reads it back."""
    if not decision.decided:
        return UNDECIDED
    if not decision.asked:
        return NOT_ASKED
    if decision.value is None:
        return DOES_NOT_SAY
    if isinstance(decision.value, tuple):
        return "; ".join(decision.value) or NONE
    return repr(decision.value) if variable.kind == "number" else str(decision.value)


def value_of(text: str, variable: Variable) -> dict[str, Any]:
    """value, decided and asked that a word of a table means, as a journal keeps them.

    Raises:
        ValueError: it means no answer to this question.
    """
    if text == UNDECIDED and text not in variable.value_names():
        return {"value": None, "decided": False}
    if text in (DOES_NOT_SAY, NOT_ASKED) and text not in variable.value_names():
        return {"value": None, "decided": True} | ({} if text == DOES_NOT_SAY else {"asked": False})
    if text == NONE and variable.kind == "many-of" and text not in variable.value_names():
        return {"value": [], "decided": True}
    value: Value = KINDS[variable.kind].parse(text, variable)
    return {"value": list(value) if isinstance(value, tuple) else value, "decided": True}


def quotes_json(decision: Decision) -> list[dict[str, Any]]:
    """The quotations as JSON."""
    return [{name: getattr(quote, name) for name in quote.__slots__} for quote in decision.quotes]


def to_csv(told: Iterable[Told], variables: Mapping[str, Variable], safe: Any) -> str:
    """The answers as CSV.

    Args:
        safe: makes a cell that no spreadsheet runs, see report.cells.
    """
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for one in told:
        d = one.decision
        value = value_text(d, variables[d.variable])
        quotes = json.dumps(quotes_json(d), ensure_ascii=False) if d.quotes else ""
        row = (d.case, one.document.name, d.variable, value, one.coder, one.standing.time, d.memo, quotes)
        writer.writerow([safe(cell) for cell in row])
    return made.getvalue()


def from_csv(untrusted: str) -> list[dict[str, Any]]:
    """Rows as `to_csv` wrote them: case, variable, value (a word), coder, memo, quotes.

    Raises:
        ValueError: a column is missing, or a cell is not what it should be.
    """
    table = CsvTable(untrusted)
    if not {"case", "variable", "value"} <= set(table.columns):
        raise ValueError("it needs the columns case, variable, value")
    found = []
    for line, row in table:
        cells = {name: unescaped(text or "") for name, text in row.items() if isinstance(name, str)}
        quotes = _quotes(cells.get("quotes", ""), line)
        found.append({name: cells.get(name, "") for name in COLUMNS} | {"quotes": quotes})
    return found


def _quotes(cell: str, line: int) -> list[dict[str, Any]]:
    try:
        found = json.loads(cell or "[]")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"line {line}: the column quotes holds no list of quotations in JSON")
    return found


def unescaped(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20" else cell


def to_label_studio(told: Iterable[Told], variables: Mapping[str, Variable]) -> str:
    """The answers as Label Studio's JSON: a task a case, an annotation a coder."""
    tasks: dict[str, dict[str, Any]] = {}
    for one in told:
        d, document = one.decision, one.document
        data = {"case": d.case, "record": document.name, "text": document.text}
        task = tasks.setdefault(d.case, {"id": len(tasks) + 1, "data": data, "annotations": []})
        annotation = next((a for a in task["annotations"] if a["completed_by"] == one.coder), None)
        if annotation is None:
            annotation = {"id": f"{d.case}-{one.coder}", "completed_by": one.coder, "result": []}
            task["annotations"].append(annotation)
        annotation["created_at"] = one.standing.time
        annotation["result"] += _results(one, variables[d.variable])
    return json.dumps(list(tasks.values()), ensure_ascii=False, indent=1) + "\n"


def _results(one: Told, variable: Variable) -> list[dict[str, Any]]:
    d = one.decision
    text = value_text(d, variable)
    several = isinstance(d.value, tuple) and d.decided
    choices = list(d.value) if several and isinstance(d.value, tuple) else [text]
    shared = {"to_name": "text", "from_name": variable.name}
    if variable.values or d.value is None:
        answer = shared | {"type": "choices", "value": {"choices": choices or [NONE]}}
    else:
        answer = shared | {"type": "textarea", "value": {"text": [text]}}
    answer |= {"id": f"{d.case}.{variable.name}"} | ({"meta": {"text": [d.memo]}} if d.memo else {})
    spans = []
    for i, quote in enumerate(d.quotes):
        start, end = _units(one.document.text, quote.start), _units(one.document.text, quote.end)
        value = {"start": start, "end": end, "text": quote.quote, "labels": [variable.name]}
        about = {"said_by": quote.said_by, "denied": quote.denied, "memo": quote.memo}
        place = {"id": f"{d.case}.{variable.name}.{i}", "from_name": "quotation", "to_name": "text", "type": "labels"}
        spans.append(place | {"value": value, "meta": about})
    return [answer, *spans]


def _units(text: str, points: int) -> int:
    """UTF-16 units before this code point."""
    return len(text[:points].encode("utf-16-le", "surrogatepass")) // 2


def _points(text: str, units: int) -> int:
    """Code points before this UTF-16 unit."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass"))


def from_label_studio(untrusted: str) -> list[dict[str, Any]]:
    """Rows as `from_csv` gives them.

    Raises:
        ValueError: it is no JSON of Label Studio.
    """
    found = []
    try:
        for task in json.loads(untrusted):
            for annotation in task["annotations"]:
                found += _annotation(task["data"], annotation)
    except (LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"it is no export of Label Studio ({error!r})") from None
    return found


def _annotation(data: Mapping[str, Any], annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    spans: list[Mapping[str, Any]] = []
    by = annotation.get("completed_by", "")
    coder = str(by.get("id") or by.get("email", "")) if isinstance(by, dict) else str(by)
    for result in annotation["result"]:
        if result["type"] == "labels":
            spans.append(result)
            continue
        given: Sequence[str] = result["value"].get("choices") or result["value"].get("text") or []
        memo = "".join(result.get("meta", {}).get("text", []))
        row = {"case": data["case"], "variable": result["from_name"], "value": "; ".join(map(str, given))}
        rows[result["from_name"]] = row | {"coder": coder, "memo": memo, "quotes": [], "record": data.get("record", "")}
    for span in spans:
        value, about = span["value"], span.get("meta", {})
        start, end = _points(data["text"], value["start"]), _points(data["text"], value["end"])
        quote = {"start": start, "end": end, "quote": data["text"][start:end], "memo": about.get("memo", "")}
        quote |= {"said_by": about.get("said_by", "unknown"), "denied": about.get("denied", False)}
        for label in value["labels"]:
            if label in rows:
                rows[label]["quotes"].append(quote)
    return list(rows.values())
