"""What the API takes and gives, as JSON Schema: the parts from which `routes.WAYS` says it of each route."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer"}
MAYBE: Schema = {"type": ["number", "null"]}
VALUE: Schema = {"type": ["string", "number", "array", "null"]}


def list_of(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}


def record_of(**properties: Schema) -> Schema:
    """An object with these properties, all of them always there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def map_of(schema: Schema) -> Schema:
    """An object whose values are these."""
    return {"type": "object", "additionalProperties": schema}


QUOTE = record_of(document=TEXT, start=COUNT, end=COUNT, quote=TEXT, said_by=TEXT, denied=TRUTH, memo=TEXT)
ANSWER = record_of(value=VALUE, decided=TRUTH, asked=TRUTH, memo=TEXT, quotes=list_of(QUOTE))
GO = record_of(go=TEXT)

# What is sent
SITTER = {"sitter": TEXT}  # who opened the page: with every request that changes something
TOKEN = {"token": TEXT}
ACCOUNT = {"name": TEXT, "password": TEXT}
START = {"name": TEXT, "role": TEXT}
LANGUAGE = {"language": TEXT, "back": TEXT}
_OF_A_CASE = {"case": TEXT, "variable": TEXT, "key": TEXT}
DECISION = _OF_A_CASE | {"value": VALUE, "decided": TRUTH, "quotes": list_of(QUOTE), "memo": TEXT}
UNDO = {"key": TEXT, "undoes": TEXT}
ASKED = _OF_A_CASE | {"memo": TEXT}
SETTLEMENT = _OF_A_CASE | {"choice": TEXT, "memo": TEXT, "value": TEXT}
WISH = {"unit": TEXT, "size": TEXT, "double": TEXT, "by": TEXT, "level": TEXT, "claim": TEXT}
SEED = {"seed": TEXT}

# What is given
SAVED = record_of(saved=TRUTH, answers=map_of(ANSWER), done=TRUTH)
KEPT = record_of(saved=TRUTH)
_CHOICE = record_of(name=TEXT, label=TEXT, definition=TEXT, examples=list_of(TEXT))
_CONDITION = record_of(variable=TEXT, values=list_of(TEXT))
_VARIABLE = record_of(
    name=TEXT, kind=TEXT, question=TEXT, definition=TEXT, values=list_of(_CHOICE), ask_if=list_of(_CONDITION)
)
DESK = record_of(
    coder=TEXT,
    language=TEXT,
    words=map_of(TEXT),
    reads=TEXT,
    draw=TEXT,
    unit=TEXT,
    notice=TEXT,
    queue=list_of(list_of(TEXT)),
    undoable=list_of(record_of(ref=TEXT, case=TEXT, variable=TEXT)),
    variables=list_of(_VARIABLE),
    torn=COUNT,
)
_BLOCK = record_of(start=COUNT, end=COUNT, kind=TEXT, label=TEXT)
_DOCUMENT = record_of(
    document=TEXT,
    record=TEXT,
    language=TEXT,
    text=TEXT,
    blocks=list_of(_BLOCK),
    pages=list_of(record_of(number=COUNT, start=COUNT)),
)
CASE = record_of(
    case=TEXT, record=TEXT, documents=list_of(_DOCUMENT), number=COUNT, answers=map_of(ANSWER), again=map_of(TEXT)
)
_CODER = record_of(
    reads=TEXT,
    cases=COUNT,
    done=COUNT,
    left=COUNT,
    look_again=COUNT,
    seconds_a_case=MAYBE,
    hours_left=MAYBE,
    torn=COUNT,
)
PROGRESS = record_of(unit=TEXT, drawn=COUNT, read_twice=COUNT, notice=TEXT, coders=map_of(_CODER))
_MEASURES = record_of(
    variable=TEXT, pairs=COUNT, same=NUMBER, alpha=MAYBE, ac1=MAYBE, differ=COUNT, ranges=map_of(list_of(NUMBER))
)
AGREEMENT = record_of(questions=list_of(_MEASURES))
PAIRS = record_of(pairs=list_of(record_of(case=TEXT, variable=TEXT, state=TEXT, a=ANSWER, b=ANSWER)))
_WIDTH = record_of(variable=TEXT, value=TEXT, machine=COUNT, low=NUMBER, high=NUMBER)
OUTLOOK = record_of(units=COUNT, readings=COUNT, seconds_a_case=MAYBE, hours=MAYBE, widths=list_of(_WIDTH))
_ROW = dict.fromkeys(("id", "path", "court", "judge", "number", "decision_date", "outcome", "instance", "matter"), TEXT)
CASES = record_of(total=COUNT, cases=list_of(record_of(**_ROW)))
_SHORT_QUOTE = record_of(start=COUNT, end=COUNT, quote=TEXT, said_by=TEXT, denied=TRUTH)
ONE_CASE = record_of(
    **_ROW,
    facts=list_of(record_of(name=TEXT, start=COUNT, end=COUNT)),
    machine=list_of(record_of(variable=TEXT, quotes=list_of(_SHORT_QUOTE))),
    people=list_of(record_of(variable=TEXT, who=TEXT, value=VALUE, decided=TRUTH)),
)
_SNIPPET = record_of(start=COUNT, end=COUNT, quote=TEXT, marks=list_of(list_of(COUNT)))
HITS = record_of(total=COUNT, hits=list_of(record_of(case=TEXT, name=TEXT, score=NUMBER, snippets=list_of(_SNIPPET))))
PROBLEMS = record_of(total=COUNT, problems=list_of(record_of(stage=TEXT, subject=TEXT, kind=TEXT, message=TEXT)))
QUESTIONS = record_of(questions=list_of(record_of(case=TEXT, variable=TEXT, memo=TEXT, time=TEXT)))
