"""The exceptions, by who must act."""

from __future__ import annotations

from pathlib import Path


class CaselightError(Exception):
    """The user must act: the message says what could not be done, where, what was found and what to do next."""


class UsageError(CaselightError):
    """The command was called in a way that cannot work (exit code 2)."""


class StudyError(CaselightError):
    """The study folder is not what is needed: missing, locked by another run, made by a newer version, disk full."""


class DamagedTableError(StudyError):
    """A table of the study is damaged. It can be made anew; the message begins with its path."""

    @property
    def path(self) -> Path:
        """The table's file. Read from the message, which is all that comes back from a worker process."""
        return Path(str(self).partition(" is damaged")[0])


class DefinitionError(CaselightError):
    """A codebook or a pack has a mistake; the message begins with FILE:LINE."""


class SpanError(ValueError):
    """We have a bug: a quotation does not stand in its text. Never caught, never shown as a user's mistake."""


class Refused(CaselightError):  # noqa: N818  (not an error of the program: a figure that would not hold is not given)
    """A figure is refused: the message says why it would not hold, in words that a reporter understands."""
