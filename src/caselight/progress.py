"""What a person sees while work goes on: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from caselight.speaking import said

_BAR_CELLS = 24
_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0  # off a terminal: often enough to see that it lives, seldom enough for a log


class Progress:
    """Tells on `stream` how far each stage is; at most one line is being drawn at a time."""

    def __init__(self, stream: TextIO | None = None, language: str = "en") -> None:
        self._stream = stream or sys.stderr
        self._language = language
        self._live = self._stream.isatty()
        self._stage = ""
        self._began = self._told = 0.0
        self._base = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` items of that stage are finished; done = total ends the stage."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began, self._told, self._base = stage, now, now, done
        finished = done >= total
        if not finished and now - self._told < (_REDRAW_SECONDS if self._live else _LINE_SECONDS):
            return
        self._told = now
        line = self._line(stage, done, total, now - self._began)
        if self._live:
            self._stream.write(f"\r\x1b[2K{line}" + ("\n" if finished else ""))
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()
        if finished:
            self._stage = ""

    def clear(self) -> None:
        """Ends a half-drawn line, so that what is printed next stands on its own."""
        if self._live and self._stage:
            self._stream.write("\n")
            self._stage = ""

    def _line(self, stage: str, done: int, total: int, seconds: float) -> str:
        rate = (done - self._base) / seconds if seconds > 0 else 0.0
        name, amount = said(stage, self._language), said(f"{done:,} of {total:,}", self._language)
        text = f"{name}: {amount}"
        if self._live:
            filled = _BAR_CELLS * done // total if total else _BAR_CELLS
            text = f"{name:<10} {'█' * filled}{'░' * (_BAR_CELLS - filled)} {amount}"
        if seconds >= 1 and rate > 0:
            text += said(f" · {rate:,.0f} a second", self._language)
            if done < total:
                text += said(f" · {_duration((total - done) / rate)} left", self._language)
        return text


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
