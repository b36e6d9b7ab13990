"""Writes docs/reference.md from the program itself: commands, states, readers, packs, codebooks.

python docs/write_reference.py            writes the file
python docs/write_reference.py --check    exit 1 if the file is not what would be written
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ["COLUMNS"] = "100"

import click

from caselight.cli import every_command
from caselight.codebook import codebook_path, load_codebook
from caselight.ingest import READERS
from caselight.pack import SHIPPED, load_pack, shipped
from caselight.types import State

PAGE = Path(__file__).with_name("reference.md")
CODEBOOKS = SHIPPED.parent / "codebooks"


def page() -> str:
    """The whole page."""
    parts = [_head(), *_commands(), *_states(), *_readers(), *_packs(), *_codebooks()]
    return "\n".join(parts) + "\n"


def _head() -> str:
    return (
        "# Reference\n\n"
        "Generated from the program by `make docs`; do not edit. Words are explained in the [glossary](glossary.md),\n"
        "problems in [problems](problems.md).\n\n"
        "Exit codes of every command: 0 done · 1 you must act · 2 wrong usage · 3 done, with problems (listed).\n"
        "Data goes to stdout, talk to stderr; `--json` gives data as JSON. `NO_COLOR` is honoured. The vocabulary\n"
        "that is kept between studies lies in the user's cache folder, or in `$CASELIGHT_CACHE`.\n\n"
        "The command line speaks English or Russian: as `--language` of the command says, where it has that; else\n"
        "as `$CASELIGHT_LANGUAGE` says (`en`, `ru`); else Russian where the system does (`LC_ALL`, `LC_MESSAGES`,\n"
        "`LANG`: the first that is set). Exports, tables, `--json` and exit codes are the same in every language.\n"
        "The report and the desk have a language of their own: that of the study, or what the reader chose.\n"
    )


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    for name, command in every_command().items():
        context = click.Context(command, info_name=f"caselight {name}", max_content_width=100)
        yield f"### caselight {name}\n\n```\n{command.get_help(context).rstrip()}\n```\n"


def _states() -> Iterator[str]:
    yield "## States of a record\n\nEvery record ends in exactly one. What to do about each: [problems](problems.md).\n"
    yield "| state | meaning |\n|---|---|"
    source = inspect.getsource(State)
    for state in State:
        line = next(line for line in source.splitlines() if f'= "{state.value}"' in line)
        yield f"| `{state.value}` | {line.partition('#')[2].strip() or state.value.replace('_', ' ')} |"
    yield ""


def _readers() -> Iterator[str]:
    yield "## Kinds of file that are read\n\n| reader | media types |\n|---|---|"
    for name, reader in READERS.items():
        yield f"| {name} | {', '.join(f'`{media}`' for media in reader.media_types)} |"
    yield ""


def _packs() -> Iterator[str]:
    yield "## Packs that ship\n\n| name | what it describes | language | parts |\n|---|---|---|---|"
    for name in shipped():
        pack = load_pack(name)
        parts = ", ".join(sorted({*pack.parts} - {"pack"} | {f"words/{table}" for table in pack.tables}))
        yield f"| `{name}` | {pack.title} | {pack.language} | {parts} |"
    yield ""


def _codebooks() -> Iterator[str]:
    yield "## Codebooks that ship\n"
    for path in sorted(CODEBOOKS.glob("*.yaml")):
        book = load_codebook(codebook_path(path.stem))
        yield f"### {book.name}\n"
        yield f"{_english(book.title)}; version {book.version}; language of the phrases: {book.language}.\n"
        yield "| variable | kind | question | values |\n|---|---|---|---|"
        for variable in book.variables:
            values = ", ".join(f"`{choice.name}`" for choice in variable.values)
            yield f"| `{variable.name}` | {variable.kind} | {_english(variable.question)} | {values} |"
        yield ""


def _english(texts: dict[str, str]) -> str:
    text = texts.get("en") or next(iter(texts.values()), "")
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    written = PAGE.read_text("utf-8") if PAGE.exists() else ""
    wanted = page()
    if "--check" in sys.argv:
        sys.exit(written != wanted and f"{PAGE} is out of date: run make docs")
    PAGE.write_text(wanted, "utf-8")
