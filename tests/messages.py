"""Every message that the program can say to its user, collected from its source as a template."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import caselight

SOURCE = Path(caselight.__file__).parent

# Where texts stand that nobody is shown in the command line, in reports or in the desk; or that are shown in both
# languages by other means. "MODULE" or "MODULE: beginning of a text".
SILENT = {
    "sealing.py: no number": "what a check of a bundle expects",
    "bundle/keys.py: minisign": "part of a file's format",
    "bundle/seal.py: ,\n": "part of a file's format",
    "bundle/signature.py: untrusted comment": "part of a file's format",
    "bundle/signature.py: trusted comment": "part of a file's format",
    "bundle/signature.py: signature of": "part of a file's format",
    "bundle/signature.py: minisign public": "part of a file's format",
    "demo.py: Cameras and": "the title of a study",
    "demo.py: Demo study": "the notice of a study",
    "desk/accounts.py: a password that": "no message",
    "desk/openapi.py": "the description of the interface for programs",
    "desk/routes.py": "the description of the interface for programs",
    "drawing/freezing.py: ticket =": "part of the commitment",
    "drawing/freezing.py: the units that": "part of the commitment",
    "drawing/freezing.py: exact hyper": "part of the commitment",
    "drawing/pile.py: what the machine": "part of the commitment",
    "engine/__init__.py: a file for a worker": "a bug",
    "engine/__init__.py: an engine needs": "a bug",
    "errors.py:  is damaged": "looked for in a message",
    "ingest/calls.py": "reasons for those who read the code",
    "ingest/columns.py: text plaintext": "names of columns",
    "ingest/columns.py: court ": "names of columns",
    "ingest/columns.py: case": "names of columns",
    "ingest/columns.py: date ": "names of columns",
    "ingest/columns.py: judge ": "names of columns",
    "ingest/columns.py: uid ": "names of columns",
    "ingest/chrome.py": "names of elements",
    "ingest/card.py": "names of elements",
    "ingest/language.py": "words of languages",
    "ingest/rows.py: integer string": "looked for in a message of Python",
    "ingest/rows.py: column {}": "the name of a column without one",
    "ingest/sniff.py: PowerPoint Document": "the name of a part of a file",
    "lean.py": "a bug",
    "pipeline.py: a worker": "a bug",
    "protect/papers.py: PDF {}": "the name of an entry of a file",
    "publishing.py: Published edition": "the notice of an edition",
    "report/annotations.py": "an export",
    "report/ftm.py": "an export",
    "report/workbook.py": "an export",
    "report/interface.py: {}&nbsp;": "a date",
    "report/sentences.py: {{cases}}, ": "how figures are written",
    "sheets.py: Leave a cell": "the note that lies beside a sheet",
    "sheets.py: In every column": "the note that lies beside a sheet",
    "sheets.py: (the question": "the note that lies beside a sheet",
    "sheets.py: (one or several": "the note that lies beside a sheet",
    "sheets.py: ; asked only": "the note that lies beside a sheet",
    "sheets.py: a number, such": "the note that lies beside a sheet",
    "sheets.py: a day, such": "the note that lies beside a sheet",
    "sealing.py: Names of": "the readme of a bundle, in both languages",
    "sealing.py: All records": "the readme of a bundle, in both languages",
    "sealing.py: (not signed": "part of a signature",
    "sealing.py: caselight bundle": "part of a signature",
    "sealing.py: the questions of": "what a check of a bundle expects",
    "sealing.py: as Caselight": "what a check of a bundle expects",
    "search/pattern.py: import json": "a program",
    "search/pattern.py: used outside": "a bug",
    "sizing.py: --by {}={}": "an option",
    "store/study.py: # A Caselight": "a file",
    "structure/facts.py: judge, oblique": "the name of what becomes a fact",
    "structure/prefilter.py: (": "what Python makes of a pattern",
    "telling.py: , AC1 {}": "a piece of a list",
    "tiling.py: attribution {}": "a stamp",
    "tiling.py: tiles {}": "a stamp",
    "tiling.py: PRAGMA": "a query",
    "tiling.py: SELECT": "a query",
    "types.py": "a bug",
    "words/": "a bug",
    "work.py: variable {}": "a bug",
    "work.py: a worker's answer has": "a bug",
}
# What checks of a bundle find is told by bundle/telling.py in both languages; these modules speak to who seals.
_BUNDLE_SPEAKS = {"bundle/keys.py", "bundle/seal.py", "bundle/signature.py", "bundle/command.py"}
# Of report/ only these speak in messages: all else stands in words/LANGUAGE.yaml or in an export.
_REPORT_SPEAKS = {f"report/{name}.py" for name in ("sentences", "interface", "folder", "geography", "tiles")}
_BUGS = {"RuntimeError", "TypeError", "KeyError", "ConnectionError", "SpanError", "ConnectionResetError"}
_MARKUP = re.compile(r"</?[a-z]+[ >/]|\(\?|\\[bsw]|charset=|; filename")
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:)]? [a-zA-Z`(]")


def shape(template: str) -> str:
    """A template without the names of its placeholders: what source and pairs are compared by.

    >>> shape("  {file}: {n:n} {{lines}} ")
    '{}: {} {{lines}}'
    """
    plain = template.replace("{{", "\1").replace("}}", "\2")
    return re.sub(r"\{[^{}]*\}", "{}", plain).replace("\1", "{{").replace("\2", "}}").strip()


def messages() -> dict[str, str]:
    """Shape of each message -> where it is first made, FILE:LINE."""
    found: dict[str, str] = {}
    for module, line, text in _everything():
        if _speaks(module) and not any(_is_of(entry, module, text) for entry in SILENT):
            found.setdefault(text, f"{module}:{line}")
    return found


def idle_exemptions() -> list[str]:
    """Entries of SILENT that let nothing pass: what they were for is gone."""
    everything = list(_everything())
    return [entry for entry in SILENT if not any(_is_of(entry, module, text) for module, _, text in everything)]


def _everything() -> Iterator[tuple[str, int, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).as_posix()
        for line, text in _texts(ast.parse(path.read_text("utf-8"))):
            yield module, line, shape(text)


def _speaks(module: str) -> bool:
    if module.startswith("bundle/"):
        return module in _BUNDLE_SPEAKS
    return not module.startswith("report/") or module in _REPORT_SPEAKS


def _is_of(entry: str, module: str, text: str) -> bool:
    place, _, begins = entry.partition(": ")
    return module.startswith(place) and text.startswith(begins.strip())


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and template of every text in prose: not docstrings, patterns, markup, nor what only a bug shows."""
    skipped = set(_not_messages(tree))
    for node in ast.walk(tree):
        if id(node) not in skipped and (text := _template(node)) and _is_prose(node, text):
            yield node.lineno, text  # type: ignore[attr-defined]


def _is_prose(node: ast.AST, text: str) -> bool:
    words = shape(text).replace("{}", " ")
    if _MARKUP.search(words):
        return False
    if isinstance(node, ast.JoinedStr):  # a word beside a placeholder is a message, as long as it is no name of a file
        return bool(re.search(r"[A-Za-z]{2,}", words) and re.search(r"\s", shape(text).replace("{}", "")))
    return bool(_PROSE.search(words))


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "{{").replace("}", "}}")
    if isinstance(node, ast.JoinedStr):
        return "".join("{x}" if isinstance(part, ast.FormattedValue) else str(_template(part)) for part in node.values)
    return None


def _not_messages(tree: ast.Module) -> Iterator[int]:
    """Ids of nodes: docstrings, what is raised as a bug, parts of longer texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield id(first.value)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") in _BUGS:
            yield from map(id, ast.walk(node))
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.Constant):
                    yield id(part)
                elif isinstance(part, ast.FormattedValue) and part.format_spec:
                    yield from map(id, ast.walk(part.format_spec))
