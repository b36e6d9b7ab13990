"""The study as a Frictionless Data Package: CSV tables and a datapackage.json that tells what is in them.

Source: Data Package, specs.frictionlessdata.io (v1), profiles tabular-data-package and tabular-data-resource.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from caselight.report.contents import Contents
from caselight.report.flat import Columns, CsvSink, write_tables

_TYPES = {"string": "string", "int64": "integer", "double": "number", "bool": "boolean", "list<string>": "string"}
# Which column names one row, and which column of which table others point to. `documents` has no key: the same bytes
# may be received twice, under two paths.
_KEYS = {"cases": "id"}
_POINTS_TO = {name: {"case": ("cases", "id")} for name in ("facts", "answers", "evidence")}


def write_datapackage(contents: Contents, folder: Path) -> None:
    """Seven .csv files and datapackage.json in `folder`."""
    columns: dict[str, Columns] = {}

    def sink(path: Path, named: Columns) -> CsvSink:
        columns[path.name] = named
        return CsvSink(path, named, "utf-8")

    write_tables(contents, folder, sink)
    package = {
        "profile": "tabular-data-package",
        "name": contents.codebook.name,
        "title": contents.title,
        "description": contents.sample,
        "version": str(contents.codebook.version),
        "resources": [_resource(folder, name, columns[name]) for name in sorted(columns)],
    }
    text = json.dumps({key: value for key, value in package.items() if value}, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", "utf-8")


def _resource(folder: Path, name: str, columns: Columns) -> dict[str, Any]:
    file = folder / f"{name}.csv"
    content = file.read_bytes()
    schema: dict[str, Any] = {"fields": [{"name": c, "type": _TYPES[kind]} for c, kind in columns.items()]}
    if name in _KEYS:
        schema["primaryKey"] = [_KEYS[name]]
    keys = [
        {"fields": [own], "reference": {"resource": table, "fields": [field]}}
        for own, (table, field) in _POINTS_TO.get(name, {}).items()
    ]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": file.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }
