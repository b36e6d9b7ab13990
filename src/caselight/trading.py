"""Coders' decisions to and from other tools: CSV, Label Studio, REFI-QDA. What comes in is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from caselight.drawing import named_cases
from caselight.errors import UsageError
from caselight.journals import folder_of
from caselight.planning import Made
from caselight.report.cells import harmless
from caselight.review import ADJUDICATOR, Decision, Told, body_of, read_decision, refi, refi_reading, standing
from caselight.review import exchange as forms
from caselight.review.names import why_no_name
from caselight.store.files import write_whole
from caselight.store.journal import Fresh, Journal, contents
from caselight.tables import documents_of, read_table
from caselight.types import Document
from caselight.variables import Variable

MOST_BYTES = 512 << 20  # of a file that is taken in, as it lies
FORMATS = ("csv", "label-studio", "qdpx", "qdc")
# Reads each format back; the codebook alone (qdc) is not read: the study has its own.
READERS: Mapping[str, Callable[[bytes], list[dict[str, Any]]]] = {
    "csv": lambda data: forms.from_csv(data.decode("utf-8-sig")),
    "label-studio": lambda data: forms.from_label_studio(data.decode("utf-8")),
    "qdpx": refi_reading.from_qdpx,
}


def hand_out(made: Made, form: str, to: Path) -> tuple[int, int]:
    """Writes every answer of people that counts to the file.

    Returns:
        How many were written; how many were left out, because they are about no single text: a matter has several,
        which no other tool takes as one. An export has these in readings.jsonl.
    Raises:
        UsageError: the file is there already.
    """
    if to.exists():
        raise UsageError(f"{to} exists. Choose another name.")
    variables = {variable.name: variable for variable in made.codebook.variables}
    told, left_out = _told(made, variables)
    if form == "csv":
        data = ("\ufeff" + forms.to_csv(told, variables, harmless)).encode("utf-8", "surrogatepass")
    elif form == "label-studio":
        data = forms.to_label_studio(told, variables).encode("utf-8", "surrogatepass")
    elif form == "qdpx":
        data = refi.to_qdpx(told, made.codebook)
    else:
        data = refi.to_qdc(made.codebook)
    write_whole(to, lambda temporary: temporary.write_bytes(data))
    return (len(told), left_out) if form != "qdc" else (len(variables), 0)


def _told(made: Made, variables: Mapping[str, Variable]) -> tuple[list[Told], int]:
    kept = []
    for file in sorted(folder_of(made.study).glob("*.jsonl")):
        found = standing(contents(file).entries).values()
        kept += [(file.stem, one) for one in found if one.decision.variable in variables]
    texts = _documents(made, {one.decision.case for _, one in kept})
    told = [Told(coder, one, texts[one.decision.case]) for coder, one in kept if one.decision.case in texts]
    return told, len(kept) - len(told)


def _documents(made: Made, wanted: set[str]) -> dict[str, Document]:
    """Case, or record, -> its text; of those wanted that the study has."""
    found: dict[str, Document] = {}
    for plan in made.plans:
        part = read_table(plan.paths["cases"], ["id", "documents"]).to_pydict()
        names = [{case, of[0]} & wanted for case, of in zip(part["id"], part["documents"], strict=True)]
        rows = [row for row, named in enumerate(names) if named]
        if rows:
            documents = documents_of(read_table(plan.paths["texts"]).take(rows))
            found |= {name: document for row, document in zip(rows, documents, strict=True) for name in names[row]}
    return found


def take_in(made: Made, form: str, file: Path, coder: str, time: str) -> dict[str, int]:
    """Adds the answers in the file to the coders' journals; coder -> how many were new. Repeating it adds none.

    Args:
        coder: whose answers they are where the file does not say; "" = it must.
    Raises:
        UsageError: the file cannot be read, or an answer in it is none; nothing is taken then.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES >> 20:,} MiB")
        rows = READERS[form](file.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be taken in: {error}. Nothing was taken.") from None
    variables = {variable.name: variable for variable in made.codebook.variables}
    rows = _by_record(made, rows)
    texts = _documents(made, {str(row["case"]) for row in rows})
    fresh: dict[str, list[Fresh]] = {}
    for number, row in enumerate(rows, 1):
        try:
            decision = _decision(row, variables, texts)
            who = _coder(row.get("coder") or coder)
        except (ValueError, UsageError) as error:
            raise UsageError(f"{file}, answer {number}: {error} Nothing was taken.") from None
        except (TypeError, LookupError, AttributeError) as error:
            raise UsageError(f"{file}, answer {number} is no answer ({error!r}). Nothing was taken.") from None
        body = body_of(decision)
        key = hashlib.sha256(json.dumps(["taken", body], ensure_ascii=True, sort_keys=True).encode()).hexdigest()
        fresh.setdefault(who, []).append(Fresh(body, key))
    return {who: _add(folder_of(made.study) / f"{who}.jsonl", lines, time) for who, lines in sorted(fresh.items())}


def _by_record(made: Made, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their cases: what has lost its case on the way is known by its record, if that name is its own."""
    if all(row["case"] for row in rows):
        return rows
    cases = named_cases(made)
    return [row if row["case"] else row | {"case": cases.get(row.get("record", "")) or ""} for row in rows]


def _add(file: Path, lines: list[Fresh], time: str) -> int:
    """An answer that counts already, word for word, is not written again."""
    known = {json.dumps(body_of(one.decision), sort_keys=True) for one in standing(contents(file).entries).values()}
    new = [line for line in lines if json.dumps(dict(line.body), sort_keys=True) not in known]
    journal = Journal(file)
    before = len(journal.entries())
    journal.append(new, time)
    return journal.lines - before


def _coder(name: str) -> str:
    if not name:
        raise UsageError("it does not say whose it is. Say so: --coder NAME.")
    if name.casefold() == ADJUDICATOR:
        return ADJUDICATOR
    if why := why_no_name(name):
        raise UsageError(f"{why} Rename the coder in the file.")
    return name


def _decision(row: Mapping[str, Any], variables: Mapping[str, Variable], texts: Mapping[str, Document]) -> Decision:
    variable, document = variables.get(str(row["variable"])), texts.get(str(row["case"]))
    if variable is None:
        raise ValueError(f"there is no variable {row['variable']!r} in the codebook.")
    if document is None:
        raise ValueError(f"{row['case'] or row.get('record', '')!r} is no case of this study, or means several.")
    sent = forms.value_of(str(row["value"]), variable)
    asked = sent.pop("asked", True)
    quotes = [dict(quote, document=document.id) for quote in row["quotes"]]
    memo = row.get("memo", "") or ("" if sent["decided"] else "-")
    decision = read_decision(sent | {"case": row["case"], "quotes": quotes, "memo": memo}, variable, document)
    kept = {name: getattr(decision, name) for name in decision.__slots__}
    return Decision(**kept | {"asked": asked} | ({} if asked else {"meaning": "", "text": ""}))
