"""What click itself says, and help texts, in the language of the command line."""

from __future__ import annotations

import copy
import inspect
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from caselight.terminal import language, spoken, visible

_Command = TypeVar("_Command", bound=click.Command)


class _Formatter(click.HelpFormatter):
    """Help, with everything that is not a name of an option said in Russian."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage."""
        del prefix
        super().write_usage(prog, " ".join(map(spoken, args.split(" "))), spoken("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        """The heading of a list."""
        super().write_heading(spoken(heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """A list of options or commands; click puts defaults and bounds behind the text: `Level.  [default: 0.95]`."""
        told = [(spoken(name) if name.startswith("-") else name, _described(text)) for name, text in rows]
        super().write_dl(told, col_max, col_spacing)


def _described(text: str) -> str:
    words, bracket, behind = text.partition("[") if text.startswith("[") else text.partition("  [")
    said = "; ".join(map(spoken, behind.removesuffix("]").split("; ")))
    return spoken(words) + (f"{bracket}{said}]" if bracket else "")


class _Context(click.Context):
    """Makes the help of a command in Russian."""

    formatter_class = _Formatter


class _Misuse(click.UsageError):
    """A command that was called wrongly, told in Russian."""

    def show(self, file: Any = None) -> None:
        """Usage, where help is found, and what was wrong."""
        told = io.StringIO()
        super().show(told)
        click.echo(visible(spoken(told.getvalue().rstrip("\n"))), file, err=file is None)


class SpeakingGroup(click.Group):
    """Commands whose help and misuse are told in the language of the command line."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """As click does; what was wrong is said in our language."""
        self.context_class = _Context if language() == "ru" else click.Context
        with _misuse():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; what was wrong is said in our language."""
        with _misuse():
            return super().invoke(ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What all commands together are for."""
        click.Group.format_help_text(_in_russian(self) if language() == "ru" else self, ctx, formatter)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, with its help in our language."""
        command = super().get_command(ctx, cmd_name)
        return command if command is None or language() != "ru" else _in_russian(command)


@contextmanager
def _misuse() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        # A group that is called without a command shows its help by such an error.
        if language() == "ru" and not isinstance(error, click.exceptions.NoArgsIsHelpError):
            raise _Misuse(error.format_message(), error.ctx) from None
        raise


def _in_russian(command: _Command) -> _Command:
    command = copy.copy(command)
    command.context_class = _Context
    command.help = "\n\n".join(map(_paragraph, inspect.cleandoc(command.help or "").split("\n\n")))
    return command


def _paragraph(text: str) -> str:
    """A paragraph of help: run together, unless it begins with \\b, as examples do, which keep their lines."""
    return spoken(text) if text.startswith("\b") else " ".join(spoken(" ".join(text.split())).split())
