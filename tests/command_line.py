"""The command line as tests call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caselight.cli import main

Call = Callable[..., Result]  # words of a command; `code`: the exit code expected, None = any; `language`


def run(*arguments: object) -> tuple[int, str]:
    """Exit code of a command, and its output and talk in one."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def calling(folder: Path, monkeypatch: pytest.MonkeyPatch, language: str = "en") -> Call:
    """Runs commands in this folder, with a cache of its own; a result has output and talk in one."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CASELIGHT_CACHE", str(folder / "cache"))

    def call(*words: object, code: int | None = 0, language: str = language) -> Result:
        runner = CliRunner(env={"CASELIGHT_LANGUAGE": language})
        done = runner.invoke(main, [str(word) for word in words], prog_name="caselight")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        assert code is None or done.exit_code == code, done.output
        return done

    return call
