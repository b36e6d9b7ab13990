"""The command line as tests call it."""

from __future__ import annotations

from click.testing import CliRunner

from caselight.cli import main


def run(*arguments: object) -> tuple[int, str]:
    """Exit code of a command, and its output and talk in one."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.output
