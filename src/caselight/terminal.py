"""What every command shares: exit codes, common options, its language, and how results and talk are printed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from caselight.speaking import LANGUAGES, language_of, said

DONE, ACT, USAGE, PROBLEMS = 0, 1, 2, 3

STUDY = click.argument("study", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
_LANGUAGE = "caselight.language"  # where the context of a command keeps what --language chose


# What a text or a file name may hold and a terminal obeys: control characters but for line ends and tabs, and those
# that turn the direction of writing, with which a name can be shown backwards. Unicode has pictures of the first 32.
_SHOWN = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: "\u2421"}
_SHOWN |= {code: f"\\x{code:02x}" for code in range(0x80, 0xA0)}
_SHOWN |= {code: f"\\u{code:04x}" for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def visible(text: str) -> str:
    """The text with everything that would act on a terminal made visible."""
    return text.translate(_SHOWN)


def language_option(what: str) -> Callable[[Any], Any]:
    """`--language`: what it is for, and what the command itself speaks."""
    kinds = click.Choice(LANGUAGES)
    return click.option("--language", type=kinds, default=None, is_eager=True, callback=_choose, help=what)


def _choose(context: click.Context, _: click.Parameter, language: str | None) -> str | None:
    if language:
        context.meta[_LANGUAGE] = language
    return language


def language() -> str:
    """What the command line speaks: --language of the command at work, else what the environment asks for."""
    context = click.get_current_context(silent=True)
    chosen = context.meta.get(_LANGUAGE) if context else None
    return str(chosen or language_of(os.environ))


def spoken(message: str) -> str:
    """A message in the language of the command line."""
    return said(message, language())


def say(message: str) -> None:
    """Talk, to stderr."""
    click.echo(visible(spoken(message)), err=True)


def number_of(count: int, one: str) -> str:
    """ "1 record", "2,000 records"."""
    return f"{count:,} {one if count == 1 else one + 's'}"


def now() -> str:
    """The time as journals write it: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def print_result(as_json: bool, result: Mapping[str, Any] | list[Any], lines: list[str], data: bool = False) -> None:
    """The result as JSON on stdout, or its lines: on stdout where they are what was asked for, else on stderr."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for line in lines:
        click.echo(visible(spoken(line)), err=not data)
