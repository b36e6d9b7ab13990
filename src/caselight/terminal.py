"""What every command shares: exit codes, common options, and how results and talk are printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

DONE, ACT, USAGE, PROBLEMS = 0, 1, 2, 3

STUDY = click.argument("study", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")


def say(message: str) -> None:
    """Talk, to stderr."""
    click.echo(message, err=True)


def now() -> str:
    """The time as journals write it: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def print_result(as_json: bool, result: Mapping[str, Any] | list[Any], lines: list[str], data: bool = False) -> None:
    """The result as JSON on stdout, or its lines: on stdout where they are what was asked for, else on stderr."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for line in lines:
        click.echo(line, err=not data)
