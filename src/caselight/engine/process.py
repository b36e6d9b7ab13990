"""One worker process as the parent sees it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from caselight.engine.wire import Inbox
from caselight.engine.worker import NO_ITEM, Life, live
from caselight.types import State

# An idle worker needs a millisecond to see that its line is closed; on a machine short of memory, some more.
LEAVE_SECONDS = 1.0


class Failure(NamedTuple):
    """Why an item must not be touched again: what it did to the worker that tried."""

    state: State  # CRASHED, TIMED_OUT or OVER_LIMIT
    reason: str


class Task:
    """One batch on its way through the pool."""

    def __init__(self, number: int, function: Callable[..., bytes | bytearray], items: Sequence[Any]) -> None:
        self.number, self.function, self.items = number, function, items
        self.failures: dict[int, Failure] = {}
        self.deaths = 0  # of workers that had no item in hand
        self.asked_bytes = 0  # length of all that was asked about it


class Process:
    """A worker process, the line to it, and what it is at.

    Args:
        process: multiprocessing's Process; its class depends on how it was started.
        sock: the parent's end of the line.
        progress: shared int64[2]: index of the item in hand, how many marks were made.
    """

    def __init__(self, process: Any, sock: socket.socket, progress: Any) -> None:
        self.process, self.sock, self.progress = process, sock, progress
        self.since = time.monotonic()  # when it started, got its batch, or was first seen with this number of marks
        self.level = ""  # "" = has not said "ready"
        self.task: Task | None = None
        self.inbox = Inbox()
        self.seen = 0  # marks at the last look
        self.most_marks = 0  # beyond these, marks are no sign of progress

    def readable(self, seconds: float = 0.0) -> bool:
        """Whether something has arrived, waited for at most so long."""
        return bool(select.select([self.sock], [], [], max(0.0, seconds))[0])

    def end(self) -> None:
        """Ends the process, whatever it does, and waits for it."""
        self.sock.close()
        if self.process.exitcode is None:
            self.process.kill()
        self.process.join()

    def leave(self) -> bool:
        """Waits for the process to end by itself, as it does without a socket; whether it did."""
        self.sock.close()
        deadline = time.monotonic() + LEAVE_SECONDS
        # Not join(timeout): it waits for a pipe that the worker closed together with all else that it inherited.
        while self.process.exitcode is None and time.monotonic() < deadline:
            time.sleep(0.001)
        by_itself = self.process.exitcode is not None
        self.end()
        return by_itself

    def cause(self) -> Failure:
        """What the end of this worker, which it has now reached, says about the item in hand."""
        if not self.leave():
            return Failure(State.CRASHED, "it brought the reader process out of step, which was ended")
        code = self.process.exitcode
        if code == -signal.SIGKILL:
            return Failure(State.OVER_LIMIT, "the system ended the reader process, most likely for want of memory")
        if code >= 0:
            return Failure(State.CRASHED, f"the reader process ended on it (exit code {code})")
        with contextlib.suppress(ValueError):
            return Failure(State.CRASHED, f"the reader process died on it ({signal.Signals(-code).name})")
        return Failure(State.CRASHED, f"the reader process died on it (signal {-code})")


def start(life: Life, seconds: float) -> Process:
    """A new worker, which will say "ready" when it is.

    Args:
        life: what it is to prepare.
        seconds: how long it may take to accept what is sent to it.
    """
    forked = _may_fork()
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    mine, theirs = socket.socketpair()
    progress = context.RawArray("q", [NO_ITEM, 0])
    life = life._replace(forked=forked, parent=os.getpid())
    process = context.Process(target=live, args=(theirs, progress, life), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 and later warn of threads of native libraries too; see _may_fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    mine.settimeout(seconds)
    return Process(process, mine, progress)


def _may_fork() -> bool:
    """Whether workers may be forked: on Linux, where no other Python thread could hold a lock at that moment.

    Threads of numpy's and Arrow's own pools do not count: both libraries put themselves in order around a fork.
    """
    return sys.platform.startswith("linux") and threading.active_count() == 1
